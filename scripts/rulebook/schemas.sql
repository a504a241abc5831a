SELECT n.nspname AS name, obj_description(n.oid, 'pg_namespace') AS comment
FROM pg_namespace AS n WHERE n.nspname IN ('app', 'service', 'api', 'stats') ORDER BY n.nspname COLLATE "C"
