SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

-- ==> sql/roles/leads_admin.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, api.leads FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_admin;
GRANT USAGE ON SCHEMA service, app, api TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads TO leads_admin;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, api.leads TO leads_admin;
-- <== sql/roles/leads_admin.sql

DROP TRIGGER users_audit_write ON app.users;

DROP TRIGGER users_audit_update ON app.users;

-- ==> sql/triggers/trigger_contact_leads_updated_at.sql
-- drop: DROP TRIGGER trigger_contact_leads_updated_at ON public.contact_leads;
CREATE OR REPLACE TRIGGER trigger_contact_leads_updated_at
    BEFORE UPDATE ON public.contact_leads
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.set_updated_at();

COMMENT ON TRIGGER trigger_contact_leads_updated_at ON public.contact_leads IS
    'updated_at follows every real change of the row; an update that changes nothing leaves it.';
-- <== sql/triggers/trigger_contact_leads_updated_at.sql

DROP TRIGGER contact_leads_audit_update ON public.contact_leads;

DROP TRIGGER contact_leads_audit_truncate ON public.contact_leads;

DROP TRIGGER contact_leads_audit_insert ON public.contact_leads;

DROP TRIGGER contact_leads_audit_delete ON public.contact_leads;

DROP TRIGGER audit_log_append_only ON app.audit_log;

DROP VIEW api.leads;

-- ==> sql/views/api.leads.sql
-- drop: DROP VIEW api.leads;
CREATE OR REPLACE VIEW api.leads WITH (security_invoker = true) AS
    SELECT
        l.id,
        l.reference,
        l.name,
        l.email,
        l.subject,
        l.message,
        l.company,
        l.phone,
        l.lead_type,
        l.status,
        l.priority,
        l.metadata,
        l.created_at,
        l.updated_at,
        l."timestamp",
        l.flagged,
        l.role,
        l.form_type,
        l.quality_score,
        l.internal_notes,
        l.tags,
        l.contact_history,
        l.follow_up_date,
        l.last_contacted,
        l.first_response_at,
        l.source,
        l.consent
    FROM public.contact_leads AS l
    WHERE l.deleted_at IS NULL AND NOT l.is_spam;

COMMENT ON VIEW api.leads IS
    'The inbox: every lead that is neither spam nor in the trash. Read with the rights of whoever asks.';
COMMENT ON COLUMN api.leads.id IS 'The number of the lead inside the team; visitors never see it.';
COMMENT ON COLUMN api.leads.reference IS 'What the visitor is given: names the lead without telling how many there are.';
COMMENT ON COLUMN api.leads.name IS 'The visitor''s name, 1 to 200 characters on one line.';
COMMENT ON COLUMN api.leads.email IS 'The visitor''s address, at most 254 characters, with a dot in its domain.';
COMMENT ON COLUMN api.leads.subject IS 'At most 300 characters on one line; the contact and collaboration forms ask for it.';
COMMENT ON COLUMN api.leads.message IS 'At most 10,000 characters; the contact and collaboration forms ask for it.';
COMMENT ON COLUMN api.leads.company IS 'At most 200 characters on one line.';
COMMENT ON COLUMN api.leads.phone IS 'At most 50 characters on one line, as the visitor wrote it.';
COMMENT ON COLUMN api.leads.lead_type IS 'Which form the lead came by.';
COMMENT ON COLUMN api.leads.status IS 'Where the lead stands; moves as app.status_moves allows.';
COMMENT ON COLUMN api.leads.priority IS 'How soon it wants an answer.';
COMMENT ON COLUMN api.leads.metadata IS 'ip_address, user_agent, referer and origin as the server saw them; utm and extra as the form sent them.';
COMMENT ON COLUMN api.leads.created_at IS 'When the lead was stored, by the database''s clock.';
COMMENT ON COLUMN api.leads.updated_at IS 'When the row last changed; kept by trigger_contact_leads_updated_at.';
COMMENT ON COLUMN api.leads."timestamp" IS 'Legacy: the creation time under its older name.';
COMMENT ON COLUMN api.leads.flagged IS 'Legacy: marked by hand.';
COMMENT ON COLUMN api.leads.role IS 'What the visitor says they are (recruiter, founder ...), at most 100 characters.';
COMMENT ON COLUMN api.leads.form_type IS 'Legacy: the form''s name as text; new leads hold the label of lead_type.';
COMMENT ON COLUMN api.leads.quality_score IS 'The team''s judgement, 0 to 100; NULL until somebody judged.';
COMMENT ON COLUMN api.leads.internal_notes IS 'The team''s notes, at most 20,000 characters.';
COMMENT ON COLUMN api.leads.tags IS 'At most 50 tags of 1 to 50 characters.';
COMMENT ON COLUMN api.leads.contact_history IS 'Contacts with the visitor, an array of objects, oldest first.';
COMMENT ON COLUMN api.leads.follow_up_date IS 'The day to come back to this lead.';
COMMENT ON COLUMN api.leads.last_contacted IS 'When the lead last entered contacted.';
COMMENT ON COLUMN api.leads.first_response_at IS 'When the lead first entered contacted: what conversion and response times count.';
COMMENT ON COLUMN api.leads.source IS 'Where the visitor came from: the form''s source, else its utm_source.';
COMMENT ON COLUMN api.leads.consent IS 'Whether the visitor ticked the form''s consent; NULL when it had none.';
-- <== sql/views/api.leads.sql

GRANT SELECT ON api.leads TO leads_viewer, leads_editor, leads_admin;

DROP FUNCTION service.lead_history(bigint, integer, bigint);

DROP FUNCTION service.lead(bigint);

-- ==> sql/functions/service.lead.sql
-- drop: DROP FUNCTION service.lead(bigint);
CREATE OR REPLACE FUNCTION service.lead(p_id bigint) RETURNS json
    LANGUAGE plpgsql STABLE STRICT
    SET search_path = pg_catalog
AS $$
DECLARE
    v_lead json;
BEGIN
    SELECT row_to_json(l) INTO v_lead
    FROM public.contact_leads AS l
    WHERE l.id = p_id AND l.deleted_at IS NULL;
    IF v_lead IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no lead %s.', p_id),
            CONSTRAINT = 'lead_not_found',
            COLUMN = 'id';
    END IF;
    RETURN v_lead;
END;
$$;

COMMENT ON FUNCTION service.lead(bigint) IS 'One lead with all its columns. LD404 lead_not_found when there is none, or it is in the trash.';
REVOKE ALL ON FUNCTION service.lead(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead(bigint) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.lead.sql

DROP FUNCTION service.edit_lead(bigint, jsonb, text[], text, text, text, uuid);

-- ==> sql/functions/service.capture_lead.sql
-- drop: DROP FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text);
CREATE OR REPLACE FUNCTION service.capture_lead(
    p_lead_type public.lead_type,
    p_fields jsonb,
    p_metadata jsonb,
    p_idempotency_key text DEFAULT NULL
) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_reference uuid := gen_random_uuid();
    v_fingerprint bytea;
    v_claimed boolean;
    v_same boolean;
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

    INSERT INTO public.contact_leads (
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
    );
    RETURN json_build_object('success', true, 'reference', v_reference);
END;
$$;

COMMENT ON FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text) IS
    'Stores what a public form sent and returns {"success": true, "reference": uuid}. p_fields: name, email, subject, message, company, phone, role, source, consent, utm {}, extra {}; p_metadata: ip_address, user_agent, referer, origin, taken by the service. The same p_idempotency_key with the same fields within 24 hours returns the first reference and stores nothing; with other fields LD422 idempotency_key_reused.';
REVOKE ALL ON FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text) TO leads_public;
-- <== sql/functions/service.capture_lead.sql

DROP FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint);

DROP FUNCTION service.add_lead(jsonb, text, text, uuid);

DROP FUNCTION service.add_contact(bigint, jsonb, text, text, text, uuid);

DROP FUNCTION app.set_version();

DROP FUNCTION app.refuse_field(text, text, text);

DROP FUNCTION app.refuse_audit_change();

DROP FUNCTION app.read_instant(text);

DROP FUNCTION app.read_fields(jsonb, text[], text[]);

DROP FUNCTION app.lead_to_change(bigint, text);

-- ==> sql/functions/app.follow_lead_lifecycle.sql
-- drop: DROP FUNCTION app.follow_lead_lifecycle();
CREATE OR REPLACE FUNCTION app.follow_lead_lifecycle() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_allowed text;
BEGIN
    IF NOT EXISTS (
        SELECT FROM app.status_moves AS m WHERE m.from_status = OLD.status AND m.to_status = NEW.status
    ) THEN
        SELECT string_agg(m.to_status::text, ', ' ORDER BY m.to_status) INTO v_allowed
        FROM app.status_moves AS m WHERE m.from_status = OLD.status;
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = format('A lead can''t move from %s to %s.', OLD.status, NEW.status),
            CONSTRAINT = 'status_move_not_allowed',
            COLUMN = 'status',
            HINT = format('From %s it can move to: %s.', OLD.status, v_allowed);
    END IF;
    IF NEW.status = 'contacted' THEN
        NEW.last_contacted := app.now();
        NEW.first_response_at := coalesce(OLD.first_response_at, app.now());
    END IF;
    RETURN NEW;
END;
$$;

COMMENT ON FUNCTION app.follow_lead_lifecycle() IS
    'Trigger function: a lead''s status moves only as app.status_moves allows (LD409 status_move_not_allowed); entering contacted sets last_contacted and, the first time, first_response_at.';
REVOKE ALL ON FUNCTION app.follow_lead_lifecycle() FROM PUBLIC;
-- <== sql/functions/app.follow_lead_lifecycle.sql

DROP FUNCTION app.etag(bigint, integer);

DROP FUNCTION app.audit_user();

DROP FUNCTION app.audit_lead();

DROP FUNCTION app.audit_changes(jsonb, jsonb);

DROP FUNCTION app.act_as(text, text, uuid);

-- destroys: app.audit_log
-- version only counts.
-- destroys: public.contact_leads(assignee)
DROP TABLE app.audit_log;
ALTER TABLE public.contact_leads DROP COLUMN version, DROP COLUMN assignee;
