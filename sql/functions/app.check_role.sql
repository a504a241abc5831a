-- drop: DROP FUNCTION app.check_role(text);
CREATE OR REPLACE FUNCTION app.check_role(p_role text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_role IS NULL OR p_role <> ALL (enum_range(NULL::app.user_role)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD422',
            MESSAGE = format('The role must be one of: %s.', array_to_string(enum_range(NULL::app.user_role), ', ')),
            CONSTRAINT = 'role_not_valid',
            COLUMN = 'role',
            DATATYPE = array_to_string(enum_range(NULL::app.user_role), ', ');
    END IF;
END;
$$;

COMMENT ON FUNCTION app.check_role(text) IS
    'LD422 role_not_valid unless a user can have this role.';
REVOKE ALL ON FUNCTION app.check_role(text) FROM PUBLIC;
