-- drop: DROP FUNCTION app.bin_percentile(integer[], bigint[], numeric);
CREATE OR REPLACE FUNCTION app.bin_percentile(p_bins integer[], p_leads bigint[], p_share numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
    SELECT app.bin_seconds(min(h.bin))
    FROM (
        SELECT b.bin, sum(b.leads) OVER (ORDER BY b.bin) AS upto, sum(b.leads) OVER () AS total
        FROM unnest(p_bins, p_leads) AS b (bin, leads)
    ) AS h
    WHERE h.upto >= ceil(p_share * h.total) AND h.total > 0;
$$;

COMMENT ON FUNCTION app.bin_percentile(integer[], bigint[], numeric) IS
    'The response time, in seconds, within which this share (0 to 1) of the answers came, from a histogram: bins as app.response_bin numbers them, each with its number of leads. Of n answers it is that of the one at place ceil(share * n), within 1 %; NULL of none.';
REVOKE ALL ON FUNCTION app.bin_percentile(integer[], bigint[], numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.bin_percentile(integer[], bigint[], numeric) TO leads_viewer, leads_editor, leads_admin;
