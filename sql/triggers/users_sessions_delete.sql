-- drop: DROP TRIGGER users_sessions_delete ON app.users;
CREATE OR REPLACE TRIGGER users_sessions_delete
    BEFORE DELETE ON app.users
    FOR EACH ROW
    EXECUTE FUNCTION app.end_sessions();

COMMENT ON TRIGGER users_sessions_delete ON app.users IS
    'Who is removed is logged out everywhere; before the sessions go with the user.';
