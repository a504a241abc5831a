-- drop: DROP FUNCTION app.fold(text);
CREATE OR REPLACE FUNCTION app.fold(p_text text) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    -- Folded before lower(): some letters fold to capitals, and a database of locale C lowers ASCII alone.
    RETURN lower(public.unaccent('public.unaccent', p_text));

COMMENT ON FUNCTION app.fold(text) IS
    'A text for comparing: lower-case, accents and ligatures folded (Müller: muller, Łódź: lodz, Strauß: strauss).';
REVOKE ALL ON FUNCTION app.fold(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.fold(text) TO leads_viewer, leads_editor, leads_admin;
