-- drop: DROP FUNCTION service.test_mail(text, text);
CREATE OR REPLACE FUNCTION service.test_mail(p_kind text, p_recipient text) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_mail app.outbox;
BEGIN
    INSERT INTO app.outbox AS o (kind, occasion, recipient, is_test)
    VALUES (app.check_mail_kind(p_kind), 'test ' || gen_random_uuid(), p_recipient, true)
    RETURNING o.* INTO v_mail;
    PERFORM pg_notify('leads_mail', '');
    RETURN app.mail_as_json(v_mail);
END;
$$;

COMMENT ON FUNCTION service.test_mail(text, text) IS
    'Queues a mail of a kind with made-up values, to one address, and returns it as service.list_mails shows it. Tells the workers by NOTIFY leads_mail. LD404 template_not_found.';
REVOKE ALL ON FUNCTION service.test_mail(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.test_mail(text, text) TO leads_admin;
