-- drop: DROP FUNCTION app.check_mail_kind(text);
CREATE OR REPLACE FUNCTION app.check_mail_kind(p_kind text) RETURNS app.mail_kind
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_kind IS NULL OR p_kind <> ALL (enum_range(NULL::app.mail_kind)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no such mail template. There are: %s.', array_to_string(enum_range(NULL::app.mail_kind), ', ')),
            CONSTRAINT = 'template_not_found',
            DATATYPE = array_to_string(enum_range(NULL::app.mail_kind), ', ');
    END IF;
    RETURN p_kind::app.mail_kind;
END;
$$;

COMMENT ON FUNCTION app.check_mail_kind(text) IS
    'The kind of mail of that name. LD404 template_not_found.';
REVOKE ALL ON FUNCTION app.check_mail_kind(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.check_mail_kind(text) TO leads_admin;
