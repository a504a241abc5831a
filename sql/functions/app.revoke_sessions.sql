-- drop: DROP FUNCTION app.revoke_sessions(bigint, uuid);
CREATE OR REPLACE FUNCTION app.revoke_sessions(p_user_id bigint, p_jti uuid DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ended integer;
BEGIN
    WITH gone AS (
        DELETE FROM app.sessions AS s
        WHERE (p_user_id IS NULL OR s.user_id = p_user_id) AND (p_jti IS NULL OR s.jti = p_jti)
        RETURNING s.jti, s.expires_at, s.token_hash
    ), noted AS (
        -- An opaque token holds for as long as its session is there; a JWT has to be named.
        INSERT INTO app.revoked_tokens (jti, expires_at)
        SELECT g.jti, g.expires_at FROM gone AS g WHERE g.token_hash IS NULL
        ON CONFLICT (jti) DO NOTHING
    )
    SELECT count(*) INTO v_ended FROM gone;
    RETURN v_ended;
END;
$$;

COMMENT ON FUNCTION app.revoke_sessions(bigint, uuid) IS
    'Ends sessions and the tokens of them: all of a user, or one; of everybody where p_user_id is NULL. Returns how many.';
REVOKE ALL ON FUNCTION app.revoke_sessions(bigint, uuid) FROM PUBLIC;
