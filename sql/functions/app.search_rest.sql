-- drop: DROP FUNCTION app.search_rest(text);
CREATE OR REPLACE FUNCTION app.search_rest(p_query text) RETURNS tsquery
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT CASE
        WHEN app.is_plain_query(p_query) AND numnode(plainto_tsquery('app.english_folded'::regconfig, app.plain(r.rest))) > 0
        -- The empty phrase stands where the last word stood, so that the one before isn't taken for a beginning.
        THEN app.search_query(r.rest || ' ""')
    END
    FROM (SELECT regexp_replace(p_query, '\s*\S+\s*$', '') AS rest) AS r;
END;

COMMENT ON FUNCTION app.search_rest(text) IS
    'What a search of plain words asks for besides its last word, which is a beginning: all that app.search_query finds for the whole is among what this finds. NULL when there is nothing besides, and for queries that say more than words.';
REVOKE ALL ON FUNCTION app.search_rest(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_rest(text) TO leads_viewer, leads_editor, leads_admin;
