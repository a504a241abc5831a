-- drop: DROP FUNCTION app.read_cursor(text);
CREATE OR REPLACE FUNCTION app.read_cursor(p_cursor text, OUT created_at timestamptz, OUT id bigint)
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_text text;
BEGIN
    v_text := convert_from(decode(rpad(translate(p_cursor, '-_', '+/'), (length(p_cursor) + 3) / 4 * 4, '='), 'base64'), 'UTF8');
    created_at := split_part(v_text, ' ', 1)::timestamptz;
    id := split_part(v_text, ' ', 2)::bigint;
    IF app.cursor_of(created_at, id) IS DISTINCT FROM p_cursor THEN
        RAISE data_exception;
    END IF;
EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION USING
        ERRCODE = 'LD400',
        MESSAGE = 'The cursor is none that this list gave.',
        CONSTRAINT = 'cursor_not_valid',
        COLUMN = 'cursor',
        HINT = 'Pass on the value of "next" unchanged, or leave cursor out to begin again.';
END;
$$;

COMMENT ON FUNCTION app.read_cursor(text) IS 'What app.cursor_of wrote. LD400 cursor_not_valid for anything else.';
REVOKE ALL ON FUNCTION app.read_cursor(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.read_cursor(text) TO leads_viewer, leads_editor, leads_admin;
