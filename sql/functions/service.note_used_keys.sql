-- drop: DROP FUNCTION service.note_used_keys(uuid[]);
CREATE OR REPLACE FUNCTION service.note_used_keys(p_keys uuid[]) RETURNS void
    LANGUAGE sql VOLATILE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE app.api_keys AS k SET last_used_at = app.now() WHERE k.id = ANY (p_keys);
END;

COMMENT ON FUNCTION service.note_used_keys(uuid[]) IS
    'Says that API keys have been used just now; told once a minute, not with each request.';
REVOKE ALL ON FUNCTION service.note_used_keys(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.note_used_keys(uuid[]) TO leads_service;
