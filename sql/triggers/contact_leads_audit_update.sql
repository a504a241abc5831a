-- drop: DROP TRIGGER contact_leads_audit_update ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_audit_update
    AFTER UPDATE ON public.contact_leads
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.audit_lead();

COMMENT ON TRIGGER contact_leads_audit_update ON public.contact_leads IS
    'Who changed a lead, and what of it.';
