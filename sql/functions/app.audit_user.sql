-- drop: DROP FUNCTION app.audit_user();
CREATE OR REPLACE FUNCTION app.audit_user() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Never a hash: of a password only that it changed.
    v_old jsonb := CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) - ARRAY['password_hash', 'key_hash', 'last_used_at'] END;
    v_new jsonb := CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) - ARRAY['password_hash', 'key_hash', 'last_used_at'] END;
    v_before jsonb := v_old;
    v_after jsonb := v_new;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}'), coalesce(jsonb_object_agg(o.key, n.value), '{}')
        INTO v_before, v_after
        FROM jsonb_each(v_old) AS o JOIN jsonb_each(v_new) AS n ON n.key = o.key
        WHERE o.value IS DISTINCT FROM n.value AND o.key <> 'updated_at';
        IF to_jsonb(NEW) -> 'password_hash' <> to_jsonb(OLD) -> 'password_hash' THEN
            v_after := v_after || '{"password": "changed"}';
        END IF;
        IF v_after = '{}' THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO app.audit_log (actor, actor_role, request_id, action, table_name, subject, before, after)
    VALUES (
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('app.actor_role', true), ''),
        nullif(current_setting('app.request_id', true), '')::uuid,
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' WHEN 'DELETE' THEN 'deleted' ELSE 'emptied' END,
        TG_TABLE_NAME, coalesce(v_old, v_new) ->> CASE TG_TABLE_NAME WHEN 'users' THEN 'username' ELSE 'name' END, v_before, v_after
    );
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.audit_user() IS
    'Trigger function: writes to app.audit_log what was done to a user or an API key; of a password only that it changed, of a key''s hash nothing.';
REVOKE ALL ON FUNCTION app.audit_user() FROM PUBLIC;
