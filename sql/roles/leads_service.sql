-- drop: REVOKE ALL ON SCHEMA service FROM leads_service;
-- The service's login owns nothing and inherits nothing: it runs the session functions granted to it by name, and takes on a staff
-- role for the rest.
GRANT USAGE ON SCHEMA service TO leads_service;
