-- drop: DROP FUNCTION app.read_instant(text);
CREATE OR REPLACE FUNCTION app.read_instant(p_text text) RETURNS timestamptz
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
BEGIN
    IF p_text ~ '^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.]\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?$' THEN
        RETURN p_text::timestamptz;
    END IF;
    RETURN NULL;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.read_instant(text) IS
    'The instant that a text names by RFC 3339, or a day its beginning; without a zone it is UTC. NULL for any other text.';
REVOKE ALL ON FUNCTION app.read_instant(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.read_instant(text) TO leads_viewer, leads_editor, leads_admin;
