-- drop: DROP FUNCTION service.purge_trash(integer);
CREATE OR REPLACE FUNCTION service.purge_trash(p_days integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Somebody who restores one just now keeps it.
    v_ids bigint[] := ARRAY(
        SELECT l.id FROM public.contact_leads AS l
        WHERE l.deleted_at <= app.now() - make_interval(days => p_days)
        ORDER BY l.id
        LIMIT 1000
        FOR UPDATE SKIP LOCKED
    );
BEGIN
    IF v_ids <> '{}' THEN
        PERFORM app.end_operation(app.erase_leads(v_ids, 'purge', 'leads', 'job', NULL), cardinality(v_ids), 0);
    END IF;
    RETURN cardinality(v_ids);
END;
$$;

COMMENT ON FUNCTION service.purge_trash(integer) IS
    'Removes for good what has been in the trash for p_days days, at most 1,000 leads at once; returns how many.';
REVOKE ALL ON FUNCTION service.purge_trash(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.purge_trash(integer) TO leads_service;
