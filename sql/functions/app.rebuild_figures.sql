-- drop: DROP FUNCTION app.rebuild_figures();
CREATE OR REPLACE FUNCTION app.rebuild_figures() RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_wrong bigint;
BEGIN
    -- As service.tidy(), which else would change the same cells in another order. Writers of leads wait for neither.
    PERFORM pg_advisory_xact_lock(465557349492);
    -- One statement, so one snapshot: what is written meanwhile is in neither count, and stays right when the difference is added.
    WITH wrong AS MATERIALIZED (
        SELECT d.* FROM app.figure_differences() AS d
    ), totals AS (
        INSERT INTO app.lead_counts AS c (status, lead_type, priority, is_spam, trashed, leads)
        SELECT
            split_part(w.value, ' ', 1)::public.lead_status, split_part(w.value, ' ', 2)::public.lead_type,
            split_part(w.value, ' ', 3)::public.lead_priority, split_part(w.value, ' ', 4)::boolean, split_part(w.value, ' ', 5)::boolean,
            w.leads - w.leads_kept
        FROM wrong AS w
        WHERE w.kept_in = 'lead_counts'
        ON CONFLICT ON CONSTRAINT lead_counts_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads
    ), cells AS (
        INSERT INTO app.lead_cells AS c (figure, starts_at, value, leads, answered)
        SELECT w.figure::app.figure, w.starts_at, w.value, w.leads - w.leads_kept, w.answered - w.answered_kept
        FROM wrong AS w
        WHERE w.kept_in = 'lead_cells'
        ON CONFLICT ON CONSTRAINT lead_cells_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads, answered = c.answered + EXCLUDED.answered
    )
    SELECT count(*) INTO v_wrong FROM wrong;
    RETURN v_wrong;
END;
$$;

COMMENT ON FUNCTION app.rebuild_figures() IS
    'Puts app.lead_cells and app.lead_counts right by counting every lead, while leads are written as ever; returns how many were wrong.';
REVOKE ALL ON FUNCTION app.rebuild_figures() FROM PUBLIC;
