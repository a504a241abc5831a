-- drop: DROP TRIGGER metric_settings_audit_truncate ON app.metric_settings;
CREATE OR REPLACE TRIGGER metric_settings_audit_truncate
    AFTER TRUNCATE ON app.metric_settings
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_setting();

COMMENT ON TRIGGER metric_settings_audit_truncate ON app.metric_settings IS
    'Who removed the settings of the numbers.';
