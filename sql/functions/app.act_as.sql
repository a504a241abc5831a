-- drop: DROP FUNCTION app.act_as(text, text, uuid, uuid);
CREATE OR REPLACE FUNCTION app.act_as(p_actor text, p_role text, p_request_id uuid, p_operation uuid DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM
        set_config('app.actor', coalesce(p_actor, ''), true),
        set_config('app.actor_role', coalesce(p_role, ''), true),
        set_config('app.request_id', coalesce(p_request_id::text, ''), true),
        set_config('app.operation', coalesce(p_operation::text, ''), true);
END;
$$;

COMMENT ON FUNCTION app.act_as(text, text, uuid, uuid) IS
    'Says for the rest of the transaction who acts, and in which operation: what the audit writes beside the session''s user, which nobody can choose.';
REVOKE ALL ON FUNCTION app.act_as(text, text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.act_as(text, text, uuid, uuid) TO leads_editor, leads_admin;
