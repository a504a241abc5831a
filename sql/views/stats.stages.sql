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
