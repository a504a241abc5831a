-- drop: DROP FUNCTION stats.operations(date, date, text);
CREATE OR REPLACE FUNCTION stats.operations(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    day date,
    kind text,
    operations bigint,
    leads bigint,
    undone bigint
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    )
    SELECT (o.at AT TIME ZONE p_tz)::date, o.kind, count(*), sum(o.changed)::bigint, count(o.undone_by)
    FROM app.operations AS o
    CROSS JOIN period AS p
    WHERE o.at >= p.starts[1] AND o.at < p.starts[2] AND o.changed IS NOT NULL
    GROUP BY 1, 2
    ORDER BY 1, 2;
$$;

COMMENT ON FUNCTION stats.operations(date, date, text) IS
    'What the team did to many leads at once, deleted, restored, undid and erased, by day and kind; only days and kinds on which something was done. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.operations(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.operations(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
