-- drop: DROP FUNCTION app.limit_saved_views();
CREATE OR REPLACE FUNCTION app.limit_saved_views() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Of two who add at once the second waits here, and then counts what the first has added.
    PERFORM pg_advisory_xact_lock(465557349494);
    IF (SELECT count(*) FROM app.saved_views) > 200 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD409',
            MESSAGE = 'There are 200 views, and can''t be more.',
            CONSTRAINT = 'too_many_views',
            HINT = 'Remove one first.';
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.limit_saved_views() IS
    'Trigger function: there are at most 200 views, so that a list of them stays one that people read. LD409 too_many_views.';
REVOKE ALL ON FUNCTION app.limit_saved_views() FROM PUBLIC;
