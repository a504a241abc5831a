-- drop: DROP FUNCTION app.is_undone(bigint, public.lead_status);
CREATE OR REPLACE FUNCTION app.is_undone(p_lead_id bigint, p_status public.lead_status) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT
        FROM app.operations AS undo
        JOIN app.operations AS o ON o.id = undo.undoes
        JOIN app.audit_log AS a ON a.operation = o.id AND a.tx = o.tx
        WHERE undo.changed IS NULL AND undo.tx = pg_current_xact_id_if_assigned()
            AND a.lead_id = p_lead_id AND a.before ->> 'status' = p_status::text
    );
END;

COMMENT ON FUNCTION app.is_undone(bigint, public.lead_status) IS
    'Whether this transaction undoes an operation before which the lead had this status: it may then go back to it, whatever the rules say.';
REVOKE ALL ON FUNCTION app.is_undone(bigint, public.lead_status) FROM PUBLIC;
