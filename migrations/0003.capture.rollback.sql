DROP FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text);

-- destroys: app.idempotency_keys
DROP TABLE app.idempotency_keys;
