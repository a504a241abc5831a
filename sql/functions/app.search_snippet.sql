-- drop: DROP FUNCTION app.search_snippet(text, text, text, text, text, tsquery);
CREATE OR REPLACE FUNCTION app.search_snippet(
    p_name text, p_company text, p_email text, p_subject text, p_message text, p_query tsquery
) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
DECLARE
    c_options CONSTANT text :=
        E'StartSel="\x01", StopSel="\x02", MaxFragments=2, MinWords=8, MaxWords=20, ShortWord=0, FragmentDelimiter=" … "';
    -- By these the parser would join words into hosts, paths, numbers and tags. Control characters stand in for them meanwhile.
    c_joints CONSTANT text := './-+_&<';
    c_stand_ins CONSTANT text := E'\x03\x04\x05\x06\x07\x08\x0e';
    v_text CONSTANT text := translate(
        regexp_replace(concat_ws(' · ', p_name, p_company, p_email, p_subject, left(p_message, 5000)), '[\x01-\x1f\x7f]+', ' ', 'g'),
        c_joints, c_stand_ins);
    v_found text := '';
BEGIN
    IF numnode(p_query) > 0 THEN
        v_found := ts_headline('app.simple_folded', v_text, p_query, c_options);
        IF strpos(v_found, E'\x01') = 0 THEN
            v_found := ts_headline('app.english_folded', v_text, p_query, c_options);
        END IF;
    END IF;
    IF strpos(v_found, E'\x01') = 0 THEN
        v_found := left(v_text, 200) || CASE WHEN char_length(v_text) > 200 THEN ' …' ELSE '' END;
    END IF;
    v_found := translate(v_found, c_stand_ins, c_joints);
    v_found := replace(replace(replace(replace(replace(v_found, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
    RETURN replace(replace(v_found, E'\x01', '<mark>'), E'\x02', '</mark>');
END;
$$;

COMMENT ON FUNCTION app.search_snippet(text, text, text, text, text, tsquery) IS
    'An excerpt of a lead''s name, company, e-mail, subject and message (its first 5,000 characters) as HTML: what p_query (of app.search_query) finds stands in <mark>, everything else is escaped. Where it finds nothing, the beginning.';
REVOKE ALL ON FUNCTION app.search_snippet(text, text, text, text, text, tsquery) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_snippet(text, text, text, text, text, tsquery) TO leads_viewer, leads_editor, leads_admin;
