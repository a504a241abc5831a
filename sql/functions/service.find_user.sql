-- drop: DROP FUNCTION service.find_user(text);
CREATE OR REPLACE FUNCTION service.find_user(p_username text, OUT username text, OUT password_hash text, OUT role text)
    RETURNS SETOF record
    LANGUAGE sql STABLE STRICT SECURITY DEFINER ROWS 1
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT u.username, u.password_hash, u.role::text
    FROM app.users AS u
    WHERE lower(u.username) = lower(p_username) AND u.disabled_at IS NULL;
END;

COMMENT ON FUNCTION service.find_user(text) IS
    'What a login is checked against: the user of that name, in any case, who is not disabled; or no row.';
REVOKE ALL ON FUNCTION service.find_user(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.find_user(text) TO leads_service;
