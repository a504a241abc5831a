-- drop: DROP TRIGGER mail_templates_audit_truncate ON app.mail_templates;
CREATE OR REPLACE TRIGGER mail_templates_audit_truncate
    AFTER TRUNCATE ON app.mail_templates
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_setting();

COMMENT ON TRIGGER mail_templates_audit_truncate ON app.mail_templates IS 'Who took back all that was changed of the mails.';
