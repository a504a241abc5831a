-- drop: DROP VIEW stats.velocity;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.velocity WITH (security_invoker = false) AS
    SELECT m.period, m.starts_at, m.leads, m.previous, m.change_percent
    FROM stats.velocity() AS m;

COMMENT ON VIEW stats.velocity IS
    'How many leads came in the last 24 hours, 7 and 30 times 24 hours, and how that compares with the same time before: 100 * (leads - previous) / previous percent. A period holds what came after its beginning and up to its end, so that no lead is in two of them. From an empty period there is no change in percent: NULL, not 0. Spam and what is in the trash count nowhere.';
COMMENT ON COLUMN stats.velocity.period IS '24h, 7d or 30d: so many hours, or times 24 hours, up to now.';
COMMENT ON COLUMN stats.velocity.starts_at IS 'The leads came after this instant; those of previous came in as long a time up to it.';
COMMENT ON COLUMN stats.velocity.leads IS 'Leads that came in the period.';
COMMENT ON COLUMN stats.velocity.previous IS 'Leads that came in the period before, of the same length.';
COMMENT ON COLUMN stats.velocity.change_percent IS '100 * (leads - previous) / previous, one place; NULL when previous is 0.';
GRANT SELECT ON stats.velocity TO leads_analyst, leads_viewer, leads_editor, leads_admin;
