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
