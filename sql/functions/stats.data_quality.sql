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
