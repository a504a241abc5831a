-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.operations, app.saved_views, api.leads FROM leads_editor;
-- drop: REVOKE ALL ON SCHEMA service, app, api, stats FROM leads_editor;
GRANT USAGE ON SCHEMA service, app, api, stats TO leads_editor;
GRANT SELECT, INSERT ON public.contact_leads TO leads_editor;
-- Not deleted_at: the trash is the admins'. Nor what names a lead, or says when it came.
GRANT UPDATE (
    name, email, subject, message, company, phone, role, source, consent, lead_type, form_type, metadata, flagged, is_spam,
    status, priority, quality_score, internal_notes, tags, contact_history, assignee, follow_up_date, last_contacted, first_response_at
) ON public.contact_leads TO leads_editor;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.operations, api.leads TO leads_editor;
GRANT SELECT, INSERT, UPDATE, DELETE ON app.saved_views TO leads_editor;
