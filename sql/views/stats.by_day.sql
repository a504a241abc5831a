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
