-- drop: DROP FUNCTION app.entry_digest(app.audit_log, bytea);
CREATE OR REPLACE FUNCTION app.entry_digest(p_entry app.audit_log, p_values_digest bytea) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    RETURN sha256(
        convert_to(jsonb_build_array(
            (p_entry).id, extract(epoch FROM (p_entry).at), (p_entry).tx::text, (p_entry).actor, (p_entry).actor_role,
            (p_entry).request_id, (p_entry).session_user_name, (p_entry).action, (p_entry).table_name, (p_entry).lead_id,
            (p_entry).subject, (p_entry).operation, (p_entry).lead_version
        )::text, 'UTF8') || p_values_digest);

COMMENT ON FUNCTION app.entry_digest(app.audit_log, bytea) IS
    'SHA-256 of an entry of the audit: of who, when and what as they stand there, and of its values by their digest alone.';
REVOKE ALL ON FUNCTION app.entry_digest(app.audit_log, bytea) FROM PUBLIC;
