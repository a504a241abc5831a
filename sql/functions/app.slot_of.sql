-- drop: DROP FUNCTION app.slot_of(timestamptz);
CREATE OR REPLACE FUNCTION app.slot_of(p_at timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN date_bin(interval '15 minutes', p_at, timestamptz '2000-01-01 00:00:00+00');

COMMENT ON FUNCTION app.slot_of(timestamptz) IS
    'The quarter of an hour that an instant is in: its beginning. Every clock of today is a whole number of them away from UTC, so that any local hour or day is made of whole ones.';
REVOKE ALL ON FUNCTION app.slot_of(timestamptz) FROM PUBLIC;
