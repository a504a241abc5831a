-- drop: DROP FUNCTION app.mail_as_json(app.outbox);
CREATE OR REPLACE FUNCTION app.mail_as_json(p_mail app.outbox) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', (p_mail).id, 'kind', (p_mail).kind, 'state', (p_mail).state, 'lead_id', (p_mail).lead_id, 'recipient', (p_mail).recipient,
        'subject', (p_mail).content -> 'subject', 'is_test', (p_mail).is_test, 'created_at', (p_mail).created_at, 'due_at', (p_mail).due_at,
        'attempts', (p_mail).attempts, 'ended_at', (p_mail).ended_at, 'error', (p_mail).error, 'merged_into', (p_mail).merged_into,
        'transport', (p_mail).transport, 'provider_id', (p_mail).provider_id, 'delivery', (p_mail).delivery,
        'delivery_at', (p_mail).delivery_at, 'delivery_detail', (p_mail).delivery_detail, 'opened', (p_mail).opened,
        'last_opened_at', (p_mail).last_opened_at,
        'stopped', CASE WHEN (p_mail).kind IN ('acknowledgement', 'cv') THEN
            (SELECT s.reason FROM app.mail_stops AS s WHERE s.address = app.mailbox_of((p_mail).recipient)) END
    );
$$;

COMMENT ON FUNCTION app.mail_as_json(app.outbox) IS
    'A mail of the outbox as lists show it, without what it says. stopped: why its recipient gets no automatic answers any more, or null.';
REVOKE ALL ON FUNCTION app.mail_as_json(app.outbox) FROM PUBLIC;
