-- drop: DROP FUNCTION app.end_operation(uuid, bigint, bigint);
CREATE OR REPLACE FUNCTION app.end_operation(p_id uuid, p_changed bigint, p_skipped bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE app.operations AS o
    -- What was set for nobody is kept for nobody: an erasure couldn't tell whose it was.
    SET changed = p_changed, skipped = p_skipped, changes = CASE WHEN p_changed > 0 THEN o.changes END
    WHERE o.id = p_id AND o.tx = pg_current_xact_id() AND o.changed IS NULL;
    PERFORM app.act_as(NULL, NULL, NULL);
END;
$$;

COMMENT ON FUNCTION app.end_operation(uuid, bigint, bigint) IS
    'Says how many leads the operation of this transaction changed and left as they were; what follows is no part of it.';
REVOKE ALL ON FUNCTION app.end_operation(uuid, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.end_operation(uuid, bigint, bigint) TO leads_editor, leads_admin;
