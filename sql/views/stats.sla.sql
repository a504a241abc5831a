-- drop: DROP VIEW stats.sla;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.sla WITH (security_invoker = false) AS
    SELECT m.policy, m.answer_within, m.leads, m.in_time, m.late, m.overdue, m.waiting, m.dismissed, m.breach_share
    FROM stats.sla(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.sla IS
    'Whether the leads that came in the period were first answered within the working time that their policy allows. Of the policies (app.sla_policies) that fit a lead''s form and priority of now the one of the lowest rank counts. Working time goes by the policy''s weekdays and hours, on the clock of its time zone, without app.holidays; a policy without hours counts all time. Exactly the time allowed is in time. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.sla.policy IS 'The policy; none for leads that no policy fits.';
COMMENT ON COLUMN stats.sla.answer_within IS 'The working time that it allows; NULL for none.';
COMMENT ON COLUMN stats.sla.leads IS 'Leads that came and are judged by it.';
COMMENT ON COLUMN stats.sla.in_time IS 'Of them answered in time.';
COMMENT ON COLUMN stats.sla.late IS 'Of them answered too late.';
COMMENT ON COLUMN stats.sla.overdue IS 'Of them open, not answered yet, and too late already.';
COMMENT ON COLUMN stats.sla.waiting IS 'Of them open, not answered yet, and still in time.';
COMMENT ON COLUMN stats.sla.dismissed IS 'Of them archived without an answer: judged neither way.';
COMMENT ON COLUMN stats.sla.breach_share IS '(late + overdue) / (in_time + late + overdue), 0 to 1, four places; NULL when that is nothing.';
GRANT SELECT ON stats.sla TO leads_analyst, leads_viewer, leads_editor, leads_admin;
