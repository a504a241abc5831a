-- drop: DROP VIEW app.lead_totals;
-- With its owner's rights: staff may know how many leads there are, and touch nothing that keeps the numbers.
CREATE OR REPLACE VIEW app.lead_totals WITH (security_invoker = false) AS
    SELECT c.status, c.lead_type, c.priority, c.is_spam, c.trashed, c.leads FROM app.lead_counts AS c
    UNION ALL
    SELECT c.status, c.lead_type, c.priority, c.is_spam, c.trashed, c.change::bigint FROM app.lead_count_changes AS c;

COMMENT ON VIEW app.lead_totals IS
    'How many leads there are, exact in every snapshot. To be summed up: one kind of lead may have several rows, some below zero.';
COMMENT ON COLUMN app.lead_totals.status IS 'Where the leads stand.';
COMMENT ON COLUMN app.lead_totals.lead_type IS 'Which form they came by.';
COMMENT ON COLUMN app.lead_totals.priority IS 'How soon they want an answer.';
COMMENT ON COLUMN app.lead_totals.is_spam IS 'Whether they are judged to be spam.';
COMMENT ON COLUMN app.lead_totals.trashed IS 'Whether they are in the trash.';
COMMENT ON COLUMN app.lead_totals.leads IS 'So many, or so many more or fewer: sum(leads) is the number.';
