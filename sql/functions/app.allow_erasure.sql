-- drop: DROP FUNCTION app.allow_erasure();
CREATE OR REPLACE FUNCTION app.allow_erasure() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_erased app.audit_log := OLD;
BEGIN
    v_erased.salt := NULL;
    v_erased.before := NULL;
    v_erased.after := NULL;
    IF NEW *= v_erased AND app.open_operation() IN ('erase', 'purge') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'LD403',
        MESSAGE = 'The audit log is only appended to: UPDATE is refused, to its owner too.',
        CONSTRAINT = 'audit_is_append_only';
END;
$$;

COMMENT ON FUNCTION app.allow_erasure() IS
    'Trigger function: of an entry nothing changes but that its values and salt go, all of them, while a person is erased or the trash purged. LD403 audit_is_append_only.';
REVOKE ALL ON FUNCTION app.allow_erasure() FROM PUBLIC;
