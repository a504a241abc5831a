-- drop: REVOKE ALL ON public.contact_leads, app.status_moves FROM leads_viewer;
-- drop: REVOKE ALL ON SCHEMA service, app FROM leads_viewer;
GRANT USAGE ON SCHEMA service, app TO leads_viewer;
GRANT SELECT ON public.contact_leads, app.status_moves TO leads_viewer;
