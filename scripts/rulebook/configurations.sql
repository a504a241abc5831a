SELECT n.nspname || '.' || c.cfgname AS name, obj_description(c.oid, 'pg_ts_config') AS comment
FROM pg_ts_config AS c JOIN pg_namespace AS n ON n.oid = c.cfgnamespace
WHERE n.nspname IN ('app', 'stats') ORDER BY 1
