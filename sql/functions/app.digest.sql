-- drop: DROP FUNCTION app.digest();
CREATE OR REPLACE FUNCTION app.digest() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH new AS (
        SELECT l.lead_type, l.first_response_at
        FROM public.contact_leads AS l
        WHERE l.created_at > app.now() - interval '24 hours' AND l.created_at <= app.now() AND l.deleted_at IS NULL AND NOT l.is_spam
    ), waiting AS (
        SELECT l.id
        FROM public.contact_leads AS l
        WHERE l.status = 'unread' AND l.priority IN ('high', 'urgent') AND l.deleted_at IS NULL AND NOT l.is_spam
        ORDER BY l.priority DESC, l.created_at, l.id
        LIMIT 20
    )
    SELECT jsonb_build_object(
        'new', (SELECT count(*) FROM new),
        'new_by_type', (
            SELECT coalesce(jsonb_object_agg(n.lead_type, n.leads), '{}')
            FROM (SELECT n.lead_type, count(*) AS leads FROM new AS n GROUP BY n.lead_type) AS n
        ),
        'answered', (SELECT count(*) FROM new AS n WHERE n.first_response_at IS NOT NULL),
        'unread', (SELECT coalesce(sum(t.leads), 0) FROM app.lead_totals AS t WHERE t.status = 'unread' AND NOT t.is_spam AND NOT t.trashed),
        'lead_ids', (SELECT coalesce(jsonb_agg(w.id), '[]') FROM waiting AS w)
    );
END;

COMMENT ON FUNCTION app.digest() IS
    'The numbers of the daily digest: leads of the last 24 hours (new, new_by_type, answered), all that are unread, and the first 20 unread ones of high priority (lead_ids).';
REVOKE ALL ON FUNCTION app.digest() FROM PUBLIC;
