-- drop: DROP FUNCTION service.lead(bigint);
CREATE OR REPLACE FUNCTION service.lead(p_id bigint) RETURNS json
    LANGUAGE plpgsql STABLE STRICT
    SET search_path = pg_catalog
AS $$
DECLARE
    v_lead json;
BEGIN
    SELECT row_to_json(l) INTO v_lead
    FROM public.contact_leads AS l
    WHERE l.id = p_id AND l.deleted_at IS NULL;
    IF v_lead IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no lead %s.', p_id),
            CONSTRAINT = 'lead_not_found',
            COLUMN = 'id';
    END IF;
    RETURN v_lead;
END;
$$;

COMMENT ON FUNCTION service.lead(bigint) IS 'One lead with all its columns. LD404 lead_not_found when there is none, or it is in the trash.';
REVOKE ALL ON FUNCTION service.lead(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.lead(bigint) TO leads_viewer, leads_editor, leads_admin;
