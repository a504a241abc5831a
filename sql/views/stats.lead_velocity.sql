-- drop: DROP VIEW stats.lead_velocity;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.lead_velocity WITH (security_invoker = false) AS
    SELECT m.month, m.qualified, m.previous, m.rate_percent, m.complete
    FROM stats.lead_velocity((date_trunc('month', app.now()::date::timestamp) - interval '11 months')::date, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.lead_velocity IS
    'The lead velocity rate: by how many percent the qualified leads of a month (those with a quality score that counts as qualified, app.metric_settings) are more than those of the month before; NULL, not 0, from a month without any. Months of arrival, whole ones: each that the period touches. Spam and what is in the trash count nowhere. The view: of this month and the 11 before it, by the session''s time zone.';
COMMENT ON COLUMN stats.lead_velocity.month IS 'The month: its first day.';
COMMENT ON COLUMN stats.lead_velocity.qualified IS 'Qualified leads that came in it.';
COMMENT ON COLUMN stats.lead_velocity.previous IS 'Those of the month before.';
COMMENT ON COLUMN stats.lead_velocity.rate_percent IS '100 * (qualified - previous) / previous, one place; NULL when previous is 0.';
COMMENT ON COLUMN stats.lead_velocity.complete IS 'Whether the month is over; a current one is compared with a whole one.';
GRANT SELECT ON stats.lead_velocity TO leads_analyst, leads_viewer, leads_editor, leads_admin;
