-- drop: DROP FUNCTION stats.funnel(date, date, text);
CREATE OR REPLACE FUNCTION stats.funnel(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    place integer,
    step text,
    leads bigint,
    of_previous numeric,
    of_first numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), reached AS MATERIALIZED (
        SELECT coalesce(sum(f.arrived), 0)::bigint AS arrived, coalesce(sum(f.opened), 0)::bigint AS opened,
            coalesce(sum(f.contacted), 0)::bigint AS contacted, coalesce(sum(f.archived), 0)::bigint AS archived
        FROM period AS c CROSS JOIN LATERAL app.funnel(c.starts) AS f
    )
    SELECT
        s.place, s.step, s.leads, round(s.leads::numeric / nullif(lag(s.leads) OVER (ORDER BY s.place), 0), 4),
        round(s.leads::numeric / nullif(r.arrived, 0), 4)
    FROM reached AS r
    CROSS JOIN LATERAL (
        VALUES (1, 'arrived', r.arrived), (2, 'opened', r.opened), (3, 'contacted', r.contacted), (4, 'archived', r.archived)
    ) AS s (place, step, leads)
    ORDER BY s.place;
$$;

COMMENT ON FUNCTION stats.funnel(date, date, text) IS
    'How far the leads that came in the period ever got, whenever that was: arrived; opened, which is that they were ever in another stage than unread; contacted; archived after that. of_previous is the share of those of one step that reached the next. A lead that went back still reached what it reached; what was undone did not happen. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.funnel(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.funnel(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
