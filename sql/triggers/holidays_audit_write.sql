-- drop: DROP TRIGGER holidays_audit_write ON app.holidays;
CREATE OR REPLACE TRIGGER holidays_audit_write
    AFTER INSERT OR UPDATE OR DELETE ON app.holidays
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_setting('day');

COMMENT ON TRIGGER holidays_audit_write ON app.holidays IS
    'Who changed which days are holidays.';
