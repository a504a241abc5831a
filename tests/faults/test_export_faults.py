"""Exports in trouble: readers who stop or leave, a server that fails in mid-stream, more of them than there may be, a drain."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from conftest import Server, Site, Urls, running_site, settings_for
from service import db
from service.app import create_app
from service.server import serving
from tests_support import problem

MEGABYTE = 2**20
EXPORT = "/admin/leads/export"


@pytest.fixture(scope="module")
def many(server: Server) -> Iterator[Urls]:
    """A database of 30,000 leads of 8 KB: 240 MB, of which PostgreSQL stores 3."""
    with server.clone() as urls:
        fill(urls, "contact_leads", 30_000)
        yield urls


def fill(urls: Urls, table: str, leads: int) -> None:
    """Long messages. Without the triggers, which keep what no export shows."""
    with psycopg.connect(urls.superuser) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(
            f"INSERT INTO {table} (name, email, message)"  # type: ignore[arg-type]
            f" SELECT 'Lead ' || n, n || '@example.com', repeat('0123456789 ', 750) FROM generate_series(1, {leads}) AS n"
        )


@pytest.fixture
async def busy(many: Urls) -> AsyncIterator[Site]:
    async with running_site(many) as site:
        yield site


class Reader:
    """A client that reads when it is told to, over a small receive buffer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    @asynccontextmanager
    async def asking(cls, site: Site, query: str = "format=csv") -> AsyncIterator["Reader"]:
        """One that has sent its request, and has read nothing."""
        host, port = site.url.removeprefix("http://").split(":")
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, (host, int(port)))
        reader, writer = await asyncio.open_connection(sock=sock, limit=64 * 1024)
        lines = [f"GET {EXPORT}?{query} HTTP/1.1", "Host: x", f"Authorization: {site.bearer()['Authorization']}", "", ""]
        writer.write("\r\n".join(lines).encode())
        try:
            yield cls(reader, writer)
        finally:
            writer.transport.abort()

    async def rest(self) -> bytes:
        """All there is until the connection ends, however it does."""
        parts = []
        while True:
            try:
                part = await self.reader.read(MEGABYTE)
            except ConnectionError:
                break
            if not part:
                break
            parts.append(part)
        return b"".join(parts)


async def until(urls: Urls, condition: str, seconds: float = 10) -> float:
    """Waits until the backends of exports are so; how long that took."""
    began = time.monotonic()
    query = f"SELECT {condition} FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'leads export'"
    async with await psycopg.AsyncConnection.connect(urls.superuser, autocommit=True) as superuser:
        while True:
            row = await (await superuser.execute(query)).fetchone()  # type: ignore[arg-type]
            if row == (True,):
                return time.monotonic() - began
            assert time.monotonic() - began < seconds, condition
            await asyncio.sleep(0.01)


WRITING = "count(*) FILTER (WHERE wait_event = 'ClientWrite') = 1"
NONE = "count(*) = 0"


async def gone_in_time(urls: Urls) -> None:
    assert await until(urls, NONE) < 1


def memory() -> int:
    """What this process holds, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.threat(44)
async def test_a_stalled_reader_costs_no_memory_and_gets_all_in_the_end(busy: Site, many: Urls) -> None:
    async with Reader.asking(busy) as reader:
        before = memory()
        await until(many, WRITING)
        buffers = [c.transport.get_write_buffer_size() for c in server_connections(busy)]
        assert sum(buffers) < 2 * MEGABYTE
        assert memory() - before < 32 * MEGABYTE
        highest = before
        size = 0
        tail = b""
        while not tail.endswith(b"\r\n0\r\n\r\n"):
            part = await reader.reader.read(MEGABYTE)
            assert part
            size += len(part)
            tail = (tail + part)[-10:]
            highest = max(highest, memory())
        assert size > 30_000 * 8000
        assert highest - before < 64 * MEGABYTE
    await gone_in_time(many)


def server_connections(site: Site) -> list[Any]:
    """Sanic's protocol objects of this service."""
    import gc

    from sanic.server.protocols.http_protocol import HttpProtocol

    return [o for o in gc.get_objects() if type(o) is HttpProtocol and o.app is site.app and o.transport is not None]


@pytest.mark.threat(44)
async def test_a_stalled_reader_is_cut_off(many: Urls) -> None:
    async with running_site(many) as site:
        site.app.config.RESPONSE_TIMEOUT = 0.5  # as a connection begins, it is read
        async with Reader.asking(site) as reader:
            await until(many, WRITING)
            await until(many, NONE)
            sent = await reader.rest()
        assert sent.startswith(b"HTTP/1.1 200 ")
        assert not sent.endswith(b"0\r\n\r\n")


@pytest.mark.threat(44)
async def test_a_reader_who_leaves_frees_the_backend(busy: Site, many: Urls) -> None:
    async with Reader.asking(busy) as reader:
        await until(many, WRITING)
        reader.writer.transport.abort()
        await gone_in_time(many)
    async with Reader.asking(busy) as reader:
        await until(many, WRITING)
        reader.writer.close()
        await gone_in_time(many)
    # And the places are free again.
    async with httpx.AsyncClient(base_url=busy.url, headers=busy.bearer()) as client:
        assert (await client.get(f"{EXPORT}?limit=1&select=id")).text.startswith("id\n")


@pytest.mark.threat(44)
async def test_a_reader_who_leaves_before_the_first_row_frees_the_backend(fresh_urls: Urls) -> None:
    with psycopg.connect(fresh_urls.owner) as owner:
        make_slow(owner)
    async with running_site(fresh_urls) as site, Reader.asking(site) as reader:
        await until(fresh_urls, "count(*) FILTER (WHERE wait_event = 'PgSleep') = 1")
        reader.writer.transport.abort()
        await gone_in_time(fresh_urls)


def make_slow(owner: "psycopg.Connection[Any]", sql: str = "pg_sleep(30)") -> None:
    """Puts a view in the table's place that takes its time."""
    owner.execute("ALTER TABLE contact_leads RENAME TO real_leads")
    owner.execute(
        f"CREATE VIEW contact_leads AS SELECT r.* FROM real_leads AS r, (SELECT {sql} OFFSET 0) AS s"  # type: ignore[arg-type]
    )
    owner.execute("INSERT INTO real_leads (name, email) VALUES ('x', 'x@example.com')")
    owner.execute("GRANT SELECT ON contact_leads, real_leads TO leads_viewer, leads_admin")


@pytest.mark.parametrize("format_", ["csv", "json", "ndjson"])
async def test_a_failure_in_mid_stream_cuts_the_answer(
    busy: Site, many: Urls, format_: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with Reader.asking(busy, f"format={format_}") as reader:
        await until(many, WRITING)
        with psycopg.connect(many.superuser, autocommit=True) as superuser:
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'leads export'"
            )
        sent = await reader.rest()
    assert sent.startswith(b"HTTP/1.1 200 ")
    assert b"problem+json" not in sent
    assert not sent.endswith(b"0\r\n\r\n")
    await gone_in_time(many)
    log = "".join(capfd.readouterr())
    assert "export_failed" in log
    assert "0123456789" not in log


async def test_a_row_that_fails_in_mid_stream_cuts_the_answer(many: Urls, server: Server) -> None:
    with server.clone() as urls:
        with psycopg.connect(urls.owner) as owner:
            make_slow(owner, "1")
            owner.execute(
                "CREATE OR REPLACE VIEW contact_leads AS SELECT r.* FROM real_leads AS r WHERE 1 / (2000 - r.id) IS NOT NULL"
            )
            # By the index, row after row: a sort would meet the bad row before it gives the first.
            owner.execute(f'ALTER DATABASE "{owner.info.dbname}" SET enable_sort = off')  # type: ignore[arg-type]
        fill(urls, "real_leads", 2000)
        async with running_site(urls) as site, httpx.AsyncClient(base_url=site.url, headers=site.bearer()) as client:
            with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
                await client.get(f"{EXPORT}?format=csv&order=id.asc")
            # At the start it is told.
            answer = problem(await client.get(f"{EXPORT}?format=csv&id=in.(2000)"), 422)
            assert answer["code"] == "value_not_valid"


async def test_a_failure_before_the_first_byte_is_told(busy: Site, many: Urls) -> None:
    async with httpx.AsyncClient(base_url=busy.url, headers=busy.bearer(), timeout=10) as client:
        with psycopg.connect(many.owner) as owner:
            owner.execute("LOCK TABLE contact_leads IN ACCESS EXCLUSIVE MODE")
            began = time.monotonic()
            answer = problem(await client.get(EXPORT), 503)
            assert answer["code"] == "database_busy"
            assert time.monotonic() - began < 5
        assert (await client.get(f"{EXPORT}?limit=1")).status_code == 200


async def test_a_third_one_is_refused_in_time_and_the_inbox_goes_on(busy: Site, many: Urls) -> None:
    async with (
        httpx.AsyncClient(base_url=busy.url, headers=busy.bearer(), timeout=10) as client,
        Reader.asking(busy),
        Reader.asking(busy) as second,
    ):
        await until(many, "count(*) FILTER (WHERE wait_event = 'ClientWrite') = 2")
        began = time.monotonic()
        answer = await client.get(EXPORT)
        assert time.monotonic() - began < 2
        assert problem(answer, 503)["code"] == "exports_busy"
        assert int(answer.headers["retry-after"]) >= 1
        pages = await asyncio.gather(*(client.get("/admin/leads?limit=1") for _ in range(10)))
        assert {page.status_code for page in pages} == {200}
        # One that leaves makes room.
        second.writer.transport.abort()
        assert (await client.get(f"{EXPORT}?limit=1")).status_code == 200


async def test_it_may_take_longer_than_other_statements_but_not_for_ever(many: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "EXPORT_SECONDS", 2.5)
    async with running_site(many) as site, Reader.asking(site) as reader:
        await until(many, WRITING)
        await until(many, NONE)
        assert not (await reader.rest()).endswith(b"0\r\n\r\n")
    assert db.EXPORT_SETTINGS["statement_timeout"] == "1800000ms"


async def test_all_of_it_is_one_moment(busy: Site, many: Urls) -> None:
    """What changes meanwhile is not in it."""
    with psycopg.connect(many.owner) as owner:
        count = owner.execute("SELECT count(*) FROM contact_leads").fetchone()
    async with Reader.asking(busy, "format=ndjson&select=id,name,message") as reader:
        await until(many, WRITING)
        with psycopg.connect(many.owner) as owner:
            owner.execute("UPDATE contact_leads SET name = 'changed' WHERE id % 700 = 0")
            owner.execute("DELETE FROM contact_leads WHERE id % 700 = 1")
            owner.execute(
                "INSERT INTO contact_leads (name, email, created_at) VALUES ('late', 'l@example.com', now() - interval '1 year')"
            )
        body = bytearray()
        while not body.endswith(b"\r\n0\r\n\r\n"):
            part = await reader.reader.read(MEGABYTE)
            assert part
            body += part
    async with httpx.AsyncClient(base_url=busy.url, headers=busy.bearer(), timeout=60) as client:
        after = await client.get(f"{EXPORT}?format=ndjson&select=id,name")
    assert (body.count(b'"id":'),) == count
    assert b"changed" not in body
    assert b"late" not in body
    names = {json.loads(line)["name"] for line in after.text.splitlines()}
    assert {"changed", "late"} <= names


async def test_a_drain_lets_one_finish_and_cuts_it_when_the_time_is_up(many: Urls) -> None:
    for reads in (True, False):
        app = create_app(settings_for(many), name=f"draining_{reads}")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            host, port = listener.getsockname()
            site = Site(f"http://{host}:{port}", app, many, settings_for(many))
            async with Reader.asking(site) as reader:
                async with serving(app, listener, grace_seconds=20 if reads else 1):
                    await until(many, WRITING)
                    rest = asyncio.create_task(reader.rest()) if reads else None
                sent = await (rest or reader.rest())
                assert sent.endswith(b"0\r\n\r\n") is reads
        await gone_in_time(many)
