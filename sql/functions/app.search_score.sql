-- drop: DROP FUNCTION app.search_score(double precision, timestamptz);
CREATE OR REPLACE FUNCTION app.search_score(p_rank double precision, p_created_at timestamptz) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN ln(greatest(p_rank, 1e-20)) + extract(epoch FROM p_created_at)::double precision / (90 * 86400);

COMMENT ON FUNCTION app.search_score(double precision, timestamptz) IS
    'By what found leads are ordered: the logarithm of rank * exp(age / -90 days), but for a constant. So it doesn''t change while time goes by, and a cursor may hold it.';
REVOKE ALL ON FUNCTION app.search_score(double precision, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_score(double precision, timestamptz) TO leads_viewer, leads_editor, leads_admin;
