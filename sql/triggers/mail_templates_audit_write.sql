-- drop: DROP TRIGGER mail_templates_audit_write ON app.mail_templates;
CREATE OR REPLACE TRIGGER mail_templates_audit_write
    AFTER INSERT OR UPDATE OR DELETE ON app.mail_templates
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_setting('kind');

COMMENT ON TRIGGER mail_templates_audit_write ON app.mail_templates IS 'Who changed what mails say.';
