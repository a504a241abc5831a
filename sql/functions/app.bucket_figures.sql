-- drop: DROP FUNCTION app.bucket_figures(timestamptz[]);
CREATE OR REPLACE FUNCTION app.bucket_figures(p_starts timestamptz[])
    RETURNS TABLE (place integer, by_type boolean, value text, leads bigint, answered bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Planned for the period of each call.
    SET plan_cache_mode = force_custom_plan
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
            SELECT f.starts_at, f.figure = 'day_type' AS by_type, f.value, f.leads, f.answered
            FROM app.lead_figures AS f
            WHERE f.figure IN ('day_type', 'day_status') AND f.starts_at >= p_starts[1] AND f.starts_at < v_last AND f.starts_at <> ALL (v_split)
            UNION ALL
            SELECT f.starts_at, f.figure = 'slot_type', f.value, f.leads, f.answered
            FROM app.lead_figures AS f
            WHERE f.figure IN ('slot_type', 'slot_status') AND f.starts_at >= p_starts[1] AND f.starts_at < v_last
                AND date_trunc('day', f.starts_at, 'UTC') = ANY (v_split)
        ) AS f
        GROUP BY 1, 2, 3;
END;
$$;

COMMENT ON FUNCTION app.bucket_figures(timestamptz[]) IS
    'The leads of the inbox that came in each bucket, by form (by_type) and by status, from the figures that are kept, not the leads. p_starts: when the buckets begin, and the last one ends, in whole quarters of an hour; place counts them from 1. Buckets with nothing have no row.';
REVOKE ALL ON FUNCTION app.bucket_figures(timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.bucket_figures(timestamptz[]) TO leads_viewer, leads_editor, leads_admin;
