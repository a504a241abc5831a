-- drop: DROP FUNCTION app.count_leads();
CREATE OR REPLACE FUNCTION app.count_leads() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, slot, source, role, response_bin, change)
        SELECT
            n.status, n.lead_type, n.priority, n.is_spam, n.deleted_at IS NOT NULL, app.slot_of(n.created_at),
            app.source_of(n.source, n.metadata), coalesce(n.role, 'unknown'), app.response_bin(n.created_at, n.first_response_at), count(*)
        FROM new_leads AS n
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, slot, source, role, response_bin, change)
        SELECT c.status, c.lead_type, c.priority, c.is_spam, c.trashed, c.slot, c.source, c.role, c.response_bin, sum(c.change)
        FROM (
            SELECT
                n.status, n.lead_type, n.priority, n.is_spam, n.deleted_at IS NOT NULL AS trashed, app.slot_of(n.created_at) AS slot,
                app.source_of(n.source, n.metadata) AS source, coalesce(n.role, 'unknown') AS role,
                app.response_bin(n.created_at, n.first_response_at) AS response_bin, 1 AS change
            FROM new_leads AS n
            UNION ALL
            SELECT
                o.status, o.lead_type, o.priority, o.is_spam, o.deleted_at IS NOT NULL, app.slot_of(o.created_at),
                app.source_of(o.source, o.metadata), coalesce(o.role, 'unknown'), app.response_bin(o.created_at, o.first_response_at), -1
            FROM old_leads AS o
        ) AS c
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
        HAVING sum(c.change) <> 0;
        IF EXISTS (SELECT FROM new_leads AS n JOIN old_leads AS o ON o.id = n.id WHERE o.status <> n.status) THEN
            -- What is undone has not been: the lead was in its stage all the time.
            WITH moved AS (
                SELECT n.id, o.status AS from_status, n.status AS to_status
                FROM new_leads AS n JOIN old_leads AS o ON o.id = n.id
                WHERE o.status <> n.status
            ), taken_back AS (
                DELETE FROM app.status_changes AS c
                USING moved AS m
                WHERE app.open_operation() = 'undo' AND c.lead_id = m.id AND c.from_status = m.to_status AND c.to_status = m.from_status
                    AND NOT EXISTS (SELECT FROM app.status_changes AS later WHERE later.lead_id = c.lead_id AND later.number > c.number)
                RETURNING c.lead_id
            )
            INSERT INTO app.status_changes (lead_id, at, from_status, to_status)
            SELECT m.id, app.now(), m.from_status, m.to_status
            FROM moved AS m
            WHERE NOT EXISTS (SELECT FROM taken_back AS t WHERE t.lead_id = m.id);
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, slot, source, role, response_bin, change)
        SELECT
            o.status, o.lead_type, o.priority, o.is_spam, o.deleted_at IS NOT NULL, app.slot_of(o.created_at),
            app.source_of(o.source, o.metadata), coalesce(o.role, 'unknown'), app.response_bin(o.created_at, o.first_response_at), -count(*)
        FROM old_leads AS o
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
    ELSE
        -- As the leads themselves, so that an older snapshot sees neither.
        TRUNCATE app.lead_counts, app.lead_cells, app.lead_count_changes;
    END IF;
    -- The service's workers seal after their own writes, and tell of it: a NOTIFY of theirs would have each wait for the other.
    IF session_user NOT IN ('leads_service', 'leads_capture') THEN
        PERFORM pg_notify('leads', '');
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.count_leads() IS
    'Trigger function, run once a statement: writes to app.lead_count_changes what an INSERT, UPDATE, DELETE or TRUNCATE of leads changed in the totals and figures, and to app.status_changes which leads moved. Writers only append, so none waits for another. What others than the service write is told to it by NOTIFY leads.';
REVOKE ALL ON FUNCTION app.count_leads() FROM PUBLIC;
