-- drop: DROP FUNCTION stats.response_times(date, date, text);
CREATE OR REPLACE FUNCTION stats.response_times(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    place integer,
    bucket text,
    from_seconds integer,
    to_seconds integer,
    leads bigint,
    share numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), responses AS MATERIALIZED (
        SELECT app.bin_seconds(f.value::integer) AS seconds, f.leads
        FROM period AS c CROSS JOIN LATERAL app.period_figures('day_response', c.starts) AS f
    )
    SELECT
        b.place, b.bucket, b.since, b.until, coalesce(sum(r.leads), 0)::bigint,
        round(coalesce(sum(r.leads), 0) / nullif(sum(sum(r.leads)) OVER (), 0), 4)
    FROM (VALUES (1, '0-1', 0, 3600), (2, '1-4', 3600, 14400), (3, '4-8', 14400, 28800), (4, '8-24', 28800, 86400), (5, '24+', 86400, NULL))
        AS b (place, bucket, since, until)
    LEFT JOIN responses AS r ON r.seconds >= b.since AND (b.until IS NULL OR r.seconds < b.until)
    GROUP BY 1, 2, 3, 4
    ORDER BY b.place;
$$;

COMMENT ON FUNCTION stats.response_times(date, date, text) IS
    'How many of the leads that came in the period were first contacted within an hour, in 1 to 4, 4 to 8, 8 to 24 hours, and later; exact. A time on a limit belongs to the longer one. Leads without an answer are in none: stats.first_response has them. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.response_times(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.response_times(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
