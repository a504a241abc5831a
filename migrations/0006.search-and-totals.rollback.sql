SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

-- ==> sql/roles/leads_viewer.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves FROM leads_viewer;
-- drop: REVOKE ALL ON SCHEMA service, app FROM leads_viewer;
GRANT USAGE ON SCHEMA service, app TO leads_viewer;
GRANT SELECT ON public.contact_leads, app.status_moves TO leads_viewer;
-- <== sql/roles/leads_viewer.sql

-- ==> sql/roles/leads_editor.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves FROM leads_editor;
-- drop: REVOKE ALL ON SCHEMA service, app FROM leads_editor;
GRANT USAGE ON SCHEMA service, app TO leads_editor;
GRANT SELECT, INSERT, UPDATE ON public.contact_leads TO leads_editor;
GRANT SELECT ON app.status_moves TO leads_editor;
-- <== sql/roles/leads_editor.sql

-- ==> sql/roles/leads_admin.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app FROM leads_admin;
GRANT USAGE ON SCHEMA service, app TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads TO leads_admin;
GRANT SELECT ON app.status_moves TO leads_admin;
-- <== sql/roles/leads_admin.sql

DROP TRIGGER contact_leads_totals_update ON public.contact_leads;

DROP TRIGGER contact_leads_totals_truncate ON public.contact_leads;

DROP TRIGGER contact_leads_totals_insert ON public.contact_leads;

DROP TRIGGER contact_leads_totals_delete ON public.contact_leads;

DROP TRIGGER contact_leads_search_update ON public.contact_leads;

DROP TRIGGER contact_leads_search_insert ON public.contact_leads;

DROP VIEW app.lead_totals;

DROP VIEW api.leads;

DROP FUNCTION service.tidy();

DROP FUNCTION app.typos_of(text);

DROP FUNCTION app.similar_leads(text, boolean, integer);

DROP FUNCTION app.search_snippet(text, text, text, text, text, tsquery);

DROP FUNCTION app.search_score(double precision, timestamptz);

DROP FUNCTION app.search_rest(text);

DROP FUNCTION app.search_query(text);

DROP FUNCTION app.search_names(text, text, text);

DROP FUNCTION app.words(text);

DROP FUNCTION app.search_document(text, text, text, text, text);

DROP FUNCTION app.plain(text);

DROP FUNCTION app.matching_leads(text);

DROP FUNCTION app.lexeme(text);

DROP FUNCTION app.keep_search();

DROP FUNCTION app.is_plain_query(text);

DROP FUNCTION app.fold(text);

DROP FUNCTION app.count_leads();

DROP FUNCTION app.check_query(text);

DROP INDEX public.idx_contact_leads_spam;
DROP INDEX public.idx_contact_leads_trash;
DROP INDEX public.idx_contact_leads_lead_type;
-- All of it is made from the leads, so nothing is lost.
DROP TABLE app.lead_count_changes;
DROP TABLE app.lead_counts;
DROP TABLE app.lead_search;
DROP TEXT SEARCH CONFIGURATION app.english_folded;
DROP TEXT SEARCH CONFIGURATION app.simple_folded;
DROP SCHEMA api;
-- The extensions stay: something else may use them by now.

-- ==> sql/functions/app.check_label.sql
-- drop: DROP FUNCTION app.check_label(text, text, anyenum);
CREATE OR REPLACE FUNCTION app.check_label(p_parameter text, p_value text, p_enum anyenum) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
BEGIN
    IF p_value <> ALL (enum_range(p_enum)::text[]) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format('%s can''t be %s.', p_parameter, quote_literal(left(p_value, 100))),
            CONSTRAINT = 'filter_not_valid',
            COLUMN = p_parameter,
            HINT = format('It is one of: %s.', array_to_string(enum_range(p_enum)::text[], ', '));
    END IF;
END;
$$;

COMMENT ON FUNCTION app.check_label(text, text, anyenum) IS
    'LD400 filter_not_valid, naming the parameter and the choices, unless p_value is NULL or a label of p_enum''s type.';
REVOKE ALL ON FUNCTION app.check_label(text, text, anyenum) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.check_label(text, text, anyenum) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.check_label.sql

-- ==> sql/functions/app.cursor_of.sql
-- drop: DROP FUNCTION app.cursor_of(timestamptz, bigint);
CREATE OR REPLACE FUNCTION app.cursor_of(p_created_at timestamptz, p_id bigint) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN rtrim(translate(
        encode(convert_to(to_char(p_created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || p_id, 'UTF8'), 'base64'),
        E'+/\n', '-_'
    ), '=');

COMMENT ON FUNCTION app.cursor_of(timestamptz, bigint) IS
    'A place in the list of leads, newest first: the last row shown, as URL-safe base64 (RFC 4648, 5) without padding. To be passed back, not to be read.';
REVOKE ALL ON FUNCTION app.cursor_of(timestamptz, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.cursor_of(timestamptz, bigint) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.cursor_of.sql

-- ==> sql/functions/app.read_cursor.sql
-- drop: DROP FUNCTION app.read_cursor(text);
CREATE OR REPLACE FUNCTION app.read_cursor(p_cursor text, OUT created_at timestamptz, OUT id bigint)
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_text text;
BEGIN
    v_text := convert_from(decode(rpad(translate(p_cursor, '-_', '+/'), (length(p_cursor) + 3) / 4 * 4, '='), 'base64'), 'UTF8');
    created_at := split_part(v_text, ' ', 1)::timestamptz;
    id := split_part(v_text, ' ', 2)::bigint;
    IF app.cursor_of(created_at, id) IS DISTINCT FROM p_cursor THEN
        RAISE data_exception;
    END IF;
EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION USING
        ERRCODE = 'LD400',
        MESSAGE = 'The cursor is none that this list gave.',
        CONSTRAINT = 'cursor_not_valid',
        COLUMN = 'cursor',
        HINT = 'Pass on the value of "next" unchanged, or leave cursor out to begin again.';
END;
$$;

COMMENT ON FUNCTION app.read_cursor(text) IS 'What app.cursor_of wrote. LD400 cursor_not_valid for anything else.';
REVOKE ALL ON FUNCTION app.read_cursor(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.read_cursor(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.read_cursor.sql

-- ==> sql/functions/service.list_leads.sql
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
-- <== sql/functions/service.list_leads.sql
