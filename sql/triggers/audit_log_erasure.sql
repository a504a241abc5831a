-- drop: DROP TRIGGER audit_log_erasure ON app.audit_log;
CREATE OR REPLACE TRIGGER audit_log_erasure
    BEFORE UPDATE ON app.audit_log
    FOR EACH ROW
    EXECUTE FUNCTION app.allow_erasure();

COMMENT ON TRIGGER audit_log_erasure ON app.audit_log IS
    'Nothing changes an entry, not even the owner; its values alone go when a person is erased.';
