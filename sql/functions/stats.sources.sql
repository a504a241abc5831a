-- drop: DROP FUNCTION stats.sources(date, date, text);
CREATE OR REPLACE FUNCTION stats.sources(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    source text,
    leads bigint,
    answered bigint,
    conversion numeric,
    qualified bigint,
    first_touch_leads bigint,
    first_touch_answered bigint,
    new_people bigint
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET work_mem = '64MB'
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), people AS MATERIALIZED (
        SELECT DISTINCT ON (lower(l.email)) lower(l.email) AS person, l.id, app.source_of(l.source, l.metadata) AS source
        FROM public.contact_leads AS l
        WHERE NOT l.is_spam AND l.deleted_at IS NULL
        ORDER BY lower(l.email), l.created_at, l.id
    ), came AS MATERIALIZED (
        SELECT l.id, lower(l.email) AS person, app.source_of(l.source, l.metadata) AS source, l.first_response_at,
            l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m) AS qualified
        FROM public.contact_leads AS l
        WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    ), touches AS (
        SELECT c.source, count(*) AS leads, count(c.first_response_at) AS answered, count(*) FILTER (WHERE c.qualified) AS qualified,
            0 AS first_leads, 0 AS first_answered, 0 AS new_people
        FROM came AS c GROUP BY 1
        UNION ALL
        SELECT p.source, 0, 0, 0, count(*), count(c.first_response_at), count(*) FILTER (WHERE c.id = p.id)
        FROM came AS c JOIN people AS p ON p.person = c.person GROUP BY 1
    )
    SELECT t.source, sum(t.leads)::bigint, sum(t.answered)::bigint, round(sum(t.answered) / nullif(sum(t.leads), 0), 4), sum(t.qualified)::bigint,
        sum(t.first_leads)::bigint, sum(t.first_answered)::bigint, sum(t.new_people)::bigint
    FROM touches AS t
    GROUP BY t.source
    ORDER BY 2 DESC, 1;
$$;

COMMENT ON FUNCTION stats.sources(date, date, text) IS
    'Where the leads of the period came from: by each lead''s own source, and by first touch, the source of the first lead of all that the same person sent (who has the same address, capitals or not). Both add up to the same leads. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.sources(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.sources(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
