-- drop: DROP FUNCTION service.lead_stats();
CREATE OR REPLACE FUNCTION service.lead_stats() RETURNS json
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
BEGIN ATOMIC
    WITH inbox AS NOT MATERIALIZED (
        SELECT l.status, l.lead_type, l.priority, l.source, l.role, l.created_at, l.first_response_at
        FROM public.contact_leads AS l
        WHERE l.deleted_at IS NULL AND NOT l.is_spam
    ), cells AS MATERIALIZED (
        -- One pass over the leads; what follows adds up these few dozen rows.
        SELECT i.status, i.lead_type, i.priority, count(*) AS leads, count(i.first_response_at) AS answered
        FROM inbox AS i
        GROUP BY i.status, i.lead_type, i.priority
    ), totals AS (
        SELECT
            coalesce(sum(c.leads), 0)::bigint AS total,
            coalesce(sum(c.leads) FILTER (WHERE c.status = 'unread'), 0)::bigint AS unread,
            round(sum(c.answered) / nullif(sum(c.leads), 0), 4) AS conversion
        FROM cells AS c
    ), sources AS (
        SELECT coalesce(i.source, 'unknown') AS source, count(*) AS leads
        FROM inbox AS i GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100
    ), roles AS (
        SELECT coalesce(i.role, 'unknown') AS role, count(*) AS leads, count(i.first_response_at) AS answered
        FROM inbox AS i GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100
    ), responses AS (
        SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM i.first_response_at - i.created_at)::float8)
            AS seconds
        FROM inbox AS i
        WHERE i.first_response_at IS NOT NULL
    ), periods (name, length) AS (
        VALUES ('24h', interval '24 hours'), ('7d', interval '7 days'), ('30d', interval '30 days')
    ), velocity AS (
        SELECT
            p.name, p.length,
            count(i) FILTER (WHERE i.created_at > app.now() - p.length) AS leads,
            count(i) FILTER (WHERE i.created_at <= app.now() - p.length) AS before
        FROM periods AS p
        LEFT JOIN inbox AS i ON i.created_at > app.now() - 2 * p.length AND i.created_at <= app.now()
        GROUP BY p.name, p.length
    )
    SELECT json_build_object(
        'total', t.total,
        'by_status', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(sum(c.leads), 0)::bigint AS leads
                FROM unnest(enum_range(NULL::public.lead_status)) AS e (label) LEFT JOIN cells AS c ON c.status = e.label
                GROUP BY e.label
            ) AS s
        ),
        'by_type', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(sum(c.leads), 0)::bigint AS leads
                FROM unnest(enum_range(NULL::public.lead_type)) AS e (label) LEFT JOIN cells AS c ON c.lead_type = e.label
                GROUP BY e.label
            ) AS s
        ),
        'by_priority', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(sum(c.leads), 0)::bigint AS leads
                FROM unnest(enum_range(NULL::public.lead_priority)) AS e (label) LEFT JOIN cells AS c ON c.priority = e.label
                GROUP BY e.label
            ) AS s
        ),
        'by_source', (SELECT coalesce(json_object_agg(s.source, s.leads ORDER BY s.leads DESC, s.source), '{}') FROM sources AS s),
        'unread', t.unread,
        'velocity', (
            SELECT json_object_agg(
                v.name,
                json_build_object(
                    'count', v.leads,
                    'previous', v.before,
                    'change_percent', round(100.0 * (v.leads - v.before) / nullif(v.before, 0), 1)
                ) ORDER BY v.length
            )
            FROM velocity AS v
        ),
        'conversion', json_build_object(
            'overall', t.conversion,
            'by_role', (
                SELECT coalesce(json_object_agg(r.role, round(r.answered::numeric / r.leads, 4) ORDER BY r.leads DESC, r.role), '{}')
                FROM roles AS r
            )
        ),
        'first_response', (
            SELECT json_build_object('median_seconds', round(r.seconds[1]::numeric, 3), 'p90_seconds', round(r.seconds[2]::numeric, 3))
            FROM responses AS r
        )
    )
    FROM totals AS t;
END;

COMMENT ON FUNCTION service.lead_stats() IS
    'The KPIs of the dashboard, trash and spam left out. velocity: leads of the last 24 hours, 7 and 30 days against the period before, change_percent NULL from an empty one. conversion: the share (0 to 1) of leads that were ever contacted, overall and by the visitor''s role. first_response: seconds from arrival to first contact. by_source and by_role: the 100 largest, ''unknown'' where a lead names none.';
REVOKE ALL ON FUNCTION service.lead_stats() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_stats() TO leads_viewer, leads_editor, leads_admin;
