-- drop: DROP FUNCTION app.matching_leads(text);
CREATE OR REPLACE FUNCTION app.matching_leads(p_query text) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 1000
    SET search_path = pg_catalog
    -- Planned for this query: how many leads hold its words decides how to find them.
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    c_few CONSTANT integer := 200;
    v_query CONSTANT tsquery := app.search_query(p_query);
    v_by_text bigint := 0;
BEGIN
    IF numnode(v_query) > 0 THEN
        RETURN QUERY SELECT s.lead_id FROM app.lead_search AS s WHERE s.document @@ v_query;
        GET DIAGNOSTICS v_by_text = ROW_COUNT;
    END IF;
    IF v_by_text < c_few AND app.is_plain_query(p_query) THEN
        RETURN QUERY
            SELECT n.lead_id FROM app.similar_leads(p_query, v_by_text = 0) AS n
            WHERE v_by_text = 0
                OR NOT EXISTS (SELECT FROM app.lead_search AS s WHERE s.lead_id = n.lead_id AND s.document @@ v_query);
    END IF;
END;
$$;

COMMENT ON FUNCTION app.matching_leads(text) IS
    'The leads that a search means, each once, in no order: all that app.search_query finds; where those are fewer than 200, and the query is of plain words, also those that hold its words as fragments of name, company or address; where there are none at all, those that hold them with slips (app.similar_leads). LD400 query_too_long.';
REVOKE ALL ON FUNCTION app.matching_leads(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.matching_leads(text) TO leads_viewer, leads_editor, leads_admin;
