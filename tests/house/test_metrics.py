"""docs/metrics.md: each metric in the words of its view's COMMENT, and each example worked out again by the database."""

import os
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from conftest import Server

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
QUOTE = re.compile(r"^`stats\.(?P<view>\w+)`\n\n(?P<quote>(?:> .*\n)+)", re.MULTILINE)
EXAMPLE = re.compile(r"```sql\n(?P<sql>.*?)```\n\n```text\n(?P<text>.*?)```", re.DOTALL)
NOW = "2026-11-16T12:00:00Z"
FORM = Jsonb({"ip_address": "192.0.2.1"})

# As the document's table tells: when it came, form, source, metadata, address, priority, score; then its moves.
LEADS: list[tuple[tuple[Any, ...], list[tuple[str, str, str]]]] = [
    (
        ("2026-09-10 09:00Z", "contact", "talk", FORM, "ada@example.com", "medium", 80),
        [("2026-09-10 10:30Z", "unread", "contacted"), ("2026-09-12 10:30Z", "contacted", "archived")],
    ),
    (
        ("2026-10-05 08:00Z", "cv_request", "web", FORM, "bob@example.com", "high", 60),
        [("2026-10-05 14:00Z", "unread", "contacted")],
    ),
    (
        ("2026-10-20 15:00Z", "contact", None, FORM, "ADA@example.com", "medium", 90),
        [
            ("2026-10-20 15:30Z", "unread", "processing"),
            ("2026-10-21 09:00Z", "processing", "contacted"),
            ("2026-10-22 12:00Z", "contacted", "processing"),
        ],
    ),
    (
        ("2026-11-02 09:00Z", "collaboration", "web", FORM, "cem@example.com", "urgent", 75),
        [("2026-11-02 09:40Z", "unread", "contacted")],
    ),
    (
        ("2026-11-06 16:00Z", "contact", None, Jsonb({}), "dee@example.com", "medium", None),
        [("2026-11-09 09:00Z", "unread", "archived")],
    ),
    (
        (
            "2026-11-13 16:30Z",
            "contact",
            "web",
            Jsonb({"ip_address": "192.0.2.1", "utm": {"utm_source": "web", "utm_campaign": "autumn"}}),
            "bob@example.com",
            "high",
            None,
        ),
        [],
    ),
    (("2026-11-15 23:30Z", "cv_request", "web", FORM, "eve@example.com", "medium", None), []),
    (
        ("2026-11-16 09:00Z", "contact", "talk", FORM, "fay@example.com", "urgent", None),
        [("2026-11-16 10:00Z", "unread", "processing")],
    ),
    (("2026-11-16 11:00Z", "contact", "web", FORM, "spam@example.com", "medium", None), []),
]

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def example(server: Server) -> Iterator[Connection]:
    """The nine leads, moved one by one as people would, and then looked at as an analyst does."""
    with server.clone() as urls, psycopg.connect(urls.superuser, autocommit=True) as connection:
        for number, (lead, moves) in enumerate(LEADS, 1):
            set_clock(connection, lead[0])
            connection.execute(
                "INSERT INTO contact_leads (name, message, role, company, created_at, lead_type, source, metadata, email, priority,"
                " quality_score, is_spam) VALUES ('x', 'm' || %s, 'cto', 'x', %s, %s, %s, %s, %s, %s, %s, %s)",
                (number, *lead, number == len(LEADS)),
            )
            for at, before, after in moves:
                set_clock(connection, at)
                moved = connection.execute(
                    "UPDATE contact_leads SET status = %s WHERE id = %s AND status = %s", (after, number, before)
                )
                assert moved.rowcount == 1
        set_clock(connection, NOW)
        connection.execute("SET ROLE leads_analyst")
        connection.execute("SET timezone = 'UTC'")
        yield connection


def set_clock(connection: Connection, time: str) -> None:
    connection.execute(
        f"CREATE OR REPLACE FUNCTION app.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE RETURN '{time}'::timestamptz".encode()
    )


def shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "t" if value else "f"
    return "" if value is None else str(value)


def table(connection: Connection, statement: str) -> str:
    """A result as text, its columns one under the other."""
    cursor = connection.execute(statement.encode())
    rows = [[column.name for column in cursor.description or ()], *([shown(value) for value in row] for row in cursor)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "-+-".join("-" * width for width in widths))
    return "\n".join(lines) + "\n"


def test_the_words_are_the_comments_and_the_examples_work_out(example: Connection) -> None:
    """To write both anew: UPDATE_SNAPSHOT=1 scripts/test tests/house"""
    comments = dict(
        example.execute(
            "SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'stats' AND c.relkind = 'v'"
        ).fetchall()
    )
    text = DOCUMENT.read_text()
    made = QUOTE.sub(lambda found: f"`stats.{found['view']}`\n\n> {comments[found['view']]}\n", text)
    made = EXAMPLE.sub(lambda found: f"```sql\n{found['sql']}```\n\n```text\n{table(example, found['sql'])}```", made)
    if os.environ.get("UPDATE_SNAPSHOT"):
        DOCUMENT.write_text(made)
        text = made
    assert text == made
    assert {found["view"] for found in QUOTE.finditer(text)} == comments.keys()
    assert len(EXAMPLE.findall(text)) >= len(comments)
