-- drop: DROP TRIGGER contact_leads_lifecycle ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_lifecycle
    BEFORE UPDATE OF status ON public.contact_leads
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION app.follow_lead_lifecycle();

COMMENT ON TRIGGER contact_leads_lifecycle ON public.contact_leads IS
    'The lifecycle unread, processing, contacted, archived. It runs before trigger_contact_leads_updated_at: triggers run in the order of their names.';
