"""docs/security.md says who may do what; the catalogue, walked whole as each role, must say the same. Nothing else is open."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from conftest import Urls

Connection = psycopg.Connection[tuple[Any, ...]]

SECURITY = Path(__file__).resolve().parents[2] / "docs" / "security.md"
ROLES = [
    "public",
    "leads_public",
    "leads_capture",
    "leads_service",
    "leads_analyst",
    "leads_viewer",
    "leads_editor",
    "leads_admin",
]

# Every object outside PostgreSQL's own schemas, and each privilege it could give: (kind, name, privilege, whether a role has it).
# Indexes and constraints have no privileges; a table's row type and an array type go with their table and element.
OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
# What the two extensions bring is open to everybody, as everywhere; a test of its own looks at it.
THEIRS = "NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = {}::regclass AND e.objid = {} AND e.deptype = 'e')"
RELATION_PRIVILEGES = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
WALK = f"""
    SELECT 'database', 'the database', p, has_database_privilege(%(role)s, current_database(), p)
    FROM unnest('{{CREATE, CONNECT, TEMPORARY}}'::text[]) AS p
    UNION ALL
    SELECT 'schema', n.nspname, p, has_schema_privilege(%(role)s, n.oid, p)
    FROM pg_namespace AS n, unnest('{{CREATE, USAGE}}'::text[]) AS p WHERE {OURS}
    UNION ALL
    SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, n.nspname || '.' || c.relname, p,
        CASE c.relkind WHEN 'S' THEN has_sequence_privilege(%(role)s, c.oid, p) ELSE has_table_privilege(%(role)s, c.oid, p) END
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace,
        unnest(CASE c.relkind WHEN 'S' THEN '{{USAGE, SELECT, UPDATE}}'::text[] ELSE %(relation)s::text[] END) AS p
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND {OURS}
    UNION ALL
    SELECT 'type', n.nspname || '.' || t.typname, 'USAGE', has_type_privilege(%(role)s, t.oid, 'USAGE')
    FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace LEFT JOIN pg_class AS c ON c.oid = t.typrelid
    WHERE t.typtype IN ('e', 'd', 'c', 'r', 'b') AND t.typelem = 0 AND coalesce(c.relkind, 'c') = 'c' AND {OURS}
        AND {THEIRS.format("'pg_type'", "t.oid")}
    UNION ALL
    SELECT 'function', n.nspname || '.' || p.proname, 'EXECUTE', has_function_privilege(%(role)s, p.oid, 'EXECUTE')
    FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE {OURS} AND {THEIRS.format("'pg_proc'", "p.oid")}
"""
COLUMNS = f"""
    SELECT n.nspname || '.' || c.relname, a.attname, p, has_column_privilege(%(role)s, c.oid, a.attnum, p)
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid,
        unnest('{{SELECT, INSERT, UPDATE, REFERENCES}}'::text[]) AS p
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND {OURS}
"""

Rights = dict[tuple[str, str], set[str]]


def documented(role: str) -> Rights:
    """What a role may do, of itself and as everybody may, by docs/security.md: {(kind, object): privileges}."""
    rights: Rights = {}
    header: list[str] = []
    for line in SECURITY.read_text().splitlines():
        cells = [cell.strip().replace("`", "") for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            header = []
        elif cells[-1].endswith("leads_admin"):
            header = cells
        elif header and not cells[0].startswith("---"):
            held = {word for heading, cell in zip(header[1:], cells[1:], strict=True)
                    if {role, "public"} & set(heading.lower().split(", ")) for word in cell.split(", ")}  # fmt: skip
            rights[header[0], cells[0]] = held - {"-"}
    return rights


def walked(connection: Connection, role: str) -> Rights:
    rights: Rights = {}
    relation = RELATION_PRIVILEGES + (["MAINTAIN"] if connection.info.server_version >= 170000 else [])
    for kind, name, privilege, has in connection.execute(WALK, {"role": role, "relation": relation}):
        held = rights.setdefault((kind, name), set())
        if has:
            held.add(privilege.lower())
    return rights


@pytest.mark.threat(17)
@pytest.mark.parametrize("role", ROLES)
def test_the_document_says_what_the_catalogue_does(owner: Connection, role: str) -> None:
    written, real = documented(role), walked(owner, role)
    assert set(written) <= set(real), "a row of something that is not there"
    assert {key: held for key, held in real.items() if held} == {key: held for key, held in written.items() if held}


def test_the_walk_sees_everything(owner: Connection) -> None:
    """And a new object that nobody wrote down is found, whatever its kind."""
    before = walked(owner, "leads_viewer")
    assert {kind for kind, _ in before} == {"database", "schema", "table", "sequence", "type", "function"}
    assert ("table", "public._yoyo_migration") in before
    for statement in (
        "CREATE SCHEMA more",
        "CREATE VIEW more.of_it AS SELECT name FROM public.contact_leads",
        "CREATE SEQUENCE more.numbers",
        "CREATE DOMAIN more.word AS text",
        "CREATE FUNCTION more.answer() RETURNS integer LANGUAGE sql RETURN 42",
        "GRANT USAGE ON SCHEMA more TO leads_viewer",
        "GRANT SELECT ON more.of_it, more.numbers TO leads_viewer",
        "GRANT EXECUTE ON FUNCTION more.answer() TO PUBLIC",
    ):
        owner.execute(statement)
    found = {key: held for key, held in walked(owner, "leads_viewer").items() if key not in before}
    assert found == {
        ("schema", "more"): {"usage"},
        ("table", "more.of_it"): {"select"},
        ("sequence", "more.numbers"): {"select"},
        ("type", "more.word"): {"usage"},
        ("function", "more.answer"): {"execute"},
    }


@pytest.mark.threat(17)
@pytest.mark.parametrize("role", ROLES)
def test_no_column_has_rights_that_are_not_written_down(owner: Connection, role: str) -> None:
    """Of the rights that are not its table's: the document names the columns that an editor may update, and there are no others."""
    tables = walked(owner, role)
    own = {
        (table, column, privilege)
        for table, column, privilege, has in owner.execute(COLUMNS, {"role": role})
        if has != (privilege.lower() in tables["table", table])
    }
    assert own == {("public.contact_leads", column, "UPDATE") for column in written_columns(role)}


def written_columns(role: str) -> list[str]:
    """The columns of public.contact_leads that a role may update, by docs/security.md."""
    sentence = rf"^`{role}` may also update these columns of `public.contact_leads`, and no other: .*\n(.+)$"
    return [
        name for line in re.findall(sentence, SECURITY.read_text(), flags=re.MULTILINE) for name in re.findall(r"`(\w+)`", line)
    ]


@pytest.mark.threat(17)
def test_memberships(owner: Connection) -> None:
    """A role may all that the roles may whose member it is, by itself or by SET ROLE: there are no other ways."""
    rows = owner.execute(
        "SELECT m.member::regrole::text, m.roleid::regrole::text FROM pg_auth_members AS m"
        " WHERE m.member::regrole::text = ANY (%s)",
        (ROLES[1:],),
    ).fetchall()
    written = re.findall(r"^\| `(leads_\w+)` \| [\w, ]+ \| ([^|]+) \|", SECURITY.read_text(), flags=re.MULTILINE)
    assert {name for name, _ in written} == set(ROLES[1:])
    assert set(rows) == {(name, group) for name, groups in written for group in re.findall(r"`(leads_\w+)`", groups)}


def test_extensions_bring_functions_that_read_nothing(owner: Connection) -> None:
    """Of these two, and each in C, with its caller's rights."""
    rows = owner.execute(
        "SELECT e.extname, count(*) FILTER (WHERE p.prosecdef OR l.lanname <> 'c') FROM pg_extension AS e"
        " LEFT JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.classid = 'pg_proc'::regclass"
        " LEFT JOIN pg_proc AS p ON p.oid = d.objid LEFT JOIN pg_language AS l ON l.oid = p.prolang"
        " WHERE e.extname <> 'plpgsql' GROUP BY e.extname ORDER BY e.extname"
    ).fetchall()
    assert rows == [("pg_trgm", 0), ("unaccent", 0)]


@pytest.mark.threat(17)
def test_no_role_has_powers_over_the_server(owner: Connection) -> None:
    rows = owner.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)"
        " AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)",
        (ROLES[1:],),
    ).fetchall()
    assert rows == []


# As leads_capture, on its own login: every way we know of to what it must not see.

SECRET = "the-secret-of-a-lead"
CAPTURE = 'SELECT service.capture_lead(\'contact\', \'{"name": "Jane", "email": "jane@example.com"}\', \'{}\')'

REFUSED = {
    "the table": "TABLE public.contact_leads",
    "one column": "SELECT message FROM public.contact_leads",
    "its count": "SELECT count(*) FROM public.contact_leads",
    "a row lock": "SELECT FROM public.contact_leads FOR UPDATE",
    "a lock": "BEGIN; LOCK TABLE public.contact_leads IN ACCESS SHARE MODE",
    "returning": "INSERT INTO public.contact_leads (name, email) VALUES ('x', 'x@example.com') RETURNING *",
    "explain": "EXPLAIN ANALYZE SELECT * FROM public.contact_leads",
    "a copy": "COPY public.contact_leads TO STDOUT",
    "a file": "COPY public.contact_leads TO '/tmp/leads'",
    "a program": "COPY (SELECT 1) TO PROGRAM 'cat'",
    "a program's output": "CREATE TEMP TABLE t (x text); COPY t FROM PROGRAM 'id'",
    "query_to_xml": "SELECT query_to_xml('table public.contact_leads', true, true, '')",
    "table_to_xml": "SELECT table_to_xml('public.contact_leads', true, true, '')",
    "database_to_xml": "SELECT schema_to_xml('app', true, true, '')",
    "ts_stat": "SELECT * FROM ts_stat('select to_tsvector(message) from public.contact_leads')",
    "ts_rewrite": "SELECT ts_rewrite('a'::tsquery, 'select message::tsquery, message::tsquery from public.contact_leads')",
    "a cursor": "SELECT * FROM cursor_to_xml('c', 1, true, true, '')",
    "a block of code": "DO $$ BEGIN PERFORM message FROM public.contact_leads; END $$",
    "a temporary view": "CREATE TEMP VIEW v AS TABLE public.contact_leads; TABLE v",
    "a temporary copy": "CREATE TEMP TABLE t AS TABLE public.contact_leads",
    "an heir": "CREATE TEMP TABLE t () INHERITS (public.contact_leads)",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON public.contact_leads EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "a rule": "CREATE RULE r AS ON INSERT TO public.contact_leads DO ALSO SELECT 1",
    "the sequence": "SELECT nextval(pg_get_serial_sequence('public.contact_leads', 'id'))",
    "its value": "SELECT last_value FROM public.contact_leads_id_seq",
    "the last id": f"{CAPTURE}; SELECT lastval()",
    "the last id, by name": f"{CAPTURE}; SELECT currval('public.contact_leads_id_seq')",
    "statistics": "TABLE pg_statistic",
    "statistics of texts": "TABLE pg_statistic_ext_data",
    "passwords": "TABLE pg_authid",
    "a file of the server": "SELECT pg_read_file('/etc/passwd')",
    "a folder of the server": "SELECT pg_ls_dir('.')",
    "the server's log": "SELECT pg_current_logfile()",
    "the settings' files": "TABLE pg_hba_file_rules",
    "a large object from a file": "SELECT lo_import('/etc/passwd')",
    "a large object to a file": "SELECT lo_export(lo_from_bytea(0, 'x'), '/tmp/x')",
    "an extension": "CREATE EXTENSION hstore",
    "another version of one": "ALTER EXTENSION pg_trgm UPDATE",
    "a link elsewhere": "CREATE EXTENSION dblink",
    "a foreign server": "CREATE FOREIGN DATA WRAPPER w",
    "a subscription": "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)",
    "a publication of all": "CREATE PUBLICATION p FOR ALL TABLES",
    "a replication slot": "SELECT pg_create_logical_replication_slot('s', 'pgoutput')",
    "an event trigger": "CREATE EVENT TRIGGER t ON sql_drop EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "a schema": "CREATE SCHEMA mine",
    "a table that stays": "CREATE TABLE public.mine (x int)",
    "a function that stays": "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql RETURN 1",
    "a function in C": "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE c AS 'libc', 'getpid'",
    "a comment": "COMMENT ON TABLE public.contact_leads IS 'x'",
    "a grant": "GRANT SELECT ON public.contact_leads TO leads_capture",
    "a membership": "GRANT leads_viewer TO leads_capture",
    "pg_read_all_data": "SET ROLE pg_read_all_data",
    "another user": "SET SESSION AUTHORIZATION leads_owner",
    "set_config of the role": "SELECT set_config('role', 'leads_viewer', false)",
    "set_config of the user": "SELECT set_config('session_authorization', 'leads_owner', false)",
    "set_config past triggers": "SELECT set_config('session_replication_role', 'replica', false)",
    "set_config of libraries": "SELECT set_config('session_preload_libraries', 'x', false)",
    "set_config of a log": "SELECT set_config('log_statement', 'all', false)",
    "a setting of the server": "ALTER SYSTEM SET log_statement = 'all'",
    "a setting of the database": "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET role = leads_admin', current_database()); END $$",
    "a library": "LOAD 'pg_stat_statements'",
    "another's end": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
}


@pytest.fixture(scope="module")
def secret(urls: Urls) -> str:
    """A lead to be found, seen by ANALYZE as well."""
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        for number in range(50):
            connection.execute(
                "INSERT INTO contact_leads (name, email, message) VALUES (%s, %s, %s)",
                (SECRET, f"{SECRET}@example.com", f"{SECRET} {number % 3}"),
            )
        connection.execute("ANALYZE")
    return SECRET


@pytest.fixture
def capture(urls: Urls, secret: str) -> Iterator[Connection]:
    """The public forms' login, while others work on leads."""
    with psycopg.connect(urls.owner, autocommit=True) as other, psycopg.connect(urls.capture, autocommit=True) as connection:
        other.execute(sql.SQL("SELECT * FROM contact_leads WHERE name = {}").format(secret))
        yield connection


def run(connection: Connection, statement: str) -> list[tuple[Any, ...]]:
    cursor = connection.execute(statement)
    return cursor.fetchall() if cursor.description else []


@pytest.mark.threat(17)
@pytest.mark.parametrize("way", REFUSED)
def test_capture_is_refused(capture: Connection, way: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.FeatureNotSupported, errors.InvalidCursorName)) as refused:
        run(capture, REFUSED[way])
    assert SECRET not in str(refused.value)


@pytest.mark.threat(17)
def test_capture_is_shown_nothing_of_others(capture: Connection) -> None:
    """Every relation and view of PostgreSQL's own that it may read, read whole."""
    relations = run(
        capture,
        "SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relkind IN ('r', 'v') AND has_table_privilege(c.oid, 'SELECT')"
        " AND c.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)",
    )
    names = {name for (name,) in relations}
    assert {"pg_stats", "pg_stat_activity", "pg_stats_ext", "pg_largeobject_metadata", "pg_prepared_statements"} <= names
    for name in sorted(names):
        try:
            with capture.transaction():
                text = str(run(capture, f"SELECT t::text FROM {name} AS t"))
        except (errors.InsufficientPrivilege, errors.FeatureNotSupported):
            continue
        assert SECRET not in text, name


def test_capture_sees_that_others_work_but_not_on_what(capture: Connection) -> None:
    rows = run(capture, "SELECT query FROM pg_stat_activity WHERE usename = 'leads_owner' AND datname = current_database()")
    assert rows
    assert {query for (query,) in rows} == {"<insufficient privilege>"}


@pytest.mark.threat(17)
def test_captures_own_code_never_runs_as_the_owner(capture: Connection) -> None:
    """Temporary types named as PostgreSQL's, whose check runs as whoever uses them: our functions must not."""
    run(
        capture,
        "CREATE FUNCTION pg_temp.trap() RETURNS pg_catalog.bool LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'run as %', current_user; END $$",
    )
    for name in ("uuid", "bytea", "bool", "text", "json", "jsonb", "int8", "timestamptz", "interval"):
        run(capture, f"CREATE DOMAIN pg_temp.{name} AS pg_catalog.{name} CHECK (pg_temp.trap())")
    with pytest.raises(errors.RaiseException, match="run as leads_capture"), capture.transaction():
        run(capture, "SELECT gen_random_uuid()::uuid")
    run(capture, CAPTURE.replace("'{}')", "'{}', 'a-key')"))
