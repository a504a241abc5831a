-- drop: DROP TRIGGER users_updated_at ON app.users;
CREATE OR REPLACE TRIGGER users_updated_at
    BEFORE UPDATE ON app.users
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.set_updated_at();

COMMENT ON TRIGGER users_updated_at ON app.users IS 'updated_at follows every real change of the user.';
