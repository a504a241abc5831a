-- drop: DROP FUNCTION stats.first_response(date, date, text);
CREATE OR REPLACE FUNCTION stats.first_response(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    leads bigint,
    answered bigint,
    unanswered bigint,
    unanswered_share numeric,
    median_seconds numeric,
    p90_seconds numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), came AS (
        SELECT coalesce(sum(f.leads), 0)::bigint AS leads, coalesce(sum(f.answered), 0)::bigint AS answered
        FROM period AS c CROSS JOIN LATERAL app.bucket_figures(c.starts) AS f
        WHERE f.by_type
    ), responses AS (
        SELECT array_agg(f.value::integer) AS bins, array_agg(f.leads) AS leads
        FROM period AS c CROSS JOIN LATERAL app.period_figures('day_response', c.starts) AS f
    )
    SELECT
        c.leads, c.answered, c.leads - c.answered, round((c.leads - c.answered)::numeric / nullif(c.leads, 0), 4),
        app.bin_percentile(r.bins, r.leads, 0.5), app.bin_percentile(r.bins, r.leads, 0.9)
    FROM came AS c CROSS JOIN responses AS r;
$$;

COMMENT ON FUNCTION stats.first_response(date, date, text) IS
    'How soon the leads that came in the period were first contacted, from arrival to that moment, nights and weekends included. Only a person''s answer counts, the first one: not the automatic acknowledgement, and not what followed a reopening. Of n answers the p-th percentile is that at place ceil(p * n) by length, read from a histogram whose bins are at most 2 % wide. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.first_response(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.first_response(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
