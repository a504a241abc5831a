-- drop: DROP TRIGGER second_factors_audit_delete ON app.second_factors;
CREATE OR REPLACE TRIGGER second_factors_audit_delete
    AFTER DELETE ON app.second_factors
    FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL)
    EXECUTE FUNCTION app.audit_second_factor();

COMMENT ON TRIGGER second_factors_audit_delete ON app.second_factors IS
    'When a second factor was turned off, and by whom.';
