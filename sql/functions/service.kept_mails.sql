-- drop: DROP FUNCTION service.kept_mails(bigint[]);
CREATE OR REPLACE FUNCTION service.kept_mails(p_ids bigint[]) RETURNS bigint[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(array_agg(o.id), '{}') FROM app.outbox AS o WHERE o.id = ANY (p_ids) AND o.content IS NOT NULL;
END;

COMMENT ON FUNCTION service.kept_mails(bigint[]) IS
    'Which of these mails are still kept, with what they say. The files of others are to go from the mailbox.';
REVOKE ALL ON FUNCTION service.kept_mails(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.kept_mails(bigint[]) TO leads_service;
