-- The relations of these schemas with their columns, computed ones too, and the types that a cast may name.
SELECT json_build_object(
    'relations', (
        SELECT coalesce(json_agg(json_build_object(
            'schema', n.nspname,
            'name', c.relname,
            'columns', (
                SELECT coalesce(json_agg(json_build_object(
                    'name', a.attname,
                    'type_schema', tn.nspname,
                    'type', t.typname,
                    'array_type', ta.typname,
                    'not_null', a.attnotnull,
                    'function', a.function,
                    'labels', (
                        SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = t.oid
                    ),
                    'kind', CASE
                        WHEN t.typname IN ('json', 'jsonb') AND tn.nspname = 'pg_catalog' THEN 'json'
                        WHEN t.typtype = 'c' THEN 'composite'
                        WHEN t.typcategory = 'A' THEN 'array'
                        WHEN t.typcategory = 'S' THEN 'text'
                        ELSE 'other'
                    END
                ) ORDER BY a.attnum, a.attname), '[]')
                FROM (
                    SELECT attname, atttypid, attnum, attnotnull, NULL AS function
                    FROM pg_catalog.pg_attribute
                    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                    UNION ALL
                    -- Computed columns, as PostgREST has them: functions of a row of this relation, beside it, which change nothing.
                    SELECT p.proname, p.prorettype, NULL, false, format('%I.%I', n.nspname, p.proname)
                    FROM pg_catalog.pg_proc AS p
                    WHERE p.pronamespace = c.relnamespace AND p.pronargs = 1 AND p.proargtypes[0] = c.reltype
                        AND p.prokind = 'f' AND NOT p.proretset AND p.provolatile <> 'v'
                ) AS a
                JOIN pg_catalog.pg_type AS d ON d.oid = a.atttypid
                -- An operator sees a domain as the type under it.
                JOIN pg_catalog.pg_type AS t ON t.oid = CASE d.typtype WHEN 'd' THEN d.typbasetype ELSE d.oid END
                JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.typnamespace
                LEFT JOIN pg_catalog.pg_type AS ta ON ta.oid = t.typarray
            )
        )), '[]')
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
    ),
    'types', (
        SELECT json_agg(json_build_object('schema', n.nspname, 'name', t.typname))
        FROM pg_catalog.pg_type AS t
        JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
        -- Of the built-in ones those that hold data. Not the reg* types: they tell which objects there are.
        WHERE (n.nspname = 'pg_catalog' AND ltrim(t.typname, '_') IN (
                'bit', 'bool', 'box', 'bpchar', 'bytea', 'cidr', 'circle', 'date', 'daterange', 'float4', 'float8', 'inet', 'int2',
                'int4', 'int4range', 'int8', 'int8range', 'interval', 'json', 'jsonb', 'line', 'lseg', 'macaddr', 'macaddr8',
                'money', 'numeric', 'numrange', 'path', 'point', 'polygon', 'text', 'time', 'timestamp', 'timestamptz', 'timetz',
                'tsquery', 'tsrange', 'tstzrange', 'tsvector', 'uuid', 'varbit', 'varchar'
            ))
            OR (n.nspname = ANY ($1::text[]) AND t.typtype IN ('e', 'd', 'r'))
    )
)
