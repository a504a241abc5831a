-- drop: DROP FUNCTION service.lead_trends(text, text);
CREATE OR REPLACE FUNCTION service.lead_trends(p_period text, p_time_zone text) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
    -- Planned for the period of each call: a short one reads its leads by the index.
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_bucket text := CASE p_period WHEN '24h' THEN 'hour' WHEN '7d' THEN 'day' WHEN '30d' THEN 'day' WHEN '90d' THEN 'week' WHEN '12m' THEN 'month' END;
    v_places integer := CASE p_period WHEN '24h' THEN 24 WHEN '7d' THEN 7 WHEN '30d' THEN 30 WHEN '90d' THEN 13 WHEN '12m' THEN 12 END;
    v_starts timestamptz[];
    v_trends json;
BEGIN
    IF v_bucket IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'period must be one of: 24h, 7d, 30d, 90d, 12m.',
            CONSTRAINT = 'period_not_valid',
            COLUMN = 'period',
            DATATYPE = '24h, 7d, 30d, 90d, 12m';
    END IF;
    IF app.is_time_zone(p_time_zone) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'time_zone must be UTC or a name such as Europe/Berlin.',
            CONSTRAINT = 'time_zone_not_valid',
            COLUMN = 'time_zone';
    END IF;
    v_starts := app.bucket_starts(v_bucket, 2 * v_places, p_time_zone);
    WITH inbox AS MATERIALIZED (
        -- Places 1 and up are the period's; 0 and below those of the one before.
        SELECT
            width_bucket(l.created_at, v_starts) - v_places AS place, l.status, l.lead_type, l.source,
            public.response_seconds(l) AS seconds
        FROM public.contact_leads AS l
        WHERE l.created_at >= v_starts[1] AND l.created_at < v_starts[2 * v_places + 1] AND l.deleted_at IS NULL AND NOT l.is_spam
    ), cells AS MATERIALIZED (
        SELECT i.place, i.status, i.lead_type, count(*) AS leads, count(i.seconds) AS answered
        FROM inbox AS i
        GROUP BY i.place, i.status, i.lead_type
    ), places AS (
        SELECT c.place, sum(c.leads)::bigint AS leads, sum(c.answered)::bigint AS answered FROM cells AS c GROUP BY c.place
    ), totals AS (
        SELECT
            coalesce(sum(c.leads) FILTER (WHERE c.place > 0), 0)::bigint AS leads,
            coalesce(sum(c.leads) FILTER (WHERE c.place <= 0), 0)::bigint AS leads_before,
            coalesce(sum(c.answered) FILTER (WHERE c.place > 0), 0)::bigint AS answered,
            coalesce(sum(c.answered) FILTER (WHERE c.place <= 0), 0)::bigint AS answered_before,
            coalesce(sum(c.leads) FILTER (WHERE c.place > 0 AND c.status = 'unread'), 0)::bigint AS unread,
            coalesce(sum(c.leads - c.answered) FILTER (WHERE c.place > 0 AND c.status = 'unread'), 0)::bigint AS unopened,
            coalesce(sum(c.leads) FILTER (WHERE c.place > 0 AND c.status = 'archived'), 0)::bigint AS archived
        FROM cells AS c
    ), responses AS (
        SELECT
            percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY i.seconds) FILTER (WHERE i.place > 0) AS seconds,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY i.seconds) FILTER (WHERE i.place <= 0) AS before
        FROM inbox AS i
        WHERE i.seconds IS NOT NULL
    ), waits AS (
        SELECT width_bucket(i.seconds, ARRAY[3600, 14400, 28800, 86400]::float8[]) AS wait, count(*) AS leads
        FROM inbox AS i
        WHERE i.place > 0 AND i.seconds IS NOT NULL
        GROUP BY 1
    ), sources AS (
        SELECT coalesce(i.source, 'unknown') AS source, count(*) AS leads, count(i.seconds) AS answered
        FROM inbox AS i WHERE i.place > 0 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20
    )
    SELECT json_build_object(
        'period', p_period,
        'time_zone', p_time_zone,
        'from', v_starts[v_places + 1],
        'until', v_starts[2 * v_places + 1],
        'bucket', v_bucket,
        'series', (
            SELECT json_agg(json_build_object(
                'at', v_starts[v_places + n.place], 'leads', coalesce(p.leads, 0), 'answered', coalesce(p.answered, 0),
                'previous', coalesce(b.leads, 0)
            ) ORDER BY n.place)
            FROM generate_series(1, v_places) AS n (place)
            LEFT JOIN places AS p ON p.place = n.place
            LEFT JOIN places AS b ON b.place = n.place - v_places
        ),
        'totals', json_build_object(
            'leads', json_build_object(
                'count', t.leads, 'previous', t.leads_before,
                'change_percent', round(100.0 * (t.leads - t.leads_before) / nullif(t.leads_before, 0), 1)
            ),
            'answered', json_build_object(
                'count', t.answered, 'previous', t.answered_before,
                'change_percent', round(100.0 * (t.answered - t.answered_before) / nullif(t.answered_before, 0), 1)
            ),
            'conversion', json_build_object(
                'value', round(t.answered::numeric / nullif(t.leads, 0), 4),
                'previous', round(t.answered_before::numeric / nullif(t.leads_before, 0), 4)
            ),
            'first_response', (
                SELECT json_build_object(
                    'median_seconds', round(r.seconds[1]::numeric, 3), 'p90_seconds', round(r.seconds[2]::numeric, 3),
                    'previous_median_seconds', round(r.before::numeric, 3)
                )
                FROM responses AS r
            ),
            'unread', t.unread
        ),
        'funnel', json_build_array(
            json_build_object('step', 'arrived', 'leads', t.leads),
            json_build_object('step', 'opened', 'leads', t.leads - t.unopened),
            json_build_object('step', 'contacted', 'leads', t.answered),
            json_build_object('step', 'archived', 'leads', t.archived)
        ),
        'by_status', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(sum(c.leads), 0)::bigint AS leads
                FROM unnest(enum_range(NULL::public.lead_status)) AS e (label)
                LEFT JOIN cells AS c ON c.status = e.label AND c.place > 0
                GROUP BY e.label
            ) AS s
        ),
        'by_source', (
            SELECT coalesce(json_agg(json_build_object('source', s.source, 'leads', s.leads, 'answered', s.answered) ORDER BY s.leads DESC, s.source), '[]')
            FROM sources AS s
        ),
        'by_type', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(sum(c.leads), 0)::bigint AS leads
                FROM unnest(enum_range(NULL::public.lead_type)) AS e (label)
                LEFT JOIN cells AS c ON c.lead_type = e.label AND c.place > 0
                GROUP BY e.label
            ) AS s
        ),
        'response_times', (
            SELECT json_agg(json_build_object('from_seconds', e.since, 'to_seconds', e.until, 'leads', coalesce(w.leads, 0)) ORDER BY e.since)
            FROM (VALUES (0, 0, 3600), (1, 3600, 14400), (2, 14400, 28800), (3, 28800, 86400), (4, 86400, NULL)) AS e (wait, since, until)
            LEFT JOIN waits AS w ON w.wait = e.wait
        )
    ) INTO v_trends
    FROM totals AS t;
    RETURN v_trends;
END;
$$;

COMMENT ON FUNCTION service.lead_trends(text, text) IS
    'The leads of a period, trash and spam left out: {period, time_zone, from, until, bucket, series: [{at, leads, answered, previous}], totals: {leads, answered: {count, previous, change_percent}, conversion: {value, previous}, first_response: {median_seconds, p90_seconds, previous_median_seconds}, unread}, funnel: [{step, leads}], by_status, by_source: [{source, leads, answered}] (the 20 largest, ''unknown'' where a lead names none), by_type, response_times: [{from_seconds, to_seconds, leads}]}. A period is so many whole buckets, as app.bucket_starts makes them in p_time_zone, the current one the last: 24h is 24 hours, 7d and 30d are days, 90d is 13 weeks, 12m 12 months. The period before is as many before those; previous is the same place in it. answered: leads that came then and were ever contacted. LD400 period_not_valid, time_zone_not_valid.';
REVOKE ALL ON FUNCTION service.lead_trends(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_trends(text, text) TO leads_viewer, leads_editor, leads_admin;
