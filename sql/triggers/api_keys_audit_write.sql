-- drop: DROP TRIGGER api_keys_audit_write ON app.api_keys;
CREATE OR REPLACE TRIGGER api_keys_audit_write
    AFTER INSERT OR DELETE ON app.api_keys
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_user();

COMMENT ON TRIGGER api_keys_audit_write ON app.api_keys IS
    'Who made or removed an API key.';
