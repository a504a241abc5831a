-- drop: DROP FUNCTION service.save_template(text, boolean, text, text, text, text, text, uuid);
CREATE OR REPLACE FUNCTION service.save_template(
    p_kind text, p_enabled boolean, p_subject text, p_body_text text, p_body_html text, p_actor text, p_role text, p_request_id uuid
) RETURNS json
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog
AS $$
DECLARE
    v_kind app.mail_kind := app.check_mail_kind(p_kind);
    v_template app.mail_templates;
BEGIN
    PERFORM app.act_as(p_actor, p_role, p_request_id);
    INSERT INTO app.mail_templates AS t (kind, enabled, subject, body_text, body_html, updated_by)
    VALUES (v_kind, p_enabled, p_subject, p_body_text, p_body_html, coalesce(p_actor, session_user))
    ON CONFLICT ON CONSTRAINT mail_templates_pkey DO UPDATE
        SET enabled = excluded.enabled, subject = excluded.subject, body_text = excluded.body_text, body_html = excluded.body_html,
            updated_by = excluded.updated_by
    RETURNING t.* INTO v_template;
    RETURN row_to_json(v_template);
END;
$$;

COMMENT ON FUNCTION service.save_template(text, boolean, text, text, text, text, text, uuid) IS
    'Changes what mails of a kind say, or switches them off: all four at once, NULL for what was delivered. Returns it as service.list_templates shows it. LD404 template_not_found.';
REVOKE ALL ON FUNCTION service.save_template(text, boolean, text, text, text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.save_template(text, boolean, text, text, text, text, text, uuid) TO leads_admin;
