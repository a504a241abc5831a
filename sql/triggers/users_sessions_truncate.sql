-- drop: DROP TRIGGER users_sessions_truncate ON app.users;
CREATE OR REPLACE TRIGGER users_sessions_truncate
    BEFORE TRUNCATE ON app.users
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.end_sessions();

COMMENT ON TRIGGER users_sessions_truncate ON app.users IS
    'When all users are removed, all are logged out.';
