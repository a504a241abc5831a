-- drop: DROP FUNCTION service.list_operations(integer, bigint);
CREATE OR REPLACE FUNCTION service.list_operations(p_limit integer, p_cursor bigint) RETURNS json
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
BEGIN ATOMIC
    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT o.*, row_number() OVER (ORDER BY o.number DESC) AS place
        FROM app.operations AS o
        WHERE o.number < coalesce(p_cursor, 9223372036854775807)
        ORDER BY o.number DESC
        LIMIT p_limit + 1
    )
    SELECT json_build_object(
        'data', coalesce(json_agg(json_build_object(
            'operation', f.id, 'at', f.at, 'actor', f.actor, 'actor_role', f.actor_role, 'session_user', f.session_user_name,
            'kind', f.kind, 'changes', f.changes, 'selected', f.selected, 'changed', f.changed, 'skipped_count', f.skipped,
            'undoes', f.undoes, 'undone_by', f.undone_by, 'undone', f.undone_by IS NOT NULL,
            'can_undo', f.undone_by IS NULL AND f.kind NOT IN ('erase', 'purge'),
            'request_id', f.request_id
        ) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN (min(f.number) FILTER (WHERE f.place <= p_limit))::text END
    )
    FROM found AS f;
END;

COMMENT ON FUNCTION service.list_operations(integer, bigint) IS
    'Bulk changes, deletions, undos, erasures and purges, newest first: {"data": [{operation, at, actor, actor_role, session_user, kind, changes, selected, changed, skipped_count, undoes, undone_by, undone, can_undo, request_id}], "next"}; next is the p_cursor of the page after, or null.';
REVOKE ALL ON FUNCTION service.list_operations(integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_operations(integer, bigint) TO leads_editor, leads_admin;
