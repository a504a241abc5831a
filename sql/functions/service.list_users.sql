-- drop: DROP FUNCTION service.list_users(text);
CREATE OR REPLACE FUNCTION service.list_users(p_username text DEFAULT NULL) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_users json;
BEGIN
    SELECT coalesce(json_agg(json_build_object(
        'username', u.username, 'role', u.role, 'disabled', u.disabled_at IS NOT NULL, 'disabled_at', u.disabled_at,
        'second_factor', EXISTS (SELECT FROM app.second_factors AS f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL),
        'last_login_at', (SELECT max(k.last_at) FROM app.known_clients AS k WHERE k.user_id = u.id),
        'sessions', (SELECT count(*) FROM app.sessions AS s WHERE s.user_id = u.id AND s.expires_at > app.now()),
        'api_keys', (
            SELECT count(*) FROM app.api_keys AS k
            WHERE k.created_by = u.username AND k.revoked_at IS NULL AND k.expires_at > app.now()
        ),
        'created_at', u.created_at, 'updated_at', u.updated_at
    ) ORDER BY lower(u.username)), '[]')
    INTO v_users
    FROM app.users AS u
    WHERE p_username IS NULL OR lower(u.username) = lower(p_username);
    RETURN v_users;
END;
$$;

COMMENT ON FUNCTION service.list_users(text) IS
    'Who may log in: [{username, role, disabled, disabled_at, second_factor, last_login_at, sessions, api_keys (that they made and that hold), created_at, updated_at}].';
REVOKE ALL ON FUNCTION service.list_users(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_users(text) TO leads_admin;
