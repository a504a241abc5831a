-- drop: DROP FUNCTION app.bucket_starts(text, integer, text);
CREATE OR REPLACE FUNCTION app.bucket_starts(p_bucket text, p_count integer, p_time_zone text) RETURNS timestamptz[]
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
AS $$
    SELECT array_agg(
        CASE
            WHEN p_bucket = 'hour' THEN date_trunc('hour', app.now(), p_time_zone) + make_interval(hours => n.number)
            ELSE app.local_start(
                date_trunc(p_bucket, app.now() AT TIME ZONE p_time_zone) + n.number * ('1 ' || p_bucket)::interval, p_time_zone)
        END ORDER BY n.number
    )
    FROM generate_series(1 - p_count, 1) AS n (number);
$$;

COMMENT ON FUNCTION app.bucket_starts(text, integer, text) IS
    'When the last p_count hours, days, weeks (from Monday) or months begin by the clock of a time zone, oldest first, the current one the last of them; and when that one ends. A day is as long as it is there, 23 or 25 hours when the clock changes; an hour always has 60 minutes.';
REVOKE ALL ON FUNCTION app.bucket_starts(text, integer, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.bucket_starts(text, integer, text) TO leads_viewer, leads_editor, leads_admin;
