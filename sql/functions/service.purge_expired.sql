-- drop: DROP FUNCTION service.purge_expired();
CREATE OR REPLACE FUNCTION service.purge_expired() RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH keys AS (
        DELETE FROM app.idempotency_keys AS k WHERE k.created_at <= app.now() - interval '24 hours' RETURNING 1
    ), tokens AS (
        -- An hour longer than the token lives: a machine's clock may be wrong.
        DELETE FROM app.revoked_tokens AS t WHERE t.expires_at <= app.now() - interval '1 hour' RETURNING 1
    ), sessions AS (
        DELETE FROM app.sessions AS s WHERE s.expires_at <= app.now() - interval '1 hour' RETURNING 1
    ), tries AS (
        DELETE FROM app.login_tries AS t WHERE t.last_at <= app.now() - interval '24 hours' RETURNING 1
    ), clients AS (
        DELETE FROM app.known_clients AS k WHERE k.last_at <= app.now() - interval '90 days' RETURNING 1
    ), events AS (
        DELETE FROM app.events AS e WHERE e.at <= app.now() - interval '24 hours' RETURNING e.id
    ), mails AS (
        DELETE FROM app.outbox AS o WHERE o.ended_at <= app.now() - interval '90 days' RETURNING 1
    ), replies AS (
        DELETE FROM app.auto_replies AS r WHERE r.at <= app.now() - interval '24 hours' RETURNING 1
    ), mark AS (
        UPDATE app.audit_sealing AS m SET events_after = greatest(m.events_after, g.last)
        FROM (SELECT max(e.id) AS last FROM events AS e) AS g
        WHERE g.last IS NOT NULL
    )
    SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM tokens) + (SELECT count(*) FROM sessions)
        + (SELECT count(*) FROM tries) + (SELECT count(*) FROM clients) + (SELECT count(*) FROM events)
        + (SELECT count(*) FROM mails) + (SELECT count(*) FROM replies);
END;

COMMENT ON FUNCTION service.purge_expired() IS
    'Removes idempotency keys, events, marks of automatic answers and failed tries to log in over 24 hours old, mails that ended 90 days ago, sessions and revocations of tokens that have expired anyway, and from where somebody last logged in 90 days ago; returns how many rows.';
REVOKE ALL ON FUNCTION service.purge_expired() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.purge_expired() TO leads_service;
