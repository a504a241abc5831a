-- drop: DROP FUNCTION app.audit_story(app.audit_log);
CREATE OR REPLACE FUNCTION app.audit_story(p_entry app.audit_log) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_who text := CASE
        WHEN (p_entry).actor_role = 'visitor' THEN 'A visitor'
        WHEN (p_entry).actor_role = 'job' THEN 'The service'
        ELSE coalesce((p_entry).actor, (p_entry).session_user_name || ', in SQL,') END;
    v_before jsonb := (p_entry).before;
    v_after jsonb := (p_entry).after;
    v_kind text;
    v_said text[] := '{}';
    v_field text;
    v_old text;
    v_new text;
    v_more text;
    v_less text;
BEGIN
    IF (p_entry).table_name = 'mail_templates' THEN
        RETURN v_who || ' ' || CASE
            WHEN (p_entry).action = 'emptied' THEN 'emptied the whole table'
            WHEN (p_entry).action = 'deleted' THEN format('took back what was changed of the mail %s', (p_entry).subject)
            WHEN v_after -> 'enabled' = 'false' AND coalesce(v_before -> 'enabled', 'true') = 'true'
                THEN format('switched the mail %s off', (p_entry).subject)
            ELSE format('changed the mail %s', (p_entry).subject) END || '.';
    END IF;
    IF (p_entry).table_name IN ('users', 'api_keys') THEN
        v_kind := CASE (p_entry).table_name WHEN 'users' THEN 'the user ' ELSE 'the API key ' END || (p_entry).subject;
        RETURN v_who || ' ' || CASE (p_entry).action
            WHEN 'created' THEN format('added %s (%s)', v_kind, coalesce(v_after ->> 'role', v_after ->> 'scope'))
            WHEN 'deleted' THEN 'deleted ' || v_kind
            WHEN 'emptied' THEN 'emptied the whole table'
            ELSE coalesce((
                SELECT string_agg(CASE a.key
                    WHEN 'role' THEN format('gave %s the role %s instead of %s', v_kind, a.value, v_before ->> 'role')
                    WHEN 'disabled_at' THEN CASE WHEN a.value IS NULL THEN 'let in again ' ELSE 'disabled ' END || v_kind
                    WHEN 'password' THEN 'changed the password of ' || v_kind
                    WHEN 'second_factor' THEN format('turned %s the second factor of %s', a.value, v_kind)
                    WHEN 'recovery_code' THEN 'used a recovery code of ' || v_kind
                    WHEN 'revoked_at' THEN 'revoked ' || v_kind
                    ELSE format('changed the %s of %s', replace(a.key, '_', ' '), v_kind) END, ', ' ORDER BY a.key)
                FROM jsonb_each_text(v_after) AS a WHERE a.key <> 'revoked_by'
            ), 'changed ' || v_kind) END || '.';
    END IF;
    IF (p_entry).action = 'created' THEN
        RETURN CASE WHEN (p_entry).actor_role = 'visitor'
            THEN 'A visitor sent it' || CASE v_after ->> 'lead_type'
                WHEN 'contact' THEN ' by the contact form'
                WHEN 'cv_request' THEN ' by the CV form'
                WHEN 'collaboration' THEN ' by the collaboration form'
                ELSE '' END
            ELSE v_who || ' entered it' END || '.';
    ELSIF (p_entry).action = 'deleted' THEN
        RETURN v_who || ' deleted it for good.';
    ELSIF (p_entry).action = 'erased' THEN
        RETURN v_who || ' erased what was known of the person.';
    ELSIF (p_entry).action = 'purged' THEN
        RETURN 'It had been in the trash for long enough, and was removed for good.';
    ELSIF (p_entry).action = 'emptied' THEN
        RETURN v_who || ' emptied the whole table.';
    ELSIF v_after IS NULL THEN
        RETURN v_who || ' changed something that has been erased since.';
    END IF;
    FOR v_field, v_old, v_new IN
        SELECT a.key, left(v_before ->> a.key, 100), left(a.value, 100) FROM jsonb_each_text(v_after) AS a
        ORDER BY a.key <> 'status', a.key
    LOOP
        v_said := v_said || CASE v_field
            WHEN 'status' THEN format('moved it from %s to %s', v_old, v_new)
            WHEN 'deleted_at' THEN CASE WHEN v_new IS NULL THEN 'took it out of the trash' ELSE 'moved it to the trash' END
            WHEN 'is_spam' THEN CASE v_new WHEN 'true' THEN 'marked it as spam' ELSE 'marked it as no spam' END
            WHEN 'assignee' THEN CASE WHEN v_new IS NULL THEN format('took it from %s', v_old) ELSE format('gave it to %s', v_new) END
            WHEN 'quality_score' THEN CASE WHEN v_new IS NULL THEN 'took back its rating' ELSE format('rated it %s of 100', v_new) END
            WHEN 'follow_up_date' THEN CASE WHEN v_new IS NULL THEN 'dropped the follow-up' ELSE format('set a follow-up for %s', v_new) END
            WHEN 'internal_notes' THEN CASE WHEN v_new IS NULL THEN 'removed the notes' WHEN v_old IS NULL THEN 'wrote notes' ELSE 'changed the notes' END
            WHEN 'contact_history' THEN CASE
                WHEN jsonb_array_length(v_after -> v_field) = jsonb_array_length(v_before -> v_field) + 1
                THEN format('noted a contact (%s)', v_after -> v_field -> -1 ->> 'channel')
                ELSE 'changed the contact history' END
            -- They follow a status by themselves.
            WHEN 'last_contacted' THEN CASE WHEN v_after ? 'status' THEN NULL ELSE 'changed when it was last contacted' END
            WHEN 'first_response_at' THEN CASE WHEN v_after ? 'status' THEN NULL ELSE 'changed when it was first answered' END
            WHEN 'message' THEN 'changed the message'
            WHEN 'metadata' THEN 'changed what came with it'
            WHEN 'tags' THEN NULL
            ELSE CASE
                WHEN v_new IS NULL THEN format('removed the %s %s', replace(v_field, '_', ' '), v_old)
                WHEN v_old IS NULL THEN format('set the %s to %s', replace(v_field, '_', ' '), v_new)
                ELSE format('changed the %s from %s to %s', replace(v_field, '_', ' '), v_old, v_new) END
        END;
        IF v_field = 'tags' THEN
            SELECT
                string_agg(t.tag, ', ' ORDER BY t.tag) FILTER (WHERE NOT v_before -> 'tags' ? t.tag),
                string_agg(t.tag, ', ' ORDER BY t.tag) FILTER (WHERE NOT v_after -> 'tags' ? t.tag)
            INTO v_more, v_less
            FROM (
                SELECT jsonb_array_elements_text(v_before -> 'tags') AS tag
                UNION SELECT jsonb_array_elements_text(v_after -> 'tags')
            ) AS t;
            v_said := v_said || CASE WHEN v_more IS NOT NULL THEN 'tagged it ' || v_more END
                || CASE WHEN v_less IS NOT NULL THEN 'took away the tag ' || v_less END
                || CASE WHEN v_more IS NULL AND v_less IS NULL THEN 'put its tags in another order' END;
        END IF;
    END LOOP;
    IF (p_entry).operation IS NOT NULL THEN
        SELECT o.kind INTO v_kind FROM app.operations AS o WHERE o.id = (p_entry).operation AND o.tx = (p_entry).tx;
    END IF;
    RETURN v_who || ' ' || array_to_string(v_said, ', ') || CASE v_kind WHEN 'undo' THEN ', to undo what was done before' ELSE '' END || '.';
END;
$$;

COMMENT ON FUNCTION app.audit_story(app.audit_log) IS
    'An entry of the audit as a sentence that a person understands: who did what.';
REVOKE ALL ON FUNCTION app.audit_story(app.audit_log) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.audit_story(app.audit_log) TO leads_admin;
