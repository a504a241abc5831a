-- drop: DROP FUNCTION app.response_bin(timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION app.response_bin(p_created_at timestamptz, p_answered_at timestamptz) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN CASE
        WHEN p_answered_at IS NULL THEN NULL
        WHEN NOT isfinite(p_created_at) OR NOT isfinite(p_answered_at) OR p_answered_at - p_created_at < interval '1 second' THEN 0
        -- The limits of stats.response_times (1, 4, 8 and 24 hours) are limits of bins: so its counts are exact.
        WHEN p_answered_at - p_created_at < interval '1 hour'
            THEN 1 + least(413, floor(ln(extract(epoch FROM p_answered_at - p_created_at)::double precision) / ln(3600::double precision) * 414))::integer
        WHEN p_answered_at - p_created_at < interval '4 hours'
            THEN 415 + least(70, floor(ln(extract(epoch FROM p_answered_at - p_created_at)::double precision / 3600) / ln(4::double precision) * 71))::integer
        WHEN p_answered_at - p_created_at < interval '8 hours'
            THEN 486 + least(35, floor(ln(extract(epoch FROM p_answered_at - p_created_at)::double precision / 14400) / ln(2::double precision) * 36))::integer
        WHEN p_answered_at - p_created_at < interval '24 hours'
            THEN 522 + least(55, floor(ln(extract(epoch FROM p_answered_at - p_created_at)::double precision / 28800) / ln(3::double precision) * 56))::integer
        ELSE 578 + least(1000, floor(ln(extract(epoch FROM p_answered_at - p_created_at)::double precision / 86400) / ln(1.02::double precision)))::integer
    END;

COMMENT ON FUNCTION app.response_bin(timestamptz, timestamptz) IS
    'The bin of the histogram of response times that an answer falls into; NULL without one. Bin 0 is what took less than a second (or came before its question); from there on each is at most 2 % wide: 414 up to an hour, 71 up to 4 hours, 36 up to 8, 56 up to 24, and steps of 2 % after that.';
REVOKE ALL ON FUNCTION app.response_bin(timestamptz, timestamptz) FROM PUBLIC;
