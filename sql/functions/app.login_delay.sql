-- drop: DROP FUNCTION app.login_delay(integer, integer, integer);
CREATE OR REPLACE FUNCTION app.login_delay(p_failures integer, p_free integer, p_longest integer) RETURNS interval
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- The exponent is bounded, so that no number of failures overflows it.
    RETURN CASE WHEN p_failures < p_free THEN interval '0'
        ELSE make_interval(secs => least(5 * 2 ^ least(p_failures - p_free, 20), p_longest)) END;

COMMENT ON FUNCTION app.login_delay(integer, integer, integer) IS
    'How long after a failed try to log in the next one is refused: not at all before p_free failures, then 5 s, twice as long with each, at most p_longest seconds.';
REVOKE ALL ON FUNCTION app.login_delay(integer, integer, integer) FROM PUBLIC;
