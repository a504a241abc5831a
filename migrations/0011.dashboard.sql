SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

CREATE TABLE app.saved_views (
    id uuid CONSTRAINT saved_views_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL CONSTRAINT saved_views_name_valid
        CHECK (char_length(name) BETWEEN 1 AND 80 AND name !~ '[[:cntrl:]]' AND name ~ '[^[:space:]]'),
    query text NOT NULL CONSTRAINT saved_views_query_valid CHECK (char_length(query) <= 4000 AND query !~ '[[:cntrl:]]'),
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT app.now(),
    updated_at timestamptz NOT NULL DEFAULT app.now()
);
COMMENT ON TABLE app.saved_views IS 'The team''s named views of the dashboard''s table, at most 200.';
COMMENT ON COLUMN app.saved_views.id IS 'Names the view, whatever it is called.';
COMMENT ON COLUMN app.saved_views.name IS '1 to 80 characters on one line; unique in any case.';
COMMENT ON COLUMN app.saved_views.query IS 'What stands behind ? in the address of the dashboard''s table, at most 4000 characters. What it means, the dashboard alone knows.';
COMMENT ON COLUMN app.saved_views.created_by IS 'Who saved it: a username, key:name of an API key, or the database login.';
COMMENT ON COLUMN app.saved_views.created_at IS 'When it was saved.';
COMMENT ON COLUMN app.saved_views.updated_at IS 'When it last changed; kept by saved_views_updated_at.';
CREATE UNIQUE INDEX saved_views_name_key ON app.saved_views (lower(name));

-- ==> sql/functions/app.assignable_users.sql
-- drop: DROP FUNCTION app.assignable_users();
CREATE OR REPLACE FUNCTION app.assignable_users() RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(array_agg(u.username ORDER BY lower(u.username)), '{}')
    FROM app.users AS u
    WHERE u.role IN ('editor', 'admin') AND u.disabled_at IS NULL;
END;

COMMENT ON FUNCTION app.assignable_users() IS
    'The names of the users who may change leads and are not disabled. SECURITY DEFINER, since staff may know these names, and nothing else of app.users.';
REVOKE ALL ON FUNCTION app.assignable_users() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.assignable_users() TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.assignable_users.sql

-- ==> sql/functions/app.bucket_starts.sql
-- drop: DROP FUNCTION app.bucket_starts(text, integer, text);
CREATE OR REPLACE FUNCTION app.bucket_starts(p_bucket text, p_count integer, p_time_zone text) RETURNS timestamptz[]
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT array_agg(
        CASE
            WHEN p_bucket = 'hour' THEN date_trunc('hour', app.now(), p_time_zone) + make_interval(hours => b.number)
            -- Where the clock is set back at midnight it shows 0:00 twice, and PostgreSQL takes the second one.
            WHEN (b.at - interval '1 hour') AT TIME ZONE p_time_zone >= b.local_start THEN b.at - interval '1 hour'
            ELSE b.at
        END ORDER BY b.number
    )
    FROM (
        SELECT s.number, s.local_start, s.local_start AT TIME ZONE p_time_zone AS at
        FROM (
            SELECT n.number, date_trunc(p_bucket, app.now() AT TIME ZONE p_time_zone) + n.number * ('1 ' || p_bucket)::interval AS local_start
            FROM generate_series(1 - p_count, 1) AS n (number)
        ) AS s
    ) AS b;
END;

COMMENT ON FUNCTION app.bucket_starts(text, integer, text) IS
    'When the last p_count hours, days, weeks (from Monday) or months begin by the clock of a time zone, oldest first, the current one the last of them; and when that one ends. A day is as long as it is there, 23 or 25 hours when the clock changes; an hour always has 60 minutes.';
REVOKE ALL ON FUNCTION app.bucket_starts(text, integer, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.bucket_starts(text, integer, text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.bucket_starts.sql

-- ==> sql/functions/app.is_time_zone.sql
-- drop: DROP FUNCTION app.is_time_zone(text);
CREATE OR REPLACE FUNCTION app.is_time_zone(p_name text) RETURNS boolean
    LANGUAGE plpgsql STABLE STRICT
    SET search_path = pg_catalog
AS $$
BEGIN
    -- AT TIME ZONE also takes abbreviations (CEST), which have no slash, and rules in the manner of POSIX (foo+3), which have a digit.
    IF p_name = 'UTC' OR p_name ~ '^[A-Z][A-Za-z_]*(/[A-Z][A-Za-z_-]*){1,2}$' THEN
        PERFORM app.now() AT TIME ZONE p_name;
        RETURN true;
    END IF;
    -- For the few other names (Etc/GMT+3, CET): this reads the file of every time zone, which takes 10 ms.
    RETURN EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = p_name);
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN false;
END;
$$;

COMMENT ON FUNCTION app.is_time_zone(text) IS
    'Whether a text names a time zone of the IANA database, such as Europe/Berlin or UTC.';
REVOKE ALL ON FUNCTION app.is_time_zone(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.is_time_zone(text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.is_time_zone.sql

-- ==> sql/functions/app.limit_saved_views.sql
-- drop: DROP FUNCTION app.limit_saved_views();
CREATE OR REPLACE FUNCTION app.limit_saved_views() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Of two who add at once the second waits here, and then counts what the first has added.
    PERFORM pg_advisory_xact_lock(465557349494);
    IF (SELECT count(*) FROM app.saved_views) > 200 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = 'There are 200 views, and can''t be more.',
            CONSTRAINT = 'too_many_views',
            HINT = 'Remove one first.';
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.limit_saved_views() IS
    'Trigger function: there are at most 200 views, so that a list of them stays one that people read. LD409 too_many_views.';
REVOKE ALL ON FUNCTION app.limit_saved_views() FROM PUBLIC;
-- <== sql/functions/app.limit_saved_views.sql

-- ==> sql/functions/service.lead_choices.sql
-- drop: DROP FUNCTION service.lead_choices();
CREATE OR REPLACE FUNCTION service.lead_choices() RETURNS json
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
BEGIN ATOMIC
    WITH newest AS MATERIALIZED (
        SELECT l.tags, l.source, l.role
        FROM public.contact_leads AS l
        WHERE l.deleted_at IS NULL AND NOT l.is_spam
        ORDER BY l.created_at DESC, l.id DESC
        LIMIT 20000
    ), tags AS (
        SELECT t.tag, count(*) AS leads
        FROM newest AS n CROSS JOIN LATERAL unnest(n.tags) AS t (tag)
        GROUP BY t.tag ORDER BY 2 DESC, 1 LIMIT 200
    ), sources AS (
        SELECT n.source, count(*) AS leads FROM newest AS n WHERE n.source IS NOT NULL GROUP BY n.source ORDER BY 2 DESC, 1 LIMIT 100
    ), roles AS (
        SELECT n.role, count(*) AS leads FROM newest AS n WHERE n.role IS NOT NULL GROUP BY n.role ORDER BY 2 DESC, 1 LIMIT 100
    )
    SELECT json_build_object(
        'assignees', app.assignable_users(),
        'tags', (SELECT coalesce(json_agg(t.tag ORDER BY t.leads DESC, t.tag), '[]') FROM tags AS t),
        'sources', (SELECT coalesce(json_agg(s.source ORDER BY s.leads DESC, s.source), '[]') FROM sources AS s),
        'roles', (SELECT coalesce(json_agg(r.role ORDER BY r.leads DESC, r.role), '[]') FROM roles AS r)
    );
END;

COMMENT ON FUNCTION service.lead_choices() IS
    'What one may choose from: {"assignees": the users who may change leads, by name, "tags" (at most 200), "sources", "roles" (100 each), the most used first}. Only the newest 20,000 leads of the inbox are looked at, so that it costs the same whatever their number.';
REVOKE ALL ON FUNCTION service.lead_choices() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_choices() TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.lead_choices.sql

-- ==> sql/functions/service.lead_trends.sql
-- drop: DROP FUNCTION service.lead_trends(text, text);
CREATE OR REPLACE FUNCTION service.lead_trends(p_period text, p_time_zone text) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
    -- Planned for the period of each call: a short one reads its leads by the index.
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_bucket text := CASE p_period WHEN '24h' THEN 'hour' WHEN '7d' THEN 'day' WHEN '30d' THEN 'day' WHEN '90d' THEN 'week' WHEN '12m' THEN 'month' END;
    v_places integer := CASE p_period WHEN '24h' THEN 24 WHEN '7d' THEN 7 WHEN '30d' THEN 30 WHEN '90d' THEN 13 WHEN '12m' THEN 12 END;
    v_starts timestamptz[];
    v_trends json;
BEGIN
    IF v_bucket IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'period must be one of: 24h, 7d, 30d, 90d, 12m.',
            CONSTRAINT = 'period_not_valid',
            COLUMN = 'period',
            DATATYPE = '24h, 7d, 30d, 90d, 12m';
    END IF;
    IF app.is_time_zone(p_time_zone) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'time_zone must be UTC or a name such as Europe/Berlin.',
            CONSTRAINT = 'time_zone_not_valid',
            COLUMN = 'time_zone';
    END IF;
    v_starts := app.bucket_starts(v_bucket, 2 * v_places, p_time_zone);
    WITH inbox AS MATERIALIZED (
        -- Places 1 and up are the period's; 0 and below those of the one before.
        SELECT
            width_bucket(l.created_at, v_starts) - v_places AS place, l.status, l.lead_type, l.source,
            extract(epoch FROM l.first_response_at - l.created_at)::float8 AS seconds
        FROM public.contact_leads AS l
        WHERE l.created_at >= v_starts[1] AND l.created_at < v_starts[2 * v_places + 1] AND l.deleted_at IS NULL AND NOT l.is_spam
    ), cells AS MATERIALIZED (
        SELECT i.place, i.status, i.lead_type, count(*) AS leads, count(i.seconds) AS answered
        FROM inbox AS i
        GROUP BY i.place, i.status, i.lead_type
    ), places AS (
        SELECT c.place, sum(c.leads)::bigint AS leads, sum(c.answered)::bigint AS answered FROM cells AS c GROUP BY c.place
    ), totals AS (
        SELECT
            coalesce(sum(c.leads) FILTER (WHERE c.place > 0), 0)::bigint AS leads,
            coalesce(sum(c.leads) FILTER (WHERE c.place <= 0), 0)::bigint AS leads_before,
            coalesce(sum(c.answered) FILTER (WHERE c.place > 0), 0)::bigint AS answered,
            coalesce(sum(c.answered) FILTER (WHERE c.place <= 0), 0)::bigint AS answered_before,
            coalesce(sum(c.leads) FILTER (WHERE c.place > 0 AND c.status = 'unread'), 0)::bigint AS unread,
            coalesce(sum(c.leads - c.answered) FILTER (WHERE c.place > 0 AND c.status = 'unread'), 0)::bigint AS unopened,
            coalesce(sum(c.leads) FILTER (WHERE c.place > 0 AND c.status = 'archived'), 0)::bigint AS archived
        FROM cells AS c
    ), responses AS (
        SELECT
            percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY i.seconds) FILTER (WHERE i.place > 0) AS seconds,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY i.seconds) FILTER (WHERE i.place <= 0) AS before
        FROM inbox AS i
        WHERE i.seconds IS NOT NULL
    ), waits AS (
        SELECT width_bucket(i.seconds, ARRAY[3600, 14400, 28800, 86400]::float8[]) AS wait, count(*) AS leads
        FROM inbox AS i
        WHERE i.place > 0 AND i.seconds IS NOT NULL
        GROUP BY 1
    ), sources AS (
        SELECT coalesce(i.source, 'unknown') AS source, count(*) AS leads, count(i.seconds) AS answered
        FROM inbox AS i WHERE i.place > 0 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20
    )
    SELECT json_build_object(
        'period', p_period,
        'time_zone', p_time_zone,
        'from', v_starts[v_places + 1],
        'until', v_starts[2 * v_places + 1],
        'bucket', v_bucket,
        'series', (
            SELECT json_agg(json_build_object(
                'at', v_starts[v_places + n.place], 'leads', coalesce(p.leads, 0), 'answered', coalesce(p.answered, 0),
                'previous', coalesce(b.leads, 0)
            ) ORDER BY n.place)
            FROM generate_series(1, v_places) AS n (place)
            LEFT JOIN places AS p ON p.place = n.place
            LEFT JOIN places AS b ON b.place = n.place - v_places
        ),
        'totals', json_build_object(
            'leads', json_build_object(
                'count', t.leads, 'previous', t.leads_before,
                'change_percent', round(100.0 * (t.leads - t.leads_before) / nullif(t.leads_before, 0), 1)
            ),
            'answered', json_build_object(
                'count', t.answered, 'previous', t.answered_before,
                'change_percent', round(100.0 * (t.answered - t.answered_before) / nullif(t.answered_before, 0), 1)
            ),
            'conversion', json_build_object(
                'value', round(t.answered::numeric / nullif(t.leads, 0), 4),
                'previous', round(t.answered_before::numeric / nullif(t.leads_before, 0), 4)
            ),
            'first_response', (
                SELECT json_build_object(
                    'median_seconds', round(r.seconds[1]::numeric, 3), 'p90_seconds', round(r.seconds[2]::numeric, 3),
                    'previous_median_seconds', round(r.before::numeric, 3)
                )
                FROM responses AS r
            ),
            'unread', t.unread
        ),
        'funnel', json_build_array(
            json_build_object('step', 'arrived', 'leads', t.leads),
            json_build_object('step', 'opened', 'leads', t.leads - t.unopened),
            json_build_object('step', 'contacted', 'leads', t.answered),
            json_build_object('step', 'archived', 'leads', t.archived)
        ),
        'by_status', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(sum(c.leads), 0)::bigint AS leads
                FROM unnest(enum_range(NULL::public.lead_status)) AS e (label)
                LEFT JOIN cells AS c ON c.status = e.label AND c.place > 0
                GROUP BY e.label
            ) AS s
        ),
        'by_source', (
            SELECT coalesce(json_agg(json_build_object('source', s.source, 'leads', s.leads, 'answered', s.answered) ORDER BY s.leads DESC, s.source), '[]')
            FROM sources AS s
        ),
        'by_type', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(sum(c.leads), 0)::bigint AS leads
                FROM unnest(enum_range(NULL::public.lead_type)) AS e (label)
                LEFT JOIN cells AS c ON c.lead_type = e.label AND c.place > 0
                GROUP BY e.label
            ) AS s
        ),
        'response_times', (
            SELECT json_agg(json_build_object('from_seconds', e.since, 'to_seconds', e.until, 'leads', coalesce(w.leads, 0)) ORDER BY e.since)
            FROM (VALUES (0, 0, 3600), (1, 3600, 14400), (2, 14400, 28800), (3, 28800, 86400), (4, 86400, NULL)) AS e (wait, since, until)
            LEFT JOIN waits AS w ON w.wait = e.wait
        )
    ) INTO v_trends
    FROM totals AS t;
    RETURN v_trends;
END;
$$;

COMMENT ON FUNCTION service.lead_trends(text, text) IS
    'The leads of a period, trash and spam left out: {period, time_zone, from, until, bucket, series: [{at, leads, answered, previous}], totals: {leads, answered: {count, previous, change_percent}, conversion: {value, previous}, first_response: {median_seconds, p90_seconds, previous_median_seconds}, unread}, funnel: [{step, leads}], by_status, by_source: [{source, leads, answered}] (the 20 largest, ''unknown'' where a lead names none), by_type, response_times: [{from_seconds, to_seconds, leads}]}. A period is so many whole buckets, as app.bucket_starts makes them in p_time_zone, the current one the last: 24h is 24 hours, 7d and 30d are days, 90d is 13 weeks, 12m 12 months. The period before is as many before those; previous is the same place in it. answered: leads that came then and were ever contacted. LD400 period_not_valid, time_zone_not_valid.';
REVOKE ALL ON FUNCTION service.lead_trends(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_trends(text, text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.lead_trends.sql

-- ==> sql/functions/service.list_views.sql
-- drop: DROP FUNCTION service.list_views();
CREATE OR REPLACE FUNCTION service.list_views() RETURNS json
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT json_build_object('data', coalesce(json_agg(v.* ORDER BY lower(v.name)), '[]')) FROM app.saved_views AS v;
END;

COMMENT ON FUNCTION service.list_views() IS
    'The team''s saved views by name: {"data": [{id, name, query, created_by, created_at, updated_at}]}.';
REVOKE ALL ON FUNCTION service.list_views() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_views() TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.list_views.sql

-- ==> sql/functions/service.remove_view.sql
-- drop: DROP FUNCTION service.remove_view(uuid, text, text, uuid);
CREATE OR REPLACE FUNCTION service.remove_view(p_id uuid, p_actor text, p_role text, p_request_id uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
BEGIN
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    DELETE FROM app.saved_views AS v WHERE v.id = p_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = 'There is no such view.', CONSTRAINT = 'view_not_found';
    END IF;
END;
$$;

COMMENT ON FUNCTION service.remove_view(uuid, text, text, uuid) IS
    'Removes a view; no lead is touched. LD404 view_not_found.';
REVOKE ALL ON FUNCTION service.remove_view(uuid, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.remove_view(uuid, text, text, uuid) TO leads_editor, leads_admin;
-- <== sql/functions/service.remove_view.sql

-- ==> sql/functions/service.save_view.sql
-- drop: DROP FUNCTION service.save_view(uuid, text, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.save_view(
    p_id uuid, p_name text, p_query text, p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_name text := btrim(regexp_replace(p_name, '\s+', ' ', 'g'));
    v_view app.saved_views;
BEGIN
    IF v_name = '' OR char_length(v_name) > 80 OR v_name ~ '[[:cntrl:]]' THEN
        PERFORM app.refuse_field('name', 'A view''s name has 1 to 80 characters, on one line.');
    END IF;
    IF char_length(p_query) > 4000 OR p_query ~ '[[:cntrl:]]' THEN
        PERFORM app.refuse_field('query', 'A view''s query has at most 4000 characters, and no control characters.');
    END IF;
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    IF p_id IS NULL THEN
        INSERT INTO app.saved_views (name, query, created_by) VALUES (v_name, p_query, coalesce(p_actor, session_user))
        RETURNING * INTO v_view;
    ELSE
        UPDATE app.saved_views AS v SET name = coalesce(v_name, v.name), query = coalesce(p_query, v.query)
        WHERE v.id = p_id
        RETURNING v.* INTO v_view;
        IF v_view.id IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = 'There is no such view.', CONSTRAINT = 'view_not_found';
        END IF;
    END IF;
    RETURN row_to_json(v_view);
EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION USING
        ERRCODE = 'LD409',
        MESSAGE = format('There is a view %s already.', v_name),
        CONSTRAINT = 'saved_views_name_key',
        COLUMN = 'name',
        HINT = 'Change that one, or choose another name.';
END;
$$;

COMMENT ON FUNCTION service.save_view(uuid, text, text, text, text, uuid) IS
    'A new view of the team''s, without p_id; else the view of that id gets another name or query, and what is NULL stays. Returns it as service.list_views shows it. LD404 view_not_found, LD409 saved_views_name_key, too_many_views, LD422 fields_not_valid.';
REVOKE ALL ON FUNCTION service.save_view(uuid, text, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.save_view(uuid, text, text, text, text, uuid) TO leads_editor, leads_admin;
-- <== sql/functions/service.save_view.sql

-- ==> sql/triggers/saved_views_limit.sql
-- drop: DROP TRIGGER saved_views_limit ON app.saved_views;
CREATE OR REPLACE TRIGGER saved_views_limit
    AFTER INSERT ON app.saved_views
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.limit_saved_views();

COMMENT ON TRIGGER saved_views_limit ON app.saved_views IS 'There are at most 200 views.';
-- <== sql/triggers/saved_views_limit.sql

-- ==> sql/triggers/saved_views_updated_at.sql
-- drop: DROP TRIGGER saved_views_updated_at ON app.saved_views;
CREATE OR REPLACE TRIGGER saved_views_updated_at
    BEFORE UPDATE ON app.saved_views
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION app.set_updated_at();

COMMENT ON TRIGGER saved_views_updated_at ON app.saved_views IS 'updated_at follows every real change of the view.';
-- <== sql/triggers/saved_views_updated_at.sql

-- ==> sql/roles/leads_admin.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, app.saved_views, api.leads FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_admin;
GRANT USAGE ON SCHEMA service, app, api TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads, app.saved_views TO leads_admin;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, api.leads TO leads_admin;
-- <== sql/roles/leads_admin.sql

-- ==> sql/roles/leads_editor.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.operations, app.saved_views, api.leads FROM leads_editor;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_editor;
GRANT USAGE ON SCHEMA service, app, api TO leads_editor;
GRANT SELECT, INSERT ON public.contact_leads TO leads_editor;
-- Not deleted_at: the trash is the admins'. Nor what names a lead, or says when it came.
GRANT UPDATE (
    name, email, subject, message, company, phone, role, source, consent, lead_type, form_type, metadata, flagged, is_spam,
    status, priority, quality_score, internal_notes, tags, contact_history, assignee, follow_up_date, last_contacted, first_response_at
) ON public.contact_leads TO leads_editor;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.operations, api.leads TO leads_editor;
GRANT SELECT, INSERT, UPDATE, DELETE ON app.saved_views TO leads_editor;
-- <== sql/roles/leads_editor.sql

-- ==> sql/roles/leads_viewer.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.saved_views, api.leads FROM leads_viewer;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_viewer;
GRANT USAGE ON SCHEMA service, app, api TO leads_viewer;
GRANT SELECT ON public.contact_leads TO leads_viewer;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.saved_views, api.leads TO leads_viewer;
-- <== sql/roles/leads_viewer.sql
