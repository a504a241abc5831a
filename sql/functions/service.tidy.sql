-- drop: DROP FUNCTION service.tidy();
CREATE OR REPLACE FUNCTION service.tidy() RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- "leadt" as a number; "leads" is the migrations'.
    IF NOT pg_try_advisory_xact_lock(465557349492) THEN
        RETURN;
    END IF;
    -- One statement: every snapshot has either the changes or the counts that hold them.
    WITH gone AS (
        DELETE FROM app.lead_count_changes AS c
        RETURNING c.status, c.lead_type, c.priority, c.is_spam, c.trashed, c.change
    ), net AS (
        SELECT g.status, g.lead_type, g.priority, g.is_spam, g.trashed, sum(g.change) AS change
        FROM gone AS g
        GROUP BY 1, 2, 3, 4, 5
        HAVING sum(g.change) <> 0
    )
    INSERT INTO app.lead_counts AS c (status, lead_type, priority, is_spam, trashed, leads)
    SELECT n.status, n.lead_type, n.priority, n.is_spam, n.trashed, n.change FROM net AS n
    ON CONFLICT ON CONSTRAINT lead_counts_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads;
    DELETE FROM app.lead_counts AS c WHERE c.leads = 0;
    PERFORM gin_clean_pending_list('app.lead_search_document');
    PERFORM gin_clean_pending_list('app.lead_search_names');
END;
$$;

COMMENT ON FUNCTION service.tidy() IS
    'What every worker asks for each second, and one at a time does: folds app.lead_count_changes into app.lead_counts, and puts new leads in their place in the search indexes, which else some writer would have to. Returns at once while another does it.';
REVOKE ALL ON FUNCTION service.tidy() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.tidy() TO leads_service;
