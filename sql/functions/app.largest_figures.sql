-- drop: DROP FUNCTION app.largest_figures(app.figure, integer);
CREATE OR REPLACE FUNCTION app.largest_figures(p_figure app.figure, p_limit integer)
    RETURNS TABLE (value text, leads bigint, answered bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Planned once a session: else that takes longer than the rest.
    SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH pending AS MATERIALIZED (
            SELECT
                CASE p_figure WHEN 'source' THEN c.source ELSE c.role END AS value,
                sum(c.change) AS leads, coalesce(sum(c.change) FILTER (WHERE c.response_bin IS NOT NULL), 0) AS answered
            FROM app.lead_count_changes AS c
            WHERE NOT c.is_spam AND NOT c.trashed
            GROUP BY 1
        ), kept AS MATERIALIZED (
            -- One that isn't among so many is among the largest only by what is pending.
            SELECT c.value
            FROM app.lead_cells AS c
            WHERE c.figure = p_figure AND c.starts_at = '-infinity'
            ORDER BY c.leads DESC, c.value
            LIMIT p_limit + (SELECT count(*) FROM pending)
        )
        SELECT v.value, (coalesce(c.leads, 0) + coalesce(p.leads, 0))::bigint, (coalesce(c.answered, 0) + coalesce(p.answered, 0))::bigint
        FROM (SELECT k.value FROM kept AS k UNION SELECT p.value FROM pending AS p) AS v
        LEFT JOIN app.lead_cells AS c ON c.figure = p_figure AND c.starts_at = '-infinity' AND c.value = v.value
        LEFT JOIN pending AS p ON p.value = v.value
        WHERE coalesce(c.leads, 0) + coalesce(p.leads, 0) > 0
        ORDER BY 2 DESC, 1
        LIMIT p_limit;
END;
$$;

COMMENT ON FUNCTION app.largest_figures(app.figure, integer) IS
    'The largest sources or roles of the inbox (figure source or role), with their leads, and how many of those were ever contacted. Reads as many rows as it returns, however many there are.';
REVOKE ALL ON FUNCTION app.largest_figures(app.figure, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.largest_figures(app.figure, integer) TO leads_viewer, leads_editor, leads_admin;
