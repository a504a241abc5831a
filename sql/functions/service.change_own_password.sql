-- drop: DROP FUNCTION service.change_own_password(text, text, text, uuid, timestamptz, text, text, uuid);
CREATE OR REPLACE FUNCTION service.change_own_password(
    p_username text, p_password_hash text, p_new_hash text, p_jti uuid, p_expires_at timestamptz, p_client text, p_agent text, p_request_id uuid
) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user app.users;
BEGIN
    PERFORM app.act_as(p_username, NULL, p_request_id);
    -- Only while the password is still the one that was shown.
    UPDATE app.users AS u SET password_hash = p_new_hash
    WHERE u.username = p_username AND u.password_hash = p_password_hash AND u.disabled_at IS NULL
    RETURNING u.* INTO v_user;
    IF v_user.id IS NOT NULL THEN
        DELETE FROM app.login_tries AS t WHERE t.account = lower(v_user.username) AND t.client = p_client;
        INSERT INTO app.sessions (jti, user_id, expires_at, client, agent) VALUES (p_jti, v_user.id, p_expires_at, p_client, left(p_agent, 300));
    END IF;
    RETURN v_user.role;
END;
$$;

COMMENT ON FUNCTION service.change_own_password(text, text, text, uuid, timestamptz, text, text, uuid) IS
    'Somebody changes their own password, having shown the one of p_password_hash: they are logged out everywhere, and the session of a new token begins. Returns their role; NULL when the password has changed meanwhile.';
REVOKE ALL ON FUNCTION service.change_own_password(text, text, text, uuid, timestamptz, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.change_own_password(text, text, text, uuid, timestamptz, text, text, uuid) TO leads_service;
