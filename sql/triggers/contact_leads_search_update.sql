-- drop: DROP TRIGGER contact_leads_search_update ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_search_update
    AFTER UPDATE OF name, company, email, subject, message ON public.contact_leads
    FOR EACH ROW WHEN (
        (OLD.name, OLD.company, OLD.email, OLD.subject, OLD.message)
        IS DISTINCT FROM (NEW.name, NEW.company, NEW.email, NEW.subject, NEW.message))
    EXECUTE FUNCTION app.keep_search();

COMMENT ON TRIGGER contact_leads_search_update ON public.contact_leads IS
    'A corrected lead is found by its new words. A change of status, priority, notes or tags costs nothing here.';
