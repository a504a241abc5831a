"""kill -9 at any moment of a migration or rollback: the next run brings the database to the right state."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from leads_up import wait_until
from psycopg import sql

from conftest import Server, Urls
from service import migrate
from service.cli.drift import catalogue, differences

ALL = migrate.known_migrations()
SEED = 20261122
KILLED_MIGRATIONS = 50
KILLED_ROLLBACKS = 15


class Victims:
    """A process that forks one migrating child at a time."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("migrating.py")
        self._process = subprocess.Popen([sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def begin(self, do: str, url: str, kill_after: float | None = None) -> int:
        """The child's pid."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, "url": url, "kill_after": kill_after}) + "\n")
        self._process.stdin.flush()
        return int(self._read())

    def end(self) -> dict[str, Any]:
        """How it ended."""
        ended: dict[str, Any] = json.loads(self._read())
        return ended

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "it ended: its error is above"
        return line

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    victims = Victims()
    yield victims
    victims.close()


@pytest.fixture(scope="module")
def written(urls: Urls) -> dict[str, str]:
    """The schema as it should be."""
    with psycopg.connect(urls.owner) as connection:
        return catalogue(connection)


@contextmanager
def nothing_yet(server: Server) -> Iterator[str]:
    """The owner's URL of an empty database."""
    with server.clone("template0") as urls:
        yield urls.owner


def killed(victims: Victims, do: str, url: str, seconds: float) -> int:
    """Lets it work for so long, and kills it then; how many migrations are left to do."""
    victims.begin(do, url, seconds)
    victims.end()
    return len(migrate.state(url).pending)


def duration(victims: Victims, do: str, url: str) -> float:
    """Of a run that nobody kills."""
    victims.begin(do, url)
    return float(victims.end()["seconds"])


def assert_right(url: str, written: dict[str, str]) -> None:
    assert migrate.state(url).matches
    with psycopg.connect(url) as connection:
        assert differences(catalogue(connection), written) == []
        marked = connection.execute("SELECT migration_id FROM _yoyo_migration ORDER BY migration_id").fetchall()
        assert marked == [(name,) for name in ALL]


@pytest.mark.threat(55)
def test_migrations(server: Server, victims: Victims, written: dict[str, str]) -> None:
    chance = random.Random(SEED)
    with nothing_yet(server) as url:
        whole = duration(victims, "migrate", url)
    left = []
    for _ in range(KILLED_MIGRATIONS):
        with nothing_yet(server) as url:
            left.append(killed(victims, "migrate", url, chance.uniform(0, whole)))
            migrate.migrate(url)
            assert_right(url, written)
    assert len(set(left)) >= 4, f"the kills were spread over the run: {left}"


@pytest.mark.threat(55)
def test_rollbacks(server: Server, victims: Victims, written: dict[str, str]) -> None:
    chance = random.Random(SEED)
    with server.clone() as urls:
        whole = duration(victims, "rollback", urls.owner)
    left = []
    for number in range(KILLED_ROLLBACKS):
        with server.clone() as urls:
            left.append(killed(victims, "rollback", urls.owner, chance.uniform(0, whole)))
            if number % 2:
                migrate.rollback(urls.owner, len(ALL), force=True)
                assert migrate.state(urls.owner).pending == tuple(ALL)
            migrate.migrate(urls.owner)
            assert_right(urls.owner, written)
    assert len(set(left)) >= 3, f"the kills were spread over the run: {left}"


@pytest.mark.threat(55)
def test_killed_again_and_again(server: Server, victims: Victims, written: dict[str, str]) -> None:
    """Each run meets what the last one left."""
    chance = random.Random(SEED)
    with nothing_yet(server) as url:
        for do in ("migrate", "rollback", "migrate", "rollback", "migrate"):
            killed(victims, do, url, chance.uniform(0, 0.2))
        migrate.migrate(url)
        assert_right(url, written)


@pytest.mark.threat(55)
def test_the_one_that_holds_the_lock(server: Server, victims: Victims, written: dict[str, str]) -> None:
    """Two at once: the second waits, goes on when the first is killed, and does its work though the first one's session lives."""
    with server.clone() as urls, psycopg.connect(urls.superuser, autocommit=True) as watcher:
        migrate.rollback(urls.owner)

        def seen(condition: str) -> list[Any]:
            text = sql.SQL("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND {}")
            return watcher.execute(text.format(sql.SQL(condition))).fetchall()

        def at_work() -> list[Any]:
            return seen(f"application_name = '{migrate.AT_WORK}' AND wait_event_type = 'Lock'")

        with psycopg.connect(urls.owner) as other:
            other.execute("LOCK TABLE contact_leads")  # which functions of the newest migration read
            pid = victims.begin("migrate", urls.owner)
            first = wait_until(at_work)
            done: list[list[str]] = []
            second = threading.Thread(target=lambda: done.append(migrate.migrate(urls.owner)))
            second.start()
            wait_until(lambda: seen("wait_event = 'advisory'"))
            assert at_work() == first
            os.kill(pid, signal.SIGKILL)
            assert victims.end()["killed"]
            wait_until(lambda: (now := at_work()) and now != first)
            other.rollback()
        second.join(20)
        assert done == [ALL[-1:]]
        assert_right(urls.owner, written)
