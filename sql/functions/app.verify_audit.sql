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
