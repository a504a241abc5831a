-- drop: DROP FUNCTION stats.by_day(date, date, text);
CREATE OR REPLACE FUNCTION stats.by_day(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    day date,
    starts_at timestamptz,
    ends_at timestamptz,
    leads bigint,
    contact bigint,
    cv_request bigint,
    collaboration bigint,
    unread bigint,
    processing bigint,
    contacted bigint,
    archived bigint,
    answered bigint,
    conversion numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('day', p_from, p_to, p_tz) AS starts
    ), figures AS MATERIALIZED (
        SELECT f.* FROM calendar AS c CROSS JOIN LATERAL app.bucket_figures(c.starts) AS f
    )
    SELECT
        (c.starts[n.place] AT TIME ZONE p_tz)::date, c.starts[n.place], c.starts[n.place + 1],
        coalesce(sum(f.leads) FILTER (WHERE f.by_type), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'contact'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'cv_request'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'collaboration'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'unread'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'processing'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'contacted'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'archived'), 0)::bigint,
        coalesce(sum(f.answered) FILTER (WHERE f.by_type), 0)::bigint,
        round(sum(f.answered) FILTER (WHERE f.by_type) / nullif(sum(f.leads) FILTER (WHERE f.by_type), 0), 4)
    FROM calendar AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
    LEFT JOIN figures AS f ON f.place = n.place
    GROUP BY n.place, c.starts
    ORDER BY n.place;
$$;

COMMENT ON FUNCTION stats.by_day(date, date, text) IS
    'Leads by the day on which they came, days without leads too. A day goes from midnight to midnight by the clock of the time zone, its end not included. Where its leads stand is where they stand now. It costs the same however many leads there are. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.by_day(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.by_day(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
