-- drop: DROP FUNCTION service.revoked_tokens(text);
CREATE OR REPLACE FUNCTION service.revoked_tokens(p_known text DEFAULT NULL, OUT state text, OUT tokens uuid[])
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- Revocations are inserted and purged, never changed: count and newest id together name one state of the table,
    -- also when ids are committed out of order.
    SELECT s.state, CASE WHEN s.state IS DISTINCT FROM p_known THEN s.tokens END
    FROM (
        SELECT count(*)::text || ':' || coalesce(max(t.id), 0)::text AS state, coalesce(array_agg(t.jti), '{}') AS tokens
        FROM app.revoked_tokens AS t
    ) AS s;
END;

COMMENT ON FUNCTION service.revoked_tokens(text) IS
    'All tokens that were ended before their time, and a name for that state of the list; tokens is NULL when the state is still p_known.';
REVOKE ALL ON FUNCTION service.revoked_tokens(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.revoked_tokens(text) TO leads_service;
