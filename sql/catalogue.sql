-- Everything of ours that the catalogue knows, a row an object: (object, definition). Two databases with the same rows have the
-- same schema. Read-only, and readable by anybody: scripts/check-drift compares a live database with the repository by it.
WITH schemas AS (
    SELECT n.oid, n.nspname FROM pg_namespace AS n WHERE n.nspname IN ('app', 'service', 'api', 'stats')
), relations AS (
    SELECT c.oid, c.relkind, c.relacl, c.reloptions, c.oid::regclass::text AS name, c.relowner
    FROM pg_class AS c
    WHERE c.relkind IN ('r', 'v', 'm', 'p')
        AND (c.relnamespace IN (SELECT s.oid FROM schemas AS s) OR c.oid = to_regclass('public.contact_leads'))
), routines AS (
    SELECT p.oid, p.oid::regprocedure::text AS name, p.proacl, p.proowner FROM pg_proc AS p
    WHERE p.pronamespace IN (SELECT s.oid FROM schemas AS s)
), types AS (
    SELECT t.oid, t.oid::regtype::text AS name FROM pg_type AS t
    WHERE t.typtype = 'e' AND (t.typnamespace IN (SELECT s.oid FROM schemas AS s)
        OR t.oid IN (to_regtype('public.lead_type'), to_regtype('public.lead_status'), to_regtype('public.lead_priority')))
), configurations AS (
    SELECT c.oid, c.oid::regconfig::text AS name, c.cfgparser FROM pg_ts_config AS c WHERE c.cfgnamespace IN (SELECT s.oid FROM schemas AS s)
), objects (kind, name, definition) AS (
    SELECT 'schema', s.nspname::text, 'exists' FROM schemas AS s
    UNION ALL
    SELECT 'type', t.name, (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid)
    FROM types AS t
    UNION ALL
    SELECT 'extension', e.extname::text, 'in schema ' || n.nspname
    FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname IN ('pg_trgm', 'unaccent')
    UNION ALL
    SELECT 'text search configuration', c.name, (
        SELECT string_agg(m.words || ': ' || m.dictionaries, '; ' ORDER BY m.words)
        FROM (
            SELECT k.alias AS words, string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno) AS dictionaries
            FROM pg_ts_config_map AS m JOIN ts_token_type(c.cfgparser) AS k ON k.tokid = m.maptokentype
            WHERE m.mapcfg = c.oid GROUP BY k.alias
        ) AS m)
    FROM configurations AS c
    UNION ALL
    SELECT 'relation', r.name, concat_ws(' ', r.relkind, r.reloptions, CASE WHEN r.relkind IN ('v', 'm') THEN
        regexp_replace(pg_get_viewdef(r.oid), '\m[a-z]\.', '', 'g') END) -- since 16 it writes no alias where there is one table
    FROM relations AS r
    UNION ALL
    SELECT 'column', r.name || '.' || a.attname, concat_ws(' ',
        format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END, nullif(a.attidentity, ''),
        (SELECT 'default ' || pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef AS d WHERE d.adrelid = r.oid AND d.adnum = a.attnum))
    FROM relations AS r JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint', r.name || '.' || c.conname, pg_get_constraintdef(c.oid) || CASE WHEN c.convalidated THEN '' ELSE ' not valid' END
    FROM relations AS r JOIN pg_constraint AS c ON c.conrelid = r.oid AND c.contype <> 'n' -- 18 lists each not null as one
    UNION ALL
    SELECT 'index', r.name || '.' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END
    FROM relations AS r JOIN pg_index AS i ON i.indrelid = r.oid
    UNION ALL
    SELECT 'trigger', r.name || '.' || t.tgname, concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
    FROM relations AS r JOIN pg_trigger AS t ON t.tgrelid = r.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT 'policy', r.name || '.' || p.polname, concat_ws(' ', p.polcmd, p.polpermissive, pg_get_expr(p.polqual, r.oid), pg_get_expr(p.polwithcheck, r.oid))
    FROM relations AS r JOIN pg_policy AS p ON p.polrelid = r.oid
    UNION ALL
    SELECT 'function', r.name, pg_get_functiondef(r.oid) FROM routines AS r
    UNION ALL
    SELECT 'comment', o.name, o.comment
    FROM (
        SELECT 'schema ' || s.nspname AS name, obj_description(s.oid, 'pg_namespace') AS comment FROM schemas AS s
        UNION ALL SELECT 'type ' || t.name, obj_description(t.oid, 'pg_type') FROM types AS t
        UNION ALL SELECT 'function ' || r.name, obj_description(r.oid, 'pg_proc') FROM routines AS r
        UNION ALL SELECT 'text search configuration ' || c.name, obj_description(c.oid, 'pg_ts_config') FROM configurations AS c
        UNION ALL SELECT 'relation ' || r.name, obj_description(r.oid, 'pg_class') FROM relations AS r
        UNION ALL SELECT 'column ' || r.name || '.' || a.attname, col_description(r.oid, a.attnum)
            FROM relations AS r JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL SELECT 'trigger ' || r.name || '.' || t.tgname, obj_description(t.oid, 'pg_trigger')
            FROM relations AS r JOIN pg_trigger AS t ON t.tgrelid = r.oid AND NOT t.tgisinternal
    ) AS o
    WHERE o.comment IS NOT NULL
    UNION ALL
    -- The owner's own rights go without saying, and the owner has another name elsewhere.
    SELECT 'grant', g.name || ' to ' || coalesce(u.rolname, 'public'), string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type)
    FROM (
        SELECT 'schema ' || n.nspname AS name, n.nspowner AS owner, a.* FROM pg_namespace AS n
            CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a WHERE n.oid IN (SELECT s.oid FROM schemas AS s)
        UNION ALL SELECT 'relation ' || r.name, r.relowner, a.* FROM relations AS r
            CROSS JOIN LATERAL aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) AS a
        UNION ALL SELECT 'column ' || r.name || '.' || c.attname, r.relowner, a.* FROM relations AS r
            JOIN pg_attribute AS c ON c.attrelid = r.oid AND c.attacl IS NOT NULL CROSS JOIN LATERAL aclexplode(c.attacl) AS a
        UNION ALL SELECT 'function ' || r.name, r.proowner, a.* FROM routines AS r
            CROSS JOIN LATERAL aclexplode(coalesce(r.proacl, acldefault('f', r.proowner))) AS a
    ) AS g LEFT JOIN pg_roles AS u ON u.oid = g.grantee
    WHERE g.grantee <> g.owner
        -- What leads analyst add --personal grants is no drift.
        AND NOT (g.name = 'relation stats.personal' AND g.privilege_type = 'SELECT' AND coalesce(
            shobj_description(g.grantee, 'pg_authid') = 'An analyst of the lead inbox ' || current_database() || '.', false))
    GROUP BY g.name, u.rolname
    UNION ALL
    SELECT 'role', r.rolname::text, concat_ws(', ', CASE WHEN r.rolsuper THEN 'superuser' END, CASE WHEN r.rolbypassrls THEN 'bypassrls' END,
        CASE WHEN r.rolcreaterole THEN 'createrole' END, CASE WHEN r.rolinherit THEN 'inherit' ELSE 'noinherit' END,
        'member of: ' || coalesce((SELECT string_agg(g.rolname, ', ' ORDER BY g.rolname) FROM pg_auth_members AS m
            JOIN pg_roles AS g ON g.oid = m.roleid WHERE m.member = r.oid), 'none'))
    FROM pg_roles AS r
    WHERE r.rolname IN ('leads_public', 'leads_viewer', 'leads_editor', 'leads_admin', 'leads_analyst', 'leads_capture', 'leads_service')
)
SELECT o.kind || ' ' || o.name AS object, coalesce(o.definition, '') AS definition FROM objects AS o ORDER BY 1
