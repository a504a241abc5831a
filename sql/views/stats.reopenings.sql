-- drop: DROP VIEW stats.reopenings;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.reopenings WITH (security_invoker = false) AS
    SELECT m.leads, m.reopened, m.reopen_rate, m.reopenings
    FROM stats.reopenings(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.reopenings IS
    'How many of the leads that were dealt with (ever contacted or archived) had to be taken up again, of the leads that came in the period. What was undone did not happen. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.reopenings.leads IS 'Leads that were ever contacted or archived.';
COMMENT ON COLUMN stats.reopenings.reopened IS 'Of them taken up again: moved from contacted or archived to processing, at least once.';
COMMENT ON COLUMN stats.reopenings.reopen_rate IS 'reopened / leads, 0 to 1, four places; NULL when there are none.';
COMMENT ON COLUMN stats.reopenings.reopenings IS 'How often that was done.';
GRANT SELECT ON stats.reopenings TO leads_analyst, leads_viewer, leads_editor, leads_admin;
