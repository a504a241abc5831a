"""Never a stale answer: over four workers and thousands of writes, and while the connection that listens is cut, hangs, or has nobody."""

import asyncio
import os
import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import psycopg
import pytest
from leads_up import Up, private_folder, running, wait_until
from realtime.support import (
    PATIENCE,
    Fleet,
    Owner,
    Wire,
    add_lead,
    listening_of,
    locked_leads,
    percentile,
    serving_fleet,
    settled,
    until,
)

from conftest import Site, Urls, running_site
from service.embedded import EmbeddedCluster

WORKERS = 4
ACTORS = 10
OPERATIONS = 10_000
LEADS = 24
# What two busy cores may add to a time.
SLACK_SECONDS = 1.0
# How long a foreign write may stay unseen: a second is promised.
FOREIGN_SECONDS = 1.0
# After so long without a proof nothing is answered from memory.
SILENT_SECONDS = 1.0


@pytest.fixture(scope="module")
def fleet(urls: Urls) -> Iterator[Fleet]:
    with private_folder() as folder, serving_fleet(urls, folder, WORKERS) as running_fleet:
        yield running_fleet


class Known:
    """What has been acknowledged: the least that any answer from now on must show."""

    def __init__(self, leads: list[int]) -> None:
        self.leads = leads
        self.versions = dict.fromkeys(leads, 1)
        self.assignees = dict.fromkeys(leads, 0)
        self.made: list[str] = []

    def floor(self) -> tuple[dict[int, int], dict[int, int], int]:
        return dict(self.versions), dict(self.assignees), len(self.made)

    def saw(self, lead: int, version: int) -> None:
        self.versions[lead] = max(self.versions[lead], version)


class Actor:
    """Reads and writes at random, each time on a kept-alive connection or a new one, which any worker may get."""

    def __init__(self, fleet: Fleet, known: Known, done: Counter[str], seed: int) -> None:
        self.known = known
        self.done = done
        self.number = seed
        self.chance = random.Random(seed)
        self.wires = [Wire(fleet.url, fleet.bearer(f"user{seed}", role)) for role in ("admin", "editor", "admin")]
        self.etags: dict[str, str] = {}

    async def work(self) -> None:
        deeds: list[tuple[int, Callable[[], object]]] = [
            (32, self.edits),
            (5, self.enters),
            (35, self.reads_one),
            (18, self.reads_list),
            (6, self.reads_kpis),
            (4 if self.number == 0 else 0, self.changes_many),
        ]
        weights, calls = zip(*deeds, strict=True)
        while self.done.total() < OPERATIONS:
            deed = self.chance.choices(calls, weights)[0]
            self.done[deed.__name__] += 1
            await deed()
        for wire in self.wires:
            wire.close()

    def wire(self) -> Wire:
        wire = self.chance.choice(self.wires)
        if self.chance.random() < 0.1:
            wire.close()
        return wire

    async def edits(self) -> None:
        lead = self.chance.choice(self.known.leads)
        reply = await self.wire().ask(
            "PATCH", f"/admin/leads/{lead}/notes", {"internal_notes": f"{self.number} {self.chance.random()}"}
        )
        assert reply.status == 200, reply
        self.known.saw(lead, reply.json["version"])
        if self.chance.random() < 0.5:
            await self.reads_one(lead)

    async def enters(self) -> None:
        name = f"made {self.number} {self.chance.random()}"
        body = {"name": name, "email": "j@example.com", "subject": "S", "message": "How are you?"}
        if self.chance.random() < 0.5:
            reply = await self.wire().ask("POST", "/api/submit-contact", body)
        else:
            reply = await self.wire().ask("POST", "/admin/leads", {"name": name, "email": "j@example.com"})
        assert reply.status == 201, reply
        self.known.made.append(name)
        newest = await self.wire().ask("GET", "/admin/leads?order=id.desc&limit=40&select=name")
        if newest.status == 200:
            assert name in {lead["name"] for lead in newest.json["data"]}, "one's own new lead"

    async def changes_many(self) -> None:
        """Only one actor does, so that its numbers grow."""
        number = self.done["changes_many"]
        some = self.chance.sample(self.known.leads, 5)
        reply = await self.wire().ask("PATCH", "/admin/leads/bulk-assignee", {"ids": some, "assignee": f"b{number}"})
        assert reply.status == 200, reply
        for lead in some:
            self.known.assignees[lead] = number

    async def reads_one(self, lead: int | None = None) -> None:
        lead = lead or self.chance.choice(self.known.leads)
        path = f"/admin/leads/{lead}"
        versions, assignees, _ = self.known.floor()
        etag = self.etags.get(path) if self.chance.random() < 0.5 else None
        reply = await self.wire().ask("GET", path, etag=etag)
        assert reply.status == (304 if etag and reply.etag == etag else 200), reply
        self.etags[path] = reply.etag
        version = int(reply.etag.strip('"').rpartition("-")[2])
        assert version >= versions[lead], f"lead {lead}: version {version} after {versions[lead]} was acknowledged"
        if reply.body:
            self.check(reply.json, versions, assignees)

    async def reads_list(self) -> None:
        path = f"/admin/leads?order=id&limit={LEADS}&id=lte.{max(self.known.leads)}"
        versions, assignees, _ = self.known.floor()
        etag = self.etags.get(path) if self.chance.random() < 0.3 else None
        reply = await self.wire().ask("GET", path, etag=etag)
        if reply.status == 304:
            assert etag == reply.etag
            return
        assert reply.status == 200, reply
        self.etags[path] = reply.etag
        found = reply.json["data"]
        assert len(found) == LEADS
        for lead in found:
            self.check(lead, versions, assignees)

    async def reads_kpis(self) -> None:
        _, _, made = self.known.floor()
        reply = await self.wire().ask("GET", "/admin/leads/stats")
        assert reply.status == 200, reply
        assert reply.json["total"] >= LEADS + made

    @staticmethod
    def check(lead: dict[str, object], versions: dict[int, int], assignees: dict[int, int]) -> None:
        number = int(str(lead["id"]))
        assert int(str(lead["version"])) >= versions[number], lead
        assert int(str(lead["assignee"] or "b0")[1:]) >= assignees[number], lead


async def writes_past_the_service(urls: Urls, known: Known, done: Counter[str]) -> int:
    """As psql does. What it wrote must be seen a second later, and from then on."""
    written = 0
    chance = random.Random(99)
    loop = asyncio.get_running_loop()
    async with await psycopg.AsyncConnection.connect(urls.owner, autocommit=True) as owner:
        while done.total() < OPERATIONS:
            lead = chance.choice(known.leads)
            row = await (
                await owner.execute(
                    "UPDATE contact_leads SET company = %s WHERE id = %s RETURNING version", (str(written), lead)
                )
            ).fetchone()
            assert row is not None
            loop.call_later(FOREIGN_SECONDS + SLACK_SECONDS, known.saw, lead, row[0])
            written += 1
            await asyncio.sleep(chance.random() * 0.04)  # at random moments
    return written


async def test_ten_thousand_reads_and_writes_and_none_is_stale(fleet: Fleet, urls: Urls) -> None:
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        known = Known([add_lead(owner) for _ in range(LEADS)])
    done: Counter[str] = Counter()
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        foreign = group.create_task(writes_past_the_service(urls, known, done))
        for number in range(ACTORS):
            group.create_task(Actor(fleet, known, done, number).work())
    seconds = time.monotonic() - began
    print(f"{done.total()} operations and {foreign.result()} of psql in {seconds:.1f} s: {dict(done)}")
    assert done["edits"] > 2000
    assert done["changes_many"] > 20
    with psycopg.connect(urls.owner) as owner:
        final: dict[int, int] = dict(
            owner.execute("SELECT id, version FROM contact_leads WHERE id = ANY(%s)", (known.leads,)).fetchall()
        )
    assert all(final[lead] >= version for lead, version in known.versions.items())


async def one_on_each_worker(fleet: Fleet) -> dict[int, Wire]:
    found: dict[int, Wire] = {}
    for _ in range(400):
        wire = Wire(fleet.url, fleet.bearer())
        connection = await wire.connect()
        await wire.ask("GET", "/healthz")
        pid = fleet.worker_of(connection)
        if pid in found:
            wire.close()
        else:
            found[pid] = wire
        if len(found) == WORKERS:
            return found
    raise AssertionError(f"only {found.keys()} accept")


async def test_what_psql_writes_is_soon_seen_on_every_worker(fleet: Fleet, urls: Urls) -> None:
    wires = await one_on_each_worker(fleet)
    waits: list[float] = []
    async with await psycopg.AsyncConnection.connect(urls.owner, autocommit=True) as owner:
        row = await (
            await owner.execute("INSERT INTO contact_leads (name, email) VALUES ('J', 'j@x.org') RETURNING id")
        ).fetchone()
        assert row is not None
        path = f"/admin/leads/{row[0]}"
        for turn in range(60):
            for wire in wires.values():  # so that each has it in memory
                assert (await wire.ask("GET", path)).status == 200
            await owner.execute("UPDATE contact_leads SET company = %s WHERE id = %s", (str(turn), row[0]))
            committed = time.monotonic()

            async def sees(wire: Wire, turn: int = turn, committed: float = committed) -> float:
                while True:
                    asked = time.monotonic()
                    reply = await wire.ask("GET", path)
                    assert reply.status == 200
                    if reply.json["company"] == str(turn):
                        # By the time it asked it was known: what comes on top is the answer's way.
                        return asked - committed
                    assert asked - committed < PATIENCE
                    await asyncio.sleep(0.003)

            waits += await asyncio.gather(*map(sees, wires.values()))
    for wire in wires.values():
        wire.close()
    median, late = percentile(waits, 0.5), percentile(waits, 0.999)
    print(f"foreign writes, {len(waits)} looks on {WORKERS} workers: median {median * 1000:.0f} ms, p99.9 {late * 1000:.0f} ms")
    assert median < 0.1 + 0.1
    assert late < FOREIGN_SECONDS + SLACK_SECONDS


class Proxy:
    """A PostgreSQL's unix socket in another folder: passed through, hanging (nothing is closed, nothing passes), or refusing."""

    def __init__(self, folder: Path, url: str) -> None:
        parts = urlsplit(url)
        options = parse_qs(parts.query)
        port = options.get("port", ["5432"])[0]
        self._behind = Path(options["host"][0]) / f".s.PGSQL.{port}"
        self._here = folder / f".s.PGSQL.{port}"
        self.url = url.replace(quote(options["host"][0], safe=""), quote(str(folder), safe=""))
        assert self.url != url
        self._passing = asyncio.Event()
        self._passing.set()
        self.refusing = False
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Proxy"]:
        server = await asyncio.start_unix_server(self._accept, self._here)
        try:
            yield self
        finally:
            server.close()
            self.cut()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def hang(self) -> None:
        self._passing.clear()

    def go_on(self) -> None:
        self._passing.set()

    def cut(self) -> None:
        for task in self._tasks:
            task.cancel()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        if self.refusing:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_unix_connection(self._behind)
        self._writers.append(there_writer)
        for source, target in ((reader, there_writer), (there_reader, writer)):
            task = asyncio.create_task(self._pass_on(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self._passing.wait()
                target.write(data)
                await target.drain()
        target.transport.abort()


class TestTheConnectionThatListens:
    @pytest.fixture
    async def proxy(self, fresh_urls: Urls) -> AsyncIterator[Proxy]:
        with private_folder() as folder:
            async with Proxy(folder, fresh_urls.service).serving() as proxy:
                yield proxy

    @pytest.fixture
    async def served(self, fresh_urls: Urls, proxy: Proxy) -> AsyncIterator[Site]:
        async with running_site(fresh_urls, listen_database_url=proxy.url) as site:
            yield site

    @pytest.fixture
    def by_psql(self, fresh_urls: Urls) -> Iterator[Owner]:
        with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
            yield connection

    @staticmethod
    async def answers_from_memory(site: Site, client: httpx.AsyncClient, path: str) -> None:
        """It does, or does again soon: PostgreSQL gives no lead meanwhile."""
        headers = site.bearer()
        await until(lambda: listening_of(site).version() is not None)
        first = await client.get(path, headers=headers)
        with locked_leads(site.urls):
            again = await client.get(path, headers=headers)
        if again.status_code != 200:  # a beat moved the head in between: only once
            await client.get(path, headers=headers)
            with locked_leads(site.urls):
                again = await client.get(path, headers=headers)
        assert (again.status_code, again.content) == (200, first.content)

    @pytest.mark.parametrize("fault", ["hangs", "cut and refused"])
    async def test_after_a_second_of_silence_every_read_is_fresh(
        self, served: Site, proxy: Proxy, by_psql: Owner, fault: str
    ) -> None:
        site, listening = served, listening_of(served)
        lead = add_lead(by_psql)
        path, headers = f"/admin/leads/{lead}", site.bearer()
        async with httpx.AsyncClient(base_url=site.url, timeout=10) as client:
            await settled(by_psql, site)
            await self.answers_from_memory(site, client, path)
            if fault == "hangs":
                proxy.hang()
            else:
                proxy.refusing = True
                proxy.cut()
            stale = fresh = written = 0
            silent_since: float | None = None
            while fresh < 40:
                written += 1
                by_psql.execute("UPDATE contact_leads SET company = %s WHERE id = %s", (str(written), lead))
                # A proof under way when it was cut may still come in.
                proven = listening._proven_at
                asked = time.monotonic()
                answer = await client.get(path, headers=headers)
                assert answer.status_code == 200
                is_fresh = answer.json()["company"] == str(written)
                if asked - proven >= SILENT_SECONDS:
                    assert listening._proven_at == proven, "nothing is proven in a silence"
                    assert is_fresh, f"{asked - proven:.3f} s after the last proof"
                    silent_since = silent_since or asked
                    fresh += 1
                elif not is_fresh:
                    stale += 1
            # Else it would have been no test: until the second is over, memory can't know.
            assert stale > 0
            assert listening.version() is None
            # The connection hangs for longer than its own time-outs, and nothing changes.
            proxy.refusing = False
            proxy.go_on()
            seconds = await until(lambda: listening.version() is not None)
            print(
                f"{fault}: {stale} stale in the first second, then {fresh} fresh; from memory again {seconds:.2f} s after its end"
            )
            assert (await client.get(path, headers=headers)).json()["company"] == str(written)
            await settled(by_psql, site)
            await self.answers_from_memory(site, client, path)

    async def test_its_backend_killed_again_and_again(self, served: Site, by_psql: Owner) -> None:
        site = served
        lead = add_lead(by_psql)
        path, headers = f"/admin/leads/{lead}", site.bearer()
        waits = []
        async with httpx.AsyncClient(base_url=site.url, timeout=10) as client:
            await settled(by_psql, site)
            with psycopg.connect(site.urls.superuser, autocommit=True) as superuser:
                for turn in range(6):
                    await client.get(path, headers=headers)
                    killed = superuser.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND application_name = 'leads listening'"
                    ).fetchall()
                    # Written while nobody listens, so that no NOTIFY tells of it.
                    by_psql.execute("UPDATE contact_leads SET company = %s WHERE id = %s", (str(turn), lead))
                    committed = time.monotonic()
                    while (await client.get(path, headers=headers)).json()["company"] != str(turn):
                        assert time.monotonic() - committed < SILENT_SECONDS + SLACK_SECONDS
                    waits.append(time.monotonic() - committed)
                    assert killed == [(True,)]
                    await settled(by_psql, site)
            await self.answers_from_memory(site, client, path)
        print(f"its backend killed: what psql wrote was seen after at most {max(waits) * 1000:.0f} ms")

    def test_postgresql_killed_and_started_again(self) -> None:
        with private_folder() as folder, running(folder / "var") as up:
            token = up.log_in(up.printed_password)
            with psycopg.connect(EmbeddedCluster(up.data_dir).url(), autocommit=True) as owner:
                lead = add_lead(owner)
            self._kill_postgresql(up, token, f"/admin/leads/{lead}", lead, "ACME")
            up.stop()

    @staticmethod
    def _kill_postgresql(up: Up, token: dict[str, str], path: str, lead: int, company: str) -> None:
        assert up.client.get(path, headers=token).status_code == 200
        victim = up.postmaster()
        os.kill(victim, signal.SIGKILL)

        def write() -> bool:
            with suppress(psycopg.OperationalError):
                with psycopg.connect(EmbeddedCluster(up.data_dir).url(), autocommit=True, connect_timeout=2) as owner:
                    owner.execute("UPDATE contact_leads SET company = %s WHERE id = %s", (company, lead))
                return True
            return False

        wait_until(lambda: up.postmaster() not in (0, victim))
        wait_until(write)
        committed = time.monotonic()
        seen: defaultdict[int, list[str]] = defaultdict(list)
        while time.monotonic() - committed < SILENT_SECONDS + 0.5:
            asked = time.monotonic() - committed
            with httpx.Client(base_url=up.address, timeout=10) as client:  # either worker
                answer = client.get(path, headers=token)
            seen[answer.status_code].append(answer.json().get("company", ""))
            if asked > SILENT_SECONDS and answer.status_code == 200:
                assert answer.json()["company"] == company
        assert set(seen) <= {200, 503}
        wait_until(lambda: up.client.get("/readyz").status_code == 200)

        def from_memory() -> bool:
            up.client.get(path, headers=token)
            with psycopg.connect(EmbeddedCluster(up.data_dir).url()) as owner:
                owner.execute("LOCK TABLE contact_leads IN ACCESS EXCLUSIVE MODE")
                return up.client.get(path, headers=token).status_code == 200

        wait_until(from_memory)
        assert up.client.get(path, headers=token).json()["company"] == company
