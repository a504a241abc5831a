-- drop: DROP FUNCTION app.fold_figures(integer);
CREATE OR REPLACE FUNCTION app.fold_figures(p_limit integer) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- One statement: every snapshot has either the changes or the counts that hold them.
    WITH gone AS MATERIALIZED (
        DELETE FROM app.lead_count_changes AS c
        WHERE c.ctid = ANY (ARRAY(SELECT l.ctid FROM app.lead_count_changes AS l LIMIT p_limit))
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
END;
$$;

COMMENT ON FUNCTION app.fold_figures(integer) IS
    'Folds so many rows of app.lead_count_changes (NULL for all) into app.lead_counts and app.lead_cells, and takes away what counts nothing any more. Who calls it holds the advisory lock of service.tidy().';
REVOKE ALL ON FUNCTION app.fold_figures(integer) FROM PUBLIC;
