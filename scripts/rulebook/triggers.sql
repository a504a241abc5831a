-- In the order in which they fire: by moment, then by name. Bits of tgtype: 1 each row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate.
SELECT n.nspname AS schema, c.relname AS relation, t.tgname AS name, t.tgtype AS type, obj_description(t.oid, 'pg_trigger') AS comment,
    fn.nspname || '.' || f.proname AS function,
    ARRAY(SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum = ANY (t.tgattr) ORDER BY a.attnum) AS columns,
    substring(pg_get_triggerdef(t.oid, true) FROM ' WHEN \((.*)\) EXECUTE FUNCTION ') AS condition
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_proc AS f ON f.oid = t.tgfoid
JOIN pg_namespace AS fn ON fn.oid = f.pronamespace
WHERE NOT t.tgisinternal AND n.nspname IN ('public', 'app', 'api', 'stats') AND c.relname NOT LIKE '%yoyo%'
ORDER BY n.nspname = 'app', n.nspname COLLATE "C", c.relname COLLATE "C",
    CASE t.tgtype & 3 WHEN 2 THEN 1 WHEN 3 THEN 2 WHEN 1 THEN 3 ELSE 4 END, t.tgname COLLATE "C"
