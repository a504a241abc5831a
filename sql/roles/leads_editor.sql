-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, api.leads FROM leads_editor;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_editor;
GRANT USAGE ON SCHEMA service, app, api TO leads_editor;
GRANT SELECT, INSERT, UPDATE ON public.contact_leads TO leads_editor;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, api.leads TO leads_editor;
