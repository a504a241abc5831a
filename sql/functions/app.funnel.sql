-- drop: DROP FUNCTION app.funnel(timestamptz[]);
CREATE OR REPLACE FUNCTION app.funnel(p_starts timestamptz[])
    RETURNS TABLE (place integer, arrived bigint, opened bigint, contacted bigint, archived bigint, dismissed bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY
        WITH figures AS (
            SELECT
                f.place,
                sum(f.leads) AS leads,
                sum(f.answered) AS answered,
                sum(f.leads - f.answered) FILTER (WHERE f.value = 'unread') AS unopened,
                sum(f.answered) FILTER (WHERE f.value = 'archived') AS archived,
                sum(f.leads - f.answered) FILTER (WHERE f.value = 'archived') AS dismissed
            FROM app.bucket_figures(p_starts) AS f
            WHERE NOT f.by_type
            GROUP BY f.place
        ), went_back AS (
            -- The few that stand nearer to the beginning than they once did.
            SELECT
                width_bucket(l.created_at, p_starts) AS place,
                count(*) FILTER (WHERE l.status = 'unread' AND l.first_response_at IS NULL) AS opened,
                count(*) FILTER (WHERE b.archived AND l.status <> 'archived' AND l.first_response_at IS NOT NULL) AS archived,
                count(*) FILTER (WHERE b.archived AND l.status <> 'archived' AND l.first_response_at IS NULL) AS dismissed
            FROM (
                SELECT c.lead_id, bool_or(c.from_status = 'archived') AS archived
                FROM app.status_changes AS c
                WHERE c.to_status = 'unread' OR c.from_status = 'archived'
                GROUP BY c.lead_id
            ) AS b
            JOIN public.contact_leads AS l ON l.id = b.lead_id
            WHERE l.created_at >= p_starts[1] AND l.created_at < p_starts[cardinality(p_starts)] AND NOT l.is_spam AND l.deleted_at IS NULL
            GROUP BY 1
        )
        SELECT
            f.place, f.leads::bigint, (f.leads - coalesce(f.unopened, 0) + coalesce(b.opened, 0))::bigint, f.answered::bigint,
            (coalesce(f.archived, 0) + coalesce(b.archived, 0))::bigint, (coalesce(f.dismissed, 0) + coalesce(b.dismissed, 0))::bigint
        FROM figures AS f
        LEFT JOIN went_back AS b ON b.place = f.place;
END;
$$;

COMMENT ON FUNCTION app.funnel(timestamptz[]) IS
    'How far the leads of each bucket ever got: arrived, opened (were in another stage than unread), contacted, archived (after being contacted); and dismissed: archived, never contacted. p_starts as app.bucket_figures takes them.';
REVOKE ALL ON FUNCTION app.funnel(timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.funnel(timestamptz[]) TO leads_viewer, leads_editor, leads_admin;
