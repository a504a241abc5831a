-- drop: DROP FUNCTION service.open_cv(bigint, uuid, boolean);
CREATE OR REPLACE FUNCTION service.open_cv(p_id bigint, p_key uuid, p_count boolean) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH opened AS (
        UPDATE app.outbox AS o SET opened = o.opened + 1, last_opened_at = app.now()
        WHERE p_count AND o.id = p_id AND o.key = p_key AND o.kind = 'cv'
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM opened)
        OR NOT p_count AND EXISTS (SELECT FROM app.outbox AS o WHERE o.id = p_id AND o.key = p_key AND o.kind = 'cv');
END;

COMMENT ON FUNCTION service.open_cv(bigint, uuid, boolean) IS
    'Whether a link to the CV still holds, and counts that it was opened. It ends with the mail that brought it: when the person is erased, say.';
REVOKE ALL ON FUNCTION service.open_cv(bigint, uuid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.open_cv(bigint, uuid, boolean) TO leads_service;
