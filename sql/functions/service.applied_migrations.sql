-- drop: DROP FUNCTION service.applied_migrations();
CREATE OR REPLACE FUNCTION service.applied_migrations() RETURNS text[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(SELECT m.migration_id::text FROM public._yoyo_migration AS m ORDER BY m.migration_id);
END;
$$;

COMMENT ON FUNCTION service.applied_migrations() IS
    'The migrations that this database has, by id. The service compares them with its own before it serves.';
REVOKE ALL ON FUNCTION service.applied_migrations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.applied_migrations() TO leads_service;
