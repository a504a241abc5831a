-- drop: DROP FUNCTION app.begin_operation(text, jsonb, text, uuid, text, text, uuid);
CREATE OR REPLACE FUNCTION app.begin_operation(
    p_kind text, p_changes jsonb, p_selected text, p_undoes uuid, p_actor text, p_role text, p_request_id uuid
) RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_older app.operations;
    v_id uuid;
BEGIN
    IF p_kind IN ('erase', 'purge') OR (p_kind = 'undo') <> (p_undoes IS NOT NULL) THEN
        RAISE EXCEPTION USING
            ERRCODE = '42501',
            MESSAGE = 'Only service.erase_person and service.purge_trash erase, and only undo undoes.';
    ELSIF p_undoes IS NOT NULL THEN
        -- Of two that undo it at once the second waits here.
        SELECT o.* INTO v_older FROM app.operations AS o WHERE o.id = p_undoes FOR UPDATE;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD404',
                MESSAGE = format('There is no operation %s.', p_undoes),
                CONSTRAINT = 'operation_not_found',
                COLUMN = 'operation';
        ELSIF v_older.kind IN ('erase', 'purge') THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD409',
                MESSAGE = 'What was erased or purged can''t come back.',
                CONSTRAINT = 'operation_not_undoable',
                COLUMN = 'operation';
        ELSIF v_older.undone_by IS NOT NULL THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD409',
                MESSAGE = 'This operation is undone already.',
                CONSTRAINT = 'operation_already_undone',
                COLUMN = 'operation',
                HINT = format('To do it again, undo operation %s.', v_older.undone_by);
        END IF;
    END IF;
    INSERT INTO app.operations (actor, actor_role, request_id, kind, changes, selected, undoes, trashes)
    VALUES (p_actor, p_role, p_request_id, p_kind, p_changes, p_selected, p_undoes,
        p_kind IN ('delete', 'restore') OR p_kind = 'undo' AND v_older.trashes)
    RETURNING id INTO v_id;
    UPDATE app.operations AS o SET undone_by = v_id WHERE o.id = p_undoes;
    PERFORM app.act_as(p_actor, p_role, p_request_id, v_id);
    RETURN v_id;
END;
$$;

COMMENT ON FUNCTION app.begin_operation(text, jsonb, text, uuid, text, text, uuid) IS
    'Notes an operation and returns its id; what this transaction writes to the audit until app.end_operation is part of it. p_kind: status, priority, tags, assignee, follow_up, delete, restore, or undo, and then p_undoes the operation that is undone. LD404 operation_not_found, LD409 operation_not_undoable, operation_already_undone.';
REVOKE ALL ON FUNCTION app.begin_operation(text, jsonb, text, uuid, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.begin_operation(text, jsonb, text, uuid, text, text, uuid) TO leads_editor, leads_admin;
