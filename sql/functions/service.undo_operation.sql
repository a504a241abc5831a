-- drop: DROP FUNCTION service.undo_operation(uuid, text, text, uuid);
CREATE OR REPLACE FUNCTION service.undo_operation(p_operation uuid, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_undo uuid;
    v_trashes boolean;
    v_ids bigint[];
    v_chosen bigint[];
    v_fields jsonb[];
    v_skipped bigint;
    v_report json;
    v_changed bigint;
BEGIN
    SELECT array_agg(i.lead_id) INTO v_ids FROM app.undo_images(p_operation) AS i;
    -- First locked, then looked at: a later edit is either seen, or waits. And before the operation, as app.erase_leads does.
    PERFORM FROM public.contact_leads AS l WHERE l.id = ANY (v_ids) ORDER BY l.id FOR NO KEY UPDATE;
    v_undo := app.begin_operation('undo', NULL, NULL, p_operation, p_actor, p_role, p_request_id);
    SELECT o.trashes INTO STRICT v_trashes FROM app.operations AS o WHERE o.id = v_undo;
    SELECT
        array_agg(c.lead_id ORDER BY c.lead_id) FILTER (WHERE c.reason IS NULL),
        array_agg(c.fields ORDER BY c.lead_id) FILTER (WHERE c.reason IS NULL),
        count(c.reason),
        coalesce(json_agg(json_build_object('id', c.lead_id, 'reason', c.reason) ORDER BY c.lead_id)
            FILTER (WHERE c.reason IS NOT NULL AND c.place <= 1000), '[]')
    INTO v_chosen, v_fields, v_skipped, v_report
    FROM (
        SELECT i.lead_id, i.fields, r.reason, count(r.reason) OVER (ORDER BY i.lead_id) AS place
        FROM app.undo_images(p_operation) AS i
        LEFT JOIN public.contact_leads AS l ON l.id = i.lead_id
        CROSS JOIN LATERAL (SELECT CASE
            WHEN l.id IS NULL OR l.deleted_at IS NOT NULL AND NOT v_trashes THEN 'not_found'
            WHEN i.fields IS NULL THEN 'changed_since'
        END AS reason) AS r
    ) AS c;
    IF v_trashes THEN -- a column that only admins may write
        UPDATE public.contact_leads AS l
        SET deleted_at = (jsonb_populate_record(l, i.fields)).deleted_at
        FROM unnest(v_chosen, v_fields) AS i (id, fields)
        WHERE l.id = i.id;
    ELSE
        UPDATE public.contact_leads AS l
        SET (status, priority, tags, assignee, follow_up_date, last_contacted, first_response_at) = (
            SELECT r.status, r.priority, r.tags, r.assignee, r.follow_up_date, r.last_contacted, r.first_response_at
            FROM jsonb_populate_record(l, i.fields) AS r
        )
        FROM unnest(v_chosen, v_fields) AS i (id, fields)
        WHERE l.id = i.id;
    END IF;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    PERFORM app.end_operation(v_undo, v_changed, v_skipped);
    RETURN json_build_object('changed', v_changed, 'skipped_count', v_skipped, 'skipped', v_report, 'operation', v_undo);
END;
$$;

COMMENT ON FUNCTION service.undo_operation(uuid, text, text, uuid) IS
    'Gives the leads of an operation back what they held before it, field by field, times that followed too, whatever app.status_moves says; what was changed again since stays. An operation of its own, which can be undone as well. Answers as service.change_leads; reasons: not_found (gone, or in the trash meanwhile), changed_since. LD404 operation_not_found, LD409 operation_not_undoable, operation_already_undone.';
REVOKE ALL ON FUNCTION service.undo_operation(uuid, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.undo_operation(uuid, text, text, uuid) TO leads_editor, leads_admin;
