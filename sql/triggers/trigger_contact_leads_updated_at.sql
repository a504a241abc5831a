-- drop: DROP TRIGGER trigger_contact_leads_updated_at ON public.contact_leads;
CREATE OR REPLACE TRIGGER trigger_contact_leads_updated_at
    BEFORE UPDATE ON public.contact_leads
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.set_version();

COMMENT ON TRIGGER trigger_contact_leads_updated_at ON public.contact_leads IS
    'updated_at and version follow every real change of the row; an update that changes nothing leaves them.';
