-- drop: DROP FUNCTION app.audit_second_factor();
CREATE OR REPLACE FUNCTION app.audit_second_factor() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_username text;
    v_after jsonb;
BEGIN
    SELECT u.username INTO v_username FROM app.users AS u WHERE u.id = OLD.user_id;
    v_after := CASE
        WHEN TG_TABLE_NAME = 'recovery_codes' THEN '{"recovery_code": "used"}'
        WHEN TG_OP = 'DELETE' THEN '{"second_factor": "off"}'
        ELSE '{"second_factor": "on"}' END;
    -- It goes with its user: that is told already.
    IF v_username IS NOT NULL THEN
        INSERT INTO app.audit_log (actor, actor_role, request_id, action, table_name, subject, before, after)
        VALUES (
            nullif(current_setting('app.actor', true), ''),
            nullif(current_setting('app.actor_role', true), ''),
            nullif(current_setting('app.request_id', true), '')::uuid,
            'changed', 'users', v_username, '{}', v_after
        );
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.audit_second_factor() IS
    'Trigger function: writes to app.audit_log that a user''s second factor was turned on or off, or a recovery code used.';
REVOKE ALL ON FUNCTION app.audit_second_factor() FROM PUBLIC;
