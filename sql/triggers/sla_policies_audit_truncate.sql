-- drop: DROP TRIGGER sla_policies_audit_truncate ON app.sla_policies;
CREATE OR REPLACE TRIGGER sla_policies_audit_truncate
    AFTER TRUNCATE ON app.sla_policies
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_setting();

COMMENT ON TRIGGER sla_policies_audit_truncate ON app.sla_policies IS
    'Who removed all SLA policies.';
