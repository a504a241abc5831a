SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

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

-- ==> sql/functions/service.lead.sql
-- drop: DROP FUNCTION service.lead(bigint);
CREATE OR REPLACE FUNCTION service.lead(p_id bigint) RETURNS json
    LANGUAGE plpgsql STABLE STRICT
    SET search_path = pg_catalog
AS $$
DECLARE
    v_lead json;
BEGIN
    SELECT row_to_json(l) INTO v_lead
    FROM public.contact_leads AS l
    WHERE l.id = p_id AND l.deleted_at IS NULL;
    IF v_lead IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no lead %s.', p_id),
            CONSTRAINT = 'lead_not_found',
            COLUMN = 'id';
    END IF;
    RETURN v_lead;
END;
$$;

COMMENT ON FUNCTION service.lead(bigint) IS 'One lead with all its columns. LD404 lead_not_found when there is none, or it is in the trash.';
REVOKE ALL ON FUNCTION service.lead(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead(bigint) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.lead.sql

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

-- ==> sql/functions/service.lead_stats.sql
-- drop: DROP FUNCTION service.lead_stats();
CREATE OR REPLACE FUNCTION service.lead_stats() RETURNS json
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
BEGIN ATOMIC
    WITH inbox AS NOT MATERIALIZED (
        SELECT l.status, l.lead_type, l.priority, l.source, l.role, l.created_at, l.first_response_at
        FROM public.contact_leads AS l
        WHERE l.deleted_at IS NULL AND NOT l.is_spam
    ), cells AS MATERIALIZED (
        -- One pass over the leads; what follows adds up these few dozen rows.
        SELECT i.status, i.lead_type, i.priority, count(*) AS leads, count(i.first_response_at) AS answered
        FROM inbox AS i
        GROUP BY i.status, i.lead_type, i.priority
    ), totals AS (
        SELECT
            coalesce(sum(c.leads), 0)::bigint AS total,
            coalesce(sum(c.leads) FILTER (WHERE c.status = 'unread'), 0)::bigint AS unread,
            round(sum(c.answered) / nullif(sum(c.leads), 0), 4) AS conversion
        FROM cells AS c
    ), sources AS (
        SELECT coalesce(i.source, 'unknown') AS source, count(*) AS leads
        FROM inbox AS i GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100
    ), roles AS (
        SELECT coalesce(i.role, 'unknown') AS role, count(*) AS leads, count(i.first_response_at) AS answered
        FROM inbox AS i GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100
    ), responses AS (
        SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM i.first_response_at - i.created_at)::float8)
            AS seconds
        FROM inbox AS i
        WHERE i.first_response_at IS NOT NULL
    ), periods (name, length) AS (
        VALUES ('24h', interval '24 hours'), ('7d', interval '7 days'), ('30d', interval '30 days')
    ), velocity AS (
        SELECT
            p.name, p.length,
            count(i) FILTER (WHERE i.created_at > app.now() - p.length) AS leads,
            count(i) FILTER (WHERE i.created_at <= app.now() - p.length) AS before
        FROM periods AS p
        LEFT JOIN inbox AS i ON i.created_at > app.now() - 2 * p.length AND i.created_at <= app.now()
        GROUP BY p.name, p.length
    )
    SELECT json_build_object(
        'total', t.total,
        'by_status', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(sum(c.leads), 0)::bigint AS leads
                FROM unnest(enum_range(NULL::public.lead_status)) AS e (label) LEFT JOIN cells AS c ON c.status = e.label
                GROUP BY e.label
            ) AS s
        ),
        'by_type', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(sum(c.leads), 0)::bigint AS leads
                FROM unnest(enum_range(NULL::public.lead_type)) AS e (label) LEFT JOIN cells AS c ON c.lead_type = e.label
                GROUP BY e.label
            ) AS s
        ),
        'by_priority', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(sum(c.leads), 0)::bigint AS leads
                FROM unnest(enum_range(NULL::public.lead_priority)) AS e (label) LEFT JOIN cells AS c ON c.priority = e.label
                GROUP BY e.label
            ) AS s
        ),
        'by_source', (SELECT coalesce(json_object_agg(s.source, s.leads ORDER BY s.leads DESC, s.source), '{}') FROM sources AS s),
        'unread', t.unread,
        'velocity', (
            SELECT json_object_agg(
                v.name,
                json_build_object(
                    'count', v.leads,
                    'previous', v.before,
                    'change_percent', round(100.0 * (v.leads - v.before) / nullif(v.before, 0), 1)
                ) ORDER BY v.length
            )
            FROM velocity AS v
        ),
        'conversion', json_build_object(
            'overall', t.conversion,
            'by_role', (
                SELECT coalesce(json_object_agg(r.role, round(r.answered::numeric / r.leads, 4) ORDER BY r.leads DESC, r.role), '{}')
                FROM roles AS r
            )
        ),
        'first_response', (
            SELECT json_build_object('median_seconds', round(r.seconds[1]::numeric, 3), 'p90_seconds', round(r.seconds[2]::numeric, 3))
            FROM responses AS r
        )
    )
    FROM totals AS t;
END;

COMMENT ON FUNCTION service.lead_stats() IS
    'The KPIs of the dashboard, trash and spam left out. velocity: leads of the last 24 hours, 7 and 30 days against the period before, change_percent NULL from an empty one. conversion: the share (0 to 1) of leads that were ever contacted, overall and by the visitor''s role. first_response: seconds from arrival to first contact. by_source and by_role: the 100 largest, ''unknown'' where a lead names none.';
REVOKE ALL ON FUNCTION service.lead_stats() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_stats() TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.lead_stats.sql
