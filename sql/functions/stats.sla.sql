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
