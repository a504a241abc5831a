"""Workers of `leads up` that are killed while they send: by Resend each mail arrives once, by SMTP at least once."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import mail_support
import psycopg
import pytest
from leads_up import PATIENCE, Up, private_folder, running
from mail_support import lookalike, post_office

from service.embedded import EmbeddedCluster

pytestmark = pytest.mark.threat(58)

ANSWERS = "kind = 'acknowledgement'"


@asynccontextmanager
async def up(mail_url: str) -> AsyncIterator[Up]:
    with private_folder() as folder:
        # Started and stopped in a thread: meanwhile it is answered here.
        context = running(folder / "var", MAIL_URL=mail_url, MAIL_FROM="Leads <leads@example.com>", MAIL_RATE="200")
        service = await asyncio.to_thread(context.__enter__)
        try:
            yield service
            await asyncio.to_thread(service.stop)
        finally:
            await asyncio.to_thread(context.__exit__, None, None, None)


class Outbox:
    def __init__(self, service: Up) -> None:
        cluster = EmbeddedCluster(service.data_dir)
        self.connection = psycopg.connect(cluster.url(), autocommit=True)

    def states(self) -> Counter[str]:
        return Counter(row[0] for row in self.connection.execute(f"SELECT state::text FROM app.outbox WHERE {ANSWERS}"))

    def make_due(self) -> None:
        """The leases of the dead have ended, as they do after two minutes."""
        self.connection.execute(f"UPDATE app.outbox SET due_at = now() WHERE state IN ('queued', 'sending') AND {ANSWERS}")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - another process, or PostgreSQL, makes it true
            await asyncio.sleep(0.02)


def kill_workers(service: Up) -> None:
    for pid in service.worker_pids():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def replaced(service: Up, dead: list[int]) -> None:
    await until(lambda: len(service.worker_pids()) == 2 and not set(dead) & set(service.worker_pids()))


@pytest.mark.parametrize("instant", ["before it was taken", "after it was taken"])
async def test_by_resend_it_arrives_once(instant: str) -> None:
    async with lookalike() as provider, up(f"resend:{mail_support.KEY}?api={provider.url}") as service:
        outbox = Outbox(service)
        wait = asyncio.Event()
        provider.behave = lambda number: None if number > 1 else "stall" if instant.startswith("after") else "drop"
        if instant.startswith("before"):
            provider.behave = lambda number: None if wait.is_set() else "drop"
        assert (await asyncio.to_thread(service.send)).status_code == 201
        await provider.until(lambda: len(provider.tried) >= 1)
        dead = service.worker_pids()
        kill_workers(service)
        await replaced(service, dead)
        assert outbox.states()["sent"] == 0
        wait.set()
        outbox.make_due()
        await until(lambda: outbox.states() == Counter(sent=1))
        outbox.connection.close()
    assert len(provider.accepted) == 1
    assert len(provider.tried) >= 2
    assert len(set(provider.tried)) == 1


async def test_by_smtp_it_arrives_at_least_once_under_one_name() -> None:
    async with post_office() as office, up(f"smtp://127.0.0.1:{office.port}") as service:
        outbox = Outbox(service)
        office.reply = lambda number: "hold" if number == 1 else None
        assert (await asyncio.to_thread(service.send)).status_code == 201
        await until(lambda: len(office.letters) == 1)
        dead = service.worker_pids()
        kill_workers(service)
        await replaced(service, dead)
        outbox.make_due()
        await until(lambda: outbox.states() == Counter(sent=1))
        outbox.connection.close()
    assert len(office.letters) == 2
    assert len({letter.message["Message-ID"] for letter in office.letters}) == 1


async def test_killed_again_and_again_under_traffic() -> None:
    """At instants that nobody chose. Whatever lead is stored is answered once; what was acknowledged is stored."""
    async with lookalike() as provider, up(f"resend:{mail_support.KEY}?api={provider.url}") as service:
        outbox = Outbox(service)
        acknowledged: set[str] = set()

        async def send(client: httpx.AsyncClient, address: str) -> None:
            form = {"name": "Ada", "email": address, "subject": "Hello", "message": "How are you?"}
            with suppress(httpx.HTTPError):
                if (await client.post("/api/submit-contact", json=form)).status_code == 201:
                    acknowledged.add(address)

        async def visit(visitor: int) -> None:
            for number in range(25):
                async with httpx.AsyncClient(base_url=service.address, timeout=10) as client:
                    await send(client, f"v{visitor}n{number}@example.com")

        visitors = [asyncio.create_task(visit(number)) for number in range(4)]
        for round_ in range(5):
            await until(lambda round_=round_: len(provider.tried) > round_ * 12)  # type: ignore[misc]
            dead = service.worker_pids()
            kill_workers(service)
            await replaced(service, dead)
        await asyncio.gather(*visitors)
        stored = {row[0] for row in outbox.connection.execute("SELECT email FROM contact_leads")}
        assert acknowledged <= stored

        def done() -> bool:
            outbox.make_due()
            return outbox.states()["sent"] == len(stored)

        await until(done)
        outbox.connection.close()
    assert Counter(mail["to"][0] for mail in provider.accepted) == Counter(stored)
    assert len(acknowledged) > 20
    assert provider.wrong == []


async def test_what_is_in_the_mailbox_is_there_once(tmp_path: Path) -> None:
    async with up(f"file:{tmp_path / 'mailbox'}") as service:
        outbox = Outbox(service)
        for number in range(5):
            await asyncio.to_thread(service.send, email=f"{number}@example.com")
            dead = service.worker_pids()
            kill_workers(service)
            await replaced(service, dead)

        def done() -> bool:
            outbox.make_due()
            return outbox.states() == Counter(sent=5)

        await until(done)
        outbox.connection.close()
    assert len(list((tmp_path / "mailbox").glob("*.eml"))) == 5
