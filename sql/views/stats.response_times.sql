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
