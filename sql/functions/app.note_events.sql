-- drop: DROP FUNCTION app.note_events(bigint);
CREATE OR REPLACE FUNCTION app.note_events(p_after bigint) RETURNS void
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO app.events (id, at, type, lead_id, version, actor, operation, kind, changed)
    SELECT DISTINCT ON (coalesce(n.operation::text, n.number::text))
        n.number, n.at,
        CASE
            WHEN n.is_bulk OR n.action = 'emptied' THEN 'bulk.done'
            WHEN n.action = 'created' THEN 'lead.created'
            WHEN n.action IN ('deleted', 'erased', 'purged') OR n.trashed THEN 'lead.deleted'
            ELSE 'lead.changed'
        END,
        CASE WHEN NOT n.is_bulk THEN n.lead_id END,
        CASE WHEN NOT n.is_bulk THEN n.lead_version END,
        n.actor, n.operation,
        coalesce(n.kind, CASE n.action WHEN 'emptied' THEN 'emptied' END),
        n.changed
    FROM (
        SELECT
            s.number, a.at, a.action, a.lead_id, a.lead_version, coalesce(a.actor, a.session_user_name) AS actor,
            o.id AS operation, o.kind, o.changed,
            coalesce(o.changed <> 1, false) AS is_bulk,
            a.after ? 'deleted_at' AND a.after ->> 'deleted_at' IS NOT NULL AS trashed
        FROM app.audit_seals AS s
        -- OFFSET 0: each entry is looked up by its id, whatever the planner thinks of how many there are.
        CROSS JOIN LATERAL (SELECT l.* FROM app.audit_log AS l WHERE l.id = s.entry OFFSET 0) AS a
        -- Of what somebody only says to be part of an operation each is an event of its own.
        LEFT JOIN app.operations AS o ON o.id = a.operation AND o.tx = a.tx
        WHERE s.number > p_after AND a.table_name = 'contact_leads'
    ) AS n
    -- A large one is sealed in parts.
    WHERE (SELECT e.id FROM app.events AS e WHERE e.operation = n.operation) IS NULL
    ORDER BY coalesce(n.operation::text, n.number::text), n.number
    -- Of a chain that was made anew the events may be there already.
    ON CONFLICT (id) DO NOTHING;
END;

COMMENT ON FUNCTION app.note_events(bigint) IS
    'Makes events of the audit''s entries with seals after this number: one for each change of a lead, one for each bulk operation. They hold no personal data.';
REVOKE ALL ON FUNCTION app.note_events(bigint) FROM PUBLIC;
