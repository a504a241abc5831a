SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

-- ==> sql/roles/leads_admin.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, app.saved_views, api.leads FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_admin;
GRANT USAGE ON SCHEMA service, app, api TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads, app.saved_views TO leads_admin;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, api.leads TO leads_admin;
-- <== sql/roles/leads_admin.sql

DROP TRIGGER mail_templates_updated_at ON app.mail_templates;

DROP TRIGGER mail_templates_audit_write ON app.mail_templates;

DROP TRIGGER mail_templates_audit_truncate ON app.mail_templates;

DROP TRIGGER contact_leads_mail_update ON public.contact_leads;

DROP TRIGGER contact_leads_mail_insert ON public.contact_leads;

DROP FUNCTION service.test_mail(text, text);

DROP FUNCTION service.stop_mail(bigint, uuid);

DROP FUNCTION service.settle_mail(bigint, integer, text, text, text, text, double precision);

DROP FUNCTION service.save_template(text, boolean, text, text, text, text, text, uuid);

DROP FUNCTION service.retry_mails(bigint[]);

DROP FUNCTION service.queue_due_mails(time, text);

-- ==> sql/functions/service.purge_expired.sql
-- drop: DROP FUNCTION service.purge_expired();
CREATE OR REPLACE FUNCTION service.purge_expired() RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH keys AS (
        DELETE FROM app.idempotency_keys AS k WHERE k.created_at <= app.now() - interval '24 hours' RETURNING 1
    ), tokens AS (
        -- An hour longer than the token lives: a machine's clock may be wrong.
        DELETE FROM app.revoked_tokens AS t WHERE t.expires_at <= app.now() - interval '1 hour' RETURNING 1
    ), sessions AS (
        DELETE FROM app.sessions AS s WHERE s.expires_at <= app.now() - interval '1 hour' RETURNING 1
    ), tries AS (
        DELETE FROM app.login_tries AS t WHERE t.last_at <= app.now() - interval '24 hours' RETURNING 1
    ), clients AS (
        DELETE FROM app.known_clients AS k WHERE k.last_at <= app.now() - interval '90 days' RETURNING 1
    ), events AS (
        DELETE FROM app.events AS e WHERE e.at <= app.now() - interval '24 hours' RETURNING e.id
    ), mark AS (
        UPDATE app.audit_sealing AS m SET events_after = greatest(m.events_after, g.last)
        FROM (SELECT max(e.id) AS last FROM events AS e) AS g
        WHERE g.last IS NOT NULL
    )
    SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM tokens) + (SELECT count(*) FROM sessions)
        + (SELECT count(*) FROM tries) + (SELECT count(*) FROM clients) + (SELECT count(*) FROM events);
END;

COMMENT ON FUNCTION service.purge_expired() IS
    'Removes idempotency keys, events and failed tries to log in over 24 hours old, sessions and revocations of tokens that have expired anyway, and from where somebody last logged in 90 days ago; returns how many rows.';
REVOKE ALL ON FUNCTION service.purge_expired() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.purge_expired() TO leads_service;
-- <== sql/functions/service.purge_expired.sql

DROP FUNCTION service.open_cv(bigint, uuid, boolean);

DROP FUNCTION service.note_mail_contents(jsonb);

DROP FUNCTION service.note_delivery(uuid, text, text, timestamptz, text);

DROP FUNCTION service.mail_status();

DROP FUNCTION service.mail(bigint);

DROP FUNCTION service.list_templates();

DROP FUNCTION service.list_mails(text[], text, bigint, integer, bigint);

DROP FUNCTION service.kept_mails(bigint[]);

-- ==> sql/functions/service.erase_person.sql
-- drop: DROP FUNCTION service.erase_person(bigint, text, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.erase_person(
    p_lead_id bigint, p_email text, p_if_match text, p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_email text := p_email;
    v_ids bigint[];
    v_gone bigint[];
    v_operation uuid;
BEGIN
    IF p_lead_id IS NOT NULL THEN
        SELECT l.email INTO v_email FROM public.contact_leads AS l WHERE l.id = p_lead_id;
    END IF;
    -- All of them in one order, as service.change_leads locks them: else the two could block each other.
    v_ids := ARRAY(
        SELECT l.id FROM public.contact_leads AS l WHERE lower(l.email) = lower(btrim(v_email)) ORDER BY l.id FOR UPDATE
    );
    IF p_lead_id IS NOT NULL THEN
        PERFORM app.lead_to_change(p_lead_id, p_if_match, true);
        IF p_lead_id <> ALL (v_ids) THEN
            RAISE EXCEPTION USING
                ERRCODE = '40001',
                MESSAGE = format('The address of lead %s was corrected just now.', p_lead_id);
        END IF;
    END IF;
    -- What was deleted in SQL is gone, but the audit still holds all of it.
    v_gone := ARRAY(
        SELECT DISTINCT a.lead_id
        FROM app.audit_log AS a
        WHERE a.table_name = 'contact_leads' AND (
            a.after ? 'email' AND lower(a.after ->> 'email') = lower(btrim(v_email))
            OR a.before ? 'email' AND lower(a.before ->> 'email') = lower(btrim(v_email)))
            AND NOT EXISTS (SELECT FROM public.contact_leads AS l WHERE l.id = a.lead_id)
    );
    v_operation := app.erase_leads(v_ids || v_gone, 'erase', p_actor, p_role, p_request_id);
    -- The address of somebody whose lead it is no more: once corrected, say. Their lead stays, this part of its history goes.
    WITH mentioned AS (
        UPDATE app.audit_log AS a SET salt = NULL, before = NULL, after = NULL
        WHERE a.salt IS NOT NULL AND a.table_name = 'contact_leads' AND (
            a.after ? 'email' AND lower(a.after ->> 'email') = lower(btrim(v_email))
            OR a.before ? 'email' AND lower(a.before ->> 'email') = lower(btrim(v_email)))
        RETURNING a.lead_id
    )
    INSERT INTO app.audit_log (actor, actor_role, request_id, operation, action, table_name, lead_id)
    SELECT p_actor, p_role, p_request_id, v_operation, 'erased', 'contact_leads', m.lead_id
    FROM (SELECT m.lead_id FROM mentioned AS m UNION SELECT unnest(v_gone)) AS m;
    PERFORM app.end_operation(v_operation, cardinality(v_ids), 0);
    RETURN json_build_object('changed', cardinality(v_ids), 'skipped_count', 0, 'skipped', json_build_array(), 'operation', v_operation);
END;
$$;

COMMENT ON FUNCTION service.erase_person(bigint, text, text, text, text, uuid) IS
    'Erases a person for good: every lead of that address, in the trash too or deleted in SQL, as app.erase_leads does, and the address from the history of leads that had it once. By p_lead_id, whose address is meant, with p_if_match; or by p_email. Can''t be undone. Answers as service.change_leads. LD404 lead_not_found, LD412 version_conflict.';
REVOKE ALL ON FUNCTION service.erase_person(bigint, text, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.erase_person(bigint, text, text, text, text, uuid) TO leads_admin;
-- <== sql/functions/service.erase_person.sql

DROP FUNCTION service.claim_mails(integer, interval, boolean);

-- ==> sql/functions/service.capture_lead.sql
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
    PERFORM app.act_as(NULL, NULL, NULL);
    RETURN json_build_object('success', true, 'reference', v_reference);
END;
$$;

COMMENT ON FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text, uuid) IS
    'Stores what a public form sent and returns {"success": true, "reference": uuid}. p_fields: name, email, subject, message, company, phone, role, source, consent, utm {}, extra {}; p_metadata: ip_address, user_agent, referer, origin, taken by the service. The same p_idempotency_key with the same fields within 24 hours returns the first reference and stores nothing; with other fields LD422 idempotency_key_reused.';
REVOKE ALL ON FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text, uuid) TO leads_public;
-- <== sql/functions/service.capture_lead.sql

DROP FUNCTION service.allow_mail(text);

DROP FUNCTION app.queue_mail(app.mail_kind, text, bigint, text, text, timestamptz);

DROP FUNCTION app.queue_lead_mail();

DROP FUNCTION app.mailbox_of(text);

DROP FUNCTION app.mail_as_json(app.outbox);

DROP FUNCTION app.lead_for_mail(public.contact_leads, boolean);

-- ==> sql/functions/app.erase_leads.sql
-- drop: DROP FUNCTION app.erase_leads(bigint[], text, text, text, uuid);
CREATE OR REPLACE FUNCTION app.erase_leads(p_ids bigint[], p_kind text, p_actor text, p_role text, p_request_id uuid) RETURNS uuid
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_operation uuid;
    v_operations uuid[];
BEGIN
    -- "leade" as a number; "leads" is the migrations'. Of two at once the second waits for the first, and then sees what it emptied:
    -- else neither would see that nothing is left of an operation that was about the two of them.
    PERFORM pg_advisory_xact_lock(465557349477);
    INSERT INTO app.operations (actor, actor_role, request_id, kind, trashes)
    VALUES (p_actor, p_role, p_request_id, p_kind, true)
    RETURNING id INTO v_operation;
    PERFORM app.act_as(p_actor, p_role, p_request_id, v_operation);
    INSERT INTO app.erased_leads (received_on, lead_type, status, priority, answered, erased_on)
    SELECT (l.created_at AT TIME ZONE 'UTC')::date, l.lead_type, l.status, l.priority, l.first_response_at IS NOT NULL,
        (app.now() AT TIME ZONE 'UTC')::date
    FROM public.contact_leads AS l
    WHERE l.id = ANY (p_ids) AND l.deleted_at IS NULL AND NOT l.is_spam;
    DELETE FROM app.idempotency_keys AS k
    USING public.contact_leads AS l
    WHERE l.id = ANY (p_ids) AND k.reference = l.reference;
    DELETE FROM public.contact_leads AS l WHERE l.id = ANY (p_ids);
    WITH emptied AS (
        UPDATE app.audit_log AS a SET salt = NULL, before = NULL, after = NULL
        WHERE a.lead_id = ANY (p_ids) AND a.salt IS NOT NULL AND a.action NOT IN ('erased', 'purged')
        RETURNING a.operation
    )
    SELECT array_agg(DISTINCT e.operation) INTO v_operations FROM emptied AS e WHERE e.operation IS NOT NULL;
    -- What was set for nobody else tells of the person; what was set for many does not.
    UPDATE app.operations AS o SET changes = NULL
    WHERE o.id = ANY (v_operations) AND o.kind IN ('tags', 'assignee') AND NOT EXISTS (
        SELECT FROM app.audit_log AS a WHERE a.operation = o.id AND a.salt IS NOT NULL
    );
    RETURN v_operation;
END;
$$;

COMMENT ON FUNCTION app.erase_leads(bigint[], text, text, text, uuid) IS
    'Removes leads for good, with all that tells of them: their rows, search, idempotency keys, the values and salts of their audit, what operations set for them alone. What stays: that, when and by whom; and of those that were in the inbox a count in app.erased_leads. p_kind: erase or purge. Returns the operation, still to be ended.';
REVOKE ALL ON FUNCTION app.erase_leads(bigint[], text, text, text, uuid) FROM PUBLIC;
-- <== sql/functions/app.erase_leads.sql

DROP FUNCTION app.digest();

DROP FUNCTION app.check_mail_kind(text);

-- ==> sql/functions/app.audit_story.sql
-- drop: DROP FUNCTION app.audit_story(app.audit_log);
CREATE OR REPLACE FUNCTION app.audit_story(p_entry app.audit_log) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_who text := CASE
        WHEN (p_entry).actor_role = 'visitor' THEN 'A visitor'
        WHEN (p_entry).actor_role = 'job' THEN 'The service'
        ELSE coalesce((p_entry).actor, (p_entry).session_user_name || ', in SQL,') END;
    v_before jsonb := (p_entry).before;
    v_after jsonb := (p_entry).after;
    v_kind text;
    v_said text[] := '{}';
    v_field text;
    v_old text;
    v_new text;
    v_more text;
    v_less text;
BEGIN
    IF (p_entry).table_name IN ('users', 'api_keys') THEN
        v_kind := CASE (p_entry).table_name WHEN 'users' THEN 'the user ' ELSE 'the API key ' END || (p_entry).subject;
        RETURN v_who || ' ' || CASE (p_entry).action
            WHEN 'created' THEN format('added %s (%s)', v_kind, coalesce(v_after ->> 'role', v_after ->> 'scope'))
            WHEN 'deleted' THEN 'deleted ' || v_kind
            WHEN 'emptied' THEN 'emptied the whole table'
            ELSE coalesce((
                SELECT string_agg(CASE a.key
                    WHEN 'role' THEN format('gave %s the role %s instead of %s', v_kind, a.value, v_before ->> 'role')
                    WHEN 'disabled_at' THEN CASE WHEN a.value IS NULL THEN 'let in again ' ELSE 'disabled ' END || v_kind
                    WHEN 'password' THEN 'changed the password of ' || v_kind
                    WHEN 'second_factor' THEN format('turned %s the second factor of %s', a.value, v_kind)
                    WHEN 'recovery_code' THEN 'used a recovery code of ' || v_kind
                    WHEN 'revoked_at' THEN 'revoked ' || v_kind
                    ELSE format('changed the %s of %s', replace(a.key, '_', ' '), v_kind) END, ', ' ORDER BY a.key)
                FROM jsonb_each_text(v_after) AS a WHERE a.key <> 'revoked_by'
            ), 'changed ' || v_kind) END || '.';
    END IF;
    IF (p_entry).action = 'created' THEN
        RETURN CASE WHEN (p_entry).actor_role = 'visitor'
            THEN 'A visitor sent it' || CASE v_after ->> 'lead_type'
                WHEN 'contact' THEN ' by the contact form'
                WHEN 'cv_request' THEN ' by the CV form'
                WHEN 'collaboration' THEN ' by the collaboration form'
                ELSE '' END
            ELSE v_who || ' entered it' END || '.';
    ELSIF (p_entry).action = 'deleted' THEN
        RETURN v_who || ' deleted it for good.';
    ELSIF (p_entry).action = 'erased' THEN
        RETURN v_who || ' erased what was known of the person.';
    ELSIF (p_entry).action = 'purged' THEN
        RETURN 'It had been in the trash for long enough, and was removed for good.';
    ELSIF (p_entry).action = 'emptied' THEN
        RETURN v_who || ' emptied the whole table.';
    ELSIF v_after IS NULL THEN
        RETURN v_who || ' changed something that has been erased since.';
    END IF;
    FOR v_field, v_old, v_new IN
        SELECT a.key, left(v_before ->> a.key, 100), left(a.value, 100) FROM jsonb_each_text(v_after) AS a
        ORDER BY a.key <> 'status', a.key
    LOOP
        v_said := v_said || CASE v_field
            WHEN 'status' THEN format('moved it from %s to %s', v_old, v_new)
            WHEN 'deleted_at' THEN CASE WHEN v_new IS NULL THEN 'took it out of the trash' ELSE 'moved it to the trash' END
            WHEN 'is_spam' THEN CASE v_new WHEN 'true' THEN 'marked it as spam' ELSE 'marked it as no spam' END
            WHEN 'assignee' THEN CASE WHEN v_new IS NULL THEN format('took it from %s', v_old) ELSE format('gave it to %s', v_new) END
            WHEN 'quality_score' THEN CASE WHEN v_new IS NULL THEN 'took back its rating' ELSE format('rated it %s of 100', v_new) END
            WHEN 'follow_up_date' THEN CASE WHEN v_new IS NULL THEN 'dropped the follow-up' ELSE format('set a follow-up for %s', v_new) END
            WHEN 'internal_notes' THEN CASE WHEN v_new IS NULL THEN 'removed the notes' WHEN v_old IS NULL THEN 'wrote notes' ELSE 'changed the notes' END
            WHEN 'contact_history' THEN CASE
                WHEN jsonb_array_length(v_after -> v_field) = jsonb_array_length(v_before -> v_field) + 1
                THEN format('noted a contact (%s)', v_after -> v_field -> -1 ->> 'channel')
                ELSE 'changed the contact history' END
            -- They follow a status by themselves.
            WHEN 'last_contacted' THEN CASE WHEN v_after ? 'status' THEN NULL ELSE 'changed when it was last contacted' END
            WHEN 'first_response_at' THEN CASE WHEN v_after ? 'status' THEN NULL ELSE 'changed when it was first answered' END
            WHEN 'message' THEN 'changed the message'
            WHEN 'metadata' THEN 'changed what came with it'
            WHEN 'tags' THEN NULL
            ELSE CASE
                WHEN v_new IS NULL THEN format('removed the %s %s', replace(v_field, '_', ' '), v_old)
                WHEN v_old IS NULL THEN format('set the %s to %s', replace(v_field, '_', ' '), v_new)
                ELSE format('changed the %s from %s to %s', replace(v_field, '_', ' '), v_old, v_new) END
        END;
        IF v_field = 'tags' THEN
            SELECT
                string_agg(t.tag, ', ' ORDER BY t.tag) FILTER (WHERE NOT v_before -> 'tags' ? t.tag),
                string_agg(t.tag, ', ' ORDER BY t.tag) FILTER (WHERE NOT v_after -> 'tags' ? t.tag)
            INTO v_more, v_less
            FROM (
                SELECT jsonb_array_elements_text(v_before -> 'tags') AS tag
                UNION SELECT jsonb_array_elements_text(v_after -> 'tags')
            ) AS t;
            v_said := v_said || CASE WHEN v_more IS NOT NULL THEN 'tagged it ' || v_more END
                || CASE WHEN v_less IS NOT NULL THEN 'took away the tag ' || v_less END
                || CASE WHEN v_more IS NULL AND v_less IS NULL THEN 'put its tags in another order' END;
        END IF;
    END LOOP;
    IF (p_entry).operation IS NOT NULL THEN
        SELECT o.kind INTO v_kind FROM app.operations AS o WHERE o.id = (p_entry).operation AND o.tx = (p_entry).tx;
    END IF;
    RETURN v_who || ' ' || array_to_string(v_said, ', ') || CASE v_kind WHEN 'undo' THEN ', to undo what was done before' ELSE '' END || '.';
END;
$$;

COMMENT ON FUNCTION app.audit_story(app.audit_log) IS
    'An entry of the audit as a sentence that a person understands: who did what.';
REVOKE ALL ON FUNCTION app.audit_story(app.audit_log) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.audit_story(app.audit_log) TO leads_admin;
-- <== sql/functions/app.audit_story.sql

-- ==> sql/functions/app.audit_setting.sql
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
        -- The settings that are tables have keys of text or enums: the whole row names one.
        (SELECT string_agg(f.value, ' ') FROM jsonb_each_text(CASE TG_OP WHEN 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END) AS f),
        CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) END,
        CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) END
    );
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.audit_setting() IS
    'Trigger function: writes to app.audit_log what was done to a rule that is kept as a row, such as an allowed move.';
REVOKE ALL ON FUNCTION app.audit_setting() FROM PUBLIC;
-- <== sql/functions/app.audit_setting.sql

DROP FUNCTION app.answer_lead(public.contact_leads);

DROP INDEX public.contact_leads_follow_up;

-- destroys: app.outbox
DROP TABLE app.outbox;
-- destroys: app.mail_templates
DROP TABLE app.mail_templates;
-- destroys: app.mail_stops
DROP TABLE app.mail_stops;
DROP TABLE app.auto_replies;
DROP TYPE app.mail_state;
DROP TYPE app.mail_kind;
