-- drop: DROP TRIGGER holidays_audit_truncate ON app.holidays;
CREATE OR REPLACE TRIGGER holidays_audit_truncate
    AFTER TRUNCATE ON app.holidays
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_setting();

COMMENT ON TRIGGER holidays_audit_truncate ON app.holidays IS
    'Who removed all holidays.';
