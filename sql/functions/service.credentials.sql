-- drop: DROP FUNCTION service.credentials(text);
CREATE OR REPLACE FUNCTION service.credentials(p_known text DEFAULT NULL, OUT state text, OUT clock double precision, OUT credentials json)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    credentials := json_build_object(
        'revoked', (SELECT coalesce(json_agg(t.jti ORDER BY t.jti), '[]') FROM app.revoked_tokens AS t),
        'keys', (
            SELECT coalesce(json_agg(json_build_array(encode(k.key_hash, 'hex'), k.id, k.name, k.scope, extract(epoch FROM k.expires_at)) ORDER BY k.id), '[]')
            FROM app.api_keys AS k
            WHERE k.revoked_at IS NULL AND k.expires_at > app.now()
        ),
        'opaque', (
            SELECT coalesce(json_agg(json_build_array(
                encode(s.token_hash, 'hex'), s.jti, u.username, u.role, extract(epoch FROM s.issued_at), extract(epoch FROM s.expires_at)
            ) ORDER BY s.jti), '[]')
            FROM app.sessions AS s JOIN app.users AS u ON u.id = s.user_id
            WHERE s.token_hash IS NOT NULL AND s.expires_at > app.now()
        )
    );
    state := md5(credentials::text);
    IF state = p_known THEN
        credentials := NULL;
    END IF;
    clock := extract(epoch FROM clock_timestamp());
END;
$$;

COMMENT ON FUNCTION service.credentials(text) IS
    'Who is let in, and who no more: {"revoked": [jti], "keys": [[sha256 as hex, id, name, scope, expires]], "opaque": [[sha256 as hex, jti, username, role, issued, expires]]} (times in seconds since 1970), a name for that state, and the database''s clock; credentials is NULL when the state is still p_known.';
REVOKE ALL ON FUNCTION service.credentials(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.credentials(text) TO leads_service;
