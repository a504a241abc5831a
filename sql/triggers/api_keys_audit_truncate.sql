-- drop: DROP TRIGGER api_keys_audit_truncate ON app.api_keys;
CREATE OR REPLACE TRIGGER api_keys_audit_truncate
    AFTER TRUNCATE ON app.api_keys
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_user();

COMMENT ON TRIGGER api_keys_audit_truncate ON app.api_keys IS
    'Who removed all API keys.';
