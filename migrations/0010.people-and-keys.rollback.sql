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
