-- drop: DROP TRIGGER users_audit_truncate ON app.users;
CREATE OR REPLACE TRIGGER users_audit_truncate
    AFTER TRUNCATE ON app.users
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_user();

COMMENT ON TRIGGER users_audit_truncate ON app.users IS
    'Who removed all users.';
