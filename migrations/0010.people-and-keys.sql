SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

DO $$
BEGIN
    -- Roles belong to the cluster: another database of ours may have made it.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'leads_analyst') THEN
        CREATE ROLE leads_analyst NOLOGIN;
        COMMENT ON ROLE leads_analyst IS 'Lead Intelligence Stack: reads the numbers.';
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_auth_members AS m
        JOIN pg_roles AS g ON g.oid = m.roleid AND g.rolname = 'leads_analyst'
        JOIN pg_roles AS u ON u.oid = m.member AND u.rolname = 'leads_service'
    ) THEN
        GRANT leads_analyst TO leads_service;
    END IF;
END;
$$;

ALTER TYPE app.user_role ADD VALUE 'analyst' BEFORE 'viewer';
COMMENT ON TYPE app.user_role IS 'What a user may do: analyst (read the numbers), viewer (read leads too), editor (and change), admin (and delete, and manage users and API keys).';

CREATE TYPE app.key_scope AS ENUM ('capture', 'read', 'write', 'analyst');
COMMENT ON TYPE app.key_scope IS 'What an API key may do: capture (send forms, nothing else), read (as a viewer), write (as an editor, and send forms), analyst (as an analyst).';

CREATE TABLE app.sessions (
    jti uuid CONSTRAINT sessions_pkey PRIMARY KEY,
    user_id bigint NOT NULL CONSTRAINT sessions_user_id_fkey REFERENCES app.users (id) ON DELETE CASCADE,
    issued_at timestamptz NOT NULL DEFAULT app.now(),
    expires_at timestamptz NOT NULL,
    token_hash bytea CONSTRAINT sessions_token_hash_key UNIQUE
        CONSTRAINT sessions_token_hash_valid CHECK (octet_length(token_hash) = 32),
    client text NOT NULL,
    agent text NOT NULL DEFAULT ''
);
COMMENT ON TABLE app.sessions IS 'The tokens that were given and hold, until an hour after they expire.';
COMMENT ON COLUMN app.sessions.jti IS 'The token''s jti claim; of an opaque token a number of its own.';
COMMENT ON COLUMN app.sessions.user_id IS 'Whose token it is.';
COMMENT ON COLUMN app.sessions.issued_at IS 'When they logged in.';
COMMENT ON COLUMN app.sessions.expires_at IS 'When the token expires by itself.';
COMMENT ON COLUMN app.sessions.token_hash IS 'SHA-256 of an opaque token; NULL for a JWT, of which nothing is kept.';
COMMENT ON COLUMN app.sessions.client IS 'From where: an IPv4 address, or an IPv6 network (/64).';
COMMENT ON COLUMN app.sessions.agent IS 'With what: the beginning of the User-Agent, as it was sent.';
CREATE INDEX sessions_user_id_idx ON app.sessions (user_id);
CREATE INDEX sessions_expires_at_idx ON app.sessions (expires_at);

CREATE TABLE app.api_keys (
    id uuid CONSTRAINT api_keys_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL CONSTRAINT api_keys_name_valid CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9 ._@+-]{0,99}$'),
    scope app.key_scope NOT NULL,
    key_hash bytea NOT NULL CONSTRAINT api_keys_key_hash_key UNIQUE
        CONSTRAINT api_keys_key_hash_valid CHECK (octet_length(key_hash) = 32),
    hint text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT app.now(),
    created_by text NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_by text
);
COMMENT ON TABLE app.api_keys IS 'Keys for programs: named, for one purpose each, expiring, revocable.';
COMMENT ON COLUMN app.api_keys.id IS 'The key''s number, which says nothing of it.';
COMMENT ON COLUMN app.api_keys.name IS 'What it is for; unique in any case among those that are not revoked. The audit knows its holder as key:name.';
COMMENT ON COLUMN app.api_keys.scope IS 'What it may do.';
COMMENT ON COLUMN app.api_keys.key_hash IS 'SHA-256 of the key, which has 256 random bits; the key itself is kept nowhere.';
COMMENT ON COLUMN app.api_keys.hint IS 'How the key begins, to tell it from others.';
COMMENT ON COLUMN app.api_keys.created_at IS 'When it was made.';
COMMENT ON COLUMN app.api_keys.created_by IS 'Who made it: a username, or the database login that called the command.';
COMMENT ON COLUMN app.api_keys.expires_at IS 'Until when it holds.';
COMMENT ON COLUMN app.api_keys.last_used_at IS 'When it was last used, to the minute; NULL when never.';
COMMENT ON COLUMN app.api_keys.revoked_at IS 'When it was ended before its time.';
COMMENT ON COLUMN app.api_keys.revoked_by IS 'Who ended it.';
CREATE UNIQUE INDEX api_keys_name_key ON app.api_keys (lower(name)) WHERE revoked_at IS NULL;

CREATE TABLE app.second_factors (
    user_id bigint CONSTRAINT second_factors_pkey PRIMARY KEY
        CONSTRAINT second_factors_user_id_fkey REFERENCES app.users (id) ON DELETE CASCADE,
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT app.now(),
    confirmed_at timestamptz,
    last_step bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE app.second_factors IS 'Time-based one-time passwords (RFC 6238) of users who want them.';
COMMENT ON COLUMN app.second_factors.user_id IS 'Whose it is.';
COMMENT ON COLUMN app.second_factors.secret IS 'The shared secret, encrypted by the service under its JWT_SECRET_KEY.';
COMMENT ON COLUMN app.second_factors.created_at IS 'When the secret was made.';
COMMENT ON COLUMN app.second_factors.confirmed_at IS 'When its first code was shown: from then on it is asked for.';
COMMENT ON COLUMN app.second_factors.last_step IS 'The time step (of 30 s) of the last code that was taken: it and those before it hold no more.';

CREATE TABLE app.recovery_codes (
    user_id bigint CONSTRAINT recovery_codes_user_id_fkey REFERENCES app.users (id) ON DELETE CASCADE,
    code_hash bytea,
    used_at timestamptz,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash)
);
COMMENT ON TABLE app.recovery_codes IS 'What one logs in with once each when the second factor is lost.';
COMMENT ON COLUMN app.recovery_codes.user_id IS 'Whose it is.';
COMMENT ON COLUMN app.recovery_codes.code_hash IS 'SHA-256 of the code, which has 80 random bits.';
COMMENT ON COLUMN app.recovery_codes.used_at IS 'When it was used.';

CREATE TABLE app.login_tries (
    account text,
    client text,
    failures integer NOT NULL DEFAULT 0,
    last_at timestamptz NOT NULL DEFAULT app.now(),
    CONSTRAINT login_tries_pkey PRIMARY KEY (account, client)
);
COMMENT ON TABLE app.login_tries IS 'Tries to log in that failed, or are still under way; kept for a day.';
COMMENT ON COLUMN app.login_tries.account IS 'The username that was tried, in lower case, whether there is one of that name or not.';
COMMENT ON COLUMN app.login_tries.client IS 'From where: an IPv4 address, or an IPv6 network (/64); empty for all together that never logged in to it.';
COMMENT ON COLUMN app.login_tries.failures IS 'How many since the last success.';
COMMENT ON COLUMN app.login_tries.last_at IS 'When the last one was.';
CREATE INDEX login_tries_last_at_idx ON app.login_tries (last_at);

CREATE TABLE app.known_clients (
    user_id bigint CONSTRAINT known_clients_user_id_fkey REFERENCES app.users (id) ON DELETE CASCADE,
    client text,
    last_at timestamptz NOT NULL DEFAULT app.now(),
    CONSTRAINT known_clients_pkey PRIMARY KEY (user_id, client)
);
COMMENT ON TABLE app.known_clients IS 'From where somebody has logged in: what strangers try can''t lock them out from there. Kept for 90 days.';
COMMENT ON COLUMN app.known_clients.user_id IS 'Who.';
COMMENT ON COLUMN app.known_clients.client IS 'From where: an IPv4 address, or an IPv6 network (/64).';
COMMENT ON COLUMN app.known_clients.last_at IS 'When they last did.';

-- gone: sql/functions/service.find_user.sql
DROP FUNCTION service.find_user(text);

-- gone: sql/functions/service.revoked_tokens.sql
DROP FUNCTION service.revoked_tokens(text);

-- ==> sql/functions/app.act_as.sql
-- drop: DROP FUNCTION app.act_as(text, text, uuid, uuid);
CREATE OR REPLACE FUNCTION app.act_as(p_actor text, p_role text, p_request_id uuid, p_operation uuid DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_context text;
BEGIN
    -- Called alone, and not by a function of ours: what it says would hold for nothing, and PostgreSQL would not tell.
    GET DIAGNOSTICS v_context = PG_CONTEXT;
    IF strpos(v_context, E'\n') = 0 AND statement_timestamp() = transaction_timestamp()
        AND strpos(rtrim(current_query(), E'; \n'), ';') = 0
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'no_active_sql_transaction',
            MESSAGE = 'app.act_as holds until the end of a transaction.',
            HINT = 'BEGIN one first.';
    END IF;
    PERFORM
        set_config('app.actor', coalesce(p_actor, ''), true),
        set_config('app.actor_role', coalesce(p_role, ''), true),
        set_config('app.request_id', coalesce(p_request_id::text, ''), true),
        set_config('app.operation', coalesce(p_operation::text, ''), true);
END;
$$;

COMMENT ON FUNCTION app.act_as(text, text, uuid, uuid) IS
    'Says for the rest of the transaction who acts, and in which operation: what the audit writes beside the session''s user, which nobody can choose. 25P01 outside a transaction, where it would hold for nothing.';
REVOKE ALL ON FUNCTION app.act_as(text, text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.act_as(text, text, uuid, uuid) TO leads_editor, leads_admin;
-- <== sql/functions/app.act_as.sql

-- ==> sql/functions/app.audit_second_factor.sql
-- drop: DROP FUNCTION app.audit_second_factor();
CREATE OR REPLACE FUNCTION app.audit_second_factor() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_username text;
    v_after jsonb;
BEGIN
    SELECT u.username INTO v_username FROM app.users AS u WHERE u.id = OLD.user_id;
    v_after := CASE
        WHEN TG_TABLE_NAME = 'recovery_codes' THEN '{"recovery_code": "used"}'
        WHEN TG_OP = 'DELETE' THEN '{"second_factor": "off"}'
        ELSE '{"second_factor": "on"}' END;
    -- It goes with its user: that is told already.
    IF v_username IS NOT NULL THEN
        INSERT INTO app.audit_log (actor, actor_role, request_id, action, table_name, subject, before, after)
        VALUES (
            nullif(current_setting('app.actor', true), ''),
            nullif(current_setting('app.actor_role', true), ''),
            nullif(current_setting('app.request_id', true), '')::uuid,
            'changed', 'users', v_username, '{}', v_after
        );
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.audit_second_factor() IS
    'Trigger function: writes to app.audit_log that a user''s second factor was turned on or off, or a recovery code used.';
REVOKE ALL ON FUNCTION app.audit_second_factor() FROM PUBLIC;
-- <== sql/functions/app.audit_second_factor.sql

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
-- <== sql/functions/app.audit_story.sql

-- ==> sql/functions/app.audit_user.sql
-- drop: DROP FUNCTION app.audit_user();
CREATE OR REPLACE FUNCTION app.audit_user() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Never a hash: of a password only that it changed.
    v_old jsonb := CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) - ARRAY['password_hash', 'key_hash', 'last_used_at'] END;
    v_new jsonb := CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) - ARRAY['password_hash', 'key_hash', 'last_used_at'] END;
    v_before jsonb := v_old;
    v_after jsonb := v_new;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}'), coalesce(jsonb_object_agg(o.key, n.value), '{}')
        INTO v_before, v_after
        FROM jsonb_each(v_old) AS o JOIN jsonb_each(v_new) AS n ON n.key = o.key
        WHERE o.value IS DISTINCT FROM n.value AND o.key <> 'updated_at';
        IF to_jsonb(NEW) -> 'password_hash' <> to_jsonb(OLD) -> 'password_hash' THEN
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
        TG_TABLE_NAME, coalesce(v_old, v_new) ->> CASE TG_TABLE_NAME WHEN 'users' THEN 'username' ELSE 'name' END, v_before, v_after
    );
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.audit_user() IS
    'Trigger function: writes to app.audit_log what was done to a user or an API key; of a password only that it changed, of a key''s hash nothing.';
REVOKE ALL ON FUNCTION app.audit_user() FROM PUBLIC;
-- <== sql/functions/app.audit_user.sql

-- ==> sql/functions/app.check_role.sql
-- drop: DROP FUNCTION app.check_role(text);
CREATE OR REPLACE FUNCTION app.check_role(p_role text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_role IS NULL OR p_role <> ALL (enum_range(NULL::app.user_role)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD422',
            MESSAGE = format('The role must be one of: %s.', array_to_string(enum_range(NULL::app.user_role), ', ')),
            CONSTRAINT = 'role_not_valid',
            COLUMN = 'role',
            DATATYPE = array_to_string(enum_range(NULL::app.user_role), ', ');
    END IF;
END;
$$;

COMMENT ON FUNCTION app.check_role(text) IS
    'LD422 role_not_valid unless a user can have this role.';
REVOKE ALL ON FUNCTION app.check_role(text) FROM PUBLIC;
-- <== sql/functions/app.check_role.sql

-- ==> sql/functions/app.end_sessions.sql
-- drop: DROP FUNCTION app.end_sessions();
CREATE OR REPLACE FUNCTION app.end_sessions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM app.revoke_sessions(CASE WHEN TG_OP <> 'TRUNCATE' THEN OLD.id END);
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD END;
END;
$$;

COMMENT ON FUNCTION app.end_sessions() IS
    'Trigger function: who is disabled or removed, or has another password, role or name, is logged out everywhere.';
REVOKE ALL ON FUNCTION app.end_sessions() FROM PUBLIC;
-- <== sql/functions/app.end_sessions.sql

-- ==> sql/functions/app.login_delay.sql
-- drop: DROP FUNCTION app.login_delay(integer, integer, integer);
CREATE OR REPLACE FUNCTION app.login_delay(p_failures integer, p_free integer, p_longest integer) RETURNS interval
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- The exponent is bounded, so that no number of failures overflows it.
    RETURN CASE WHEN p_failures < p_free THEN interval '0'
        ELSE make_interval(secs => least(5 * 2 ^ least(p_failures - p_free, 20), p_longest)) END;

COMMENT ON FUNCTION app.login_delay(integer, integer, integer) IS
    'How long after a failed try to log in the next one is refused: not at all before p_free failures, then 5 s, twice as long with each, at most p_longest seconds.';
REVOKE ALL ON FUNCTION app.login_delay(integer, integer, integer) FROM PUBLIC;
-- <== sql/functions/app.login_delay.sql

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
            -- Here too, so that a dry run tells it.
            IF v_field = 'assignee' AND (char_length(v_text) > 100 OR v_text ~ '[[:cntrl:]]') THEN
                PERFORM app.refuse_field(v_field, 'assignee can have at most 100 characters, on one line.');
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

-- ==> sql/functions/app.revoke_sessions.sql
-- drop: DROP FUNCTION app.revoke_sessions(bigint, uuid);
CREATE OR REPLACE FUNCTION app.revoke_sessions(p_user_id bigint, p_jti uuid DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ended integer;
BEGIN
    WITH gone AS (
        DELETE FROM app.sessions AS s
        WHERE (p_user_id IS NULL OR s.user_id = p_user_id) AND (p_jti IS NULL OR s.jti = p_jti)
        RETURNING s.jti, s.expires_at, s.token_hash
    ), noted AS (
        -- An opaque token holds for as long as its session is there; a JWT has to be named.
        INSERT INTO app.revoked_tokens (jti, expires_at)
        SELECT g.jti, g.expires_at FROM gone AS g WHERE g.token_hash IS NULL
        ON CONFLICT (jti) DO NOTHING
    )
    SELECT count(*) INTO v_ended FROM gone;
    RETURN v_ended;
END;
$$;

COMMENT ON FUNCTION app.revoke_sessions(bigint, uuid) IS
    'Ends sessions and the tokens of them: all of a user, or one; of everybody where p_user_id is NULL. Returns how many.';
REVOKE ALL ON FUNCTION app.revoke_sessions(bigint, uuid) FROM PUBLIC;
-- <== sql/functions/app.revoke_sessions.sql

-- ==> sql/functions/service.add_key.sql
-- drop: DROP FUNCTION service.add_key(text, text, bytea, text, integer, text, text, uuid);
CREATE OR REPLACE FUNCTION service.add_key(
    p_name text, p_scope text, p_hash bytea, p_hint text, p_days integer, p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key app.api_keys;
BEGIN
    IF p_name IS NULL OR p_name !~ '^[A-Za-z0-9][A-Za-z0-9 ._@+-]{0,99}$' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD422',
            MESSAGE = 'A key''s name has 1 to 100 letters, digits, spaces and . _ @ + -, and begins with a letter or digit.',
            CONSTRAINT = 'api_keys_name_valid',
            COLUMN = 'name';
    END IF;
    IF p_scope IS NULL OR p_scope <> ALL (enum_range(NULL::app.key_scope)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD422',
            MESSAGE = format('The scope must be one of: %s.', array_to_string(enum_range(NULL::app.key_scope), ', ')),
            CONSTRAINT = 'scope_not_valid',
            COLUMN = 'scope',
            DATATYPE = array_to_string(enum_range(NULL::app.key_scope), ', ');
    END IF;
    IF p_days IS NULL OR p_days NOT BETWEEN 1 AND 3650 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD422',
            MESSAGE = 'A key holds for 1 to 3650 days.',
            CONSTRAINT = 'expires_in_days_not_valid',
            COLUMN = 'expires_in_days';
    END IF;
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    BEGIN
        INSERT INTO app.api_keys (name, scope, key_hash, hint, created_by, expires_at)
        VALUES (p_name, p_scope::app.key_scope, p_hash, p_hint, coalesce(p_actor, session_user), app.now() + make_interval(days => p_days))
        RETURNING * INTO v_key;
    EXCEPTION WHEN unique_violation THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = format('There is a key %s already.', p_name),
            CONSTRAINT = 'key_name_taken',
            COLUMN = 'name',
            HINT = 'Revoke it first, or choose another name.';
    END;
    RETURN json_build_object('id', v_key.id, 'name', v_key.name, 'scope', v_key.scope, 'hint', v_key.hint,
        'created_at', v_key.created_at, 'created_by', v_key.created_by, 'expires_at', v_key.expires_at);
END;
$$;

COMMENT ON FUNCTION service.add_key(text, text, bytea, text, integer, text, text, uuid) IS
    'A new API key, known by its hash alone. LD422 api_keys_name_valid, scope_not_valid, expires_in_days_not_valid; LD409 key_name_taken, while one of that name is not revoked.';
REVOKE ALL ON FUNCTION service.add_key(text, text, bytea, text, integer, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.add_key(text, text, bytea, text, integer, text, text, uuid) TO leads_admin;
-- <== sql/functions/service.add_key.sql

-- ==> sql/functions/service.add_user.sql
-- drop: DROP FUNCTION service.add_user(text, text, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.add_user(
    p_username text, p_password_hash text, p_user_role text, p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_username !~ '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD422',
            MESSAGE = 'A username has 1 to 100 letters, digits and . _ @ + -, and begins with a letter or digit.',
            CONSTRAINT = 'users_username_valid',
            COLUMN = 'username';
    END IF;
    PERFORM app.check_role(p_user_role);
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    BEGIN
        INSERT INTO app.users (username, password_hash, role) VALUES (p_username, p_password_hash, p_user_role::app.user_role);
    EXCEPTION WHEN unique_violation THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = format('There is a user %s already.', p_username),
            CONSTRAINT = 'username_taken',
            COLUMN = 'username';
    END;
    RETURN service.list_users(p_username) -> 0;
END;
$$;

COMMENT ON FUNCTION service.add_user(text, text, text, text, text, uuid) IS
    'A new user, as service.list_users shows them. LD422 for a name or role that can''t be, LD409 username_taken.';
REVOKE ALL ON FUNCTION service.add_user(text, text, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.add_user(text, text, text, text, text, uuid) TO leads_admin;
-- <== sql/functions/service.add_user.sql

-- ==> sql/functions/service.begin_login.sql
-- drop: DROP FUNCTION service.begin_login(text, text);
CREATE OR REPLACE FUNCTION service.begin_login(
    p_username text, p_client text, OUT password_hash text, OUT second_factor bytea, OUT wait_seconds integer
)
    LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_own_free CONSTANT integer := 5;
    c_own_longest CONSTANT integer := 900;
    c_strangers_free CONSTANT integer := 20;
    c_strangers_longest CONSTANT integer := 300;
    v_account text := lower(left(p_username, 100));
    v_user app.users;
    v_known boolean;
    v_next timestamptz;
BEGIN
    SELECT u.* INTO v_user FROM app.users AS u WHERE lower(u.username) = lower(p_username) AND u.disabled_at IS NULL;
    v_known := EXISTS (SELECT FROM app.known_clients AS k WHERE k.user_id = v_user.id AND k.client = p_client);
    -- All strangers of an account count together too, under the client ''. Locked first, so that of tries at once each sees the one before.
    INSERT INTO app.login_tries AS t (account, client)
    SELECT v_account, c.client FROM unnest(CASE WHEN v_known THEN ARRAY[p_client] ELSE ARRAY['', p_client] END) WITH ORDINALITY AS c (client, place)
    ORDER BY c.place
    ON CONFLICT ON CONSTRAINT login_tries_pkey DO UPDATE
        SET failures = CASE WHEN t.last_at <= app.now() - interval '24 hours' THEN 0 ELSE t.failures END;
    SELECT max(t.last_at + d.delay) FILTER (WHERE d.delay > interval '0') INTO v_next
    FROM app.login_tries AS t CROSS JOIN LATERAL (
        SELECT CASE t.client
            WHEN '' THEN app.login_delay(t.failures, c_strangers_free, c_strangers_longest)
            ELSE app.login_delay(t.failures, c_own_free, c_own_longest) END AS delay
    ) AS d
    WHERE t.account = v_account AND (t.client = p_client OR t.client = '' AND NOT v_known);
    wait_seconds := ceil(extract(epoch FROM v_next - app.now()));
    IF wait_seconds > 0 THEN
        RETURN;
    END IF;
    wait_seconds := 0;
    UPDATE app.login_tries AS t SET failures = t.failures + 1, last_at = greatest(t.last_at, app.now())
    WHERE t.account = v_account AND (t.client = p_client OR t.client = '' AND NOT v_known);
    password_hash := v_user.password_hash;
    SELECT f.secret INTO second_factor FROM app.second_factors AS f WHERE f.user_id = v_user.id AND f.confirmed_at IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION service.begin_login(text, text) IS
    'Takes a try to log in: what the password and the second factor are to be checked against, NULL where there is no such user (or none who may log in). Each try counts as failed until service.end_login says otherwise. After 5 failures of a client on an account, and after 20 of clients that never logged in to it, wait_seconds says how long nobody of them is let try: then nothing is counted, and nothing shown.';
REVOKE ALL ON FUNCTION service.begin_login(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.begin_login(text, text) TO leads_service;
-- <== sql/functions/service.begin_login.sql

-- ==> sql/functions/service.begin_second_factor.sql
-- drop: DROP FUNCTION service.begin_second_factor(text, bytea, text);
CREATE OR REPLACE FUNCTION service.begin_second_factor(p_username text, p_secret bytea, p_client text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user_id bigint;
BEGIN
    SELECT u.id INTO v_user_id FROM app.users AS u WHERE u.username = p_username AND u.disabled_at IS NULL;
    -- The password was shown for this, and was right.
    DELETE FROM app.login_tries AS t WHERE t.account = lower(p_username) AND t.client = p_client;
    INSERT INTO app.second_factors AS f (user_id, secret) VALUES (v_user_id, p_secret)
    ON CONFLICT ON CONSTRAINT second_factors_pkey DO UPDATE SET secret = p_secret, created_at = app.now()
        WHERE f.confirmed_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = 'You have a second factor already.',
            CONSTRAINT = 'second_factor_on',
            HINT = 'Turn it off first.';
    END IF;
END;
$$;

COMMENT ON FUNCTION service.begin_second_factor(text, bytea, text) IS
    'Keeps the secret of a second factor, which begins to count once service.confirm_second_factor got a code of it. LD409 second_factor_on.';
REVOKE ALL ON FUNCTION service.begin_second_factor(text, bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.begin_second_factor(text, bytea, text) TO leads_service;
-- <== sql/functions/service.begin_second_factor.sql

-- ==> sql/functions/service.change_own_password.sql
-- drop: DROP FUNCTION service.change_own_password(text, text, text, uuid, timestamptz, text, text, uuid);
CREATE OR REPLACE FUNCTION service.change_own_password(
    p_username text, p_password_hash text, p_new_hash text, p_jti uuid, p_expires_at timestamptz, p_client text, p_agent text, p_request_id uuid
) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user app.users;
BEGIN
    PERFORM app.act_as(p_username, NULL, p_request_id);
    -- Only while the password is still the one that was shown.
    UPDATE app.users AS u SET password_hash = p_new_hash
    WHERE u.username = p_username AND u.password_hash = p_password_hash AND u.disabled_at IS NULL
    RETURNING u.* INTO v_user;
    IF v_user.id IS NOT NULL THEN
        DELETE FROM app.login_tries AS t WHERE t.account = lower(v_user.username) AND t.client = p_client;
        INSERT INTO app.sessions (jti, user_id, expires_at, client, agent) VALUES (p_jti, v_user.id, p_expires_at, p_client, left(p_agent, 300));
    END IF;
    RETURN v_user.role;
END;
$$;

COMMENT ON FUNCTION service.change_own_password(text, text, text, uuid, timestamptz, text, text, uuid) IS
    'Somebody changes their own password, having shown the one of p_password_hash: they are logged out everywhere, and the session of a new token begins. Returns their role; NULL when the password has changed meanwhile.';
REVOKE ALL ON FUNCTION service.change_own_password(text, text, text, uuid, timestamptz, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.change_own_password(text, text, text, uuid, timestamptz, text, text, uuid) TO leads_service;
-- <== sql/functions/service.change_own_password.sql

-- ==> sql/functions/service.change_user.sql
-- drop: DROP FUNCTION service.change_user(text, text, boolean, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.change_user(
    p_username text, p_user_role text, p_disabled boolean, p_password_hash text, p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user app.users;
BEGIN
    IF p_user_role IS NOT NULL THEN
        PERFORM app.check_role(p_user_role);
    END IF;
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    -- The admins are locked, in one order, so that two who demote each other don't leave none.
    PERFORM FROM app.users AS u WHERE u.role = 'admin' ORDER BY u.id FOR UPDATE;
    SELECT u.* INTO v_user FROM app.users AS u WHERE lower(u.username) = lower(p_username) FOR UPDATE;
    IF v_user.id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = format('There is no user %s.', p_username), CONSTRAINT = 'user_not_found';
    END IF;
    IF p_password_hash IS NOT NULL AND v_user.username = p_actor THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = 'Your own password is changed by whoever knows it.',
            CONSTRAINT = 'own_account',
            HINT = 'PUT /admin/me/password does.';
    END IF;
    IF (p_disabled OR p_user_role <> 'admin') AND v_user.role = 'admin' AND v_user.disabled_at IS NULL THEN
        IF v_user.username = p_actor THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD409',
                MESSAGE = 'You can''t take your own admin rights away.',
                CONSTRAINT = 'own_account',
                HINT = 'Another admin can.';
        END IF;
        IF NOT EXISTS (SELECT FROM app.users AS u WHERE u.role = 'admin' AND u.disabled_at IS NULL AND u.id <> v_user.id) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD409',
                MESSAGE = format('%s is the last admin.', v_user.username),
                CONSTRAINT = 'last_admin',
                HINT = 'Make somebody else an admin first.';
        END IF;
    END IF;
    UPDATE app.users AS u
    SET role = coalesce(p_user_role::app.user_role, u.role),
        disabled_at = CASE WHEN p_disabled THEN coalesce(u.disabled_at, app.now()) WHEN NOT p_disabled THEN NULL ELSE u.disabled_at END,
        password_hash = coalesce(p_password_hash, u.password_hash)
    WHERE u.id = v_user.id;
    IF p_password_hash IS NOT NULL THEN
        -- Who forgot it has been trying.
        DELETE FROM app.login_tries AS t WHERE t.account = lower(v_user.username);
    END IF;
    RETURN service.list_users(v_user.username) -> 0;
END;
$$;

COMMENT ON FUNCTION service.change_user(text, text, boolean, text, text, text, uuid) IS
    'Changes a user: another role, disabled or let in again, another password; what is NULL stays. They are logged out everywhere by that. Returns the user as service.list_users shows them. LD422 role_not_valid, LD404 user_not_found, LD409 own_account, last_admin.';
REVOKE ALL ON FUNCTION service.change_user(text, text, boolean, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.change_user(text, text, boolean, text, text, text, uuid) TO leads_admin;
-- <== sql/functions/service.change_user.sql

-- ==> sql/functions/service.confirm_second_factor.sql
-- drop: DROP FUNCTION service.confirm_second_factor(text, bytea, bigint, bytea[], uuid);
CREATE OR REPLACE FUNCTION service.confirm_second_factor(
    p_username text, p_secret bytea, p_step bigint, p_code_hashes bytea[], p_request_id uuid
) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user_id bigint;
BEGIN
    PERFORM app.act_as(p_username, NULL, p_request_id);
    UPDATE app.second_factors AS f SET confirmed_at = app.now(), last_step = p_step
    FROM app.users AS u
    WHERE u.id = f.user_id AND u.username = p_username AND u.disabled_at IS NULL AND f.confirmed_at IS NULL AND f.secret = p_secret
    RETURNING f.user_id INTO v_user_id;
    IF v_user_id IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = 'No second factor waits to be confirmed.',
            CONSTRAINT = 'second_factor_not_begun',
            HINT = 'Ask for its secret first.';
    END IF;
    DELETE FROM app.recovery_codes AS c WHERE c.user_id = v_user_id;
    INSERT INTO app.recovery_codes (user_id, code_hash) SELECT v_user_id, h FROM unnest(p_code_hashes) AS h;
END;
$$;

COMMENT ON FUNCTION service.confirm_second_factor(text, bytea, bigint, bytea[], uuid) IS
    'Turns a second factor on, once a code of p_secret (at the time step p_step) was shown, with its recovery codes. LD409 second_factor_not_begun.';
REVOKE ALL ON FUNCTION service.confirm_second_factor(text, bytea, bigint, bytea[], uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.confirm_second_factor(text, bytea, bigint, bytea[], uuid) TO leads_service;
-- <== sql/functions/service.confirm_second_factor.sql

-- ==> sql/functions/service.credentials.sql
-- drop: DROP FUNCTION service.credentials(text);
CREATE OR REPLACE FUNCTION service.credentials(p_known text DEFAULT NULL, OUT state text, OUT clock double precision, OUT credentials json)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    credentials := json_build_object(
        'revoked', (SELECT coalesce(json_agg(t.jti ORDER BY t.jti), '[]') FROM app.revoked_tokens AS t),
        'keys', (
            SELECT coalesce(json_agg(json_build_array(encode(k.key_hash, 'hex'), k.id, k.name, k.scope, extract(epoch FROM k.expires_at)) ORDER BY k.id), '[]')
            FROM app.api_keys AS k
            WHERE k.revoked_at IS NULL AND k.expires_at > app.now()
        ),
        'opaque', (
            SELECT coalesce(json_agg(json_build_array(
                encode(s.token_hash, 'hex'), s.jti, u.username, u.role, extract(epoch FROM s.issued_at), extract(epoch FROM s.expires_at)
            ) ORDER BY s.jti), '[]')
            FROM app.sessions AS s JOIN app.users AS u ON u.id = s.user_id
            WHERE s.token_hash IS NOT NULL AND s.expires_at > app.now()
        )
    );
    state := md5(credentials::text);
    IF state = p_known THEN
        credentials := NULL;
    END IF;
    clock := extract(epoch FROM clock_timestamp());
END;
$$;

COMMENT ON FUNCTION service.credentials(text) IS
    'Who is let in, and who no more: {"revoked": [jti], "keys": [[sha256 as hex, id, name, scope, expires]], "opaque": [[sha256 as hex, jti, username, role, issued, expires]]} (times in seconds since 1970), a name for that state, and the database''s clock; credentials is NULL when the state is still p_known.';
REVOKE ALL ON FUNCTION service.credentials(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.credentials(text) TO leads_service;
-- <== sql/functions/service.credentials.sql

-- ==> sql/functions/service.drop_second_factor.sql
-- drop: DROP FUNCTION service.drop_second_factor(text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.drop_second_factor(p_username text, p_actor text, p_role text, p_request_id uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    -- The password was shown for this and was right, or an admin helps somebody who has been trying.
    DELETE FROM app.login_tries AS t WHERE t.account = lower(p_username);
    DELETE FROM app.recovery_codes AS c USING app.users AS u WHERE u.id = c.user_id AND lower(u.username) = lower(p_username);
    DELETE FROM app.second_factors AS f USING app.users AS u WHERE u.id = f.user_id AND lower(u.username) = lower(p_username);
    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION service.drop_second_factor(text, text, text, uuid) IS
    'Turns the second factor of a user off. Returns whether there was one.';
REVOKE ALL ON FUNCTION service.drop_second_factor(text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.drop_second_factor(text, text, text, uuid) TO leads_service, leads_admin;
-- <== sql/functions/service.drop_second_factor.sql

-- ==> sql/functions/service.end_login.sql
-- drop: DROP FUNCTION service.end_login(text, text, text, uuid, timestamptz, bytea, text, bigint, bytea, bytea);
CREATE OR REPLACE FUNCTION service.end_login(
    p_username text, p_client text, p_password_hash text, p_jti uuid, p_expires_at timestamptz, p_token_hash bytea, p_agent text,
    p_step bigint, p_sealed bytea, p_recovery_hash bytea, OUT username text, OUT role text
)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user app.users;
BEGIN
    -- Waits for whoever is just changing the user, and then sees the change: with another password, or disabled, there is no row.
    SELECT u.* INTO v_user FROM app.users AS u
    WHERE lower(u.username) = lower(p_username) AND u.disabled_at IS NULL AND u.password_hash = p_password_hash
    FOR SHARE;
    IF v_user.id IS NULL THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM app.second_factors AS f WHERE f.user_id = v_user.id AND f.confirmed_at IS NOT NULL) THEN
        IF p_recovery_hash IS NOT NULL THEN
            UPDATE app.recovery_codes AS c SET used_at = app.now()
            WHERE c.user_id = v_user.id AND c.code_hash = p_recovery_hash AND c.used_at IS NULL;
        ELSE
            -- A code holds once: not again, nor one from before it.
            UPDATE app.second_factors AS f SET last_step = p_step, secret = p_sealed
            WHERE f.user_id = v_user.id AND f.last_step < p_step;
        END IF;
        IF NOT FOUND THEN
            RETURN;
        END IF;
    END IF;
    DELETE FROM app.login_tries AS t WHERE t.account = lower(left(p_username, 100)) AND t.client = p_client;
    UPDATE app.login_tries AS t SET failures = greatest(t.failures - 1, 0)
    WHERE t.account = lower(left(p_username, 100)) AND t.client = ''
        AND NOT EXISTS (SELECT FROM app.known_clients AS k WHERE k.user_id = v_user.id AND k.client = p_client);
    INSERT INTO app.known_clients AS k (user_id, client) VALUES (v_user.id, p_client)
    ON CONFLICT ON CONSTRAINT known_clients_pkey DO UPDATE SET last_at = app.now();
    INSERT INTO app.sessions (jti, user_id, expires_at, token_hash, client, agent)
    VALUES (p_jti, v_user.id, p_expires_at, p_token_hash, p_client, left(p_agent, 300));
    username := v_user.username;
    role := v_user.role;
END;
$$;

COMMENT ON FUNCTION service.end_login(text, text, text, uuid, timestamptz, bytea, text, bigint, bytea, bytea) IS
    'Ends a try to log in whose password matched p_password_hash: notes the session of the token p_jti, and says as whom. No row''s worth (NULLs) when the user has changed meanwhile, or has a second factor for which neither p_step (the time step of a code, which holds once; p_sealed keeps its secret) nor p_recovery_hash does. p_token_hash is of an opaque token, NULL for a JWT.';
REVOKE ALL ON FUNCTION service.end_login(text, text, text, uuid, timestamptz, bytea, text, bigint, bytea, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.end_login(text, text, text, uuid, timestamptz, bytea, text, bigint, bytea, bytea) TO leads_service;
-- <== sql/functions/service.end_login.sql

-- ==> sql/functions/service.end_session.sql
-- drop: DROP FUNCTION service.end_session(uuid, text);
CREATE OR REPLACE FUNCTION service.end_session(p_jti uuid, p_username text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM app.sessions AS s JOIN app.users AS u ON u.id = s.user_id
    WHERE s.jti = p_jti AND (p_username IS NULL OR u.username = p_username);
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = 'There is no such session.', CONSTRAINT = 'session_not_found';
    END IF;
    PERFORM app.revoke_sessions(NULL, p_jti);
END;
$$;

COMMENT ON FUNCTION service.end_session(uuid, text) IS
    'Ends one session and its token; with p_username only one of that user. LD404 session_not_found.';
REVOKE ALL ON FUNCTION service.end_session(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.end_session(uuid, text) TO leads_service, leads_admin;
-- <== sql/functions/service.end_session.sql

-- ==> sql/functions/service.list_keys.sql
-- drop: DROP FUNCTION service.list_keys();
CREATE OR REPLACE FUNCTION service.list_keys() RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_keys json;
BEGIN
    SELECT coalesce(json_agg(json_build_object(
        'id', k.id, 'name', k.name, 'scope', k.scope, 'hint', k.hint, 'created_at', k.created_at, 'created_by', k.created_by,
        'expires_at', k.expires_at, 'last_used_at', k.last_used_at, 'revoked_at', k.revoked_at, 'revoked_by', k.revoked_by,
        'state', CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.expires_at <= app.now() THEN 'expired' ELSE 'active' END
    ) ORDER BY k.revoked_at IS NOT NULL, k.expires_at <= app.now(), lower(k.name), k.created_at), '[]')
    INTO v_keys
    FROM app.api_keys AS k;
    RETURN v_keys;
END;
$$;

COMMENT ON FUNCTION service.list_keys() IS
    'The API keys, those that hold first: [{id, name, scope, hint, created_at, created_by, expires_at, last_used_at (within a minute), revoked_at, revoked_by, state}]. Never a key or its hash.';
REVOKE ALL ON FUNCTION service.list_keys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_keys() TO leads_admin;
-- <== sql/functions/service.list_keys.sql

-- ==> sql/functions/service.list_sessions.sql
-- drop: DROP FUNCTION service.list_sessions(text);
CREATE OR REPLACE FUNCTION service.list_sessions(p_username text) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_sessions json;
BEGIN
    SELECT json_build_object('data', coalesce(json_agg(json_build_object(
        'id', s.jti, 'username', u.username, 'kind', CASE WHEN s.token_hash IS NULL THEN 'token' ELSE 'legacy token' END,
        'issued_at', s.issued_at, 'expires_at', s.expires_at, 'address', s.client, 'agent', s.agent
    ) ORDER BY s.issued_at DESC, s.jti), '[]'))
    INTO v_sessions
    FROM app.sessions AS s JOIN app.users AS u ON u.id = s.user_id
    WHERE s.expires_at > app.now() AND (p_username IS NULL OR u.username = p_username);
    RETURN v_sessions;
END;
$$;

COMMENT ON FUNCTION service.list_sessions(text) IS
    'The tokens that hold: {"data": [{id, username, kind, issued_at, expires_at, address, agent}]}, newest first; of one user, or of all where p_username is NULL.';
REVOKE ALL ON FUNCTION service.list_sessions(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_sessions(text) TO leads_service, leads_admin;
-- <== sql/functions/service.list_sessions.sql

-- ==> sql/functions/service.list_users.sql
-- drop: DROP FUNCTION service.list_users(text);
CREATE OR REPLACE FUNCTION service.list_users(p_username text DEFAULT NULL) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_users json;
BEGIN
    SELECT coalesce(json_agg(json_build_object(
        'username', u.username, 'role', u.role, 'disabled', u.disabled_at IS NOT NULL, 'disabled_at', u.disabled_at,
        'second_factor', EXISTS (SELECT FROM app.second_factors AS f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL),
        'last_login_at', (SELECT max(k.last_at) FROM app.known_clients AS k WHERE k.user_id = u.id),
        'sessions', (SELECT count(*) FROM app.sessions AS s WHERE s.user_id = u.id AND s.expires_at > app.now()),
        'api_keys', (
            SELECT count(*) FROM app.api_keys AS k
            WHERE k.created_by = u.username AND k.revoked_at IS NULL AND k.expires_at > app.now()
        ),
        'created_at', u.created_at, 'updated_at', u.updated_at
    ) ORDER BY lower(u.username)), '[]')
    INTO v_users
    FROM app.users AS u
    WHERE p_username IS NULL OR lower(u.username) = lower(p_username);
    RETURN v_users;
END;
$$;

COMMENT ON FUNCTION service.list_users(text) IS
    'Who may log in: [{username, role, disabled, disabled_at, second_factor, last_login_at, sessions, api_keys (that they made and that hold), created_at, updated_at}].';
REVOKE ALL ON FUNCTION service.list_users(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_users(text) TO leads_admin;
-- <== sql/functions/service.list_users.sql

-- ==> sql/functions/service.note_used_keys.sql
-- drop: DROP FUNCTION service.note_used_keys(uuid[]);
CREATE OR REPLACE FUNCTION service.note_used_keys(p_keys uuid[]) RETURNS void
    LANGUAGE sql VOLATILE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE app.api_keys AS k SET last_used_at = app.now() WHERE k.id = ANY (p_keys);
END;

COMMENT ON FUNCTION service.note_used_keys(uuid[]) IS
    'Says that API keys have been used just now; told once a minute, not with each request.';
REVOKE ALL ON FUNCTION service.note_used_keys(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.note_used_keys(uuid[]) TO leads_service;
-- <== sql/functions/service.note_used_keys.sql

-- ==> sql/functions/service.pending_second_factor.sql
-- drop: DROP FUNCTION service.pending_second_factor(text);
CREATE OR REPLACE FUNCTION service.pending_second_factor(p_username text) RETURNS bytea
    LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_secret bytea;
BEGIN
    SELECT f.secret INTO v_secret
    FROM app.second_factors AS f JOIN app.users AS u ON u.id = f.user_id
    WHERE u.username = p_username AND u.disabled_at IS NULL AND f.confirmed_at IS NULL;
    IF v_secret IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = 'No second factor waits to be confirmed.',
            CONSTRAINT = 'second_factor_not_begun',
            HINT = 'Ask for its secret first.';
    END IF;
    RETURN v_secret;
END;
$$;

COMMENT ON FUNCTION service.pending_second_factor(text) IS
    'The sealed secret of a second factor that is still to be confirmed. LD409 second_factor_not_begun.';
REVOKE ALL ON FUNCTION service.pending_second_factor(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.pending_second_factor(text) TO leads_service;
-- <== sql/functions/service.pending_second_factor.sql

-- ==> sql/functions/service.purge_expired.sql
-- drop: DROP FUNCTION service.purge_expired();
CREATE OR REPLACE FUNCTION service.purge_expired() RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH keys AS (
        DELETE FROM app.idempotency_keys AS k WHERE k.created_at <= app.now() - interval '24 hours' RETURNING 1
    ), tokens AS (
        -- An hour longer than the token lives: a machine's clock may be wrong.
        DELETE FROM app.revoked_tokens AS t WHERE t.expires_at <= app.now() - interval '1 hour' RETURNING 1
    ), sessions AS (
        DELETE FROM app.sessions AS s WHERE s.expires_at <= app.now() - interval '1 hour' RETURNING 1
    ), tries AS (
        DELETE FROM app.login_tries AS t WHERE t.last_at <= app.now() - interval '24 hours' RETURNING 1
    ), clients AS (
        DELETE FROM app.known_clients AS k WHERE k.last_at <= app.now() - interval '90 days' RETURNING 1
    ), events AS (
        DELETE FROM app.events AS e WHERE e.at <= app.now() - interval '24 hours' RETURNING e.id
    ), mark AS (
        UPDATE app.audit_sealing AS m SET events_after = greatest(m.events_after, g.last)
        FROM (SELECT max(e.id) AS last FROM events AS e) AS g
        WHERE g.last IS NOT NULL
    )
    SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM tokens) + (SELECT count(*) FROM sessions)
        + (SELECT count(*) FROM tries) + (SELECT count(*) FROM clients) + (SELECT count(*) FROM events);
END;

COMMENT ON FUNCTION service.purge_expired() IS
    'Removes idempotency keys, events and failed tries to log in over 24 hours old, sessions and revocations of tokens that have expired anyway, and from where somebody last logged in 90 days ago; returns how many rows.';
REVOKE ALL ON FUNCTION service.purge_expired() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.purge_expired() TO leads_service;
-- <== sql/functions/service.purge_expired.sql

-- ==> sql/functions/service.revoke_key.sql
-- drop: DROP FUNCTION service.revoke_key(uuid, text, text, uuid);
CREATE OR REPLACE FUNCTION service.revoke_key(p_id uuid, p_actor text, p_role text, p_request_id uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key app.api_keys;
BEGIN
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    UPDATE app.api_keys AS k SET revoked_at = coalesce(k.revoked_at, app.now()), revoked_by = coalesce(k.revoked_by, p_actor, session_user)
    WHERE k.id = p_id
    RETURNING k.* INTO v_key;
    IF v_key.id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = 'There is no such key.', CONSTRAINT = 'key_not_found';
    END IF;
END;
$$;

COMMENT ON FUNCTION service.revoke_key(uuid, text, text, uuid) IS
    'Ends an API key; one that is revoked stays so. LD404 key_not_found.';
REVOKE ALL ON FUNCTION service.revoke_key(uuid, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.revoke_key(uuid, text, text, uuid) TO leads_admin;
-- <== sql/functions/service.revoke_key.sql

-- ==> sql/functions/service.revoke_token.sql
-- drop: DROP FUNCTION service.revoke_token(uuid, timestamptz);
CREATE OR REPLACE FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamptz) RETURNS void
    LANGUAGE sql VOLATILE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    DELETE FROM app.sessions AS s WHERE s.jti = p_jti;
    INSERT INTO app.revoked_tokens (jti, expires_at)
    VALUES (p_jti, p_expires_at)
    ON CONFLICT (jti) DO NOTHING;
END;

COMMENT ON FUNCTION service.revoke_token(uuid, timestamptz) IS
    'Ends a token before its time. Kept until the token would have expired by itself.';
REVOKE ALL ON FUNCTION service.revoke_token(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.revoke_token(uuid, timestamptz) TO leads_service;
-- <== sql/functions/service.revoke_token.sql

-- ==> sql/functions/service.user_profile.sql
-- drop: DROP FUNCTION service.user_profile(text);
CREATE OR REPLACE FUNCTION service.user_profile(p_username text) RETURNS json
    LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_profile json;
BEGIN
    SELECT json_build_object(
        'username', u.username, 'role', u.role, 'created_at', u.created_at, 'updated_at', u.updated_at,
        'second_factor', EXISTS (SELECT FROM app.second_factors AS f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL),
        'recovery_codes', (SELECT count(*) FROM app.recovery_codes AS c WHERE c.user_id = u.id AND c.used_at IS NULL)
    )
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
    'A user as shown to themselves: username, role, created_at, updated_at, whether they have a second factor, and how many recovery codes are left. LD401 user_gone when there is none.';
REVOKE ALL ON FUNCTION service.user_profile(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.user_profile(text) TO leads_service;
-- <== sql/functions/service.user_profile.sql

-- ==> sql/triggers/api_keys_audit_truncate.sql
-- drop: DROP TRIGGER api_keys_audit_truncate ON app.api_keys;
CREATE OR REPLACE TRIGGER api_keys_audit_truncate
    AFTER TRUNCATE ON app.api_keys
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_user();

COMMENT ON TRIGGER api_keys_audit_truncate ON app.api_keys IS
    'Who removed all API keys.';
-- <== sql/triggers/api_keys_audit_truncate.sql

-- ==> sql/triggers/api_keys_audit_update.sql
-- drop: DROP TRIGGER api_keys_audit_update ON app.api_keys;
CREATE OR REPLACE TRIGGER api_keys_audit_update
    AFTER UPDATE ON app.api_keys
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_user();

COMMENT ON TRIGGER api_keys_audit_update ON app.api_keys IS
    'Who changed an API key, and what.';
-- <== sql/triggers/api_keys_audit_update.sql

-- ==> sql/triggers/api_keys_audit_write.sql
-- drop: DROP TRIGGER api_keys_audit_write ON app.api_keys;
CREATE OR REPLACE TRIGGER api_keys_audit_write
    AFTER INSERT OR DELETE ON app.api_keys
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_user();

COMMENT ON TRIGGER api_keys_audit_write ON app.api_keys IS
    'Who made or removed an API key.';
-- <== sql/triggers/api_keys_audit_write.sql

-- ==> sql/triggers/recovery_codes_audit_update.sql
-- drop: DROP TRIGGER recovery_codes_audit_update ON app.recovery_codes;
CREATE OR REPLACE TRIGGER recovery_codes_audit_update
    AFTER UPDATE ON app.recovery_codes
    FOR EACH ROW WHEN (OLD.used_at IS NULL AND NEW.used_at IS NOT NULL)
    EXECUTE FUNCTION app.audit_second_factor();

COMMENT ON TRIGGER recovery_codes_audit_update ON app.recovery_codes IS
    'When somebody logged in by a recovery code.';
-- <== sql/triggers/recovery_codes_audit_update.sql

-- ==> sql/triggers/second_factors_audit_delete.sql
-- drop: DROP TRIGGER second_factors_audit_delete ON app.second_factors;
CREATE OR REPLACE TRIGGER second_factors_audit_delete
    AFTER DELETE ON app.second_factors
    FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL)
    EXECUTE FUNCTION app.audit_second_factor();

COMMENT ON TRIGGER second_factors_audit_delete ON app.second_factors IS
    'When a second factor was turned off, and by whom.';
-- <== sql/triggers/second_factors_audit_delete.sql

-- ==> sql/triggers/second_factors_audit_update.sql
-- drop: DROP TRIGGER second_factors_audit_update ON app.second_factors;
CREATE OR REPLACE TRIGGER second_factors_audit_update
    AFTER UPDATE ON app.second_factors
    FOR EACH ROW WHEN (OLD.confirmed_at IS NULL AND NEW.confirmed_at IS NOT NULL)
    EXECUTE FUNCTION app.audit_second_factor();

COMMENT ON TRIGGER second_factors_audit_update ON app.second_factors IS
    'When somebody turned on a second factor.';
-- <== sql/triggers/second_factors_audit_update.sql

-- ==> sql/triggers/users_sessions_delete.sql
-- drop: DROP TRIGGER users_sessions_delete ON app.users;
CREATE OR REPLACE TRIGGER users_sessions_delete
    BEFORE DELETE ON app.users
    FOR EACH ROW
    EXECUTE FUNCTION app.end_sessions();

COMMENT ON TRIGGER users_sessions_delete ON app.users IS
    'Who is removed is logged out everywhere; before the sessions go with the user.';
-- <== sql/triggers/users_sessions_delete.sql

-- ==> sql/triggers/users_sessions_truncate.sql
-- drop: DROP TRIGGER users_sessions_truncate ON app.users;
CREATE OR REPLACE TRIGGER users_sessions_truncate
    BEFORE TRUNCATE ON app.users
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.end_sessions();

COMMENT ON TRIGGER users_sessions_truncate ON app.users IS
    'When all users are removed, all are logged out.';
-- <== sql/triggers/users_sessions_truncate.sql

-- ==> sql/triggers/users_sessions_update.sql
-- drop: DROP TRIGGER users_sessions_update ON app.users;
CREATE OR REPLACE TRIGGER users_sessions_update
    AFTER UPDATE ON app.users
    FOR EACH ROW WHEN (
        (OLD.username, OLD.password_hash, OLD.role, OLD.disabled_at) IS DISTINCT FROM (NEW.username, NEW.password_hash, NEW.role, NEW.disabled_at)
    )
    EXECUTE FUNCTION app.end_sessions();

COMMENT ON TRIGGER users_sessions_update ON app.users IS
    'Who is disabled, or has another password, role or name, is logged out everywhere.';
-- <== sql/triggers/users_sessions_update.sql

-- ==> sql/roles/leads_analyst.sql
-- drop: REVOKE ALL ON SCHEMA api FROM leads_analyst;
-- Reads numbers, not people: no view of api shows it a lead.
GRANT USAGE ON SCHEMA api TO leads_analyst;
-- <== sql/roles/leads_analyst.sql
