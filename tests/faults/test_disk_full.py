"""PostgreSQL's disk is full while forms come in: 507 or 503, nothing acknowledged is lost, and with room all is well by itself.

Needs a file system of its own, which only root can mount: for an ordinary user these tests are not there (docs/database.md).
"""

import asyncio
import itertools
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest
from leads_up import FORM, PATIENCE

from conftest import Site, Urls, running_site
from service import migrate
from service.cli.finding import set_password
from service.embedded import EmbeddedCluster
from service.settings import RateLimit
from tests_support import problem

MEGABYTE = 2**20
CLIENTS = 4
# Write-ahead log that is recycled rather than grown: the tables meet the end of the disk first.
OPTIONS = {"max_wal_size": "64MB", "min_wal_size": "64MB", "fsync": "off"}


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A file system of that size. Raises CalledProcessError where one may not mount."""
    folder = Path(tempfile.mkdtemp(prefix="leads-disk-")).resolve()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=True, capture_output=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        folder.rmdir()


def may_mount() -> bool:
    try:
        with small_disk(1):
            return True
    except (subprocess.CalledProcessError, FileNotFoundError):
        return False


def prepared(cluster: EmbeddedCluster) -> Urls:
    """The migrated database, whose logins can log in."""
    migrate.migrate(cluster.url())
    with psycopg.connect(cluster.url()) as owner:
        for login in ("leads_service", "leads_capture"):
            set_password(owner, login, cluster.password(login))
    return Urls(*(cluster.url(user) for user in ("leads_owner", "leads_service", "leads_capture", "postgres")))


class Ballast:
    """A file that fills the disk to the last byte."""

    def __init__(self, disk: Path) -> None:
        self._file = disk / "ballast"

    def fill(self) -> None:
        with self._file.open("ab", buffering=0) as stream:
            for size in (MEGABYTE, 4096):
                try:
                    while stream.write(b"\0" * size) == size:
                        pass
                except OSError:
                    pass

    def drop(self) -> None:
        self._file.unlink()


class Traffic:
    """Forms, posted by several clients at once; what each was answered."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._end = asyncio.Event()
        self.answers: dict[str, httpx.Response] = {}
        self.latest: list[int] = []

    async def _client(self, number: int) -> None:
        async with httpx.AsyncClient(base_url=self._site.url, timeout=10) as client:
            for turn in itertools.count():
                mark = f"{number} {turn}"
                form = {**FORM, "subject": mark, "message": "x" * 5000}
                answer = await client.post("/api/submit-contact", json=form)
                self.answers[mark] = answer
                self.latest.append(answer.status_code)
                if self._end.is_set():
                    return

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        clients = [asyncio.create_task(self._client(number)) for number in range(CLIENTS)]
        try:
            yield
        finally:
            self._end.set()
            await asyncio.gather(*clients)

    async def until(self, status: int, times: int = 20) -> None:
        """Waits until so many such answers have come from now on."""
        deadline, since = time.monotonic() + PATIENCE, len(self.latest)
        while self.latest[since:].count(status) < times:
            assert time.monotonic() < deadline, self.latest[since:]
            await asyncio.sleep(0.01)


def assert_stored(urls: Urls, answers: dict[str, httpx.Response]) -> None:
    """What was acknowledged is there once, under its reference; what was answered 507 is not."""
    rows = defaultdict(list)
    with psycopg.connect(urls.owner) as owner:
        for subject, reference in owner.execute("SELECT subject, reference::text FROM contact_leads"):
            rows[subject].append(reference)
    for mark, answer in answers.items():
        if answer.status_code == 201:
            assert rows[mark] == [answer.json()["reference"]]
        elif answer.status_code == 507:
            assert rows[mark] == []
        else:
            assert len(rows[mark]) <= 1


@asynccontextmanager
async def traffic_on(disk: Path) -> AsyncIterator[tuple[EmbeddedCluster, Urls, httpx.AsyncClient, Traffic, dict[str, str]]]:
    """A service and its database on that disk, with forms coming in; in the end all that was acknowledged is there."""
    cluster = EmbeddedCluster(disk / "var", options=OPTIONS)
    with cluster.session():
        urls = prepared(cluster)
        async with running_site(urls, public_rate_limit=RateLimit(10_000, 1)) as site:
            traffic = Traffic(site)
            async with httpx.AsyncClient(base_url=site.url, timeout=10) as client, traffic.going_on():
                await traffic.until(201)
                yield cluster, urls, client, traffic, site.bearer()
                await traffic.until(201)
        assert_stored(urls, traffic.answers)


async def tables_cannot_grow() -> None:
    with small_disk(200) as disk:
        ballast = Ballast(disk)
        async with traffic_on(disk) as (_, _, client, traffic, admin):
            ballast.fill()
            await traffic.until(507, times=100)
            for path in ("/admin/leads", "/admin/leads/stats", "/readyz"):
                assert (await client.get(path, headers=admin)).status_code == 200
            ballast.drop()
        assert set(traffic.latest) == {201, 507}
        for answer in traffic.answers.values():
            if answer.status_code == 507:
                assert problem(answer, 507)["code"] == "storage_full"
                assert int(answer.headers["retry-after"]) >= 1


async def log_cannot_grow() -> None:
    """PostgreSQL can't go on without its write-ahead log: it ends, and can't start before there is room."""

    def use_up_the_log(superuser: str) -> None:
        with psycopg.connect(superuser, autocommit=True) as connection, suppress(psycopg.OperationalError):
            for _ in range(100):
                # Into the log alone: what a table needs may be gone before.
                connection.execute("SELECT pg_logical_emit_message(false, 'test', 'x')")
                connection.execute("SELECT pg_switch_wal()")

    async def keep_started(cluster: EmbeddedCluster) -> None:
        """As the supervisor does."""
        while True:
            await asyncio.to_thread(cluster.begin_start)
            await asyncio.sleep(0.1)

    with small_disk(200) as disk:
        ballast = Ballast(disk)
        async with traffic_on(disk) as (cluster, urls, client, traffic, admin):
            ballast.fill()
            await asyncio.to_thread(use_up_the_log, urls.superuser)
            starting = asyncio.create_task(keep_started(cluster))
            await traffic.until(503, times=100)
            assert (await client.get("/healthz")).status_code == 200
            assert problem(await client.get("/admin/leads", headers=admin), 503)["code"] == "database_unavailable"
            ballast.drop()
            await traffic.until(201)
            assert (await client.get("/admin/leads", headers=admin)).status_code == 200
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
        assert set(traffic.latest) <= {201, 503, 507}
        for answer in traffic.answers.values():
            if answer.status_code == 503:
                assert int(answer.headers["retry-after"]) >= 1


if may_mount():

    @pytest.mark.threat(51)
    async def test_tables_cannot_grow() -> None:
        await tables_cannot_grow()

    @pytest.mark.threat(51)
    async def test_the_write_ahead_log_cannot_grow() -> None:
        await log_cannot_grow()
