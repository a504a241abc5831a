-- drop: DROP TRIGGER metric_settings_audit_write ON app.metric_settings;
CREATE OR REPLACE TRIGGER metric_settings_audit_write
    AFTER INSERT OR UPDATE OR DELETE ON app.metric_settings
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_setting('only');

COMMENT ON TRIGGER metric_settings_audit_write ON app.metric_settings IS
    'Who changed what counts as qualified.';
