-- drop: DROP FUNCTION service.erase_person(bigint, text, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.erase_person(
    p_lead_id bigint, p_email text, p_if_match text, p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_email text := p_email;
    v_ids bigint[];
    v_operation uuid;
BEGIN
    IF p_lead_id IS NOT NULL THEN
        v_email := (app.lead_to_change(p_lead_id, p_if_match, true)).email;
    END IF;
    v_ids := ARRAY(
        SELECT l.id FROM public.contact_leads AS l WHERE lower(l.email) = lower(btrim(v_email)) ORDER BY l.id FOR UPDATE
    );
    v_operation := app.erase_leads(v_ids, 'erase', p_actor, p_role, p_request_id);
    -- The address of somebody whose lead it is no more: once corrected, say. Their lead stays, this part of its history goes.
    WITH mentioned AS (
        UPDATE app.audit_log AS a SET salt = NULL, before = NULL, after = NULL
        WHERE a.salt IS NOT NULL AND a.table_name = 'contact_leads' AND (
            a.after ? 'email' AND lower(a.after ->> 'email') = lower(btrim(v_email))
            OR a.before ? 'email' AND lower(a.before ->> 'email') = lower(btrim(v_email)))
        RETURNING a.lead_id
    )
    INSERT INTO app.audit_log (actor, actor_role, request_id, operation, action, table_name, lead_id)
    SELECT p_actor, p_role, p_request_id, v_operation, 'erased', 'contact_leads', m.lead_id
    FROM (SELECT DISTINCT m.lead_id FROM mentioned AS m) AS m;
    PERFORM app.end_operation(v_operation, cardinality(v_ids), 0);
    RETURN json_build_object('changed', cardinality(v_ids), 'skipped_count', 0, 'skipped', json_build_array(), 'operation', v_operation);
END;
$$;

COMMENT ON FUNCTION service.erase_person(bigint, text, text, text, text, uuid) IS
    'Erases a person for good: every lead of that address, in the trash too, as app.erase_leads does, and the address from the history of leads that had it once. By p_lead_id, whose address is meant, with p_if_match; or by p_email. Can''t be undone. Answers as service.change_leads. LD404 lead_not_found, LD412 version_conflict.';
REVOKE ALL ON FUNCTION service.erase_person(bigint, text, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.erase_person(bigint, text, text, text, text, uuid) TO leads_admin;
