-- drop: REVOKE ALL ON public.contact_leads, app.status_moves FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app FROM leads_admin;
GRANT USAGE ON SCHEMA service, app TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads TO leads_admin;
GRANT SELECT ON app.status_moves TO leads_admin;
