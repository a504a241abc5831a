-- drop: DROP FUNCTION app.erase_leads(bigint[], text, text, text, uuid);
CREATE OR REPLACE FUNCTION app.erase_leads(p_ids bigint[], p_kind text, p_actor text, p_role text, p_request_id uuid) RETURNS uuid
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_operation uuid;
    v_operations uuid[];
BEGIN
    -- "leade" as a number; "leads" is the migrations'. Of two at once the second waits for the first, and then sees what it emptied:
    -- else neither would see that nothing is left of an operation that was about the two of them.
    PERFORM pg_advisory_xact_lock(465557349477);
    INSERT INTO app.operations (actor, actor_role, request_id, kind, trashes)
    VALUES (p_actor, p_role, p_request_id, p_kind, true)
    RETURNING id INTO v_operation;
    PERFORM app.act_as(p_actor, p_role, p_request_id, v_operation);
    INSERT INTO app.erased_leads (received_on, lead_type, status, priority, answered, erased_on)
    SELECT (l.created_at AT TIME ZONE 'UTC')::date, l.lead_type, l.status, l.priority, l.first_response_at IS NOT NULL,
        (app.now() AT TIME ZONE 'UTC')::date
    FROM public.contact_leads AS l
    WHERE l.id = ANY (p_ids) AND l.deleted_at IS NULL AND NOT l.is_spam;
    DELETE FROM app.idempotency_keys AS k
    USING public.contact_leads AS l
    WHERE l.id = ANY (p_ids) AND k.reference = l.reference;
    DELETE FROM app.outbox AS o WHERE o.lead_id = ANY (p_ids);
    -- Those that told of other leads as well stay, and no longer say what they said.
    UPDATE app.outbox AS o
    SET content = NULL, lead_ids = ARRAY(SELECT u.id FROM unnest(o.lead_ids) AS u (id) WHERE u.id <> ALL (p_ids))
    WHERE o.lead_ids && p_ids;
    DELETE FROM public.contact_leads AS l WHERE l.id = ANY (p_ids);
    -- A source or role is a visitor's own words: where nobody else has it, its figure goes now and not with the next tidying.
    PERFORM pg_advisory_xact_lock(465557349492);
    PERFORM app.fold_figures(NULL);
    WITH emptied AS (
        UPDATE app.audit_log AS a SET salt = NULL, before = NULL, after = NULL
        WHERE a.lead_id = ANY (p_ids) AND a.salt IS NOT NULL AND a.action NOT IN ('erased', 'purged')
        RETURNING a.operation
    )
    SELECT array_agg(DISTINCT e.operation) INTO v_operations FROM emptied AS e WHERE e.operation IS NOT NULL;
    -- What was set for nobody else tells of the person; what was set for many does not.
    UPDATE app.operations AS o SET changes = NULL
    WHERE o.id = ANY (v_operations) AND o.kind IN ('tags', 'assignee') AND NOT EXISTS (
        SELECT FROM app.audit_log AS a WHERE a.operation = o.id AND a.salt IS NOT NULL
    );
    RETURN v_operation;
END;
$$;

COMMENT ON FUNCTION app.erase_leads(bigint[], text, text, text, uuid) IS
    'Removes leads for good, with all that tells of them: their rows, search, figures, idempotency keys, mails, the values and salts of their audit, what operations set for them alone. What stays: that, when and by whom; and of those that were in the inbox a count in app.erased_leads. p_kind: erase or purge. Returns the operation, still to be ended.';
REVOKE ALL ON FUNCTION app.erase_leads(bigint[], text, text, text, uuid) FROM PUBLIC;
