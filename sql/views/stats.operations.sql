-- drop: DROP VIEW stats.operations;
-- With its owner's rights: who reads it may read these numbers, and not what they are made of.
CREATE OR REPLACE VIEW stats.operations WITH (security_invoker = false) AS
    SELECT m.day, m.kind, m.operations, m.leads, m.undone
    FROM stats.operations(app.now()::date - 364, app.now()::date + 1, current_setting('TimeZone')) AS m;

COMMENT ON VIEW stats.operations IS
    'What the team did to many leads at once, deleted, restored, undid and erased, by day and kind; only days and kinds on which something was done. The view: of the last 365 days, today among them, by the session''s time zone.';
COMMENT ON COLUMN stats.operations.day IS 'The day.';
COMMENT ON COLUMN stats.operations.kind IS 'status, priority, tags, assignee, follow_up, delete, restore, undo, erase or purge.';
COMMENT ON COLUMN stats.operations.operations IS 'How many there were.';
COMMENT ON COLUMN stats.operations.leads IS 'How many leads they changed, counted each time.';
COMMENT ON COLUMN stats.operations.undone IS 'How many of them were undone since.';
GRANT SELECT ON stats.operations TO leads_analyst, leads_viewer, leads_editor, leads_admin;
