-- drop: DROP FUNCTION app.queue_lead_mail();
CREATE OR REPLACE FUNCTION app.queue_lead_mail() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.is_spam OR NEW.deleted_at IS NOT NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.is_spam THEN
        -- What was held back while it was called spam, or never queued.
        UPDATE app.outbox AS o SET state = 'queued', wanted_at = app.now(), due_at = app.now(), ended_at = NULL, error = NULL
        WHERE o.lead_id = NEW.id AND o.state = 'skipped';
        IF EXISTS (SELECT FROM app.audit_log AS a WHERE a.lead_id = NEW.id AND a.action = 'created' AND a.actor_role = 'visitor') THEN
            PERFORM app.answer_lead(NEW);
        END IF;
    END IF;
    IF NEW.priority IN ('high', 'urgent') AND (TG_OP = 'INSERT' OR OLD.priority < 'high') THEN
        PERFORM app.queue_mail(
            'notification', 'notification ' || NEW.id || CASE TG_OP WHEN 'UPDATE' THEN ' ' || NEW.priority ELSE '' END,
            NEW.id, NULL, 'notification', app.now());
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.queue_lead_mail() IS
    'Trigger function: tells the team at once of a lead that is or becomes high or urgent, and sends for one that turns out to be no spam what was held back.';
REVOKE ALL ON FUNCTION app.queue_lead_mail() FROM PUBLIC;
