-- drop: DROP FUNCTION app.set_updated_at();
CREATE OR REPLACE FUNCTION app.set_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.updated_at := app.now();
    RETURN NEW;
END;
$$;

COMMENT ON FUNCTION app.set_updated_at() IS 'Trigger function: updated_at is the time of the row''s last change, whoever made it.';
REVOKE ALL ON FUNCTION app.set_updated_at() FROM PUBLIC;
