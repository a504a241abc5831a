-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, app.saved_views, app.mail_templates, api.leads FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app, api, stats FROM leads_admin;
GRANT USAGE ON SCHEMA service, app, api, stats TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads, app.saved_views, app.mail_templates TO leads_admin;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, api.leads TO leads_admin;
