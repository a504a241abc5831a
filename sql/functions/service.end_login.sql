-- drop: DROP FUNCTION service.end_login(text, text, text, uuid, timestamptz, bytea, text, bigint, bytea, bytea);
CREATE OR REPLACE FUNCTION service.end_login(
    p_username text, p_client text, p_password_hash text, p_jti uuid, p_expires_at timestamptz, p_token_hash bytea, p_agent text,
    p_step bigint, p_sealed bytea, p_recovery_hash bytea, OUT username text, OUT role text
)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user app.users;
BEGIN
    -- Waits for whoever is just changing the user, and then sees the change: with another password, or disabled, there is no row.
    SELECT u.* INTO v_user FROM app.users AS u
    WHERE lower(u.username) = lower(p_username) AND u.disabled_at IS NULL AND u.password_hash = p_password_hash
    FOR SHARE;
    IF v_user.id IS NULL THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM app.second_factors AS f WHERE f.user_id = v_user.id AND f.confirmed_at IS NOT NULL) THEN
        IF p_recovery_hash IS NOT NULL THEN
            UPDATE app.recovery_codes AS c SET used_at = app.now()
            WHERE c.user_id = v_user.id AND c.code_hash = p_recovery_hash AND c.used_at IS NULL;
        ELSE
            -- A code holds once: not again, nor one from before it.
            UPDATE app.second_factors AS f SET last_step = p_step, secret = p_sealed
            WHERE f.user_id = v_user.id AND f.last_step < p_step;
        END IF;
        IF NOT FOUND THEN
            RETURN;
        END IF;
    END IF;
    DELETE FROM app.login_tries AS t WHERE t.account = lower(left(p_username, 100)) AND t.client = p_client;
    UPDATE app.login_tries AS t SET failures = greatest(t.failures - 1, 0)
    WHERE t.account = lower(left(p_username, 100)) AND t.client = ''
        AND NOT EXISTS (SELECT FROM app.known_clients AS k WHERE k.user_id = v_user.id AND k.client = p_client);
    INSERT INTO app.known_clients AS k (user_id, client) VALUES (v_user.id, p_client)
    ON CONFLICT ON CONSTRAINT known_clients_pkey DO UPDATE SET last_at = app.now();
    INSERT INTO app.sessions (jti, user_id, expires_at, token_hash, client, agent)
    VALUES (p_jti, v_user.id, p_expires_at, p_token_hash, p_client, left(p_agent, 300));
    username := v_user.username;
    role := v_user.role;
END;
$$;

COMMENT ON FUNCTION service.end_login(text, text, text, uuid, timestamptz, bytea, text, bigint, bytea, bytea) IS
    'Ends a try to log in whose password matched p_password_hash: notes the session of the token p_jti, and says as whom. No row''s worth (NULLs) when the user has changed meanwhile, or has a second factor for which neither p_step (the time step of a code, which holds once; p_sealed keeps its secret) nor p_recovery_hash does. p_token_hash is of an opaque token, NULL for a JWT.';
REVOKE ALL ON FUNCTION service.end_login(text, text, text, uuid, timestamptz, bytea, text, bigint, bytea, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.end_login(text, text, text, uuid, timestamptz, bytea, text, bigint, bytea, bytea) TO leads_service;
