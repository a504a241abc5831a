SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

-- An adopted table may have columns of these names, which mean what they mean to its owner: they make room, and keep all they hold.
DO $$
DECLARE
    v_column text;
    v_older text;
BEGIN
    FOR v_column IN
        SELECT a.attname FROM pg_attribute AS a
        WHERE a.attrelid = 'public.contact_leads'::regclass AND a.attname IN ('version', 'assignee') AND NOT a.attisdropped
    LOOP
        v_older := v_column || '_older';
        WHILE EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = 'public.contact_leads'::regclass AND a.attname = v_older) LOOP
            v_older := v_older || '_';
        END LOOP;
        EXECUTE format('ALTER TABLE public.contact_leads RENAME COLUMN %I TO %I', v_column, v_older);
        INSERT INTO app.adoption_notes (kind, object, note)
        VALUES ('column', v_column, format(
            'A column of theirs: renamed to %s, since %s is ours now. Views follow by themselves; see what triggers and functions say.',
            v_older, v_column));
    END LOOP;
END;
$$;

ALTER TABLE public.contact_leads
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN assignee text
        CONSTRAINT contact_leads_assignee_valid CHECK (char_length(assignee) BETWEEN 1 AND 100 AND assignee !~ '[[:cntrl:]]');
COMMENT ON COLUMN public.contact_leads.version IS 'Counts the changes of the lead, from 1; its ETag is made of it.';
COMMENT ON COLUMN public.contact_leads.assignee IS 'Who takes care of it, at most 100 characters on one line.';

CREATE TABLE app.audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_log_pkey PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT app.now(),
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    actor text,
    actor_role text,
    request_id uuid,
    session_user_name text NOT NULL DEFAULT session_user,
    action text NOT NULL CONSTRAINT audit_log_action_valid CHECK (action IN ('created', 'changed', 'deleted', 'emptied')),
    table_name text NOT NULL,
    lead_id bigint,
    subject text,
    before jsonb,
    after jsonb
);
COMMENT ON TABLE app.audit_log IS
    'Who did what to leads and users, whether by the service or by psql; written by triggers, only ever appended to. It begins with the migration that made it.';
COMMENT ON COLUMN app.audit_log.id IS 'Counts up; of one lead in the order of its changes.';
COMMENT ON COLUMN app.audit_log.at IS 'When the transaction began: the updated_at of what it changed.';
COMMENT ON COLUMN app.audit_log.tx IS 'The transaction.';
COMMENT ON COLUMN app.audit_log.actor IS 'Who acted, as the service said: a username, or visitor for a public form; NULL from psql.';
COMMENT ON COLUMN app.audit_log.actor_role IS 'As what: viewer, editor, admin or visitor; NULL from psql.';
COMMENT ON COLUMN app.audit_log.request_id IS 'The request, as the service''s log and the answer''s X-Request-ID name it.';
COMMENT ON COLUMN app.audit_log.session_user_name IS 'Who was logged in to PostgreSQL, which nobody can choose.';
COMMENT ON COLUMN app.audit_log.action IS 'created, changed, deleted, or emptied (the table was truncated).';
COMMENT ON COLUMN app.audit_log.table_name IS 'contact_leads or users.';
COMMENT ON COLUMN app.audit_log.lead_id IS 'The lead, also when it is gone; NULL for a user.';
COMMENT ON COLUMN app.audit_log.subject IS 'The user; NULL for a lead.';
COMMENT ON COLUMN app.audit_log.before IS 'What it held: of a change the changed columns, of a deletion all of them.';
COMMENT ON COLUMN app.audit_log.after IS 'What it holds now: of a change the changed columns, of a creation all of them.';
CREATE INDEX audit_log_lead ON app.audit_log (lead_id, id);
CREATE INDEX audit_log_at ON app.audit_log (at, id);
CREATE INDEX audit_log_actor ON app.audit_log (actor, at, id);

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

-- ==> sql/functions/app.audit_changes.sql
-- drop: DROP FUNCTION app.audit_changes(jsonb, jsonb);
CREATE OR REPLACE FUNCTION app.audit_changes(p_before jsonb, p_after jsonb) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(json_agg(json_build_object('field', f.field, 'before', f.before, 'after', f.after) ORDER BY f.field), '[]')
    FROM (
        SELECT coalesce(b.key, a.key) AS field, nullif(b.value, 'null') AS before, nullif(a.value, 'null') AS after
        FROM jsonb_each(p_before) AS b FULL JOIN jsonb_each(p_after) AS a ON a.key = b.key
    ) AS f
    WHERE f.before IS NOT NULL OR f.after IS NOT NULL;
END;

COMMENT ON FUNCTION app.audit_changes(jsonb, jsonb) IS
    'A row of the audit as a list of {field, before, after}. Of a creation, what it had; of a deletion, what is gone.';
REVOKE ALL ON FUNCTION app.audit_changes(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.audit_changes(jsonb, jsonb) TO leads_admin;
-- <== sql/functions/app.audit_changes.sql

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

-- ==> sql/functions/app.etag.sql
-- drop: DROP FUNCTION app.etag(bigint, integer);
CREATE OR REPLACE FUNCTION app.etag(p_id bigint, p_version integer) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN '"' || p_id || '-' || p_version || '"';

COMMENT ON FUNCTION app.etag(bigint, integer) IS 'The strong ETag (RFC 9110, 8.8.3) of one version of a lead.';
REVOKE ALL ON FUNCTION app.etag(bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.etag(bigint, integer) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.etag.sql

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

-- ==> sql/functions/app.read_instant.sql
-- drop: DROP FUNCTION app.read_instant(text);
CREATE OR REPLACE FUNCTION app.read_instant(p_text text) RETURNS timestamptz
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
BEGIN
    IF p_text ~ '^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.]\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?$' THEN
        RETURN p_text::timestamptz;
    END IF;
    RETURN NULL;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.read_instant(text) IS
    'The instant that a text names by RFC 3339, or a day its beginning; without a zone it is UTC. NULL for any other text.';
REVOKE ALL ON FUNCTION app.read_instant(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.read_instant(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.read_instant.sql

-- ==> sql/functions/app.refuse_audit_change.sql
-- drop: DROP FUNCTION app.refuse_audit_change();
CREATE OR REPLACE FUNCTION app.refuse_audit_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'LD403',
        MESSAGE = format('The audit log is only appended to: %s is refused, to its owner too.', TG_OP),
        CONSTRAINT = 'audit_is_append_only';
END;
$$;

COMMENT ON FUNCTION app.refuse_audit_change() IS 'Trigger function: LD403 audit_is_append_only, whoever asks.';
REVOKE ALL ON FUNCTION app.refuse_audit_change() FROM PUBLIC;
-- <== sql/functions/app.refuse_audit_change.sql

-- ==> sql/functions/app.refuse_field.sql
-- drop: DROP FUNCTION app.refuse_field(text, text, text);
CREATE OR REPLACE FUNCTION app.refuse_field(p_field text, p_message text, p_allowed text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path = pg_catalog
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'LD422',
        MESSAGE = p_message,
        CONSTRAINT = 'fields_not_valid',
        COLUMN = left(p_field, 100),
        DATATYPE = coalesce(p_allowed, '');
END;
$$;

COMMENT ON FUNCTION app.refuse_field(text, text, text) IS
    'LD422 fields_not_valid: a field that can''t be taken as it is, why, and of a choice what would do, separated by commas.';
REVOKE ALL ON FUNCTION app.refuse_field(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.refuse_field(text, text, text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.refuse_field.sql

-- ==> sql/functions/app.set_version.sql
-- drop: DROP FUNCTION app.set_version();
CREATE OR REPLACE FUNCTION app.set_version() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Neither is for anybody to choose: what else differs decides.
    NEW.version := OLD.version;
    NEW.updated_at := OLD.updated_at;
    IF NEW *<> OLD THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := app.now();
    END IF;
    RETURN NEW;
END;
$$;

COMMENT ON FUNCTION app.set_version() IS
    'Trigger function: a change of a lead, whoever makes it, raises version by one and sets updated_at; an update that changes nothing leaves both.';
REVOKE ALL ON FUNCTION app.set_version() FROM PUBLIC;
-- <== sql/functions/app.set_version.sql

-- ==> sql/functions/service.add_contact.sql
-- drop: DROP FUNCTION service.add_contact(bigint, jsonb, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.add_contact(
    p_id bigint, p_contact jsonb, p_if_match text, p_actor text, p_role text, p_request_id uuid,
    OUT lead json, OUT etag text
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_contact jsonb := app.read_fields(p_contact, '{channel,note,at}', '{channel,note}');
    v_lead public.contact_leads := app.lead_to_change(p_id, p_if_match);
BEGIN
    IF char_length(v_contact ->> 'channel') > 50 THEN
        PERFORM app.refuse_field('channel', 'channel can have at most 50 characters.');
    ELSIF char_length(v_contact ->> 'note') > 5000 THEN
        PERFORM app.refuse_field('note', 'note can have at most 5,000 characters.');
    END IF;
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    UPDATE public.contact_leads AS l
    SET contact_history = l.contact_history || jsonb_build_array(jsonb_build_object(
        'at', coalesce(app.read_instant(v_contact ->> 'at'), app.now()),
        'by', p_actor,
        'channel', v_contact -> 'channel',
        'note', v_contact -> 'note'
    ))
    WHERE l.id = p_id
    RETURNING l.* INTO v_lead;
    lead := row_to_json(v_lead);
    etag := app.etag(v_lead.id, v_lead.version);
END;
$$;

COMMENT ON FUNCTION service.add_contact(bigint, jsonb, text, text, text, uuid) IS
    'Appends {at, by, channel, note} to a lead''s contact_history and returns the lead, with its ETag. p_contact: channel, note, and at, else it is now. LD404 lead_not_found, LD412 version_conflict, LD422 fields_not_valid.';
REVOKE ALL ON FUNCTION service.add_contact(bigint, jsonb, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.add_contact(bigint, jsonb, text, text, text, uuid) TO leads_editor, leads_admin;
-- <== sql/functions/service.add_contact.sql

-- ==> sql/functions/service.add_lead.sql
-- drop: DROP FUNCTION service.add_lead(jsonb, text, text, uuid);
CREATE OR REPLACE FUNCTION service.add_lead(
    p_fields jsonb, p_actor text, p_role text, p_request_id uuid, OUT id bigint, OUT lead json, OUT etag text
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_fields jsonb := app.read_fields(
        p_fields, '{name,email,subject,message,company,phone,role,source,consent,lead_type,priority}', '{name,email}');
    v_lead public.contact_leads;
BEGIN
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    INSERT INTO public.contact_leads AS l (
        lead_type, form_type, priority, name, email, subject, message, company, phone, role, source, consent
    )
    VALUES (
        coalesce(v_fields ->> 'lead_type', 'contact')::public.lead_type,
        coalesce(v_fields ->> 'lead_type', 'contact'),
        coalesce(v_fields ->> 'priority', 'medium')::public.lead_priority,
        v_fields ->> 'name',
        v_fields ->> 'email',
        v_fields ->> 'subject',
        v_fields ->> 'message',
        v_fields ->> 'company',
        v_fields ->> 'phone',
        v_fields ->> 'role',
        coalesce(v_fields ->> 'source', 'manual'),
        (v_fields ->> 'consent')::boolean
    )
    RETURNING l.* INTO v_lead;
    id := v_lead.id;
    lead := row_to_json(v_lead);
    etag := app.etag(v_lead.id, v_lead.version);
END;
$$;

COMMENT ON FUNCTION service.add_lead(jsonb, text, text, uuid) IS
    'Stores a lead that somebody of the team enters, and returns it, with its ETag. p_fields: name, email, subject, message, company, phone, role, source (else manual), consent, lead_type (else contact), priority. LD422 fields_not_valid.';
REVOKE ALL ON FUNCTION service.add_lead(jsonb, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.add_lead(jsonb, text, text, uuid) TO leads_editor, leads_admin;
-- <== sql/functions/service.add_lead.sql

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

-- ==> sql/functions/service.edit_lead.sql
-- drop: DROP FUNCTION service.edit_lead(bigint, jsonb, text[], text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.edit_lead(
    p_id bigint, p_changes jsonb, p_takes text[], p_if_match text, p_actor text, p_role text, p_request_id uuid,
    OUT lead json, OUT etag text
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_changes jsonb := app.read_fields(p_changes, p_takes, CASE WHEN cardinality(p_takes) = 1 THEN p_takes ELSE '{}' END);
    v_old public.contact_leads := app.lead_to_change(p_id, p_if_match);
    v_new public.contact_leads;
BEGIN
    IF v_changes = '{}' THEN
        PERFORM app.refuse_field(p_takes[1], 'There is no field to change.', array_to_string(p_takes, ', '));
    END IF;
    v_new := jsonb_populate_record(v_old, v_changes);
    IF v_new *<> v_old THEN
        PERFORM app.act_as(p_actor, p_role, p_request_id);
        UPDATE public.contact_leads AS l
        SET name = v_new.name, email = v_new.email, company = v_new.company, phone = v_new.phone, subject = v_new.subject,
            status = v_new.status, priority = v_new.priority, quality_score = v_new.quality_score,
            internal_notes = v_new.internal_notes, tags = v_new.tags, assignee = v_new.assignee,
            follow_up_date = v_new.follow_up_date
        WHERE l.id = p_id
        RETURNING l.* INTO v_new;
    END IF;
    lead := row_to_json(v_new);
    etag := app.etag(v_new.id, v_new.version);
END;
$$;

COMMENT ON FUNCTION service.edit_lead(bigint, jsonb, text[], text, text, text, uuid) IS
    'Changes some columns of a lead and returns it, with its ETag. p_changes: {column: value}, of the columns p_takes, which must be there if it is one alone; p_if_match: the header, or NULL. What changes nothing writes nothing. LD404 lead_not_found, LD409 status_move_not_allowed, LD412 version_conflict, LD422 fields_not_valid.';
REVOKE ALL ON FUNCTION service.edit_lead(bigint, jsonb, text[], text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.edit_lead(bigint, jsonb, text[], text, text, text, uuid) TO leads_editor, leads_admin;
-- <== sql/functions/service.edit_lead.sql

-- Returns its ETag too.
DROP FUNCTION service.lead(bigint);

-- ==> sql/functions/service.lead.sql
-- drop: DROP FUNCTION service.lead(bigint);
CREATE OR REPLACE FUNCTION service.lead(p_id bigint, OUT lead json, OUT etag text)
    LANGUAGE plpgsql STABLE STRICT
    SET search_path = pg_catalog
AS $$
BEGIN
    SELECT row_to_json(l), app.etag(l.id, l.version) INTO lead, etag
    FROM public.contact_leads AS l
    WHERE l.id = p_id AND l.deleted_at IS NULL;
    IF lead IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no lead %s.', p_id),
            CONSTRAINT = 'lead_not_found',
            COLUMN = 'id';
    END IF;
END;
$$;

COMMENT ON FUNCTION service.lead(bigint) IS
    'One lead with all its columns, and its ETag. LD404 lead_not_found when there is none, or it is in the trash.';
REVOKE ALL ON FUNCTION service.lead(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead(bigint) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.lead.sql

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

-- ==> sql/views/api.leads.sql
-- drop: DROP VIEW api.leads;
CREATE OR REPLACE VIEW api.leads WITH (security_invoker = true) AS
    SELECT
        l.id,
        l.reference,
        l.name,
        l.email,
        l.subject,
        l.message,
        l.company,
        l.phone,
        l.lead_type,
        l.status,
        l.priority,
        l.metadata,
        l.created_at,
        l.updated_at,
        l."timestamp",
        l.flagged,
        l.role,
        l.form_type,
        l.quality_score,
        l.internal_notes,
        l.tags,
        l.contact_history,
        l.follow_up_date,
        l.last_contacted,
        l.first_response_at,
        l.source,
        l.consent,
        l.version,
        l.assignee
    FROM public.contact_leads AS l
    WHERE l.deleted_at IS NULL AND NOT l.is_spam;

COMMENT ON VIEW api.leads IS
    'The inbox: every lead that is neither spam nor in the trash. Read with the rights of whoever asks.';
COMMENT ON COLUMN api.leads.id IS 'The number of the lead inside the team; visitors never see it.';
COMMENT ON COLUMN api.leads.reference IS 'What the visitor is given: names the lead without telling how many there are.';
COMMENT ON COLUMN api.leads.name IS 'The visitor''s name, 1 to 200 characters on one line.';
COMMENT ON COLUMN api.leads.email IS 'The visitor''s address, at most 254 characters, with a dot in its domain.';
COMMENT ON COLUMN api.leads.subject IS 'At most 300 characters on one line; the contact and collaboration forms ask for it.';
COMMENT ON COLUMN api.leads.message IS 'At most 10,000 characters; the contact and collaboration forms ask for it.';
COMMENT ON COLUMN api.leads.company IS 'At most 200 characters on one line.';
COMMENT ON COLUMN api.leads.phone IS 'At most 50 characters on one line, as the visitor wrote it.';
COMMENT ON COLUMN api.leads.lead_type IS 'Which form the lead came by.';
COMMENT ON COLUMN api.leads.status IS 'Where the lead stands; moves as app.status_moves allows.';
COMMENT ON COLUMN api.leads.priority IS 'How soon it wants an answer.';
COMMENT ON COLUMN api.leads.metadata IS 'ip_address, user_agent, referer and origin as the server saw them; utm and extra as the form sent them.';
COMMENT ON COLUMN api.leads.created_at IS 'When the lead was stored, by the database''s clock.';
COMMENT ON COLUMN api.leads.updated_at IS 'When the row last changed; kept by trigger_contact_leads_updated_at.';
COMMENT ON COLUMN api.leads."timestamp" IS 'Legacy: the creation time under its older name.';
COMMENT ON COLUMN api.leads.flagged IS 'Legacy: marked by hand.';
COMMENT ON COLUMN api.leads.role IS 'What the visitor says they are (recruiter, founder ...), at most 100 characters.';
COMMENT ON COLUMN api.leads.form_type IS 'Legacy: the form''s name as text; new leads hold the label of lead_type.';
COMMENT ON COLUMN api.leads.quality_score IS 'The team''s judgement, 0 to 100; NULL until somebody judged.';
COMMENT ON COLUMN api.leads.internal_notes IS 'The team''s notes, at most 20,000 characters.';
COMMENT ON COLUMN api.leads.tags IS 'At most 50 tags of 1 to 50 characters.';
COMMENT ON COLUMN api.leads.contact_history IS 'Contacts with the visitor, an array of objects, oldest first.';
COMMENT ON COLUMN api.leads.follow_up_date IS 'The day to come back to this lead.';
COMMENT ON COLUMN api.leads.last_contacted IS 'When the lead last entered contacted.';
COMMENT ON COLUMN api.leads.first_response_at IS 'When the lead first entered contacted: what conversion and response times count.';
COMMENT ON COLUMN api.leads.source IS 'Where the visitor came from: the form''s source, else its utm_source.';
COMMENT ON COLUMN api.leads.consent IS 'Whether the visitor ticked the form''s consent; NULL when it had none.';
COMMENT ON COLUMN api.leads.version IS 'Counts the changes of the lead, from 1; its ETag is made of it.';
COMMENT ON COLUMN api.leads.assignee IS 'Who takes care of it, at most 100 characters on one line.';
-- <== sql/views/api.leads.sql

-- ==> sql/triggers/audit_log_append_only.sql
-- drop: DROP TRIGGER audit_log_append_only ON app.audit_log;
CREATE OR REPLACE TRIGGER audit_log_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON app.audit_log
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.refuse_audit_change();

COMMENT ON TRIGGER audit_log_append_only ON app.audit_log IS
    'What was written stays: nothing changes or removes a row, not even the owner. (Whoever owns the table can disable a trigger.)';
-- <== sql/triggers/audit_log_append_only.sql

-- ==> sql/triggers/contact_leads_audit_delete.sql
-- drop: DROP TRIGGER contact_leads_audit_delete ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_audit_delete
    AFTER DELETE ON public.contact_leads
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_lead();

COMMENT ON TRIGGER contact_leads_audit_delete ON public.contact_leads IS
    'Who deleted a lead, and all that it was.';
-- <== sql/triggers/contact_leads_audit_delete.sql

-- ==> sql/triggers/contact_leads_audit_insert.sql
-- drop: DROP TRIGGER contact_leads_audit_insert ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_audit_insert
    AFTER INSERT ON public.contact_leads
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_lead();

COMMENT ON TRIGGER contact_leads_audit_insert ON public.contact_leads IS
    'Who stored a lead, and all of it.';
-- <== sql/triggers/contact_leads_audit_insert.sql

-- ==> sql/triggers/contact_leads_audit_truncate.sql
-- drop: DROP TRIGGER contact_leads_audit_truncate ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_audit_truncate
    AFTER TRUNCATE ON public.contact_leads
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_lead();

COMMENT ON TRIGGER contact_leads_audit_truncate ON public.contact_leads IS
    'Who emptied the table; what was in it, the log says until then.';
-- <== sql/triggers/contact_leads_audit_truncate.sql

-- ==> sql/triggers/contact_leads_audit_update.sql
-- drop: DROP TRIGGER contact_leads_audit_update ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_audit_update
    AFTER UPDATE ON public.contact_leads
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.audit_lead();

COMMENT ON TRIGGER contact_leads_audit_update ON public.contact_leads IS
    'Who changed a lead, and what of it.';
-- <== sql/triggers/contact_leads_audit_update.sql

-- ==> sql/triggers/trigger_contact_leads_updated_at.sql
-- drop: DROP TRIGGER trigger_contact_leads_updated_at ON public.contact_leads;
CREATE OR REPLACE TRIGGER trigger_contact_leads_updated_at
    BEFORE UPDATE ON public.contact_leads
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.set_version();

COMMENT ON TRIGGER trigger_contact_leads_updated_at ON public.contact_leads IS
    'updated_at and version follow every real change of the row; an update that changes nothing leaves them.';
-- <== sql/triggers/trigger_contact_leads_updated_at.sql

-- ==> sql/triggers/users_audit_update.sql
-- drop: DROP TRIGGER users_audit_update ON app.users;
CREATE OR REPLACE TRIGGER users_audit_update
    AFTER UPDATE ON app.users
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.audit_user();

COMMENT ON TRIGGER users_audit_update ON app.users IS
    'Who changed a user, and what.';
-- <== sql/triggers/users_audit_update.sql

-- ==> sql/triggers/users_audit_write.sql
-- drop: DROP TRIGGER users_audit_write ON app.users;
CREATE OR REPLACE TRIGGER users_audit_write
    AFTER INSERT OR DELETE ON app.users
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_user();

COMMENT ON TRIGGER users_audit_write ON app.users IS
    'Who added or removed a user.';
-- <== sql/triggers/users_audit_write.sql

-- ==> sql/roles/leads_admin.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.audit_log, api.leads FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_admin;
GRANT USAGE ON SCHEMA service, app, api TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads TO leads_admin;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.audit_log, api.leads TO leads_admin;
-- <== sql/roles/leads_admin.sql
