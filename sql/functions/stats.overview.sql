-- drop: DROP FUNCTION stats.overview();
CREATE OR REPLACE FUNCTION stats.overview() RETURNS TABLE (
    as_of timestamptz,
    leads bigint,
    unread bigint,
    processing bigint,
    contacted bigint,
    archived bigint,
    answered bigint,
    conversion numeric,
    unanswered_share numeric,
    median_response_seconds numeric,
    p90_response_seconds numeric,
    leads_24h bigint,
    previous_24h bigint,
    change_percent_24h numeric,
    leads_7d bigint,
    previous_7d bigint,
    change_percent_7d numeric,
    leads_30d bigint,
    previous_30d bigint,
    change_percent_30d numeric,
    spam bigint,
    trashed bigint
)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Planned once a session: else that takes longer than the rest.
    SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH kinds AS MATERIALIZED (
            SELECT t.status, t.is_spam, t.trashed, sum(t.leads) AS leads FROM app.lead_totals AS t GROUP BY 1, 2, 3
        ), totals AS (
            SELECT
                coalesce(sum(k.leads) FILTER (WHERE NOT k.is_spam AND NOT k.trashed), 0)::bigint AS leads,
                coalesce(sum(k.leads) FILTER (WHERE k.status = 'unread' AND NOT k.is_spam AND NOT k.trashed), 0)::bigint AS unread,
                coalesce(sum(k.leads) FILTER (WHERE k.status = 'processing' AND NOT k.is_spam AND NOT k.trashed), 0)::bigint AS processing,
                coalesce(sum(k.leads) FILTER (WHERE k.status = 'contacted' AND NOT k.is_spam AND NOT k.trashed), 0)::bigint AS contacted,
                coalesce(sum(k.leads) FILTER (WHERE k.status = 'archived' AND NOT k.is_spam AND NOT k.trashed), 0)::bigint AS archived,
                coalesce(sum(k.leads) FILTER (WHERE k.is_spam AND NOT k.trashed), 0)::bigint AS spam,
                coalesce(sum(k.leads) FILTER (WHERE k.trashed), 0)::bigint AS trashed
            FROM kinds AS k
        ), bins AS (
            SELECT b.bin, sum(b.leads)::bigint AS leads
            FROM (
                SELECT c.value::integer AS bin, c.leads FROM app.lead_cells AS c WHERE c.figure = 'response' AND c.starts_at = '-infinity'
                UNION ALL
                SELECT c.response_bin, c.change FROM app.lead_count_changes AS c WHERE c.response_bin IS NOT NULL AND NOT c.is_spam AND NOT c.trashed
            ) AS b
            GROUP BY 1
        ), responses AS (
            SELECT
                coalesce(max(b.total), 0)::bigint AS answered,
                app.bin_seconds(min(b.bin) FILTER (WHERE b.upto >= ceil(0.5 * b.total))) AS median,
                app.bin_seconds(min(b.bin) FILTER (WHERE b.upto >= ceil(0.9 * b.total))) AS p90
            FROM (SELECT b.bin, sum(b.leads) OVER (ORDER BY b.bin) AS upto, sum(b.leads) OVER () AS total FROM bins AS b WHERE b.leads <> 0) AS b
        ), velocity AS (
            SELECT jsonb_object_agg(v.period, to_jsonb(v)) AS v FROM stats.velocity() AS v
        )
        SELECT
            app.now(), t.leads, t.unread, t.processing, t.contacted, t.archived, r.answered,
            round(r.answered::numeric / nullif(t.leads, 0), 4), round((t.leads - r.answered)::numeric / nullif(t.leads, 0), 4),
            r.median, r.p90,
            (v.v #>> '{24h,leads}')::bigint, (v.v #>> '{24h,previous}')::bigint, (v.v #>> '{24h,change_percent}')::numeric,
            (v.v #>> '{7d,leads}')::bigint, (v.v #>> '{7d,previous}')::bigint, (v.v #>> '{7d,change_percent}')::numeric,
            (v.v #>> '{30d,leads}')::bigint, (v.v #>> '{30d,previous}')::bigint, (v.v #>> '{30d,change_percent}')::numeric,
            t.spam, t.trashed
        FROM totals AS t CROSS JOIN responses AS r CROSS JOIN velocity AS v;
END;
$$;

COMMENT ON FUNCTION stats.overview() IS
    'The inbox in one row, now and over all time. Percentiles are read from a histogram whose bins are at most 2 % wide. It costs the same however many leads there are. Spam and what is in the trash count nowhere.';
REVOKE ALL ON FUNCTION stats.overview() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.overview() TO leads_analyst, leads_viewer, leads_editor, leads_admin;
