-- drop: DROP FUNCTION service.end_session(uuid, text);
CREATE OR REPLACE FUNCTION service.end_session(p_jti uuid, p_username text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM app.sessions AS s JOIN app.users AS u ON u.id = s.user_id
    WHERE s.jti = p_jti AND (p_username IS NULL OR u.username = p_username);
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = 'There is no such session.', CONSTRAINT = 'session_not_found';
    END IF;
    PERFORM app.revoke_sessions(NULL, p_jti);
END;
$$;

COMMENT ON FUNCTION service.end_session(uuid, text) IS
    'Ends one session and its token; with p_username only one of that user. LD404 session_not_found.';
REVOKE ALL ON FUNCTION service.end_session(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.end_session(uuid, text) TO leads_service, leads_admin;
