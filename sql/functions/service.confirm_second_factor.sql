-- drop: DROP FUNCTION service.confirm_second_factor(text, bytea, bigint, bytea[], uuid);
CREATE OR REPLACE FUNCTION service.confirm_second_factor(
    p_username text, p_secret bytea, p_step bigint, p_code_hashes bytea[], p_request_id uuid
) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user_id bigint;
BEGIN
    PERFORM app.act_as(p_username, NULL, p_request_id);
    UPDATE app.second_factors AS f SET confirmed_at = app.now(), last_step = p_step
    FROM app.users AS u
    WHERE u.id = f.user_id AND u.username = p_username AND u.disabled_at IS NULL AND f.confirmed_at IS NULL AND f.secret = p_secret
    RETURNING f.user_id INTO v_user_id;
    IF v_user_id IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = 'No second factor waits to be confirmed.',
            CONSTRAINT = 'second_factor_not_begun',
            HINT = 'Ask for its secret first.';
    END IF;
    DELETE FROM app.recovery_codes AS c WHERE c.user_id = v_user_id;
    INSERT INTO app.recovery_codes (user_id, code_hash) SELECT v_user_id, h FROM unnest(p_code_hashes) AS h;
END;
$$;

COMMENT ON FUNCTION service.confirm_second_factor(text, bytea, bigint, bytea[], uuid) IS
    'Turns a second factor on, once a code of p_secret (at the time step p_step) was shown, with its recovery codes. LD409 second_factor_not_begun.';
REVOKE ALL ON FUNCTION service.confirm_second_factor(text, bytea, bigint, bytea[], uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.confirm_second_factor(text, bytea, bigint, bytea[], uuid) TO leads_service;
