-- drop: DROP FUNCTION service.save_view(uuid, text, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.save_view(
    p_id uuid, p_name text, p_query text, p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_name text := btrim(regexp_replace(p_name, '\s+', ' ', 'g'));
    v_view app.saved_views;
BEGIN
    IF v_name = '' OR char_length(v_name) > 80 OR v_name ~ '[[:cntrl:]]' THEN
        PERFORM app.refuse_field('name', 'A view''s name has 1 to 80 characters, on one line.');
    END IF;
    IF char_length(p_query) > 4000 OR p_query ~ '[[:cntrl:]]' THEN
        PERFORM app.refuse_field('query', 'A view''s query has at most 4000 characters, and no control characters.');
    END IF;
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    IF p_id IS NULL THEN
        INSERT INTO app.saved_views (name, query, created_by) VALUES (v_name, p_query, coalesce(p_actor, session_user))
        RETURNING * INTO v_view;
    ELSE
        UPDATE app.saved_views AS v SET name = coalesce(v_name, v.name), query = coalesce(p_query, v.query)
        WHERE v.id = p_id
        RETURNING v.* INTO v_view;
        IF v_view.id IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'LD404', MESSAGE = 'There is no such view.', CONSTRAINT = 'view_not_found';
        END IF;
    END IF;
    RETURN row_to_json(v_view);
EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION USING
        ERRCODE = 'LD409',
        MESSAGE = format('There is a view %s already.', v_name),
        CONSTRAINT = 'saved_views_name_key',
        COLUMN = 'name',
        HINT = 'Change that one, or choose another name.';
END;
$$;

COMMENT ON FUNCTION service.save_view(uuid, text, text, text, text, uuid) IS
    'A new view of the team''s, without p_id; else the view of that id gets another name or query, and what is NULL stays. Returns it as service.list_views shows it. LD404 view_not_found, LD409 saved_views_name_key, too_many_views, LD422 fields_not_valid.';
REVOKE ALL ON FUNCTION service.save_view(uuid, text, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.save_view(uuid, text, text, text, text, uuid) TO leads_editor, leads_admin;
