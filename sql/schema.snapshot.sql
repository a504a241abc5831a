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
-- Name: api; Type: SCHEMA; Schema: -; Owner: leads_owner
--

CREATE SCHEMA api;

ALTER SCHEMA api OWNER TO leads_owner;

--
-- Name: SCHEMA api; Type: COMMENT; Schema: -; Owner: leads_owner
--

COMMENT ON SCHEMA api IS 'What /rest exposes: views of the leads, read with the rights of whoever asks.';

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
-- Name: stats; Type: SCHEMA; Schema: -; Owner: leads_owner
--

CREATE SCHEMA stats;

ALTER SCHEMA stats OWNER TO leads_owner;

--
-- Name: SCHEMA stats; Type: COMMENT; Schema: -; Owner: leads_owner
--

COMMENT ON SCHEMA stats IS 'The analysts'' contract: numbers about the leads, and leads without what names a person. Columns are only ever appended; see docs/metrics.md.';

--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';

--
-- Name: unaccent; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;

--
-- Name: EXTENSION unaccent; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION unaccent IS 'text search dictionary that removes accents';

--
-- Name: figure; Type: TYPE; Schema: app; Owner: leads_owner
--

CREATE TYPE app.figure AS ENUM (
    'slot_type',
    'slot_status',
    'day_type',
    'day_status',
    'day_source',
    'day_response',
    'source',
    'role',
    'response'
);

ALTER TYPE app.figure OWNER TO leads_owner;

--
-- Name: TYPE figure; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TYPE app.figure IS 'What app.lead_cells counts: leads of a quarter of an hour (slot_...) or of a UTC day (day_...) or of all time, by what they are.';

--
-- Name: key_scope; Type: TYPE; Schema: app; Owner: leads_owner
--

CREATE TYPE app.key_scope AS ENUM (
    'capture',
    'read',
    'write',
    'analyst'
);

ALTER TYPE app.key_scope OWNER TO leads_owner;

--
-- Name: TYPE key_scope; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TYPE app.key_scope IS 'What an API key may do: capture (send forms, nothing else), read (as a viewer), write (as an editor, and send forms), analyst (as an analyst).';

--
-- Name: mail_kind; Type: TYPE; Schema: app; Owner: leads_owner
--

CREATE TYPE app.mail_kind AS ENUM (
    'acknowledgement',
    'cv',
    'notification',
    'reminder',
    'digest'
);

ALTER TYPE app.mail_kind OWNER TO leads_owner;

--
-- Name: TYPE mail_kind; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TYPE app.mail_kind IS 'What a mail is: an answer to a visitor (acknowledgement, cv), or news for the team (notification, reminder, digest).';

--
-- Name: mail_state; Type: TYPE; Schema: app; Owner: leads_owner
--

CREATE TYPE app.mail_state AS ENUM (
    'queued',
    'sending',
    'sent',
    'failed',
    'skipped',
    'merged'
);

ALTER TYPE app.mail_state OWNER TO leads_owner;

--
-- Name: TYPE mail_state; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TYPE app.mail_state IS 'queued: waits for its time; sending: a worker has it; sent: handed over; failed: given up, retried by hand alone; skipped: there was a reason not to send it; merged: it went out as part of another one.';

--
-- Name: user_role; Type: TYPE; Schema: app; Owner: leads_owner
--

CREATE TYPE app.user_role AS ENUM (
    'analyst',
    'viewer',
    'editor',
    'admin'
);

ALTER TYPE app.user_role OWNER TO leads_owner;

--
-- Name: TYPE user_role; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TYPE app.user_role IS 'What a user may do: analyst (read the numbers), viewer (read leads too), editor (and change), admin (and delete, and manage users and API keys).';

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
-- Name: act_as(text, text, uuid, uuid); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.act_as(p_actor text, p_role text, p_request_id uuid, p_operation uuid DEFAULT NULL::uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION app.act_as(p_actor text, p_role text, p_request_id uuid, p_operation uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION act_as(p_actor text, p_role text, p_request_id uuid, p_operation uuid); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.act_as(p_actor text, p_role text, p_request_id uuid, p_operation uuid) IS 'Says for the rest of the transaction who acts, and in which operation: what the audit writes beside the session''s user, which nobody can choose. 25P01 outside a transaction, where it would hold for nothing.';

--
-- Name: allow_erasure(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.allow_erasure() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_erased app.audit_log := OLD;
BEGIN
    v_erased.salt := NULL;
    v_erased.before := NULL;
    v_erased.after := NULL;
    IF NEW *= v_erased AND app.open_operation() IN ('erase', 'purge') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'LD403',
        MESSAGE = 'The audit log is only appended to: UPDATE is refused, to its owner too.',
        CONSTRAINT = 'audit_is_append_only';
END;
$$;

ALTER FUNCTION app.allow_erasure() OWNER TO leads_owner;

--
-- Name: FUNCTION allow_erasure(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.allow_erasure() IS 'Trigger function: of an entry nothing changes but that its values and salt go, all of them, while a person is erased or the trash purged. LD403 audit_is_append_only.';

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

SET default_tablespace = '';

SET default_table_access_method = heap;

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
    version integer DEFAULT 1 NOT NULL,
    assignee text,
    CONSTRAINT contact_leads_assignee_valid CHECK ((((char_length(assignee) >= 1) AND (char_length(assignee) <= 100)) AND (assignee !~ '[[:cntrl:]]'::text))),
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
-- Name: COLUMN contact_leads.version; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.version IS 'Counts the changes of the lead, from 1; its ETag is made of it.';

--
-- Name: COLUMN contact_leads.assignee; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON COLUMN public.contact_leads.assignee IS 'Who takes care of it, at most 100 characters on one line.';

--
-- Name: answer_lead(public.contact_leads); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.answer_lead(p_lead public.contact_leads) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_kind app.mail_kind := CASE (p_lead).lead_type WHEN 'cv_request' THEN 'cv' ELSE 'acknowledgement' END;
    v_address text := app.mailbox_of((p_lead).email);
    v_at timestamptz;
BEGIN
    IF (p_lead).is_spam THEN
        RETURN;
    END IF;
    -- Others than urgent ones are gathered for a while: many leads at once are one mail.
    PERFORM app.queue_mail(
        'notification', 'notification ' || (p_lead).id, (p_lead).id, NULL, 'notification', app.now() + interval '5 minutes');
    -- Who answers an automatic answer by itself would get one for it, and so on.
    IF (p_lead).email ~* '^(mailer-daemon|postmaster|bounces?|no-?reply|do-?not-?reply)[@+-]' THEN
        RETURN;
    END IF;
    -- Looked at first without a lock, for which leads of one address would wait for one another.
    IF EXISTS (
        SELECT FROM app.auto_replies AS r
        WHERE r.address = v_address AND r.at > app.now() - interval '24 hours' AND (v_kind <> 'cv' OR r.kind = 'cv')
    ) THEN
        RETURN;
    END IF;
    -- One a day for a mailbox, whoever types its address. A CV that was asked for is not forgotten: it waits for the day to pass.
    INSERT INTO app.auto_replies AS r (address, kind, at)
    VALUES (v_address, v_kind, app.now())
    ON CONFLICT ON CONSTRAINT auto_replies_pkey DO UPDATE
        SET kind = excluded.kind, at = greatest(excluded.at, r.at + interval '24 hours')
        WHERE r.at <= app.now() - interval '24 hours' OR excluded.kind = 'cv' AND r.kind <> 'cv'
    RETURNING r.at INTO v_at;
    IF v_at IS NOT NULL THEN
        PERFORM app.queue_mail(v_kind, v_kind || ' ' || (p_lead).id, (p_lead).id, (p_lead).email, NULL, v_at);
    END IF;
END;
$$;

ALTER FUNCTION app.answer_lead(p_lead public.contact_leads) OWNER TO leads_owner;

--
-- Name: FUNCTION answer_lead(p_lead public.contact_leads); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.answer_lead(p_lead public.contact_leads) IS 'Queues what a visitor''s lead gives rise to: an answer to the visitor, at most one a day for a mailbox, and a notification to the team, with others within 5 minutes. Nothing for spam.';

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
-- Name: assignable_users(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.assignable_users() RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT COALESCE(array_agg(u.username ORDER BY (lower(u.username))), '{}'::text[]) AS "coalesce"
    FROM app.users u
   WHERE ((u.role = ANY (ARRAY['editor'::app.user_role, 'admin'::app.user_role])) AND (u.disabled_at IS NULL));
END;

ALTER FUNCTION app.assignable_users() OWNER TO leads_owner;

--
-- Name: FUNCTION assignable_users(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.assignable_users() IS 'The names of the users who may change leads and are not disabled. SECURITY DEFINER, since staff may know these names, and nothing else of app.users.';

--
-- Name: audit_changes(jsonb, jsonb); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.audit_changes(p_before jsonb, p_after jsonb) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT COALESCE(json_agg(json_build_object('field', f.field, 'before', f.before, 'after', f.after) ORDER BY f.field), '[]'::json) AS "coalesce"
    FROM ( SELECT COALESCE(b.key, a.key) AS field,
             NULLIF(b.value, 'null'::jsonb) AS before,
             NULLIF(a.value, 'null'::jsonb) AS after
            FROM (jsonb_each(audit_changes.p_before) b(key, value)
              FULL JOIN jsonb_each(audit_changes.p_after) a(key, value) ON ((a.key = b.key)))) f
   WHERE ((f.before IS NOT NULL) OR (f.after IS NOT NULL));
END;

ALTER FUNCTION app.audit_changes(p_before jsonb, p_after jsonb) OWNER TO leads_owner;

--
-- Name: FUNCTION audit_changes(p_before jsonb, p_after jsonb); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.audit_changes(p_before jsonb, p_after jsonb) IS 'A row of the audit as a list of {field, before, after}. Of a creation, what it had; of a deletion, what is gone.';

--
-- Name: audit_lead(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.audit_lead() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_action text;
    v_lead_id bigint;
    v_version integer;
    v_before jsonb;
    v_after jsonb;
    v_rest public.contact_leads;
BEGIN
    IF TG_OP = 'INSERT' THEN
        v_action := 'created';
        v_lead_id := NEW.id;
        v_version := NEW.version;
        v_after := to_jsonb(NEW);
    ELSIF TG_OP = 'UPDATE' THEN
        v_action := 'changed';
        v_lead_id := OLD.id;
        v_version := NEW.version;
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
        v_lead_id := OLD.id;
        v_action := CASE app.open_operation() WHEN 'erase' THEN 'erased' WHEN 'purge' THEN 'purged' ELSE 'deleted' END;
        IF v_action = 'deleted' THEN
            v_before := to_jsonb(OLD);
        END IF;
    ELSE
        v_action := 'emptied';
    END IF;
    INSERT INTO app.audit_log (actor, actor_role, request_id, operation, action, table_name, lead_id, lead_version, before, after)
    VALUES (
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('app.actor_role', true), ''),
        nullif(current_setting('app.request_id', true), '')::uuid,
        nullif(current_setting('app.operation', true), '')::uuid,
        v_action, 'contact_leads', v_lead_id, v_version, v_before, v_after
    );
    RETURN NULL;
END;
$$;

ALTER FUNCTION app.audit_lead() OWNER TO leads_owner;

--
-- Name: FUNCTION audit_lead(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.audit_lead() IS 'Trigger function: writes to app.audit_log what was done to a lead, and by whom: of a change the changed columns alone, version and updated_at left out, which follow by themselves; of what is erased no value. Column by column, since comparing two rows as jsonb would cost as much as the change itself.';

--
-- Name: audit_second_factor(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.audit_second_factor() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION app.audit_second_factor() OWNER TO leads_owner;

--
-- Name: FUNCTION audit_second_factor(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.audit_second_factor() IS 'Trigger function: writes to app.audit_log that a user''s second factor was turned on or off, or a recovery code used.';

--
-- Name: audit_setting(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.audit_setting() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO app.audit_log (actor, actor_role, request_id, operation, action, table_name, subject, before, after)
    VALUES (
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('app.actor_role', true), ''),
        nullif(current_setting('app.request_id', true), '')::uuid,
        nullif(current_setting('app.operation', true), '')::uuid,
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' WHEN 'DELETE' THEN 'deleted' ELSE 'emptied' END,
        TG_TABLE_NAME,
        -- By the column that the trigger names, else by the whole row.
        (SELECT string_agg(f.value, ' ')
         FROM jsonb_each_text(CASE TG_OP WHEN 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END) AS f
         WHERE TG_NARGS = 0 OR f.key = TG_ARGV[0]),
        CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) END,
        CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) END
    );
    RETURN NULL;
END;
$$;

ALTER FUNCTION app.audit_setting() OWNER TO leads_owner;

--
-- Name: FUNCTION audit_setting(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.audit_setting() IS 'Trigger function: writes to app.audit_log what was done to a rule that is kept as a row, such as an allowed move. Its argument is the column that names the row; without one, all of it does.';

--
-- Name: audit_log; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.audit_log (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT app.now() NOT NULL,
    tx xid8 DEFAULT pg_current_xact_id() NOT NULL,
    actor text,
    actor_role text,
    request_id uuid,
    session_user_name text DEFAULT SESSION_USER NOT NULL,
    action text NOT NULL,
    table_name text NOT NULL,
    lead_id bigint,
    subject text,
    before jsonb,
    after jsonb,
    operation uuid,
    lead_version integer,
    salt uuid DEFAULT gen_random_uuid(),
    CONSTRAINT audit_log_action_valid CHECK ((action = ANY (ARRAY['created'::text, 'changed'::text, 'deleted'::text, 'emptied'::text, 'erased'::text, 'purged'::text])))
);

ALTER TABLE app.audit_log OWNER TO leads_owner;

--
-- Name: TABLE audit_log; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.audit_log IS 'Who did what to leads, users and rules, whether by the service or by psql; written by triggers, only ever appended to, and sealed in app.audit_seals. It begins with the migration that made it.';

--
-- Name: COLUMN audit_log.id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.id IS 'Counts up; of one lead in the order of its changes.';

--
-- Name: COLUMN audit_log.at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.at IS 'When the transaction began: the updated_at of what it changed.';

--
-- Name: COLUMN audit_log.tx; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.tx IS 'The transaction.';

--
-- Name: COLUMN audit_log.actor; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.actor IS 'Who acted, as the service said: a username, visitor for a public form, or leads for a job; NULL from psql.';

--
-- Name: COLUMN audit_log.actor_role; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.actor_role IS 'As what: viewer, editor, admin, visitor or job; NULL from psql.';

--
-- Name: COLUMN audit_log.request_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.request_id IS 'The request, as the service''s log and the answer''s X-Request-ID name it.';

--
-- Name: COLUMN audit_log.session_user_name; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.session_user_name IS 'Who was logged in to PostgreSQL, which nobody can choose.';

--
-- Name: COLUMN audit_log.action; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.action IS 'created, changed, deleted, emptied (the table was truncated), erased (the person is), or purged (from the trash).';

--
-- Name: COLUMN audit_log.table_name; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.table_name IS 'contact_leads, users or status_moves.';

--
-- Name: COLUMN audit_log.lead_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.lead_id IS 'The lead, also when it is gone; NULL for what is none.';

--
-- Name: COLUMN audit_log.subject; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.subject IS 'The user or the rule; NULL for a lead.';

--
-- Name: COLUMN audit_log.before; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.before IS 'What it held: of a change the changed columns, of a deletion all of them. NULL too once it is erased.';

--
-- Name: COLUMN audit_log.after; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.after IS 'What it holds now: of a change the changed columns, of a creation all of them. NULL too once it is erased.';

--
-- Name: COLUMN audit_log.operation; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.operation IS 'The operation it was part of (app.operations).';

--
-- Name: COLUMN audit_log.lead_version; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.lead_version IS 'The version of the lead that it made; NULL when the lead is gone.';

--
-- Name: COLUMN audit_log.salt; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_log.salt IS 'Random: stands before the values in their digest. NULL once they are erased.';

--
-- Name: audit_story(app.audit_log); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.audit_story(p_entry app.audit_log) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION app.audit_story(p_entry app.audit_log) OWNER TO leads_owner;

--
-- Name: FUNCTION audit_story(p_entry app.audit_log); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.audit_story(p_entry app.audit_log) IS 'An entry of the audit as a sentence that a person understands: who did what.';

--
-- Name: audit_user(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.audit_user() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION app.audit_user() OWNER TO leads_owner;

--
-- Name: FUNCTION audit_user(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.audit_user() IS 'Trigger function: writes to app.audit_log what was done to a user or an API key; of a password only that it changed, of a key''s hash nothing.';

--
-- Name: begin_operation(text, jsonb, text, uuid, text, text, uuid); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.begin_operation(p_kind text, p_changes jsonb, p_selected text, p_undoes uuid, p_actor text, p_role text, p_request_id uuid) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_older app.operations;
    v_id uuid;
BEGIN
    IF p_kind IN ('erase', 'purge') OR (p_kind = 'undo') <> (p_undoes IS NOT NULL) THEN
        RAISE EXCEPTION USING
            ERRCODE = '42501',
            MESSAGE = 'Only service.erase_person and service.purge_trash erase, and only undo undoes.';
    ELSIF p_undoes IS NOT NULL THEN
        -- Of two that undo it at once the second waits here.
        SELECT o.* INTO v_older FROM app.operations AS o WHERE o.id = p_undoes FOR UPDATE;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD404',
                MESSAGE = format('There is no operation %s.', p_undoes),
                CONSTRAINT = 'operation_not_found',
                COLUMN = 'operation';
        ELSIF v_older.kind IN ('erase', 'purge') THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD409',
                MESSAGE = 'What was erased or purged can''t come back.',
                CONSTRAINT = 'operation_not_undoable',
                COLUMN = 'operation';
        ELSIF v_older.undone_by IS NOT NULL THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD409',
                MESSAGE = 'This operation is undone already.',
                CONSTRAINT = 'operation_already_undone',
                COLUMN = 'operation',
                HINT = format('To do it again, undo operation %s.', v_older.undone_by);
        END IF;
    END IF;
    INSERT INTO app.operations (actor, actor_role, request_id, kind, changes, selected, undoes, trashes)
    VALUES (p_actor, p_role, p_request_id, p_kind, p_changes, p_selected, p_undoes,
        p_kind IN ('delete', 'restore') OR p_kind = 'undo' AND v_older.trashes)
    RETURNING id INTO v_id;
    UPDATE app.operations AS o SET undone_by = v_id WHERE o.id = p_undoes;
    PERFORM app.act_as(p_actor, p_role, p_request_id, v_id);
    RETURN v_id;
END;
$$;

ALTER FUNCTION app.begin_operation(p_kind text, p_changes jsonb, p_selected text, p_undoes uuid, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION begin_operation(p_kind text, p_changes jsonb, p_selected text, p_undoes uuid, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.begin_operation(p_kind text, p_changes jsonb, p_selected text, p_undoes uuid, p_actor text, p_role text, p_request_id uuid) IS 'Notes an operation and returns its id; what this transaction writes to the audit until app.end_operation is part of it. p_kind: status, priority, tags, assignee, follow_up, delete, restore, or undo, and then p_undoes the operation that is undone. LD404 operation_not_found, LD409 operation_not_undoable, operation_already_undone.';

--
-- Name: bin_percentile(integer[], bigint[], numeric); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.bin_percentile(p_bins integer[], p_leads bigint[], p_share numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $$
    SELECT app.bin_seconds(min(h.bin))
    FROM (
        SELECT b.bin, sum(b.leads) OVER (ORDER BY b.bin) AS upto, sum(b.leads) OVER () AS total
        FROM unnest(p_bins, p_leads) AS b (bin, leads)
    ) AS h
    WHERE h.upto >= ceil(p_share * h.total) AND h.total > 0;
$$;

ALTER FUNCTION app.bin_percentile(p_bins integer[], p_leads bigint[], p_share numeric) OWNER TO leads_owner;

--
-- Name: FUNCTION bin_percentile(p_bins integer[], p_leads bigint[], p_share numeric); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.bin_percentile(p_bins integer[], p_leads bigint[], p_share numeric) IS 'The response time, in seconds, within which this share (0 to 1) of the answers came, from a histogram: bins as app.response_bin numbers them, each with its number of leads. Of n answers it is that of the one at place ceil(share * n), within 1 %; NULL of none.';

--
-- Name: bin_seconds(integer); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.bin_seconds(p_bin integer) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN round((CASE WHEN (p_bin < 1) THEN (0.5)::double precision WHEN (p_bin < 415) THEN power((3600)::double precision, ((((p_bin)::numeric - 0.5) / (414)::numeric))::double precision) WHEN (p_bin < 486) THEN ((3600)::double precision * power((4)::double precision, ((((p_bin)::numeric - 414.5) / (71)::numeric))::double precision)) WHEN (p_bin < 522) THEN ((14400)::double precision * power((2)::double precision, ((((p_bin)::numeric - 485.5) / (36)::numeric))::double precision)) WHEN (p_bin < 578) THEN ((28800)::double precision * power((3)::double precision, ((((p_bin)::numeric - 521.5) / (56)::numeric))::double precision)) ELSE ((86400)::double precision * power((1.02)::double precision, (((p_bin)::numeric - 577.5))::double precision)) END)::numeric, 3);

ALTER FUNCTION app.bin_seconds(p_bin integer) OWNER TO leads_owner;

--
-- Name: FUNCTION bin_seconds(p_bin integer); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.bin_seconds(p_bin integer) IS 'The seconds that a bin of app.response_bin stands for, its middle: at most 1 % away from any response time in it (half a second in bin 0).';

--
-- Name: bucket_figures(timestamp with time zone[]); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.bucket_figures(p_starts timestamp with time zone[]) RETURNS TABLE(place integer, by_type boolean, value text, leads bigint, answered bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    v_last timestamptz := p_starts[cardinality(p_starts)];
    -- The UTC days that a bucket begins or ends in the middle of: of those the quarters of an hour are added up.
    v_split timestamptz[] := ARRAY(
        SELECT DISTINCT date_trunc('day', s.at, 'UTC') FROM unnest(p_starts) AS s (at) WHERE s.at <> date_trunc('day', s.at, 'UTC')
    );
BEGIN
    RETURN QUERY
        SELECT width_bucket(f.starts_at, p_starts), f.by_type, f.value, sum(f.leads)::bigint, sum(f.answered)::bigint
        FROM (
            SELECT c.starts_at, c.figure = 'day_type' AS by_type, c.value, c.leads, c.answered
            FROM app.lead_cells AS c
            WHERE c.figure IN ('day_type', 'day_status') AND c.starts_at >= p_starts[1] AND c.starts_at < v_last
                AND c.starts_at NOT IN (SELECT s.at FROM unnest(v_split) AS s (at))
            UNION ALL
            SELECT c.starts_at, c.figure = 'slot_type', c.value, c.leads, c.answered
            FROM unnest(v_split) AS s (day)
            JOIN app.lead_cells AS c
                ON c.figure IN ('slot_type', 'slot_status') AND c.starts_at >= s.day AND c.starts_at < s.day + interval '24 hours'
            WHERE c.starts_at >= p_starts[1] AND c.starts_at < v_last
            UNION ALL
            SELECT c.slot, k.by_type, k.value, c.change, CASE WHEN c.response_bin IS NULL THEN 0 ELSE c.change END
            FROM app.lead_count_changes AS c
            CROSS JOIN LATERAL (VALUES (true, c.lead_type::text), (false, c.status::text)) AS k (by_type, value)
            WHERE NOT c.is_spam AND NOT c.trashed AND c.slot >= p_starts[1] AND c.slot < v_last
        ) AS f
        GROUP BY 1, 2, 3;
END;
$$;

ALTER FUNCTION app.bucket_figures(p_starts timestamp with time zone[]) OWNER TO leads_owner;

--
-- Name: FUNCTION bucket_figures(p_starts timestamp with time zone[]); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.bucket_figures(p_starts timestamp with time zone[]) IS 'The leads of the inbox that came in each bucket, by form (by_type) and by status, from the figures that are kept, not the leads. p_starts: when the buckets begin, and the last one ends, in whole quarters of an hour; place counts them from 1. Buckets with nothing have no row.';

--
-- Name: bucket_starts(text, integer, text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.bucket_starts(p_bucket text, p_count integer, p_time_zone text) RETURNS timestamp with time zone[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
    SELECT array_agg(
        CASE
            WHEN p_bucket = 'hour' THEN date_trunc('hour', app.now(), p_time_zone) + make_interval(hours => n.number)
            ELSE app.local_start(
                date_trunc(p_bucket, app.now() AT TIME ZONE p_time_zone) + n.number * ('1 ' || p_bucket)::interval, p_time_zone)
        END ORDER BY n.number
    )
    FROM generate_series(1 - p_count, 1) AS n (number);
$$;

ALTER FUNCTION app.bucket_starts(p_bucket text, p_count integer, p_time_zone text) OWNER TO leads_owner;

--
-- Name: FUNCTION bucket_starts(p_bucket text, p_count integer, p_time_zone text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.bucket_starts(p_bucket text, p_count integer, p_time_zone text) IS 'When the last p_count hours, days, weeks (from Monday) or months begin by the clock of a time zone, oldest first, the current one the last of them; and when that one ends. A day is as long as it is there, 23 or 25 hours when the clock changes; an hour always has 60 minutes.';

--
-- Name: calendar(text, date, date, text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.calendar(p_bucket text, p_from date, p_to date, p_tz text) RETURNS timestamp with time zone[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_from timestamptz;
    v_to timestamptz;
BEGIN
    IF app.is_time_zone(p_tz) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'p_tz must be UTC or a name such as Europe/Berlin.',
            CONSTRAINT = 'time_zone_not_valid',
            COLUMN = 'p_tz';
    END IF;
    IF p_from IS NULL OR p_to IS NULL OR p_to <= p_from OR p_from < '1972-01-01' OR p_to > '2200-01-01'
        OR p_to - p_from > (CASE p_bucket WHEN 'hour' THEN 400 ELSE 20000 END)
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format(
                'p_from and p_to must be two days from 1972 to 2200, p_to after p_from, and at most %s days apart.',
                CASE p_bucket WHEN 'hour' THEN 400 ELSE 20000 END),
            CONSTRAINT = 'period_not_valid',
            COLUMN = 'p_to',
            HINT = 'p_to is the day after the last one: stats.by_day(''2026-11-01'', ''2026-12-01'', ''Europe/Berlin'') is November.';
    END IF;
    v_from := app.local_start(p_from::timestamp, p_tz);
    v_to := app.local_start(p_to::timestamp, p_tz);
    IF p_bucket IS NULL THEN
        RETURN ARRAY[v_from, v_to];
    END IF;
    IF p_bucket = 'hour' THEN
        RETURN ARRAY(SELECT s.at FROM generate_series(v_from, v_to - interval '1 microsecond', interval '1 hour') AS s (at)) || v_to;
    END IF;
    RETURN ARRAY[v_from] || ARRAY(
        SELECT app.local_start(s.at, p_tz)
        FROM generate_series(date_trunc(p_bucket, p_from::timestamp), p_to::timestamp, ('1 ' || p_bucket)::interval) AS s (at)
        WHERE s.at > p_from AND s.at < p_to
        ORDER BY s.at
    ) || v_to;
END;
$$;

ALTER FUNCTION app.calendar(p_bucket text, p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION calendar(p_bucket text, p_from date, p_to date, p_tz text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.calendar(p_bucket text, p_from date, p_to date, p_tz text) IS 'When the hours, days, weeks or months from p_from to before p_to begin by the clock of p_tz, and when the last one ends; the first and last may be cut short by the period. Of bucket NULL the period alone. LD400 time_zone_not_valid, period_not_valid.';

--
-- Name: chain_hash(bytea, bigint, bytea); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.chain_hash(p_previous bytea, p_number bigint, p_digest bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN sha256(((COALESCE(p_previous, '\x'::bytea) || int8send(p_number)) || p_digest));

ALTER FUNCTION app.chain_hash(p_previous bytea, p_number bigint, p_digest bytea) OWNER TO leads_owner;

--
-- Name: FUNCTION chain_hash(p_previous bytea, p_number bigint, p_digest bytea); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.chain_hash(p_previous bytea, p_number bigint, p_digest bytea) IS 'The hash of one seal: SHA-256 of the seal before it (of nothing for the first), its number (8 bytes, most significant first) and its entry''s digest.';

--
-- Name: check_mail_kind(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.check_mail_kind(p_kind text) RETURNS app.mail_kind
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF p_kind IS NULL OR p_kind <> ALL (enum_range(NULL::app.mail_kind)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no such mail template. There are: %s.', array_to_string(enum_range(NULL::app.mail_kind), ', ')),
            CONSTRAINT = 'template_not_found',
            DATATYPE = array_to_string(enum_range(NULL::app.mail_kind), ', ');
    END IF;
    RETURN p_kind::app.mail_kind;
END;
$$;

ALTER FUNCTION app.check_mail_kind(p_kind text) OWNER TO leads_owner;

--
-- Name: FUNCTION check_mail_kind(p_kind text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.check_mail_kind(p_kind text) IS 'The kind of mail of that name. LD404 template_not_found.';

--
-- Name: check_query(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.check_query(p_query text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
    IF char_length(p_query) > 200 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'A search may have at most 200 characters.',
            CONSTRAINT = 'query_too_long',
            COLUMN = 'q';
    END IF;
END;
$$;

ALTER FUNCTION app.check_query(p_query text) OWNER TO leads_owner;

--
-- Name: FUNCTION check_query(p_query text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.check_query(p_query text) IS 'LD400 query_too_long for a search of more than 200 characters.';

--
-- Name: check_role(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.check_role(p_role text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION app.check_role(p_role text) OWNER TO leads_owner;

--
-- Name: FUNCTION check_role(p_role text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.check_role(p_role text) IS 'LD422 role_not_valid unless a user can have this role.';

--
-- Name: count_leads(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.count_leads() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, slot, source, role, response_bin, change)
        SELECT
            n.status, n.lead_type, n.priority, n.is_spam, n.deleted_at IS NOT NULL, app.slot_of(n.created_at),
            app.source_of(n.source, n.metadata), coalesce(n.role, 'unknown'), app.response_bin(n.created_at, n.first_response_at), count(*)
        FROM new_leads AS n
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, slot, source, role, response_bin, change)
        SELECT c.status, c.lead_type, c.priority, c.is_spam, c.trashed, c.slot, c.source, c.role, c.response_bin, sum(c.change)
        FROM (
            SELECT
                n.status, n.lead_type, n.priority, n.is_spam, n.deleted_at IS NOT NULL AS trashed, app.slot_of(n.created_at) AS slot,
                app.source_of(n.source, n.metadata) AS source, coalesce(n.role, 'unknown') AS role,
                app.response_bin(n.created_at, n.first_response_at) AS response_bin, 1 AS change
            FROM new_leads AS n
            UNION ALL
            SELECT
                o.status, o.lead_type, o.priority, o.is_spam, o.deleted_at IS NOT NULL, app.slot_of(o.created_at),
                app.source_of(o.source, o.metadata), coalesce(o.role, 'unknown'), app.response_bin(o.created_at, o.first_response_at), -1
            FROM old_leads AS o
        ) AS c
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
        HAVING sum(c.change) <> 0;
        IF EXISTS (SELECT FROM new_leads AS n JOIN old_leads AS o ON o.id = n.id WHERE o.status <> n.status) THEN
            -- What is undone has not been: the lead was in its stage all the time.
            WITH moved AS (
                SELECT n.id, o.status AS from_status, n.status AS to_status
                FROM new_leads AS n JOIN old_leads AS o ON o.id = n.id
                WHERE o.status <> n.status
            ), taken_back AS (
                DELETE FROM app.status_changes AS c
                USING moved AS m
                WHERE app.open_operation() = 'undo' AND c.lead_id = m.id AND c.from_status = m.to_status AND c.to_status = m.from_status
                    AND NOT EXISTS (SELECT FROM app.status_changes AS later WHERE later.lead_id = c.lead_id AND later.number > c.number)
                RETURNING c.lead_id
            )
            INSERT INTO app.status_changes (lead_id, at, from_status, to_status)
            SELECT m.id, app.now(), m.from_status, m.to_status
            FROM moved AS m
            WHERE NOT EXISTS (SELECT FROM taken_back AS t WHERE t.lead_id = m.id);
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, slot, source, role, response_bin, change)
        SELECT
            o.status, o.lead_type, o.priority, o.is_spam, o.deleted_at IS NOT NULL, app.slot_of(o.created_at),
            app.source_of(o.source, o.metadata), coalesce(o.role, 'unknown'), app.response_bin(o.created_at, o.first_response_at), -count(*)
        FROM old_leads AS o
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
    ELSE
        -- As the leads themselves, so that an older snapshot sees neither.
        TRUNCATE app.lead_counts, app.lead_cells, app.lead_count_changes;
    END IF;
    -- The service's workers seal after their own writes, and tell of it: a NOTIFY of theirs would have each wait for the other.
    IF session_user NOT IN ('leads_service', 'leads_capture') THEN
        PERFORM pg_notify('leads', '');
    END IF;
    RETURN NULL;
END;
$$;

ALTER FUNCTION app.count_leads() OWNER TO leads_owner;

--
-- Name: FUNCTION count_leads(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.count_leads() IS 'Trigger function, run once a statement: writes to app.lead_count_changes what an INSERT, UPDATE, DELETE or TRUNCATE of leads changed in the totals and figures, and to app.status_changes which leads moved. Writers only append, so none waits for another. What others than the service write is told to it by NOTIFY leads.';

--
-- Name: lead_count_changes; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.lead_count_changes (
    status public.lead_status NOT NULL,
    lead_type public.lead_type NOT NULL,
    priority public.lead_priority NOT NULL,
    is_spam boolean NOT NULL,
    trashed boolean NOT NULL,
    change integer NOT NULL,
    slot timestamp with time zone NOT NULL,
    source text NOT NULL,
    role text NOT NULL,
    response_bin integer
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_insert_threshold='-1', autovacuum_vacuum_cost_delay='0');

ALTER TABLE app.lead_count_changes OWNER TO leads_owner;

--
-- Name: TABLE lead_count_changes; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.lead_count_changes IS 'What has changed in app.lead_counts and app.lead_cells since, written by the triggers contact_leads_totals_...: read app.lead_totals and app.lead_figures.';

--
-- Name: COLUMN lead_count_changes.status; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_count_changes.status IS 'Where the leads stand.';

--
-- Name: COLUMN lead_count_changes.lead_type; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_count_changes.lead_type IS 'Which form they came by.';

--
-- Name: COLUMN lead_count_changes.priority; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_count_changes.priority IS 'How soon they want an answer.';

--
-- Name: COLUMN lead_count_changes.is_spam; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_count_changes.is_spam IS 'Whether they are judged to be spam.';

--
-- Name: COLUMN lead_count_changes.trashed; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_count_changes.trashed IS 'Whether they are in the trash.';

--
-- Name: COLUMN lead_count_changes.change; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_count_changes.change IS 'How many more, or fewer.';

--
-- Name: COLUMN lead_count_changes.slot; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_count_changes.slot IS 'The quarter of an hour in which they came (app.slot_of).';

--
-- Name: COLUMN lead_count_changes.source; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_count_changes.source IS 'What they count for as their source (app.source_of).';

--
-- Name: COLUMN lead_count_changes.role; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_count_changes.role IS 'What the visitor says they are, else unknown.';

--
-- Name: COLUMN lead_count_changes.response_bin; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_count_changes.response_bin IS 'How long the first answer took (app.response_bin); NULL without one.';

--
-- Name: lead_counts; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.lead_counts (
    status public.lead_status NOT NULL,
    lead_type public.lead_type NOT NULL,
    priority public.lead_priority NOT NULL,
    is_spam boolean NOT NULL,
    trashed boolean NOT NULL,
    leads bigint NOT NULL
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000');

ALTER TABLE app.lead_counts OWNER TO leads_owner;

--
-- Name: TABLE lead_counts; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.lead_counts IS 'How many leads there were of each kind when service.tidy() last folded: read app.lead_totals.';

--
-- Name: COLUMN lead_counts.status; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_counts.status IS 'Where the leads stand.';

--
-- Name: COLUMN lead_counts.lead_type; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_counts.lead_type IS 'Which form they came by.';

--
-- Name: COLUMN lead_counts.priority; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_counts.priority IS 'How soon they want an answer.';

--
-- Name: COLUMN lead_counts.is_spam; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_counts.is_spam IS 'Whether they are judged to be spam.';

--
-- Name: COLUMN lead_counts.trashed; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_counts.trashed IS 'Whether they are in the trash.';

--
-- Name: COLUMN lead_counts.leads; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_counts.leads IS 'How many.';

--
-- Name: lead_totals; Type: VIEW; Schema: app; Owner: leads_owner
--

CREATE VIEW app.lead_totals WITH (security_invoker='false') AS
 SELECT c.status,
    c.lead_type,
    c.priority,
    c.is_spam,
    c.trashed,
    c.leads
   FROM app.lead_counts c
UNION ALL
 SELECT c.status,
    c.lead_type,
    c.priority,
    c.is_spam,
    c.trashed,
    (c.change)::bigint AS leads
   FROM app.lead_count_changes c;

ALTER VIEW app.lead_totals OWNER TO leads_owner;

--
-- Name: VIEW lead_totals; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON VIEW app.lead_totals IS 'How many leads there are, exact in every snapshot. To be summed up: one kind of lead may have several rows, some below zero.';

--
-- Name: COLUMN lead_totals.status; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_totals.status IS 'Where the leads stand.';

--
-- Name: COLUMN lead_totals.lead_type; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_totals.lead_type IS 'Which form they came by.';

--
-- Name: COLUMN lead_totals.priority; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_totals.priority IS 'How soon they want an answer.';

--
-- Name: COLUMN lead_totals.is_spam; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_totals.is_spam IS 'Whether they are judged to be spam.';

--
-- Name: COLUMN lead_totals.trashed; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_totals.trashed IS 'Whether they are in the trash.';

--
-- Name: COLUMN lead_totals.leads; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_totals.leads IS 'So many, or so many more or fewer: sum(leads) is the number.';

--
-- Name: digest(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.digest() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 WITH new AS (
          SELECT l.lead_type,
             l.first_response_at
            FROM public.contact_leads l
           WHERE ((l.created_at > (app.now() - '24:00:00'::interval)) AND (l.created_at <= app.now()) AND (l.deleted_at IS NULL) AND (NOT l.is_spam))
         ), waiting AS (
          SELECT l.id
            FROM public.contact_leads l
           WHERE ((l.status = 'unread'::public.lead_status) AND (l.priority = ANY (ARRAY['high'::public.lead_priority, 'urgent'::public.lead_priority])) AND (l.deleted_at IS NULL) AND (NOT l.is_spam))
           ORDER BY l.priority DESC, l.created_at, l.id
          LIMIT 20
         )
  SELECT jsonb_build_object('new', ( SELECT count(*) AS count
            FROM new), 'new_by_type', ( SELECT COALESCE(jsonb_object_agg(n.lead_type, n.leads), '{}'::jsonb) AS "coalesce"
            FROM ( SELECT n_1.lead_type,
                     count(*) AS leads
                    FROM new n_1
                   GROUP BY n_1.lead_type) n), 'answered', ( SELECT count(*) AS count
            FROM new n
           WHERE (n.first_response_at IS NOT NULL)), 'unread', ( SELECT COALESCE(sum(t.leads), (0)::numeric) AS "coalesce"
            FROM app.lead_totals t
           WHERE ((t.status = 'unread'::public.lead_status) AND (NOT t.is_spam) AND (NOT t.trashed))), 'lead_ids', ( SELECT COALESCE(jsonb_agg(w.id), '[]'::jsonb) AS "coalesce"
            FROM waiting w)) AS jsonb_build_object;
END;

ALTER FUNCTION app.digest() OWNER TO leads_owner;

--
-- Name: FUNCTION digest(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.digest() IS 'The numbers of the daily digest: leads of the last 24 hours (new, new_by_type, answered), all that are unread, and the first 20 unread ones of high priority (lead_ids).';

--
-- Name: end_operation(uuid, bigint, bigint); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.end_operation(p_id uuid, p_changed bigint, p_skipped bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    UPDATE app.operations AS o
    -- What was set for nobody is kept for nobody: an erasure couldn't tell whose it was.
    SET changed = p_changed, skipped = p_skipped, changes = CASE WHEN p_changed > 0 THEN o.changes END
    WHERE o.id = p_id AND o.tx = pg_current_xact_id() AND o.changed IS NULL;
    PERFORM app.act_as(NULL, NULL, NULL);
END;
$$;

ALTER FUNCTION app.end_operation(p_id uuid, p_changed bigint, p_skipped bigint) OWNER TO leads_owner;

--
-- Name: FUNCTION end_operation(p_id uuid, p_changed bigint, p_skipped bigint); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.end_operation(p_id uuid, p_changed bigint, p_skipped bigint) IS 'Says how many leads the operation of this transaction changed and left as they were; what follows is no part of it.';

--
-- Name: end_sessions(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.end_sessions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM app.revoke_sessions(CASE WHEN TG_OP <> 'TRUNCATE' THEN OLD.id END);
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD END;
END;
$$;

ALTER FUNCTION app.end_sessions() OWNER TO leads_owner;

--
-- Name: FUNCTION end_sessions(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.end_sessions() IS 'Trigger function: who is disabled or removed, or has another password, role or name, is logged out everywhere.';

--
-- Name: entry_digest(app.audit_log, bytea); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.entry_digest(p_entry app.audit_log, p_values_digest bytea) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN sha256((convert_to((jsonb_build_array((p_entry).id, EXTRACT(epoch FROM (p_entry).at), ((p_entry).tx)::text, (p_entry).actor, (p_entry).actor_role, (p_entry).request_id, (p_entry).session_user_name, (p_entry).action, (p_entry).table_name, (p_entry).lead_id, (p_entry).subject, (p_entry).operation, (p_entry).lead_version))::text, 'UTF8'::name) || p_values_digest));

ALTER FUNCTION app.entry_digest(p_entry app.audit_log, p_values_digest bytea) OWNER TO leads_owner;

--
-- Name: FUNCTION entry_digest(p_entry app.audit_log, p_values_digest bytea); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.entry_digest(p_entry app.audit_log, p_values_digest bytea) IS 'SHA-256 of an entry of the audit: of who, when and what as they stand there, and of its values by their digest alone.';

--
-- Name: erase_leads(bigint[], text, text, text, uuid); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.erase_leads(p_ids bigint[], p_kind text, p_actor text, p_role text, p_request_id uuid) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION app.erase_leads(p_ids bigint[], p_kind text, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION erase_leads(p_ids bigint[], p_kind text, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.erase_leads(p_ids bigint[], p_kind text, p_actor text, p_role text, p_request_id uuid) IS 'Removes leads for good, with all that tells of them: their rows, search, figures, idempotency keys, mails, the values and salts of their audit, what operations set for them alone. What stays: that, when and by whom; and of those that were in the inbox a count in app.erased_leads. p_kind: erase or purge. Returns the operation, still to be ended.';

--
-- Name: etag(bigint, integer); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.etag(p_id bigint, p_version integer) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (((('"'::text || p_id) || '-'::text) || p_version) || '"'::text);

ALTER FUNCTION app.etag(p_id bigint, p_version integer) OWNER TO leads_owner;

--
-- Name: FUNCTION etag(p_id bigint, p_version integer); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.etag(p_id bigint, p_version integer) IS 'The strong ETag (RFC 9110, 8.8.3) of one version of a lead.';

--
-- Name: figure_differences(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.figure_differences() RETURNS TABLE(kept_in text, figure text, starts_at timestamp with time zone, value text, leads bigint, leads_kept bigint, answered bigint, answered_kept bigint)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    AS $$
    WITH leads AS MATERIALIZED (
        SELECT
            l.status::text AS status, l.lead_type::text AS lead_type, l.priority::text AS priority, l.is_spam, l.deleted_at IS NOT NULL AS trashed,
            date_bin(interval '15 minutes', l.created_at, timestamptz '2000-01-01 00:00:00+00') AS slot,
            date_trunc('day', l.created_at, 'UTC') AS day,
            app.source_of(l.source, l.metadata) AS source, coalesce(l.role, 'unknown') AS role,
            app.response_bin(l.created_at, l.first_response_at) AS bin
        FROM public.contact_leads AS l
    ), inbox AS NOT MATERIALIZED (
        SELECT l.* FROM leads AS l WHERE NOT l.is_spam AND NOT l.trashed
    ), counted AS (
        SELECT 'slot_type' AS figure, i.slot AS starts_at, i.lead_type AS value, count(*) AS leads, count(i.bin) AS answered FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'slot_status', i.slot, i.status, count(*), count(i.bin) FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'day_type', i.day, i.lead_type, count(*), count(i.bin) FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'day_status', i.day, i.status, count(*), count(i.bin) FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'day_source', i.day, i.source, count(*), count(i.bin) FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'day_response', i.day, i.bin::text, count(*), count(i.bin) FROM inbox AS i WHERE i.bin IS NOT NULL GROUP BY 2, 3
        UNION ALL SELECT 'source', '-infinity', i.source, count(*), count(i.bin) FROM inbox AS i GROUP BY 3
        UNION ALL SELECT 'role', '-infinity', i.role, count(*), count(i.bin) FROM inbox AS i GROUP BY 3
        UNION ALL SELECT 'response', '-infinity', i.bin::text, count(*), count(i.bin) FROM inbox AS i WHERE i.bin IS NOT NULL GROUP BY 3
    ), kept AS (
        SELECT f.figure::text AS figure, f.starts_at, f.value, sum(f.leads)::bigint AS leads, sum(f.answered)::bigint AS answered
        FROM app.lead_figures AS f
        GROUP BY 1, 2, 3
    ), kinds AS (
        SELECT concat_ws(' ', l.status, l.lead_type, l.priority, l.is_spam, l.trashed) AS value, count(*) AS leads FROM leads AS l GROUP BY 1
    ), kinds_kept AS (
        SELECT concat_ws(' ', t.status, t.lead_type, t.priority, t.is_spam, t.trashed) AS value, sum(t.leads)::bigint AS leads
        FROM app.lead_totals AS t
        GROUP BY 1
    )
    SELECT
        'lead_cells', coalesce(c.figure, k.figure), coalesce(c.starts_at, k.starts_at), coalesce(c.value, k.value),
        coalesce(c.leads, 0), coalesce(k.leads, 0), coalesce(c.answered, 0), coalesce(k.answered, 0)
    FROM counted AS c
    FULL JOIN kept AS k ON k.figure = c.figure AND k.starts_at = c.starts_at AND k.value = c.value
    WHERE (coalesce(c.leads, 0), coalesce(c.answered, 0)) <> (coalesce(k.leads, 0), coalesce(k.answered, 0))
    UNION ALL
    SELECT 'lead_counts', 'total', '-infinity', coalesce(c.value, k.value), coalesce(c.leads, 0), coalesce(k.leads, 0), NULL, NULL
    FROM kinds AS c
    FULL JOIN kinds_kept AS k ON k.value = c.value
    WHERE coalesce(c.leads, 0) <> coalesce(k.leads, 0);
$$;

ALTER FUNCTION app.figure_differences() OWNER TO leads_owner;

--
-- Name: FUNCTION figure_differences(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.figure_differences() IS 'Counts every lead, and returns a row for each cell of app.lead_cells and app.lead_counts (with what waits in app.lead_count_changes) that says something else: counted, and kept. None is what it should be. Takes some seconds a million leads.';

--
-- Name: figures_of(timestamp with time zone, public.lead_type, public.lead_status, text, text, integer); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.figures_of(p_slot timestamp with time zone, p_lead_type public.lead_type, p_status public.lead_status, p_source text, p_role text, p_response_bin integer) RETURNS TABLE(figure app.figure, starts_at timestamp with time zone, value text)
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT f.figure,
     f.starts_at,
     f.value
    FROM ( VALUES ('slot_type'::app.figure,figures_of.p_slot,(figures_of.p_lead_type)::text), ('slot_status'::app.figure,figures_of.p_slot,(figures_of.p_status)::text), ('day_type'::app.figure,date_trunc('day'::text, figures_of.p_slot, 'UTC'::text),(figures_of.p_lead_type)::text), ('day_status'::app.figure,date_trunc('day'::text, figures_of.p_slot, 'UTC'::text),(figures_of.p_status)::text), ('day_source'::app.figure,date_trunc('day'::text, figures_of.p_slot, 'UTC'::text),figures_of.p_source), ('day_response'::app.figure,date_trunc('day'::text, figures_of.p_slot, 'UTC'::text),(figures_of.p_response_bin)::text), ('source'::app.figure,'-infinity'::timestamp with time zone,figures_of.p_source), ('role'::app.figure,'-infinity'::timestamp with time zone,figures_of.p_role), ('response'::app.figure,'-infinity'::timestamp with time zone,(figures_of.p_response_bin)::text)) f(figure, starts_at, value)
   WHERE (f.value IS NOT NULL);
END;

ALTER FUNCTION app.figures_of(p_slot timestamp with time zone, p_lead_type public.lead_type, p_status public.lead_status, p_source text, p_role text, p_response_bin integer) OWNER TO leads_owner;

--
-- Name: FUNCTION figures_of(p_slot timestamp with time zone, p_lead_type public.lead_type, p_status public.lead_status, p_source text, p_role text, p_response_bin integer); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.figures_of(p_slot timestamp with time zone, p_lead_type public.lead_type, p_status public.lead_status, p_source text, p_role text, p_response_bin integer) IS 'The cells of app.lead_cells that a lead of the inbox counts in, by what app.lead_count_changes says of it.';

--
-- Name: fold(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.fold(p_text text) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, p_text));

ALTER FUNCTION app.fold(p_text text) OWNER TO leads_owner;

--
-- Name: FUNCTION fold(p_text text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.fold(p_text text) IS 'A text for comparing: lower-case, accents and ligatures folded (Müller: muller, Łódź: lodz, Strauß: strauss).';

--
-- Name: fold_figures(integer); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.fold_figures(p_limit integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    -- One statement: every snapshot has either the changes or the counts that hold them.
    WITH gone AS MATERIALIZED (
        DELETE FROM app.lead_count_changes AS c
        WHERE c.ctid = ANY (ARRAY(SELECT l.ctid FROM app.lead_count_changes AS l LIMIT p_limit))
        RETURNING c.*
    ), totals AS (
        INSERT INTO app.lead_counts AS c (status, lead_type, priority, is_spam, trashed, leads)
        SELECT g.status, g.lead_type, g.priority, g.is_spam, g.trashed, sum(g.change)
        FROM gone AS g
        GROUP BY 1, 2, 3, 4, 5
        HAVING sum(g.change) <> 0
        ON CONFLICT ON CONSTRAINT lead_counts_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads
    )
    INSERT INTO app.lead_cells AS c (figure, starts_at, value, leads, answered)
    SELECT f.figure, f.starts_at, f.value, sum(g.change), coalesce(sum(g.change) FILTER (WHERE g.response_bin IS NOT NULL), 0)
    FROM gone AS g
    CROSS JOIN LATERAL app.figures_of(g.slot, g.lead_type, g.status, g.source, g.role, g.response_bin) AS f
    WHERE NOT g.is_spam AND NOT g.trashed
    GROUP BY 1, 2, 3
    HAVING sum(g.change) <> 0 OR sum(g.change) FILTER (WHERE g.response_bin IS NOT NULL) <> 0
    ON CONFLICT ON CONSTRAINT lead_cells_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads, answered = c.answered + EXCLUDED.answered;
    DELETE FROM app.lead_counts AS c WHERE c.leads = 0;
    DELETE FROM app.lead_cells AS c WHERE c.leads = 0 AND c.answered = 0;
END;
$$;

ALTER FUNCTION app.fold_figures(p_limit integer) OWNER TO leads_owner;

--
-- Name: FUNCTION fold_figures(p_limit integer); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.fold_figures(p_limit integer) IS 'Folds so many rows of app.lead_count_changes (NULL for all) into app.lead_counts and app.lead_cells, and takes away what counts nothing any more. Who calls it holds the advisory lock of service.tidy().';

--
-- Name: follow_lead_lifecycle(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.follow_lead_lifecycle() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_may boolean := EXISTS (
        SELECT FROM app.status_moves AS m WHERE m.from_status = OLD.status AND m.to_status = NEW.status
    );
    v_allowed text;
BEGIN
    IF v_may AND NEW.status <> 'contacted' THEN
        RETURN NEW;
    END IF;
    -- While an operation is undone, a lead may go back to what the operation found it in.
    IF EXISTS (
        SELECT
        FROM app.operations AS undo
        JOIN app.operations AS o ON o.id = undo.undoes
        JOIN app.audit_log AS a ON a.operation = o.id AND a.tx = o.tx
        WHERE undo.changed IS NULL AND undo.tx = pg_current_xact_id()
            AND a.lead_id = OLD.id AND a.before ->> 'status' = NEW.status::text
    ) THEN
        RETURN NEW;
    END IF;
    IF NOT v_may THEN
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
    NEW.last_contacted := app.now();
    NEW.first_response_at := coalesce(OLD.first_response_at, app.now());
    RETURN NEW;
END;
$$;

ALTER FUNCTION app.follow_lead_lifecycle() OWNER TO leads_owner;

--
-- Name: FUNCTION follow_lead_lifecycle(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.follow_lead_lifecycle() IS 'Trigger function: a lead''s status moves only as app.status_moves allows (LD409 status_move_not_allowed), or back while an operation is undone; entering contacted sets last_contacted and, the first time, first_response_at. SECURITY DEFINER, so that the rule is the same for whoever may change a lead.';

--
-- Name: funnel(timestamp with time zone[]); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.funnel(p_starts timestamp with time zone[]) RETURNS TABLE(place integer, arrived bigint, opened bigint, contacted bigint, archived bigint, dismissed bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
BEGIN
    RETURN QUERY
        WITH figures AS (
            SELECT
                f.place,
                sum(f.leads) AS leads,
                sum(f.answered) AS answered,
                sum(f.leads - f.answered) FILTER (WHERE f.value = 'unread') AS unopened,
                sum(f.answered) FILTER (WHERE f.value = 'archived') AS archived,
                sum(f.leads - f.answered) FILTER (WHERE f.value = 'archived') AS dismissed
            FROM app.bucket_figures(p_starts) AS f
            WHERE NOT f.by_type
            GROUP BY f.place
        ), went_back AS (
            -- The few that stand nearer to the beginning than they once did.
            SELECT
                width_bucket(l.created_at, p_starts) AS place,
                count(*) FILTER (WHERE l.status = 'unread' AND l.first_response_at IS NULL) AS opened,
                count(*) FILTER (WHERE b.archived AND l.status <> 'archived' AND l.first_response_at IS NOT NULL) AS archived,
                count(*) FILTER (WHERE b.archived AND l.status <> 'archived' AND l.first_response_at IS NULL) AS dismissed
            FROM (
                SELECT c.lead_id, bool_or(c.from_status = 'archived') AS archived
                FROM app.status_changes AS c
                WHERE c.to_status = 'unread' OR c.from_status = 'archived'
                GROUP BY c.lead_id
            ) AS b
            JOIN public.contact_leads AS l ON l.id = b.lead_id
            WHERE l.created_at >= p_starts[1] AND l.created_at < p_starts[cardinality(p_starts)] AND NOT l.is_spam AND l.deleted_at IS NULL
            GROUP BY 1
        )
        SELECT
            f.place, f.leads::bigint, (f.leads - coalesce(f.unopened, 0) + coalesce(b.opened, 0))::bigint, f.answered::bigint,
            (coalesce(f.archived, 0) + coalesce(b.archived, 0))::bigint, (coalesce(f.dismissed, 0) + coalesce(b.dismissed, 0))::bigint
        FROM figures AS f
        LEFT JOIN went_back AS b ON b.place = f.place;
END;
$$;

ALTER FUNCTION app.funnel(p_starts timestamp with time zone[]) OWNER TO leads_owner;

--
-- Name: FUNCTION funnel(p_starts timestamp with time zone[]); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.funnel(p_starts timestamp with time zone[]) IS 'How far the leads of each bucket ever got: arrived, opened (were in another stage than unread), contacted, archived (after being contacted); and dismissed: archived, never contacted. p_starts as app.bucket_figures takes them.';

--
-- Name: is_plain_query(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.is_plain_query(p_query text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (p_query !~* '["“”„‟«»＂]|(^|\s)-|(^|\s)or(\s|$)'::text);

ALTER FUNCTION app.is_plain_query(p_query text) OWNER TO leads_owner;

--
-- Name: FUNCTION is_plain_query(p_query text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.is_plain_query(p_query text) IS 'Whether a search is of plain words. Who writes "a phrase", or, or -unwanted says exactly what is meant, and wants nothing that is only similar.';

--
-- Name: is_time_zone(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.is_time_zone(p_name text) RETURNS boolean
    LANGUAGE plpgsql STABLE STRICT
    SET search_path TO 'pg_catalog'
    AS $_$
BEGIN
    -- AT TIME ZONE also takes abbreviations (CEST), which have no slash, and rules in the manner of POSIX (foo+3), which have a digit.
    IF p_name = 'UTC' OR p_name ~ '^[A-Z][A-Za-z_]*(/[A-Z][A-Za-z_-]*){1,2}$' THEN
        PERFORM app.now() AT TIME ZONE p_name;
        RETURN true;
    END IF;
    -- For the few other names (Etc/GMT+3, CET): this reads the file of every time zone, which takes 10 ms.
    RETURN EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = p_name);
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN false;
END;
$_$;

ALTER FUNCTION app.is_time_zone(p_name text) OWNER TO leads_owner;

--
-- Name: FUNCTION is_time_zone(p_name text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.is_time_zone(p_name text) IS 'Whether a text names a time zone of the IANA database, such as Europe/Berlin or UTC.';

--
-- Name: keep_search(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.keep_search() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO app.lead_search AS s (lead_id, document, names)
    VALUES (
        NEW.id,
        app.search_document(NEW.name, NEW.company, NEW.email, NEW.subject, NEW.message),
        app.search_names(NEW.name, NEW.company, NEW.email)
    )
    ON CONFLICT (lead_id) DO UPDATE SET document = EXCLUDED.document, names = EXCLUDED.names;
    RETURN NULL;
END;
$$;

ALTER FUNCTION app.keep_search() OWNER TO leads_owner;

--
-- Name: FUNCTION keep_search(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.keep_search() IS 'Trigger function: app.lead_search follows a lead, whoever writes it. SECURITY DEFINER, since nobody may write that table by hand.';

--
-- Name: largest_figures(app.figure, integer); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.largest_figures(p_figure app.figure, p_limit integer) RETURNS TABLE(value text, leads bigint, answered bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH pending AS MATERIALIZED (
            SELECT
                CASE p_figure WHEN 'source' THEN c.source ELSE c.role END AS value,
                sum(c.change) AS leads, coalesce(sum(c.change) FILTER (WHERE c.response_bin IS NOT NULL), 0) AS answered
            FROM app.lead_count_changes AS c
            WHERE NOT c.is_spam AND NOT c.trashed
            GROUP BY 1
        ), kept AS MATERIALIZED (
            -- One that isn't among so many is among the largest only by what is pending.
            SELECT c.value
            FROM app.lead_cells AS c
            WHERE c.figure = p_figure AND c.starts_at = '-infinity'
            ORDER BY c.leads DESC, c.value
            LIMIT p_limit + (SELECT count(*) FROM pending)
        )
        SELECT v.value, (coalesce(c.leads, 0) + coalesce(p.leads, 0))::bigint, (coalesce(c.answered, 0) + coalesce(p.answered, 0))::bigint
        FROM (SELECT k.value FROM kept AS k UNION SELECT p.value FROM pending AS p) AS v
        LEFT JOIN app.lead_cells AS c ON c.figure = p_figure AND c.starts_at = '-infinity' AND c.value = v.value
        LEFT JOIN pending AS p ON p.value = v.value
        WHERE coalesce(c.leads, 0) + coalesce(p.leads, 0) > 0
        ORDER BY 2 DESC, 1
        LIMIT p_limit;
END;
$$;

ALTER FUNCTION app.largest_figures(p_figure app.figure, p_limit integer) OWNER TO leads_owner;

--
-- Name: FUNCTION largest_figures(p_figure app.figure, p_limit integer); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.largest_figures(p_figure app.figure, p_limit integer) IS 'The largest sources or roles of the inbox (figure source or role), with their leads, and how many of those were ever contacted. Reads as many rows as it returns, however many there are.';

--
-- Name: lead_for_mail(public.contact_leads, boolean); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.lead_for_mail(p_lead public.contact_leads, p_to_team boolean) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT (jsonb_build_object('id', (p_lead).id, 'reference', (p_lead).reference, 'lead_type', (p_lead).lead_type, 'name', (p_lead).name, 'created_at', to_char(((p_lead).created_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI "UTC"'::text)) ||
         CASE
             WHEN p_to_team THEN jsonb_build_object('email', (p_lead).email, 'company', (p_lead).company, 'phone', (p_lead).phone, 'role', (p_lead).role, 'subject', (p_lead).subject, 'message', "left"((p_lead).message, 2000), 'source', (p_lead).source, 'priority', (p_lead).priority, 'status', (p_lead).status, 'assignee', (p_lead).assignee, 'follow_up_date', (p_lead).follow_up_date)
             ELSE '{}'::jsonb
         END);
END;

ALTER FUNCTION app.lead_for_mail(p_lead public.contact_leads, p_to_team boolean) OWNER TO leads_owner;

--
-- Name: FUNCTION lead_for_mail(p_lead public.contact_leads, p_to_team boolean); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.lead_for_mail(p_lead public.contact_leads, p_to_team boolean) IS 'What a mail may tell of a lead: to the team all that one acts by; to the visitor, whose address somebody else may have typed, nothing that was written in the form but the name.';

--
-- Name: lead_to_change(bigint, text, boolean); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.lead_to_change(p_id bigint, p_if_match text, p_trashed_too boolean DEFAULT false) RETURNS public.contact_leads
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
DECLARE
    v_lead public.contact_leads;
BEGIN
    -- Of two at once the second waits here, and then sees what the first has made of it.
    SELECT l.* INTO v_lead
    FROM public.contact_leads AS l
    WHERE l.id = p_id AND (l.deleted_at IS NULL OR p_trashed_too)
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

ALTER FUNCTION app.lead_to_change(p_id bigint, p_if_match text, p_trashed_too boolean) OWNER TO leads_owner;

--
-- Name: FUNCTION lead_to_change(p_id bigint, p_if_match text, p_trashed_too boolean); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.lead_to_change(p_id bigint, p_if_match text, p_trashed_too boolean) IS 'A lead, locked until the transaction ends. p_if_match: an If-Match header (RFC 9110, 13.1.1), NULL without one. LD404 lead_not_found when there is none, or it is in the trash (unless p_trashed_too); LD412 version_conflict when it has another ETag.';

--
-- Name: lexeme(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.lexeme(p_text text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ((''''::text || replace(replace(p_text, '\'::text, '\\'::text), ''''::text, ''''''::text)) || ''''::text);

ALTER FUNCTION app.lexeme(p_text text) OWNER TO leads_owner;

--
-- Name: FUNCTION lexeme(p_text text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.lexeme(p_text text) IS 'A text quoted as one lexeme, for a cast to tsvector or tsquery.';

--
-- Name: limit_saved_views(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.limit_saved_views() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    -- Of two who add at once the second waits here, and then counts what the first has added.
    PERFORM pg_advisory_xact_lock(465557349494);
    IF (SELECT count(*) FROM app.saved_views) > 200 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = 'There are 200 views, and can''t be more.',
            CONSTRAINT = 'too_many_views',
            HINT = 'Remove one first.';
    END IF;
    RETURN NULL;
END;
$$;

ALTER FUNCTION app.limit_saved_views() OWNER TO leads_owner;

--
-- Name: FUNCTION limit_saved_views(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.limit_saved_views() IS 'Trigger function: there are at most 200 views, so that a list of them stays one that people read. LD409 too_many_views.';

--
-- Name: local_start(timestamp without time zone, text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.local_start(p_local timestamp without time zone, p_time_zone text) RETURNS timestamp with time zone
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    RETURN CASE WHEN ((((p_local AT TIME ZONE p_time_zone) - '01:00:00'::interval) AT TIME ZONE p_time_zone) >= p_local) THEN ((p_local AT TIME ZONE p_time_zone) - '01:00:00'::interval) ELSE (p_local AT TIME ZONE p_time_zone) END;

ALTER FUNCTION app.local_start(p_local timestamp without time zone, p_time_zone text) OWNER TO leads_owner;

--
-- Name: FUNCTION local_start(p_local timestamp without time zone, p_time_zone text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.local_start(p_local timestamp without time zone, p_time_zone text) IS 'When the clock of a time zone first shows this time. One that it skips is when it would have: the first instant after.';

--
-- Name: login_delay(integer, integer, integer); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.login_delay(p_failures integer, p_free integer, p_longest integer) RETURNS interval
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN (p_failures < p_free) THEN '00:00:00'::interval ELSE make_interval(secs => LEAST(((5)::double precision * ((2)::double precision ^ (LEAST((p_failures - p_free), 20))::double precision)), (p_longest)::double precision)) END;

ALTER FUNCTION app.login_delay(p_failures integer, p_free integer, p_longest integer) OWNER TO leads_owner;

--
-- Name: FUNCTION login_delay(p_failures integer, p_free integer, p_longest integer); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.login_delay(p_failures integer, p_free integer, p_longest integer) IS 'How long after a failed try to log in the next one is refused: not at all before p_free failures, then 5 s, twice as long with each, at most p_longest seconds.';

--
-- Name: outbox; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.outbox (
    id bigint NOT NULL,
    key uuid DEFAULT gen_random_uuid() NOT NULL,
    kind app.mail_kind NOT NULL,
    occasion text NOT NULL,
    lead_id bigint,
    recipient text,
    is_test boolean DEFAULT false NOT NULL,
    bundle text,
    state app.mail_state DEFAULT 'queued'::app.mail_state NOT NULL,
    created_at timestamp with time zone DEFAULT app.now() NOT NULL,
    wanted_at timestamp with time zone DEFAULT app.now() NOT NULL,
    due_at timestamp with time zone DEFAULT app.now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    first_attempt_at timestamp with time zone,
    ended_at timestamp with time zone,
    error text,
    merged_into bigint,
    lead_ids bigint[],
    more integer DEFAULT 0 NOT NULL,
    content jsonb,
    transport text,
    provider_id text,
    delivery text,
    delivery_at timestamp with time zone,
    delivery_detail text,
    opened integer DEFAULT 0 NOT NULL,
    last_opened_at timestamp with time zone,
    CONSTRAINT outbox_delivery_valid CHECK ((delivery = ANY (ARRAY['delivered'::text, 'delayed'::text, 'bounced'::text, 'complained'::text, 'failed'::text])))
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_cost_delay='0');

ALTER TABLE app.outbox OWNER TO leads_owner;

--
-- Name: TABLE outbox; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.outbox IS 'Every mail that is to be sent, and was: queued in the transaction of what it is about. Kept for 90 days after its end.';

--
-- Name: COLUMN outbox.id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.id IS 'In the order in which they were queued, about.';

--
-- Name: COLUMN outbox.key; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.key IS 'Names it to the outside: the provider''s idempotency key, the Message-ID, the file in the mailbox. Another one after a retry by hand.';

--
-- Name: COLUMN outbox.kind; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.kind IS 'Which template it is made of, and whom it is for.';

--
-- Name: COLUMN outbox.occasion; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.occasion IS 'What gave rise to it: of each there is one mail.';

--
-- Name: COLUMN outbox.lead_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.lead_id IS 'The lead that it is about, if it is one.';

--
-- Name: COLUMN outbox.recipient; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.recipient IS 'An address; NULL for the team, whose addresses NOTIFY_TO holds.';

--
-- Name: COLUMN outbox.is_test; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.is_test IS 'Asked for by hand, with made-up values.';

--
-- Name: COLUMN outbox.bundle; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.bundle IS 'Those of one bundle that wait go out as one mail.';

--
-- Name: COLUMN outbox.state; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.state IS 'How far it is.';

--
-- Name: COLUMN outbox.created_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.created_at IS 'When it was queued.';

--
-- Name: COLUMN outbox.wanted_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.wanted_at IS 'When it was meant to go out. A day later it is not sent any more, unless it was tried before.';

--
-- Name: COLUMN outbox.due_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.due_at IS 'When it is tried (again). Of one that a worker has: until when it is the worker''s, and others leave it alone.';

--
-- Name: COLUMN outbox.attempts; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.attempts IS 'How often it was tried.';

--
-- Name: COLUMN outbox.first_attempt_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.first_attempt_at IS 'When it was first tried. The provider knows its key for 24 hours; it is given up an hour before.';

--
-- Name: COLUMN outbox.ended_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.ended_at IS 'When it was sent, skipped, merged or given up.';

--
-- Name: COLUMN outbox.error; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.error IS 'Why it waits, was skipped, or was given up.';

--
-- Name: COLUMN outbox.merged_into; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.merged_into IS 'The mail that it went out with.';

--
-- Name: COLUMN outbox.lead_ids; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.lead_ids IS 'The leads that it tells of by name, at most 50. Erasing one of them empties content.';

--
-- Name: COLUMN outbox.more; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.more IS 'How many further leads it counts without naming them.';

--
-- Name: COLUMN outbox.content; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.content IS 'What is sent: from, to, reply_to, subject, text, html, headers, attach_cv. Made at the first try, and the same at each.';

--
-- Name: COLUMN outbox.transport; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.transport IS 'What it was handed to: resend, smtp or mailbox.';

--
-- Name: COLUMN outbox.provider_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.provider_id IS 'What the provider calls it.';

--
-- Name: COLUMN outbox.delivery; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.delivery IS 'What the provider last reported of it: delivered, delayed, bounced, complained or failed.';

--
-- Name: COLUMN outbox.delivery_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.delivery_at IS 'When that happened.';

--
-- Name: COLUMN outbox.delivery_detail; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.delivery_detail IS 'The provider''s words.';

--
-- Name: COLUMN outbox.opened; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.opened IS 'How often the link to the CV was opened, by programs that check links too.';

--
-- Name: COLUMN outbox.last_opened_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.outbox.last_opened_at IS 'When it was last opened.';

--
-- Name: mail_as_json(app.outbox); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.mail_as_json(p_mail app.outbox) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT jsonb_build_object(
        'id', (p_mail).id, 'kind', (p_mail).kind, 'state', (p_mail).state, 'lead_id', (p_mail).lead_id, 'recipient', (p_mail).recipient,
        'subject', (p_mail).content -> 'subject', 'is_test', (p_mail).is_test, 'created_at', (p_mail).created_at, 'due_at', (p_mail).due_at,
        'attempts', (p_mail).attempts, 'ended_at', (p_mail).ended_at, 'error', (p_mail).error, 'merged_into', (p_mail).merged_into,
        'transport', (p_mail).transport, 'provider_id', (p_mail).provider_id, 'delivery', (p_mail).delivery,
        'delivery_at', (p_mail).delivery_at, 'delivery_detail', (p_mail).delivery_detail, 'opened', (p_mail).opened,
        'last_opened_at', (p_mail).last_opened_at,
        'stopped', CASE WHEN (p_mail).kind IN ('acknowledgement', 'cv') THEN
            (SELECT s.reason FROM app.mail_stops AS s WHERE s.address = app.mailbox_of((p_mail).recipient)) END
    );
$$;

ALTER FUNCTION app.mail_as_json(p_mail app.outbox) OWNER TO leads_owner;

--
-- Name: FUNCTION mail_as_json(p_mail app.outbox); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.mail_as_json(p_mail app.outbox) IS 'A mail of the outbox as lists show it, without what it says. stopped: why its recipient gets no automatic answers any more, or null.';

--
-- Name: mailbox_of(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.mailbox_of(p_email text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    BEGIN ATOMIC
 SELECT
         CASE
             WHEN (m.domain = ANY (ARRAY['gmail.com'::text, 'googlemail.com'::text])) THEN (replace(m.local, '.'::text, ''::text) || '@gmail.com'::text)
             ELSE ((m.local || '@'::text) || m.domain)
         END AS "case"
    FROM ( SELECT regexp_replace(regexp_replace(a.email, '@[^@]*$'::text, ''::text), '(.)[+].*$'::text, '\1'::text) AS local,
             regexp_replace(a.email, '^.*@'::text, ''::text) AS domain
            FROM ( SELECT lower(btrim(mailbox_of.p_email)) AS email) a) m;
END;

ALTER FUNCTION app.mailbox_of(p_email text) OWNER TO leads_owner;

--
-- Name: FUNCTION mailbox_of(p_email text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.mailbox_of(p_email text) IS 'The mailbox that an address leads to, as one name: in small letters, without what follows a plus sign, at Gmail without dots. To count by, never to send to.';

--
-- Name: matching_leads(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.matching_leads(p_query text) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
DECLARE
    c_few CONSTANT integer := 200;
    v_query CONSTANT tsquery := app.search_query(p_query);
    v_by_text bigint := 0;
BEGIN
    IF numnode(v_query) > 0 THEN
        RETURN QUERY SELECT s.lead_id FROM app.lead_search AS s WHERE s.document @@ v_query;
        GET DIAGNOSTICS v_by_text = ROW_COUNT;
    END IF;
    IF v_by_text < c_few AND app.is_plain_query(p_query) THEN
        RETURN QUERY
            SELECT n.lead_id FROM app.similar_leads(p_query, v_by_text = 0) AS n
            WHERE v_by_text = 0
                OR NOT EXISTS (SELECT FROM app.lead_search AS s WHERE s.lead_id = n.lead_id AND s.document @@ v_query);
    END IF;
END;
$$;

ALTER FUNCTION app.matching_leads(p_query text) OWNER TO leads_owner;

--
-- Name: FUNCTION matching_leads(p_query text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.matching_leads(p_query text) IS 'The leads that a search means, each once, in no order: all that app.search_query finds; where those are fewer than 200, and the query is of plain words, also those that hold its words as fragments of name, company or address; where there are none at all, those that hold them with slips (app.similar_leads). LD400 query_too_long.';

--
-- Name: audit_seals; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.audit_seals (
    number bigint NOT NULL,
    entry bigint NOT NULL,
    values_digest bytea NOT NULL,
    hash bytea NOT NULL,
    sealed_at timestamp with time zone DEFAULT app.now() NOT NULL
);

ALTER TABLE app.audit_seals OWNER TO leads_owner;

--
-- Name: TABLE audit_seals; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.audit_seals IS 'The audit''s entries in a chain of hashes, each over the one before: whoever alters or removes an entry has to write all seals after it anew, and can''t alter the heads that were logged outside the database. Written by service.seal_audit, checked by leads audit verify.';

--
-- Name: COLUMN audit_seals.number; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_seals.number IS 'The place in the chain, from 1, without gaps.';

--
-- Name: COLUMN audit_seals.entry; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_seals.entry IS 'The entry of app.audit_log.';

--
-- Name: COLUMN audit_seals.values_digest; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_seals.values_digest IS 'app.values_digest of it: what can still be checked once the values are erased is that they were these.';

--
-- Name: COLUMN audit_seals.hash; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_seals.hash IS 'app.chain_hash of the hash before, the number and app.entry_digest.';

--
-- Name: COLUMN audit_seals.sealed_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_seals.sealed_at IS 'When it was sealed.';

--
-- Name: events; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.events (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    type text NOT NULL,
    lead_id bigint,
    version integer,
    actor text NOT NULL,
    operation uuid,
    kind text,
    changed bigint,
    CONSTRAINT events_type_valid CHECK ((type = ANY (ARRAY['lead.created'::text, 'lead.changed'::text, 'lead.deleted'::text, 'bulk.done'::text])))
);

ALTER TABLE app.events OWNER TO leads_owner;

--
-- Name: TABLE events; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.events IS 'What GET /admin/events tells, for a day: made by service.seal_audit in the order in which changes are seen. No personal data.';

--
-- Name: COLUMN events.id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.events.id IS 'The number of the seal of the change''s entry in the audit: grows in the order in which changes are seen, with gaps.';

--
-- Name: COLUMN events.at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.events.at IS 'When the change was made.';

--
-- Name: COLUMN events.type; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.events.type IS 'lead.created, lead.changed (out of the trash, too), lead.deleted (into the trash, or for good) or bulk.done (many at once).';

--
-- Name: COLUMN events.lead_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.events.lead_id IS 'The lead; NULL for many.';

--
-- Name: COLUMN events.version; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.events.version IS 'The version of the lead that it made; NULL when it is gone, and for many.';

--
-- Name: COLUMN events.actor; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.events.actor IS 'Who acted: a username, visitor, leads (a job), or from psql the login.';

--
-- Name: COLUMN events.operation; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.events.operation IS 'The operation it was, which can be undone.';

--
-- Name: COLUMN events.kind; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.events.kind IS 'What the operation was; emptied when the whole table was truncated.';

--
-- Name: COLUMN events.changed; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.events.changed IS 'How many leads the operation changed.';

--
-- Name: operations; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.operations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    number bigint NOT NULL,
    at timestamp with time zone DEFAULT app.now() NOT NULL,
    tx xid8 DEFAULT pg_current_xact_id() NOT NULL,
    actor text,
    actor_role text,
    request_id uuid,
    session_user_name text DEFAULT SESSION_USER NOT NULL,
    kind text NOT NULL,
    changes jsonb,
    selected text,
    trashes boolean NOT NULL,
    changed bigint,
    skipped bigint,
    undoes uuid,
    undone_by uuid,
    CONSTRAINT operations_kind_valid CHECK ((kind = ANY (ARRAY['status'::text, 'priority'::text, 'tags'::text, 'assignee'::text, 'follow_up'::text, 'delete'::text, 'restore'::text, 'undo'::text, 'erase'::text, 'purge'::text])))
);

ALTER TABLE app.operations OWNER TO leads_owner;

--
-- Name: TABLE operations; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.operations IS 'What was done to many leads at once, or can be undone: a row for each bulk change, deletion, undo, erasure and purge. What each lead held before is in app.audit_log.';

--
-- Name: COLUMN operations.id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.id IS 'What POST /admin/operations/{id}/undo names.';

--
-- Name: COLUMN operations.number; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.number IS 'Counts up.';

--
-- Name: COLUMN operations.at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.at IS 'When the transaction began.';

--
-- Name: COLUMN operations.tx; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.tx IS 'The transaction.';

--
-- Name: COLUMN operations.actor; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.actor IS 'Who acted, as the service said; leads for a job, NULL from psql.';

--
-- Name: COLUMN operations.actor_role; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.actor_role IS 'As what: editor, admin or job; NULL from psql.';

--
-- Name: COLUMN operations.request_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.request_id IS 'The request, as the service''s log and the answer''s X-Request-ID name it.';

--
-- Name: COLUMN operations.session_user_name; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.session_user_name IS 'Who was logged in to PostgreSQL, which nobody can choose.';

--
-- Name: COLUMN operations.kind; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.kind IS 'status, priority, tags, assignee, follow_up, delete, restore, undo, erase or purge.';

--
-- Name: COLUMN operations.changes; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.changes IS 'The new values, by field; NULL when there are none, or they told of somebody who was erased.';

--
-- Name: COLUMN operations.selected; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.selected IS 'How the leads were chosen: how many ids, or which filters, without their values, which may tell of a person.';

--
-- Name: COLUMN operations.trashes; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.trashes IS 'Whether it is about the trash, which is the admins''.';

--
-- Name: COLUMN operations.changed; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.changed IS 'How many leads it changed; NULL while it is under way.';

--
-- Name: COLUMN operations.skipped; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.skipped IS 'How many it left as they were.';

--
-- Name: COLUMN operations.undoes; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.undoes IS 'The operation that this one undoes.';

--
-- Name: COLUMN operations.undone_by; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.operations.undone_by IS 'The operation that undid this one.';

--
-- Name: note_events(bigint); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.note_events(p_after bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 INSERT INTO app.events (id, at, type, lead_id, version, actor, operation, kind, changed)  SELECT DISTINCT ON (COALESCE((n.operation)::text, (n.number)::text)) n.number,
             n.at,
                 CASE
                     WHEN (n.is_bulk OR (n.action = 'emptied'::text)) THEN 'bulk.done'::text
                     WHEN (n.action = 'created'::text) THEN 'lead.created'::text
                     WHEN ((n.action = ANY (ARRAY['deleted'::text, 'erased'::text, 'purged'::text])) OR n.trashed) THEN 'lead.deleted'::text
                     ELSE 'lead.changed'::text
                 END AS "case",
                 CASE
                     WHEN (NOT n.is_bulk) THEN n.lead_id
                     ELSE NULL::bigint
                 END AS "case",
                 CASE
                     WHEN (NOT n.is_bulk) THEN n.lead_version
                     ELSE NULL::integer
                 END AS "case",
             n.actor,
             n.operation,
             COALESCE(n.kind,
                 CASE n.action
                     WHEN 'emptied'::text THEN 'emptied'::text
                     ELSE NULL::text
                 END) AS "coalesce",
             n.changed
            FROM ( SELECT s.number,
                     a.at,
                     a.action,
                     a.lead_id,
                     a.lead_version,
                     COALESCE(a.actor, a.session_user_name) AS actor,
                     o.id AS operation,
                     o.kind,
                     o.changed,
                     COALESCE((o.changed <> 1), false) AS is_bulk,
                     ((a.after ? 'deleted_at'::text) AND ((a.after ->> 'deleted_at'::text) IS NOT NULL)) AS trashed
                    FROM ((app.audit_seals s
                      CROSS JOIN LATERAL ( SELECT l.id,
                             l.at,
                             l.tx,
                             l.actor,
                             l.actor_role,
                             l.request_id,
                             l.session_user_name,
                             l.action,
                             l.table_name,
                             l.lead_id,
                             l.subject,
                             l.before,
                             l.after,
                             l.operation,
                             l.lead_version,
                             l.salt
                            FROM app.audit_log l
                           WHERE (l.id = s.entry)
                          OFFSET 0) a)
                      LEFT JOIN app.operations o ON (((o.id = a.operation) AND (o.tx = a.tx))))
                   WHERE ((s.number > note_events.p_after) AND (a.table_name = 'contact_leads'::text))) n
           WHERE (( SELECT e.id
                    FROM app.events e
                   WHERE (e.operation = n.operation)) IS NULL)
           ORDER BY COALESCE((n.operation)::text, (n.number)::text), n.number ON CONFLICT(id) DO NOTHING;
END;

ALTER FUNCTION app.note_events(p_after bigint) OWNER TO leads_owner;

--
-- Name: FUNCTION note_events(p_after bigint); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.note_events(p_after bigint) IS 'Makes events of the audit''s entries with seals after this number: one for each change of a lead, one for each bulk operation. They hold no personal data.';

--
-- Name: open_operation(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.open_operation() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT o.kind
    FROM app.operations o
   WHERE ((o.changed IS NULL) AND (o.tx = pg_current_xact_id_if_assigned()));
END;

ALTER FUNCTION app.open_operation() OWNER TO leads_owner;

--
-- Name: FUNCTION open_operation(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.open_operation() IS 'The kind of the operation that this transaction is about, from app.begin_operation to app.end_operation; else NULL.';

--
-- Name: period_figures(app.figure, timestamp with time zone[]); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.period_figures(p_figure app.figure, p_starts timestamp with time zone[]) RETURNS TABLE(place integer, value text, leads bigint, answered bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    v_last timestamptz := p_starts[cardinality(p_starts)];
    v_split timestamptz[] := ARRAY(
        SELECT DISTINCT date_trunc('day', s.at, 'UTC') FROM unnest(p_starts) AS s (at) WHERE s.at <> date_trunc('day', s.at, 'UTC')
    );
    v_day timestamptz;
BEGIN
    RETURN QUERY
        SELECT width_bucket(f.starts_at, p_starts), f.value, sum(f.leads)::bigint, sum(f.answered)::bigint
        FROM app.lead_figures AS f
        WHERE f.figure = p_figure AND f.starts_at >= p_starts[1] AND f.starts_at < v_last
            AND f.starts_at NOT IN (SELECT s.at FROM unnest(v_split) AS s (at))
        GROUP BY 1, 2;
    -- Day by day: of a join with them the planner doesn't see that it is about a few.
    FOREACH v_day IN ARRAY v_split LOOP
        RETURN QUERY
            SELECT width_bucket(l.created_at, p_starts), l.value, count(*), count(l.bin)
            FROM (
                SELECT
                    l.created_at, app.response_bin(l.created_at, l.first_response_at) AS bin,
                    CASE p_figure
                        WHEN 'day_source' THEN app.source_of(l.source, l.metadata)
                        ELSE app.response_bin(l.created_at, l.first_response_at)::text
                    END AS value
                FROM public.contact_leads AS l
                WHERE l.created_at >= greatest(v_day, p_starts[1]) AND l.created_at < least(v_day + interval '24 hours', v_last)
                    AND NOT l.is_spam AND l.deleted_at IS NULL
            ) AS l
            WHERE l.value IS NOT NULL
            GROUP BY 1, 2;
    END LOOP;
END;
$$;

ALTER FUNCTION app.period_figures(p_figure app.figure, p_starts timestamp with time zone[]) OWNER TO leads_owner;

--
-- Name: FUNCTION period_figures(p_figure app.figure, p_starts timestamp with time zone[]); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.period_figures(p_figure app.figure, p_starts timestamp with time zone[]) IS 'The leads of the inbox that came in each period, by source (day_source) or bin of response time (day_response): whole UTC days from the figures that are kept, the days at the edges from the leads. p_starts: when the periods begin, and the last one ends; place counts them from 1. For a few periods. To be summed up: a value may have several rows.';

--
-- Name: plain(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.plain(p_text text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(p_text, '[!-/:-@[-`{-~]'::text, ' '::text, 'g'::text);

ALTER FUNCTION app.plain(p_text text) OWNER TO leads_owner;

--
-- Name: FUNCTION plain(p_text text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.plain(p_text text) IS 'A text with spaces for its ASCII punctuation, as search reads stored texts and queries alike. PostgreSQL''s parser would take wi-fi, and/or, node.js, -5 and <b> for compounds, paths, hosts, numbers and tags, in which the words can''t be found.';

--
-- Name: queue_lead_mail(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.queue_lead_mail() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF NEW.is_spam OR NEW.deleted_at IS NOT NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.is_spam THEN
        -- What was held back while it was called spam, or never queued.
        UPDATE app.outbox AS o SET state = 'queued', wanted_at = app.now(), due_at = app.now(), ended_at = NULL, error = NULL
        WHERE o.lead_id = NEW.id AND o.state = 'skipped';
        IF EXISTS (SELECT FROM app.audit_log AS a WHERE a.lead_id = NEW.id AND a.action = 'created' AND a.actor_role = 'visitor') THEN
            PERFORM app.answer_lead(NEW);
        END IF;
    END IF;
    IF NEW.priority IN ('high', 'urgent') AND (TG_OP = 'INSERT' OR OLD.priority < 'high') THEN
        PERFORM app.queue_mail(
            'notification', 'notification ' || NEW.id || CASE TG_OP WHEN 'UPDATE' THEN ' ' || NEW.priority ELSE '' END,
            NEW.id, NULL, 'notification', app.now());
    END IF;
    RETURN NULL;
END;
$$;

ALTER FUNCTION app.queue_lead_mail() OWNER TO leads_owner;

--
-- Name: FUNCTION queue_lead_mail(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.queue_lead_mail() IS 'Trigger function: tells the team at once of a lead that is or becomes high or urgent, and sends for one that turns out to be no spam what was held back.';

--
-- Name: read_fields(jsonb, text[], text[]); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.read_fields(p_sent jsonb, p_takes text[], p_needs text[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    AS $_$
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
$_$;

ALTER FUNCTION app.read_fields(p_sent jsonb, p_takes text[], p_needs text[]) OWNER TO leads_owner;

--
-- Name: FUNCTION read_fields(p_sent jsonb, p_takes text[], p_needs text[]); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.read_fields(p_sent jsonb, p_takes text[], p_needs text[]) IS 'What somebody sent, read by its fields'' names: types and choices checked, spaces around a text gone, an empty one null, each tag once. p_takes: the fields that may be there; p_needs: those that must. LD422 fields_not_valid names the first that can''t be taken; lengths are the constraints''.';

--
-- Name: read_instant(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.read_instant(p_text text) RETURNS timestamp with time zone
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $_$
BEGIN
    IF p_text ~ '^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.]\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?$' THEN
        RETURN p_text::timestamptz;
    END IF;
    RETURN NULL;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END;
$_$;

ALTER FUNCTION app.read_instant(p_text text) OWNER TO leads_owner;

--
-- Name: FUNCTION read_instant(p_text text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.read_instant(p_text text) IS 'The instant that a text names by RFC 3339, or a day its beginning; without a zone it is UTC. NULL for any other text.';

--
-- Name: rebuild_figures(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.rebuild_figures() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_wrong bigint;
BEGIN
    -- As service.tidy(), which else would change the same cells in another order. Writers of leads wait for neither.
    PERFORM pg_advisory_xact_lock(465557349492);
    -- One statement, so one snapshot: what is written meanwhile is in neither count, and stays right when the difference is added.
    WITH wrong AS MATERIALIZED (
        SELECT d.* FROM app.figure_differences() AS d
    ), totals AS (
        INSERT INTO app.lead_counts AS c (status, lead_type, priority, is_spam, trashed, leads)
        SELECT
            split_part(w.value, ' ', 1)::public.lead_status, split_part(w.value, ' ', 2)::public.lead_type,
            split_part(w.value, ' ', 3)::public.lead_priority, split_part(w.value, ' ', 4)::boolean, split_part(w.value, ' ', 5)::boolean,
            w.leads - w.leads_kept
        FROM wrong AS w
        WHERE w.kept_in = 'lead_counts'
        ON CONFLICT ON CONSTRAINT lead_counts_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads
    ), cells AS (
        INSERT INTO app.lead_cells AS c (figure, starts_at, value, leads, answered)
        SELECT w.figure::app.figure, w.starts_at, w.value, w.leads - w.leads_kept, w.answered - w.answered_kept
        FROM wrong AS w
        WHERE w.kept_in = 'lead_cells'
        ON CONFLICT ON CONSTRAINT lead_cells_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads, answered = c.answered + EXCLUDED.answered
    )
    SELECT count(*) INTO v_wrong FROM wrong;
    RETURN v_wrong;
END;
$$;

ALTER FUNCTION app.rebuild_figures() OWNER TO leads_owner;

--
-- Name: FUNCTION rebuild_figures(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.rebuild_figures() IS 'Puts app.lead_cells and app.lead_counts right by counting every lead, while leads are written as ever; returns how many were wrong.';

--
-- Name: refuse_audit_change(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.refuse_audit_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'LD403',
        MESSAGE = format('The audit log is only appended to: %s is refused, to its owner too.', TG_OP),
        CONSTRAINT = 'audit_is_append_only';
END;
$$;

ALTER FUNCTION app.refuse_audit_change() OWNER TO leads_owner;

--
-- Name: FUNCTION refuse_audit_change(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.refuse_audit_change() IS 'Trigger function: LD403 audit_is_append_only, whoever asks.';

--
-- Name: refuse_field(text, text, text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.refuse_field(p_field text, p_message text, p_allowed text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog'
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

ALTER FUNCTION app.refuse_field(p_field text, p_message text, p_allowed text) OWNER TO leads_owner;

--
-- Name: FUNCTION refuse_field(p_field text, p_message text, p_allowed text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.refuse_field(p_field text, p_message text, p_allowed text) IS 'LD422 fields_not_valid: a field that can''t be taken as it is, why, and of a choice what would do, separated by commas.';

--
-- Name: response_bin(timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.response_bin(p_created_at timestamp with time zone, p_answered_at timestamp with time zone) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (p_answered_at IS NULL) THEN NULL::integer WHEN ((NOT isfinite(p_created_at)) OR (NOT isfinite(p_answered_at)) OR ((p_answered_at - p_created_at) < '00:00:01'::interval)) THEN 0 WHEN ((p_answered_at - p_created_at) < '01:00:00'::interval) THEN (1 + (LEAST((413)::double precision, floor(((ln((EXTRACT(epoch FROM (p_answered_at - p_created_at)))::double precision) / ln((3600)::double precision)) * (414)::double precision))))::integer) WHEN ((p_answered_at - p_created_at) < '04:00:00'::interval) THEN (415 + (LEAST((70)::double precision, floor(((ln(((EXTRACT(epoch FROM (p_answered_at - p_created_at)))::double precision / (3600)::double precision)) / ln((4)::double precision)) * (71)::double precision))))::integer) WHEN ((p_answered_at - p_created_at) < '08:00:00'::interval) THEN (486 + (LEAST((35)::double precision, floor(((ln(((EXTRACT(epoch FROM (p_answered_at - p_created_at)))::double precision / (14400)::double precision)) / ln((2)::double precision)) * (36)::double precision))))::integer) WHEN ((p_answered_at - p_created_at) < '24:00:00'::interval) THEN (522 + (LEAST((55)::double precision, floor(((ln(((EXTRACT(epoch FROM (p_answered_at - p_created_at)))::double precision / (28800)::double precision)) / ln((3)::double precision)) * (56)::double precision))))::integer) ELSE (578 + (LEAST((1000)::double precision, floor((ln(((EXTRACT(epoch FROM (p_answered_at - p_created_at)))::double precision / (86400)::double precision)) / ln((1.02)::double precision)))))::integer) END;

ALTER FUNCTION app.response_bin(p_created_at timestamp with time zone, p_answered_at timestamp with time zone) OWNER TO leads_owner;

--
-- Name: FUNCTION response_bin(p_created_at timestamp with time zone, p_answered_at timestamp with time zone); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.response_bin(p_created_at timestamp with time zone, p_answered_at timestamp with time zone) IS 'The bin of the histogram of response times that an answer falls into; NULL without one. Bin 0 is what took less than a second (or came before its question); from there on each is at most 2 % wide: 414 up to an hour, 71 up to 4 hours, 36 up to 8, 56 up to 24, and steps of 2 % after that.';

--
-- Name: revoke_sessions(bigint, uuid); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.revoke_sessions(p_user_id bigint, p_jti uuid DEFAULT NULL::uuid) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION app.revoke_sessions(p_user_id bigint, p_jti uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION revoke_sessions(p_user_id bigint, p_jti uuid); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.revoke_sessions(p_user_id bigint, p_jti uuid) IS 'Ends sessions and the tokens of them: all of a user, or one; of everybody where p_user_id is NULL. Returns how many.';

--
-- Name: search_document(text, text, text, text, text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.search_document(p_name text, p_company text, p_email text, p_subject text, p_message text) RETURNS tsvector
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'warning'
    AS $$
DECLARE
    v_email CONSTANT text := app.fold(p_email);
    v_domain text := substr(v_email, strpos(v_email, '@') + 1);
    v_whole text := app.lexeme(v_email) || ':1A';
    v_subject CONSTANT text := app.plain(p_subject);
    -- A tsvector holds 1 MB at most. The column's CHECK keeps far below that; and a lead must never be lost to its search.
    v_message CONSTANT text := app.plain(left(p_message, 10000));
BEGIN
    -- mail.example.com, then example.com. As lexemes of our own, since the parser knows some addresses and not others.
    FOR v_depth IN 1..5 LOOP
        EXIT WHEN strpos(v_domain, '.') = 0;
        v_whole := v_whole || ' ' || app.lexeme(v_domain) || ':1A';
        v_domain := substr(v_domain, strpos(v_domain, '.') + 1);
    END LOOP;
    RETURN setweight(to_tsvector('app.simple_folded', app.plain(concat_ws(' ', p_name, p_company, p_email))), 'A')
        || v_whole::tsvector
        || CASE WHEN v_subject IS NULL THEN '' ELSE
            setweight(to_tsvector('app.simple_folded', v_subject) || to_tsvector('app.english_folded', v_subject), 'B') END
        || CASE WHEN v_message IS NULL THEN '' ELSE
            setweight(to_tsvector('app.simple_folded', v_message) || to_tsvector('app.english_folded', v_message), 'C') END;
END;
$$;

ALTER FUNCTION app.search_document(p_name text, p_company text, p_email text, p_subject text, p_message text) OWNER TO leads_owner;

--
-- Name: FUNCTION search_document(p_name text, p_company text, p_email text, p_subject text, p_message text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.search_document(p_name text, p_company text, p_email text, p_subject text, p_message text) IS 'What app.lead_search.document holds of a lead. Weight A: the words of name, company and e-mail as they are, the whole address, its domain and the domains above it; B: the subject''s words as they are and as English stems; C: the message''s.';

--
-- Name: words(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.words(p_text text) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN btrim(regexp_replace(app.fold(p_text), '[!-/:-@[-`{-~\s]+'::text, ' '::text, 'g'::text));

ALTER FUNCTION app.words(p_text text) OWNER TO leads_owner;

--
-- Name: FUNCTION words(p_text text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.words(p_text text) IS 'The words of a text, folded, with one space between them and no punctuation: what app.lead_search.names is made of. No wildcard of LIKE is left in it.';

--
-- Name: search_names(text, text, text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.search_names(p_name text, p_company text, p_email text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((((((' '::text || app.words(p_name)) || ' 
 '::text) || COALESCE(app.words(p_company), ''::text)) || ' 
 '::text) || app.words(p_email)) || ' '::text);

ALTER FUNCTION app.search_names(p_name text, p_company text, p_email text) OWNER TO leads_owner;

--
-- Name: FUNCTION search_names(p_name text, p_company text, p_email text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.search_names(p_name text, p_company text, p_email text) IS 'What app.lead_search.names holds of a lead: the words of name, company and e-mail, a line each. A space stands before and after every word, so that a LIKE pattern can ask for whole ones.';

--
-- Name: search_query(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.search_query(p_query text) RETURNS tsquery
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    SET client_min_messages TO 'warning'
    AS $_$
DECLARE
    c_simple CONSTANT regconfig := 'app.simple_folded';
    c_english CONSTANT regconfig := 'app.english_folded';
    v_term record;
    v_plain text;
    v_words text[];
    v_whole text;
    v_is_prefix boolean;
    v_simple tsquery;
    v_english tsquery;
    v_found tsquery := '';
    -- Of the terms since the last "or": all that are wanted, those of them that are no stop words, and what is not wanted.
    v_all tsquery := '';
    v_telling tsquery := '';
    v_unwanted tsquery := '';
BEGIN
    PERFORM app.check_query(p_query);
    FOR v_term IN
        SELECT t.part[1] <> '' AS is_unwanted, coalesce(t.part[2], t.part[3]) AS typed, t.part[2] IS NOT NULL AS is_phrase,
            t.place = count(*) OVER () AS is_last, count(*) OVER () AS terms
        FROM regexp_matches(translate(p_query, '“”„‟«»＂‘’', '"""""""'''''), '(-*)(?:"([^"]*)"?|([^\s"]+))', 'g')
            WITH ORDINALITY AS t (part, place)
        ORDER BY t.place
    LOOP
        IF lower(v_term.typed) = 'or' AND v_term.terms > 1 AND NOT v_term.is_phrase AND NOT v_term.is_unwanted THEN
            v_found := v_found || (CASE WHEN v_all = v_telling THEN v_all ELSE v_all || v_telling END && v_unwanted);
            v_all := '';
            v_telling := '';
            v_unwanted := '';
            CONTINUE;
        END IF;
        v_plain := app.plain(v_term.typed);
        v_simple := phraseto_tsquery(c_simple, v_plain);
        v_english := phraseto_tsquery(c_english, v_plain);
        CONTINUE WHEN numnode(v_simple) = 0;
        -- The word that is still being typed. One ASCII letter would mean most of the leads.
        v_words := regexp_split_to_array(btrim(v_plain), '\s+');
        v_is_prefix := v_term.is_last AND NOT v_term.is_phrase AND NOT v_term.is_unwanted
            AND v_words[cardinality(v_words)] !~ '^[ -~]?$';
        IF v_is_prefix THEN
            v_simple := phraseto_tsquery(c_simple, array_to_string(v_words[:cardinality(v_words) - 1], ' '))
                <-> to_tsquery(c_simple, app.lexeme(v_words[cardinality(v_words)]) || ':*');
        END IF;
        IF NOT v_term.is_phrase THEN
            v_whole := left(app.fold(btrim(v_term.typed, '@.,;:!?()[]{}<>''')), 254);
            IF v_whole ~ '[@.]' THEN
                v_simple := v_simple || (app.lexeme(v_whole) || CASE WHEN v_is_prefix THEN ':*' ELSE '' END)::tsquery;
            END IF;
        END IF;
        -- A phrase with a stop word has no stem to offer: of "he runs" all that would be left is run.
        IF v_english <> v_simple AND (NOT v_term.is_phrase OR numnode(v_english) = numnode(v_simple)) THEN
            v_simple := v_simple || v_english;
        END IF;
        IF v_term.is_unwanted THEN
            v_unwanted := v_unwanted && !!v_simple;
        ELSE
            v_all := v_all && v_simple;
            IF v_term.is_phrase OR numnode(v_english) > 0 THEN
                v_telling := v_telling && v_simple;
            END IF;
        END IF;
    END LOOP;
    -- A stop word (the, will) ranks the leads that have it higher; only where there is nothing else is it asked for.
    RETURN v_found || (CASE WHEN v_all = v_telling THEN v_all ELSE v_all || v_telling END && v_unwanted);
END;
$_$;

ALTER FUNCTION app.search_query(p_query text) OWNER TO leads_owner;

--
-- Name: FUNCTION search_query(p_query text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.search_query(p_query text) IS 'What a person typed, to be held against app.lead_search.document: all of its words, "a phrase", or, -unwanted. Each word is meant as it is or as an English stem; the last one may be unfinished. Any text works; one without a word gives an empty query (numnode 0). LD400 query_too_long.';

--
-- Name: english_folded; Type: TEXT SEARCH CONFIGURATION; Schema: app; Owner: leads_owner
--

CREATE TEXT SEARCH CONFIGURATION app.english_folded (
    PARSER = pg_catalog."default" );

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR asciiword WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR word WITH public.unaccent, english_stem;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR numword WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR email WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR url WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR host WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR sfloat WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR version WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR hword_numpart WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR hword_part WITH public.unaccent, english_stem;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR hword_asciipart WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR numhword WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR asciihword WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR hword WITH public.unaccent, english_stem;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR url_path WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR file WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR "float" WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR "int" WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ADD MAPPING FOR uint WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.english_folded OWNER TO leads_owner;

--
-- Name: TEXT SEARCH CONFIGURATION english_folded; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TEXT SEARCH CONFIGURATION app.english_folded IS 'Stems of English words, accents folded; without stop words.';

--
-- Name: search_rest(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.search_rest(p_query text) RETURNS tsquery
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    BEGIN ATOMIC
 SELECT
         CASE
             WHEN (app.is_plain_query(search_rest.p_query) AND (numnode(plainto_tsquery('app.english_folded'::regconfig, app.plain(r.rest))) > 0)) THEN app.search_query((r.rest || ' ""'::text))
             ELSE NULL::tsquery
         END AS "case"
    FROM ( SELECT regexp_replace(search_rest.p_query, '\s*\S+\s*$'::text, ''::text) AS rest) r;
END;

ALTER FUNCTION app.search_rest(p_query text) OWNER TO leads_owner;

--
-- Name: FUNCTION search_rest(p_query text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.search_rest(p_query text) IS 'What a search of plain words asks for besides its last word, which is a beginning: all that app.search_query finds for the whole is among what this finds. NULL when there is nothing besides, and for queries that say more than words.';

--
-- Name: search_score(double precision, timestamp with time zone); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.search_score(p_rank double precision, p_created_at timestamp with time zone) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (ln(GREATEST(p_rank, (0.00000000000000000001)::double precision)) + ((EXTRACT(epoch FROM p_created_at))::double precision / ((90 * 86400))::double precision));

ALTER FUNCTION app.search_score(p_rank double precision, p_created_at timestamp with time zone) OWNER TO leads_owner;

--
-- Name: FUNCTION search_score(p_rank double precision, p_created_at timestamp with time zone); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.search_score(p_rank double precision, p_created_at timestamp with time zone) IS 'By what found leads are ordered: the logarithm of rank * exp(age / -90 days), but for a constant. So it doesn''t change while time goes by, and a cursor may hold it.';

--
-- Name: search_snippet(text, text, text, text, text, tsquery); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.search_snippet(p_name text, p_company text, p_email text, p_subject text, p_message text, p_query tsquery) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $$
DECLARE
    c_options CONSTANT text :=
        E'StartSel="\x01", StopSel="\x02", MaxFragments=2, MinWords=8, MaxWords=20, ShortWord=0, FragmentDelimiter=" … "';
    -- By these the parser would join words into hosts, paths, numbers and tags. Control characters stand in for them meanwhile.
    c_joints CONSTANT text := './-+_&<';
    c_stand_ins CONSTANT text := E'\x03\x04\x05\x06\x07\x08\x0e';
    v_text CONSTANT text := translate(
        regexp_replace(concat_ws(' · ', p_name, p_company, p_email, p_subject, left(p_message, 5000)), '[\x01-\x1f\x7f]+', ' ', 'g'),
        c_joints, c_stand_ins);
    v_found text := '';
BEGIN
    IF numnode(p_query) > 0 THEN
        v_found := ts_headline('app.simple_folded', v_text, p_query, c_options);
        IF strpos(v_found, E'\x01') = 0 THEN
            v_found := ts_headline('app.english_folded', v_text, p_query, c_options);
        END IF;
    END IF;
    IF strpos(v_found, E'\x01') = 0 THEN
        v_found := left(v_text, 200) || CASE WHEN char_length(v_text) > 200 THEN ' …' ELSE '' END;
    END IF;
    v_found := translate(v_found, c_stand_ins, c_joints);
    v_found := replace(replace(replace(replace(replace(v_found, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
    RETURN replace(replace(v_found, E'\x01', '<mark>'), E'\x02', '</mark>');
END;
$$;

ALTER FUNCTION app.search_snippet(p_name text, p_company text, p_email text, p_subject text, p_message text, p_query tsquery) OWNER TO leads_owner;

--
-- Name: FUNCTION search_snippet(p_name text, p_company text, p_email text, p_subject text, p_message text, p_query tsquery); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.search_snippet(p_name text, p_company text, p_email text, p_subject text, p_message text, p_query tsquery) IS 'An excerpt of a lead''s name, company, e-mail, subject and message (its first 5,000 characters) as HTML: what p_query (of app.search_query) finds stands in <mark>, everything else is escaped. Where it finds nothing, the beginning.';

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
-- Name: set_version(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.set_version() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION app.set_version() OWNER TO leads_owner;

--
-- Name: FUNCTION set_version(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.set_version() IS 'Trigger function: a change of a lead, whoever makes it, raises version by one and sets updated_at; an update that changes nothing leaves both.';

--
-- Name: similar_leads(text, boolean, integer); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.similar_leads(p_query text, p_typos boolean DEFAULT true, p_rows integer DEFAULT 1000) RETURNS TABLE(lead_id bigint, similarity real)
    LANGUAGE plpgsql STABLE STRICT ROWS 100 PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $_$
DECLARE
    c_words CONSTANT integer := 5;
    v_query CONSTANT text := app.words(p_query);
    -- What stands between spaces, as fragments, and their words. The index needs three characters in a row.
    v_fragments CONSTANT text[] := ARRAY(
        SELECT app.words(t.typed)
        FROM regexp_split_to_table(p_query, '\s+') WITH ORDINALITY AS t (typed, place)
        WHERE app.words(t.typed) ~ '[^ ]{3}'
        ORDER BY t.place LIMIT c_words
    );
    v_words CONSTANT text[] := ARRAY(
        SELECT w.word FROM string_to_table(v_query, ' ') WITH ORDINALITY AS w (word, place)
        WHERE char_length(w.word) >= 3
        ORDER BY w.place LIMIT c_words
    );
    v_conditions text[];
BEGIN
    PERFORM app.check_query(p_query);
    IF v_fragments = '{}' THEN
        RETURN;
    END IF;
    v_conditions := ARRAY[
        (SELECT string_agg(format('s.names LIKE %L', '%' || f.fragment || '%'), ' AND ') FROM unnest(v_fragments) AS f (fragment)),
        -- A slip: one LIKE for each that there may be, since the index answers each of them far faster than one regular expression.
        CASE WHEN p_typos THEN (
            SELECT string_agg('(' || concat_ws(' OR ', format('s.names LIKE %L', '%' || w.word || '%'),
                CASE WHEN char_length(w.word) BETWEEN 4 AND 30 THEN
                    (SELECT string_agg(format('s.names LIKE %L', p.pattern), ' OR ') FROM unnest(app.typos_of(w.word)) AS p (pattern))
                END) || ')', ' AND ')
            FROM unnest(v_words) AS w (word)
        ) END,
        -- More than one slip in a longer word, if 0.6 of its trigrams are there (pg_trgm.word_similarity_threshold).
        CASE WHEN p_typos AND EXISTS (SELECT FROM unnest(v_words) AS w (word) WHERE char_length(w.word) >= 6) THEN (
            SELECT string_agg(format(CASE WHEN char_length(w.word) >= 6 THEN '(s.names LIKE %1$L OR s.names OPERATOR(public.%%>) %2$L)'
                ELSE 's.names LIKE %1$L' END, '%' || w.word || '%', w.word), ' AND ')
            FROM unnest(v_words) AS w (word)
        ) END
    ];
    FOR v_stage IN 1..3 LOOP
        CONTINUE WHEN v_conditions[v_stage] IS NULL;
        RETURN QUERY EXECUTE format(
            'SELECT n.lead_id, public.word_similarity(%L, n.names)'
            ' FROM (SELECT s.lead_id, s.names FROM app.lead_search AS s WHERE %s ORDER BY s.lead_id DESC LIMIT %s) AS n'
            ' ORDER BY 2 DESC, 1 DESC',
            v_query, v_conditions[v_stage], p_rows);
        IF FOUND THEN
            RETURN;
        END IF;
    END LOOP;
END;
$_$;

ALTER FUNCTION app.similar_leads(p_query text, p_typos boolean, p_rows integer) OWNER TO leads_owner;

--
-- Name: FUNCTION similar_leads(p_query text, p_typos boolean, p_rows integer); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.similar_leads(p_query text, p_typos boolean, p_rows integer) IS 'Leads whose name, company or address holds each word of the query (the first five of three characters and more) as a fragment; if there are none, and p_typos, those that hold each with at most one slip; else those that have most trigrams of the longer ones. At most the p_rows newest, the most similar (0 to 1) first. LD400 query_too_long.';

--
-- Name: slot_of(timestamp with time zone); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.slot_of(p_at timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN date_bin('00:15:00'::interval, p_at, '2000-01-01 00:00:00+00'::timestamp with time zone);

ALTER FUNCTION app.slot_of(p_at timestamp with time zone) OWNER TO leads_owner;

--
-- Name: FUNCTION slot_of(p_at timestamp with time zone); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.slot_of(p_at timestamp with time zone) IS 'The quarter of an hour that an instant is in: its beginning. Every clock of today is a whole number of them away from UTC, so that any local hour or day is made of whole ones.';

--
-- Name: source_of(text, jsonb); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.source_of(p_source text, p_metadata jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN COALESCE(p_source, CASE WHEN (p_metadata ?| '{ip_address,user_agent,origin}'::text[]) THEN 'direct'::text ELSE 'unknown'::text END);

ALTER FUNCTION app.source_of(p_source text, p_metadata jsonb) OWNER TO leads_owner;

--
-- Name: FUNCTION source_of(p_source text, p_metadata jsonb); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.source_of(p_source text, p_metadata jsonb) IS 'The source that a lead counts for: its own; direct when it came by a form that named none; unknown when it came otherwise (an import, an adopted table) and names none.';

--
-- Name: typos_of(text); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.typos_of(p_word text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ARRAY(SELECT DISTINCT (('% '::text || v.variant) || CASE WHEN (char_length(typos_of.p_word) < 6) THEN ' %'::text ELSE '%'::text END) FROM (generate_series(1, (char_length(typos_of.p_word) + 1)) p(place) CROSS JOIN LATERAL (VALUES ((("left"(typos_of.p_word, (p.place - 1)) || '_'::text) || substr(typos_of.p_word, p.place))), (CASE WHEN (p.place <= char_length(typos_of.p_word)) THEN (("left"(typos_of.p_word, (p.place - 1)) || '_'::text) || substr(typos_of.p_word, (p.place + 1))) ELSE NULL::text END), (CASE WHEN (p.place <= char_length(typos_of.p_word)) THEN ("left"(typos_of.p_word, (p.place - 1)) || substr(typos_of.p_word, (p.place + 1))) ELSE NULL::text END), (CASE WHEN (p.place < char_length(typos_of.p_word)) THEN ((("left"(typos_of.p_word, (p.place - 1)) || substr(typos_of.p_word, (p.place + 1), 1)) || substr(typos_of.p_word, p.place, 1)) || substr(typos_of.p_word, (p.place + 2))) ELSE NULL::text END)) v(variant)) WHERE (v.variant IS NOT NULL));

ALTER FUNCTION app.typos_of(p_word text) OWNER TO leads_owner;

--
-- Name: FUNCTION typos_of(p_word text); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.typos_of(p_word text) IS 'LIKE patterns for the words of app.lead_search.names that this word, as app.words gives it, may be a slip of: a letter left out, one too many, another one, or two swapped. Words of six letters and more may go on.';

--
-- Name: undo_images(uuid); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.undo_images(p_operation uuid) RETURNS TABLE(lead_id bigint, fields jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT a.lead_id,
     ( SELECT jsonb_object_agg(b.key, b.value) AS jsonb_object_agg
            FROM jsonb_each(a.before) b(key, value)
           WHERE (NOT (EXISTS ( SELECT
                    FROM app.audit_log later
                   WHERE ((later.lead_id = a.lead_id) AND (later.id > a.id) AND ((later.after ? b.key) OR ((later.action = 'changed'::text) AND (later.after IS NULL)))))))) AS jsonb_object_agg
    FROM (app.operations o
      JOIN app.audit_log a ON (((a.operation = o.id) AND (a.tx = o.tx))))
   WHERE ((o.id = undo_images.p_operation) AND (a.action = 'changed'::text) AND (a.table_name = 'contact_leads'::text));
END;

ALTER FUNCTION app.undo_images(p_operation uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION undo_images(p_operation uuid); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.undo_images(p_operation uuid) IS 'What the leads of an operation held before it, field by field, without what was changed again since; NULL when nothing is left. From the audit.';

--
-- Name: values_digest(app.audit_log); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.values_digest(p_entry app.audit_log) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN sha256((COALESCE(uuid_send((p_entry).salt), '\x'::bytea) || convert_to((jsonb_build_array((p_entry).before, (p_entry).after))::text, 'UTF8'::name)));

ALTER FUNCTION app.values_digest(p_entry app.audit_log) OWNER TO leads_owner;

--
-- Name: FUNCTION values_digest(p_entry app.audit_log); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.values_digest(p_entry app.audit_log) IS 'SHA-256 of what an entry of the audit holds of a lead or user, behind its salt: once values and salt are erased, nobody can try values against it.';

--
-- Name: verify_audit(jsonb); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.verify_audit(p_heads jsonb) RETURNS json
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 WITH chain AS (
          SELECT s.number,
             s.entry,
             s.hash,
             s.values_digest,
             a.salt,
             a.lead_id,
             a.action,
             a.before,
             a.after,
             a.id AS present,
             lag(s.number, 1, (0)::bigint) OVER w AS number_before,
                 CASE
                     WHEN (a.id IS NOT NULL) THEN app.chain_hash(lag(s.hash) OVER w, s.number, app.entry_digest(a.*, s.values_digest))
                     ELSE NULL::bytea
                 END AS hash_now,
                 CASE
                     WHEN (a.salt IS NOT NULL) THEN app.values_digest(a.*)
                     ELSE NULL::bytea
                 END AS values_now
            FROM (app.audit_seals s
              LEFT JOIN app.audit_log a ON ((a.id = s.entry)))
           WINDOW w AS (ORDER BY s.number)
         ), faults AS (
          SELECT c.number,
             c.entry,
                 CASE
                     WHEN (c.number <> (c.number_before + 1)) THEN format('the seals from %s to %s are missing'::text, (c.number_before + 1), (c.number - 1))
                     WHEN (c.present IS NULL) THEN 'the entry is missing'::text
                     WHEN (c.hash_now <> c.hash) THEN 'the entry or its seal was altered'::text
                     WHEN (c.values_now <> c.values_digest) THEN 'the values of the entry were altered'::text
                     WHEN ((c.values_now IS NULL) AND ((c.before IS NOT NULL) OR (c.after IS NOT NULL))) THEN 'the salt of the entry is missing'::text
                     WHEN ((c.values_now IS NULL) AND (NOT (EXISTS ( SELECT
                        FROM app.audit_log e
                       WHERE ((e.lead_id = c.lead_id) AND (e.id > c.entry) AND (e.action = ANY (ARRAY['erased'::text, 'purged'::text]))))))) THEN 'the values of the entry are gone, and no erasure is noted'::text
                     ELSE NULL::text
                 END AS fault
            FROM chain c
         ), heads AS (
          SELECT h.number,
             h.hash
            FROM jsonb_to_recordset(verify_audit.p_heads) h(number bigint, hash text)
         ), rewritten AS (
          SELECT h.number
            FROM (heads h
              LEFT JOIN app.audit_seals s ON ((s.number = h.number)))
           WHERE (encode(s.hash, 'hex'::text) IS DISTINCT FROM h.hash)
         ), tail AS (
          SELECT count(*) AS entries,
             min(a.id) AS first,
             min(a.at) AS since
            FROM app.audit_log a
           WHERE (NOT (EXISTS ( SELECT
                    FROM app.audit_seals s
                   WHERE (s.entry = a.id))))
         )
  SELECT json_build_object('sealed', ( SELECT count(*) AS count
            FROM app.audit_seals), 'head', ( SELECT json_build_object('number', s.number, 'hash', encode(s.hash, 'hex'::text)) AS json_build_object
            FROM app.audit_seals s
           ORDER BY s.number DESC
          LIMIT 1), 'erased', ( SELECT count(*) AS count
            FROM chain c
           WHERE ((c.present IS NOT NULL) AND (c.salt IS NULL))), 'fault', ( SELECT json_build_object('number', f.number, 'entry', f.entry, 'what', f.fault) AS json_build_object
            FROM faults f
           WHERE (f.fault IS NOT NULL)
           ORDER BY f.number
          LIMIT 1), 'heads', ( SELECT count(*) AS count
            FROM heads), 'rewritten', ( SELECT min(r.number) AS min
            FROM rewritten r), 'unsealed', ( SELECT json_build_object('entries', t.entries, 'first', t.first, 'since', t.since, 'seconds', round(EXTRACT(epoch FROM (app.now() - t.since)))) AS json_build_object
            FROM tail t)) AS json_build_object;
END;

ALTER FUNCTION app.verify_audit(p_heads jsonb) OWNER TO leads_owner;

--
-- Name: FUNCTION verify_audit(p_heads jsonb); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.verify_audit(p_heads jsonb) IS 'Holds the audit to its seals: {sealed, head {number, hash}, erased, fault {number, entry, what} (the first), heads, rewritten, unsealed {entries, first, since, seconds}}. p_heads: [{number, hash}] as they were logged outside; rewritten is the first that the chain has no more. It tells of what was done behind the triggers'' back; it can''t prevent it.';

--
-- Name: with_tags(text[], text[], text[]); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.with_tags(p_tags text[], p_add text[], p_remove text[]) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_tags text[] := '{}';
    v_tag text;
BEGIN
    FOREACH v_tag IN ARRAY p_tags || p_add LOOP
        IF v_tag <> ALL (p_remove) AND v_tag <> ALL (v_tags) THEN
            v_tags := v_tags || v_tag;
        END IF;
    END LOOP;
    RETURN v_tags;
END;
$$;

ALTER FUNCTION app.with_tags(p_tags text[], p_add text[], p_remove text[]) OWNER TO leads_owner;

--
-- Name: FUNCTION with_tags(p_tags text[], p_add text[], p_remove text[]); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.with_tags(p_tags text[], p_add text[], p_remove text[]) IS 'The tags with some more and without some others; those that were there stay in their order. A tag that is in both goes.';

--
-- Name: sla_policies; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.sla_policies (
    name text NOT NULL,
    rank integer NOT NULL,
    lead_type public.lead_type,
    priority public.lead_priority,
    answer_within interval NOT NULL,
    weekdays integer[],
    opens time without time zone,
    closes time without time zone,
    time_zone text,
    CONSTRAINT sla_policies_answer_within_valid CHECK (((answer_within > '00:00:00'::interval) AND (answer_within <= '365 days'::interval))),
    CONSTRAINT sla_policies_closes_valid CHECK ((closes > opens)),
    CONSTRAINT sla_policies_hours_valid CHECK ((num_nulls(weekdays, opens, closes, time_zone) = ANY (ARRAY[0, 4]))),
    CONSTRAINT sla_policies_name_valid CHECK ((((char_length(name) >= 1) AND (char_length(name) <= 100)) AND (name !~ '[[:cntrl:]]'::text))),
    CONSTRAINT sla_policies_time_zone_valid CHECK (app.is_time_zone(time_zone)),
    CONSTRAINT sla_policies_weekdays_valid CHECK (((weekdays <@ '{1,2,3,4,5,6,7}'::integer[]) AND ((cardinality(weekdays) >= 1) AND (cardinality(weekdays) <= 7)) AND (array_position(weekdays, NULL::integer) IS NULL)))
);

ALTER TABLE app.sla_policies OWNER TO leads_owner;

--
-- Name: TABLE sla_policies; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.sla_policies IS 'How soon a lead is to be answered, and in which working hours that is counted: of those that fit a lead the one of the lowest rank counts. For the team to change (docs/metrics.md); changes are audited.';

--
-- Name: COLUMN sla_policies.name; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sla_policies.name IS 'What stats.sla calls it, 1 to 100 characters on one line.';

--
-- Name: COLUMN sla_policies.rank; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sla_policies.rank IS 'Which of several that fit counts: the lowest.';

--
-- Name: COLUMN sla_policies.lead_type; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sla_policies.lead_type IS 'The form it is about; NULL for each.';

--
-- Name: COLUMN sla_policies.priority; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sla_policies.priority IS 'The priority it is about; NULL for each.';

--
-- Name: COLUMN sla_policies.answer_within; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sla_policies.answer_within IS 'So much working time may pass until the first answer, at most 365 days.';

--
-- Name: COLUMN sla_policies.weekdays; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sla_policies.weekdays IS 'The working days, 1 for Monday to 7 for Sunday. Without them, as without the three that follow, all hours count.';

--
-- Name: COLUMN sla_policies.opens; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sla_policies.opens IS 'When the working day begins, by the clock of time_zone.';

--
-- Name: COLUMN sla_policies.closes; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sla_policies.closes IS 'When it ends, on the same day; 24:00 for midnight.';

--
-- Name: COLUMN sla_policies.time_zone; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sla_policies.time_zone IS 'The team''s time zone, such as Europe/Berlin.';

--
-- Name: working_clock(app.sla_policies, timestamp with time zone); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.working_clock(p_policy app.sla_policies, p_at timestamp with time zone) RETURNS double precision
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_local timestamp;
    -- Days since a Monday long ago.
    v_days integer;
    v_length double precision;
    v_worked bigint;
    v_today double precision := 0;
BEGIN
    IF (p_policy).weekdays IS NULL THEN
        RETURN extract(epoch FROM p_at);
    END IF;
    v_local := p_at AT TIME ZONE (p_policy).time_zone;
    v_days := v_local::date - '1900-01-01'::date;
    v_length := extract(epoch FROM (p_policy).closes - (p_policy).opens);
    v_worked :=
        (SELECT sum(v_days / 7 + CASE WHEN w.weekday - 1 < v_days % 7 THEN 1 ELSE 0 END)
         FROM (SELECT DISTINCT u.weekday FROM unnest((p_policy).weekdays) AS u (weekday)) AS w)
        - (SELECT count(*) FROM app.holidays AS h
           WHERE h.day >= '1900-01-01' AND h.day < v_local::date AND extract(isodow FROM h.day)::integer = ANY ((p_policy).weekdays));
    IF extract(isodow FROM v_local)::integer = ANY ((p_policy).weekdays) AND NOT EXISTS (SELECT FROM app.holidays AS h WHERE h.day = v_local::date) THEN
        v_today := least(greatest(extract(epoch FROM v_local::time - (p_policy).opens), 0), v_length);
    END IF;
    RETURN v_worked * v_length + v_today;
END;
$$;

ALTER FUNCTION app.working_clock(p_policy app.sla_policies, p_at timestamp with time zone) OWNER TO leads_owner;

--
-- Name: FUNCTION working_clock(p_policy app.sla_policies, p_at timestamp with time zone); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.working_clock(p_policy app.sla_policies, p_at timestamp with time zone) IS 'A clock that only goes in a policy''s working hours: the difference of two of its readings is the working time between them, in seconds. On the clock of its time zone, so that an hour that is skipped or comes twice counts as that clock shows it.';

--
-- Name: working_seconds(text, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.working_seconds(p_policy text, p_from timestamp with time zone, p_to timestamp with time zone) RETURNS double precision
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT greatest(app.working_clock(p, p_to) - app.working_clock(p, p_from), 0) FROM app.sla_policies AS p WHERE p.name = p_policy;
$$;

ALTER FUNCTION app.working_seconds(p_policy text, p_from timestamp with time zone, p_to timestamp with time zone) OWNER TO leads_owner;

--
-- Name: FUNCTION working_seconds(p_policy text, p_from timestamp with time zone, p_to timestamp with time zone); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.working_seconds(p_policy text, p_from timestamp with time zone, p_to timestamp with time zone) IS 'The working time between two instants by a policy of app.sla_policies, in seconds; none when the second is earlier. NULL when there is no such policy.';

--
-- Name: response_seconds(public.contact_leads); Type: FUNCTION; Schema: public; Owner: leads_owner
--

CREATE FUNCTION public.response_seconds(p_lead public.contact_leads) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (EXTRACT(epoch FROM ((p_lead).first_response_at - (p_lead).created_at)))::double precision;

ALTER FUNCTION public.response_seconds(p_lead public.contact_leads) OWNER TO leads_owner;

--
-- Name: FUNCTION response_seconds(p_lead public.contact_leads); Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON FUNCTION public.response_seconds(p_lead public.contact_leads) IS 'How long a visitor waited for the first answer, in seconds; NULL until there is one. A computed column of lists: ?response_seconds=lt.3600.';

--
-- Name: add_contact(bigint, jsonb, text, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.add_contact(p_id bigint, p_contact jsonb, p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
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

ALTER FUNCTION service.add_contact(p_id bigint, p_contact jsonb, p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text) OWNER TO leads_owner;

--
-- Name: FUNCTION add_contact(p_id bigint, p_contact jsonb, p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.add_contact(p_id bigint, p_contact jsonb, p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text) IS 'Appends {at, by, channel, note} to a lead''s contact_history and returns the lead, with its ETag. p_contact: channel, note, and at, else it is now. LD404 lead_not_found, LD412 version_conflict, LD422 fields_not_valid.';

--
-- Name: add_key(text, text, bytea, text, integer, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.add_key(p_name text, p_scope text, p_hash bytea, p_hint text, p_days integer, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
$_$;

ALTER FUNCTION service.add_key(p_name text, p_scope text, p_hash bytea, p_hint text, p_days integer, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION add_key(p_name text, p_scope text, p_hash bytea, p_hint text, p_days integer, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.add_key(p_name text, p_scope text, p_hash bytea, p_hint text, p_days integer, p_actor text, p_role text, p_request_id uuid) IS 'A new API key, known by its hash alone. LD422 api_keys_name_valid, scope_not_valid, expires_in_days_not_valid; LD409 key_name_taken, while one of that name is not revoked.';

--
-- Name: add_lead(jsonb, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.add_lead(p_fields jsonb, p_actor text, p_role text, p_request_id uuid, OUT id bigint, OUT lead json, OUT etag text) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
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

ALTER FUNCTION service.add_lead(p_fields jsonb, p_actor text, p_role text, p_request_id uuid, OUT id bigint, OUT lead json, OUT etag text) OWNER TO leads_owner;

--
-- Name: FUNCTION add_lead(p_fields jsonb, p_actor text, p_role text, p_request_id uuid, OUT id bigint, OUT lead json, OUT etag text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.add_lead(p_fields jsonb, p_actor text, p_role text, p_request_id uuid, OUT id bigint, OUT lead json, OUT etag text) IS 'Stores a lead that somebody of the team enters, and returns it, with its ETag. p_fields: name, email, subject, message, company, phone, role, source (else manual), consent, lead_type (else contact), priority. LD422 fields_not_valid.';

--
-- Name: add_user(text, text, text, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.add_user(p_username text, p_password_hash text, p_user_role text, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
$_$;

ALTER FUNCTION service.add_user(p_username text, p_password_hash text, p_user_role text, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION add_user(p_username text, p_password_hash text, p_user_role text, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.add_user(p_username text, p_password_hash text, p_user_role text, p_actor text, p_role text, p_request_id uuid) IS 'A new user, as service.list_users shows them. LD422 for a name or role that can''t be, LD409 username_taken.';

--
-- Name: allow_mail(text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.allow_mail(p_address text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM app.mail_stops AS s WHERE s.address = app.mailbox_of(p_address);
    RETURN FOUND;
END;
$$;

ALTER FUNCTION service.allow_mail(p_address text) OWNER TO leads_owner;

--
-- Name: FUNCTION allow_mail(p_address text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.allow_mail(p_address text) IS 'Lets an address have automatic answers again, after a bounce that was mended, say. false: it may anyway.';

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
-- Name: audit_trail(text, text, text, text, text, integer, bigint); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.audit_trail(p_actor text, p_action text, p_table text, p_since text, p_until text, p_limit integer, p_cursor bigint) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
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
        SELECT a.*, a AS entry, row_number() OVER (ORDER BY a.at DESC, a.id DESC) AS place
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
            'summary', app.audit_story(f.entry), 'changes', app.audit_changes(f.before, f.after),
            'operation', f.operation, 'request_id', f.request_id
        ) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN
            (SELECT last.id::text FROM found AS last WHERE last.place = p_limit)
        END
    ) INTO v_page
    FROM found AS f;
    RETURN v_page;
END;
$$;

ALTER FUNCTION service.audit_trail(p_actor text, p_action text, p_table text, p_since text, p_until text, p_limit integer, p_cursor bigint) OWNER TO leads_owner;

--
-- Name: FUNCTION audit_trail(p_actor text, p_action text, p_table text, p_since text, p_until text, p_limit integer, p_cursor bigint); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.audit_trail(p_actor text, p_action text, p_table text, p_since text, p_until text, p_limit integer, p_cursor bigint) IS 'What was done, newest first: {"data": [{id, at, actor, actor_role, session_user, action, table, lead_id, subject, summary, changes: [{field, before, after}], operation, request_id}], "next"}; p_since is included, p_until not; next is the p_cursor of the page after, or null. LD400 filter_not_valid, cursor_not_valid.';

--
-- Name: begin_login(text, text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.begin_login(p_username text, p_client text, OUT password_hash text, OUT second_factor bytea, OUT wait_seconds integer) RETURNS record
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.begin_login(p_username text, p_client text, OUT password_hash text, OUT second_factor bytea, OUT wait_seconds integer) OWNER TO leads_owner;

--
-- Name: FUNCTION begin_login(p_username text, p_client text, OUT password_hash text, OUT second_factor bytea, OUT wait_seconds integer); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.begin_login(p_username text, p_client text, OUT password_hash text, OUT second_factor bytea, OUT wait_seconds integer) IS 'Takes a try to log in: what the password and the second factor are to be checked against, NULL where there is no such user (or none who may log in). Each try counts as failed until service.end_login says otherwise. After 5 failures of a client on an account, and after 20 of clients that never logged in to it, wait_seconds says how long nobody of them is let try: then nothing is counted, and nothing shown.';

--
-- Name: begin_second_factor(text, bytea, text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.begin_second_factor(p_username text, p_secret bytea, p_client text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.begin_second_factor(p_username text, p_secret bytea, p_client text) OWNER TO leads_owner;

--
-- Name: FUNCTION begin_second_factor(p_username text, p_secret bytea, p_client text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.begin_second_factor(p_username text, p_secret bytea, p_client text) IS 'Keeps the secret of a second factor, which begins to count once service.confirm_second_factor got a code of it. LD409 second_factor_on.';

--
-- Name: capture_lead(public.lead_type, jsonb, jsonb, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text DEFAULT NULL::text, p_request_id uuid DEFAULT NULL::uuid) RETURNS json
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_reference uuid := gen_random_uuid();
    v_fingerprint bytea;
    v_claimed boolean;
    v_same boolean;
    v_lead public.contact_leads;
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

    PERFORM app.act_as('visitor', 'visitor', p_request_id);
    INSERT INTO public.contact_leads AS l (
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
    )
    RETURNING l.* INTO v_lead;
    PERFORM app.answer_lead(v_lead);
    PERFORM app.act_as(NULL, NULL, NULL);
    RETURN json_build_object('success', true, 'reference', v_reference);
END;
$$;

ALTER FUNCTION service.capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text, p_request_id uuid) IS 'Stores what a public form sent, queues the mails about it (app.answer_lead), and returns {"success": true, "reference": uuid}. p_fields: name, email, subject, message, company, phone, role, source, consent, utm {}, extra {}; p_metadata: ip_address, user_agent, referer, origin, taken by the service. The same p_idempotency_key with the same fields within 24 hours returns the first reference and stores nothing; with other fields LD422 idempotency_key_reused.';

--
-- Name: change_leads(bigint[], text, jsonb, text, text, boolean, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.change_leads(p_ids bigint[], p_kind text, p_changes jsonb, p_selected text, p_token text, p_dry_run boolean, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
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

ALTER FUNCTION service.change_leads(p_ids bigint[], p_kind text, p_changes jsonb, p_selected text, p_token text, p_dry_run boolean, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION change_leads(p_ids bigint[], p_kind text, p_changes jsonb, p_selected text, p_token text, p_dry_run boolean, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.change_leads(p_ids bigint[], p_kind text, p_changes jsonb, p_selected text, p_token text, p_dry_run boolean, p_actor text, p_role text, p_request_id uuid) IS 'Changes many leads alike, all or none, but for those that a rule keeps as they are: {"changed", "skipped_count", "skipped": [{id, reason}] (the first 1,000), "operation"}. p_kind and p_changes: status {status}, priority {priority}, assignee {assignee}, follow_up {follow_up_date}, tags {add, remove}, delete {} (to the trash), restore {}. Reasons: not_found, unchanged, status_move_not_allowed, too_many_tags. p_selected: how they were chosen, in words without personal data. p_dry_run: changes nothing and returns a token too; p_token: refuse unless kind, change, leads and their versions are those of that dry run. LD412 selection_changed, LD422 fields_not_valid.';

--
-- Name: change_own_password(text, text, text, uuid, timestamp with time zone, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.change_own_password(p_username text, p_password_hash text, p_new_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_client text, p_agent text, p_request_id uuid) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.change_own_password(p_username text, p_password_hash text, p_new_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_client text, p_agent text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION change_own_password(p_username text, p_password_hash text, p_new_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_client text, p_agent text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.change_own_password(p_username text, p_password_hash text, p_new_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_client text, p_agent text, p_request_id uuid) IS 'Somebody changes their own password, having shown the one of p_password_hash: they are logged out everywhere, and the session of a new token begins. Returns their role; NULL when the password has changed meanwhile.';

--
-- Name: change_user(text, text, boolean, text, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.change_user(p_username text, p_user_role text, p_disabled boolean, p_password_hash text, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.change_user(p_username text, p_user_role text, p_disabled boolean, p_password_hash text, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION change_user(p_username text, p_user_role text, p_disabled boolean, p_password_hash text, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.change_user(p_username text, p_user_role text, p_disabled boolean, p_password_hash text, p_actor text, p_role text, p_request_id uuid) IS 'Changes a user: another role, disabled or let in again, another password; what is NULL stays. They are logged out everywhere by that. Returns the user as service.list_users shows them. LD422 role_not_valid, LD404 user_not_found, LD409 own_account, last_admin.';

--
-- Name: claim_mails(integer, interval, boolean); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.claim_mails(p_limit integer, p_lease interval, p_has_team boolean) RETURNS json
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    c_shown CONSTANT integer := 50;
    v_mail app.outbox;
    v_to_visitor boolean;
    v_stop text;
    v_failed text;
    v_skipped text;
    v_ids bigint[];
    v_with bigint[];
    v_merged bigint[] := '{}';
    v_digest jsonb;
    v_claimed json[] := '{}';
BEGIN
    FOR v_mail IN
        SELECT o.* FROM app.outbox AS o
        WHERE o.state IN ('queued', 'sending') AND o.due_at <= app.now()
        ORDER BY o.due_at, o.id
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    LOOP
        CONTINUE WHEN v_mail.id = ANY (v_merged);
        v_to_visitor := v_mail.kind IN ('acknowledgement', 'cv') AND NOT v_mail.is_test;
        v_ids := v_mail.lead_ids;
        v_with := '{}';
        v_digest := NULL;
        v_skipped := NULL;
        v_stop := CASE WHEN v_to_visitor THEN
            (SELECT s.reason FROM app.mail_stops AS s WHERE s.address = app.mailbox_of(v_mail.recipient)) END;
        v_failed := CASE WHEN v_mail.first_attempt_at <= app.now() - interval '23 hours'
            THEN concat_ws(' ', 'Given up after 23 hours; whether it arrived is not known.', v_mail.error) END;
        IF v_failed IS NULL AND v_mail.attempts = 0 THEN
            v_skipped := CASE
                WHEN v_mail.wanted_at <= app.now() - interval '24 hours' THEN 'It was too old when its turn came.'
                WHEN v_stop = 'bounced' THEN 'An earlier mail to this address bounced.'
                WHEN v_stop = 'complained' THEN 'Somebody at this address called an earlier mail spam.'
                WHEN v_stop = 'asked' THEN 'Somebody at this address asked for no more mail.'
                WHEN v_mail.recipient IS NULL AND NOT p_has_team THEN 'NOTIFY_TO names nobody.'
            END;
        END IF;
        IF v_failed IS NULL AND v_skipped IS NULL AND v_mail.content IS NULL AND NOT v_mail.is_test THEN
            IF v_mail.kind = 'digest' THEN
                -- Of the day that it was queued for, where the team is.
                v_digest := app.digest() || jsonb_build_object('date', replace(v_mail.occasion, 'digest ', ''));
                v_ids := ARRAY(SELECT e.value::bigint FROM jsonb_array_elements_text(v_digest -> 'lead_ids') AS e);
            ELSE
                IF v_mail.bundle IS NOT NULL THEN
                    WITH others AS (
                        SELECT o.id FROM app.outbox AS o
                        WHERE o.state = 'queued' AND o.bundle = v_mail.bundle AND o.id <> v_mail.id AND o.attempts = 0
                            AND o.wanted_at > app.now() - interval '24 hours'
                        FOR UPDATE SKIP LOCKED
                    ), merged AS (
                        UPDATE app.outbox AS o SET state = 'merged', merged_into = v_mail.id, ended_at = app.now()
                        FROM others WHERE o.id = others.id
                        RETURNING o.id, o.lead_id
                    )
                    SELECT coalesce(array_agg(m.id), '{}'), array_agg(m.lead_id) INTO v_merged, v_with
                    FROM (SELECT m.id, m.lead_id FROM merged AS m UNION ALL SELECT u.id, NULL FROM unnest(v_merged) AS u (id)) AS m;
                END IF;
                -- The most urgent first, and what has been there for longest.
                v_ids := ARRAY(
                    SELECT l.id FROM public.contact_leads AS l
                    WHERE l.id = ANY (coalesce(v_ids, ARRAY[v_mail.lead_id]) || v_with) AND l.deleted_at IS NULL AND NOT l.is_spam
                    ORDER BY l.priority DESC, l.created_at, l.id
                );
                IF cardinality(v_ids) = 0 THEN
                    v_skipped := 'Its lead is gone, in the trash, or spam.';
                END IF;
            END IF;
        END IF;
        IF v_failed IS NOT NULL OR v_skipped IS NOT NULL THEN
            UPDATE app.outbox AS o
            SET state = CASE WHEN v_failed IS NOT NULL THEN 'failed'::app.mail_state ELSE 'skipped' END,
                error = coalesce(v_failed, v_skipped), ended_at = app.now()
            WHERE o.id = v_mail.id;
            CONTINUE;
        END IF;
        UPDATE app.outbox AS o
        SET state = 'sending', attempts = o.attempts + 1, due_at = app.now() + p_lease,
            first_attempt_at = coalesce(o.first_attempt_at, app.now()),
            lead_ids = v_ids[:c_shown], more = o.more + greatest(coalesce(cardinality(v_ids), 0) - c_shown, 0)
        WHERE o.id = v_mail.id
        RETURNING o.* INTO v_mail;
        v_claimed := v_claimed || json_build_object(
            'id', v_mail.id, 'key', v_mail.key, 'kind', v_mail.kind, 'recipient', v_mail.recipient, 'is_test', v_mail.is_test,
            'attempt', v_mail.attempts, 'content', v_mail.content, 'digest', v_digest, 'more', v_mail.more,
            'template', (SELECT row_to_json(t) FROM app.mail_templates AS t WHERE t.kind = v_mail.kind),
            'leads', CASE WHEN v_mail.content IS NULL THEN (
                SELECT coalesce(jsonb_agg(app.lead_for_mail(l, NOT v_to_visitor) ORDER BY array_position(v_mail.lead_ids, l.id)), '[]')
                FROM public.contact_leads AS l WHERE l.id = ANY (v_mail.lead_ids)
            ) END
        );
    END LOOP;
    RETURN array_to_json(v_claimed);
END;
$$;

ALTER FUNCTION service.claim_mails(p_limit integer, p_lease interval, p_has_team boolean) OWNER TO leads_owner;

--
-- Name: FUNCTION claim_mails(p_limit integer, p_lease interval, p_has_team boolean); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.claim_mails(p_limit integer, p_lease interval, p_has_team boolean) IS 'Gives a worker at most p_limit mails that are due, and whose they are until p_lease has passed: [{id, key, kind, recipient, is_test, attempt, content, template, leads, more, digest}]. What another one has is passed over; what a worker has had for too long, since it died, is given out again. Skips what is not to be sent, gives up what has been tried for 23 hours, and gathers bundles. p_has_team: whether there is an address of the team.';

--
-- Name: confirm_second_factor(text, bytea, bigint, bytea[], uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.confirm_second_factor(p_username text, p_secret bytea, p_step bigint, p_code_hashes bytea[], p_request_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.confirm_second_factor(p_username text, p_secret bytea, p_step bigint, p_code_hashes bytea[], p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION confirm_second_factor(p_username text, p_secret bytea, p_step bigint, p_code_hashes bytea[], p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.confirm_second_factor(p_username text, p_secret bytea, p_step bigint, p_code_hashes bytea[], p_request_id uuid) IS 'Turns a second factor on, once a code of p_secret (at the time step p_step) was shown, with its recovery codes. LD409 second_factor_not_begun.';

--
-- Name: credentials(text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.credentials(p_known text DEFAULT NULL::text, OUT state text, OUT clock double precision, OUT credentials json) RETURNS record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.credentials(p_known text, OUT state text, OUT clock double precision, OUT credentials json) OWNER TO leads_owner;

--
-- Name: FUNCTION credentials(p_known text, OUT state text, OUT clock double precision, OUT credentials json); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.credentials(p_known text, OUT state text, OUT clock double precision, OUT credentials json) IS 'Who is let in, and who no more: {"revoked": [jti], "keys": [[sha256 as hex, id, name, scope, expires]], "opaque": [[sha256 as hex, jti, username, role, issued, expires]]} (times in seconds since 1970), a name for that state, and the database''s clock; credentials is NULL when the state is still p_known.';

--
-- Name: drop_second_factor(text, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.drop_second_factor(p_username text, p_actor text, p_role text, p_request_id uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.drop_second_factor(p_username text, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION drop_second_factor(p_username text, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.drop_second_factor(p_username text, p_actor text, p_role text, p_request_id uuid) IS 'Turns the second factor of a user off. Returns whether there was one.';

--
-- Name: edit_lead(bigint, jsonb, text[], text, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.edit_lead(p_id bigint, p_changes jsonb, p_takes text[], p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
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

ALTER FUNCTION service.edit_lead(p_id bigint, p_changes jsonb, p_takes text[], p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text) OWNER TO leads_owner;

--
-- Name: FUNCTION edit_lead(p_id bigint, p_changes jsonb, p_takes text[], p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.edit_lead(p_id bigint, p_changes jsonb, p_takes text[], p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text) IS 'Changes some columns of a lead and returns it, with its ETag. p_changes: {column: value}, of the columns p_takes, which must be there if it is one alone; p_if_match: the header, or NULL. What changes nothing writes nothing. LD404 lead_not_found, LD409 status_move_not_allowed, LD412 version_conflict, LD422 fields_not_valid.';

--
-- Name: end_login(text, text, text, uuid, timestamp with time zone, bytea, text, bigint, bytea, bytea); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.end_login(p_username text, p_client text, p_password_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_token_hash bytea, p_agent text, p_step bigint, p_sealed bytea, p_recovery_hash bytea, OUT username text, OUT role text) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.end_login(p_username text, p_client text, p_password_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_token_hash bytea, p_agent text, p_step bigint, p_sealed bytea, p_recovery_hash bytea, OUT username text, OUT role text) OWNER TO leads_owner;

--
-- Name: FUNCTION end_login(p_username text, p_client text, p_password_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_token_hash bytea, p_agent text, p_step bigint, p_sealed bytea, p_recovery_hash bytea, OUT username text, OUT role text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.end_login(p_username text, p_client text, p_password_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_token_hash bytea, p_agent text, p_step bigint, p_sealed bytea, p_recovery_hash bytea, OUT username text, OUT role text) IS 'Ends a try to log in whose password matched p_password_hash: notes the session of the token p_jti, and says as whom. No row''s worth (NULLs) when the user has changed meanwhile, or has a second factor for which neither p_step (the time step of a code, which holds once; p_sealed keeps its secret) nor p_recovery_hash does. p_token_hash is of an opaque token, NULL for a JWT.';

--
-- Name: end_session(uuid, text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.end_session(p_jti uuid, p_username text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.end_session(p_jti uuid, p_username text) OWNER TO leads_owner;

--
-- Name: FUNCTION end_session(p_jti uuid, p_username text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.end_session(p_jti uuid, p_username text) IS 'Ends one session and its token; with p_username only one of that user. LD404 session_not_found.';

--
-- Name: erase_person(bigint, text, text, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.erase_person(p_lead_id bigint, p_email text, p_if_match text, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_email text := p_email;
    v_ids bigint[];
    v_gone bigint[];
    v_operation uuid;
BEGIN
    IF p_lead_id IS NOT NULL THEN
        SELECT l.email INTO v_email FROM public.contact_leads AS l WHERE l.id = p_lead_id;
    END IF;
    -- All of them in one order, as service.change_leads locks them: else the two could block each other.
    v_ids := ARRAY(
        SELECT l.id FROM public.contact_leads AS l WHERE lower(l.email) = lower(btrim(v_email)) ORDER BY l.id FOR UPDATE
    );
    IF p_lead_id IS NOT NULL THEN
        PERFORM app.lead_to_change(p_lead_id, p_if_match, true);
        IF p_lead_id <> ALL (v_ids) THEN
            RAISE EXCEPTION USING
                ERRCODE = '40001',
                MESSAGE = format('The address of lead %s was corrected just now.', p_lead_id);
        END IF;
    END IF;
    -- What was deleted in SQL is gone, but the audit still holds all of it.
    v_gone := ARRAY(
        SELECT DISTINCT a.lead_id
        FROM app.audit_log AS a
        WHERE a.table_name = 'contact_leads' AND (
            a.after ? 'email' AND lower(a.after ->> 'email') = lower(btrim(v_email))
            OR a.before ? 'email' AND lower(a.before ->> 'email') = lower(btrim(v_email)))
            AND NOT EXISTS (SELECT FROM public.contact_leads AS l WHERE l.id = a.lead_id)
    );
    v_operation := app.erase_leads(v_ids || v_gone, 'erase', p_actor, p_role, p_request_id);
    -- The address of somebody whose lead it is no more: once corrected, say. Their lead stays, this part of its history goes.
    WITH mentioned AS (
        UPDATE app.audit_log AS a SET salt = NULL, before = NULL, after = NULL
        WHERE a.salt IS NOT NULL AND a.table_name = 'contact_leads' AND (
            a.after ? 'email' AND lower(a.after ->> 'email') = lower(btrim(v_email))
            OR a.before ? 'email' AND lower(a.before ->> 'email') = lower(btrim(v_email)))
        RETURNING a.lead_id
    )
    INSERT INTO app.audit_log (actor, actor_role, request_id, operation, action, table_name, lead_id)
    SELECT p_actor, p_role, p_request_id, v_operation, 'erased', 'contact_leads', m.lead_id
    FROM (SELECT m.lead_id FROM mentioned AS m UNION SELECT unnest(v_gone)) AS m;
    -- Mail to that address about a lead that has another one now, and news of it that named the address.
    DELETE FROM app.outbox AS o WHERE lower(o.recipient) = lower(btrim(v_email));
    UPDATE app.outbox AS o SET content = NULL
    WHERE position(lower(btrim(v_email)) IN lower(concat_ws(' ',
        o.content ->> 'subject', o.content ->> 'text', o.content ->> 'html', o.content ->> 'reply_to'))) > 0;
    DELETE FROM app.auto_replies AS r WHERE r.address = app.mailbox_of(v_email);
    DELETE FROM app.mail_stops AS s WHERE s.address = app.mailbox_of(v_email);
    PERFORM app.end_operation(v_operation, cardinality(v_ids), 0);
    RETURN json_build_object('changed', cardinality(v_ids), 'skipped_count', 0, 'skipped', json_build_array(), 'operation', v_operation);
END;
$$;

ALTER FUNCTION service.erase_person(p_lead_id bigint, p_email text, p_if_match text, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION erase_person(p_lead_id bigint, p_email text, p_if_match text, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.erase_person(p_lead_id bigint, p_email text, p_if_match text, p_actor text, p_role text, p_request_id uuid) IS 'Erases a person for good: every lead of that address, in the trash too or deleted in SQL, as app.erase_leads does, the address from the history of leads that had it once, and what is known of mail to it. By p_lead_id, whose address is meant, with p_if_match; or by p_email. Can''t be undone. Answers as service.change_leads. LD404 lead_not_found, LD412 version_conflict.';

--
-- Name: audit_sealing; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.audit_sealing (
    settled bigint NOT NULL,
    pending bigint NOT NULL,
    pending_before xid8 NOT NULL,
    events_after bigint DEFAULT 0 NOT NULL
);

ALTER TABLE app.audit_sealing OWNER TO leads_owner;

--
-- Name: TABLE audit_sealing; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.audit_sealing IS 'How far service.seal_audit need not look any more: one row.';

--
-- Name: COLUMN audit_sealing.settled; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_sealing.settled IS 'Every entry up to this id has its seal, or will never come.';

--
-- Name: COLUMN audit_sealing.pending; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_sealing.pending IS 'The last id drawn when it looked last.';

--
-- Name: COLUMN audit_sealing.pending_before; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_sealing.pending_before IS 'Once every transaction before this one has ended, pending is settled.';

--
-- Name: COLUMN audit_sealing.events_after; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.audit_sealing.events_after IS 'Every event after this id is still there.';

--
-- Name: events(bigint, bigint, integer); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.events(p_after bigint, p_until bigint, p_limit integer, OUT frames text, OUT last bigint, OUT events integer, OUT kept_after bigint, OUT head bigint) RETURNS record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT COALESCE(string_agg(format('id: %s
event: %s
data: %s

'::text, f.id, f.type, json_build_object('id', f.id, 'at', f.at, 'type', f.type, 'lead', f.lead_id, 'version', f.version, 'actor', f.actor, 'operation', f.operation, 'kind', f.kind, 'changed', f.changed)), ''::text ORDER BY f.id), ''::text) AS "coalesce",
     max(f.id) AS max,
     (count(*))::integer AS count,
     ( SELECT m.events_after
            FROM app.audit_sealing m) AS events_after,
     ( SELECT COALESCE(max(s.number), (0)::bigint) AS "coalesce"
            FROM app.audit_seals s) AS "coalesce"
    FROM ( SELECT e.id,
             e.at,
             e.type,
             e.lead_id,
             e.version,
             e.actor,
             e.operation,
             e.kind,
             e.changed
            FROM app.events e
           WHERE ((e.id > events.p_after) AND (e.id <= events.p_until))
           ORDER BY e.id
          LIMIT events.p_limit) f;
END;

ALTER FUNCTION service.events(p_after bigint, p_until bigint, p_limit integer, OUT frames text, OUT last bigint, OUT events integer, OUT kept_after bigint, OUT head bigint) OWNER TO leads_owner;

--
-- Name: FUNCTION events(p_after bigint, p_until bigint, p_limit integer, OUT frames text, OUT last bigint, OUT events integer, OUT kept_after bigint, OUT head bigint); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.events(p_after bigint, p_until bigint, p_limit integer, OUT frames text, OUT last bigint, OUT events integer, OUT kept_after bigint, OUT head bigint) IS 'The events after p_after and up to p_until, at most p_limit, as a text/event-stream: each with id, event and data {id, at, type, lead, version, actor, operation, kind, changed}. last: the last one''s id; kept_after: events up to this id may be purged; head: the number of the last seal, which no event is after.';

--
-- Name: kept_mails(bigint[]); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.kept_mails(p_ids bigint[]) RETURNS bigint[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT COALESCE(array_agg(o.id), '{}'::bigint[]) AS "coalesce"
    FROM app.outbox o
   WHERE ((o.id = ANY (kept_mails.p_ids)) AND (o.content IS NOT NULL));
END;

ALTER FUNCTION service.kept_mails(p_ids bigint[]) OWNER TO leads_owner;

--
-- Name: FUNCTION kept_mails(p_ids bigint[]); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.kept_mails(p_ids bigint[]) IS 'Which of these mails are still kept, with what they say. The files of others are to go from the mailbox.';

--
-- Name: lead(bigint); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.lead(p_id bigint, OUT lead json, OUT etag text) RETURNS record
    LANGUAGE plpgsql STABLE STRICT
    SET search_path TO 'pg_catalog'
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

ALTER FUNCTION service.lead(p_id bigint, OUT lead json, OUT etag text) OWNER TO leads_owner;

--
-- Name: FUNCTION lead(p_id bigint, OUT lead json, OUT etag text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.lead(p_id bigint, OUT lead json, OUT etag text) IS 'One lead with all its columns, and its ETag. LD404 lead_not_found when there is none, or it is in the trash.';

--
-- Name: lead_choices(); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.lead_choices() RETURNS json
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    BEGIN ATOMIC
 WITH newest AS MATERIALIZED (
          SELECT l.tags,
             l.source,
             l.role
            FROM public.contact_leads l
           WHERE ((l.deleted_at IS NULL) AND (NOT l.is_spam))
           ORDER BY l.created_at DESC, l.id DESC
          LIMIT 20000
         ), tags AS (
          SELECT t.tag,
             count(*) AS leads
            FROM (newest n
              CROSS JOIN LATERAL unnest(n.tags) t(tag))
           GROUP BY t.tag
           ORDER BY (count(*)) DESC, t.tag
          LIMIT 200
         ), sources AS (
          SELECT n.source,
             count(*) AS leads
            FROM newest n
           WHERE (n.source IS NOT NULL)
           GROUP BY n.source
           ORDER BY (count(*)) DESC, n.source
          LIMIT 100
         ), roles AS (
          SELECT n.role,
             count(*) AS leads
            FROM newest n
           WHERE (n.role IS NOT NULL)
           GROUP BY n.role
           ORDER BY (count(*)) DESC, n.role
          LIMIT 100
         )
  SELECT json_build_object('assignees', app.assignable_users(), 'tags', ( SELECT COALESCE(json_agg(t.tag ORDER BY t.leads DESC, t.tag), '[]'::json) AS "coalesce"
            FROM tags t), 'sources', ( SELECT COALESCE(json_agg(s.source ORDER BY s.leads DESC, s.source), '[]'::json) AS "coalesce"
            FROM sources s), 'roles', ( SELECT COALESCE(json_agg(r.role ORDER BY r.leads DESC, r.role), '[]'::json) AS "coalesce"
            FROM roles r)) AS json_build_object;
END;

ALTER FUNCTION service.lead_choices() OWNER TO leads_owner;

--
-- Name: FUNCTION lead_choices(); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.lead_choices() IS 'What one may choose from: {"assignees": the users who may change leads, by name, "tags" (at most 200), "sources", "roles" (100 each), the most used first}. Only the newest 20,000 leads of the inbox are looked at, so that it costs the same whatever their number.';

--
-- Name: lead_history(bigint, integer, bigint); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.lead_history(p_id bigint, p_limit integer, p_cursor bigint) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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
        SELECT a.*, a AS entry, row_number() OVER (ORDER BY a.id) AS place
        FROM app.audit_log AS a
        WHERE a.lead_id = p_id AND a.id > coalesce(p_cursor, 0)
        ORDER BY a.id
        LIMIT p_limit + 1
    )
    SELECT json_build_object(
        'data', coalesce(json_agg(json_build_object(
            'at', f.at, 'actor', f.actor, 'actor_role', f.actor_role, 'session_user', f.session_user_name, 'action', f.action,
            'summary', app.audit_story(f.entry), 'changes', app.audit_changes(f.before, f.after),
            'operation', f.operation, 'request_id', f.request_id
        ) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN (max(f.id) FILTER (WHERE f.place <= p_limit))::text END
    ) INTO v_page
    FROM found AS f;
    RETURN v_page;
END;
$$;

ALTER FUNCTION service.lead_history(p_id bigint, p_limit integer, p_cursor bigint) OWNER TO leads_owner;

--
-- Name: FUNCTION lead_history(p_id bigint, p_limit integer, p_cursor bigint); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.lead_history(p_id bigint, p_limit integer, p_cursor bigint) IS 'What was done to a lead, oldest first: {"data": [{at, actor, actor_role, session_user, action, summary, changes: [{field, before, after}], operation, request_id}], "next"}; next is the p_cursor of the page after, or null. SECURITY DEFINER, since staff may read the audit of the leads they see, and no more of it. LD404 lead_not_found.';

--
-- Name: lead_stats(); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.lead_stats() RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
BEGIN
    RETURN (
        WITH kinds AS MATERIALIZED (
            SELECT t.status, t.lead_type, t.priority, sum(t.leads)::bigint AS leads
            FROM app.lead_totals AS t
            WHERE NOT t.is_spam AND NOT t.trashed
            GROUP BY 1, 2, 3
        )
        SELECT json_build_object(
            'total', o.leads,
            'by_status', (
                SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
                FROM (
                    SELECT e.label, coalesce(sum(k.leads), 0)::bigint AS leads
                    FROM unnest(enum_range(NULL::public.lead_status)) AS e (label) LEFT JOIN kinds AS k ON k.status = e.label
                    GROUP BY e.label
                ) AS s
            ),
            'by_type', (
                SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
                FROM (
                    SELECT e.label, coalesce(sum(k.leads), 0)::bigint AS leads
                    FROM unnest(enum_range(NULL::public.lead_type)) AS e (label) LEFT JOIN kinds AS k ON k.lead_type = e.label
                    GROUP BY e.label
                ) AS s
            ),
            'by_priority', (
                SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
                FROM (
                    SELECT e.label, coalesce(sum(k.leads), 0)::bigint AS leads
                    FROM unnest(enum_range(NULL::public.lead_priority)) AS e (label) LEFT JOIN kinds AS k ON k.priority = e.label
                    GROUP BY e.label
                ) AS s
            ),
            'by_source', (
                SELECT coalesce(json_object_agg(s.value, s.leads ORDER BY s.leads DESC, s.value), '{}') FROM app.largest_figures('source', 100) AS s
            ),
            'unread', o.unread,
            'velocity', json_build_object(
                '24h', json_build_object('count', o.leads_24h, 'previous', o.previous_24h, 'change_percent', o.change_percent_24h),
                '7d', json_build_object('count', o.leads_7d, 'previous', o.previous_7d, 'change_percent', o.change_percent_7d),
                '30d', json_build_object('count', o.leads_30d, 'previous', o.previous_30d, 'change_percent', o.change_percent_30d)
            ),
            'conversion', json_build_object(
                'overall', o.conversion,
                'by_role', (
                    SELECT coalesce(json_object_agg(r.value, round(r.answered::numeric / r.leads, 4) ORDER BY r.leads DESC, r.value), '{}')
                    FROM app.largest_figures('role', 100) AS r
                )
            ),
            'first_response', json_build_object('median_seconds', o.median_response_seconds, 'p90_seconds', o.p90_response_seconds)
        )
        FROM stats.overview() AS o
    );
END;
$$;

ALTER FUNCTION service.lead_stats() OWNER TO leads_owner;

--
-- Name: FUNCTION lead_stats(); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.lead_stats() IS 'The KPIs of the dashboard, which are those of stats.overview: trash and spam left out. velocity: leads of the last 24 hours, 7 and 30 days against the period before, change_percent NULL from an empty one. conversion: the share (0 to 1) of leads that were ever contacted, overall and by the visitor''s role. first_response: seconds from arrival to first contact, within 1 %. by_source and by_role: the 100 largest; where a lead names no source, direct when it came by a form, else unknown; unknown where it names no role. Costs the same however many leads there are.';

--
-- Name: lead_trends(text, text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.lead_trends(p_period text, p_time_zone text) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    v_bucket text := CASE p_period WHEN '24h' THEN 'hour' WHEN '7d' THEN 'day' WHEN '30d' THEN 'day' WHEN '90d' THEN 'week' WHEN '12m' THEN 'month' END;
    v_places integer := CASE p_period WHEN '24h' THEN 24 WHEN '7d' THEN 7 WHEN '30d' THEN 30 WHEN '90d' THEN 13 WHEN '12m' THEN 12 END;
    v_starts timestamptz[];
    -- The one before, this one, and its end.
    v_periods timestamptz[];
    v_trends json;
BEGIN
    IF v_bucket IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'period must be one of: 24h, 7d, 30d, 90d, 12m.',
            CONSTRAINT = 'period_not_valid',
            COLUMN = 'period',
            DATATYPE = '24h, 7d, 30d, 90d, 12m';
    END IF;
    IF app.is_time_zone(p_time_zone) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'time_zone must be UTC or a name such as Europe/Berlin.',
            CONSTRAINT = 'time_zone_not_valid',
            COLUMN = 'time_zone';
    END IF;
    v_starts := app.bucket_starts(v_bucket, 2 * v_places, p_time_zone);
    v_periods := ARRAY[v_starts[1], v_starts[v_places + 1], v_starts[2 * v_places + 1]];
    -- Places 1 and up are the period's; 0 and below those of the one before.
    WITH figures AS MATERIALIZED (
        SELECT f.place - v_places AS place, f.by_type, f.value, f.leads, f.answered FROM app.bucket_figures(v_starts) AS f
    ), places AS (
        SELECT f.place, sum(f.leads)::bigint AS leads, sum(f.answered)::bigint AS answered FROM figures AS f WHERE f.by_type GROUP BY f.place
    ), totals AS (
        SELECT
            coalesce(sum(p.leads) FILTER (WHERE p.place > 0), 0)::bigint AS leads,
            coalesce(sum(p.leads) FILTER (WHERE p.place <= 0), 0)::bigint AS leads_before,
            coalesce(sum(p.answered) FILTER (WHERE p.place > 0), 0)::bigint AS answered,
            coalesce(sum(p.answered) FILTER (WHERE p.place <= 0), 0)::bigint AS answered_before
        FROM places AS p
    ), kinds AS MATERIALIZED (
        SELECT f.by_type, f.value, sum(f.leads)::bigint AS leads FROM figures AS f WHERE f.place > 0 GROUP BY 1, 2
    ), bins AS MATERIALIZED (
        SELECT f.place, f.value::integer AS bin, f.leads FROM app.period_figures('day_response', v_periods) AS f
    ), responses AS (
        SELECT
            app.bin_percentile(array_agg(b.bin) FILTER (WHERE b.place = 2), array_agg(b.leads) FILTER (WHERE b.place = 2), 0.5) AS median,
            app.bin_percentile(array_agg(b.bin) FILTER (WHERE b.place = 2), array_agg(b.leads) FILTER (WHERE b.place = 2), 0.9) AS p90,
            app.bin_percentile(array_agg(b.bin) FILTER (WHERE b.place = 1), array_agg(b.leads) FILTER (WHERE b.place = 1), 0.5) AS median_before
        FROM bins AS b
    ), waits AS (
        SELECT width_bucket(app.bin_seconds(b.bin), '{3600,14400,28800,86400}'::numeric[]) AS wait, sum(b.leads)::bigint AS leads
        FROM bins AS b
        WHERE b.place = 2
        GROUP BY 1
    ), sources AS (
        SELECT f.value AS source, sum(f.leads)::bigint AS leads, sum(f.answered)::bigint AS answered
        FROM app.period_figures('day_source', v_periods[2:3]) AS f
        GROUP BY 1
        HAVING sum(f.leads) > 0
        ORDER BY 2 DESC, 1
        LIMIT 20
    ), funnel AS (
        SELECT coalesce(sum(f.opened), 0)::bigint AS opened, coalesce(sum(f.archived), 0)::bigint AS archived FROM app.funnel(v_periods[2:3]) AS f
    )
    SELECT json_build_object(
        'period', p_period,
        'time_zone', p_time_zone,
        'from', v_starts[v_places + 1],
        'until', v_starts[2 * v_places + 1],
        'bucket', v_bucket,
        'series', (
            SELECT json_agg(json_build_object(
                'at', v_starts[v_places + n.place], 'leads', coalesce(p.leads, 0), 'answered', coalesce(p.answered, 0),
                'previous', coalesce(b.leads, 0)
            ) ORDER BY n.place)
            FROM generate_series(1, v_places) AS n (place)
            LEFT JOIN places AS p ON p.place = n.place
            LEFT JOIN places AS b ON b.place = n.place - v_places
        ),
        'totals', json_build_object(
            'leads', json_build_object(
                'count', t.leads, 'previous', t.leads_before,
                'change_percent', round(100.0 * (t.leads - t.leads_before) / nullif(t.leads_before, 0), 1)
            ),
            'answered', json_build_object(
                'count', t.answered, 'previous', t.answered_before,
                'change_percent', round(100.0 * (t.answered - t.answered_before) / nullif(t.answered_before, 0), 1)
            ),
            'conversion', json_build_object(
                'value', round(t.answered::numeric / nullif(t.leads, 0), 4),
                'previous', round(t.answered_before::numeric / nullif(t.leads_before, 0), 4)
            ),
            'first_response', (
                SELECT json_build_object('median_seconds', r.median, 'p90_seconds', r.p90, 'previous_median_seconds', r.median_before)
                FROM responses AS r
            ),
            'unread', coalesce((SELECT k.leads FROM kinds AS k WHERE NOT k.by_type AND k.value = 'unread'), 0)
        ),
        'funnel', json_build_array(
            json_build_object('step', 'arrived', 'leads', t.leads),
            json_build_object('step', 'opened', 'leads', n.opened),
            json_build_object('step', 'contacted', 'leads', t.answered),
            json_build_object('step', 'archived', 'leads', n.archived)
        ),
        'by_status', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(k.leads, 0) AS leads
                FROM unnest(enum_range(NULL::public.lead_status)) AS e (label)
                LEFT JOIN kinds AS k ON NOT k.by_type AND k.value = e.label::text
            ) AS s
        ),
        'by_source', (
            SELECT coalesce(json_agg(json_build_object('source', s.source, 'leads', s.leads, 'answered', s.answered) ORDER BY s.leads DESC, s.source), '[]')
            FROM sources AS s
        ),
        'by_type', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(k.leads, 0) AS leads
                FROM unnest(enum_range(NULL::public.lead_type)) AS e (label)
                LEFT JOIN kinds AS k ON k.by_type AND k.value = e.label::text
            ) AS s
        ),
        'response_times', (
            SELECT json_agg(json_build_object('from_seconds', e.since, 'to_seconds', e.until, 'leads', coalesce(w.leads, 0)) ORDER BY e.since)
            FROM (VALUES (0, 0, 3600), (1, 3600, 14400), (2, 14400, 28800), (3, 28800, 86400), (4, 86400, NULL)) AS e (wait, since, until)
            LEFT JOIN waits AS w ON w.wait = e.wait
        )
    ) INTO v_trends
    FROM totals AS t CROSS JOIN funnel AS n;
    RETURN v_trends;
END;
$$;

ALTER FUNCTION service.lead_trends(p_period text, p_time_zone text) OWNER TO leads_owner;

--
-- Name: FUNCTION lead_trends(p_period text, p_time_zone text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.lead_trends(p_period text, p_time_zone text) IS 'The leads of a period, trash and spam left out: {period, time_zone, from, until, bucket, series: [{at, leads, answered, previous}], totals: {leads, answered: {count, previous, change_percent}, conversion: {value, previous}, first_response: {median_seconds, p90_seconds, previous_median_seconds}, unread}, funnel: [{step, leads}], by_status, by_source: [{source, leads, answered}] (the 20 largest, named as in stats.sources), by_type, response_times: [{from_seconds, to_seconds, leads}]}. A period is so many whole buckets, as app.bucket_starts makes them in p_time_zone, the current one the last: 24h is 24 hours, 7d and 30d are days, 90d is 13 weeks, 12m 12 months. The period before is as many before those; previous is the same place in it. answered: leads that came then and were ever contacted. The numbers are those of stats.by_day, stats.funnel, stats.first_response and stats.response_times, from the same figures; response times within 1 %. LD400 period_not_valid, time_zone_not_valid.';

--
-- Name: list_keys(); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.list_keys() RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.list_keys() OWNER TO leads_owner;

--
-- Name: FUNCTION list_keys(); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.list_keys() IS 'The API keys, those that hold first: [{id, name, scope, hint, created_at, created_by, expires_at, last_used_at (within a minute), revoked_at, revoked_by, state}]. Never a key or its hash.';

--
-- Name: list_mails(text[], text, bigint, integer, bigint); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.list_mails(p_states text[], p_kind text, p_lead_id bigint, p_limit integer, p_cursor bigint) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
DECLARE
    v_page json;
BEGIN
    IF NOT p_states <@ enum_range(NULL::app.mail_state)::text[] THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format('state must be one or more of: %s.', array_to_string(enum_range(NULL::app.mail_state), ', ')),
            CONSTRAINT = 'filter_not_valid',
            COLUMN = 'state',
            DATATYPE = array_to_string(enum_range(NULL::app.mail_state), ', ');
    ELSIF p_kind <> ALL (enum_range(NULL::app.mail_kind)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format('kind must be one of: %s.', array_to_string(enum_range(NULL::app.mail_kind), ', ')),
            CONSTRAINT = 'filter_not_valid',
            COLUMN = 'kind',
            DATATYPE = array_to_string(enum_range(NULL::app.mail_kind), ', ');
    END IF;
    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT o.*, o AS mail, row_number() OVER (ORDER BY o.id DESC) AS place
        FROM app.outbox AS o
        WHERE (p_states IS NULL OR o.state = ANY (p_states::app.mail_state[]))
            AND (p_kind IS NULL OR o.kind = p_kind::app.mail_kind)
            AND (p_lead_id IS NULL OR o.lead_id = p_lead_id)
            AND o.id < coalesce(p_cursor, 9223372036854775807)
        ORDER BY o.id DESC
        LIMIT p_limit + 1
    )
    SELECT json_build_object(
        'data', coalesce(json_agg(app.mail_as_json(f.mail) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN (min(f.id) FILTER (WHERE f.place <= p_limit))::text END
    ) INTO v_page
    FROM found AS f;
    RETURN v_page;
END;
$$;

ALTER FUNCTION service.list_mails(p_states text[], p_kind text, p_lead_id bigint, p_limit integer, p_cursor bigint) OWNER TO leads_owner;

--
-- Name: FUNCTION list_mails(p_states text[], p_kind text, p_lead_id bigint, p_limit integer, p_cursor bigint); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.list_mails(p_states text[], p_kind text, p_lead_id bigint, p_limit integer, p_cursor bigint) IS 'The outbox, newest first: {"data": [...], "next"}; next is the p_cursor of the page after, or null. NULL filters nothing. SECURITY DEFINER, since staff may see what went out, and change none of it. LD400 filter_not_valid.';

--
-- Name: list_operations(integer, bigint); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.list_operations(p_limit integer, p_cursor bigint) RETURNS json
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    BEGIN ATOMIC
 WITH found AS (
          SELECT o.id,
             o.number,
             o.at,
             o.tx,
             o.actor,
             o.actor_role,
             o.request_id,
             o.session_user_name,
             o.kind,
             o.changes,
             o.selected,
             o.trashes,
             o.changed,
             o.skipped,
             o.undoes,
             o.undone_by,
             row_number() OVER (ORDER BY o.number DESC) AS place
            FROM app.operations o
           WHERE (o.number < COALESCE(list_operations.p_cursor, '9223372036854775807'::bigint))
           ORDER BY o.number DESC
          LIMIT (list_operations.p_limit + 1)
         )
  SELECT json_build_object('data', COALESCE(json_agg(json_build_object('operation', f.id, 'at', f.at, 'actor', f.actor, 'actor_role', f.actor_role, 'session_user', f.session_user_name, 'kind', f.kind, 'changes', f.changes, 'selected', f.selected, 'changed', f.changed, 'skipped_count', f.skipped, 'undoes', f.undoes, 'undone_by', f.undone_by, 'undone', (f.undone_by IS NOT NULL), 'can_undo', ((f.undone_by IS NULL) AND (f.kind <> ALL (ARRAY['erase'::text, 'purge'::text]))), 'request_id', f.request_id) ORDER BY f.place) FILTER (WHERE (f.place <= list_operations.p_limit)), '[]'::json), 'next',
         CASE
             WHEN (count(*) > list_operations.p_limit) THEN (min(f.number) FILTER (WHERE (f.place <= list_operations.p_limit)))::text
             ELSE NULL::text
         END) AS json_build_object
    FROM found f;
END;

ALTER FUNCTION service.list_operations(p_limit integer, p_cursor bigint) OWNER TO leads_owner;

--
-- Name: FUNCTION list_operations(p_limit integer, p_cursor bigint); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.list_operations(p_limit integer, p_cursor bigint) IS 'Bulk changes, deletions, undos, erasures and purges, newest first: {"data": [{operation, at, actor, actor_role, session_user, kind, changes, selected, changed, skipped_count, undoes, undone_by, undone, can_undo, request_id}], "next"}; next is the p_cursor of the page after, or null.';

--
-- Name: list_sessions(text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.list_sessions(p_username text) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.list_sessions(p_username text) OWNER TO leads_owner;

--
-- Name: FUNCTION list_sessions(p_username text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.list_sessions(p_username text) IS 'The tokens that hold: {"data": [{id, username, kind, issued_at, expires_at, address, agent}]}, newest first; of one user, or of all where p_username is NULL.';

--
-- Name: mail_templates; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.mail_templates (
    kind app.mail_kind NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    subject text,
    body_text text,
    body_html text,
    updated_at timestamp with time zone DEFAULT app.now() NOT NULL,
    updated_by text NOT NULL,
    CONSTRAINT mail_templates_body_html_valid CHECK (((char_length(body_html) >= 1) AND (char_length(body_html) <= 60000))),
    CONSTRAINT mail_templates_body_text_valid CHECK (((char_length(body_text) >= 1) AND (char_length(body_text) <= 20000))),
    CONSTRAINT mail_templates_subject_valid CHECK ((((char_length(subject) >= 1) AND (char_length(subject) <= 500)) AND (subject !~ '[[:cntrl:]]'::text)))
);

ALTER TABLE app.mail_templates OWNER TO leads_owner;

--
-- Name: TABLE mail_templates; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.mail_templates IS 'What the team changed of the mails: a kind without a row goes out as it was delivered.';

--
-- Name: COLUMN mail_templates.kind; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.mail_templates.kind IS 'Of which mails.';

--
-- Name: COLUMN mail_templates.enabled; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.mail_templates.enabled IS 'false: no such mails are queued.';

--
-- Name: COLUMN mail_templates.subject; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.mail_templates.subject IS 'A Jinja template of one line, at most 500 characters; NULL, as the two bodies, for the one delivered.';

--
-- Name: COLUMN mail_templates.body_text; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.mail_templates.body_text IS 'A Jinja template of at most 20,000 characters: the mail as plain text.';

--
-- Name: COLUMN mail_templates.body_html; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.mail_templates.body_html IS 'A Jinja template of at most 60,000 characters: the mail as HTML.';

--
-- Name: COLUMN mail_templates.updated_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.mail_templates.updated_at IS 'When it last changed; kept by mail_templates_updated_at.';

--
-- Name: COLUMN mail_templates.updated_by; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.mail_templates.updated_by IS 'Who changed it: a username, or the database login.';

--
-- Name: list_templates(); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.list_templates() RETURNS json
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    BEGIN ATOMIC
 SELECT json_agg(json_build_object('kind', k.kind, 'enabled', COALESCE(t.enabled, true), 'subject', t.subject, 'body_text', t.body_text, 'body_html', t.body_html, 'updated_at', t.updated_at, 'updated_by', t.updated_by) ORDER BY k.kind) AS json_agg
    FROM (unnest(enum_range(NULL::app.mail_kind)) k(kind)
      LEFT JOIN app.mail_templates t ON ((t.kind = k.kind)));
END;

ALTER FUNCTION service.list_templates() OWNER TO leads_owner;

--
-- Name: FUNCTION list_templates(); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.list_templates() IS 'Each kind of mail, and what the team changed of it: [{kind, enabled, subject, body_text, body_html, updated_at, updated_by}], null where nothing.';

--
-- Name: list_users(text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.list_users(p_username text DEFAULT NULL::text) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.list_users(p_username text) OWNER TO leads_owner;

--
-- Name: FUNCTION list_users(p_username text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.list_users(p_username text) IS 'Who may log in: [{username, role, disabled, disabled_at, second_factor, last_login_at, sessions, api_keys (that they made and that hold), created_at, updated_at}].';

--
-- Name: saved_views; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.saved_views (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT app.now() NOT NULL,
    updated_at timestamp with time zone DEFAULT app.now() NOT NULL,
    CONSTRAINT saved_views_name_valid CHECK ((((char_length(name) >= 1) AND (char_length(name) <= 80)) AND (name !~ '[[:cntrl:]]'::text) AND (name ~ '[^[:space:]]'::text))),
    CONSTRAINT saved_views_query_valid CHECK (((char_length(query) <= 4000) AND (query !~ '[[:cntrl:]]'::text)))
);

ALTER TABLE app.saved_views OWNER TO leads_owner;

--
-- Name: TABLE saved_views; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.saved_views IS 'The team''s named views of the dashboard''s table, at most 200.';

--
-- Name: COLUMN saved_views.id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.saved_views.id IS 'Names the view, whatever it is called.';

--
-- Name: COLUMN saved_views.name; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.saved_views.name IS '1 to 80 characters on one line; unique in any case.';

--
-- Name: COLUMN saved_views.query; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.saved_views.query IS 'What stands behind ? in the address of the dashboard''s table, at most 4000 characters. What it means, the dashboard alone knows.';

--
-- Name: COLUMN saved_views.created_by; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.saved_views.created_by IS 'Who saved it: a username, key:name of an API key, or the database login.';

--
-- Name: COLUMN saved_views.created_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.saved_views.created_at IS 'When it was saved.';

--
-- Name: COLUMN saved_views.updated_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.saved_views.updated_at IS 'When it last changed; kept by saved_views_updated_at.';

--
-- Name: list_views(); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.list_views() RETURNS json
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    BEGIN ATOMIC
 SELECT json_build_object('data', COALESCE(json_agg(v.* ORDER BY (lower(v.name))), '[]'::json)) AS json_build_object
    FROM app.saved_views v;
END;

ALTER FUNCTION service.list_views() OWNER TO leads_owner;

--
-- Name: FUNCTION list_views(); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.list_views() IS 'The team''s saved views by name: {"data": [{id, name, query, created_by, created_at, updated_at}]}.';

--
-- Name: mail(bigint); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.mail(p_id bigint) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_mail jsonb;
BEGIN
    SELECT app.mail_as_json(o) || jsonb_build_object('key', o.key, 'content', o.content, 'lead_ids', coalesce(o.lead_ids, '{}'), 'more', o.more)
    INTO v_mail
    FROM app.outbox AS o WHERE o.id = p_id;
    IF v_mail IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = format('There is no mail %s.', p_id), CONSTRAINT = 'mail_not_found', COLUMN = 'id';
    END IF;
    RETURN v_mail;
END;
$$;

ALTER FUNCTION service.mail(p_id bigint) OWNER TO leads_owner;

--
-- Name: FUNCTION mail(p_id bigint); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.mail(p_id bigint) IS 'A mail as service.list_mails shows it, and what it says: content, null until it was first tried, or when a lead that it told of was erased. LD404 mail_not_found.';

--
-- Name: mail_status(); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.mail_status() RETURNS json
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT json_build_object('queued', count(*) FILTER (WHERE (o.state = 'queued'::app.mail_state)), 'sending', count(*) FILTER (WHERE (o.state = 'sending'::app.mail_state)), 'failed', ( SELECT count(*) AS count
            FROM app.outbox f
           WHERE (f.state = 'failed'::app.mail_state)), 'sent_24h', ( SELECT count(*) AS count
            FROM app.outbox s
           WHERE ((s.ended_at > (app.now() - '24:00:00'::interval)) AND (s.state = 'sent'::app.mail_state))), 'late_seconds', (COALESCE(GREATEST(EXTRACT(epoch FROM (app.now() - min(o.due_at))), (0)::numeric), (0)::numeric))::bigint, 'waits_for', ( SELECT w.error
            FROM app.outbox w
           WHERE ((w.state = 'queued'::app.mail_state) AND (w.error IS NOT NULL))
           ORDER BY w.due_at, w.id
          LIMIT 1)) AS json_build_object
    FROM app.outbox o
   WHERE (o.state = ANY (ARRAY['queued'::app.mail_state, 'sending'::app.mail_state]));
END;

ALTER FUNCTION service.mail_status() OWNER TO leads_owner;

--
-- Name: FUNCTION mail_status(); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.mail_status() IS 'How the outbox stands: {"queued", "sending", "failed", "sent_24h", "late_seconds": for how long the first one has been due, "waits_for": why the first of those tried waits, or null}.';

--
-- Name: note_delivery(uuid, text, text, timestamp with time zone, text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.note_delivery(p_key uuid, p_provider_id text, p_delivery text, p_at timestamp with time zone, p_detail text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_mail app.outbox;
BEGIN
    -- By what the provider calls it; or by its key, where that was never heard: a worker died, an answer was lost.
    SELECT o.* INTO v_mail FROM app.outbox AS o WHERE o.provider_id = p_provider_id FOR UPDATE;
    IF NOT FOUND AND p_key IS NOT NULL THEN
        SELECT o.* INTO v_mail FROM app.outbox AS o WHERE o.state IN ('queued', 'sending', 'failed') AND o.attempts > 0 AND o.key = p_key FOR UPDATE;
    END IF;
    IF v_mail.id IS NULL THEN
        RETURN NULL;
    END IF;
    -- Reports come in any order, and more than once: the newest counts, and a delay says nothing any more of one that has arrived.
    UPDATE app.outbox AS o
    SET delivery = CASE WHEN n.is_news THEN p_delivery ELSE o.delivery END,
        delivery_at = CASE WHEN n.is_news THEN p_at ELSE o.delivery_at END,
        delivery_detail = CASE WHEN n.is_news THEN left(p_detail, 1000) ELSE o.delivery_detail END,
        provider_id = coalesce(o.provider_id, p_provider_id),
        state = CASE WHEN o.state IN ('queued', 'sending', 'failed') THEN 'sent' ELSE o.state END,
        ended_at = coalesce(o.ended_at, app.now()),
        error = CASE WHEN o.state IN ('queued', 'sending', 'failed') THEN NULL ELSE o.error END
    FROM (SELECT v_mail.delivery IS NULL OR p_at >= v_mail.delivery_at AND NOT (p_delivery = 'delayed' AND v_mail.delivery <> 'delayed')) AS n (is_news)
    WHERE o.id = v_mail.id;
    IF p_delivery IN ('bounced', 'complained') AND v_mail.recipient IS NOT NULL AND NOT v_mail.is_test THEN
        INSERT INTO app.mail_stops (address, reason) VALUES (app.mailbox_of(v_mail.recipient), p_delivery)
        ON CONFLICT ON CONSTRAINT mail_stops_pkey DO NOTHING;
    END IF;
    RETURN v_mail.id;
END;
$$;

ALTER FUNCTION service.note_delivery(p_key uuid, p_provider_id text, p_delivery text, p_at timestamp with time zone, p_detail text) OWNER TO leads_owner;

--
-- Name: FUNCTION note_delivery(p_key uuid, p_provider_id text, p_delivery text, p_at timestamp with time zone, p_detail text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.note_delivery(p_key uuid, p_provider_id text, p_delivery text, p_at timestamp with time zone, p_detail text) IS 'Notes what the provider reports of a mail (app.outbox.delivery), and that it has it; after a bounce or complaint the address gets no automatic answers any more. Returns the mail''s id, NULL for one that is not known here.';

--
-- Name: note_mail_contents(jsonb); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.note_mail_contents(p_made jsonb) RETURNS bigint[]
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 WITH noted AS (
          UPDATE app.outbox o SET content = m.content
            FROM jsonb_to_recordset(note_mail_contents.p_made) m(id bigint, attempt integer, content jsonb)
           WHERE ((o.id = m.id) AND (o.attempts = m.attempt) AND (o.state = 'sending'::app.mail_state) AND (o.content IS NULL))
           RETURNING o.id
         )
  SELECT COALESCE(array_agg(n.id), '{}'::bigint[]) AS "coalesce"
    FROM noted n;
END;

ALTER FUNCTION service.note_mail_contents(p_made jsonb) OWNER TO leads_owner;

--
-- Name: FUNCTION note_mail_contents(p_made jsonb); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.note_mail_contents(p_made jsonb) IS 'Keeps what claimed mails say, [{id, attempt, content}], before they are handed over, so that a further try says the same: the provider takes a repeat for one only then. Returns those that are still the caller''s to send; a lead of the others was erased meanwhile, say.';

--
-- Name: api_keys; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.api_keys (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    scope app.key_scope NOT NULL,
    key_hash bytea NOT NULL,
    hint text NOT NULL,
    created_at timestamp with time zone DEFAULT app.now() NOT NULL,
    created_by text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    revoked_by text,
    CONSTRAINT api_keys_key_hash_valid CHECK ((octet_length(key_hash) = 32)),
    CONSTRAINT api_keys_name_valid CHECK ((name ~ '^[A-Za-z0-9][A-Za-z0-9 ._@+-]{0,99}$'::text))
);

ALTER TABLE app.api_keys OWNER TO leads_owner;

--
-- Name: TABLE api_keys; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.api_keys IS 'Keys for programs: named, for one purpose each, expiring, revocable.';

--
-- Name: COLUMN api_keys.id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.api_keys.id IS 'The key''s number, which says nothing of it.';

--
-- Name: COLUMN api_keys.name; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.api_keys.name IS 'What it is for; unique in any case among those that are not revoked. The audit knows its holder as key:name.';

--
-- Name: COLUMN api_keys.scope; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.api_keys.scope IS 'What it may do.';

--
-- Name: COLUMN api_keys.key_hash; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.api_keys.key_hash IS 'SHA-256 of the key, which has 256 random bits; the key itself is kept nowhere.';

--
-- Name: COLUMN api_keys.hint; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.api_keys.hint IS 'How the key begins, to tell it from others.';

--
-- Name: COLUMN api_keys.created_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.api_keys.created_at IS 'When it was made.';

--
-- Name: COLUMN api_keys.created_by; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.api_keys.created_by IS 'Who made it: a username, or the database login that called the command.';

--
-- Name: COLUMN api_keys.expires_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.api_keys.expires_at IS 'Until when it holds.';

--
-- Name: COLUMN api_keys.last_used_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.api_keys.last_used_at IS 'When it was last used, to the minute; NULL when never.';

--
-- Name: COLUMN api_keys.revoked_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.api_keys.revoked_at IS 'When it was ended before its time.';

--
-- Name: COLUMN api_keys.revoked_by; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.api_keys.revoked_by IS 'Who ended it.';

--
-- Name: note_used_keys(uuid[]); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.note_used_keys(p_keys uuid[]) RETURNS void
    LANGUAGE sql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 UPDATE app.api_keys k SET last_used_at = app.now()
   WHERE (k.id = ANY (note_used_keys.p_keys));
END;

ALTER FUNCTION service.note_used_keys(p_keys uuid[]) OWNER TO leads_owner;

--
-- Name: FUNCTION note_used_keys(p_keys uuid[]); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.note_used_keys(p_keys uuid[]) IS 'Says that API keys have been used just now; told once a minute, not with each request.';

--
-- Name: open_cv(bigint, uuid, boolean); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.open_cv(p_id bigint, p_key uuid, p_count boolean) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 WITH opened AS (
          UPDATE app.outbox o SET opened = (o.opened + 1), last_opened_at = app.now()
           WHERE (open_cv.p_count AND (o.id = open_cv.p_id) AND (o.key = open_cv.p_key) AND (o.kind = 'cv'::app.mail_kind))
           RETURNING 1 AS "?column?"
         )
  SELECT ((EXISTS ( SELECT
            FROM opened)) OR ((NOT p_count) AND (EXISTS ( SELECT
            FROM app.outbox o
           WHERE ((o.id = open_cv.p_id) AND (o.key = open_cv.p_key) AND (o.kind = 'cv'::app.mail_kind))))));
END;

ALTER FUNCTION service.open_cv(p_id bigint, p_key uuid, p_count boolean) OWNER TO leads_owner;

--
-- Name: FUNCTION open_cv(p_id bigint, p_key uuid, p_count boolean); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.open_cv(p_id bigint, p_key uuid, p_count boolean) IS 'Whether a link to the CV still holds, and counts that it was opened. It ends with the mail that brought it: when the person is erased, say.';

--
-- Name: pending_second_factor(text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.pending_second_factor(p_username text) RETURNS bytea
    LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.pending_second_factor(p_username text) OWNER TO leads_owner;

--
-- Name: FUNCTION pending_second_factor(p_username text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.pending_second_factor(p_username text) IS 'The sealed secret of a second factor that is still to be confirmed. LD409 second_factor_not_begun.';

--
-- Name: auto_replies; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.auto_replies (
    address text NOT NULL,
    kind app.mail_kind NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE app.auto_replies OWNER TO leads_owner;

--
-- Name: TABLE auto_replies; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.auto_replies IS 'Who had an automatic answer within a day, and gets no other one.';

--
-- Name: COLUMN auto_replies.address; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.auto_replies.address IS 'As app.mailbox_of makes it.';

--
-- Name: COLUMN auto_replies.kind; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.auto_replies.kind IS 'Which answer it was.';

--
-- Name: COLUMN auto_replies.at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.auto_replies.at IS 'When it was due: of a CV that waits for the day to pass, when that is.';

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
-- Name: known_clients; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.known_clients (
    user_id bigint NOT NULL,
    client text NOT NULL,
    last_at timestamp with time zone DEFAULT app.now() NOT NULL
);

ALTER TABLE app.known_clients OWNER TO leads_owner;

--
-- Name: TABLE known_clients; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.known_clients IS 'From where somebody has logged in: what strangers try can''t lock them out from there. Kept for 90 days.';

--
-- Name: COLUMN known_clients.user_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.known_clients.user_id IS 'Who.';

--
-- Name: COLUMN known_clients.client; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.known_clients.client IS 'From where: an IPv4 address, or an IPv6 network (/64).';

--
-- Name: COLUMN known_clients.last_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.known_clients.last_at IS 'When they last did.';

--
-- Name: login_tries; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.login_tries (
    account text NOT NULL,
    client text NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    last_at timestamp with time zone DEFAULT app.now() NOT NULL
);

ALTER TABLE app.login_tries OWNER TO leads_owner;

--
-- Name: TABLE login_tries; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.login_tries IS 'Tries to log in that failed, or are still under way; kept for a day.';

--
-- Name: COLUMN login_tries.account; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.login_tries.account IS 'The username that was tried, in lower case, whether there is one of that name or not.';

--
-- Name: COLUMN login_tries.client; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.login_tries.client IS 'From where: an IPv4 address, or an IPv6 network (/64); empty for all together that never logged in to it.';

--
-- Name: COLUMN login_tries.failures; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.login_tries.failures IS 'How many since the last success.';

--
-- Name: COLUMN login_tries.last_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.login_tries.last_at IS 'When the last one was.';

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
-- Name: sessions; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.sessions (
    jti uuid NOT NULL,
    user_id bigint NOT NULL,
    issued_at timestamp with time zone DEFAULT app.now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    token_hash bytea,
    client text NOT NULL,
    agent text DEFAULT ''::text NOT NULL,
    CONSTRAINT sessions_token_hash_valid CHECK ((octet_length(token_hash) = 32))
);

ALTER TABLE app.sessions OWNER TO leads_owner;

--
-- Name: TABLE sessions; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.sessions IS 'The tokens that were given and hold, until an hour after they expire.';

--
-- Name: COLUMN sessions.jti; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sessions.jti IS 'The token''s jti claim; of an opaque token a number of its own.';

--
-- Name: COLUMN sessions.user_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sessions.user_id IS 'Whose token it is.';

--
-- Name: COLUMN sessions.issued_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sessions.issued_at IS 'When they logged in.';

--
-- Name: COLUMN sessions.expires_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sessions.expires_at IS 'When the token expires by itself.';

--
-- Name: COLUMN sessions.token_hash; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sessions.token_hash IS 'SHA-256 of an opaque token; NULL for a JWT, of which nothing is kept.';

--
-- Name: COLUMN sessions.client; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sessions.client IS 'From where: an IPv4 address, or an IPv6 network (/64).';

--
-- Name: COLUMN sessions.agent; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.sessions.agent IS 'With what: the beginning of the User-Agent, as it was sent.';

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
           WHERE (t.expires_at <= (app.now() - '01:00:00'::interval))
           RETURNING 1 AS "?column?"
         ), sessions AS (
          DELETE FROM app.sessions s
           WHERE (s.expires_at <= (app.now() - '01:00:00'::interval))
           RETURNING 1 AS "?column?"
         ), tries AS (
          DELETE FROM app.login_tries t
           WHERE (t.last_at <= (app.now() - '24:00:00'::interval))
           RETURNING 1 AS "?column?"
         ), clients AS (
          DELETE FROM app.known_clients k
           WHERE (k.last_at <= (app.now() - '90 days'::interval))
           RETURNING 1 AS "?column?"
         ), events AS (
          DELETE FROM app.events e
           WHERE (e.at <= (app.now() - '24:00:00'::interval))
           RETURNING e.id
         ), mails AS (
          DELETE FROM app.outbox o
           WHERE (o.ended_at <= (app.now() - '90 days'::interval))
           RETURNING 1 AS "?column?"
         ), replies AS (
          DELETE FROM app.auto_replies r
           WHERE (r.at <= (app.now() - '24:00:00'::interval))
           RETURNING 1 AS "?column?"
         ), mark AS (
          UPDATE app.audit_sealing m SET events_after = GREATEST(m.events_after, g.last)
            FROM ( SELECT max(e.id) AS last
                    FROM events e) g
           WHERE (g.last IS NOT NULL)
         )
  SELECT (((((((( SELECT count(*) AS count
            FROM keys) + ( SELECT count(*) AS count
            FROM tokens)) + ( SELECT count(*) AS count
            FROM sessions)) + ( SELECT count(*) AS count
            FROM tries)) + ( SELECT count(*) AS count
            FROM clients)) + ( SELECT count(*) AS count
            FROM events)) + ( SELECT count(*) AS count
            FROM mails)) + ( SELECT count(*) AS count
            FROM replies));
END;

ALTER FUNCTION service.purge_expired() OWNER TO leads_owner;

--
-- Name: FUNCTION purge_expired(); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.purge_expired() IS 'Removes idempotency keys, events, marks of automatic answers and failed tries to log in over 24 hours old, mails that ended 90 days ago, sessions and revocations of tokens that have expired anyway, and from where somebody last logged in 90 days ago; returns how many rows.';

--
-- Name: purge_trash(integer); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.purge_trash(p_days integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    -- Somebody who restores one just now keeps it.
    v_ids bigint[] := ARRAY(
        SELECT l.id FROM public.contact_leads AS l
        WHERE l.deleted_at <= app.now() - make_interval(days => p_days)
        ORDER BY l.id
        LIMIT 1000
        FOR UPDATE SKIP LOCKED
    );
BEGIN
    IF v_ids <> '{}' THEN
        PERFORM app.end_operation(app.erase_leads(v_ids, 'purge', 'leads', 'job', NULL), cardinality(v_ids), 0);
    END IF;
    RETURN cardinality(v_ids);
END;
$$;

ALTER FUNCTION service.purge_trash(p_days integer) OWNER TO leads_owner;

--
-- Name: FUNCTION purge_trash(p_days integer); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.purge_trash(p_days integer) IS 'Removes for good what has been in the trash for p_days days, at most 1,000 leads at once; returns how many.';

--
-- Name: queue_due_mails(time without time zone, text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.queue_due_mails(p_at time without time zone, p_time_zone text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    v_local timestamp := app.now() AT TIME ZONE p_time_zone;
    v_digest jsonb;
BEGIN
    -- "leadm" as a number; "leads" is the migrations'.
    IF v_local::time < p_at OR NOT pg_try_advisory_xact_lock(465557349485) THEN
        RETURN;
    END IF;
    PERFORM app.queue_mail('reminder', d.occasion, d.id, d.recipient, 'reminder ' || coalesce(d.recipient, ''), app.now())
    FROM (
        SELECT l.id, format('reminder %s %s', l.id, l.follow_up_date) AS occasion,
            CASE WHEN l.assignee ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$' AND l.assignee = ANY (app.assignable_users())
                THEN l.assignee END AS recipient
        FROM public.contact_leads AS l
        WHERE l.follow_up_date BETWEEN v_local::date - 7 AND v_local::date
            AND l.status <> 'archived' AND l.deleted_at IS NULL AND NOT l.is_spam
    ) AS d
    WHERE NOT EXISTS (SELECT FROM app.outbox AS o WHERE o.occasion = d.occasion);
    IF NOT EXISTS (SELECT FROM app.outbox AS o WHERE o.occasion = format('digest %s', v_local::date)) THEN
        v_digest := app.digest();
        IF (v_digest ->> 'new')::bigint > 0 OR (v_digest ->> 'unread')::bigint > 0 THEN
            PERFORM app.queue_mail('digest', format('digest %s', v_local::date), NULL, NULL, NULL, app.now());
        END IF;
    END IF;
END;
$_$;

ALTER FUNCTION service.queue_due_mails(p_at time without time zone, p_time_zone text) OWNER TO leads_owner;

--
-- Name: FUNCTION queue_due_mails(p_at time without time zone, p_time_zone text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.queue_due_mails(p_at time without time zone, p_time_zone text) IS 'What every worker asks for each minute: from p_at on in that time zone, queues the day''s reminders of follow-ups (those missed in the last week too) and its digest, each once. A reminder goes to whom the lead is assigned, when the username is an address, else to the team; a digest without anything new or unread is left out.';

--
-- Name: remove_view(uuid, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.remove_view(p_id uuid, p_actor text, p_role text, p_request_id uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    DELETE FROM app.saved_views AS v WHERE v.id = p_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = 'There is no such view.', CONSTRAINT = 'view_not_found';
    END IF;
END;
$$;

ALTER FUNCTION service.remove_view(p_id uuid, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION remove_view(p_id uuid, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.remove_view(p_id uuid, p_actor text, p_role text, p_request_id uuid) IS 'Removes a view; no lead is touched. LD404 view_not_found.';

--
-- Name: retry_mails(bigint[]); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.retry_mails(p_ids bigint[]) RETURNS json
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_changed bigint;
BEGIN
    UPDATE app.outbox AS o
    SET state = 'queued', wanted_at = app.now(), due_at = app.now(), ended_at = NULL, error = NULL,
        -- One that is over begins anew, under another key: what the provider refused, or has forgotten, it would else call a repeat.
        key = CASE o.state WHEN 'queued' THEN o.key ELSE gen_random_uuid() END,
        content = CASE o.state WHEN 'queued' THEN o.content END,
        attempts = CASE o.state WHEN 'queued' THEN o.attempts ELSE 0 END,
        first_attempt_at = CASE o.state WHEN 'queued' THEN o.first_attempt_at END
    WHERE CASE WHEN p_ids IS NULL THEN o.state = 'failed' ELSE o.id = ANY (p_ids) AND o.state IN ('failed', 'skipped', 'queued') END;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    PERFORM pg_notify('leads_mail', '');
    RETURN json_build_object('changed', v_changed);
END;
$$;

ALTER FUNCTION service.retry_mails(p_ids bigint[]) OWNER TO leads_owner;

--
-- Name: FUNCTION retry_mails(p_ids bigint[]); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.retry_mails(p_ids bigint[]) IS 'Tries mails now: those of p_ids that failed, were skipped or wait; NULL: all that failed. Tells the workers by NOTIFY leads_mail. Returns {"changed"}.';

--
-- Name: revoke_key(uuid, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.revoke_key(p_id uuid, p_actor text, p_role text, p_request_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION service.revoke_key(p_id uuid, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION revoke_key(p_id uuid, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.revoke_key(p_id uuid, p_actor text, p_role text, p_request_id uuid) IS 'Ends an API key; one that is revoked stays so. LD404 key_not_found.';

--
-- Name: revoke_token(uuid, timestamp with time zone); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamp with time zone) RETURNS void
    LANGUAGE sql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 DELETE FROM app.sessions s
   WHERE (s.jti = revoke_token.p_jti);
 INSERT INTO app.revoked_tokens (jti, expires_at)
   VALUES (revoke_token.p_jti, revoke_token.p_expires_at) ON CONFLICT(jti) DO NOTHING;
END;

ALTER FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamp with time zone) OWNER TO leads_owner;

--
-- Name: FUNCTION revoke_token(p_jti uuid, p_expires_at timestamp with time zone); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamp with time zone) IS 'Ends a token before its time. Kept until the token would have expired by itself.';

--
-- Name: save_template(text, boolean, text, text, text, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.save_template(p_kind text, p_enabled boolean, p_subject text, p_body_text text, p_body_html text, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
DECLARE
    v_kind app.mail_kind := app.check_mail_kind(p_kind);
    v_template app.mail_templates;
BEGIN
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    INSERT INTO app.mail_templates AS t (kind, enabled, subject, body_text, body_html, updated_by)
    VALUES (v_kind, p_enabled, p_subject, p_body_text, p_body_html, coalesce(p_actor, session_user))
    ON CONFLICT ON CONSTRAINT mail_templates_pkey DO UPDATE
        SET enabled = excluded.enabled, subject = excluded.subject, body_text = excluded.body_text, body_html = excluded.body_html,
            updated_by = excluded.updated_by
    RETURNING t.* INTO v_template;
    RETURN row_to_json(v_template);
END;
$$;

ALTER FUNCTION service.save_template(p_kind text, p_enabled boolean, p_subject text, p_body_text text, p_body_html text, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION save_template(p_kind text, p_enabled boolean, p_subject text, p_body_text text, p_body_html text, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.save_template(p_kind text, p_enabled boolean, p_subject text, p_body_text text, p_body_html text, p_actor text, p_role text, p_request_id uuid) IS 'Changes what mails of a kind say, or switches them off: all four at once, NULL for what was delivered. Returns it as service.list_templates shows it. LD404 template_not_found.';

--
-- Name: save_view(uuid, text, text, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.save_view(p_id uuid, p_name text, p_query text, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
DECLARE
    v_name text := btrim(regexp_replace(p_name, '\s+', ' ', 'g'));
    v_view app.saved_views;
BEGIN
    IF v_name = '' OR char_length(v_name) > 80 OR v_name ~ '[[:cntrl:]]' THEN
        PERFORM app.refuse_field('name', 'A view''s name has 1 to 80 characters, on one line.');
    END IF;
    IF char_length(p_query) > 4000 OR p_query ~ '[[:cntrl:]]' THEN
        PERFORM app.refuse_field('query', 'A view''s query has at most 4000 characters, and no control characters.');
    END IF;
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    IF p_id IS NULL THEN
        INSERT INTO app.saved_views (name, query, created_by) VALUES (v_name, p_query, coalesce(p_actor, session_user))
        RETURNING * INTO v_view;
    ELSE
        UPDATE app.saved_views AS v SET name = coalesce(v_name, v.name), query = coalesce(p_query, v.query)
        WHERE v.id = p_id
        RETURNING v.* INTO v_view;
        IF v_view.id IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = 'There is no such view.', CONSTRAINT = 'view_not_found';
        END IF;
    END IF;
    RETURN row_to_json(v_view);
EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION USING
        ERRCODE = 'LD409',
        MESSAGE = format('There is a view %s already.', v_name),
        CONSTRAINT = 'saved_views_name_key',
        COLUMN = 'name',
        HINT = 'Change that one, or choose another name.';
END;
$$;

ALTER FUNCTION service.save_view(p_id uuid, p_name text, p_query text, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION save_view(p_id uuid, p_name text, p_query text, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.save_view(p_id uuid, p_name text, p_query text, p_actor text, p_role text, p_request_id uuid) IS 'A new view of the team''s, without p_id; else the view of that id gets another name or query, and what is NULL stays. Returns it as service.list_views shows it. LD404 view_not_found, LD409 saved_views_name_key, too_many_views, LD422 fields_not_valid.';

--
-- Name: seal_audit(boolean); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.seal_audit(p_wait boolean DEFAULT false, OUT sealed integer, OUT number bigint, OUT hash text) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
DECLARE
    c_at_once CONSTANT integer := 50000;
    -- "leada" as a number; "leads" is the migrations', "leadt" tidy's. Writers never wait for it.
    c_lock CONSTANT bigint := 465557349473;
    v_oldest xid8;
    v_next xid8;
    v_last_id bigint;
    v_mark app.audit_sealing;
    v_number bigint;
    v_hash bytea;
    v_entry record;
    v_entries bigint[] := '{}';
    v_digests bytea[] := '{}';
    v_hashes bytea[] := '{}';
BEGIN
    sealed := 0;
    IF p_wait THEN
        PERFORM pg_advisory_xact_lock(c_lock);
    ELSIF NOT pg_try_advisory_xact_lock(c_lock) THEN
        RETURN;
    END IF;
    SELECT s.number, s.hash INTO v_number, v_hash FROM app.audit_seals AS s ORDER BY s.number DESC LIMIT 1;
    v_number := coalesce(v_number, 0);
    SELECT m.* INTO STRICT v_mark FROM app.audit_sealing AS m;
    v_oldest := pg_snapshot_xmin(pg_current_snapshot());
    -- A row's id is drawn after its transaction got its number. So in this order: the last id, then a number of one's own, which
    -- is above those of all who drew ids until then; they are over, and seen or lost, once v_oldest has come that far.
    -- Not the snapshot's xmax: that is one past the last that is over, and others under way are above it.
    -- Of a sequence that nobody drew from, 1 is the next.
    SELECT q.last_value - CASE WHEN q.is_called THEN 0 ELSE 1 END INTO v_last_id FROM app.audit_log_id_seq AS q;
    -- A database restored to another server counts its transactions anew.
    IF v_mark.settled < v_last_id AND pg_current_xact_id_if_assigned() IS NULL
        AND (v_mark.pending_before <= v_oldest OR v_mark.pending_before > pg_snapshot_xmax(pg_current_snapshot()))
    THEN
        v_next := pg_current_xact_id();
    END IF;
    FOR v_entry IN
        SELECT a.id, d.digest, app.entry_digest(a, d.digest) AS entry_digest
        FROM app.audit_log AS a CROSS JOIN LATERAL (SELECT app.values_digest(a) AS digest OFFSET 0) AS d
        WHERE a.id > v_mark.settled AND (SELECT s.entry FROM app.audit_seals AS s WHERE s.entry = a.id) IS NULL
        ORDER BY a.id
        LIMIT c_at_once
    LOOP
        sealed := sealed + 1;
        v_hash := app.chain_hash(v_hash, v_number + sealed, v_entry.entry_digest);
        v_entries := v_entries || v_entry.id;
        v_digests := v_digests || v_entry.digest;
        v_hashes := v_hashes || v_hash;
    END LOOP;
    number := v_number + sealed;
    hash := encode(v_hash, 'hex');
    IF sealed > 0 THEN
        INSERT INTO app.audit_seals (number, entry, values_digest, hash)
        SELECT v_number + u.place, u.entry, u.digest, u.hash
        FROM unnest(v_entries, v_digests, v_hashes) WITH ORDINALITY AS u (entry, digest, hash, place);
        PERFORM app.note_events(v_number);
        PERFORM pg_notify('leads', number::text);
    END IF;
    IF sealed = c_at_once THEN
        RETURN; -- there is more
    END IF;
    IF v_next IS NOT NULL THEN
        UPDATE app.audit_sealing AS m
        SET settled = CASE WHEN v_mark.pending_before <= v_oldest THEN v_mark.pending ELSE v_mark.settled END,
            pending = v_last_id,
            pending_before = v_next;
    END IF;
END;
$$;

ALTER FUNCTION service.seal_audit(p_wait boolean, OUT sealed integer, OUT number bigint, OUT hash text) OWNER TO leads_owner;

--
-- Name: FUNCTION seal_audit(p_wait boolean, OUT sealed integer, OUT number bigint, OUT hash text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.seal_audit(p_wait boolean, OUT sealed integer, OUT number bigint, OUT hash text) IS 'What every worker asks for several times a second, and one at a time does: gives each new entry of the audit its seal, in the order in which they are seen, at most 50,000 at once; makes events of them (app.note_events), and tells it by NOTIFY leads with the chain''s new head. Returns how many, and the head, which is to be kept outside the database: whatever was committed before the call is in it, unless there were 50,000. p_wait: wait for another one that is at it; else return at once, with number and hash NULL.';

--
-- Name: settle_mail(bigint, integer, text, text, text, text, double precision); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.settle_mail(p_id bigint, p_attempt integer, p_outcome text, p_detail text, p_transport text, p_provider_id text, p_wait double precision) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_wait interval := make_interval(secs => greatest(
        -- 5 s, 10 s, 20 s ... up to an hour, and of each half to all: many that failed at once come back one by one.
        least(3600, 5 * 2 ^ least(p_attempt - 1, 12)) * (0.5 + random() / 2), coalesce(p_wait, 0)));
    v_state app.mail_state;
BEGIN
    IF p_outcome = 'sent' THEN
        -- Whoever has it now: it is on its way.
        UPDATE app.outbox AS o
        SET state = 'sent', ended_at = app.now(), error = NULL, transport = p_transport, provider_id = coalesce(p_provider_id, o.provider_id)
        WHERE o.id = p_id AND (o.state = 'sending' OR o.state = 'queued' AND o.attempts >= p_attempt)
        RETURNING o.state INTO v_state;
    ELSIF p_outcome = 'refused' THEN
        UPDATE app.outbox AS o SET state = 'failed', ended_at = app.now(), error = left(p_detail, 1000), transport = p_transport
        WHERE o.id = p_id AND o.state = 'sending' AND o.attempts = p_attempt
        RETURNING o.state INTO v_state;
    ELSIF p_outcome = 'held' THEN
        -- Nothing was handed over: as if it had not been tried.
        UPDATE app.outbox AS o
        SET state = 'queued', due_at = app.now() + make_interval(secs => coalesce(p_wait, 0)), error = left(p_detail, 1000),
            attempts = o.attempts - 1, first_attempt_at = CASE WHEN o.attempts > 1 THEN o.first_attempt_at END
        WHERE o.id = p_id AND o.state = 'sending' AND o.attempts = p_attempt
        RETURNING o.state INTO v_state;
    ELSE
        UPDATE app.outbox AS o SET state = 'queued', due_at = app.now() + v_wait, error = left(p_detail, 1000), transport = p_transport
        WHERE o.id = p_id AND o.state = 'sending' AND o.attempts = p_attempt
        RETURNING o.state INTO v_state;
    END IF;
    RETURN v_state;
END;
$$;

ALTER FUNCTION service.settle_mail(p_id bigint, p_attempt integer, p_outcome text, p_detail text, p_transport text, p_provider_id text, p_wait double precision) OWNER TO leads_owner;

--
-- Name: FUNCTION settle_mail(p_id bigint, p_attempt integer, p_outcome text, p_detail text, p_transport text, p_provider_id text, p_wait double precision); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.settle_mail(p_id bigint, p_attempt integer, p_outcome text, p_detail text, p_transport text, p_provider_id text, p_wait double precision) IS 'Says how a claimed mail fared. p_outcome: sent; refused for good, which fails it; later: to be tried again, after a time that doubles and varies, p_wait seconds at least; held: it was not handed over at all, to be tried after p_wait seconds. The last three count only from the worker whose attempt it is. Returns the state, NULL when nothing changed.';

--
-- Name: stop_mail(bigint, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.stop_mail(p_id bigint, p_key uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_recipient text;
BEGIN
    SELECT o.recipient INTO v_recipient FROM app.outbox AS o
    WHERE o.id = p_id AND o.key = p_key AND o.recipient IS NOT NULL AND NOT o.is_test;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO app.mail_stops (address, reason) VALUES (app.mailbox_of(v_recipient), 'asked')
    ON CONFLICT ON CONSTRAINT mail_stops_pkey DO NOTHING;
    RETURN true;
END;
$$;

ALTER FUNCTION service.stop_mail(p_id bigint, p_key uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION stop_mail(p_id bigint, p_key uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.stop_mail(p_id bigint, p_key uuid) IS 'Whoever got this mail gets no automatic answers any more. false: there is no such mail (any more).';

--
-- Name: test_mail(text, text); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.test_mail(p_kind text, p_recipient text) RETURNS json
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_mail app.outbox;
BEGIN
    INSERT INTO app.outbox AS o (kind, occasion, recipient, is_test)
    VALUES (app.check_mail_kind(p_kind), 'test ' || gen_random_uuid(), p_recipient, true)
    RETURNING o.* INTO v_mail;
    PERFORM pg_notify('leads_mail', '');
    RETURN app.mail_as_json(v_mail);
END;
$$;

ALTER FUNCTION service.test_mail(p_kind text, p_recipient text) OWNER TO leads_owner;

--
-- Name: FUNCTION test_mail(p_kind text, p_recipient text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.test_mail(p_kind text, p_recipient text) IS 'Queues a mail of a kind with made-up values, to one address, and returns it as service.list_mails shows it. Tells the workers by NOTIFY leads_mail. LD404 template_not_found.';

--
-- Name: tidy(); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.tidy() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    -- "leadt" as a number; "leads" is the migrations'.
    IF NOT pg_try_advisory_xact_lock(465557349492) THEN
        RETURN;
    END IF;
    PERFORM app.fold_figures(20000);
    PERFORM gin_clean_pending_list('app.lead_search_document');
    PERFORM gin_clean_pending_list('app.lead_search_names');
END;
$$;

ALTER FUNCTION service.tidy() OWNER TO leads_owner;

--
-- Name: FUNCTION tidy(); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.tidy() IS 'What every worker asks for each second, and one at a time does: folds up to 20,000 rows of app.lead_count_changes into app.lead_counts and app.lead_cells, and puts new leads in their place in the search indexes, which else some writer would have to. Returns at once while another does it.';

--
-- Name: trash_lead(bigint, text, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.trash_lead(p_id bigint, p_if_match text, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
    PERFORM app.lead_to_change(p_id, p_if_match);
    RETURN service.change_leads(ARRAY[p_id], 'delete', '{}', '1 lead', NULL, false, p_actor, p_role, p_request_id);
END;
$$;

ALTER FUNCTION service.trash_lead(p_id bigint, p_if_match text, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION trash_lead(p_id bigint, p_if_match text, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.trash_lead(p_id bigint, p_if_match text, p_actor text, p_role text, p_request_id uuid) IS 'Moves one lead to the trash, as service.change_leads does. p_if_match: the header, or NULL. LD404 lead_not_found when there is none, or it is there already; LD412 version_conflict.';

--
-- Name: undo_operation(uuid, text, text, uuid); Type: FUNCTION; Schema: service; Owner: leads_owner
--

CREATE FUNCTION service.undo_operation(p_operation uuid, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
DECLARE
    v_undo uuid;
    v_trashes boolean;
    v_ids bigint[];
    v_chosen bigint[];
    v_fields jsonb[];
    v_skipped bigint;
    v_report json;
    v_changed bigint;
BEGIN
    SELECT array_agg(i.lead_id) INTO v_ids FROM app.undo_images(p_operation) AS i;
    -- First locked, then looked at: a later edit is either seen, or waits. And before the operation, as app.erase_leads does.
    PERFORM FROM public.contact_leads AS l WHERE l.id = ANY (v_ids) ORDER BY l.id FOR NO KEY UPDATE;
    v_undo := app.begin_operation('undo', NULL, NULL, p_operation, p_actor, p_role, p_request_id);
    SELECT o.trashes INTO STRICT v_trashes FROM app.operations AS o WHERE o.id = v_undo;
    SELECT
        array_agg(c.lead_id ORDER BY c.lead_id) FILTER (WHERE c.reason IS NULL),
        array_agg(c.fields ORDER BY c.lead_id) FILTER (WHERE c.reason IS NULL),
        count(c.reason),
        coalesce(json_agg(json_build_object('id', c.lead_id, 'reason', c.reason) ORDER BY c.lead_id)
            FILTER (WHERE c.reason IS NOT NULL AND c.place <= 1000), '[]')
    INTO v_chosen, v_fields, v_skipped, v_report
    FROM (
        SELECT i.lead_id, i.fields, r.reason, count(r.reason) OVER (ORDER BY i.lead_id) AS place
        FROM app.undo_images(p_operation) AS i
        LEFT JOIN public.contact_leads AS l ON l.id = i.lead_id
        CROSS JOIN LATERAL (SELECT CASE
            WHEN l.id IS NULL OR l.deleted_at IS NOT NULL AND NOT v_trashes THEN 'not_found'
            WHEN i.fields IS NULL THEN 'changed_since'
        END AS reason) AS r
    ) AS c;
    IF v_trashes THEN -- a column that only admins may write
        UPDATE public.contact_leads AS l
        SET deleted_at = (jsonb_populate_record(l, i.fields)).deleted_at
        FROM unnest(v_chosen, v_fields) AS i (id, fields)
        WHERE l.id = i.id;
    ELSE
        UPDATE public.contact_leads AS l
        SET (status, priority, tags, assignee, follow_up_date, last_contacted, first_response_at) = (
            SELECT r.status, r.priority, r.tags, r.assignee, r.follow_up_date, r.last_contacted, r.first_response_at
            FROM jsonb_populate_record(l, i.fields) AS r
        )
        FROM unnest(v_chosen, v_fields) AS i (id, fields)
        WHERE l.id = i.id;
    END IF;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    PERFORM app.end_operation(v_undo, v_changed, v_skipped);
    RETURN json_build_object('changed', v_changed, 'skipped_count', v_skipped, 'skipped', v_report, 'operation', v_undo);
END;
$$;

ALTER FUNCTION service.undo_operation(p_operation uuid, p_actor text, p_role text, p_request_id uuid) OWNER TO leads_owner;

--
-- Name: FUNCTION undo_operation(p_operation uuid, p_actor text, p_role text, p_request_id uuid); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.undo_operation(p_operation uuid, p_actor text, p_role text, p_request_id uuid) IS 'Gives the leads of an operation back what they held before it, field by field, times that followed too, whatever app.status_moves says; what was changed again since stays. An operation of its own, which can be undone as well. Answers as service.change_leads; reasons: not_found (gone, or in the trash meanwhile), changed_since. LD404 operation_not_found, LD409 operation_not_undoable, operation_already_undone.';

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

ALTER FUNCTION service.user_profile(p_username text) OWNER TO leads_owner;

--
-- Name: FUNCTION user_profile(p_username text); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.user_profile(p_username text) IS 'A user as shown to themselves: username, role, created_at, updated_at, whether they have a second factor, and how many recovery codes are left. LD401 user_gone when there is none.';

--
-- Name: by_day(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.by_day(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(day date, starts_at timestamp with time zone, ends_at timestamp with time zone, leads bigint, contact bigint, cv_request bigint, collaboration bigint, unread bigint, processing bigint, contacted bigint, archived bigint, answered bigint, conversion numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('day', p_from, p_to, p_tz) AS starts
    ), figures AS MATERIALIZED (
        SELECT f.* FROM calendar AS c CROSS JOIN LATERAL app.bucket_figures(c.starts) AS f
    )
    SELECT
        (c.starts[n.place] AT TIME ZONE p_tz)::date, c.starts[n.place], c.starts[n.place + 1],
        coalesce(sum(f.leads) FILTER (WHERE f.by_type), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'contact'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'cv_request'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'collaboration'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'unread'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'processing'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'contacted'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'archived'), 0)::bigint,
        coalesce(sum(f.answered) FILTER (WHERE f.by_type), 0)::bigint,
        round(sum(f.answered) FILTER (WHERE f.by_type) / nullif(sum(f.leads) FILTER (WHERE f.by_type), 0), 4)
    FROM calendar AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
    LEFT JOIN figures AS f ON f.place = n.place
    GROUP BY n.place, c.starts
    ORDER BY n.place;
$$;

ALTER FUNCTION stats.by_day(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION by_day(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.by_day(p_from date, p_to date, p_tz text) IS 'Leads by the day on which they came, days without leads too. A day goes from midnight to midnight by the clock of the time zone, its end not included. Where its leads stand is where they stand now. It costs the same however many leads there are. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: by_hour(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.by_hour(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(hour timestamp without time zone, starts_at timestamp with time zone, ends_at timestamp with time zone, leads bigint, contact bigint, cv_request bigint, collaboration bigint, unread bigint, processing bigint, contacted bigint, archived bigint, answered bigint, conversion numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('hour', p_from, p_to, p_tz) AS starts
    ), figures AS MATERIALIZED (
        SELECT f.* FROM calendar AS c CROSS JOIN LATERAL app.bucket_figures(c.starts) AS f
    )
    SELECT
        c.starts[n.place] AT TIME ZONE p_tz, c.starts[n.place], c.starts[n.place + 1],
        coalesce(sum(f.leads) FILTER (WHERE f.by_type), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'contact'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'cv_request'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'collaboration'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'unread'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'processing'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'contacted'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'archived'), 0)::bigint,
        coalesce(sum(f.answered) FILTER (WHERE f.by_type), 0)::bigint,
        round(sum(f.answered) FILTER (WHERE f.by_type) / nullif(sum(f.leads) FILTER (WHERE f.by_type), 0), 4)
    FROM calendar AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
    LEFT JOIN figures AS f ON f.place = n.place
    GROUP BY n.place, c.starts
    ORDER BY n.place;
$$;

ALTER FUNCTION stats.by_hour(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION by_hour(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.by_hour(p_from date, p_to date, p_tz text) IS 'Leads by the hour in which they came, hours without leads too: each 60 minutes long, from the first midnight on by the clock of the time zone. At most 400 days. Where its leads stand is where they stand now. It costs the same however many leads there are. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: campaigns(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.campaigns(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(utm_source text, utm_medium text, utm_campaign text, leads bigint, answered bigint, conversion numeric, qualified bigint, mean_score numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    )
    SELECT
        coalesce(l.metadata #>> '{utm,utm_source}', app.source_of(l.source, l.metadata)), l.metadata #>> '{utm,utm_medium}',
        l.metadata #>> '{utm,utm_campaign}', count(*), count(l.first_response_at), round(count(l.first_response_at)::numeric / count(*), 4),
        count(*) FILTER (WHERE l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m)), round(avg(l.quality_score), 1)
    FROM public.contact_leads AS l
    WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    GROUP BY 1, 2, 3
    ORDER BY 4 DESC, 1, 2, 3;
$$;

ALTER FUNCTION stats.campaigns(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION campaigns(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.campaigns(p_from date, p_to date, p_tz text) IS 'The campaigns that the leads of the period came by: their UTM parameters as the form sent them, capitals and all. A lead with none counts for its source, direct or unknown. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: cohorts(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.cohorts(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(month date, arrived bigint, opened bigint, contacted bigint, archived bigint, dismissed bigint, opened_share numeric, contacted_share numeric, archived_share numeric, conversion numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('month', p_from, p_to, p_tz) AS starts
    ), reached AS MATERIALIZED (
        SELECT f.* FROM calendar AS c CROSS JOIN LATERAL app.funnel(c.starts) AS f
    )
    SELECT
        date_trunc('month', c.starts[n.place] AT TIME ZONE p_tz)::date,
        coalesce(r.arrived, 0), coalesce(r.opened, 0), coalesce(r.contacted, 0), coalesce(r.archived, 0), coalesce(r.dismissed, 0),
        round(r.opened::numeric / nullif(r.arrived, 0), 4), round(r.contacted::numeric / nullif(r.opened, 0), 4),
        round(r.archived::numeric / nullif(r.contacted, 0), 4), round(r.contacted::numeric / nullif(r.arrived, 0), 4)
    FROM calendar AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
    LEFT JOIN reached AS r ON r.place = n.place
    ORDER BY n.place;
$$;

ALTER FUNCTION stats.cohorts(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION cohorts(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.cohorts(p_from date, p_to date, p_tz text) IS 'How far the leads of each month ever got, whenever that was: the steps of stats.funnel, by the month in which the leads came, months without leads too. Later months had less time to be answered. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: conversion(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.conversion(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(dimension text, value text, leads bigint, answered bigint, conversion numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), came AS MATERIALIZED (
        SELECT l.lead_type::text AS lead_type, coalesce(l.role, 'unknown') AS role, app.source_of(l.source, l.metadata) AS source, l.first_response_at
        FROM public.contact_leads AS l
        WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    )
    SELECT
        CASE WHEN grouping(c.lead_type) = 0 THEN 'type' WHEN grouping(c.role) = 0 THEN 'role' WHEN grouping(c.source) = 0 THEN 'source' ELSE 'all' END,
        coalesce(c.lead_type, c.role, c.source, 'all'), count(*), count(c.first_response_at), round(count(c.first_response_at)::numeric / count(*), 4)
    FROM came AS c
    GROUP BY GROUPING SETS ((), (c.lead_type), (c.role), (c.source))
    HAVING count(*) > 0
    ORDER BY grouping(c.lead_type, c.role, c.source) DESC, 3 DESC, 2;
$$;

ALTER FUNCTION stats.conversion(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION conversion(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.conversion(p_from date, p_to date, p_tz text) IS 'The share of leads that were ever contacted, of all that came in the period, and by form, by role and by source. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: data_quality(); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.data_quality() RETURNS TABLE(problem text, meaning text, leads bigint, share numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    AS $$
    WITH counted AS MATERIALIZED (
        SELECT count(*) AS leads,
            count(*) FILTER (WHERE app.source_of(l.source, l.metadata) = 'unknown') AS source_unknown,
            count(*) FILTER (WHERE l.role IS NULL) AS role_missing,
            count(*) FILTER (WHERE l.company IS NULL) AS company_missing,
            count(*) FILTER (WHERE l.message IS NULL AND l.lead_type <> 'cv_request') AS message_missing,
            count(*) FILTER (WHERE l.status = 'contacted' AND l.quality_score IS NULL) AS not_scored,
            count(*) FILTER (WHERE l.status IN ('unread', 'processing') AND l.assignee IS NULL AND l.created_at < app.now() - interval '24 hours') AS unassigned,
            count(*) FILTER (WHERE l.status <> 'archived' AND l.follow_up_date < (app.now() AT TIME ZONE 'UTC')::date) AS follow_up_overdue,
            count(*) FILTER (WHERE l.created_at > app.now()) AS created_in_future,
            count(*) FILTER (WHERE l.first_response_at < l.created_at) AS answered_before_created,
            count(*) FILTER (WHERE l.status = 'contacted' AND l.first_response_at IS NULL) AS contacted_without_time
        FROM public.contact_leads AS l
        WHERE NOT l.is_spam AND l.deleted_at IS NULL
    ), duplicates AS (
        SELECT coalesce(sum(d.leads - 1), 0)::bigint AS leads
        FROM (
            SELECT count(*) AS leads FROM public.contact_leads AS l
            WHERE l.message IS NOT NULL AND NOT l.is_spam AND l.deleted_at IS NULL
            GROUP BY lower(l.email), l.lead_type, md5(l.message)
        ) AS d
    )
    SELECT p.problem, p.meaning, p.leads, round(p.leads::numeric / nullif(c.leads, 0), 4)
    FROM counted AS c
    CROSS JOIN duplicates AS d
    CROSS JOIN LATERAL (VALUES
        ('source_unknown', 'Nothing tells where the lead came from.', c.source_unknown),
        ('role_missing', 'The visitor does not say what they are.', c.role_missing),
        ('company_missing', 'No company is given.', c.company_missing),
        ('message_missing', 'A contact or collaboration without a message.', c.message_missing),
        ('not_scored', 'Contacted, but nobody gave a quality score.', c.not_scored),
        ('unassigned', 'Open for more than a day, and nobody takes care of it.', c.unassigned),
        ('follow_up_overdue', 'Not archived, and the day to come back to it is past.', c.follow_up_overdue),
        ('created_in_future', 'It says that it came later than now.', c.created_in_future),
        ('answered_before_created', 'It says that it was answered before it came.', c.answered_before_created),
        ('contacted_without_time', 'In the stage contacted, but it is not known since when.', c.contacted_without_time),
        ('duplicate', 'The same person sent the same message more than once; all but the first.', d.leads)
    ) AS p (problem, meaning, leads);
$$;

ALTER FUNCTION stats.data_quality() OWNER TO leads_owner;

--
-- Name: FUNCTION data_quality(); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.data_quality() IS 'What is missing or odd in the leads of the inbox, a row for each thing looked for, with none too: so that a number can be trusted as far as its data. Spam and what is in the trash count nowhere.';

--
-- Name: first_response(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.first_response(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(leads bigint, answered bigint, unanswered bigint, unanswered_share numeric, median_seconds numeric, p90_seconds numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), came AS (
        SELECT coalesce(sum(f.leads), 0)::bigint AS leads, coalesce(sum(f.answered), 0)::bigint AS answered
        FROM period AS c CROSS JOIN LATERAL app.bucket_figures(c.starts) AS f
        WHERE f.by_type
    ), responses AS (
        SELECT array_agg(f.value::integer) AS bins, array_agg(f.leads) AS leads
        FROM period AS c CROSS JOIN LATERAL app.period_figures('day_response', c.starts) AS f
    )
    SELECT
        c.leads, c.answered, c.leads - c.answered, round((c.leads - c.answered)::numeric / nullif(c.leads, 0), 4),
        app.bin_percentile(r.bins, r.leads, 0.5), app.bin_percentile(r.bins, r.leads, 0.9)
    FROM came AS c CROSS JOIN responses AS r;
$$;

ALTER FUNCTION stats.first_response(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION first_response(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.first_response(p_from date, p_to date, p_tz text) IS 'How soon the leads that came in the period were first contacted, from arrival to that moment, nights and weekends included. Only a person''s answer counts, the first one: not the automatic acknowledgement, and not what followed a reopening. Of n answers the p-th percentile is that at place ceil(p * n) by length, read from a histogram whose bins are at most 2 % wide. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: funnel(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.funnel(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(place integer, step text, leads bigint, of_previous numeric, of_first numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), reached AS MATERIALIZED (
        SELECT coalesce(sum(f.arrived), 0)::bigint AS arrived, coalesce(sum(f.opened), 0)::bigint AS opened,
            coalesce(sum(f.contacted), 0)::bigint AS contacted, coalesce(sum(f.archived), 0)::bigint AS archived
        FROM period AS c CROSS JOIN LATERAL app.funnel(c.starts) AS f
    )
    SELECT
        s.place, s.step, s.leads, round(s.leads::numeric / nullif(lag(s.leads) OVER (ORDER BY s.place), 0), 4),
        round(s.leads::numeric / nullif(r.arrived, 0), 4)
    FROM reached AS r
    CROSS JOIN LATERAL (
        VALUES (1, 'arrived', r.arrived), (2, 'opened', r.opened), (3, 'contacted', r.contacted), (4, 'archived', r.archived)
    ) AS s (place, step, leads)
    ORDER BY s.place;
$$;

ALTER FUNCTION stats.funnel(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION funnel(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.funnel(p_from date, p_to date, p_tz text) IS 'How far the leads that came in the period ever got, whenever that was: arrived; opened, which is that they were ever in another stage than unread; contacted; archived after that. of_previous is the share of those of one step that reached the next. A lead that went back still reached what it reached; what was undone did not happen. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: lead_velocity(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.lead_velocity(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(month date, qualified bigint, previous bigint, rate_percent numeric, complete boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('month', (date_trunc('month', p_from::timestamp) - interval '1 month')::date,
            (date_trunc('month', p_to::timestamp - interval '1 day') + interval '1 month')::date, p_tz) AS starts
    ), came AS (
        SELECT width_bucket(l.created_at, c.starts) AS place, count(*) AS leads
        FROM public.contact_leads AS l
        CROSS JOIN calendar AS c
        WHERE l.created_at >= (SELECT c.starts[1] FROM calendar AS c) AND l.created_at < (SELECT c.starts[cardinality(c.starts)] FROM calendar AS c)
            AND l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m) AND NOT l.is_spam AND l.deleted_at IS NULL
        GROUP BY 1
    ), months AS (
        SELECT n.place, c.starts[n.place] AS starts_at, c.starts[n.place + 1] AS ends_at, coalesce(l.leads, 0) AS leads,
            lag(coalesce(l.leads, 0)) OVER (ORDER BY n.place) AS previous
        FROM calendar AS c
        CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
        LEFT JOIN came AS l ON l.place = n.place
    )
    SELECT (m.starts_at AT TIME ZONE p_tz)::date, m.leads, m.previous, round(100.0 * (m.leads - m.previous) / nullif(m.previous, 0), 1), m.ends_at <= app.now()
    FROM months AS m
    WHERE m.place > 1
    ORDER BY m.place;
$$;

ALTER FUNCTION stats.lead_velocity(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION lead_velocity(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.lead_velocity(p_from date, p_to date, p_tz text) IS 'The lead velocity rate: by how many percent the qualified leads of a month (those with a quality score that counts as qualified, app.metric_settings) are more than those of the month before; NULL, not 0, from a month without any. Months of arrival, whole ones: each that the period touches. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: operations(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.operations(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(day date, kind text, operations bigint, leads bigint, undone bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    )
    SELECT (o.at AT TIME ZONE p_tz)::date, o.kind, count(*), sum(o.changed)::bigint, count(o.undone_by)
    FROM app.operations AS o
    CROSS JOIN period AS p
    WHERE o.at >= p.starts[1] AND o.at < p.starts[2] AND o.changed IS NOT NULL
    GROUP BY 1, 2
    ORDER BY 1, 2;
$$;

ALTER FUNCTION stats.operations(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION operations(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.operations(p_from date, p_to date, p_tz text) IS 'What the team did to many leads at once, deleted, restored, undid and erased, by day and kind; only days and kinds on which something was done. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: overview(); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.overview() RETURNS TABLE(as_of timestamp with time zone, leads bigint, unread bigint, processing bigint, contacted bigint, archived bigint, answered bigint, conversion numeric, unanswered_share numeric, median_response_seconds numeric, p90_response_seconds numeric, leads_24h bigint, previous_24h bigint, change_percent_24h numeric, leads_7d bigint, previous_7d bigint, change_percent_7d numeric, leads_30d bigint, previous_30d bigint, change_percent_30d numeric, spam bigint, trashed bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH kinds AS MATERIALIZED (
            SELECT t.status, t.is_spam, t.trashed, sum(t.leads) AS leads FROM app.lead_totals AS t GROUP BY 1, 2, 3
        ), totals AS (
            SELECT
                coalesce(sum(k.leads) FILTER (WHERE NOT k.is_spam AND NOT k.trashed), 0)::bigint AS leads,
                coalesce(sum(k.leads) FILTER (WHERE k.status = 'unread' AND NOT k.is_spam AND NOT k.trashed), 0)::bigint AS unread,
                coalesce(sum(k.leads) FILTER (WHERE k.status = 'processing' AND NOT k.is_spam AND NOT k.trashed), 0)::bigint AS processing,
                coalesce(sum(k.leads) FILTER (WHERE k.status = 'contacted' AND NOT k.is_spam AND NOT k.trashed), 0)::bigint AS contacted,
                coalesce(sum(k.leads) FILTER (WHERE k.status = 'archived' AND NOT k.is_spam AND NOT k.trashed), 0)::bigint AS archived,
                coalesce(sum(k.leads) FILTER (WHERE k.is_spam AND NOT k.trashed), 0)::bigint AS spam,
                coalesce(sum(k.leads) FILTER (WHERE k.trashed), 0)::bigint AS trashed
            FROM kinds AS k
        ), bins AS (
            SELECT b.bin, sum(b.leads)::bigint AS leads
            FROM (
                SELECT c.value::integer AS bin, c.leads FROM app.lead_cells AS c WHERE c.figure = 'response' AND c.starts_at = '-infinity'
                UNION ALL
                SELECT c.response_bin, c.change FROM app.lead_count_changes AS c WHERE c.response_bin IS NOT NULL AND NOT c.is_spam AND NOT c.trashed
            ) AS b
            GROUP BY 1
        ), responses AS (
            SELECT
                coalesce(max(b.total), 0)::bigint AS answered,
                app.bin_seconds(min(b.bin) FILTER (WHERE b.upto >= ceil(0.5 * b.total))) AS median,
                app.bin_seconds(min(b.bin) FILTER (WHERE b.upto >= ceil(0.9 * b.total))) AS p90
            FROM (SELECT b.bin, sum(b.leads) OVER (ORDER BY b.bin) AS upto, sum(b.leads) OVER () AS total FROM bins AS b WHERE b.leads <> 0) AS b
        ), velocity AS (
            SELECT jsonb_object_agg(v.period, to_jsonb(v)) AS v FROM stats.velocity() AS v
        )
        SELECT
            app.now(), t.leads, t.unread, t.processing, t.contacted, t.archived, r.answered,
            round(r.answered::numeric / nullif(t.leads, 0), 4), round((t.leads - r.answered)::numeric / nullif(t.leads, 0), 4),
            r.median, r.p90,
            (v.v #>> '{24h,leads}')::bigint, (v.v #>> '{24h,previous}')::bigint, (v.v #>> '{24h,change_percent}')::numeric,
            (v.v #>> '{7d,leads}')::bigint, (v.v #>> '{7d,previous}')::bigint, (v.v #>> '{7d,change_percent}')::numeric,
            (v.v #>> '{30d,leads}')::bigint, (v.v #>> '{30d,previous}')::bigint, (v.v #>> '{30d,change_percent}')::numeric,
            t.spam, t.trashed
        FROM totals AS t CROSS JOIN responses AS r CROSS JOIN velocity AS v;
END;
$$;

ALTER FUNCTION stats.overview() OWNER TO leads_owner;

--
-- Name: FUNCTION overview(); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.overview() IS 'The inbox in one row, now and over all time. Percentiles are read from a histogram whose bins are at most 2 % wide. It costs the same however many leads there are. Spam and what is in the trash count nowhere.';

--
-- Name: people(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.people(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(month date, leads bigint, people bigint, new_people bigint, returning_people bigint, returning_share numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('month', p_from, p_to, p_tz) AS starts
    ), firsts AS (
        SELECT lower(l.email) AS person, min(l.created_at) AS first_at FROM public.contact_leads AS l WHERE NOT l.is_spam AND l.deleted_at IS NULL GROUP BY 1
    ), came AS (
        SELECT width_bucket(l.created_at, c.starts) AS place, lower(l.email) AS person, count(*) AS leads
        FROM public.contact_leads AS l
        CROSS JOIN calendar AS c
        WHERE l.created_at >= (SELECT c.starts[1] FROM calendar AS c) AND l.created_at < (SELECT c.starts[cardinality(c.starts)] FROM calendar AS c)
            AND NOT l.is_spam AND l.deleted_at IS NULL
        GROUP BY 1, 2
    ), months AS (
        SELECT a.place, sum(a.leads)::bigint AS leads, count(*) AS people, count(*) FILTER (WHERE f.first_at < c.starts[a.place]) AS returning_people
        FROM came AS a JOIN firsts AS f ON f.person = a.person CROSS JOIN calendar AS c
        GROUP BY a.place
    )
    SELECT
        date_trunc('month', c.starts[n.place] AT TIME ZONE p_tz)::date, coalesce(m.leads, 0), coalesce(m.people, 0),
        coalesce(m.people - m.returning_people, 0), coalesce(m.returning_people, 0), round(m.returning_people::numeric / nullif(m.people, 0), 4)
    FROM calendar AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
    LEFT JOIN months AS m ON m.place = n.place
    ORDER BY n.place;
$$;

ALTER FUNCTION stats.people(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION people(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.people(p_from date, p_to date, p_tz text) IS 'How many people wrote in each month, and how many of them had written before it; months without leads too. Who has the same address, capitals or not, is the same person. A person who writes twice in the first month is new in it. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: quality(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.quality(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(source text, leads bigint, scored bigint, mean_score numeric, median_score numeric, qualified bigint, qualified_share numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    )
    SELECT
        app.source_of(l.source, l.metadata), count(*), count(l.quality_score), round(avg(l.quality_score), 1),
        round((percentile_cont(0.5) WITHIN GROUP (ORDER BY l.quality_score))::numeric, 1),
        count(*) FILTER (WHERE l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m)),
        round(count(*) FILTER (WHERE l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m))::numeric / nullif(count(l.quality_score), 0), 4)
    FROM public.contact_leads AS l
    WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    GROUP BY 1
    ORDER BY 2 DESC, 1;
$$;

ALTER FUNCTION stats.quality(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION quality(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.quality(p_from date, p_to date, p_tz text) IS 'How good the leads of the period are, by source: from the quality scores that the team gave. A lead that nobody scored is neither good nor bad: it counts in leads alone. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: reopenings(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.reopenings(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(leads bigint, reopened bigint, reopen_rate numeric, reopenings bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), came AS MATERIALIZED (
        SELECT l.id, l.status, l.first_response_at FROM public.contact_leads AS l WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    ), moves AS (
        SELECT
            c.lead_id,
            bool_or(c.from_status IN ('contacted', 'archived') OR c.to_status IN ('contacted', 'archived')) AS dealt_with,
            count(*) FILTER (WHERE c.from_status IN ('contacted', 'archived') AND c.to_status = 'processing') AS reopenings
        FROM app.status_changes AS c
        WHERE c.lead_id IN (SELECT l.id FROM came AS l)
        GROUP BY c.lead_id
    )
    SELECT
        count(*), count(*) FILTER (WHERE m.reopenings > 0),
        round(count(*) FILTER (WHERE m.reopenings > 0)::numeric / nullif(count(*), 0), 4), coalesce(sum(m.reopenings), 0)::bigint
    FROM came AS l
    LEFT JOIN moves AS m ON m.lead_id = l.id
    WHERE l.status IN ('contacted', 'archived') OR l.first_response_at IS NOT NULL OR m.dealt_with;
$$;

ALTER FUNCTION stats.reopenings(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION reopenings(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.reopenings(p_from date, p_to date, p_tz text) IS 'How many of the leads that were dealt with (ever contacted or archived) had to be taken up again, of the leads that came in the period. What was undone did not happen. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: response_times(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.response_times(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(place integer, bucket text, from_seconds integer, to_seconds integer, leads bigint, share numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), responses AS MATERIALIZED (
        SELECT app.bin_seconds(f.value::integer) AS seconds, f.leads
        FROM period AS c CROSS JOIN LATERAL app.period_figures('day_response', c.starts) AS f
    )
    SELECT
        b.place, b.bucket, b.since, b.until, coalesce(sum(r.leads), 0)::bigint,
        round(coalesce(sum(r.leads), 0) / nullif(sum(sum(r.leads)) OVER (), 0), 4)
    FROM (VALUES (1, '0-1', 0, 3600), (2, '1-4', 3600, 14400), (3, '4-8', 14400, 28800), (4, '8-24', 28800, 86400), (5, '24+', 86400, NULL))
        AS b (place, bucket, since, until)
    LEFT JOIN responses AS r ON r.seconds >= b.since AND (b.until IS NULL OR r.seconds < b.until)
    GROUP BY 1, 2, 3, 4
    ORDER BY b.place;
$$;

ALTER FUNCTION stats.response_times(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION response_times(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.response_times(p_from date, p_to date, p_tz text) IS 'How many of the leads that came in the period were first contacted within an hour, in 1 to 4, 4 to 8, 8 to 24 hours, and later; exact. A time on a limit belongs to the longer one. Leads without an answer are in none: stats.first_response has them. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: sla(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.sla(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(policy text, answer_within interval, leads bigint, in_time bigint, late bigint, overdue bigint, waiting bigint, dismissed bigint, breach_share numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), came AS MATERIALIZED (
        SELECT l.status, l.created_at, l.first_response_at, p.name, p.answer_within
        FROM public.contact_leads AS l
        LEFT JOIN LATERAL (
            SELECT p.name, p.answer_within
            FROM app.sla_policies AS p
            WHERE coalesce(p.lead_type = l.lead_type, true) AND coalesce(p.priority = l.priority, true)
            ORDER BY p.rank
            LIMIT 1
        ) AS p ON true
        WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    ), judged AS (
        SELECT
            c.name, c.answer_within, c.first_response_at IS NOT NULL AS answered, c.status = 'archived' AS archived,
            -- Working time is never longer than time itself.
            CASE
                WHEN coalesce(c.first_response_at, app.now()) - c.created_at <= c.answer_within THEN true
                ELSE app.working_seconds(c.name, c.created_at, coalesce(c.first_response_at, app.now())) <= extract(epoch FROM c.answer_within)
            END AS in_time
        FROM came AS c
    )
    SELECT
        coalesce(p.name, 'none'), p.answer_within, count(j),
        count(*) FILTER (WHERE j.answered AND j.in_time), count(*) FILTER (WHERE j.answered AND NOT j.in_time),
        count(*) FILTER (WHERE NOT j.answered AND NOT j.archived AND NOT j.in_time),
        count(*) FILTER (WHERE NOT j.answered AND NOT j.archived AND j.in_time),
        count(*) FILTER (WHERE NOT j.answered AND j.archived),
        round(count(*) FILTER (WHERE NOT j.in_time AND (j.answered OR NOT j.archived))::numeric
            / nullif(count(*) FILTER (WHERE j.answered OR NOT j.archived AND NOT j.in_time), 0), 4)
    FROM app.sla_policies AS p
    FULL JOIN judged AS j ON j.name = p.name
    GROUP BY p.name, p.answer_within, p.rank
    ORDER BY p.rank;
$$;

ALTER FUNCTION stats.sla(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION sla(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.sla(p_from date, p_to date, p_tz text) IS 'Whether the leads that came in the period were first answered within the working time that their policy allows. Of the policies (app.sla_policies) that fit a lead''s form and priority of now the one of the lowest rank counts. Working time goes by the policy''s weekdays and hours, on the clock of its time zone, without app.holidays; a policy without hours counts all time. Exactly the time allowed is in time. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: sources(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.sources(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(source text, leads bigint, answered bigint, conversion numeric, qualified bigint, first_touch_leads bigint, first_touch_answered bigint, new_people bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), people AS MATERIALIZED (
        SELECT DISTINCT ON (lower(l.email)) lower(l.email) AS person, l.id, app.source_of(l.source, l.metadata) AS source
        FROM public.contact_leads AS l
        WHERE NOT l.is_spam AND l.deleted_at IS NULL
        ORDER BY lower(l.email), l.created_at, l.id
    ), came AS MATERIALIZED (
        SELECT l.id, lower(l.email) AS person, app.source_of(l.source, l.metadata) AS source, l.first_response_at,
            l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m) AS qualified
        FROM public.contact_leads AS l
        WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    ), touches AS (
        SELECT c.source, count(*) AS leads, count(c.first_response_at) AS answered, count(*) FILTER (WHERE c.qualified) AS qualified,
            0 AS first_leads, 0 AS first_answered, 0 AS new_people
        FROM came AS c GROUP BY 1
        UNION ALL
        SELECT p.source, 0, 0, 0, count(*), count(c.first_response_at), count(*) FILTER (WHERE c.id = p.id)
        FROM came AS c JOIN people AS p ON p.person = c.person GROUP BY 1
    )
    SELECT t.source, sum(t.leads)::bigint, sum(t.answered)::bigint, round(sum(t.answered) / nullif(sum(t.leads), 0), 4), sum(t.qualified)::bigint,
        sum(t.first_leads)::bigint, sum(t.first_answered)::bigint, sum(t.new_people)::bigint
    FROM touches AS t
    GROUP BY t.source
    ORDER BY 2 DESC, 1;
$$;

ALTER FUNCTION stats.sources(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION sources(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.sources(p_from date, p_to date, p_tz text) IS 'Where the leads of the period came from: by each lead''s own source, and by first touch, the source of the first lead of all that the same person sent (who has the same address, capitals or not). Both add up to the same leads. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: stage_times(date, date, text); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.stage_times(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone'::text)) RETURNS TABLE(status public.lead_status, stays bigint, leads bigint, ended bigint, median_seconds numeric, p90_seconds numeric, there_now bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), stays AS MATERIALIZED (
        SELECT
            s.lead_id, s.status, s.left_at,
            -- Of a lead that came in another stage than unread (an import) it isn't known since when it is there.
            CASE
                WHEN s.left_at IS NOT NULL AND (s.place > 1 OR s.status = 'unread')
                    THEN extract(epoch FROM greatest(s.left_at - s.entered_at, interval '0'))::double precision
            END AS seconds
        FROM stats.stages AS s
        WHERE s.lead_id IN (SELECT l.id FROM public.contact_leads AS l WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL)
    )
    SELECT
        e.status, count(s.lead_id), count(DISTINCT s.lead_id), count(s.seconds),
        round((percentile_cont(0.5) WITHIN GROUP (ORDER BY s.seconds))::numeric, 3),
        round((percentile_cont(0.9) WITHIN GROUP (ORDER BY s.seconds))::numeric, 3),
        count(s.lead_id) FILTER (WHERE s.left_at IS NULL)
    FROM unnest(enum_range(NULL::public.lead_status)) AS e (status)
    LEFT JOIN stays AS s ON s.status = e.status
    GROUP BY e.status
    ORDER BY e.status;
$$;

ALTER FUNCTION stats.stage_times(p_from date, p_to date, p_tz text) OWNER TO leads_owner;

--
-- Name: FUNCTION stage_times(p_from date, p_to date, p_tz text); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.stage_times(p_from date, p_to date, p_tz text) IS 'How long leads stay in each stage, from stats.stages, of the leads that came in the period. The times are of stays that ended (one that goes on may last) and whose beginning is known: a lead that was entered or imported in another stage than unread was there since nobody knows when. Between two lengths the percentile lies where a straight line would. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';

--
-- Name: velocity(); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.velocity() RETURNS TABLE(period text, starts_at timestamp with time zone, leads bigint, previous bigint, change_percent numeric)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH edges AS MATERIALIZED (
            SELECT
                e.at, app.slot_of(e.at) + interval '15 minutes' AS slot_end,
                date_trunc('day', app.slot_of(e.at), 'UTC') + interval '24 hours' AS day_end
            FROM (
                SELECT DISTINCT app.now() - n.days * interval '24 hours' AS at FROM unnest('{0,1,2,7,14,30,60}'::integer[]) AS n (days)
            ) AS e
        ), pending AS MATERIALIZED (
            SELECT c.slot, sum(c.change) AS leads FROM app.lead_count_changes AS c WHERE NOT c.is_spam AND NOT c.trashed GROUP BY c.slot
        ), since AS MATERIALIZED (
            -- Leads that came after an instant: those of its quarter of an hour by themselves, then quarters to the end of the UTC day, then days.
            SELECT
                e.at,
                (SELECT count(*) FROM public.contact_leads AS l WHERE l.created_at > e.at AND l.created_at < e.slot_end AND NOT l.is_spam AND l.deleted_at IS NULL)
                + (SELECT coalesce(sum(c.leads), 0) FROM app.lead_cells AS c
                   WHERE c.figure = 'slot_type' AND c.starts_at >= e.slot_end AND c.starts_at < e.day_end)
                + (SELECT coalesce(sum(c.leads), 0) FROM app.lead_cells AS c WHERE c.figure = 'day_type' AND c.starts_at >= e.day_end)
                + (SELECT coalesce(sum(p.leads), 0) FROM pending AS p WHERE p.slot >= e.slot_end) AS leads
            FROM edges AS e
        )
        SELECT
            p.period, starts.at, (starts.leads - ends.leads)::bigint, (before.leads - starts.leads)::bigint,
            round(100.0 * ((starts.leads - ends.leads) - (before.leads - starts.leads)) / nullif(before.leads - starts.leads, 0), 1)
        FROM (VALUES ('24h', 1), ('7d', 7), ('30d', 30)) AS p (period, days)
        JOIN since AS ends ON ends.at = app.now()
        JOIN since AS starts ON starts.at = app.now() - p.days * interval '24 hours'
        JOIN since AS before ON before.at = app.now() - 2 * p.days * interval '24 hours'
        ORDER BY p.days;
END;
$$;

ALTER FUNCTION stats.velocity() OWNER TO leads_owner;

--
-- Name: FUNCTION velocity(); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.velocity() IS 'How many leads came in the last 24 hours, 7 and 30 times 24 hours, and how that compares with the same time before: 100 * (leads - previous) / previous percent. A period holds what came after its beginning and up to its end, so that no lead is in two of them. From an empty period there is no change in percent: NULL, not 0. Spam and what is in the trash count nowhere.';

--
-- Name: verify(); Type: FUNCTION; Schema: stats; Owner: leads_owner
--

CREATE FUNCTION stats.verify() RETURNS TABLE(kept_in text, figure text, starts_at timestamp with time zone, value text, leads bigint, leads_kept bigint, answered bigint, answered_kept bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT d.* FROM app.figure_differences() AS d;
$$;

ALTER FUNCTION stats.verify() OWNER TO leads_owner;

--
-- Name: FUNCTION verify(); Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON FUNCTION stats.verify() IS 'Counts every lead again, and returns a row for each kept figure that says something else: what was counted, and what is kept. No row is what it should be; leads stats rebuild mends the rest. Takes some seconds a million leads.';

--
-- Name: simple_folded; Type: TEXT SEARCH CONFIGURATION; Schema: app; Owner: leads_owner
--

CREATE TEXT SEARCH CONFIGURATION app.simple_folded (
    PARSER = pg_catalog."default" );

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR asciiword WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR word WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR numword WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR email WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR url WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR host WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR sfloat WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR version WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR hword_numpart WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR hword_part WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR hword_asciipart WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR numhword WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR asciihword WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR hword WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR url_path WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR file WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR "float" WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR "int" WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ADD MAPPING FOR uint WITH simple;

ALTER TEXT SEARCH CONFIGURATION app.simple_folded OWNER TO leads_owner;

--
-- Name: TEXT SEARCH CONFIGURATION simple_folded; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TEXT SEARCH CONFIGURATION app.simple_folded IS 'Words as they are, lower-case, accents folded; no stop words.';

--
-- Name: leads; Type: VIEW; Schema: api; Owner: leads_owner
--

CREATE VIEW api.leads WITH (security_invoker='true') AS
 SELECT id,
    reference,
    name,
    email,
    subject,
    message,
    company,
    phone,
    lead_type,
    status,
    priority,
    metadata,
    created_at,
    updated_at,
    "timestamp",
    flagged,
    role,
    form_type,
    quality_score,
    internal_notes,
    tags,
    contact_history,
    follow_up_date,
    last_contacted,
    first_response_at,
    source,
    consent,
    version,
    assignee
   FROM public.contact_leads l
  WHERE ((deleted_at IS NULL) AND (NOT is_spam));

ALTER VIEW api.leads OWNER TO leads_owner;

--
-- Name: VIEW leads; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON VIEW api.leads IS 'The inbox: every lead that is neither spam nor in the trash. Read with the rights of whoever asks.';

--
-- Name: COLUMN leads.id; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.id IS 'The number of the lead inside the team; visitors never see it.';

--
-- Name: COLUMN leads.reference; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.reference IS 'What the visitor is given: names the lead without telling how many there are.';

--
-- Name: COLUMN leads.name; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.name IS 'The visitor''s name, 1 to 200 characters on one line.';

--
-- Name: COLUMN leads.email; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.email IS 'The visitor''s address, at most 254 characters, with a dot in its domain.';

--
-- Name: COLUMN leads.subject; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.subject IS 'At most 300 characters on one line; the contact and collaboration forms ask for it.';

--
-- Name: COLUMN leads.message; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.message IS 'At most 10,000 characters; the contact and collaboration forms ask for it.';

--
-- Name: COLUMN leads.company; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.company IS 'At most 200 characters on one line.';

--
-- Name: COLUMN leads.phone; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.phone IS 'At most 50 characters on one line, as the visitor wrote it.';

--
-- Name: COLUMN leads.lead_type; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.lead_type IS 'Which form the lead came by.';

--
-- Name: COLUMN leads.status; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.status IS 'Where the lead stands; moves as app.status_moves allows.';

--
-- Name: COLUMN leads.priority; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.priority IS 'How soon it wants an answer.';

--
-- Name: COLUMN leads.metadata; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.metadata IS 'ip_address, user_agent, referer and origin as the server saw them; utm and extra as the form sent them.';

--
-- Name: COLUMN leads.created_at; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.created_at IS 'When the lead was stored, by the database''s clock.';

--
-- Name: COLUMN leads.updated_at; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.updated_at IS 'When the row last changed; kept by trigger_contact_leads_updated_at.';

--
-- Name: COLUMN leads."timestamp"; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads."timestamp" IS 'Legacy: the creation time under its older name.';

--
-- Name: COLUMN leads.flagged; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.flagged IS 'Legacy: marked by hand.';

--
-- Name: COLUMN leads.role; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.role IS 'What the visitor says they are (recruiter, founder ...), at most 100 characters.';

--
-- Name: COLUMN leads.form_type; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.form_type IS 'Legacy: the form''s name as text; new leads hold the label of lead_type.';

--
-- Name: COLUMN leads.quality_score; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.quality_score IS 'The team''s judgement, 0 to 100; NULL until somebody judged.';

--
-- Name: COLUMN leads.internal_notes; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.internal_notes IS 'The team''s notes, at most 20,000 characters.';

--
-- Name: COLUMN leads.tags; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.tags IS 'At most 50 tags of 1 to 50 characters.';

--
-- Name: COLUMN leads.contact_history; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.contact_history IS 'Contacts with the visitor, an array of objects, oldest first.';

--
-- Name: COLUMN leads.follow_up_date; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.follow_up_date IS 'The day to come back to this lead.';

--
-- Name: COLUMN leads.last_contacted; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.last_contacted IS 'When the lead last entered contacted.';

--
-- Name: COLUMN leads.first_response_at; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.first_response_at IS 'When the lead first entered contacted: what conversion and response times count.';

--
-- Name: COLUMN leads.source; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.source IS 'Where the visitor came from: the form''s source, else its utm_source.';

--
-- Name: COLUMN leads.consent; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.consent IS 'Whether the visitor ticked the form''s consent; NULL when it had none.';

--
-- Name: COLUMN leads.version; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.version IS 'Counts the changes of the lead, from 1; its ETag is made of it.';

--
-- Name: COLUMN leads.assignee; Type: COMMENT; Schema: api; Owner: leads_owner
--

COMMENT ON COLUMN api.leads.assignee IS 'Who takes care of it, at most 100 characters on one line.';

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
-- Name: audit_log_id_seq; Type: SEQUENCE; Schema: app; Owner: leads_owner
--

ALTER TABLE app.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: erased_leads; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.erased_leads (
    received_on date NOT NULL,
    lead_type public.lead_type NOT NULL,
    status public.lead_status NOT NULL,
    priority public.lead_priority NOT NULL,
    answered boolean NOT NULL,
    erased_on date NOT NULL
);

ALTER TABLE app.erased_leads OWNER TO leads_owner;

--
-- Name: TABLE erased_leads; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.erased_leads IS 'A row for each lead that was erased from the inbox, which tells nothing of the person: so that what was counted stays counted.';

--
-- Name: COLUMN erased_leads.received_on; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.erased_leads.received_on IS 'The day it came, UTC.';

--
-- Name: COLUMN erased_leads.lead_type; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.erased_leads.lead_type IS 'Which form it came by.';

--
-- Name: COLUMN erased_leads.status; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.erased_leads.status IS 'Where it stood.';

--
-- Name: COLUMN erased_leads.priority; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.erased_leads.priority IS 'How soon it wanted an answer.';

--
-- Name: COLUMN erased_leads.answered; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.erased_leads.answered IS 'Whether it had been answered.';

--
-- Name: COLUMN erased_leads.erased_on; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.erased_leads.erased_on IS 'The day it was erased, UTC.';

--
-- Name: holidays; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.holidays (
    day date NOT NULL,
    name text NOT NULL,
    CONSTRAINT holidays_name_valid CHECK ((((char_length(name) >= 1) AND (char_length(name) <= 100)) AND (name !~ '[[:cntrl:]]'::text)))
);

ALTER TABLE app.holidays OWNER TO leads_owner;

--
-- Name: TABLE holidays; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.holidays IS 'Days on which nobody works, whatever app.sla_policies says of their weekday. For the team to fill; changes are audited.';

--
-- Name: COLUMN holidays.day; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.holidays.day IS 'The day.';

--
-- Name: COLUMN holidays.name; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.holidays.name IS 'What it is called, 1 to 100 characters on one line.';

--
-- Name: lead_cells; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.lead_cells (
    figure app.figure NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    value text NOT NULL,
    leads bigint NOT NULL,
    answered bigint NOT NULL
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');

ALTER TABLE app.lead_cells OWNER TO leads_owner;

--
-- Name: TABLE lead_cells; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.lead_cells IS 'How many leads of the inbox there were of each kind when service.tidy() last folded: read app.lead_figures. Checked by stats.verify(), made anew by leads stats rebuild.';

--
-- Name: COLUMN lead_cells.figure; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_cells.figure IS 'What is counted.';

--
-- Name: COLUMN lead_cells.starts_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_cells.starts_at IS 'When the quarter of an hour or the UTC day begins in which the leads came; -infinity for all time.';

--
-- Name: COLUMN lead_cells.value; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_cells.value IS 'The form, status, source, role or bin of response times (app.response_bin) that they have.';

--
-- Name: COLUMN lead_cells.leads; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_cells.leads IS 'How many.';

--
-- Name: COLUMN lead_cells.answered; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_cells.answered IS 'How many of them were ever contacted.';

--
-- Name: lead_figures; Type: VIEW; Schema: app; Owner: leads_owner
--

CREATE VIEW app.lead_figures WITH (security_invoker='false') AS
 SELECT c.figure,
    c.starts_at,
    c.value,
    c.leads,
    c.answered
   FROM app.lead_cells c
UNION ALL
 SELECT f.figure,
    f.starts_at,
    f.value,
    (c.change)::bigint AS leads,
    (
        CASE
            WHEN (c.response_bin IS NULL) THEN 0
            ELSE c.change
        END)::bigint AS answered
   FROM (app.lead_count_changes c
     CROSS JOIN LATERAL app.figures_of(c.slot, c.lead_type, c.status, c.source, c.role, c.response_bin) f(figure, starts_at, value))
  WHERE ((NOT c.is_spam) AND (NOT c.trashed));

ALTER VIEW app.lead_figures OWNER TO leads_owner;

--
-- Name: VIEW lead_figures; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON VIEW app.lead_figures IS 'How many leads of the inbox there are of each kind, and from when, exact in every snapshot. To be summed up: one cell may have several rows, some below zero.';

--
-- Name: COLUMN lead_figures.figure; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_figures.figure IS 'What is counted.';

--
-- Name: COLUMN lead_figures.starts_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_figures.starts_at IS 'When the quarter of an hour or the UTC day begins in which the leads came; -infinity for all time.';

--
-- Name: COLUMN lead_figures.value; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_figures.value IS 'The form, status, source, role or bin of response times (app.response_bin) that they have.';

--
-- Name: COLUMN lead_figures.leads; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_figures.leads IS 'So many, or so many more or fewer: sum(leads) is the number.';

--
-- Name: COLUMN lead_figures.answered; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_figures.answered IS 'How many of them were ever contacted.';

--
-- Name: lead_search; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.lead_search (
    lead_id bigint NOT NULL,
    document tsvector NOT NULL,
    names text NOT NULL
);

ALTER TABLE app.lead_search OWNER TO leads_owner;

--
-- Name: TABLE lead_search; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.lead_search IS 'What search looks in, a row a lead, kept by the triggers contact_leads_search_insert and contact_leads_search_update.';

--
-- Name: COLUMN lead_search.lead_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_search.lead_id IS 'The lead.';

--
-- Name: COLUMN lead_search.document; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_search.document IS 'Its words and English stems, weighted, for app.search_query: see app.search_document.';

--
-- Name: COLUMN lead_search.names; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.lead_search.names IS 'The words of its name, company and e-mail for fragments and typos: see app.search_names.';

--
-- Name: mail_stops; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.mail_stops (
    address text NOT NULL,
    reason text NOT NULL,
    since timestamp with time zone DEFAULT app.now() NOT NULL,
    CONSTRAINT mail_stops_reason_valid CHECK ((reason = ANY (ARRAY['bounced'::text, 'complained'::text, 'asked'::text])))
);

ALTER TABLE app.mail_stops OWNER TO leads_owner;

--
-- Name: TABLE mail_stops; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.mail_stops IS 'Addresses that get no automatic answers any more.';

--
-- Name: COLUMN mail_stops.address; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.mail_stops.address IS 'As app.mailbox_of makes it.';

--
-- Name: COLUMN mail_stops.reason; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.mail_stops.reason IS 'bounced: there is no such mailbox; complained: called spam there; asked: by the link in each answer.';

--
-- Name: COLUMN mail_stops.since; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.mail_stops.since IS 'Since when.';

--
-- Name: metric_settings; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.metric_settings (
    singleton boolean DEFAULT true NOT NULL,
    qualified_from integer DEFAULT 70 NOT NULL,
    CONSTRAINT metric_settings_qualified_from_valid CHECK (((qualified_from >= 0) AND (qualified_from <= 100))),
    CONSTRAINT metric_settings_singleton_valid CHECK (singleton)
);

ALTER TABLE app.metric_settings OWNER TO leads_owner;

--
-- Name: TABLE metric_settings; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.metric_settings IS 'What the team may set about its numbers, in one row (docs/metrics.md); changes are audited.';

--
-- Name: COLUMN metric_settings.singleton; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.metric_settings.singleton IS 'True: there is one row.';

--
-- Name: COLUMN metric_settings.qualified_from; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.metric_settings.qualified_from IS 'A lead is qualified from this quality score on, 0 to 100.';

--
-- Name: operations_number_seq; Type: SEQUENCE; Schema: app; Owner: leads_owner
--

ALTER TABLE app.operations ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app.operations_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: outbox_id_seq; Type: SEQUENCE; Schema: app; Owner: leads_owner
--

ALTER TABLE app.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: person_key; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.person_key (
    singleton boolean DEFAULT true NOT NULL,
    key text DEFAULT ((gen_random_uuid())::text || (gen_random_uuid())::text) NOT NULL,
    CONSTRAINT person_key_singleton_valid CHECK (singleton)
);

ALTER TABLE app.person_key OWNER TO leads_owner;

--
-- Name: TABLE person_key; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.person_key IS 'What stats.leads makes its column person with: a secret of this database, in one row.';

--
-- Name: COLUMN person_key.singleton; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.person_key.singleton IS 'True: there is one row.';

--
-- Name: COLUMN person_key.key; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.person_key.key IS 'Random. With it a known address can be found in stats.leads; who changes it gives every person another name there.';

--
-- Name: recovery_codes; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.recovery_codes (
    user_id bigint NOT NULL,
    code_hash bytea NOT NULL,
    used_at timestamp with time zone
);

ALTER TABLE app.recovery_codes OWNER TO leads_owner;

--
-- Name: TABLE recovery_codes; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.recovery_codes IS 'What one logs in with once each when the second factor is lost.';

--
-- Name: COLUMN recovery_codes.user_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.recovery_codes.user_id IS 'Whose it is.';

--
-- Name: COLUMN recovery_codes.code_hash; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.recovery_codes.code_hash IS 'SHA-256 of the code, which has 80 random bits.';

--
-- Name: COLUMN recovery_codes.used_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.recovery_codes.used_at IS 'When it was used.';

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
-- Name: second_factors; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.second_factors (
    user_id bigint NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone DEFAULT app.now() NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint DEFAULT 0 NOT NULL
);

ALTER TABLE app.second_factors OWNER TO leads_owner;

--
-- Name: TABLE second_factors; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.second_factors IS 'Time-based one-time passwords (RFC 6238) of users who want them.';

--
-- Name: COLUMN second_factors.user_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.second_factors.user_id IS 'Whose it is.';

--
-- Name: COLUMN second_factors.secret; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.second_factors.secret IS 'The shared secret, encrypted by the service under its JWT_SECRET_KEY.';

--
-- Name: COLUMN second_factors.created_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.second_factors.created_at IS 'When the secret was made.';

--
-- Name: COLUMN second_factors.confirmed_at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.second_factors.confirmed_at IS 'When its first code was shown: from then on it is asked for.';

--
-- Name: COLUMN second_factors.last_step; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.second_factors.last_step IS 'The time step (of 30 s) of the last code that was taken: it and those before it hold no more.';

--
-- Name: status_changes; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.status_changes (
    lead_id bigint NOT NULL,
    number bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    from_status public.lead_status NOT NULL,
    to_status public.lead_status NOT NULL
);

ALTER TABLE app.status_changes OWNER TO leads_owner;

--
-- Name: TABLE status_changes; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.status_changes IS 'When each lead moved from one stage to another, written by the triggers contact_leads_totals_...; what was undone is taken out. Goes with its lead. It begins with the audit log.';

--
-- Name: COLUMN status_changes.lead_id; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.status_changes.lead_id IS 'The lead.';

--
-- Name: COLUMN status_changes.number; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.status_changes.number IS 'Counts up; of one lead in the order of its moves.';

--
-- Name: COLUMN status_changes.at; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.status_changes.at IS 'When it moved.';

--
-- Name: COLUMN status_changes.from_status; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.status_changes.from_status IS 'The stage it left.';

--
-- Name: COLUMN status_changes.to_status; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON COLUMN app.status_changes.to_status IS 'The stage it entered.';

--
-- Name: status_changes_number_seq; Type: SEQUENCE; Schema: app; Owner: leads_owner
--

ALTER TABLE app.status_changes ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app.status_changes_number_seq
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
-- Name: ageing; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.ageing WITH (security_invoker='false') AS
 SELECT e.status,
    b.place,
    b.bucket,
    count(l.id) AS leads,
    min(l.created_at) AS oldest_at
   FROM ((unnest('{unread,processing}'::public.lead_status[]) e(status)
     CROSS JOIN ( VALUES (1,'0-1'::text,0,1), (2,'1-3'::text,1,3), (3,'3-7'::text,3,7), (4,'7-30'::text,7,30), (5,'30+'::text,30,NULL::integer)) b(place, bucket, since, until))
     LEFT JOIN public.contact_leads l ON (((l.status = e.status) AND (NOT l.is_spam) AND (l.deleted_at IS NULL) AND ((l.created_at <= (app.now() - ((b.since)::double precision * '24:00:00'::interval))) OR (b.since = 0)) AND ((b.until IS NULL) OR (l.created_at > (app.now() - ((b.until)::double precision * '24:00:00'::interval)))))))
  GROUP BY e.status, b.place, b.bucket;

ALTER VIEW stats.ageing OWNER TO leads_owner;

--
-- Name: VIEW ageing; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.ageing IS 'How old the open leads are now, which are those in unread and in processing: from arrival, in times 24 hours, each age limit belonging to the older ones. Kinds without leads too. Spam and what is in the trash count nowhere.';

--
-- Name: COLUMN ageing.status; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.ageing.status IS 'unread or processing.';

--
-- Name: COLUMN ageing.place; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.ageing.place IS '1 to 5, youngest first.';

--
-- Name: COLUMN ageing.bucket; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.ageing.bucket IS '0-1, 1-3, 3-7, 7-30 or 30+ days.';

--
-- Name: COLUMN ageing.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.ageing.leads IS 'Leads of that age in that stage.';

--
-- Name: COLUMN ageing.oldest_at; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.ageing.oldest_at IS 'When the oldest of them came; NULL when there are none.';

--
-- Name: by_day; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.by_day WITH (security_invoker='false') AS
 SELECT day,
    starts_at,
    ends_at,
    leads,
    contact,
    cv_request,
    collaboration,
    unread,
    processing,
    contacted,
    archived,
    answered,
    conversion
   FROM stats.by_day(((app.now())::date - 364), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(day, starts_at, ends_at, leads, contact, cv_request, collaboration, unread, processing, contacted, archived, answered, conversion);

ALTER VIEW stats.by_day OWNER TO leads_owner;

--
-- Name: VIEW by_day; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.by_day IS 'Leads by the day on which they came, days without leads too. A day goes from midnight to midnight by the clock of the time zone, its end not included. Where its leads stand is where they stand now. It costs the same however many leads there are. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN by_day.day; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.day IS 'The day.';

--
-- Name: COLUMN by_day.starts_at; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.starts_at IS 'When it begins.';

--
-- Name: COLUMN by_day.ends_at; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.ends_at IS 'When it ends; it has 23 or 25 hours when the clock changes.';

--
-- Name: COLUMN by_day.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.leads IS 'Leads that came.';

--
-- Name: COLUMN by_day.contact; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.contact IS 'Of them by the contact form.';

--
-- Name: COLUMN by_day.cv_request; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.cv_request IS 'Of them by the CV form.';

--
-- Name: COLUMN by_day.collaboration; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.collaboration IS 'Of them by the collaboration form.';

--
-- Name: COLUMN by_day.unread; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.unread IS 'Of them unread now.';

--
-- Name: COLUMN by_day.processing; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.processing IS 'Of them being worked on now.';

--
-- Name: COLUMN by_day.contacted; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.contacted IS 'Of them in the stage contacted now.';

--
-- Name: COLUMN by_day.archived; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.archived IS 'Of them archived now.';

--
-- Name: COLUMN by_day.answered; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.answered IS 'Of them ever contacted, whenever that was.';

--
-- Name: COLUMN by_day.conversion; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_day.conversion IS 'answered / leads, 0 to 1, four places; NULL without leads.';

--
-- Name: by_hour; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.by_hour WITH (security_invoker='false') AS
 SELECT hour,
    starts_at,
    ends_at,
    leads,
    contact,
    cv_request,
    collaboration,
    unread,
    processing,
    contacted,
    archived,
    answered,
    conversion
   FROM stats.by_hour(((app.now())::date - 6), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(hour, starts_at, ends_at, leads, contact, cv_request, collaboration, unread, processing, contacted, archived, answered, conversion);

ALTER VIEW stats.by_hour OWNER TO leads_owner;

--
-- Name: VIEW by_hour; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.by_hour IS 'Leads by the hour in which they came, hours without leads too: each 60 minutes long, from the first midnight on by the clock of the time zone. At most 400 days. Where its leads stand is where they stand now. It costs the same however many leads there are. Spam and what is in the trash count nowhere. The view: of the last 7 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN by_hour.hour; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.hour IS 'When the hour begins, by the clock of the time zone: shown twice when the clock is set back.';

--
-- Name: COLUMN by_hour.starts_at; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.starts_at IS 'When it begins, as an instant.';

--
-- Name: COLUMN by_hour.ends_at; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.ends_at IS 'When it ends.';

--
-- Name: COLUMN by_hour.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.leads IS 'Leads that came.';

--
-- Name: COLUMN by_hour.contact; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.contact IS 'Of them by the contact form.';

--
-- Name: COLUMN by_hour.cv_request; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.cv_request IS 'Of them by the CV form.';

--
-- Name: COLUMN by_hour.collaboration; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.collaboration IS 'Of them by the collaboration form.';

--
-- Name: COLUMN by_hour.unread; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.unread IS 'Of them unread now.';

--
-- Name: COLUMN by_hour.processing; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.processing IS 'Of them being worked on now.';

--
-- Name: COLUMN by_hour.contacted; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.contacted IS 'Of them in the stage contacted now.';

--
-- Name: COLUMN by_hour.archived; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.archived IS 'Of them archived now.';

--
-- Name: COLUMN by_hour.answered; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.answered IS 'Of them ever contacted, whenever that was.';

--
-- Name: COLUMN by_hour.conversion; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.by_hour.conversion IS 'answered / leads, 0 to 1, four places; NULL without leads.';

--
-- Name: campaigns; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.campaigns WITH (security_invoker='false') AS
 SELECT utm_source,
    utm_medium,
    utm_campaign,
    leads,
    answered,
    conversion,
    qualified,
    mean_score
   FROM stats.campaigns(((app.now())::date - 364), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(utm_source, utm_medium, utm_campaign, leads, answered, conversion, qualified, mean_score);

ALTER VIEW stats.campaigns OWNER TO leads_owner;

--
-- Name: VIEW campaigns; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.campaigns IS 'The campaigns that the leads of the period came by: their UTM parameters as the form sent them, capitals and all. A lead with none counts for its source, direct or unknown. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN campaigns.utm_source; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.campaigns.utm_source IS 'The campaign''s source; direct or unknown where there is no utm parameter and no source, as in stats.sources.';

--
-- Name: COLUMN campaigns.utm_medium; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.campaigns.utm_medium IS 'Its medium; NULL when it had none.';

--
-- Name: COLUMN campaigns.utm_campaign; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.campaigns.utm_campaign IS 'Its name; NULL when it had none.';

--
-- Name: COLUMN campaigns.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.campaigns.leads IS 'Leads that came by it.';

--
-- Name: COLUMN campaigns.answered; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.campaigns.answered IS 'Of them ever contacted.';

--
-- Name: COLUMN campaigns.conversion; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.campaigns.conversion IS 'answered / leads, 0 to 1, four places.';

--
-- Name: COLUMN campaigns.qualified; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.campaigns.qualified IS 'Of them with a quality score that counts as qualified (app.metric_settings).';

--
-- Name: COLUMN campaigns.mean_score; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.campaigns.mean_score IS 'The mean of their quality scores, one place; NULL when none has one.';

--
-- Name: cohorts; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.cohorts WITH (security_invoker='false') AS
 SELECT month,
    arrived,
    opened,
    contacted,
    archived,
    dismissed,
    opened_share,
    contacted_share,
    archived_share,
    conversion
   FROM stats.cohorts(((date_trunc('month'::text, ((app.now())::date)::timestamp without time zone) - '11 mons'::interval))::date, ((app.now())::date + 1), current_setting('TimeZone'::text)) m(month, arrived, opened, contacted, archived, dismissed, opened_share, contacted_share, archived_share, conversion);

ALTER VIEW stats.cohorts OWNER TO leads_owner;

--
-- Name: VIEW cohorts; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.cohorts IS 'How far the leads of each month ever got, whenever that was: the steps of stats.funnel, by the month in which the leads came, months without leads too. Later months had less time to be answered. Spam and what is in the trash count nowhere. The view: of this month and the 11 before it, by the session''s time zone.';

--
-- Name: COLUMN cohorts.month; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.cohorts.month IS 'The month in which the leads came: its first day.';

--
-- Name: COLUMN cohorts.arrived; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.cohorts.arrived IS 'Leads that came.';

--
-- Name: COLUMN cohorts.opened; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.cohorts.opened IS 'Of them ever in another stage than unread, or contacted.';

--
-- Name: COLUMN cohorts.contacted; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.cohorts.contacted IS 'Of them ever contacted.';

--
-- Name: COLUMN cohorts.archived; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.cohorts.archived IS 'Of those ever contacted: ever archived.';

--
-- Name: COLUMN cohorts.dismissed; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.cohorts.dismissed IS 'Ever archived and never contacted: archived without an answer.';

--
-- Name: COLUMN cohorts.opened_share; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.cohorts.opened_share IS 'opened / arrived, 0 to 1, four places; NULL without leads.';

--
-- Name: COLUMN cohorts.contacted_share; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.cohorts.contacted_share IS 'contacted / opened; NULL when none was opened.';

--
-- Name: COLUMN cohorts.archived_share; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.cohorts.archived_share IS 'archived / contacted; NULL when none was contacted.';

--
-- Name: COLUMN cohorts.conversion; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.cohorts.conversion IS 'contacted / arrived; NULL without leads.';

--
-- Name: conversion; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.conversion WITH (security_invoker='false') AS
 SELECT dimension,
    value,
    leads,
    answered,
    conversion
   FROM stats.conversion(((app.now())::date - 364), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(dimension, value, leads, answered, conversion);

ALTER VIEW stats.conversion OWNER TO leads_owner;

--
-- Name: VIEW conversion; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.conversion IS 'The share of leads that were ever contacted, of all that came in the period, and by form, by role and by source. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN conversion.dimension; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.conversion.dimension IS 'all, type, role or source: what the leads are grouped by.';

--
-- Name: COLUMN conversion.value; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.conversion.value IS 'The form, the role (unknown where a visitor names none), or the source as stats.sources names it.';

--
-- Name: COLUMN conversion.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.conversion.leads IS 'Leads that came.';

--
-- Name: COLUMN conversion.answered; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.conversion.answered IS 'Of them ever contacted.';

--
-- Name: COLUMN conversion.conversion; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.conversion.conversion IS 'answered / leads, 0 to 1, four places.';

--
-- Name: data_quality; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.data_quality WITH (security_invoker='false') AS
 SELECT problem,
    meaning,
    leads,
    share
   FROM stats.data_quality() m(problem, meaning, leads, share);

ALTER VIEW stats.data_quality OWNER TO leads_owner;

--
-- Name: VIEW data_quality; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.data_quality IS 'What is missing or odd in the leads of the inbox, a row for each thing looked for, with none too: so that a number can be trusted as far as its data. Spam and what is in the trash count nowhere.';

--
-- Name: COLUMN data_quality.problem; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.data_quality.problem IS 'What is missing or odd: its name, which stays the same.';

--
-- Name: COLUMN data_quality.meaning; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.data_quality.meaning IS 'The same in words.';

--
-- Name: COLUMN data_quality.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.data_quality.leads IS 'Leads that have it.';

--
-- Name: COLUMN data_quality.share; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.data_quality.share IS 'leads / all leads of the inbox, 0 to 1, four places; NULL without leads.';

--
-- Name: erased; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.erased WITH (security_invoker='false') AS
 SELECT received_on,
    lead_type,
    status,
    priority,
    answered,
    count(*) AS leads
   FROM app.erased_leads e
  GROUP BY received_on, lead_type, status, priority, answered;

ALTER VIEW stats.erased OWNER TO leads_owner;

--
-- Name: VIEW erased; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.erased IS 'Leads of the inbox that were erased for good since they came. They are in no other number here: whoever needs the leads that ever came adds them.';

--
-- Name: COLUMN erased.received_on; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.erased.received_on IS 'The day on which they came, UTC.';

--
-- Name: COLUMN erased.lead_type; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.erased.lead_type IS 'The form they came by.';

--
-- Name: COLUMN erased.status; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.erased.status IS 'Where they stood when they were erased.';

--
-- Name: COLUMN erased.priority; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.erased.priority IS 'How soon they wanted an answer.';

--
-- Name: COLUMN erased.answered; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.erased.answered IS 'Whether they had ever been contacted.';

--
-- Name: COLUMN erased.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.erased.leads IS 'How many.';

--
-- Name: first_response; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.first_response WITH (security_invoker='false') AS
 SELECT leads,
    answered,
    unanswered,
    unanswered_share,
    median_seconds,
    p90_seconds
   FROM stats.first_response(((app.now())::date - 364), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(leads, answered, unanswered, unanswered_share, median_seconds, p90_seconds);

ALTER VIEW stats.first_response OWNER TO leads_owner;

--
-- Name: VIEW first_response; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.first_response IS 'How soon the leads that came in the period were first contacted, from arrival to that moment, nights and weekends included. Only a person''s answer counts, the first one: not the automatic acknowledgement, and not what followed a reopening. Of n answers the p-th percentile is that at place ceil(p * n) by length, read from a histogram whose bins are at most 2 % wide. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN first_response.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.first_response.leads IS 'Leads that came.';

--
-- Name: COLUMN first_response.answered; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.first_response.answered IS 'Of them ever contacted.';

--
-- Name: COLUMN first_response.unanswered; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.first_response.unanswered IS 'Of them never contacted.';

--
-- Name: COLUMN first_response.unanswered_share; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.first_response.unanswered_share IS 'unanswered / leads, 0 to 1, four places; NULL without leads.';

--
-- Name: COLUMN first_response.median_seconds; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.first_response.median_seconds IS 'Half of the answers came within so many seconds, within 1 %; NULL without answers.';

--
-- Name: COLUMN first_response.p90_seconds; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.first_response.p90_seconds IS 'Nine in ten answers came within so many seconds, within 1 %; NULL without answers.';

--
-- Name: funnel; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.funnel WITH (security_invoker='false') AS
 SELECT place,
    step,
    leads,
    of_previous,
    of_first
   FROM stats.funnel(((app.now())::date - 364), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(place, step, leads, of_previous, of_first);

ALTER VIEW stats.funnel OWNER TO leads_owner;

--
-- Name: VIEW funnel; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.funnel IS 'How far the leads that came in the period ever got, whenever that was: arrived; opened, which is that they were ever in another stage than unread; contacted; archived after that. of_previous is the share of those of one step that reached the next. A lead that went back still reached what it reached; what was undone did not happen. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN funnel.place; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.funnel.place IS '1 to 4, in the order of the stages.';

--
-- Name: COLUMN funnel.step; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.funnel.step IS 'arrived, opened, contacted or archived.';

--
-- Name: COLUMN funnel.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.funnel.leads IS 'Leads that ever got so far.';

--
-- Name: COLUMN funnel.of_previous; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.funnel.of_previous IS 'leads / those of the step before, 0 to 1, four places; NULL for the first step, and from nothing.';

--
-- Name: COLUMN funnel.of_first; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.funnel.of_first IS 'leads / those that arrived; NULL when none did.';

--
-- Name: lead_velocity; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.lead_velocity WITH (security_invoker='false') AS
 SELECT month,
    qualified,
    previous,
    rate_percent,
    complete
   FROM stats.lead_velocity(((date_trunc('month'::text, ((app.now())::date)::timestamp without time zone) - '11 mons'::interval))::date, ((app.now())::date + 1), current_setting('TimeZone'::text)) m(month, qualified, previous, rate_percent, complete);

ALTER VIEW stats.lead_velocity OWNER TO leads_owner;

--
-- Name: VIEW lead_velocity; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.lead_velocity IS 'The lead velocity rate: by how many percent the qualified leads of a month (those with a quality score that counts as qualified, app.metric_settings) are more than those of the month before; NULL, not 0, from a month without any. Months of arrival, whole ones: each that the period touches. Spam and what is in the trash count nowhere. The view: of this month and the 11 before it, by the session''s time zone.';

--
-- Name: COLUMN lead_velocity.month; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.lead_velocity.month IS 'The month: its first day.';

--
-- Name: COLUMN lead_velocity.qualified; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.lead_velocity.qualified IS 'Qualified leads that came in it.';

--
-- Name: COLUMN lead_velocity.previous; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.lead_velocity.previous IS 'Those of the month before.';

--
-- Name: COLUMN lead_velocity.rate_percent; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.lead_velocity.rate_percent IS '100 * (qualified - previous) / previous, one place; NULL when previous is 0.';

--
-- Name: COLUMN lead_velocity.complete; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.lead_velocity.complete IS 'Whether the month is over; a current one is compared with a whole one.';

--
-- Name: leads; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.leads WITH (security_invoker='false', security_barrier='true') AS
 SELECT id AS lead_id,
    created_at,
    lead_type,
    status,
    priority,
    quality_score,
    (quality_score >= ( SELECT m.qualified_from
           FROM app.metric_settings m)) AS qualified,
    app.source_of(source, metadata) AS source,
    (metadata #>> '{utm,utm_source}'::text[]) AS utm_source,
    (metadata #>> '{utm,utm_medium}'::text[]) AS utm_medium,
    (metadata #>> '{utm,utm_campaign}'::text[]) AS utm_campaign,
    role,
    tags,
    first_response_at,
    (EXTRACT(epoch FROM (first_response_at - created_at)))::double precision AS response_seconds,
    last_contacted,
    follow_up_date,
    consent,
    (company IS NOT NULL) AS has_company,
    (phone IS NOT NULL) AS has_phone,
    char_length(message) AS message_length,
    encode(sha256(convert_to((( SELECT k.key
           FROM app.person_key k) || lower(email)), 'UTF8'::name)), 'hex'::text) AS person
   FROM public.contact_leads l
  WHERE ((NOT is_spam) AND (deleted_at IS NULL));

ALTER VIEW stats.leads OWNER TO leads_owner;

--
-- Name: VIEW leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.leads IS 'Each lead of the inbox, without what names or describes the person: no name, address, company, phone, subject, message or notes. Spam and what is in the trash count nowhere.';

--
-- Name: COLUMN leads.lead_id; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.lead_id IS 'The number of the lead inside the team.';

--
-- Name: COLUMN leads.created_at; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.created_at IS 'When it came.';

--
-- Name: COLUMN leads.lead_type; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.lead_type IS 'The form it came by.';

--
-- Name: COLUMN leads.status; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.status IS 'Where it stands.';

--
-- Name: COLUMN leads.priority; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.priority IS 'How soon it wants an answer.';

--
-- Name: COLUMN leads.quality_score; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.quality_score IS 'The team''s judgement, 0 to 100; NULL until somebody judged.';

--
-- Name: COLUMN leads.qualified; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.qualified IS 'Whether that counts as qualified (app.metric_settings); NULL without a score.';

--
-- Name: COLUMN leads.source; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.source IS 'Where it came from, as in stats.sources.';

--
-- Name: COLUMN leads.utm_source; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.utm_source IS 'The utm_source that the form sent; NULL without.';

--
-- Name: COLUMN leads.utm_medium; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.utm_medium IS 'The utm_medium.';

--
-- Name: COLUMN leads.utm_campaign; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.utm_campaign IS 'The utm_campaign.';

--
-- Name: COLUMN leads.role; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.role IS 'What the visitor says they are, in their words; NULL when they don''t.';

--
-- Name: COLUMN leads.tags; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.tags IS 'The team''s tags.';

--
-- Name: COLUMN leads.first_response_at; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.first_response_at IS 'When it was first contacted; NULL until then.';

--
-- Name: COLUMN leads.response_seconds; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.response_seconds IS 'From arrival to that, in seconds.';

--
-- Name: COLUMN leads.last_contacted; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.last_contacted IS 'When it was last contacted.';

--
-- Name: COLUMN leads.follow_up_date; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.follow_up_date IS 'The day to come back to it.';

--
-- Name: COLUMN leads.consent; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.consent IS 'Whether the visitor ticked the form''s consent; NULL when it had none.';

--
-- Name: COLUMN leads.has_company; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.has_company IS 'Whether a company is given.';

--
-- Name: COLUMN leads.has_phone; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.has_phone IS 'Whether a phone number is given.';

--
-- Name: COLUMN leads.message_length; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.message_length IS 'How many characters the message has; NULL without one.';

--
-- Name: COLUMN leads.person; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.leads.person IS 'The same for leads of the same address, capitals or not; made with a key that analysts can''t read, so that no address can be guessed from it.';

--
-- Name: operations; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.operations WITH (security_invoker='false') AS
 SELECT day,
    kind,
    operations,
    leads,
    undone
   FROM stats.operations(((app.now())::date - 364), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(day, kind, operations, leads, undone);

ALTER VIEW stats.operations OWNER TO leads_owner;

--
-- Name: VIEW operations; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.operations IS 'What the team did to many leads at once, deleted, restored, undid and erased, by day and kind; only days and kinds on which something was done. The view: of the last 365 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN operations.day; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.operations.day IS 'The day.';

--
-- Name: COLUMN operations.kind; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.operations.kind IS 'status, priority, tags, assignee, follow_up, delete, restore, undo, erase or purge.';

--
-- Name: COLUMN operations.operations; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.operations.operations IS 'How many there were.';

--
-- Name: COLUMN operations.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.operations.leads IS 'How many leads they changed, counted each time.';

--
-- Name: COLUMN operations.undone; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.operations.undone IS 'How many of them were undone since.';

--
-- Name: overview; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.overview WITH (security_invoker='false') AS
 SELECT as_of,
    leads,
    unread,
    processing,
    contacted,
    archived,
    answered,
    conversion,
    unanswered_share,
    median_response_seconds,
    p90_response_seconds,
    leads_24h,
    previous_24h,
    change_percent_24h,
    leads_7d,
    previous_7d,
    change_percent_7d,
    leads_30d,
    previous_30d,
    change_percent_30d,
    spam,
    trashed
   FROM stats.overview() m(as_of, leads, unread, processing, contacted, archived, answered, conversion, unanswered_share, median_response_seconds, p90_response_seconds, leads_24h, previous_24h, change_percent_24h, leads_7d, previous_7d, change_percent_7d, leads_30d, previous_30d, change_percent_30d, spam, trashed);

ALTER VIEW stats.overview OWNER TO leads_owner;

--
-- Name: VIEW overview; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.overview IS 'The inbox in one row, now and over all time. Percentiles are read from a histogram whose bins are at most 2 % wide. It costs the same however many leads there are. Spam and what is in the trash count nowhere.';

--
-- Name: COLUMN overview.as_of; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.as_of IS 'When it was asked: the numbers are of this instant.';

--
-- Name: COLUMN overview.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.leads IS 'Leads in the inbox.';

--
-- Name: COLUMN overview.unread; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.unread IS 'Of them unread now.';

--
-- Name: COLUMN overview.processing; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.processing IS 'Of them being worked on now.';

--
-- Name: COLUMN overview.contacted; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.contacted IS 'Of them in the stage contacted now.';

--
-- Name: COLUMN overview.archived; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.archived IS 'Of them archived now.';

--
-- Name: COLUMN overview.answered; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.answered IS 'Of them ever contacted.';

--
-- Name: COLUMN overview.conversion; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.conversion IS 'answered / leads, 0 to 1, four places; NULL without leads.';

--
-- Name: COLUMN overview.unanswered_share; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.unanswered_share IS 'Of the leads never contacted / leads, 0 to 1; NULL without leads.';

--
-- Name: COLUMN overview.median_response_seconds; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.median_response_seconds IS 'Half of the answers came within so many seconds, within 1 %; NULL without answers.';

--
-- Name: COLUMN overview.p90_response_seconds; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.p90_response_seconds IS 'Nine in ten answers came within so many seconds, within 1 %; NULL without answers.';

--
-- Name: COLUMN overview.leads_24h; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.leads_24h IS 'Leads of the last 24 hours.';

--
-- Name: COLUMN overview.previous_24h; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.previous_24h IS 'Leads of the 24 hours before.';

--
-- Name: COLUMN overview.change_percent_24h; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.change_percent_24h IS 'By how many percent more; NULL when there were none before.';

--
-- Name: COLUMN overview.leads_7d; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.leads_7d IS 'Leads of the last 7 times 24 hours.';

--
-- Name: COLUMN overview.previous_7d; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.previous_7d IS 'Leads of the 7 before.';

--
-- Name: COLUMN overview.change_percent_7d; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.change_percent_7d IS 'By how many percent more; NULL when there were none before.';

--
-- Name: COLUMN overview.leads_30d; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.leads_30d IS 'Leads of the last 30 times 24 hours.';

--
-- Name: COLUMN overview.previous_30d; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.previous_30d IS 'Leads of the 30 before.';

--
-- Name: COLUMN overview.change_percent_30d; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.change_percent_30d IS 'By how many percent more; NULL when there were none before.';

--
-- Name: COLUMN overview.spam; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.spam IS 'Leads judged to be spam, not in the trash; in no other number here.';

--
-- Name: COLUMN overview.trashed; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.overview.trashed IS 'Leads in the trash; in no other number here.';

--
-- Name: people; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.people WITH (security_invoker='false') AS
 SELECT month,
    leads,
    people,
    new_people,
    returning_people,
    returning_share
   FROM stats.people(((date_trunc('month'::text, ((app.now())::date)::timestamp without time zone) - '11 mons'::interval))::date, ((app.now())::date + 1), current_setting('TimeZone'::text)) m(month, leads, people, new_people, returning_people, returning_share);

ALTER VIEW stats.people OWNER TO leads_owner;

--
-- Name: VIEW people; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.people IS 'How many people wrote in each month, and how many of them had written before it; months without leads too. Who has the same address, capitals or not, is the same person. A person who writes twice in the first month is new in it. Spam and what is in the trash count nowhere. The view: of this month and the 11 before it, by the session''s time zone.';

--
-- Name: COLUMN people.month; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.people.month IS 'The month: its first day.';

--
-- Name: COLUMN people.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.people.leads IS 'Leads that came in it.';

--
-- Name: COLUMN people.people; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.people.people IS 'Different people who sent them.';

--
-- Name: COLUMN people.new_people; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.people.new_people IS 'Of them people whose first lead of all is among these.';

--
-- Name: COLUMN people.returning_people; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.people.returning_people IS 'Of them people who had sent one before that.';

--
-- Name: COLUMN people.returning_share; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.people.returning_share IS 'returning_people / people, 0 to 1, four places; NULL without people.';

--
-- Name: personal; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.personal WITH (security_invoker='false', security_barrier='true') AS
 SELECT id AS lead_id,
    reference,
    name,
    email,
    company,
    phone,
    subject,
    message
   FROM public.contact_leads l
  WHERE ((NOT is_spam) AND (deleted_at IS NULL));

ALTER VIEW stats.personal OWNER TO leads_owner;

--
-- Name: VIEW personal; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.personal IS 'What stats.leads leaves out: who the person is, and what they wrote. Granted to nobody by itself; leads analyst add NAME --personal grants it. Spam and what is in the trash count nowhere.';

--
-- Name: COLUMN personal.lead_id; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.personal.lead_id IS 'The lead, as in stats.leads.';

--
-- Name: COLUMN personal.reference; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.personal.reference IS 'What the visitor was given.';

--
-- Name: COLUMN personal.name; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.personal.name IS 'The visitor''s name.';

--
-- Name: COLUMN personal.email; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.personal.email IS 'The visitor''s address.';

--
-- Name: COLUMN personal.company; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.personal.company IS 'The company.';

--
-- Name: COLUMN personal.phone; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.personal.phone IS 'The phone number, as the visitor wrote it.';

--
-- Name: COLUMN personal.subject; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.personal.subject IS 'The subject.';

--
-- Name: COLUMN personal.message; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.personal.message IS 'The message.';

--
-- Name: quality; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.quality WITH (security_invoker='false') AS
 SELECT source,
    leads,
    scored,
    mean_score,
    median_score,
    qualified,
    qualified_share
   FROM stats.quality(((app.now())::date - 364), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(source, leads, scored, mean_score, median_score, qualified, qualified_share);

ALTER VIEW stats.quality OWNER TO leads_owner;

--
-- Name: VIEW quality; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.quality IS 'How good the leads of the period are, by source: from the quality scores that the team gave. A lead that nobody scored is neither good nor bad: it counts in leads alone. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN quality.source; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.quality.source IS 'The source, as in stats.sources.';

--
-- Name: COLUMN quality.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.quality.leads IS 'Leads that came by it.';

--
-- Name: COLUMN quality.scored; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.quality.scored IS 'Of them with a quality score.';

--
-- Name: COLUMN quality.mean_score; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.quality.mean_score IS 'The mean of the scores, one place; NULL without any.';

--
-- Name: COLUMN quality.median_score; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.quality.median_score IS 'Half of the scores are no higher, one place; NULL without any.';

--
-- Name: COLUMN quality.qualified; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.quality.qualified IS 'Leads with a score that counts as qualified (app.metric_settings).';

--
-- Name: COLUMN quality.qualified_share; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.quality.qualified_share IS 'qualified / scored, 0 to 1, four places; NULL without any score.';

--
-- Name: reopenings; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.reopenings WITH (security_invoker='false') AS
 SELECT leads,
    reopened,
    reopen_rate,
    reopenings
   FROM stats.reopenings(((app.now())::date - 364), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(leads, reopened, reopen_rate, reopenings);

ALTER VIEW stats.reopenings OWNER TO leads_owner;

--
-- Name: VIEW reopenings; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.reopenings IS 'How many of the leads that were dealt with (ever contacted or archived) had to be taken up again, of the leads that came in the period. What was undone did not happen. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN reopenings.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.reopenings.leads IS 'Leads that were ever contacted or archived.';

--
-- Name: COLUMN reopenings.reopened; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.reopenings.reopened IS 'Of them taken up again: moved from contacted or archived to processing, at least once.';

--
-- Name: COLUMN reopenings.reopen_rate; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.reopenings.reopen_rate IS 'reopened / leads, 0 to 1, four places; NULL when there are none.';

--
-- Name: COLUMN reopenings.reopenings; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.reopenings.reopenings IS 'How often that was done.';

--
-- Name: response_times; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.response_times WITH (security_invoker='false') AS
 SELECT place,
    bucket,
    from_seconds,
    to_seconds,
    leads,
    share
   FROM stats.response_times(((app.now())::date - 364), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(place, bucket, from_seconds, to_seconds, leads, share);

ALTER VIEW stats.response_times OWNER TO leads_owner;

--
-- Name: VIEW response_times; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.response_times IS 'How many of the leads that came in the period were first contacted within an hour, in 1 to 4, 4 to 8, 8 to 24 hours, and later; exact. A time on a limit belongs to the longer one. Leads without an answer are in none: stats.first_response has them. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN response_times.place; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.response_times.place IS '1 to 5, shortest first.';

--
-- Name: COLUMN response_times.bucket; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.response_times.bucket IS '0-1, 1-4, 4-8, 8-24 or 24+ hours.';

--
-- Name: COLUMN response_times.from_seconds; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.response_times.from_seconds IS 'It took so many seconds or more,';

--
-- Name: COLUMN response_times.to_seconds; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.response_times.to_seconds IS 'and less than so many; NULL for no limit.';

--
-- Name: COLUMN response_times.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.response_times.leads IS 'Leads first contacted so soon.';

--
-- Name: COLUMN response_times.share; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.response_times.share IS 'leads / all that were contacted, 0 to 1, four places; NULL when none was.';

--
-- Name: sla; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.sla WITH (security_invoker='false') AS
 SELECT policy,
    answer_within,
    leads,
    in_time,
    late,
    overdue,
    waiting,
    dismissed,
    breach_share
   FROM stats.sla(((app.now())::date - 364), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(policy, answer_within, leads, in_time, late, overdue, waiting, dismissed, breach_share);

ALTER VIEW stats.sla OWNER TO leads_owner;

--
-- Name: VIEW sla; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.sla IS 'Whether the leads that came in the period were first answered within the working time that their policy allows. Of the policies (app.sla_policies) that fit a lead''s form and priority of now the one of the lowest rank counts. Working time goes by the policy''s weekdays and hours, on the clock of its time zone, without app.holidays; a policy without hours counts all time. Exactly the time allowed is in time. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN sla.policy; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sla.policy IS 'The policy; none for leads that no policy fits.';

--
-- Name: COLUMN sla.answer_within; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sla.answer_within IS 'The working time that it allows; NULL for none.';

--
-- Name: COLUMN sla.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sla.leads IS 'Leads that came and are judged by it.';

--
-- Name: COLUMN sla.in_time; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sla.in_time IS 'Of them answered in time.';

--
-- Name: COLUMN sla.late; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sla.late IS 'Of them answered too late.';

--
-- Name: COLUMN sla.overdue; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sla.overdue IS 'Of them open, not answered yet, and too late already.';

--
-- Name: COLUMN sla.waiting; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sla.waiting IS 'Of them open, not answered yet, and still in time.';

--
-- Name: COLUMN sla.dismissed; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sla.dismissed IS 'Of them archived without an answer: judged neither way.';

--
-- Name: COLUMN sla.breach_share; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sla.breach_share IS '(late + overdue) / (in_time + late + overdue), 0 to 1, four places; NULL when that is nothing.';

--
-- Name: sources; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.sources WITH (security_invoker='false') AS
 SELECT source,
    leads,
    answered,
    conversion,
    qualified,
    first_touch_leads,
    first_touch_answered,
    new_people
   FROM stats.sources(((app.now())::date - 364), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(source, leads, answered, conversion, qualified, first_touch_leads, first_touch_answered, new_people);

ALTER VIEW stats.sources OWNER TO leads_owner;

--
-- Name: VIEW sources; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.sources IS 'Where the leads of the period came from: by each lead''s own source, and by first touch, the source of the first lead of all that the same person sent (who has the same address, capitals or not). Both add up to the same leads. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN sources.source; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sources.source IS 'What the form or its utm_source said; direct: came by a form that said nothing; unknown: came otherwise (an import, an adopted table) and says nothing.';

--
-- Name: COLUMN sources.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sources.leads IS 'Leads that came by it.';

--
-- Name: COLUMN sources.answered; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sources.answered IS 'Of them ever contacted.';

--
-- Name: COLUMN sources.conversion; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sources.conversion IS 'answered / leads, 0 to 1, four places; NULL without leads.';

--
-- Name: COLUMN sources.qualified; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sources.qualified IS 'Of them with a quality score that counts as qualified (app.metric_settings).';

--
-- Name: COLUMN sources.first_touch_leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sources.first_touch_leads IS 'Leads of people who first came by it, by whatever source this lead came.';

--
-- Name: COLUMN sources.first_touch_answered; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sources.first_touch_answered IS 'Of those ever contacted.';

--
-- Name: COLUMN sources.new_people; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.sources.new_people IS 'People whose first lead of all came by it, in the period.';

--
-- Name: stage_times; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.stage_times WITH (security_invoker='false') AS
 SELECT status,
    stays,
    leads,
    ended,
    median_seconds,
    p90_seconds,
    there_now
   FROM stats.stage_times(((app.now())::date - 364), ((app.now())::date + 1), current_setting('TimeZone'::text)) m(status, stays, leads, ended, median_seconds, p90_seconds, there_now);

ALTER VIEW stats.stage_times OWNER TO leads_owner;

--
-- Name: VIEW stage_times; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.stage_times IS 'How long leads stay in each stage, from stats.stages, of the leads that came in the period. The times are of stays that ended (one that goes on may last) and whose beginning is known: a lead that was entered or imported in another stage than unread was there since nobody knows when. Between two lengths the percentile lies where a straight line would. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';

--
-- Name: COLUMN stage_times.status; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.stage_times.status IS 'The stage.';

--
-- Name: COLUMN stage_times.stays; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.stage_times.stays IS 'How often a lead was in it; more than once when it came back.';

--
-- Name: COLUMN stage_times.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.stage_times.leads IS 'How many leads were ever in it.';

--
-- Name: COLUMN stage_times.ended; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.stage_times.ended IS 'How many of the stays are over, and are known to have begun.';

--
-- Name: COLUMN stage_times.median_seconds; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.stage_times.median_seconds IS 'Half of the ended stays were no longer; NULL when none ended.';

--
-- Name: COLUMN stage_times.p90_seconds; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.stage_times.p90_seconds IS 'Nine in ten of the ended stays were no longer; NULL when none ended.';

--
-- Name: COLUMN stage_times.there_now; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.stage_times.there_now IS 'How many leads are in it now.';

--
-- Name: stages; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.stages WITH (security_invoker='false', security_barrier='true') AS
 SELECT lead_id,
    row_number() OVER moves AS place,
    status,
    entered_at,
    lead(entered_at) OVER moves AS left_at
   FROM ( SELECT l.id AS lead_id,
            0 AS number,
            COALESCE(first.from_status, l.status) AS status,
            l.created_at AS entered_at
           FROM (public.contact_leads l
             LEFT JOIN LATERAL ( SELECT c.from_status
                   FROM app.status_changes c
                  WHERE (c.lead_id = l.id)
                  ORDER BY c.number
                 LIMIT 1) first ON (true))
          WHERE ((NOT l.is_spam) AND (l.deleted_at IS NULL))
        UNION ALL
         SELECT c.lead_id,
            c.number,
            c.to_status,
            c.at
           FROM (app.status_changes c
             JOIN public.contact_leads l ON ((l.id = c.lead_id)))
          WHERE ((NOT l.is_spam) AND (l.deleted_at IS NULL))) s
  WINDOW moves AS (PARTITION BY lead_id ORDER BY number);

ALTER VIEW stats.stages OWNER TO leads_owner;

--
-- Name: VIEW stages; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.stages IS 'Each stay of each lead of the inbox in a stage: the first begins when the lead came, each next one when the one before ends, so that the stays of a lead add up to its age. A lead that was there before its moves were written down has one stay, in the stage where it was then. What was undone did not happen.';

--
-- Name: COLUMN stages.lead_id; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.stages.lead_id IS 'The lead, as in stats.leads.';

--
-- Name: COLUMN stages.place; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.stages.place IS 'Counts the stays of the lead, from 1.';

--
-- Name: COLUMN stages.status; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.stages.status IS 'The stage.';

--
-- Name: COLUMN stages.entered_at; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.stages.entered_at IS 'When the lead came into it.';

--
-- Name: COLUMN stages.left_at; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.stages.left_at IS 'When it left it; NULL while it is there.';

--
-- Name: velocity; Type: VIEW; Schema: stats; Owner: leads_owner
--

CREATE VIEW stats.velocity WITH (security_invoker='false') AS
 SELECT period,
    starts_at,
    leads,
    previous,
    change_percent
   FROM stats.velocity() m(period, starts_at, leads, previous, change_percent);

ALTER VIEW stats.velocity OWNER TO leads_owner;

--
-- Name: VIEW velocity; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON VIEW stats.velocity IS 'How many leads came in the last 24 hours, 7 and 30 times 24 hours, and how that compares with the same time before: 100 * (leads - previous) / previous percent. A period holds what came after its beginning and up to its end, so that no lead is in two of them. From an empty period there is no change in percent: NULL, not 0. Spam and what is in the trash count nowhere.';

--
-- Name: COLUMN velocity.period; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.velocity.period IS '24h, 7d or 30d: so many hours, or times 24 hours, up to now.';

--
-- Name: COLUMN velocity.starts_at; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.velocity.starts_at IS 'The leads came after this instant; those of previous came in as long a time up to it.';

--
-- Name: COLUMN velocity.leads; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.velocity.leads IS 'Leads that came in the period.';

--
-- Name: COLUMN velocity.previous; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.velocity.previous IS 'Leads that came in the period before, of the same length.';

--
-- Name: COLUMN velocity.change_percent; Type: COMMENT; Schema: stats; Owner: leads_owner
--

COMMENT ON COLUMN stats.velocity.change_percent IS '100 * (leads - previous) / previous, one place; NULL when previous is 0.';

--
-- Name: outbox outbox_occasion_key; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.outbox
    ADD CONSTRAINT outbox_occasion_key UNIQUE (occasion);

--
-- Name: queue_mail(app.mail_kind, text, bigint, text, text, timestamp with time zone); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.queue_mail(p_kind app.mail_kind, p_occasion text, p_lead_id bigint, p_recipient text, p_bundle text, p_due_at timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 INSERT INTO app.outbox (kind, occasion, lead_id, recipient, bundle, wanted_at, due_at)  SELECT queue_mail.p_kind AS p_kind,
             queue_mail.p_occasion AS p_occasion,
             queue_mail.p_lead_id AS p_lead_id,
             queue_mail.p_recipient AS p_recipient,
             queue_mail.p_bundle AS p_bundle,
             queue_mail.p_due_at AS p_due_at,
             queue_mail.p_due_at AS p_due_at
           WHERE (NOT (EXISTS ( SELECT
                    FROM app.mail_templates t
                   WHERE ((t.kind = queue_mail.p_kind) AND (NOT t.enabled))))) ON CONFLICT ON CONSTRAINT outbox_occasion_key DO NOTHING;
END;

ALTER FUNCTION app.queue_mail(p_kind app.mail_kind, p_occasion text, p_lead_id bigint, p_recipient text, p_bundle text, p_due_at timestamp with time zone) OWNER TO leads_owner;

--
-- Name: FUNCTION queue_mail(p_kind app.mail_kind, p_occasion text, p_lead_id bigint, p_recipient text, p_bundle text, p_due_at timestamp with time zone); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.queue_mail(p_kind app.mail_kind, p_occasion text, p_lead_id bigint, p_recipient text, p_bundle text, p_due_at timestamp with time zone) IS 'Puts a mail into the outbox: once for each occasion, and none of a kind that is switched off. p_recipient NULL: the team.';

--
-- Name: adoption_notes adoption_notes_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.adoption_notes
    ADD CONSTRAINT adoption_notes_pkey PRIMARY KEY (id);

--
-- Name: api_keys api_keys_key_hash_key; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.api_keys
    ADD CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash);

--
-- Name: api_keys api_keys_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

--
-- Name: audit_log audit_log_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);

--
-- Name: audit_seals audit_seals_entry_key; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.audit_seals
    ADD CONSTRAINT audit_seals_entry_key UNIQUE (entry);

--
-- Name: audit_seals audit_seals_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.audit_seals
    ADD CONSTRAINT audit_seals_pkey PRIMARY KEY (number);

--
-- Name: auto_replies auto_replies_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.auto_replies
    ADD CONSTRAINT auto_replies_pkey PRIMARY KEY (address);

--
-- Name: events events_operation_key; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.events
    ADD CONSTRAINT events_operation_key UNIQUE (operation);

--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);

--
-- Name: holidays holidays_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.holidays
    ADD CONSTRAINT holidays_pkey PRIMARY KEY (day);

--
-- Name: idempotency_keys idempotency_keys_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (lead_type, key);

--
-- Name: known_clients known_clients_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.known_clients
    ADD CONSTRAINT known_clients_pkey PRIMARY KEY (user_id, client);

--
-- Name: lead_cells lead_cells_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.lead_cells
    ADD CONSTRAINT lead_cells_pkey PRIMARY KEY (figure, starts_at, value) INCLUDE (leads, answered);

--
-- Name: lead_counts lead_counts_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.lead_counts
    ADD CONSTRAINT lead_counts_pkey PRIMARY KEY (status, lead_type, priority, is_spam, trashed);

--
-- Name: lead_search lead_search_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.lead_search
    ADD CONSTRAINT lead_search_pkey PRIMARY KEY (lead_id);

--
-- Name: login_tries login_tries_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.login_tries
    ADD CONSTRAINT login_tries_pkey PRIMARY KEY (account, client);

--
-- Name: mail_stops mail_stops_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.mail_stops
    ADD CONSTRAINT mail_stops_pkey PRIMARY KEY (address);

--
-- Name: mail_templates mail_templates_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.mail_templates
    ADD CONSTRAINT mail_templates_pkey PRIMARY KEY (kind);

--
-- Name: metric_settings metric_settings_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.metric_settings
    ADD CONSTRAINT metric_settings_pkey PRIMARY KEY (singleton);

--
-- Name: operations operations_number_key; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.operations
    ADD CONSTRAINT operations_number_key UNIQUE (number);

--
-- Name: operations operations_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (id);

--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

--
-- Name: person_key person_key_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.person_key
    ADD CONSTRAINT person_key_pkey PRIMARY KEY (singleton);

--
-- Name: recovery_codes recovery_codes_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash);

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
-- Name: saved_views saved_views_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.saved_views
    ADD CONSTRAINT saved_views_pkey PRIMARY KEY (id);

--
-- Name: second_factors second_factors_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.second_factors
    ADD CONSTRAINT second_factors_pkey PRIMARY KEY (user_id);

--
-- Name: sessions sessions_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (jti);

--
-- Name: sessions sessions_token_hash_key; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.sessions
    ADD CONSTRAINT sessions_token_hash_key UNIQUE (token_hash);

--
-- Name: sla_policies sla_policies_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.sla_policies
    ADD CONSTRAINT sla_policies_pkey PRIMARY KEY (name);

--
-- Name: sla_policies sla_policies_rank_key; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.sla_policies
    ADD CONSTRAINT sla_policies_rank_key UNIQUE (rank);

--
-- Name: status_changes status_changes_pkey; Type: CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.status_changes
    ADD CONSTRAINT status_changes_pkey PRIMARY KEY (lead_id, number);

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
-- Name: api_keys_name_key; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE UNIQUE INDEX api_keys_name_key ON app.api_keys USING btree (lower(name)) WHERE (revoked_at IS NULL);

--
-- Name: audit_log_actor; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX audit_log_actor ON app.audit_log USING btree (actor, at, id);

--
-- Name: audit_log_at; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX audit_log_at ON app.audit_log USING btree (at, id);

--
-- Name: audit_log_email_after; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX audit_log_email_after ON app.audit_log USING btree (lower((after ->> 'email'::text))) WHERE ((after ? 'email'::text) AND (table_name = 'contact_leads'::text));

--
-- Name: audit_log_email_before; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX audit_log_email_before ON app.audit_log USING btree (lower((before ->> 'email'::text))) WHERE ((before ? 'email'::text) AND (table_name = 'contact_leads'::text));

--
-- Name: audit_log_lead; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX audit_log_lead ON app.audit_log USING btree (lead_id, id);

--
-- Name: audit_log_operation; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX audit_log_operation ON app.audit_log USING btree (operation, lead_id) WHERE (operation IS NOT NULL);

--
-- Name: auto_replies_at; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX auto_replies_at ON app.auto_replies USING btree (at);

--
-- Name: erased_leads_received_on; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX erased_leads_received_on ON app.erased_leads USING btree (received_on);

--
-- Name: events_at; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX events_at ON app.events USING btree (at);

--
-- Name: idempotency_keys_created_at; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX idempotency_keys_created_at ON app.idempotency_keys USING btree (created_at);

--
-- Name: lead_cells_empty; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX lead_cells_empty ON app.lead_cells USING btree (figure) WHERE ((leads = 0) AND (answered = 0));

--
-- Name: lead_cells_largest; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX lead_cells_largest ON app.lead_cells USING btree (figure, leads DESC, value) WHERE (starts_at = '-infinity'::timestamp with time zone);

--
-- Name: lead_search_document; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX lead_search_document ON app.lead_search USING gin (document) WITH (fastupdate='on', gin_pending_list_limit='4096');

--
-- Name: lead_search_names; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX lead_search_names ON app.lead_search USING gin (names public.gin_trgm_ops) WITH (fastupdate='on', gin_pending_list_limit='4096');

--
-- Name: login_tries_last_at_idx; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX login_tries_last_at_idx ON app.login_tries USING btree (last_at);

--
-- Name: operations_open; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX operations_open ON app.operations USING btree (tx) WHERE (changed IS NULL);

--
-- Name: outbox_bundle; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX outbox_bundle ON app.outbox USING btree (bundle) WHERE ((state = 'queued'::app.mail_state) AND (bundle IS NOT NULL));

--
-- Name: outbox_due; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX outbox_due ON app.outbox USING btree (due_at, id) WHERE (state = ANY (ARRAY['queued'::app.mail_state, 'sending'::app.mail_state]));

--
-- Name: outbox_ended_at; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX outbox_ended_at ON app.outbox USING btree (ended_at) WHERE (ended_at IS NOT NULL);

--
-- Name: outbox_failed; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX outbox_failed ON app.outbox USING btree (id) WHERE (state = 'failed'::app.mail_state);

--
-- Name: outbox_lead; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX outbox_lead ON app.outbox USING btree (lead_id, id) WHERE (lead_id IS NOT NULL);

--
-- Name: outbox_provider_id; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX outbox_provider_id ON app.outbox USING btree (provider_id) WHERE (provider_id IS NOT NULL);

--
-- Name: saved_views_name_key; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE UNIQUE INDEX saved_views_name_key ON app.saved_views USING btree (lower(name));

--
-- Name: sessions_expires_at_idx; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX sessions_expires_at_idx ON app.sessions USING btree (expires_at);

--
-- Name: sessions_user_id_idx; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX sessions_user_id_idx ON app.sessions USING btree (user_id);

--
-- Name: status_changes_back; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX status_changes_back ON app.status_changes USING btree (lead_id) WHERE ((to_status = 'unread'::public.lead_status) OR (from_status = 'archived'::public.lead_status));

--
-- Name: users_username_key; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE UNIQUE INDEX users_username_key ON app.users USING btree (lower(username));

--
-- Name: contact_leads_follow_up; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX contact_leads_follow_up ON public.contact_leads USING btree (follow_up_date) WHERE (follow_up_date IS NOT NULL);

--
-- Name: idx_contact_leads_created_at; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_created_at ON public.contact_leads USING btree (created_at DESC, id DESC);

--
-- Name: idx_contact_leads_email; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_email ON public.contact_leads USING btree (lower(email));

--
-- Name: idx_contact_leads_lead_type; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_lead_type ON public.contact_leads USING btree (lead_type, created_at DESC, id DESC);

--
-- Name: idx_contact_leads_priority; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_priority ON public.contact_leads USING btree (priority, created_at DESC, id DESC);

--
-- Name: idx_contact_leads_role; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_role ON public.contact_leads USING btree (role);

--
-- Name: idx_contact_leads_spam; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_spam ON public.contact_leads USING btree (created_at DESC, id DESC) WHERE is_spam;

--
-- Name: idx_contact_leads_status; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_status ON public.contact_leads USING btree (status, created_at DESC, id DESC);

--
-- Name: idx_contact_leads_trash; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_trash ON public.contact_leads USING btree (created_at DESC, id DESC) WHERE (deleted_at IS NOT NULL);

--
-- Name: idx_contact_leads_updated_at; Type: INDEX; Schema: public; Owner: leads_owner
--

CREATE INDEX idx_contact_leads_updated_at ON public.contact_leads USING btree (updated_at);

--
-- Name: api_keys api_keys_audit_truncate; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER api_keys_audit_truncate AFTER TRUNCATE ON app.api_keys FOR EACH STATEMENT EXECUTE FUNCTION app.audit_user();

--
-- Name: TRIGGER api_keys_audit_truncate ON api_keys; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER api_keys_audit_truncate ON app.api_keys IS 'Who removed all API keys.';

--
-- Name: api_keys api_keys_audit_update; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER api_keys_audit_update AFTER UPDATE ON app.api_keys FOR EACH ROW EXECUTE FUNCTION app.audit_user();

--
-- Name: TRIGGER api_keys_audit_update ON api_keys; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER api_keys_audit_update ON app.api_keys IS 'Who changed an API key, and what.';

--
-- Name: api_keys api_keys_audit_write; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER api_keys_audit_write AFTER INSERT OR DELETE ON app.api_keys FOR EACH ROW EXECUTE FUNCTION app.audit_user();

--
-- Name: TRIGGER api_keys_audit_write ON api_keys; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER api_keys_audit_write ON app.api_keys IS 'Who made or removed an API key.';

--
-- Name: audit_log audit_log_append_only; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER audit_log_append_only BEFORE DELETE OR TRUNCATE ON app.audit_log FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_audit_change();

--
-- Name: TRIGGER audit_log_append_only ON audit_log; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER audit_log_append_only ON app.audit_log IS 'What was written stays: nothing removes a row, not even the owner. (Whoever owns the table can disable a trigger; the seals tell of it.)';

--
-- Name: audit_log audit_log_erasure; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER audit_log_erasure BEFORE UPDATE ON app.audit_log FOR EACH ROW EXECUTE FUNCTION app.allow_erasure();

--
-- Name: TRIGGER audit_log_erasure ON audit_log; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER audit_log_erasure ON app.audit_log IS 'Nothing changes an entry, not even the owner; its values alone go when a person is erased.';

--
-- Name: audit_seals audit_seals_append_only; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER audit_seals_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON app.audit_seals FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_audit_change();

--
-- Name: TRIGGER audit_seals_append_only ON audit_seals; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER audit_seals_append_only ON app.audit_seals IS 'What was sealed stays sealed.';

--
-- Name: holidays holidays_audit_truncate; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER holidays_audit_truncate AFTER TRUNCATE ON app.holidays FOR EACH STATEMENT EXECUTE FUNCTION app.audit_setting();

--
-- Name: TRIGGER holidays_audit_truncate ON holidays; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER holidays_audit_truncate ON app.holidays IS 'Who removed all holidays.';

--
-- Name: holidays holidays_audit_write; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER holidays_audit_write AFTER INSERT OR DELETE OR UPDATE ON app.holidays FOR EACH ROW EXECUTE FUNCTION app.audit_setting('day');

--
-- Name: TRIGGER holidays_audit_write ON holidays; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER holidays_audit_write ON app.holidays IS 'Who changed which days are holidays.';

--
-- Name: mail_templates mail_templates_audit_truncate; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER mail_templates_audit_truncate AFTER TRUNCATE ON app.mail_templates FOR EACH STATEMENT EXECUTE FUNCTION app.audit_setting();

--
-- Name: TRIGGER mail_templates_audit_truncate ON mail_templates; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER mail_templates_audit_truncate ON app.mail_templates IS 'Who took back all that was changed of the mails.';

--
-- Name: mail_templates mail_templates_audit_write; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER mail_templates_audit_write AFTER INSERT OR DELETE OR UPDATE ON app.mail_templates FOR EACH ROW EXECUTE FUNCTION app.audit_setting('kind');

--
-- Name: TRIGGER mail_templates_audit_write ON mail_templates; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER mail_templates_audit_write ON app.mail_templates IS 'Who changed what mails say.';

--
-- Name: mail_templates mail_templates_updated_at; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER mail_templates_updated_at BEFORE UPDATE ON app.mail_templates FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION app.set_updated_at();

--
-- Name: TRIGGER mail_templates_updated_at ON mail_templates; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER mail_templates_updated_at ON app.mail_templates IS 'updated_at follows every real change of the template.';

--
-- Name: metric_settings metric_settings_audit_truncate; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER metric_settings_audit_truncate AFTER TRUNCATE ON app.metric_settings FOR EACH STATEMENT EXECUTE FUNCTION app.audit_setting();

--
-- Name: TRIGGER metric_settings_audit_truncate ON metric_settings; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER metric_settings_audit_truncate ON app.metric_settings IS 'Who removed the settings of the numbers.';

--
-- Name: metric_settings metric_settings_audit_write; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER metric_settings_audit_write AFTER INSERT OR DELETE OR UPDATE ON app.metric_settings FOR EACH ROW EXECUTE FUNCTION app.audit_setting('only');

--
-- Name: TRIGGER metric_settings_audit_write ON metric_settings; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER metric_settings_audit_write ON app.metric_settings IS 'Who changed what counts as qualified.';

--
-- Name: recovery_codes recovery_codes_audit_update; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER recovery_codes_audit_update AFTER UPDATE ON app.recovery_codes FOR EACH ROW WHEN (((old.used_at IS NULL) AND (new.used_at IS NOT NULL))) EXECUTE FUNCTION app.audit_second_factor();

--
-- Name: TRIGGER recovery_codes_audit_update ON recovery_codes; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER recovery_codes_audit_update ON app.recovery_codes IS 'When somebody logged in by a recovery code.';

--
-- Name: saved_views saved_views_limit; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER saved_views_limit AFTER INSERT ON app.saved_views FOR EACH STATEMENT EXECUTE FUNCTION app.limit_saved_views();

--
-- Name: TRIGGER saved_views_limit ON saved_views; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER saved_views_limit ON app.saved_views IS 'There are at most 200 views.';

--
-- Name: saved_views saved_views_updated_at; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER saved_views_updated_at BEFORE UPDATE ON app.saved_views FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION app.set_updated_at();

--
-- Name: TRIGGER saved_views_updated_at ON saved_views; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER saved_views_updated_at ON app.saved_views IS 'updated_at follows every real change of the view.';

--
-- Name: second_factors second_factors_audit_delete; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER second_factors_audit_delete AFTER DELETE ON app.second_factors FOR EACH ROW WHEN ((old.confirmed_at IS NOT NULL)) EXECUTE FUNCTION app.audit_second_factor();

--
-- Name: TRIGGER second_factors_audit_delete ON second_factors; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER second_factors_audit_delete ON app.second_factors IS 'When a second factor was turned off, and by whom.';

--
-- Name: second_factors second_factors_audit_update; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER second_factors_audit_update AFTER UPDATE ON app.second_factors FOR EACH ROW WHEN (((old.confirmed_at IS NULL) AND (new.confirmed_at IS NOT NULL))) EXECUTE FUNCTION app.audit_second_factor();

--
-- Name: TRIGGER second_factors_audit_update ON second_factors; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER second_factors_audit_update ON app.second_factors IS 'When somebody turned on a second factor.';

--
-- Name: sla_policies sla_policies_audit_truncate; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER sla_policies_audit_truncate AFTER TRUNCATE ON app.sla_policies FOR EACH STATEMENT EXECUTE FUNCTION app.audit_setting();

--
-- Name: TRIGGER sla_policies_audit_truncate ON sla_policies; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER sla_policies_audit_truncate ON app.sla_policies IS 'Who removed all SLA policies.';

--
-- Name: sla_policies sla_policies_audit_write; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER sla_policies_audit_write AFTER INSERT OR DELETE OR UPDATE ON app.sla_policies FOR EACH ROW EXECUTE FUNCTION app.audit_setting('name');

--
-- Name: TRIGGER sla_policies_audit_write ON sla_policies; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER sla_policies_audit_write ON app.sla_policies IS 'Who changed which SLA policies there are.';

--
-- Name: status_moves status_moves_audit_truncate; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER status_moves_audit_truncate AFTER TRUNCATE ON app.status_moves FOR EACH STATEMENT EXECUTE FUNCTION app.audit_setting();

--
-- Name: TRIGGER status_moves_audit_truncate ON status_moves; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER status_moves_audit_truncate ON app.status_moves IS 'Who removed all allowed moves.';

--
-- Name: status_moves status_moves_audit_write; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER status_moves_audit_write AFTER INSERT OR DELETE OR UPDATE ON app.status_moves FOR EACH ROW EXECUTE FUNCTION app.audit_setting();

--
-- Name: TRIGGER status_moves_audit_write ON status_moves; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER status_moves_audit_write ON app.status_moves IS 'Who changed which moves are allowed.';

--
-- Name: users users_audit_truncate; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER users_audit_truncate AFTER TRUNCATE ON app.users FOR EACH STATEMENT EXECUTE FUNCTION app.audit_user();

--
-- Name: TRIGGER users_audit_truncate ON users; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER users_audit_truncate ON app.users IS 'Who removed all users.';

--
-- Name: users users_audit_update; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER users_audit_update AFTER UPDATE ON app.users FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION app.audit_user();

--
-- Name: TRIGGER users_audit_update ON users; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER users_audit_update ON app.users IS 'Who changed a user, and what.';

--
-- Name: users users_audit_write; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER users_audit_write AFTER INSERT OR DELETE ON app.users FOR EACH ROW EXECUTE FUNCTION app.audit_user();

--
-- Name: TRIGGER users_audit_write ON users; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER users_audit_write ON app.users IS 'Who added or removed a user.';

--
-- Name: users users_sessions_delete; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER users_sessions_delete BEFORE DELETE ON app.users FOR EACH ROW EXECUTE FUNCTION app.end_sessions();

--
-- Name: TRIGGER users_sessions_delete ON users; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER users_sessions_delete ON app.users IS 'Who is removed is logged out everywhere; before the sessions go with the user.';

--
-- Name: users users_sessions_truncate; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER users_sessions_truncate BEFORE TRUNCATE ON app.users FOR EACH STATEMENT EXECUTE FUNCTION app.end_sessions();

--
-- Name: TRIGGER users_sessions_truncate ON users; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER users_sessions_truncate ON app.users IS 'When all users are removed, all are logged out.';

--
-- Name: users users_sessions_update; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER users_sessions_update AFTER UPDATE ON app.users FOR EACH ROW WHEN (((((old.username IS DISTINCT FROM new.username) OR (old.password_hash IS DISTINCT FROM new.password_hash)) OR (old.role IS DISTINCT FROM new.role)) OR (old.disabled_at IS DISTINCT FROM new.disabled_at))) EXECUTE FUNCTION app.end_sessions();

--
-- Name: TRIGGER users_sessions_update ON users; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER users_sessions_update ON app.users IS 'Who is disabled, or has another password, role or name, is logged out everywhere.';

--
-- Name: users users_updated_at; Type: TRIGGER; Schema: app; Owner: leads_owner
--

CREATE TRIGGER users_updated_at BEFORE UPDATE ON app.users FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION app.set_updated_at();

--
-- Name: TRIGGER users_updated_at ON users; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TRIGGER users_updated_at ON app.users IS 'updated_at follows every real change of the user.';

--
-- Name: contact_leads contact_leads_audit_delete; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_audit_delete AFTER DELETE ON public.contact_leads FOR EACH ROW EXECUTE FUNCTION app.audit_lead();

--
-- Name: TRIGGER contact_leads_audit_delete ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_audit_delete ON public.contact_leads IS 'Who deleted a lead, and all that it was.';

--
-- Name: contact_leads contact_leads_audit_insert; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_audit_insert AFTER INSERT ON public.contact_leads FOR EACH ROW EXECUTE FUNCTION app.audit_lead();

--
-- Name: TRIGGER contact_leads_audit_insert ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_audit_insert ON public.contact_leads IS 'Who stored a lead, and all of it.';

--
-- Name: contact_leads contact_leads_audit_truncate; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_audit_truncate AFTER TRUNCATE ON public.contact_leads FOR EACH STATEMENT EXECUTE FUNCTION app.audit_lead();

--
-- Name: TRIGGER contact_leads_audit_truncate ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_audit_truncate ON public.contact_leads IS 'Who emptied the table; what was in it, the log says until then.';

--
-- Name: contact_leads contact_leads_audit_update; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_audit_update AFTER UPDATE ON public.contact_leads FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION app.audit_lead();

--
-- Name: TRIGGER contact_leads_audit_update ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_audit_update ON public.contact_leads IS 'Who changed a lead, and what of it.';

--
-- Name: contact_leads contact_leads_lifecycle; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_lifecycle BEFORE UPDATE OF status ON public.contact_leads FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION app.follow_lead_lifecycle();

--
-- Name: TRIGGER contact_leads_lifecycle ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_lifecycle ON public.contact_leads IS 'The lifecycle unread, processing, contacted, archived. It runs before trigger_contact_leads_updated_at: triggers run in the order of their names.';

--
-- Name: contact_leads contact_leads_mail_insert; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_mail_insert AFTER INSERT ON public.contact_leads FOR EACH ROW WHEN ((new.priority = ANY (ARRAY['high'::public.lead_priority, 'urgent'::public.lead_priority]))) EXECUTE FUNCTION app.queue_lead_mail();

--
-- Name: TRIGGER contact_leads_mail_insert ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_mail_insert ON public.contact_leads IS 'The team is told at once of what comes with a high priority.';

--
-- Name: contact_leads contact_leads_mail_update; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_mail_update AFTER UPDATE OF priority, is_spam ON public.contact_leads FOR EACH ROW WHEN (((new.priority > old.priority) OR (old.is_spam AND (NOT new.is_spam)))) EXECUTE FUNCTION app.queue_lead_mail();

--
-- Name: TRIGGER contact_leads_mail_update ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_mail_update ON public.contact_leads IS 'The team is told at once of what gets a high priority; what turns out to be no spam is answered.';

--
-- Name: contact_leads contact_leads_search_insert; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_search_insert AFTER INSERT ON public.contact_leads FOR EACH ROW EXECUTE FUNCTION app.keep_search();

--
-- Name: TRIGGER contact_leads_search_insert ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_search_insert ON public.contact_leads IS 'A new lead can be found at once.';

--
-- Name: contact_leads contact_leads_search_update; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_search_update AFTER UPDATE OF name, company, email, subject, message ON public.contact_leads FOR EACH ROW WHEN ((((((old.name IS DISTINCT FROM new.name) OR (old.company IS DISTINCT FROM new.company)) OR (old.email IS DISTINCT FROM new.email)) OR (old.subject IS DISTINCT FROM new.subject)) OR (old.message IS DISTINCT FROM new.message))) EXECUTE FUNCTION app.keep_search();

--
-- Name: TRIGGER contact_leads_search_update ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_search_update ON public.contact_leads IS 'A corrected lead is found by its new words. A change of status, priority, notes or tags costs nothing here.';

--
-- Name: contact_leads contact_leads_totals_delete; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_totals_delete AFTER DELETE ON public.contact_leads REFERENCING OLD TABLE AS old_leads FOR EACH STATEMENT EXECUTE FUNCTION app.count_leads();

--
-- Name: TRIGGER contact_leads_totals_delete ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_totals_delete ON public.contact_leads IS 'An erased lead counts no more.';

--
-- Name: contact_leads contact_leads_totals_insert; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_totals_insert AFTER INSERT ON public.contact_leads REFERENCING NEW TABLE AS new_leads FOR EACH STATEMENT EXECUTE FUNCTION app.count_leads();

--
-- Name: TRIGGER contact_leads_totals_insert ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_totals_insert ON public.contact_leads IS 'New leads count at once.';

--
-- Name: contact_leads contact_leads_totals_truncate; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_totals_truncate AFTER TRUNCATE ON public.contact_leads FOR EACH STATEMENT EXECUTE FUNCTION app.count_leads();

--
-- Name: TRIGGER contact_leads_totals_truncate ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_totals_truncate ON public.contact_leads IS 'An emptied table has totals of nothing.';

--
-- Name: contact_leads contact_leads_totals_update; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER contact_leads_totals_update AFTER UPDATE ON public.contact_leads REFERENCING OLD TABLE AS old_leads NEW TABLE AS new_leads FOR EACH STATEMENT EXECUTE FUNCTION app.count_leads();

--
-- Name: TRIGGER contact_leads_totals_update ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER contact_leads_totals_update ON public.contact_leads IS 'A lead that moves counts where it is now. Of an UPDATE only the difference is written.';

--
-- Name: contact_leads trigger_contact_leads_updated_at; Type: TRIGGER; Schema: public; Owner: leads_owner
--

CREATE TRIGGER trigger_contact_leads_updated_at BEFORE UPDATE ON public.contact_leads FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION app.set_version();

--
-- Name: TRIGGER trigger_contact_leads_updated_at ON contact_leads; Type: COMMENT; Schema: public; Owner: leads_owner
--

COMMENT ON TRIGGER trigger_contact_leads_updated_at ON public.contact_leads IS 'updated_at and version follow every real change of the row; an update that changes nothing leaves them.';

--
-- Name: adoption_notes adoption_notes_lead_id_fkey; Type: FK CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.adoption_notes
    ADD CONSTRAINT adoption_notes_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.contact_leads(id) ON DELETE CASCADE;

--
-- Name: known_clients known_clients_user_id_fkey; Type: FK CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.known_clients
    ADD CONSTRAINT known_clients_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE;

--
-- Name: lead_search lead_search_lead_id_fkey; Type: FK CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.lead_search
    ADD CONSTRAINT lead_search_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.contact_leads(id) ON UPDATE CASCADE ON DELETE CASCADE;

--
-- Name: operations operations_undoes_fkey; Type: FK CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.operations
    ADD CONSTRAINT operations_undoes_fkey FOREIGN KEY (undoes) REFERENCES app.operations(id);

--
-- Name: operations operations_undone_by_fkey; Type: FK CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.operations
    ADD CONSTRAINT operations_undone_by_fkey FOREIGN KEY (undone_by) REFERENCES app.operations(id);

--
-- Name: recovery_codes recovery_codes_user_id_fkey; Type: FK CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.recovery_codes
    ADD CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE;

--
-- Name: second_factors second_factors_user_id_fkey; Type: FK CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.second_factors
    ADD CONSTRAINT second_factors_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE;

--
-- Name: sessions sessions_user_id_fkey; Type: FK CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE;

--
-- Name: status_changes status_changes_lead_id_fkey; Type: FK CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.status_changes
    ADD CONSTRAINT status_changes_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.contact_leads(id) ON UPDATE CASCADE ON DELETE CASCADE;

--
-- Name: SCHEMA api; Type: ACL; Schema: -; Owner: leads_owner
--

GRANT USAGE ON SCHEMA api TO leads_admin;
GRANT USAGE ON SCHEMA api TO leads_editor;
GRANT USAGE ON SCHEMA api TO leads_viewer;
GRANT USAGE ON SCHEMA api TO leads_analyst;

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
-- Name: SCHEMA stats; Type: ACL; Schema: -; Owner: leads_owner
--

GRANT USAGE ON SCHEMA stats TO leads_admin;
GRANT USAGE ON SCHEMA stats TO leads_analyst;
GRANT USAGE ON SCHEMA stats TO leads_editor;
GRANT USAGE ON SCHEMA stats TO leads_viewer;

--
-- Name: FUNCTION act_as(p_actor text, p_role text, p_request_id uuid, p_operation uuid); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.act_as(p_actor text, p_role text, p_request_id uuid, p_operation uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.act_as(p_actor text, p_role text, p_request_id uuid, p_operation uuid) TO leads_editor;
GRANT ALL ON FUNCTION app.act_as(p_actor text, p_role text, p_request_id uuid, p_operation uuid) TO leads_admin;

--
-- Name: FUNCTION allow_erasure(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.allow_erasure() FROM PUBLIC;

--
-- Name: FUNCTION now(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.now() FROM PUBLIC;
GRANT ALL ON FUNCTION app.now() TO leads_viewer;
GRANT ALL ON FUNCTION app.now() TO leads_editor;
GRANT ALL ON FUNCTION app.now() TO leads_admin;
GRANT ALL ON FUNCTION app.now() TO leads_analyst;

--
-- Name: FUNCTION tags_valid(p_tags text[]); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.tags_valid(p_tags text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app.tags_valid(p_tags text[]) TO leads_editor;
GRANT ALL ON FUNCTION app.tags_valid(p_tags text[]) TO leads_admin;

--
-- Name: TABLE contact_leads; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT SELECT ON TABLE public.contact_leads TO leads_viewer;
GRANT SELECT,INSERT ON TABLE public.contact_leads TO leads_editor;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.contact_leads TO leads_admin;

--
-- Name: COLUMN contact_leads.name; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(name) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.email; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(email) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.subject; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(subject) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.message; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(message) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.company; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(company) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.phone; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(phone) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.lead_type; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(lead_type) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.status; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(status) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.priority; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(priority) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.metadata; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(metadata) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.flagged; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(flagged) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.role; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(role) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.form_type; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(form_type) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.quality_score; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(quality_score) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.internal_notes; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(internal_notes) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.tags; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(tags) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.contact_history; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(contact_history) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.follow_up_date; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(follow_up_date) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.last_contacted; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(last_contacted) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.first_response_at; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(first_response_at) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.source; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(source) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.consent; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(consent) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.is_spam; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(is_spam) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: COLUMN contact_leads.assignee; Type: ACL; Schema: public; Owner: leads_owner
--

GRANT UPDATE(assignee) ON TABLE public.contact_leads TO leads_editor;

--
-- Name: FUNCTION answer_lead(p_lead public.contact_leads); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.answer_lead(p_lead public.contact_leads) FROM PUBLIC;

--
-- Name: FUNCTION assignable_users(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.assignable_users() FROM PUBLIC;
GRANT ALL ON FUNCTION app.assignable_users() TO leads_viewer;
GRANT ALL ON FUNCTION app.assignable_users() TO leads_editor;
GRANT ALL ON FUNCTION app.assignable_users() TO leads_admin;

--
-- Name: FUNCTION audit_changes(p_before jsonb, p_after jsonb); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.audit_changes(p_before jsonb, p_after jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app.audit_changes(p_before jsonb, p_after jsonb) TO leads_admin;

--
-- Name: FUNCTION audit_lead(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.audit_lead() FROM PUBLIC;

--
-- Name: FUNCTION audit_second_factor(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.audit_second_factor() FROM PUBLIC;

--
-- Name: FUNCTION audit_setting(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.audit_setting() FROM PUBLIC;

--
-- Name: TABLE audit_log; Type: ACL; Schema: app; Owner: leads_owner
--

GRANT SELECT ON TABLE app.audit_log TO leads_admin;

--
-- Name: FUNCTION audit_story(p_entry app.audit_log); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.audit_story(p_entry app.audit_log) FROM PUBLIC;
GRANT ALL ON FUNCTION app.audit_story(p_entry app.audit_log) TO leads_admin;

--
-- Name: FUNCTION audit_user(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.audit_user() FROM PUBLIC;

--
-- Name: FUNCTION begin_operation(p_kind text, p_changes jsonb, p_selected text, p_undoes uuid, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.begin_operation(p_kind text, p_changes jsonb, p_selected text, p_undoes uuid, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.begin_operation(p_kind text, p_changes jsonb, p_selected text, p_undoes uuid, p_actor text, p_role text, p_request_id uuid) TO leads_editor;
GRANT ALL ON FUNCTION app.begin_operation(p_kind text, p_changes jsonb, p_selected text, p_undoes uuid, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION bin_percentile(p_bins integer[], p_leads bigint[], p_share numeric); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.bin_percentile(p_bins integer[], p_leads bigint[], p_share numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION app.bin_percentile(p_bins integer[], p_leads bigint[], p_share numeric) TO leads_viewer;
GRANT ALL ON FUNCTION app.bin_percentile(p_bins integer[], p_leads bigint[], p_share numeric) TO leads_editor;
GRANT ALL ON FUNCTION app.bin_percentile(p_bins integer[], p_leads bigint[], p_share numeric) TO leads_admin;

--
-- Name: FUNCTION bin_seconds(p_bin integer); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.bin_seconds(p_bin integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app.bin_seconds(p_bin integer) TO leads_viewer;
GRANT ALL ON FUNCTION app.bin_seconds(p_bin integer) TO leads_editor;
GRANT ALL ON FUNCTION app.bin_seconds(p_bin integer) TO leads_admin;

--
-- Name: FUNCTION bucket_figures(p_starts timestamp with time zone[]); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.bucket_figures(p_starts timestamp with time zone[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app.bucket_figures(p_starts timestamp with time zone[]) TO leads_viewer;
GRANT ALL ON FUNCTION app.bucket_figures(p_starts timestamp with time zone[]) TO leads_editor;
GRANT ALL ON FUNCTION app.bucket_figures(p_starts timestamp with time zone[]) TO leads_admin;

--
-- Name: FUNCTION bucket_starts(p_bucket text, p_count integer, p_time_zone text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.bucket_starts(p_bucket text, p_count integer, p_time_zone text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.bucket_starts(p_bucket text, p_count integer, p_time_zone text) TO leads_viewer;
GRANT ALL ON FUNCTION app.bucket_starts(p_bucket text, p_count integer, p_time_zone text) TO leads_editor;
GRANT ALL ON FUNCTION app.bucket_starts(p_bucket text, p_count integer, p_time_zone text) TO leads_admin;

--
-- Name: FUNCTION calendar(p_bucket text, p_from date, p_to date, p_tz text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.calendar(p_bucket text, p_from date, p_to date, p_tz text) FROM PUBLIC;

--
-- Name: FUNCTION chain_hash(p_previous bytea, p_number bigint, p_digest bytea); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.chain_hash(p_previous bytea, p_number bigint, p_digest bytea) FROM PUBLIC;

--
-- Name: FUNCTION check_mail_kind(p_kind text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.check_mail_kind(p_kind text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.check_mail_kind(p_kind text) TO leads_admin;

--
-- Name: FUNCTION check_query(p_query text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.check_query(p_query text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.check_query(p_query text) TO leads_viewer;
GRANT ALL ON FUNCTION app.check_query(p_query text) TO leads_editor;
GRANT ALL ON FUNCTION app.check_query(p_query text) TO leads_admin;

--
-- Name: FUNCTION check_role(p_role text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.check_role(p_role text) FROM PUBLIC;

--
-- Name: FUNCTION count_leads(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.count_leads() FROM PUBLIC;

--
-- Name: TABLE lead_totals; Type: ACL; Schema: app; Owner: leads_owner
--

GRANT SELECT ON TABLE app.lead_totals TO leads_admin;
GRANT SELECT ON TABLE app.lead_totals TO leads_editor;
GRANT SELECT ON TABLE app.lead_totals TO leads_viewer;

--
-- Name: FUNCTION digest(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.digest() FROM PUBLIC;

--
-- Name: FUNCTION end_operation(p_id uuid, p_changed bigint, p_skipped bigint); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.end_operation(p_id uuid, p_changed bigint, p_skipped bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app.end_operation(p_id uuid, p_changed bigint, p_skipped bigint) TO leads_editor;
GRANT ALL ON FUNCTION app.end_operation(p_id uuid, p_changed bigint, p_skipped bigint) TO leads_admin;

--
-- Name: FUNCTION end_sessions(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.end_sessions() FROM PUBLIC;

--
-- Name: FUNCTION entry_digest(p_entry app.audit_log, p_values_digest bytea); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.entry_digest(p_entry app.audit_log, p_values_digest bytea) FROM PUBLIC;

--
-- Name: FUNCTION erase_leads(p_ids bigint[], p_kind text, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.erase_leads(p_ids bigint[], p_kind text, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION etag(p_id bigint, p_version integer); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.etag(p_id bigint, p_version integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app.etag(p_id bigint, p_version integer) TO leads_viewer;
GRANT ALL ON FUNCTION app.etag(p_id bigint, p_version integer) TO leads_editor;
GRANT ALL ON FUNCTION app.etag(p_id bigint, p_version integer) TO leads_admin;

--
-- Name: FUNCTION figure_differences(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.figure_differences() FROM PUBLIC;

--
-- Name: FUNCTION figures_of(p_slot timestamp with time zone, p_lead_type public.lead_type, p_status public.lead_status, p_source text, p_role text, p_response_bin integer); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.figures_of(p_slot timestamp with time zone, p_lead_type public.lead_type, p_status public.lead_status, p_source text, p_role text, p_response_bin integer) FROM PUBLIC;

--
-- Name: FUNCTION fold(p_text text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.fold(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.fold(p_text text) TO leads_viewer;
GRANT ALL ON FUNCTION app.fold(p_text text) TO leads_editor;
GRANT ALL ON FUNCTION app.fold(p_text text) TO leads_admin;

--
-- Name: FUNCTION fold_figures(p_limit integer); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.fold_figures(p_limit integer) FROM PUBLIC;

--
-- Name: FUNCTION follow_lead_lifecycle(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.follow_lead_lifecycle() FROM PUBLIC;

--
-- Name: FUNCTION funnel(p_starts timestamp with time zone[]); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.funnel(p_starts timestamp with time zone[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app.funnel(p_starts timestamp with time zone[]) TO leads_viewer;
GRANT ALL ON FUNCTION app.funnel(p_starts timestamp with time zone[]) TO leads_editor;
GRANT ALL ON FUNCTION app.funnel(p_starts timestamp with time zone[]) TO leads_admin;

--
-- Name: FUNCTION is_plain_query(p_query text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.is_plain_query(p_query text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.is_plain_query(p_query text) TO leads_viewer;
GRANT ALL ON FUNCTION app.is_plain_query(p_query text) TO leads_editor;
GRANT ALL ON FUNCTION app.is_plain_query(p_query text) TO leads_admin;

--
-- Name: FUNCTION is_time_zone(p_name text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.is_time_zone(p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.is_time_zone(p_name text) TO leads_viewer;
GRANT ALL ON FUNCTION app.is_time_zone(p_name text) TO leads_editor;
GRANT ALL ON FUNCTION app.is_time_zone(p_name text) TO leads_admin;

--
-- Name: FUNCTION keep_search(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.keep_search() FROM PUBLIC;

--
-- Name: FUNCTION largest_figures(p_figure app.figure, p_limit integer); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.largest_figures(p_figure app.figure, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app.largest_figures(p_figure app.figure, p_limit integer) TO leads_viewer;
GRANT ALL ON FUNCTION app.largest_figures(p_figure app.figure, p_limit integer) TO leads_editor;
GRANT ALL ON FUNCTION app.largest_figures(p_figure app.figure, p_limit integer) TO leads_admin;

--
-- Name: FUNCTION lead_for_mail(p_lead public.contact_leads, p_to_team boolean); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.lead_for_mail(p_lead public.contact_leads, p_to_team boolean) FROM PUBLIC;

--
-- Name: FUNCTION lead_to_change(p_id bigint, p_if_match text, p_trashed_too boolean); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.lead_to_change(p_id bigint, p_if_match text, p_trashed_too boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION app.lead_to_change(p_id bigint, p_if_match text, p_trashed_too boolean) TO leads_editor;
GRANT ALL ON FUNCTION app.lead_to_change(p_id bigint, p_if_match text, p_trashed_too boolean) TO leads_admin;

--
-- Name: FUNCTION lexeme(p_text text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.lexeme(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.lexeme(p_text text) TO leads_viewer;
GRANT ALL ON FUNCTION app.lexeme(p_text text) TO leads_editor;
GRANT ALL ON FUNCTION app.lexeme(p_text text) TO leads_admin;

--
-- Name: FUNCTION limit_saved_views(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.limit_saved_views() FROM PUBLIC;

--
-- Name: FUNCTION local_start(p_local timestamp without time zone, p_time_zone text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.local_start(p_local timestamp without time zone, p_time_zone text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.local_start(p_local timestamp without time zone, p_time_zone text) TO leads_viewer;
GRANT ALL ON FUNCTION app.local_start(p_local timestamp without time zone, p_time_zone text) TO leads_editor;
GRANT ALL ON FUNCTION app.local_start(p_local timestamp without time zone, p_time_zone text) TO leads_admin;

--
-- Name: FUNCTION login_delay(p_failures integer, p_free integer, p_longest integer); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.login_delay(p_failures integer, p_free integer, p_longest integer) FROM PUBLIC;

--
-- Name: FUNCTION mail_as_json(p_mail app.outbox); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.mail_as_json(p_mail app.outbox) FROM PUBLIC;

--
-- Name: FUNCTION mailbox_of(p_email text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.mailbox_of(p_email text) FROM PUBLIC;

--
-- Name: FUNCTION matching_leads(p_query text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.matching_leads(p_query text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.matching_leads(p_query text) TO leads_viewer;
GRANT ALL ON FUNCTION app.matching_leads(p_query text) TO leads_editor;
GRANT ALL ON FUNCTION app.matching_leads(p_query text) TO leads_admin;

--
-- Name: TABLE operations; Type: ACL; Schema: app; Owner: leads_owner
--

GRANT SELECT ON TABLE app.operations TO leads_admin;
GRANT SELECT ON TABLE app.operations TO leads_editor;

--
-- Name: FUNCTION note_events(p_after bigint); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.note_events(p_after bigint) FROM PUBLIC;

--
-- Name: FUNCTION open_operation(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.open_operation() FROM PUBLIC;

--
-- Name: FUNCTION period_figures(p_figure app.figure, p_starts timestamp with time zone[]); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.period_figures(p_figure app.figure, p_starts timestamp with time zone[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app.period_figures(p_figure app.figure, p_starts timestamp with time zone[]) TO leads_viewer;
GRANT ALL ON FUNCTION app.period_figures(p_figure app.figure, p_starts timestamp with time zone[]) TO leads_editor;
GRANT ALL ON FUNCTION app.period_figures(p_figure app.figure, p_starts timestamp with time zone[]) TO leads_admin;

--
-- Name: FUNCTION plain(p_text text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.plain(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.plain(p_text text) TO leads_viewer;
GRANT ALL ON FUNCTION app.plain(p_text text) TO leads_editor;
GRANT ALL ON FUNCTION app.plain(p_text text) TO leads_admin;

--
-- Name: FUNCTION queue_lead_mail(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.queue_lead_mail() FROM PUBLIC;

--
-- Name: FUNCTION read_fields(p_sent jsonb, p_takes text[], p_needs text[]); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.read_fields(p_sent jsonb, p_takes text[], p_needs text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app.read_fields(p_sent jsonb, p_takes text[], p_needs text[]) TO leads_editor;
GRANT ALL ON FUNCTION app.read_fields(p_sent jsonb, p_takes text[], p_needs text[]) TO leads_admin;

--
-- Name: FUNCTION read_instant(p_text text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.read_instant(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.read_instant(p_text text) TO leads_viewer;
GRANT ALL ON FUNCTION app.read_instant(p_text text) TO leads_editor;
GRANT ALL ON FUNCTION app.read_instant(p_text text) TO leads_admin;

--
-- Name: FUNCTION rebuild_figures(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.rebuild_figures() FROM PUBLIC;

--
-- Name: FUNCTION refuse_audit_change(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.refuse_audit_change() FROM PUBLIC;

--
-- Name: FUNCTION refuse_field(p_field text, p_message text, p_allowed text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.refuse_field(p_field text, p_message text, p_allowed text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.refuse_field(p_field text, p_message text, p_allowed text) TO leads_viewer;
GRANT ALL ON FUNCTION app.refuse_field(p_field text, p_message text, p_allowed text) TO leads_editor;
GRANT ALL ON FUNCTION app.refuse_field(p_field text, p_message text, p_allowed text) TO leads_admin;

--
-- Name: FUNCTION response_bin(p_created_at timestamp with time zone, p_answered_at timestamp with time zone); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.response_bin(p_created_at timestamp with time zone, p_answered_at timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION revoke_sessions(p_user_id bigint, p_jti uuid); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.revoke_sessions(p_user_id bigint, p_jti uuid) FROM PUBLIC;

--
-- Name: FUNCTION search_document(p_name text, p_company text, p_email text, p_subject text, p_message text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.search_document(p_name text, p_company text, p_email text, p_subject text, p_message text) FROM PUBLIC;

--
-- Name: FUNCTION words(p_text text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.words(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.words(p_text text) TO leads_viewer;
GRANT ALL ON FUNCTION app.words(p_text text) TO leads_editor;
GRANT ALL ON FUNCTION app.words(p_text text) TO leads_admin;

--
-- Name: FUNCTION search_names(p_name text, p_company text, p_email text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.search_names(p_name text, p_company text, p_email text) FROM PUBLIC;

--
-- Name: FUNCTION search_query(p_query text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.search_query(p_query text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.search_query(p_query text) TO leads_viewer;
GRANT ALL ON FUNCTION app.search_query(p_query text) TO leads_editor;
GRANT ALL ON FUNCTION app.search_query(p_query text) TO leads_admin;

--
-- Name: FUNCTION search_rest(p_query text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.search_rest(p_query text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.search_rest(p_query text) TO leads_viewer;
GRANT ALL ON FUNCTION app.search_rest(p_query text) TO leads_editor;
GRANT ALL ON FUNCTION app.search_rest(p_query text) TO leads_admin;

--
-- Name: FUNCTION search_score(p_rank double precision, p_created_at timestamp with time zone); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.search_score(p_rank double precision, p_created_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION app.search_score(p_rank double precision, p_created_at timestamp with time zone) TO leads_viewer;
GRANT ALL ON FUNCTION app.search_score(p_rank double precision, p_created_at timestamp with time zone) TO leads_editor;
GRANT ALL ON FUNCTION app.search_score(p_rank double precision, p_created_at timestamp with time zone) TO leads_admin;

--
-- Name: FUNCTION search_snippet(p_name text, p_company text, p_email text, p_subject text, p_message text, p_query tsquery); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.search_snippet(p_name text, p_company text, p_email text, p_subject text, p_message text, p_query tsquery) FROM PUBLIC;
GRANT ALL ON FUNCTION app.search_snippet(p_name text, p_company text, p_email text, p_subject text, p_message text, p_query tsquery) TO leads_viewer;
GRANT ALL ON FUNCTION app.search_snippet(p_name text, p_company text, p_email text, p_subject text, p_message text, p_query tsquery) TO leads_editor;
GRANT ALL ON FUNCTION app.search_snippet(p_name text, p_company text, p_email text, p_subject text, p_message text, p_query tsquery) TO leads_admin;

--
-- Name: FUNCTION set_updated_at(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.set_updated_at() FROM PUBLIC;

--
-- Name: FUNCTION set_version(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.set_version() FROM PUBLIC;

--
-- Name: FUNCTION similar_leads(p_query text, p_typos boolean, p_rows integer); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.similar_leads(p_query text, p_typos boolean, p_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app.similar_leads(p_query text, p_typos boolean, p_rows integer) TO leads_viewer;
GRANT ALL ON FUNCTION app.similar_leads(p_query text, p_typos boolean, p_rows integer) TO leads_editor;
GRANT ALL ON FUNCTION app.similar_leads(p_query text, p_typos boolean, p_rows integer) TO leads_admin;

--
-- Name: FUNCTION slot_of(p_at timestamp with time zone); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.slot_of(p_at timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION source_of(p_source text, p_metadata jsonb); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.source_of(p_source text, p_metadata jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app.source_of(p_source text, p_metadata jsonb) TO leads_viewer;
GRANT ALL ON FUNCTION app.source_of(p_source text, p_metadata jsonb) TO leads_editor;
GRANT ALL ON FUNCTION app.source_of(p_source text, p_metadata jsonb) TO leads_admin;
GRANT ALL ON FUNCTION app.source_of(p_source text, p_metadata jsonb) TO leads_analyst;

--
-- Name: FUNCTION typos_of(p_word text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.typos_of(p_word text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.typos_of(p_word text) TO leads_viewer;
GRANT ALL ON FUNCTION app.typos_of(p_word text) TO leads_editor;
GRANT ALL ON FUNCTION app.typos_of(p_word text) TO leads_admin;

--
-- Name: FUNCTION undo_images(p_operation uuid); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.undo_images(p_operation uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.undo_images(p_operation uuid) TO leads_editor;
GRANT ALL ON FUNCTION app.undo_images(p_operation uuid) TO leads_admin;

--
-- Name: FUNCTION values_digest(p_entry app.audit_log); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.values_digest(p_entry app.audit_log) FROM PUBLIC;

--
-- Name: FUNCTION verify_audit(p_heads jsonb); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.verify_audit(p_heads jsonb) FROM PUBLIC;

--
-- Name: FUNCTION with_tags(p_tags text[], p_add text[], p_remove text[]); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.with_tags(p_tags text[], p_add text[], p_remove text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app.with_tags(p_tags text[], p_add text[], p_remove text[]) TO leads_editor;
GRANT ALL ON FUNCTION app.with_tags(p_tags text[], p_add text[], p_remove text[]) TO leads_admin;

--
-- Name: FUNCTION working_clock(p_policy app.sla_policies, p_at timestamp with time zone); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.working_clock(p_policy app.sla_policies, p_at timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION working_seconds(p_policy text, p_from timestamp with time zone, p_to timestamp with time zone); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.working_seconds(p_policy text, p_from timestamp with time zone, p_to timestamp with time zone) FROM PUBLIC;

--
-- Name: FUNCTION response_seconds(p_lead public.contact_leads); Type: ACL; Schema: public; Owner: leads_owner
--

REVOKE ALL ON FUNCTION public.response_seconds(p_lead public.contact_leads) FROM PUBLIC;
GRANT ALL ON FUNCTION public.response_seconds(p_lead public.contact_leads) TO leads_viewer;
GRANT ALL ON FUNCTION public.response_seconds(p_lead public.contact_leads) TO leads_editor;
GRANT ALL ON FUNCTION public.response_seconds(p_lead public.contact_leads) TO leads_admin;

--
-- Name: FUNCTION add_contact(p_id bigint, p_contact jsonb, p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.add_contact(p_id bigint, p_contact jsonb, p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.add_contact(p_id bigint, p_contact jsonb, p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text) TO leads_editor;
GRANT ALL ON FUNCTION service.add_contact(p_id bigint, p_contact jsonb, p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text) TO leads_admin;

--
-- Name: FUNCTION add_key(p_name text, p_scope text, p_hash bytea, p_hint text, p_days integer, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.add_key(p_name text, p_scope text, p_hash bytea, p_hint text, p_days integer, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.add_key(p_name text, p_scope text, p_hash bytea, p_hint text, p_days integer, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION add_lead(p_fields jsonb, p_actor text, p_role text, p_request_id uuid, OUT id bigint, OUT lead json, OUT etag text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.add_lead(p_fields jsonb, p_actor text, p_role text, p_request_id uuid, OUT id bigint, OUT lead json, OUT etag text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.add_lead(p_fields jsonb, p_actor text, p_role text, p_request_id uuid, OUT id bigint, OUT lead json, OUT etag text) TO leads_editor;
GRANT ALL ON FUNCTION service.add_lead(p_fields jsonb, p_actor text, p_role text, p_request_id uuid, OUT id bigint, OUT lead json, OUT etag text) TO leads_admin;

--
-- Name: FUNCTION add_user(p_username text, p_password_hash text, p_user_role text, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.add_user(p_username text, p_password_hash text, p_user_role text, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.add_user(p_username text, p_password_hash text, p_user_role text, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION allow_mail(p_address text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.allow_mail(p_address text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.allow_mail(p_address text) TO leads_editor;
GRANT ALL ON FUNCTION service.allow_mail(p_address text) TO leads_admin;

--
-- Name: FUNCTION applied_migrations(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.applied_migrations() FROM PUBLIC;
GRANT ALL ON FUNCTION service.applied_migrations() TO leads_service;

--
-- Name: FUNCTION audit_trail(p_actor text, p_action text, p_table text, p_since text, p_until text, p_limit integer, p_cursor bigint); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.audit_trail(p_actor text, p_action text, p_table text, p_since text, p_until text, p_limit integer, p_cursor bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION service.audit_trail(p_actor text, p_action text, p_table text, p_since text, p_until text, p_limit integer, p_cursor bigint) TO leads_admin;

--
-- Name: FUNCTION begin_login(p_username text, p_client text, OUT password_hash text, OUT second_factor bytea, OUT wait_seconds integer); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.begin_login(p_username text, p_client text, OUT password_hash text, OUT second_factor bytea, OUT wait_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION service.begin_login(p_username text, p_client text, OUT password_hash text, OUT second_factor bytea, OUT wait_seconds integer) TO leads_service;

--
-- Name: FUNCTION begin_second_factor(p_username text, p_secret bytea, p_client text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.begin_second_factor(p_username text, p_secret bytea, p_client text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.begin_second_factor(p_username text, p_secret bytea, p_client text) TO leads_service;

--
-- Name: FUNCTION capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.capture_lead(p_lead_type public.lead_type, p_fields jsonb, p_metadata jsonb, p_idempotency_key text, p_request_id uuid) TO leads_public;

--
-- Name: FUNCTION change_leads(p_ids bigint[], p_kind text, p_changes jsonb, p_selected text, p_token text, p_dry_run boolean, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.change_leads(p_ids bigint[], p_kind text, p_changes jsonb, p_selected text, p_token text, p_dry_run boolean, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.change_leads(p_ids bigint[], p_kind text, p_changes jsonb, p_selected text, p_token text, p_dry_run boolean, p_actor text, p_role text, p_request_id uuid) TO leads_editor;
GRANT ALL ON FUNCTION service.change_leads(p_ids bigint[], p_kind text, p_changes jsonb, p_selected text, p_token text, p_dry_run boolean, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION change_own_password(p_username text, p_password_hash text, p_new_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_client text, p_agent text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.change_own_password(p_username text, p_password_hash text, p_new_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_client text, p_agent text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.change_own_password(p_username text, p_password_hash text, p_new_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_client text, p_agent text, p_request_id uuid) TO leads_service;

--
-- Name: FUNCTION change_user(p_username text, p_user_role text, p_disabled boolean, p_password_hash text, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.change_user(p_username text, p_user_role text, p_disabled boolean, p_password_hash text, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.change_user(p_username text, p_user_role text, p_disabled boolean, p_password_hash text, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION claim_mails(p_limit integer, p_lease interval, p_has_team boolean); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.claim_mails(p_limit integer, p_lease interval, p_has_team boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION service.claim_mails(p_limit integer, p_lease interval, p_has_team boolean) TO leads_service;

--
-- Name: FUNCTION confirm_second_factor(p_username text, p_secret bytea, p_step bigint, p_code_hashes bytea[], p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.confirm_second_factor(p_username text, p_secret bytea, p_step bigint, p_code_hashes bytea[], p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.confirm_second_factor(p_username text, p_secret bytea, p_step bigint, p_code_hashes bytea[], p_request_id uuid) TO leads_service;

--
-- Name: FUNCTION credentials(p_known text, OUT state text, OUT clock double precision, OUT credentials json); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.credentials(p_known text, OUT state text, OUT clock double precision, OUT credentials json) FROM PUBLIC;
GRANT ALL ON FUNCTION service.credentials(p_known text, OUT state text, OUT clock double precision, OUT credentials json) TO leads_service;

--
-- Name: FUNCTION drop_second_factor(p_username text, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.drop_second_factor(p_username text, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.drop_second_factor(p_username text, p_actor text, p_role text, p_request_id uuid) TO leads_service;
GRANT ALL ON FUNCTION service.drop_second_factor(p_username text, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION edit_lead(p_id bigint, p_changes jsonb, p_takes text[], p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.edit_lead(p_id bigint, p_changes jsonb, p_takes text[], p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.edit_lead(p_id bigint, p_changes jsonb, p_takes text[], p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text) TO leads_editor;
GRANT ALL ON FUNCTION service.edit_lead(p_id bigint, p_changes jsonb, p_takes text[], p_if_match text, p_actor text, p_role text, p_request_id uuid, OUT lead json, OUT etag text) TO leads_admin;

--
-- Name: FUNCTION end_login(p_username text, p_client text, p_password_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_token_hash bytea, p_agent text, p_step bigint, p_sealed bytea, p_recovery_hash bytea, OUT username text, OUT role text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.end_login(p_username text, p_client text, p_password_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_token_hash bytea, p_agent text, p_step bigint, p_sealed bytea, p_recovery_hash bytea, OUT username text, OUT role text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.end_login(p_username text, p_client text, p_password_hash text, p_jti uuid, p_expires_at timestamp with time zone, p_token_hash bytea, p_agent text, p_step bigint, p_sealed bytea, p_recovery_hash bytea, OUT username text, OUT role text) TO leads_service;

--
-- Name: FUNCTION end_session(p_jti uuid, p_username text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.end_session(p_jti uuid, p_username text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.end_session(p_jti uuid, p_username text) TO leads_service;
GRANT ALL ON FUNCTION service.end_session(p_jti uuid, p_username text) TO leads_admin;

--
-- Name: FUNCTION erase_person(p_lead_id bigint, p_email text, p_if_match text, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.erase_person(p_lead_id bigint, p_email text, p_if_match text, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.erase_person(p_lead_id bigint, p_email text, p_if_match text, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION events(p_after bigint, p_until bigint, p_limit integer, OUT frames text, OUT last bigint, OUT events integer, OUT kept_after bigint, OUT head bigint); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.events(p_after bigint, p_until bigint, p_limit integer, OUT frames text, OUT last bigint, OUT events integer, OUT kept_after bigint, OUT head bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION service.events(p_after bigint, p_until bigint, p_limit integer, OUT frames text, OUT last bigint, OUT events integer, OUT kept_after bigint, OUT head bigint) TO leads_service;

--
-- Name: FUNCTION kept_mails(p_ids bigint[]); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.kept_mails(p_ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION service.kept_mails(p_ids bigint[]) TO leads_service;

--
-- Name: FUNCTION lead(p_id bigint, OUT lead json, OUT etag text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.lead(p_id bigint, OUT lead json, OUT etag text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.lead(p_id bigint, OUT lead json, OUT etag text) TO leads_viewer;
GRANT ALL ON FUNCTION service.lead(p_id bigint, OUT lead json, OUT etag text) TO leads_editor;
GRANT ALL ON FUNCTION service.lead(p_id bigint, OUT lead json, OUT etag text) TO leads_admin;

--
-- Name: FUNCTION lead_choices(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.lead_choices() FROM PUBLIC;
GRANT ALL ON FUNCTION service.lead_choices() TO leads_viewer;
GRANT ALL ON FUNCTION service.lead_choices() TO leads_editor;
GRANT ALL ON FUNCTION service.lead_choices() TO leads_admin;

--
-- Name: FUNCTION lead_history(p_id bigint, p_limit integer, p_cursor bigint); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.lead_history(p_id bigint, p_limit integer, p_cursor bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION service.lead_history(p_id bigint, p_limit integer, p_cursor bigint) TO leads_viewer;
GRANT ALL ON FUNCTION service.lead_history(p_id bigint, p_limit integer, p_cursor bigint) TO leads_editor;
GRANT ALL ON FUNCTION service.lead_history(p_id bigint, p_limit integer, p_cursor bigint) TO leads_admin;

--
-- Name: FUNCTION lead_stats(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.lead_stats() FROM PUBLIC;
GRANT ALL ON FUNCTION service.lead_stats() TO leads_viewer;
GRANT ALL ON FUNCTION service.lead_stats() TO leads_editor;
GRANT ALL ON FUNCTION service.lead_stats() TO leads_admin;

--
-- Name: FUNCTION lead_trends(p_period text, p_time_zone text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.lead_trends(p_period text, p_time_zone text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.lead_trends(p_period text, p_time_zone text) TO leads_viewer;
GRANT ALL ON FUNCTION service.lead_trends(p_period text, p_time_zone text) TO leads_editor;
GRANT ALL ON FUNCTION service.lead_trends(p_period text, p_time_zone text) TO leads_admin;

--
-- Name: FUNCTION list_keys(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.list_keys() FROM PUBLIC;
GRANT ALL ON FUNCTION service.list_keys() TO leads_admin;

--
-- Name: FUNCTION list_mails(p_states text[], p_kind text, p_lead_id bigint, p_limit integer, p_cursor bigint); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.list_mails(p_states text[], p_kind text, p_lead_id bigint, p_limit integer, p_cursor bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION service.list_mails(p_states text[], p_kind text, p_lead_id bigint, p_limit integer, p_cursor bigint) TO leads_viewer;
GRANT ALL ON FUNCTION service.list_mails(p_states text[], p_kind text, p_lead_id bigint, p_limit integer, p_cursor bigint) TO leads_editor;
GRANT ALL ON FUNCTION service.list_mails(p_states text[], p_kind text, p_lead_id bigint, p_limit integer, p_cursor bigint) TO leads_admin;

--
-- Name: FUNCTION list_operations(p_limit integer, p_cursor bigint); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.list_operations(p_limit integer, p_cursor bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION service.list_operations(p_limit integer, p_cursor bigint) TO leads_editor;
GRANT ALL ON FUNCTION service.list_operations(p_limit integer, p_cursor bigint) TO leads_admin;

--
-- Name: FUNCTION list_sessions(p_username text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.list_sessions(p_username text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.list_sessions(p_username text) TO leads_service;
GRANT ALL ON FUNCTION service.list_sessions(p_username text) TO leads_admin;

--
-- Name: TABLE mail_templates; Type: ACL; Schema: app; Owner: leads_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.mail_templates TO leads_admin;

--
-- Name: FUNCTION list_templates(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.list_templates() FROM PUBLIC;
GRANT ALL ON FUNCTION service.list_templates() TO leads_admin;

--
-- Name: FUNCTION list_users(p_username text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.list_users(p_username text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.list_users(p_username text) TO leads_admin;

--
-- Name: TABLE saved_views; Type: ACL; Schema: app; Owner: leads_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.saved_views TO leads_admin;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.saved_views TO leads_editor;
GRANT SELECT ON TABLE app.saved_views TO leads_viewer;

--
-- Name: FUNCTION list_views(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.list_views() FROM PUBLIC;
GRANT ALL ON FUNCTION service.list_views() TO leads_viewer;
GRANT ALL ON FUNCTION service.list_views() TO leads_editor;
GRANT ALL ON FUNCTION service.list_views() TO leads_admin;

--
-- Name: FUNCTION mail(p_id bigint); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.mail(p_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION service.mail(p_id bigint) TO leads_viewer;
GRANT ALL ON FUNCTION service.mail(p_id bigint) TO leads_editor;
GRANT ALL ON FUNCTION service.mail(p_id bigint) TO leads_admin;

--
-- Name: FUNCTION mail_status(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.mail_status() FROM PUBLIC;
GRANT ALL ON FUNCTION service.mail_status() TO leads_service;
GRANT ALL ON FUNCTION service.mail_status() TO leads_viewer;
GRANT ALL ON FUNCTION service.mail_status() TO leads_editor;
GRANT ALL ON FUNCTION service.mail_status() TO leads_admin;

--
-- Name: FUNCTION note_delivery(p_key uuid, p_provider_id text, p_delivery text, p_at timestamp with time zone, p_detail text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.note_delivery(p_key uuid, p_provider_id text, p_delivery text, p_at timestamp with time zone, p_detail text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.note_delivery(p_key uuid, p_provider_id text, p_delivery text, p_at timestamp with time zone, p_detail text) TO leads_service;

--
-- Name: FUNCTION note_mail_contents(p_made jsonb); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.note_mail_contents(p_made jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION service.note_mail_contents(p_made jsonb) TO leads_service;

--
-- Name: FUNCTION note_used_keys(p_keys uuid[]); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.note_used_keys(p_keys uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION service.note_used_keys(p_keys uuid[]) TO leads_service;

--
-- Name: FUNCTION open_cv(p_id bigint, p_key uuid, p_count boolean); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.open_cv(p_id bigint, p_key uuid, p_count boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION service.open_cv(p_id bigint, p_key uuid, p_count boolean) TO leads_service;

--
-- Name: FUNCTION pending_second_factor(p_username text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.pending_second_factor(p_username text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.pending_second_factor(p_username text) TO leads_service;

--
-- Name: FUNCTION purge_expired(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.purge_expired() FROM PUBLIC;
GRANT ALL ON FUNCTION service.purge_expired() TO leads_service;

--
-- Name: FUNCTION purge_trash(p_days integer); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.purge_trash(p_days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION service.purge_trash(p_days integer) TO leads_service;

--
-- Name: FUNCTION queue_due_mails(p_at time without time zone, p_time_zone text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.queue_due_mails(p_at time without time zone, p_time_zone text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.queue_due_mails(p_at time without time zone, p_time_zone text) TO leads_service;

--
-- Name: FUNCTION remove_view(p_id uuid, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.remove_view(p_id uuid, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.remove_view(p_id uuid, p_actor text, p_role text, p_request_id uuid) TO leads_editor;
GRANT ALL ON FUNCTION service.remove_view(p_id uuid, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION retry_mails(p_ids bigint[]); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.retry_mails(p_ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION service.retry_mails(p_ids bigint[]) TO leads_editor;
GRANT ALL ON FUNCTION service.retry_mails(p_ids bigint[]) TO leads_admin;

--
-- Name: FUNCTION revoke_key(p_id uuid, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.revoke_key(p_id uuid, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.revoke_key(p_id uuid, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION revoke_token(p_jti uuid, p_expires_at timestamp with time zone); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION service.revoke_token(p_jti uuid, p_expires_at timestamp with time zone) TO leads_service;

--
-- Name: FUNCTION save_template(p_kind text, p_enabled boolean, p_subject text, p_body_text text, p_body_html text, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.save_template(p_kind text, p_enabled boolean, p_subject text, p_body_text text, p_body_html text, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.save_template(p_kind text, p_enabled boolean, p_subject text, p_body_text text, p_body_html text, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION save_view(p_id uuid, p_name text, p_query text, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.save_view(p_id uuid, p_name text, p_query text, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.save_view(p_id uuid, p_name text, p_query text, p_actor text, p_role text, p_request_id uuid) TO leads_editor;
GRANT ALL ON FUNCTION service.save_view(p_id uuid, p_name text, p_query text, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION seal_audit(p_wait boolean, OUT sealed integer, OUT number bigint, OUT hash text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.seal_audit(p_wait boolean, OUT sealed integer, OUT number bigint, OUT hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.seal_audit(p_wait boolean, OUT sealed integer, OUT number bigint, OUT hash text) TO leads_service;

--
-- Name: FUNCTION settle_mail(p_id bigint, p_attempt integer, p_outcome text, p_detail text, p_transport text, p_provider_id text, p_wait double precision); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.settle_mail(p_id bigint, p_attempt integer, p_outcome text, p_detail text, p_transport text, p_provider_id text, p_wait double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION service.settle_mail(p_id bigint, p_attempt integer, p_outcome text, p_detail text, p_transport text, p_provider_id text, p_wait double precision) TO leads_service;

--
-- Name: FUNCTION stop_mail(p_id bigint, p_key uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.stop_mail(p_id bigint, p_key uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.stop_mail(p_id bigint, p_key uuid) TO leads_service;

--
-- Name: FUNCTION test_mail(p_kind text, p_recipient text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.test_mail(p_kind text, p_recipient text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.test_mail(p_kind text, p_recipient text) TO leads_admin;

--
-- Name: FUNCTION tidy(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.tidy() FROM PUBLIC;
GRANT ALL ON FUNCTION service.tidy() TO leads_service;

--
-- Name: FUNCTION trash_lead(p_id bigint, p_if_match text, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.trash_lead(p_id bigint, p_if_match text, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.trash_lead(p_id bigint, p_if_match text, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION undo_operation(p_operation uuid, p_actor text, p_role text, p_request_id uuid); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.undo_operation(p_operation uuid, p_actor text, p_role text, p_request_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION service.undo_operation(p_operation uuid, p_actor text, p_role text, p_request_id uuid) TO leads_editor;
GRANT ALL ON FUNCTION service.undo_operation(p_operation uuid, p_actor text, p_role text, p_request_id uuid) TO leads_admin;

--
-- Name: FUNCTION user_profile(p_username text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.user_profile(p_username text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.user_profile(p_username text) TO leads_service;

--
-- Name: FUNCTION by_day(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.by_day(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.by_day(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.by_day(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.by_day(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.by_day(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION by_hour(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.by_hour(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.by_hour(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.by_hour(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.by_hour(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.by_hour(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION campaigns(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.campaigns(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.campaigns(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.campaigns(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.campaigns(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.campaigns(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION cohorts(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.cohorts(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.cohorts(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.cohorts(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.cohorts(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.cohorts(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION conversion(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.conversion(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.conversion(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.conversion(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.conversion(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.conversion(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION data_quality(); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.data_quality() FROM PUBLIC;
GRANT ALL ON FUNCTION stats.data_quality() TO leads_analyst;
GRANT ALL ON FUNCTION stats.data_quality() TO leads_viewer;
GRANT ALL ON FUNCTION stats.data_quality() TO leads_editor;
GRANT ALL ON FUNCTION stats.data_quality() TO leads_admin;

--
-- Name: FUNCTION first_response(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.first_response(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.first_response(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.first_response(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.first_response(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.first_response(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION funnel(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.funnel(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.funnel(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.funnel(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.funnel(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.funnel(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION lead_velocity(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.lead_velocity(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.lead_velocity(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.lead_velocity(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.lead_velocity(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.lead_velocity(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION operations(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.operations(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.operations(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.operations(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.operations(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.operations(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION overview(); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.overview() FROM PUBLIC;
GRANT ALL ON FUNCTION stats.overview() TO leads_analyst;
GRANT ALL ON FUNCTION stats.overview() TO leads_viewer;
GRANT ALL ON FUNCTION stats.overview() TO leads_editor;
GRANT ALL ON FUNCTION stats.overview() TO leads_admin;

--
-- Name: FUNCTION people(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.people(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.people(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.people(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.people(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.people(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION quality(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.quality(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.quality(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.quality(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.quality(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.quality(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION reopenings(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.reopenings(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.reopenings(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.reopenings(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.reopenings(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.reopenings(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION response_times(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.response_times(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.response_times(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.response_times(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.response_times(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.response_times(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION sla(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.sla(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.sla(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.sla(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.sla(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.sla(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION sources(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.sources(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.sources(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.sources(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.sources(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.sources(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION stage_times(p_from date, p_to date, p_tz text); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.stage_times(p_from date, p_to date, p_tz text) FROM PUBLIC;
GRANT ALL ON FUNCTION stats.stage_times(p_from date, p_to date, p_tz text) TO leads_analyst;
GRANT ALL ON FUNCTION stats.stage_times(p_from date, p_to date, p_tz text) TO leads_viewer;
GRANT ALL ON FUNCTION stats.stage_times(p_from date, p_to date, p_tz text) TO leads_editor;
GRANT ALL ON FUNCTION stats.stage_times(p_from date, p_to date, p_tz text) TO leads_admin;

--
-- Name: FUNCTION velocity(); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.velocity() FROM PUBLIC;
GRANT ALL ON FUNCTION stats.velocity() TO leads_analyst;
GRANT ALL ON FUNCTION stats.velocity() TO leads_viewer;
GRANT ALL ON FUNCTION stats.velocity() TO leads_editor;
GRANT ALL ON FUNCTION stats.velocity() TO leads_admin;

--
-- Name: FUNCTION verify(); Type: ACL; Schema: stats; Owner: leads_owner
--

REVOKE ALL ON FUNCTION stats.verify() FROM PUBLIC;
GRANT ALL ON FUNCTION stats.verify() TO leads_analyst;
GRANT ALL ON FUNCTION stats.verify() TO leads_viewer;
GRANT ALL ON FUNCTION stats.verify() TO leads_editor;
GRANT ALL ON FUNCTION stats.verify() TO leads_admin;

--
-- Name: TABLE leads; Type: ACL; Schema: api; Owner: leads_owner
--

GRANT SELECT ON TABLE api.leads TO leads_admin;
GRANT SELECT ON TABLE api.leads TO leads_editor;
GRANT SELECT ON TABLE api.leads TO leads_viewer;

--
-- Name: TABLE erased_leads; Type: ACL; Schema: app; Owner: leads_owner
--

GRANT SELECT ON TABLE app.erased_leads TO leads_admin;

--
-- Name: TABLE lead_search; Type: ACL; Schema: app; Owner: leads_owner
--

GRANT SELECT ON TABLE app.lead_search TO leads_admin;
GRANT SELECT ON TABLE app.lead_search TO leads_editor;
GRANT SELECT ON TABLE app.lead_search TO leads_viewer;

--
-- Name: TABLE status_moves; Type: ACL; Schema: app; Owner: leads_owner
--

GRANT SELECT ON TABLE app.status_moves TO leads_viewer;
GRANT SELECT ON TABLE app.status_moves TO leads_editor;
GRANT SELECT ON TABLE app.status_moves TO leads_admin;

--
-- Name: TABLE ageing; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.ageing TO leads_analyst;
GRANT SELECT ON TABLE stats.ageing TO leads_viewer;
GRANT SELECT ON TABLE stats.ageing TO leads_editor;
GRANT SELECT ON TABLE stats.ageing TO leads_admin;

--
-- Name: TABLE by_day; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.by_day TO leads_analyst;
GRANT SELECT ON TABLE stats.by_day TO leads_viewer;
GRANT SELECT ON TABLE stats.by_day TO leads_editor;
GRANT SELECT ON TABLE stats.by_day TO leads_admin;

--
-- Name: TABLE by_hour; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.by_hour TO leads_analyst;
GRANT SELECT ON TABLE stats.by_hour TO leads_viewer;
GRANT SELECT ON TABLE stats.by_hour TO leads_editor;
GRANT SELECT ON TABLE stats.by_hour TO leads_admin;

--
-- Name: TABLE campaigns; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.campaigns TO leads_analyst;
GRANT SELECT ON TABLE stats.campaigns TO leads_viewer;
GRANT SELECT ON TABLE stats.campaigns TO leads_editor;
GRANT SELECT ON TABLE stats.campaigns TO leads_admin;

--
-- Name: TABLE cohorts; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.cohorts TO leads_analyst;
GRANT SELECT ON TABLE stats.cohorts TO leads_viewer;
GRANT SELECT ON TABLE stats.cohorts TO leads_editor;
GRANT SELECT ON TABLE stats.cohorts TO leads_admin;

--
-- Name: TABLE conversion; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.conversion TO leads_analyst;
GRANT SELECT ON TABLE stats.conversion TO leads_viewer;
GRANT SELECT ON TABLE stats.conversion TO leads_editor;
GRANT SELECT ON TABLE stats.conversion TO leads_admin;

--
-- Name: TABLE data_quality; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.data_quality TO leads_analyst;
GRANT SELECT ON TABLE stats.data_quality TO leads_viewer;
GRANT SELECT ON TABLE stats.data_quality TO leads_editor;
GRANT SELECT ON TABLE stats.data_quality TO leads_admin;

--
-- Name: TABLE erased; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.erased TO leads_analyst;
GRANT SELECT ON TABLE stats.erased TO leads_viewer;
GRANT SELECT ON TABLE stats.erased TO leads_editor;
GRANT SELECT ON TABLE stats.erased TO leads_admin;

--
-- Name: TABLE first_response; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.first_response TO leads_analyst;
GRANT SELECT ON TABLE stats.first_response TO leads_viewer;
GRANT SELECT ON TABLE stats.first_response TO leads_editor;
GRANT SELECT ON TABLE stats.first_response TO leads_admin;

--
-- Name: TABLE funnel; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.funnel TO leads_analyst;
GRANT SELECT ON TABLE stats.funnel TO leads_viewer;
GRANT SELECT ON TABLE stats.funnel TO leads_editor;
GRANT SELECT ON TABLE stats.funnel TO leads_admin;

--
-- Name: TABLE lead_velocity; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.lead_velocity TO leads_analyst;
GRANT SELECT ON TABLE stats.lead_velocity TO leads_viewer;
GRANT SELECT ON TABLE stats.lead_velocity TO leads_editor;
GRANT SELECT ON TABLE stats.lead_velocity TO leads_admin;

--
-- Name: TABLE leads; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.leads TO leads_analyst;
GRANT SELECT ON TABLE stats.leads TO leads_viewer;
GRANT SELECT ON TABLE stats.leads TO leads_editor;
GRANT SELECT ON TABLE stats.leads TO leads_admin;

--
-- Name: TABLE operations; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.operations TO leads_analyst;
GRANT SELECT ON TABLE stats.operations TO leads_viewer;
GRANT SELECT ON TABLE stats.operations TO leads_editor;
GRANT SELECT ON TABLE stats.operations TO leads_admin;

--
-- Name: TABLE overview; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.overview TO leads_analyst;
GRANT SELECT ON TABLE stats.overview TO leads_viewer;
GRANT SELECT ON TABLE stats.overview TO leads_editor;
GRANT SELECT ON TABLE stats.overview TO leads_admin;

--
-- Name: TABLE people; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.people TO leads_analyst;
GRANT SELECT ON TABLE stats.people TO leads_viewer;
GRANT SELECT ON TABLE stats.people TO leads_editor;
GRANT SELECT ON TABLE stats.people TO leads_admin;

--
-- Name: TABLE quality; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.quality TO leads_analyst;
GRANT SELECT ON TABLE stats.quality TO leads_viewer;
GRANT SELECT ON TABLE stats.quality TO leads_editor;
GRANT SELECT ON TABLE stats.quality TO leads_admin;

--
-- Name: TABLE reopenings; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.reopenings TO leads_analyst;
GRANT SELECT ON TABLE stats.reopenings TO leads_viewer;
GRANT SELECT ON TABLE stats.reopenings TO leads_editor;
GRANT SELECT ON TABLE stats.reopenings TO leads_admin;

--
-- Name: TABLE response_times; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.response_times TO leads_analyst;
GRANT SELECT ON TABLE stats.response_times TO leads_viewer;
GRANT SELECT ON TABLE stats.response_times TO leads_editor;
GRANT SELECT ON TABLE stats.response_times TO leads_admin;

--
-- Name: TABLE sla; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.sla TO leads_analyst;
GRANT SELECT ON TABLE stats.sla TO leads_viewer;
GRANT SELECT ON TABLE stats.sla TO leads_editor;
GRANT SELECT ON TABLE stats.sla TO leads_admin;

--
-- Name: TABLE sources; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.sources TO leads_analyst;
GRANT SELECT ON TABLE stats.sources TO leads_viewer;
GRANT SELECT ON TABLE stats.sources TO leads_editor;
GRANT SELECT ON TABLE stats.sources TO leads_admin;

--
-- Name: TABLE stage_times; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.stage_times TO leads_analyst;
GRANT SELECT ON TABLE stats.stage_times TO leads_viewer;
GRANT SELECT ON TABLE stats.stage_times TO leads_editor;
GRANT SELECT ON TABLE stats.stage_times TO leads_admin;

--
-- Name: TABLE stages; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.stages TO leads_analyst;
GRANT SELECT ON TABLE stats.stages TO leads_viewer;
GRANT SELECT ON TABLE stats.stages TO leads_editor;
GRANT SELECT ON TABLE stats.stages TO leads_admin;

--
-- Name: TABLE velocity; Type: ACL; Schema: stats; Owner: leads_owner
--

GRANT SELECT ON TABLE stats.velocity TO leads_analyst;
GRANT SELECT ON TABLE stats.velocity TO leads_viewer;
GRANT SELECT ON TABLE stats.velocity TO leads_editor;
GRANT SELECT ON TABLE stats.velocity TO leads_admin;

--
-- Name: FUNCTION queue_mail(p_kind app.mail_kind, p_occasion text, p_lead_id bigint, p_recipient text, p_bundle text, p_due_at timestamp with time zone); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.queue_mail(p_kind app.mail_kind, p_occasion text, p_lead_id bigint, p_recipient text, p_bundle text, p_due_at timestamp with time zone) FROM PUBLIC;

--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: leads_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE leads_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;

--
-- PostgreSQL database dump complete
--

