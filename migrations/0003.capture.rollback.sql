DROP FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text);

DROP TABLE app.idempotency_keys;
