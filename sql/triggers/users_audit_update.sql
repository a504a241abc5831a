-- drop: DROP TRIGGER users_audit_update ON app.users;
CREATE OR REPLACE TRIGGER users_audit_update
    AFTER UPDATE ON app.users
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.audit_user();

COMMENT ON TRIGGER users_audit_update ON app.users IS
    'Who changed a user, and what.';
