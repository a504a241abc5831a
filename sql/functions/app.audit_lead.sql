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
