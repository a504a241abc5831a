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
