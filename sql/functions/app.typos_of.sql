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
