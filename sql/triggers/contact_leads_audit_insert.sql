-- drop: DROP TRIGGER contact_leads_audit_insert ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_audit_insert
    AFTER INSERT ON public.contact_leads
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_lead();

COMMENT ON TRIGGER contact_leads_audit_insert ON public.contact_leads IS
    'Who stored a lead, and all of it.';
