-- drop: DROP FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint);
CREATE OR REPLACE FUNCTION service.audit_trail(
    p_actor text, p_action text, p_table text, p_since text, p_until text, p_limit integer, p_cursor bigint
) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
    -- Planned for the filters of each call.
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_since timestamptz := app.read_instant(p_since);
    v_until timestamptz := app.read_instant(p_until);
    v_wrong text;
    v_after timestamptz;
    v_page json;
BEGIN
    v_wrong := CASE WHEN p_since IS NOT NULL AND v_since IS NULL THEN 'since' WHEN p_until IS NOT NULL AND v_until IS NULL THEN 'until' END;
    IF v_wrong IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format('%s must be a time, such as 2026-11-23T10:30:00Z, or a day.', v_wrong),
            CONSTRAINT = 'filter_not_valid',
            COLUMN = v_wrong;
    END IF;
    IF p_cursor IS NOT NULL THEN
        SELECT a.at INTO v_after FROM app.audit_log AS a WHERE a.id = p_cursor;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD400',
                MESSAGE = 'The cursor is none that this list gave.',
                CONSTRAINT = 'cursor_not_valid',
                COLUMN = 'cursor';
        END IF;
    END IF;
    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT a.*, a AS entry, row_number() OVER (ORDER BY a.at DESC, a.id DESC) AS place
        FROM app.audit_log AS a
        WHERE (p_actor IS NULL OR a.actor = p_actor)
            AND (p_action IS NULL OR a.action = p_action)
            AND (p_table IS NULL OR a.table_name = p_table)
            AND (v_since IS NULL OR a.at >= v_since)
            AND (v_until IS NULL OR a.at < v_until)
            AND (p_cursor IS NULL OR (a.at, a.id) < (v_after, p_cursor))
        ORDER BY a.at DESC, a.id DESC
        LIMIT p_limit + 1
    )
    SELECT json_build_object(
        'data', coalesce(json_agg(json_build_object(
            'id', f.id, 'at', f.at, 'actor', f.actor, 'actor_role', f.actor_role, 'session_user', f.session_user_name,
            'action', f.action, 'table', f.table_name, 'lead_id', f.lead_id, 'subject', f.subject,
            'summary', app.audit_story(f.entry), 'changes', app.audit_changes(f.before, f.after),
            'operation', f.operation, 'request_id', f.request_id
        ) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN
            (SELECT last.id::text FROM found AS last WHERE last.place = p_limit)
        END
    ) INTO v_page
    FROM found AS f;
    RETURN v_page;
END;
$$;

COMMENT ON FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint) IS
    'What was done, newest first: {"data": [{id, at, actor, actor_role, session_user, action, table, lead_id, subject, summary, changes: [{field, before, after}], operation, request_id}], "next"}; p_since is included, p_until not; next is the p_cursor of the page after, or null. LD400 filter_not_valid, cursor_not_valid.';
REVOKE ALL ON FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint) TO leads_admin;
