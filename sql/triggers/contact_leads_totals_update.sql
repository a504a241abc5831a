-- drop: DROP TRIGGER contact_leads_totals_update ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_totals_update
    AFTER UPDATE ON public.contact_leads
    REFERENCING OLD TABLE AS old_leads NEW TABLE AS new_leads
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.count_leads();

COMMENT ON TRIGGER contact_leads_totals_update ON public.contact_leads IS
    'A lead that moves counts where it is now. Of an UPDATE only the difference is written.';
