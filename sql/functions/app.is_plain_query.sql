-- drop: DROP FUNCTION app.is_plain_query(text);
CREATE OR REPLACE FUNCTION app.is_plain_query(p_query text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN p_query !~* '["“”„‟«»＂]|(^|\s)-|(^|\s)or(\s|$)';

COMMENT ON FUNCTION app.is_plain_query(text) IS
    'Whether a search is of plain words. Who writes "a phrase", or, or -unwanted says exactly what is meant, and wants nothing that is only similar.';
REVOKE ALL ON FUNCTION app.is_plain_query(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.is_plain_query(text) TO leads_viewer, leads_editor, leads_admin;
