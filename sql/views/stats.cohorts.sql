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
