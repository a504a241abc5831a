-- drop: DROP FUNCTION app.bin_seconds(integer);
CREATE OR REPLACE FUNCTION app.bin_seconds(p_bin integer) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN round((CASE
        WHEN p_bin < 1 THEN 0.5
        WHEN p_bin < 415 THEN power(3600::double precision, (p_bin - 0.5) / 414)
        WHEN p_bin < 486 THEN 3600 * power(4::double precision, (p_bin - 414.5) / 71)
        WHEN p_bin < 522 THEN 14400 * power(2::double precision, (p_bin - 485.5) / 36)
        WHEN p_bin < 578 THEN 28800 * power(3::double precision, (p_bin - 521.5) / 56)
        ELSE 86400 * power(1.02::double precision, p_bin - 577.5)
    END)::numeric, 3);

COMMENT ON FUNCTION app.bin_seconds(integer) IS
    'The seconds that a bin of app.response_bin stands for, its middle: at most 1 % away from any response time in it (half a second in bin 0).';
REVOKE ALL ON FUNCTION app.bin_seconds(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.bin_seconds(integer) TO leads_viewer, leads_editor, leads_admin;
