SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

-- Roles belong to the whole cluster, so another database of it may have made them already; a rollback drops none.
DO $$
DECLARE
    v_role text;
    v_about text;
BEGIN
    FOR v_role, v_about IN VALUES
        ('leads_public', 'Lead Intelligence Stack: may only execute the capture functions.'),
        ('leads_viewer', 'Lead Intelligence Stack: reads the inbox.'),
        ('leads_editor', 'Lead Intelligence Stack: reads and works the inbox.'),
        ('leads_admin', 'Lead Intelligence Stack: reads, works and empties the inbox.'),
        ('leads_capture', 'Lead Intelligence Stack: the login behind the public forms, a member of leads_public alone.'),
        ('leads_service', 'Lead Intelligence Stack: the login behind the JSON API; inherits nothing, takes on a staff role by SET ROLE.')
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
            EXECUTE format('COMMENT ON ROLE %I IS %L', v_role, v_about);
            IF v_role = 'leads_service' THEN
                ALTER ROLE leads_service NOINHERIT;
            END IF;
        END IF;
    END LOOP;
    FOR v_role, v_about IN VALUES
        ('leads_public', 'leads_capture'),
        ('leads_viewer', 'leads_service'),
        ('leads_editor', 'leads_service'),
        ('leads_admin', 'leads_service')
    LOOP
        IF NOT EXISTS (
            SELECT FROM pg_auth_members AS m
            JOIN pg_roles AS g ON g.oid = m.roleid AND g.rolname = v_role
            JOIN pg_roles AS u ON u.oid = m.member AND u.rolname = v_about
        ) THEN
            EXECUTE format('GRANT %I TO %I', v_role, v_about);
        END IF;
    END LOOP;
END;
$$;

CREATE SCHEMA app;
COMMENT ON SCHEMA app IS 'What the product keeps beside the leads: users, sessions, rules, keys. Never exposed.';
CREATE SCHEMA service;
COMMENT ON SCHEMA service IS 'The functions that the service calls, one for each thing it does. Never exposed.';

-- PUBLIC may execute every new function unless told otherwise; here each one's file says who may.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- ==> sql/functions/app.now.sql
-- drop: DROP FUNCTION app.now();
CREATE OR REPLACE FUNCTION app.now() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN now();

COMMENT ON FUNCTION app.now() IS
    'The time of the transaction. Every rule asks here for the time, so that a test database can replace this one function.';
REVOKE ALL ON FUNCTION app.now() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.now() TO leads_viewer, leads_editor, leads_admin;
-- <== sql/functions/app.now.sql

-- ==> sql/functions/service.applied_migrations.sql
-- drop: DROP FUNCTION service.applied_migrations();
CREATE OR REPLACE FUNCTION service.applied_migrations() RETURNS text[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(SELECT m.migration_id::text FROM public._yoyo_migration AS m ORDER BY m.migration_id);
END;
$$;

COMMENT ON FUNCTION service.applied_migrations() IS
    'The migrations that this database has, by id. The service compares them with its own before it serves.';
REVOKE ALL ON FUNCTION service.applied_migrations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.applied_migrations() TO leads_service;
-- <== sql/functions/service.applied_migrations.sql

-- ==> sql/roles/leads_public.sql
-- drop: REVOKE ALL ON SCHEMA service FROM leads_public;
-- May only execute the capture functions (their files grant it). No table, no view: an injection through a public form could read nothing.
GRANT USAGE ON SCHEMA service TO leads_public;
-- <== sql/roles/leads_public.sql

-- ==> sql/roles/leads_service.sql
-- drop: REVOKE ALL ON SCHEMA service FROM leads_service;
-- The service's login owns nothing and inherits nothing: it runs the session functions granted to it by name, and takes on a staff
-- role for the rest.
GRANT USAGE ON SCHEMA service TO leads_service;
-- <== sql/roles/leads_service.sql
