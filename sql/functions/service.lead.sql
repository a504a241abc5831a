-- drop: DROP FUNCTION service.lead(bigint);
CREATE OR REPLACE FUNCTION service.lead(p_id bigint, OUT lead json, OUT etag text)
    LANGUAGE plpgsql STABLE STRICT
    SET search_path = pg_catalog
AS $$
BEGIN
    SELECT row_to_json(l), app.etag(l.id, l.version) INTO lead, etag
    FROM public.contact_leads AS l
    WHERE l.id = p_id AND l.deleted_at IS NULL;
    IF lead IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no lead %s.', p_id),
            CONSTRAINT = 'lead_not_found',
            COLUMN = 'id';
    END IF;
END;
$$;

COMMENT ON FUNCTION service.lead(bigint) IS
    'One lead with all its columns, and its ETag. LD404 lead_not_found when there is none, or it is in the trash.';
REVOKE ALL ON FUNCTION service.lead(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead(bigint) TO leads_viewer, leads_editor, leads_admin;
