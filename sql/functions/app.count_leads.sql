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
