-- drop: DROP FUNCTION service.list_mails(text[], text, bigint, integer, bigint);
CREATE OR REPLACE FUNCTION service.list_mails(p_states text[], p_kind text, p_lead_id bigint, p_limit integer, p_cursor bigint) RETURNS json
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Planned for the filters of each call.
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_page json;
BEGIN
    IF NOT p_states <@ enum_range(NULL::app.mail_state)::text[] THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format('state must be one or more of: %s.', array_to_string(enum_range(NULL::app.mail_state), ', ')),
            CONSTRAINT = 'filter_not_valid',
            COLUMN = 'state',
            DATATYPE = array_to_string(enum_range(NULL::app.mail_state), ', ');
    ELSIF p_kind <> ALL (enum_range(NULL::app.mail_kind)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format('kind must be one of: %s.', array_to_string(enum_range(NULL::app.mail_kind), ', ')),
            CONSTRAINT = 'filter_not_valid',
            COLUMN = 'kind',
            DATATYPE = array_to_string(enum_range(NULL::app.mail_kind), ', ');
    END IF;
    -- One row more than the page holds tells whether there is a next one.
    WITH found AS (
        SELECT o.*, o AS mail, row_number() OVER (ORDER BY o.id DESC) AS place
        FROM app.outbox AS o
        WHERE (p_states IS NULL OR o.state = ANY (p_states::app.mail_state[]))
            AND (p_kind IS NULL OR o.kind = p_kind::app.mail_kind)
            AND (p_lead_id IS NULL OR o.lead_id = p_lead_id)
            AND o.id < coalesce(p_cursor, 9223372036854775807)
        ORDER BY o.id DESC
        LIMIT p_limit + 1
    )
    SELECT json_build_object(
        'data', coalesce(json_agg(app.mail_as_json(f.mail) ORDER BY f.place) FILTER (WHERE f.place <= p_limit), '[]'),
        'next', CASE WHEN count(*) > p_limit THEN (min(f.id) FILTER (WHERE f.place <= p_limit))::text END
    ) INTO v_page
    FROM found AS f;
    RETURN v_page;
END;
$$;

COMMENT ON FUNCTION service.list_mails(text[], text, bigint, integer, bigint) IS
    'The outbox, newest first: {"data": [...], "next"}; next is the p_cursor of the page after, or null. NULL filters nothing. SECURITY DEFINER, since staff may see what went out, and change none of it. LD400 filter_not_valid.';
REVOKE ALL ON FUNCTION service.list_mails(text[], text, bigint, integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_mails(text[], text, bigint, integer, bigint) TO leads_viewer, leads_editor, leads_admin;
