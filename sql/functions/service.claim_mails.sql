-- drop: DROP FUNCTION service.claim_mails(integer, interval, boolean);
CREATE OR REPLACE FUNCTION service.claim_mails(p_limit integer, p_lease interval, p_has_team boolean) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_shown CONSTANT integer := 50;
    v_mail app.outbox;
    v_to_visitor boolean;
    v_stop text;
    v_failed text;
    v_skipped text;
    v_ids bigint[];
    v_with bigint[];
    v_merged bigint[] := '{}';
    v_digest jsonb;
    v_claimed json[] := '{}';
BEGIN
    FOR v_mail IN
        SELECT o.* FROM app.outbox AS o
        WHERE o.state IN ('queued', 'sending') AND o.due_at <= app.now()
        ORDER BY o.due_at, o.id
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    LOOP
        CONTINUE WHEN v_mail.id = ANY (v_merged);
        v_to_visitor := v_mail.kind IN ('acknowledgement', 'cv') AND NOT v_mail.is_test;
        v_ids := v_mail.lead_ids;
        v_with := '{}';
        v_digest := NULL;
        v_skipped := NULL;
        v_stop := CASE WHEN v_to_visitor THEN
            (SELECT s.reason FROM app.mail_stops AS s WHERE s.address = app.mailbox_of(v_mail.recipient)) END;
        v_failed := CASE WHEN v_mail.first_attempt_at <= app.now() - interval '23 hours'
            THEN concat_ws(' ', 'Given up after 23 hours; whether it arrived is not known.', v_mail.error) END;
        IF v_failed IS NULL AND v_mail.attempts = 0 THEN
            v_skipped := CASE
                WHEN v_mail.wanted_at <= app.now() - interval '24 hours' THEN 'It was too old when its turn came.'
                WHEN v_stop = 'bounced' THEN 'An earlier mail to this address bounced.'
                WHEN v_stop = 'complained' THEN 'Somebody at this address called an earlier mail spam.'
                WHEN v_stop = 'asked' THEN 'Somebody at this address asked for no more mail.'
                WHEN v_mail.recipient IS NULL AND NOT p_has_team THEN 'NOTIFY_TO names nobody.'
            END;
        END IF;
        IF v_failed IS NULL AND v_skipped IS NULL AND v_mail.content IS NULL AND NOT v_mail.is_test THEN
            IF v_mail.kind = 'digest' THEN
                -- Of the day that it was queued for, where the team is.
                v_digest := app.digest() || jsonb_build_object('date', replace(v_mail.occasion, 'digest ', ''));
                v_ids := ARRAY(SELECT e.value::bigint FROM jsonb_array_elements_text(v_digest -> 'lead_ids') AS e);
            ELSE
                IF v_mail.bundle IS NOT NULL THEN
                    WITH others AS (
                        SELECT o.id FROM app.outbox AS o
                        WHERE o.state = 'queued' AND o.bundle = v_mail.bundle AND o.id <> v_mail.id AND o.attempts = 0
                            AND o.wanted_at > app.now() - interval '24 hours'
                        FOR UPDATE SKIP LOCKED
                    ), merged AS (
                        UPDATE app.outbox AS o SET state = 'merged', merged_into = v_mail.id, ended_at = app.now()
                        FROM others WHERE o.id = others.id
                        RETURNING o.id, o.lead_id
                    )
                    SELECT coalesce(array_agg(m.id), '{}'), array_agg(m.lead_id) INTO v_merged, v_with
                    FROM (SELECT m.id, m.lead_id FROM merged AS m UNION ALL SELECT u.id, NULL FROM unnest(v_merged) AS u (id)) AS m;
                END IF;
                -- The most urgent first, and what has been there for longest.
                v_ids := ARRAY(
                    SELECT l.id FROM public.contact_leads AS l
                    WHERE l.id = ANY (coalesce(v_ids, ARRAY[v_mail.lead_id]) || v_with) AND l.deleted_at IS NULL AND NOT l.is_spam
                    ORDER BY l.priority DESC, l.created_at, l.id
                );
                IF cardinality(v_ids) = 0 THEN
                    v_skipped := 'Its lead is gone, in the trash, or spam.';
                END IF;
            END IF;
        END IF;
        IF v_failed IS NOT NULL OR v_skipped IS NOT NULL THEN
            UPDATE app.outbox AS o
            SET state = CASE WHEN v_failed IS NOT NULL THEN 'failed'::app.mail_state ELSE 'skipped' END,
                error = coalesce(v_failed, v_skipped), ended_at = app.now()
            WHERE o.id = v_mail.id;
            CONTINUE;
        END IF;
        UPDATE app.outbox AS o
        SET state = 'sending', attempts = o.attempts + 1, due_at = app.now() + p_lease,
            first_attempt_at = coalesce(o.first_attempt_at, app.now()),
            lead_ids = v_ids[:c_shown], more = o.more + greatest(coalesce(cardinality(v_ids), 0) - c_shown, 0)
        WHERE o.id = v_mail.id
        RETURNING o.* INTO v_mail;
        v_claimed := v_claimed || json_build_object(
            'id', v_mail.id, 'key', v_mail.key, 'kind', v_mail.kind, 'recipient', v_mail.recipient, 'is_test', v_mail.is_test,
            'attempt', v_mail.attempts, 'content', v_mail.content, 'digest', v_digest, 'more', v_mail.more,
            'template', (SELECT row_to_json(t) FROM app.mail_templates AS t WHERE t.kind = v_mail.kind),
            'leads', CASE WHEN v_mail.content IS NULL THEN (
                SELECT coalesce(jsonb_agg(app.lead_for_mail(l, NOT v_to_visitor) ORDER BY array_position(v_mail.lead_ids, l.id)), '[]')
                FROM public.contact_leads AS l WHERE l.id = ANY (v_mail.lead_ids)
            ) END
        );
    END LOOP;
    RETURN array_to_json(v_claimed);
END;
$$;

COMMENT ON FUNCTION service.claim_mails(integer, interval, boolean) IS
    'Gives a worker at most p_limit mails that are due, and whose they are until p_lease has passed: [{id, key, kind, recipient, is_test, attempt, content, template, leads, more, digest}]. What another one has is passed over; what a worker has had for too long, since it died, is given out again. Skips what is not to be sent, gives up what has been tried for 23 hours, and gathers bundles. p_has_team: whether there is an address of the team.';
REVOKE ALL ON FUNCTION service.claim_mails(integer, interval, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.claim_mails(integer, interval, boolean) TO leads_service;
