-- drop: REVOKE ALL ON public.contact_leads, app.status_moves FROM leads_editor;
-- drop: REVOKE ALL ON SCHEMA service, app FROM leads_editor;
GRANT USAGE ON SCHEMA service, app TO leads_editor;
GRANT SELECT, INSERT, UPDATE ON public.contact_leads TO leads_editor;
GRANT SELECT ON app.status_moves TO leads_editor;
