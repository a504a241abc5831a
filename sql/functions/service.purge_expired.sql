-- drop: DROP FUNCTION service.purge_expired();
CREATE OR REPLACE FUNCTION service.purge_expired() RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH keys AS (
        DELETE FROM app.idempotency_keys AS k WHERE k.created_at <= app.now() - interval '24 hours' RETURNING 1
    ), tokens AS (
        -- A minute longer than the token lives: the service allows for clocks that differ by half of that.
        DELETE FROM app.revoked_tokens AS t WHERE t.expires_at <= app.now() - interval '1 minute' RETURNING 1
    ), events AS (
        DELETE FROM app.events AS e WHERE e.at <= app.now() - interval '24 hours' RETURNING e.id
    ), mark AS (
        UPDATE app.audit_sealing AS m SET events_after = greatest(m.events_after, g.last)
        FROM (SELECT max(e.id) AS last FROM events AS e) AS g
        WHERE g.last IS NOT NULL
    )
    SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM tokens) + (SELECT count(*) FROM events);
END;

COMMENT ON FUNCTION service.purge_expired() IS
    'Removes idempotency keys and events over 24 hours old, and revocations of tokens that have expired anyway; returns how many rows.';
REVOKE ALL ON FUNCTION service.purge_expired() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.purge_expired() TO leads_service;
