-- drop: DROP VIEW app.lead_figures;
-- With its owner's rights: staff may know how many leads there are, and touch nothing that keeps the numbers.
CREATE OR REPLACE VIEW app.lead_figures WITH (security_invoker = false) AS
    SELECT c.figure, c.starts_at, c.value, c.leads, c.answered FROM app.lead_cells AS c
    UNION ALL
    SELECT f.figure, f.starts_at, f.value, c.change::bigint, CASE WHEN c.response_bin IS NULL THEN 0 ELSE c.change END::bigint
    FROM app.lead_count_changes AS c
    CROSS JOIN LATERAL app.figures_of(c.slot, c.lead_type, c.status, c.source, c.role, c.response_bin) AS f
    WHERE NOT c.is_spam AND NOT c.trashed;

COMMENT ON VIEW app.lead_figures IS
    'How many leads of the inbox there are of each kind, and from when, exact in every snapshot. To be summed up: one cell may have several rows, some below zero.';
COMMENT ON COLUMN app.lead_figures.figure IS 'What is counted.';
COMMENT ON COLUMN app.lead_figures.starts_at IS 'When the quarter of an hour or the UTC day begins in which the leads came; -infinity for all time.';
COMMENT ON COLUMN app.lead_figures.value IS 'The form, status, source, role or bin of response times (app.response_bin) that they have.';
COMMENT ON COLUMN app.lead_figures.leads IS 'So many, or so many more or fewer: sum(leads) is the number.';
COMMENT ON COLUMN app.lead_figures.answered IS 'How many of them were ever contacted.';
