-- drop: DROP FUNCTION stats.velocity();
CREATE OR REPLACE FUNCTION stats.velocity() RETURNS TABLE (
    period text,
    starts_at timestamptz,
    leads bigint,
    previous bigint,
    change_percent numeric
)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Planned once a session: else that takes longer than the rest.
    SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH edges AS MATERIALIZED (
            SELECT
                e.at, app.slot_of(e.at) + interval '15 minutes' AS slot_end,
                date_trunc('day', app.slot_of(e.at), 'UTC') + interval '24 hours' AS day_end
            FROM (
                SELECT DISTINCT app.now() - n.days * interval '24 hours' AS at FROM unnest('{0,1,2,7,14,30,60}'::integer[]) AS n (days)
            ) AS e
        ), pending AS MATERIALIZED (
            SELECT c.slot, sum(c.change) AS leads FROM app.lead_count_changes AS c WHERE NOT c.is_spam AND NOT c.trashed GROUP BY c.slot
        ), since AS MATERIALIZED (
            -- Leads that came after an instant: those of its quarter of an hour by themselves, then quarters to the end of the UTC day, then days.
            SELECT
                e.at,
                (SELECT count(*) FROM public.contact_leads AS l WHERE l.created_at > e.at AND l.created_at < e.slot_end AND NOT l.is_spam AND l.deleted_at IS NULL)
                + (SELECT coalesce(sum(c.leads), 0) FROM app.lead_cells AS c
                   WHERE c.figure = 'slot_type' AND c.starts_at >= e.slot_end AND c.starts_at < e.day_end)
                + (SELECT coalesce(sum(c.leads), 0) FROM app.lead_cells AS c WHERE c.figure = 'day_type' AND c.starts_at >= e.day_end)
                + (SELECT coalesce(sum(p.leads), 0) FROM pending AS p WHERE p.slot >= e.slot_end) AS leads
            FROM edges AS e
        )
        SELECT
            p.period, starts.at, (starts.leads - ends.leads)::bigint, (before.leads - starts.leads)::bigint,
            round(100.0 * ((starts.leads - ends.leads) - (before.leads - starts.leads)) / nullif(before.leads - starts.leads, 0), 1)
        FROM (VALUES ('24h', 1), ('7d', 7), ('30d', 30)) AS p (period, days)
        JOIN since AS ends ON ends.at = app.now()
        JOIN since AS starts ON starts.at = app.now() - p.days * interval '24 hours'
        JOIN since AS before ON before.at = app.now() - 2 * p.days * interval '24 hours'
        ORDER BY p.days;
END;
$$;

COMMENT ON FUNCTION stats.velocity() IS
    'How many leads came in the last 24 hours, 7 and 30 times 24 hours, and how that compares with the same time before: 100 * (leads - previous) / previous percent. A period holds what came after its beginning and up to its end, so that no lead is in two of them. From an empty period there is no change in percent: NULL, not 0. Spam and what is in the trash count nowhere.';
REVOKE ALL ON FUNCTION stats.velocity() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.velocity() TO leads_analyst, leads_viewer, leads_editor, leads_admin;
