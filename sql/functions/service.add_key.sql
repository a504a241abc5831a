-- drop: DROP FUNCTION service.add_key(text, text, bytea, text, integer, text, text, uuid);
CREATE OR REPLACE FUNCTION service.add_key(
    p_name text, p_scope text, p_hash bytea, p_hint text, p_days integer, p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key app.api_keys;
BEGIN
    IF p_name IS NULL OR p_name !~ '^[A-Za-z0-9][A-Za-z0-9 ._@+-]{0,99}$' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD422',
            MESSAGE = 'A key''s name has 1 to 100 letters, digits, spaces and . _ @ + -, and begins with a letter or digit.',
            CONSTRAINT = 'api_keys_name_valid',
            COLUMN = 'name';
    END IF;
    IF p_scope IS NULL OR p_scope <> ALL (enum_range(NULL::app.key_scope)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD422',
            MESSAGE = format('The scope must be one of: %s.', array_to_string(enum_range(NULL::app.key_scope), ', ')),
            CONSTRAINT = 'scope_not_valid',
            COLUMN = 'scope',
            DATATYPE = array_to_string(enum_range(NULL::app.key_scope), ', ');
    END IF;
    IF p_days IS NULL OR p_days NOT BETWEEN 1 AND 3650 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD422',
            MESSAGE = 'A key holds for 1 to 3650 days.',
            CONSTRAINT = 'expires_in_days_not_valid',
            COLUMN = 'expires_in_days';
    END IF;
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    BEGIN
        INSERT INTO app.api_keys (name, scope, key_hash, hint, created_by, expires_at)
        VALUES (p_name, p_scope::app.key_scope, p_hash, p_hint, coalesce(p_actor, session_user), app.now() + make_interval(days => p_days))
        RETURNING * INTO v_key;
    EXCEPTION WHEN unique_violation THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = format('There is a key %s already.', p_name),
            CONSTRAINT = 'key_name_taken',
            COLUMN = 'name',
            HINT = 'Revoke it first, or choose another name.';
    END;
    RETURN json_build_object('id', v_key.id, 'name', v_key.name, 'scope', v_key.scope, 'hint', v_key.hint,
        'created_at', v_key.created_at, 'created_by', v_key.created_by, 'expires_at', v_key.expires_at);
END;
$$;

COMMENT ON FUNCTION service.add_key(text, text, bytea, text, integer, text, text, uuid) IS
    'A new API key, known by its hash alone. LD422 api_keys_name_valid, scope_not_valid, expires_in_days_not_valid; LD409 key_name_taken, while one of that name is not revoked.';
REVOKE ALL ON FUNCTION service.add_key(text, text, bytea, text, integer, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.add_key(text, text, bytea, text, integer, text, text, uuid) TO leads_admin;
