-- drop: DROP FUNCTION app.queue_mail(app.mail_kind, text, bigint, text, text, timestamptz);
CREATE OR REPLACE FUNCTION app.queue_mail(
    p_kind app.mail_kind, p_occasion text, p_lead_id bigint, p_recipient text, p_bundle text, p_due_at timestamptz
) RETURNS void
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO app.outbox (kind, occasion, lead_id, recipient, bundle, wanted_at, due_at)
    SELECT p_kind, p_occasion, p_lead_id, p_recipient, p_bundle, p_due_at, p_due_at
    WHERE NOT EXISTS (SELECT FROM app.mail_templates AS t WHERE t.kind = p_kind AND NOT t.enabled)
    ON CONFLICT ON CONSTRAINT outbox_occasion_key DO NOTHING;
END;

COMMENT ON FUNCTION app.queue_mail(app.mail_kind, text, bigint, text, text, timestamptz) IS
    'Puts a mail into the outbox: once for each occasion, and none of a kind that is switched off. p_recipient NULL: the team.';
REVOKE ALL ON FUNCTION app.queue_mail(app.mail_kind, text, bigint, text, text, timestamptz) FROM PUBLIC;
