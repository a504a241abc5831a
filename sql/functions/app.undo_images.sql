-- drop: DROP FUNCTION app.undo_images(uuid);
CREATE OR REPLACE FUNCTION app.undo_images(p_operation uuid) RETURNS TABLE (lead_id bigint, fields jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT a.lead_id, (
        SELECT jsonb_object_agg(b.key, b.value)
        FROM jsonb_each(a.before) AS b
        WHERE NOT EXISTS (
            SELECT FROM app.audit_log AS later WHERE later.lead_id = a.lead_id AND later.id > a.id
                AND (later.after ? b.key OR later.action = 'changed' AND later.after IS NULL) -- erased: nobody knows what it changed
        )
    )
    FROM app.operations AS o JOIN app.audit_log AS a ON a.operation = o.id AND a.tx = o.tx
    WHERE o.id = p_operation AND a.action = 'changed' AND a.table_name = 'contact_leads';
END;

COMMENT ON FUNCTION app.undo_images(uuid) IS
    'What the leads of an operation held before it, field by field, without what was changed again since; NULL when nothing is left. From the audit.';
REVOKE ALL ON FUNCTION app.undo_images(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.undo_images(uuid) TO leads_editor, leads_admin;
