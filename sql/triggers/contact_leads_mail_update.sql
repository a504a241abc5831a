-- drop: DROP TRIGGER contact_leads_mail_update ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_mail_update
    AFTER UPDATE OF priority, is_spam ON public.contact_leads
    FOR EACH ROW WHEN (NEW.priority > OLD.priority OR OLD.is_spam AND NOT NEW.is_spam)
    EXECUTE FUNCTION app.queue_lead_mail();

COMMENT ON TRIGGER contact_leads_mail_update ON public.contact_leads IS
    'The team is told at once of what gets a high priority; what turns out to be no spam is answered.';
