-- drop: DROP TRIGGER recovery_codes_audit_update ON app.recovery_codes;
CREATE OR REPLACE TRIGGER recovery_codes_audit_update
    AFTER UPDATE ON app.recovery_codes
    FOR EACH ROW WHEN (OLD.used_at IS NULL AND NEW.used_at IS NOT NULL)
    EXECUTE FUNCTION app.audit_second_factor();

COMMENT ON TRIGGER recovery_codes_audit_update ON app.recovery_codes IS
    'When somebody logged in by a recovery code.';
