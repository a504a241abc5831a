-- drop: DROP FUNCTION app.lead_to_change(bigint, text, boolean);
CREATE OR REPLACE FUNCTION app.lead_to_change(p_id bigint, p_if_match text, p_trashed_too boolean DEFAULT false) RETURNS public.contact_leads
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_lead public.contact_leads;
BEGIN
    -- Of two at once the second waits here, and then sees what the first has made of it.
    SELECT l.* INTO v_lead
    FROM public.contact_leads AS l
    WHERE l.id = p_id AND (l.deleted_at IS NULL OR p_trashed_too)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD404',
            MESSAGE = format('There is no lead %s.', p_id),
            CONSTRAINT = 'lead_not_found',
            COLUMN = 'id';
    END IF;
    IF p_if_match IS NOT NULL AND btrim(p_if_match) <> '*'
        AND app.etag(v_lead.id, v_lead.version) <> ALL (regexp_split_to_array(btrim(p_if_match), '\s*,\s*'))
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'LD412',
            MESSAGE = format('Lead %s was changed meanwhile.', p_id),
            CONSTRAINT = 'version_conflict',
            HINT = 'Look at it as it is now, and send the change again with its ETag.';
    END IF;
    RETURN v_lead;
END;
$$;

COMMENT ON FUNCTION app.lead_to_change(bigint, text, boolean) IS
    'A lead, locked until the transaction ends. p_if_match: an If-Match header (RFC 9110, 13.1.1), NULL without one. LD404 lead_not_found when there is none, or it is in the trash (unless p_trashed_too); LD412 version_conflict when it has another ETag.';
REVOKE ALL ON FUNCTION app.lead_to_change(bigint, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.lead_to_change(bigint, text, boolean) TO leads_editor, leads_admin;
