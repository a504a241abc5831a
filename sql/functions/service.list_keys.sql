-- drop: DROP FUNCTION service.list_keys();
CREATE OR REPLACE FUNCTION service.list_keys() RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_keys json;
BEGIN
    SELECT coalesce(json_agg(json_build_object(
        'id', k.id, 'name', k.name, 'scope', k.scope, 'hint', k.hint, 'created_at', k.created_at, 'created_by', k.created_by,
        'expires_at', k.expires_at, 'last_used_at', k.last_used_at, 'revoked_at', k.revoked_at, 'revoked_by', k.revoked_by,
        'state', CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.expires_at <= app.now() THEN 'expired' ELSE 'active' END
    ) ORDER BY k.revoked_at IS NOT NULL, k.expires_at <= app.now(), lower(k.name), k.created_at), '[]')
    INTO v_keys
    FROM app.api_keys AS k;
    RETURN v_keys;
END;
$$;

COMMENT ON FUNCTION service.list_keys() IS
    'The API keys, those that hold first: [{id, name, scope, hint, created_at, created_by, expires_at, last_used_at (within a minute), revoked_at, revoked_by, state}]. Never a key or its hash.';
REVOKE ALL ON FUNCTION service.list_keys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_keys() TO leads_admin;
