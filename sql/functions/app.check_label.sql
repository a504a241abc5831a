-- drop: DROP FUNCTION app.check_label(text, text, anyenum);
CREATE OR REPLACE FUNCTION app.check_label(p_parameter text, p_value text, p_enum anyenum) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
BEGIN
    IF p_value <> ALL (enum_range(p_enum)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format('%s can''t be %s.', p_parameter, quote_literal(left(p_value, 100))),
            CONSTRAINT = 'filter_not_valid',
            COLUMN = p_parameter,
            HINT = format('It is one of: %s.', array_to_string(enum_range(p_enum)::text[], ', '));
    END IF;
END;
$$;

COMMENT ON FUNCTION app.check_label(text, text, anyenum) IS
    'LD400 filter_not_valid, naming the parameter and the choices, unless p_value is NULL or a label of p_enum''s type.';
REVOKE ALL ON FUNCTION app.check_label(text, text, anyenum) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.check_label(text, text, anyenum) TO leads_viewer, leads_editor, leads_admin;
