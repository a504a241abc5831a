-- drop: DROP FUNCTION service.retry_mails(bigint[]);
CREATE OR REPLACE FUNCTION service.retry_mails(p_ids bigint[]) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_changed bigint;
BEGIN
    UPDATE app.outbox AS o
    SET state = 'queued', wanted_at = app.now(), due_at = app.now(), ended_at = NULL, error = NULL,
        -- One that is over begins anew, under another key: what the provider refused, or has forgotten, it would else call a repeat.
        key = CASE o.state WHEN 'queued' THEN o.key ELSE gen_random_uuid() END,
        content = CASE o.state WHEN 'queued' THEN o.content END,
        attempts = CASE o.state WHEN 'queued' THEN o.attempts ELSE 0 END,
        first_attempt_at = CASE o.state WHEN 'queued' THEN o.first_attempt_at END
    WHERE CASE WHEN p_ids IS NULL THEN o.state = 'failed' ELSE o.id = ANY (p_ids) AND o.state IN ('failed', 'skipped', 'queued') END;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    PERFORM pg_notify('leads_mail', '');
    RETURN json_build_object('changed', v_changed);
END;
$$;

COMMENT ON FUNCTION service.retry_mails(bigint[]) IS
    'Tries mails now: those of p_ids that failed, were skipped or wait; NULL: all that failed. Tells the workers by NOTIFY leads_mail. Returns {"changed"}.';
REVOKE ALL ON FUNCTION service.retry_mails(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.retry_mails(bigint[]) TO leads_editor, leads_admin;
