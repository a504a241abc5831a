"""docs/sql-for-analysts.md: every question is answered, by an analyst's login, on an empty inbox and on the demo's."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from browser.conftest import chromium
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from conftest import Server, Urls, running_server
from service.cli import app as command
from service.cli import demo

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "sql-for-analysts.md").read_text(encoding="utf-8")
GUIDE, QUESTIONS = DOCUMENT.split("\n## Questions\n")

# As in tests/sql: on the embedded PostgreSQL, and on PostgreSQL 15 where its programs are installed.
PROGRAMS = {"embedded": None, "15": Path("/usr/lib/postgresql/15/bin")}
INSTALLED = [name for name, folder in PROGRAMS.items() if folder is None or (folder / "initdb").exists()]

NUMBERS = {20, 21, 23, 700, 701, 1700}  # the types int8, int2, int4, float4, float8, numeric
MOST_BYTES = 150_000

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Question:
    number: int
    title: str
    blocks: list[str]

    @property
    def sql(self) -> str:
        (block,) = self.blocks
        return block


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def questions() -> list[Question]:
    found = []
    for section in QUESTIONS.split("\n### ")[1:]:
        number, _, title = section.partition("\n")[0].partition(". ")
        found.append(Question(int(number), title, blocks(section, "sql")))
    return found


ASKED = questions()


@pytest.fixture(scope="session", params=INSTALLED)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with running_server(request.param, PROGRAMS[request.param]) as running:
        yield running


@pytest.fixture(scope="module")
def filled(server: Server) -> Iterator[Urls]:
    """A database with the demo's leads."""
    with server.clone() as cloned:
        assert demo.fill(cloned.owner) == demo.COUNT
        yield cloned


@pytest.fixture(scope="module")
def login(server: Server) -> Iterator[Callable[[Urls], str]]:
    """A login as `leads analyst add` makes one: its URL for a database."""
    name = f"analyst_{os.getpid()}"
    role = sql.Identifier(name)
    with psycopg.connect(server.cluster.url("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))
        make = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE leads_analyst")
        admin.execute(make.format(role, sql.Literal(server.cluster.password("postgres"))))
        for setting, value in (("default_transaction_read_only", "on"), ("statement_timeout", "60s"), ("search_path", "stats")):
            admin.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(setting), sql.Literal(value)))
        try:
            yield lambda urls: urls.superuser.replace("://postgres:", f"://{name}:", 1)
        finally:
            admin.execute(sql.SQL("DROP ROLE {}").format(role))


@contextmanager
def as_analyst(url: str) -> Iterator[Connection]:
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT session_user ~ '^analyst_'").fetchone() == (True,)
        yield connection


def ask(connection: Connection, question: Question) -> list[tuple[Any, ...]]:
    return connection.execute(question.sql.encode()).fetchall()


def answer(connection: Connection, title: str) -> list[dict[str, Any]]:
    """The rows of the question of that title."""
    (question,) = [question for question in ASKED if question.title.startswith(title)]
    cursor = connection.execute(question.sql.encode())
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def test_there_are_thirty_questions_and_each_has_one_answer() -> None:
    assert len(ASKED) >= 30
    assert [question.number for question in ASKED] == list(range(1, len(ASKED) + 1))
    assert [question.title for question in ASKED if len(question.blocks) != 1 or not question.title.endswith("?")] == []
    # Each is one statement, which a program can take as it is.
    assert [question.title for question in ASKED if question.sql.rstrip().find(";") != len(question.sql.rstrip()) - 1] == []


@pytest.mark.parametrize("question", ASKED, ids=lambda question: str(question.number))
def test_it_runs_on_an_empty_inbox(question: Question, urls: Urls, login: Callable[[Urls], str]) -> None:
    with as_analyst(login(urls)) as connection:
        ask(connection, question)


@pytest.mark.parametrize("question", ASKED, ids=lambda question: str(question.number))
def test_it_has_an_answer_in_the_demo(question: Question, filled: Urls, login: Callable[[Urls], str]) -> None:
    with as_analyst(login(filled)) as connection:
        cursor = connection.execute(question.sql.encode())
        rows = cursor.fetchall()
        assert rows
        for place, column in enumerate(cursor.description or ()):
            if column.type_code in NUMBERS:
                assert any(row[place] is not None for row in rows), f"{column.name} is NULL in every row"


def test_answers_agree_with_one_another(filled: Urls, login: Callable[[Urls], str]) -> None:
    with as_analyst(login(filled)) as connection:
        (now,) = answer(connection, "How does the inbox stand")
        steps = {row["step"]: row["leads"] for row in answer(connection, "How far do leads get")}
        assert steps["arrived"] == now["leads"] == demo.COUNT
        assert sum(row["leads"] for row in answer(connection, "How many answers come within")) == steps["contacted"]
        assert sum(row["leads"] for row in answer(connection, "Which promises")) == demo.COUNT
        assert answer(connection, "What does each source bring")[-1]["leads"] == demo.COUNT
        assert answer(connection, "How many leads came in all")[-1]["ever"] == demo.COUNT
        assert sum(row["leads"] for row in answer(connection, "Which ways do leads go")) == demo.COUNT
        open_now = now["unread"] + now["processing"]
        assert sum(row["unread"] + row["processing"] for row in answer(connection, "How old are the open")) == open_now
        assert answer(connection, "How many leads were open")[-1]["open"] == open_now
        assert answer(connection, "Are the figures right") == [{"wrong": 0, "figures": 0}]


def test_every_view_is_asked(owner: Connection) -> None:
    found = owner.execute("SELECT viewname FROM pg_views WHERE schemaname = 'stats' AND viewname <> 'personal'").fetchall()
    unasked = {
        name for (name,) in found if not any(re.search(rf"\bstats\.{name}\b(?! *\()", question.sql) for question in ASKED)
    }
    assert found
    assert unasked == set()


def test_all_of_them_in_one_psql(filled: Urls, server: Server, login: Callable[[Urls], str]) -> None:
    done = subprocess.run(
        [server.cluster.bin_dir / "psql", "-X", "-v", "ON_ERROR_STOP=1", login(filled)],
        input="SET timezone = 'Europe/Berlin';\n" + "\n".join(question.sql for question in ASKED),
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(re.findall(r"^\(\d+ rows?\)$", done.stdout, flags=re.MULTILINE)) == len(ASKED)
    assert "(0 rows)" not in done.stdout


def test_the_notebook(filled: Urls, login: Callable[[Urls], str], capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks(GUIDE, "python")
    shown = "host=127.0.0.1 port=6432 dbname=leads user=anna"
    assert shown in code
    names: dict[str, Any] = {}
    exec(code.replace(shown, make_conninfo("", **conninfo_to_dict(login(filled)))), names)
    assert names["weekly"]["leads"].sum() == demo.COUNT
    assert {day.isoweekday() for day in names["weekly"].index} == {1}
    assert "leads" in capsys.readouterr().out


def test_grafana_queries(filled: Urls, login: Callable[[Urls], str]) -> None:
    """Its macros stand for text: $__timeFrom() for an instant as '2026-11-01T00:00:00Z', $__timeFilter(x) for x BETWEEN two."""
    queries = blocks(GUIDE, "sql")
    assert len(queries) == 2
    now = datetime.now(UTC)
    start, end = (f"'{at:%Y-%m-%dT%H:%M:%SZ}'" for at in (now - timedelta(days=2), now))
    with as_analyst(login(filled)) as connection:
        for query in queries:
            written = re.sub(r"\$__timeFilter\((\w+)\)", rf"\1 BETWEEN {start} AND {end}", query)
            written = written.replace("$__timeFrom()", start).replace("$__timeTo()", end)
            assert "$" not in written
            cursor = connection.execute(written.encode())
            times = [row[0] for row in cursor]
            assert cursor.description is not None
            assert cursor.description[0].name == "time"
            assert times == sorted(times)
            assert len(times) in (48, 49)  # 49 on the hour
            assert times[-1] <= now


def test_nothing_but_stats_can_be_read(filled: Urls, login: Callable[[Urls], str]) -> None:
    relations = """
        SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'stats')
    """
    with psycopg.connect(filled.superuser) as admin:
        closed = admin.execute(relations).fetchall()
    assert ("public", "contact_leads") in closed
    assert ("app", "person_key") in closed
    with as_analyst(login(filled)) as connection:
        for schema, name in [*closed, ("stats", "personal")]:
            with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
                connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(schema, name)))
        with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
            connection.execute("SELECT lead_id FROM stats.leads JOIN stats.personal USING (lead_id)")


def test_the_commands_that_it_names_are_there() -> None:
    (group,) = [group for group in command.registered_groups if group.name == "analyst"]
    assert group.typer_instance is not None
    known = {info.name or info.callback.__name__ for info in group.typer_instance.registered_commands if info.callback}
    assert set(re.findall(r"\bleads analyst (\w+)", GUIDE)) == known


def test_its_pictures_are_there_and_small() -> None:
    shown = re.findall(r"!\[([^\]]*)\]\((pictures/sql-[a-z-]+\.png)\)", QUESTIONS)
    assert len(shown) == 8
    for words, path in shown:
        assert len(words) > 20, f"{path} says nothing to who can't see it"
        assert 0 < (ROOT / "docs" / path).stat().st_size < MOST_BYTES
    assert {path.name for path in (ROOT / "docs" / "pictures").glob("sql-*")} == {Path(path).name for _, path in shown}


def test_the_pictures_can_be_drawn_anew() -> None:
    before = {path: path.read_bytes() for path in (ROOT / "docs" / "pictures").glob("sql-*")}
    with tempfile.TemporaryDirectory(prefix="drawn-") as folder:
        Path(folder).chmod(0o711)  # as root the database runs as another user
        done = subprocess.run(
            [sys.executable, str(ROOT / "scripts" / "analyst-pictures"), "--check"],
            env={"PATH": "", "TMPDIR": folder, "CHROMIUM": chromium() or "", "HOME": str(Path.home())},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert len(re.findall(r"^sql-[a-z-]+\.png ", done.stdout, flags=re.MULTILINE)) == len(before)
        assert list(Path(folder).iterdir()) == [], "it left something behind"
    assert {path: path.read_bytes() for path in (ROOT / "docs" / "pictures").glob("sql-*")} == before
