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
