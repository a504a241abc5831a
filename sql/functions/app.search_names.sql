-- drop: DROP FUNCTION app.search_names(text, text, text);
CREATE OR REPLACE FUNCTION app.search_names(p_name text, p_company text, p_email text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    -- No SET search_path: its names are resolved already, and a function with SET can't be inlined.
    RETURN ' ' || app.words(p_name) || E' \n ' || coalesce(app.words(p_company), '') || E' \n ' || app.words(p_email) || ' ';

COMMENT ON FUNCTION app.search_names(text, text, text) IS
    'What app.lead_search.names holds of a lead: the words of name, company and e-mail, a line each. A space stands before and after every word, so that a LIKE pattern can ask for whole ones.';
REVOKE ALL ON FUNCTION app.search_names(text, text, text) FROM PUBLIC;
