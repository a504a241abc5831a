-- drop: DROP FUNCTION service.begin_second_factor(text, bytea, text);
CREATE OR REPLACE FUNCTION service.begin_second_factor(p_username text, p_secret bytea, p_client text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user_id bigint;
BEGIN
    SELECT u.id INTO v_user_id FROM app.users AS u WHERE u.username = p_username AND u.disabled_at IS NULL;
    -- The password was shown for this, and was right.
    DELETE FROM app.login_tries AS t WHERE t.account = lower(p_username) AND t.client = p_client;
    INSERT INTO app.second_factors AS f (user_id, secret) VALUES (v_user_id, p_secret)
    ON CONFLICT ON CONSTRAINT second_factors_pkey DO UPDATE SET secret = p_secret, created_at = app.now()
        WHERE f.confirmed_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = 'You have a second factor already.',
            CONSTRAINT = 'second_factor_on',
            HINT = 'Turn it off first.';
    END IF;
END;
$$;

COMMENT ON FUNCTION service.begin_second_factor(text, bytea, text) IS
    'Keeps the secret of a second factor, which begins to count once service.confirm_second_factor got a code of it. LD409 second_factor_on.';
REVOKE ALL ON FUNCTION service.begin_second_factor(text, bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.begin_second_factor(text, bytea, text) TO leads_service;
