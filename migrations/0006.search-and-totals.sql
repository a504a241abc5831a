SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

DO $$
DECLARE
    v_extension text;
    v_schema text;
BEGIN
    FOR v_extension, v_schema IN
        SELECT e.extname, n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
        WHERE e.extname IN ('pg_trgm', 'unaccent') AND n.nspname <> 'public'
    LOOP
        RAISE EXCEPTION USING
            ERRCODE = '0A000',
            MESSAGE = format('The extension %s is in schema %I, and search needs it in public. As a superuser run: ALTER EXTENSION %s SET SCHEMA public',
                v_extension, v_schema, v_extension),
            HINT = format('If nothing uses it, its owner may run instead: DROP EXTENSION %s. Then migrate again.', v_extension);
    END LOOP;
END;
$$;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;
-- A superuser who migrates makes them as its own, and 0001 took PUBLIC's right to what he makes from then on. They read no data.
DO $$
DECLARE
    v_function text;
BEGIN
    FOR v_function IN
        SELECT p.oid::regprocedure::text
        FROM pg_depend AS d
        JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname IN ('pg_trgm', 'unaccent')
        JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
        WHERE d.deptype = 'e' AND NOT has_function_privilege('public', p.oid, 'EXECUTE')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', v_function);
    END LOOP;
END;
$$;

CREATE SCHEMA api;
COMMENT ON SCHEMA api IS 'What /rest exposes: views of the leads, read with the rights of whoever asks.';

CREATE TEXT SEARCH CONFIGURATION app.simple_folded (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION app.simple_folded
    ALTER MAPPING FOR word, numword, hword, numhword, hword_part, hword_numpart WITH public.unaccent, pg_catalog.simple;
COMMENT ON TEXT SEARCH CONFIGURATION app.simple_folded IS 'Words as they are, lower-case, accents folded; no stop words.';
CREATE TEXT SEARCH CONFIGURATION app.english_folded (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ALTER MAPPING FOR word, hword, hword_part WITH public.unaccent, pg_catalog.english_stem;
ALTER TEXT SEARCH CONFIGURATION app.english_folded
    ALTER MAPPING FOR numword, numhword, hword_numpart WITH public.unaccent, pg_catalog.simple;
COMMENT ON TEXT SEARCH CONFIGURATION app.english_folded IS 'Stems of English words, accents folded; without stop words.';

-- Nobody writes a lead until all this stands. Reading goes on.
LOCK TABLE public.contact_leads IN SHARE ROW EXCLUSIVE MODE;

-- Beside the leads, not in their table: else each change of a status would write the search indexes again.
CREATE TABLE app.lead_search (
    lead_id bigint CONSTRAINT lead_search_pkey PRIMARY KEY
        CONSTRAINT lead_search_lead_id_fkey REFERENCES public.contact_leads ON UPDATE CASCADE ON DELETE CASCADE,
    document tsvector NOT NULL,
    names text NOT NULL
);
COMMENT ON TABLE app.lead_search IS 'What search looks in, a row a lead, kept by the triggers contact_leads_search_insert and contact_leads_search_update.';
COMMENT ON COLUMN app.lead_search.lead_id IS 'The lead.';
COMMENT ON COLUMN app.lead_search.document IS 'Its words and English stems, weighted, for app.search_query: see app.search_document.';
COMMENT ON COLUMN app.lead_search.names IS 'The words of its name, company and e-mail for fragments and typos: see app.search_names.';

CREATE TABLE app.lead_counts (
    status public.lead_status NOT NULL,
    lead_type public.lead_type NOT NULL,
    priority public.lead_priority NOT NULL,
    is_spam boolean NOT NULL,
    trashed boolean NOT NULL,
    leads bigint NOT NULL,
    CONSTRAINT lead_counts_pkey PRIMARY KEY (status, lead_type, priority, is_spam, trashed)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE app.lead_counts IS 'How many leads there were of each kind when service.tidy() last folded: read app.lead_totals.';
COMMENT ON COLUMN app.lead_counts.status IS 'Where the leads stand.';
COMMENT ON COLUMN app.lead_counts.lead_type IS 'Which form they came by.';
COMMENT ON COLUMN app.lead_counts.priority IS 'How soon they want an answer.';
COMMENT ON COLUMN app.lead_counts.is_spam IS 'Whether they are judged to be spam.';
COMMENT ON COLUMN app.lead_counts.trashed IS 'Whether they are in the trash.';
COMMENT ON COLUMN app.lead_counts.leads IS 'How many.';

-- No key and no index: a writer appends a row and waits for nobody. Rows live for about a second.
CREATE TABLE app.lead_count_changes (
    status public.lead_status NOT NULL,
    lead_type public.lead_type NOT NULL,
    priority public.lead_priority NOT NULL,
    is_spam boolean NOT NULL,
    trashed boolean NOT NULL,
    change integer NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE app.lead_count_changes IS 'What has changed in app.lead_counts since, written by the triggers contact_leads_totals_...: read app.lead_totals.';
COMMENT ON COLUMN app.lead_count_changes.status IS 'Where the leads stand.';
COMMENT ON COLUMN app.lead_count_changes.lead_type IS 'Which form they came by.';
COMMENT ON COLUMN app.lead_count_changes.priority IS 'How soon they want an answer.';
COMMENT ON COLUMN app.lead_count_changes.is_spam IS 'Whether they are judged to be spam.';
COMMENT ON COLUMN app.lead_count_changes.trashed IS 'Whether they are in the trash.';
COMMENT ON COLUMN app.lead_count_changes.change IS 'How many more, or fewer.';

-- The newest of a form. One that nobody uses any more would be looked for in the whole table.
CREATE INDEX idx_contact_leads_lead_type ON public.contact_leads (lead_type, created_at DESC, id DESC);
-- The newest of the trash and of spam, which are small; other leads cost nothing here.
CREATE INDEX idx_contact_leads_trash ON public.contact_leads (created_at DESC, id DESC) WHERE deleted_at IS NOT NULL;
CREATE INDEX idx_contact_leads_spam ON public.contact_leads (created_at DESC, id DESC) WHERE is_spam;

-- Lists are the engine's now.
-- gone: sql/functions/service.list_leads.sql
DROP FUNCTION service.list_leads(text, text, text, integer, text);

-- gone: sql/functions/app.read_cursor.sql
DROP FUNCTION app.read_cursor(text);

-- gone: sql/functions/app.cursor_of.sql
DROP FUNCTION app.cursor_of(timestamptz, bigint);

-- gone: sql/functions/app.check_label.sql
DROP FUNCTION app.check_label(text, text, anyenum);

-- ==> sql/functions/app.check_query.sql
-- drop: DROP FUNCTION app.check_query(text);
CREATE OR REPLACE FUNCTION app.check_query(p_query text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog
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

COMMENT ON FUNCTION app.check_query(text) IS 'LD400 query_too_long for a search of more than 200 characters.';
REVOKE ALL ON FUNCTION app.check_query(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.check_query(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.check_query.sql

-- ==> sql/functions/app.count_leads.sql
-- drop: DROP FUNCTION app.count_leads();
CREATE OR REPLACE FUNCTION app.count_leads() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
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

COMMENT ON FUNCTION app.count_leads() IS
    'Trigger function, run once a statement: writes to app.lead_count_changes what an INSERT, UPDATE, DELETE or TRUNCATE of leads changed in the totals. Writers only append, so none waits for another.';
REVOKE ALL ON FUNCTION app.count_leads() FROM PUBLIC;
-- <== sql/functions/app.count_leads.sql

-- ==> sql/functions/app.fold.sql
-- drop: DROP FUNCTION app.fold(text);
CREATE OR REPLACE FUNCTION app.fold(p_text text) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    -- Folded before lower(): some letters fold to capitals, and a database of locale C lowers ASCII alone.
    RETURN lower(public.unaccent('public.unaccent', p_text));

COMMENT ON FUNCTION app.fold(text) IS
    'A text for comparing: lower-case, accents and ligatures folded (Müller: muller, Łódź: lodz, Strauß: strauss).';
REVOKE ALL ON FUNCTION app.fold(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.fold(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.fold.sql

-- ==> sql/functions/app.is_plain_query.sql
-- drop: DROP FUNCTION app.is_plain_query(text);
CREATE OR REPLACE FUNCTION app.is_plain_query(p_query text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN p_query !~* '["“”„‟«»＂]|(^|\s)-|(^|\s)or(\s|$)';

COMMENT ON FUNCTION app.is_plain_query(text) IS
    'Whether a search is of plain words. Who writes "a phrase", or, or -unwanted says exactly what is meant, and wants nothing that is only similar.';
REVOKE ALL ON FUNCTION app.is_plain_query(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.is_plain_query(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.is_plain_query.sql

-- ==> sql/functions/app.keep_search.sql
-- drop: DROP FUNCTION app.keep_search();
CREATE OR REPLACE FUNCTION app.keep_search() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
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

COMMENT ON FUNCTION app.keep_search() IS
    'Trigger function: app.lead_search follows a lead, whoever writes it. SECURITY DEFINER, since nobody may write that table by hand.';
REVOKE ALL ON FUNCTION app.keep_search() FROM PUBLIC;
-- <== sql/functions/app.keep_search.sql

-- ==> sql/functions/app.lexeme.sql
-- drop: DROP FUNCTION app.lexeme(text);
CREATE OR REPLACE FUNCTION app.lexeme(p_text text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN '''' || replace(replace(p_text, '\', '\\'), '''', '''''') || '''';

COMMENT ON FUNCTION app.lexeme(text) IS 'A text quoted as one lexeme, for a cast to tsvector or tsquery.';
REVOKE ALL ON FUNCTION app.lexeme(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.lexeme(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.lexeme.sql

-- ==> sql/functions/app.matching_leads.sql
-- drop: DROP FUNCTION app.matching_leads(text);
CREATE OR REPLACE FUNCTION app.matching_leads(p_query text) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 1000
    SET search_path = pg_catalog
    -- Planned for this query: how many leads hold its words decides how to find them.
    SET plan_cache_mode = force_custom_plan
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

COMMENT ON FUNCTION app.matching_leads(text) IS
    'The leads that a search means, each once, in no order: all that app.search_query finds; where those are fewer than 200, and the query is of plain words, also those that hold its words as fragments of name, company or address; where there are none at all, those that hold them with slips (app.similar_leads). LD400 query_too_long.';
REVOKE ALL ON FUNCTION app.matching_leads(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.matching_leads(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.matching_leads.sql

-- ==> sql/functions/app.plain.sql
-- drop: DROP FUNCTION app.plain(text);
CREATE OR REPLACE FUNCTION app.plain(p_text text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    -- translate() would take twenty times as long.
    RETURN regexp_replace(p_text, '[!-/:-@[-`{-~]', ' ', 'g');

COMMENT ON FUNCTION app.plain(text) IS
    'A text with spaces for its ASCII punctuation, as search reads stored texts and queries alike. PostgreSQL''s parser would take wi-fi, and/or, node.js, -5 and <b> for compounds, paths, hosts, numbers and tags, in which the words can''t be found.';
REVOKE ALL ON FUNCTION app.plain(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.plain(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.plain.sql

-- ==> sql/functions/app.words.sql
-- drop: DROP FUNCTION app.words(text);
CREATE OR REPLACE FUNCTION app.words(p_text text) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN btrim(regexp_replace(app.fold(p_text), '[!-/:-@[-`{-~\s]+', ' ', 'g'));

COMMENT ON FUNCTION app.words(text) IS
    'The words of a text, folded, with one space between them and no punctuation: what app.lead_search.names is made of. No wildcard of LIKE is left in it.';
REVOKE ALL ON FUNCTION app.words(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.words.sql

-- ==> sql/functions/app.search_document.sql
-- drop: DROP FUNCTION app.search_document(text, text, text, text, text);
CREATE OR REPLACE FUNCTION app.search_document(p_name text, p_company text, p_email text, p_subject text, p_message text) RETURNS tsvector
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    -- A word of more than 2,047 bytes isn't indexed; nobody needs to be told.
    SET client_min_messages = warning
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

COMMENT ON FUNCTION app.search_document(text, text, text, text, text) IS
    'What app.lead_search.document holds of a lead. Weight A: the words of name, company and e-mail as they are, the whole address, its domain and the domains above it; B: the subject''s words as they are and as English stems; C: the message''s.';
REVOKE ALL ON FUNCTION app.search_document(text, text, text, text, text) FROM PUBLIC;
-- <== sql/functions/app.search_document.sql

-- ==> sql/functions/app.search_names.sql
-- drop: DROP FUNCTION app.search_names(text, text, text);
CREATE OR REPLACE FUNCTION app.search_names(p_name text, p_company text, p_email text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN ' ' || app.words(p_name) || E' \n ' || coalesce(app.words(p_company), '') || E' \n ' || app.words(p_email) || ' ';

COMMENT ON FUNCTION app.search_names(text, text, text) IS
    'What app.lead_search.names holds of a lead: the words of name, company and e-mail, a line each. A space stands before and after every word, so that a LIKE pattern can ask for whole ones.';
REVOKE ALL ON FUNCTION app.search_names(text, text, text) FROM PUBLIC;
-- <== sql/functions/app.search_names.sql

-- ==> sql/functions/app.search_query.sql
-- drop: DROP FUNCTION app.search_query(text);
CREATE OR REPLACE FUNCTION app.search_query(p_query text) RETURNS tsquery
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog
    -- A NOTICE would tell of each query without a word.
    SET client_min_messages = warning
AS $$
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
$$;

COMMENT ON FUNCTION app.search_query(text) IS
    'What a person typed, to be held against app.lead_search.document: all of its words, "a phrase", or, -unwanted. Each word is meant as it is or as an English stem; the last one may be unfinished. Any text works; one without a word gives an empty query (numnode 0). LD400 query_too_long.';
REVOKE ALL ON FUNCTION app.search_query(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_query(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.search_query.sql

-- ==> sql/functions/app.search_rest.sql
-- drop: DROP FUNCTION app.search_rest(text);
CREATE OR REPLACE FUNCTION app.search_rest(p_query text) RETURNS tsquery
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT CASE
        WHEN app.is_plain_query(p_query) AND numnode(plainto_tsquery('app.english_folded'::regconfig, app.plain(r.rest))) > 0
        -- The empty phrase stands where the last word stood, so that the one before isn't taken for a beginning.
        THEN app.search_query(r.rest || ' ""')
    END
    FROM (SELECT regexp_replace(p_query, '\s*\S+\s*$', '') AS rest) AS r;
END;

COMMENT ON FUNCTION app.search_rest(text) IS
    'What a search of plain words asks for besides its last word, which is a beginning: all that app.search_query finds for the whole is among what this finds. NULL when there is nothing besides, and for queries that say more than words.';
REVOKE ALL ON FUNCTION app.search_rest(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_rest(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.search_rest.sql

-- ==> sql/functions/app.search_score.sql
-- drop: DROP FUNCTION app.search_score(double precision, timestamptz);
CREATE OR REPLACE FUNCTION app.search_score(p_rank double precision, p_created_at timestamptz) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN ln(greatest(p_rank, 1e-20)) + extract(epoch FROM p_created_at)::double precision / (90 * 86400);

COMMENT ON FUNCTION app.search_score(double precision, timestamptz) IS
    'By what found leads are ordered: the logarithm of rank * exp(age / -90 days), but for a constant. So it doesn''t change while time goes by, and a cursor may hold it.';
REVOKE ALL ON FUNCTION app.search_score(double precision, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_score(double precision, timestamptz) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.search_score.sql

-- ==> sql/functions/app.search_snippet.sql
-- drop: DROP FUNCTION app.search_snippet(text, text, text, text, text, tsquery);
CREATE OR REPLACE FUNCTION app.search_snippet(
    p_name text, p_company text, p_email text, p_subject text, p_message text, p_query tsquery
) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
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

COMMENT ON FUNCTION app.search_snippet(text, text, text, text, text, tsquery) IS
    'An excerpt of a lead''s name, company, e-mail, subject and message (its first 5,000 characters) as HTML: what p_query (of app.search_query) finds stands in <mark>, everything else is escaped. Where it finds nothing, the beginning.';
REVOKE ALL ON FUNCTION app.search_snippet(text, text, text, text, text, tsquery) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_snippet(text, text, text, text, text, tsquery) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.search_snippet.sql

-- ==> sql/functions/app.similar_leads.sql
-- drop: DROP FUNCTION app.similar_leads(text, boolean, integer);
CREATE OR REPLACE FUNCTION app.similar_leads(p_query text, p_typos boolean DEFAULT true, p_rows integer DEFAULT 1000) RETURNS TABLE (lead_id bigint, similarity real)
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 100
    SET search_path = pg_catalog
AS $$
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
$$;

COMMENT ON FUNCTION app.similar_leads(text, boolean, integer) IS
    'Leads whose name, company or address holds each word of the query (the first five of three characters and more) as a fragment; if there are none, and p_typos, those that hold each with at most one slip; else those that have most trigrams of the longer ones. At most the p_rows newest, the most similar (0 to 1) first. LD400 query_too_long.';
REVOKE ALL ON FUNCTION app.similar_leads(text, boolean, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.similar_leads(text, boolean, integer) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.similar_leads.sql

-- ==> sql/functions/app.typos_of.sql
-- drop: DROP FUNCTION app.typos_of(text);
CREATE OR REPLACE FUNCTION app.typos_of(p_word text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN ARRAY(
        SELECT DISTINCT '% ' || v.variant || CASE WHEN char_length(p_word) < 6 THEN ' %' ELSE '%' END
        FROM generate_series(1, char_length(p_word) + 1) AS p (place)
        CROSS JOIN LATERAL (
            VALUES
                (left(p_word, p.place - 1) || '_' || substr(p_word, p.place)),
                (CASE WHEN p.place <= char_length(p_word) THEN left(p_word, p.place - 1) || '_' || substr(p_word, p.place + 1) END),
                (CASE WHEN p.place <= char_length(p_word) THEN left(p_word, p.place - 1) || substr(p_word, p.place + 1) END),
                (CASE WHEN p.place < char_length(p_word) THEN
                    left(p_word, p.place - 1) || substr(p_word, p.place + 1, 1) || substr(p_word, p.place, 1) || substr(p_word, p.place + 2) END)
        ) AS v (variant)
        WHERE v.variant IS NOT NULL
    );

COMMENT ON FUNCTION app.typos_of(text) IS
    'LIKE patterns for the words of app.lead_search.names that this word, as app.words gives it, may be a slip of: a letter left out, one too many, another one, or two swapped. Words of six letters and more may go on.';
REVOKE ALL ON FUNCTION app.typos_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.typos_of(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.typos_of.sql

-- ==> sql/functions/service.tidy.sql
-- drop: DROP FUNCTION service.tidy();
CREATE OR REPLACE FUNCTION service.tidy() RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
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

COMMENT ON FUNCTION service.tidy() IS
    'What every worker asks for each second, and one at a time does: folds app.lead_count_changes into app.lead_counts, and puts new leads in their place in the search indexes, which else some writer would have to. Returns at once while another does it.';
REVOKE ALL ON FUNCTION service.tidy() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.tidy() TO leads_service;
-- <== sql/functions/service.tidy.sql

INSERT INTO app.lead_search (lead_id, document, names)
SELECT l.id, app.search_document(l.name, l.company, l.email, l.subject, l.message), app.search_names(l.name, l.company, l.email)
FROM public.contact_leads AS l;
INSERT INTO app.lead_counts (status, lead_type, priority, is_spam, trashed, leads)
SELECT l.status, l.lead_type, l.priority, l.is_spam, l.deleted_at IS NOT NULL, count(*)
FROM public.contact_leads AS l
GROUP BY 1, 2, 3, 4, 5;
-- New leads wait in a list, up to 4 MB, until service.tidy() or the writer who fills it puts them in their place.
CREATE INDEX lead_search_document ON app.lead_search USING gin (document) WITH (fastupdate = on, gin_pending_list_limit = 4096);
CREATE INDEX lead_search_names ON app.lead_search USING gin (names public.gin_trgm_ops) WITH (fastupdate = on, gin_pending_list_limit = 4096);
ANALYZE app.lead_search;

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
        l.consent
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
-- <== sql/views/api.leads.sql

-- ==> sql/views/app.lead_totals.sql
-- drop: DROP VIEW app.lead_totals;
-- With its owner's rights: staff may know how many leads there are, and touch nothing that keeps the numbers.
CREATE OR REPLACE VIEW app.lead_totals WITH (security_invoker = false) AS
    SELECT c.status, c.lead_type, c.priority, c.is_spam, c.trashed, c.leads FROM app.lead_counts AS c
    UNION ALL
    SELECT c.status, c.lead_type, c.priority, c.is_spam, c.trashed, c.change::bigint FROM app.lead_count_changes AS c;

COMMENT ON VIEW app.lead_totals IS
    'How many leads there are, exact in every snapshot. To be summed up: one kind of lead may have several rows, some below zero.';
COMMENT ON COLUMN app.lead_totals.status IS 'Where the leads stand.';
COMMENT ON COLUMN app.lead_totals.lead_type IS 'Which form they came by.';
COMMENT ON COLUMN app.lead_totals.priority IS 'How soon they want an answer.';
COMMENT ON COLUMN app.lead_totals.is_spam IS 'Whether they are judged to be spam.';
COMMENT ON COLUMN app.lead_totals.trashed IS 'Whether they are in the trash.';
COMMENT ON COLUMN app.lead_totals.leads IS 'So many, or so many more or fewer: sum(leads) is the number.';
-- <== sql/views/app.lead_totals.sql

-- ==> sql/triggers/contact_leads_search_insert.sql
-- drop: DROP TRIGGER contact_leads_search_insert ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_search_insert
    AFTER INSERT ON public.contact_leads
    FOR EACH ROW
    EXECUTE FUNCTION app.keep_search();

COMMENT ON TRIGGER contact_leads_search_insert ON public.contact_leads IS
    'A new lead can be found at once.';
-- <== sql/triggers/contact_leads_search_insert.sql

-- ==> sql/triggers/contact_leads_search_update.sql
-- drop: DROP TRIGGER contact_leads_search_update ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_search_update
    AFTER UPDATE OF name, company, email, subject, message ON public.contact_leads
    FOR EACH ROW WHEN (
        (OLD.name, OLD.company, OLD.email, OLD.subject, OLD.message)
        IS DISTINCT FROM (NEW.name, NEW.company, NEW.email, NEW.subject, NEW.message))
    EXECUTE FUNCTION app.keep_search();

COMMENT ON TRIGGER contact_leads_search_update ON public.contact_leads IS
    'A corrected lead is found by its new words. A change of status, priority, notes or tags costs nothing here.';
-- <== sql/triggers/contact_leads_search_update.sql

-- ==> sql/triggers/contact_leads_totals_delete.sql
-- drop: DROP TRIGGER contact_leads_totals_delete ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_totals_delete
    AFTER DELETE ON public.contact_leads
    REFERENCING OLD TABLE AS old_leads
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.count_leads();

COMMENT ON TRIGGER contact_leads_totals_delete ON public.contact_leads IS
    'An erased lead counts no more.';
-- <== sql/triggers/contact_leads_totals_delete.sql

-- ==> sql/triggers/contact_leads_totals_insert.sql
-- drop: DROP TRIGGER contact_leads_totals_insert ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_totals_insert
    AFTER INSERT ON public.contact_leads
    REFERENCING NEW TABLE AS new_leads
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.count_leads();

COMMENT ON TRIGGER contact_leads_totals_insert ON public.contact_leads IS
    'New leads count at once.';
-- <== sql/triggers/contact_leads_totals_insert.sql

-- ==> sql/triggers/contact_leads_totals_truncate.sql
-- drop: DROP TRIGGER contact_leads_totals_truncate ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_totals_truncate
    AFTER TRUNCATE ON public.contact_leads
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.count_leads();

COMMENT ON TRIGGER contact_leads_totals_truncate ON public.contact_leads IS
    'An emptied table has totals of nothing.';
-- <== sql/triggers/contact_leads_totals_truncate.sql

-- ==> sql/triggers/contact_leads_totals_update.sql
-- drop: DROP TRIGGER contact_leads_totals_update ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_totals_update
    AFTER UPDATE ON public.contact_leads
    REFERENCING OLD TABLE AS old_leads NEW TABLE AS new_leads
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.count_leads();

COMMENT ON TRIGGER contact_leads_totals_update ON public.contact_leads IS
    'A lead that moves counts where it is now. Of an UPDATE only the difference is written.';
-- <== sql/triggers/contact_leads_totals_update.sql

-- ==> sql/roles/leads_admin.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, api.leads FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_admin;
GRANT USAGE ON SCHEMA service, app, api TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads TO leads_admin;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, api.leads TO leads_admin;
-- <== sql/roles/leads_admin.sql

-- ==> sql/roles/leads_editor.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, api.leads FROM leads_editor;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_editor;
GRANT USAGE ON SCHEMA service, app, api TO leads_editor;
GRANT SELECT, INSERT, UPDATE ON public.contact_leads TO leads_editor;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, api.leads TO leads_editor;
-- <== sql/roles/leads_editor.sql

-- ==> sql/roles/leads_viewer.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, api.leads FROM leads_viewer;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_viewer;
GRANT USAGE ON SCHEMA service, app, api TO leads_viewer;
GRANT SELECT ON public.contact_leads TO leads_viewer;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, api.leads TO leads_viewer;
-- <== sql/roles/leads_viewer.sql
