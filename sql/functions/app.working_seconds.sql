-- drop: DROP FUNCTION app.working_seconds(text, timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION app.working_seconds(p_policy text, p_from timestamptz, p_to timestamptz) RETURNS double precision
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT greatest(app.working_clock(p, p_to) - app.working_clock(p, p_from), 0) FROM app.sla_policies AS p WHERE p.name = p_policy;
$$;

COMMENT ON FUNCTION app.working_seconds(text, timestamptz, timestamptz) IS
    'The working time between two instants by a policy of app.sla_policies, in seconds; none when the second is earlier. NULL when there is no such policy.';
REVOKE ALL ON FUNCTION app.working_seconds(text, timestamptz, timestamptz) FROM PUBLIC;
