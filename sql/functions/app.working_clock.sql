-- drop: DROP FUNCTION app.working_clock(app.sla_policies, timestamptz);
CREATE OR REPLACE FUNCTION app.working_clock(p_policy app.sla_policies, p_at timestamptz) RETURNS double precision
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_local timestamp;
    -- Days since a Monday long ago.
    v_days integer;
    v_length double precision;
    v_worked bigint;
    v_today double precision := 0;
BEGIN
    IF (p_policy).weekdays IS NULL THEN
        RETURN extract(epoch FROM p_at);
    END IF;
    v_local := p_at AT TIME ZONE (p_policy).time_zone;
    v_days := v_local::date - '1900-01-01'::date;
    v_length := extract(epoch FROM (p_policy).closes - (p_policy).opens);
    v_worked :=
        (SELECT sum(v_days / 7 + CASE WHEN w.weekday - 1 < v_days % 7 THEN 1 ELSE 0 END)
         FROM (SELECT DISTINCT u.weekday FROM unnest((p_policy).weekdays) AS u (weekday)) AS w)
        - (SELECT count(*) FROM app.holidays AS h
           WHERE h.day >= '1900-01-01' AND h.day < v_local::date AND extract(isodow FROM h.day)::integer = ANY ((p_policy).weekdays));
    IF extract(isodow FROM v_local)::integer = ANY ((p_policy).weekdays) AND NOT EXISTS (SELECT FROM app.holidays AS h WHERE h.day = v_local::date) THEN
        v_today := least(greatest(extract(epoch FROM v_local::time - (p_policy).opens), 0), v_length);
    END IF;
    RETURN v_worked * v_length + v_today;
END;
$$;

COMMENT ON FUNCTION app.working_clock(app.sla_policies, timestamptz) IS
    'A clock that only goes in a policy''s working hours: the difference of two of its readings is the working time between them, in seconds. On the clock of its time zone, so that an hour that is skipped or comes twice counts as that clock shows it.';
REVOKE ALL ON FUNCTION app.working_clock(app.sla_policies, timestamptz) FROM PUBLIC;
