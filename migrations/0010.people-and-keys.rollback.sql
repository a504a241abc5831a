SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

REVOKE ALL ON SCHEMA api FROM leads_analyst;

DROP TRIGGER users_sessions_update ON app.users;

DROP TRIGGER users_sessions_truncate ON app.users;

DROP TRIGGER users_sessions_delete ON app.users;

DROP TRIGGER second_factors_audit_update ON app.second_factors;

DROP TRIGGER second_factors_audit_delete ON app.second_factors;

DROP TRIGGER recovery_codes_audit_update ON app.recovery_codes;

DROP TRIGGER api_keys_audit_write ON app.api_keys;

DROP TRIGGER api_keys_audit_update ON app.api_keys;

DROP TRIGGER api_keys_audit_truncate ON app.api_keys;

-- ==> sql/functions/service.user_profile.sql
-- drop: DROP FUNCTION service.user_profile(text);
CREATE OR REPLACE FUNCTION service.user_profile(p_username text) RETURNS json
    LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_profile json;
BEGIN
    SELECT json_build_object('username', u.username, 'role', u.role, 'created_at', u.created_at, 'updated_at', u.updated_at)
    INTO v_profile
    FROM app.users AS u
    WHERE u.username = p_username AND u.disabled_at IS NULL;
    IF v_profile IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD401',
            MESSAGE = 'The user of this token is gone or disabled.',
            CONSTRAINT = 'user_gone',
            HINT = 'Log in again.';
    END IF;
    RETURN v_profile;
END;
$$;

COMMENT ON FUNCTION service.user_profile(text) IS
    'A user as shown to themselves: username, role, created_at, updated_at. LD401 user_gone when there is none.';
REVOKE ALL ON FUNCTION service.user_profile(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.user_profile(text) TO leads_service;
-- <== sql/functions/service.user_profile.sql

-- ==> sql/functions/service.revoke_token.sql
-- drop: DROP FUNCTION service.revoke_token(uuid, timestamptz);
CREATE OR REPLACE FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamptz) RETURNS void
    LANGUAGE sql VOLATILE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO app.revoked_tokens (jti, expires_at)
    VALUES (p_jti, p_expires_at)
    ON CONFLICT (jti) DO NOTHING;
END;

COMMENT ON FUNCTION service.revoke_token(uuid, timestamptz) IS
    'Ends a token before its time. Kept until the token would have expired by itself.';
REVOKE ALL ON FUNCTION service.revoke_token(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.revoke_token(uuid, timestamptz) TO leads_service;
-- <== sql/functions/service.revoke_token.sql

DROP FUNCTION service.revoke_key(uuid, text, text, uuid);

-- ==> sql/functions/service.purge_expired.sql
-- drop: DROP FUNCTION service.purge_expired();
CREATE OR REPLACE FUNCTION service.purge_expired() RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH keys AS (
        DELETE FROM app.idempotency_keys AS k WHERE k.created_at <= app.now() - interval '24 hours' RETURNING 1
    ), tokens AS (
        -- A minute longer than the token lives: the service allows for clocks that differ by half of that.
        DELETE FROM app.revoked_tokens AS t WHERE t.expires_at <= app.now() - interval '1 minute' RETURNING 1
    ), events AS (
        DELETE FROM app.events AS e WHERE e.at <= app.now() - interval '24 hours' RETURNING e.id
    ), mark AS (
        UPDATE app.audit_sealing AS m SET events_after = greatest(m.events_after, g.last)
        FROM (SELECT max(e.id) AS last FROM events AS e) AS g
        WHERE g.last IS NOT NULL
    )
    SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM tokens) + (SELECT count(*) FROM events);
END;

COMMENT ON FUNCTION service.purge_expired() IS
    'Removes idempotency keys and events over 24 hours old, and revocations of tokens that have expired anyway; returns how many rows.';
REVOKE ALL ON FUNCTION service.purge_expired() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.purge_expired() TO leads_service;
-- <== sql/functions/service.purge_expired.sql

DROP FUNCTION service.pending_second_factor(text);

DROP FUNCTION service.note_used_keys(uuid[]);

DROP FUNCTION service.list_users(text);

DROP FUNCTION service.list_sessions(text);

DROP FUNCTION service.list_keys();

DROP FUNCTION service.end_session(uuid, text);

DROP FUNCTION service.end_login(text, text, text, uuid, timestamptz, bytea, text, bigint, bytea, bytea);

DROP FUNCTION service.drop_second_factor(text, text, text, uuid);

DROP FUNCTION service.credentials(text);

DROP FUNCTION service.confirm_second_factor(text, bytea, bigint, bytea[], uuid);

DROP FUNCTION service.change_user(text, text, boolean, text, text, text, uuid);

DROP FUNCTION service.change_own_password(text, text, text, uuid, timestamptz, text, text, uuid);

DROP FUNCTION service.begin_second_factor(text, bytea, text);

DROP FUNCTION service.begin_login(text, text);

DROP FUNCTION service.add_user(text, text, text, text, text, uuid);

DROP FUNCTION service.add_key(text, text, bytea, text, integer, text, text, uuid);

DROP FUNCTION app.revoke_sessions(bigint, uuid);

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
        ELSIF v_field IN ('tags', 'add', 'remove') THEN
            IF v_type <> 'array' OR jsonb_path_exists(v_value, 'strict $[*] ? (@.type() != "string")') THEN
                PERFORM app.refuse_field(v_field, format('%s must be an array of texts.', v_field));
            END IF;
            -- In the order given, each once.
            SELECT coalesce(jsonb_agg(t.tag ORDER BY t.place), '[]') INTO v_value
            FROM (
                SELECT btrim(a.tag) AS tag, min(a.place) AS place
                FROM jsonb_array_elements_text(v_value) WITH ORDINALITY AS a (tag, place)
                GROUP BY 1
            ) AS t;
            IF NOT app.tags_valid(ARRAY(SELECT jsonb_array_elements_text(v_value))) THEN
                PERFORM app.refuse_field(v_field, format('%s can hold at most 50 tags, each of 1 to 50 characters on one line.', v_field));
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

DROP FUNCTION app.login_delay(integer, integer, integer);

DROP FUNCTION app.end_sessions();

DROP FUNCTION app.check_role(text);

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
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' WHEN 'DELETE' THEN 'deleted' ELSE 'emptied' END,
        'users', coalesce(v_old, v_new) ->> 'username', v_before, v_after
    );
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.audit_user() IS
    'Trigger function: writes to app.audit_log what was done to a user; of a password only that it changed.';
REVOKE ALL ON FUNCTION app.audit_user() FROM PUBLIC;
-- <== sql/functions/app.audit_user.sql

-- ==> sql/functions/app.audit_story.sql
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
-- <== sql/functions/app.audit_story.sql

DROP FUNCTION app.audit_second_factor();

-- ==> sql/functions/app.act_as.sql
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
-- <== sql/functions/app.act_as.sql

-- A value can't be taken out of a type: it is made anew. An analyst would be nobody in it.
DO $$
BEGIN
    IF EXISTS (SELECT FROM app.users AS u WHERE u.role::text = 'analyst') THEN
        RAISE EXCEPTION 'There are users with the role analyst: give them another one first (leads user role).';
    END IF;
END;
$$;
ALTER TYPE app.user_role RENAME TO user_role_with_analyst;
CREATE TYPE app.user_role AS ENUM ('viewer', 'editor', 'admin');
COMMENT ON TYPE app.user_role IS 'What a user may do: viewer (read), editor (and change), admin (and delete, and manage users).';
ALTER TABLE app.users ALTER COLUMN role TYPE app.user_role USING role::text::app.user_role;
DROP TYPE app.user_role_with_analyst;

-- ==> sql/functions/service.find_user.sql
-- drop: DROP FUNCTION service.find_user(text);
CREATE OR REPLACE FUNCTION service.find_user(p_username text, OUT username text, OUT password_hash text, OUT role text)
    RETURNS SETOF record
    LANGUAGE sql STABLE STRICT SECURITY DEFINER ROWS 1
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT u.username, u.password_hash, u.role::text
    FROM app.users AS u
    WHERE lower(u.username) = lower(p_username) AND u.disabled_at IS NULL;
END;

COMMENT ON FUNCTION service.find_user(text) IS
    'What a login is checked against: the user of that name, in any case, who is not disabled; or no row.';
REVOKE ALL ON FUNCTION service.find_user(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.find_user(text) TO leads_service;
-- <== sql/functions/service.find_user.sql

-- ==> sql/functions/service.revoked_tokens.sql
-- drop: DROP FUNCTION service.revoked_tokens(text);
CREATE OR REPLACE FUNCTION service.revoked_tokens(p_known text DEFAULT NULL, OUT state text, OUT tokens uuid[])
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- Revocations are inserted and purged, never changed: count and newest id together name one state of the table,
    -- also when ids are committed out of order.
    SELECT s.state, CASE WHEN s.state IS DISTINCT FROM p_known THEN s.tokens END
    FROM (
        SELECT count(*)::text || ':' || coalesce(max(t.id), 0)::text AS state, coalesce(array_agg(t.jti), '{}') AS tokens
        FROM app.revoked_tokens AS t
    ) AS s;
END;

COMMENT ON FUNCTION service.revoked_tokens(text) IS
    'All tokens that were ended before their time, and a name for that state of the list; tokens is NULL when the state is still p_known.';
REVOKE ALL ON FUNCTION service.revoked_tokens(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.revoked_tokens(text) TO leads_service;
-- <== sql/functions/service.revoked_tokens.sql

-- destroys: app.api_keys
-- destroys: app.second_factors
-- destroys: app.recovery_codes
DROP TABLE app.known_clients;
DROP TABLE app.login_tries;
DROP TABLE app.recovery_codes;
DROP TABLE app.second_factors;
DROP TABLE app.api_keys;
DROP TYPE app.key_scope;
DROP TABLE app.sessions;
