-- drop: DROP TRIGGER users_sessions_update ON app.users;
CREATE OR REPLACE TRIGGER users_sessions_update
    AFTER UPDATE ON app.users
    FOR EACH ROW WHEN (
        (OLD.username, OLD.password_hash, OLD.role, OLD.disabled_at) IS DISTINCT FROM (NEW.username, NEW.password_hash, NEW.role, NEW.disabled_at)
    )
    EXECUTE FUNCTION app.end_sessions();

COMMENT ON TRIGGER users_sessions_update ON app.users IS
    'Who is disabled, or has another password, role or name, is logged out everywhere.';
