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
