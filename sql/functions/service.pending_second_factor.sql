-- drop: DROP FUNCTION service.pending_second_factor(text);
CREATE OR REPLACE FUNCTION service.pending_second_factor(p_username text) RETURNS bytea
    LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_secret bytea;
BEGIN
    SELECT f.secret INTO v_secret
    FROM app.second_factors AS f JOIN app.users AS u ON u.id = f.user_id
    WHERE u.username = p_username AND u.disabled_at IS NULL AND f.confirmed_at IS NULL;
    IF v_secret IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = 'No second factor waits to be confirmed.',
            CONSTRAINT = 'second_factor_not_begun',
            HINT = 'Ask for its secret first.';
    END IF;
    RETURN v_secret;
END;
$$;

COMMENT ON FUNCTION service.pending_second_factor(text) IS
    'The sealed secret of a second factor that is still to be confirmed. LD409 second_factor_not_begun.';
REVOKE ALL ON FUNCTION service.pending_second_factor(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.pending_second_factor(text) TO leads_service;
