-- drop: DROP FUNCTION app.values_digest(app.audit_log);
CREATE OR REPLACE FUNCTION app.values_digest(p_entry app.audit_log) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    RETURN sha256(coalesce(uuid_send((p_entry).salt), '') || convert_to(jsonb_build_array((p_entry).before, (p_entry).after)::text, 'UTF8'));

COMMENT ON FUNCTION app.values_digest(app.audit_log) IS
    'SHA-256 of what an entry of the audit holds of a lead or user, behind its salt: once values and salt are erased, nobody can try values against it.';
REVOKE ALL ON FUNCTION app.values_digest(app.audit_log) FROM PUBLIC;
