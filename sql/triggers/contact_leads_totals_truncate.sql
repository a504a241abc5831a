-- drop: DROP TRIGGER contact_leads_totals_truncate ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_totals_truncate
    AFTER TRUNCATE ON public.contact_leads
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.count_leads();

COMMENT ON TRIGGER contact_leads_totals_truncate ON public.contact_leads IS
    'An emptied table has totals of nothing.';
