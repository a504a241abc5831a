-- drop: DROP FUNCTION app.keep_search();
CREATE OR REPLACE FUNCTION app.keep_search() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO app.lead_search AS s (lead_id, document, names)
    VALUES (
        NEW.id,
        app.search_document(NEW.name, NEW.company, NEW.email, NEW.subject, NEW.message),
        app.search_names(NEW.name, NEW.company, NEW.email)
    )
    ON CONFLICT (lead_id) DO UPDATE SET document = EXCLUDED.document, names = EXCLUDED.names;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION app.keep_search() IS
    'Trigger function: app.lead_search follows a lead, whoever writes it. SECURITY DEFINER, since nobody may write that table by hand.';
REVOKE ALL ON FUNCTION app.keep_search() FROM PUBLIC;
