-- drop: DROP FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text, uuid);
CREATE OR REPLACE FUNCTION service.capture_lead(
    p_lead_type public.lead_type,
    p_fields jsonb,
    p_metadata jsonb,
    p_idempotency_key text DEFAULT NULL,
    p_request_id uuid DEFAULT NULL
) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_reference uuid := gen_random_uuid();
    v_fingerprint bytea;
    v_claimed boolean;
    v_same boolean;
    v_lead public.contact_leads;
BEGIN
    IF p_idempotency_key IS NOT NULL THEN
        v_fingerprint := sha256(convert_to(p_fields::text, 'UTF8'));
        -- A repeat that arrives at the same time waits here until the first one has committed or failed.
        INSERT INTO app.idempotency_keys AS k (lead_type, key, fingerprint, reference)
        VALUES (p_lead_type, p_idempotency_key, v_fingerprint, v_reference)
        ON CONFLICT (lead_type, key) DO UPDATE
            SET fingerprint = excluded.fingerprint, reference = excluded.reference, created_at = excluded.created_at
            WHERE k.created_at <= app.now() - interval '24 hours'
        RETURNING true INTO v_claimed;
        IF v_claimed IS NULL THEN
            SELECT k.fingerprint = v_fingerprint, k.reference INTO STRICT v_same, v_reference
            FROM app.idempotency_keys AS k
            WHERE k.lead_type = p_lead_type AND k.key = p_idempotency_key;
            IF NOT v_same THEN
                RAISE EXCEPTION USING
                    ERRCODE = 'LD422',
                    MESSAGE = 'This Idempotency-Key was used for another submission.',
                    CONSTRAINT = 'idempotency_key_reused',
                    COLUMN = 'Idempotency-Key',
                    HINT = 'Send a new key with a new submission; repeat a key only with the same fields.';
            END IF;
            RETURN json_build_object('success', true, 'reference', v_reference);
        END IF;
    END IF;

    PERFORM app.act_as('visitor', 'visitor', p_request_id);
    INSERT INTO public.contact_leads AS l (
        reference, lead_type, form_type, name, email, subject, message, company, phone, role, source, consent, metadata
    )
    VALUES (
        v_reference,
        p_lead_type,
        p_lead_type::text,
        p_fields ->> 'name',
        p_fields ->> 'email',
        p_fields ->> 'subject',
        p_fields ->> 'message',
        p_fields ->> 'company',
        p_fields ->> 'phone',
        p_fields ->> 'role',
        coalesce(p_fields ->> 'source', p_fields -> 'utm' ->> 'utm_source'),
        (p_fields ->> 'consent')::boolean,
        p_metadata || jsonb_strip_nulls(jsonb_build_object('utm', p_fields -> 'utm', 'extra', p_fields -> 'extra'))
    )
    RETURNING l.* INTO v_lead;
    PERFORM app.answer_lead(v_lead);
    PERFORM app.act_as(NULL, NULL, NULL);
    RETURN json_build_object('success', true, 'reference', v_reference);
END;
$$;

COMMENT ON FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text, uuid) IS
    'Stores what a public form sent, queues the mails about it (app.answer_lead), and returns {"success": true, "reference": uuid}. p_fields: name, email, subject, message, company, phone, role, source, consent, utm {}, extra {}; p_metadata: ip_address, user_agent, referer, origin, taken by the service. The same p_idempotency_key with the same fields within 24 hours returns the first reference and stores nothing; with other fields LD422 idempotency_key_reused.';
REVOKE ALL ON FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text, uuid) TO leads_public;
