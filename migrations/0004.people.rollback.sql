DROP FUNCTION service.purge_expired();
DROP FUNCTION service.revoked_tokens(text);
DROP FUNCTION service.revoke_token(uuid, timestamptz);
DROP FUNCTION service.user_profile(text);
DROP FUNCTION service.find_user(text);
DROP TRIGGER users_updated_at ON app.users;

-- destroys: app.users
-- destroys: app.revoked_tokens
DROP TABLE app.revoked_tokens;
DROP TABLE app.users;
DROP TYPE app.user_role;
