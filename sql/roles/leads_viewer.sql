-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.saved_views, api.leads FROM leads_viewer;
-- drop: REVOKE ALL ON SCHEMA service, app, api, stats FROM leads_viewer;
GRANT USAGE ON SCHEMA service, app, api, stats TO leads_viewer;
GRANT SELECT ON public.contact_leads TO leads_viewer;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.saved_views, api.leads TO leads_viewer;
