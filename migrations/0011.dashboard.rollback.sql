SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

-- ==> sql/roles/leads_viewer.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, api.leads FROM leads_viewer;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_viewer;
GRANT USAGE ON SCHEMA service, app, api TO leads_viewer;
GRANT SELECT ON public.contact_leads TO leads_viewer;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, api.leads TO leads_viewer;
-- <== sql/roles/leads_viewer.sql

-- ==> sql/roles/leads_editor.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.operations, api.leads FROM leads_editor;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_editor;
GRANT USAGE ON SCHEMA service, app, api TO leads_editor;
GRANT SELECT, INSERT ON public.contact_leads TO leads_editor;
-- Not deleted_at: the trash is the admins'. Nor what names a lead, or says when it came.
GRANT UPDATE (
    name, email, subject, message, company, phone, role, source, consent, lead_type, form_type, metadata, flagged, is_spam,
    status, priority, quality_score, internal_notes, tags, contact_history, assignee, follow_up_date, last_contacted, first_response_at
) ON public.contact_leads TO leads_editor;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.operations, api.leads TO leads_editor;
-- <== sql/roles/leads_editor.sql

-- ==> sql/roles/leads_admin.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, api.leads FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_admin;
GRANT USAGE ON SCHEMA service, app, api TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads TO leads_admin;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, api.leads TO leads_admin;
-- <== sql/roles/leads_admin.sql

DROP TRIGGER saved_views_updated_at ON app.saved_views;

DROP TRIGGER saved_views_limit ON app.saved_views;

DROP FUNCTION service.save_view(uuid, text, text, text, text, uuid);

DROP FUNCTION service.remove_view(uuid, text, text, uuid);

DROP FUNCTION service.list_views();

DROP FUNCTION service.lead_trends(text, text);

DROP FUNCTION service.lead_choices();

DROP FUNCTION app.limit_saved_views();

DROP FUNCTION app.is_time_zone(text);

DROP FUNCTION app.bucket_starts(text, integer, text);

DROP FUNCTION app.assignable_users();

-- destroys: app.saved_views
DROP TABLE app.saved_views;
