-- drop: DROP FUNCTION service.change_leads(bigint[], text, jsonb, text, text, boolean, text, text, uuid);
CREATE OR REPLACE FUNCTION service.change_leads(
    p_ids bigint[], p_kind text, p_changes jsonb, p_selected text, p_token text, p_dry_run boolean,
    p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_takes text[] := CASE p_kind
        WHEN 'status' THEN '{status}' WHEN 'priority' THEN '{priority}' WHEN 'assignee' THEN '{assignee}'
        WHEN 'follow_up' THEN '{follow_up_date}' WHEN 'tags' THEN '{add,remove}' ELSE '{}' END;
    v_changes jsonb := app.read_fields(p_changes, v_takes, CASE WHEN cardinality(v_takes) = 1 THEN v_takes ELSE '{}' END);
    v_status public.lead_status := v_changes ->> 'status';
    v_priority public.lead_priority := v_changes ->> 'priority';
    v_assignee text := v_changes ->> 'assignee';
    v_follow_up date := v_changes ->> 'follow_up_date';
    v_add text[] := ARRAY(SELECT jsonb_array_elements_text(v_changes -> 'add'));
    v_remove text[] := ARRAY(SELECT jsonb_array_elements_text(v_changes -> 'remove'));
    v_chosen bigint[];
    v_versions text;
    v_token text;
    v_skipped bigint;
    v_report json;
    v_operation uuid;
    v_changed bigint;
BEGIN
    IF p_kind = 'tags' AND v_add || v_remove = '{}' THEN
        PERFORM app.refuse_field('add', 'There is no tag to add or to remove.', 'add, remove');
    END IF;
    IF NOT p_dry_run THEN
        -- In one order for all, so that two of them wait for each other instead of blocking each other.
        PERFORM FROM public.contact_leads AS l WHERE l.id = ANY (p_ids) ORDER BY l.id FOR NO KEY UPDATE;
    END IF;
    SELECT
        coalesce(array_agg(c.id) FILTER (WHERE c.reason IS NULL), '{}'),
        string_agg(c.id || '-' || c.version, ',' ORDER BY c.id) FILTER (WHERE c.reason IS NULL AND (p_dry_run OR p_token IS NOT NULL)),
        count(c.reason),
        coalesce(json_agg(json_build_object('id', c.id, 'reason', c.reason) ORDER BY c.id)
            FILTER (WHERE c.reason IS NOT NULL AND c.place <= 1000), '[]')
    INTO v_chosen, v_versions, v_skipped, v_report
    FROM (
        SELECT p.id, l.version, r.reason, count(r.reason) OVER (ORDER BY p.id) AS place
        FROM (SELECT DISTINCT u.id FROM unnest(p_ids) AS u (id)) AS p
        LEFT JOIN public.contact_leads AS l ON l.id = p.id
        CROSS JOIN LATERAL (SELECT CASE p_kind WHEN 'tags' THEN app.with_tags(l.tags, v_add, v_remove) END AS tags OFFSET 0) AS n
        CROSS JOIN LATERAL (SELECT CASE
            WHEN l.id IS NULL OR l.deleted_at IS NOT NULL AND p_kind <> 'restore' THEN 'not_found'
            WHEN CASE p_kind
                WHEN 'status' THEN l.status = v_status
                WHEN 'priority' THEN l.priority = v_priority
                WHEN 'assignee' THEN l.assignee IS NOT DISTINCT FROM v_assignee
                WHEN 'follow_up' THEN l.follow_up_date IS NOT DISTINCT FROM v_follow_up
                WHEN 'tags' THEN n.tags = l.tags
                WHEN 'restore' THEN l.deleted_at IS NULL
                ELSE false END THEN 'unchanged'
            WHEN p_kind = 'status' AND NOT EXISTS (
                SELECT FROM app.status_moves AS m WHERE m.from_status = l.status AND m.to_status = v_status
            ) THEN 'status_move_not_allowed'
            WHEN p_kind = 'tags' AND NOT app.tags_valid(n.tags) THEN 'too_many_tags'
        END AS reason) AS r
    ) AS c;
    IF p_dry_run OR p_token IS NOT NULL THEN
        v_token := encode(sha256(convert_to(concat_ws(' ', p_kind, v_changes, v_versions), 'UTF8')), 'hex');
    END IF;
    IF p_dry_run THEN
        RETURN json_build_object('changed', cardinality(v_chosen), 'skipped_count', v_skipped, 'skipped', v_report,
            'operation', NULL, 'token', v_token);
    ELSIF p_token <> v_token THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD412',
            MESSAGE = 'The leads, or the change, are no longer those of the dry run. Nothing was changed.',
            CONSTRAINT = 'selection_changed',
            HINT = 'Look at them again with ?dry_run=true, and send the new token.';
    END IF;
    v_operation := app.begin_operation(p_kind, nullif(v_changes, '{}'), p_selected, NULL, p_actor, p_role, p_request_id);
    IF p_kind IN ('delete', 'restore') THEN -- a column that only admins may write
        UPDATE public.contact_leads AS l
        SET deleted_at = CASE p_kind WHEN 'delete' THEN app.now() END
        WHERE l.id = ANY (v_chosen);
    ELSE
        UPDATE public.contact_leads AS l
        SET status = coalesce(v_status, l.status),
            priority = coalesce(v_priority, l.priority),
            assignee = CASE p_kind WHEN 'assignee' THEN v_assignee ELSE l.assignee END,
            follow_up_date = CASE p_kind WHEN 'follow_up' THEN v_follow_up ELSE l.follow_up_date END,
            tags = CASE p_kind WHEN 'tags' THEN app.with_tags(l.tags, v_add, v_remove) ELSE l.tags END
        WHERE l.id = ANY (v_chosen);
    END IF;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    PERFORM app.end_operation(v_operation, v_changed, v_skipped);
    RETURN json_build_object('changed', v_changed, 'skipped_count', v_skipped, 'skipped', v_report, 'operation', v_operation);
END;
$$;

COMMENT ON FUNCTION service.change_leads(bigint[], text, jsonb, text, text, boolean, text, text, uuid) IS
    'Changes many leads alike, all or none, but for those that a rule keeps as they are: {"changed", "skipped_count", "skipped": [{id, reason}] (the first 1,000), "operation"}. p_kind and p_changes: status {status}, priority {priority}, assignee {assignee}, follow_up {follow_up_date}, tags {add, remove}, delete {} (to the trash), restore {}. Reasons: not_found, unchanged, status_move_not_allowed, too_many_tags. p_selected: how they were chosen, in words without personal data. p_dry_run: changes nothing and returns a token too; p_token: refuse unless kind, change, leads and their versions are those of that dry run. LD412 selection_changed, LD422 fields_not_valid.';
REVOKE ALL ON FUNCTION service.change_leads(bigint[], text, jsonb, text, text, boolean, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.change_leads(bigint[], text, jsonb, text, text, boolean, text, text, uuid) TO leads_editor, leads_admin;
