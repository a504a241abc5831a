-- drop: DROP FUNCTION stats.reopenings(date, date, text);
CREATE OR REPLACE FUNCTION stats.reopenings(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    leads bigint,
    reopened bigint,
    reopen_rate numeric,
    reopenings bigint
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), came AS MATERIALIZED (
        SELECT l.id, l.status, l.first_response_at FROM public.contact_leads AS l WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    ), moves AS (
        SELECT
            c.lead_id,
            bool_or(c.from_status IN ('contacted', 'archived') OR c.to_status IN ('contacted', 'archived')) AS dealt_with,
            count(*) FILTER (WHERE c.from_status IN ('contacted', 'archived') AND c.to_status = 'processing') AS reopenings
        FROM app.status_changes AS c
        WHERE c.lead_id IN (SELECT l.id FROM came AS l)
        GROUP BY c.lead_id
    )
    SELECT
        count(*), count(*) FILTER (WHERE m.reopenings > 0),
        round(count(*) FILTER (WHERE m.reopenings > 0)::numeric / nullif(count(*), 0), 4), coalesce(sum(m.reopenings), 0)::bigint
    FROM came AS l
    LEFT JOIN moves AS m ON m.lead_id = l.id
    WHERE l.status IN ('contacted', 'archived') OR l.first_response_at IS NOT NULL OR m.dealt_with;
$$;

COMMENT ON FUNCTION stats.reopenings(date, date, text) IS
    'How many of the leads that were dealt with (ever contacted or archived) had to be taken up again, of the leads that came in the period. What was undone did not happen. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.reopenings(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.reopenings(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
