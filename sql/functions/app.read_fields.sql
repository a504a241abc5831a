-- drop: DROP FUNCTION app.read_fields(jsonb, text[], text[]);
CREATE OR REPLACE FUNCTION app.read_fields(p_sent jsonb, p_takes text[], p_needs text[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_field text;
    v_value jsonb;
    v_type text;
    v_text text;
    v_choices text[];
    v_read jsonb := '{}';
BEGIN
    FOREACH v_field IN ARRAY p_needs LOOP
        IF NOT p_sent ? v_field THEN
            PERFORM app.refuse_field(v_field, format('%s is missing.', v_field));
        END IF;
    END LOOP;
    FOR v_field, v_value IN SELECT s.key, s.value FROM jsonb_each(p_sent) AS s LOOP
        v_type := jsonb_typeof(v_value);
        IF v_field <> ALL (p_takes) THEN
            PERFORM app.refuse_field(v_field, format('%s is not taken here.', left(v_field, 100)), array_to_string(p_takes, ', '));
        ELSIF v_field = 'quality_score' THEN
            IF v_type <> 'null' AND (v_type <> 'number' OR CASE WHEN v_type = 'number' THEN
                v_value::numeric NOT BETWEEN 0 AND 100 OR trunc(v_value::numeric) <> v_value::numeric END)
            THEN
                PERFORM app.refuse_field(v_field, 'quality_score must be a whole number from 0 to 100, or null.');
            END IF;
            v_value := CASE v_type WHEN 'number' THEN to_jsonb(v_value::numeric::integer) ELSE v_value END;
        ELSIF v_field = 'consent' THEN
            IF v_type NOT IN ('boolean', 'null') THEN
                PERFORM app.refuse_field(v_field, 'consent must be true, false or null.');
            END IF;
        ELSIF v_field IN ('tags', 'add', 'remove') THEN
            IF v_type <> 'array' OR jsonb_path_exists(v_value, 'strict $[*] ? (@.type() != "string")') THEN
                PERFORM app.refuse_field(v_field, format('%s must be an array of texts.', v_field));
            END IF;
            -- In the order given, each once.
            SELECT coalesce(jsonb_agg(t.tag ORDER BY t.place), '[]') INTO v_value
            FROM (
                SELECT btrim(a.tag) AS tag, min(a.place) AS place
                FROM jsonb_array_elements_text(v_value) WITH ORDINALITY AS a (tag, place)
                GROUP BY 1
            ) AS t;
            IF NOT app.tags_valid(ARRAY(SELECT jsonb_array_elements_text(v_value))) THEN
                PERFORM app.refuse_field(v_field, format('%s can hold at most 50 tags, each of 1 to 50 characters on one line.', v_field));
            END IF;
        ELSIF v_type NOT IN ('string', 'null') THEN
            PERFORM app.refuse_field(v_field, format('%s must be text.', v_field));
        ELSE
            v_text := v_value #>> '{}';
            v_choices := CASE v_field
                WHEN 'status' THEN enum_range(NULL::public.lead_status)::text[]
                WHEN 'priority' THEN enum_range(NULL::public.lead_priority)::text[]
                WHEN 'lead_type' THEN enum_range(NULL::public.lead_type)::text[]
            END;
            IF v_choices IS NOT NULL THEN
                IF v_text IS NULL OR v_text <> ALL (v_choices) THEN
                    PERFORM app.refuse_field(v_field,
                        format('%s must be one of: %s.', v_field, array_to_string(v_choices, ', ')), array_to_string(v_choices, ', '));
                END IF;
            ELSIF v_field IN ('follow_up_date', 'at') THEN
                IF app.read_instant(v_text) IS NULL AND v_text IS NOT NULL OR v_field = 'follow_up_date' AND length(v_text) <> 10 THEN
                    PERFORM app.refuse_field(v_field, format('%s must be %s.', v_field,
                        CASE v_field WHEN 'at' THEN 'a time, such as 2026-11-23T10:30:00Z' ELSE 'a day, such as 2026-11-23, or null' END));
                END IF;
            ELSIF v_field IN ('message', 'internal_notes', 'note') THEN
                v_text := nullif(replace(replace(v_text, E'\r\n', E'\n'), E'\r', E'\n'), '');
            ELSE
                v_text := nullif(btrim(regexp_replace(v_text, '\s+', ' ', 'g')), '');
            END IF;
            -- Here too, so that a dry run tells it.
            IF v_field = 'assignee' AND (char_length(v_text) > 100 OR v_text ~ '[[:cntrl:]]') THEN
                PERFORM app.refuse_field(v_field, 'assignee can have at most 100 characters, on one line.');
            END IF;
            IF v_text IS NULL AND v_field IN ('name', 'email', 'channel', 'note') THEN
                PERFORM app.refuse_field(v_field, format('%s must be filled in.', v_field));
            END IF;
            v_value := coalesce(to_jsonb(v_text), 'null');
        END IF;
        v_read := v_read || jsonb_build_object(v_field, v_value);
    END LOOP;
    RETURN v_read;
END;
$$;

COMMENT ON FUNCTION app.read_fields(jsonb, text[], text[]) IS
    'What somebody sent, read by its fields'' names: types and choices checked, spaces around a text gone, an empty one null, each tag once. p_takes: the fields that may be there; p_needs: those that must. LD422 fields_not_valid names the first that can''t be taken; lengths are the constraints''.';
REVOKE ALL ON FUNCTION app.read_fields(jsonb, text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.read_fields(jsonb, text[], text[]) TO leads_editor, leads_admin;
