-- destroys: app.holidays
SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

-- ==> sql/roles/leads_viewer.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.saved_views, api.leads FROM leads_viewer;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_viewer;
GRANT USAGE ON SCHEMA service, app, api TO leads_viewer;
GRANT SELECT ON public.contact_leads TO leads_viewer;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.saved_views, api.leads TO leads_viewer;
-- <== sql/roles/leads_viewer.sql

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

-- ==> sql/roles/leads_analyst.sql
-- drop: REVOKE ALL ON SCHEMA api FROM leads_analyst;
-- Reads numbers, not people: no view of api shows it a lead.
GRANT USAGE ON SCHEMA api TO leads_analyst;
-- <== sql/roles/leads_analyst.sql

-- ==> sql/roles/leads_admin.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, app.saved_views, app.mail_templates, api.leads FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app, api FROM leads_admin;
GRANT USAGE ON SCHEMA service, app, api TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads, app.saved_views, app.mail_templates TO leads_admin;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, api.leads TO leads_admin;
-- <== sql/roles/leads_admin.sql

DROP TRIGGER sla_policies_audit_write ON app.sla_policies;

DROP TRIGGER sla_policies_audit_truncate ON app.sla_policies;

DROP TRIGGER metric_settings_audit_write ON app.metric_settings;

DROP TRIGGER metric_settings_audit_truncate ON app.metric_settings;

DROP TRIGGER holidays_audit_write ON app.holidays;

DROP TRIGGER holidays_audit_truncate ON app.holidays;

DROP VIEW stats.velocity;

DROP VIEW stats.stages;

DROP VIEW stats.stage_times;

DROP VIEW stats.sources;

DROP VIEW stats.sla;

DROP VIEW stats.response_times;

DROP VIEW stats.reopenings;

DROP VIEW stats.quality;

DROP VIEW stats.personal;

DROP VIEW stats.people;

DROP VIEW stats.overview;

DROP VIEW stats.operations;

DROP VIEW stats.leads;

DROP VIEW stats.lead_velocity;

DROP VIEW stats.funnel;

DROP VIEW stats.first_response;

DROP VIEW stats.erased;

DROP VIEW stats.data_quality;

DROP VIEW stats.conversion;

DROP VIEW stats.cohorts;

DROP VIEW stats.campaigns;

DROP VIEW stats.by_hour;

DROP VIEW stats.by_day;

DROP VIEW stats.ageing;

DROP VIEW app.lead_figures;

DROP FUNCTION stats.verify();

DROP FUNCTION stats.velocity();

DROP FUNCTION stats.stage_times(date, date, text);

DROP FUNCTION stats.sources(date, date, text);

DROP FUNCTION stats.sla(date, date, text);

DROP FUNCTION stats.response_times(date, date, text);

DROP FUNCTION stats.reopenings(date, date, text);

DROP FUNCTION stats.quality(date, date, text);

DROP FUNCTION stats.people(date, date, text);

DROP FUNCTION stats.overview();

DROP FUNCTION stats.operations(date, date, text);

DROP FUNCTION stats.lead_velocity(date, date, text);

DROP FUNCTION stats.funnel(date, date, text);

DROP FUNCTION stats.first_response(date, date, text);

DROP FUNCTION stats.data_quality();

DROP FUNCTION stats.conversion(date, date, text);

DROP FUNCTION stats.cohorts(date, date, text);

DROP FUNCTION stats.campaigns(date, date, text);

DROP FUNCTION stats.by_hour(date, date, text);

DROP FUNCTION stats.by_day(date, date, text);

-- ==> sql/functions/service.tidy.sql
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
    -- One statement: every snapshot has either the changes or the counts that hold them.
    WITH gone AS (
        DELETE FROM app.lead_count_changes AS c
        RETURNING c.status, c.lead_type, c.priority, c.is_spam, c.trashed, c.change
    ), net AS (
        SELECT g.status, g.lead_type, g.priority, g.is_spam, g.trashed, sum(g.change) AS change
        FROM gone AS g
        GROUP BY 1, 2, 3, 4, 5
        HAVING sum(g.change) <> 0
    )
    INSERT INTO app.lead_counts AS c (status, lead_type, priority, is_spam, trashed, leads)
    SELECT n.status, n.lead_type, n.priority, n.is_spam, n.trashed, n.change FROM net AS n
    ON CONFLICT ON CONSTRAINT lead_counts_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads;
    DELETE FROM app.lead_counts AS c WHERE c.leads = 0;
    PERFORM gin_clean_pending_list('app.lead_search_document');
    PERFORM gin_clean_pending_list('app.lead_search_names');
END;
$$;

COMMENT ON FUNCTION service.tidy() IS
    'What every worker asks for each second, and one at a time does: folds app.lead_count_changes into app.lead_counts, and puts new leads in their place in the search indexes, which else some writer would have to. Returns at once while another does it.';
REVOKE ALL ON FUNCTION service.tidy() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.tidy() TO leads_service;
-- <== sql/functions/service.tidy.sql

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
            public.response_seconds(l) AS seconds
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

DROP FUNCTION app.working_seconds(text, timestamptz, timestamptz);

DROP FUNCTION app.working_clock(app.sla_policies, timestamptz);

DROP FUNCTION app.source_of(text, jsonb);

DROP FUNCTION app.slot_of(timestamptz);

DROP FUNCTION app.response_bin(timestamptz, timestamptz);

DROP FUNCTION app.rebuild_figures();

DROP FUNCTION app.period_figures(app.figure, timestamptz[]);

-- ==> sql/functions/app.now.sql
-- drop: DROP FUNCTION app.now();
CREATE OR REPLACE FUNCTION app.now() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN now();

COMMENT ON FUNCTION app.now() IS
    'The time of the transaction. Every rule asks here for the time, so that a test database can replace this one function.';
REVOKE ALL ON FUNCTION app.now() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.now() TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.now.sql

DROP FUNCTION app.local_start(timestamp, text);

DROP FUNCTION app.largest_figures(app.figure, integer);

DROP FUNCTION app.funnel(timestamptz[]);

DROP FUNCTION app.fold_figures(integer);

DROP FUNCTION app.figures_of(timestamptz, public.lead_type, public.lead_status, text, text, integer);

DROP FUNCTION app.figure_differences();

-- ==> sql/functions/app.erase_leads.sql
-- drop: DROP FUNCTION app.erase_leads(bigint[], text, text, text, uuid);
CREATE OR REPLACE FUNCTION app.erase_leads(p_ids bigint[], p_kind text, p_actor text, p_role text, p_request_id uuid) RETURNS uuid
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_operation uuid;
    v_operations uuid[];
BEGIN
    -- "leade" as a number; "leads" is the migrations'. Of two at once the second waits for the first, and then sees what it emptied:
    -- else neither would see that nothing is left of an operation that was about the two of them.
    PERFORM pg_advisory_xact_lock(465557349477);
    INSERT INTO app.operations (actor, actor_role, request_id, kind, trashes)
    VALUES (p_actor, p_role, p_request_id, p_kind, true)
    RETURNING id INTO v_operation;
    PERFORM app.act_as(p_actor, p_role, p_request_id, v_operation);
    INSERT INTO app.erased_leads (received_on, lead_type, status, priority, answered, erased_on)
    SELECT (l.created_at AT TIME ZONE 'UTC')::date, l.lead_type, l.status, l.priority, l.first_response_at IS NOT NULL,
        (app.now() AT TIME ZONE 'UTC')::date
    FROM public.contact_leads AS l
    WHERE l.id = ANY (p_ids) AND l.deleted_at IS NULL AND NOT l.is_spam;
    DELETE FROM app.idempotency_keys AS k
    USING public.contact_leads AS l
    WHERE l.id = ANY (p_ids) AND k.reference = l.reference;
    DELETE FROM app.outbox AS o WHERE o.lead_id = ANY (p_ids);
    -- Those that told of other leads as well stay, and no longer say what they said.
    UPDATE app.outbox AS o
    SET content = NULL, lead_ids = ARRAY(SELECT u.id FROM unnest(o.lead_ids) AS u (id) WHERE u.id <> ALL (p_ids))
    WHERE o.lead_ids && p_ids;
    DELETE FROM public.contact_leads AS l WHERE l.id = ANY (p_ids);
    WITH emptied AS (
        UPDATE app.audit_log AS a SET salt = NULL, before = NULL, after = NULL
        WHERE a.lead_id = ANY (p_ids) AND a.salt IS NOT NULL AND a.action NOT IN ('erased', 'purged')
        RETURNING a.operation
    )
    SELECT array_agg(DISTINCT e.operation) INTO v_operations FROM emptied AS e WHERE e.operation IS NOT NULL;
    -- What was set for nobody else tells of the person; what was set for many does not.
    UPDATE app.operations AS o SET changes = NULL
    WHERE o.id = ANY (v_operations) AND o.kind IN ('tags', 'assignee') AND NOT EXISTS (
        SELECT FROM app.audit_log AS a WHERE a.operation = o.id AND a.salt IS NOT NULL
    );
    RETURN v_operation;
END;
$$;

COMMENT ON FUNCTION app.erase_leads(bigint[], text, text, text, uuid) IS
    'Removes leads for good, with all that tells of them: their rows, search, idempotency keys, mails, the values and salts of their audit, what operations set for them alone. What stays: that, when and by whom; and of those that were in the inbox a count in app.erased_leads. p_kind: erase or purge. Returns the operation, still to be ended.';
REVOKE ALL ON FUNCTION app.erase_leads(bigint[], text, text, text, uuid) FROM PUBLIC;
-- <== sql/functions/app.erase_leads.sql

-- ==> sql/functions/app.count_leads.sql
-- drop: DROP FUNCTION app.count_leads();
CREATE OR REPLACE FUNCTION app.count_leads() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, change)
        SELECT n.status, n.lead_type, n.priority, n.is_spam, n.deleted_at IS NOT NULL, count(*)
        FROM new_leads AS n
        GROUP BY 1, 2, 3, 4, 5;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, change)
        SELECT c.status, c.lead_type, c.priority, c.is_spam, c.trashed, sum(c.change)
        FROM (
            SELECT n.status, n.lead_type, n.priority, n.is_spam, n.deleted_at IS NOT NULL AS trashed, 1 AS change FROM new_leads AS n
            UNION ALL
            SELECT o.status, o.lead_type, o.priority, o.is_spam, o.deleted_at IS NOT NULL, -1 FROM old_leads AS o
        ) AS c
        GROUP BY 1, 2, 3, 4, 5
        HAVING sum(c.change) <> 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, change)
        SELECT o.status, o.lead_type, o.priority, o.is_spam, o.deleted_at IS NOT NULL, -count(*)
        FROM old_leads AS o
        GROUP BY 1, 2, 3, 4, 5;
    ELSE
        -- As the leads themselves, so that an older snapshot sees neither.
        TRUNCATE app.lead_counts, app.lead_count_changes;
    END IF;
    -- The service's workers seal after their own writes, and tell of it: a NOTIFY of theirs would have each wait for the other.
    IF session_user NOT IN ('leads_service', 'leads_capture') THEN
        PERFORM pg_notify('leads', '');
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.count_leads() IS
    'Trigger function, run once a statement: writes to app.lead_count_changes what an INSERT, UPDATE, DELETE or TRUNCATE of leads changed in the totals. Writers only append, so none waits for another. What others than the service write is told to it by NOTIFY leads.';
REVOKE ALL ON FUNCTION app.count_leads() FROM PUBLIC;
-- <== sql/functions/app.count_leads.sql

DROP FUNCTION app.calendar(text, date, date, text);

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

DROP FUNCTION app.bucket_figures(timestamptz[]);

DROP FUNCTION app.bin_seconds(integer);

DROP FUNCTION app.bin_percentile(integer[], bigint[], numeric);

INSERT INTO app.lead_counts AS c (status, lead_type, priority, is_spam, trashed, leads)
SELECT n.status, n.lead_type, n.priority, n.is_spam, n.trashed, sum(n.change)
FROM app.lead_count_changes AS n
GROUP BY 1, 2, 3, 4, 5
ON CONFLICT ON CONSTRAINT lead_counts_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads;
DELETE FROM app.lead_counts WHERE leads = 0;
DELETE FROM app.lead_count_changes;
ALTER TABLE app.lead_count_changes DROP COLUMN slot, DROP COLUMN source, DROP COLUMN role, DROP COLUMN response_bin;
COMMENT ON TABLE app.lead_count_changes IS 'What has changed in app.lead_counts since, written by the triggers contact_leads_totals_...: read app.lead_totals.';
DROP TABLE app.person_key;
DROP TABLE app.metric_settings;
DROP TABLE app.holidays;
DROP TABLE app.sla_policies;
DROP TABLE app.status_changes;
DROP TABLE app.lead_cells;
DROP TYPE app.figure;
DROP SCHEMA stats;
