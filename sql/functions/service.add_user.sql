-- drop: DROP FUNCTION service.add_user(text, text, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.add_user(
    p_username text, p_password_hash text, p_user_role text, p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_username !~ '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD422',
            MESSAGE = 'A username has 1 to 100 letters, digits and . _ @ + -, and begins with a letter or digit.',
            CONSTRAINT = 'users_username_valid',
            COLUMN = 'username';
    END IF;
    PERFORM app.check_role(p_user_role);
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    BEGIN
        INSERT INTO app.users (username, password_hash, role) VALUES (p_username, p_password_hash, p_user_role::app.user_role);
    EXCEPTION WHEN unique_violation THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = format('There is a user %s already.', p_username),
            CONSTRAINT = 'username_taken',
            COLUMN = 'username';
    END;
    RETURN service.list_users(p_username) -> 0;
END;
$$;

COMMENT ON FUNCTION service.add_user(text, text, text, text, text, uuid) IS
    'A new user, as service.list_users shows them. LD422 for a name or role that can''t be, LD409 username_taken.';
REVOKE ALL ON FUNCTION service.add_user(text, text, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.add_user(text, text, text, text, text, uuid) TO leads_admin;
