-- drop: DROP FUNCTION stats.stage_times(date, date, text);
CREATE OR REPLACE FUNCTION stats.stage_times(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    status public.lead_status,
    stays bigint,
    leads bigint,
    ended bigint,
    median_seconds numeric,
    p90_seconds numeric,
    there_now bigint
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), stays AS MATERIALIZED (
        SELECT
            s.lead_id, s.status, s.left_at,
            -- Of a lead that came in another stage than unread (an import) it isn't known since when it is there.
            CASE
                WHEN s.left_at IS NOT NULL AND (s.place > 1 OR s.status = 'unread')
                    THEN extract(epoch FROM greatest(s.left_at - s.entered_at, interval '0'))::double precision
            END AS seconds
        FROM stats.stages AS s
        WHERE s.lead_id IN (SELECT l.id FROM public.contact_leads AS l WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL)
    )
    SELECT
        e.status, count(s.lead_id), count(DISTINCT s.lead_id), count(s.seconds),
        round((percentile_cont(0.5) WITHIN GROUP (ORDER BY s.seconds))::numeric, 3),
        round((percentile_cont(0.9) WITHIN GROUP (ORDER BY s.seconds))::numeric, 3),
        count(s.lead_id) FILTER (WHERE s.left_at IS NULL)
    FROM unnest(enum_range(NULL::public.lead_status)) AS e (status)
    LEFT JOIN stays AS s ON s.status = e.status
    GROUP BY e.status
    ORDER BY e.status;
$$;

COMMENT ON FUNCTION stats.stage_times(date, date, text) IS
    'How long leads stay in each stage, from stats.stages, of the leads that came in the period. The times are of stays that ended (one that goes on may last) and whose beginning is known: a lead that was entered or imported in another stage than unread was there since nobody knows when. Between two lengths the percentile lies where a straight line would. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.stage_times(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.stage_times(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
