-- drop: DROP FUNCTION app.local_start(timestamp, text);
CREATE OR REPLACE FUNCTION app.local_start(p_local timestamp, p_time_zone text) RETURNS timestamptz
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog
    -- Where the clock is set back at midnight it shows 0:00 twice, and PostgreSQL takes the second one.
    RETURN CASE
        WHEN ((p_local AT TIME ZONE p_time_zone) - interval '1 hour') AT TIME ZONE p_time_zone >= p_local
            THEN (p_local AT TIME ZONE p_time_zone) - interval '1 hour'
        ELSE p_local AT TIME ZONE p_time_zone
    END;

COMMENT ON FUNCTION app.local_start(timestamp, text) IS
    'When the clock of a time zone first shows this time. One that it skips is when it would have: the first instant after.';
REVOKE ALL ON FUNCTION app.local_start(timestamp, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.local_start(timestamp, text) TO leads_viewer, leads_editor, leads_admin;
