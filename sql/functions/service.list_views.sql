-- drop: DROP FUNCTION service.list_views();
CREATE OR REPLACE FUNCTION service.list_views() RETURNS json
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT json_build_object('data', coalesce(json_agg(v.* ORDER BY lower(v.name)), '[]')) FROM app.saved_views AS v;
END;

COMMENT ON FUNCTION service.list_views() IS
    'The team''s saved views by name: {"data": [{id, name, query, created_by, created_at, updated_at}]}.';
REVOKE ALL ON FUNCTION service.list_views() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_views() TO leads_viewer, leads_editor, leads_admin;
