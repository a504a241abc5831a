-- drop: DROP FUNCTION app.with_tags(text[], text[], text[]);
CREATE OR REPLACE FUNCTION app.with_tags(p_tags text[], p_add text[], p_remove text[]) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tags text[] := '{}';
    v_tag text;
BEGIN
    FOREACH v_tag IN ARRAY p_tags || p_add LOOP
        IF v_tag <> ALL (p_remove) AND v_tag <> ALL (v_tags) THEN
            v_tags := v_tags || v_tag;
        END IF;
    END LOOP;
    RETURN v_tags;
END;
$$;

COMMENT ON FUNCTION app.with_tags(text[], text[], text[]) IS
    'The tags with some more and without some others; those that were there stay in their order. A tag that is in both goes.';
REVOKE ALL ON FUNCTION app.with_tags(text[], text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.with_tags(text[], text[], text[]) TO leads_editor, leads_admin;
