-- drop: DROP VIEW stats.stage_times;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.stage_times WITH (security_invoker = false) AS
    SELECT m.status, m.stays, m.leads, m.ended, m.median_seconds, m.p90_seconds, m.there_now
    FROM stats.stage_times(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.stage_times IS
    'How long leads stay in each stage, from stats.stages, of the leads that came in the period. The times are of stays that ended (one that goes on may last) and whose beginning is known: a lead that was entered or imported in another stage than unread was there since nobody knows when. Between two lengths the percentile lies where a straight line would. Spam and what is in the trash count nowhere. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.stage_times.status IS 'The stage.';
COMMENT ON COLUMN stats.stage_times.stays IS 'How often a lead was in it; more than once when it came back.';
COMMENT ON COLUMN stats.stage_times.leads IS 'How many leads were ever in it.';
COMMENT ON COLUMN stats.stage_times.ended IS 'How many of the stays are over, and are known to have begun.';
COMMENT ON COLUMN stats.stage_times.median_seconds IS 'Half of the ended stays were no longer; NULL when none ended.';
COMMENT ON COLUMN stats.stage_times.p90_seconds IS 'Nine in ten of the ended stays were no longer; NULL when none ended.';
COMMENT ON COLUMN stats.stage_times.there_now IS 'How many leads are in it now.';
GRANT SELECT ON stats.stage_times TO leads_analyst, leads_viewer, leads_editor, leads_admin;
