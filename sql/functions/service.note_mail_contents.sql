-- drop: DROP FUNCTION service.note_mail_contents(jsonb);
CREATE OR REPLACE FUNCTION service.note_mail_contents(p_made jsonb) RETURNS bigint[]
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH noted AS (
        UPDATE app.outbox AS o SET content = m.content
        FROM jsonb_to_recordset(p_made) AS m (id bigint, attempt integer, content jsonb)
        WHERE o.id = m.id AND o.attempts = m.attempt AND o.state = 'sending' AND o.content IS NULL
        RETURNING o.id
    )
    SELECT coalesce(array_agg(n.id), '{}') FROM noted AS n;
END;

COMMENT ON FUNCTION service.note_mail_contents(jsonb) IS
    'Keeps what claimed mails say, [{id, attempt, content}], before they are handed over, so that a further try says the same: the provider takes a repeat for one only then. Returns those that are still the caller''s to send; a lead of the others was erased meanwhile, say.';
REVOKE ALL ON FUNCTION service.note_mail_contents(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.note_mail_contents(jsonb) TO leads_service;
