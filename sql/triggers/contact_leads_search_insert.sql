-- drop: DROP TRIGGER contact_leads_search_insert ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_search_insert
    AFTER INSERT ON public.contact_leads
    FOR EACH ROW
    EXECUTE FUNCTION app.keep_search();

COMMENT ON TRIGGER contact_leads_search_insert ON public.contact_leads IS
    'A new lead can be found at once.';
