-- drop: DROP FUNCTION app.chain_hash(bytea, bigint, bytea);
CREATE OR REPLACE FUNCTION app.chain_hash(p_previous bytea, p_number bigint, p_digest bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN sha256(coalesce(p_previous, '') || int8send(p_number) || p_digest);

COMMENT ON FUNCTION app.chain_hash(bytea, bigint, bytea) IS
    'The hash of one seal: SHA-256 of the seal before it (of nothing for the first), its number (8 bytes, most significant first) and its entry''s digest.';
REVOKE ALL ON FUNCTION app.chain_hash(bytea, bigint, bytea) FROM PUBLIC;
