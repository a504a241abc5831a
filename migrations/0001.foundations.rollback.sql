REVOKE ALL ON SCHEMA service FROM leads_service;
REVOKE ALL ON SCHEMA service FROM leads_public;
DROP FUNCTION service.applied_migrations();
DROP FUNCTION app.now();

ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
DROP SCHEMA service;
DROP SCHEMA app;
-- Roles belong to the whole cluster: none is dropped.
