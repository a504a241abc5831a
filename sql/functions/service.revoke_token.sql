-- drop: DROP FUNCTION service.revoke_token(uuid, timestamptz);
CREATE OR REPLACE FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamptz) RETURNS void
    LANGUAGE sql VOLATILE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    DELETE FROM app.sessions AS s WHERE s.jti = p_jti;
    INSERT INTO app.revoked_tokens (jti, expires_at)
    VALUES (p_jti, p_expires_at)
    ON CONFLICT (jti) DO NOTHING;
END;

COMMENT ON FUNCTION service.revoke_token(uuid, timestamptz) IS
    'Ends a token before its time. Kept until the token would have expired by itself.';
REVOKE ALL ON FUNCTION service.revoke_token(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.revoke_token(uuid, timestamptz) TO leads_service;
