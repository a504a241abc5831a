-- drop: DROP TRIGGER contact_leads_mail_insert ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_mail_insert
    AFTER INSERT ON public.contact_leads
    FOR EACH ROW WHEN (NEW.priority IN ('high', 'urgent'))
    EXECUTE FUNCTION app.queue_lead_mail();

COMMENT ON TRIGGER contact_leads_mail_insert ON public.contact_leads IS
    'The team is told at once of what comes with a high priority.';
