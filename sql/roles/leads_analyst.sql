-- drop: REVOKE ALL ON SCHEMA api FROM leads_analyst;
-- Reads numbers, not people: no view of api shows it a lead.
GRANT USAGE ON SCHEMA api TO leads_analyst;
