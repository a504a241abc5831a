-- drop: DROP FUNCTION app.period_figures(app.figure, timestamptz[]);
CREATE OR REPLACE FUNCTION app.period_figures(p_figure app.figure, p_starts timestamptz[])
    RETURNS TABLE (place integer, value text, leads bigint, answered bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_last timestamptz := p_starts[cardinality(p_starts)];
    v_split timestamptz[] := ARRAY(
        SELECT DISTINCT date_trunc('day', s.at, 'UTC') FROM unnest(p_starts) AS s (at) WHERE s.at <> date_trunc('day', s.at, 'UTC')
    );
    v_day timestamptz;
BEGIN
    RETURN QUERY
        SELECT width_bucket(f.starts_at, p_starts), f.value, sum(f.leads)::bigint, sum(f.answered)::bigint
        FROM app.lead_figures AS f
        WHERE f.figure = p_figure AND f.starts_at >= p_starts[1] AND f.starts_at < v_last
            AND f.starts_at NOT IN (SELECT s.at FROM unnest(v_split) AS s (at))
        GROUP BY 1, 2;
    -- Day by day: of a join with them the planner doesn't see that it is about a few.
    FOREACH v_day IN ARRAY v_split LOOP
        RETURN QUERY
            SELECT width_bucket(l.created_at, p_starts), l.value, count(*), count(l.bin)
            FROM (
                SELECT
                    l.created_at, app.response_bin(l.created_at, l.first_response_at) AS bin,
                    CASE p_figure
                        WHEN 'day_source' THEN app.source_of(l.source, l.metadata)
                        ELSE app.response_bin(l.created_at, l.first_response_at)::text
                    END AS value
                FROM public.contact_leads AS l
                WHERE l.created_at >= greatest(v_day, p_starts[1]) AND l.created_at < least(v_day + interval '24 hours', v_last)
                    AND NOT l.is_spam AND l.deleted_at IS NULL
            ) AS l
            WHERE l.value IS NOT NULL
            GROUP BY 1, 2;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION app.period_figures(app.figure, timestamptz[]) IS
    'The leads of the inbox that came in each period, by source (day_source) or bin of response time (day_response): whole UTC days from the figures that are kept, the days at the edges from the leads. p_starts: when the periods begin, and the last one ends; place counts them from 1. For a few periods. To be summed up: a value may have several rows.';
REVOKE ALL ON FUNCTION app.period_figures(app.figure, timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.period_figures(app.figure, timestamptz[]) TO leads_viewer, leads_editor, leads_admin;
