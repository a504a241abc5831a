-- Generated: the whole schema as pg_dump of PostgreSQL 18 writes it. Never run, only read and compared.
--
-- PostgreSQL database dump
--

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: app; Type: SCHEMA; Schema: -; Owner: leads_owner
--

CREATE SCHEMA app;

ALTER SCHEMA app OWNER TO leads_owner;

--
-- Name: SCHEMA app; Type: COMMENT; Schema: -; Owner: leads_owner
--

COMMENT ON SCHEMA app IS 'What the product keeps beside the leads: users, sessions, rules, keys. Never exposed.';

--
-- Name: service; Type: SCHEMA; Schema: -; Owner: leads_owner
--

CREATE SCHEMA service;

ALTER SCHEMA service OWNER TO leads_owner;

--
-- Name: SCHEMA service; Type: COMMENT; Schema: -; Owner: leads_owner
--

COMMENT ON SCHEMA service IS 'The functions that the service calls, one for each thing it does. Never exposed.';

--
-- Name: user_role; Type: TYPE; Schema: app; Owner: leads_owner
--

CREATE TYPE app.user_role AS ENUM (
    'viewer',
    'editor',
    'admin'
);

ALTER TYPE app.user_role OWNER TO leads_owner;

--
-- Name: TYPE user_role; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TYPE app.user_role IS 'What a user may do: viewer (read), editor (and change), admin (and delete, and manage users).';

--
-- Name: lead_priority; Type: TYPE; Schema: public; Owner: leads_owner
--

CREATE TYPE public.lead_priority AS ENUM (
    'low',
    'medium',
    'high',
    'urgent'
);

ALTER TYPE public.lead_priority OWNER TO leads_owner;

--
-- Name: TYPE lead_priority; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TYPE public.lead_priority IS 'How soon a lead wants an answer; medium until somebody judges.';

--
-- Name: lead_status; Type: TYPE; Schema: public; Owner: leads_owner
--

CREATE TYPE public.lead_status AS ENUM (
    'unread',
    'processing',
    'contacted',
    'archived'
);

ALTER TYPE public.lead_status OWNER TO leads_owner;

--
-- Name: TYPE lead_status; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TYPE public.lead_status IS 'The lifecycle: unread (nobody looked yet), processing (somebody works on it), contacted (a person answered), archived (closed). Allowed moves: app.status_moves.';

--
-- Name: lead_type; Type: TYPE; Schema: public; Owner: leads_owner
--

CREATE TYPE public.lead_type AS ENUM (
    'contact',
    'cv_request',
    'collaboration'
);

ALTER TYPE public.lead_type OWNER TO leads_owner;

--
-- Name: TYPE lead_type; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TYPE public.lead_type IS 'Which form a lead came by: contact, cv_request (asks for the CV), collaboration (proposes to work together).';

--
-- Name: check_label(text, text, anyenum); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.check_label(p_parameter text, p_value text, p_enum anyenum) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
    IF p_value <> ALL (enum_range(p_enum)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format('%s can''t be %s.', p_parameter, quote_literal(left(p_value, 100))),
            CONSTRAINT = 'filter_not_valid',
            COLUMN = p_parameter,
            HINT = format('It is one of: %s.', array_to_string(enum_range(p_enum)::text[], ', '));
    END IF;
END;
$$;

ALTER FUNCTION app.check_label(p_parameter text, p_value text, p_enum anyenum) OWNER TO leads_owner;

--
-- Name: FUNCTION check_label(p_parameter text, p_value text, p_enum anyenum); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.check_label(p_parameter text, p_value text, p_enum anyenum) IS 'LD400 filter_not_valid, naming the parameter and the choices, unless p_value is NULL or a label of p_enum''s type.';

--
-- Name: cursor_of(timestamp with time zone, bigint); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.cursor_of(p_created_at timestamp with time zone, p_id bigint) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN rtrim(translate(encode(convert_to(((to_char((p_created_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'::text) || ' '::text) || p_id), 'UTF8'::name), 'base64'::text), '+/
'::text, '-_'::text), '='::text);

ALTER FUNCTION app.cursor_of(p_created_at timestamp with time zone, p_id bigint) OWNER TO leads_owner;

--
-- Name: FUNCTION cursor_of(p_created_at timestamp with time zone, p_id bigint); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.cursor_of(p_created_at timestamp with time zone, p_id bigint) IS 'A place in the list of leads, newest first: the last row shown, as URL-safe base64 (RFC 4648, 5) without padding. To be passed back, not to be read.';

--
-- Name: follow_lead_lifecycle(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.follow_lead_lifecycle() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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
            HINT = format('From %s it can move to: %s.', OLD.status, v_allowed);
    END IF;
    IF NEW.status = 'contacted' THEN
        NEW.last_contacted := app.now();
        NEW.first_response_at := coalesce(OLD.first_response_at, app.now());
    END IF;
    RETURN NEW;
END;
$$;

ALTER FUNCTION app.follow_lead_lifecycle() OWNER TO leads_owner;

--
-- Name: FUNCTION follow_lead_lifecycle(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.follow_lead_lifecycle() IS 'Trigger function: a lead''s status moves only as app.status_moves allows (LD409 status_move_not_allowed); entering contacted sets last_contacted and, the first time, first_response_at.';

--
-- Name: now(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.now() RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN now();

ALTER FUNCTION app.now() OWNER TO leads_owner;

--
-- Name: FUNCTION now(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.now() IS 'The time of the transaction. Every rule asks here for the time, so that a test database can replace this one function.';

--
-- Name: read_cursor(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.read_cursor(p_cursor text, OUT created_at timestamp with time zone, OUT id bigint) RETURNS record
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $$
DECLARE
    v_text text;
BEGIN
    v_text := convert_from(decode(rpad(translate(p_cursor, '-_', '+/'), (length(p_cursor) + 3) / 4 * 4, '='), 'base64'), 'UTF8');
    created_at := split_part(v_text, ' ', 1)::timestamptz;
    id := split_part(v_text, ' ', 2)::bigint;
    IF app.cursor_of(created_at, id) IS DISTINCT FROM p_cursor THEN
        RAISE data_exception;
    END IF;
EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION USING
        ERRCODE = 'LD400',
        MESSAGE = 'The cursor is none that this list gave.',
        CONSTRAINT = 'cursor_not_valid',
        COLUMN = 'cursor',
        HINT = 'Pass on the value of "next" unchanged, or leave cursor out to begin again.';
END;
$$;

ALTER FUNCTION app.read_cursor(p_cursor text, OUT created_at timestamp with time zone, OUT id bigint) OWNER TO leads_owner;

--
-- Name: FUNCTION read_cursor(p_cursor text, OUT created_at timestamp with time zone, OUT id bigint); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.read_cursor(p_cursor text, OUT created_at timestamp with time zone, OUT id bigint) IS 'What app.cursor_of wrote. LD400 cursor_not_valid for anything else.';

--
-- Name: set_updated_at(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.set_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    NEW.updated_at := app.now();
    RETURN NEW;
END;
$$;

ALTER FUNCTION app.set_updated_at() OWNER TO leads_owner;

--
-- Name: FUNCTION set_updated_at(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.set_updated_at() IS 'Trigger function: updated_at is the time of the row''s last change, whoever made it.';

--
-- Name: tags_valid(text[]); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.tags_valid(p_tags text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ((cardinality(p_tags) <= 50) AND (COALESCE(array_ndims(p_tags), 1) = 1) AND (NOT (EXISTS (SELECT FROM unnest(tags_valid.p_tags) t(tag) WHERE ((t.tag IS NULL) OR ((char_length(t.tag) < 1) OR (char_length(t.tag) > 50)) OR (t.tag ~ '[[:cntrl:]]'::text) OR (t.tag <> btrim(t.tag)))))));

ALTER FUNCTION app.tags_valid(p_tags text[]) OWNER TO leads_owner;

--
-- Name: FUNCTION tags_valid(p_tags text[]); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.tags_valid(p_tags text[]) IS 'Whether these may be a lead''s tags: at most 50, each 1 to 50 characters on one line, without spaces around it.';

--
-- Name: applied_migrations(); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.applied_migrations() RETURNS text[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RETURN ARRAY(SELECT m.migration_id::text FROM public._yoyo_migration AS m ORDER BY m.migration_id);
END;
$$;

ALTER FUNCTION service.applied_migrations() OWNER TO leads_owner;

--
-- Name: FUNCTION applied_migrations(); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.applied_migrations() IS 'The migrations that this database has, by id. The service compares them with its own before it serves.';

--
-- Name: capture_lead(public.lead_type, jsonb, jsonb, text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text DEFAULT NULL::text) RETURNS json
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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
    RETURN json_build_object('success', true, 'reference', v_reference);
END;
$$;

ALTER FUNCTION service.capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text) OWNER TO leads_owner;

--
-- Name: FUNCTION capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text) IS 'Stores what a public form sent and returns {"success": true, "reference": uuid}. p_fields: name, email, subject, message, company, phone, role, source, consent, utm {}, extra {}; p_metadata: ip_address, user_agent, referer, origin, taken by the service. The same p_idempotency_key with the same fields within 24 hours returns the first reference and stores nothing; with other fields LD422 idempotency_key_reused.';

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: users; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.users (
    id bigint NOT NULL,
    username text NOT NULL,
    password_hash text NOT NULL,
    role app.user_role NOT NULL,
    created_at timestamp with time zone DEFAULT app.now() NOT NULL,
    updated_at timestamp with time zone DEFAULT app.now() NOT NULL,
    disabled_at timestamp with time zone,
    CONSTRAINT users_password_hash_valid CHECK ((password_hash ~ '^[$]2b[$][0-9]{2}[$].{53}$'::text)),
    CONSTRAINT users_username_valid CHECK ((username ~ '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$'::text))
);

ALTER TABLE app.users OWNER TO leads_owner;

--
-- Name: TABLE users; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.users IS 'Who may log in.';

--
-- Name: COLUMN users.id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.users.id IS 'The number of the user.';

--
-- Name: COLUMN users.username; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.users.username IS 'What they log in with: 1 to 100 letters, digits and . _ @ + -, unique in any case.';

--
-- Name: COLUMN users.password_hash; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.users.password_hash IS 'bcrypt ($2b$), never the password.';

--
-- Name: COLUMN users.role; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.users.role IS 'What they may do.';

--
-- Name: COLUMN users.created_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.users.created_at IS 'When the user was made.';

--
-- Name: COLUMN users.updated_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.users.updated_at IS 'When the user last changed; kept by a trigger.';

--
-- Name: COLUMN users.disabled_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.users.disabled_at IS 'When the user was shut out; NULL while they may log in.';

--
-- Name: find_user(text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.find_user(p_username text, OUT username text, OUT password_hash text, OUT role text) RETURNS SETOF record
    LANGUAGE sql STABLE STRICT SECURITY DEFINER ROWS 1
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT u.username,
     u.password_hash,
     (u.role)::text AS role
    FROM app.users u
   WHERE ((lower(u.username) = lower(find_user.p_username)) AND (u.disabled_at IS NULL));
END;

ALTER FUNCTION service.find_user(p_username text, OUT username text, OUT password_hash text, OUT role text) OWNER TO leads_owner;

--
-- Name: FUNCTION find_user(p_username text, OUT username text, OUT password_hash text, OUT role text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.find_user(p_username text, OUT username text, OUT password_hash text, OUT role text) IS 'What a login is checked against: the user of that name, in any case, who is not disabled; or no row.';

--
-- Name: lead(bigint); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.lead(p_id bigint) RETURNS json
    LANGUAGE plpgsql STABLE STRICT
    SET search_path TO 'pg_catalog'
    AS $$
DECLARE
    v_lead json;
BEGIN
    SELECT row_to_json(l) INTO v_lead
    FROM public.contact_leads AS l
    WHERE l.id = p_id AND l.deleted_at IS NULL;
    IF v_lead IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no lead %s.', p_id),
            CONSTRAINT = 'lead_not_found',
            COLUMN = 'id';
    END IF;
    RETURN v_lead;
END;
$$;

ALTER FUNCTION service.lead(p_id bigint) OWNER TO leads_owner;

--
-- Name: FUNCTION lead(p_id bigint); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.lead(p_id bigint) IS 'One lead with all its columns. LD404 lead_not_found when there is none, or it is in the trash.';

--
-- Name: contact_leads; Type: TABLE; Schema: public; Owner: leads_owner
--

CREATE TABLE public.contact_leads (
    id bigint NOT NULL,
    reference uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    subject text,
    message text,
    company text,
    phone text,
    lead_type public.lead_type DEFAULT 'contact'::public.lead_type NOT NULL,
    status public.lead_status DEFAULT 'unread'::public.lead_status NOT NULL,
    priority public.lead_priority DEFAULT 'medium'::public.lead_priority NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT app.now() NOT NULL,
    updated_at timestamp with time zone DEFAULT app.now() NOT NULL,
    "timestamp" timestamp with time zone DEFAULT app.now() NOT NULL,
    flagged boolean DEFAULT false NOT NULL,
    role text,
    form_type text,
    quality_score integer,
    internal_notes text,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    contact_history jsonb DEFAULT '[]'::jsonb NOT NULL,
    follow_up_date date,
    last_contacted timestamp with time zone,
    first_response_at timestamp with time zone,
    source text,
    consent boolean,
    is_spam boolean DEFAULT false NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT contact_leads_company_valid CHECK (((char_length(company) >= 1) AND (char_length(company) <= 200) AND (company !~ '[[:cntrl:]]'::text))),
    CONSTRAINT contact_leads_contact_history_valid CHECK (((jsonb_typeof(contact_history) = 'array'::text) AND (octet_length((contact_history)::text) <= 1048576))),
    CONSTRAINT contact_leads_email_valid CHECK (((char_length(email) <= 254) AND (email !~ '[[:cntrl:]]'::text) AND (email ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$'::text))),
    CONSTRAINT contact_leads_form_type_valid CHECK (((char_length(form_type) >= 1) AND (char_length(form_type) <= 50))),
    CONSTRAINT contact_leads_internal_notes_valid CHECK ((char_length(internal_notes) <= 20000)),
    CONSTRAINT contact_leads_message_valid CHECK (((char_length(message) >= 1) AND (char_length(message) <= 10000))),
    CONSTRAINT contact_leads_metadata_valid CHECK (((jsonb_typeof(metadata) = 'object'::text) AND (octet_length((metadata)::text) <= 131072))),
    CONSTRAINT contact_leads_name_valid CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200) AND (name !~ '[[:cntrl:]]'::text) AND (name ~ '[^[:space:]]'::text))),
    CONSTRAINT contact_leads_phone_valid CHECK (((char_length(phone) >= 1) AND (char_length(phone) <= 50) AND (phone !~ '[[:cntrl:]]'::text))),
    CONSTRAINT contact_leads_quality_score_valid CHECK (((quality_score >= 0) AND (quality_score <= 100))),
    CONSTRAINT contact_leads_role_valid CHECK (((char_length(role) >= 1) AND (char_length(role) <= 100) AND (role !~ '[[:cntrl:]]'::text))),
    CONSTRAINT contact_leads_source_valid CHECK (((char_length(source) >= 1) AND (char_length(source) <= 200) AND (source !~ '[[:cntrl:]]'::text))),
    CONSTRAINT contact_leads_subject_valid CHECK (((char_length(subject) >= 1) AND (char_length(subject) <= 300) AND (subject !~ '[[:cntrl:]]'::text))),
    CONSTRAINT contact_leads_tags_valid CHECK (app.tags_valid(tags))
);

ALTER TABLE public.contact_leads OWNER TO leads_owner;

--
-- Name: TABLE contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TABLE public.contact_leads IS 'Every lead: what a visitor sent, where it stands, and what the team knows of it.';

--
-- Name: COLUMN contact_leads.id; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.id IS 'The number of the lead inside the team; visitors never see it.';

--
-- Name: COLUMN contact_leads.reference; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.reference IS 'What the visitor is given: names the lead without telling how many there are.';

--
-- Name: COLUMN contact_leads.name; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.name IS 'The visitor''s name, 1 to 200 characters on one line.';

--
-- Name: COLUMN contact_leads.email; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.email IS 'The visitor''s address, at most 254 characters, with a dot in its domain.';

--
-- Name: COLUMN contact_leads.subject; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.subject IS 'At most 300 characters on one line; the contact and collaboration forms ask for it.';

--
-- Name: COLUMN contact_leads.message; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.message IS 'At most 10,000 characters; the contact and collaboration forms ask for it.';

--
-- Name: COLUMN contact_leads.company; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.company IS 'At most 200 characters on one line.';

--
-- Name: COLUMN contact_leads.phone; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.phone IS 'At most 50 characters on one line, as the visitor wrote it.';

--
-- Name: COLUMN contact_leads.lead_type; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.lead_type IS 'Which form the lead came by.';

--
-- Name: COLUMN contact_leads.status; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.status IS 'Where the lead stands; moves as app.status_moves allows.';

--
-- Name: COLUMN contact_leads.priority; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.priority IS 'How soon it wants an answer.';

--
-- Name: COLUMN contact_leads.metadata; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.metadata IS 'ip_address, user_agent, referer and origin as the server saw them; utm and extra as the form sent them.';

--
-- Name: COLUMN contact_leads.created_at; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.created_at IS 'When the lead was stored, by the database''s clock.';

--
-- Name: COLUMN contact_leads.updated_at; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.updated_at IS 'When the row last changed; kept by trigger_contact_leads_updated_at.';

--
-- Name: COLUMN contact_leads."timestamp"; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads."timestamp" IS 'Legacy: the creation time under its older name.';

--
-- Name: COLUMN contact_leads.flagged; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.flagged IS 'Legacy: marked by hand.';

--
-- Name: COLUMN contact_leads.role; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.role IS 'What the visitor says they are (recruiter, founder ...), at most 100 characters.';

--
-- Name: COLUMN contact_leads.form_type; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.form_type IS 'Legacy: the form''s name as text; new leads hold the label of lead_type.';

--
-- Name: COLUMN contact_leads.quality_score; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.quality_score IS 'The team''s judgement, 0 to 100; NULL until somebody judged.';

--
-- Name: COLUMN contact_leads.internal_notes; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.internal_notes IS 'The team''s notes, at most 20,000 characters.';

--
-- Name: COLUMN contact_leads.tags; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.tags IS 'At most 50 tags of 1 to 50 characters.';

--
-- Name: COLUMN contact_leads.contact_history; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.contact_history IS 'Contacts with the visitor, an array of objects, oldest first.';

--
-- Name: COLUMN contact_leads.follow_up_date; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.follow_up_date IS 'The day to come back to this lead.';

--
-- Name: COLUMN contact_leads.last_contacted; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.last_contacted IS 'When the lead last entered contacted.';

--
-- Name: COLUMN contact_leads.first_response_at; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.first_response_at IS 'When the lead first entered contacted: what conversion and response times count.';

--
-- Name: COLUMN contact_leads.source; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.source IS 'Where the visitor came from: the form''s source, else its utm_source.';

--
-- Name: COLUMN contact_leads.consent; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.consent IS 'Whether the visitor ticked the form''s consent; NULL when it had none.';

--
-- Name: COLUMN contact_leads.is_spam; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.is_spam IS 'Judged to be spam: out of lists and numbers.';

--
-- Name: COLUMN contact_leads.deleted_at; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.deleted_at IS 'When the lead went to the trash; NULL while it is in the inbox.';

--
-- Name: lead_stats(); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.lead_stats() RETURNS json
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    BEGIN ATOMIC
 WITH inbox AS NOT MATERIALIZED (
          SELECT l.status,
             l.lead_type,
             l.priority,
             l.source,
             l.role,
             l.created_at,
             l.first_response_at
            FROM public.contact_leads l
           WHERE ((l.deleted_at IS NULL) AND (NOT l.is_spam))
         ), cells AS MATERIALIZED (
          SELECT i.status,
             i.lead_type,
             i.priority,
             count(*) AS leads,
             count(i.first_response_at) AS answered
            FROM inbox i
           GROUP BY i.status, i.lead_type, i.priority
         ), totals AS (
          SELECT (COALESCE(sum(c.leads), (0)::numeric))::bigint AS total,
             (COALESCE(sum(c.leads) FILTER (WHERE (c.status = 'unread'::public.lead_status)), (0)::numeric))::bigint AS unread,
             round((sum(c.answered) / NULLIF(sum(c.leads), (0)::numeric)), 4) AS conversion
            FROM cells c
         ), sources AS (
          SELECT COALESCE(i.source, 'unknown'::text) AS source,
             count(*) AS leads
            FROM inbox i
           GROUP BY COALESCE(i.source, 'unknown'::text)
           ORDER BY (count(*)) DESC, COALESCE(i.source, 'unknown'::text)
          LIMIT 100
         ), roles AS (
          SELECT COALESCE(i.role, 'unknown'::text) AS role,
             count(*) AS leads,
             count(i.first_response_at) AS answered
            FROM inbox i
           GROUP BY COALESCE(i.role, 'unknown'::text)
           ORDER BY (count(*)) DESC, COALESCE(i.role, 'unknown'::text)
          LIMIT 100
         ), responses AS (
          SELECT percentile_cont((ARRAY[0.5, 0.9])::double precision[]) WITHIN GROUP (ORDER BY ((EXTRACT(epoch FROM (i.first_response_at - i.created_at)))::double precision)) AS seconds
            FROM inbox i
           WHERE (i.first_response_at IS NOT NULL)
         ), periods(name, length) AS (
          VALUES ('24h'::text,'24:00:00'::interval), ('7d'::text,'7 days'::interval), ('30d'::text,'30 days'::interval)
         ), velocity AS (
          SELECT p.name,
             p.length,
             count(i.*) FILTER (WHERE (i.created_at > (app.now() - p.length))) AS leads,
             count(i.*) FILTER (WHERE (i.created_at <= (app.now() - p.length))) AS before
            FROM (periods p
              LEFT JOIN inbox i ON (((i.created_at > (app.now() - ((2)::double precision * p.length))) AND (i.created_at <= app.now()))))
           GROUP BY p.name, p.length
         )
  SELECT json_build_object('total', t.total, 'by_status', ( SELECT json_object_agg(s.label, s.leads ORDER BY s.label) AS json_object_agg
            FROM ( SELECT e.label,
                     (COALESCE(sum(c.leads), (0)::numeric))::bigint AS leads
                    FROM (unnest(enum_range(NULL::public.lead_status)) e(label)
                      LEFT JOIN cells c ON ((c.status = e.label)))
                   GROUP BY e.label) s), 'by_type', ( SELECT json_object_agg(s.label, s.leads ORDER BY s.label) AS json_object_agg
            FROM ( SELECT e.label,
                     (COALESCE(sum(c.leads), (0)::numeric))::bigint AS leads
                    FROM (unnest(enum_range(NULL::public.lead_type)) e(label)
                      LEFT JOIN cells c ON ((c.lead_type = e.label)))
                   GROUP BY e.label) s), 'by_priority', ( SELECT json_object_agg(s.label, s.leads ORDER BY s.label) AS json_object_agg
            FROM ( SELECT e.label,
                     (COALESCE(sum(c.leads), (0)::numeric))::bigint AS leads
                    FROM (unnest(enum_range(NULL::public.lead_priority)) e(label)
                      LEFT JOIN cells c ON ((c.priority = e.label)))
                   GROUP BY e.label) s), 'by_source', ( SELECT COALESCE(json_object_agg(s.source, s.leads ORDER BY s.leads DESC, s.source), '{}'::json) AS "coalesce"
            FROM sources s), 'unread', t.unread, 'velocity', ( SELECT json_object_agg(v.name, json_build_object('count', v.leads, 'previous', v.before, 'change_percent', round(((100.0 * ((v.leads - v.before))::numeric) / (NULLIF(v.before, 0))::numeric), 1)) ORDER BY v.length) AS json_object_agg
            FROM velocity v), 'conversion', json_build_object('overall', t.conversion, 'by_role', ( SELECT COALESCE(json_object_agg(r.role, round(((r.answered)::numeric / (r.leads)::numeric), 4) ORDER BY r.leads DESC, r.role), '{}'::json) AS "coalesce"
            FROM roles r)), 'first_response', ( SELECT json_build_object('median_seconds', round((r.seconds[1])::numeric, 3), 'p90_seconds', round((r.seconds[2])::numeric, 3)) AS json_build_object
            FROM responses r)) AS json_build_object
    FROM totals t;
END;

ALTER FUNCTION service.lead_stats() OWNER TO leads_owner;

--
-- Name: FUNCTION lead_stats(); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.lead_stats() IS 'The KPIs of the dashboard, trash and spam left out. velocity: leads of the last 24 hours, 7 and 30 days against the period before, change_percent NULL from an empty one. conversion: the share (0 to 1) of leads that were ever contacted, overall and by the visitor''s role. first_response: seconds from arrival to first contact. by_source and by_role: the 100 largest, ''unknown'' where a lead names none.';

--
-- Name: list_leads(text, text, text, integer, text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.list_leads(p_status text DEFAULT NULL::text, p_lead_type text DEFAULT NULL::text, p_priority text DEFAULT NULL::text, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
DECLARE
    c_count_to CONSTANT integer := 10000;
    v_after record;
    v_page json;
    v_next text;
    v_total bigint;
BEGIN
    PERFORM app.check_label('status', p_status, NULL::public.lead_status);
    PERFORM app.check_label('lead_type', p_lead_type, NULL::public.lead_type);
    PERFORM app.check_label('priority', p_priority, NULL::public.lead_priority);
    IF p_limit NOT BETWEEN 1 AND 500 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'limit must be from 1 to 500.',
            CONSTRAINT = 'limit_not_valid',
            COLUMN = 'limit';
    END IF;
    SELECT c.created_at, c.id INTO v_after FROM app.read_cursor(p_cursor) AS c;

    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT l AS lead, l.created_at, l.id, row_number() OVER (ORDER BY l.created_at DESC, l.id DESC) AS place
        FROM public.contact_leads AS l
        WHERE l.deleted_at IS NULL AND NOT l.is_spam
            AND (p_status IS NULL OR l.status = p_status::public.lead_status)
            AND (p_lead_type IS NULL OR l.lead_type = p_lead_type::public.lead_type)
            AND (p_priority IS NULL OR l.priority = p_priority::public.lead_priority)
            AND (p_cursor IS NULL OR (l.created_at, l.id) < (v_after.created_at, v_after.id))
        ORDER BY l.created_at DESC, l.id DESC
        LIMIT p_limit + 1
    )
    SELECT
        coalesce(json_agg(row_to_json(f.lead) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        CASE WHEN count(*) > p_limit THEN
            (SELECT app.cursor_of(last.created_at, last.id) FROM found AS last WHERE last.place = p_limit)
        END
    INTO v_page, v_next
    FROM found AS f;

    SELECT count(*) INTO v_total
    FROM (
        SELECT FROM public.contact_leads AS l
        WHERE l.deleted_at IS NULL AND NOT l.is_spam
            AND (p_status IS NULL OR l.status = p_status::public.lead_status)
            AND (p_lead_type IS NULL OR l.lead_type = p_lead_type::public.lead_type)
            AND (p_priority IS NULL OR l.priority = p_priority::public.lead_priority)
        LIMIT c_count_to + 1
    ) AS counted;

    RETURN json_build_object(
        'data', v_page,
        'total', least(v_total, c_count_to),
        'total_exact', v_total <= c_count_to,
        'next', v_next
    );
END;
$$;

ALTER FUNCTION service.list_leads(p_status text, p_lead_type text, p_priority text, p_limit integer, p_cursor text) OWNER TO leads_owner;

--
-- Name: FUNCTION list_leads(p_status text, p_lead_type text, p_priority text, p_limit integer, p_cursor text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.list_leads(p_status text, p_lead_type text, p_priority text, p_limit integer, p_cursor text) IS 'A page of the inbox, newest first, without trash and spam: {"data": [lead], "total", "total_exact", "next"}. The total is counted up to 10,000 and is a lower bound beyond (total_exact false); next is the p_cursor of the page after, or null. LD400 filter_not_valid, limit_not_valid, cursor_not_valid.';

--
-- Name: idempotency_keys; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.idempotency_keys (
    lead_type public.lead_type NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    reference uuid NOT NULL,
    created_at timestamp with time zone DEFAULT app.now() NOT NULL,
    CONSTRAINT idempotency_keys_key_valid CHECK (((char_length(key) >= 1) AND (char_length(key) <= 255)))
);

ALTER TABLE app.idempotency_keys OWNER TO leads_owner;

--
-- Name: TABLE idempotency_keys; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.idempotency_keys IS 'Submissions that carried an Idempotency-Key, for 24 hours: a repeat gets the first one''s answer.';

--
-- Name: COLUMN idempotency_keys.lead_type; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.idempotency_keys.lead_type IS 'The form: keys of different forms are different keys.';

--
-- Name: COLUMN idempotency_keys.key; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.idempotency_keys.key IS 'The header''s value, 1 to 255 characters.';

--
-- Name: COLUMN idempotency_keys.fingerprint; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.idempotency_keys.fingerprint IS 'SHA-256 of the parsed fields.';

--
-- Name: COLUMN idempotency_keys.reference; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.idempotency_keys.reference IS 'The lead''s reference that the first submission was answered with.';

--
-- Name: COLUMN idempotency_keys.created_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.idempotency_keys.created_at IS 'When the key was first used; it holds for 24 hours.';

--
-- Name: revoked_tokens; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.revoked_tokens (
    id bigint NOT NULL,
    jti uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone DEFAULT app.now() NOT NULL
);

ALTER TABLE app.revoked_tokens OWNER TO leads_owner;

--
-- Name: TABLE revoked_tokens; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.revoked_tokens IS 'Tokens that were ended before their time, by logging out.';

--
-- Name: COLUMN revoked_tokens.id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.revoked_tokens.id IS 'Counts up; with the number of rows it names a state of the list.';

--
-- Name: COLUMN revoked_tokens.jti; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.revoked_tokens.jti IS 'The token''s jti claim.';

--
-- Name: COLUMN revoked_tokens.expires_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.revoked_tokens.expires_at IS 'When the token would have expired; purged after that.';

--
-- Name: COLUMN revoked_tokens.revoked_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.revoked_tokens.revoked_at IS 'When it was ended.';

--
-- Name: purge_expired(); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.purge_expired() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 WITH keys AS (
          DELETE FROM app.idempotency_keys k
           WHERE (k.created_at <= (app.now() - '24:00:00'::interval))
           RETURNING 1 AS "?column?"
         ), tokens AS (
          DELETE FROM app.revoked_tokens t
           WHERE (t.expires_at <= (app.now() - '00:01:00'::interval))
           RETURNING 1 AS "?column?"
         )
  SELECT (( SELECT count(*) AS count
            FROM keys) + ( SELECT count(*) AS count
            FROM tokens));
END;

ALTER FUNCTION service.purge_expired() OWNER TO leads_owner;

--
-- Name: FUNCTION purge_expired(); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.purge_expired() IS 'Removes idempotency keys over 24 hours old and revocations of tokens that have expired anyway; returns how many rows.';

--
-- Name: revoke_token(uuid, timestamp with time zone); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamp with time zone) RETURNS void
    LANGUAGE sql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 INSERT INTO app.revoked_tokens (jti, expires_at)
   VALUES (revoke_token.p_jti, revoke_token.p_expires_at) ON CONFLICT(jti) DO NOTHING;
END;

ALTER FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamp with time zone) OWNER TO leads_owner;

--
-- Name: FUNCTION revoke_token(p_jti uuid, p_expires_at timestamp with time zone); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamp with time zone) IS 'Ends a token before its time. Kept until the token would have expired by itself.';

--
-- Name: revoked_tokens(text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.revoked_tokens(p_known text DEFAULT NULL::text, OUT state text, OUT tokens uuid[]) RETURNS record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT s.state,
         CASE
             WHEN (s.state IS DISTINCT FROM revoked_tokens.p_known) THEN s.tokens
             ELSE NULL::uuid[]
         END AS "case"
    FROM ( SELECT (((count(*))::text || ':'::text) || (COALESCE(max(t.id), (0)::bigint))::text) AS state,
             COALESCE(array_agg(t.jti), '{}'::uuid[]) AS tokens
            FROM app.revoked_tokens t) s;
END;

ALTER FUNCTION service.revoked_tokens(p_known text, OUT state text, OUT tokens uuid[]) OWNER TO leads_owner;

--
-- Name: FUNCTION revoked_tokens(p_known text, OUT state text, OUT tokens uuid[]); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.revoked_tokens(p_known text, OUT state text, OUT tokens uuid[]) IS 'All tokens that were ended before their time, and a name for that state of the list; tokens is NULL when the state is still p_known.';

--
-- Name: user_profile(text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.user_profile(p_username text) RETURNS json
    LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.user_profile(p_username text) OWNER TO leads_owner;

--
-- Name: FUNCTION user_profile(p_username text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.user_profile(p_username text) IS 'A user as shown to themselves: username, role, created_at, updated_at. LD401 user_gone when there is none.';

--
-- Name: adoption_notes; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.adoption_notes (
    id bigint NOT NULL,
    noted_at timestamp with time zone DEFAULT app.now() NOT NULL,
    kind text NOT NULL,
    object text NOT NULL,
    note text NOT NULL,
    definition text,
    lead_id bigint
);

ALTER TABLE app.adoption_notes OWNER TO leads_owner;

--
-- Name: TABLE adoption_notes; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.adoption_notes IS 'What happened to an older contact_leads when it was adopted, listed by leads adopt --report; empty where there was none.';

--
-- Name: COLUMN adoption_notes.id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.adoption_notes.id IS 'In the order in which it happened.';

--
-- Name: COLUMN adoption_notes.noted_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.adoption_notes.noted_at IS 'When the table was adopted.';

--
-- Name: COLUMN adoption_notes.kind; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.adoption_notes.kind IS 'What it is about: table, column, status, value, index, constraint, view, trigger ...';

--
-- Name: COLUMN adoption_notes.object; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.adoption_notes.object IS 'The name of that thing.';

--
-- Name: COLUMN adoption_notes.note; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.adoption_notes.note IS 'What was done with it, in a sentence.';

--
-- Name: COLUMN adoption_notes.definition; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.adoption_notes.definition IS 'The statement that made it, where it is gone or changed; of a value: the row''s whole metadata with its legacy values, as JSON.';

--
-- Name: COLUMN adoption_notes.lead_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.adoption_notes.lead_id IS 'The lead a value belongs to; the note goes when the lead is erased.';

--
-- Name: adoption_notes_id_seq; Type: SEQUENCE; Schema: app; Owner: leads_owner
--

ALTER TABLE app.adoption_notes ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME app.adoption_notes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: revoked_tokens_id_seq; Type: SEQUENCE; Schema: app; Owner: leads_owner
--

ALTER TABLE app.revoked_tokens ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app.revoked_tokens_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: status_moves; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.status_moves (
    from_status public.lead_status NOT NULL,
    to_status public.lead_status NOT NULL
);

ALTER TABLE app.status_moves OWNER TO leads_owner;

--
-- Name: TABLE status_moves; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.status_moves IS 'Which moves of a lead''s status are allowed; anything else is LD409 status_move_not_allowed.';

--
-- Name: COLUMN status_moves.from_status; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.status_moves.from_status IS 'The status a lead has.';

--
-- Name: COLUMN status_moves.to_status; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.status_moves.to_status IS 'The status it may be given.';

--
-- Name: users_id_seq; Type: SEQUENCE; Schema: app; Owner: leads_owner
--

ALTER TABLE app.users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app.users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: _yoyo_log; Type: TABLE; Schema: public; Owner: leads_owner
--

CREATE TABLE public._yoyo_log (
    id character varying(36) NOT NULL,
    migration_hash character varying(64),
    migration_id character varying(255),
    operation character varying(10),
    username character varying(255),
    hostname character varying(255),
    comment character varying(255),
    created_at_utc timestamp without time zone
);

ALTER TABLE public._yoyo_log OWNER TO leads_owner;

--
-- Name: _yoyo_migration; Type: TABLE; Schema: public; Owner: leads_owner
--

CREATE TABLE public._yoyo_migration (
    migration_hash character varying(64) NOT NULL,
    migration_id character varying(255),
    applied_at_utc timestamp without time zone
);

ALTER TABLE public._yoyo_migration OWNER TO leads_owner;

--
-- Name: _yoyo_version; Type: TABLE; Schema: public; Owner: leads_owner
--

CREATE TABLE public._yoyo_version (
    version integer NOT NULL,
    installed_at_utc timestamp without time zone
);

ALTER TABLE public._yoyo_version OWNER TO leads_owner;

--
-- Name: contact_leads_id_seq; Type: SEQUENCE; Schema: public; Owner: leads_owner
--

ALTER TABLE public.contact_leads ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.contact_leads_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: yoyo_lock; Type: TABLE; Schema: public; Owner: leads_owner
--

CREATE TABLE public.yoyo_lock (
    locked integer DEFAULT 1 NOT NULL,
    ctime timestamp without time zone,
    pid integer NOT NULL
);

ALTER TABLE public.yoyo_lock OWNER TO leads_owner;

--
-- Name: adoption_notes adoption_notes_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.adoption_notes
    ADD CONSTRAINT adoption_notes_pkey PRIMARY KEY (id);

--
-- Name: idempotency_keys idempotency_keys_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (lead_type, key);

--
-- Name: revoked_tokens revoked_tokens_jti_key; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.revoked_tokens
    ADD CONSTRAINT revoked_tokens_jti_key UNIQUE (jti);

--
-- Name: revoked_tokens revoked_tokens_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.revoked_tokens
    ADD CONSTRAINT revoked_tokens_pkey PRIMARY KEY (id);

--
-- Name: status_moves status_moves_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.status_moves
    ADD CONSTRAINT status_moves_pkey PRIMARY KEY (from_status, to_status);

--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

--
-- Name: _yoyo_log _yoyo_log_pkey; Type: CONSTRAINT; Schema: public; Owner: leads_owner
--

ALTER TABLE ONLY public._yoyo_log
    ADD CONSTRAINT _yoyo_log_pkey PRIMARY KEY (id);

--
-- Name: _yoyo_migration _yoyo_migration_pkey; Type: CONSTRAINT; Schema: public; Owner: leads_owner
--

ALTER TABLE ONLY public._yoyo_migration
    ADD CONSTRAINT _yoyo_migration_pkey PRIMARY KEY (migration_hash);

--
-- Name: _yoyo_version _yoyo_version_pkey; Type: CONSTRAINT; Schema: public; Owner: leads_owner
--

ALTER TABLE ONLY public._yoyo_version
    ADD CONSTRAINT _yoyo_version_pkey PRIMARY KEY (version);

--
-- Name: contact_leads contact_leads_pkey; Type: CONSTRAINT; Schema: public; Owner: leads_owner
--

ALTER TABLE ONLY public.contact_leads
    ADD CONSTRAINT contact_leads_pkey PRIMARY KEY (id);

--
-- Name: contact_leads contact_leads_reference_key; Type: CONSTRAINT; Schema: public; Owner: leads_owner
--

ALTER TABLE ONLY public.contact_leads
    ADD CONSTRAINT contact_leads_reference_key UNIQUE (reference);

--
-- Name: yoyo_lock yoyo_lock_pkey; Type: CONSTRAINT; Schema: public; Owner: leads_owner
--

ALTER TABLE ONLY public.yoyo_lock
    ADD CONSTRAINT yoyo_lock_pkey PRIMARY KEY (locked);

--
-- Name: adoption_notes_lead_id; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX adoption_notes_lead_id ON app.adoption_notes USING btree (lead_id) WHERE (lead_id IS NOT NULL);

--
-- Name: idempotency_keys_created_at; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX idempotency_keys_created_at ON app.idempotency_keys USING btree (created_at);

--
-- Name: users_username_key; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE UNIQUE INDEX users_username_key ON app.users USING btree (lower(username));

--
-- Name: idx_contact_leads_created_at; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_created_at ON public.contact_leads USING btree (created_at DESC, id DESC);

--
-- Name: idx_contact_leads_email; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_email ON public.contact_leads USING btree (lower(email));

--
-- Name: idx_contact_leads_priority; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_priority ON public.contact_leads USING btree (priority, created_at DESC, id DESC);

--
-- Name: idx_contact_leads_role; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_role ON public.contact_leads USING btree (role);

--
-- Name: idx_contact_leads_status; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_status ON public.contact_leads USING btree (status, created_at DESC, id DESC);

--
-- Name: idx_contact_leads_updated_at; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_updated_at ON public.contact_leads USING btree (updated_at);

--
-- Name: users users_updated_at; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER users_updated_at BEFORE UPDATE ON app.users FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION app.set_updated_at();

--
-- Name: TRIGGER users_updated_at ON users; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER users_updated_at ON app.users IS 'updated_at follows every real change of the user.';

--
-- Name: contact_leads contact_leads_lifecycle; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_lifecycle BEFORE UPDATE OF status ON public.contact_leads FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION app.follow_lead_lifecycle();

--
-- Name: TRIGGER contact_leads_lifecycle ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_lifecycle ON public.contact_leads IS 'The lifecycle unread, processing, contacted, archived. It runs before trigger_contact_leads_updated_at: triggers run in the order of their names.';

--
-- Name: contact_leads trigger_contact_leads_updated_at; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER trigger_contact_leads_updated_at BEFORE UPDATE ON public.contact_leads FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION app.set_updated_at();

--
-- Name: TRIGGER trigger_contact_leads_updated_at ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER trigger_contact_leads_updated_at ON public.contact_leads IS 'updated_at follows every real change of the row; an update that changes nothing leaves it.';

--
-- Name: adoption_notes adoption_notes_lead_id_fkey; Type: FK CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.adoption_notes
    ADD CONSTRAINT adoption_notes_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.contact_leads(id) ON DELETE CASCADE;

--
-- Name: SCHEMA app; Type: ACL; Schema: -; Owner: leads_owner
--

GRANT USAGE ON SCHEMA app TO leads_viewer;
GRANT USAGE ON SCHEMA app TO leads_editor;
GRANT USAGE ON SCHEMA app TO leads_admin;

--
-- Name: SCHEMA service; Type: ACL; Schema: -; Owner: leads_owner
--

GRANT USAGE ON SCHEMA service TO leads_public;
GRANT USAGE ON SCHEMA service TO leads_service;
GRANT USAGE ON SCHEMA service TO leads_viewer;
GRANT USAGE ON SCHEMA service TO leads_editor;
GRANT USAGE ON SCHEMA service TO leads_admin;

--
-- Name: FUNCTION check_label(p_parameter text, p_value text, p_enum anyenum); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.check_label(p_parameter text, p_value text, p_enum anyenum) FROM PUBLIC;
GRANT ALL ON FUNCTION app.check_label(p_parameter text, p_value text, p_enum anyenum) TO leads_viewer;
GRANT ALL ON FUNCTION app.check_label(p_parameter text, p_value text, p_enum anyenum) TO leads_editor;
GRANT ALL ON FUNCTION app.check_label(p_parameter text, p_value text, p_enum anyenum) TO leads_admin;

--
-- Name: FUNCTION cursor_of(p_created_at timestamp with time zone, p_id bigint); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.cursor_of(p_created_at timestamp with time zone, p_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app.cursor_of(p_created_at timestamp with time zone, p_id bigint) TO leads_viewer;
GRANT ALL ON FUNCTION app.cursor_of(p_created_at timestamp with time zone, p_id bigint) TO leads_editor;
GRANT ALL ON FUNCTION app.cursor_of(p_created_at timestamp with time zone, p_id bigint) TO leads_admin;

--
-- Name: FUNCTION follow_lead_lifecycle(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.follow_lead_lifecycle() FROM PUBLIC;

--
-- Name: FUNCTION now(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.now() FROM PUBLIC;
GRANT ALL ON FUNCTION app.now() TO leads_viewer;
GRANT ALL ON FUNCTION app.now() TO leads_editor;
GRANT ALL ON FUNCTION app.now() TO leads_admin;

--
-- Name: FUNCTION read_cursor(p_cursor text, OUT created_at timestamp with time zone, OUT id bigint); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.read_cursor(p_cursor text, OUT created_at timestamp with time zone, OUT id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app.read_cursor(p_cursor text, OUT created_at timestamp with time zone, OUT id bigint) TO leads_viewer;
GRANT ALL ON FUNCTION app.read_cursor(p_cursor text, OUT created_at timestamp with time zone, OUT id bigint) TO leads_editor;
GRANT ALL ON FUNCTION app.read_cursor(p_cursor text, OUT created_at timestamp with time zone, OUT id bigint) TO leads_admin;

--
-- Name: FUNCTION set_updated_at(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.set_updated_at() FROM PUBLIC;

--
-- Name: FUNCTION tags_valid(p_tags text[]); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.tags_valid(p_tags text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app.tags_valid(p_tags text[]) TO leads_editor;
GRANT ALL ON FUNCTION app.tags_valid(p_tags text[]) TO leads_admin;

--
-- Name: FUNCTION applied_migrations(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.applied_migrations() FROM PUBLIC;
GRANT ALL ON FUNCTION service.applied_migrations() TO leads_service;

--
-- Name: FUNCTION capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text) TO leads_public;

--
-- Name: FUNCTION find_user(p_username text, OUT username text, OUT password_hash text, OUT role text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.find_user(p_username text, OUT username text, OUT password_hash text, OUT role text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.find_user(p_username text, OUT username text, OUT password_hash text, OUT role text) TO leads_service;

--
-- Name: FUNCTION lead(p_id bigint); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.lead(p_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION service.lead(p_id bigint) TO leads_viewer;
GRANT ALL ON FUNCTION service.lead(p_id bigint) TO leads_editor;
GRANT ALL ON FUNCTION service.lead(p_id bigint) TO leads_admin;

--
-- Name: TABLE contact_leads; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT SELECT ON TABLE public.contact_leads TO leads_viewer;
GRANT SELECT,INSERT,UPDATE ON TABLE public.contact_leads TO leads_editor;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.contact_leads TO leads_admin;

--
-- Name: FUNCTION lead_stats(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.lead_stats() FROM PUBLIC;
GRANT ALL ON FUNCTION service.lead_stats() TO leads_viewer;
GRANT ALL ON FUNCTION service.lead_stats() TO leads_editor;
GRANT ALL ON FUNCTION service.lead_stats() TO leads_admin;

--
-- Name: FUNCTION list_leads(p_status text, p_lead_type text, p_priority text, p_limit integer, p_cursor text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.list_leads(p_status text, p_lead_type text, p_priority text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.list_leads(p_status text, p_lead_type text, p_priority text, p_limit integer, p_cursor text) TO leads_viewer;
GRANT ALL ON FUNCTION service.list_leads(p_status text, p_lead_type text, p_priority text, p_limit integer, p_cursor text) TO leads_editor;
GRANT ALL ON FUNCTION service.list_leads(p_status text, p_lead_type text, p_priority text, p_limit integer, p_cursor text) TO leads_admin;

--
-- Name: FUNCTION purge_expired(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.purge_expired() FROM PUBLIC;
GRANT ALL ON FUNCTION service.purge_expired() TO leads_service;

--
-- Name: FUNCTION revoke_token(p_jti uuid, p_expires_at timestamp with time zone); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamp with time zone) TO leads_service;

--
-- Name: FUNCTION revoked_tokens(p_known text, OUT state text, OUT tokens uuid[]); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.revoked_tokens(p_known text, OUT state text, OUT tokens uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION service.revoked_tokens(p_known text, OUT state text, OUT tokens uuid[]) TO leads_service;

--
-- Name: FUNCTION user_profile(p_username text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.user_profile(p_username text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.user_profile(p_username text) TO leads_service;

--
-- Name: TABLE status_moves; Type: ACL; Schema: app; Owner: leads_owner
--

GRANT SELECT ON TABLE app.status_moves TO leads_viewer;
GRANT SELECT ON TABLE app.status_moves TO leads_editor;
GRANT SELECT ON TABLE app.status_moves TO leads_admin;

--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: leads_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE leads_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;

--
-- PostgreSQL database dump complete
--

