-- drop: DROP VIEW stats.funnel;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.funnel WITH (security_invoker = false) AS
    SELECT m.place, m.step, m.leads, m.of_previous, m.of_first
    FROM stats.funnel(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.funnel IS
    'How far the leads that came in the period ever got, whenever that was: arrived; opened, which is that they were ever in another stage than unread; contacted; archived after that. of_previous is the share of those of one step that reached the next. A lead that went back still reached what it reached; what was undone did not happen. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.funnel.place IS '1 to 4, in the order of the stages.';
COMMENT ON COLUMN stats.funnel.step IS 'arrived, opened, contacted or archived.';
COMMENT ON COLUMN stats.funnel.leads IS 'Leads that ever got so far.';
COMMENT ON COLUMN stats.funnel.of_previous IS 'leads / those of the step before, 0 to 1, four places; NULL for the first step, and from nothing.';
COMMENT ON COLUMN stats.funnel.of_first IS 'leads / those that arrived; NULL when none did.';
GRANT SELECT ON stats.funnel TO leads_analyst, leads_viewer, leads_editor, leads_admin;
