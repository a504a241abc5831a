-- drop: DROP FUNCTION service.lead_choices();
CREATE OR REPLACE FUNCTION service.lead_choices() RETURNS json
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
BEGIN ATOMIC
    WITH newest AS MATERIALIZED (
        SELECT l.tags, l.source, l.role
        FROM public.contact_leads AS l
        WHERE l.deleted_at IS NULL AND NOT l.is_spam
        ORDER BY l.created_at DESC, l.id DESC
        LIMIT 20000
    ), tags AS (
        SELECT t.tag, count(*) AS leads
        FROM newest AS n CROSS JOIN LATERAL unnest(n.tags) AS t (tag)
        GROUP BY t.tag ORDER BY 2 DESC, 1 LIMIT 200
    ), sources AS (
        SELECT n.source, count(*) AS leads FROM newest AS n WHERE n.source IS NOT NULL GROUP BY n.source ORDER BY 2 DESC, 1 LIMIT 100
    ), roles AS (
        SELECT n.role, count(*) AS leads FROM newest AS n WHERE n.role IS NOT NULL GROUP BY n.role ORDER BY 2 DESC, 1 LIMIT 100
    )
    SELECT json_build_object(
        'assignees', app.assignable_users(),
        'tags', (SELECT coalesce(json_agg(t.tag ORDER BY t.leads DESC, t.tag), '[]') FROM tags AS t),
        'sources', (SELECT coalesce(json_agg(s.source ORDER BY s.leads DESC, s.source), '[]') FROM sources AS s),
        'roles', (SELECT coalesce(json_agg(r.role ORDER BY r.leads DESC, r.role), '[]') FROM roles AS r)
    );
END;

COMMENT ON FUNCTION service.lead_choices() IS
    'What one may choose from: {"assignees": the users who may change leads, by name, "tags" (at most 200), "sources", "roles" (100 each), the most used first}. Only the newest 20,000 leads of the inbox are looked at, so that it costs the same whatever their number.';
REVOKE ALL ON FUNCTION service.lead_choices() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_choices() TO leads_viewer, leads_editor, leads_admin;
