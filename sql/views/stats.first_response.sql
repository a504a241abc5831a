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
