SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

-- Their arguments changed: what replaces them comes below.
DROP FUNCTION app.act_as(text, text, uuid);
DROP FUNCTION app.lead_to_change(bigint, text);
DROP FUNCTION service.capture_lead(public.lead_type, jsonb, jsonb, text);
-- The trash is the admins': an editor may change some columns, which the role's file names.
REVOKE UPDATE ON public.contact_leads FROM leads_editor;

CREATE TABLE app.operations (
    id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT operations_pkey PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT operations_number_key UNIQUE,
    at timestamptz NOT NULL DEFAULT app.now(),
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    actor text,
    actor_role text,
    request_id uuid,
    session_user_name text NOT NULL DEFAULT session_user,
    kind text NOT NULL CONSTRAINT operations_kind_valid CHECK (kind IN (
        'status', 'priority', 'tags', 'assignee', 'follow_up', 'delete', 'restore', 'undo', 'erase', 'purge')),
    changes jsonb,
    selected text,
    trashes boolean NOT NULL,
    changed bigint,
    skipped bigint,
    undoes uuid CONSTRAINT operations_undoes_fkey REFERENCES app.operations,
    undone_by uuid CONSTRAINT operations_undone_by_fkey REFERENCES app.operations
);
COMMENT ON TABLE app.operations IS
    'What was done to many leads at once, or can be undone: a row for each bulk change, deletion, undo, erasure and purge. What each lead held before is in app.audit_log.';
COMMENT ON COLUMN app.operations.id IS 'What POST /admin/operations/{id}/undo names.';
COMMENT ON COLUMN app.operations.number IS 'Counts up.';
COMMENT ON COLUMN app.operations.at IS 'When the transaction began.';
COMMENT ON COLUMN app.operations.tx IS 'The transaction.';
COMMENT ON COLUMN app.operations.actor IS 'Who acted, as the service said; leads for a job, NULL from psql.';
COMMENT ON COLUMN app.operations.actor_role IS 'As what: editor, admin or job; NULL from psql.';
COMMENT ON COLUMN app.operations.request_id IS 'The request, as the service''s log and the answer''s X-Request-ID name it.';
COMMENT ON COLUMN app.operations.session_user_name IS 'Who was logged in to PostgreSQL, which nobody can choose.';
COMMENT ON COLUMN app.operations.kind IS 'status, priority, tags, assignee, follow_up, delete, restore, undo, erase or purge.';
COMMENT ON COLUMN app.operations.changes IS 'The new values, by field; NULL when there are none, or they told of somebody who was erased.';
COMMENT ON COLUMN app.operations.selected IS 'How the leads were chosen: how many ids, or which filters, without their values, which may tell of a person.';
COMMENT ON COLUMN app.operations.trashes IS 'Whether it is about the trash, which is the admins''.';
COMMENT ON COLUMN app.operations.changed IS 'How many leads it changed; NULL while it is under way.';
COMMENT ON COLUMN app.operations.skipped IS 'How many it left as they were.';
COMMENT ON COLUMN app.operations.undoes IS 'The operation that this one undoes.';
COMMENT ON COLUMN app.operations.undone_by IS 'The operation that undid this one.';
CREATE INDEX operations_open ON app.operations (tx) WHERE changed IS NULL;

CREATE TABLE app.erased_leads (
    received_on date NOT NULL,
    lead_type public.lead_type NOT NULL,
    status public.lead_status NOT NULL,
    priority public.lead_priority NOT NULL,
    answered boolean NOT NULL,
    erased_on date NOT NULL
);
COMMENT ON TABLE app.erased_leads IS 'A row for each lead that was erased from the inbox, which tells nothing of the person: so that what was counted stays counted.';
COMMENT ON COLUMN app.erased_leads.received_on IS 'The day it came, UTC.';
COMMENT ON COLUMN app.erased_leads.lead_type IS 'Which form it came by.';
COMMENT ON COLUMN app.erased_leads.status IS 'Where it stood.';
COMMENT ON COLUMN app.erased_leads.priority IS 'How soon it wanted an answer.';
COMMENT ON COLUMN app.erased_leads.answered IS 'Whether it had been answered.';
COMMENT ON COLUMN app.erased_leads.erased_on IS 'The day it was erased, UTC.';
CREATE INDEX erased_leads_received_on ON app.erased_leads (received_on);

-- Adding the salt writes the table anew, and each entry that is there gets its own.
ALTER TABLE app.audit_log
    ADD COLUMN operation uuid,
    ADD COLUMN lead_version integer,
    ADD COLUMN salt uuid DEFAULT gen_random_uuid(),
    DROP CONSTRAINT audit_log_action_valid,
    ADD CONSTRAINT audit_log_action_valid CHECK (action IN ('created', 'changed', 'deleted', 'emptied', 'erased', 'purged'));
COMMENT ON TABLE app.audit_log IS
    'Who did what to leads, users and rules, whether by the service or by psql; written by triggers, only ever appended to, and sealed in app.audit_seals. It begins with the migration that made it.';
COMMENT ON COLUMN app.audit_log.actor IS 'Who acted, as the service said: a username, visitor for a public form, or leads for a job; NULL from psql.';
COMMENT ON COLUMN app.audit_log.actor_role IS 'As what: viewer, editor, admin, visitor or job; NULL from psql.';
COMMENT ON COLUMN app.audit_log.action IS 'created, changed, deleted, emptied (the table was truncated), erased (the person is), or purged (from the trash).';
COMMENT ON COLUMN app.audit_log.table_name IS 'contact_leads, users or status_moves.';
COMMENT ON COLUMN app.audit_log.lead_id IS 'The lead, also when it is gone; NULL for what is none.';
COMMENT ON COLUMN app.audit_log.subject IS 'The user or the rule; NULL for a lead.';
COMMENT ON COLUMN app.audit_log.before IS 'What it held: of a change the changed columns, of a deletion all of them. NULL too once it is erased.';
COMMENT ON COLUMN app.audit_log.after IS 'What it holds now: of a change the changed columns, of a creation all of them. NULL too once it is erased.';
COMMENT ON COLUMN app.audit_log.operation IS 'The operation it was part of (app.operations).';
COMMENT ON COLUMN app.audit_log.lead_version IS 'The version of the lead that it made; NULL when the lead is gone.';
COMMENT ON COLUMN app.audit_log.salt IS 'Random: stands before the values in their digest. NULL once they are erased.';
CREATE INDEX audit_log_operation ON app.audit_log (operation, lead_id) WHERE operation IS NOT NULL;
-- Whose address an entry holds: an erasure must find them all.
CREATE INDEX audit_log_email_after ON app.audit_log (lower(after ->> 'email')) WHERE after ? 'email' AND table_name = 'contact_leads';
CREATE INDEX audit_log_email_before ON app.audit_log (lower(before ->> 'email')) WHERE before ? 'email' AND table_name = 'contact_leads';

CREATE TABLE app.audit_seals (
    number bigint CONSTRAINT audit_seals_pkey PRIMARY KEY,
    entry bigint NOT NULL CONSTRAINT audit_seals_entry_key UNIQUE,
    values_digest bytea NOT NULL,
    hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT app.now()
);
COMMENT ON TABLE app.audit_seals IS
    'The audit''s entries in a chain of hashes, each over the one before: whoever alters or removes an entry has to write all seals after it anew, and can''t alter the heads that were logged outside the database. Written by service.seal_audit, checked by leads audit verify.';
COMMENT ON COLUMN app.audit_seals.number IS 'The place in the chain, from 1, without gaps.';
COMMENT ON COLUMN app.audit_seals.entry IS 'The entry of app.audit_log.';
COMMENT ON COLUMN app.audit_seals.values_digest IS 'app.values_digest of it: what can still be checked once the values are erased is that they were these.';
COMMENT ON COLUMN app.audit_seals.hash IS 'app.chain_hash of the hash before, the number and app.entry_digest.';
COMMENT ON COLUMN app.audit_seals.sealed_at IS 'When it was sealed.';

CREATE TABLE app.audit_sealing (
    settled bigint NOT NULL,
    pending bigint NOT NULL,
    pending_before xid8 NOT NULL
);
COMMENT ON TABLE app.audit_sealing IS 'How far service.seal_audit need not look any more: one row.';
COMMENT ON COLUMN app.audit_sealing.settled IS 'Every entry up to this id has its seal, or will never come.';
COMMENT ON COLUMN app.audit_sealing.pending IS 'The last id drawn when it looked last.';
COMMENT ON COLUMN app.audit_sealing.pending_before IS 'Once every transaction before this one has ended, pending is settled.';
INSERT INTO app.audit_sealing (settled, pending, pending_before) VALUES (0, 0, pg_current_xact_id());

-- ==> sql/functions/app.act_as.sql
-- drop: DROP FUNCTION app.act_as(text, text, uuid, uuid);
CREATE OR REPLACE FUNCTION app.act_as(p_actor text, p_role text, p_request_id uuid, p_operation uuid DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM
        set_config('app.actor', coalesce(p_actor, ''), true),
        set_config('app.actor_role', coalesce(p_role, ''), true),
        set_config('app.request_id', coalesce(p_request_id::text, ''), true),
        set_config('app.operation', coalesce(p_operation::text, ''), true);
END;
$$;

COMMENT ON FUNCTION app.act_as(text, text, uuid, uuid) IS
    'Says for the rest of the transaction who acts, and in which operation: what the audit writes beside the session''s user, which nobody can choose.';
REVOKE ALL ON FUNCTION app.act_as(text, text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.act_as(text, text, uuid, uuid) TO leads_editor, leads_admin;
-- <== sql/functions/app.act_as.sql

-- ==> sql/functions/app.allow_erasure.sql
-- drop: DROP FUNCTION app.allow_erasure();
CREATE OR REPLACE FUNCTION app.allow_erasure() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_erased app.audit_log := OLD;
BEGIN
    v_erased.salt := NULL;
    v_erased.before := NULL;
    v_erased.after := NULL;
    IF NEW *= v_erased AND app.open_operation() IN ('erase', 'purge') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'LD403',
        MESSAGE = 'The audit log is only appended to: UPDATE is refused, to its owner too.',
        CONSTRAINT = 'audit_is_append_only';
END;
$$;

COMMENT ON FUNCTION app.allow_erasure() IS
    'Trigger function: of an entry nothing changes but that its values and salt go, all of them, while a person is erased or the trash purged. LD403 audit_is_append_only.';
REVOKE ALL ON FUNCTION app.allow_erasure() FROM PUBLIC;
-- <== sql/functions/app.allow_erasure.sql

-- ==> sql/functions/app.audit_lead.sql
-- drop: DROP FUNCTION app.audit_lead();
CREATE OR REPLACE FUNCTION app.audit_lead() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_action text;
    v_lead_id bigint;
    v_version integer;
    v_before jsonb;
    v_after jsonb;
    v_rest public.contact_leads;
BEGIN
    IF TG_OP = 'INSERT' THEN
        v_action := 'created';
        v_lead_id := NEW.id;
        v_version := NEW.version;
        v_after := to_jsonb(NEW);
    ELSIF TG_OP = 'UPDATE' THEN
        v_action := 'changed';
        v_lead_id := OLD.id;
        v_version := NEW.version;
        v_before := '{}';
        v_after := '{}';
        v_rest := NEW;
        IF NEW.id IS DISTINCT FROM OLD.id THEN
            v_before := v_before || jsonb_build_object('id', OLD.id);
            v_after := v_after || jsonb_build_object('id', NEW.id);
            v_rest.id := OLD.id;
        END IF;
        IF NEW.reference IS DISTINCT FROM OLD.reference THEN
            v_before := v_before || jsonb_build_object('reference', OLD.reference);
            v_after := v_after || jsonb_build_object('reference', NEW.reference);
            v_rest.reference := OLD.reference;
        END IF;
        IF NEW.name IS DISTINCT FROM OLD.name THEN
            v_before := v_before || jsonb_build_object('name', OLD.name);
            v_after := v_after || jsonb_build_object('name', NEW.name);
            v_rest.name := OLD.name;
        END IF;
        IF NEW.email IS DISTINCT FROM OLD.email THEN
            v_before := v_before || jsonb_build_object('email', OLD.email);
            v_after := v_after || jsonb_build_object('email', NEW.email);
            v_rest.email := OLD.email;
        END IF;
        IF NEW.subject IS DISTINCT FROM OLD.subject THEN
            v_before := v_before || jsonb_build_object('subject', OLD.subject);
            v_after := v_after || jsonb_build_object('subject', NEW.subject);
            v_rest.subject := OLD.subject;
        END IF;
        IF NEW.message IS DISTINCT FROM OLD.message THEN
            v_before := v_before || jsonb_build_object('message', OLD.message);
            v_after := v_after || jsonb_build_object('message', NEW.message);
            v_rest.message := OLD.message;
        END IF;
        IF NEW.company IS DISTINCT FROM OLD.company THEN
            v_before := v_before || jsonb_build_object('company', OLD.company);
            v_after := v_after || jsonb_build_object('company', NEW.company);
            v_rest.company := OLD.company;
        END IF;
        IF NEW.phone IS DISTINCT FROM OLD.phone THEN
            v_before := v_before || jsonb_build_object('phone', OLD.phone);
            v_after := v_after || jsonb_build_object('phone', NEW.phone);
            v_rest.phone := OLD.phone;
        END IF;
        IF NEW.lead_type IS DISTINCT FROM OLD.lead_type THEN
            v_before := v_before || jsonb_build_object('lead_type', OLD.lead_type);
            v_after := v_after || jsonb_build_object('lead_type', NEW.lead_type);
            v_rest.lead_type := OLD.lead_type;
        END IF;
        IF NEW.status IS DISTINCT FROM OLD.status THEN
            v_before := v_before || jsonb_build_object('status', OLD.status);
            v_after := v_after || jsonb_build_object('status', NEW.status);
            v_rest.status := OLD.status;
        END IF;
        IF NEW.priority IS DISTINCT FROM OLD.priority THEN
            v_before := v_before || jsonb_build_object('priority', OLD.priority);
            v_after := v_after || jsonb_build_object('priority', NEW.priority);
            v_rest.priority := OLD.priority;
        END IF;
        IF NEW.metadata IS DISTINCT FROM OLD.metadata THEN
            v_before := v_before || jsonb_build_object('metadata', OLD.metadata);
            v_after := v_after || jsonb_build_object('metadata', NEW.metadata);
            v_rest.metadata := OLD.metadata;
        END IF;
        IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
            v_before := v_before || jsonb_build_object('created_at', OLD.created_at);
            v_after := v_after || jsonb_build_object('created_at', NEW.created_at);
            v_rest.created_at := OLD.created_at;
        END IF;
        IF NEW."timestamp" IS DISTINCT FROM OLD."timestamp" THEN
            v_before := v_before || jsonb_build_object('timestamp', OLD."timestamp");
            v_after := v_after || jsonb_build_object('timestamp', NEW."timestamp");
            v_rest."timestamp" := OLD."timestamp";
        END IF;
        IF NEW.flagged IS DISTINCT FROM OLD.flagged THEN
            v_before := v_before || jsonb_build_object('flagged', OLD.flagged);
            v_after := v_after || jsonb_build_object('flagged', NEW.flagged);
            v_rest.flagged := OLD.flagged;
        END IF;
        IF NEW.role IS DISTINCT FROM OLD.role THEN
            v_before := v_before || jsonb_build_object('role', OLD.role);
            v_after := v_after || jsonb_build_object('role', NEW.role);
            v_rest.role := OLD.role;
        END IF;
        IF NEW.form_type IS DISTINCT FROM OLD.form_type THEN
            v_before := v_before || jsonb_build_object('form_type', OLD.form_type);
            v_after := v_after || jsonb_build_object('form_type', NEW.form_type);
            v_rest.form_type := OLD.form_type;
        END IF;
        IF NEW.quality_score IS DISTINCT FROM OLD.quality_score THEN
            v_before := v_before || jsonb_build_object('quality_score', OLD.quality_score);
            v_after := v_after || jsonb_build_object('quality_score', NEW.quality_score);
            v_rest.quality_score := OLD.quality_score;
        END IF;
        IF NEW.internal_notes IS DISTINCT FROM OLD.internal_notes THEN
            v_before := v_before || jsonb_build_object('internal_notes', OLD.internal_notes);
            v_after := v_after || jsonb_build_object('internal_notes', NEW.internal_notes);
            v_rest.internal_notes := OLD.internal_notes;
        END IF;
        IF NEW.tags IS DISTINCT FROM OLD.tags THEN
            v_before := v_before || jsonb_build_object('tags', OLD.tags);
            v_after := v_after || jsonb_build_object('tags', NEW.tags);
            v_rest.tags := OLD.tags;
        END IF;
        IF NEW.contact_history IS DISTINCT FROM OLD.contact_history THEN
            v_before := v_before || jsonb_build_object('contact_history', OLD.contact_history);
            v_after := v_after || jsonb_build_object('contact_history', NEW.contact_history);
            v_rest.contact_history := OLD.contact_history;
        END IF;
        IF NEW.follow_up_date IS DISTINCT FROM OLD.follow_up_date THEN
            v_before := v_before || jsonb_build_object('follow_up_date', OLD.follow_up_date);
            v_after := v_after || jsonb_build_object('follow_up_date', NEW.follow_up_date);
            v_rest.follow_up_date := OLD.follow_up_date;
        END IF;
        IF NEW.last_contacted IS DISTINCT FROM OLD.last_contacted THEN
            v_before := v_before || jsonb_build_object('last_contacted', OLD.last_contacted);
            v_after := v_after || jsonb_build_object('last_contacted', NEW.last_contacted);
            v_rest.last_contacted := OLD.last_contacted;
        END IF;
        IF NEW.first_response_at IS DISTINCT FROM OLD.first_response_at THEN
            v_before := v_before || jsonb_build_object('first_response_at', OLD.first_response_at);
            v_after := v_after || jsonb_build_object('first_response_at', NEW.first_response_at);
            v_rest.first_response_at := OLD.first_response_at;
        END IF;
        IF NEW.source IS DISTINCT FROM OLD.source THEN
            v_before := v_before || jsonb_build_object('source', OLD.source);
            v_after := v_after || jsonb_build_object('source', NEW.source);
            v_rest.source := OLD.source;
        END IF;
        IF NEW.consent IS DISTINCT FROM OLD.consent THEN
            v_before := v_before || jsonb_build_object('consent', OLD.consent);
            v_after := v_after || jsonb_build_object('consent', NEW.consent);
            v_rest.consent := OLD.consent;
        END IF;
        IF NEW.is_spam IS DISTINCT FROM OLD.is_spam THEN
            v_before := v_before || jsonb_build_object('is_spam', OLD.is_spam);
            v_after := v_after || jsonb_build_object('is_spam', NEW.is_spam);
            v_rest.is_spam := OLD.is_spam;
        END IF;
        IF NEW.deleted_at IS DISTINCT FROM OLD.deleted_at THEN
            v_before := v_before || jsonb_build_object('deleted_at', OLD.deleted_at);
            v_after := v_after || jsonb_build_object('deleted_at', NEW.deleted_at);
            v_rest.deleted_at := OLD.deleted_at;
        END IF;
        IF NEW.assignee IS DISTINCT FROM OLD.assignee THEN
            v_before := v_before || jsonb_build_object('assignee', OLD.assignee);
            v_after := v_after || jsonb_build_object('assignee', NEW.assignee);
            v_rest.assignee := OLD.assignee;
        END IF;
        v_rest.version := OLD.version;
        v_rest.updated_at := OLD.updated_at;
        IF v_rest *<> OLD THEN
            -- An adopted table has columns of its own.
            SELECT v_before || jsonb_object_agg(o.key, o.value), v_after || jsonb_object_agg(o.key, n.value)
            INTO v_before, v_after
            FROM jsonb_each(to_jsonb(OLD)) AS o JOIN jsonb_each(to_jsonb(v_rest)) AS n ON n.key = o.key
            WHERE n.value IS DISTINCT FROM o.value;
        END IF;
        IF v_after = '{}' THEN
            RETURN NULL; -- only what follows a change by itself
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        v_lead_id := OLD.id;
        v_action := CASE app.open_operation() WHEN 'erase' THEN 'erased' WHEN 'purge' THEN 'purged' ELSE 'deleted' END;
        IF v_action = 'deleted' THEN
            v_before := to_jsonb(OLD);
        END IF;
    ELSE
        v_action := 'emptied';
    END IF;
    INSERT INTO app.audit_log (actor, actor_role, request_id, operation, action, table_name, lead_id, lead_version, before, after)
    VALUES (
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('app.actor_role', true), ''),
        nullif(current_setting('app.request_id', true), '')::uuid,
        nullif(current_setting('app.operation', true), '')::uuid,
        v_action, 'contact_leads', v_lead_id, v_version, v_before, v_after
    );
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.audit_lead() IS
    'Trigger function: writes to app.audit_log what was done to a lead, and by whom: of a change the changed columns alone, version and updated_at left out, which follow by themselves; of what is erased no value. Column by column, since comparing two rows as jsonb would cost as much as the change itself.';
REVOKE ALL ON FUNCTION app.audit_lead() FROM PUBLIC;
-- <== sql/functions/app.audit_lead.sql

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

-- ==> sql/functions/app.audit_user.sql
-- drop: DROP FUNCTION app.audit_user();
CREATE OR REPLACE FUNCTION app.audit_user() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Never a hash: only that it changed.
    v_old jsonb := CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) - 'password_hash' END;
    v_new jsonb := CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) - 'password_hash' END;
    v_before jsonb := v_old;
    v_after jsonb := v_new;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}'), coalesce(jsonb_object_agg(o.key, n.value), '{}')
        INTO v_before, v_after
        FROM jsonb_each(v_old) AS o JOIN jsonb_each(v_new) AS n ON n.key = o.key
        WHERE o.value IS DISTINCT FROM n.value AND o.key <> 'updated_at';
        IF NEW.password_hash <> OLD.password_hash THEN
            v_after := v_after || '{"password": "changed"}';
        END IF;
        IF v_after = '{}' THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO app.audit_log (actor, actor_role, request_id, action, table_name, subject, before, after)
    VALUES (
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('app.actor_role', true), ''),
        nullif(current_setting('app.request_id', true), '')::uuid,
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' WHEN 'DELETE' THEN 'deleted' ELSE 'emptied' END,
        'users', coalesce(v_old, v_new) ->> 'username', v_before, v_after
    );
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.audit_user() IS
    'Trigger function: writes to app.audit_log what was done to a user; of a password only that it changed.';
REVOKE ALL ON FUNCTION app.audit_user() FROM PUBLIC;
-- <== sql/functions/app.audit_user.sql

-- ==> sql/functions/app.begin_operation.sql
-- drop: DROP FUNCTION app.begin_operation(text, jsonb, text, uuid, text, text, uuid);
CREATE OR REPLACE FUNCTION app.begin_operation(
    p_kind text, p_changes jsonb, p_selected text, p_undoes uuid, p_actor text, p_role text, p_request_id uuid
) RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_older app.operations;
    v_id uuid;
BEGIN
    IF p_kind IN ('erase', 'purge') OR (p_kind = 'undo') <> (p_undoes IS NOT NULL) THEN
        RAISE EXCEPTION USING
            ERRCODE = '42501',
            MESSAGE = 'Only service.erase_person and service.purge_trash erase, and only undo undoes.';
    ELSIF p_undoes IS NOT NULL THEN
        -- Of two that undo it at once the second waits here.
        SELECT o.* INTO v_older FROM app.operations AS o WHERE o.id = p_undoes FOR UPDATE;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD404',
                MESSAGE = format('There is no operation %s.', p_undoes),
                CONSTRAINT = 'operation_not_found',
                COLUMN = 'operation';
        ELSIF v_older.kind IN ('erase', 'purge') THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD409',
                MESSAGE = 'What was erased or purged can''t come back.',
                CONSTRAINT = 'operation_not_undoable',
                COLUMN = 'operation';
        ELSIF v_older.undone_by IS NOT NULL THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD409',
                MESSAGE = 'This operation is undone already.',
                CONSTRAINT = 'operation_already_undone',
                COLUMN = 'operation',
                HINT = format('To do it again, undo operation %s.', v_older.undone_by);
        END IF;
    END IF;
    INSERT INTO app.operations (actor, actor_role, request_id, kind, changes, selected, undoes, trashes)
    VALUES (p_actor, p_role, p_request_id, p_kind, p_changes, p_selected, p_undoes,
        p_kind IN ('delete', 'restore') OR p_kind = 'undo' AND v_older.trashes)
    RETURNING id INTO v_id;
    UPDATE app.operations AS o SET undone_by = v_id WHERE o.id = p_undoes;
    PERFORM app.act_as(p_actor, p_role, p_request_id, v_id);
    RETURN v_id;
END;
$$;

COMMENT ON FUNCTION app.begin_operation(text, jsonb, text, uuid, text, text, uuid) IS
    'Notes an operation and returns its id; what this transaction writes to the audit until app.end_operation is part of it. p_kind: status, priority, tags, assignee, follow_up, delete, restore, or undo, and then p_undoes the operation that is undone. LD404 operation_not_found, LD409 operation_not_undoable, operation_already_undone.';
REVOKE ALL ON FUNCTION app.begin_operation(text, jsonb, text, uuid, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.begin_operation(text, jsonb, text, uuid, text, text, uuid) TO leads_editor, leads_admin;
-- <== sql/functions/app.begin_operation.sql

-- ==> sql/functions/app.chain_hash.sql
-- drop: DROP FUNCTION app.chain_hash(bytea, bigint, bytea);
CREATE OR REPLACE FUNCTION app.chain_hash(p_previous bytea, p_number bigint, p_digest bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN sha256(coalesce(p_previous, '') || int8send(p_number) || p_digest);

COMMENT ON FUNCTION app.chain_hash(bytea, bigint, bytea) IS
    'The hash of one seal: SHA-256 of the seal before it (of nothing for the first), its number (8 bytes, most significant first) and its entry''s digest.';
REVOKE ALL ON FUNCTION app.chain_hash(bytea, bigint, bytea) FROM PUBLIC;
-- <== sql/functions/app.chain_hash.sql

-- ==> sql/functions/app.end_operation.sql
-- drop: DROP FUNCTION app.end_operation(uuid, bigint, bigint);
CREATE OR REPLACE FUNCTION app.end_operation(p_id uuid, p_changed bigint, p_skipped bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE app.operations AS o
    -- What was set for nobody is kept for nobody: an erasure couldn't tell whose it was.
    SET changed = p_changed, skipped = p_skipped, changes = CASE WHEN p_changed > 0 THEN o.changes END
    WHERE o.id = p_id AND o.tx = pg_current_xact_id() AND o.changed IS NULL;
    PERFORM app.act_as(NULL, NULL, NULL);
END;
$$;

COMMENT ON FUNCTION app.end_operation(uuid, bigint, bigint) IS
    'Says how many leads the operation of this transaction changed and left as they were; what follows is no part of it.';
REVOKE ALL ON FUNCTION app.end_operation(uuid, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.end_operation(uuid, bigint, bigint) TO leads_editor, leads_admin;
-- <== sql/functions/app.end_operation.sql

-- ==> sql/functions/app.entry_digest.sql
-- drop: DROP FUNCTION app.entry_digest(app.audit_log, bytea);
CREATE OR REPLACE FUNCTION app.entry_digest(p_entry app.audit_log, p_values_digest bytea) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    RETURN sha256(
        convert_to(jsonb_build_array(
            (p_entry).id, extract(epoch FROM (p_entry).at), (p_entry).tx::text, (p_entry).actor, (p_entry).actor_role,
            (p_entry).request_id, (p_entry).session_user_name, (p_entry).action, (p_entry).table_name, (p_entry).lead_id,
            (p_entry).subject, (p_entry).operation, (p_entry).lead_version
        )::text, 'UTF8') || p_values_digest);

COMMENT ON FUNCTION app.entry_digest(app.audit_log, bytea) IS
    'SHA-256 of an entry of the audit: of who, when and what as they stand there, and of its values by their digest alone.';
REVOKE ALL ON FUNCTION app.entry_digest(app.audit_log, bytea) FROM PUBLIC;
-- <== sql/functions/app.entry_digest.sql

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

-- ==> sql/functions/app.follow_lead_lifecycle.sql
-- drop: DROP FUNCTION app.follow_lead_lifecycle();
CREATE OR REPLACE FUNCTION app.follow_lead_lifecycle() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_may boolean := EXISTS (
        SELECT FROM app.status_moves AS m WHERE m.from_status = OLD.status AND m.to_status = NEW.status
    );
    v_allowed text;
BEGIN
    IF v_may AND NEW.status <> 'contacted' THEN
        RETURN NEW;
    END IF;
    -- While an operation is undone, a lead may go back to what the operation found it in.
    IF EXISTS (
        SELECT
        FROM app.operations AS undo
        JOIN app.operations AS o ON o.id = undo.undoes
        JOIN app.audit_log AS a ON a.operation = o.id AND a.tx = o.tx
        WHERE undo.changed IS NULL AND undo.tx = pg_current_xact_id()
            AND a.lead_id = OLD.id AND a.before ->> 'status' = NEW.status::text
    ) THEN
        RETURN NEW;
    END IF;
    IF NOT v_may THEN
        SELECT string_agg(m.to_status::text, ', ' ORDER BY m.to_status) INTO v_allowed
        FROM app.status_moves AS m WHERE m.from_status = OLD.status;
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = format('A lead can''t move from %s to %s.', OLD.status, NEW.status),
            CONSTRAINT = 'status_move_not_allowed',
            COLUMN = 'status',
            DATATYPE = v_allowed,
            HINT = format('From %s it can move to: %s.', OLD.status, v_allowed);
    END IF;
    NEW.last_contacted := app.now();
    NEW.first_response_at := coalesce(OLD.first_response_at, app.now());
    RETURN NEW;
END;
$$;

COMMENT ON FUNCTION app.follow_lead_lifecycle() IS
    'Trigger function: a lead''s status moves only as app.status_moves allows (LD409 status_move_not_allowed), or back while an operation is undone; entering contacted sets last_contacted and, the first time, first_response_at. SECURITY DEFINER, so that the rule is the same for whoever may change a lead.';
REVOKE ALL ON FUNCTION app.follow_lead_lifecycle() FROM PUBLIC;
-- <== sql/functions/app.follow_lead_lifecycle.sql

-- ==> sql/functions/app.lead_to_change.sql
-- drop: DROP FUNCTION app.lead_to_change(bigint, text, boolean);
CREATE OR REPLACE FUNCTION app.lead_to_change(p_id bigint, p_if_match text, p_trashed_too boolean DEFAULT false) RETURNS public.contact_leads
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_lead public.contact_leads;
BEGIN
    -- Of two at once the second waits here, and then sees what the first has made of it.
    SELECT l.* INTO v_lead
    FROM public.contact_leads AS l
    WHERE l.id = p_id AND (l.deleted_at IS NULL OR p_trashed_too)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no lead %s.', p_id),
            CONSTRAINT = 'lead_not_found',
            COLUMN = 'id';
    END IF;
    IF p_if_match IS NOT NULL AND btrim(p_if_match) <> '*'
        AND app.etag(v_lead.id, v_lead.version) <> ALL (regexp_split_to_array(btrim(p_if_match), '\s*,\s*'))
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD412',
            MESSAGE = format('Lead %s was changed meanwhile.', p_id),
            CONSTRAINT = 'version_conflict',
            HINT = 'Look at it as it is now, and send the change again with its ETag.';
    END IF;
    RETURN v_lead;
END;
$$;

COMMENT ON FUNCTION app.lead_to_change(bigint, text, boolean) IS
    'A lead, locked until the transaction ends. p_if_match: an If-Match header (RFC 9110, 13.1.1), NULL without one. LD404 lead_not_found when there is none, or it is in the trash (unless p_trashed_too); LD412 version_conflict when it has another ETag.';
REVOKE ALL ON FUNCTION app.lead_to_change(bigint, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.lead_to_change(bigint, text, boolean) TO leads_editor, leads_admin;
-- <== sql/functions/app.lead_to_change.sql

-- ==> sql/functions/app.open_operation.sql
-- drop: DROP FUNCTION app.open_operation();
CREATE OR REPLACE FUNCTION app.open_operation() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT o.kind FROM app.operations AS o WHERE o.changed IS NULL AND o.tx = pg_current_xact_id_if_assigned();
END;

COMMENT ON FUNCTION app.open_operation() IS 'The kind of the operation that this transaction is about, from app.begin_operation to app.end_operation; else NULL.';
REVOKE ALL ON FUNCTION app.open_operation() FROM PUBLIC;
-- <== sql/functions/app.open_operation.sql

-- ==> sql/functions/app.read_fields.sql
-- drop: DROP FUNCTION app.read_fields(jsonb, text[], text[]);
CREATE OR REPLACE FUNCTION app.read_fields(p_sent jsonb, p_takes text[], p_needs text[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_field text;
    v_value jsonb;
    v_type text;
    v_text text;
    v_choices text[];
    v_read jsonb := '{}';
BEGIN
    FOREACH v_field IN ARRAY p_needs LOOP
        IF NOT p_sent ? v_field THEN
            PERFORM app.refuse_field(v_field, format('%s is missing.', v_field));
        END IF;
    END LOOP;
    FOR v_field, v_value IN SELECT s.key, s.value FROM jsonb_each(p_sent) AS s LOOP
        v_type := jsonb_typeof(v_value);
        IF v_field <> ALL (p_takes) THEN
            PERFORM app.refuse_field(v_field, format('%s is not taken here.', left(v_field, 100)), array_to_string(p_takes, ', '));
        ELSIF v_field = 'quality_score' THEN
            IF v_type <> 'null' AND (v_type <> 'number' OR CASE WHEN v_type = 'number' THEN
                v_value::numeric NOT BETWEEN 0 AND 100 OR trunc(v_value::numeric) <> v_value::numeric END)
            THEN
                PERFORM app.refuse_field(v_field, 'quality_score must be a whole number from 0 to 100, or null.');
            END IF;
            v_value := CASE v_type WHEN 'number' THEN to_jsonb(v_value::numeric::integer) ELSE v_value END;
        ELSIF v_field = 'consent' THEN
            IF v_type NOT IN ('boolean', 'null') THEN
                PERFORM app.refuse_field(v_field, 'consent must be true, false or null.');
            END IF;
        ELSIF v_field IN ('tags', 'add', 'remove') THEN
            IF v_type <> 'array' OR jsonb_path_exists(v_value, 'strict $[*] ? (@.type() != "string")') THEN
                PERFORM app.refuse_field(v_field, format('%s must be an array of texts.', v_field));
            END IF;
            -- In the order given, each once.
            SELECT coalesce(jsonb_agg(t.tag ORDER BY t.place), '[]') INTO v_value
            FROM (
                SELECT btrim(a.tag) AS tag, min(a.place) AS place
                FROM jsonb_array_elements_text(v_value) WITH ORDINALITY AS a (tag, place)
                GROUP BY 1
            ) AS t;
            IF NOT app.tags_valid(ARRAY(SELECT jsonb_array_elements_text(v_value))) THEN
                PERFORM app.refuse_field(v_field, format('%s can hold at most 50 tags, each of 1 to 50 characters on one line.', v_field));
            END IF;
        ELSIF v_type NOT IN ('string', 'null') THEN
            PERFORM app.refuse_field(v_field, format('%s must be text.', v_field));
        ELSE
            v_text := v_value #>> '{}';
            v_choices := CASE v_field
                WHEN 'status' THEN enum_range(NULL::public.lead_status)::text[]
                WHEN 'priority' THEN enum_range(NULL::public.lead_priority)::text[]
                WHEN 'lead_type' THEN enum_range(NULL::public.lead_type)::text[]
            END;
            IF v_choices IS NOT NULL THEN
                IF v_text IS NULL OR v_text <> ALL (v_choices) THEN
                    PERFORM app.refuse_field(v_field,
                        format('%s must be one of: %s.', v_field, array_to_string(v_choices, ', ')), array_to_string(v_choices, ', '));
                END IF;
            ELSIF v_field IN ('follow_up_date', 'at') THEN
                IF app.read_instant(v_text) IS NULL AND v_text IS NOT NULL OR v_field = 'follow_up_date' AND length(v_text) <> 10 THEN
                    PERFORM app.refuse_field(v_field, format('%s must be %s.', v_field,
                        CASE v_field WHEN 'at' THEN 'a time, such as 2026-11-23T10:30:00Z' ELSE 'a day, such as 2026-11-23, or null' END));
                END IF;
            ELSIF v_field IN ('message', 'internal_notes', 'note') THEN
                v_text := nullif(replace(replace(v_text, E'\r\n', E'\n'), E'\r', E'\n'), '');
            ELSE
                v_text := nullif(btrim(regexp_replace(v_text, '\s+', ' ', 'g')), '');
            END IF;
            IF v_text IS NULL AND v_field IN ('name', 'email', 'channel', 'note') THEN
                PERFORM app.refuse_field(v_field, format('%s must be filled in.', v_field));
            END IF;
            v_value := coalesce(to_jsonb(v_text), 'null');
        END IF;
        v_read := v_read || jsonb_build_object(v_field, v_value);
    END LOOP;
    RETURN v_read;
END;
$$;

COMMENT ON FUNCTION app.read_fields(jsonb, text[], text[]) IS
    'What somebody sent, read by its fields'' names: types and choices checked, spaces around a text gone, an empty one null, each tag once. p_takes: the fields that may be there; p_needs: those that must. LD422 fields_not_valid names the first that can''t be taken; lengths are the constraints''.';
REVOKE ALL ON FUNCTION app.read_fields(jsonb, text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.read_fields(jsonb, text[], text[]) TO leads_editor, leads_admin;
-- <== sql/functions/app.read_fields.sql

-- ==> sql/functions/app.undo_images.sql
-- drop: DROP FUNCTION app.undo_images(uuid);
CREATE OR REPLACE FUNCTION app.undo_images(p_operation uuid) RETURNS TABLE (lead_id bigint, fields jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT a.lead_id, (
        SELECT jsonb_object_agg(b.key, b.value)
        FROM jsonb_each(a.before) AS b
        WHERE NOT EXISTS (
            SELECT FROM app.audit_log AS later WHERE later.lead_id = a.lead_id AND later.id > a.id
                AND (later.after ? b.key OR later.action = 'changed' AND later.after IS NULL) -- erased: nobody knows what it changed
        )
    )
    FROM app.operations AS o JOIN app.audit_log AS a ON a.operation = o.id AND a.tx = o.tx
    WHERE o.id = p_operation AND a.action = 'changed' AND a.table_name = 'contact_leads';
END;

COMMENT ON FUNCTION app.undo_images(uuid) IS
    'What the leads of an operation held before it, field by field, without what was changed again since; NULL when nothing is left. From the audit.';
REVOKE ALL ON FUNCTION app.undo_images(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.undo_images(uuid) TO leads_editor, leads_admin;
-- <== sql/functions/app.undo_images.sql

-- ==> sql/functions/app.values_digest.sql
-- drop: DROP FUNCTION app.values_digest(app.audit_log);
CREATE OR REPLACE FUNCTION app.values_digest(p_entry app.audit_log) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    RETURN sha256(coalesce(uuid_send((p_entry).salt), '') || convert_to(jsonb_build_array((p_entry).before, (p_entry).after)::text, 'UTF8'));

COMMENT ON FUNCTION app.values_digest(app.audit_log) IS
    'SHA-256 of what an entry of the audit holds of a lead or user, behind its salt: once values and salt are erased, nobody can try values against it.';
REVOKE ALL ON FUNCTION app.values_digest(app.audit_log) FROM PUBLIC;
-- <== sql/functions/app.values_digest.sql

-- ==> sql/functions/app.verify_audit.sql
-- drop: DROP FUNCTION app.verify_audit(jsonb);
CREATE OR REPLACE FUNCTION app.verify_audit(p_heads jsonb) RETURNS json
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH chain AS (
        SELECT
            s.number, s.entry, s.hash, s.values_digest, a.salt, a.lead_id, a.action, a.before, a.after, a.id AS present,
            lag(s.number, 1, 0::bigint) OVER w AS number_before,
            CASE WHEN a.id IS NOT NULL THEN app.chain_hash(lag(s.hash) OVER w, s.number, app.entry_digest(a, s.values_digest)) END AS hash_now,
            CASE WHEN a.salt IS NOT NULL THEN app.values_digest(a) END AS values_now
        FROM app.audit_seals AS s LEFT JOIN app.audit_log AS a ON a.id = s.entry
        WINDOW w AS (ORDER BY s.number)
    ), faults AS (
        SELECT c.number, c.entry, CASE
            WHEN c.number <> c.number_before + 1 THEN format('the seals from %s to %s are missing', c.number_before + 1, c.number - 1)
            WHEN c.present IS NULL THEN 'the entry is missing'
            WHEN c.hash_now <> c.hash THEN 'the entry or its seal was altered'
            WHEN c.values_now <> c.values_digest THEN 'the values of the entry were altered'
            WHEN c.values_now IS NULL AND (c.before IS NOT NULL OR c.after IS NOT NULL) THEN 'the salt of the entry is missing'
            WHEN c.values_now IS NULL AND NOT EXISTS (
                SELECT FROM app.audit_log AS e WHERE e.lead_id = c.lead_id AND e.id > c.entry AND e.action IN ('erased', 'purged')
            ) THEN 'the values of the entry are gone, and no erasure is noted'
        END AS fault
        FROM chain AS c
    ), heads AS (
        SELECT h.number, h.hash FROM jsonb_to_recordset(p_heads) AS h (number bigint, hash text)
    ), rewritten AS (
        SELECT h.number FROM heads AS h LEFT JOIN app.audit_seals AS s ON s.number = h.number
        WHERE encode(s.hash, 'hex') IS DISTINCT FROM h.hash
    ), tail AS (
        SELECT count(*) AS entries, min(a.id) AS first, min(a.at) AS since
        FROM app.audit_log AS a WHERE NOT EXISTS (SELECT FROM app.audit_seals AS s WHERE s.entry = a.id)
    )
    SELECT json_build_object(
        'sealed', (SELECT count(*) FROM app.audit_seals),
        'head', (SELECT json_build_object('number', s.number, 'hash', encode(s.hash, 'hex'))
            FROM app.audit_seals AS s ORDER BY s.number DESC LIMIT 1),
        'erased', (SELECT count(*) FROM chain AS c WHERE c.present IS NOT NULL AND c.salt IS NULL),
        'fault', (SELECT json_build_object('number', f.number, 'entry', f.entry, 'what', f.fault)
            FROM faults AS f WHERE f.fault IS NOT NULL ORDER BY f.number LIMIT 1),
        'heads', (SELECT count(*) FROM heads),
        'rewritten', (SELECT min(r.number) FROM rewritten AS r),
        'unsealed', (SELECT json_build_object('entries', t.entries, 'first', t.first, 'since', t.since,
            'seconds', round(extract(epoch FROM app.now() - t.since))) FROM tail AS t)
    );
END;

COMMENT ON FUNCTION app.verify_audit(jsonb) IS
    'Holds the audit to its seals: {sealed, head {number, hash}, erased, fault {number, entry, what} (the first), heads, rewritten, unsealed {entries, first, since, seconds}}. p_heads: [{number, hash}] as they were logged outside; rewritten is the first that the chain has no more. It tells of what was done behind the triggers'' back; it can''t prevent it.';
REVOKE ALL ON FUNCTION app.verify_audit(jsonb) FROM PUBLIC;
-- <== sql/functions/app.verify_audit.sql

-- ==> sql/functions/app.with_tags.sql
-- drop: DROP FUNCTION app.with_tags(text[], text[], text[]);
CREATE OR REPLACE FUNCTION app.with_tags(p_tags text[], p_add text[], p_remove text[]) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tags text[] := '{}';
    v_tag text;
BEGIN
    FOREACH v_tag IN ARRAY p_tags || p_add LOOP
        IF v_tag <> ALL (p_remove) AND v_tag <> ALL (v_tags) THEN
            v_tags := v_tags || v_tag;
        END IF;
    END LOOP;
    RETURN v_tags;
END;
$$;

COMMENT ON FUNCTION app.with_tags(text[], text[], text[]) IS
    'The tags with some more and without some others; those that were there stay in their order. A tag that is in both goes.';
REVOKE ALL ON FUNCTION app.with_tags(text[], text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.with_tags(text[], text[], text[]) TO leads_editor, leads_admin;
-- <== sql/functions/app.with_tags.sql

-- ==> sql/functions/service.audit_trail.sql
-- drop: DROP FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint);
CREATE OR REPLACE FUNCTION service.audit_trail(
    p_actor text, p_action text, p_table text, p_since text, p_until text, p_limit integer, p_cursor bigint
) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
    -- Planned for the filters of each call.
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_since timestamptz := app.read_instant(p_since);
    v_until timestamptz := app.read_instant(p_until);
    v_wrong text;
    v_after timestamptz;
    v_page json;
BEGIN
    v_wrong := CASE WHEN p_since IS NOT NULL AND v_since IS NULL THEN 'since' WHEN p_until IS NOT NULL AND v_until IS NULL THEN 'until' END;
    IF v_wrong IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format('%s must be a time, such as 2026-11-23T10:30:00Z, or a day.', v_wrong),
            CONSTRAINT = 'filter_not_valid',
            COLUMN = v_wrong;
    END IF;
    IF p_cursor IS NOT NULL THEN
        SELECT a.at INTO v_after FROM app.audit_log AS a WHERE a.id = p_cursor;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'LD400',
                MESSAGE = 'The cursor is none that this list gave.',
                CONSTRAINT = 'cursor_not_valid',
                COLUMN = 'cursor';
        END IF;
    END IF;
    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT a.*, a AS entry, row_number() OVER (ORDER BY a.at DESC, a.id DESC) AS place
        FROM app.audit_log AS a
        WHERE (p_actor IS NULL OR a.actor = p_actor)
            AND (p_action IS NULL OR a.action = p_action)
            AND (p_table IS NULL OR a.table_name = p_table)
            AND (v_since IS NULL OR a.at >= v_since)
            AND (v_until IS NULL OR a.at < v_until)
            AND (p_cursor IS NULL OR (a.at, a.id) < (v_after, p_cursor))
        ORDER BY a.at DESC, a.id DESC
        LIMIT p_limit + 1
    )
    SELECT json_build_object(
        'data', coalesce(json_agg(json_build_object(
            'id', f.id, 'at', f.at, 'actor', f.actor, 'actor_role', f.actor_role, 'session_user', f.session_user_name,
            'action', f.action, 'table', f.table_name, 'lead_id', f.lead_id, 'subject', f.subject,
            'summary', app.audit_story(f.entry), 'changes', app.audit_changes(f.before, f.after),
            'operation', f.operation, 'request_id', f.request_id
        ) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN
            (SELECT last.id::text FROM found AS last WHERE last.place = p_limit)
        END
    ) INTO v_page
    FROM found AS f;
    RETURN v_page;
END;
$$;

COMMENT ON FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint) IS
    'What was done, newest first: {"data": [{id, at, actor, actor_role, session_user, action, table, lead_id, subject, summary, changes: [{field, before, after}], operation, request_id}], "next"}; p_since is included, p_until not; next is the p_cursor of the page after, or null. LD400 filter_not_valid, cursor_not_valid.';
REVOKE ALL ON FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.audit_trail(text, text, text, text, text, integer, bigint) TO leads_admin;
-- <== sql/functions/service.audit_trail.sql

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

-- ==> sql/functions/service.change_leads.sql
-- drop: DROP FUNCTION service.change_leads(bigint[], text, jsonb, text, text, boolean, text, text, uuid);
CREATE OR REPLACE FUNCTION service.change_leads(
    p_ids bigint[], p_kind text, p_changes jsonb, p_selected text, p_token text, p_dry_run boolean,
    p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_takes text[] := CASE p_kind
        WHEN 'status' THEN '{status}' WHEN 'priority' THEN '{priority}' WHEN 'assignee' THEN '{assignee}'
        WHEN 'follow_up' THEN '{follow_up_date}' WHEN 'tags' THEN '{add,remove}' ELSE '{}' END;
    v_changes jsonb := app.read_fields(p_changes, v_takes, CASE WHEN cardinality(v_takes) = 1 THEN v_takes ELSE '{}' END);
    v_status public.lead_status := v_changes ->> 'status';
    v_priority public.lead_priority := v_changes ->> 'priority';
    v_assignee text := v_changes ->> 'assignee';
    v_follow_up date := v_changes ->> 'follow_up_date';
    v_add text[] := ARRAY(SELECT jsonb_array_elements_text(v_changes -> 'add'));
    v_remove text[] := ARRAY(SELECT jsonb_array_elements_text(v_changes -> 'remove'));
    v_chosen bigint[];
    v_versions text;
    v_token text;
    v_skipped bigint;
    v_report json;
    v_operation uuid;
    v_changed bigint;
BEGIN
    IF p_kind = 'tags' AND v_add || v_remove = '{}' THEN
        PERFORM app.refuse_field('add', 'There is no tag to add or to remove.', 'add, remove');
    END IF;
    IF NOT p_dry_run THEN
        -- In one order for all, so that two of them wait for each other instead of blocking each other.
        PERFORM FROM public.contact_leads AS l WHERE l.id = ANY (p_ids) ORDER BY l.id FOR NO KEY UPDATE;
    END IF;
    SELECT
        coalesce(array_agg(c.id) FILTER (WHERE c.reason IS NULL), '{}'),
        string_agg(c.id || '-' || c.version, ',' ORDER BY c.id) FILTER (WHERE c.reason IS NULL AND (p_dry_run OR p_token IS NOT NULL)),
        count(c.reason),
        coalesce(json_agg(json_build_object('id', c.id, 'reason', c.reason) ORDER BY c.id)
            FILTER (WHERE c.reason IS NOT NULL AND c.place <= 1000), '[]')
    INTO v_chosen, v_versions, v_skipped, v_report
    FROM (
        SELECT p.id, l.version, r.reason, count(r.reason) OVER (ORDER BY p.id) AS place
        FROM (SELECT DISTINCT u.id FROM unnest(p_ids) AS u (id)) AS p
        LEFT JOIN public.contact_leads AS l ON l.id = p.id
        CROSS JOIN LATERAL (SELECT CASE p_kind WHEN 'tags' THEN app.with_tags(l.tags, v_add, v_remove) END AS tags OFFSET 0) AS n
        CROSS JOIN LATERAL (SELECT CASE
            WHEN l.id IS NULL OR l.deleted_at IS NOT NULL AND p_kind <> 'restore' THEN 'not_found'
            WHEN CASE p_kind
                WHEN 'status' THEN l.status = v_status
                WHEN 'priority' THEN l.priority = v_priority
                WHEN 'assignee' THEN l.assignee IS NOT DISTINCT FROM v_assignee
                WHEN 'follow_up' THEN l.follow_up_date IS NOT DISTINCT FROM v_follow_up
                WHEN 'tags' THEN n.tags = l.tags
                WHEN 'restore' THEN l.deleted_at IS NULL
                ELSE false END THEN 'unchanged'
            WHEN p_kind = 'status' AND NOT EXISTS (
                SELECT FROM app.status_moves AS m WHERE m.from_status = l.status AND m.to_status = v_status
            ) THEN 'status_move_not_allowed'
            WHEN p_kind = 'tags' AND NOT app.tags_valid(n.tags) THEN 'too_many_tags'
        END AS reason) AS r
    ) AS c;
    IF p_dry_run OR p_token IS NOT NULL THEN
        v_token := encode(sha256(convert_to(concat_ws(' ', p_kind, v_changes, v_versions), 'UTF8')), 'hex');
    END IF;
    IF p_dry_run THEN
        RETURN json_build_object('changed', cardinality(v_chosen), 'skipped_count', v_skipped, 'skipped', v_report,
            'operation', NULL, 'token', v_token);
    ELSIF p_token <> v_token THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD412',
            MESSAGE = 'The leads, or the change, are no longer those of the dry run. Nothing was changed.',
            CONSTRAINT = 'selection_changed',
            HINT = 'Look at them again with ?dry_run=true, and send the new token.';
    END IF;
    v_operation := app.begin_operation(p_kind, nullif(v_changes, '{}'), p_selected, NULL, p_actor, p_role, p_request_id);
    IF p_kind IN ('delete', 'restore') THEN -- a column that only admins may write
        UPDATE public.contact_leads AS l
        SET deleted_at = CASE p_kind WHEN 'delete' THEN app.now() END
        WHERE l.id = ANY (v_chosen);
    ELSE
        UPDATE public.contact_leads AS l
        SET status = coalesce(v_status, l.status),
            priority = coalesce(v_priority, l.priority),
            assignee = CASE p_kind WHEN 'assignee' THEN v_assignee ELSE l.assignee END,
            follow_up_date = CASE p_kind WHEN 'follow_up' THEN v_follow_up ELSE l.follow_up_date END,
            tags = CASE p_kind WHEN 'tags' THEN app.with_tags(l.tags, v_add, v_remove) ELSE l.tags END
        WHERE l.id = ANY (v_chosen);
    END IF;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    PERFORM app.end_operation(v_operation, v_changed, v_skipped);
    RETURN json_build_object('changed', v_changed, 'skipped_count', v_skipped, 'skipped', v_report, 'operation', v_operation);
END;
$$;

COMMENT ON FUNCTION service.change_leads(bigint[], text, jsonb, text, text, boolean, text, text, uuid) IS
    'Changes many leads alike, all or none, but for those that a rule keeps as they are: {"changed", "skipped_count", "skipped": [{id, reason}] (the first 1,000), "operation"}. p_kind and p_changes: status {status}, priority {priority}, assignee {assignee}, follow_up {follow_up_date}, tags {add, remove}, delete {} (to the trash), restore {}. Reasons: not_found, unchanged, status_move_not_allowed, too_many_tags. p_selected: how they were chosen, in words without personal data. p_dry_run: changes nothing and returns a token too; p_token: refuse unless kind, change, leads and their versions are those of that dry run. LD412 selection_changed, LD422 fields_not_valid.';
REVOKE ALL ON FUNCTION service.change_leads(bigint[], text, jsonb, text, text, boolean, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.change_leads(bigint[], text, jsonb, text, text, boolean, text, text, uuid) TO leads_editor, leads_admin;
-- <== sql/functions/service.change_leads.sql

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

-- ==> sql/functions/service.lead_history.sql
-- drop: DROP FUNCTION service.lead_history(bigint, integer, bigint);
CREATE OR REPLACE FUNCTION service.lead_history(p_id bigint, p_limit integer, p_cursor bigint) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_page json;
BEGIN
    IF NOT EXISTS (SELECT FROM public.contact_leads AS l WHERE l.id = p_id AND l.deleted_at IS NULL) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no lead %s.', p_id),
            CONSTRAINT = 'lead_not_found',
            COLUMN = 'id';
    END IF;
    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT a.*, a AS entry, row_number() OVER (ORDER BY a.id) AS place
        FROM app.audit_log AS a
        WHERE a.lead_id = p_id AND a.id > coalesce(p_cursor, 0)
        ORDER BY a.id
        LIMIT p_limit + 1
    )
    SELECT json_build_object(
        'data', coalesce(json_agg(json_build_object(
            'at', f.at, 'actor', f.actor, 'actor_role', f.actor_role, 'session_user', f.session_user_name, 'action', f.action,
            'summary', app.audit_story(f.entry), 'changes', app.audit_changes(f.before, f.after),
            'operation', f.operation, 'request_id', f.request_id
        ) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN (max(f.id) FILTER (WHERE f.place <= p_limit))::text END
    ) INTO v_page
    FROM found AS f;
    RETURN v_page;
END;
$$;

COMMENT ON FUNCTION service.lead_history(bigint, integer, bigint) IS
    'What was done to a lead, oldest first: {"data": [{at, actor, actor_role, session_user, action, summary, changes: [{field, before, after}], operation, request_id}], "next"}; next is the p_cursor of the page after, or null. SECURITY DEFINER, since staff may read the audit of the leads they see, and no more of it. LD404 lead_not_found.';
REVOKE ALL ON FUNCTION service.lead_history(bigint, integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_history(bigint, integer, bigint) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.lead_history.sql

-- ==> sql/functions/service.list_operations.sql
-- drop: DROP FUNCTION service.list_operations(integer, bigint);
CREATE OR REPLACE FUNCTION service.list_operations(p_limit integer, p_cursor bigint) RETURNS json
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
BEGIN ATOMIC
    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT o.*, row_number() OVER (ORDER BY o.number DESC) AS place
        FROM app.operations AS o
        WHERE o.number < coalesce(p_cursor, 9223372036854775807)
        ORDER BY o.number DESC
        LIMIT p_limit + 1
    )
    SELECT json_build_object(
        'data', coalesce(json_agg(json_build_object(
            'operation', f.id, 'at', f.at, 'actor', f.actor, 'actor_role', f.actor_role, 'session_user', f.session_user_name,
            'kind', f.kind, 'changes', f.changes, 'selected', f.selected, 'changed', f.changed, 'skipped_count', f.skipped,
            'undoes', f.undoes, 'undone_by', f.undone_by, 'undone', f.undone_by IS NOT NULL,
            'can_undo', f.undone_by IS NULL AND f.kind NOT IN ('erase', 'purge'),
            'request_id', f.request_id
        ) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN (min(f.number) FILTER (WHERE f.place <= p_limit))::text END
    )
    FROM found AS f;
END;

COMMENT ON FUNCTION service.list_operations(integer, bigint) IS
    'Bulk changes, deletions, undos, erasures and purges, newest first: {"data": [{operation, at, actor, actor_role, session_user, kind, changes, selected, changed, skipped_count, undoes, undone_by, undone, can_undo, request_id}], "next"}; next is the p_cursor of the page after, or null.';
REVOKE ALL ON FUNCTION service.list_operations(integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_operations(integer, bigint) TO leads_editor, leads_admin;
-- <== sql/functions/service.list_operations.sql

-- ==> sql/functions/service.purge_trash.sql
-- drop: DROP FUNCTION service.purge_trash(integer);
CREATE OR REPLACE FUNCTION service.purge_trash(p_days integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Somebody who restores one just now keeps it.
    v_ids bigint[] := ARRAY(
        SELECT l.id FROM public.contact_leads AS l
        WHERE l.deleted_at <= app.now() - make_interval(days => p_days)
        ORDER BY l.id
        LIMIT 1000
        FOR UPDATE SKIP LOCKED
    );
BEGIN
    IF v_ids <> '{}' THEN
        PERFORM app.end_operation(app.erase_leads(v_ids, 'purge', 'leads', 'job', NULL), cardinality(v_ids), 0);
    END IF;
    RETURN cardinality(v_ids);
END;
$$;

COMMENT ON FUNCTION service.purge_trash(integer) IS
    'Removes for good what has been in the trash for p_days days, at most 1,000 leads at once; returns how many.';
REVOKE ALL ON FUNCTION service.purge_trash(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.purge_trash(integer) TO leads_service;
-- <== sql/functions/service.purge_trash.sql

-- ==> sql/functions/service.seal_audit.sql
-- drop: DROP FUNCTION service.seal_audit();
CREATE OR REPLACE FUNCTION service.seal_audit(OUT sealed integer, OUT number bigint, OUT hash text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_at_once CONSTANT integer := 50000;
    v_oldest xid8;
    v_next xid8;
    v_last_id bigint;
    v_mark app.audit_sealing;
    v_number bigint;
    v_hash bytea;
    v_entry record;
    v_entries bigint[] := '{}';
    v_digests bytea[] := '{}';
    v_hashes bytea[] := '{}';
BEGIN
    sealed := 0;
    -- "leada" as a number; "leads" is the migrations', "leadt" tidy's. Writers never wait for it.
    IF NOT pg_try_advisory_xact_lock(465557349473) THEN
        RETURN;
    END IF;
    SELECT s.number, s.hash INTO v_number, v_hash FROM app.audit_seals AS s ORDER BY s.number DESC LIMIT 1;
    SELECT m.* INTO STRICT v_mark FROM app.audit_sealing AS m;
    -- In this order: what was drawn before, by a transaction older than v_next, is seen or lost once v_oldest has come that far.
    v_oldest := pg_snapshot_xmin(pg_current_snapshot());
    FOR v_entry IN
        SELECT a.id, d.digest, app.entry_digest(a, d.digest) AS entry_digest
        FROM app.audit_log AS a CROSS JOIN LATERAL (SELECT app.values_digest(a) AS digest OFFSET 0) AS d
        WHERE a.id > v_mark.settled AND NOT EXISTS (SELECT FROM app.audit_seals AS s WHERE s.entry = a.id)
        ORDER BY a.id
        LIMIT c_at_once
    LOOP
        sealed := sealed + 1;
        v_hash := app.chain_hash(v_hash, coalesce(v_number, 0) + sealed, v_entry.entry_digest);
        v_entries := v_entries || v_entry.id;
        v_digests := v_digests || v_entry.digest;
        v_hashes := v_hashes || v_hash;
    END LOOP;
    INSERT INTO app.audit_seals (number, entry, values_digest, hash)
    SELECT coalesce(v_number, 0) + u.place, u.entry, u.digest, u.hash
    FROM unnest(v_entries, v_digests, v_hashes) WITH ORDINALITY AS u (entry, digest, hash, place);
    number := coalesce(v_number, 0) + sealed;
    hash := encode(v_hash, 'hex');
    IF sealed = c_at_once THEN
        RETURN; -- there is more
    END IF;
    -- Of a sequence that nobody drew from, 1 is the next.
    SELECT q.last_value - CASE WHEN q.is_called THEN 0 ELSE 1 END INTO v_last_id FROM app.audit_log_id_seq AS q;
    v_next := pg_snapshot_xmax(pg_current_snapshot());
    IF v_mark.settled < v_last_id THEN
        UPDATE app.audit_sealing AS m
        SET settled = CASE WHEN v_mark.pending_before <= v_oldest THEN v_mark.pending ELSE v_mark.settled END,
            pending = v_last_id,
            pending_before = v_next
        -- A database restored to another server counts its transactions anew.
        WHERE v_mark.pending_before <= v_oldest OR v_mark.pending_before > v_next;
    END IF;
END;
$$;

COMMENT ON FUNCTION service.seal_audit() IS
    'What every worker asks for each second, and one at a time does: gives each new entry of the audit its seal, in the order in which they are seen, at most 50,000 at once. Returns how many, and the chain''s head, which is to be kept outside the database; all but sealed is NULL while another does it, or nothing was ever sealed.';
REVOKE ALL ON FUNCTION service.seal_audit() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.seal_audit() TO leads_service;
-- <== sql/functions/service.seal_audit.sql

-- ==> sql/functions/service.trash_lead.sql
-- drop: DROP FUNCTION service.trash_lead(bigint, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.trash_lead(p_id bigint, p_if_match text, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
BEGIN
    PERFORM app.lead_to_change(p_id, p_if_match);
    RETURN service.change_leads(ARRAY[p_id], 'delete', '{}', '1 lead', NULL, false, p_actor, p_role, p_request_id);
END;
$$;

COMMENT ON FUNCTION service.trash_lead(bigint, text, text, text, uuid) IS
    'Moves one lead to the trash, as service.change_leads does. p_if_match: the header, or NULL. LD404 lead_not_found when there is none, or it is there already; LD412 version_conflict.';
REVOKE ALL ON FUNCTION service.trash_lead(bigint, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.trash_lead(bigint, text, text, text, uuid) TO leads_admin;
-- <== sql/functions/service.trash_lead.sql

-- ==> sql/functions/service.undo_operation.sql
-- drop: DROP FUNCTION service.undo_operation(uuid, text, text, uuid);
CREATE OR REPLACE FUNCTION service.undo_operation(p_operation uuid, p_actor text, p_role text, p_request_id uuid) RETURNS json
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_undo uuid;
    v_trashes boolean;
    v_ids bigint[];
    v_chosen bigint[];
    v_fields jsonb[];
    v_skipped bigint;
    v_report json;
    v_changed bigint;
BEGIN
    SELECT array_agg(i.lead_id) INTO v_ids FROM app.undo_images(p_operation) AS i;
    -- First locked, then looked at: a later edit is either seen, or waits. And before the operation, as app.erase_leads does.
    PERFORM FROM public.contact_leads AS l WHERE l.id = ANY (v_ids) ORDER BY l.id FOR NO KEY UPDATE;
    v_undo := app.begin_operation('undo', NULL, NULL, p_operation, p_actor, p_role, p_request_id);
    SELECT o.trashes INTO STRICT v_trashes FROM app.operations AS o WHERE o.id = v_undo;
    SELECT
        array_agg(c.lead_id ORDER BY c.lead_id) FILTER (WHERE c.reason IS NULL),
        array_agg(c.fields ORDER BY c.lead_id) FILTER (WHERE c.reason IS NULL),
        count(c.reason),
        coalesce(json_agg(json_build_object('id', c.lead_id, 'reason', c.reason) ORDER BY c.lead_id)
            FILTER (WHERE c.reason IS NOT NULL AND c.place <= 1000), '[]')
    INTO v_chosen, v_fields, v_skipped, v_report
    FROM (
        SELECT i.lead_id, i.fields, r.reason, count(r.reason) OVER (ORDER BY i.lead_id) AS place
        FROM app.undo_images(p_operation) AS i
        LEFT JOIN public.contact_leads AS l ON l.id = i.lead_id
        CROSS JOIN LATERAL (SELECT CASE
            WHEN l.id IS NULL OR l.deleted_at IS NOT NULL AND NOT v_trashes THEN 'not_found'
            WHEN i.fields IS NULL THEN 'changed_since'
        END AS reason) AS r
    ) AS c;
    IF v_trashes THEN -- a column that only admins may write
        UPDATE public.contact_leads AS l
        SET deleted_at = (jsonb_populate_record(l, i.fields)).deleted_at
        FROM unnest(v_chosen, v_fields) AS i (id, fields)
        WHERE l.id = i.id;
    ELSE
        UPDATE public.contact_leads AS l
        SET (status, priority, tags, assignee, follow_up_date, last_contacted, first_response_at) = (
            SELECT r.status, r.priority, r.tags, r.assignee, r.follow_up_date, r.last_contacted, r.first_response_at
            FROM jsonb_populate_record(l, i.fields) AS r
        )
        FROM unnest(v_chosen, v_fields) AS i (id, fields)
        WHERE l.id = i.id;
    END IF;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    PERFORM app.end_operation(v_undo, v_changed, v_skipped);
    RETURN json_build_object('changed', v_changed, 'skipped_count', v_skipped, 'skipped', v_report, 'operation', v_undo);
END;
$$;

COMMENT ON FUNCTION service.undo_operation(uuid, text, text, uuid) IS
    'Gives the leads of an operation back what they held before it, field by field, times that followed too, whatever app.status_moves says; what was changed again since stays. An operation of its own, which can be undone as well. Answers as service.change_leads; reasons: not_found (gone, or in the trash meanwhile), changed_since. LD404 operation_not_found, LD409 operation_not_undoable, operation_already_undone.';
REVOKE ALL ON FUNCTION service.undo_operation(uuid, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.undo_operation(uuid, text, text, uuid) TO leads_editor, leads_admin;
-- <== sql/functions/service.undo_operation.sql

-- ==> sql/triggers/audit_log_append_only.sql
-- drop: DROP TRIGGER audit_log_append_only ON app.audit_log;
CREATE OR REPLACE TRIGGER audit_log_append_only
    BEFORE DELETE OR TRUNCATE ON app.audit_log
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.refuse_audit_change();

COMMENT ON TRIGGER audit_log_append_only ON app.audit_log IS
    'What was written stays: nothing removes a row, not even the owner. (Whoever owns the table can disable a trigger; the seals tell of it.)';
-- <== sql/triggers/audit_log_append_only.sql

-- ==> sql/triggers/audit_log_erasure.sql
-- drop: DROP TRIGGER audit_log_erasure ON app.audit_log;
CREATE OR REPLACE TRIGGER audit_log_erasure
    BEFORE UPDATE ON app.audit_log
    FOR EACH ROW
    EXECUTE FUNCTION app.allow_erasure();

COMMENT ON TRIGGER audit_log_erasure ON app.audit_log IS
    'Nothing changes an entry, not even the owner; its values alone go when a person is erased.';
-- <== sql/triggers/audit_log_erasure.sql

-- ==> sql/triggers/audit_seals_append_only.sql
-- drop: DROP TRIGGER audit_seals_append_only ON app.audit_seals;
CREATE OR REPLACE TRIGGER audit_seals_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON app.audit_seals
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.refuse_audit_change();

COMMENT ON TRIGGER audit_seals_append_only ON app.audit_seals IS
    'What was sealed stays sealed.';
-- <== sql/triggers/audit_seals_append_only.sql

-- ==> sql/triggers/status_moves_audit_truncate.sql
-- drop: DROP TRIGGER status_moves_audit_truncate ON app.status_moves;
CREATE OR REPLACE TRIGGER status_moves_audit_truncate
    AFTER TRUNCATE ON app.status_moves
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_setting();

COMMENT ON TRIGGER status_moves_audit_truncate ON app.status_moves IS
    'Who removed all allowed moves.';
-- <== sql/triggers/status_moves_audit_truncate.sql

-- ==> sql/triggers/status_moves_audit_write.sql
-- drop: DROP TRIGGER status_moves_audit_write ON app.status_moves;
CREATE OR REPLACE TRIGGER status_moves_audit_write
    AFTER INSERT OR UPDATE OR DELETE ON app.status_moves
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_setting();

COMMENT ON TRIGGER status_moves_audit_write ON app.status_moves IS
    'Who changed which moves are allowed.';
-- <== sql/triggers/status_moves_audit_write.sql

-- ==> sql/triggers/users_audit_truncate.sql
-- drop: DROP TRIGGER users_audit_truncate ON app.users;
CREATE OR REPLACE TRIGGER users_audit_truncate
    AFTER TRUNCATE ON app.users
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_user();

COMMENT ON TRIGGER users_audit_truncate ON app.users IS
    'Who removed all users.';
-- <== sql/triggers/users_audit_truncate.sql

-- ==> sql/roles/leads_admin.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, api.leads FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_admin;
GRANT USAGE ON SCHEMA service, app, api TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads TO leads_admin;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, api.leads TO leads_admin;
-- <== sql/roles/leads_admin.sql

-- ==> sql/roles/leads_editor.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.operations, api.leads FROM leads_editor;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_editor;
GRANT USAGE ON SCHEMA service, app, api TO leads_editor;
GRANT SELECT, INSERT ON public.contact_leads TO leads_editor;
-- Not deleted_at: the trash is the admins'. Nor what names a lead, or says when it came.
GRANT UPDATE (
    name, email, subject, message, company, phone, role, source, consent, lead_type, form_type, metadata, flagged, is_spam,
    status, priority, quality_score, internal_notes, tags, contact_history, assignee, follow_up_date, last_contacted, first_response_at
) ON public.contact_leads TO leads_editor;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.operations, api.leads TO leads_editor;
-- <== sql/roles/leads_editor.sql
