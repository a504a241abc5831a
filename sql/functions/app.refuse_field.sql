-- drop: DROP FUNCTION app.refuse_field(text, text, text);
CREATE OR REPLACE FUNCTION app.refuse_field(p_field text, p_message text, p_allowed text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path = pg_catalog
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'LD422',
        MESSAGE = p_message,
        CONSTRAINT = 'fields_not_valid',
        COLUMN = left(p_field, 100),
        DATATYPE = coalesce(p_allowed, '');
END;
$$;

COMMENT ON FUNCTION app.refuse_field(text, text, text) IS
    'LD422 fields_not_valid: a field that can''t be taken as it is, why, and of a choice what would do, separated by commas.';
REVOKE ALL ON FUNCTION app.refuse_field(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.refuse_field(text, text, text) TO leads_viewer, leads_editor, leads_admin;
