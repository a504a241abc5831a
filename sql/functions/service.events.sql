-- drop: DROP FUNCTION service.events(bigint, bigint, integer);
CREATE OR REPLACE FUNCTION service.events(
    p_after bigint, p_until bigint, p_limit integer,
    OUT frames text, OUT last bigint, OUT events integer, OUT kept_after bigint, OUT head bigint
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT
        coalesce(string_agg(format(E'id: %s\nevent: %s\ndata: %s\n\n', f.id, f.type, json_build_object(
            'id', f.id, 'at', f.at, 'type', f.type, 'lead', f.lead_id, 'version', f.version, 'actor', f.actor,
            'operation', f.operation, 'kind', f.kind, 'changed', f.changed
        )), '' ORDER BY f.id), ''),
        max(f.id),
        count(*)::integer,
        (SELECT m.events_after FROM app.audit_sealing AS m),
        (SELECT coalesce(max(s.number), 0) FROM app.audit_seals AS s)
    FROM (
        SELECT e.* FROM app.events AS e WHERE e.id > p_after AND e.id <= p_until ORDER BY e.id LIMIT p_limit
    ) AS f;
END;

COMMENT ON FUNCTION service.events(bigint, bigint, integer) IS
    'The events after p_after and up to p_until, at most p_limit, as a text/event-stream: each with id, event and data {id, at, type, lead, version, actor, operation, kind, changed}. last: the last one''s id; kept_after: events up to this id may be purged; head: the number of the last seal, which no event is after.';
REVOKE ALL ON FUNCTION service.events(bigint, bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.events(bigint, bigint, integer) TO leads_service;
