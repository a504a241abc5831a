"""`stats` is a contract: what an analyst built on an older release lives on, and columns are only ever appended."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from conftest import Urls
from service import migrate

Connection = psycopg.Connection[tuple[Any, ...]]
Columns = list[list[str]]

RECORD = Path(__file__).with_name("stats_contract.json")
ROOT = Path(__file__).resolve().parents[2]
ALL = migrate.known_migrations()
FIRST = ALL.index("0014.stats") + 1
VIEWS = """
    SELECT c.relname, array_agg(ARRAY[a.attname::text, format_type(a.atttypid, a.atttypmod)] ORDER BY a.attnum)
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'stats'::regnamespace AND c.relkind IN ('v', 'm') GROUP BY 1 ORDER BY 1
"""
FUNCTIONS = """
    SELECT p.oid::regprocedure::text, pg_get_function_result(p.oid), p.proname,
        CASE p.pronargs WHEN 0 THEN '' ELSE 'current_date - 3, current_date + 1, ''Europe/Berlin''' END
    FROM pg_proc AS p WHERE p.pronamespace = 'stats'::regnamespace ORDER BY 1
"""


def contract(connection: Connection) -> dict[str, Any]:
    """The columns of every view in their order, and what every function takes and gives."""
    return {
        "views": dict(connection.execute(VIEWS).fetchall()),
        "functions": {name: gives for name, gives, *_ in connection.execute(FUNCTIONS)},
    }


def broken(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """What somebody who relied on the contract before would miss."""
    for name, columns in before["views"].items():
        kept: Columns = after["views"].get(name, [])[: len(columns)]
        if kept != columns:
            yield f"stats.{name} had {columns}, and now has {kept}"
    for name, gives in before["functions"].items():
        if after["functions"].get(name) != gives:
            yield f"{name} gave {gives}; another shape is another function, such as {name.partition('(')[0]}_v2"


def hang(connection: Connection) -> list[str]:
    """A view of an analyst's own on every view and every function of stats; returns their names."""
    connection.execute("CREATE SCHEMA reports")
    made = []
    for (name,) in connection.execute("SELECT relname FROM pg_class WHERE relnamespace = 'stats'::regnamespace").fetchall():
        made.append(f"view_{name}")
        connection.execute(
            sql.SQL("CREATE VIEW reports.{} AS SELECT * FROM stats.{}").format(sql.Identifier(made[-1]), sql.Identifier(name))
        )
    for _, _, name, arguments in connection.execute(FUNCTIONS).fetchall():
        made.append(f"function_{name}")
        statement = sql.SQL("CREATE VIEW reports.{} AS SELECT * FROM stats.{}({})")
        connection.execute(statement.format(sql.Identifier(made[-1]), sql.Identifier(name), sql.SQL(arguments)))
    return made


@pytest.mark.parametrize("released", range(FIRST, len(ALL) + 1))
def test_what_an_analyst_built_on_an_older_release_lives_on(fresh_urls: Urls, released: int) -> None:
    migrate.rollback(fresh_urls.owner, len(ALL) - released)
    with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
        before = contract(connection)
        made = hang(connection)
        assert len(made) > 40
        migrate.migrate(fresh_urls.owner)
        # As the next migration may: each text of today again, over what hangs on it.
        for folder in ("functions", "views"):
            for path in sorted((ROOT / "sql" / folder).glob("stats.*.sql")):
                connection.execute(path.read_bytes())
        assert list(broken(before, contract(connection))) == []
        for name in made:
            connection.execute(sql.SQL("SELECT * FROM reports.{}").format(sql.Identifier(name))).fetchall()


def test_columns_are_only_appended(urls: Urls) -> None:
    """To write down what was added: UPDATE_SNAPSHOT=1 scripts/test tests/migrations. It can't be made to forget anything."""
    recorded = json.loads(RECORD.read_text()) if RECORD.exists() else {"views": {}, "functions": {}}
    with psycopg.connect(urls.owner) as connection:
        found = contract(connection)
    assert list(broken(recorded, found)) == []
    if os.environ.get("UPDATE_SNAPSHOT"):
        RECORD.write_text(json.dumps(found, indent=1) + "\n")
        recorded = found
    assert recorded == found, "what is new is a part of the contract from now on: write it down"


@pytest.mark.parametrize(
    "change",
    [
        "ALTER VIEW stats.by_day RENAME COLUMN leads TO arrivals",
        "DROP VIEW stats.velocity",
        "DROP FUNCTION stats.verify()",
        "DROP VIEW stats.erased; CREATE VIEW stats.erased AS SELECT lead_type, received_on FROM app.erased_leads",
        "DROP VIEW stats.sources; DROP FUNCTION stats.sources(date, date, text);"
        " CREATE FUNCTION stats.sources(date, date, text) RETURNS TABLE (source text) LANGUAGE sql RETURN 'x'",
    ],
)
def test_a_breach_is_noticed(urls: Urls, change: str) -> None:
    with psycopg.connect(urls.owner) as connection:
        before = contract(connection)
        connection.execute(change.encode())
        assert list(broken(before, contract(connection)))
        connection.rollback()
