SELECT r.rolname AS name, shobj_description(r.oid, 'pg_authid') AS comment, r.rolinherit AS inherits,
    ARRAY(
        SELECT g.rolname::text FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid
        WHERE m.member = r.oid AND g.rolname IN ('leads_public', 'leads_viewer', 'leads_editor', 'leads_admin', 'leads_analyst')
        ORDER BY strpos('leads_public leads_viewer leads_editor leads_admin leads_analyst', g.rolname)
    ) AS member_of
FROM pg_roles AS r
WHERE r.rolname IN ('leads_public', 'leads_viewer', 'leads_editor', 'leads_admin', 'leads_analyst', 'leads_capture', 'leads_service')
ORDER BY strpos('leads_public leads_viewer leads_editor leads_admin leads_analyst leads_capture leads_service', r.rolname)
