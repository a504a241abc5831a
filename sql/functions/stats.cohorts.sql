-- drop: DROP FUNCTION stats.cohorts(date, date, text);
CREATE OR REPLACE FUNCTION stats.cohorts(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    month date,
    arrived bigint,
    opened bigint,
    contacted bigint,
    archived bigint,
    dismissed bigint,
    opened_share numeric,
    contacted_share numeric,
    archived_share numeric,
    conversion numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('month', p_from, p_to, p_tz) AS starts
    ), reached AS MATERIALIZED (
        SELECT f.* FROM calendar AS c CROSS JOIN LATERAL app.funnel(c.starts) AS f
    )
    SELECT
        date_trunc('month', c.starts[n.place] AT TIME ZONE p_tz)::date,
        coalesce(r.arrived, 0), coalesce(r.opened, 0), coalesce(r.contacted, 0), coalesce(r.archived, 0), coalesce(r.dismissed, 0),
        round(r.opened::numeric / nullif(r.arrived, 0), 4), round(r.contacted::numeric / nullif(r.opened, 0), 4),
        round(r.archived::numeric / nullif(r.contacted, 0), 4), round(r.contacted::numeric / nullif(r.arrived, 0), 4)
    FROM calendar AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
    LEFT JOIN reached AS r ON r.place = n.place
    ORDER BY n.place;
$$;

COMMENT ON FUNCTION stats.cohorts(date, date, text) IS
    'How far the leads of each month ever got, whenever that was: the steps of stats.funnel, by the month in which the leads came, months without leads too. Later months had less time to be answered. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.cohorts(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.cohorts(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
