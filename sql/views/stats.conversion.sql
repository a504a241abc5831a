-- drop: DROP VIEW stats.conversion;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.conversion WITH (security_invoker = false) AS
    SELECT m.dimension, m.value, m.leads, m.answered, m.conversion
    FROM stats.conversion(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.conversion IS
    'The share of leads that were ever contacted, of all that came in the period, and by form, by role and by source. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.conversion.dimension IS 'all, type, role or source: what the leads are grouped by.';
COMMENT ON COLUMN stats.conversion.value IS 'The form, the role (unknown where a visitor names none), or the source as stats.sources names it.';
COMMENT ON COLUMN stats.conversion.leads IS 'Leads that came.';
COMMENT ON COLUMN stats.conversion.answered IS 'Of them ever contacted.';
COMMENT ON COLUMN stats.conversion.conversion IS 'answered / leads, 0 to 1, four places.';
GRANT SELECT ON stats.conversion TO leads_analyst, leads_viewer, leads_editor, leads_admin;
