-- drop: DROP FUNCTION service.lead_trends(text, text);
CREATE OR REPLACE FUNCTION service.lead_trends(p_period text, p_time_zone text) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_bucket text := CASE p_period WHEN '24h' THEN 'hour' WHEN '7d' THEN 'day' WHEN '30d' THEN 'day' WHEN '90d' THEN 'week' WHEN '12m' THEN 'month' END;
    v_places integer := CASE p_period WHEN '24h' THEN 24 WHEN '7d' THEN 7 WHEN '30d' THEN 30 WHEN '90d' THEN 13 WHEN '12m' THEN 12 END;
    v_starts timestamptz[];
    -- The one before, this one, and its end.
    v_periods timestamptz[];
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
    v_periods := ARRAY[v_starts[1], v_starts[v_places + 1], v_starts[2 * v_places + 1]];
    -- Places 1 and up are the period's; 0 and below those of the one before.
    WITH figures AS MATERIALIZED (
        SELECT f.place - v_places AS place, f.by_type, f.value, f.leads, f.answered FROM app.bucket_figures(v_starts) AS f
    ), places AS (
        SELECT f.place, sum(f.leads)::bigint AS leads, sum(f.answered)::bigint AS answered FROM figures AS f WHERE f.by_type GROUP BY f.place
    ), totals AS (
        SELECT
            coalesce(sum(p.leads) FILTER (WHERE p.place > 0), 0)::bigint AS leads,
            coalesce(sum(p.leads) FILTER (WHERE p.place <= 0), 0)::bigint AS leads_before,
            coalesce(sum(p.answered) FILTER (WHERE p.place > 0), 0)::bigint AS answered,
            coalesce(sum(p.answered) FILTER (WHERE p.place <= 0), 0)::bigint AS answered_before
        FROM places AS p
    ), kinds AS MATERIALIZED (
        SELECT f.by_type, f.value, sum(f.leads)::bigint AS leads FROM figures AS f WHERE f.place > 0 GROUP BY 1, 2
    ), bins AS MATERIALIZED (
        SELECT f.place, f.value::integer AS bin, f.leads FROM app.period_figures('day_response', v_periods) AS f
    ), responses AS (
        SELECT
            app.bin_percentile(array_agg(b.bin) FILTER (WHERE b.place = 2), array_agg(b.leads) FILTER (WHERE b.place = 2), 0.5) AS median,
            app.bin_percentile(array_agg(b.bin) FILTER (WHERE b.place = 2), array_agg(b.leads) FILTER (WHERE b.place = 2), 0.9) AS p90,
            app.bin_percentile(array_agg(b.bin) FILTER (WHERE b.place = 1), array_agg(b.leads) FILTER (WHERE b.place = 1), 0.5) AS median_before
        FROM bins AS b
    ), waits AS (
        SELECT width_bucket(app.bin_seconds(b.bin), '{3600,14400,28800,86400}'::numeric[]) AS wait, sum(b.leads)::bigint AS leads
        FROM bins AS b
        WHERE b.place = 2
        GROUP BY 1
    ), sources AS (
        SELECT f.value AS source, sum(f.leads)::bigint AS leads, sum(f.answered)::bigint AS answered
        FROM app.period_figures('day_source', v_periods[2:3]) AS f
        GROUP BY 1
        HAVING sum(f.leads) > 0
        ORDER BY 2 DESC, 1
        LIMIT 20
    ), funnel AS (
        SELECT coalesce(sum(f.opened), 0)::bigint AS opened, coalesce(sum(f.archived), 0)::bigint AS archived FROM app.funnel(v_periods[2:3]) AS f
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
                SELECT json_build_object('median_seconds', r.median, 'p90_seconds', r.p90, 'previous_median_seconds', r.median_before)
                FROM responses AS r
            ),
            'unread', coalesce((SELECT k.leads FROM kinds AS k WHERE NOT k.by_type AND k.value = 'unread'), 0)
        ),
        'funnel', json_build_array(
            json_build_object('step', 'arrived', 'leads', t.leads),
            json_build_object('step', 'opened', 'leads', n.opened),
            json_build_object('step', 'contacted', 'leads', t.answered),
            json_build_object('step', 'archived', 'leads', n.archived)
        ),
        'by_status', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(k.leads, 0) AS leads
                FROM unnest(enum_range(NULL::public.lead_status)) AS e (label)
                LEFT JOIN kinds AS k ON NOT k.by_type AND k.value = e.label::text
            ) AS s
        ),
        'by_source', (
            SELECT coalesce(json_agg(json_build_object('source', s.source, 'leads', s.leads, 'answered', s.answered) ORDER BY s.leads DESC, s.source), '[]')
            FROM sources AS s
        ),
        'by_type', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(k.leads, 0) AS leads
                FROM unnest(enum_range(NULL::public.lead_type)) AS e (label)
                LEFT JOIN kinds AS k ON k.by_type AND k.value = e.label::text
            ) AS s
        ),
        'response_times', (
            SELECT json_agg(json_build_object('from_seconds', e.since, 'to_seconds', e.until, 'leads', coalesce(w.leads, 0)) ORDER BY e.since)
            FROM (VALUES (0, 0, 3600), (1, 3600, 14400), (2, 14400, 28800), (3, 28800, 86400), (4, 86400, NULL)) AS e (wait, since, until)
            LEFT JOIN waits AS w ON w.wait = e.wait
        )
    ) INTO v_trends
    FROM totals AS t CROSS JOIN funnel AS n;
    RETURN v_trends;
END;
$$;

COMMENT ON FUNCTION service.lead_trends(text, text) IS
    'The leads of a period, trash and spam left out: {period, time_zone, from, until, bucket, series: [{at, leads, answered, previous}], totals: {leads, answered: {count, previous, change_percent}, conversion: {value, previous}, first_response: {median_seconds, p90_seconds, previous_median_seconds}, unread}, funnel: [{step, leads}], by_status, by_source: [{source, leads, answered}] (the 20 largest, named as in stats.sources), by_type, response_times: [{from_seconds, to_seconds, leads}]}. A period is so many whole buckets, as app.bucket_starts makes them in p_time_zone, the current one the last: 24h is 24 hours, 7d and 30d are days, 90d is 13 weeks, 12m 12 months. The period before is as many before those; previous is the same place in it. answered: leads that came then and were ever contacted. The numbers are those of stats.by_day, stats.funnel, stats.first_response and stats.response_times, from the same figures; response times within 1 %. LD400 period_not_valid, time_zone_not_valid.';
REVOKE ALL ON FUNCTION service.lead_trends(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_trends(text, text) TO leads_viewer, leads_editor, leads_admin;
