-- drop: DROP FUNCTION service.note_delivery(uuid, text, text, timestamptz, text);
CREATE OR REPLACE FUNCTION service.note_delivery(p_key uuid, p_provider_id text, p_delivery text, p_at timestamptz, p_detail text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_mail app.outbox;
BEGIN
    -- By what the provider calls it; or by its key, where that was never heard: a worker died, an answer was lost.
    SELECT o.* INTO v_mail FROM app.outbox AS o WHERE o.provider_id = p_provider_id FOR UPDATE;
    IF NOT FOUND AND p_key IS NOT NULL THEN
        SELECT o.* INTO v_mail FROM app.outbox AS o WHERE o.state IN ('queued', 'sending', 'failed') AND o.attempts > 0 AND o.key = p_key FOR UPDATE;
    END IF;
    IF v_mail.id IS NULL THEN
        RETURN NULL;
    END IF;
    -- Reports come in any order, and more than once: the newest counts, and a delay says nothing any more of one that has arrived.
    UPDATE app.outbox AS o
    SET delivery = CASE WHEN n.is_news THEN p_delivery ELSE o.delivery END,
        delivery_at = CASE WHEN n.is_news THEN p_at ELSE o.delivery_at END,
        delivery_detail = CASE WHEN n.is_news THEN left(p_detail, 1000) ELSE o.delivery_detail END,
        provider_id = coalesce(o.provider_id, p_provider_id),
        state = CASE WHEN o.state IN ('queued', 'sending', 'failed') THEN 'sent' ELSE o.state END,
        ended_at = coalesce(o.ended_at, app.now()),
        error = CASE WHEN o.state IN ('queued', 'sending', 'failed') THEN NULL ELSE o.error END
    FROM (SELECT v_mail.delivery IS NULL OR p_at >= v_mail.delivery_at AND NOT (p_delivery = 'delayed' AND v_mail.delivery <> 'delayed')) AS n (is_news)
    WHERE o.id = v_mail.id;
    IF p_delivery IN ('bounced', 'complained') AND v_mail.recipient IS NOT NULL AND NOT v_mail.is_test THEN
        INSERT INTO app.mail_stops (address, reason) VALUES (app.mailbox_of(v_mail.recipient), p_delivery)
        ON CONFLICT ON CONSTRAINT mail_stops_pkey DO NOTHING;
    END IF;
    RETURN v_mail.id;
END;
$$;

COMMENT ON FUNCTION service.note_delivery(uuid, text, text, timestamptz, text) IS
    'Notes what the provider reports of a mail (app.outbox.delivery), and that it has it; after a bounce or complaint the address gets no automatic answers any more. Returns the mail''s id, NULL for one that is not known here.';
REVOKE ALL ON FUNCTION service.note_delivery(uuid, text, text, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.note_delivery(uuid, text, text, timestamptz, text) TO leads_service;
