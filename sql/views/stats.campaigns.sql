-- drop: DROP VIEW stats.campaigns;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.campaigns WITH (security_invoker = false) AS
    SELECT m.utm_source, m.utm_medium, m.utm_campaign, m.leads, m.answered, m.conversion, m.qualified, m.mean_score
    FROM stats.campaigns(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.campaigns IS
    'The campaigns that the leads of the period came by: their UTM parameters as the form sent them, capitals and all. A lead with none counts for its source, direct or unknown. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.campaigns.utm_source IS 'The campaign''s source; direct or unknown where there is no utm parameter and no source, as in stats.sources.';
COMMENT ON COLUMN stats.campaigns.utm_medium IS 'Its medium; NULL when it had none.';
COMMENT ON COLUMN stats.campaigns.utm_campaign IS 'Its name; NULL when it had none.';
COMMENT ON COLUMN stats.campaigns.leads IS 'Leads that came by it.';
COMMENT ON COLUMN stats.campaigns.answered IS 'Of them ever contacted.';
COMMENT ON COLUMN stats.campaigns.conversion IS 'answered / leads, 0 to 1, four places.';
COMMENT ON COLUMN stats.campaigns.qualified IS 'Of them with a quality score that counts as qualified (app.metric_settings).';
COMMENT ON COLUMN stats.campaigns.mean_score IS 'The mean of their quality scores, one place; NULL when none has one.';
GRANT SELECT ON stats.campaigns TO leads_analyst, leads_viewer, leads_editor, leads_admin;
