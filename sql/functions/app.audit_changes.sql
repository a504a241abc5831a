-- drop: DROP FUNCTION app.audit_changes(jsonb, jsonb);
CREATE OR REPLACE FUNCTION app.audit_changes(p_before jsonb, p_after jsonb) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(json_agg(json_build_object('field', f.field, 'before', f.before, 'after', f.after) ORDER BY f.field), '[]')
    FROM (
        SELECT coalesce(b.key, a.key) AS field, nullif(b.value, 'null') AS before, nullif(a.value, 'null') AS after
        FROM jsonb_each(p_before) AS b FULL JOIN jsonb_each(p_after) AS a ON a.key = b.key
    ) AS f
    WHERE f.before IS NOT NULL OR f.after IS NOT NULL;
END;

COMMENT ON FUNCTION app.audit_changes(jsonb, jsonb) IS
    'A row of the audit as a list of {field, before, after}. Of a creation, what it had; of a deletion, what is gone.';
REVOKE ALL ON FUNCTION app.audit_changes(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.audit_changes(jsonb, jsonb) TO leads_admin;
