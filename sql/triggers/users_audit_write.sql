-- drop: DROP TRIGGER users_audit_write ON app.users;
CREATE OR REPLACE TRIGGER users_audit_write
    AFTER INSERT OR DELETE ON app.users
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_user();

COMMENT ON TRIGGER users_audit_write ON app.users IS
    'Who added or removed a user.';
