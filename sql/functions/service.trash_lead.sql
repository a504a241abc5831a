-- drop: DROP FUNCTION service.trash_lead(bigint, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.trash_lead(p_id bigint, p_if_match text, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
BEGIN
    PERFORM app.lead_to_change(p_id, p_if_match);
    RETURN service.change_leads(ARRAY[p_id], 'delete', '{}', '1 lead', NULL, false, p_actor, p_role, p_request_id);
END;
$$;

COMMENT ON FUNCTION service.trash_lead(bigint, text, text, text, uuid) IS
    'Moves one lead to the trash, as service.change_leads does. p_if_match: the header, or NULL. LD404 lead_not_found when there is none, or it is there already; LD412 version_conflict.';
REVOKE ALL ON FUNCTION service.trash_lead(bigint, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.trash_lead(bigint, text, text, text, uuid) TO leads_admin;
