-- drop: DROP VIEW stats.data_quality;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.data_quality WITH (security_invoker = false) AS
    SELECT m.problem, m.meaning, m.leads, m.share
    FROM stats.data_quality() AS m;

COMMENT ON VIEW stats.data_quality IS
    'What is missing or odd in the leads of the inbox, a row for each thing looked for, with none too: so that a number can be trusted as far as its data. Spam and what is in the trash count nowhere.';
COMMENT ON COLUMN stats.data_quality.problem IS 'What is missing or odd: its name, which stays the same.';
COMMENT ON COLUMN stats.data_quality.meaning IS 'The same in words.';
COMMENT ON COLUMN stats.data_quality.leads IS 'Leads that have it.';
COMMENT ON COLUMN stats.data_quality.share IS 'leads / all leads of the inbox, 0 to 1, four places; NULL without leads.';
GRANT SELECT ON stats.data_quality TO leads_analyst, leads_viewer, leads_editor, leads_admin;
