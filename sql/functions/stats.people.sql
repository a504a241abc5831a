-- drop: DROP FUNCTION stats.people(date, date, text);
CREATE OR REPLACE FUNCTION stats.people(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    month date,
    leads bigint,
    people bigint,
    new_people bigint,
    returning_people bigint,
    returning_share numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET work_mem = '64MB'
AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('month', p_from, p_to, p_tz) AS starts
    ), firsts AS (
        SELECT lower(l.email) AS person, min(l.created_at) AS first_at FROM public.contact_leads AS l WHERE NOT l.is_spam AND l.deleted_at IS NULL GROUP BY 1
    ), came AS (
        SELECT width_bucket(l.created_at, c.starts) AS place, lower(l.email) AS person, count(*) AS leads
        FROM public.contact_leads AS l
        CROSS JOIN calendar AS c
        WHERE l.created_at >= (SELECT c.starts[1] FROM calendar AS c) AND l.created_at < (SELECT c.starts[cardinality(c.starts)] FROM calendar AS c)
            AND NOT l.is_spam AND l.deleted_at IS NULL
        GROUP BY 1, 2
    ), months AS (
        SELECT a.place, sum(a.leads)::bigint AS leads, count(*) AS people, count(*) FILTER (WHERE f.first_at < c.starts[a.place]) AS returning_people
        FROM came AS a JOIN firsts AS f ON f.person = a.person CROSS JOIN calendar AS c
        GROUP BY a.place
    )
    SELECT
        date_trunc('month', c.starts[n.place] AT TIME ZONE p_tz)::date, coalesce(m.leads, 0), coalesce(m.people, 0),
        coalesce(m.people - m.returning_people, 0), coalesce(m.returning_people, 0), round(m.returning_people::numeric / nullif(m.people, 0), 4)
    FROM calendar AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
    LEFT JOIN months AS m ON m.place = n.place
    ORDER BY n.place;
$$;

COMMENT ON FUNCTION stats.people(date, date, text) IS
    'How many people wrote in each month, and how many of them had written before it; months without leads too. Who has the same address, capitals or not, is the same person. A person who writes twice in the first month is new in it. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.people(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.people(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
