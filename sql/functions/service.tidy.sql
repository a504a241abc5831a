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
    PERFORM app.fold_figures(20000);
    PERFORM gin_clean_pending_list('app.lead_search_document');
    PERFORM gin_clean_pending_list('app.lead_search_names');
END;
$$;

COMMENT ON FUNCTION service.tidy() IS
    'What every worker asks for each second, and one at a time does: folds up to 20,000 rows of app.lead_count_changes into app.lead_counts and app.lead_cells, and puts new leads in their place in the search indexes, which else some writer would have to. Returns at once while another does it.';
REVOKE ALL ON FUNCTION service.tidy() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.tidy() TO leads_service;
