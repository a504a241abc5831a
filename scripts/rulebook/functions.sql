-- `arguments` by name, or by type where they have none; `gives` the columns, or the type, of what is returned.
SELECT n.nspname AS schema, p.proname AS name, obj_description(p.oid, 'pg_proc') AS comment, p.prosecdef AS as_owner,
    p.prorettype = 'trigger'::regtype AS is_trigger,
    ARRAY(
        SELECT coalesce(nullif(a.name, ''), format_type(a.type, NULL))
        FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes) WITH ORDINALITY AS a (type, name, mode, place)
        WHERE coalesce(a.mode, 'i') IN ('i', 'b', 'v') ORDER BY a.place
    ) AS arguments,
    coalesce(
        (SELECT string_agg(a.name, ', ' ORDER BY a.place)
            FROM unnest(p.proargnames, p.proargmodes) WITH ORDINALITY AS a (name, mode, place) WHERE a.mode IN ('o', 'b', 't')),
        format_type(p.prorettype, NULL)
    ) AS gives,
    p.proretset AS many,
    ARRAY(
        SELECT DISTINCT coalesce(r.rolname::text, 'public')
        FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS g LEFT JOIN pg_roles AS r ON r.oid = g.grantee
        WHERE g.grantee <> p.proowner ORDER BY 1
    ) AS executors
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname IN ('public', 'app', 'service', 'api', 'stats') AND p.prokind IN ('f', 'p')
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
ORDER BY n.nspname COLLATE "C", p.proname COLLATE "C", p.oid::regprocedure::text COLLATE "C"
