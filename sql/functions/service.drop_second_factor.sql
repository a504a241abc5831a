-- drop: DROP FUNCTION service.drop_second_factor(text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.drop_second_factor(p_username text, p_actor text, p_role text, p_request_id uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    -- The password was shown for this and was right, or an admin helps somebody who has been trying.
    DELETE FROM app.login_tries AS t WHERE t.account = lower(p_username);
    DELETE FROM app.recovery_codes AS c USING app.users AS u WHERE u.id = c.user_id AND lower(u.username) = lower(p_username);
    DELETE FROM app.second_factors AS f USING app.users AS u WHERE u.id = f.user_id AND lower(u.username) = lower(p_username);
    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION service.drop_second_factor(text, text, text, uuid) IS
    'Turns the second factor of a user off. Returns whether there was one.';
REVOKE ALL ON FUNCTION service.drop_second_factor(text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.drop_second_factor(text, text, text, uuid) TO leads_service, leads_admin;
