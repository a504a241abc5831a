-- drop: DROP FUNCTION service.queue_due_mails(time, text);
CREATE OR REPLACE FUNCTION service.queue_due_mails(p_at time, p_time_zone text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_local timestamp := app.now() AT TIME ZONE p_time_zone;
    v_digest jsonb;
BEGIN
    -- "leadm" as a number; "leads" is the migrations'.
    IF v_local::time < p_at OR NOT pg_try_advisory_xact_lock(465557349485) THEN
        RETURN;
    END IF;
    PERFORM app.queue_mail('reminder', d.occasion, d.id, d.recipient, 'reminder ' || coalesce(d.recipient, ''), app.now())
    FROM (
        SELECT l.id, format('reminder %s %s', l.id, l.follow_up_date) AS occasion,
            CASE WHEN l.assignee ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$' AND l.assignee = ANY (app.assignable_users())
                THEN l.assignee END AS recipient
        FROM public.contact_leads AS l
        WHERE l.follow_up_date BETWEEN v_local::date - 7 AND v_local::date
            AND l.status <> 'archived' AND l.deleted_at IS NULL AND NOT l.is_spam
    ) AS d
    WHERE NOT EXISTS (SELECT FROM app.outbox AS o WHERE o.occasion = d.occasion);
    IF NOT EXISTS (SELECT FROM app.outbox AS o WHERE o.occasion = format('digest %s', v_local::date)) THEN
        v_digest := app.digest();
        IF (v_digest ->> 'new')::bigint > 0 OR (v_digest ->> 'unread')::bigint > 0 THEN
            PERFORM app.queue_mail('digest', format('digest %s', v_local::date), NULL, NULL, NULL, app.now());
        END IF;
    END IF;
END;
$$;

COMMENT ON FUNCTION service.queue_due_mails(time, text) IS
    'What every worker asks for each minute: from p_at on in that time zone, queues the day''s reminders of follow-ups (those missed in the last week too) and its digest, each once. A reminder goes to whom the lead is assigned, when the username is an address, else to the team; a digest without anything new or unread is left out.';
REVOKE ALL ON FUNCTION service.queue_due_mails(time, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.queue_due_mails(time, text) TO leads_service;
