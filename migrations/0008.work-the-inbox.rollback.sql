SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

-- destroys: app.operations
-- destroys: app.erased_leads
-- destroys: app.audit_seals
DROP FUNCTION app.act_as(text, text, uuid, uuid);
DROP FUNCTION app.lead_to_change(bigint, text, boolean);
DROP FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text, uuid);
REVOKE ALL ON public.contact_leads FROM leads_editor;
REVOKE ALL ON app.operations FROM leads_editor;
REVOKE ALL ON app.operations, app.erased_leads FROM leads_admin;

-- ==> sql/roles/leads_editor.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, api.leads FROM leads_editor;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_editor;
GRANT USAGE ON SCHEMA service, app, api TO leads_editor;
GRANT SELECT, INSERT, UPDATE ON public.contact_leads TO leads_editor;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, api.leads TO leads_editor;
-- <== sql/roles/leads_editor.sql

-- ==> sql/roles/leads_admin.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.audit_log, api.leads FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_admin;
GRANT USAGE ON SCHEMA service, app, api TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads TO leads_admin;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.audit_log, api.leads TO leads_admin;
-- <== sql/roles/leads_admin.sql

DROP TRIGGER users_audit_truncate ON app.users;

DROP TRIGGER status_moves_audit_write ON app.status_moves;

DROP TRIGGER status_moves_audit_truncate ON app.status_moves;

DROP TRIGGER audit_seals_append_only ON app.audit_seals;

DROP TRIGGER audit_log_erasure ON app.audit_log;

-- ==> sql/triggers/audit_log_append_only.sql
-- drop: DROP TRIGGER audit_log_append_only ON app.audit_log;
CREATE OR REPLACE TRIGGER audit_log_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON app.audit_log
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.refuse_audit_change();

COMMENT ON TRIGGER audit_log_append_only ON app.audit_log IS
    'What was written stays: nothing changes or removes a row, not even the owner. (Whoever owns the table can disable a trigger.)';
-- <== sql/triggers/audit_log_append_only.sql

DROP FUNCTION service.undo_operation(uuid, text, text, uuid);

DROP FUNCTION service.trash_lead(bigint, text, text, text, uuid);

DROP FUNCTION service.seal_audit();

DROP FUNCTION service.purge_trash(integer);

DROP FUNCTION service.list_operations(integer, bigint);

-- ==> sql/functions/service.lead_history.sql
-- drop: DROP FUNCTION service.lead_history(bigint, integer, bigint);
CREATE OR REPLACE FUNCTION service.lead_history(p_id bigint, p_limit integer, p_cursor bigint) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_page json;
BEGIN
    IF NOT EXISTS (SELECT FROM public.contact_leads AS l WHERE l.id = p_id AND l.deleted_at IS NULL) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no lead %s.', p_id),
            CONSTRAINT = 'lead_not_found',
            COLUMN = 'id';
    END IF;
    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT a.*, row_number() OVER (ORDER BY a.id) AS place
        FROM app.audit_log AS a
        WHERE a.lead_id = p_id AND a.id > coalesce(p_cursor, 0)
        ORDER BY a.id
        LIMIT p_limit + 1
    )
    SELECT json_build_object(
        'data', coalesce(json_agg(json_build_object(
            'at', f.at, 'actor', f.actor, 'actor_role', f.actor_role, 'session_user', f.session_user_name, 'action', f.action,
            'changes', app.audit_changes(f.before, f.after), 'request_id', f.request_id
        ) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN (max(f.id) FILTER (WHERE f.place <= p_limit))::text END
    ) INTO v_page
    FROM found AS f;
    RETURN v_page;
END;
$$;

COMMENT ON FUNCTION service.lead_history(bigint, integer, bigint) IS
    'What was done to a lead, oldest first: {"data": [{at, actor, actor_role, session_user, action, changes: [{field, before, after}], request_id}], "next"}; next is the p_cursor of the page after, or null. SECURITY DEFINER, since staff may read the audit of the leads they see, and no more of it. LD404 lead_not_found.';
REVOKE ALL ON FUNCTION service.lead_history(bigint, integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_history(bigint, integer, bigint) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.lead_history.sql

DROP FUNCTION service.erase_person(bigint, text, text, text, text, uuid);

DROP FUNCTION service.change_leads(bigint[], text, jsonb, text, text, boolean, text, text, uuid);

-- ==> sql/functions/service.capture_lead.sql
-- drop: DROP FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text);
CREATE OR REPLACE FUNCTION service.capture_lead(
    p_lead_type public.lead_type,
    p_fields jsonb,
    p_metadata jsonb,
    p_idempotency_key text DEFAULT NULL
) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_reference uuid := gen_random_uuid();
    v_fingerprint bytea;
    v_claimed boolean;
    v_same boolean;
BEGIN
    IF p_idempotency_key IS NOT NULL THEN
        v_fingerprint := sha256(convert_to(p_fields::text, 'UTF8'));
        -- A repeat that arrives at the same time waits here until the first one has committed or failed.
        INSERT INTO app.idempotency_keys AS k (lead_type, key, fingerprint, reference)
        VALUES (p_lead_type, p_idempotency_key, v_fingerprint, v_reference)
        ON CONFLICT (lead_type, key) DO UPDATE
            SET fingerprint = excluded.fingerprint, reference = excluded.reference, created_at = excluded.created_at
            WHERE k.created_at <= app.now() - interval '24 hours'
        RETURNING true INTO v_claimed;
        IF v_claimed IS NULL THEN
            SELECT k.fingerprint = v_fingerprint, k.reference INTO STRICT v_same, v_reference
            FROM app.idempotency_keys AS k
            WHERE k.lead_type = p_lead_type AND k.key = p_idempotency_key;
            IF NOT v_same THEN
                RAISE EXCEPTION USING
                    ERRCODE = 'LD422',
                    MESSAGE = 'This Idempotency-Key was used for another submission.',
                    CONSTRAINT = 'idempotency_key_reused',
                    COLUMN = 'Idempotency-Key',
                    HINT = 'Send a new key with a new submission; repeat a key only with the same fields.';
            END IF;
            RETURN json_build_object('success', true, 'reference', v_reference);
        END IF;
    END IF;

    PERFORM app.act_as('visitor', 'visitor', NULL);
    INSERT INTO public.contact_leads (
        reference, lead_type, form_type, name, email, subject, message, company, phone, role, source, consent, metadata
    )
    VALUES (
        v_reference,
        p_lead_type,
        p_lead_type::text,
        p_fields ->> 'name',
        p_fields ->> 'email',
        p_fields ->> 'subject',
        p_fields ->> 'message',
        p_fields ->> 'company',
        p_fields ->> 'phone',
        p_fields ->> 'role',
        coalesce(p_fields ->> 'source', p_fields -> 'utm' ->> 'utm_source'),
        (p_fields ->> 'consent')::boolean,
        p_metadata || jsonb_strip_nulls(jsonb_build_object('utm', p_fields -> 'utm', 'extra', p_fields -> 'extra'))
    );
    PERFORM app.act_as(NULL, NULL, NULL);
    RETURN json_build_object('success', true, 'reference', v_reference);
END;
$$;

COMMENT ON FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text) IS
    'Stores what a public form sent and returns {"success": true, "reference": uuid}. p_fields: name, email, subject, message, company, phone, role, source, consent, utm {}, extra {}; p_metadata: ip_address, user_agent, referer, origin, taken by the service. The same p_idempotency_key with the same fields within 24 hours returns the first reference and stores nothing; with other fields LD422 idempotency_key_reused.';
REVOKE ALL ON FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text) TO leads_public;
-- <== sql/functions/service.capture_lead.sql

-- ==> sql/functions/service.audit_trail.sql
-- drop: DROP FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint);
CREATE OR REPLACE FUNCTION service.audit_trail(
    p_actor text, p_action text, p_table text, p_since text, p_until text, p_limit integer, p_cursor bigint
) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
    -- Planned for the filters of each call.
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_since timestamptz := app.read_instant(p_since);
    v_until timestamptz := app.read_instant(p_until);
    v_wrong text;
    v_after timestamptz;
    v_page json;
BEGIN
    v_wrong := CASE WHEN p_since IS NOT NULL AND v_since IS NULL THEN 'since' WHEN p_until IS NOT NULL AND v_until IS NULL THEN 'until' END;
    IF v_wrong IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format('%s must be a time, such as 2026-11-23T10:30:00Z, or a day.', v_wrong),
            CONSTRAINT = 'filter_not_valid',
            COLUMN = v_wrong;
    END IF;
    IF p_cursor IS NOT NULL THEN
        SELECT a.at INTO v_after FROM app.audit_log AS a WHERE a.id = p_cursor;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD400',
                MESSAGE = 'The cursor is none that this list gave.',
                CONSTRAINT = 'cursor_not_valid',
                COLUMN = 'cursor';
        END IF;
    END IF;
    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT a.*, row_number() OVER (ORDER BY a.at DESC, a.id DESC) AS place
        FROM app.audit_log AS a
        WHERE (p_actor IS NULL OR a.actor = p_actor)
            AND (p_action IS NULL OR a.action = p_action)
            AND (p_table IS NULL OR a.table_name = p_table)
            AND (v_since IS NULL OR a.at >= v_since)
            AND (v_until IS NULL OR a.at < v_until)
            AND (p_cursor IS NULL OR (a.at, a.id) < (v_after, p_cursor))
        ORDER BY a.at DESC, a.id DESC
        LIMIT p_limit + 1
    )
    SELECT json_build_object(
        'data', coalesce(json_agg(json_build_object(
            'id', f.id, 'at', f.at, 'actor', f.actor, 'actor_role', f.actor_role, 'session_user', f.session_user_name,
            'action', f.action, 'table', f.table_name, 'lead_id', f.lead_id, 'subject', f.subject,
            'changes', app.audit_changes(f.before, f.after), 'request_id', f.request_id
        ) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN
            (SELECT last.id::text FROM found AS last WHERE last.place = p_limit)
        END
    ) INTO v_page
    FROM found AS f;
    RETURN v_page;
END;
$$;

COMMENT ON FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint) IS
    'What was done, newest first: {"data": [{id, at, actor, actor_role, session_user, action, table, lead_id, subject, changes: [{field, before, after}], request_id}], "next"}; p_since is included, p_until not; next is the p_cursor of the page after, or null. LD400 filter_not_valid, cursor_not_valid.';
REVOKE ALL ON FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint) TO leads_admin;
-- <== sql/functions/service.audit_trail.sql

DROP FUNCTION app.with_tags(text[], text[], text[]);

DROP FUNCTION app.verify_audit(jsonb);

DROP FUNCTION app.values_digest(app.audit_log);

DROP FUNCTION app.undo_images(uuid);

-- ==> sql/functions/app.read_fields.sql
-- drop: DROP FUNCTION app.read_fields(jsonb, text[], text[]);
CREATE OR REPLACE FUNCTION app.read_fields(p_sent jsonb, p_takes text[], p_needs text[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_field text;
    v_value jsonb;
    v_type text;
    v_text text;
    v_choices text[];
    v_read jsonb := '{}';
BEGIN
    FOREACH v_field IN ARRAY p_needs LOOP
        IF NOT p_sent ? v_field THEN
            PERFORM app.refuse_field(v_field, format('%s is missing.', v_field));
        END IF;
    END LOOP;
    FOR v_field, v_value IN SELECT s.key, s.value FROM jsonb_each(p_sent) AS s LOOP
        v_type := jsonb_typeof(v_value);
        IF v_field <> ALL (p_takes) THEN
            PERFORM app.refuse_field(v_field, format('%s is not taken here.', left(v_field, 100)), array_to_string(p_takes, ', '));
        ELSIF v_field = 'quality_score' THEN
            IF v_type <> 'null' AND (v_type <> 'number' OR CASE WHEN v_type = 'number' THEN
                v_value::numeric NOT BETWEEN 0 AND 100 OR trunc(v_value::numeric) <> v_value::numeric END)
            THEN
                PERFORM app.refuse_field(v_field, 'quality_score must be a whole number from 0 to 100, or null.');
            END IF;
            v_value := CASE v_type WHEN 'number' THEN to_jsonb(v_value::numeric::integer) ELSE v_value END;
        ELSIF v_field = 'consent' THEN
            IF v_type NOT IN ('boolean', 'null') THEN
                PERFORM app.refuse_field(v_field, 'consent must be true, false or null.');
            END IF;
        ELSIF v_field = 'tags' THEN
            IF v_type <> 'array' OR jsonb_path_exists(v_value, 'strict $[*] ? (@.type() != "string")') THEN
                PERFORM app.refuse_field(v_field, 'tags must be an array of texts.');
            END IF;
            -- In the order given, each once.
            SELECT coalesce(jsonb_agg(t.tag ORDER BY t.place), '[]') INTO v_value
            FROM (
                SELECT btrim(a.tag) AS tag, min(a.place) AS place
                FROM jsonb_array_elements_text(v_value) WITH ORDINALITY AS a (tag, place)
                GROUP BY 1
            ) AS t;
            IF NOT app.tags_valid(ARRAY(SELECT jsonb_array_elements_text(v_value))) THEN
                PERFORM app.refuse_field(v_field, 'tags can be at most 50, each of 1 to 50 characters on one line.');
            END IF;
        ELSIF v_type NOT IN ('string', 'null') THEN
            PERFORM app.refuse_field(v_field, format('%s must be text.', v_field));
        ELSE
            v_text := v_value #>> '{}';
            v_choices := CASE v_field
                WHEN 'status' THEN enum_range(NULL::public.lead_status)::text[]
                WHEN 'priority' THEN enum_range(NULL::public.lead_priority)::text[]
                WHEN 'lead_type' THEN enum_range(NULL::public.lead_type)::text[]
            END;
            IF v_choices IS NOT NULL THEN
                IF v_text IS NULL OR v_text <> ALL (v_choices) THEN
                    PERFORM app.refuse_field(v_field,
                        format('%s must be one of: %s.', v_field, array_to_string(v_choices, ', ')), array_to_string(v_choices, ', '));
                END IF;
            ELSIF v_field IN ('follow_up_date', 'at') THEN
                IF app.read_instant(v_text) IS NULL AND v_text IS NOT NULL OR v_field = 'follow_up_date' AND length(v_text) <> 10 THEN
                    PERFORM app.refuse_field(v_field, format('%s must be %s.', v_field,
                        CASE v_field WHEN 'at' THEN 'a time, such as 2026-11-23T10:30:00Z' ELSE 'a day, such as 2026-11-23, or null' END));
                END IF;
            ELSIF v_field IN ('message', 'internal_notes', 'note') THEN
                v_text := nullif(replace(replace(v_text, E'\r\n', E'\n'), E'\r', E'\n'), '');
            ELSE
                v_text := nullif(btrim(regexp_replace(v_text, '\s+', ' ', 'g')), '');
            END IF;
            IF v_text IS NULL AND v_field IN ('name', 'email', 'channel', 'note') THEN
                PERFORM app.refuse_field(v_field, format('%s must be filled in.', v_field));
            END IF;
            v_value := coalesce(to_jsonb(v_text), 'null');
        END IF;
        v_read := v_read || jsonb_build_object(v_field, v_value);
    END LOOP;
    RETURN v_read;
END;
$$;

COMMENT ON FUNCTION app.read_fields(jsonb, text[], text[]) IS
    'What somebody sent, read by its fields'' names: types and choices checked, spaces around a text gone, an empty one null, each tag once. p_takes: the fields that may be there; p_needs: those that must. LD422 fields_not_valid names the first that can''t be taken; lengths are the constraints''.';
REVOKE ALL ON FUNCTION app.read_fields(jsonb, text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.read_fields(jsonb, text[], text[]) TO leads_editor, leads_admin;
-- <== sql/functions/app.read_fields.sql

DROP FUNCTION app.open_operation();

-- ==> sql/functions/app.lead_to_change.sql
-- drop: DROP FUNCTION app.lead_to_change(bigint, text);
CREATE OR REPLACE FUNCTION app.lead_to_change(p_id bigint, p_if_match text) RETURNS public.contact_leads
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_lead public.contact_leads;
BEGIN
    -- Of two at once the second waits here, and then sees what the first has made of it.
    SELECT l.* INTO v_lead
    FROM public.contact_leads AS l
    WHERE l.id = p_id AND l.deleted_at IS NULL
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no lead %s.', p_id),
            CONSTRAINT = 'lead_not_found',
            COLUMN = 'id';
    END IF;
    IF p_if_match IS NOT NULL AND btrim(p_if_match) <> '*'
        AND app.etag(v_lead.id, v_lead.version) <> ALL (regexp_split_to_array(btrim(p_if_match), '\s*,\s*'))
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD412',
            MESSAGE = format('Lead %s was changed meanwhile.', p_id),
            CONSTRAINT = 'version_conflict',
            HINT = 'Look at it as it is now, and send the change again with its ETag.';
    END IF;
    RETURN v_lead;
END;
$$;

COMMENT ON FUNCTION app.lead_to_change(bigint, text) IS
    'A lead, locked until the transaction ends. p_if_match: an If-Match header (RFC 9110, 13.1.1), NULL without one. LD404 lead_not_found when there is none, or it is in the trash; LD412 version_conflict when it has another ETag.';
REVOKE ALL ON FUNCTION app.lead_to_change(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.lead_to_change(bigint, text) TO leads_editor, leads_admin;
-- <== sql/functions/app.lead_to_change.sql

-- ==> sql/functions/app.follow_lead_lifecycle.sql
-- drop: DROP FUNCTION app.follow_lead_lifecycle();
CREATE OR REPLACE FUNCTION app.follow_lead_lifecycle() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_allowed text;
BEGIN
    IF NOT EXISTS (
        SELECT FROM app.status_moves AS m WHERE m.from_status = OLD.status AND m.to_status = NEW.status
    ) THEN
        SELECT string_agg(m.to_status::text, ', ' ORDER BY m.to_status) INTO v_allowed
        FROM app.status_moves AS m WHERE m.from_status = OLD.status;
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = format('A lead can''t move from %s to %s.', OLD.status, NEW.status),
            CONSTRAINT = 'status_move_not_allowed',
            COLUMN = 'status',
            DATATYPE = v_allowed,
            HINT = format('From %s it can move to: %s.', OLD.status, v_allowed);
    END IF;
    IF NEW.status = 'contacted' THEN
        NEW.last_contacted := app.now();
        NEW.first_response_at := coalesce(OLD.first_response_at, app.now());
    END IF;
    RETURN NEW;
END;
$$;

COMMENT ON FUNCTION app.follow_lead_lifecycle() IS
    'Trigger function: a lead''s status moves only as app.status_moves allows (LD409 status_move_not_allowed); entering contacted sets last_contacted and, the first time, first_response_at.';
REVOKE ALL ON FUNCTION app.follow_lead_lifecycle() FROM PUBLIC;
-- <== sql/functions/app.follow_lead_lifecycle.sql

DROP FUNCTION app.erase_leads(bigint[], text, text, text, uuid);

DROP FUNCTION app.entry_digest(app.audit_log, bytea);

DROP FUNCTION app.end_operation(uuid, bigint, bigint);

DROP FUNCTION app.chain_hash(bytea, bigint, bytea);

DROP FUNCTION app.begin_operation(text, jsonb, text, uuid, text, text, uuid);

-- ==> sql/functions/app.audit_user.sql
-- drop: DROP FUNCTION app.audit_user();
CREATE OR REPLACE FUNCTION app.audit_user() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Never a hash: only that it changed.
    v_old jsonb := CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) - 'password_hash' END;
    v_new jsonb := CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) - 'password_hash' END;
    v_before jsonb := v_old;
    v_after jsonb := v_new;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}'), coalesce(jsonb_object_agg(o.key, n.value), '{}')
        INTO v_before, v_after
        FROM jsonb_each(v_old) AS o JOIN jsonb_each(v_new) AS n ON n.key = o.key
        WHERE o.value IS DISTINCT FROM n.value AND o.key <> 'updated_at';
        IF NEW.password_hash <> OLD.password_hash THEN
            v_after := v_after || '{"password": "changed"}';
        END IF;
        IF v_after = '{}' THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO app.audit_log (actor, actor_role, request_id, action, table_name, subject, before, after)
    VALUES (
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('app.actor_role', true), ''),
        nullif(current_setting('app.request_id', true), '')::uuid,
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END,
        'users', coalesce(v_old, v_new) ->> 'username', v_before, v_after
    );
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.audit_user() IS
    'Trigger function: writes to app.audit_log what was done to a user; of a password only that it changed.';
REVOKE ALL ON FUNCTION app.audit_user() FROM PUBLIC;
-- <== sql/functions/app.audit_user.sql

DROP FUNCTION app.audit_story(app.audit_log);

DROP FUNCTION app.audit_setting();

-- ==> sql/functions/app.audit_lead.sql
-- drop: DROP FUNCTION app.audit_lead();
CREATE OR REPLACE FUNCTION app.audit_lead() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_action text;
    v_lead_id bigint;
    v_before jsonb;
    v_after jsonb;
    v_rest public.contact_leads;
BEGIN
    IF TG_OP = 'INSERT' THEN
        v_action := 'created';
        v_lead_id := NEW.id;
        v_after := to_jsonb(NEW);
    ELSIF TG_OP = 'UPDATE' THEN
        v_action := 'changed';
        v_lead_id := OLD.id;
        v_before := '{}';
        v_after := '{}';
        v_rest := NEW;
        IF NEW.id IS DISTINCT FROM OLD.id THEN
            v_before := v_before || jsonb_build_object('id', OLD.id);
            v_after := v_after || jsonb_build_object('id', NEW.id);
            v_rest.id := OLD.id;
        END IF;
        IF NEW.reference IS DISTINCT FROM OLD.reference THEN
            v_before := v_before || jsonb_build_object('reference', OLD.reference);
            v_after := v_after || jsonb_build_object('reference', NEW.reference);
            v_rest.reference := OLD.reference;
        END IF;
        IF NEW.name IS DISTINCT FROM OLD.name THEN
            v_before := v_before || jsonb_build_object('name', OLD.name);
            v_after := v_after || jsonb_build_object('name', NEW.name);
            v_rest.name := OLD.name;
        END IF;
        IF NEW.email IS DISTINCT FROM OLD.email THEN
            v_before := v_before || jsonb_build_object('email', OLD.email);
            v_after := v_after || jsonb_build_object('email', NEW.email);
            v_rest.email := OLD.email;
        END IF;
        IF NEW.subject IS DISTINCT FROM OLD.subject THEN
            v_before := v_before || jsonb_build_object('subject', OLD.subject);
            v_after := v_after || jsonb_build_object('subject', NEW.subject);
            v_rest.subject := OLD.subject;
        END IF;
        IF NEW.message IS DISTINCT FROM OLD.message THEN
            v_before := v_before || jsonb_build_object('message', OLD.message);
            v_after := v_after || jsonb_build_object('message', NEW.message);
            v_rest.message := OLD.message;
        END IF;
        IF NEW.company IS DISTINCT FROM OLD.company THEN
            v_before := v_before || jsonb_build_object('company', OLD.company);
            v_after := v_after || jsonb_build_object('company', NEW.company);
            v_rest.company := OLD.company;
        END IF;
        IF NEW.phone IS DISTINCT FROM OLD.phone THEN
            v_before := v_before || jsonb_build_object('phone', OLD.phone);
            v_after := v_after || jsonb_build_object('phone', NEW.phone);
            v_rest.phone := OLD.phone;
        END IF;
        IF NEW.lead_type IS DISTINCT FROM OLD.lead_type THEN
            v_before := v_before || jsonb_build_object('lead_type', OLD.lead_type);
            v_after := v_after || jsonb_build_object('lead_type', NEW.lead_type);
            v_rest.lead_type := OLD.lead_type;
        END IF;
        IF NEW.status IS DISTINCT FROM OLD.status THEN
            v_before := v_before || jsonb_build_object('status', OLD.status);
            v_after := v_after || jsonb_build_object('status', NEW.status);
            v_rest.status := OLD.status;
        END IF;
        IF NEW.priority IS DISTINCT FROM OLD.priority THEN
            v_before := v_before || jsonb_build_object('priority', OLD.priority);
            v_after := v_after || jsonb_build_object('priority', NEW.priority);
            v_rest.priority := OLD.priority;
        END IF;
        IF NEW.metadata IS DISTINCT FROM OLD.metadata THEN
            v_before := v_before || jsonb_build_object('metadata', OLD.metadata);
            v_after := v_after || jsonb_build_object('metadata', NEW.metadata);
            v_rest.metadata := OLD.metadata;
        END IF;
        IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
            v_before := v_before || jsonb_build_object('created_at', OLD.created_at);
            v_after := v_after || jsonb_build_object('created_at', NEW.created_at);
            v_rest.created_at := OLD.created_at;
        END IF;
        IF NEW."timestamp" IS DISTINCT FROM OLD."timestamp" THEN
            v_before := v_before || jsonb_build_object('timestamp', OLD."timestamp");
            v_after := v_after || jsonb_build_object('timestamp', NEW."timestamp");
            v_rest."timestamp" := OLD."timestamp";
        END IF;
        IF NEW.flagged IS DISTINCT FROM OLD.flagged THEN
            v_before := v_before || jsonb_build_object('flagged', OLD.flagged);
            v_after := v_after || jsonb_build_object('flagged', NEW.flagged);
            v_rest.flagged := OLD.flagged;
        END IF;
        IF NEW.role IS DISTINCT FROM OLD.role THEN
            v_before := v_before || jsonb_build_object('role', OLD.role);
            v_after := v_after || jsonb_build_object('role', NEW.role);
            v_rest.role := OLD.role;
        END IF;
        IF NEW.form_type IS DISTINCT FROM OLD.form_type THEN
            v_before := v_before || jsonb_build_object('form_type', OLD.form_type);
            v_after := v_after || jsonb_build_object('form_type', NEW.form_type);
            v_rest.form_type := OLD.form_type;
        END IF;
        IF NEW.quality_score IS DISTINCT FROM OLD.quality_score THEN
            v_before := v_before || jsonb_build_object('quality_score', OLD.quality_score);
            v_after := v_after || jsonb_build_object('quality_score', NEW.quality_score);
            v_rest.quality_score := OLD.quality_score;
        END IF;
        IF NEW.internal_notes IS DISTINCT FROM OLD.internal_notes THEN
            v_before := v_before || jsonb_build_object('internal_notes', OLD.internal_notes);
            v_after := v_after || jsonb_build_object('internal_notes', NEW.internal_notes);
            v_rest.internal_notes := OLD.internal_notes;
        END IF;
        IF NEW.tags IS DISTINCT FROM OLD.tags THEN
            v_before := v_before || jsonb_build_object('tags', OLD.tags);
            v_after := v_after || jsonb_build_object('tags', NEW.tags);
            v_rest.tags := OLD.tags;
        END IF;
        IF NEW.contact_history IS DISTINCT FROM OLD.contact_history THEN
            v_before := v_before || jsonb_build_object('contact_history', OLD.contact_history);
            v_after := v_after || jsonb_build_object('contact_history', NEW.contact_history);
            v_rest.contact_history := OLD.contact_history;
        END IF;
        IF NEW.follow_up_date IS DISTINCT FROM OLD.follow_up_date THEN
            v_before := v_before || jsonb_build_object('follow_up_date', OLD.follow_up_date);
            v_after := v_after || jsonb_build_object('follow_up_date', NEW.follow_up_date);
            v_rest.follow_up_date := OLD.follow_up_date;
        END IF;
        IF NEW.last_contacted IS DISTINCT FROM OLD.last_contacted THEN
            v_before := v_before || jsonb_build_object('last_contacted', OLD.last_contacted);
            v_after := v_after || jsonb_build_object('last_contacted', NEW.last_contacted);
            v_rest.last_contacted := OLD.last_contacted;
        END IF;
        IF NEW.first_response_at IS DISTINCT FROM OLD.first_response_at THEN
            v_before := v_before || jsonb_build_object('first_response_at', OLD.first_response_at);
            v_after := v_after || jsonb_build_object('first_response_at', NEW.first_response_at);
            v_rest.first_response_at := OLD.first_response_at;
        END IF;
        IF NEW.source IS DISTINCT FROM OLD.source THEN
            v_before := v_before || jsonb_build_object('source', OLD.source);
            v_after := v_after || jsonb_build_object('source', NEW.source);
            v_rest.source := OLD.source;
        END IF;
        IF NEW.consent IS DISTINCT FROM OLD.consent THEN
            v_before := v_before || jsonb_build_object('consent', OLD.consent);
            v_after := v_after || jsonb_build_object('consent', NEW.consent);
            v_rest.consent := OLD.consent;
        END IF;
        IF NEW.is_spam IS DISTINCT FROM OLD.is_spam THEN
            v_before := v_before || jsonb_build_object('is_spam', OLD.is_spam);
            v_after := v_after || jsonb_build_object('is_spam', NEW.is_spam);
            v_rest.is_spam := OLD.is_spam;
        END IF;
        IF NEW.deleted_at IS DISTINCT FROM OLD.deleted_at THEN
            v_before := v_before || jsonb_build_object('deleted_at', OLD.deleted_at);
            v_after := v_after || jsonb_build_object('deleted_at', NEW.deleted_at);
            v_rest.deleted_at := OLD.deleted_at;
        END IF;
        IF NEW.assignee IS DISTINCT FROM OLD.assignee THEN
            v_before := v_before || jsonb_build_object('assignee', OLD.assignee);
            v_after := v_after || jsonb_build_object('assignee', NEW.assignee);
            v_rest.assignee := OLD.assignee;
        END IF;
        v_rest.version := OLD.version;
        v_rest.updated_at := OLD.updated_at;
        IF v_rest *<> OLD THEN
            -- An adopted table has columns of its own.
            SELECT v_before || jsonb_object_agg(o.key, o.value), v_after || jsonb_object_agg(o.key, n.value)
            INTO v_before, v_after
            FROM jsonb_each(to_jsonb(OLD)) AS o JOIN jsonb_each(to_jsonb(v_rest)) AS n ON n.key = o.key
            WHERE n.value IS DISTINCT FROM o.value;
        END IF;
        IF v_after = '{}' THEN
            RETURN NULL; -- only what follows a change by itself
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        v_action := 'deleted';
        v_lead_id := OLD.id;
        v_before := to_jsonb(OLD);
    ELSE
        v_action := 'emptied';
    END IF;
    INSERT INTO app.audit_log (actor, actor_role, request_id, action, table_name, lead_id, before, after)
    VALUES (
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('app.actor_role', true), ''),
        nullif(current_setting('app.request_id', true), '')::uuid,
        v_action, 'contact_leads', v_lead_id, v_before, v_after
    );
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.audit_lead() IS
    'Trigger function: writes to app.audit_log what was done to a lead, and by whom: of a change the changed columns alone, version and updated_at left out, which follow by themselves. Column by column, since comparing two rows as jsonb would cost as much as the change itself.';
REVOKE ALL ON FUNCTION app.audit_lead() FROM PUBLIC;
-- <== sql/functions/app.audit_lead.sql

DROP FUNCTION app.allow_erasure();

-- ==> sql/functions/app.act_as.sql
-- drop: DROP FUNCTION app.act_as(text, text, uuid);
CREATE OR REPLACE FUNCTION app.act_as(p_actor text, p_role text, p_request_id uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM
        set_config('app.actor', coalesce(p_actor, ''), true),
        set_config('app.actor_role', coalesce(p_role, ''), true),
        set_config('app.request_id', coalesce(p_request_id::text, ''), true);
END;
$$;

COMMENT ON FUNCTION app.act_as(text, text, uuid) IS
    'Says for the rest of the transaction who acts: what the audit writes beside the session''s user, which nobody can choose.';
REVOKE ALL ON FUNCTION app.act_as(text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.act_as(text, text, uuid) TO leads_editor, leads_admin;
-- <== sql/functions/app.act_as.sql

DROP TABLE app.audit_sealing;
DROP TABLE app.audit_seals;
DROP TABLE app.erased_leads;
DROP INDEX app.audit_log_operation, app.audit_log_email_after, app.audit_log_email_before;
-- What was erased stays so: the older version knows such an entry as a deletion.
ALTER TABLE app.audit_log DISABLE TRIGGER audit_log_append_only;
UPDATE app.audit_log SET action = 'deleted' WHERE action IN ('erased', 'purged');
ALTER TABLE app.audit_log ENABLE TRIGGER audit_log_append_only;
ALTER TABLE app.audit_log
    DROP COLUMN operation,
    DROP COLUMN lead_version,
    DROP COLUMN salt,
    DROP CONSTRAINT audit_log_action_valid,
    ADD CONSTRAINT audit_log_action_valid CHECK (action IN ('created', 'changed', 'deleted', 'emptied'));
DROP TABLE app.operations;
COMMENT ON TABLE app.audit_log IS
    'Who did what to leads and users, whether by the service or by psql; written by triggers, only ever appended to. It begins with the migration that made it.';
COMMENT ON COLUMN app.audit_log.actor IS 'Who acted, as the service said: a username, or visitor for a public form; NULL from psql.';
COMMENT ON COLUMN app.audit_log.actor_role IS 'As what: viewer, editor, admin or visitor; NULL from psql.';
COMMENT ON COLUMN app.audit_log.action IS 'created, changed, deleted, or emptied (the table was truncated).';
COMMENT ON COLUMN app.audit_log.table_name IS 'contact_leads or users.';
COMMENT ON COLUMN app.audit_log.lead_id IS 'The lead, also when it is gone; NULL for a user.';
COMMENT ON COLUMN app.audit_log.subject IS 'The user; NULL for a lead.';
COMMENT ON COLUMN app.audit_log.before IS 'What it held: of a change the changed columns, of a deletion all of them.';
COMMENT ON COLUMN app.audit_log.after IS 'What it holds now: of a change the changed columns, of a creation all of them.';
