-- drop: DROP FUNCTION service.user_profile(text);
CREATE OR REPLACE FUNCTION service.user_profile(p_username text) RETURNS json
    LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_profile json;
BEGIN
    SELECT json_build_object(
        'username', u.username, 'role', u.role, 'created_at', u.created_at, 'updated_at', u.updated_at,
        'second_factor', EXISTS (SELECT FROM app.second_factors AS f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL),
        'recovery_codes', (SELECT count(*) FROM app.recovery_codes AS c WHERE c.user_id = u.id AND c.used_at IS NULL)
    )
    INTO v_profile
    FROM app.users AS u
    WHERE u.username = p_username AND u.disabled_at IS NULL;
    IF v_profile IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD401',
            MESSAGE = 'The user of this token is gone or disabled.',
            CONSTRAINT = 'user_gone',
            HINT = 'Log in again.';
    END IF;
    RETURN v_profile;
END;
$$;

COMMENT ON FUNCTION service.user_profile(text) IS
    'A user as shown to themselves: username, role, created_at, updated_at, whether they have a second factor, and how many recovery codes are left. LD401 user_gone when there is none.';
REVOKE ALL ON FUNCTION service.user_profile(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.user_profile(text) TO leads_service;
