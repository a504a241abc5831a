-- drop: DROP FUNCTION app.end_sessions();
CREATE OR REPLACE FUNCTION app.end_sessions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM app.revoke_sessions(CASE WHEN TG_OP <> 'TRUNCATE' THEN OLD.id END);
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD END;
END;
$$;

COMMENT ON FUNCTION app.end_sessions() IS
    'Trigger function: who is disabled or removed, or has another password, role or name, is logged out everywhere.';
REVOKE ALL ON FUNCTION app.end_sessions() FROM PUBLIC;
