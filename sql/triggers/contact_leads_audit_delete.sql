-- drop: DROP TRIGGER contact_leads_audit_delete ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_audit_delete
    AFTER DELETE ON public.contact_leads
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_lead();

COMMENT ON TRIGGER contact_leads_audit_delete ON public.contact_leads IS
    'Who deleted a lead, and all that it was.';
