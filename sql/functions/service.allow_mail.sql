-- drop: DROP FUNCTION service.allow_mail(text);
CREATE OR REPLACE FUNCTION service.allow_mail(p_address text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM app.mail_stops AS s WHERE s.address = app.mailbox_of(p_address);
    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION service.allow_mail(text) IS
    'Lets an address have automatic answers again, after a bounce that was mended, say. false: it may anyway.';
REVOKE ALL ON FUNCTION service.allow_mail(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.allow_mail(text) TO leads_editor, leads_admin;
