-- drop: DROP FUNCTION app.with_tags(text[], text[], text[]);
CREATE OR REPLACE FUNCTION app.with_tags(p_tags text[], p_add text[], p_remove text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already.
    RETURN ARRAY(
        SELECT t.tag FROM unnest(p_tags || p_add) WITH ORDINALITY AS t (tag, place)
        WHERE t.tag <> ALL (p_remove)
        GROUP BY t.tag ORDER BY min(t.place)
    );

COMMENT ON FUNCTION app.with_tags(text[], text[], text[]) IS
    'The tags with some more and without some others; those that were there stay in their order. A tag that is in both goes.';
REVOKE ALL ON FUNCTION app.with_tags(text[], text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.with_tags(text[], text[], text[]) TO leads_editor, leads_admin;
