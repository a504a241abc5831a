-- drop: DROP FUNCTION app.audit_setting();
CREATE OR REPLACE FUNCTION app.audit_setting() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO app.audit_log (actor, actor_role, request_id, operation, action, table_name, subject, before, after)
    VALUES (
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('app.actor_role', true), ''),
        nullif(current_setting('app.request_id', true), '')::uuid,
        nullif(current_setting('app.operation', true), '')::uuid,
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' WHEN 'DELETE' THEN 'deleted' ELSE 'emptied' END,
        TG_TABLE_NAME,
        -- By the column that the trigger names, else by the whole row.
        (SELECT string_agg(f.value, ' ')
         FROM jsonb_each_text(CASE TG_OP WHEN 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END) AS f
         WHERE TG_NARGS = 0 OR f.key = TG_ARGV[0]),
        CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) END,
        CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) END
    );
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.audit_setting() IS
    'Trigger function: writes to app.audit_log what was done to a rule that is kept as a row, such as an allowed move. Its argument is the column that names the row; without one, all of it does.';
REVOKE ALL ON FUNCTION app.audit_setting() FROM PUBLIC;
