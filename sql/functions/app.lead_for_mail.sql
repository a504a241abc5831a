-- drop: DROP FUNCTION app.lead_for_mail(public.contact_leads, boolean);
CREATE OR REPLACE FUNCTION app.lead_for_mail(p_lead public.contact_leads, p_to_team boolean) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT jsonb_build_object(
        'id', (p_lead).id, 'reference', (p_lead).reference, 'lead_type', (p_lead).lead_type, 'name', (p_lead).name,
        'created_at', to_char((p_lead).created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
    ) || CASE WHEN p_to_team THEN jsonb_build_object(
        'email', (p_lead).email, 'company', (p_lead).company, 'phone', (p_lead).phone, 'role', (p_lead).role,
        'subject', (p_lead).subject, 'message', left((p_lead).message, 2000), 'source', (p_lead).source,
        'priority', (p_lead).priority, 'status', (p_lead).status, 'assignee', (p_lead).assignee,
        'follow_up_date', (p_lead).follow_up_date
    ) ELSE '{}' END;
END;

COMMENT ON FUNCTION app.lead_for_mail(public.contact_leads, boolean) IS
    'What a mail may tell of a lead: to the team all that one acts by; to the visitor, whose address somebody else may have typed, nothing that was written in the form but the name.';
REVOKE ALL ON FUNCTION app.lead_for_mail(public.contact_leads, boolean) FROM PUBLIC;
