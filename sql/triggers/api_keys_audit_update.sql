-- drop: DROP TRIGGER api_keys_audit_update ON app.api_keys;
CREATE OR REPLACE TRIGGER api_keys_audit_update
    AFTER UPDATE ON app.api_keys
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_user();

COMMENT ON TRIGGER api_keys_audit_update ON app.api_keys IS
    'Who changed an API key, and what.';
