SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

DROP FUNCTION service.seal_audit(); -- its arguments changed: what replaces it comes below

CREATE TABLE app.events (
    id bigint CONSTRAINT events_pkey PRIMARY KEY,
    at timestamptz NOT NULL,
    type text NOT NULL CONSTRAINT events_type_valid CHECK (type IN ('lead.created', 'lead.changed', 'lead.deleted', 'bulk.done')),
    lead_id bigint,
    version integer,
    actor text NOT NULL,
    operation uuid CONSTRAINT events_operation_key UNIQUE,
    kind text,
    changed bigint
);
COMMENT ON TABLE app.events IS 'What GET /admin/events tells, for a day: made by service.seal_audit in the order in which changes are seen. No personal data.';
COMMENT ON COLUMN app.events.id IS 'The number of the seal of the change''s entry in the audit: grows in the order in which changes are seen, with gaps.';
COMMENT ON COLUMN app.events.at IS 'When the change was made.';
COMMENT ON COLUMN app.events.type IS 'lead.created, lead.changed (out of the trash, too), lead.deleted (into the trash, or for good) or bulk.done (many at once).';
COMMENT ON COLUMN app.events.lead_id IS 'The lead; NULL for many.';
COMMENT ON COLUMN app.events.version IS 'The version of the lead that it made; NULL when it is gone, and for many.';
COMMENT ON COLUMN app.events.actor IS 'Who acted: a username, visitor, leads (a job), or from psql the login.';
COMMENT ON COLUMN app.events.operation IS 'The operation it was, which can be undone.';
COMMENT ON COLUMN app.events.kind IS 'What the operation was; emptied when the whole table was truncated.';
COMMENT ON COLUMN app.events.changed IS 'How many leads the operation changed.';
CREATE INDEX events_at ON app.events (at);

ALTER TABLE app.audit_sealing ADD COLUMN events_after bigint NOT NULL DEFAULT 0;
-- There are no events of what was sealed before.
UPDATE app.audit_sealing SET events_after = (SELECT coalesce(max(s.number), 0) FROM app.audit_seals AS s);
COMMENT ON COLUMN app.audit_sealing.events_after IS 'Every event after this id is still there.';


-- ==> sql/functions/app.count_leads.sql
-- drop: DROP FUNCTION app.count_leads();
CREATE OR REPLACE FUNCTION app.count_leads() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, change)
        SELECT n.status, n.lead_type, n.priority, n.is_spam, n.deleted_at IS NOT NULL, count(*)
        FROM new_leads AS n
        GROUP BY 1, 2, 3, 4, 5;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, change)
        SELECT c.status, c.lead_type, c.priority, c.is_spam, c.trashed, sum(c.change)
        FROM (
            SELECT n.status, n.lead_type, n.priority, n.is_spam, n.deleted_at IS NOT NULL AS trashed, 1 AS change FROM new_leads AS n
            UNION ALL
            SELECT o.status, o.lead_type, o.priority, o.is_spam, o.deleted_at IS NOT NULL, -1 FROM old_leads AS o
        ) AS c
        GROUP BY 1, 2, 3, 4, 5
        HAVING sum(c.change) <> 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, change)
        SELECT o.status, o.lead_type, o.priority, o.is_spam, o.deleted_at IS NOT NULL, -count(*)
        FROM old_leads AS o
        GROUP BY 1, 2, 3, 4, 5;
    ELSE
        -- As the leads themselves, so that an older snapshot sees neither.
        TRUNCATE app.lead_counts, app.lead_count_changes;
    END IF;
    -- The service's workers seal after their own writes, and tell of it: a NOTIFY of theirs would have each wait for the other.
    IF session_user NOT IN ('leads_service', 'leads_capture') THEN
        PERFORM pg_notify('leads', '');
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.count_leads() IS
    'Trigger function, run once a statement: writes to app.lead_count_changes what an INSERT, UPDATE, DELETE or TRUNCATE of leads changed in the totals. Writers only append, so none waits for another. What others than the service write is told to it by NOTIFY leads.';
REVOKE ALL ON FUNCTION app.count_leads() FROM PUBLIC;
-- <== sql/functions/app.count_leads.sql

-- ==> sql/functions/app.note_events.sql
-- drop: DROP FUNCTION app.note_events(bigint);
CREATE OR REPLACE FUNCTION app.note_events(p_after bigint) RETURNS void
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO app.events (id, at, type, lead_id, version, actor, operation, kind, changed)
    SELECT DISTINCT ON (coalesce(n.operation::text, n.number::text))
        n.number, n.at,
        CASE
            WHEN n.is_bulk OR n.action = 'emptied' THEN 'bulk.done'
            WHEN n.action = 'created' THEN 'lead.created'
            WHEN n.action IN ('deleted', 'erased', 'purged') OR n.trashed THEN 'lead.deleted'
            ELSE 'lead.changed'
        END,
        CASE WHEN NOT n.is_bulk THEN n.lead_id END,
        CASE WHEN NOT n.is_bulk THEN n.lead_version END,
        n.actor, n.operation,
        coalesce(n.kind, CASE n.action WHEN 'emptied' THEN 'emptied' END),
        n.changed
    FROM (
        SELECT
            s.number, a.at, a.action, a.lead_id, a.lead_version, coalesce(a.actor, a.session_user_name) AS actor,
            o.id AS operation, o.kind, o.changed,
            coalesce(o.changed <> 1, false) AS is_bulk,
            a.after ? 'deleted_at' AND a.after ->> 'deleted_at' IS NOT NULL AS trashed
        FROM app.audit_seals AS s
        -- OFFSET 0: each entry is looked up by its id, whatever the planner thinks of how many there are.
        CROSS JOIN LATERAL (SELECT l.* FROM app.audit_log AS l WHERE l.id = s.entry OFFSET 0) AS a
        -- Of what somebody only says to be part of an operation each is an event of its own.
        LEFT JOIN app.operations AS o ON o.id = a.operation AND o.tx = a.tx
        WHERE s.number > p_after AND a.table_name = 'contact_leads'
    ) AS n
    -- A large one is sealed in parts.
    WHERE (SELECT e.id FROM app.events AS e WHERE e.operation = n.operation) IS NULL
    ORDER BY coalesce(n.operation::text, n.number::text), n.number
    -- Of a chain that was made anew the events may be there already.
    ON CONFLICT (id) DO NOTHING;
END;

COMMENT ON FUNCTION app.note_events(bigint) IS
    'Makes events of the audit''s entries with seals after this number: one for each change of a lead, one for each bulk operation. They hold no personal data.';
REVOKE ALL ON FUNCTION app.note_events(bigint) FROM PUBLIC;
-- <== sql/functions/app.note_events.sql

-- ==> sql/functions/service.events.sql
-- drop: DROP FUNCTION service.events(bigint, bigint, integer);
CREATE OR REPLACE FUNCTION service.events(
    p_after bigint, p_until bigint, p_limit integer,
    OUT frames text, OUT last bigint, OUT events integer, OUT kept_after bigint, OUT head bigint
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT
        coalesce(string_agg(format(E'id: %s\nevent: %s\ndata: %s\n\n', f.id, f.type, json_build_object(
            'id', f.id, 'at', f.at, 'type', f.type, 'lead', f.lead_id, 'version', f.version, 'actor', f.actor,
            'operation', f.operation, 'kind', f.kind, 'changed', f.changed
        )), '' ORDER BY f.id), ''),
        max(f.id),
        count(*)::integer,
        (SELECT m.events_after FROM app.audit_sealing AS m),
        (SELECT coalesce(max(s.number), 0) FROM app.audit_seals AS s)
    FROM (
        SELECT e.* FROM app.events AS e WHERE e.id > p_after AND e.id <= p_until ORDER BY e.id LIMIT p_limit
    ) AS f;
END;

COMMENT ON FUNCTION service.events(bigint, bigint, integer) IS
    'The events after p_after and up to p_until, at most p_limit, as a text/event-stream: each with id, event and data {id, at, type, lead, version, actor, operation, kind, changed}. last: the last one''s id; kept_after: events up to this id may be purged; head: the number of the last seal, which no event is after.';
REVOKE ALL ON FUNCTION service.events(bigint, bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.events(bigint, bigint, integer) TO leads_service;
-- <== sql/functions/service.events.sql

-- ==> sql/functions/service.purge_expired.sql
-- drop: DROP FUNCTION service.purge_expired();
CREATE OR REPLACE FUNCTION service.purge_expired() RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH keys AS (
        DELETE FROM app.idempotency_keys AS k WHERE k.created_at <= app.now() - interval '24 hours' RETURNING 1
    ), tokens AS (
        -- A minute longer than the token lives: the service allows for clocks that differ by half of that.
        DELETE FROM app.revoked_tokens AS t WHERE t.expires_at <= app.now() - interval '1 minute' RETURNING 1
    ), events AS (
        DELETE FROM app.events AS e WHERE e.at <= app.now() - interval '24 hours' RETURNING e.id
    ), mark AS (
        UPDATE app.audit_sealing AS m SET events_after = greatest(m.events_after, g.last)
        FROM (SELECT max(e.id) AS last FROM events AS e) AS g
        WHERE g.last IS NOT NULL
    )
    SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM tokens) + (SELECT count(*) FROM events);
END;

COMMENT ON FUNCTION service.purge_expired() IS
    'Removes idempotency keys and events over 24 hours old, and revocations of tokens that have expired anyway; returns how many rows.';
REVOKE ALL ON FUNCTION service.purge_expired() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.purge_expired() TO leads_service;
-- <== sql/functions/service.purge_expired.sql

-- ==> sql/functions/service.seal_audit.sql
-- drop: DROP FUNCTION service.seal_audit(boolean);
CREATE OR REPLACE FUNCTION service.seal_audit(p_wait boolean DEFAULT false, OUT sealed integer, OUT number bigint, OUT hash text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- What is new is little, and at the end of large tables, which the planner would rather read whole.
    SET enable_seqscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $$
DECLARE
    c_at_once CONSTANT integer := 50000;
    -- "leada" as a number; "leads" is the migrations', "leadt" tidy's. Writers never wait for it.
    c_lock CONSTANT bigint := 465557349473;
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
    IF p_wait THEN
        PERFORM pg_advisory_xact_lock(c_lock);
    ELSIF NOT pg_try_advisory_xact_lock(c_lock) THEN
        RETURN;
    END IF;
    SELECT s.number, s.hash INTO v_number, v_hash FROM app.audit_seals AS s ORDER BY s.number DESC LIMIT 1;
    v_number := coalesce(v_number, 0);
    SELECT m.* INTO STRICT v_mark FROM app.audit_sealing AS m;
    v_oldest := pg_snapshot_xmin(pg_current_snapshot());
    -- A row's id is drawn after its transaction got its number. So in this order: the last id, then a number of one's own, which
    -- is above those of all who drew ids until then; they are over, and seen or lost, once v_oldest has come that far.
    -- Not the snapshot's xmax: that is one past the last that is over, and others under way are above it.
    -- Of a sequence that nobody drew from, 1 is the next.
    SELECT q.last_value - CASE WHEN q.is_called THEN 0 ELSE 1 END INTO v_last_id FROM app.audit_log_id_seq AS q;
    -- A database restored to another server counts its transactions anew.
    IF v_mark.settled < v_last_id AND pg_current_xact_id_if_assigned() IS NULL
        AND (v_mark.pending_before <= v_oldest OR v_mark.pending_before > pg_snapshot_xmax(pg_current_snapshot()))
    THEN
        v_next := pg_current_xact_id();
    END IF;
    FOR v_entry IN
        SELECT a.id, d.digest, app.entry_digest(a, d.digest) AS entry_digest
        FROM app.audit_log AS a CROSS JOIN LATERAL (SELECT app.values_digest(a) AS digest OFFSET 0) AS d
        WHERE a.id > v_mark.settled AND (SELECT s.entry FROM app.audit_seals AS s WHERE s.entry = a.id) IS NULL
        ORDER BY a.id
        LIMIT c_at_once
    LOOP
        sealed := sealed + 1;
        v_hash := app.chain_hash(v_hash, v_number + sealed, v_entry.entry_digest);
        v_entries := v_entries || v_entry.id;
        v_digests := v_digests || v_entry.digest;
        v_hashes := v_hashes || v_hash;
    END LOOP;
    number := v_number + sealed;
    hash := encode(v_hash, 'hex');
    IF sealed > 0 THEN
        INSERT INTO app.audit_seals (number, entry, values_digest, hash)
        SELECT v_number + u.place, u.entry, u.digest, u.hash
        FROM unnest(v_entries, v_digests, v_hashes) WITH ORDINALITY AS u (entry, digest, hash, place);
        PERFORM app.note_events(v_number);
        PERFORM pg_notify('leads', number::text);
    END IF;
    IF sealed = c_at_once THEN
        RETURN; -- there is more
    END IF;
    IF v_next IS NOT NULL THEN
        UPDATE app.audit_sealing AS m
        SET settled = CASE WHEN v_mark.pending_before <= v_oldest THEN v_mark.pending ELSE v_mark.settled END,
            pending = v_last_id,
            pending_before = v_next;
    END IF;
END;
$$;

COMMENT ON FUNCTION service.seal_audit(boolean) IS
    'What every worker asks for several times a second, and one at a time does: gives each new entry of the audit its seal, in the order in which they are seen, at most 50,000 at once; makes events of them (app.note_events), and tells it by NOTIFY leads with the chain''s new head. Returns how many, and the head, which is to be kept outside the database: whatever was committed before the call is in it, unless there were 50,000. p_wait: wait for another one that is at it; else return at once, with number and hash NULL.';
REVOKE ALL ON FUNCTION service.seal_audit(boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.seal_audit(boolean) TO leads_service;
-- <== sql/functions/service.seal_audit.sql
