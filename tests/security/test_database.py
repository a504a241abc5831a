"""Rows 47 to 49: what the database does to the service: a lock at each commit, a lock that is held, a line that swallows."""

import asyncio
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb
from security.black_hole import BlackHole

from conftest import Site, Urls, running_site
from service.db import BULK, POOL_SIZES, Role
from tests_support import problem

Connection = psycopg.Connection[tuple[Any, ...]]

CONTACT = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}
# Every answer comes within it (docs/operations.md); what a busy machine of tests adds comes on top.
ANSWER_SECONDS = 5.0
SLACK_SECONDS = 1.0
# Bulk changes are apart: they may take their time, and their connections so too.
USUAL = [role for role in Role if role not in BULK.values()]


def channels(owner: Connection) -> set[str]:
    """Every channel that a function of ours names."""
    texts = owner.execute("SELECT prosrc FROM pg_proc WHERE pronamespace IN ('app'::regnamespace, 'service'::regnamespace)")
    return {name for (text,) in texts for name in re.findall(r"(?:pg_notify\(\s*'|NOTIFY\s+)(\w+)", text)}


@pytest.mark.threat(47)
def test_47_no_write_of_the_service_notifies(urls: Urls, owner: Connection) -> None:
    """NOTIFY takes a lock of the whole server at commit. Writers leave it to one job, so that none waits for another."""
    writes: list[tuple[str, str | None, str, tuple[Any, ...]]] = [
        ("capture", None, "SELECT service.capture_lead('contact', %s, '{}', 'a key')", (Jsonb(CONTACT),)),
        ("service", "leads_editor", "SELECT service.add_lead(%s, 'ed', 'editor', NULL)", (Jsonb(CONTACT),)),
        ("service", "leads_editor", "SELECT service.edit_lead(1, %s, '{status}', NULL, 'ed', 'editor', NULL)", (Jsonb({"status": "processing"}),)),
        ("service", "leads_editor", "SELECT service.add_contact(1, %s, NULL, 'ed', 'editor', NULL)", (Jsonb({"channel": "x", "note": "x"}),)),
        ("service", "leads_editor", "SELECT service.change_leads('{1,2}', 'priority', %s, 'x', NULL, false, 'ed', 'editor', NULL)", (Jsonb({"priority": "low"}),)),
        ("service", "leads_admin", "SELECT service.change_leads('{1,2}', 'delete', '{}', 'x', NULL, false, 'ad', 'admin', NULL)", ()),
        ("service", "leads_admin", "SELECT service.undo_operation((SELECT max(id::text)::uuid FROM app.operations WHERE kind = 'delete'), 'ad', 'admin', NULL)", ()),
        ("service", "leads_admin", "SELECT service.trash_lead(1, NULL, 'ad', 'admin', NULL)", ()),
        ("service", "leads_admin", "SELECT service.erase_person(2, NULL, NULL, 'ad', 'admin', NULL)", ()),
    ]  # fmt: skip
    names = channels(owner)
    assert "leads" in names
    with psycopg.connect(urls.owner, autocommit=True) as listener:
        for name in names:
            listener.execute(sql.SQL("LISTEN {}").format(sql.Identifier(name)))
        for login, role, statement, arguments in writes:
            before = owner.execute("SELECT count(*) FROM app.audit_log").fetchone()
            with psycopg.connect(getattr(urls, login), autocommit=True) as writer:
                if role:
                    writer.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
                writer.execute(statement, arguments)  # type: ignore[call-overload]
            assert owner.execute("SELECT count(*) FROM app.audit_log").fetchone() != before, "it wrote nothing"
            assert not list(listener.notifies(timeout=0)), statement
        # The listener hears: what psql writes is told, since nobody else would.
        owner.execute("UPDATE contact_leads SET company = 'ACME' WHERE id = 1")
        assert [found.channel for found in listener.notifies(timeout=10, stop_after=1)] == ["leads"]


def requests(site: Site) -> list[tuple[str, str, Any, dict[str, str]]]:
    """Requests of every kind that need the table of leads: method, path, body, headers."""
    viewer, editor, admin = (site.bearer(role, role) for role in ("viewer", "editor", "admin"))
    return [
        ("POST", "/api/submit-contact", CONTACT, {}),
        ("POST", "/api/v1/request-cv", CONTACT, {"Idempotency-Key": "locked"}),
        ("GET", "/admin/leads", None, viewer),
        ("GET", "/admin/leads/1", None, viewer),
        ("GET", "/admin/leads/search?q=jane", None, viewer),
        ("GET", "/admin/leads/export", None, viewer),
        ("GET", "/admin/leads/1/history", None, viewer),
        ("GET", "/rest/leads", None, viewer),
        ("POST", "/admin/leads", CONTACT, editor),
        ("PATCH", "/admin/leads/1/status", {"status": "processing"}, editor),
        ("PATCH", "/admin/leads/1", {"name": "x"}, editor),
        ("POST", "/admin/leads/1/contacts", {"channel": "x", "note": "x"}, editor),
        ("GET", "/admin/leads?limit=7", None, admin),
    ]


async def all_refused_in_time(site: Site) -> None:
    """Every request, all at once, is a 503 that says when to come again."""

    async def ask(method: str, path: str, body: Any, headers: dict[str, str]) -> None:
        began = time.monotonic()
        answer = await client.request(method, path, json=body, headers=headers)
        seconds = time.monotonic() - began
        assert answer.status_code == 503, (path, answer.text)
        assert int(answer.headers["retry-after"]) >= 1, path
        assert seconds < ANSWER_SECONDS + SLACK_SECONDS, path
        if path.startswith("/rest"):
            assert set(answer.json()) == {"code", "message", "details", "hint"}
        else:
            problem(answer, 503)

    async with httpx.AsyncClient(base_url=site.url, timeout=30) as client:
        await asyncio.gather(*(ask(*request) for request in requests(site)))


@pytest.fixture
def a_lead(fresh_urls: Urls) -> None:
    with psycopg.connect(fresh_urls.owner) as owner:
        owner.execute("INSERT INTO contact_leads (name, email) VALUES ('Jane', 'jane@example.com')")


@pytest.mark.threat(48)
@pytest.mark.usefixtures("a_lead")
async def test_48_a_lock_that_somebody_holds(fresh_urls: Urls) -> None:
    async with running_site(fresh_urls, answer_cache_bytes=0) as site:
        with psycopg.connect(fresh_urls.owner) as owner:
            owner.execute("LOCK TABLE contact_leads IN ACCESS EXCLUSIVE MODE")
            await all_refused_in_time(site)
            async with httpx.AsyncClient(base_url=site.url) as client:
                assert (await client.get("/healthz")).status_code == 200
                assert (await client.get("/admin/me", headers=site.bearer())).status_code in (200, 401)
            owner.rollback()
            assert owner.execute("SELECT count(*), max(version) FROM contact_leads").fetchone() == (1, 1)
        async with httpx.AsyncClient(base_url=site.url) as client:
            assert (await client.post("/api/submit-contact", json=CONTACT)).status_code == 201


async def use_all_of(site: Site, role: Role) -> None:
    """A statement on every connection that a pool can have, all at once. Raises an ExceptionGroup when one of them fails."""
    everybody = asyncio.Barrier(POOL_SIZES[role])

    async def use() -> None:
        async with site.app.ctx.database._borrow(role) as connection:
            await connection.fetchval("SELECT 1", timeout=1)
            await everybody.wait()

    async with asyncio.TaskGroup() as group:
        for _ in range(POOL_SIZES[role]):
            group.create_task(use())


async def use_all_until_well(site: Site, role: Role) -> None:
    while True:
        with suppress(ExceptionGroup):
            return await use_all_of(site, role)


@pytest.mark.threat(49)
@pytest.mark.usefixtures("a_lead")
async def test_49_a_line_that_swallows(fresh_urls: Urls, tmp_path: Path) -> None:
    """Answers in time, also when more ask than a pool has connections; and what was swallowed is let go, so that it serves again."""
    async with (
        BlackHole(tmp_path, fresh_urls).open() as hole,
        running_site(hole.urls, answer_cache_bytes=0, listen_database_url=fresh_urls.service) as site,
        httpx.AsyncClient(base_url=site.url, timeout=30) as client,
    ):
        for role in USUAL:
            await use_all_of(site, role)
        hole.swallow()
        assert len(hole.swallowed) == sum(POOL_SIZES[role] for role in USUAL)
        for _ in range(2):
            await all_refused_in_time(site)
            assert (await client.get("/healthz")).status_code == 200
        # The network is well again; the connections that it has forgotten are not, and are found out as they are used.
        hole.let_through()
        async with asyncio.timeout(30):
            await asyncio.gather(*(use_all_until_well(site, role) for role in USUAL))
        assert not hole.swallowed, "a connection that nobody answers on is kept"
        for method, path, body, headers in requests(site):
            answer = await client.request(method, path, json=body, headers=headers)
            assert answer.status_code < 500, (path, answer.text)
