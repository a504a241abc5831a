-- drop: DROP VIEW stats.by_hour;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.by_hour WITH (security_invoker = false) AS
    SELECT m.hour, m.starts_at, m.ends_at, m.leads, m.contact, m.cv_request, m.collaboration, m.unread, m.processing, m.contacted, m.archived, m.answered, m.conversion
    FROM stats.by_hour(app.now()::date - 6, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.by_hour IS
    'Leads by the hour in which they came, hours without leads too: each 60 minutes long, from the first midnight on by the clock of the time zone. At most 400 days. Where its leads stand is where they stand now. It costs the same however many leads there are. Spam and what is in the trash count nowhere. The view: of the last 7 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.by_hour.hour IS 'When the hour begins, by the clock of the time zone: shown twice when the clock is set back.';
COMMENT ON COLUMN stats.by_hour.starts_at IS 'When it begins, as an instant.';
COMMENT ON COLUMN stats.by_hour.ends_at IS 'When it ends.';
COMMENT ON COLUMN stats.by_hour.leads IS 'Leads that came.';
COMMENT ON COLUMN stats.by_hour.contact IS 'Of them by the contact form.';
COMMENT ON COLUMN stats.by_hour.cv_request IS 'Of them by the CV form.';
COMMENT ON COLUMN stats.by_hour.collaboration IS 'Of them by the collaboration form.';
COMMENT ON COLUMN stats.by_hour.unread IS 'Of them unread now.';
COMMENT ON COLUMN stats.by_hour.processing IS 'Of them being worked on now.';
COMMENT ON COLUMN stats.by_hour.contacted IS 'Of them in the stage contacted now.';
COMMENT ON COLUMN stats.by_hour.archived IS 'Of them archived now.';
COMMENT ON COLUMN stats.by_hour.answered IS 'Of them ever contacted, whenever that was.';
COMMENT ON COLUMN stats.by_hour.conversion IS 'answered / leads, 0 to 1, four places; NULL without leads.';
GRANT SELECT ON stats.by_hour TO leads_analyst, leads_viewer, leads_editor, leads_admin;
