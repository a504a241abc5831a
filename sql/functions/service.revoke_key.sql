-- drop: DROP FUNCTION service.revoke_key(uuid, text, text, uuid);
CREATE OR REPLACE FUNCTION service.revoke_key(p_id uuid, p_actor text, p_role text, p_request_id uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key app.api_keys;
BEGIN
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    UPDATE app.api_keys AS k SET revoked_at = coalesce(k.revoked_at, app.now()), revoked_by = coalesce(k.revoked_by, p_actor, session_user)
    WHERE k.id = p_id
    RETURNING k.* INTO v_key;
    IF v_key.id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = 'There is no such key.', CONSTRAINT = 'key_not_found';
    END IF;
END;
$$;

COMMENT ON FUNCTION service.revoke_key(uuid, text, text, uuid) IS
    'Ends an API key; one that is revoked stays so. LD404 key_not_found.';
REVOKE ALL ON FUNCTION service.revoke_key(uuid, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.revoke_key(uuid, text, text, uuid) TO leads_admin;
