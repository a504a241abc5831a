"""The order of events under writers whose transactions overlap at random, and listeners who come and go at random."""

import asyncio
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from realtime.support import Closed, Frame, Owner, Stream, add_lead, settled, until

from conftest import Site, Urls, running_site, settings_for
from service.app import SharedMemory

WRITERS = 6
TRANSACTIONS = 22
LISTENERS = 6
LEADS = 30


@dataclass
class Written:
    """A transaction: when it began and was over, by the writer's clock, and the mark that its changes carry."""

    mark: str
    began: float
    ended: float
    committed: bool


@dataclass
class Writer:
    """A thread that writes in transactions of random lengths. Each change names its transaction in a lead's company."""

    url: str
    leads: list[int]
    number: int
    seed: int
    written: list[Written] = field(default_factory=list)
    error: BaseException | None = None

    def run(self) -> None:
        try:
            with psycopg.connect(self.url) as connection:
                connection.execute("SET lock_timeout = '3s'")
                connection.commit()
                for turn in range(TRANSACTIONS):
                    self._write(connection, random.Random(f"{self.seed} {self.number} {turn}"), f"{self.number}.{turn}")
        except BaseException as error:
            self.error = error

    def _write(self, connection: "psycopg.Connection[Any]", chance: random.Random, mark: str) -> None:
        began, committed = time.monotonic(), False
        try:
            for _ in range(chance.choice([1, 1, 2, 4])):
                self._change(connection, chance, mark)
                time.sleep(chance.choice([0, 0.001, 0.02, 0.08]))  # how long it stays open
            if chance.random() < 0.25:
                connection.rollback()
            else:
                connection.commit()
                committed = True
        except (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable):
            connection.rollback()
        self.written.append(Written(mark, began, time.monotonic(), committed))

    def _change(self, connection: "psycopg.Connection[Any]", chance: random.Random, mark: str) -> None:
        # Its own leads mostly, so that transactions overlap instead of waiting for each other.
        own = [lead for lead in self.leads if lead % WRITERS == self.number]
        lead = chance.choice(own if chance.random() < 0.9 else self.leads)
        match chance.randrange(6):
            case 0:
                connection.execute("INSERT INTO contact_leads (name, email, company) VALUES ('J', 'j@x.org', %s)", (mark,))
            case 1:
                some = chance.sample(own, chance.choice([1, 2, len(own)]))
                connection.execute(
                    "SELECT service.change_leads(%s::bigint[], 'assignee', %s, 'these', NULL, false, 'ann', 'editor', NULL)",
                    (some, Jsonb({"assignee": f"m{mark}.{chance.random()}"})),
                )
            case 2:
                with suppress(psycopg.errors.RaiseException), connection.transaction(force_rollback=True):
                    connection.execute("UPDATE contact_leads SET company = 'never' WHERE id = %s", (lead,))
            case _:
                connection.execute("UPDATE contact_leads SET company = %s WHERE id = %s", (f"{mark} {chance.random()}", lead))


class Listener:
    """Somebody whose connection breaks again and again, and who comes back to any worker with the last id."""

    def __init__(self, sites: list[Site], seed: int) -> None:
        self.sites = sites
        self.chance = random.Random(seed)
        self.frames: list[Frame] = []
        self.start: int | None = None
        self.position: int | None = None
        self.came = 0

    async def listen(self, done: asyncio.Event, last: list[int]) -> None:
        await asyncio.sleep(self.chance.random() * 0.3)  # comes at a random moment
        while not (done.is_set() and self.position is not None and self.position >= last[0]):
            site = self.chance.choice(self.sites)
            with suppress(Closed):
                stream = await Stream.open(site.url, site.bearer("vera", "viewer"), self.position)
                assert stream.status == 200
                self.came += 1
                try:
                    await self._hear(stream, time.monotonic() + self.chance.choice([0, 0.02, 0.1, 0.5, 1]), done, last)
                finally:
                    stream.close()

    async def _hear(self, stream: Stream, leaves_at: float, done: asyncio.Event, last: list[int]) -> None:
        with suppress(TimeoutError):
            while True:
                left = leaves_at - time.monotonic()
                frame = await stream.frame(max(left, 0.05) if left > 0 else 0.001)
                assert frame.event != "reset"
                if self.start is None:
                    assert frame.event == "ready"
                    self.start = frame.id
                elif frame.event != "ready":
                    self.frames.append(frame)
                assert frame.id is not None
                assert self.position is None or frame.id >= self.position
                self.position = frame.id


@pytest.mark.threat(46)
@pytest.mark.parametrize("seed", [1, 2])
async def test_everybody_hears_the_same_each_once(fresh_urls: Urls, seed: int) -> None:
    shared = SharedMemory.create(settings_for(fresh_urls, workers=2))
    with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
        leads = [add_lead(owner) for _ in range(LEADS)]
        many = {"workers": 2, "shared": shared, "event_listeners_per_user": 100}
        async with running_site(fresh_urls, worker=0, **many) as one, running_site(fresh_urls, worker=1, **many) as two:
            start = await settled(owner, one, two)
            writers = [Writer(fresh_urls.owner, leads, number, seed) for number in range(WRITERS)]
            threads = [threading.Thread(target=writer.run) for writer in writers]
            listeners = [Listener([one, two], seed * 100 + number) for number in range(LISTENERS)]
            done, last = asyncio.Event(), [0]
            async with asyncio.timeout(60), asyncio.TaskGroup() as group:
                for listener in listeners:
                    group.create_task(listener.listen(done, last))
                for thread in threads:
                    thread.start()
                await until(lambda: not any(thread.is_alive() for thread in threads), 40)
                assert [writer.error for writer in writers] == [None] * WRITERS
                add_lead(owner)
                last[0] = await settled(owner, one, two)
                done.set()
        events = expected(owner, start)
        assert events[-1][0] == last[0]
        look_at_the_order(owner, [written for writer in writers for written in writer.written], start)
    came = sum(listener.came for listener in listeners)
    heard = sum(len(listener.frames) for listener in listeners)
    print(f"{len(events)} events, {heard} heard by {LISTENERS} listeners who came {came} times")
    assert came > LISTENERS * 3
    assert heard > len(events) * LISTENERS / 2
    for listener in listeners:
        assert listener.start is not None
        ids = [frame.id or 0 for frame in listener.frames]
        assert all(before < after for before, after in pairwise(ids))
        got = [
            (f.id, f.event, f.data["lead"], f.data["version"], f.data["operation"], f.data["changed"]) for f in listener.frames
        ]
        assert got == [event for event in events if event[0] > listener.start]


def expected(owner: Owner, start: int) -> list[tuple[Any, ...]]:
    """What should be told, from the audit alone: each change of a lead, of an operation about many only the first."""
    rows = owner.execute(
        "SELECT s.number, a.action, a.lead_id, a.lead_version, o.id::text, o.changed FROM app.audit_log AS a"
        " LEFT JOIN app.audit_seals AS s ON s.entry = a.id LEFT JOIN app.operations AS o ON o.id = a.operation"
        " WHERE a.table_name = 'contact_leads' ORDER BY s.number"
    ).fetchall()
    told, seen = [], set()
    for number, action, lead, version, operation, changed in rows:
        assert number is not None, "every change that was committed has a number"
        if number <= start or (operation is not None and operation in seen):
            continue
        seen.add(operation)
        if changed is not None and changed != 1:
            told.append((number, "bulk.done", None, None, operation, changed))
        else:
            told.append(
                (number, {"created": "lead.created", "changed": "lead.changed"}[action], lead, version, operation, changed)
            )
    return told


def look_at_the_order(owner: Owner, written: list[Written], start: int) -> None:
    """What was over before another transaction began has the smaller ids; what was rolled back has none; a lead's versions grow."""
    rows = owner.execute(
        "SELECT s.number, a.lead_id, a.lead_version, coalesce(split_part(a.after ->> 'company', ' ', 1),"
        " substring(a.after ->> 'assignee' FROM '^m([0-9]+[.][0-9]+)'), '') FROM app.audit_log AS a JOIN app.audit_seals AS s ON s.entry = a.id"
        " WHERE a.table_name = 'contact_leads' AND s.number > %s ORDER BY s.number",
        (start,),
    ).fetchall()
    numbers: dict[str, list[int]] = {}
    versions: dict[int, int] = {}
    for number, lead, version, mark in rows:
        numbers.setdefault(mark, []).append(number)
        assert versions.get(lead, 0) < version
        versions[lead] = version
    assert "never" not in numbers
    committed = [one for one in written if one.committed and one.mark in numbers]
    assert len(committed) > WRITERS * TRANSACTIONS / 4
    assert {one.mark for one in written if not one.committed}.isdisjoint(numbers)
    for one in committed:
        for other in committed:
            if one.ended < other.began:
                assert max(numbers[one.mark]) < min(numbers[other.mark])
    overlapping = sum(1 for one in committed for other in committed if one.began < other.began and other.ended < one.ended)
    assert overlapping > 10, "some began earlier and were over later"


@pytest.mark.parametrize("others", [0, 1, 3])
def test_one_that_stays_open_while_others_are_numbered(fresh_urls: Urls, others: int) -> None:
    """Its change gets a number once it commits, however often was sealed meanwhile, and whoever came and went before and after."""
    with (
        psycopg.connect(fresh_urls.service, autocommit=True) as service,
        psycopg.connect(fresh_urls.owner, autocommit=True) as owner,
    ):

        def seal(times: int = 1) -> int:
            return sum(service.execute("SELECT sealed FROM service.seal_audit(true)").fetchall()[0][0] for _ in range(times))

        add_lead(owner)
        seal(4)
        for before in (False, True):
            with psycopg.connect(fresh_urls.owner) as late:
                if before:
                    add_lead(owner)
                add_lead(late)
                for _ in range(others):
                    add_lead(owner)
                assert seal(5) == others + before
                late.commit()
                assert seal(5) == 1
        assert owner.execute("SELECT settled = pending FROM app.audit_sealing").fetchone() == (True,)
        mark = owner.execute("SELECT xmin FROM app.audit_sealing").fetchone()
        seal(3)
        assert owner.execute("SELECT xmin FROM app.audit_sealing").fetchone() == mark, "at rest nothing is written"
