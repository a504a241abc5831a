-- drop: DROP FUNCTION app.assignable_users();
CREATE OR REPLACE FUNCTION app.assignable_users() RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(array_agg(u.username ORDER BY lower(u.username)), '{}')
    FROM app.users AS u
    WHERE u.role IN ('editor', 'admin') AND u.disabled_at IS NULL;
END;

COMMENT ON FUNCTION app.assignable_users() IS
    'The names of the users who may change leads and are not disabled. SECURITY DEFINER, since staff may know these names, and nothing else of app.users.';
REVOKE ALL ON FUNCTION app.assignable_users() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.assignable_users() TO leads_viewer, leads_editor, leads_admin;
