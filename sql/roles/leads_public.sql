-- drop: REVOKE ALL ON SCHEMA service FROM leads_public;
-- May only execute the capture functions (their files grant it). No table, no view: an injection through a public form could read nothing.
GRANT USAGE ON SCHEMA service TO leads_public;
