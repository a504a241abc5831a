-- A row for each right of each role, the owner's left out. `columns` is empty where the right is to the whole.
WITH granted AS (
    SELECT 'schema ' || n.nspname AS object, n.nspowner AS owner, NULL::text AS column_name, NULL::integer AS place, g.grantee, g.privilege_type
    FROM pg_namespace AS n CROSS JOIN LATERAL aclexplode(n.nspacl) AS g WHERE n.nspname IN ('app', 'service', 'api', 'stats')
    UNION ALL
    SELECT n.nspname || '.' || c.relname, c.relowner, NULL, NULL, g.grantee, g.privilege_type
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) AS g
    WHERE n.nspname IN ('public', 'app', 'api', 'stats') AND c.relkind IN ('r', 'v', 'm', 'p', 'S') AND c.relname NOT LIKE '%yoyo%'
    UNION ALL
    SELECT n.nspname || '.' || c.relname, c.relowner, a.attname, a.attnum, g.grantee, g.privilege_type
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL aclexplode(a.attacl) AS g
    WHERE n.nspname IN ('public', 'app', 'api', 'stats') AND NOT a.attisdropped
)
SELECT g.object, coalesce(r.rolname, 'public') AS role, lower(g.privilege_type) AS right,
    coalesce(array_agg(g.column_name ORDER BY g.place) FILTER (WHERE g.column_name IS NOT NULL), '{}') AS columns
FROM granted AS g LEFT JOIN pg_roles AS r ON r.oid = g.grantee
WHERE g.grantee <> g.owner
GROUP BY g.object, r.rolname, g.privilege_type
ORDER BY g.object LIKE 'schema %' DESC, g.object LIKE 'public.%' DESC, g.object COLLATE "C", r.rolname COLLATE "C",
    strpos('USAGE SELECT INSERT UPDATE DELETE TRUNCATE', g.privilege_type)
