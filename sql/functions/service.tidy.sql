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
    -- One statement: every snapshot has either the changes or the counts that hold them. Of an import's many rows so many at a
    -- time, or it would take longer than a statement may.
    WITH gone AS MATERIALIZED (
        DELETE FROM app.lead_count_changes AS c
        WHERE c.ctid = ANY (ARRAY(SELECT l.ctid FROM app.lead_count_changes AS l LIMIT 20000))
        RETURNING c.*
    ), totals AS (
        INSERT INTO app.lead_counts AS c (status, lead_type, priority, is_spam, trashed, leads)
        SELECT g.status, g.lead_type, g.priority, g.is_spam, g.trashed, sum(g.change)
        FROM gone AS g
        GROUP BY 1, 2, 3, 4, 5
        HAVING sum(g.change) <> 0
        ON CONFLICT ON CONSTRAINT lead_counts_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads
    )
    INSERT INTO app.lead_cells AS c (figure, starts_at, value, leads, answered)
    SELECT f.figure, f.starts_at, f.value, sum(g.change), coalesce(sum(g.change) FILTER (WHERE g.response_bin IS NOT NULL), 0)
    FROM gone AS g
    CROSS JOIN LATERAL app.figures_of(g.slot, g.lead_type, g.status, g.source, g.role, g.response_bin) AS f
    WHERE NOT g.is_spam AND NOT g.trashed
    GROUP BY 1, 2, 3
    HAVING sum(g.change) <> 0 OR sum(g.change) FILTER (WHERE g.response_bin IS NOT NULL) <> 0
    ON CONFLICT ON CONSTRAINT lead_cells_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads, answered = c.answered + EXCLUDED.answered;
    DELETE FROM app.lead_counts AS c WHERE c.leads = 0;
    DELETE FROM app.lead_cells AS c WHERE c.leads = 0 AND c.answered = 0;
    PERFORM gin_clean_pending_list('app.lead_search_document');
    PERFORM gin_clean_pending_list('app.lead_search_names');
END;
$$;

COMMENT ON FUNCTION service.tidy() IS
    'What every worker asks for each second, and one at a time does: folds up to 20,000 rows of app.lead_count_changes into app.lead_counts and app.lead_cells, and puts new leads in their place in the search indexes, which else some writer would have to. Returns at once while another does it.';
REVOKE ALL ON FUNCTION service.tidy() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.tidy() TO leads_service;
