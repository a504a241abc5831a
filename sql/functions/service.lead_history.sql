-- drop: DROP FUNCTION service.lead_history(bigint, integer, bigint);
CREATE OR REPLACE FUNCTION service.lead_history(p_id bigint, p_limit integer, p_cursor bigint) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_page json;
BEGIN
    IF NOT EXISTS (SELECT FROM public.contact_leads AS l WHERE l.id = p_id AND l.deleted_at IS NULL) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no lead %s.', p_id),
            CONSTRAINT = 'lead_not_found',
            COLUMN = 'id';
    END IF;
    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT a.*, a AS entry, row_number() OVER (ORDER BY a.id) AS place
        FROM app.audit_log AS a
        WHERE a.lead_id = p_id AND a.id > coalesce(p_cursor, 0)
        ORDER BY a.id
        LIMIT p_limit + 1
    )
    SELECT json_build_object(
        'data', coalesce(json_agg(json_build_object(
            'at', f.at, 'actor', f.actor, 'actor_role', f.actor_role, 'session_user', f.session_user_name, 'action', f.action,
            'summary', app.audit_story(f.entry), 'changes', app.audit_changes(f.before, f.after),
            'operation', f.operation, 'request_id', f.request_id
        ) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN (max(f.id) FILTER (WHERE f.place <= p_limit))::text END
    ) INTO v_page
    FROM found AS f;
    RETURN v_page;
END;
$$;

COMMENT ON FUNCTION service.lead_history(bigint, integer, bigint) IS
    'What was done to a lead, oldest first: {"data": [{at, actor, actor_role, session_user, action, summary, changes: [{field, before, after}], operation, request_id}], "next"}; next is the p_cursor of the page after, or null. SECURITY DEFINER, since staff may read the audit of the leads they see, and no more of it. LD404 lead_not_found.';
REVOKE ALL ON FUNCTION service.lead_history(bigint, integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_history(bigint, integer, bigint) TO leads_viewer, leads_editor, leads_admin;
