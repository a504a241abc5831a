-- drop: DROP VIEW stats.people;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.people WITH (security_invoker = false) AS
    SELECT m.month, m.leads, m.people, m.new_people, m.returning_people, m.returning_share
    FROM stats.people((date_trunc('month', app.now()::date::timestamp) - interval '11 months')::date, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.people IS
    'How many people wrote in each month, and how many of them had written before it; months without leads too. Who has the same address, capitals or not, is the same person. A person who writes twice in the first month is new in it. Spam and what is in the trash count nowhere. The view: of this month and the 11 before it, by the session''s time zone.';
COMMENT ON COLUMN stats.people.month IS 'The month: its first day.';
COMMENT ON COLUMN stats.people.leads IS 'Leads that came in it.';
COMMENT ON COLUMN stats.people.people IS 'Different people who sent them.';
COMMENT ON COLUMN stats.people.new_people IS 'Of them people whose first lead of all is among these.';
COMMENT ON COLUMN stats.people.returning_people IS 'Of them people who had sent one before that.';
COMMENT ON COLUMN stats.people.returning_share IS 'returning_people / people, 0 to 1, four places; NULL without people.';
GRANT SELECT ON stats.people TO leads_analyst, leads_viewer, leads_editor, leads_admin;
