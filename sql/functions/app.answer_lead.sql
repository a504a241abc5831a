-- drop: DROP FUNCTION app.answer_lead(public.contact_leads);
CREATE OR REPLACE FUNCTION app.answer_lead(p_lead public.contact_leads) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind app.mail_kind := CASE (p_lead).lead_type WHEN 'cv_request' THEN 'cv' ELSE 'acknowledgement' END;
    v_address text := app.mailbox_of((p_lead).email);
    v_at timestamptz;
BEGIN
    IF (p_lead).is_spam THEN
        RETURN;
    END IF;
    -- Others than urgent ones are gathered for a while: many leads at once are one mail.
    PERFORM app.queue_mail(
        'notification', 'notification ' || (p_lead).id, (p_lead).id, NULL, 'notification', app.now() + interval '5 minutes');
    -- Who answers an automatic answer by itself would get one for it, and so on.
    IF (p_lead).email ~* '^(mailer-daemon|postmaster|bounces?|no-?reply|do-?not-?reply)[@+-]' THEN
        RETURN;
    END IF;
    -- Looked at first without a lock, for which leads of one address would wait for one another.
    IF EXISTS (
        SELECT FROM app.auto_replies AS r
        WHERE r.address = v_address AND r.at > app.now() - interval '24 hours' AND (v_kind <> 'cv' OR r.kind = 'cv')
    ) THEN
        RETURN;
    END IF;
    -- One a day for a mailbox, whoever types its address. A CV that was asked for is not forgotten: it waits for the day to pass.
    INSERT INTO app.auto_replies AS r (address, kind, at)
    VALUES (v_address, v_kind, app.now())
    ON CONFLICT ON CONSTRAINT auto_replies_pkey DO UPDATE
        SET kind = excluded.kind, at = greatest(excluded.at, r.at + interval '24 hours')
        WHERE r.at <= app.now() - interval '24 hours' OR excluded.kind = 'cv' AND r.kind <> 'cv'
    RETURNING r.at INTO v_at;
    IF v_at IS NOT NULL THEN
        PERFORM app.queue_mail(v_kind, v_kind || ' ' || (p_lead).id, (p_lead).id, (p_lead).email, NULL, v_at);
    END IF;
END;
$$;

COMMENT ON FUNCTION app.answer_lead(public.contact_leads) IS
    'Queues what a visitor''s lead gives rise to: an answer to the visitor, at most one a day for a mailbox, and a notification to the team, with others within 5 minutes. Nothing for spam.';
REVOKE ALL ON FUNCTION app.answer_lead(public.contact_leads) FROM PUBLIC;
