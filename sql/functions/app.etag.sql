-- drop: DROP FUNCTION app.etag(bigint, integer);
CREATE OR REPLACE FUNCTION app.etag(p_id bigint, p_version integer) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN '"' || p_id || '-' || p_version || '"';

COMMENT ON FUNCTION app.etag(bigint, integer) IS 'The strong ETag (RFC 9110, 8.8.3) of one version of a lead.';
REVOKE ALL ON FUNCTION app.etag(bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.etag(bigint, integer) TO leads_viewer, leads_editor, leads_admin;
