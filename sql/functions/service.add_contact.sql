-- drop: DROP FUNCTION service.add_contact(bigint, jsonb, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.add_contact(
    p_id bigint, p_contact jsonb, p_if_match text, p_actor text, p_role text, p_request_id uuid,
    OUT lead json, OUT etag text
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_contact jsonb := app.read_fields(p_contact, '{channel,note,at}', '{channel,note}');
    v_lead public.contact_leads := app.lead_to_change(p_id, p_if_match);
BEGIN
    IF char_length(v_contact ->> 'channel') > 50 THEN
        PERFORM app.refuse_field('channel', 'channel can have at most 50 characters.');
    ELSIF char_length(v_contact ->> 'note') > 5000 THEN
        PERFORM app.refuse_field('note', 'note can have at most 5,000 characters.');
    END IF;
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    UPDATE public.contact_leads AS l
    SET contact_history = l.contact_history || jsonb_build_array(jsonb_build_object(
        'at', coalesce(app.read_instant(v_contact ->> 'at'), app.now()),
        'by', p_actor,
        'channel', v_contact -> 'channel',
        'note', v_contact -> 'note'
    ))
    WHERE l.id = p_id
    RETURNING l.* INTO v_lead;
    lead := row_to_json(v_lead);
    etag := app.etag(v_lead.id, v_lead.version);
END;
$$;

COMMENT ON FUNCTION service.add_contact(bigint, jsonb, text, text, text, uuid) IS
    'Appends {at, by, channel, note} to a lead''s contact_history and returns the lead, with its ETag. p_contact: channel, note, and at, else it is now. LD404 lead_not_found, LD412 version_conflict, LD422 fields_not_valid.';
REVOKE ALL ON FUNCTION service.add_contact(bigint, jsonb, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.add_contact(bigint, jsonb, text, text, text, uuid) TO leads_editor, leads_admin;
