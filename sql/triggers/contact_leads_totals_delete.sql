-- drop: DROP TRIGGER contact_leads_totals_delete ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_totals_delete
    AFTER DELETE ON public.contact_leads
    REFERENCING OLD TABLE AS old_leads
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.count_leads();

COMMENT ON TRIGGER contact_leads_totals_delete ON public.contact_leads IS
    'An erased lead counts no more.';
