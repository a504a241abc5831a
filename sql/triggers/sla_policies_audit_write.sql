-- drop: DROP TRIGGER sla_policies_audit_write ON app.sla_policies;
CREATE OR REPLACE TRIGGER sla_policies_audit_write
    AFTER INSERT OR UPDATE OR DELETE ON app.sla_policies
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_setting('name');

COMMENT ON TRIGGER sla_policies_audit_write ON app.sla_policies IS
    'Who changed which SLA policies there are.';
