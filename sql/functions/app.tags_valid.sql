-- drop: DROP FUNCTION app.tags_valid(text[]);
CREATE OR REPLACE FUNCTION app.tags_valid(p_tags text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN cardinality(p_tags) <= 50
        AND coalesce(array_ndims(p_tags), 1) = 1
        AND NOT EXISTS (
            SELECT FROM unnest(p_tags) AS t (tag)
            WHERE t.tag IS NULL OR char_length(t.tag) NOT BETWEEN 1 AND 50 OR t.tag ~ '[[:cntrl:]]' OR t.tag <> btrim(t.tag)
        );

COMMENT ON FUNCTION app.tags_valid(text[]) IS
    'Whether these may be a lead''s tags: at most 50, each 1 to 50 characters on one line, without spaces around it.';
REVOKE ALL ON FUNCTION app.tags_valid(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.tags_valid(text[]) TO leads_editor, leads_admin;
