"""The rules as psql meets them: on the embedded PostgreSQL, and on PostgreSQL 15 where its programs are installed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from conftest import Server, Urls, running_server

PROGRAMS = {"embedded": None, "15": Path("/usr/lib/postgresql/15/bin")}
INSTALLED = [name for name, folder in PROGRAMS.items() if folder is None or (folder / "initdb").exists()]

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="session", params=INSTALLED)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with running_server(request.param, PROGRAMS[request.param]) as running:
        yield running


@pytest.fixture
def owner(urls: Urls) -> Iterator[Connection]:
    """A connection as the owner, in a transaction that is rolled back."""
    with psycopg.connect(urls.owner) as connection:
        yield connection
        connection.rollback()
