-- drop: DROP TRIGGER audit_seals_append_only ON app.audit_seals;
CREATE OR REPLACE TRIGGER audit_seals_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON app.audit_seals
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.refuse_audit_change();

COMMENT ON TRIGGER audit_seals_append_only ON app.audit_seals IS
    'What was sealed stays sealed.';
