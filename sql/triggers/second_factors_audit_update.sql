-- drop: DROP TRIGGER second_factors_audit_update ON app.second_factors;
CREATE OR REPLACE TRIGGER second_factors_audit_update
    AFTER UPDATE ON app.second_factors
    FOR EACH ROW WHEN (OLD.confirmed_at IS NULL AND NEW.confirmed_at IS NOT NULL)
    EXECUTE FUNCTION app.audit_second_factor();

COMMENT ON TRIGGER second_factors_audit_update ON app.second_factors IS
    'When somebody turned on a second factor.';
