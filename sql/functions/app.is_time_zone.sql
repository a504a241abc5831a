-- drop: DROP FUNCTION app.is_time_zone(text);
CREATE OR REPLACE FUNCTION app.is_time_zone(p_name text) RETURNS boolean
    LANGUAGE plpgsql STABLE STRICT
    SET search_path = pg_catalog
AS $$
BEGIN
    -- AT TIME ZONE also takes abbreviations (CEST), which have no slash, and rules in the manner of POSIX (foo+3), which have a digit.
    IF p_name = 'UTC' OR p_name ~ '^[A-Z][A-Za-z_]*(/[A-Z][A-Za-z_-]*){1,2}$' THEN
        PERFORM app.now() AT TIME ZONE p_name;
        RETURN true;
    END IF;
    -- For the few other names (Etc/GMT+3, CET): this reads the file of every time zone, which takes 10 ms.
    RETURN EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = p_name);
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN false;
END;
$$;

COMMENT ON FUNCTION app.is_time_zone(text) IS
    'Whether a text names a time zone of the IANA database, such as Europe/Berlin or UTC.';
REVOKE ALL ON FUNCTION app.is_time_zone(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.is_time_zone(text) TO leads_viewer, leads_editor, leads_admin;
