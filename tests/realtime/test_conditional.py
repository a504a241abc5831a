"""Answers given again: 304, and from memory. That no PostgreSQL was asked is proved by a lock, or by counting statements."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from realtime.support import Owner, add_lead, listening_of, locked_leads, settled, until

from conftest import Site, Urls, running_site
from service import db
from service.db import Database
from service.live import listening
from service.settings import RateLimit
from tests_support import problem

READERS = ("leads_viewer", "leads_editor", "leads_admin")
KINDS = ("list", "search", "kpis", "lead")
Reads = Counter[str]


class Clock:
    """The time of day as the service's answers know it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """No minute passes by itself, and a machine that stands still for a second is no silence."""
    clock = Clock()
    monkeypatch.setattr(listening, "time", SimpleNamespace(time=clock.time, monotonic=time.monotonic))
    monkeypatch.setattr(listening, "SILENT_SECONDS", 30.0)
    return clock


@pytest.fixture(scope="module")
async def site(urls: Urls) -> AsyncIterator[Site]:
    """This file's service, which waits less for a lock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(db.SERVER_SETTINGS, "lock_timeout", "150ms")
        async with running_site(urls) as running:
            yield running


@pytest.fixture
def reads(site: Site, monkeypatch: pytest.MonkeyPatch) -> Reads:
    """How often each reading role asked PostgreSQL."""
    return count_reads(site.app.ctx.database, monkeypatch)


def count_reads(database: Database, monkeypatch: pytest.MonkeyPatch) -> Reads:
    counted: Reads = Counter()
    first = database.first

    async def counting(role: Any, text: str, *arguments: object) -> Any:
        if role in READERS:
            counted[role] += 1
        return await first(role, text, *arguments)

    monkeypatch.setattr(database, "first", counting)
    return counted


@pytest.fixture
async def lead(owner: Owner, site: Site) -> int:
    """A lead of this test's, whose company names it."""
    number = add_lead(owner, company="ACME")
    await settled(owner, site)
    return number


@pytest.fixture
def headers(site: Site) -> dict[str, str]:
    return site.bearer("ann", "editor")


def path_of(kind: str, lead: int) -> str:
    return {
        "list": f"/admin/leads?id=eq.{lead}",
        "search": f"/admin/leads/search?q=acme&id=eq.{lead}",
        "kpis": "/admin/leads/stats",
        "lead": f"/admin/leads/{lead}",
    }[kind]


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    async def test_what_one_has_is_304(self, client: httpx.AsyncClient, headers: dict[str, str], lead: int, kind: str) -> None:
        first = await client.get(path_of(kind, lead), headers=headers)
        assert first.status_code == 200
        etag = first.headers["etag"]
        assert etag.startswith('"' if kind == "lead" else 'W/"')
        again = await client.get(path_of(kind, lead), headers=headers | {"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")
        for name, value in {"etag": etag, "cache-control": "private, no-cache", "vary": "Authorization"}.items():
            assert first.headers[name] == again.headers[name] == value
        assert "content-type" not in again.headers
        assert again.headers["x-request-id"] != first.headers["x-request-id"]
        assert again.headers["ratelimit"] != first.headers["ratelimit"], "the limit is this request's"

    async def test_a_304_ends_with_its_head(
        self, client: httpx.AsyncClient, site: Site, headers: dict[str, str], lead: int, kind: str
    ) -> None:
        """On the wire, where a client would take what came after it for the next answer."""
        etag = (await client.get(path_of(kind, lead), headers=headers)).headers["etag"]
        for method in ("GET", "HEAD"):
            reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(site.url).port)
            lines = [f"{method} {path_of(kind, lead)} HTTP/1.1", "Host: x", "Connection: close", f"If-None-Match: {etag}"]
            writer.write("\r\n".join([*lines, f"Authorization: {headers['Authorization']}", "", ""]).encode())
            sent = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            assert sent.startswith(b"HTTP/1.1 304 ")
            assert sent.endswith(b"\r\n\r\n")
            assert sent.count(b"\r\n\r\n") == 1

    async def test_comparison(self, client: httpx.AsyncClient, headers: dict[str, str], lead: int, kind: str) -> None:
        etag = (await client.get(path_of(kind, lead), headers=headers)).headers["etag"]
        opaque = etag.removeprefix("W/")

        async def status(*sent: str) -> int:
            fields = [*headers.items(), *(("If-None-Match", one) for one in sent)]
            return (await client.get(path_of(kind, lead), headers=fields)).status_code

        for matching in (opaque, f"W/{opaque}", "*", f'"x", {etag}', f'W/"a,b" ,{etag}, "z"', f'"",{opaque}'):
            assert await status(matching) == 304, matching
        assert await status('"x"', etag) == 304, "on two lines"
        for other in ('"x"', 'W/"x", "y"', opaque.strip('"'), f'"{opaque.strip(chr(34))}x"', '""', "W/*", '"*"'):
            assert await status(other) == 200, other

    async def test_head(self, client: httpx.AsyncClient, headers: dict[str, str], lead: int, kind: str) -> None:
        got = await client.get(path_of(kind, lead), headers=headers)
        head = await client.head(path_of(kind, lead), headers=headers)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("etag", "content-length", "content-type", "cache-control", "vary"):
            assert head.headers[name] == got.headers[name]
        assert (await client.head(path_of(kind, lead), headers=headers | {"If-None-Match": "*"})).status_code == 304

    async def test_without_postgresql(
        self, client: httpx.AsyncClient, site: Site, headers: dict[str, str], lead: int, kind: str
    ) -> None:
        path = path_of(kind, lead)
        first = await client.get(path, headers=headers)
        with locked_leads(site.urls):
            again = await client.get(path, headers=headers)
            assert (again.status_code, again.content) == (200, first.content)
            assert (await client.head(path, headers=headers)).status_code == 200
            known = await client.get(path, headers=headers | {"If-None-Match": first.headers["etag"]})
            assert known.status_code == 304
            # The lock holds: what is not in memory doesn't come.
            assert problem(await client.get(path, headers=site.bearer("vera", "viewer")), 503)["code"] == "database_busy"

    @pytest.mark.parametrize("by", ["service", "psql"])
    async def test_a_change_is_a_new_answer(
        self, client: httpx.AsyncClient, site: Site, owner: Owner, headers: dict[str, str], lead: int, kind: str, by: str
    ) -> None:
        before = await client.get(path_of(kind, lead), headers=headers)
        if by == "psql":
            owner.execute("UPDATE contact_leads SET status = 'processing' WHERE id = %s", (lead,))
            await settled(owner, site)
        else:
            changed = await client.patch(f"/admin/leads/{lead}/status", json={"status": "processing"}, headers=headers)
            assert changed.status_code == 200
        after = await client.get(path_of(kind, lead), headers=headers | {"If-None-Match": before.headers["etag"]})
        assert after.status_code == 200
        assert after.content != before.content
        assert after.headers["etag"] != before.headers["etag"]
        # The sealing of the change may come after that answer, which is then read once more.
        await settled(owner, site)
        assert (await client.get(path_of(kind, lead), headers=headers)).content == after.content
        with locked_leads(site.urls):
            assert (await client.get(path_of(kind, lead), headers=headers)).content == after.content

    async def test_a_change_of_something_else_is_304_again(
        self, client: httpx.AsyncClient, site: Site, owner: Owner, headers: dict[str, str], reads: Reads, lead: int, kind: str
    ) -> None:
        other = add_lead(owner)
        await settled(owner, site)
        etag = (await client.get(path_of(kind, lead), headers=headers)).headers["etag"]
        reads.clear()
        owner.execute("UPDATE contact_leads SET internal_notes = 'x' WHERE id = %s", (other,))
        await settled(owner, site)
        for _ in range(2):
            assert (await client.get(path_of(kind, lead), headers=headers | {"If-None-Match": etag})).status_code == 304
        assert reads["leads_editor"] >= 1, "it was looked at"
        once = reads.total()
        assert (await client.get(path_of(kind, lead), headers=headers)).status_code == 200
        assert reads.total() == once

    async def test_a_hundred_at_once_cost_one_read(
        self, client: httpx.AsyncClient, site: Site, headers: dict[str, str], reads: Reads, lead: int, kind: str
    ) -> None:
        await client.get(path_of(kind, lead), headers=headers)
        reads.clear()
        await client.get(path_of(kind, lead), headers=site.bearer("vera", "viewer"))
        alone = reads["leads_viewer"]
        changed = await client.patch(f"/admin/leads/{lead}/status", json={"status": "archived"}, headers=headers)
        assert changed.status_code == 200
        await until(lambda: listening_of(site)._wake.is_set() is False)
        reads.clear()
        version = listening_of(site).version()
        answers = await asyncio.gather(*(client.get(path_of(kind, lead), headers=headers) for _ in range(100)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        moved = listening_of(site).version() != version
        assert reads["leads_editor"] <= alone * (2 if moved else 1), "the head may move once meanwhile"

    async def test_each_minute_is_read_anew(
        self, client: httpx.AsyncClient, headers: dict[str, str], reads: Reads, clock: Clock, lead: int, kind: str
    ) -> None:
        await client.get(path_of(kind, lead), headers=headers)
        reads.clear()
        clock.now += 59 - clock.now % 60
        await client.get(path_of(kind, lead), headers=headers)
        assert reads.total() == 0
        clock.now += 1
        await client.get(path_of(kind, lead), headers=headers)
        assert reads.total() >= 1

    async def test_each_role_has_its_own(
        self, client: httpx.AsyncClient, site: Site, owner: Owner, lead: int, kind: str
    ) -> None:
        """What a role may not see any more is not answered from what another one read."""
        bearers = {role: site.bearer(role, role) for role in ("viewer", "editor", "admin")}
        owner.execute("REVOKE SELECT ON contact_leads FROM leads_viewer")
        # How many there are one may know without seeing them.
        owner.execute("REVOKE EXECUTE ON FUNCTION service.lead_stats() FROM leads_viewer")
        try:
            for role in ("editor", "admin"):
                assert (await client.get(path_of(kind, lead), headers=bearers[role])).status_code == 200
            for _ in range(2):
                assert (await client.get(path_of(kind, lead), headers=bearers["viewer"])).status_code == 403
                sent = bearers["viewer"] | {"If-None-Match": "*"}
                assert (await client.get(path_of(kind, lead), headers=sent)).status_code == 403
        finally:
            owner.execute("GRANT SELECT ON contact_leads TO leads_viewer")
            owner.execute("GRANT EXECUTE ON FUNCTION service.lead_stats() TO leads_viewer")
        with locked_leads(site.urls):
            assert (await client.get(path_of(kind, lead), headers=bearers["admin"])).status_code == 200
            assert (await client.get(path_of(kind, lead), headers=bearers["viewer"])).status_code == 503

    async def test_a_token_that_was_revoked_is_401(self, client: httpx.AsyncClient, site: Site, lead: int, kind: str) -> None:
        headers = site.bearer("ann", "editor")
        etag = (await client.get(path_of(kind, lead), headers=headers)).headers["etag"]
        assert (await client.post("/admin/logout", headers=headers)).status_code < 300
        for sent in ({}, {"If-None-Match": etag}, {"If-None-Match": "*"}):
            problem(await client.get(path_of(kind, lead), headers=headers | sent), 401)
        problem(await client.get(path_of(kind, lead)), 401)
        # It is in memory all the same.
        with locked_leads(site.urls):
            assert (await client.get(path_of(kind, lead), headers=site.bearer("bob", "editor"))).status_code == 200


async def test_the_limit_counts_what_is_in_memory(fresh_urls: Urls) -> None:
    async with (
        running_site(fresh_urls, admin_rate_limit=RateLimit(3, 60)) as site,
        httpx.AsyncClient(base_url=site.url) as client,
    ):
        headers = site.bearer("ann", "viewer")
        answers = [await client.get("/admin/leads", headers=headers | {"If-None-Match": "*"}) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [304, 304, 304, 429, 429]
        problem(answers[-1], 429)
        assert (await client.get("/admin/leads", headers=headers)).status_code == 429


async def test_another_query_is_another_answer(
    client: httpx.AsyncClient, headers: dict[str, str], owner: Owner, site: Site, lead: int
) -> None:
    more = [add_lead(owner, company=f"Other {n}") for n in range(3)]
    await settled(owner, site)
    for _ in range(2):
        for number in more:
            listed = (await client.get(f"/admin/leads?id=eq.{number}", headers=headers)).json()
            assert [one["id"] for one in listed["data"]] == [number]
            assert (await client.get(f"/admin/leads/{number}", headers=headers)).json()["id"] == number
    one = await client.get("/admin/leads?limit=1&order=id", headers=headers)
    two = await client.get("/admin/leads?limit=2&order=id", headers=headers)
    assert (len(one.json()["data"]), len(two.json()["data"])) == (1, 2)
    assert one.headers["etag"] != two.headers["etag"]


@pytest.mark.parametrize(
    "filter_",
    [
        "created_at=lt.now",
        "created_at=lt.08:00 today",
        "created_at=gt.yesterday",
        "created_at=not.gt.tomorrow",
        "or=(created_at.lt.now,company.eq.x)",
        "updated_at=lt.now&id=gt.0",
        "created_at=gt.epoch",
    ],
)
@pytest.mark.parametrize("path", ["/admin/leads?", "/admin/leads/search?q=acme&"])
async def test_a_filter_by_the_time_of_asking_is_never_kept(
    client: httpx.AsyncClient, headers: dict[str, str], reads: Reads, lead: int, path: str, filter_: str
) -> None:
    await client.get(f"{path}{filter_}", headers=headers)
    once = reads.total()
    assert once
    again = await client.get(f"{path}{filter_}", headers=headers)
    assert again.status_code == 200
    assert reads.total() == 2 * once
    sent = headers | {"If-None-Match": again.headers["etag"]}
    assert (await client.get(f"{path}{filter_}", headers=sent)).status_code == 304, "kept by the client it may be"


async def test_a_filter_by_a_date_is_kept(client: httpx.AsyncClient, headers: dict[str, str], reads: Reads, lead: int) -> None:
    path = "/admin/leads?created_at=gt.2020-01-01"
    await client.get(path, headers=headers)
    once = reads.total()
    assert (await client.get(path, headers=headers)).status_code == 200
    assert reads.total() == once


class TestErrors:
    @pytest.mark.parametrize(
        "path", ["/admin/leads/999999999", "/admin/leads?nothing=eq.1", "/admin/leads?created_at=gt.2020-13-45"]
    )
    async def test_they_are_never_kept(
        self, client: httpx.AsyncClient, site: Site, headers: dict[str, str], lead: int, path: str
    ) -> None:
        before = len(site.app.ctx.answers._kept)
        for _ in range(2):
            answer = await client.get(path, headers=headers | {"If-None-Match": "*"})
            assert 400 <= answer.status_code < 500
            assert "etag" not in answer.headers
        assert len(site.app.ctx.answers._kept) == before

    async def test_nor_a_database_that_was_busy(
        self, client: httpx.AsyncClient, site: Site, headers: dict[str, str], lead: int
    ) -> None:
        with locked_leads(site.urls):
            problem(await client.get(f"/admin/leads/{lead}?", headers=headers), 503)
        assert (await client.get(f"/admin/leads/{lead}?", headers=headers)).status_code == 200

    async def test_a_lead_that_comes_after_its_404(
        self, client: httpx.AsyncClient, headers: dict[str, str], site: Site, lead: int
    ) -> None:
        admin = site.bearer("root", "admin")
        assert (await client.get(f"/admin/leads/{lead}", headers=headers)).status_code == 200
        gone = await client.delete(f"/admin/leads/{lead}", headers=admin)
        assert gone.status_code == 200
        assert (await client.get(f"/admin/leads/{lead}", headers=headers | {"If-None-Match": "*"})).status_code == 404
        undone = await client.post(f"/admin/operations/{gone.json()['operation']}/undo", headers=admin)
        assert undone.status_code == 200
        assert (await client.get(f"/admin/leads/{lead}", headers=headers)).status_code == 200


class TestOneReadForMany:
    async def test_one_who_leaves_takes_it_from_nobody(
        self, client: httpx.AsyncClient, site: Site, headers: dict[str, str], reads: Reads, lead: int
    ) -> None:
        path = f"/admin/leads?id=eq.{lead}&limit=7"
        with locked_leads(site.urls):
            leaver = asyncio.create_task(client.get(path, headers=headers))
            await until(lambda: reads["leads_editor"])
            waits = [asyncio.create_task(client.get(path, headers=headers)) for _ in range(3)]
            asked = reads.total()
            leaver.cancel()
            await asyncio.gather(leaver, return_exceptions=True)
        answers = await asyncio.gather(*waits)
        assert [answer.status_code for answer in answers] == [200] * 3
        assert reads.total() == asked
        assert not site.app.ctx.answers._under_way

    async def test_all_of_them_hear_of_its_failure(
        self, client: httpx.AsyncClient, site: Site, headers: dict[str, str], reads: Reads, lead: int
    ) -> None:
        path = f"/admin/leads?id=eq.{lead}&limit=8"
        with locked_leads(site.urls):
            answers = await asyncio.gather(*(client.get(path, headers=headers) for _ in range(5)))
        assert len({problem(answer, 503)["request_id"] for answer in answers}) == 5
        assert (await client.get(path, headers=headers)).status_code == 200

    @pytest.mark.parametrize("by", ["service", "psql"])
    async def test_what_was_read_before_a_write_is_not_given_after_it(
        self,
        client: httpx.AsyncClient,
        site: Site,
        owner: Owner,
        headers: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
        lead: int,
        by: str,
    ) -> None:
        """A read that began before the write, and comes back after the writer was answered."""
        path = f"/admin/leads/{lead}"
        database = site.app.ctx.database
        first = database.first
        read, go_on = asyncio.Event(), asyncio.Event()

        async def slow(role: Any, text: str, *arguments: object) -> Any:
            row = await first(role, text, *arguments)
            if role == "leads_editor" and not read.is_set():
                read.set()
                await go_on.wait()
            return row

        monkeypatch.setattr(database, "first", slow)
        asked = asyncio.create_task(client.get(path, headers=headers))
        await read.wait()
        if by == "service":
            body = {"company": "New"}
            assert (await client.patch(path, json=body, headers=site.bearer("root", "admin"))).status_code == 200
        else:
            owner.execute("UPDATE contact_leads SET company = 'New' WHERE id = %s", (lead,))
            await settled(owner, site)
        # While the old one is under way still, and after it.
        assert (await client.get(path, headers=headers)).json()["company"] == "New"
        go_on.set()
        assert (await asked).json()["company"] == "ACME"
        assert (await client.get(path, headers=headers)).json()["company"] == "New"


class TestMemory:
    async def test_it_is_bounded(self, fresh_urls: Urls, owner: Owner) -> None:
        size = 60_000
        async with running_site(fresh_urls, answer_cache_bytes=size) as site, httpx.AsyncClient(base_url=site.url) as client:
            answers, headers = site.app.ctx.answers, site.bearer("ann", "viewer")

            def held() -> int:
                total = sum(len(answer.body) + len(str(key)) for key, (_, answer, _) in answers._kept.items())
                assert total <= answers._bytes <= size
                return len(answers._kept)

            with_leads = [
                client.post("/admin/leads", json={"name": "J", "email": "j@example.com"}, headers=site.bearer())
                for _ in range(5)
            ]
            assert {answer.status_code for answer in await asyncio.gather(*with_leads)} == {201}
            most = 0
            for number in range(150):
                assert (
                    await client.get(f"/admin/leads?limit={number % 70 + 1}&id=gt.-{number}", headers=headers)
                ).status_code == 200
                most = max(most, held())
            assert 2 < most < 120
            # The longest unused goes first.
            await client.get("/admin/leads?limit=2", headers=headers)
            for number in range(200, 260):
                await client.get("/admin/leads?limit=2", headers=headers)
                await client.get(f"/admin/leads?limit=1&id=gt.-{number}", headers=headers)
            await until(lambda: listening_of(site).version() is not None)
            assert any(key[1:] == ("/admin/leads", "limit=2") for key in answers._kept)
            held()

    async def test_one_large_answer_is_not_kept(self, fresh_urls: Urls) -> None:
        async with running_site(fresh_urls, answer_cache_bytes=1000) as site, httpx.AsyncClient(base_url=site.url) as client:
            for _ in range(2):
                assert (await client.get("/admin/leads/stats", headers=site.bearer())).status_code == 200
            assert (site.app.ctx.answers._kept, site.app.ctx.answers._bytes) == ({}, 0)

    async def test_0_keeps_none(self, fresh_urls: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
        async with running_site(fresh_urls, answer_cache_bytes=0) as site, httpx.AsyncClient(base_url=site.url) as client:
            reads = count_reads(site.app.ctx.database, monkeypatch)
            for times in (1, 2, 3):
                assert (await client.get("/admin/leads/stats", headers=site.bearer())).status_code == 200
                assert reads.total() == times
            assert len(site.app.ctx.answers._kept) == 0
