-- drop: DROP FUNCTION stats.verify();
CREATE OR REPLACE FUNCTION stats.verify()
    RETURNS TABLE (kept_in text, figure text, starts_at timestamptz, value text, leads bigint, leads_kept bigint, answered bigint, answered_kept bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.* FROM app.figure_differences() AS d;
$$;

COMMENT ON FUNCTION stats.verify() IS
    'Counts every lead again, and returns a row for each kept figure that says something else: what was counted, and what is kept. No row is what it should be; leads stats rebuild mends the rest. Takes some seconds a million leads.';
REVOKE ALL ON FUNCTION stats.verify() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.verify() TO leads_analyst, leads_viewer, leads_editor, leads_admin;
