SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

CREATE TYPE app.user_role AS ENUM ('viewer', 'editor', 'admin');
COMMENT ON TYPE app.user_role IS 'What a user may do: viewer (read), editor (and change), admin (and delete, and manage users).';

CREATE TABLE app.users (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT users_pkey PRIMARY KEY,
    username text NOT NULL CONSTRAINT users_username_valid CHECK (username ~ '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$'),
    password_hash text NOT NULL CONSTRAINT users_password_hash_valid CHECK (password_hash ~ '^[$]2b[$][0-9]{2}[$].{53}$'),
    role app.user_role NOT NULL,
    created_at timestamptz NOT NULL DEFAULT app.now(),
    updated_at timestamptz NOT NULL DEFAULT app.now(),
    disabled_at timestamptz
);
COMMENT ON TABLE app.users IS 'Who may log in.';
COMMENT ON COLUMN app.users.id IS 'The number of the user.';
COMMENT ON COLUMN app.users.username IS 'What they log in with: 1 to 100 letters, digits and . _ @ + -, unique in any case.';
COMMENT ON COLUMN app.users.password_hash IS 'bcrypt ($2b$), never the password.';
COMMENT ON COLUMN app.users.role IS 'What they may do.';
COMMENT ON COLUMN app.users.created_at IS 'When the user was made.';
COMMENT ON COLUMN app.users.updated_at IS 'When the user last changed; kept by a trigger.';
COMMENT ON COLUMN app.users.disabled_at IS 'When the user was shut out; NULL while they may log in.';
CREATE UNIQUE INDEX users_username_key ON app.users (lower(username));

CREATE TABLE app.revoked_tokens (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT revoked_tokens_pkey PRIMARY KEY,
    jti uuid NOT NULL CONSTRAINT revoked_tokens_jti_key UNIQUE,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz NOT NULL DEFAULT app.now()
);
COMMENT ON TABLE app.revoked_tokens IS 'Tokens that were ended before their time, by logging out.';
COMMENT ON COLUMN app.revoked_tokens.id IS 'Counts up; with the number of rows it names a state of the list.';
COMMENT ON COLUMN app.revoked_tokens.jti IS 'The token''s jti claim.';
COMMENT ON COLUMN app.revoked_tokens.expires_at IS 'When the token would have expired; purged after that.';
COMMENT ON COLUMN app.revoked_tokens.revoked_at IS 'When it was ended.';

-- ==> sql/triggers/users_updated_at.sql
-- drop: DROP TRIGGER users_updated_at ON app.users;
CREATE OR REPLACE TRIGGER users_updated_at
    BEFORE UPDATE ON app.users
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.set_updated_at();

COMMENT ON TRIGGER users_updated_at ON app.users IS 'updated_at follows every real change of the user.';
-- <== sql/triggers/users_updated_at.sql

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
    )
    SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM tokens);
END;

COMMENT ON FUNCTION service.purge_expired() IS
    'Removes idempotency keys over 24 hours old and revocations of tokens that have expired anyway; returns how many rows.';
REVOKE ALL ON FUNCTION service.purge_expired() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.purge_expired() TO leads_service;
-- <== sql/functions/service.purge_expired.sql
