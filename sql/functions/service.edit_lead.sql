-- drop: DROP FUNCTION service.edit_lead(bigint, jsonb, text[], text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.edit_lead(
    p_id bigint, p_changes jsonb, p_takes text[], p_if_match text, p_actor text, p_role text, p_request_id uuid,
    OUT lead json, OUT etag text
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_changes jsonb := app.read_fields(p_changes, p_takes, CASE WHEN cardinality(p_takes) = 1 THEN p_takes ELSE '{}' END);
    v_old public.contact_leads := app.lead_to_change(p_id, p_if_match);
    v_new public.contact_leads;
BEGIN
    IF v_changes = '{}' THEN
        PERFORM app.refuse_field(p_takes[1], 'There is no field to change.', array_to_string(p_takes, ', '));
    END IF;
    v_new := jsonb_populate_record(v_old, v_changes);
    IF v_new *<> v_old THEN
        PERFORM app.act_as(p_actor, p_role, p_request_id);
        UPDATE public.contact_leads AS l
        SET name = v_new.name, email = v_new.email, company = v_new.company, phone = v_new.phone, subject = v_new.subject,
            status = v_new.status, priority = v_new.priority, quality_score = v_new.quality_score,
            internal_notes = v_new.internal_notes, tags = v_new.tags, assignee = v_new.assignee,
            follow_up_date = v_new.follow_up_date
        WHERE l.id = p_id
        RETURNING l.* INTO v_new;
    END IF;
    lead := row_to_json(v_new);
    etag := app.etag(v_new.id, v_new.version);
END;
$$;

COMMENT ON FUNCTION service.edit_lead(bigint, jsonb, text[], text, text, text, uuid) IS
    'Changes some columns of a lead and returns it, with its ETag. p_changes: {column: value}, of the columns p_takes, which must be there if it is one alone; p_if_match: the header, or NULL. What changes nothing writes nothing. LD404 lead_not_found, LD409 status_move_not_allowed, LD412 version_conflict, LD422 fields_not_valid.';
REVOKE ALL ON FUNCTION service.edit_lead(bigint, jsonb, text[], text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.edit_lead(bigint, jsonb, text[], text, text, text, uuid) TO leads_editor, leads_admin;
