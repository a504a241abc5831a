SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

DROP FUNCTION service.seal_audit(boolean);


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
    )
    SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM tokens);
END;

COMMENT ON FUNCTION service.purge_expired() IS
    'Removes idempotency keys over 24 hours old and revocations of tokens that have expired anyway; returns how many rows.';
REVOKE ALL ON FUNCTION service.purge_expired() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.purge_expired() TO leads_service;
-- <== sql/functions/service.purge_expired.sql

DROP FUNCTION service.events(bigint, bigint, integer);

DROP FUNCTION app.note_events(bigint);

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
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.count_leads() IS
    'Trigger function, run once a statement: writes to app.lead_count_changes what an INSERT, UPDATE, DELETE or TRUNCATE of leads changed in the totals. Writers only append, so none waits for another.';
REVOKE ALL ON FUNCTION app.count_leads() FROM PUBLIC;
-- <== sql/functions/app.count_leads.sql

ALTER TABLE app.audit_sealing DROP COLUMN events_after;
DROP TABLE app.events;
