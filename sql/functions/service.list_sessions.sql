-- drop: DROP FUNCTION service.list_sessions(text);
CREATE OR REPLACE FUNCTION service.list_sessions(p_username text) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_sessions json;
BEGIN
    SELECT json_build_object('data', coalesce(json_agg(json_build_object(
        'id', s.jti, 'username', u.username, 'kind', CASE WHEN s.token_hash IS NULL THEN 'token' ELSE 'legacy token' END,
        'issued_at', s.issued_at, 'expires_at', s.expires_at, 'address', s.client, 'agent', s.agent
    ) ORDER BY s.issued_at DESC, s.jti), '[]'))
    INTO v_sessions
    FROM app.sessions AS s JOIN app.users AS u ON u.id = s.user_id
    WHERE s.expires_at > app.now() AND (p_username IS NULL OR u.username = p_username);
    RETURN v_sessions;
END;
$$;

COMMENT ON FUNCTION service.list_sessions(text) IS
    'The tokens that hold: {"data": [{id, username, kind, issued_at, expires_at, address, agent}]}, newest first; of one user, or of all where p_username is NULL.';
REVOKE ALL ON FUNCTION service.list_sessions(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_sessions(text) TO leads_service, leads_admin;
