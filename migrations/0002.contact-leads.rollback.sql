REVOKE ALL ON public.contact_leads, app.status_moves FROM leads_admin;
REVOKE ALL ON SCHEMA service, app FROM leads_admin;
REVOKE ALL ON public.contact_leads, app.status_moves FROM leads_editor;
REVOKE ALL ON SCHEMA service, app FROM leads_editor;
REVOKE ALL ON public.contact_leads, app.status_moves FROM leads_viewer;
REVOKE ALL ON SCHEMA service, app FROM leads_viewer;
DROP TRIGGER trigger_contact_leads_updated_at ON public.contact_leads;
DROP TRIGGER contact_leads_lifecycle ON public.contact_leads;
DROP FUNCTION app.follow_lead_lifecycle();
DROP FUNCTION app.set_updated_at();

-- destroys: app.adoption_notes
-- destroys: public.contact_leads
DROP TABLE app.adoption_notes;
DROP TABLE app.status_moves;
DROP TABLE public.contact_leads;
DROP TYPE public.lead_priority;
DROP TYPE public.lead_status;
DROP TYPE public.lead_type;

DROP FUNCTION app.tags_valid(text[]);
