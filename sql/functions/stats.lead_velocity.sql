-- drop: DROP FUNCTION stats.lead_velocity(date, date, text);
CREATE OR REPLACE FUNCTION stats.lead_velocity(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    month date,
    qualified bigint,
    previous bigint,
    rate_percent numeric,
    complete boolean
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('month', (date_trunc('month', p_from::timestamp) - interval '1 month')::date,
            (date_trunc('month', p_to::timestamp - interval '1 day') + interval '1 month')::date, p_tz) AS starts
    ), came AS (
        SELECT width_bucket(l.created_at, c.starts) AS place, count(*) AS leads
        FROM public.contact_leads AS l
        CROSS JOIN calendar AS c
        WHERE l.created_at >= (SELECT c.starts[1] FROM calendar AS c) AND l.created_at < (SELECT c.starts[cardinality(c.starts)] FROM calendar AS c)
            AND l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m) AND NOT l.is_spam AND l.deleted_at IS NULL
        GROUP BY 1
    ), months AS (
        SELECT n.place, c.starts[n.place] AS starts_at, c.starts[n.place + 1] AS ends_at, coalesce(l.leads, 0) AS leads,
            lag(coalesce(l.leads, 0)) OVER (ORDER BY n.place) AS previous
        FROM calendar AS c
        CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
        LEFT JOIN came AS l ON l.place = n.place
    )
    SELECT (m.starts_at AT TIME ZONE p_tz)::date, m.leads, m.previous, round(100.0 * (m.leads - m.previous) / nullif(m.previous, 0), 1), m.ends_at <= app.now()
    FROM months AS m
    WHERE m.place > 1
    ORDER BY m.place;
$$;

COMMENT ON FUNCTION stats.lead_velocity(date, date, text) IS
    'The lead velocity rate: by how many percent the qualified leads of a month (those with a quality score that counts as qualified, app.metric_settings) are more than those of the month before; NULL, not 0, from a month without any. Months of arrival, whole ones: each that the period touches. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.lead_velocity(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.lead_velocity(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
