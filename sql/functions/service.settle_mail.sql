-- drop: DROP FUNCTION service.settle_mail(bigint, integer, text, text, text, text, double precision);
CREATE OR REPLACE FUNCTION service.settle_mail(
    p_id bigint, p_attempt integer, p_outcome text, p_detail text, p_transport text, p_provider_id text, p_wait double precision
) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_wait interval := make_interval(secs => greatest(
        -- 5 s, 10 s, 20 s ... up to an hour, and of each half to all: many that failed at once come back one by one.
        least(3600, 5 * 2 ^ least(p_attempt - 1, 12)) * (0.5 + random() / 2), coalesce(p_wait, 0)));
    v_state app.mail_state;
BEGIN
    IF p_outcome = 'sent' THEN
        -- Whoever has it now: it is on its way.
        UPDATE app.outbox AS o
        SET state = 'sent', ended_at = app.now(), error = NULL, transport = p_transport, provider_id = coalesce(p_provider_id, o.provider_id)
        WHERE o.id = p_id AND (o.state = 'sending' OR o.state = 'queued' AND o.attempts >= p_attempt)
        RETURNING o.state INTO v_state;
    ELSIF p_outcome = 'refused' THEN
        UPDATE app.outbox AS o SET state = 'failed', ended_at = app.now(), error = left(p_detail, 1000), transport = p_transport
        WHERE o.id = p_id AND o.state = 'sending' AND o.attempts = p_attempt
        RETURNING o.state INTO v_state;
    ELSIF p_outcome = 'held' THEN
        -- Nothing was handed over: as if it had not been tried.
        UPDATE app.outbox AS o
        SET state = 'queued', due_at = app.now() + make_interval(secs => coalesce(p_wait, 0)), error = left(p_detail, 1000),
            attempts = o.attempts - 1, first_attempt_at = CASE WHEN o.attempts > 1 THEN o.first_attempt_at END
        WHERE o.id = p_id AND o.state = 'sending' AND o.attempts = p_attempt
        RETURNING o.state INTO v_state;
    ELSE
        UPDATE app.outbox AS o SET state = 'queued', due_at = app.now() + v_wait, error = left(p_detail, 1000), transport = p_transport
        WHERE o.id = p_id AND o.state = 'sending' AND o.attempts = p_attempt
        RETURNING o.state INTO v_state;
    END IF;
    RETURN v_state;
END;
$$;

COMMENT ON FUNCTION service.settle_mail(bigint, integer, text, text, text, text, double precision) IS
    'Says how a claimed mail fared. p_outcome: sent; refused for good, which fails it; later: to be tried again, after a time that doubles and varies, p_wait seconds at least; held: it was not handed over at all, to be tried after p_wait seconds. The last three count only from the worker whose attempt it is. Returns the state, NULL when nothing changed.';
REVOKE ALL ON FUNCTION service.settle_mail(bigint, integer, text, text, text, text, double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.settle_mail(bigint, integer, text, text, text, text, double precision) TO leads_service;
