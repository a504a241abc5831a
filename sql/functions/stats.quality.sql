-- drop: DROP FUNCTION stats.quality(date, date, text);
CREATE OR REPLACE FUNCTION stats.quality(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    source text,
    leads bigint,
    scored bigint,
    mean_score numeric,
    median_score numeric,
    qualified bigint,
    qualified_share numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    )
    SELECT
        app.source_of(l.source, l.metadata), count(*), count(l.quality_score), round(avg(l.quality_score), 1),
        round((percentile_cont(0.5) WITHIN GROUP (ORDER BY l.quality_score))::numeric, 1),
        count(*) FILTER (WHERE l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m)),
        round(count(*) FILTER (WHERE l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m))::numeric / nullif(count(l.quality_score), 0), 4)
    FROM public.contact_leads AS l
    WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    GROUP BY 1
    ORDER BY 2 DESC, 1;
$$;

COMMENT ON FUNCTION stats.quality(date, date, text) IS
    'How good the leads of the period are, by source: from the quality scores that the team gave. A lead that nobody scored is neither good nor bad: it counts in leads alone. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.quality(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.quality(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
