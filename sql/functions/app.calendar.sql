-- drop: DROP FUNCTION app.calendar(text, date, date, text);
CREATE OR REPLACE FUNCTION app.calendar(p_bucket text, p_from date, p_to date, p_tz text) RETURNS timestamptz[]
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_from timestamptz;
    v_to timestamptz;
BEGIN
    IF app.is_time_zone(p_tz) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'p_tz must be UTC or a name such as Europe/Berlin.',
            CONSTRAINT = 'time_zone_not_valid',
            COLUMN = 'p_tz';
    END IF;
    IF p_from IS NULL OR p_to IS NULL OR p_to <= p_from OR p_from < '1972-01-01' OR p_to > '2200-01-01'
        OR p_to - p_from > (CASE p_bucket WHEN 'hour' THEN 400 ELSE 20000 END)
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format(
                'p_from and p_to must be two days from 1972 to 2200, p_to after p_from, and at most %s days apart.',
                CASE p_bucket WHEN 'hour' THEN 400 ELSE 20000 END),
            CONSTRAINT = 'period_not_valid',
            COLUMN = 'p_to',
            HINT = 'p_to is the day after the last one: stats.by_day(''2026-11-01'', ''2026-12-01'', ''Europe/Berlin'') is November.';
    END IF;
    v_from := app.local_start(p_from::timestamp, p_tz);
    v_to := app.local_start(p_to::timestamp, p_tz);
    IF p_bucket IS NULL THEN
        RETURN ARRAY[v_from, v_to];
    END IF;
    IF p_bucket = 'hour' THEN
        RETURN ARRAY(SELECT s.at FROM generate_series(v_from, v_to - interval '1 microsecond', interval '1 hour') AS s (at)) || v_to;
    END IF;
    RETURN ARRAY[v_from] || ARRAY(
        SELECT app.local_start(s.at, p_tz)
        FROM generate_series(date_trunc(p_bucket, p_from::timestamp), p_to::timestamp, ('1 ' || p_bucket)::interval) AS s (at)
        WHERE s.at > p_from AND s.at < p_to
        ORDER BY s.at
    ) || v_to;
END;
$$;

COMMENT ON FUNCTION app.calendar(text, date, date, text) IS
    'When the hours, days, weeks or months from p_from to before p_to begin by the clock of p_tz, and when the last one ends; the first and last may be cut short by the period. Of bucket NULL the period alone. LD400 time_zone_not_valid, period_not_valid.';
REVOKE ALL ON FUNCTION app.calendar(text, date, date, text) FROM PUBLIC;
