-- drop: DROP TRIGGER audit_log_append_only ON app.audit_log;
CREATE OR REPLACE TRIGGER audit_log_append_only
    BEFORE DELETE OR TRUNCATE ON app.audit_log
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.refuse_audit_change();

COMMENT ON TRIGGER audit_log_append_only ON app.audit_log IS
    'What was written stays: nothing removes a row, not even the owner. (Whoever owns the table can disable a trigger; the seals tell of it.)';
