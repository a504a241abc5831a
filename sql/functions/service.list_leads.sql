-- drop: DROP FUNCTION service.list_leads(text, text, text, integer, text);
CREATE OR REPLACE FUNCTION service.list_leads(
    p_status text DEFAULT NULL,
    p_lead_type text DEFAULT NULL,
    p_priority text DEFAULT NULL,
    p_limit integer DEFAULT 50,
    p_cursor text DEFAULT NULL
) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
    -- Planned for the filters of each call: a plan for any filter would read the whole table for a rare status.
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    c_count_to CONSTANT integer := 10000;
    v_after record;
    v_page json;
    v_next text;
    v_total bigint;
BEGIN
    PERFORM app.check_label('status', p_status, NULL::public.lead_status);
    PERFORM app.check_label('lead_type', p_lead_type, NULL::public.lead_type);
    PERFORM app.check_label('priority', p_priority, NULL::public.lead_priority);
    IF p_limit NOT BETWEEN 1 AND 500 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'limit must be from 1 to 500.',
            CONSTRAINT = 'limit_not_valid',
            COLUMN = 'limit';
    END IF;
    SELECT c.created_at, c.id INTO v_after FROM app.read_cursor(p_cursor) AS c;

    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT l AS lead, l.created_at, l.id, row_number() OVER (ORDER BY l.created_at DESC, l.id DESC) AS place
        FROM public.contact_leads AS l
        WHERE l.deleted_at IS NULL AND NOT l.is_spam
            AND (p_status IS NULL OR l.status = p_status::public.lead_status)
            AND (p_lead_type IS NULL OR l.lead_type = p_lead_type::public.lead_type)
            AND (p_priority IS NULL OR l.priority = p_priority::public.lead_priority)
            AND (p_cursor IS NULL OR (l.created_at, l.id) < (v_after.created_at, v_after.id))
        ORDER BY l.created_at DESC, l.id DESC
        LIMIT p_limit + 1
    )
    SELECT
        coalesce(json_agg(row_to_json(f.lead) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        CASE WHEN count(*) > p_limit THEN
            (SELECT app.cursor_of(last.created_at, last.id) FROM found AS last WHERE last.place = p_limit)
        END
    INTO v_page, v_next
    FROM found AS f;

    SELECT count(*) INTO v_total
    FROM (
        SELECT FROM public.contact_leads AS l
        WHERE l.deleted_at IS NULL AND NOT l.is_spam
            AND (p_status IS NULL OR l.status = p_status::public.lead_status)
            AND (p_lead_type IS NULL OR l.lead_type = p_lead_type::public.lead_type)
            AND (p_priority IS NULL OR l.priority = p_priority::public.lead_priority)
        LIMIT c_count_to + 1
    ) AS counted;

    RETURN json_build_object(
        'data', v_page,
        'total', least(v_total, c_count_to),
        'total_exact', v_total <= c_count_to,
        'next', v_next
    );
END;
$$;

COMMENT ON FUNCTION service.list_leads(text, text, text, integer, text) IS
    'A page of the inbox, newest first, without trash and spam: {"data": [lead], "total", "total_exact", "next"}. The total is counted up to 10,000 and is a lower bound beyond (total_exact false); next is the p_cursor of the page after, or null. LD400 filter_not_valid, limit_not_valid, cursor_not_valid.';
REVOKE ALL ON FUNCTION service.list_leads(text, text, text, integer, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_leads(text, text, text, integer, text) TO leads_viewer, leads_editor, leads_admin;
