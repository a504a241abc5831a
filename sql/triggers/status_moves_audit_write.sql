-- drop: DROP TRIGGER status_moves_audit_write ON app.status_moves;
CREATE OR REPLACE TRIGGER status_moves_audit_write
    AFTER INSERT OR UPDATE OR DELETE ON app.status_moves
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_setting();

COMMENT ON TRIGGER status_moves_audit_write ON app.status_moves IS
    'Who changed which moves are allowed.';
