-- drop: DROP TRIGGER status_moves_audit_truncate ON app.status_moves;
CREATE OR REPLACE TRIGGER status_moves_audit_truncate
    AFTER TRUNCATE ON app.status_moves
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_setting();

COMMENT ON TRIGGER status_moves_audit_truncate ON app.status_moves IS
    'Who removed all allowed moves.';
