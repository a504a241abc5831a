-- drop: DROP FUNCTION service.remove_view(uuid, text, text, uuid);
CREATE OR REPLACE FUNCTION service.remove_view(p_id uuid, p_actor text, p_role text, p_request_id uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
BEGIN
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    DELETE FROM app.saved_views AS v WHERE v.id = p_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = 'There is no such view.', CONSTRAINT = 'view_not_found';
    END IF;
END;
$$;

COMMENT ON FUNCTION service.remove_view(uuid, text, text, uuid) IS
    'Removes a view; no lead is touched. LD404 view_not_found.';
REVOKE ALL ON FUNCTION service.remove_view(uuid, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.remove_view(uuid, text, text, uuid) TO leads_editor, leads_admin;
