"""A real PostgreSQL for every test, and a real server for those that speak HTTP.

One cluster a run, in memory and without fsync, shared by pytest-xdist's processes: the last one out stops it. A template
database named by the hash of the migrations; a clone of it for each test file that commits, a rolled-back transaction for the rest.
"""

import hashlib
import itertools
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql
from sanic import Sanic

from service import migrate
from service.app import App, create_app
from service.embedded import EmbeddedCluster
from service.server import serving
from service.settings import RateLimit, Settings

OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
LOGINS = ("leads_service", "leads_capture")
_numbers = itertools.count()

# What tests of several folders check with: its assertions tell what they compared, whichever folder is read first.
pytest.register_assert_rewrite("realtime.support")

# Several apps in one process: Sanic rewrites its own methods for each, from the originals only when it knows of it.
Sanic.test_mode = True

# Under nohup or in a shell's background a run is born ignoring these, and so would be every process it starts, which then
# can't be stopped by them. A handler isn't inherited: with one that does nothing, only the run itself goes on ignoring them.
for _number in (signal.SIGHUP, signal.SIGINT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda *_: None)


@dataclass(frozen=True)
class Urls:
    """One database, as each of its logins sees it."""

    owner: str
    service: str
    capture: str
    superuser: str


@dataclass(frozen=True)
class Server:
    """A running cluster with the migrated template in it."""

    cluster: EmbeddedCluster
    template: str

    def urls(self, database: str) -> Urls:
        users = ("leads_owner", *LOGINS, "postgres")
        return Urls(*(self.cluster.url(user, database) for user in users))

    @contextmanager
    def clone(self, template: str | None = None) -> Iterator[Urls]:
        """A database of one's own, gone afterwards."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(self.cluster.url("postgres", "postgres"), autocommit=True) as admin:
            # file_copy: without it every page of the template goes through the write-ahead log.
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER leads_owner STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(template or self.template)
                )
            )
            try:
                yield self.urls(name)
            finally:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def running_server(name: str, bin_dir: Path | None = None) -> Iterator[Server]:
    """A cluster in memory, shared by all processes of this run."""
    memory = Path("/dev/shm")
    root = memory if memory.is_dir() and os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"alone-{os.getpid()}"
    folder = root / f"leads-tests-{hashlib.sha256(run.encode()).hexdigest()[:12]}-{name}"
    cluster = EmbeddedCluster(folder, bin_dir=bin_dir, options=OPTIONS)
    with cluster.session():
        yield Server(cluster, _template(cluster))
    if not cluster.is_running():
        shutil.rmtree(folder, ignore_errors=True)


def _template(cluster: EmbeddedCluster) -> str:
    """The migrated database that is cloned. Made by the first process; the others wait for its advisory lock."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(migrate.MIGRATIONS.glob("*.sql")))).hexdigest()
    name = f"template_{digest[:16]}"
    with psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(1)")
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            building = sql.Identifier(f"building_{digest[:16]}")
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(building))
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER leads_owner TEMPLATE template0").format(building))
            migrate.migrate(cluster.url("leads_owner", f"building_{digest[:16]}"))
            for login in LOGINS:
                password = sql.Literal(cluster.password(login))
                admin.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(login), password))
            admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(building, sql.Identifier(name)))
    return name


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The embedded database."""
    with running_server("embedded") as running:
        yield running


@pytest.fixture(scope="module")
def urls(server: Server) -> Iterator[Urls]:
    """This file's own database."""
    with server.clone() as cloned:
        yield cloned


@pytest.fixture
def fresh_urls(server: Server) -> Iterator[Urls]:
    """This test's own database."""
    with server.clone() as cloned:
        yield cloned


@pytest.fixture
def owner(urls: Urls) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """A connection as the owner, committing each statement."""
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        yield connection


SECRET_KEY = "a-key-for-tests-of-more-than-32-bytes"


@dataclass
class Site:
    """A service that runs in this process, on a real socket."""

    url: str
    app: App
    urls: Urls
    settings: Settings
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def token(self, username: str = "admin", role: str = "admin") -> str:
        return str(self.app.ctx.tokens.issue(username, role))

    def bearer(self, username: str = "admin", role: str = "admin") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(username, role)}"}


def settings_for(urls: Urls, **changes: Any) -> Settings:
    """Settings of a service on that database, with limits that no test meets by accident."""
    return Settings(
        **{
            "database_url": urls.service,
            "public_database_url": urls.capture,
            "jwt_secret_key": SECRET_KEY,
            "public_rate_limit": RateLimit(5000, 60),
            "admin_rate_limit": RateLimit(5000, 60),
            **changes,
        }
    )


@asynccontextmanager
async def running_site(urls: Urls, **changes: Any) -> AsyncIterator[Site]:
    """A service on a free port, for the time of the block. `changes` go to its settings, `shared` and `worker` to the app."""
    parts = {name: changes.pop(name) for name in ("shared", "worker") if name in changes}
    settings = settings_for(urls, **changes)
    app = create_app(settings, **parts, name=f"leads_{next(_numbers)}")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        try:
            async with serving(app, listener, grace_seconds=2):
                host, port = listener.getsockname()
                yield Site(f"http://{host}:{port}", app, urls, settings)
        finally:
            Sanic._app_registry.pop(app.name, None)


@pytest.fixture(scope="module")
async def site(urls: Urls) -> AsyncIterator[Site]:
    """This file's service. It keeps no answers: a test that writes in SQL reads what it wrote at once (else: tests/realtime)."""
    async with running_site(urls, answer_cache_bytes=0) as running:
        yield running


@pytest.fixture
async def client(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """A browser-like client of this file's service, which follows no redirect."""
    async with httpx.AsyncClient(base_url=site.url, timeout=10) as browser:
        yield browser
