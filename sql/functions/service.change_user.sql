-- drop: DROP FUNCTION service.change_user(text, text, boolean, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.change_user(
    p_username text, p_user_role text, p_disabled boolean, p_password_hash text, p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user app.users;
BEGIN
    IF p_user_role IS NOT NULL THEN
        PERFORM app.check_role(p_user_role);
    END IF;
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    -- The admins are locked, in one order, so that two who demote each other don't leave none.
    PERFORM FROM app.users AS u WHERE u.role = 'admin' ORDER BY u.id FOR UPDATE;
    SELECT u.* INTO v_user FROM app.users AS u WHERE lower(u.username) = lower(p_username) FOR UPDATE;
    IF v_user.id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = format('There is no user %s.', p_username), CONSTRAINT = 'user_not_found';
    END IF;
    IF p_password_hash IS NOT NULL AND v_user.username = p_actor THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = 'Your own password is changed by whoever knows it.',
            CONSTRAINT = 'own_account',
            HINT = 'PUT /admin/me/password does.';
    END IF;
    IF (p_disabled OR p_user_role <> 'admin') AND v_user.role = 'admin' AND v_user.disabled_at IS NULL THEN
        IF v_user.username = p_actor THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD409',
                MESSAGE = 'You can''t take your own admin rights away.',
                CONSTRAINT = 'own_account',
                HINT = 'Another admin can.';
        END IF;
        IF NOT EXISTS (SELECT FROM app.users AS u WHERE u.role = 'admin' AND u.disabled_at IS NULL AND u.id <> v_user.id) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD409',
                MESSAGE = format('%s is the last admin.', v_user.username),
                CONSTRAINT = 'last_admin',
                HINT = 'Make somebody else an admin first.';
        END IF;
    END IF;
    UPDATE app.users AS u
    SET role = coalesce(p_user_role::app.user_role, u.role),
        disabled_at = CASE WHEN p_disabled THEN coalesce(u.disabled_at, app.now()) WHEN NOT p_disabled THEN NULL ELSE u.disabled_at END,
        password_hash = coalesce(p_password_hash, u.password_hash)
    WHERE u.id = v_user.id;
    IF p_password_hash IS NOT NULL THEN
        -- Who forgot it has been trying.
        DELETE FROM app.login_tries AS t WHERE t.account = lower(v_user.username);
    END IF;
    RETURN service.list_users(v_user.username) -> 0;
END;
$$;

COMMENT ON FUNCTION service.change_user(text, text, boolean, text, text, text, uuid) IS
    'Changes a user: another role, disabled or let in again, another password; what is NULL stays. They are logged out everywhere by that. Returns the user as service.list_users shows them. LD422 role_not_valid, LD404 user_not_found, LD409 own_account, last_admin.';
REVOKE ALL ON FUNCTION service.change_user(text, text, boolean, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.change_user(text, text, boolean, text, text, text, uuid) TO leads_admin;
