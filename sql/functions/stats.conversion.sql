-- drop: DROP FUNCTION stats.conversion(date, date, text);
CREATE OR REPLACE FUNCTION stats.conversion(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    dimension text,
    value text,
    leads bigint,
    answered bigint,
    conversion numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), came AS MATERIALIZED (
        SELECT l.lead_type::text AS lead_type, coalesce(l.role, 'unknown') AS role, app.source_of(l.source, l.metadata) AS source, l.first_response_at
        FROM public.contact_leads AS l
        WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    )
    SELECT
        CASE WHEN grouping(c.lead_type) = 0 THEN 'type' WHEN grouping(c.role) = 0 THEN 'role' WHEN grouping(c.source) = 0 THEN 'source' ELSE 'all' END,
        coalesce(c.lead_type, c.role, c.source, 'all'), count(*), count(c.first_response_at), round(count(c.first_response_at)::numeric / count(*), 4)
    FROM came AS c
    GROUP BY GROUPING SETS ((), (c.lead_type), (c.role), (c.source))
    HAVING count(*) > 0
    ORDER BY grouping(c.lead_type, c.role, c.source) DESC, 3 DESC, 2;
$$;

COMMENT ON FUNCTION stats.conversion(date, date, text) IS
    'The share of leads that were ever contacted, of all that came in the period, and by form, by role and by source. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.conversion(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.conversion(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
