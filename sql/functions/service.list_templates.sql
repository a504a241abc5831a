-- drop: DROP FUNCTION service.list_templates();
CREATE OR REPLACE FUNCTION service.list_templates() RETURNS json
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT json_agg(json_build_object(
        'kind', k.kind, 'enabled', coalesce(t.enabled, true), 'subject', t.subject, 'body_text', t.body_text, 'body_html', t.body_html,
        'updated_at', t.updated_at, 'updated_by', t.updated_by
    ) ORDER BY k.kind)
    FROM unnest(enum_range(NULL::app.mail_kind)) AS k (kind) LEFT JOIN app.mail_templates AS t ON t.kind = k.kind;
END;

COMMENT ON FUNCTION service.list_templates() IS
    'Each kind of mail, and what the team changed of it: [{kind, enabled, subject, body_text, body_html, updated_at, updated_by}], null where nothing.';
REVOKE ALL ON FUNCTION service.list_templates() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.list_templates() TO leads_admin;
