-- drop: DROP TRIGGER contact_leads_audit_truncate ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_audit_truncate
    AFTER TRUNCATE ON public.contact_leads
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_lead();

COMMENT ON TRIGGER contact_leads_audit_truncate ON public.contact_leads IS
    'Who emptied the table; what was in it, the log says until then.';
