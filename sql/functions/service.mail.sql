-- drop: DROP FUNCTION service.mail(bigint);
CREATE OR REPLACE FUNCTION service.mail(p_id bigint) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_mail jsonb;
BEGIN
    SELECT app.mail_as_json(o) || jsonb_build_object('key', o.key, 'content', o.content, 'lead_ids', coalesce(o.lead_ids, '{}'), 'more', o.more)
    INTO v_mail
    FROM app.outbox AS o WHERE o.id = p_id;
    IF v_mail IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = format('There is no mail %s.', p_id), CONSTRAINT = 'mail_not_found', COLUMN = 'id';
    END IF;
    RETURN v_mail;
END;
$$;

COMMENT ON FUNCTION service.mail(bigint) IS
    'A mail as service.list_mails shows it, and what it says: content, null until it was first tried, or when a lead that it told of was erased. LD404 mail_not_found.';
REVOKE ALL ON FUNCTION service.mail(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.mail(bigint) TO leads_viewer, leads_editor, leads_admin;
