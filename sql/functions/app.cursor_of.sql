-- drop: DROP FUNCTION app.cursor_of(timestamptz, bigint);
CREATE OR REPLACE FUNCTION app.cursor_of(p_created_at timestamptz, p_id bigint) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN rtrim(translate(
        encode(convert_to(to_char(p_created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || p_id, 'UTF8'), 'base64'),
        E'+/\n', '-_'
    ), '=');

COMMENT ON FUNCTION app.cursor_of(timestamptz, bigint) IS
    'A place in the list of leads, newest first: the last row shown, as URL-safe base64 (RFC 4648, 5) without padding. To be passed back, not to be read.';
REVOKE ALL ON FUNCTION app.cursor_of(timestamptz, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.cursor_of(timestamptz, bigint) TO leads_viewer, leads_editor, leads_admin;
