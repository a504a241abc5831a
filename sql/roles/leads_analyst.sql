-- drop: REVOKE ALL ON SCHEMA api, stats FROM leads_analyst;
-- Reads numbers, not people: the views and functions of stats grant themselves; no view of api shows it a lead.
GRANT USAGE ON SCHEMA api, stats TO leads_analyst;
