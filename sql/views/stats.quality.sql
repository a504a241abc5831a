-- drop: DROP VIEW stats.quality;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.quality WITH (security_invoker = false) AS
    SELECT m.source, m.leads, m.scored, m.mean_score, m.median_score, m.qualified, m.qualified_share
    FROM stats.quality(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.quality IS
    'How good the leads of the period are, by source: from the quality scores that the team gave. A lead that nobody scored is neither good nor bad: it counts in leads alone. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.quality.source IS 'The source, as in stats.sources.';
COMMENT ON COLUMN stats.quality.leads IS 'Leads that came by it.';
COMMENT ON COLUMN stats.quality.scored IS 'Of them with a quality score.';
COMMENT ON COLUMN stats.quality.mean_score IS 'The mean of the scores, one place; NULL without any.';
COMMENT ON COLUMN stats.quality.median_score IS 'Half of the scores are no higher, one place; NULL without any.';
COMMENT ON COLUMN stats.quality.qualified IS 'Leads with a score that counts as qualified (app.metric_settings).';
COMMENT ON COLUMN stats.quality.qualified_share IS 'qualified / scored, 0 to 1, four places; NULL without any score.';
GRANT SELECT ON stats.quality TO leads_analyst, leads_viewer, leads_editor, leads_admin;
