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
-- Name: count_leads(); Type: FUNCTION; Schema: app; Owner: leads_owner
--

CREATE FUNCTION app.count_leads() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, change)
        SELECT n.status, n.lead_type, n.priority, n.is_spam, n.deleted_at IS NOT NULL, count(*)
        FROM new_leads AS n
        GROUP BY 1, 2, 3, 4, 5;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, change)
        SELECT c.status, c.lead_type, c.priority, c.is_spam, c.trashed, sum(c.change)
        FROM (
            SELECT n.status, n.lead_type, n.priority, n.is_spam, n.deleted_at IS NOT NULL AS trashed, 1 AS change FROM new_leads AS n
            UNION ALL
            SELECT o.status, o.lead_type, o.priority, o.is_spam, o.deleted_at IS NOT NULL, -1 FROM old_leads AS o
        ) AS c
        GROUP BY 1, 2, 3, 4, 5
        HAVING sum(c.change) <> 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, change)
        SELECT o.status, o.lead_type, o.priority, o.is_spam, o.deleted_at IS NOT NULL, -count(*)
        FROM old_leads AS o
        GROUP BY 1, 2, 3, 4, 5;
    ELSE
        -- As the leads themselves, so that an older snapshot sees neither.
        TRUNCATE app.lead_counts, app.lead_count_changes;
    END IF;
    RETURN NULL;
END;
$$;

ALTER FUNCTION app.count_leads() OWNER TO leads_owner;

--
-- Name: FUNCTION count_leads(); Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON FUNCTION app.count_leads() IS 'Trigger function, run once a statement: writes to app.lead_count_changes what an INSERT, UPDATE, DELETE or TRUNCATE of leads changed in the totals. Writers only append, so none waits for another.';

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
    -- One statement: every snapshot has either the changes or the counts that hold them.
    WITH gone AS (
        DELETE FROM app.lead_count_changes AS c
        RETURNING c.status, c.lead_type, c.priority, c.is_spam, c.trashed, c.change
    ), net AS (
        SELECT g.status, g.lead_type, g.priority, g.is_spam, g.trashed, sum(g.change) AS change
        FROM gone AS g
        GROUP BY 1, 2, 3, 4, 5
        HAVING sum(g.change) <> 0
    )
    INSERT INTO app.lead_counts AS c (status, lead_type, priority, is_spam, trashed, leads)
    SELECT n.status, n.lead_type, n.priority, n.is_spam, n.trashed, n.change FROM net AS n
    ON CONFLICT ON CONSTRAINT lead_counts_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads;
    DELETE FROM app.lead_counts AS c WHERE c.leads = 0;
    PERFORM gin_clean_pending_list('app.lead_search_document');
    PERFORM gin_clean_pending_list('app.lead_search_names');
END;
$$;

ALTER FUNCTION service.tidy() OWNER TO leads_owner;

--
-- Name: FUNCTION tidy(); Type: COMMENT; Schema: service; Owner: leads_owner
--

COMMENT ON FUNCTION service.tidy() IS 'What every worker asks for each second, and one at a time does: folds app.lead_count_changes into app.lead_counts, and puts new leads in their place in the search indexes, which else some writer would have to. Returns at once while another does it.';

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
    consent
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
-- Name: lead_count_changes; Type: TABLE; Schema: app; Owner: leads_owner
--

CREATE TABLE app.lead_count_changes (
    status public.lead_status NOT NULL,
    lead_type public.lead_type NOT NULL,
    priority public.lead_priority NOT NULL,
    is_spam boolean NOT NULL,
    trashed boolean NOT NULL,
    change integer NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_insert_threshold='-1', autovacuum_vacuum_cost_delay='0');

ALTER TABLE app.lead_count_changes OWNER TO leads_owner;

--
-- Name: TABLE lead_count_changes; Type: COMMENT; Schema: app; Owner: leads_owner
--

COMMENT ON TABLE app.lead_count_changes IS 'What has changed in app.lead_counts since, written by the triggers contact_leads_totals_...: read app.lead_totals.';

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
-- Name: lead_search_document; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX lead_search_document ON app.lead_search USING gin (document) WITH (fastupdate='on', gin_pending_list_limit='4096');

--
-- Name: lead_search_names; Type: INDEX; Schema: app; Owner: leads_owner
--

CREATE INDEX lead_search_names ON app.lead_search USING gin (names public.gin_trgm_ops) WITH (fastupdate='on', gin_pending_list_limit='4096');

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
-- Name: lead_search lead_search_lead_id_fkey; Type: FK CONSTRAINT; Schema: app; Owner: leads_owner
--

ALTER TABLE ONLY app.lead_search
    ADD CONSTRAINT lead_search_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES public.contact_leads(id) ON UPDATE CASCADE ON DELETE CASCADE;

--
-- Name: SCHEMA api; Type: ACL; Schema: -; Owner: leads_owner
--

GRANT USAGE ON SCHEMA api TO leads_admin;
GRANT USAGE ON SCHEMA api TO leads_editor;
GRANT USAGE ON SCHEMA api TO leads_viewer;

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
-- Name: FUNCTION check_query(p_query text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.check_query(p_query text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.check_query(p_query text) TO leads_viewer;
GRANT ALL ON FUNCTION app.check_query(p_query text) TO leads_editor;
GRANT ALL ON FUNCTION app.check_query(p_query text) TO leads_admin;

--
-- Name: FUNCTION count_leads(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.count_leads() FROM PUBLIC;

--
-- Name: FUNCTION fold(p_text text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.fold(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.fold(p_text text) TO leads_viewer;
GRANT ALL ON FUNCTION app.fold(p_text text) TO leads_editor;
GRANT ALL ON FUNCTION app.fold(p_text text) TO leads_admin;

--
-- Name: FUNCTION follow_lead_lifecycle(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.follow_lead_lifecycle() FROM PUBLIC;

--
-- Name: FUNCTION is_plain_query(p_query text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.is_plain_query(p_query text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.is_plain_query(p_query text) TO leads_viewer;
GRANT ALL ON FUNCTION app.is_plain_query(p_query text) TO leads_editor;
GRANT ALL ON FUNCTION app.is_plain_query(p_query text) TO leads_admin;

--
-- Name: FUNCTION keep_search(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.keep_search() FROM PUBLIC;

--
-- Name: FUNCTION lexeme(p_text text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.lexeme(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.lexeme(p_text text) TO leads_viewer;
GRANT ALL ON FUNCTION app.lexeme(p_text text) TO leads_editor;
GRANT ALL ON FUNCTION app.lexeme(p_text text) TO leads_admin;

--
-- Name: FUNCTION matching_leads(p_query text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.matching_leads(p_query text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.matching_leads(p_query text) TO leads_viewer;
GRANT ALL ON FUNCTION app.matching_leads(p_query text) TO leads_editor;
GRANT ALL ON FUNCTION app.matching_leads(p_query text) TO leads_admin;

--
-- Name: FUNCTION now(); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.now() FROM PUBLIC;
GRANT ALL ON FUNCTION app.now() TO leads_viewer;
GRANT ALL ON FUNCTION app.now() TO leads_editor;
GRANT ALL ON FUNCTION app.now() TO leads_admin;

--
-- Name: FUNCTION plain(p_text text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.plain(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.plain(p_text text) TO leads_viewer;
GRANT ALL ON FUNCTION app.plain(p_text text) TO leads_editor;
GRANT ALL ON FUNCTION app.plain(p_text text) TO leads_admin;

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
-- Name: FUNCTION similar_leads(p_query text, p_typos boolean, p_rows integer); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.similar_leads(p_query text, p_typos boolean, p_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app.similar_leads(p_query text, p_typos boolean, p_rows integer) TO leads_viewer;
GRANT ALL ON FUNCTION app.similar_leads(p_query text, p_typos boolean, p_rows integer) TO leads_editor;
GRANT ALL ON FUNCTION app.similar_leads(p_query text, p_typos boolean, p_rows integer) TO leads_admin;

--
-- Name: FUNCTION tags_valid(p_tags text[]); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.tags_valid(p_tags text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app.tags_valid(p_tags text[]) TO leads_editor;
GRANT ALL ON FUNCTION app.tags_valid(p_tags text[]) TO leads_admin;

--
-- Name: FUNCTION typos_of(p_word text); Type: ACL; Schema: app; Owner: leads_owner
--

REVOKE ALL ON FUNCTION app.typos_of(p_word text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.typos_of(p_word text) TO leads_viewer;
GRANT ALL ON FUNCTION app.typos_of(p_word text) TO leads_editor;
GRANT ALL ON FUNCTION app.typos_of(p_word text) TO leads_admin;

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
-- Name: FUNCTION tidy(); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.tidy() FROM PUBLIC;
GRANT ALL ON FUNCTION service.tidy() TO leads_service;

--
-- Name: FUNCTION user_profile(p_username text); Type: ACL; Schema: service; Owner: leads_owner
--

REVOKE ALL ON FUNCTION service.user_profile(p_username text) FROM PUBLIC;
GRANT ALL ON FUNCTION service.user_profile(p_username text) TO leads_service;

--
-- Name: TABLE leads; Type: ACL; Schema: api; Owner: leads_owner
--

GRANT SELECT ON TABLE api.leads TO leads_admin;
GRANT SELECT ON TABLE api.leads TO leads_editor;
GRANT SELECT ON TABLE api.leads TO leads_viewer;

--
-- Name: TABLE lead_search; Type: ACL; Schema: app; Owner: leads_owner
--

GRANT SELECT ON TABLE app.lead_search TO leads_admin;
GRANT SELECT ON TABLE app.lead_search TO leads_editor;
GRANT SELECT ON TABLE app.lead_search TO leads_viewer;

--
-- Name: TABLE lead_totals; Type: ACL; Schema: app; Owner: leads_owner
--

GRANT SELECT ON TABLE app.lead_totals TO leads_admin;
GRANT SELECT ON TABLE app.lead_totals TO leads_editor;
GRANT SELECT ON TABLE app.lead_totals TO leads_viewer;

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

