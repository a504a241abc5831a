"""sql/ and migrations/ are one database: what is written is what is migrated, forward and back."""

import importlib.machinery
import importlib.util
import os
import re
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest

from conftest import Server, Urls
from service import migrate
from service.queries import QUERIES

ROOT = Path(__file__).resolve().parents[2]
Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """scripts/new-migration, which knows how sql/ and migrations/ hang together."""
    loader = importlib.machinery.SourceFileLoader("new_migration", str(ROOT / "scripts" / "new-migration"))
    spec = importlib.util.spec_from_loader("new_migration", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def dump(server: Server, url: str) -> str:
    """The schema as pg_dump writes it: objects, grants and comments."""
    program = server.cluster.bin_dir / "pg_dump"
    text = subprocess.run([program, "--schema-only", url], check=True, capture_output=True, text=True).stdout
    # What differs from run to run, or from one minor version to the next; yoyo's own tables are not ours.
    text = re.sub(r"^(\\(un)?restrict |-- Dumped |SET transaction_timeout).*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text)


def run(connection: Connection, text: str) -> None:
    connection.execute(text)  # type: ignore[call-overload]


def test_sql_is_as_the_migrations_left_it(tool: ModuleType) -> None:
    assert tool.changes() == ([], [])


def test_no_migration_was_edited(tool: ModuleType) -> None:
    """After a change to one that nobody has run yet: scripts/new-migration --seal."""
    assert (ROOT / "migrations" / "SHA256SUMS").read_text() == tool.checksums()


def test_every_migration_has_a_rollback() -> None:
    for name in migrate.known_migrations():
        assert (migrate.MIGRATIONS / f"{name}.rollback.sql").exists(), name


def test_applying_all_of_sql_again_changes_nothing(server: Server, fresh_urls: Urls, tool: ModuleType) -> None:
    before = dump(server, fresh_urls.owner)
    with psycopg.connect(fresh_urls.owner) as connection:
        run(connection, "SET LOCAL check_function_bodies = on")
        for text in tool.written().values():
            run(connection, text)
    assert dump(server, fresh_urls.owner) == before


def test_down_and_up_again_is_the_same(server: Server, fresh_urls: Urls, tool: ModuleType) -> None:
    before = dump(server, fresh_urls.owner)
    forward = tool.forward_files()
    with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
        for path in reversed(forward):
            with connection.transaction():
                run(connection, path.with_suffix(".rollback.sql").read_text())
        left = connection.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname IN ('public', 'app', 'service', 'api', 'stats') AND c.relname NOT LIKE '%yoyo%'"
        ).fetchone()
        assert left == (0,)
        for path in forward:
            with connection.transaction():
                run(connection, path.read_text())
    assert dump(server, fresh_urls.owner) == before


def test_the_snapshot_is_what_the_migrations_make(server: Server, urls: Urls) -> None:
    """sql/schema.snapshot.sql shows the whole schema on one page, and a review what a migration changed. To write it anew:
    UPDATE_SNAPSHOT=1 scripts/test tests/house"""
    snapshot = ROOT / "sql" / "schema.snapshot.sql"
    made = "-- Generated: the whole schema as pg_dump of PostgreSQL 18 writes it. Never run, only read and compared.\n" + dump(
        server, urls.owner
    )
    if os.environ.get("UPDATE_SNAPSHOT"):
        snapshot.write_text(made)
    assert snapshot.read_text() == made


def test_files_are_named_as_their_objects(urls: Urls, tool: ModuleType) -> None:
    statement = """
        SELECT 'functions/' || n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('public', 'app', 'service', 'api', 'stats')
            AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
        UNION
        SELECT 'triggers/' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND n.nspname IN ('public', 'app')
        UNION
        SELECT 'views/' || n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'm') AND n.nspname IN ('public', 'app', 'service', 'api', 'stats')
    """
    with psycopg.connect(urls.owner) as connection:
        objects = {f"sql/{row[0]}.sql" for row in connection.execute(statement)}
    assert objects == {name for name in tool.written() if not name.startswith("sql/roles/")}


def test_everything_has_a_comment(urls: Urls) -> None:
    """The documentation of the database is made from them."""
    statement = """
        SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace IN ('public'::regnamespace, 'app'::regnamespace, 'service'::regnamespace, 'stats'::regnamespace)
            AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
            AND obj_description(p.oid, 'pg_proc') IS NULL
        UNION ALL
        SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind IN ('r', 'v') AND c.relname NOT LIKE '%yoyo%'
            AND c.relnamespace IN ('public'::regnamespace, 'app'::regnamespace, 'api'::regnamespace, 'stats'::regnamespace) AND obj_description(c.oid, 'pg_class') IS NULL
        UNION ALL
        SELECT c.oid::regclass || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relkind IN ('r', 'v') AND c.relname NOT LIKE '%yoyo%' AND NOT a.attisdropped
            AND c.relnamespace IN ('public'::regnamespace, 'app'::regnamespace, 'api'::regnamespace, 'stats'::regnamespace) AND col_description(c.oid, a.attnum) IS NULL
        UNION ALL
        SELECT c.oid::regconfig::text FROM pg_ts_config c WHERE c.cfgnamespace = 'app'::regnamespace AND obj_description(c.oid, 'pg_ts_config') IS NULL
        UNION ALL
        SELECT t.oid::regtype::text FROM pg_type t WHERE t.typtype = 'e' AND obj_description(t.oid, 'pg_type') IS NULL
        UNION ALL
        SELECT t.tgname FROM pg_trigger t WHERE NOT t.tgisinternal AND obj_description(t.oid, 'pg_trigger') IS NULL
    """
    with psycopg.connect(urls.owner) as connection:
        assert connection.execute(statement).fetchall() == []


def test_every_function_pins_its_search_path(urls: Urls) -> None:
    """Or needs none: the names in a body that is no string are resolved when it is created.

    SECURITY DEFINER names pg_temp, last: unnamed it comes first, and its caller's own type `uuid` would run code as the owner.
    """
    statement = """
        SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace IN ('app'::regnamespace, 'service'::regnamespace, 'stats'::regnamespace)
        AND NOT coalesce(p.proconfig, '{}') && ARRAY['search_path=pg_catalog, pg_temp', CASE WHEN NOT p.prosecdef THEN 'search_path=pg_catalog' END]
        AND (p.prosqlbody IS NULL OR p.prosecdef)
    """
    with psycopg.connect(urls.owner) as connection:
        assert connection.execute(statement).fetchall() == []


def test_every_named_statement_can_be_prepared(urls: Urls) -> None:
    with psycopg.connect(urls.superuser) as connection:
        for name, text in QUERIES.items():
            assert text.count(";") == 0, name
            run(connection, f"PREPARE {name} AS {text}")


def test_every_named_statement_is_used() -> None:
    code = "".join(path.read_text() for path in (ROOT / "service").rglob("*.py"))
    assert [name for name in QUERIES if f'"{name}"' not in code] == []


class TestNewMigration:
    """What scripts/new-migration writes, tried on a copy of the repository."""

    @pytest.fixture
    def copy(self, tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
        for folder in ("sql", "migrations"):
            subprocess.run(["cp", "-r", ROOT / folder, tmp_path / folder], check=True)
        monkeypatch.setattr(tool, "ROOT", tmp_path)
        monkeypatch.setattr(tool, "MIGRATIONS", tmp_path / "migrations")
        return tool

    def test_a_changed_a_new_and_a_removed_object(self, copy: ModuleType, server: Server, fresh_urls: Urls) -> None:
        functions = copy.ROOT / "sql" / "functions"
        changed = functions / "service.purge_expired.sql"
        changed.write_text(changed.read_text().replace("interval '24 hours'", "interval '48 hours'"))
        (functions / "service.answer.sql").write_text(
            "-- drop: DROP FUNCTION service.answer();\n"
            "CREATE OR REPLACE FUNCTION service.answer() RETURNS integer LANGUAGE sql IMMUTABLE RETURN 42;\n"
        )
        (functions / "service.lead_stats.sql").unlink()
        assert copy.changes() == (
            ["sql/functions/service.answer.sql", "sql/functions/service.purge_expired.sql"],
            ["sql/functions/service.lead_stats.sql"],
        )
        path = copy.new_migration("try-it")
        assert path.name == f"{len(migrate.known_migrations()) + 1:04d}.try-it.sql"
        assert copy.changes()[0] == []
        before = dump(server, fresh_urls.owner)
        with psycopg.connect(fresh_urls.owner) as connection:
            run(connection, path.read_text())
        after = dump(server, fresh_urls.owner)
        assert "FUNCTION service.answer()" in after
        assert "FUNCTION service.lead_stats()" not in after
        assert "48:00:00" in after or "48 hours" in after
        with psycopg.connect(fresh_urls.owner) as connection:
            run(connection, path.with_suffix(".rollback.sql").read_text())
        assert dump(server, fresh_urls.owner) == before
