SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

CREATE TYPE app.mail_kind AS ENUM ('acknowledgement', 'cv', 'notification', 'reminder', 'digest');
COMMENT ON TYPE app.mail_kind IS 'What a mail is: an answer to a visitor (acknowledgement, cv), or news for the team (notification, reminder, digest).';
CREATE TYPE app.mail_state AS ENUM ('queued', 'sending', 'sent', 'failed', 'skipped', 'merged');
COMMENT ON TYPE app.mail_state IS 'queued: waits for its time; sending: a worker has it; sent: handed over; failed: given up, retried by hand alone; skipped: there was a reason not to send it; merged: it went out as part of another one.';

CREATE TABLE app.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT outbox_pkey PRIMARY KEY,
    key uuid NOT NULL DEFAULT gen_random_uuid(),
    kind app.mail_kind NOT NULL,
    occasion text NOT NULL CONSTRAINT outbox_occasion_key UNIQUE,
    lead_id bigint,
    recipient text,
    is_test boolean NOT NULL DEFAULT false,
    bundle text,
    state app.mail_state NOT NULL DEFAULT 'queued',
    created_at timestamptz NOT NULL DEFAULT app.now(),
    wanted_at timestamptz NOT NULL DEFAULT app.now(),
    due_at timestamptz NOT NULL DEFAULT app.now(),
    attempts integer NOT NULL DEFAULT 0,
    first_attempt_at timestamptz,
    ended_at timestamptz,
    error text,
    merged_into bigint,
    lead_ids bigint[],
    more integer NOT NULL DEFAULT 0,
    content jsonb,
    transport text,
    provider_id text,
    delivery text CONSTRAINT outbox_delivery_valid CHECK (delivery IN ('delivered', 'delayed', 'bounced', 'complained', 'failed')),
    delivery_at timestamptz,
    delivery_detail text,
    opened integer NOT NULL DEFAULT 0,
    last_opened_at timestamptz
)
WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE app.outbox IS 'Every mail that is to be sent, and was: queued in the transaction of what it is about. Kept for 90 days after its end.';
COMMENT ON COLUMN app.outbox.id IS 'In the order in which they were queued, about.';
COMMENT ON COLUMN app.outbox.key IS 'Names it to the outside: the provider''s idempotency key, the Message-ID, the file in the mailbox. Another one after a retry by hand.';
COMMENT ON COLUMN app.outbox.kind IS 'Which template it is made of, and whom it is for.';
COMMENT ON COLUMN app.outbox.occasion IS 'What gave rise to it: of each there is one mail.';
COMMENT ON COLUMN app.outbox.lead_id IS 'The lead that it is about, if it is one.';
COMMENT ON COLUMN app.outbox.recipient IS 'An address; NULL for the team, whose addresses NOTIFY_TO holds.';
COMMENT ON COLUMN app.outbox.is_test IS 'Asked for by hand, with made-up values.';
COMMENT ON COLUMN app.outbox.bundle IS 'Those of one bundle that wait go out as one mail.';
COMMENT ON COLUMN app.outbox.state IS 'How far it is.';
COMMENT ON COLUMN app.outbox.created_at IS 'When it was queued.';
COMMENT ON COLUMN app.outbox.wanted_at IS 'When it was meant to go out. A day later it is not sent any more, unless it was tried before.';
COMMENT ON COLUMN app.outbox.due_at IS 'When it is tried (again). Of one that a worker has: until when it is the worker''s, and others leave it alone.';
COMMENT ON COLUMN app.outbox.attempts IS 'How often it was tried.';
COMMENT ON COLUMN app.outbox.first_attempt_at IS 'When it was first tried. The provider knows its key for 24 hours; it is given up an hour before.';
COMMENT ON COLUMN app.outbox.ended_at IS 'When it was sent, skipped, merged or given up.';
COMMENT ON COLUMN app.outbox.error IS 'Why it waits, was skipped, or was given up.';
COMMENT ON COLUMN app.outbox.merged_into IS 'The mail that it went out with.';
COMMENT ON COLUMN app.outbox.lead_ids IS 'The leads that it tells of by name, at most 50. Erasing one of them empties content.';
COMMENT ON COLUMN app.outbox.more IS 'How many further leads it counts without naming them.';
COMMENT ON COLUMN app.outbox.content IS 'What is sent: from, to, reply_to, subject, text, html, headers, attach_cv. Made at the first try, and the same at each.';
COMMENT ON COLUMN app.outbox.transport IS 'What it was handed to: resend, smtp or mailbox.';
COMMENT ON COLUMN app.outbox.provider_id IS 'What the provider calls it.';
COMMENT ON COLUMN app.outbox.delivery IS 'What the provider last reported of it: delivered, delayed, bounced, complained or failed.';
COMMENT ON COLUMN app.outbox.delivery_at IS 'When that happened.';
COMMENT ON COLUMN app.outbox.delivery_detail IS 'The provider''s words.';
COMMENT ON COLUMN app.outbox.opened IS 'How often the link to the CV was opened, by programs that check links too.';
COMMENT ON COLUMN app.outbox.last_opened_at IS 'When it was last opened.';
CREATE INDEX outbox_due ON app.outbox (due_at, id) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_bundle ON app.outbox (bundle) WHERE state = 'queued' AND bundle IS NOT NULL;
CREATE INDEX outbox_lead ON app.outbox (lead_id, id) WHERE lead_id IS NOT NULL;
CREATE INDEX outbox_failed ON app.outbox (id) WHERE state = 'failed';
CREATE INDEX outbox_ended_at ON app.outbox (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX outbox_provider_id ON app.outbox (provider_id) WHERE provider_id IS NOT NULL;

CREATE TABLE app.mail_templates (
    kind app.mail_kind CONSTRAINT mail_templates_pkey PRIMARY KEY,
    enabled boolean NOT NULL DEFAULT true,
    subject text CONSTRAINT mail_templates_subject_valid CHECK (char_length(subject) BETWEEN 1 AND 500 AND subject !~ '[[:cntrl:]]'),
    body_text text CONSTRAINT mail_templates_body_text_valid CHECK (char_length(body_text) BETWEEN 1 AND 20000),
    body_html text CONSTRAINT mail_templates_body_html_valid CHECK (char_length(body_html) BETWEEN 1 AND 60000),
    updated_at timestamptz NOT NULL DEFAULT app.now(),
    updated_by text NOT NULL
);
COMMENT ON TABLE app.mail_templates IS 'What the team changed of the mails: a kind without a row goes out as it was delivered.';
COMMENT ON COLUMN app.mail_templates.kind IS 'Of which mails.';
COMMENT ON COLUMN app.mail_templates.enabled IS 'false: no such mails are queued.';
COMMENT ON COLUMN app.mail_templates.subject IS 'A Jinja template of one line, at most 500 characters; NULL, as the two bodies, for the one delivered.';
COMMENT ON COLUMN app.mail_templates.body_text IS 'A Jinja template of at most 20,000 characters: the mail as plain text.';
COMMENT ON COLUMN app.mail_templates.body_html IS 'A Jinja template of at most 60,000 characters: the mail as HTML.';
COMMENT ON COLUMN app.mail_templates.updated_at IS 'When it last changed; kept by mail_templates_updated_at.';
COMMENT ON COLUMN app.mail_templates.updated_by IS 'Who changed it: a username, or the database login.';

CREATE TABLE app.mail_stops (
    address text CONSTRAINT mail_stops_pkey PRIMARY KEY,
    reason text NOT NULL CONSTRAINT mail_stops_reason_valid CHECK (reason IN ('bounced', 'complained', 'asked')),
    since timestamptz NOT NULL DEFAULT app.now()
);
COMMENT ON TABLE app.mail_stops IS 'Addresses that get no automatic answers any more.';
COMMENT ON COLUMN app.mail_stops.address IS 'As app.mailbox_of makes it.';
COMMENT ON COLUMN app.mail_stops.reason IS 'bounced: there is no such mailbox; complained: called spam there; asked: by the link in each answer.';
COMMENT ON COLUMN app.mail_stops.since IS 'Since when.';

CREATE TABLE app.auto_replies (
    address text CONSTRAINT auto_replies_pkey PRIMARY KEY,
    kind app.mail_kind NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE app.auto_replies IS 'Who had an automatic answer within a day, and gets no other one.';
COMMENT ON COLUMN app.auto_replies.address IS 'As app.mailbox_of makes it.';
COMMENT ON COLUMN app.auto_replies.kind IS 'Which answer it was.';
COMMENT ON COLUMN app.auto_replies.at IS 'When it was due: of a CV that waits for the day to pass, when that is.';
CREATE INDEX auto_replies_at ON app.auto_replies (at);

CREATE INDEX contact_leads_follow_up ON public.contact_leads (follow_up_date) WHERE follow_up_date IS NOT NULL;

-- ==> sql/functions/app.answer_lead.sql
-- drop: DROP FUNCTION app.answer_lead(public.contact_leads);
CREATE OR REPLACE FUNCTION app.answer_lead(p_lead public.contact_leads) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind app.mail_kind := CASE (p_lead).lead_type WHEN 'cv_request' THEN 'cv' ELSE 'acknowledgement' END;
    v_address text := app.mailbox_of((p_lead).email);
    v_at timestamptz;
BEGIN
    IF (p_lead).is_spam THEN
        RETURN;
    END IF;
    -- Others than urgent ones are gathered for a while: many leads at once are one mail.
    PERFORM app.queue_mail(
        'notification', 'notification ' || (p_lead).id, (p_lead).id, NULL, 'notification', app.now() + interval '5 minutes');
    -- Who answers an automatic answer by itself would get one for it, and so on.
    IF (p_lead).email ~* '^(mailer-daemon|postmaster|bounces?|no-?reply|do-?not-?reply)[@+-]' THEN
        RETURN;
    END IF;
    -- Looked at first without a lock, for which leads of one address would wait for one another.
    IF EXISTS (
        SELECT FROM app.auto_replies AS r
        WHERE r.address = v_address AND r.at > app.now() - interval '24 hours' AND (v_kind <> 'cv' OR r.kind = 'cv')
    ) THEN
        RETURN;
    END IF;
    -- One a day for a mailbox, whoever types its address. A CV that was asked for is not forgotten: it waits for the day to pass.
    INSERT INTO app.auto_replies AS r (address, kind, at)
    VALUES (v_address, v_kind, app.now())
    ON CONFLICT ON CONSTRAINT auto_replies_pkey DO UPDATE
        SET kind = excluded.kind, at = greatest(excluded.at, r.at + interval '24 hours')
        WHERE r.at <= app.now() - interval '24 hours' OR excluded.kind = 'cv' AND r.kind <> 'cv'
    RETURNING r.at INTO v_at;
    IF v_at IS NOT NULL THEN
        PERFORM app.queue_mail(v_kind, v_kind || ' ' || (p_lead).id, (p_lead).id, (p_lead).email, NULL, v_at);
    END IF;
END;
$$;

COMMENT ON FUNCTION app.answer_lead(public.contact_leads) IS
    'Queues what a visitor''s lead gives rise to: an answer to the visitor, at most one a day for a mailbox, and a notification to the team, with others within 5 minutes. Nothing for spam.';
REVOKE ALL ON FUNCTION app.answer_lead(public.contact_leads) FROM PUBLIC;
-- <== sql/functions/app.answer_lead.sql

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
        -- By the column that the trigger names, else by the whole row.
        (SELECT string_agg(f.value, ' ')
         FROM jsonb_each_text(CASE TG_OP WHEN 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END) AS f
         WHERE TG_NARGS = 0 OR f.key = TG_ARGV[0]),
        CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) END,
        CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) END
    );
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.audit_setting() IS
    'Trigger function: writes to app.audit_log what was done to a rule that is kept as a row, such as an allowed move. Its argument is the column that names the row; without one, all of it does.';
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
    IF (p_entry).table_name = 'mail_templates' THEN
        RETURN v_who || ' ' || CASE
            WHEN (p_entry).action = 'emptied' THEN 'emptied the whole table'
            WHEN (p_entry).action = 'deleted' THEN format('took back what was changed of the mail %s', (p_entry).subject)
            WHEN v_after -> 'enabled' = 'false' AND coalesce(v_before -> 'enabled', 'true') = 'true'
                THEN format('switched the mail %s off', (p_entry).subject)
            ELSE format('changed the mail %s', (p_entry).subject) END || '.';
    END IF;
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

-- ==> sql/functions/app.check_mail_kind.sql
-- drop: DROP FUNCTION app.check_mail_kind(text);
CREATE OR REPLACE FUNCTION app.check_mail_kind(p_kind text) RETURNS app.mail_kind
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_kind IS NULL OR p_kind <> ALL (enum_range(NULL::app.mail_kind)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no such mail template. There are: %s.', array_to_string(enum_range(NULL::app.mail_kind), ', ')),
            CONSTRAINT = 'template_not_found',
            DATATYPE = array_to_string(enum_range(NULL::app.mail_kind), ', ');
    END IF;
    RETURN p_kind::app.mail_kind;
END;
$$;

COMMENT ON FUNCTION app.check_mail_kind(text) IS
    'The kind of mail of that name. LD404 template_not_found.';
REVOKE ALL ON FUNCTION app.check_mail_kind(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.check_mail_kind(text) TO leads_admin;
-- <== sql/functions/app.check_mail_kind.sql

-- ==> sql/functions/app.digest.sql
-- drop: DROP FUNCTION app.digest();
CREATE OR REPLACE FUNCTION app.digest() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH new AS (
        SELECT l.lead_type, l.first_response_at
        FROM public.contact_leads AS l
        WHERE l.created_at > app.now() - interval '24 hours' AND l.created_at <= app.now() AND l.deleted_at IS NULL AND NOT l.is_spam
    ), waiting AS (
        SELECT l.id
        FROM public.contact_leads AS l
        WHERE l.status = 'unread' AND l.priority IN ('high', 'urgent') AND l.deleted_at IS NULL AND NOT l.is_spam
        ORDER BY l.priority DESC, l.created_at, l.id
        LIMIT 20
    )
    SELECT jsonb_build_object(
        'new', (SELECT count(*) FROM new),
        'new_by_type', (
            SELECT coalesce(jsonb_object_agg(n.lead_type, n.leads), '{}')
            FROM (SELECT n.lead_type, count(*) AS leads FROM new AS n GROUP BY n.lead_type) AS n
        ),
        'answered', (SELECT count(*) FROM new AS n WHERE n.first_response_at IS NOT NULL),
        'unread', (SELECT coalesce(sum(t.leads), 0) FROM app.lead_totals AS t WHERE t.status = 'unread' AND NOT t.is_spam AND NOT t.trashed),
        'lead_ids', (SELECT coalesce(jsonb_agg(w.id), '[]') FROM waiting AS w)
    );
END;

COMMENT ON FUNCTION app.digest() IS
    'The numbers of the daily digest: leads of the last 24 hours (new, new_by_type, answered), all that are unread, and the first 20 unread ones of high priority (lead_ids).';
REVOKE ALL ON FUNCTION app.digest() FROM PUBLIC;
-- <== sql/functions/app.digest.sql

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
    DELETE FROM app.outbox AS o WHERE o.lead_id = ANY (p_ids);
    -- Those that told of other leads as well stay, and no longer say what they said.
    UPDATE app.outbox AS o
    SET content = NULL, lead_ids = ARRAY(SELECT u.id FROM unnest(o.lead_ids) AS u (id) WHERE u.id <> ALL (p_ids))
    WHERE o.lead_ids && p_ids;
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
    'Removes leads for good, with all that tells of them: their rows, search, idempotency keys, mails, the values and salts of their audit, what operations set for them alone. What stays: that, when and by whom; and of those that were in the inbox a count in app.erased_leads. p_kind: erase or purge. Returns the operation, still to be ended.';
REVOKE ALL ON FUNCTION app.erase_leads(bigint[], text, text, text, uuid) FROM PUBLIC;
-- <== sql/functions/app.erase_leads.sql

-- ==> sql/functions/app.lead_for_mail.sql
-- drop: DROP FUNCTION app.lead_for_mail(public.contact_leads, boolean);
CREATE OR REPLACE FUNCTION app.lead_for_mail(p_lead public.contact_leads, p_to_team boolean) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT jsonb_build_object(
        'id', (p_lead).id, 'reference', (p_lead).reference, 'lead_type', (p_lead).lead_type, 'name', (p_lead).name,
        'created_at', to_char((p_lead).created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
    ) || CASE WHEN p_to_team THEN jsonb_build_object(
        'email', (p_lead).email, 'company', (p_lead).company, 'phone', (p_lead).phone, 'role', (p_lead).role,
        'subject', (p_lead).subject, 'message', left((p_lead).message, 2000), 'source', (p_lead).source,
        'priority', (p_lead).priority, 'status', (p_lead).status, 'assignee', (p_lead).assignee,
        'follow_up_date', (p_lead).follow_up_date
    ) ELSE '{}' END;
END;

COMMENT ON FUNCTION app.lead_for_mail(public.contact_leads, boolean) IS
    'What a mail may tell of a lead: to the team all that one acts by; to the visitor, whose address somebody else may have typed, nothing that was written in the form but the name.';
REVOKE ALL ON FUNCTION app.lead_for_mail(public.contact_leads, boolean) FROM PUBLIC;
-- <== sql/functions/app.lead_for_mail.sql

-- ==> sql/functions/app.mail_as_json.sql
-- drop: DROP FUNCTION app.mail_as_json(app.outbox);
CREATE OR REPLACE FUNCTION app.mail_as_json(p_mail app.outbox) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', (p_mail).id, 'kind', (p_mail).kind, 'state', (p_mail).state, 'lead_id', (p_mail).lead_id, 'recipient', (p_mail).recipient,
        'subject', (p_mail).content -> 'subject', 'is_test', (p_mail).is_test, 'created_at', (p_mail).created_at, 'due_at', (p_mail).due_at,
        'attempts', (p_mail).attempts, 'ended_at', (p_mail).ended_at, 'error', (p_mail).error, 'merged_into', (p_mail).merged_into,
        'transport', (p_mail).transport, 'provider_id', (p_mail).provider_id, 'delivery', (p_mail).delivery,
        'delivery_at', (p_mail).delivery_at, 'delivery_detail', (p_mail).delivery_detail, 'opened', (p_mail).opened,
        'last_opened_at', (p_mail).last_opened_at,
        'stopped', CASE WHEN (p_mail).kind IN ('acknowledgement', 'cv') THEN
            (SELECT s.reason FROM app.mail_stops AS s WHERE s.address = app.mailbox_of((p_mail).recipient)) END
    );
$$;

COMMENT ON FUNCTION app.mail_as_json(app.outbox) IS
    'A mail of the outbox as lists show it, without what it says. stopped: why its recipient gets no automatic answers any more, or null.';
REVOKE ALL ON FUNCTION app.mail_as_json(app.outbox) FROM PUBLIC;
-- <== sql/functions/app.mail_as_json.sql

-- ==> sql/functions/app.mailbox_of.sql
-- drop: DROP FUNCTION app.mailbox_of(text);
CREATE OR REPLACE FUNCTION app.mailbox_of(p_email text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT CASE
        WHEN m.domain IN ('gmail.com', 'googlemail.com') THEN replace(m.local, '.', '') || '@gmail.com'
        ELSE m.local || '@' || m.domain END
    FROM (
        SELECT regexp_replace(regexp_replace(a.email, '@[^@]*$', ''), '(.)[+].*$', '\1') AS local, regexp_replace(a.email, '^.*@', '') AS domain
        FROM (SELECT lower(btrim(p_email)) AS email) AS a
    ) AS m;
END;

COMMENT ON FUNCTION app.mailbox_of(text) IS
    'The mailbox that an address leads to, as one name: in small letters, without what follows a plus sign, at Gmail without dots. To count by, never to send to.';
REVOKE ALL ON FUNCTION app.mailbox_of(text) FROM PUBLIC;
-- <== sql/functions/app.mailbox_of.sql

-- ==> sql/functions/app.queue_lead_mail.sql
-- drop: DROP FUNCTION app.queue_lead_mail();
CREATE OR REPLACE FUNCTION app.queue_lead_mail() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.is_spam OR NEW.deleted_at IS NOT NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.is_spam THEN
        -- What was held back while it was called spam, or never queued.
        UPDATE app.outbox AS o SET state = 'queued', wanted_at = app.now(), due_at = app.now(), ended_at = NULL, error = NULL
        WHERE o.lead_id = NEW.id AND o.state = 'skipped';
        IF EXISTS (SELECT FROM app.audit_log AS a WHERE a.lead_id = NEW.id AND a.action = 'created' AND a.actor_role = 'visitor') THEN
            PERFORM app.answer_lead(NEW);
        END IF;
    END IF;
    IF NEW.priority IN ('high', 'urgent') AND (TG_OP = 'INSERT' OR OLD.priority < 'high') THEN
        PERFORM app.queue_mail(
            'notification', 'notification ' || NEW.id || CASE TG_OP WHEN 'UPDATE' THEN ' ' || NEW.priority ELSE '' END,
            NEW.id, NULL, 'notification', app.now());
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.queue_lead_mail() IS
    'Trigger function: tells the team at once of a lead that is or becomes high or urgent, and sends for one that turns out to be no spam what was held back.';
REVOKE ALL ON FUNCTION app.queue_lead_mail() FROM PUBLIC;
-- <== sql/functions/app.queue_lead_mail.sql

-- ==> sql/functions/app.queue_mail.sql
-- drop: DROP FUNCTION app.queue_mail(app.mail_kind, text, bigint, text, text, timestamptz);
CREATE OR REPLACE FUNCTION app.queue_mail(
    p_kind app.mail_kind, p_occasion text, p_lead_id bigint, p_recipient text, p_bundle text, p_due_at timestamptz
) RETURNS void
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO app.outbox (kind, occasion, lead_id, recipient, bundle, wanted_at, due_at)
    SELECT p_kind, p_occasion, p_lead_id, p_recipient, p_bundle, p_due_at, p_due_at
    WHERE NOT EXISTS (SELECT FROM app.mail_templates AS t WHERE t.kind = p_kind AND NOT t.enabled)
    ON CONFLICT ON CONSTRAINT outbox_occasion_key DO NOTHING;
END;

COMMENT ON FUNCTION app.queue_mail(app.mail_kind, text, bigint, text, text, timestamptz) IS
    'Puts a mail into the outbox: once for each occasion, and none of a kind that is switched off. p_recipient NULL: the team.';
REVOKE ALL ON FUNCTION app.queue_mail(app.mail_kind, text, bigint, text, text, timestamptz) FROM PUBLIC;
-- <== sql/functions/app.queue_mail.sql

-- ==> sql/functions/service.allow_mail.sql
-- drop: DROP FUNCTION service.allow_mail(text);
CREATE OR REPLACE FUNCTION service.allow_mail(p_address text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM app.mail_stops AS s WHERE s.address = app.mailbox_of(p_address);
    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION service.allow_mail(text) IS
    'Lets an address have automatic answers again, after a bounce that was mended, say. false: it may anyway.';
REVOKE ALL ON FUNCTION service.allow_mail(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.allow_mail(text) TO leads_editor, leads_admin;
-- <== sql/functions/service.allow_mail.sql

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
-- <== sql/functions/service.capture_lead.sql

-- ==> sql/functions/service.claim_mails.sql
-- drop: DROP FUNCTION service.claim_mails(integer, interval, boolean);
CREATE OR REPLACE FUNCTION service.claim_mails(p_limit integer, p_lease interval, p_has_team boolean) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_shown CONSTANT integer := 50;
    v_mail app.outbox;
    v_to_visitor boolean;
    v_stop text;
    v_failed text;
    v_skipped text;
    v_ids bigint[];
    v_with bigint[];
    v_merged bigint[] := '{}';
    v_digest jsonb;
    v_claimed json[] := '{}';
BEGIN
    FOR v_mail IN
        SELECT o.* FROM app.outbox AS o
        WHERE o.state IN ('queued', 'sending') AND o.due_at <= app.now()
        ORDER BY o.due_at, o.id
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    LOOP
        CONTINUE WHEN v_mail.id = ANY (v_merged);
        v_to_visitor := v_mail.kind IN ('acknowledgement', 'cv') AND NOT v_mail.is_test;
        v_ids := v_mail.lead_ids;
        v_with := '{}';
        v_digest := NULL;
        v_skipped := NULL;
        v_stop := CASE WHEN v_to_visitor THEN
            (SELECT s.reason FROM app.mail_stops AS s WHERE s.address = app.mailbox_of(v_mail.recipient)) END;
        v_failed := CASE WHEN v_mail.first_attempt_at <= app.now() - interval '23 hours'
            THEN concat_ws(' ', 'Given up after 23 hours; whether it arrived is not known.', v_mail.error) END;
        IF v_failed IS NULL AND v_mail.attempts = 0 THEN
            v_skipped := CASE
                WHEN v_mail.wanted_at <= app.now() - interval '24 hours' THEN 'It was too old when its turn came.'
                WHEN v_stop = 'bounced' THEN 'An earlier mail to this address bounced.'
                WHEN v_stop = 'complained' THEN 'Somebody at this address called an earlier mail spam.'
                WHEN v_stop = 'asked' THEN 'Somebody at this address asked for no more mail.'
                WHEN v_mail.recipient IS NULL AND NOT p_has_team THEN 'NOTIFY_TO names nobody.'
            END;
        END IF;
        IF v_failed IS NULL AND v_skipped IS NULL AND v_mail.content IS NULL AND NOT v_mail.is_test THEN
            IF v_mail.kind = 'digest' THEN
                -- Of the day that it was queued for, where the team is.
                v_digest := app.digest() || jsonb_build_object('date', replace(v_mail.occasion, 'digest ', ''));
                v_ids := ARRAY(SELECT e.value::bigint FROM jsonb_array_elements_text(v_digest -> 'lead_ids') AS e);
            ELSE
                IF v_mail.bundle IS NOT NULL THEN
                    WITH others AS (
                        SELECT o.id FROM app.outbox AS o
                        WHERE o.state = 'queued' AND o.bundle = v_mail.bundle AND o.id <> v_mail.id AND o.attempts = 0
                            AND o.wanted_at > app.now() - interval '24 hours'
                        FOR UPDATE SKIP LOCKED
                    ), merged AS (
                        UPDATE app.outbox AS o SET state = 'merged', merged_into = v_mail.id, ended_at = app.now()
                        FROM others WHERE o.id = others.id
                        RETURNING o.id, o.lead_id
                    )
                    SELECT coalesce(array_agg(m.id), '{}'), array_agg(m.lead_id) INTO v_merged, v_with
                    FROM (SELECT m.id, m.lead_id FROM merged AS m UNION ALL SELECT u.id, NULL FROM unnest(v_merged) AS u (id)) AS m;
                END IF;
                -- The most urgent first, and what has been there for longest.
                v_ids := ARRAY(
                    SELECT l.id FROM public.contact_leads AS l
                    WHERE l.id = ANY (coalesce(v_ids, ARRAY[v_mail.lead_id]) || v_with) AND l.deleted_at IS NULL AND NOT l.is_spam
                    ORDER BY l.priority DESC, l.created_at, l.id
                );
                IF cardinality(v_ids) = 0 THEN
                    v_skipped := 'Its lead is gone, in the trash, or spam.';
                END IF;
            END IF;
        END IF;
        IF v_failed IS NOT NULL OR v_skipped IS NOT NULL THEN
            UPDATE app.outbox AS o
            SET state = CASE WHEN v_failed IS NOT NULL THEN 'failed'::app.mail_state ELSE 'skipped' END,
                error = coalesce(v_failed, v_skipped), ended_at = app.now()
            WHERE o.id = v_mail.id;
            CONTINUE;
        END IF;
        UPDATE app.outbox AS o
        SET state = 'sending', attempts = o.attempts + 1, due_at = app.now() + p_lease,
            first_attempt_at = coalesce(o.first_attempt_at, app.now()),
            lead_ids = v_ids[:c_shown], more = o.more + greatest(coalesce(cardinality(v_ids), 0) - c_shown, 0)
        WHERE o.id = v_mail.id
        RETURNING o.* INTO v_mail;
        v_claimed := v_claimed || json_build_object(
            'id', v_mail.id, 'key', v_mail.key, 'kind', v_mail.kind, 'recipient', v_mail.recipient, 'is_test', v_mail.is_test,
            'attempt', v_mail.attempts, 'content', v_mail.content, 'digest', v_digest, 'more', v_mail.more,
            'template', (SELECT row_to_json(t) FROM app.mail_templates AS t WHERE t.kind = v_mail.kind),
            'leads', CASE WHEN v_mail.content IS NULL THEN (
                SELECT coalesce(jsonb_agg(app.lead_for_mail(l, NOT v_to_visitor) ORDER BY array_position(v_mail.lead_ids, l.id)), '[]')
                FROM public.contact_leads AS l WHERE l.id = ANY (v_mail.lead_ids)
            ) END
        );
    END LOOP;
    RETURN array_to_json(v_claimed);
END;
$$;

COMMENT ON FUNCTION service.claim_mails(integer, interval, boolean) IS
    'Gives a worker at most p_limit mails that are due, and whose they are until p_lease has passed: [{id, key, kind, recipient, is_test, attempt, content, template, leads, more, digest}]. What another one has is passed over; what a worker has had for too long, since it died, is given out again. Skips what is not to be sent, gives up what has been tried for 23 hours, and gathers bundles. p_has_team: whether there is an address of the team.';
REVOKE ALL ON FUNCTION service.claim_mails(integer, interval, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.claim_mails(integer, interval, boolean) TO leads_service;
-- <== sql/functions/service.claim_mails.sql

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
    -- Mail to that address about a lead that has another one now, and news of it that named the address.
    DELETE FROM app.outbox AS o WHERE lower(o.recipient) = lower(btrim(v_email));
    UPDATE app.outbox AS o SET content = NULL
    WHERE position(lower(btrim(v_email)) IN lower(concat_ws(' ',
        o.content ->> 'subject', o.content ->> 'text', o.content ->> 'html', o.content ->> 'reply_to'))) > 0;
    DELETE FROM app.auto_replies AS r WHERE r.address = app.mailbox_of(v_email);
    DELETE FROM app.mail_stops AS s WHERE s.address = app.mailbox_of(v_email);
    PERFORM app.end_operation(v_operation, cardinality(v_ids), 0);
    RETURN json_build_object('changed', cardinality(v_ids), 'skipped_count', 0, 'skipped', json_build_array(), 'operation', v_operation);
END;
$$;

COMMENT ON FUNCTION service.erase_person(bigint, text, text, text, text, uuid) IS
    'Erases a person for good: every lead of that address, in the trash too or deleted in SQL, as app.erase_leads does, the address from the history of leads that had it once, and what is known of mail to it. By p_lead_id, whose address is meant, with p_if_match; or by p_email. Can''t be undone. Answers as service.change_leads. LD404 lead_not_found, LD412 version_conflict.';
REVOKE ALL ON FUNCTION service.erase_person(bigint, text, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.erase_person(bigint, text, text, text, text, uuid) TO leads_admin;
-- <== sql/functions/service.erase_person.sql

-- ==> sql/functions/service.kept_mails.sql
-- drop: DROP FUNCTION service.kept_mails(bigint[]);
CREATE OR REPLACE FUNCTION service.kept_mails(p_ids bigint[]) RETURNS bigint[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(array_agg(o.id), '{}') FROM app.outbox AS o WHERE o.id = ANY (p_ids) AND o.content IS NOT NULL;
END;

COMMENT ON FUNCTION service.kept_mails(bigint[]) IS
    'Which of these mails are still kept, with what they say. The files of others are to go from the mailbox.';
REVOKE ALL ON FUNCTION service.kept_mails(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.kept_mails(bigint[]) TO leads_service;
-- <== sql/functions/service.kept_mails.sql

-- ==> sql/functions/service.list_mails.sql
-- drop: DROP FUNCTION service.list_mails(text[], text, bigint, integer, bigint);
CREATE OR REPLACE FUNCTION service.list_mails(p_states text[], p_kind text, p_lead_id bigint, p_limit integer, p_cursor bigint) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Planned for the filters of each call.
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_page json;
BEGIN
    IF NOT p_states <@ enum_range(NULL::app.mail_state)::text[] THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format('state must be one or more of: %s.', array_to_string(enum_range(NULL::app.mail_state), ', ')),
            CONSTRAINT = 'filter_not_valid',
            COLUMN = 'state',
            DATATYPE = array_to_string(enum_range(NULL::app.mail_state), ', ');
    ELSIF p_kind <> ALL (enum_range(NULL::app.mail_kind)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format('kind must be one of: %s.', array_to_string(enum_range(NULL::app.mail_kind), ', ')),
            CONSTRAINT = 'filter_not_valid',
            COLUMN = 'kind',
            DATATYPE = array_to_string(enum_range(NULL::app.mail_kind), ', ');
    END IF;
    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT o.*, o AS mail, row_number() OVER (ORDER BY o.id DESC) AS place
        FROM app.outbox AS o
        WHERE (p_states IS NULL OR o.state = ANY (p_states::app.mail_state[]))
            AND (p_kind IS NULL OR o.kind = p_kind::app.mail_kind)
            AND (p_lead_id IS NULL OR o.lead_id = p_lead_id)
            AND o.id < coalesce(p_cursor, 9223372036854775807)
        ORDER BY o.id DESC
        LIMIT p_limit + 1
    )
    SELECT json_build_object(
        'data', coalesce(json_agg(app.mail_as_json(f.mail) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN (min(f.id) FILTER (WHERE f.place <= p_limit))::text END
    ) INTO v_page
    FROM found AS f;
    RETURN v_page;
END;
$$;

COMMENT ON FUNCTION service.list_mails(text[], text, bigint, integer, bigint) IS
    'The outbox, newest first: {"data": [...], "next"}; next is the p_cursor of the page after, or null. NULL filters nothing. SECURITY DEFINER, since staff may see what went out, and change none of it. LD400 filter_not_valid.';
REVOKE ALL ON FUNCTION service.list_mails(text[], text, bigint, integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_mails(text[], text, bigint, integer, bigint) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.list_mails.sql

-- ==> sql/functions/service.list_templates.sql
-- drop: DROP FUNCTION service.list_templates();
CREATE OR REPLACE FUNCTION service.list_templates() RETURNS json
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT json_agg(json_build_object(
        'kind', k.kind, 'enabled', coalesce(t.enabled, true), 'subject', t.subject, 'body_text', t.body_text, 'body_html', t.body_html,
        'updated_at', t.updated_at, 'updated_by', t.updated_by
    ) ORDER BY k.kind)
    FROM unnest(enum_range(NULL::app.mail_kind)) AS k (kind) LEFT JOIN app.mail_templates AS t ON t.kind = k.kind;
END;

COMMENT ON FUNCTION service.list_templates() IS
    'Each kind of mail, and what the team changed of it: [{kind, enabled, subject, body_text, body_html, updated_at, updated_by}], null where nothing.';
REVOKE ALL ON FUNCTION service.list_templates() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_templates() TO leads_admin;
-- <== sql/functions/service.list_templates.sql

-- ==> sql/functions/service.mail.sql
-- drop: DROP FUNCTION service.mail(bigint);
CREATE OR REPLACE FUNCTION service.mail(p_id bigint) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_mail jsonb;
BEGIN
    SELECT app.mail_as_json(o) || jsonb_build_object('key', o.key, 'content', o.content, 'lead_ids', coalesce(o.lead_ids, '{}'), 'more', o.more)
    INTO v_mail
    FROM app.outbox AS o WHERE o.id = p_id;
    IF v_mail IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = format('There is no mail %s.', p_id), CONSTRAINT = 'mail_not_found', COLUMN = 'id';
    END IF;
    RETURN v_mail;
END;
$$;

COMMENT ON FUNCTION service.mail(bigint) IS
    'A mail as service.list_mails shows it, and what it says: content, null until it was first tried, or when a lead that it told of was erased. LD404 mail_not_found.';
REVOKE ALL ON FUNCTION service.mail(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.mail(bigint) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.mail.sql

-- ==> sql/functions/service.mail_status.sql
-- drop: DROP FUNCTION service.mail_status();
CREATE OR REPLACE FUNCTION service.mail_status() RETURNS json
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT json_build_object(
        'queued', count(*) FILTER (WHERE o.state = 'queued'),
        'sending', count(*) FILTER (WHERE o.state = 'sending'),
        'failed', (SELECT count(*) FROM app.outbox AS f WHERE f.state = 'failed'),
        'sent_24h', (
            SELECT count(*) FROM app.outbox AS s WHERE s.ended_at > app.now() - interval '24 hours' AND s.state = 'sent'
        ),
        'late_seconds', coalesce(greatest(extract(epoch FROM app.now() - min(o.due_at)), 0), 0)::bigint,
        'waits_for', (
            SELECT w.error FROM app.outbox AS w
            WHERE w.state = 'queued' AND w.error IS NOT NULL ORDER BY w.due_at, w.id LIMIT 1
        )
    )
    FROM app.outbox AS o WHERE o.state IN ('queued', 'sending');
END;

COMMENT ON FUNCTION service.mail_status() IS
    'How the outbox stands: {"queued", "sending", "failed", "sent_24h", "late_seconds": for how long the first one has been due, "waits_for": why the first of those tried waits, or null}.';
REVOKE ALL ON FUNCTION service.mail_status() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.mail_status() TO leads_service, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.mail_status.sql

-- ==> sql/functions/service.note_delivery.sql
-- drop: DROP FUNCTION service.note_delivery(uuid, text, text, timestamptz, text);
CREATE OR REPLACE FUNCTION service.note_delivery(p_key uuid, p_provider_id text, p_delivery text, p_at timestamptz, p_detail text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_mail app.outbox;
BEGIN
    -- By what the provider calls it; or by its key, where that was never heard: a worker died, an answer was lost.
    SELECT o.* INTO v_mail FROM app.outbox AS o WHERE o.provider_id = p_provider_id FOR UPDATE;
    IF NOT FOUND AND p_key IS NOT NULL THEN
        SELECT o.* INTO v_mail FROM app.outbox AS o WHERE o.state IN ('queued', 'sending', 'failed') AND o.attempts > 0 AND o.key = p_key FOR UPDATE;
    END IF;
    IF v_mail.id IS NULL THEN
        RETURN NULL;
    END IF;
    -- Reports come in any order, and more than once: the newest counts, and a delay says nothing any more of one that has arrived.
    UPDATE app.outbox AS o
    SET delivery = CASE WHEN n.is_news THEN p_delivery ELSE o.delivery END,
        delivery_at = CASE WHEN n.is_news THEN p_at ELSE o.delivery_at END,
        delivery_detail = CASE WHEN n.is_news THEN left(p_detail, 1000) ELSE o.delivery_detail END,
        provider_id = coalesce(o.provider_id, p_provider_id),
        state = CASE WHEN o.state IN ('queued', 'sending', 'failed') THEN 'sent' ELSE o.state END,
        ended_at = coalesce(o.ended_at, app.now()),
        error = CASE WHEN o.state IN ('queued', 'sending', 'failed') THEN NULL ELSE o.error END
    FROM (SELECT v_mail.delivery IS NULL OR p_at >= v_mail.delivery_at AND NOT (p_delivery = 'delayed' AND v_mail.delivery <> 'delayed')) AS n (is_news)
    WHERE o.id = v_mail.id;
    IF p_delivery IN ('bounced', 'complained') AND v_mail.recipient IS NOT NULL AND NOT v_mail.is_test THEN
        INSERT INTO app.mail_stops (address, reason) VALUES (app.mailbox_of(v_mail.recipient), p_delivery)
        ON CONFLICT ON CONSTRAINT mail_stops_pkey DO NOTHING;
    END IF;
    RETURN v_mail.id;
END;
$$;

COMMENT ON FUNCTION service.note_delivery(uuid, text, text, timestamptz, text) IS
    'Notes what the provider reports of a mail (app.outbox.delivery), and that it has it; after a bounce or complaint the address gets no automatic answers any more. Returns the mail''s id, NULL for one that is not known here.';
REVOKE ALL ON FUNCTION service.note_delivery(uuid, text, text, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.note_delivery(uuid, text, text, timestamptz, text) TO leads_service;
-- <== sql/functions/service.note_delivery.sql

-- ==> sql/functions/service.note_mail_contents.sql
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
-- <== sql/functions/service.note_mail_contents.sql

-- ==> sql/functions/service.open_cv.sql
-- drop: DROP FUNCTION service.open_cv(bigint, uuid, boolean);
CREATE OR REPLACE FUNCTION service.open_cv(p_id bigint, p_key uuid, p_count boolean) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH opened AS (
        UPDATE app.outbox AS o SET opened = o.opened + 1, last_opened_at = app.now()
        WHERE p_count AND o.id = p_id AND o.key = p_key AND o.kind = 'cv'
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM opened)
        OR NOT p_count AND EXISTS (SELECT FROM app.outbox AS o WHERE o.id = p_id AND o.key = p_key AND o.kind = 'cv');
END;

COMMENT ON FUNCTION service.open_cv(bigint, uuid, boolean) IS
    'Whether a link to the CV still holds, and counts that it was opened. It ends with the mail that brought it: when the person is erased, say.';
REVOKE ALL ON FUNCTION service.open_cv(bigint, uuid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.open_cv(bigint, uuid, boolean) TO leads_service;
-- <== sql/functions/service.open_cv.sql

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
    ), mails AS (
        DELETE FROM app.outbox AS o WHERE o.ended_at <= app.now() - interval '90 days' RETURNING 1
    ), replies AS (
        DELETE FROM app.auto_replies AS r WHERE r.at <= app.now() - interval '24 hours' RETURNING 1
    ), mark AS (
        UPDATE app.audit_sealing AS m SET events_after = greatest(m.events_after, g.last)
        FROM (SELECT max(e.id) AS last FROM events AS e) AS g
        WHERE g.last IS NOT NULL
    )
    SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM tokens) + (SELECT count(*) FROM sessions)
        + (SELECT count(*) FROM tries) + (SELECT count(*) FROM clients) + (SELECT count(*) FROM events)
        + (SELECT count(*) FROM mails) + (SELECT count(*) FROM replies);
END;

COMMENT ON FUNCTION service.purge_expired() IS
    'Removes idempotency keys, events, marks of automatic answers and failed tries to log in over 24 hours old, mails that ended 90 days ago, sessions and revocations of tokens that have expired anyway, and from where somebody last logged in 90 days ago; returns how many rows.';
REVOKE ALL ON FUNCTION service.purge_expired() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.purge_expired() TO leads_service;
-- <== sql/functions/service.purge_expired.sql

-- ==> sql/functions/service.queue_due_mails.sql
-- drop: DROP FUNCTION service.queue_due_mails(time, text);
CREATE OR REPLACE FUNCTION service.queue_due_mails(p_at time, p_time_zone text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_local timestamp := app.now() AT TIME ZONE p_time_zone;
    v_digest jsonb;
BEGIN
    -- "leadm" as a number; "leads" is the migrations'.
    IF v_local::time < p_at OR NOT pg_try_advisory_xact_lock(465557349485) THEN
        RETURN;
    END IF;
    PERFORM app.queue_mail('reminder', d.occasion, d.id, d.recipient, 'reminder ' || coalesce(d.recipient, ''), app.now())
    FROM (
        SELECT l.id, format('reminder %s %s', l.id, l.follow_up_date) AS occasion,
            CASE WHEN l.assignee ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$' AND l.assignee = ANY (app.assignable_users())
                THEN l.assignee END AS recipient
        FROM public.contact_leads AS l
        WHERE l.follow_up_date BETWEEN v_local::date - 7 AND v_local::date
            AND l.status <> 'archived' AND l.deleted_at IS NULL AND NOT l.is_spam
    ) AS d
    WHERE NOT EXISTS (SELECT FROM app.outbox AS o WHERE o.occasion = d.occasion);
    IF NOT EXISTS (SELECT FROM app.outbox AS o WHERE o.occasion = format('digest %s', v_local::date)) THEN
        v_digest := app.digest();
        IF (v_digest ->> 'new')::bigint > 0 OR (v_digest ->> 'unread')::bigint > 0 THEN
            PERFORM app.queue_mail('digest', format('digest %s', v_local::date), NULL, NULL, NULL, app.now());
        END IF;
    END IF;
END;
$$;

COMMENT ON FUNCTION service.queue_due_mails(time, text) IS
    'What every worker asks for each minute: from p_at on in that time zone, queues the day''s reminders of follow-ups (those missed in the last week too) and its digest, each once. A reminder goes to whom the lead is assigned, when the username is an address, else to the team; a digest without anything new or unread is left out.';
REVOKE ALL ON FUNCTION service.queue_due_mails(time, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.queue_due_mails(time, text) TO leads_service;
-- <== sql/functions/service.queue_due_mails.sql

-- ==> sql/functions/service.retry_mails.sql
-- drop: DROP FUNCTION service.retry_mails(bigint[]);
CREATE OR REPLACE FUNCTION service.retry_mails(p_ids bigint[]) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_changed bigint;
BEGIN
    UPDATE app.outbox AS o
    SET state = 'queued', wanted_at = app.now(), due_at = app.now(), ended_at = NULL, error = NULL,
        -- One that is over begins anew, under another key: what the provider refused, or has forgotten, it would else call a repeat.
        key = CASE o.state WHEN 'queued' THEN o.key ELSE gen_random_uuid() END,
        content = CASE o.state WHEN 'queued' THEN o.content END,
        attempts = CASE o.state WHEN 'queued' THEN o.attempts ELSE 0 END,
        first_attempt_at = CASE o.state WHEN 'queued' THEN o.first_attempt_at END
    WHERE CASE WHEN p_ids IS NULL THEN o.state = 'failed' ELSE o.id = ANY (p_ids) AND o.state IN ('failed', 'skipped', 'queued') END;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    PERFORM pg_notify('leads_mail', '');
    RETURN json_build_object('changed', v_changed);
END;
$$;

COMMENT ON FUNCTION service.retry_mails(bigint[]) IS
    'Tries mails now: those of p_ids that failed, were skipped or wait; NULL: all that failed. Tells the workers by NOTIFY leads_mail. Returns {"changed"}.';
REVOKE ALL ON FUNCTION service.retry_mails(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.retry_mails(bigint[]) TO leads_editor, leads_admin;
-- <== sql/functions/service.retry_mails.sql

-- ==> sql/functions/service.save_template.sql
-- drop: DROP FUNCTION service.save_template(text, boolean, text, text, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.save_template(
    p_kind text, p_enabled boolean, p_subject text, p_body_text text, p_body_html text, p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_kind app.mail_kind := app.check_mail_kind(p_kind);
    v_template app.mail_templates;
BEGIN
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    INSERT INTO app.mail_templates AS t (kind, enabled, subject, body_text, body_html, updated_by)
    VALUES (v_kind, p_enabled, p_subject, p_body_text, p_body_html, coalesce(p_actor, session_user))
    ON CONFLICT ON CONSTRAINT mail_templates_pkey DO UPDATE
        SET enabled = excluded.enabled, subject = excluded.subject, body_text = excluded.body_text, body_html = excluded.body_html,
            updated_by = excluded.updated_by
    RETURNING t.* INTO v_template;
    RETURN row_to_json(v_template);
END;
$$;

COMMENT ON FUNCTION service.save_template(text, boolean, text, text, text, text, text, uuid) IS
    'Changes what mails of a kind say, or switches them off: all four at once, NULL for what was delivered. Returns it as service.list_templates shows it. LD404 template_not_found.';
REVOKE ALL ON FUNCTION service.save_template(text, boolean, text, text, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.save_template(text, boolean, text, text, text, text, text, uuid) TO leads_admin;
-- <== sql/functions/service.save_template.sql

-- ==> sql/functions/service.settle_mail.sql
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
-- <== sql/functions/service.settle_mail.sql

-- ==> sql/functions/service.stop_mail.sql
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
-- <== sql/functions/service.stop_mail.sql

-- ==> sql/functions/service.test_mail.sql
-- drop: DROP FUNCTION service.test_mail(text, text);
CREATE OR REPLACE FUNCTION service.test_mail(p_kind text, p_recipient text) RETURNS json
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_mail app.outbox;
BEGIN
    INSERT INTO app.outbox AS o (kind, occasion, recipient, is_test)
    VALUES (app.check_mail_kind(p_kind), 'test ' || gen_random_uuid(), p_recipient, true)
    RETURNING o.* INTO v_mail;
    PERFORM pg_notify('leads_mail', '');
    RETURN app.mail_as_json(v_mail);
END;
$$;

COMMENT ON FUNCTION service.test_mail(text, text) IS
    'Queues a mail of a kind with made-up values, to one address, and returns it as service.list_mails shows it. Tells the workers by NOTIFY leads_mail. LD404 template_not_found.';
REVOKE ALL ON FUNCTION service.test_mail(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.test_mail(text, text) TO leads_admin;
-- <== sql/functions/service.test_mail.sql

-- ==> sql/triggers/contact_leads_mail_insert.sql
-- drop: DROP TRIGGER contact_leads_mail_insert ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_mail_insert
    AFTER INSERT ON public.contact_leads
    FOR EACH ROW WHEN (NEW.priority IN ('high', 'urgent'))
    EXECUTE FUNCTION app.queue_lead_mail();

COMMENT ON TRIGGER contact_leads_mail_insert ON public.contact_leads IS
    'The team is told at once of what comes with a high priority.';
-- <== sql/triggers/contact_leads_mail_insert.sql

-- ==> sql/triggers/contact_leads_mail_update.sql
-- drop: DROP TRIGGER contact_leads_mail_update ON public.contact_leads;
CREATE OR REPLACE TRIGGER contact_leads_mail_update
    AFTER UPDATE OF priority, is_spam ON public.contact_leads
    FOR EACH ROW WHEN (NEW.priority > OLD.priority OR OLD.is_spam AND NOT NEW.is_spam)
    EXECUTE FUNCTION app.queue_lead_mail();

COMMENT ON TRIGGER contact_leads_mail_update ON public.contact_leads IS
    'The team is told at once of what gets a high priority; what turns out to be no spam is answered.';
-- <== sql/triggers/contact_leads_mail_update.sql

-- ==> sql/triggers/mail_templates_audit_truncate.sql
-- drop: DROP TRIGGER mail_templates_audit_truncate ON app.mail_templates;
CREATE OR REPLACE TRIGGER mail_templates_audit_truncate
    AFTER TRUNCATE ON app.mail_templates
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_setting();

COMMENT ON TRIGGER mail_templates_audit_truncate ON app.mail_templates IS 'Who took back all that was changed of the mails.';
-- <== sql/triggers/mail_templates_audit_truncate.sql

-- ==> sql/triggers/mail_templates_audit_write.sql
-- drop: DROP TRIGGER mail_templates_audit_write ON app.mail_templates;
CREATE OR REPLACE TRIGGER mail_templates_audit_write
    AFTER INSERT OR UPDATE OR DELETE ON app.mail_templates
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_setting('kind');

COMMENT ON TRIGGER mail_templates_audit_write ON app.mail_templates IS 'Who changed what mails say.';
-- <== sql/triggers/mail_templates_audit_write.sql

-- ==> sql/triggers/mail_templates_updated_at.sql
-- drop: DROP TRIGGER mail_templates_updated_at ON app.mail_templates;
CREATE OR REPLACE TRIGGER mail_templates_updated_at
    BEFORE UPDATE ON app.mail_templates
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.set_updated_at();

COMMENT ON TRIGGER mail_templates_updated_at ON app.mail_templates IS 'updated_at follows every real change of the template.';
-- <== sql/triggers/mail_templates_updated_at.sql

-- ==> sql/roles/leads_admin.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, app.saved_views, app.mail_templates, api.leads FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_admin;
GRANT USAGE ON SCHEMA service, app, api TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads, app.saved_views, app.mail_templates TO leads_admin;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, api.leads TO leads_admin;
-- <== sql/roles/leads_admin.sql
