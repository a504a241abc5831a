-- drop: DROP FUNCTION app.source_of(text, jsonb);
CREATE OR REPLACE FUNCTION app.source_of(p_source text, p_metadata jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN coalesce(p_source, CASE WHEN p_metadata ?| '{ip_address,user_agent,origin}'::text[] THEN 'direct' ELSE 'unknown' END);

COMMENT ON FUNCTION app.source_of(text, jsonb) IS
    'The source that a lead counts for: its own; direct when it came by a form that named none; unknown when it came otherwise (an import, an adopted table) and names none.';
REVOKE ALL ON FUNCTION app.source_of(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.source_of(text, jsonb) TO leads_viewer, leads_editor, leads_admin, leads_analyst;
