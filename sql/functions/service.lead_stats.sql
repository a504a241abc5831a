-- drop: DROP FUNCTION service.lead_stats();
CREATE OR REPLACE FUNCTION service.lead_stats() RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
    -- Planned once a session: else that takes longer than the rest.
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN (
        WITH kinds AS MATERIALIZED (
            SELECT t.status, t.lead_type, t.priority, sum(t.leads)::bigint AS leads
            FROM app.lead_totals AS t
            WHERE NOT t.is_spam AND NOT t.trashed
            GROUP BY 1, 2, 3
        )
        SELECT json_build_object(
            'total', o.leads,
            'by_status', (
                SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
                FROM (
                    SELECT e.label, coalesce(sum(k.leads), 0)::bigint AS leads
                    FROM unnest(enum_range(NULL::public.lead_status)) AS e (label) LEFT JOIN kinds AS k ON k.status = e.label
                    GROUP BY e.label
                ) AS s
            ),
            'by_type', (
                SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
                FROM (
                    SELECT e.label, coalesce(sum(k.leads), 0)::bigint AS leads
                    FROM unnest(enum_range(NULL::public.lead_type)) AS e (label) LEFT JOIN kinds AS k ON k.lead_type = e.label
                    GROUP BY e.label
                ) AS s
            ),
            'by_priority', (
                SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
                FROM (
                    SELECT e.label, coalesce(sum(k.leads), 0)::bigint AS leads
                    FROM unnest(enum_range(NULL::public.lead_priority)) AS e (label) LEFT JOIN kinds AS k ON k.priority = e.label
                    GROUP BY e.label
                ) AS s
            ),
            'by_source', (
                SELECT coalesce(json_object_agg(s.value, s.leads ORDER BY s.leads DESC, s.value), '{}') FROM app.largest_figures('source', 100) AS s
            ),
            'unread', o.unread,
            'velocity', json_build_object(
                '24h', json_build_object('count', o.leads_24h, 'previous', o.previous_24h, 'change_percent', o.change_percent_24h),
                '7d', json_build_object('count', o.leads_7d, 'previous', o.previous_7d, 'change_percent', o.change_percent_7d),
                '30d', json_build_object('count', o.leads_30d, 'previous', o.previous_30d, 'change_percent', o.change_percent_30d)
            ),
            'conversion', json_build_object(
                'overall', o.conversion,
                'by_role', (
                    SELECT coalesce(json_object_agg(r.value, round(r.answered::numeric / r.leads, 4) ORDER BY r.leads DESC, r.value), '{}')
                    FROM app.largest_figures('role', 100) AS r
                )
            ),
            'first_response', json_build_object('median_seconds', o.median_response_seconds, 'p90_seconds', o.p90_response_seconds)
        )
        FROM stats.overview() AS o
    );
END;
$$;

COMMENT ON FUNCTION service.lead_stats() IS
    'The KPIs of the dashboard, which are those of stats.overview: trash and spam left out. velocity: leads of the last 24 hours, 7 and 30 days against the period before, change_percent NULL from an empty one. conversion: the share (0 to 1) of leads that were ever contacted, overall and by the visitor''s role. first_response: seconds from arrival to first contact, within 1 %. by_source and by_role: the 100 largest; where a lead names no source, direct when it came by a form, else unknown; unknown where it names no role. Costs the same however many leads there are.';
REVOKE ALL ON FUNCTION service.lead_stats() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_stats() TO leads_viewer, leads_editor, leads_admin;
