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
    v_gone bigint[];
    v_operation uuid;
BEGIN
    IF p_lead_id IS NOT NULL THEN
        SELECT l.email INTO v_email FROM public.contact_leads AS l WHERE l.id = p_lead_id;
    END IF;
    -- All of them in one order, as service.change_leads locks them: else the two could block each other.
    v_ids := ARRAY(
        SELECT l.id FROM public.contact_leads AS l WHERE lower(l.email) = lower(btrim(v_email)) ORDER BY l.id FOR UPDATE
    );
    IF p_lead_id IS NOT NULL THEN
        PERFORM app.lead_to_change(p_lead_id, p_if_match, true);
        IF p_lead_id <> ALL (v_ids) THEN
            RAISE EXCEPTION USING
                ERRCODE = '40001',
                MESSAGE = format('The address of lead %s was corrected just now.', p_lead_id);
        END IF;
    END IF;
    -- What was deleted in SQL is gone, but the audit still holds all of it.
    v_gone := ARRAY(
        SELECT DISTINCT a.lead_id
        FROM app.audit_log AS a
        WHERE a.table_name = 'contact_leads' AND (
            a.after ? 'email' AND lower(a.after ->> 'email') = lower(btrim(v_email))
            OR a.before ? 'email' AND lower(a.before ->> 'email') = lower(btrim(v_email)))
            AND NOT EXISTS (SELECT FROM public.contact_leads AS l WHERE l.id = a.lead_id)
    );
    v_operation := app.erase_leads(v_ids || v_gone, 'erase', p_actor, p_role, p_request_id);
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
    FROM (SELECT m.lead_id FROM mentioned AS m UNION SELECT unnest(v_gone)) AS m;
    -- Mail to that address about a lead that has another one now, and news of it that named the address.
    DELETE FROM app.outbox AS o WHERE lower(o.recipient) = lower(btrim(v_email));
    UPDATE app.outbox AS o SET content = NULL
    WHERE position(lower(btrim(v_email)) IN lower(concat_ws(' ',
        o.content ->> 'subject', o.content ->> 'text', o.content ->> 'html', o.content ->> 'reply_to'))) > 0;
    DELETE FROM app.auto_replies AS r WHERE r.address = app.mailbox_of(v_email);
    DELETE FROM app.mail_stops AS s WHERE s.address = app.mailbox_of(v_email);
    PERFORM app.end_operation(v_operation, cardinality(v_ids), 0);
    RETURN json_build_object('changed', cardinality(v_ids), 'skipped_count', 0, 'skipped', json_build_array(), 'operation', v_operation);
END;
$$;

COMMENT ON FUNCTION service.erase_person(bigint, text, text, text, text, uuid) IS
    'Erases a person for good: every lead of that address, in the trash too or deleted in SQL, as app.erase_leads does, the address from the history of leads that had it once, and what is known of mail to it. By p_lead_id, whose address is meant, with p_if_match; or by p_email. Can''t be undone. Answers as service.change_leads. LD404 lead_not_found, LD412 version_conflict.';
REVOKE ALL ON FUNCTION service.erase_person(bigint, text, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.erase_person(bigint, text, text, text, text, uuid) TO leads_admin;
