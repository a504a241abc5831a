-- drop: DROP TRIGGER contact_leads_totals_insert ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_totals_insert
    AFTER INSERT ON public.contact_leads
    REFERENCING NEW TABLE AS new_leads
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.count_leads();

COMMENT ON TRIGGER contact_leads_totals_insert ON public.contact_leads IS
    'New leads count at once.';
