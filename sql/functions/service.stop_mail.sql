-- drop: DROP FUNCTION service.stop_mail(bigint, uuid);
CREATE OR REPLACE FUNCTION service.stop_mail(p_id bigint, p_key uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_recipient text;
BEGIN
    SELECT o.recipient INTO v_recipient FROM app.outbox AS o
    WHERE o.id = p_id AND o.key = p_key AND o.recipient IS NOT NULL AND NOT o.is_test;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO app.mail_stops (address, reason) VALUES (app.mailbox_of(v_recipient), 'asked')
    ON CONFLICT ON CONSTRAINT mail_stops_pkey DO NOTHING;
    RETURN true;
END;
$$;

COMMENT ON FUNCTION service.stop_mail(bigint, uuid) IS
    'Whoever got this mail gets no automatic answers any more. false: there is no such mail (any more).';
REVOKE ALL ON FUNCTION service.stop_mail(bigint, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.stop_mail(bigint, uuid) TO leads_service;
