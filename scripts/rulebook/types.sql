SELECT t.oid::regtype::text AS name, obj_description(t.oid, 'pg_type') AS comment,
    array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS labels
FROM pg_type AS t JOIN pg_enum AS e ON e.enumtypid = t.oid
WHERE t.typnamespace IN ('public'::regnamespace, 'app'::regnamespace)
GROUP BY t.oid
ORDER BY t.oid::regtype::text COLLATE "C"
