SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

-- No writer between two states of the counts. For the moment that this takes, and the moves to be read from the audit.
LOCK TABLE public.contact_leads, app.lead_count_changes IN SHARE ROW EXCLUSIVE MODE;

CREATE SCHEMA stats;
COMMENT ON SCHEMA stats IS 'The analysts'' contract: numbers about the leads, and leads without what names a person. Columns are only ever appended; see docs/metrics.md.';

CREATE TYPE app.figure AS ENUM (
    'slot_type', 'slot_status', 'day_type', 'day_status', 'day_source', 'day_response', 'source', 'role', 'response'
);
COMMENT ON TYPE app.figure IS 'What app.lead_cells counts: leads of a quarter of an hour (slot_...) or of a UTC day (day_...) or of all time, by what they are.';

CREATE TABLE app.lead_cells (
    figure app.figure NOT NULL,
    starts_at timestamptz NOT NULL,
    value text NOT NULL,
    leads bigint NOT NULL,
    answered bigint NOT NULL,
    CONSTRAINT lead_cells_pkey PRIMARY KEY (figure, starts_at, value) INCLUDE (leads, answered)
)
-- The cells of now change each second.
WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX lead_cells_largest ON app.lead_cells (figure, leads DESC, value) WHERE starts_at = '-infinity';
CREATE INDEX lead_cells_empty ON app.lead_cells (figure) WHERE leads = 0 AND answered = 0;
COMMENT ON TABLE app.lead_cells IS 'How many leads of the inbox there were of each kind when service.tidy() last folded: read app.lead_figures. Checked by stats.verify(), made anew by leads stats rebuild.';
COMMENT ON COLUMN app.lead_cells.figure IS 'What is counted.';
COMMENT ON COLUMN app.lead_cells.starts_at IS 'When the quarter of an hour or the UTC day begins in which the leads came; -infinity for all time.';
COMMENT ON COLUMN app.lead_cells.value IS 'The form, status, source, role or bin of response times (app.response_bin) that they have.';
COMMENT ON COLUMN app.lead_cells.leads IS 'How many.';
COMMENT ON COLUMN app.lead_cells.answered IS 'How many of them were ever contacted.';

-- One row for each change of a lead's status; where it stood first follows from them.
CREATE TABLE app.status_changes (
    lead_id bigint NOT NULL
        CONSTRAINT status_changes_lead_id_fkey REFERENCES public.contact_leads ON UPDATE CASCADE ON DELETE CASCADE,
    number bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    from_status public.lead_status NOT NULL,
    to_status public.lead_status NOT NULL,
    CONSTRAINT status_changes_pkey PRIMARY KEY (lead_id, number)
);
CREATE INDEX status_changes_back ON app.status_changes (lead_id) WHERE to_status = 'unread' OR from_status = 'archived';
COMMENT ON TABLE app.status_changes IS 'When each lead moved from one stage to another, written by the triggers contact_leads_totals_...; what was undone is taken out. Goes with its lead. It begins with the audit log.';
COMMENT ON COLUMN app.status_changes.lead_id IS 'The lead.';
COMMENT ON COLUMN app.status_changes.number IS 'Counts up; of one lead in the order of its moves.';
COMMENT ON COLUMN app.status_changes.at IS 'When it moved.';
COMMENT ON COLUMN app.status_changes.from_status IS 'The stage it left.';
COMMENT ON COLUMN app.status_changes.to_status IS 'The stage it entered.';
INSERT INTO app.status_changes (lead_id, at, from_status, to_status)
SELECT a.lead_id, a.at, (a.before ->> 'status')::public.lead_status, (a.after ->> 'status')::public.lead_status
FROM app.audit_log AS a
JOIN public.contact_leads AS l ON l.id = a.lead_id
LEFT JOIN app.operations AS o ON o.id = a.operation
WHERE a.table_name = 'contact_leads' AND a.action = 'changed' AND a.before ? 'status' AND a.after ? 'status'
    AND o.undone_by IS NULL AND o.undoes IS NULL
ORDER BY a.id;

CREATE TABLE app.sla_policies (
    name text NOT NULL CONSTRAINT sla_policies_pkey PRIMARY KEY,
    rank integer NOT NULL CONSTRAINT sla_policies_rank_key UNIQUE,
    lead_type public.lead_type,
    priority public.lead_priority,
    answer_within interval NOT NULL,
    weekdays integer[],
    opens time,
    closes time,
    time_zone text,
    CONSTRAINT sla_policies_name_valid CHECK (char_length(name) BETWEEN 1 AND 100 AND name !~ '[[:cntrl:]]'),
    CONSTRAINT sla_policies_answer_within_valid CHECK (answer_within > interval '0' AND answer_within <= interval '365 days'),
    CONSTRAINT sla_policies_weekdays_valid CHECK (
        weekdays <@ '{1,2,3,4,5,6,7}'::integer[] AND cardinality(weekdays) BETWEEN 1 AND 7 AND array_position(weekdays, NULL) IS NULL),
    CONSTRAINT sla_policies_closes_valid CHECK (closes > opens),
    CONSTRAINT sla_policies_hours_valid CHECK (num_nulls(weekdays, opens, closes, time_zone) IN (0, 4)),
    CONSTRAINT sla_policies_time_zone_valid CHECK (app.is_time_zone(time_zone))
);
COMMENT ON TABLE app.sla_policies IS 'How soon a lead is to be answered, and in which working hours that is counted: of those that fit a lead the one of the lowest rank counts. For the team to change (docs/metrics.md); changes are audited.';
COMMENT ON COLUMN app.sla_policies.name IS 'What stats.sla calls it, 1 to 100 characters on one line.';
COMMENT ON COLUMN app.sla_policies.rank IS 'Which of several that fit counts: the lowest.';
COMMENT ON COLUMN app.sla_policies.lead_type IS 'The form it is about; NULL for each.';
COMMENT ON COLUMN app.sla_policies.priority IS 'The priority it is about; NULL for each.';
COMMENT ON COLUMN app.sla_policies.answer_within IS 'So much working time may pass until the first answer, at most 365 days.';
COMMENT ON COLUMN app.sla_policies.weekdays IS 'The working days, 1 for Monday to 7 for Sunday. Without them, as without the three that follow, all hours count.';
COMMENT ON COLUMN app.sla_policies.opens IS 'When the working day begins, by the clock of time_zone.';
COMMENT ON COLUMN app.sla_policies.closes IS 'When it ends, on the same day; 24:00 for midnight.';
COMMENT ON COLUMN app.sla_policies.time_zone IS 'The team''s time zone, such as Europe/Berlin.';
INSERT INTO app.sla_policies (name, rank, priority, answer_within, weekdays, opens, closes, time_zone) VALUES
    ('urgent', 10, 'urgent', '2 hours', '{1,2,3,4,5}', '09:00', '17:00', 'UTC'),
    ('high', 20, 'high', '4 hours', '{1,2,3,4,5}', '09:00', '17:00', 'UTC'),
    ('standard', 30, NULL, '8 hours', '{1,2,3,4,5}', '09:00', '17:00', 'UTC');

CREATE TABLE app.holidays (
    day date NOT NULL CONSTRAINT holidays_pkey PRIMARY KEY,
    name text NOT NULL CONSTRAINT holidays_name_valid CHECK (char_length(name) BETWEEN 1 AND 100 AND name !~ '[[:cntrl:]]')
);
COMMENT ON TABLE app.holidays IS 'Days on which nobody works, whatever app.sla_policies says of their weekday. For the team to fill; changes are audited.';
COMMENT ON COLUMN app.holidays.day IS 'The day.';
COMMENT ON COLUMN app.holidays.name IS 'What it is called, 1 to 100 characters on one line.';

CREATE TABLE app.metric_settings (
    singleton boolean NOT NULL DEFAULT true CONSTRAINT metric_settings_pkey PRIMARY KEY CONSTRAINT metric_settings_singleton_valid CHECK (singleton),
    qualified_from integer NOT NULL DEFAULT 70 CONSTRAINT metric_settings_qualified_from_valid CHECK (qualified_from BETWEEN 0 AND 100)
);
COMMENT ON TABLE app.metric_settings IS 'What the team may set about its numbers, in one row (docs/metrics.md); changes are audited.';
COMMENT ON COLUMN app.metric_settings.singleton IS 'True: there is one row.';
COMMENT ON COLUMN app.metric_settings.qualified_from IS 'A lead is qualified from this quality score on, 0 to 100.';
INSERT INTO app.metric_settings DEFAULT VALUES;

CREATE TABLE app.person_key (
    singleton boolean NOT NULL DEFAULT true CONSTRAINT person_key_pkey PRIMARY KEY CONSTRAINT person_key_singleton_valid CHECK (singleton),
    key text NOT NULL DEFAULT gen_random_uuid()::text || gen_random_uuid()::text
);
COMMENT ON TABLE app.person_key IS 'What stats.leads makes its column person with: a secret of this database, in one row.';
COMMENT ON COLUMN app.person_key.singleton IS 'True: there is one row.';
COMMENT ON COLUMN app.person_key.key IS 'Random. With it a known address can be found in stats.leads; who changes it gives every person another name there.';
INSERT INTO app.person_key DEFAULT VALUES;

-- Folded, so that the columns can be added.
INSERT INTO app.lead_counts AS c (status, lead_type, priority, is_spam, trashed, leads)
SELECT n.status, n.lead_type, n.priority, n.is_spam, n.trashed, sum(n.change)
FROM app.lead_count_changes AS n
GROUP BY 1, 2, 3, 4, 5
ON CONFLICT ON CONSTRAINT lead_counts_pkey DO UPDATE SET leads = c.leads + EXCLUDED.leads;
DELETE FROM app.lead_counts WHERE leads = 0;
DELETE FROM app.lead_count_changes;
ALTER TABLE app.lead_count_changes
    ADD COLUMN slot timestamptz NOT NULL,
    ADD COLUMN source text NOT NULL,
    ADD COLUMN role text NOT NULL,
    ADD COLUMN response_bin integer;
COMMENT ON TABLE app.lead_count_changes IS 'What has changed in app.lead_counts and app.lead_cells since, written by the triggers contact_leads_totals_...: read app.lead_totals and app.lead_figures.';
COMMENT ON COLUMN app.lead_count_changes.slot IS 'The quarter of an hour in which they came (app.slot_of).';
COMMENT ON COLUMN app.lead_count_changes.source IS 'What they count for as their source (app.source_of).';
COMMENT ON COLUMN app.lead_count_changes.role IS 'What the visitor says they are, else unknown.';
COMMENT ON COLUMN app.lead_count_changes.response_bin IS 'How long the first answer took (app.response_bin); NULL without one.';

-- ==> sql/functions/app.bin_percentile.sql
-- drop: DROP FUNCTION app.bin_percentile(integer[], bigint[], numeric);
CREATE OR REPLACE FUNCTION app.bin_percentile(p_bins integer[], p_leads bigint[], p_share numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
    SELECT app.bin_seconds(min(h.bin))
    FROM (
        SELECT b.bin, sum(b.leads) OVER (ORDER BY b.bin) AS upto, sum(b.leads) OVER () AS total
        FROM unnest(p_bins, p_leads) AS b (bin, leads)
    ) AS h
    WHERE h.upto >= ceil(p_share * h.total) AND h.total > 0;
$$;

COMMENT ON FUNCTION app.bin_percentile(integer[], bigint[], numeric) IS
    'The response time, in seconds, within which this share (0 to 1) of the answers came, from a histogram: bins as app.response_bin numbers them, each with its number of leads. Of n answers it is that of the one at place ceil(share * n), within 1 %; NULL of none.';
REVOKE ALL ON FUNCTION app.bin_percentile(integer[], bigint[], numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.bin_percentile(integer[], bigint[], numeric) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.bin_percentile.sql

-- ==> sql/functions/app.bin_seconds.sql
-- drop: DROP FUNCTION app.bin_seconds(integer);
CREATE OR REPLACE FUNCTION app.bin_seconds(p_bin integer) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN round((CASE
        WHEN p_bin < 1 THEN 0.5
        WHEN p_bin < 415 THEN power(3600::double precision, (p_bin - 0.5) / 414)
        WHEN p_bin < 486 THEN 3600 * power(4::double precision, (p_bin - 414.5) / 71)
        WHEN p_bin < 522 THEN 14400 * power(2::double precision, (p_bin - 485.5) / 36)
        WHEN p_bin < 578 THEN 28800 * power(3::double precision, (p_bin - 521.5) / 56)
        ELSE 86400 * power(1.02::double precision, p_bin - 577.5)
    END)::numeric, 3);

COMMENT ON FUNCTION app.bin_seconds(integer) IS
    'The seconds that a bin of app.response_bin stands for, its middle: at most 1 % away from any response time in it (half a second in bin 0).';
REVOKE ALL ON FUNCTION app.bin_seconds(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.bin_seconds(integer) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.bin_seconds.sql

-- ==> sql/functions/app.bucket_figures.sql
-- drop: DROP FUNCTION app.bucket_figures(timestamptz[]);
CREATE OR REPLACE FUNCTION app.bucket_figures(p_starts timestamptz[])
    RETURNS TABLE (place integer, by_type boolean, value text, leads bigint, answered bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Planned once a session: each is a range of an index, however long.
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_last timestamptz := p_starts[cardinality(p_starts)];
    -- The UTC days that a bucket begins or ends in the middle of: of those the quarters of an hour are added up.
    v_split timestamptz[] := ARRAY(
        SELECT DISTINCT date_trunc('day', s.at, 'UTC') FROM unnest(p_starts) AS s (at) WHERE s.at <> date_trunc('day', s.at, 'UTC')
    );
BEGIN
    RETURN QUERY
        SELECT width_bucket(f.starts_at, p_starts), f.by_type, f.value, sum(f.leads)::bigint, sum(f.answered)::bigint
        FROM (
            SELECT c.starts_at, c.figure = 'day_type' AS by_type, c.value, c.leads, c.answered
            FROM app.lead_cells AS c
            WHERE c.figure IN ('day_type', 'day_status') AND c.starts_at >= p_starts[1] AND c.starts_at < v_last
                AND c.starts_at NOT IN (SELECT s.at FROM unnest(v_split) AS s (at))
            UNION ALL
            SELECT c.starts_at, c.figure = 'slot_type', c.value, c.leads, c.answered
            FROM unnest(v_split) AS s (day)
            JOIN app.lead_cells AS c
                ON c.figure IN ('slot_type', 'slot_status') AND c.starts_at >= s.day AND c.starts_at < s.day + interval '24 hours'
            WHERE c.starts_at >= p_starts[1] AND c.starts_at < v_last
            UNION ALL
            SELECT c.slot, k.by_type, k.value, c.change, CASE WHEN c.response_bin IS NULL THEN 0 ELSE c.change END
            FROM app.lead_count_changes AS c
            CROSS JOIN LATERAL (VALUES (true, c.lead_type::text), (false, c.status::text)) AS k (by_type, value)
            WHERE NOT c.is_spam AND NOT c.trashed AND c.slot >= p_starts[1] AND c.slot < v_last
        ) AS f
        GROUP BY 1, 2, 3;
END;
$$;

COMMENT ON FUNCTION app.bucket_figures(timestamptz[]) IS
    'The leads of the inbox that came in each bucket, by form (by_type) and by status, from the figures that are kept, not the leads. p_starts: when the buckets begin, and the last one ends, in whole quarters of an hour; place counts them from 1. Buckets with nothing have no row.';
REVOKE ALL ON FUNCTION app.bucket_figures(timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.bucket_figures(timestamptz[]) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.bucket_figures.sql

-- ==> sql/functions/app.bucket_starts.sql
-- drop: DROP FUNCTION app.bucket_starts(text, integer, text);
CREATE OR REPLACE FUNCTION app.bucket_starts(p_bucket text, p_count integer, p_time_zone text) RETURNS timestamptz[]
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
AS $$
    SELECT array_agg(
        CASE
            WHEN p_bucket = 'hour' THEN date_trunc('hour', app.now(), p_time_zone) + make_interval(hours => n.number)
            ELSE app.local_start(
                date_trunc(p_bucket, app.now() AT TIME ZONE p_time_zone) + n.number * ('1 ' || p_bucket)::interval, p_time_zone)
        END ORDER BY n.number
    )
    FROM generate_series(1 - p_count, 1) AS n (number);
$$;

COMMENT ON FUNCTION app.bucket_starts(text, integer, text) IS
    'When the last p_count hours, days, weeks (from Monday) or months begin by the clock of a time zone, oldest first, the current one the last of them; and when that one ends. A day is as long as it is there, 23 or 25 hours when the clock changes; an hour always has 60 minutes.';
REVOKE ALL ON FUNCTION app.bucket_starts(text, integer, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.bucket_starts(text, integer, text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.bucket_starts.sql

-- ==> sql/functions/app.calendar.sql
-- drop: DROP FUNCTION app.calendar(text, date, date, text);
CREATE OR REPLACE FUNCTION app.calendar(p_bucket text, p_from date, p_to date, p_tz text) RETURNS timestamptz[]
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_from timestamptz;
    v_to timestamptz;
BEGIN
    IF app.is_time_zone(p_tz) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = 'p_tz must be UTC or a name such as Europe/Berlin.',
            CONSTRAINT = 'time_zone_not_valid',
            COLUMN = 'p_tz';
    END IF;
    IF p_from IS NULL OR p_to IS NULL OR p_to <= p_from OR p_from < '1972-01-01' OR p_to > '2200-01-01'
        OR p_to - p_from > (CASE p_bucket WHEN 'hour' THEN 400 ELSE 20000 END)
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD400',
            MESSAGE = format(
                'p_from and p_to must be two days from 1972 to 2200, p_to after p_from, and at most %s days apart.',
                CASE p_bucket WHEN 'hour' THEN 400 ELSE 20000 END),
            CONSTRAINT = 'period_not_valid',
            COLUMN = 'p_to',
            HINT = 'p_to is the day after the last one: stats.by_day(''2026-11-01'', ''2026-12-01'', ''Europe/Berlin'') is November.';
    END IF;
    v_from := app.local_start(p_from::timestamp, p_tz);
    v_to := app.local_start(p_to::timestamp, p_tz);
    IF p_bucket IS NULL THEN
        RETURN ARRAY[v_from, v_to];
    END IF;
    IF p_bucket = 'hour' THEN
        RETURN ARRAY(SELECT s.at FROM generate_series(v_from, v_to - interval '1 microsecond', interval '1 hour') AS s (at)) || v_to;
    END IF;
    RETURN ARRAY[v_from] || ARRAY(
        SELECT app.local_start(s.at, p_tz)
        FROM generate_series(date_trunc(p_bucket, p_from::timestamp), p_to::timestamp, ('1 ' || p_bucket)::interval) AS s (at)
        WHERE s.at > p_from AND s.at < p_to
        ORDER BY s.at
    ) || v_to;
END;
$$;

COMMENT ON FUNCTION app.calendar(text, date, date, text) IS
    'When the hours, days, weeks or months from p_from to before p_to begin by the clock of p_tz, and when the last one ends; the first and last may be cut short by the period. Of bucket NULL the period alone. LD400 time_zone_not_valid, period_not_valid.';
REVOKE ALL ON FUNCTION app.calendar(text, date, date, text) FROM PUBLIC;
-- <== sql/functions/app.calendar.sql

-- ==> sql/functions/app.count_leads.sql
-- drop: DROP FUNCTION app.count_leads();
CREATE OR REPLACE FUNCTION app.count_leads() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, slot, source, role, response_bin, change)
        SELECT
            n.status, n.lead_type, n.priority, n.is_spam, n.deleted_at IS NOT NULL, app.slot_of(n.created_at),
            app.source_of(n.source, n.metadata), coalesce(n.role, 'unknown'), app.response_bin(n.created_at, n.first_response_at), count(*)
        FROM new_leads AS n
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, slot, source, role, response_bin, change)
        SELECT c.status, c.lead_type, c.priority, c.is_spam, c.trashed, c.slot, c.source, c.role, c.response_bin, sum(c.change)
        FROM (
            SELECT
                n.status, n.lead_type, n.priority, n.is_spam, n.deleted_at IS NOT NULL AS trashed, app.slot_of(n.created_at) AS slot,
                app.source_of(n.source, n.metadata) AS source, coalesce(n.role, 'unknown') AS role,
                app.response_bin(n.created_at, n.first_response_at) AS response_bin, 1 AS change
            FROM new_leads AS n
            UNION ALL
            SELECT
                o.status, o.lead_type, o.priority, o.is_spam, o.deleted_at IS NOT NULL, app.slot_of(o.created_at),
                app.source_of(o.source, o.metadata), coalesce(o.role, 'unknown'), app.response_bin(o.created_at, o.first_response_at), -1
            FROM old_leads AS o
        ) AS c
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
        HAVING sum(c.change) <> 0;
        IF EXISTS (SELECT FROM new_leads AS n JOIN old_leads AS o ON o.id = n.id WHERE o.status <> n.status) THEN
            -- What is undone has not been: the lead was in its stage all the time.
            WITH moved AS (
                SELECT n.id, o.status AS from_status, n.status AS to_status
                FROM new_leads AS n JOIN old_leads AS o ON o.id = n.id
                WHERE o.status <> n.status
            ), taken_back AS (
                DELETE FROM app.status_changes AS c
                USING moved AS m
                WHERE app.open_operation() = 'undo' AND c.lead_id = m.id AND c.from_status = m.to_status AND c.to_status = m.from_status
                    AND NOT EXISTS (SELECT FROM app.status_changes AS later WHERE later.lead_id = c.lead_id AND later.number > c.number)
                RETURNING c.lead_id
            )
            INSERT INTO app.status_changes (lead_id, at, from_status, to_status)
            SELECT m.id, app.now(), m.from_status, m.to_status
            FROM moved AS m
            WHERE NOT EXISTS (SELECT FROM taken_back AS t WHERE t.lead_id = m.id);
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO app.lead_count_changes (status, lead_type, priority, is_spam, trashed, slot, source, role, response_bin, change)
        SELECT
            o.status, o.lead_type, o.priority, o.is_spam, o.deleted_at IS NOT NULL, app.slot_of(o.created_at),
            app.source_of(o.source, o.metadata), coalesce(o.role, 'unknown'), app.response_bin(o.created_at, o.first_response_at), -count(*)
        FROM old_leads AS o
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
    ELSE
        -- As the leads themselves, so that an older snapshot sees neither.
        TRUNCATE app.lead_counts, app.lead_cells, app.lead_count_changes;
    END IF;
    -- The service's workers seal after their own writes, and tell of it: a NOTIFY of theirs would have each wait for the other.
    IF session_user NOT IN ('leads_service', 'leads_capture') THEN
        PERFORM pg_notify('leads', '');
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.count_leads() IS
    'Trigger function, run once a statement: writes to app.lead_count_changes what an INSERT, UPDATE, DELETE or TRUNCATE of leads changed in the totals and figures, and to app.status_changes which leads moved. Writers only append, so none waits for another. What others than the service write is told to it by NOTIFY leads.';
REVOKE ALL ON FUNCTION app.count_leads() FROM PUBLIC;
-- <== sql/functions/app.count_leads.sql

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
    -- A source or role is a visitor's own words: where nobody else has it, its figure goes now and not with the next tidying.
    PERFORM pg_advisory_xact_lock(465557349492);
    PERFORM app.fold_figures(NULL);
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
    'Removes leads for good, with all that tells of them: their rows, search, figures, idempotency keys, mails, the values and salts of their audit, what operations set for them alone. What stays: that, when and by whom; and of those that were in the inbox a count in app.erased_leads. p_kind: erase or purge. Returns the operation, still to be ended.';
REVOKE ALL ON FUNCTION app.erase_leads(bigint[], text, text, text, uuid) FROM PUBLIC;
-- <== sql/functions/app.erase_leads.sql

-- ==> sql/functions/app.figure_differences.sql
-- drop: DROP FUNCTION app.figure_differences();
CREATE OR REPLACE FUNCTION app.figure_differences()
    RETURNS TABLE (kept_in text, figure text, starts_at timestamptz, value text, leads bigint, leads_kept bigint, answered bigint, answered_kept bigint)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    -- It reads every lead, and sorts nothing that fits here.
    SET work_mem = '64MB'
AS $$
    WITH leads AS MATERIALIZED (
        SELECT
            l.status::text AS status, l.lead_type::text AS lead_type, l.priority::text AS priority, l.is_spam, l.deleted_at IS NOT NULL AS trashed,
            date_bin(interval '15 minutes', l.created_at, timestamptz '2000-01-01 00:00:00+00') AS slot,
            date_trunc('day', l.created_at, 'UTC') AS day,
            app.source_of(l.source, l.metadata) AS source, coalesce(l.role, 'unknown') AS role,
            app.response_bin(l.created_at, l.first_response_at) AS bin
        FROM public.contact_leads AS l
    ), inbox AS NOT MATERIALIZED (
        SELECT l.* FROM leads AS l WHERE NOT l.is_spam AND NOT l.trashed
    ), counted AS (
        SELECT 'slot_type' AS figure, i.slot AS starts_at, i.lead_type AS value, count(*) AS leads, count(i.bin) AS answered FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'slot_status', i.slot, i.status, count(*), count(i.bin) FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'day_type', i.day, i.lead_type, count(*), count(i.bin) FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'day_status', i.day, i.status, count(*), count(i.bin) FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'day_source', i.day, i.source, count(*), count(i.bin) FROM inbox AS i GROUP BY 2, 3
        UNION ALL SELECT 'day_response', i.day, i.bin::text, count(*), count(i.bin) FROM inbox AS i WHERE i.bin IS NOT NULL GROUP BY 2, 3
        UNION ALL SELECT 'source', '-infinity', i.source, count(*), count(i.bin) FROM inbox AS i GROUP BY 3
        UNION ALL SELECT 'role', '-infinity', i.role, count(*), count(i.bin) FROM inbox AS i GROUP BY 3
        UNION ALL SELECT 'response', '-infinity', i.bin::text, count(*), count(i.bin) FROM inbox AS i WHERE i.bin IS NOT NULL GROUP BY 3
    ), kept AS (
        SELECT f.figure::text AS figure, f.starts_at, f.value, sum(f.leads)::bigint AS leads, sum(f.answered)::bigint AS answered
        FROM app.lead_figures AS f
        GROUP BY 1, 2, 3
    ), kinds AS (
        SELECT concat_ws(' ', l.status, l.lead_type, l.priority, l.is_spam, l.trashed) AS value, count(*) AS leads FROM leads AS l GROUP BY 1
    ), kinds_kept AS (
        SELECT concat_ws(' ', t.status, t.lead_type, t.priority, t.is_spam, t.trashed) AS value, sum(t.leads)::bigint AS leads
        FROM app.lead_totals AS t
        GROUP BY 1
    )
    SELECT
        'lead_cells', coalesce(c.figure, k.figure), coalesce(c.starts_at, k.starts_at), coalesce(c.value, k.value),
        coalesce(c.leads, 0), coalesce(k.leads, 0), coalesce(c.answered, 0), coalesce(k.answered, 0)
    FROM counted AS c
    FULL JOIN kept AS k ON k.figure = c.figure AND k.starts_at = c.starts_at AND k.value = c.value
    WHERE (coalesce(c.leads, 0), coalesce(c.answered, 0)) <> (coalesce(k.leads, 0), coalesce(k.answered, 0))
    UNION ALL
    SELECT 'lead_counts', 'total', '-infinity', coalesce(c.value, k.value), coalesce(c.leads, 0), coalesce(k.leads, 0), NULL, NULL
    FROM kinds AS c
    FULL JOIN kinds_kept AS k ON k.value = c.value
    WHERE coalesce(c.leads, 0) <> coalesce(k.leads, 0);
$$;

COMMENT ON FUNCTION app.figure_differences() IS
    'Counts every lead, and returns a row for each cell of app.lead_cells and app.lead_counts (with what waits in app.lead_count_changes) that says something else: counted, and kept. None is what it should be. Takes some seconds a million leads.';
REVOKE ALL ON FUNCTION app.figure_differences() FROM PUBLIC;
-- <== sql/functions/app.figure_differences.sql

-- ==> sql/functions/app.figures_of.sql
-- drop: DROP FUNCTION app.figures_of(timestamptz, public.lead_type, public.lead_status, text, text, integer);
CREATE OR REPLACE FUNCTION app.figures_of(
    p_slot timestamptz, p_lead_type public.lead_type, p_status public.lead_status, p_source text, p_role text, p_response_bin integer
) RETURNS TABLE (figure app.figure, starts_at timestamptz, value text)
    LANGUAGE sql STABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
BEGIN ATOMIC
    SELECT f.figure, f.starts_at, f.value
    FROM (VALUES
        ('slot_type'::app.figure, p_slot, p_lead_type::text),
        ('slot_status'::app.figure, p_slot, p_status::text),
        ('day_type'::app.figure, date_trunc('day', p_slot, 'UTC'), p_lead_type::text),
        ('day_status'::app.figure, date_trunc('day', p_slot, 'UTC'), p_status::text),
        ('day_source'::app.figure, date_trunc('day', p_slot, 'UTC'), p_source),
        ('day_response'::app.figure, date_trunc('day', p_slot, 'UTC'), p_response_bin::text),
        ('source'::app.figure, timestamptz '-infinity', p_source),
        ('role'::app.figure, timestamptz '-infinity', p_role),
        ('response'::app.figure, timestamptz '-infinity', p_response_bin::text)
    ) AS f (figure, starts_at, value)
    WHERE f.value IS NOT NULL;
END;

COMMENT ON FUNCTION app.figures_of(timestamptz, public.lead_type, public.lead_status, text, text, integer) IS
    'The cells of app.lead_cells that a lead of the inbox counts in, by what app.lead_count_changes says of it.';
REVOKE ALL ON FUNCTION app.figures_of(timestamptz, public.lead_type, public.lead_status, text, text, integer) FROM PUBLIC;
-- <== sql/functions/app.figures_of.sql

-- ==> sql/functions/app.fold_figures.sql
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
-- <== sql/functions/app.fold_figures.sql

-- ==> sql/functions/app.funnel.sql
-- drop: DROP FUNCTION app.funnel(timestamptz[]);
CREATE OR REPLACE FUNCTION app.funnel(p_starts timestamptz[])
    RETURNS TABLE (place integer, arrived bigint, opened bigint, contacted bigint, archived bigint, dismissed bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY
        WITH figures AS (
            SELECT
                f.place,
                sum(f.leads) AS leads,
                sum(f.answered) AS answered,
                sum(f.leads - f.answered) FILTER (WHERE f.value = 'unread') AS unopened,
                sum(f.answered) FILTER (WHERE f.value = 'archived') AS archived,
                sum(f.leads - f.answered) FILTER (WHERE f.value = 'archived') AS dismissed
            FROM app.bucket_figures(p_starts) AS f
            WHERE NOT f.by_type
            GROUP BY f.place
        ), went_back AS (
            -- The few that stand nearer to the beginning than they once did.
            SELECT
                width_bucket(l.created_at, p_starts) AS place,
                count(*) FILTER (WHERE l.status = 'unread' AND l.first_response_at IS NULL) AS opened,
                count(*) FILTER (WHERE b.archived AND l.status <> 'archived' AND l.first_response_at IS NOT NULL) AS archived,
                count(*) FILTER (WHERE b.archived AND l.status <> 'archived' AND l.first_response_at IS NULL) AS dismissed
            FROM (
                SELECT c.lead_id, bool_or(c.from_status = 'archived') AS archived
                FROM app.status_changes AS c
                WHERE c.to_status = 'unread' OR c.from_status = 'archived'
                GROUP BY c.lead_id
            ) AS b
            JOIN public.contact_leads AS l ON l.id = b.lead_id
            WHERE l.created_at >= p_starts[1] AND l.created_at < p_starts[cardinality(p_starts)] AND NOT l.is_spam AND l.deleted_at IS NULL
            GROUP BY 1
        )
        SELECT
            f.place, f.leads::bigint, (f.leads - coalesce(f.unopened, 0) + coalesce(b.opened, 0))::bigint, f.answered::bigint,
            (coalesce(f.archived, 0) + coalesce(b.archived, 0))::bigint, (coalesce(f.dismissed, 0) + coalesce(b.dismissed, 0))::bigint
        FROM figures AS f
        LEFT JOIN went_back AS b ON b.place = f.place;
END;
$$;

COMMENT ON FUNCTION app.funnel(timestamptz[]) IS
    'How far the leads of each bucket ever got: arrived, opened (were in another stage than unread), contacted, archived (after being contacted); and dismissed: archived, never contacted. p_starts as app.bucket_figures takes them.';
REVOKE ALL ON FUNCTION app.funnel(timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.funnel(timestamptz[]) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.funnel.sql

-- ==> sql/functions/app.largest_figures.sql
-- drop: DROP FUNCTION app.largest_figures(app.figure, integer);
CREATE OR REPLACE FUNCTION app.largest_figures(p_figure app.figure, p_limit integer)
    RETURNS TABLE (value text, leads bigint, answered bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Planned once a session: else that takes longer than the rest.
    SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH pending AS MATERIALIZED (
            SELECT
                CASE p_figure WHEN 'source' THEN c.source ELSE c.role END AS value,
                sum(c.change) AS leads, coalesce(sum(c.change) FILTER (WHERE c.response_bin IS NOT NULL), 0) AS answered
            FROM app.lead_count_changes AS c
            WHERE NOT c.is_spam AND NOT c.trashed
            GROUP BY 1
        ), kept AS MATERIALIZED (
            -- One that isn't among so many is among the largest only by what is pending.
            SELECT c.value
            FROM app.lead_cells AS c
            WHERE c.figure = p_figure AND c.starts_at = '-infinity'
            ORDER BY c.leads DESC, c.value
            LIMIT p_limit + (SELECT count(*) FROM pending)
        )
        SELECT v.value, (coalesce(c.leads, 0) + coalesce(p.leads, 0))::bigint, (coalesce(c.answered, 0) + coalesce(p.answered, 0))::bigint
        FROM (SELECT k.value FROM kept AS k UNION SELECT p.value FROM pending AS p) AS v
        LEFT JOIN app.lead_cells AS c ON c.figure = p_figure AND c.starts_at = '-infinity' AND c.value = v.value
        LEFT JOIN pending AS p ON p.value = v.value
        WHERE coalesce(c.leads, 0) + coalesce(p.leads, 0) > 0
        ORDER BY 2 DESC, 1
        LIMIT p_limit;
END;
$$;

COMMENT ON FUNCTION app.largest_figures(app.figure, integer) IS
    'The largest sources or roles of the inbox (figure source or role), with their leads, and how many of those were ever contacted. Reads as many rows as it returns, however many there are.';
REVOKE ALL ON FUNCTION app.largest_figures(app.figure, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.largest_figures(app.figure, integer) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.largest_figures.sql

-- ==> sql/functions/app.local_start.sql
-- drop: DROP FUNCTION app.local_start(timestamp, text);
CREATE OR REPLACE FUNCTION app.local_start(p_local timestamp, p_time_zone text) RETURNS timestamptz
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog
    -- Where the clock is set back at midnight it shows 0:00 twice, and PostgreSQL takes the second one.
    RETURN CASE
        WHEN ((p_local AT TIME ZONE p_time_zone) - interval '1 hour') AT TIME ZONE p_time_zone >= p_local
            THEN (p_local AT TIME ZONE p_time_zone) - interval '1 hour'
        ELSE p_local AT TIME ZONE p_time_zone
    END;

COMMENT ON FUNCTION app.local_start(timestamp, text) IS
    'When the clock of a time zone first shows this time. One that it skips is when it would have: the first instant after.';
REVOKE ALL ON FUNCTION app.local_start(timestamp, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.local_start(timestamp, text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.local_start.sql

-- ==> sql/functions/app.now.sql
-- drop: DROP FUNCTION app.now();
CREATE OR REPLACE FUNCTION app.now() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN now();

COMMENT ON FUNCTION app.now() IS
    'The time of the transaction. Every rule asks here for the time, so that a test database can replace this one function.';
REVOKE ALL ON FUNCTION app.now() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.now() TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.now.sql

-- ==> sql/functions/app.period_figures.sql
-- drop: DROP FUNCTION app.period_figures(app.figure, timestamptz[]);
CREATE OR REPLACE FUNCTION app.period_figures(p_figure app.figure, p_starts timestamptz[])
    RETURNS TABLE (place integer, value text, leads bigint, answered bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_last timestamptz := p_starts[cardinality(p_starts)];
    v_split timestamptz[] := ARRAY(
        SELECT DISTINCT date_trunc('day', s.at, 'UTC') FROM unnest(p_starts) AS s (at) WHERE s.at <> date_trunc('day', s.at, 'UTC')
    );
    v_day timestamptz;
BEGIN
    RETURN QUERY
        SELECT width_bucket(f.starts_at, p_starts), f.value, sum(f.leads)::bigint, sum(f.answered)::bigint
        FROM app.lead_figures AS f
        WHERE f.figure = p_figure AND f.starts_at >= p_starts[1] AND f.starts_at < v_last
            AND f.starts_at NOT IN (SELECT s.at FROM unnest(v_split) AS s (at))
        GROUP BY 1, 2;
    -- Day by day: of a join with them the planner doesn't see that it is about a few.
    FOREACH v_day IN ARRAY v_split LOOP
        RETURN QUERY
            SELECT width_bucket(l.created_at, p_starts), l.value, count(*), count(l.bin)
            FROM (
                SELECT
                    l.created_at, app.response_bin(l.created_at, l.first_response_at) AS bin,
                    CASE p_figure
                        WHEN 'day_source' THEN app.source_of(l.source, l.metadata)
                        ELSE app.response_bin(l.created_at, l.first_response_at)::text
                    END AS value
                FROM public.contact_leads AS l
                WHERE l.created_at >= greatest(v_day, p_starts[1]) AND l.created_at < least(v_day + interval '24 hours', v_last)
                    AND NOT l.is_spam AND l.deleted_at IS NULL
            ) AS l
            WHERE l.value IS NOT NULL
            GROUP BY 1, 2;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION app.period_figures(app.figure, timestamptz[]) IS
    'The leads of the inbox that came in each period, by source (day_source) or bin of response time (day_response): whole UTC days from the figures that are kept, the days at the edges from the leads. p_starts: when the periods begin, and the last one ends; place counts them from 1. For a few periods. To be summed up: a value may have several rows.';
REVOKE ALL ON FUNCTION app.period_figures(app.figure, timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.period_figures(app.figure, timestamptz[]) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.period_figures.sql

-- ==> sql/functions/app.rebuild_figures.sql
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
-- <== sql/functions/app.rebuild_figures.sql

-- ==> sql/functions/app.response_bin.sql
-- drop: DROP FUNCTION app.response_bin(timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION app.response_bin(p_created_at timestamptz, p_answered_at timestamptz) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN CASE
        WHEN p_answered_at IS NULL THEN NULL
        WHEN NOT isfinite(p_created_at) OR NOT isfinite(p_answered_at) OR p_answered_at - p_created_at < interval '1 second' THEN 0
        -- The limits of stats.response_times (1, 4, 8 and 24 hours) are limits of bins: so its counts are exact.
        WHEN p_answered_at - p_created_at < interval '1 hour'
            THEN 1 + least(413, floor(ln(extract(epoch FROM p_answered_at - p_created_at)::double precision) / ln(3600::double precision) * 414))::integer
        WHEN p_answered_at - p_created_at < interval '4 hours'
            THEN 415 + least(70, floor(ln(extract(epoch FROM p_answered_at - p_created_at)::double precision / 3600) / ln(4::double precision) * 71))::integer
        WHEN p_answered_at - p_created_at < interval '8 hours'
            THEN 486 + least(35, floor(ln(extract(epoch FROM p_answered_at - p_created_at)::double precision / 14400) / ln(2::double precision) * 36))::integer
        WHEN p_answered_at - p_created_at < interval '24 hours'
            THEN 522 + least(55, floor(ln(extract(epoch FROM p_answered_at - p_created_at)::double precision / 28800) / ln(3::double precision) * 56))::integer
        ELSE 578 + least(1000, floor(ln(extract(epoch FROM p_answered_at - p_created_at)::double precision / 86400) / ln(1.02::double precision)))::integer
    END;

COMMENT ON FUNCTION app.response_bin(timestamptz, timestamptz) IS
    'The bin of the histogram of response times that an answer falls into; NULL without one. Bin 0 is what took less than a second (or came before its question); from there on each is at most 2 % wide: 414 up to an hour, 71 up to 4 hours, 36 up to 8, 56 up to 24, and steps of 2 % after that.';
REVOKE ALL ON FUNCTION app.response_bin(timestamptz, timestamptz) FROM PUBLIC;
-- <== sql/functions/app.response_bin.sql

-- ==> sql/functions/app.slot_of.sql
-- drop: DROP FUNCTION app.slot_of(timestamptz);
CREATE OR REPLACE FUNCTION app.slot_of(p_at timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN date_bin(interval '15 minutes', p_at, timestamptz '2000-01-01 00:00:00+00');

COMMENT ON FUNCTION app.slot_of(timestamptz) IS
    'The quarter of an hour that an instant is in: its beginning. Every clock of today is a whole number of them away from UTC, so that any local hour or day is made of whole ones.';
REVOKE ALL ON FUNCTION app.slot_of(timestamptz) FROM PUBLIC;
-- <== sql/functions/app.slot_of.sql

-- ==> sql/functions/app.source_of.sql
-- drop: DROP FUNCTION app.source_of(text, jsonb);
CREATE OR REPLACE FUNCTION app.source_of(p_source text, p_metadata jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN coalesce(p_source, CASE WHEN p_metadata ?| '{ip_address,user_agent,origin}'::text[] THEN 'direct' ELSE 'unknown' END);

COMMENT ON FUNCTION app.source_of(text, jsonb) IS
    'The source that a lead counts for: its own; direct when it came by a form that named none; unknown when it came otherwise (an import, an adopted table) and names none.';
REVOKE ALL ON FUNCTION app.source_of(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.source_of(text, jsonb) TO leads_viewer, leads_editor, leads_admin, leads_analyst;
-- <== sql/functions/app.source_of.sql

-- ==> sql/functions/app.working_clock.sql
-- drop: DROP FUNCTION app.working_clock(app.sla_policies, timestamptz);
CREATE OR REPLACE FUNCTION app.working_clock(p_policy app.sla_policies, p_at timestamptz) RETURNS double precision
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_local timestamp;
    -- Days since a Monday long ago.
    v_days integer;
    v_length double precision;
    v_worked bigint;
    v_today double precision := 0;
BEGIN
    IF (p_policy).weekdays IS NULL THEN
        RETURN extract(epoch FROM p_at);
    END IF;
    v_local := p_at AT TIME ZONE (p_policy).time_zone;
    v_days := v_local::date - '1900-01-01'::date;
    v_length := extract(epoch FROM (p_policy).closes - (p_policy).opens);
    v_worked :=
        (SELECT sum(v_days / 7 + CASE WHEN w.weekday - 1 < v_days % 7 THEN 1 ELSE 0 END)
         FROM (SELECT DISTINCT u.weekday FROM unnest((p_policy).weekdays) AS u (weekday)) AS w)
        - (SELECT count(*) FROM app.holidays AS h
           WHERE h.day >= '1900-01-01' AND h.day < v_local::date AND extract(isodow FROM h.day)::integer = ANY ((p_policy).weekdays));
    IF extract(isodow FROM v_local)::integer = ANY ((p_policy).weekdays) AND NOT EXISTS (SELECT FROM app.holidays AS h WHERE h.day = v_local::date) THEN
        v_today := least(greatest(extract(epoch FROM v_local::time - (p_policy).opens), 0), v_length);
    END IF;
    RETURN v_worked * v_length + v_today;
END;
$$;

COMMENT ON FUNCTION app.working_clock(app.sla_policies, timestamptz) IS
    'A clock that only goes in a policy''s working hours: the difference of two of its readings is the working time between them, in seconds. On the clock of its time zone, so that an hour that is skipped or comes twice counts as that clock shows it.';
REVOKE ALL ON FUNCTION app.working_clock(app.sla_policies, timestamptz) FROM PUBLIC;
-- <== sql/functions/app.working_clock.sql

-- ==> sql/functions/app.working_seconds.sql
-- drop: DROP FUNCTION app.working_seconds(text, timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION app.working_seconds(p_policy text, p_from timestamptz, p_to timestamptz) RETURNS double precision
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT greatest(app.working_clock(p, p_to) - app.working_clock(p, p_from), 0) FROM app.sla_policies AS p WHERE p.name = p_policy;
$$;

COMMENT ON FUNCTION app.working_seconds(text, timestamptz, timestamptz) IS
    'The working time between two instants by a policy of app.sla_policies, in seconds; none when the second is earlier. NULL when there is no such policy.';
REVOKE ALL ON FUNCTION app.working_seconds(text, timestamptz, timestamptz) FROM PUBLIC;
-- <== sql/functions/app.working_seconds.sql

-- ==> sql/functions/service.lead_stats.sql
-- drop: DROP FUNCTION service.lead_stats();
CREATE OR REPLACE FUNCTION service.lead_stats() RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
    -- Planned once a session: else that takes longer than the rest.
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN (
        WITH kinds AS MATERIALIZED (
            SELECT t.status, t.lead_type, t.priority, sum(t.leads)::bigint AS leads
            FROM app.lead_totals AS t
            WHERE NOT t.is_spam AND NOT t.trashed
            GROUP BY 1, 2, 3
        )
        SELECT json_build_object(
            'total', o.leads,
            'by_status', (
                SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
                FROM (
                    SELECT e.label, coalesce(sum(k.leads), 0)::bigint AS leads
                    FROM unnest(enum_range(NULL::public.lead_status)) AS e (label) LEFT JOIN kinds AS k ON k.status = e.label
                    GROUP BY e.label
                ) AS s
            ),
            'by_type', (
                SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
                FROM (
                    SELECT e.label, coalesce(sum(k.leads), 0)::bigint AS leads
                    FROM unnest(enum_range(NULL::public.lead_type)) AS e (label) LEFT JOIN kinds AS k ON k.lead_type = e.label
                    GROUP BY e.label
                ) AS s
            ),
            'by_priority', (
                SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
                FROM (
                    SELECT e.label, coalesce(sum(k.leads), 0)::bigint AS leads
                    FROM unnest(enum_range(NULL::public.lead_priority)) AS e (label) LEFT JOIN kinds AS k ON k.priority = e.label
                    GROUP BY e.label
                ) AS s
            ),
            'by_source', (
                SELECT coalesce(json_object_agg(s.value, s.leads ORDER BY s.leads DESC, s.value), '{}') FROM app.largest_figures('source', 100) AS s
            ),
            'unread', o.unread,
            'velocity', json_build_object(
                '24h', json_build_object('count', o.leads_24h, 'previous', o.previous_24h, 'change_percent', o.change_percent_24h),
                '7d', json_build_object('count', o.leads_7d, 'previous', o.previous_7d, 'change_percent', o.change_percent_7d),
                '30d', json_build_object('count', o.leads_30d, 'previous', o.previous_30d, 'change_percent', o.change_percent_30d)
            ),
            'conversion', json_build_object(
                'overall', o.conversion,
                'by_role', (
                    SELECT coalesce(json_object_agg(r.value, round(r.answered::numeric / r.leads, 4) ORDER BY r.leads DESC, r.value), '{}')
                    FROM app.largest_figures('role', 100) AS r
                )
            ),
            'first_response', json_build_object('median_seconds', o.median_response_seconds, 'p90_seconds', o.p90_response_seconds)
        )
        FROM stats.overview() AS o
    );
END;
$$;

COMMENT ON FUNCTION service.lead_stats() IS
    'The KPIs of the dashboard, which are those of stats.overview: trash and spam left out. velocity: leads of the last 24 hours, 7 and 30 days against the period before, change_percent NULL from an empty one. conversion: the share (0 to 1) of leads that were ever contacted, overall and by the visitor''s role. first_response: seconds from arrival to first contact, within 1 %. by_source and by_role: the 100 largest; where a lead names no source, direct when it came by a form, else unknown; unknown where it names no role. Costs the same however many leads there are.';
REVOKE ALL ON FUNCTION service.lead_stats() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_stats() TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.lead_stats.sql

-- ==> sql/functions/service.lead_trends.sql
-- drop: DROP FUNCTION service.lead_trends(text, text);
CREATE OR REPLACE FUNCTION service.lead_trends(p_period text, p_time_zone text) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_bucket text := CASE p_period WHEN '24h' THEN 'hour' WHEN '7d' THEN 'day' WHEN '30d' THEN 'day' WHEN '90d' THEN 'week' WHEN '12m' THEN 'month' END;
    v_places integer := CASE p_period WHEN '24h' THEN 24 WHEN '7d' THEN 7 WHEN '30d' THEN 30 WHEN '90d' THEN 13 WHEN '12m' THEN 12 END;
    v_starts timestamptz[];
    -- The one before, this one, and its end.
    v_periods timestamptz[];
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
    v_periods := ARRAY[v_starts[1], v_starts[v_places + 1], v_starts[2 * v_places + 1]];
    -- Places 1 and up are the period's; 0 and below those of the one before.
    WITH figures AS MATERIALIZED (
        SELECT f.place - v_places AS place, f.by_type, f.value, f.leads, f.answered FROM app.bucket_figures(v_starts) AS f
    ), places AS (
        SELECT f.place, sum(f.leads)::bigint AS leads, sum(f.answered)::bigint AS answered FROM figures AS f WHERE f.by_type GROUP BY f.place
    ), totals AS (
        SELECT
            coalesce(sum(p.leads) FILTER (WHERE p.place > 0), 0)::bigint AS leads,
            coalesce(sum(p.leads) FILTER (WHERE p.place <= 0), 0)::bigint AS leads_before,
            coalesce(sum(p.answered) FILTER (WHERE p.place > 0), 0)::bigint AS answered,
            coalesce(sum(p.answered) FILTER (WHERE p.place <= 0), 0)::bigint AS answered_before
        FROM places AS p
    ), kinds AS MATERIALIZED (
        SELECT f.by_type, f.value, sum(f.leads)::bigint AS leads FROM figures AS f WHERE f.place > 0 GROUP BY 1, 2
    ), bins AS MATERIALIZED (
        SELECT f.place, f.value::integer AS bin, f.leads FROM app.period_figures('day_response', v_periods) AS f
    ), responses AS (
        SELECT
            app.bin_percentile(array_agg(b.bin) FILTER (WHERE b.place = 2), array_agg(b.leads) FILTER (WHERE b.place = 2), 0.5) AS median,
            app.bin_percentile(array_agg(b.bin) FILTER (WHERE b.place = 2), array_agg(b.leads) FILTER (WHERE b.place = 2), 0.9) AS p90,
            app.bin_percentile(array_agg(b.bin) FILTER (WHERE b.place = 1), array_agg(b.leads) FILTER (WHERE b.place = 1), 0.5) AS median_before
        FROM bins AS b
    ), waits AS (
        SELECT width_bucket(app.bin_seconds(b.bin), '{3600,14400,28800,86400}'::numeric[]) AS wait, sum(b.leads)::bigint AS leads
        FROM bins AS b
        WHERE b.place = 2
        GROUP BY 1
    ), sources AS (
        SELECT f.value AS source, sum(f.leads)::bigint AS leads, sum(f.answered)::bigint AS answered
        FROM app.period_figures('day_source', v_periods[2:3]) AS f
        GROUP BY 1
        HAVING sum(f.leads) > 0
        ORDER BY 2 DESC, 1
        LIMIT 20
    ), funnel AS (
        SELECT coalesce(sum(f.opened), 0)::bigint AS opened, coalesce(sum(f.archived), 0)::bigint AS archived FROM app.funnel(v_periods[2:3]) AS f
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
                SELECT json_build_object('median_seconds', r.median, 'p90_seconds', r.p90, 'previous_median_seconds', r.median_before)
                FROM responses AS r
            ),
            'unread', coalesce((SELECT k.leads FROM kinds AS k WHERE NOT k.by_type AND k.value = 'unread'), 0)
        ),
        'funnel', json_build_array(
            json_build_object('step', 'arrived', 'leads', t.leads),
            json_build_object('step', 'opened', 'leads', n.opened),
            json_build_object('step', 'contacted', 'leads', t.answered),
            json_build_object('step', 'archived', 'leads', n.archived)
        ),
        'by_status', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(k.leads, 0) AS leads
                FROM unnest(enum_range(NULL::public.lead_status)) AS e (label)
                LEFT JOIN kinds AS k ON NOT k.by_type AND k.value = e.label::text
            ) AS s
        ),
        'by_source', (
            SELECT coalesce(json_agg(json_build_object('source', s.source, 'leads', s.leads, 'answered', s.answered) ORDER BY s.leads DESC, s.source), '[]')
            FROM sources AS s
        ),
        'by_type', (
            SELECT json_object_agg(s.label, s.leads ORDER BY s.label)
            FROM (
                SELECT e.label, coalesce(k.leads, 0) AS leads
                FROM unnest(enum_range(NULL::public.lead_type)) AS e (label)
                LEFT JOIN kinds AS k ON k.by_type AND k.value = e.label::text
            ) AS s
        ),
        'response_times', (
            SELECT json_agg(json_build_object('from_seconds', e.since, 'to_seconds', e.until, 'leads', coalesce(w.leads, 0)) ORDER BY e.since)
            FROM (VALUES (0, 0, 3600), (1, 3600, 14400), (2, 14400, 28800), (3, 28800, 86400), (4, 86400, NULL)) AS e (wait, since, until)
            LEFT JOIN waits AS w ON w.wait = e.wait
        )
    ) INTO v_trends
    FROM totals AS t CROSS JOIN funnel AS n;
    RETURN v_trends;
END;
$$;

COMMENT ON FUNCTION service.lead_trends(text, text) IS
    'The leads of a period, trash and spam left out: {period, time_zone, from, until, bucket, series: [{at, leads, answered, previous}], totals: {leads, answered: {count, previous, change_percent}, conversion: {value, previous}, first_response: {median_seconds, p90_seconds, previous_median_seconds}, unread}, funnel: [{step, leads}], by_status, by_source: [{source, leads, answered}] (the 20 largest, named as in stats.sources), by_type, response_times: [{from_seconds, to_seconds, leads}]}. A period is so many whole buckets, as app.bucket_starts makes them in p_time_zone, the current one the last: 24h is 24 hours, 7d and 30d are days, 90d is 13 weeks, 12m 12 months. The period before is as many before those; previous is the same place in it. answered: leads that came then and were ever contacted. The numbers are those of stats.by_day, stats.funnel, stats.first_response and stats.response_times, from the same figures; response times within 1 %. LD400 period_not_valid, time_zone_not_valid.';
REVOKE ALL ON FUNCTION service.lead_trends(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead_trends(text, text) TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/service.lead_trends.sql

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
    PERFORM app.fold_figures(20000);
    PERFORM gin_clean_pending_list('app.lead_search_document');
    PERFORM gin_clean_pending_list('app.lead_search_names');
END;
$$;

COMMENT ON FUNCTION service.tidy() IS
    'What every worker asks for each second, and one at a time does: folds up to 20,000 rows of app.lead_count_changes into app.lead_counts and app.lead_cells, and puts new leads in their place in the search indexes, which else some writer would have to. Returns at once while another does it.';
REVOKE ALL ON FUNCTION service.tidy() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.tidy() TO leads_service;
-- <== sql/functions/service.tidy.sql

-- ==> sql/functions/stats.by_day.sql
-- drop: DROP FUNCTION stats.by_day(date, date, text);
CREATE OR REPLACE FUNCTION stats.by_day(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    day date,
    starts_at timestamptz,
    ends_at timestamptz,
    leads bigint,
    contact bigint,
    cv_request bigint,
    collaboration bigint,
    unread bigint,
    processing bigint,
    contacted bigint,
    archived bigint,
    answered bigint,
    conversion numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('day', p_from, p_to, p_tz) AS starts
    ), figures AS MATERIALIZED (
        SELECT f.* FROM calendar AS c CROSS JOIN LATERAL app.bucket_figures(c.starts) AS f
    )
    SELECT
        (c.starts[n.place] AT TIME ZONE p_tz)::date, c.starts[n.place], c.starts[n.place + 1],
        coalesce(sum(f.leads) FILTER (WHERE f.by_type), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'contact'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'cv_request'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'collaboration'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'unread'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'processing'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'contacted'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'archived'), 0)::bigint,
        coalesce(sum(f.answered) FILTER (WHERE f.by_type), 0)::bigint,
        round(sum(f.answered) FILTER (WHERE f.by_type) / nullif(sum(f.leads) FILTER (WHERE f.by_type), 0), 4)
    FROM calendar AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
    LEFT JOIN figures AS f ON f.place = n.place
    GROUP BY n.place, c.starts
    ORDER BY n.place;
$$;

COMMENT ON FUNCTION stats.by_day(date, date, text) IS
    'Leads by the day on which they came, days without leads too. A day goes from midnight to midnight by the clock of the time zone, its end not included. Where its leads stand is where they stand now. It costs the same however many leads there are. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.by_day(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.by_day(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.by_day.sql

-- ==> sql/functions/stats.by_hour.sql
-- drop: DROP FUNCTION stats.by_hour(date, date, text);
CREATE OR REPLACE FUNCTION stats.by_hour(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    hour timestamp,
    starts_at timestamptz,
    ends_at timestamptz,
    leads bigint,
    contact bigint,
    cv_request bigint,
    collaboration bigint,
    unread bigint,
    processing bigint,
    contacted bigint,
    archived bigint,
    answered bigint,
    conversion numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('hour', p_from, p_to, p_tz) AS starts
    ), figures AS MATERIALIZED (
        SELECT f.* FROM calendar AS c CROSS JOIN LATERAL app.bucket_figures(c.starts) AS f
    )
    SELECT
        c.starts[n.place] AT TIME ZONE p_tz, c.starts[n.place], c.starts[n.place + 1],
        coalesce(sum(f.leads) FILTER (WHERE f.by_type), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'contact'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'cv_request'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE f.by_type AND f.value = 'collaboration'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'unread'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'processing'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'contacted'), 0)::bigint,
        coalesce(sum(f.leads) FILTER (WHERE NOT f.by_type AND f.value = 'archived'), 0)::bigint,
        coalesce(sum(f.answered) FILTER (WHERE f.by_type), 0)::bigint,
        round(sum(f.answered) FILTER (WHERE f.by_type) / nullif(sum(f.leads) FILTER (WHERE f.by_type), 0), 4)
    FROM calendar AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
    LEFT JOIN figures AS f ON f.place = n.place
    GROUP BY n.place, c.starts
    ORDER BY n.place;
$$;

COMMENT ON FUNCTION stats.by_hour(date, date, text) IS
    'Leads by the hour in which they came, hours without leads too: each 60 minutes long, from the first midnight on by the clock of the time zone. At most 400 days. Where its leads stand is where they stand now. It costs the same however many leads there are. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.by_hour(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.by_hour(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.by_hour.sql

-- ==> sql/functions/stats.campaigns.sql
-- drop: DROP FUNCTION stats.campaigns(date, date, text);
CREATE OR REPLACE FUNCTION stats.campaigns(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    utm_source text,
    utm_medium text,
    utm_campaign text,
    leads bigint,
    answered bigint,
    conversion numeric,
    qualified bigint,
    mean_score numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    )
    SELECT
        coalesce(l.metadata #>> '{utm,utm_source}', app.source_of(l.source, l.metadata)), l.metadata #>> '{utm,utm_medium}',
        l.metadata #>> '{utm,utm_campaign}', count(*), count(l.first_response_at), round(count(l.first_response_at)::numeric / count(*), 4),
        count(*) FILTER (WHERE l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m)), round(avg(l.quality_score), 1)
    FROM public.contact_leads AS l
    WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    GROUP BY 1, 2, 3
    ORDER BY 4 DESC, 1, 2, 3;
$$;

COMMENT ON FUNCTION stats.campaigns(date, date, text) IS
    'The campaigns that the leads of the period came by: their UTM parameters as the form sent them, capitals and all. A lead with none counts for its source, direct or unknown. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.campaigns(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.campaigns(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.campaigns.sql

-- ==> sql/functions/stats.cohorts.sql
-- drop: DROP FUNCTION stats.cohorts(date, date, text);
CREATE OR REPLACE FUNCTION stats.cohorts(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    month date,
    arrived bigint,
    opened bigint,
    contacted bigint,
    archived bigint,
    dismissed bigint,
    opened_share numeric,
    contacted_share numeric,
    archived_share numeric,
    conversion numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('month', p_from, p_to, p_tz) AS starts
    ), reached AS MATERIALIZED (
        SELECT f.* FROM calendar AS c CROSS JOIN LATERAL app.funnel(c.starts) AS f
    )
    SELECT
        date_trunc('month', c.starts[n.place] AT TIME ZONE p_tz)::date,
        coalesce(r.arrived, 0), coalesce(r.opened, 0), coalesce(r.contacted, 0), coalesce(r.archived, 0), coalesce(r.dismissed, 0),
        round(r.opened::numeric / nullif(r.arrived, 0), 4), round(r.contacted::numeric / nullif(r.opened, 0), 4),
        round(r.archived::numeric / nullif(r.contacted, 0), 4), round(r.contacted::numeric / nullif(r.arrived, 0), 4)
    FROM calendar AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
    LEFT JOIN reached AS r ON r.place = n.place
    ORDER BY n.place;
$$;

COMMENT ON FUNCTION stats.cohorts(date, date, text) IS
    'How far the leads of each month ever got, whenever that was: the steps of stats.funnel, by the month in which the leads came, months without leads too. Later months had less time to be answered. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.cohorts(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.cohorts(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.cohorts.sql

-- ==> sql/functions/stats.conversion.sql
-- drop: DROP FUNCTION stats.conversion(date, date, text);
CREATE OR REPLACE FUNCTION stats.conversion(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    dimension text,
    value text,
    leads bigint,
    answered bigint,
    conversion numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), came AS MATERIALIZED (
        SELECT l.lead_type::text AS lead_type, coalesce(l.role, 'unknown') AS role, app.source_of(l.source, l.metadata) AS source, l.first_response_at
        FROM public.contact_leads AS l
        WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    )
    SELECT
        CASE WHEN grouping(c.lead_type) = 0 THEN 'type' WHEN grouping(c.role) = 0 THEN 'role' WHEN grouping(c.source) = 0 THEN 'source' ELSE 'all' END,
        coalesce(c.lead_type, c.role, c.source, 'all'), count(*), count(c.first_response_at), round(count(c.first_response_at)::numeric / count(*), 4)
    FROM came AS c
    GROUP BY GROUPING SETS ((), (c.lead_type), (c.role), (c.source))
    HAVING count(*) > 0
    ORDER BY grouping(c.lead_type, c.role, c.source) DESC, 3 DESC, 2;
$$;

COMMENT ON FUNCTION stats.conversion(date, date, text) IS
    'The share of leads that were ever contacted, of all that came in the period, and by form, by role and by source. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.conversion(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.conversion(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.conversion.sql

-- ==> sql/functions/stats.data_quality.sql
-- drop: DROP FUNCTION stats.data_quality();
CREATE OR REPLACE FUNCTION stats.data_quality() RETURNS TABLE (
    problem text,
    meaning text,
    leads bigint,
    share numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET work_mem = '64MB'
AS $$
    WITH counted AS MATERIALIZED (
        SELECT count(*) AS leads,
            count(*) FILTER (WHERE app.source_of(l.source, l.metadata) = 'unknown') AS source_unknown,
            count(*) FILTER (WHERE l.role IS NULL) AS role_missing,
            count(*) FILTER (WHERE l.company IS NULL) AS company_missing,
            count(*) FILTER (WHERE l.message IS NULL AND l.lead_type <> 'cv_request') AS message_missing,
            count(*) FILTER (WHERE l.status = 'contacted' AND l.quality_score IS NULL) AS not_scored,
            count(*) FILTER (WHERE l.status IN ('unread', 'processing') AND l.assignee IS NULL AND l.created_at < app.now() - interval '24 hours') AS unassigned,
            count(*) FILTER (WHERE l.status <> 'archived' AND l.follow_up_date < (app.now() AT TIME ZONE 'UTC')::date) AS follow_up_overdue,
            count(*) FILTER (WHERE l.created_at > app.now()) AS created_in_future,
            count(*) FILTER (WHERE l.first_response_at < l.created_at) AS answered_before_created,
            count(*) FILTER (WHERE l.status = 'contacted' AND l.first_response_at IS NULL) AS contacted_without_time
        FROM public.contact_leads AS l
        WHERE NOT l.is_spam AND l.deleted_at IS NULL
    ), duplicates AS (
        SELECT coalesce(sum(d.leads - 1), 0)::bigint AS leads
        FROM (
            SELECT count(*) AS leads FROM public.contact_leads AS l
            WHERE l.message IS NOT NULL AND NOT l.is_spam AND l.deleted_at IS NULL
            GROUP BY lower(l.email), l.lead_type, md5(l.message)
        ) AS d
    )
    SELECT p.problem, p.meaning, p.leads, round(p.leads::numeric / nullif(c.leads, 0), 4)
    FROM counted AS c
    CROSS JOIN duplicates AS d
    CROSS JOIN LATERAL (VALUES
        ('source_unknown', 'Nothing tells where the lead came from.', c.source_unknown),
        ('role_missing', 'The visitor does not say what they are.', c.role_missing),
        ('company_missing', 'No company is given.', c.company_missing),
        ('message_missing', 'A contact or collaboration without a message.', c.message_missing),
        ('not_scored', 'Contacted, but nobody gave a quality score.', c.not_scored),
        ('unassigned', 'Open for more than a day, and nobody takes care of it.', c.unassigned),
        ('follow_up_overdue', 'Not archived, and the day to come back to it is past.', c.follow_up_overdue),
        ('created_in_future', 'It says that it came later than now.', c.created_in_future),
        ('answered_before_created', 'It says that it was answered before it came.', c.answered_before_created),
        ('contacted_without_time', 'In the stage contacted, but it is not known since when.', c.contacted_without_time),
        ('duplicate', 'The same person sent the same message more than once; all but the first.', d.leads)
    ) AS p (problem, meaning, leads);
$$;

COMMENT ON FUNCTION stats.data_quality() IS
    'What is missing or odd in the leads of the inbox, a row for each thing looked for, with none too: so that a number can be trusted as far as its data. Spam and what is in the trash count nowhere.';
REVOKE ALL ON FUNCTION stats.data_quality() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.data_quality() TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.data_quality.sql

-- ==> sql/functions/stats.first_response.sql
-- drop: DROP FUNCTION stats.first_response(date, date, text);
CREATE OR REPLACE FUNCTION stats.first_response(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    leads bigint,
    answered bigint,
    unanswered bigint,
    unanswered_share numeric,
    median_seconds numeric,
    p90_seconds numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), came AS (
        SELECT coalesce(sum(f.leads), 0)::bigint AS leads, coalesce(sum(f.answered), 0)::bigint AS answered
        FROM period AS c CROSS JOIN LATERAL app.bucket_figures(c.starts) AS f
        WHERE f.by_type
    ), responses AS (
        SELECT array_agg(f.value::integer) AS bins, array_agg(f.leads) AS leads
        FROM period AS c CROSS JOIN LATERAL app.period_figures('day_response', c.starts) AS f
    )
    SELECT
        c.leads, c.answered, c.leads - c.answered, round((c.leads - c.answered)::numeric / nullif(c.leads, 0), 4),
        app.bin_percentile(r.bins, r.leads, 0.5), app.bin_percentile(r.bins, r.leads, 0.9)
    FROM came AS c CROSS JOIN responses AS r;
$$;

COMMENT ON FUNCTION stats.first_response(date, date, text) IS
    'How soon the leads that came in the period were first contacted, from arrival to that moment, nights and weekends included. Only a person''s answer counts, the first one: not the automatic acknowledgement, and not what followed a reopening. Of n answers the p-th percentile is that at place ceil(p * n) by length, read from a histogram whose bins are at most 2 % wide. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.first_response(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.first_response(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.first_response.sql

-- ==> sql/functions/stats.funnel.sql
-- drop: DROP FUNCTION stats.funnel(date, date, text);
CREATE OR REPLACE FUNCTION stats.funnel(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    place integer,
    step text,
    leads bigint,
    of_previous numeric,
    of_first numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), reached AS MATERIALIZED (
        SELECT coalesce(sum(f.arrived), 0)::bigint AS arrived, coalesce(sum(f.opened), 0)::bigint AS opened,
            coalesce(sum(f.contacted), 0)::bigint AS contacted, coalesce(sum(f.archived), 0)::bigint AS archived
        FROM period AS c CROSS JOIN LATERAL app.funnel(c.starts) AS f
    )
    SELECT
        s.place, s.step, s.leads, round(s.leads::numeric / nullif(lag(s.leads) OVER (ORDER BY s.place), 0), 4),
        round(s.leads::numeric / nullif(r.arrived, 0), 4)
    FROM reached AS r
    CROSS JOIN LATERAL (
        VALUES (1, 'arrived', r.arrived), (2, 'opened', r.opened), (3, 'contacted', r.contacted), (4, 'archived', r.archived)
    ) AS s (place, step, leads)
    ORDER BY s.place;
$$;

COMMENT ON FUNCTION stats.funnel(date, date, text) IS
    'How far the leads that came in the period ever got, whenever that was: arrived; opened, which is that they were ever in another stage than unread; contacted; archived after that. of_previous is the share of those of one step that reached the next. A lead that went back still reached what it reached; what was undone did not happen. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.funnel(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.funnel(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.funnel.sql

-- ==> sql/functions/stats.lead_velocity.sql
-- drop: DROP FUNCTION stats.lead_velocity(date, date, text);
CREATE OR REPLACE FUNCTION stats.lead_velocity(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    month date,
    qualified bigint,
    previous bigint,
    rate_percent numeric,
    complete boolean
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('month', (date_trunc('month', p_from::timestamp) - interval '1 month')::date,
            (date_trunc('month', p_to::timestamp - interval '1 day') + interval '1 month')::date, p_tz) AS starts
    ), came AS (
        SELECT width_bucket(l.created_at, c.starts) AS place, count(*) AS leads
        FROM public.contact_leads AS l
        CROSS JOIN calendar AS c
        WHERE l.created_at >= (SELECT c.starts[1] FROM calendar AS c) AND l.created_at < (SELECT c.starts[cardinality(c.starts)] FROM calendar AS c)
            AND l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m) AND NOT l.is_spam AND l.deleted_at IS NULL
        GROUP BY 1
    ), months AS (
        SELECT n.place, c.starts[n.place] AS starts_at, c.starts[n.place + 1] AS ends_at, coalesce(l.leads, 0) AS leads,
            lag(coalesce(l.leads, 0)) OVER (ORDER BY n.place) AS previous
        FROM calendar AS c
        CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
        LEFT JOIN came AS l ON l.place = n.place
    )
    SELECT (m.starts_at AT TIME ZONE p_tz)::date, m.leads, m.previous, round(100.0 * (m.leads - m.previous) / nullif(m.previous, 0), 1), m.ends_at <= app.now()
    FROM months AS m
    WHERE m.place > 1
    ORDER BY m.place;
$$;

COMMENT ON FUNCTION stats.lead_velocity(date, date, text) IS
    'The lead velocity rate: by how many percent the qualified leads of a month (those with a quality score that counts as qualified, app.metric_settings) are more than those of the month before; NULL, not 0, from a month without any. Months of arrival, whole ones: each that the period touches. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.lead_velocity(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.lead_velocity(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.lead_velocity.sql

-- ==> sql/functions/stats.operations.sql
-- drop: DROP FUNCTION stats.operations(date, date, text);
CREATE OR REPLACE FUNCTION stats.operations(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    day date,
    kind text,
    operations bigint,
    leads bigint,
    undone bigint
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    )
    SELECT (o.at AT TIME ZONE p_tz)::date, o.kind, count(*), sum(o.changed)::bigint, count(o.undone_by)
    FROM app.operations AS o
    CROSS JOIN period AS p
    WHERE o.at >= p.starts[1] AND o.at < p.starts[2] AND o.changed IS NOT NULL
    GROUP BY 1, 2
    ORDER BY 1, 2;
$$;

COMMENT ON FUNCTION stats.operations(date, date, text) IS
    'What the team did to many leads at once, deleted, restored, undid and erased, by day and kind; only days and kinds on which something was done. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.operations(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.operations(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.operations.sql

-- ==> sql/functions/stats.overview.sql
-- drop: DROP FUNCTION stats.overview();
CREATE OR REPLACE FUNCTION stats.overview() RETURNS TABLE (
    as_of timestamptz,
    leads bigint,
    unread bigint,
    processing bigint,
    contacted bigint,
    archived bigint,
    answered bigint,
    conversion numeric,
    unanswered_share numeric,
    median_response_seconds numeric,
    p90_response_seconds numeric,
    leads_24h bigint,
    previous_24h bigint,
    change_percent_24h numeric,
    leads_7d bigint,
    previous_7d bigint,
    change_percent_7d numeric,
    leads_30d bigint,
    previous_30d bigint,
    change_percent_30d numeric,
    spam bigint,
    trashed bigint
)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Planned once a session: else that takes longer than the rest.
    SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH kinds AS MATERIALIZED (
            SELECT t.status, t.is_spam, t.trashed, sum(t.leads) AS leads FROM app.lead_totals AS t GROUP BY 1, 2, 3
        ), totals AS (
            SELECT
                coalesce(sum(k.leads) FILTER (WHERE NOT k.is_spam AND NOT k.trashed), 0)::bigint AS leads,
                coalesce(sum(k.leads) FILTER (WHERE k.status = 'unread' AND NOT k.is_spam AND NOT k.trashed), 0)::bigint AS unread,
                coalesce(sum(k.leads) FILTER (WHERE k.status = 'processing' AND NOT k.is_spam AND NOT k.trashed), 0)::bigint AS processing,
                coalesce(sum(k.leads) FILTER (WHERE k.status = 'contacted' AND NOT k.is_spam AND NOT k.trashed), 0)::bigint AS contacted,
                coalesce(sum(k.leads) FILTER (WHERE k.status = 'archived' AND NOT k.is_spam AND NOT k.trashed), 0)::bigint AS archived,
                coalesce(sum(k.leads) FILTER (WHERE k.is_spam AND NOT k.trashed), 0)::bigint AS spam,
                coalesce(sum(k.leads) FILTER (WHERE k.trashed), 0)::bigint AS trashed
            FROM kinds AS k
        ), bins AS (
            SELECT b.bin, sum(b.leads)::bigint AS leads
            FROM (
                SELECT c.value::integer AS bin, c.leads FROM app.lead_cells AS c WHERE c.figure = 'response' AND c.starts_at = '-infinity'
                UNION ALL
                SELECT c.response_bin, c.change FROM app.lead_count_changes AS c WHERE c.response_bin IS NOT NULL AND NOT c.is_spam AND NOT c.trashed
            ) AS b
            GROUP BY 1
        ), responses AS (
            SELECT
                coalesce(max(b.total), 0)::bigint AS answered,
                app.bin_seconds(min(b.bin) FILTER (WHERE b.upto >= ceil(0.5 * b.total))) AS median,
                app.bin_seconds(min(b.bin) FILTER (WHERE b.upto >= ceil(0.9 * b.total))) AS p90
            FROM (SELECT b.bin, sum(b.leads) OVER (ORDER BY b.bin) AS upto, sum(b.leads) OVER () AS total FROM bins AS b WHERE b.leads <> 0) AS b
        ), velocity AS (
            SELECT jsonb_object_agg(v.period, to_jsonb(v)) AS v FROM stats.velocity() AS v
        )
        SELECT
            app.now(), t.leads, t.unread, t.processing, t.contacted, t.archived, r.answered,
            round(r.answered::numeric / nullif(t.leads, 0), 4), round((t.leads - r.answered)::numeric / nullif(t.leads, 0), 4),
            r.median, r.p90,
            (v.v #>> '{24h,leads}')::bigint, (v.v #>> '{24h,previous}')::bigint, (v.v #>> '{24h,change_percent}')::numeric,
            (v.v #>> '{7d,leads}')::bigint, (v.v #>> '{7d,previous}')::bigint, (v.v #>> '{7d,change_percent}')::numeric,
            (v.v #>> '{30d,leads}')::bigint, (v.v #>> '{30d,previous}')::bigint, (v.v #>> '{30d,change_percent}')::numeric,
            t.spam, t.trashed
        FROM totals AS t CROSS JOIN responses AS r CROSS JOIN velocity AS v;
END;
$$;

COMMENT ON FUNCTION stats.overview() IS
    'The inbox in one row, now and over all time. Percentiles are read from a histogram whose bins are at most 2 % wide. It costs the same however many leads there are. Spam and what is in the trash count nowhere.';
REVOKE ALL ON FUNCTION stats.overview() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.overview() TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.overview.sql

-- ==> sql/functions/stats.people.sql
-- drop: DROP FUNCTION stats.people(date, date, text);
CREATE OR REPLACE FUNCTION stats.people(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    month date,
    leads bigint,
    people bigint,
    new_people bigint,
    returning_people bigint,
    returning_share numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET work_mem = '64MB'
AS $$
    WITH calendar AS MATERIALIZED (
        SELECT app.calendar('month', p_from, p_to, p_tz) AS starts
    ), firsts AS (
        SELECT lower(l.email) AS person, min(l.created_at) AS first_at FROM public.contact_leads AS l WHERE NOT l.is_spam AND l.deleted_at IS NULL GROUP BY 1
    ), came AS (
        SELECT width_bucket(l.created_at, c.starts) AS place, lower(l.email) AS person, count(*) AS leads
        FROM public.contact_leads AS l
        CROSS JOIN calendar AS c
        WHERE l.created_at >= (SELECT c.starts[1] FROM calendar AS c) AND l.created_at < (SELECT c.starts[cardinality(c.starts)] FROM calendar AS c)
            AND NOT l.is_spam AND l.deleted_at IS NULL
        GROUP BY 1, 2
    ), months AS (
        SELECT a.place, sum(a.leads)::bigint AS leads, count(*) AS people, count(*) FILTER (WHERE f.first_at < c.starts[a.place]) AS returning_people
        FROM came AS a JOIN firsts AS f ON f.person = a.person CROSS JOIN calendar AS c
        GROUP BY a.place
    )
    SELECT
        date_trunc('month', c.starts[n.place] AT TIME ZONE p_tz)::date, coalesce(m.leads, 0), coalesce(m.people, 0),
        coalesce(m.people - m.returning_people, 0), coalesce(m.returning_people, 0), round(m.returning_people::numeric / nullif(m.people, 0), 4)
    FROM calendar AS c
    CROSS JOIN LATERAL generate_series(1, cardinality(c.starts) - 1) AS n (place)
    LEFT JOIN months AS m ON m.place = n.place
    ORDER BY n.place;
$$;

COMMENT ON FUNCTION stats.people(date, date, text) IS
    'How many people wrote in each month, and how many of them had written before it; months without leads too. Who has the same address, capitals or not, is the same person. A person who writes twice in the first month is new in it. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.people(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.people(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.people.sql

-- ==> sql/functions/stats.quality.sql
-- drop: DROP FUNCTION stats.quality(date, date, text);
CREATE OR REPLACE FUNCTION stats.quality(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    source text,
    leads bigint,
    scored bigint,
    mean_score numeric,
    median_score numeric,
    qualified bigint,
    qualified_share numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    )
    SELECT
        app.source_of(l.source, l.metadata), count(*), count(l.quality_score), round(avg(l.quality_score), 1),
        round((percentile_cont(0.5) WITHIN GROUP (ORDER BY l.quality_score))::numeric, 1),
        count(*) FILTER (WHERE l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m)),
        round(count(*) FILTER (WHERE l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m))::numeric / nullif(count(l.quality_score), 0), 4)
    FROM public.contact_leads AS l
    WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    GROUP BY 1
    ORDER BY 2 DESC, 1;
$$;

COMMENT ON FUNCTION stats.quality(date, date, text) IS
    'How good the leads of the period are, by source: from the quality scores that the team gave. A lead that nobody scored is neither good nor bad: it counts in leads alone. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.quality(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.quality(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.quality.sql

-- ==> sql/functions/stats.reopenings.sql
-- drop: DROP FUNCTION stats.reopenings(date, date, text);
CREATE OR REPLACE FUNCTION stats.reopenings(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    leads bigint,
    reopened bigint,
    reopen_rate numeric,
    reopenings bigint
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), came AS MATERIALIZED (
        SELECT l.id, l.status, l.first_response_at FROM public.contact_leads AS l WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    ), moves AS (
        SELECT
            c.lead_id,
            bool_or(c.from_status IN ('contacted', 'archived') OR c.to_status IN ('contacted', 'archived')) AS dealt_with,
            count(*) FILTER (WHERE c.from_status IN ('contacted', 'archived') AND c.to_status = 'processing') AS reopenings
        FROM app.status_changes AS c
        WHERE c.lead_id IN (SELECT l.id FROM came AS l)
        GROUP BY c.lead_id
    )
    SELECT
        count(*), count(*) FILTER (WHERE m.reopenings > 0),
        round(count(*) FILTER (WHERE m.reopenings > 0)::numeric / nullif(count(*), 0), 4), coalesce(sum(m.reopenings), 0)::bigint
    FROM came AS l
    LEFT JOIN moves AS m ON m.lead_id = l.id
    WHERE l.status IN ('contacted', 'archived') OR l.first_response_at IS NOT NULL OR m.dealt_with;
$$;

COMMENT ON FUNCTION stats.reopenings(date, date, text) IS
    'How many of the leads that were dealt with (ever contacted or archived) had to be taken up again, of the leads that came in the period. What was undone did not happen. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.reopenings(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.reopenings(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.reopenings.sql

-- ==> sql/functions/stats.response_times.sql
-- drop: DROP FUNCTION stats.response_times(date, date, text);
CREATE OR REPLACE FUNCTION stats.response_times(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    place integer,
    bucket text,
    from_seconds integer,
    to_seconds integer,
    leads bigint,
    share numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), responses AS MATERIALIZED (
        SELECT app.bin_seconds(f.value::integer) AS seconds, f.leads
        FROM period AS c CROSS JOIN LATERAL app.period_figures('day_response', c.starts) AS f
    )
    SELECT
        b.place, b.bucket, b.since, b.until, coalesce(sum(r.leads), 0)::bigint,
        round(coalesce(sum(r.leads), 0) / nullif(sum(sum(r.leads)) OVER (), 0), 4)
    FROM (VALUES (1, '0-1', 0, 3600), (2, '1-4', 3600, 14400), (3, '4-8', 14400, 28800), (4, '8-24', 28800, 86400), (5, '24+', 86400, NULL))
        AS b (place, bucket, since, until)
    LEFT JOIN responses AS r ON r.seconds >= b.since AND (b.until IS NULL OR r.seconds < b.until)
    GROUP BY 1, 2, 3, 4
    ORDER BY b.place;
$$;

COMMENT ON FUNCTION stats.response_times(date, date, text) IS
    'How many of the leads that came in the period were first contacted within an hour, in 1 to 4, 4 to 8, 8 to 24 hours, and later; exact. A time on a limit belongs to the longer one. Leads without an answer are in none: stats.first_response has them. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.response_times(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.response_times(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.response_times.sql

-- ==> sql/functions/stats.sla.sql
-- drop: DROP FUNCTION stats.sla(date, date, text);
CREATE OR REPLACE FUNCTION stats.sla(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    policy text,
    answer_within interval,
    leads bigint,
    in_time bigint,
    late bigint,
    overdue bigint,
    waiting bigint,
    dismissed bigint,
    breach_share numeric
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), came AS MATERIALIZED (
        SELECT l.status, l.created_at, l.first_response_at, p.name, p.answer_within
        FROM public.contact_leads AS l
        LEFT JOIN LATERAL (
            SELECT p.name, p.answer_within
            FROM app.sla_policies AS p
            WHERE coalesce(p.lead_type = l.lead_type, true) AND coalesce(p.priority = l.priority, true)
            ORDER BY p.rank
            LIMIT 1
        ) AS p ON true
        WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    ), judged AS (
        SELECT
            c.name, c.answer_within, c.first_response_at IS NOT NULL AS answered, c.status = 'archived' AS archived,
            -- Working time is never longer than time itself.
            CASE
                WHEN coalesce(c.first_response_at, app.now()) - c.created_at <= c.answer_within THEN true
                ELSE app.working_seconds(c.name, c.created_at, coalesce(c.first_response_at, app.now())) <= extract(epoch FROM c.answer_within)
            END AS in_time
        FROM came AS c
    )
    SELECT
        coalesce(p.name, 'none'), p.answer_within, count(j),
        count(*) FILTER (WHERE j.answered AND j.in_time), count(*) FILTER (WHERE j.answered AND NOT j.in_time),
        count(*) FILTER (WHERE NOT j.answered AND NOT j.archived AND NOT j.in_time),
        count(*) FILTER (WHERE NOT j.answered AND NOT j.archived AND j.in_time),
        count(*) FILTER (WHERE NOT j.answered AND j.archived),
        round(count(*) FILTER (WHERE NOT j.in_time AND (j.answered OR NOT j.archived))::numeric
            / nullif(count(*) FILTER (WHERE j.answered OR NOT j.archived AND NOT j.in_time), 0), 4)
    FROM app.sla_policies AS p
    FULL JOIN judged AS j ON j.name = p.name
    GROUP BY p.name, p.answer_within, p.rank
    ORDER BY p.rank;
$$;

COMMENT ON FUNCTION stats.sla(date, date, text) IS
    'Whether the leads that came in the period were first answered within the working time that their policy allows. Of the policies (app.sla_policies) that fit a lead''s form and priority of now the one of the lowest rank counts. Working time goes by the policy''s weekdays and hours, on the clock of its time zone, without app.holidays; a policy without hours counts all time. Exactly the time allowed is in time. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.sla(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.sla(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.sla.sql

-- ==> sql/functions/stats.sources.sql
-- drop: DROP FUNCTION stats.sources(date, date, text);
CREATE OR REPLACE FUNCTION stats.sources(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    source text,
    leads bigint,
    answered bigint,
    conversion numeric,
    qualified bigint,
    first_touch_leads bigint,
    first_touch_answered bigint,
    new_people bigint
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET work_mem = '64MB'
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), people AS MATERIALIZED (
        SELECT DISTINCT ON (lower(l.email)) lower(l.email) AS person, l.id, app.source_of(l.source, l.metadata) AS source
        FROM public.contact_leads AS l
        WHERE NOT l.is_spam AND l.deleted_at IS NULL
        ORDER BY lower(l.email), l.created_at, l.id
    ), came AS MATERIALIZED (
        SELECT l.id, lower(l.email) AS person, app.source_of(l.source, l.metadata) AS source, l.first_response_at,
            l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m) AS qualified
        FROM public.contact_leads AS l
        WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL
    ), touches AS (
        SELECT c.source, count(*) AS leads, count(c.first_response_at) AS answered, count(*) FILTER (WHERE c.qualified) AS qualified,
            0 AS first_leads, 0 AS first_answered, 0 AS new_people
        FROM came AS c GROUP BY 1
        UNION ALL
        SELECT p.source, 0, 0, 0, count(*), count(c.first_response_at), count(*) FILTER (WHERE c.id = p.id)
        FROM came AS c JOIN people AS p ON p.person = c.person GROUP BY 1
    )
    SELECT t.source, sum(t.leads)::bigint, sum(t.answered)::bigint, round(sum(t.answered) / nullif(sum(t.leads), 0), 4), sum(t.qualified)::bigint,
        sum(t.first_leads)::bigint, sum(t.first_answered)::bigint, sum(t.new_people)::bigint
    FROM touches AS t
    GROUP BY t.source
    ORDER BY 2 DESC, 1;
$$;

COMMENT ON FUNCTION stats.sources(date, date, text) IS
    'Where the leads of the period came from: by each lead''s own source, and by first touch, the source of the first lead of all that the same person sent (who has the same address, capitals or not). Both add up to the same leads. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.sources(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.sources(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.sources.sql

-- ==> sql/functions/stats.stage_times.sql
-- drop: DROP FUNCTION stats.stage_times(date, date, text);
CREATE OR REPLACE FUNCTION stats.stage_times(p_from date, p_to date, p_tz text DEFAULT current_setting('TimeZone')) RETURNS TABLE (
    status public.lead_status,
    stays bigint,
    leads bigint,
    ended bigint,
    median_seconds numeric,
    p90_seconds numeric,
    there_now bigint
)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH period AS MATERIALIZED (
        SELECT app.calendar(NULL, p_from, p_to, p_tz) AS starts
    ), stays AS MATERIALIZED (
        SELECT
            s.lead_id, s.status, s.left_at,
            -- Of a lead that came in another stage than unread (an import) it isn't known since when it is there.
            CASE
                WHEN s.left_at IS NOT NULL AND (s.place > 1 OR s.status = 'unread')
                    THEN extract(epoch FROM greatest(s.left_at - s.entered_at, interval '0'))::double precision
            END AS seconds
        FROM stats.stages AS s
        WHERE s.lead_id IN (SELECT l.id FROM public.contact_leads AS l WHERE l.created_at >= (SELECT c.starts[1] FROM period AS c) AND l.created_at < (SELECT c.starts[2] FROM period AS c) AND NOT l.is_spam AND l.deleted_at IS NULL)
    )
    SELECT
        e.status, count(s.lead_id), count(DISTINCT s.lead_id), count(s.seconds),
        round((percentile_cont(0.5) WITHIN GROUP (ORDER BY s.seconds))::numeric, 3),
        round((percentile_cont(0.9) WITHIN GROUP (ORDER BY s.seconds))::numeric, 3),
        count(s.lead_id) FILTER (WHERE s.left_at IS NULL)
    FROM unnest(enum_range(NULL::public.lead_status)) AS e (status)
    LEFT JOIN stays AS s ON s.status = e.status
    GROUP BY e.status
    ORDER BY e.status;
$$;

COMMENT ON FUNCTION stats.stage_times(date, date, text) IS
    'How long leads stay in each stage, from stats.stages, of the leads that came in the period. The times are of stays that ended (one that goes on may last) and whose beginning is known: a lead that was entered or imported in another stage than unread was there since nobody knows when. Between two lengths the percentile lies where a straight line would. Spam and what is in the trash count nowhere. Of any period: from p_from to before p_to, two days by the clock of p_tz (the session''s when left out).';
REVOKE ALL ON FUNCTION stats.stage_times(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.stage_times(date, date, text) TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.stage_times.sql

-- ==> sql/functions/stats.velocity.sql
-- drop: DROP FUNCTION stats.velocity();
CREATE OR REPLACE FUNCTION stats.velocity() RETURNS TABLE (
    period text,
    starts_at timestamptz,
    leads bigint,
    previous bigint,
    change_percent numeric
)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Planned once a session: else that takes longer than the rest.
    SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH edges AS MATERIALIZED (
            SELECT
                e.at, app.slot_of(e.at) + interval '15 minutes' AS slot_end,
                date_trunc('day', app.slot_of(e.at), 'UTC') + interval '24 hours' AS day_end
            FROM (
                SELECT DISTINCT app.now() - n.days * interval '24 hours' AS at FROM unnest('{0,1,2,7,14,30,60}'::integer[]) AS n (days)
            ) AS e
        ), pending AS MATERIALIZED (
            SELECT c.slot, sum(c.change) AS leads FROM app.lead_count_changes AS c WHERE NOT c.is_spam AND NOT c.trashed GROUP BY c.slot
        ), since AS MATERIALIZED (
            -- Leads that came after an instant: those of its quarter of an hour by themselves, then quarters to the end of the UTC day, then days.
            SELECT
                e.at,
                (SELECT count(*) FROM public.contact_leads AS l WHERE l.created_at > e.at AND l.created_at < e.slot_end AND NOT l.is_spam AND l.deleted_at IS NULL)
                + (SELECT coalesce(sum(c.leads), 0) FROM app.lead_cells AS c
                   WHERE c.figure = 'slot_type' AND c.starts_at >= e.slot_end AND c.starts_at < e.day_end)
                + (SELECT coalesce(sum(c.leads), 0) FROM app.lead_cells AS c WHERE c.figure = 'day_type' AND c.starts_at >= e.day_end)
                + (SELECT coalesce(sum(p.leads), 0) FROM pending AS p WHERE p.slot >= e.slot_end) AS leads
            FROM edges AS e
        )
        SELECT
            p.period, starts.at, (starts.leads - ends.leads)::bigint, (before.leads - starts.leads)::bigint,
            round(100.0 * ((starts.leads - ends.leads) - (before.leads - starts.leads)) / nullif(before.leads - starts.leads, 0), 1)
        FROM (VALUES ('24h', 1), ('7d', 7), ('30d', 30)) AS p (period, days)
        JOIN since AS ends ON ends.at = app.now()
        JOIN since AS starts ON starts.at = app.now() - p.days * interval '24 hours'
        JOIN since AS before ON before.at = app.now() - 2 * p.days * interval '24 hours'
        ORDER BY p.days;
END;
$$;

COMMENT ON FUNCTION stats.velocity() IS
    'How many leads came in the last 24 hours, 7 and 30 times 24 hours, and how that compares with the same time before: 100 * (leads - previous) / previous percent. A period holds what came after its beginning and up to its end, so that no lead is in two of them. From an empty period there is no change in percent: NULL, not 0. Spam and what is in the trash count nowhere.';
REVOKE ALL ON FUNCTION stats.velocity() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.velocity() TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.velocity.sql

-- ==> sql/functions/stats.verify.sql
-- drop: DROP FUNCTION stats.verify();
CREATE OR REPLACE FUNCTION stats.verify()
    RETURNS TABLE (kept_in text, figure text, starts_at timestamptz, value text, leads bigint, leads_kept bigint, answered bigint, answered_kept bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.* FROM app.figure_differences() AS d;
$$;

COMMENT ON FUNCTION stats.verify() IS
    'Counts every lead again, and returns a row for each kept figure that says something else: what was counted, and what is kept. No row is what it should be; leads stats rebuild mends the rest. Takes some seconds a million leads.';
REVOKE ALL ON FUNCTION stats.verify() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stats.verify() TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/stats.verify.sql

-- ==> sql/views/app.lead_figures.sql
-- drop: DROP VIEW app.lead_figures;
-- With its owner's rights: staff may know how many leads there are, and touch nothing that keeps the numbers.
CREATE OR REPLACE VIEW app.lead_figures WITH (security_invoker = false) AS
    SELECT c.figure, c.starts_at, c.value, c.leads, c.answered FROM app.lead_cells AS c
    UNION ALL
    SELECT f.figure, f.starts_at, f.value, c.change::bigint, CASE WHEN c.response_bin IS NULL THEN 0 ELSE c.change END::bigint
    FROM app.lead_count_changes AS c
    CROSS JOIN LATERAL app.figures_of(c.slot, c.lead_type, c.status, c.source, c.role, c.response_bin) AS f
    WHERE NOT c.is_spam AND NOT c.trashed;

COMMENT ON VIEW app.lead_figures IS
    'How many leads of the inbox there are of each kind, and from when, exact in every snapshot. To be summed up: one cell may have several rows, some below zero.';
COMMENT ON COLUMN app.lead_figures.figure IS 'What is counted.';
COMMENT ON COLUMN app.lead_figures.starts_at IS 'When the quarter of an hour or the UTC day begins in which the leads came; -infinity for all time.';
COMMENT ON COLUMN app.lead_figures.value IS 'The form, status, source, role or bin of response times (app.response_bin) that they have.';
COMMENT ON COLUMN app.lead_figures.leads IS 'So many, or so many more or fewer: sum(leads) is the number.';
COMMENT ON COLUMN app.lead_figures.answered IS 'How many of them were ever contacted.';
-- <== sql/views/app.lead_figures.sql

-- ==> sql/views/stats.ageing.sql
-- drop: DROP VIEW stats.ageing;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.ageing WITH (security_invoker = false) AS
    SELECT e.status, b.place, b.bucket, count(l.id) AS leads, min(l.created_at) AS oldest_at
    FROM unnest('{unread,processing}'::public.lead_status[]) AS e (status)
    CROSS JOIN (
        VALUES (1, '0-1', 0, 1), (2, '1-3', 1, 3), (3, '3-7', 3, 7), (4, '7-30', 7, 30), (5, '30+', 30, NULL)
    ) AS b (place, bucket, since, until)
    LEFT JOIN public.contact_leads AS l
        ON l.status = e.status AND NOT l.is_spam AND l.deleted_at IS NULL
        AND (l.created_at <= app.now() - b.since * interval '24 hours' OR b.since = 0)
        AND (b.until IS NULL OR l.created_at > app.now() - b.until * interval '24 hours')
    GROUP BY e.status, b.place, b.bucket;

COMMENT ON VIEW stats.ageing IS
    'How old the open leads are now, which are those in unread and in processing: from arrival, in times 24 hours, each age limit belonging to the older ones. Kinds without leads too. Spam and what is in the trash count nowhere.';
COMMENT ON COLUMN stats.ageing.status IS 'unread or processing.';
COMMENT ON COLUMN stats.ageing.place IS '1 to 5, youngest first.';
COMMENT ON COLUMN stats.ageing.bucket IS '0-1, 1-3, 3-7, 7-30 or 30+ days.';
COMMENT ON COLUMN stats.ageing.leads IS 'Leads of that age in that stage.';
COMMENT ON COLUMN stats.ageing.oldest_at IS 'When the oldest of them came; NULL when there are none.';
GRANT SELECT ON stats.ageing TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.ageing.sql

-- ==> sql/views/stats.by_day.sql
-- drop: DROP VIEW stats.by_day;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.by_day WITH (security_invoker = false) AS
    SELECT m.day, m.starts_at, m.ends_at, m.leads, m.contact, m.cv_request, m.collaboration, m.unread, m.processing, m.contacted, m.archived, m.answered, m.conversion
    FROM stats.by_day(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.by_day IS
    'Leads by the day on which they came, days without leads too. A day goes from midnight to midnight by the clock of the time zone, its end not included. Where its leads stand is where they stand now. It costs the same however many leads there are. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.by_day.day IS 'The day.';
COMMENT ON COLUMN stats.by_day.starts_at IS 'When it begins.';
COMMENT ON COLUMN stats.by_day.ends_at IS 'When it ends; it has 23 or 25 hours when the clock changes.';
COMMENT ON COLUMN stats.by_day.leads IS 'Leads that came.';
COMMENT ON COLUMN stats.by_day.contact IS 'Of them by the contact form.';
COMMENT ON COLUMN stats.by_day.cv_request IS 'Of them by the CV form.';
COMMENT ON COLUMN stats.by_day.collaboration IS 'Of them by the collaboration form.';
COMMENT ON COLUMN stats.by_day.unread IS 'Of them unread now.';
COMMENT ON COLUMN stats.by_day.processing IS 'Of them being worked on now.';
COMMENT ON COLUMN stats.by_day.contacted IS 'Of them in the stage contacted now.';
COMMENT ON COLUMN stats.by_day.archived IS 'Of them archived now.';
COMMENT ON COLUMN stats.by_day.answered IS 'Of them ever contacted, whenever that was.';
COMMENT ON COLUMN stats.by_day.conversion IS 'answered / leads, 0 to 1, four places; NULL without leads.';
GRANT SELECT ON stats.by_day TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.by_day.sql

-- ==> sql/views/stats.by_hour.sql
-- drop: DROP VIEW stats.by_hour;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.by_hour WITH (security_invoker = false) AS
    SELECT m.hour, m.starts_at, m.ends_at, m.leads, m.contact, m.cv_request, m.collaboration, m.unread, m.processing, m.contacted, m.archived, m.answered, m.conversion
    FROM stats.by_hour(app.now()::date - 6, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.by_hour IS
    'Leads by the hour in which they came, hours without leads too: each 60 minutes long, from the first midnight on by the clock of the time zone. At most 400 days. Where its leads stand is where they stand now. It costs the same however many leads there are. Spam and what is in the trash count nowhere. The view: of the last 7 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.by_hour.hour IS 'When the hour begins, by the clock of the time zone: shown twice when the clock is set back.';
COMMENT ON COLUMN stats.by_hour.starts_at IS 'When it begins, as an instant.';
COMMENT ON COLUMN stats.by_hour.ends_at IS 'When it ends.';
COMMENT ON COLUMN stats.by_hour.leads IS 'Leads that came.';
COMMENT ON COLUMN stats.by_hour.contact IS 'Of them by the contact form.';
COMMENT ON COLUMN stats.by_hour.cv_request IS 'Of them by the CV form.';
COMMENT ON COLUMN stats.by_hour.collaboration IS 'Of them by the collaboration form.';
COMMENT ON COLUMN stats.by_hour.unread IS 'Of them unread now.';
COMMENT ON COLUMN stats.by_hour.processing IS 'Of them being worked on now.';
COMMENT ON COLUMN stats.by_hour.contacted IS 'Of them in the stage contacted now.';
COMMENT ON COLUMN stats.by_hour.archived IS 'Of them archived now.';
COMMENT ON COLUMN stats.by_hour.answered IS 'Of them ever contacted, whenever that was.';
COMMENT ON COLUMN stats.by_hour.conversion IS 'answered / leads, 0 to 1, four places; NULL without leads.';
GRANT SELECT ON stats.by_hour TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.by_hour.sql

-- ==> sql/views/stats.campaigns.sql
-- drop: DROP VIEW stats.campaigns;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.campaigns WITH (security_invoker = false) AS
    SELECT m.utm_source, m.utm_medium, m.utm_campaign, m.leads, m.answered, m.conversion, m.qualified, m.mean_score
    FROM stats.campaigns(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.campaigns IS
    'The campaigns that the leads of the period came by: their UTM parameters as the form sent them, capitals and all. A lead with none counts for its source, direct or unknown. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.campaigns.utm_source IS 'The campaign''s source; direct or unknown where there is no utm parameter and no source, as in stats.sources.';
COMMENT ON COLUMN stats.campaigns.utm_medium IS 'Its medium; NULL when it had none.';
COMMENT ON COLUMN stats.campaigns.utm_campaign IS 'Its name; NULL when it had none.';
COMMENT ON COLUMN stats.campaigns.leads IS 'Leads that came by it.';
COMMENT ON COLUMN stats.campaigns.answered IS 'Of them ever contacted.';
COMMENT ON COLUMN stats.campaigns.conversion IS 'answered / leads, 0 to 1, four places.';
COMMENT ON COLUMN stats.campaigns.qualified IS 'Of them with a quality score that counts as qualified (app.metric_settings).';
COMMENT ON COLUMN stats.campaigns.mean_score IS 'The mean of their quality scores, one place; NULL when none has one.';
GRANT SELECT ON stats.campaigns TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.campaigns.sql

-- ==> sql/views/stats.cohorts.sql
-- drop: DROP VIEW stats.cohorts;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.cohorts WITH (security_invoker = false) AS
    SELECT m.month, m.arrived, m.opened, m.contacted, m.archived, m.dismissed, m.opened_share, m.contacted_share, m.archived_share, m.conversion
    FROM stats.cohorts((date_trunc('month', app.now()::date::timestamp) - interval '11 months')::date, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.cohorts IS
    'How far the leads of each month ever got, whenever that was: the steps of stats.funnel, by the month in which the leads came, months without leads too. Later months had less time to be answered. Spam and what is in the trash count nowhere. The view: of this month and the 11 before it, by the session''s time zone.';
COMMENT ON COLUMN stats.cohorts.month IS 'The month in which the leads came: its first day.';
COMMENT ON COLUMN stats.cohorts.arrived IS 'Leads that came.';
COMMENT ON COLUMN stats.cohorts.opened IS 'Of them ever in another stage than unread, or contacted.';
COMMENT ON COLUMN stats.cohorts.contacted IS 'Of them ever contacted.';
COMMENT ON COLUMN stats.cohorts.archived IS 'Of those ever contacted: ever archived.';
COMMENT ON COLUMN stats.cohorts.dismissed IS 'Ever archived and never contacted: archived without an answer.';
COMMENT ON COLUMN stats.cohorts.opened_share IS 'opened / arrived, 0 to 1, four places; NULL without leads.';
COMMENT ON COLUMN stats.cohorts.contacted_share IS 'contacted / opened; NULL when none was opened.';
COMMENT ON COLUMN stats.cohorts.archived_share IS 'archived / contacted; NULL when none was contacted.';
COMMENT ON COLUMN stats.cohorts.conversion IS 'contacted / arrived; NULL without leads.';
GRANT SELECT ON stats.cohorts TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.cohorts.sql

-- ==> sql/views/stats.conversion.sql
-- drop: DROP VIEW stats.conversion;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.conversion WITH (security_invoker = false) AS
    SELECT m.dimension, m.value, m.leads, m.answered, m.conversion
    FROM stats.conversion(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.conversion IS
    'The share of leads that were ever contacted, of all that came in the period, and by form, by role and by source. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.conversion.dimension IS 'all, type, role or source: what the leads are grouped by.';
COMMENT ON COLUMN stats.conversion.value IS 'The form, the role (unknown where a visitor names none), or the source as stats.sources names it.';
COMMENT ON COLUMN stats.conversion.leads IS 'Leads that came.';
COMMENT ON COLUMN stats.conversion.answered IS 'Of them ever contacted.';
COMMENT ON COLUMN stats.conversion.conversion IS 'answered / leads, 0 to 1, four places.';
GRANT SELECT ON stats.conversion TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.conversion.sql

-- ==> sql/views/stats.data_quality.sql
-- drop: DROP VIEW stats.data_quality;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.data_quality WITH (security_invoker = false) AS
    SELECT m.problem, m.meaning, m.leads, m.share
    FROM stats.data_quality() AS m;

COMMENT ON VIEW stats.data_quality IS
    'What is missing or odd in the leads of the inbox, a row for each thing looked for, with none too: so that a number can be trusted as far as its data. Spam and what is in the trash count nowhere.';
COMMENT ON COLUMN stats.data_quality.problem IS 'What is missing or odd: its name, which stays the same.';
COMMENT ON COLUMN stats.data_quality.meaning IS 'The same in words.';
COMMENT ON COLUMN stats.data_quality.leads IS 'Leads that have it.';
COMMENT ON COLUMN stats.data_quality.share IS 'leads / all leads of the inbox, 0 to 1, four places; NULL without leads.';
GRANT SELECT ON stats.data_quality TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.data_quality.sql

-- ==> sql/views/stats.erased.sql
-- drop: DROP VIEW stats.erased;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.erased WITH (security_invoker = false) AS
    SELECT e.received_on, e.lead_type, e.status, e.priority, e.answered, count(*) AS leads
    FROM app.erased_leads AS e
    GROUP BY 1, 2, 3, 4, 5;

COMMENT ON VIEW stats.erased IS
    'Leads of the inbox that were erased for good since they came. They are in no other number here: whoever needs the leads that ever came adds them.';
COMMENT ON COLUMN stats.erased.received_on IS 'The day on which they came, UTC.';
COMMENT ON COLUMN stats.erased.lead_type IS 'The form they came by.';
COMMENT ON COLUMN stats.erased.status IS 'Where they stood when they were erased.';
COMMENT ON COLUMN stats.erased.priority IS 'How soon they wanted an answer.';
COMMENT ON COLUMN stats.erased.answered IS 'Whether they had ever been contacted.';
COMMENT ON COLUMN stats.erased.leads IS 'How many.';
GRANT SELECT ON stats.erased TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.erased.sql

-- ==> sql/views/stats.first_response.sql
-- drop: DROP VIEW stats.first_response;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.first_response WITH (security_invoker = false) AS
    SELECT m.leads, m.answered, m.unanswered, m.unanswered_share, m.median_seconds, m.p90_seconds
    FROM stats.first_response(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.first_response IS
    'How soon the leads that came in the period were first contacted, from arrival to that moment, nights and weekends included. Only a person''s answer counts, the first one: not the automatic acknowledgement, and not what followed a reopening. Of n answers the p-th percentile is that at place ceil(p * n) by length, read from a histogram whose bins are at most 2 % wide. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.first_response.leads IS 'Leads that came.';
COMMENT ON COLUMN stats.first_response.answered IS 'Of them ever contacted.';
COMMENT ON COLUMN stats.first_response.unanswered IS 'Of them never contacted.';
COMMENT ON COLUMN stats.first_response.unanswered_share IS 'unanswered / leads, 0 to 1, four places; NULL without leads.';
COMMENT ON COLUMN stats.first_response.median_seconds IS 'Half of the answers came within so many seconds, within 1 %; NULL without answers.';
COMMENT ON COLUMN stats.first_response.p90_seconds IS 'Nine in ten answers came within so many seconds, within 1 %; NULL without answers.';
GRANT SELECT ON stats.first_response TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.first_response.sql

-- ==> sql/views/stats.funnel.sql
-- drop: DROP VIEW stats.funnel;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.funnel WITH (security_invoker = false) AS
    SELECT m.place, m.step, m.leads, m.of_previous, m.of_first
    FROM stats.funnel(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.funnel IS
    'How far the leads that came in the period ever got, whenever that was: arrived; opened, which is that they were ever in another stage than unread; contacted; archived after that. of_previous is the share of those of one step that reached the next. A lead that went back still reached what it reached; what was undone did not happen. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.funnel.place IS '1 to 4, in the order of the stages.';
COMMENT ON COLUMN stats.funnel.step IS 'arrived, opened, contacted or archived.';
COMMENT ON COLUMN stats.funnel.leads IS 'Leads that ever got so far.';
COMMENT ON COLUMN stats.funnel.of_previous IS 'leads / those of the step before, 0 to 1, four places; NULL for the first step, and from nothing.';
COMMENT ON COLUMN stats.funnel.of_first IS 'leads / those that arrived; NULL when none did.';
GRANT SELECT ON stats.funnel TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.funnel.sql

-- ==> sql/views/stats.lead_velocity.sql
-- drop: DROP VIEW stats.lead_velocity;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.lead_velocity WITH (security_invoker = false) AS
    SELECT m.month, m.qualified, m.previous, m.rate_percent, m.complete
    FROM stats.lead_velocity((date_trunc('month', app.now()::date::timestamp) - interval '11 months')::date, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.lead_velocity IS
    'The lead velocity rate: by how many percent the qualified leads of a month (those with a quality score that counts as qualified, app.metric_settings) are more than those of the month before; NULL, not 0, from a month without any. Months of arrival, whole ones: each that the period touches. Spam and what is in the trash count nowhere. The view: of this month and the 11 before it, by the session''s time zone.';
COMMENT ON COLUMN stats.lead_velocity.month IS 'The month: its first day.';
COMMENT ON COLUMN stats.lead_velocity.qualified IS 'Qualified leads that came in it.';
COMMENT ON COLUMN stats.lead_velocity.previous IS 'Those of the month before.';
COMMENT ON COLUMN stats.lead_velocity.rate_percent IS '100 * (qualified - previous) / previous, one place; NULL when previous is 0.';
COMMENT ON COLUMN stats.lead_velocity.complete IS 'Whether the month is over; a current one is compared with a whole one.';
GRANT SELECT ON stats.lead_velocity TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.lead_velocity.sql

-- ==> sql/views/stats.leads.sql
-- drop: DROP VIEW stats.leads;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.leads WITH (security_invoker = false, security_barrier = true) AS
    SELECT
        l.id AS lead_id, l.created_at, l.lead_type, l.status, l.priority, l.quality_score, l.quality_score >= (SELECT m.qualified_from FROM app.metric_settings AS m) AS qualified,
        app.source_of(l.source, l.metadata) AS source, l.metadata #>> '{utm,utm_source}' AS utm_source,
        l.metadata #>> '{utm,utm_medium}' AS utm_medium, l.metadata #>> '{utm,utm_campaign}' AS utm_campaign, l.role, l.tags,
        l.first_response_at, extract(epoch FROM l.first_response_at - l.created_at)::double precision AS response_seconds, l.last_contacted,
        l.follow_up_date, l.consent, l.company IS NOT NULL AS has_company, l.phone IS NOT NULL AS has_phone, char_length(l.message) AS message_length,
        encode(sha256(convert_to((SELECT k.key FROM app.person_key AS k) || lower(l.email), 'UTF8')), 'hex') AS person
    FROM public.contact_leads AS l
    WHERE NOT l.is_spam AND l.deleted_at IS NULL;

COMMENT ON VIEW stats.leads IS
    'Each lead of the inbox, without what names or describes the person: no name, address, company, phone, subject, message or notes. Spam and what is in the trash count nowhere.';
COMMENT ON COLUMN stats.leads.lead_id IS 'The number of the lead inside the team.';
COMMENT ON COLUMN stats.leads.created_at IS 'When it came.';
COMMENT ON COLUMN stats.leads.lead_type IS 'The form it came by.';
COMMENT ON COLUMN stats.leads.status IS 'Where it stands.';
COMMENT ON COLUMN stats.leads.priority IS 'How soon it wants an answer.';
COMMENT ON COLUMN stats.leads.quality_score IS 'The team''s judgement, 0 to 100; NULL until somebody judged.';
COMMENT ON COLUMN stats.leads.qualified IS 'Whether that counts as qualified (app.metric_settings); NULL without a score.';
COMMENT ON COLUMN stats.leads.source IS 'Where it came from, as in stats.sources.';
COMMENT ON COLUMN stats.leads.utm_source IS 'The utm_source that the form sent; NULL without.';
COMMENT ON COLUMN stats.leads.utm_medium IS 'The utm_medium.';
COMMENT ON COLUMN stats.leads.utm_campaign IS 'The utm_campaign.';
COMMENT ON COLUMN stats.leads.role IS 'What the visitor says they are, in their words; NULL when they don''t.';
COMMENT ON COLUMN stats.leads.tags IS 'The team''s tags.';
COMMENT ON COLUMN stats.leads.first_response_at IS 'When it was first contacted; NULL until then.';
COMMENT ON COLUMN stats.leads.response_seconds IS 'From arrival to that, in seconds.';
COMMENT ON COLUMN stats.leads.last_contacted IS 'When it was last contacted.';
COMMENT ON COLUMN stats.leads.follow_up_date IS 'The day to come back to it.';
COMMENT ON COLUMN stats.leads.consent IS 'Whether the visitor ticked the form''s consent; NULL when it had none.';
COMMENT ON COLUMN stats.leads.has_company IS 'Whether a company is given.';
COMMENT ON COLUMN stats.leads.has_phone IS 'Whether a phone number is given.';
COMMENT ON COLUMN stats.leads.message_length IS 'How many characters the message has; NULL without one.';
COMMENT ON COLUMN stats.leads.person IS 'The same for leads of the same address, capitals or not; made with a key that analysts can''t read, so that no address can be guessed from it.';
GRANT SELECT ON stats.leads TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.leads.sql

-- ==> sql/views/stats.operations.sql
-- drop: DROP VIEW stats.operations;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.operations WITH (security_invoker = false) AS
    SELECT m.day, m.kind, m.operations, m.leads, m.undone
    FROM stats.operations(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.operations IS
    'What the team did to many leads at once, deleted, restored, undid and erased, by day and kind; only days and kinds on which something was done. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.operations.day IS 'The day.';
COMMENT ON COLUMN stats.operations.kind IS 'status, priority, tags, assignee, follow_up, delete, restore, undo, erase or purge.';
COMMENT ON COLUMN stats.operations.operations IS 'How many there were.';
COMMENT ON COLUMN stats.operations.leads IS 'How many leads they changed, counted each time.';
COMMENT ON COLUMN stats.operations.undone IS 'How many of them were undone since.';
GRANT SELECT ON stats.operations TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.operations.sql

-- ==> sql/views/stats.overview.sql
-- drop: DROP VIEW stats.overview;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.overview WITH (security_invoker = false) AS
    SELECT m.as_of, m.leads, m.unread, m.processing, m.contacted, m.archived, m.answered, m.conversion, m.unanswered_share, m.median_response_seconds, m.p90_response_seconds, m.leads_24h, m.previous_24h, m.change_percent_24h, m.leads_7d, m.previous_7d, m.change_percent_7d, m.leads_30d, m.previous_30d, m.change_percent_30d, m.spam, m.trashed
    FROM stats.overview() AS m;

COMMENT ON VIEW stats.overview IS
    'The inbox in one row, now and over all time. Percentiles are read from a histogram whose bins are at most 2 % wide. It costs the same however many leads there are. Spam and what is in the trash count nowhere.';
COMMENT ON COLUMN stats.overview.as_of IS 'When it was asked: the numbers are of this instant.';
COMMENT ON COLUMN stats.overview.leads IS 'Leads in the inbox.';
COMMENT ON COLUMN stats.overview.unread IS 'Of them unread now.';
COMMENT ON COLUMN stats.overview.processing IS 'Of them being worked on now.';
COMMENT ON COLUMN stats.overview.contacted IS 'Of them in the stage contacted now.';
COMMENT ON COLUMN stats.overview.archived IS 'Of them archived now.';
COMMENT ON COLUMN stats.overview.answered IS 'Of them ever contacted.';
COMMENT ON COLUMN stats.overview.conversion IS 'answered / leads, 0 to 1, four places; NULL without leads.';
COMMENT ON COLUMN stats.overview.unanswered_share IS 'Of the leads never contacted / leads, 0 to 1; NULL without leads.';
COMMENT ON COLUMN stats.overview.median_response_seconds IS 'Half of the answers came within so many seconds, within 1 %; NULL without answers.';
COMMENT ON COLUMN stats.overview.p90_response_seconds IS 'Nine in ten answers came within so many seconds, within 1 %; NULL without answers.';
COMMENT ON COLUMN stats.overview.leads_24h IS 'Leads of the last 24 hours.';
COMMENT ON COLUMN stats.overview.previous_24h IS 'Leads of the 24 hours before.';
COMMENT ON COLUMN stats.overview.change_percent_24h IS 'By how many percent more; NULL when there were none before.';
COMMENT ON COLUMN stats.overview.leads_7d IS 'Leads of the last 7 times 24 hours.';
COMMENT ON COLUMN stats.overview.previous_7d IS 'Leads of the 7 before.';
COMMENT ON COLUMN stats.overview.change_percent_7d IS 'By how many percent more; NULL when there were none before.';
COMMENT ON COLUMN stats.overview.leads_30d IS 'Leads of the last 30 times 24 hours.';
COMMENT ON COLUMN stats.overview.previous_30d IS 'Leads of the 30 before.';
COMMENT ON COLUMN stats.overview.change_percent_30d IS 'By how many percent more; NULL when there were none before.';
COMMENT ON COLUMN stats.overview.spam IS 'Leads judged to be spam, not in the trash; in no other number here.';
COMMENT ON COLUMN stats.overview.trashed IS 'Leads in the trash; in no other number here.';
GRANT SELECT ON stats.overview TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.overview.sql

-- ==> sql/views/stats.people.sql
-- drop: DROP VIEW stats.people;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.people WITH (security_invoker = false) AS
    SELECT m.month, m.leads, m.people, m.new_people, m.returning_people, m.returning_share
    FROM stats.people((date_trunc('month', app.now()::date::timestamp) - interval '11 months')::date, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.people IS
    'How many people wrote in each month, and how many of them had written before it; months without leads too. Who has the same address, capitals or not, is the same person. A person who writes twice in the first month is new in it. Spam and what is in the trash count nowhere. The view: of this month and the 11 before it, by the session''s time zone.';
COMMENT ON COLUMN stats.people.month IS 'The month: its first day.';
COMMENT ON COLUMN stats.people.leads IS 'Leads that came in it.';
COMMENT ON COLUMN stats.people.people IS 'Different people who sent them.';
COMMENT ON COLUMN stats.people.new_people IS 'Of them people whose first lead of all is among these.';
COMMENT ON COLUMN stats.people.returning_people IS 'Of them people who had sent one before that.';
COMMENT ON COLUMN stats.people.returning_share IS 'returning_people / people, 0 to 1, four places; NULL without people.';
GRANT SELECT ON stats.people TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.people.sql

-- ==> sql/views/stats.personal.sql
-- drop: DROP VIEW stats.personal;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.personal WITH (security_invoker = false, security_barrier = true) AS
    SELECT l.id AS lead_id, l.reference, l.name, l.email, l.company, l.phone, l.subject, l.message
    FROM public.contact_leads AS l
    WHERE NOT l.is_spam AND l.deleted_at IS NULL;

COMMENT ON VIEW stats.personal IS
    'What stats.leads leaves out: who the person is, and what they wrote. Granted to nobody by itself; leads analyst add NAME --personal grants it. Spam and what is in the trash count nowhere.';
COMMENT ON COLUMN stats.personal.lead_id IS 'The lead, as in stats.leads.';
COMMENT ON COLUMN stats.personal.reference IS 'What the visitor was given.';
COMMENT ON COLUMN stats.personal.name IS 'The visitor''s name.';
COMMENT ON COLUMN stats.personal.email IS 'The visitor''s address.';
COMMENT ON COLUMN stats.personal.company IS 'The company.';
COMMENT ON COLUMN stats.personal.phone IS 'The phone number, as the visitor wrote it.';
COMMENT ON COLUMN stats.personal.subject IS 'The subject.';
COMMENT ON COLUMN stats.personal.message IS 'The message.';
-- <== sql/views/stats.personal.sql

-- ==> sql/views/stats.quality.sql
-- drop: DROP VIEW stats.quality;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.quality WITH (security_invoker = false) AS
    SELECT m.source, m.leads, m.scored, m.mean_score, m.median_score, m.qualified, m.qualified_share
    FROM stats.quality(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.quality IS
    'How good the leads of the period are, by source: from the quality scores that the team gave. A lead that nobody scored is neither good nor bad: it counts in leads alone. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.quality.source IS 'The source, as in stats.sources.';
COMMENT ON COLUMN stats.quality.leads IS 'Leads that came by it.';
COMMENT ON COLUMN stats.quality.scored IS 'Of them with a quality score.';
COMMENT ON COLUMN stats.quality.mean_score IS 'The mean of the scores, one place; NULL without any.';
COMMENT ON COLUMN stats.quality.median_score IS 'Half of the scores are no higher, one place; NULL without any.';
COMMENT ON COLUMN stats.quality.qualified IS 'Leads with a score that counts as qualified (app.metric_settings).';
COMMENT ON COLUMN stats.quality.qualified_share IS 'qualified / scored, 0 to 1, four places; NULL without any score.';
GRANT SELECT ON stats.quality TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.quality.sql

-- ==> sql/views/stats.reopenings.sql
-- drop: DROP VIEW stats.reopenings;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.reopenings WITH (security_invoker = false) AS
    SELECT m.leads, m.reopened, m.reopen_rate, m.reopenings
    FROM stats.reopenings(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.reopenings IS
    'How many of the leads that were dealt with (ever contacted or archived) had to be taken up again, of the leads that came in the period. What was undone did not happen. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.reopenings.leads IS 'Leads that were ever contacted or archived.';
COMMENT ON COLUMN stats.reopenings.reopened IS 'Of them taken up again: moved from contacted or archived to processing, at least once.';
COMMENT ON COLUMN stats.reopenings.reopen_rate IS 'reopened / leads, 0 to 1, four places; NULL when there are none.';
COMMENT ON COLUMN stats.reopenings.reopenings IS 'How often that was done.';
GRANT SELECT ON stats.reopenings TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.reopenings.sql

-- ==> sql/views/stats.response_times.sql
-- drop: DROP VIEW stats.response_times;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.response_times WITH (security_invoker = false) AS
    SELECT m.place, m.bucket, m.from_seconds, m.to_seconds, m.leads, m.share
    FROM stats.response_times(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.response_times IS
    'How many of the leads that came in the period were first contacted within an hour, in 1 to 4, 4 to 8, 8 to 24 hours, and later; exact. A time on a limit belongs to the longer one. Leads without an answer are in none: stats.first_response has them. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.response_times.place IS '1 to 5, shortest first.';
COMMENT ON COLUMN stats.response_times.bucket IS '0-1, 1-4, 4-8, 8-24 or 24+ hours.';
COMMENT ON COLUMN stats.response_times.from_seconds IS 'It took so many seconds or more,';
COMMENT ON COLUMN stats.response_times.to_seconds IS 'and less than so many; NULL for no limit.';
COMMENT ON COLUMN stats.response_times.leads IS 'Leads first contacted so soon.';
COMMENT ON COLUMN stats.response_times.share IS 'leads / all that were contacted, 0 to 1, four places; NULL when none was.';
GRANT SELECT ON stats.response_times TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.response_times.sql

-- ==> sql/views/stats.sla.sql
-- drop: DROP VIEW stats.sla;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.sla WITH (security_invoker = false) AS
    SELECT m.policy, m.answer_within, m.leads, m.in_time, m.late, m.overdue, m.waiting, m.dismissed, m.breach_share
    FROM stats.sla(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.sla IS
    'Whether the leads that came in the period were first answered within the working time that their policy allows. Of the policies (app.sla_policies) that fit a lead''s form and priority of now the one of the lowest rank counts. Working time goes by the policy''s weekdays and hours, on the clock of its time zone, without app.holidays; a policy without hours counts all time. Exactly the time allowed is in time. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.sla.policy IS 'The policy; none for leads that no policy fits.';
COMMENT ON COLUMN stats.sla.answer_within IS 'The working time that it allows; NULL for none.';
COMMENT ON COLUMN stats.sla.leads IS 'Leads that came and are judged by it.';
COMMENT ON COLUMN stats.sla.in_time IS 'Of them answered in time.';
COMMENT ON COLUMN stats.sla.late IS 'Of them answered too late.';
COMMENT ON COLUMN stats.sla.overdue IS 'Of them open, not answered yet, and too late already.';
COMMENT ON COLUMN stats.sla.waiting IS 'Of them open, not answered yet, and still in time.';
COMMENT ON COLUMN stats.sla.dismissed IS 'Of them archived without an answer: judged neither way.';
COMMENT ON COLUMN stats.sla.breach_share IS '(late + overdue) / (in_time + late + overdue), 0 to 1, four places; NULL when that is nothing.';
GRANT SELECT ON stats.sla TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.sla.sql

-- ==> sql/views/stats.sources.sql
-- drop: DROP VIEW stats.sources;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.sources WITH (security_invoker = false) AS
    SELECT m.source, m.leads, m.answered, m.conversion, m.qualified, m.first_touch_leads, m.first_touch_answered, m.new_people
    FROM stats.sources(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.sources IS
    'Where the leads of the period came from: by each lead''s own source, and by first touch, the source of the first lead of all that the same person sent (who has the same address, capitals or not). Both add up to the same leads. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.sources.source IS 'What the form or its utm_source said; direct: came by a form that said nothing; unknown: came otherwise (an import, an adopted table) and says nothing.';
COMMENT ON COLUMN stats.sources.leads IS 'Leads that came by it.';
COMMENT ON COLUMN stats.sources.answered IS 'Of them ever contacted.';
COMMENT ON COLUMN stats.sources.conversion IS 'answered / leads, 0 to 1, four places; NULL without leads.';
COMMENT ON COLUMN stats.sources.qualified IS 'Of them with a quality score that counts as qualified (app.metric_settings).';
COMMENT ON COLUMN stats.sources.first_touch_leads IS 'Leads of people who first came by it, by whatever source this lead came.';
COMMENT ON COLUMN stats.sources.first_touch_answered IS 'Of those ever contacted.';
COMMENT ON COLUMN stats.sources.new_people IS 'People whose first lead of all came by it, in the period.';
GRANT SELECT ON stats.sources TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.sources.sql

-- ==> sql/views/stats.stage_times.sql
-- drop: DROP VIEW stats.stage_times;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.stage_times WITH (security_invoker = false) AS
    SELECT m.status, m.stays, m.leads, m.ended, m.median_seconds, m.p90_seconds, m.there_now
    FROM stats.stage_times(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.stage_times IS
    'How long leads stay in each stage, from stats.stages, of the leads that came in the period. The times are of stays that ended (one that goes on may last) and whose beginning is known: a lead that was entered or imported in another stage than unread was there since nobody knows when. Between two lengths the percentile lies where a straight line would. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.stage_times.status IS 'The stage.';
COMMENT ON COLUMN stats.stage_times.stays IS 'How often a lead was in it; more than once when it came back.';
COMMENT ON COLUMN stats.stage_times.leads IS 'How many leads were ever in it.';
COMMENT ON COLUMN stats.stage_times.ended IS 'How many of the stays are over, and are known to have begun.';
COMMENT ON COLUMN stats.stage_times.median_seconds IS 'Half of the ended stays were no longer; NULL when none ended.';
COMMENT ON COLUMN stats.stage_times.p90_seconds IS 'Nine in ten of the ended stays were no longer; NULL when none ended.';
COMMENT ON COLUMN stats.stage_times.there_now IS 'How many leads are in it now.';
GRANT SELECT ON stats.stage_times TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.stage_times.sql

-- ==> sql/views/stats.stages.sql
-- drop: DROP VIEW stats.stages;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.stages WITH (security_invoker = false, security_barrier = true) AS
    SELECT s.lead_id, row_number() OVER moves AS place, s.status, s.entered_at, lead(s.entered_at) OVER moves AS left_at
    FROM (
        SELECT l.id AS lead_id, 0 AS number, coalesce(first.from_status, l.status) AS status, l.created_at AS entered_at
        FROM public.contact_leads AS l
        LEFT JOIN LATERAL (
            SELECT c.from_status FROM app.status_changes AS c WHERE c.lead_id = l.id ORDER BY c.number LIMIT 1
        ) AS first ON true
        WHERE NOT l.is_spam AND l.deleted_at IS NULL
        UNION ALL
        SELECT c.lead_id, c.number, c.to_status, c.at
        FROM app.status_changes AS c
        JOIN public.contact_leads AS l ON l.id = c.lead_id
        WHERE NOT l.is_spam AND l.deleted_at IS NULL
    ) AS s
    WINDOW moves AS (PARTITION BY s.lead_id ORDER BY s.number);

COMMENT ON VIEW stats.stages IS
    'Each stay of each lead of the inbox in a stage: the first begins when the lead came, each next one when the one before ends, so that the stays of a lead add up to its age. A lead that was there before its moves were written down has one stay, in the stage where it was then. What was undone did not happen.';
COMMENT ON COLUMN stats.stages.lead_id IS 'The lead, as in stats.leads.';
COMMENT ON COLUMN stats.stages.place IS 'Counts the stays of the lead, from 1.';
COMMENT ON COLUMN stats.stages.status IS 'The stage.';
COMMENT ON COLUMN stats.stages.entered_at IS 'When the lead came into it.';
COMMENT ON COLUMN stats.stages.left_at IS 'When it left it; NULL while it is there.';
GRANT SELECT ON stats.stages TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.stages.sql

-- ==> sql/views/stats.velocity.sql
-- drop: DROP VIEW stats.velocity;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.velocity WITH (security_invoker = false) AS
    SELECT m.period, m.starts_at, m.leads, m.previous, m.change_percent
    FROM stats.velocity() AS m;

COMMENT ON VIEW stats.velocity IS
    'How many leads came in the last 24 hours, 7 and 30 times 24 hours, and how that compares with the same time before: 100 * (leads - previous) / previous percent. A period holds what came after its beginning and up to its end, so that no lead is in two of them. From an empty period there is no change in percent: NULL, not 0. Spam and what is in the trash count nowhere.';
COMMENT ON COLUMN stats.velocity.period IS '24h, 7d or 30d: so many hours, or times 24 hours, up to now.';
COMMENT ON COLUMN stats.velocity.starts_at IS 'The leads came after this instant; those of previous came in as long a time up to it.';
COMMENT ON COLUMN stats.velocity.leads IS 'Leads that came in the period.';
COMMENT ON COLUMN stats.velocity.previous IS 'Leads that came in the period before, of the same length.';
COMMENT ON COLUMN stats.velocity.change_percent IS '100 * (leads - previous) / previous, one place; NULL when previous is 0.';
GRANT SELECT ON stats.velocity TO leads_analyst, leads_viewer, leads_editor, leads_admin;
-- <== sql/views/stats.velocity.sql

-- ==> sql/triggers/holidays_audit_truncate.sql
-- drop: DROP TRIGGER holidays_audit_truncate ON app.holidays;
CREATE OR REPLACE TRIGGER holidays_audit_truncate
    AFTER TRUNCATE ON app.holidays
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_setting();

COMMENT ON TRIGGER holidays_audit_truncate ON app.holidays IS
    'Who removed all holidays.';
-- <== sql/triggers/holidays_audit_truncate.sql

-- ==> sql/triggers/holidays_audit_write.sql
-- drop: DROP TRIGGER holidays_audit_write ON app.holidays;
CREATE OR REPLACE TRIGGER holidays_audit_write
    AFTER INSERT OR UPDATE OR DELETE ON app.holidays
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_setting('day');

COMMENT ON TRIGGER holidays_audit_write ON app.holidays IS
    'Who changed which days are holidays.';
-- <== sql/triggers/holidays_audit_write.sql

-- ==> sql/triggers/metric_settings_audit_truncate.sql
-- drop: DROP TRIGGER metric_settings_audit_truncate ON app.metric_settings;
CREATE OR REPLACE TRIGGER metric_settings_audit_truncate
    AFTER TRUNCATE ON app.metric_settings
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_setting();

COMMENT ON TRIGGER metric_settings_audit_truncate ON app.metric_settings IS
    'Who removed the settings of the numbers.';
-- <== sql/triggers/metric_settings_audit_truncate.sql

-- ==> sql/triggers/metric_settings_audit_write.sql
-- drop: DROP TRIGGER metric_settings_audit_write ON app.metric_settings;
CREATE OR REPLACE TRIGGER metric_settings_audit_write
    AFTER INSERT OR UPDATE OR DELETE ON app.metric_settings
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_setting('only');

COMMENT ON TRIGGER metric_settings_audit_write ON app.metric_settings IS
    'Who changed what counts as qualified.';
-- <== sql/triggers/metric_settings_audit_write.sql

-- ==> sql/triggers/sla_policies_audit_truncate.sql
-- drop: DROP TRIGGER sla_policies_audit_truncate ON app.sla_policies;
CREATE OR REPLACE TRIGGER sla_policies_audit_truncate
    AFTER TRUNCATE ON app.sla_policies
    FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_setting();

COMMENT ON TRIGGER sla_policies_audit_truncate ON app.sla_policies IS
    'Who removed all SLA policies.';
-- <== sql/triggers/sla_policies_audit_truncate.sql

-- ==> sql/triggers/sla_policies_audit_write.sql
-- drop: DROP TRIGGER sla_policies_audit_write ON app.sla_policies;
CREATE OR REPLACE TRIGGER sla_policies_audit_write
    AFTER INSERT OR UPDATE OR DELETE ON app.sla_policies
    FOR EACH ROW
    EXECUTE FUNCTION app.audit_setting('name');

COMMENT ON TRIGGER sla_policies_audit_write ON app.sla_policies IS
    'Who changed which SLA policies there are.';
-- <== sql/triggers/sla_policies_audit_write.sql

-- ==> sql/roles/leads_admin.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, app.saved_views, app.mail_templates, api.leads FROM leads_admin;
-- drop: REVOKE ALL ON SCHEMA service, app, api, stats FROM leads_admin;
GRANT USAGE ON SCHEMA service, app, api, stats TO leads_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.contact_leads, app.saved_views, app.mail_templates TO leads_admin;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.audit_log, app.operations, app.erased_leads, api.leads TO leads_admin;
-- <== sql/roles/leads_admin.sql

-- ==> sql/roles/leads_analyst.sql
-- drop: REVOKE ALL ON SCHEMA api, stats FROM leads_analyst;
-- Reads numbers, not people: the views and functions of stats grant themselves; no view of api shows it a lead.
GRANT USAGE ON SCHEMA api, stats TO leads_analyst;
-- <== sql/roles/leads_analyst.sql

-- ==> sql/roles/leads_editor.sql
-- drop: REVOKE ALL ON public.contact_leads, app.status_moves, app.lead_search, app.lead_totals, app.operations, app.saved_views, api.leads FROM leads_editor;
-- drop: REVOKE ALL ON SCHEMA service, app, api, stats FROM leads_editor;
GRANT USAGE ON SCHEMA service, app, api, stats TO leads_editor;
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
-- drop: REVOKE ALL ON SCHEMA service, app, api, stats FROM leads_viewer;
GRANT USAGE ON SCHEMA service, app, api, stats TO leads_viewer;
GRANT SELECT ON public.contact_leads TO leads_viewer;
GRANT SELECT ON app.status_moves, app.lead_search, app.lead_totals, app.saved_views, api.leads TO leads_viewer;
-- <== sql/roles/leads_viewer.sql

