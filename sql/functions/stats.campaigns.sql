-- drop: DROP FUNCTION stats.campaigns(date, date, text);
CREATE OR REPLACE FUNCTION stats.campaigns(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    utm_source text,
    utm_medium text,
    utm_campaign text,
    leads bigint,
    answered bigint,
    conversion numeric,
    qualified bigint,
    mean_score numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    )
    SELECT
        coalesce(l.metadata #>> '{utm,utm_source}', app.source_of(l.source, l.metadata)), l.metadata #>> '{utm,utm_medium}',
        l.metadata #>> '{utm,utm_campaign}', count(*), count(l.first_response_at), round(count(l.first_response_at)::numeric / count(*), 4),
        count(*) FILTER (WHERE l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m)), round(avg(l.quality_score), 1)
    FROM public.contact_leads AS l
    WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    GROUP BY 1, 2, 3
    ORDER BY 4 DESC, 1, 2, 3;
$$;

COMMENT ON FUNCTION stats.campaigns(date, date, text) IS
    'The campaigns that the leads of the period came by: their UTM parameters as the form sent them, capitals and all. A lead with none counts for its source, direct or unknown. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.campaigns(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.campaigns(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
