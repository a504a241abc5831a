-- drop: DROP FUNCTION app.lexeme(text);
CREATE OR REPLACE FUNCTION app.lexeme(p_text text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN '''' || replace(replace(p_text, '\', '\\'), '''', '''''') || '''';

COMMENT ON FUNCTION app.lexeme(text) IS 'A text quoted as one lexeme, for a cast to tsvector or tsquery.';
REVOKE ALL ON FUNCTION app.lexeme(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.lexeme(text) TO leads_viewer, leads_editor, leads_admin;
