-- drop: DROP FUNCTION app.search_document(text, text, text, text, text);
CREATE OR REPLACE FUNCTION app.search_document(p_name text, p_company text, p_email text, p_subject text, p_message text) RETURNS tsvector
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    -- A word of more than 2,047 bytes isn't indexed; nobody needs to be told.
    SET client_min_messages = warning
AS $$
DECLARE
    v_email CONSTANT text := app.fold(p_email);
    v_domain text := substr(v_email, strpos(v_email, '@') + 1);
    v_whole text := app.lexeme(v_email) || ':1A';
    v_subject CONSTANT text := app.plain(p_subject);
    -- A tsvector holds 1 MB at most. The column's CHECK keeps far below that; and a lead must never be lost to its search.
    v_message CONSTANT text := app.plain(left(p_message, 10000));
BEGIN
    -- mail.example.com, then example.com. As lexemes of our own, since the parser knows some addresses and not others.
    FOR v_depth IN 1..5 LOOP
        EXIT WHEN strpos(v_domain, '.') = 0;
        v_whole := v_whole || ' ' || app.lexeme(v_domain) || ':1A';
        v_domain := substr(v_domain, strpos(v_domain, '.') + 1);
    END LOOP;
    RETURN setweight(to_tsvector('app.simple_folded', app.plain(concat_ws(' ', p_name, p_company, p_email))), 'A')
        || v_whole::tsvector
        || CASE WHEN v_subject IS NULL THEN '' ELSE
            setweight(to_tsvector('app.simple_folded', v_subject) || to_tsvector('app.english_folded', v_subject), 'B') END
        || CASE WHEN v_message IS NULL THEN '' ELSE
            setweight(to_tsvector('app.simple_folded', v_message) || to_tsvector('app.english_folded', v_message), 'C') END;
END;
$$;

COMMENT ON FUNCTION app.search_document(text, text, text, text, text) IS
    'What app.lead_search.document holds of a lead. Weight A: the words of name, company and e-mail as they are, the whole address, its domain and the domains above it; B: the subject''s words as they are and as English stems; C: the message''s.';
REVOKE ALL ON FUNCTION app.search_document(text, text, text, text, text) FROM PUBLIC;
