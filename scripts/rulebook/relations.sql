-- Tables and views, but yoyo's own, each with its columns and constraints in order.
SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, obj_description(c.oid, 'pg_class') AS comment,
    (
        SELECT json_agg(json_build_object(
            'name', a.attname,
            'type', format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ', not null' ELSE '' END,
            'comment', col_description(c.oid, a.attnum)
        ) ORDER BY a.attnum)
        FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ) AS columns,
    (
        -- NOT NULL stands beside the column's type.
        SELECT coalesce(json_agg(json_build_object(
            'name', k.conname, 'kind', k.contype, 'definition', pg_get_constraintdef(k.oid, true)
        ) ORDER BY strpos('pufcx', k.contype::text), k.conname COLLATE "C"), '[]')
        FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x')
    ) AS constraints
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'app', 'api', 'stats') AND c.relkind IN ('r', 'v', 'm', 'p') AND c.relname NOT LIKE '%yoyo%'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
