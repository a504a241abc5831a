-- drop: DROP FUNCTION app.check_query(text);
CREATE OR REPLACE FUNCTION app.check_query(p_query text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
BEGIN
    IF char_length(p_query) > 200 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'A search may have at most 200 characters.',
            CONSTRAINT = 'query_too_long',
            COLUMN = 'q';
    END IF;
END;
$$;

COMMENT ON FUNCTION app.check_query(text) IS 'LD400 query_too_long for a search of more than 200 characters.';
REVOKE ALL ON FUNCTION app.check_query(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.check_query(text) TO leads_viewer, leads_editor, leads_admin;
