-- drop: DROP FUNCTION service.lead_stats();
CREATE OR REPLACE FUNCTION service.lead_stats() RETURNS json
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
BEGIN ATOMIC
    WITH leads AS MATERIALIZED (
        SELECT
            l.status, l.lead_type, l.priority,
            coalesce(l.source, 'unknown') AS source,
            coalesce(l.role, 'unknown') AS role,
            l.created_at, l.first_response_at
        FROM public.contact_leads AS l
        WHERE l.deleted_at IS NULL AND NOT l.is_spam
    ), totals AS (
        SELECT
            count(*) AS total,
            count(*) FILTER (WHERE l.status = 'unread') AS unread,
            round(count(l.first_response_at)::numeric / nullif(count(*), 0), 4) AS conversion,
            round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM l.first_response_at - l.created_at)))::numeric, 3) AS median_seconds,
            round((percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM l.first_response_at - l.created_at)))::numeric, 3) AS p90_seconds
        FROM leads AS l
    ), velocity AS (
        SELECT json_object_agg(
            v.name,
            json_build_object(
                'count', v.count,
                'previous', v.previous,
                'change_percent', round(100.0 * (v.count - v.previous) / nullif(v.previous, 0), 1)
            ) ORDER BY v.period
        ) AS by_period
        FROM (
            SELECT
                p.name, p.period,
                count(*) FILTER (WHERE l.created_at > app.now() - p.period) AS count,
                count(*) FILTER (WHERE l.created_at <= app.now() - p.period) AS previous
            FROM (VALUES ('24h', interval '24 hours'), ('7d', interval '7 days'), ('30d', interval '30 days')) AS p (name, period)
            LEFT JOIN leads AS l ON l.created_at > app.now() - 2 * p.period AND l.created_at <= app.now()
            GROUP BY p.name, p.period
        ) AS v
    )
    SELECT json_build_object(
        'total', t.total,
        'by_status', (
            SELECT json_object_agg(e.label, (SELECT count(*) FROM leads AS l WHERE l.status = e.label) ORDER BY e.label)
            FROM unnest(enum_range(NULL::public.lead_status)) AS e (label)
        ),
        'by_type', (
            SELECT json_object_agg(e.label, (SELECT count(*) FROM leads AS l WHERE l.lead_type = e.label) ORDER BY e.label)
            FROM unnest(enum_range(NULL::public.lead_type)) AS e (label)
        ),
        'by_priority', (
            SELECT json_object_agg(e.label, (SELECT count(*) FROM leads AS l WHERE l.priority = e.label) ORDER BY e.label)
            FROM unnest(enum_range(NULL::public.lead_priority)) AS e (label)
        ),
        'by_source', (
            SELECT coalesce(json_object_agg(s.source, s.count ORDER BY s.count DESC, s.source), '{}')
            FROM (SELECT l.source, count(*) AS count FROM leads AS l GROUP BY l.source ORDER BY 2 DESC, 1 LIMIT 100) AS s
        ),
        'unread', t.unread,
        'velocity', v.by_period,
        'conversion', json_build_object(
            'overall', t.conversion,
            'by_role', (
                SELECT coalesce(json_object_agg(r.role, r.conversion ORDER BY r.count DESC, r.role), '{}')
                FROM (
                    SELECT l.role, count(*) AS count, round(count(l.first_response_at)::numeric / count(*), 4) AS conversion
                    FROM leads AS l GROUP BY l.role ORDER BY 2 DESC, 1 LIMIT 100
                ) AS r
            )
        ),
        'first_response', json_build_object('median_seconds', t.median_seconds, 'p90_seconds', t.p90_seconds)
    )
    FROM totals AS t, velocity AS v;
END;

COMMENT ON FUNCTION service.lead_stats() IS
    'The KPIs of the dashboard, trash and spam left out. velocity: leads of the last 24 hours, 7 and 30 days against the period before, change_percent NULL from an empty one. conversion: the share (0 to 1) of leads that were ever contacted, overall and by the visitor''s role. first_response: seconds from arrival to first contact. by_source and by_role: the 100 largest, ''unknown'' where a lead names none.';
REVOKE ALL ON FUNCTION service.lead_stats() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_stats() TO leads_viewer, leads_editor, leads_admin;
