-- drop: DROP FUNCTION app.figure_differences();
CREATE OR REPLACE FUNCTION app.figure_differences()
    RETURNS TABLE (kept_in text, figure text, starts_at timestamptz, value text, leads bigint, leads_kept bigint, answered bigint, answered_kept bigint)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    -- It reads every lead, and sorts nothing that fits here.
    SET work_mem = '64MB'
AS $$
    WITH leads AS MATERIALIZED (
        SELECT
            l.status::text AS status, l.lead_type::text AS lead_type, l.priority::text AS priority, l.is_spam, l.deleted_at IS NOT NULL AS trashed,
            date_bin(interval '15 minutes', l.created_at, timestamptz '2000-01-01 00:00:00+00') AS slot,
            date_trunc('day', l.created_at, 'UTC') AS day,
            app.source_of(l.source, l.metadata) AS source, coalesce(l.role, 'unknown') AS role,
            app.response_bin(l.created_at, l.first_response_at) AS bin
        FROM public.contact_leads AS l
    ), inbox AS NOT MATERIALIZED (
        SELECT l.* FROM leads AS l WHERE NOT l.is_spam AND NOT l.trashed
    ), counted AS (
        SELECT 'slot_type' AS figure, i.slot AS starts_at, i.lead_type AS value, count(*) AS leads, count(i.bin) AS answered FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'slot_status', i.slot, i.status, count(*), count(i.bin) FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'day_type', i.day, i.lead_type, count(*), count(i.bin) FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'day_status', i.day, i.status, count(*), count(i.bin) FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'day_source', i.day, i.source, count(*), count(i.bin) FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'day_response', i.day, i.bin::text, count(*), count(i.bin) FROM inbox AS i WHERE i.bin IS NOT NULL GROUP BY 2, 3
        UNION ALL SELECT 'source', '-infinity', i.source, count(*), count(i.bin) FROM inbox AS i GROUP BY 3
        UNION ALL SELECT 'role', '-infinity', i.role, count(*), count(i.bin) FROM inbox AS i GROUP BY 3
        UNION ALL SELECT 'response', '-infinity', i.bin::text, count(*), count(i.bin) FROM inbox AS i WHERE i.bin IS NOT NULL GROUP BY 3
    ), kept AS (
        SELECT f.figure::text AS figure, f.starts_at, f.value, sum(f.leads)::bigint AS leads, sum(f.answered)::bigint AS answered
        FROM app.lead_figures AS f
        GROUP BY 1, 2, 3
    ), kinds AS (
        SELECT concat_ws(' ', l.status, l.lead_type, l.priority, l.is_spam, l.trashed) AS value, count(*) AS leads FROM leads AS l GROUP BY 1
    ), kinds_kept AS (
        SELECT concat_ws(' ', t.status, t.lead_type, t.priority, t.is_spam, t.trashed) AS value, sum(t.leads)::bigint AS leads
        FROM app.lead_totals AS t
        GROUP BY 1
    )
    SELECT
        'lead_cells', coalesce(c.figure, k.figure), coalesce(c.starts_at, k.starts_at), coalesce(c.value, k.value),
        coalesce(c.leads, 0), coalesce(k.leads, 0), coalesce(c.answered, 0), coalesce(k.answered, 0)
    FROM counted AS c
    FULL JOIN kept AS k ON k.figure = c.figure AND k.starts_at = c.starts_at AND k.value = c.value
    WHERE (coalesce(c.leads, 0), coalesce(c.answered, 0)) <> (coalesce(k.leads, 0), coalesce(k.answered, 0))
    UNION ALL
    SELECT 'lead_counts', 'total', '-infinity', coalesce(c.value, k.value), coalesce(c.leads, 0), coalesce(k.leads, 0), NULL, NULL
    FROM kinds AS c
    FULL JOIN kinds_kept AS k ON k.value = c.value
    WHERE coalesce(c.leads, 0) <> coalesce(k.leads, 0);
$$;

COMMENT ON FUNCTION app.figure_differences() IS
    'Counts every lead, and returns a row for each cell of app.lead_cells and app.lead_counts (with what waits in app.lead_count_changes) that says something else: counted, and kept. None is what it should be. Takes some seconds a million leads.';
REVOKE ALL ON FUNCTION app.figure_differences() FROM PUBLIC;
