-- drop: DROP FUNCTION service.add_lead(jsonb, text, text, uuid);
CREATE OR REPLACE FUNCTION service.add_lead(
    p_fields jsonb, p_actor text, p_role text, p_request_id uuid, OUT id bigint, OUT lead json, OUT etag text
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_fields jsonb := app.read_fields(
        p_fields, '{name,email,subject,message,company,phone,role,source,consent,lead_type,priority}', '{name,email}');
    v_lead public.contact_leads;
BEGIN
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    INSERT INTO public.contact_leads AS l (
        lead_type, form_type, priority, name, email, subject, message, company, phone, role, source, consent
    )
    VALUES (
        coalesce(v_fields ->> 'lead_type', 'contact')::public.lead_type,
        coalesce(v_fields ->> 'lead_type', 'contact'),
        coalesce(v_fields ->> 'priority', 'medium')::public.lead_priority,
        v_fields ->> 'name',
        v_fields ->> 'email',
        v_fields ->> 'subject',
        v_fields ->> 'message',
        v_fields ->> 'company',
        v_fields ->> 'phone',
        v_fields ->> 'role',
        coalesce(v_fields ->> 'source', 'manual'),
        (v_fields ->> 'consent')::boolean
    )
    RETURNING l.* INTO v_lead;
    id := v_lead.id;
    lead := row_to_json(v_lead);
    etag := app.etag(v_lead.id, v_lead.version);
END;
$$;

COMMENT ON FUNCTION service.add_lead(jsonb, text, text, uuid) IS
    'Stores a lead that somebody of the team enters, and returns it, with its ETag. p_fields: name, email, subject, message, company, phone, role, source (else manual), consent, lead_type (else contact), priority. LD422 fields_not_valid.';
REVOKE ALL ON FUNCTION service.add_lead(jsonb, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.add_lead(jsonb, text, text, uuid) TO leads_editor, leads_admin;
