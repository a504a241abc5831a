-- drop: DROP FUNCTION app.set_version();
CREATE OR REPLACE FUNCTION app.set_version() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Neither is for anybody to choose: what else differs decides.
    NEW.version := OLD.version;
    NEW.updated_at := OLD.updated_at;
    IF NEW *<> OLD THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := app.now();
    END IF;
    RETURN NEW;
END;
$$;

COMMENT ON FUNCTION app.set_version() IS
    'Trigger function: a change of a lead, whoever makes it, raises version by one and sets updated_at; an update that changes nothing leaves both.';
REVOKE ALL ON FUNCTION app.set_version() FROM PUBLIC;
