-- drop: DROP FUNCTION service.mail_status();
CREATE OR REPLACE FUNCTION service.mail_status() RETURNS json
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT json_build_object(
        'queued', count(*) FILTER (WHERE o.state = 'queued'),
        'sending', count(*) FILTER (WHERE o.state = 'sending'),
        'failed', (SELECT count(*) FROM app.outbox AS f WHERE f.state = 'failed'),
        'sent_24h', (
            SELECT count(*) FROM app.outbox AS s WHERE s.ended_at > app.now() - interval '24 hours' AND s.state = 'sent'
        ),
        'late_seconds', coalesce(greatest(extract(epoch FROM app.now() - min(o.due_at)), 0), 0)::bigint,
        'waits_for', (
            SELECT w.error FROM app.outbox AS w
            WHERE w.state = 'queued' AND w.error IS NOT NULL ORDER BY w.due_at, w.id LIMIT 1
        )
    )
    FROM app.outbox AS o WHERE o.state IN ('queued', 'sending');
END;

COMMENT ON FUNCTION service.mail_status() IS
    'How the outbox stands: {"queued", "sending", "failed", "sent_24h", "late_seconds": for how long the first one has been due, "waits_for": why the first of those tried waits, or null}.';
REVOKE ALL ON FUNCTION service.mail_status() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.mail_status() TO leads_service, leads_viewer, leads_editor, leads_admin;
