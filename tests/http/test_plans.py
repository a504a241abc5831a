"""At 100,000 leads the hot lists, searches and totals read what they show and little more: by their plans, not by time."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import psycopg
import pytest

from conftest import Server, Urls
from service.db import Database, Role
from service.inbox.listing import list_leads
from service.inbox.search import NEWER, NEWEST, RANK, search_leads
from service.inbox.selection import select
from service.rest.catalogue import Catalogue

LEADS = 100_000
FILL = """
    INSERT INTO contact_leads (name, email, company, message, status, priority, lead_type, created_at, is_spam, deleted_at)
    SELECT CASE WHEN n % 20000 = 0 THEN 'Kowalczyk ' ELSE 'Person ' END || n, 'p' || n || '@example.com', 'Company ' || n % 1000,
           'everyone' || CASE WHEN n % 200 = 0 THEN ' sometimes' ELSE '' END || CASE WHEN n % 10000 = 0 THEN ' seldom' ELSE '' END,
           CASE WHEN n % 5000 = 0 THEN 'archived'::lead_status WHEN n % 3 = 0 THEN 'unread' ELSE 'processing' END,
           CASE WHEN n % 4000 = 0 THEN 'urgent'::lead_priority ELSE 'medium' END,
           CASE WHEN n % 2000 = 0 THEN 'collaboration'::lead_type ELSE 'contact' END,
           now() - make_interval(mins => 100000 - n), n % 1000 = 1, CASE WHEN n % 1000 = 2 THEN now() END
    FROM generate_series(1, 100000) AS n
"""


@pytest.fixture(scope="module")
def full(server: Server) -> Iterator[Urls]:
    with server.clone() as urls:
        with psycopg.connect(urls.owner, autocommit=True) as connection:
            connection.execute(FILL)
            while connection.execute("SELECT EXISTS (SELECT FROM app.lead_count_changes)").fetchone() == (True,):
                connection.execute("SELECT service.tidy()")
            for table in (
                "public.contact_leads",
                "app.lead_search",
                "app.lead_counts",
                "app.lead_cells",
                "app.lead_count_changes",
            ):
                connection.execute(f"VACUUM ANALYZE {table}")
        yield urls


class Explained(Database):
    """Keeps how each statement was carried out."""

    plan: dict[str, Any]

    async def first(self, role: Role, text: str, *arguments: object) -> "asyncpg.Record | None":
        if "contact_leads" in text:
            row = await super().first(role, f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", *arguments)
            assert row is not None
            self.plan = json.loads(row[0])[0]["Plan"]
        return await super().first(role, text, *arguments)


@pytest.fixture
async def database(full: Urls) -> AsyncIterator[Explained]:
    opened = Explained(full.service, full.capture)
    await opened.open()
    yield opened
    await opened.close()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def read(plan: dict[str, Any]) -> int:
    """How many rows the scans of a plan came by."""
    return int(
        sum(
            (node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0))
            * node["Actual Loops"]
            for node in nodes(plan)
            if "Relation Name" in node or node["Node Type"] == "Bitmap Index Scan"
        )
    )


def indexes(plan: dict[str, Any]) -> set[str]:
    return {node["Index Name"] for node in nodes(plan) if "Index Name" in node and node["Actual Loops"]}


async def listed(database: Explained, query: str) -> dict[str, Any]:
    catalogue = Catalogue(database, ("api",), internal=("public", "app"))
    page: dict[str, Any] = json.loads(await list_leads(database, Role.VIEWER, await select(catalogue, query, ("cursor",))))
    return page


@pytest.mark.parametrize(
    ("query", "index", "at_most"),
    [
        ("", "idx_contact_leads_created_at", 700),
        ("status=unread", "idx_contact_leads_status", 700),
        ("status=archived", "idx_contact_leads_status", 700),
        ("priority=urgent", "idx_contact_leads_priority", 700),
        ("lead_type=collaboration", None, 700),
        ("view=trash", None, 700),
        ("view=spam", None, 700),
        ("order=created_at,id", "idx_contact_leads_created_at", 700),
        ("email=ilike.p77@example.com", None, 300_000),
    ],
)
async def test_a_page_and_its_total(database: Explained, query: str, index: str | None, at_most: int) -> None:
    page = await listed(database, query)
    assert page["data"]
    assert read(database.plan) <= at_most, json.dumps(database.plan)
    if index:
        assert index in indexes(database.plan)


@pytest.mark.parametrize("query", ["", "status=unread"])
async def test_a_deep_page_costs_what_the_first_does(database: Explained, query: str) -> None:
    cursor = ""
    for _ in range(20):
        cursor = (await listed(database, f"{query}&limit=500{cursor and f'&cursor={cursor}'}"))["next"]
    await listed(database, f"{query}&cursor={cursor}")
    assert read(database.plan) <= 700, json.dumps(database.plan)


@pytest.mark.parametrize(
    ("q", "index", "at_most"),
    [
        # What is read, is read among the newest, and then of each that is ranked or shown.
        ("everyone", None, 3 * NEWEST + 4 * RANK),
        ("sometimes", None, 3 * (NEWEST + NEWER)),
        ("seldom", "lead_search_document", 3 * NEWEST + 100),
        ("everyone seldom", "lead_search_document", 3 * NEWEST + 100),
        ("Kowalczik", None, 3 * NEWEST + 5_000),
    ],
)
async def test_a_search_is_bounded_work(database: Explained, q: str, index: str | None, at_most: int) -> None:
    catalogue = Catalogue(database, ("api",), internal=("public", "app"))
    selection = await select(catalogue, f"q={q.replace(' ', '+')}", ("cursor",))
    page = json.loads(await search_leads(database, Role.VIEWER, selection))
    assert page["data"]
    assert read(database.plan) <= at_most, json.dumps(database.plan)
    if index:
        assert index in indexes(database.plan)


@pytest.mark.parametrize(
    ("call", "at_most"),
    [
        # A lead a minute. Seven edges of a quarter of an hour; three UTC days that a period begins or ends in, read for two things.
        ("service.lead_stats()", 7 * 15),
        ("service.lead_trends('24h', 'Europe/Berlin')", 2 * 3 * 1440),
        ("service.lead_trends('30d', 'Europe/Berlin')", 2 * 3 * 1440),
        ("service.lead_trends('12m', 'Asia/Kathmandu')", 2 * 3 * 1440),
        ("service.lead_choices()", 20_100),
    ],
)
def test_what_the_dashboard_shows_is_not_counted_lead_by_lead(full: Urls, call: str, at_most: int) -> None:
    read_so_far = "SELECT seq_scan, seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'public.contact_leads'::regclass"
    with psycopg.connect(full.service) as connection:
        connection.execute("SET ROLE leads_viewer")
        connection.execute(f"SELECT {call}")
        row = connection.execute(read_so_far).fetchone()
        assert row is not None
        assert row[0] == 0, "not the whole table"
        assert row[1] <= at_most
