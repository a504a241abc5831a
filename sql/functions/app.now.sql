-- drop: DROP FUNCTION app.now();
CREATE OR REPLACE FUNCTION app.now() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN now();

COMMENT ON FUNCTION app.now() IS
    'The time of the transaction. Every rule asks here for the time, so that a test database can replace this one function.';
REVOKE ALL ON FUNCTION app.now() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.now() TO leads_analyst, leads_viewer, leads_editor, leads_admin;
