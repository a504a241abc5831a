-- drop: DROP FUNCTION app.bucket_figures(timestamptz[]);
CREATE OR REPLACE FUNCTION app.bucket_figures(p_starts timestamptz[])
    RETURNS TABLE (place integer, by_type boolean, value text, leads bigint, answered bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Planned once a session: each is a range of an index, however long.
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_last timestamptz := p_starts[cardinality(p_starts)];
    -- The UTC days that a bucket begins or ends in the middle of: of those the quarters of an hour are added up.
    v_split timestamptz[] := ARRAY(
        SELECT DISTINCT date_trunc('day', s.at, 'UTC') FROM unnest(p_starts) AS s (at) WHERE s.at <> date_trunc('day', s.at, 'UTC')
    );
BEGIN
    RETURN QUERY
        SELECT width_bucket(f.starts_at, p_starts), f.by_type, f.value, sum(f.leads)::bigint, sum(f.answered)::bigint
        FROM (
            SELECT c.starts_at, c.figure = 'day_type' AS by_type, c.value, c.leads, c.answered
            FROM app.lead_cells AS c
            WHERE c.figure IN ('day_type', 'day_status') AND c.starts_at >= p_starts[1] AND c.starts_at < v_last
                AND c.starts_at NOT IN (SELECT s.at FROM unnest(v_split) AS s (at))
            UNION ALL
            SELECT c.starts_at, c.figure = 'slot_type', c.value, c.leads, c.answered
            FROM unnest(v_split) AS s (day)
            JOIN app.lead_cells AS c
                ON c.figure IN ('slot_type', 'slot_status') AND c.starts_at >= s.day AND c.starts_at < s.day + interval '24 hours'
            WHERE c.starts_at >= p_starts[1] AND c.starts_at < v_last
            UNION ALL
            SELECT c.slot, k.by_type, k.value, c.change, CASE WHEN c.response_bin IS NULL THEN 0 ELSE c.change END
            FROM app.lead_count_changes AS c
            CROSS JOIN LATERAL (VALUES (true, c.lead_type::text), (false, c.status::text)) AS k (by_type, value)
            WHERE NOT c.is_spam AND NOT c.trashed AND c.slot >= p_starts[1] AND c.slot < v_last
        ) AS f
        GROUP BY 1, 2, 3;
END;
$$;

COMMENT ON FUNCTION app.bucket_figures(timestamptz[]) IS
    'The leads of the inbox that came in each bucket, by form (by_type) and by status, from the figures that are kept, not the leads. p_starts: when the buckets begin, and the last one ends, in whole quarters of an hour; place counts them from 1. Buckets with nothing have no row.';
REVOKE ALL ON FUNCTION app.bucket_figures(timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.bucket_figures(timestamptz[]) TO leads_viewer, leads_editor, leads_admin;
