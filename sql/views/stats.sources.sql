-- drop: DROP VIEW stats.sources;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.sources WITH (security_invoker = false) AS
    SELECT m.source, m.leads, m.answered, m.conversion, m.qualified, m.first_touch_leads, m.first_touch_answered, m.new_people
    FROM stats.sources(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.sources IS
    'Where the leads of the period came from: by each lead''s own source, and by first touch, the source of the first lead of all that the same person sent (who has the same address, capitals or not). Both add up to the same leads. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.sources.source IS 'What the form or its utm_source said; direct: came by a form that said nothing; unknown: came otherwise (an import, an adopted table) and says nothing.';
COMMENT ON COLUMN stats.sources.leads IS 'Leads that came by it.';
COMMENT ON COLUMN stats.sources.answered IS 'Of them ever contacted.';
COMMENT ON COLUMN stats.sources.conversion IS 'answered / leads, 0 to 1, four places; NULL without leads.';
COMMENT ON COLUMN stats.sources.qualified IS 'Of them with a quality score that counts as qualified (app.metric_settings).';
COMMENT ON COLUMN stats.sources.first_touch_leads IS 'Leads of people who first came by it, by whatever source this lead came.';
COMMENT ON COLUMN stats.sources.first_touch_answered IS 'Of those ever contacted.';
COMMENT ON COLUMN stats.sources.new_people IS 'People whose first lead of all came by it, in the period.';
GRANT SELECT ON stats.sources TO leads_analyst, leads_viewer, leads_editor, leads_admin;
