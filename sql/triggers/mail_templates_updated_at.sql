-- drop: DROP TRIGGER mail_templates_updated_at ON app.mail_templates;
CREATE OR REPLACE TRIGGER mail_templates_updated_at
    BEFORE UPDATE ON app.mail_templates
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.set_updated_at();

COMMENT ON TRIGGER mail_templates_updated_at ON app.mail_templates IS 'updated_at follows every real change of the template.';
