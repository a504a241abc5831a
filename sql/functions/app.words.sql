-- drop: DROP FUNCTION app.words(text);
CREATE OR REPLACE FUNCTION app.words(p_text text) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN btrim(regexp_replace(app.fold(p_text), '[!-/:-@[-`{-~\s]+', ' ', 'g'));

COMMENT ON FUNCTION app.words(text) IS
    'The words of a text, folded, with one space between them and no punctuation: what app.lead_search.names is made of. No wildcard of LIKE is left in it.';
REVOKE ALL ON FUNCTION app.words(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.words(text) TO leads_viewer, leads_editor, leads_admin;
