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
