-- drop: DROP FUNCTION app.open_operation();
CREATE OR REPLACE FUNCTION app.open_operation() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT o.kind FROM app.operations AS o WHERE o.changed IS NULL AND o.tx = pg_current_xact_id_if_assigned();
END;

COMMENT ON FUNCTION app.open_operation() IS 'The kind of the operation that this transaction is about, from app.begin_operation to app.end_operation; else NULL.';
REVOKE ALL ON FUNCTION app.open_operation() FROM PUBLIC;
