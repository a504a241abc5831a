-- drop: DROP FUNCTION app.refuse_audit_change();
CREATE OR REPLACE FUNCTION app.refuse_audit_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'LD403',
        MESSAGE = format('The audit log is only appended to: %s is refused, to its owner too.', TG_OP),
        CONSTRAINT = 'audit_is_append_only';
END;
$$;

COMMENT ON FUNCTION app.refuse_audit_change() IS 'Trigger function: LD403 audit_is_append_only, whoever asks.';
REVOKE ALL ON FUNCTION app.refuse_audit_change() FROM PUBLIC;
