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
