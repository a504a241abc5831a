"""GET /admin/events: what is told, to whom, for how long; coming back; listeners who are many, slow, or gone."""

import asyncio
import itertools
import os
import random
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import httpx
import psycopg
import pytest
from leads_up import private_folder
from realtime.support import Closed, Fleet, Frame, Owner, Stream, add_lead, listening_of, serving_fleet, settled, stream, until

from conftest import SECRET_KEY, Site, Urls, running_site, settings_for
from service import app as application
from service.app import SharedMemory
from service.auth.tokens import LEEWAY_SECONDS, TOKEN_SECONDS, Tokens
from service.live import events
from tests_support import problem

CANARY = "kanarienvogel"


@pytest.fixture
async def fresh(fresh_urls: Urls) -> AsyncIterator[Site]:
    """A service on a database of this test's own."""
    async with running_site(fresh_urls, event_listeners_per_user=1000) as running:
        yield running


@pytest.fixture
def fresh_owner(fresh_urls: Urls) -> Iterator[Owner]:
    with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
        yield connection


def value(owner: Owner, statement: str, *arguments: object) -> Any:
    row = owner.execute(statement, arguments or None).fetchone()
    assert row is not None
    return row[0]


def told(frame: Frame) -> tuple[Any, ...]:
    """An event but for its id, time and operation; those are looked at here."""
    data = frame.data
    assert list(data) == ["id", "at", "type", "lead", "version", "actor", "operation", "kind", "changed"]
    assert (data["id"], data["type"]) == (frame.id, frame.event)
    assert (data["operation"] is None) == (data["changed"] is None), data
    return frame.event, data["lead"], data["version"], data["actor"], data["kind"], data["changed"]


class TestWhatIsTold:
    async def test_each_change_with_its_data(self, fresh: Site, fresh_owner: Owner) -> None:
        """One after the other, so that what should not be told would be told before the next."""
        owner, site = fresh_owner, fresh
        ann, root = site.bearer("ann", "editor"), site.bearer("root", "admin")
        async with httpx.AsyncClient(base_url=site.url, timeout=10) as client, stream(site) as listener:
            assert (await listener.frame())[:2] == (0, "ready")

            async def done(method: str, path: str, body: Any = None, headers: dict[str, str] = root) -> Any:
                answer = await client.request(method, path, json=body, headers=headers)
                assert answer.status_code in (200, 201), answer.text
                return answer.json()

            async def hears(*expected: Any) -> Frame:
                frame = await listener.frame()
                assert told(frame) == expected
                return frame

            await done(
                "POST", "/api/submit-contact", {"name": "J", "email": "j@x.org", "subject": "S", "message": "How are you?"}
            )
            one = value(owner, "SELECT max(id) FROM contact_leads")
            await hears("lead.created", one, 1, "visitor", None, None)
            two = (await done("POST", "/admin/leads", {"name": "J", "email": "j2@x.org"}, ann))["id"]
            await hears("lead.created", two, 1, "ann", None, None)
            three = add_lead(owner)
            await hears("lead.created", three, 1, "leads_owner", None, None)
            await done("PATCH", f"/admin/leads/{one}", {"company": "ACME"}, ann)
            await hears("lead.changed", one, 2, "ann", None, None)
            # Nothing was changed; refused; rolled back; a user's; only shown: none of them is told.
            await done("PATCH", f"/admin/leads/{one}", {"company": "ACME"}, ann)
            assert (await client.patch(f"/admin/leads/{one}/status", json={"status": "x"}, headers=ann)).status_code == 422
            with owner.transaction(force_rollback=True):
                owner.execute("UPDATE contact_leads SET company = 'x'")
            password = "$2b$12$" + "a" * 53
            owner.execute("INSERT INTO app.users (username, password_hash, role) VALUES ('zoe', %s, 'viewer')", (password,))
            owner.execute("UPDATE app.users SET role = 'editor' WHERE username = 'zoe'")
            await done("PATCH", "/admin/leads/bulk-priority?dry_run=true", {"ids": [one], "priority": "high"}, ann)
            with owner.transaction():
                owner.execute("UPDATE contact_leads SET company = 'B' WHERE id = %s", (two,))
                owner.execute("UPDATE contact_leads SET company = 'C' WHERE id = %s", (three,))
                owner.execute("UPDATE contact_leads SET company = 'D' WHERE id = %s", (two,))
            await hears("lead.changed", two, 2, "leads_owner", None, None)
            await hears("lead.changed", three, 2, "leads_owner", None, None)
            await hears("lead.changed", two, 3, "leads_owner", None, None)
            # Operations: about many one event, about one that one.
            many = await done("PATCH", "/admin/leads/bulk-priority", {"ids": [one, two, three], "priority": "high"}, ann)
            frame = await hears("bulk.done", None, None, "ann", "priority", 3)
            assert frame.data["operation"] == many["operation"]
            undone = await done("POST", f"/admin/operations/{many['operation']}/undo", None, ann)
            frame = await hears("bulk.done", None, None, "ann", "undo", 3)
            assert frame.data["operation"] == undone["operation"]
            await done("PATCH", "/admin/leads/bulk-priority", {"ids": [one], "priority": "low"}, ann)
            version = value(owner, "SELECT version FROM contact_leads WHERE id = %s", one)
            await hears("lead.changed", one, version, "ann", "priority", 1)
            await done("PATCH", "/admin/leads/bulk-priority", {"ids": [one], "priority": "low"}, ann)  # unchanged
            trashed = await done("DELETE", f"/admin/leads/{one}")
            frame = await hears("lead.deleted", one, version + 1, "root", "delete", 1)
            assert frame.data["operation"] == trashed["operation"]
            await done("POST", "/admin/leads/bulk-restore", {"ids": [one]})
            await hears("lead.changed", one, version + 2, "root", "restore", 1)
            await done("DELETE", f"/admin/leads/{two}")
            version = value(owner, "SELECT version FROM contact_leads WHERE id = %s", two)
            await hears("lead.deleted", two, version, "root", "delete", 1)
            owner.execute("UPDATE contact_leads SET deleted_at = now() - interval '40 days' WHERE id = %s", (two,))
            await hears("lead.deleted", two, version + 1, "leads_owner", None, None)
            with psycopg.connect(site.urls.service, autocommit=True) as service:
                assert value(service, "SELECT service.purge_trash(30)") == 1
            await hears("lead.deleted", two, None, "leads", "purge", 1)
            await done("DELETE", f"/admin/leads/{one}?erase=true")
            await hears("lead.deleted", one, None, "root", "erase", 1)
            owner.execute("DELETE FROM contact_leads WHERE id = %s", (three,))
            await hears("lead.deleted", three, None, "leads_owner", None, None)
            add_lead(owner)
            await listener.frame()
            owner.execute("TRUNCATE contact_leads CASCADE")
            frame = await listener.frame()
            assert (frame.event, frame.data["lead"], frame.data["kind"]) == ("bulk.done", None, "emptied")
            last = add_lead(owner)
            await hears("lead.created", last, 1, "leads_owner", None, None)

    async def test_nothing_of_the_person(self, fresh: Site, fresh_owner: Owner) -> None:
        """A word in every column that takes it is in no byte of the stream, whatever is done to the lead."""
        owner, site = fresh_owner, fresh
        ids = [add_lead(owner) for _ in range(2)]
        columns = owner.execute(
            "SELECT attname, typname FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = atttypid WHERE attrelid = 'contact_leads'::regclass"
            " AND attnum > 0 AND NOT attisdropped AND typname IN ('text', '_text', 'varchar', 'jsonb', 'citext')"
        ).fetchall()
        await settled(owner, site)
        async with stream(site, last_id=0) as listener, httpx.AsyncClient(base_url=site.url, timeout=10) as client:
            assert (await listener.frames(3))[-1].event == "ready"
            taken = set()
            for (name, kind), lead in itertools.product(columns, ids):
                word = {"_text": f"{{{CANARY}}}", "jsonb": f'{{"{CANARY}": "{CANARY}"}}'}.get(kind, CANARY)
                for written in (word, f"{word}@example.com", f"https://{word}.example.com/"):
                    with suppress(psycopg.Error), owner.transaction():
                        owner.execute(f"UPDATE contact_leads SET {name} = %s WHERE id = %s", (written, lead))
                        taken.add(name)
                        break
            assert {
                "name",
                "email",
                "company",
                "phone",
                "subject",
                "message",
                "internal_notes",
                "tags",
                "assignee",
            } - taken <= {"phone"}
            root = site.bearer("root", "admin")
            for method, path, body in (
                ("PATCH", "/admin/leads/bulk-assignee", {"ids": ids, "assignee": f"{CANARY}2"}),
                ("PATCH", "/admin/leads/bulk-tags", {"filter": f"company=eq.{CANARY}", "add": [f"{CANARY}3"]}),
                ("PATCH", f"/admin/leads/{ids[1]}", {"company": f"{CANARY}4"}),
                ("POST", "/admin/leads/bulk-delete", {"filter": f"company=eq.{CANARY}"}),
                ("DELETE", f"/admin/leads/{ids[1]}?erase=true", None),
            ):
                answer = await client.request(method, path, json=body, headers=root)
                assert answer.status_code == 200, answer.text
            owner.execute("DELETE FROM contact_leads WHERE id = %s", (ids[0],))
            last = add_lead(owner, company=CANARY)
            while (await listener.frame()).lead != ("lead.created", last, 1):
                pass
            assert CANARY.encode() not in listener.raw.lower()
            assert listener.raw.count(b"event: ") > 15

    async def test_the_head_of_the_answer(self, site: Site, client: httpx.AsyncClient) -> None:
        async with stream(site) as listener:
            assert listener.headers["content-type"].startswith("text/event-stream")
            assert listener.headers["cache-control"] == "no-store"
            assert listener.headers["transfer-encoding"] == "chunked"
            assert "x-request-id" in listener.headers
        assert (await client.head("/admin/events", headers=site.bearer())).status_code == 405
        problem(await client.get("/admin/events"), 401)
        problem(await client.get("/admin/events?since=1", headers=site.bearer()), 400)

    async def test_ids_grow_over_many(self, fresh: Site, fresh_owner: Owner) -> None:
        async with stream(fresh) as listener:
            assert (await listener.frame()).event == "ready"
            fresh_owner.execute("INSERT INTO contact_leads (name, email) SELECT 'J', 'j@x.org' FROM generate_series(1, 2500)")
            frames = await listener.frames(2500)
            ids = [frame.id or 0 for frame in frames]
            assert all(one < two for one, two in itertools.pairwise(ids))
            assert len({frame.data["lead"] for frame in frames}) == 2500


class TestQuiet:
    async def test_a_heartbeat(self, fresh_urls: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
        """It also keeps the stream from being taken for an answer that never ends."""
        assert events.HEARTBEAT_SECONDS == 15
        monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.3)
        monkeypatch.setattr(events, "WATCH_SECONDS", 0.05)
        usual = application._config()
        usual.RESPONSE_TIMEOUT = usual.KEEP_ALIVE_TIMEOUT = 1
        monkeypatch.setattr(application, "_config", lambda: usual)
        async with running_site(fresh_urls) as site, stream(site) as listener:
            assert (await listener.piece()).event == "ready"
            began = time.monotonic()
            for _ in range(8):
                piece = await listener.piece()
                assert (piece.id, piece.data) == (None, "still here")
            assert 8 * 0.3 - 0.3 < time.monotonic() - began < 8 * 0.3 + 3
            assert b"\n\n: still here\n\n: still here\n\n" in listener.raw


@pytest.mark.threat(46)
class TestComingBack:
    async def test_nothing_missed_and_nothing_doubled(self, fresh: Site, fresh_owner: Owner) -> None:
        async with stream(fresh) as listener:
            start = (await listener.frame()).id
            leads = [add_lead(fresh_owner) for _ in range(3)]
            seen = await listener.frames(3)
        leads += [add_lead(fresh_owner) for _ in range(3)]
        await settled(fresh_owner, fresh)
        for back_at, number in ((start, 6), (seen[0].id, 5), (seen[2].id, 3)):
            async with stream(fresh, last_id=back_at) as listener:
                missed = await listener.frames(number)
                assert [frame.data["lead"] for frame in missed] == leads[-number:]
                ready = await listener.frame()
                assert (ready.id, ready.event) == (missed[-1].id, "ready")
        async with stream(fresh, last_id=missed[-1].id) as listener:
            assert (await listener.frame()).event == "ready"
            lead = add_lead(fresh_owner)
            assert (await listener.frame()).lead == ("lead.created", lead, 1)

    async def test_a_long_absence_comes_in_pages(
        self, fresh: Site, fresh_owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(events, "PAGE", 10)
        leads = [add_lead(fresh_owner) for _ in range(30)]
        await settled(fresh_owner, fresh)
        async with stream(fresh, last_id=0) as listener:
            assert [frame.data["lead"] for frame in await listener.frames(30)] == leads
            assert (await listener.frame()).event == "ready"

    async def test_what_is_purged_while_one_reads_is_told(
        self, fresh: Site, fresh_owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(events, "PAGE", 10)
        for _ in range(30):
            add_lead(fresh_owner)
        await settled(fresh_owner, fresh)
        page, pages = fresh.app.ctx.events._page, 0

        async def purging(after: int, until: int) -> Any:
            nonlocal pages
            pages += 1
            if pages == 2:
                expire(fresh, fresh_owner)
            return await page(after, until)

        monkeypatch.setattr(fresh.app.ctx.events, "_page", purging)
        async with stream(fresh, last_id=0) as listener:
            assert {frame.event for frame in await listener.frames(10)} == {"lead.created"}
            assert (await listener.frame()).event == "reset"

    @pytest.mark.parametrize("behind", [0, 1])
    async def test_at_a_worker_that_is_ahead_or_behind(self, fresh_urls: Urls, fresh_owner: Owner, behind: int) -> None:
        shared = SharedMemory.create(settings_for(fresh_urls, workers=2))
        async with (
            running_site(fresh_urls, shared=shared, worker=0, workers=2) as one,
            running_site(fresh_urls, shared=shared, worker=1, workers=2) as two,
        ):
            sites = (one, two)
            slow, quick = sites[behind], sites[1 - behind]
            async with stream(slow) as stays, stream(quick) as leaves:
                assert {(await listener.frame()).event for listener in (stays, leaves)} == {"ready"}
                tell, waiting = listening_of(slow).tell, []
                assert tell

                async def hold(head: int, set_back: bool) -> None:
                    waiting.append((head, set_back))

                listening_of(slow).tell = hold
                leads = [add_lead(fresh_owner) for _ in range(4)]
                seen = await leaves.frames(3)
                leaves.close()
                await until(lambda: waiting and waiting[-1][0] >= (seen[-1].id or 0))
                # It comes to the one that hasn't told it yet.
                async with stream(slow, last_id=seen[-1].id) as back:
                    for head, set_back in waiting:
                        await tell(head, set_back)
                    listening_of(slow).tell = tell
                    leads.append(add_lead(fresh_owner))
                    late = [frame async for frame in _until_lead(back, leads[-1])]
                    assert [f.data["lead"] for f in [*seen, *late] if f.event == "lead.created"] == leads
                    assert [frame.event for frame in late].count("ready") == 1
                    assert [f.data["lead"] async for f in _until_lead(stays, leads[-1])] == leads
                    # And back to the one that is ahead.
                    async with stream(quick, last_id=seen[0].id) as again:
                        heard = [f async for f in _until_lead(again, leads[-1])]
                        assert [f.data["lead"] for f in heard if f.event == "lead.created"] == leads[1:]

    async def test_more_than_is_kept_is_a_reset(self, fresh: Site, fresh_owner: Owner) -> None:
        for _ in range(4):
            add_lead(fresh_owner)
        head = await settled(fresh_owner, fresh)
        fresh_owner.execute("UPDATE app.events SET at = now() - interval '25 hours' WHERE id <= %s", (head - 1,))
        with psycopg.connect(fresh.urls.service, autocommit=True) as service:
            service.execute("SELECT service.purge_expired()")
        for gone in (0, head - 2):
            async with stream(fresh, last_id=gone) as listener:
                reset = await listener.frame()
                assert (reset.id, reset.event, reset.data) == (head, "reset", {})
                lead = add_lead(fresh_owner)
                assert (await listener.frame()).lead == ("lead.created", lead, 1)
                head = await settled(fresh_owner, fresh)
        async with stream(fresh, last_id=reset.id) as listener:
            assert [frame.event for frame in await listener.frames(2)] == ["lead.created", "ready"]

    async def test_the_last_that_was_purged_is_no_loss(self, fresh: Site, fresh_owner: Owner) -> None:
        add_lead(fresh_owner)
        head = await settled(fresh_owner, fresh)
        expire(fresh, fresh_owner)
        lead = add_lead(fresh_owner)
        await settled(fresh_owner, fresh)
        async with stream(fresh, last_id=head) as listener:
            assert (await listener.frame()).lead == ("lead.created", lead, 1)
            assert (await listener.frame()).event == "ready"

    async def test_an_id_that_was_never_given_is_a_reset(self, fresh: Site, fresh_owner: Owner) -> None:
        add_lead(fresh_owner)
        head = await settled(fresh_owner, fresh)
        for future in (head + 1, 10**18 - 1):
            async with stream(fresh, last_id=future) as listener:
                assert (await listener.frame())[:2] == (head, "reset")
                lead = add_lead(fresh_owner)
                assert (await listener.frame()).lead == ("lead.created", lead, 1)
                head = await settled(fresh_owner, fresh)

    @pytest.mark.parametrize("text", ["x", "-1", "+1", "1.5", "1 2", "0x1", "1_0", "9" * 19, "²", "1,2"])
    async def test_what_is_no_id_is_400(self, site: Site, text: str) -> None:
        async with httpx.AsyncClient(base_url=site.url) as client:
            headers = [*site.bearer().items(), ("Last-Event-ID", text.encode("latin-1"))]
            answer = await client.get("/admin/events", headers=headers)  # type: ignore[arg-type]
            assert problem(answer, 400)["code"] == "last_event_id_not_valid"
        assert site.app.ctx.events.count == 0

    async def test_an_empty_one_is_none(self, site: Site) -> None:
        async with stream(site, last_id="") as listener:
            assert (await listener.frame()).event == "ready"


def expire(site: Site, owner: Owner) -> None:
    """All events are a day old, and purged."""
    owner.execute("UPDATE app.events SET at = now() - interval '25 hours'")
    with psycopg.connect(site.urls.service, autocommit=True) as service:
        service.execute("SELECT service.purge_expired()")


async def _until_lead(listener: Stream, lead: int) -> AsyncIterator[Frame]:
    while True:
        frame = await listener.frame()
        yield frame
        if frame.data.get("lead") == lead:
            return


class TestItsEnd:
    @pytest.mark.parametrize("by", ["logout", "another machine"])
    async def test_a_token_that_is_revoked(self, fresh: Site, by: str) -> None:
        bearer, other = fresh.bearer("ann", "viewer"), fresh.bearer("ann", "viewer")
        async with (
            stream(fresh, bearer) as listener,
            stream(fresh, other) as stays,
            httpx.AsyncClient(base_url=fresh.url) as client,
        ):
            await listener.frame()
            await stays.frame()
            if by == "logout":
                assert (await client.post("/admin/logout", headers=bearer)).status_code < 300
            else:
                claims = fresh.app.ctx.tokens.verify(bearer["Authorization"].split()[1])
                with psycopg.connect(fresh.urls.service, autocommit=True) as service:
                    service.execute("SELECT service.revoke_token(%s, %s)", (claims.jti, claims.expires_at))
            began = time.monotonic()
            assert await listener.end()
            assert time.monotonic() - began < 1.5 + 1
            problem(await client.get("/admin/events", headers=bearer), 401)
            await until(lambda: fresh.app.ctx.events.count == 1)
            with pytest.raises(TimeoutError):
                await stays.piece(0.6)

    async def test_a_token_that_expires(self, fresh: Site) -> None:
        ends = int(time.time()) + 2
        token = Tokens(SECRET_KEY, clock=lambda: ends - TOKEN_SECONDS - LEEWAY_SECONDS).issue("ann", "viewer")
        async with stream(fresh, {"Authorization": f"Bearer {token}"}) as listener:
            assert (await listener.frame()).event == "ready"
            assert await listener.end()
            assert 0 <= time.time() - ends < 1.5 + 1
        await until(lambda: fresh.app.ctx.events.count == 0)


class TestManyListeners:
    @pytest.mark.threat(45)
    async def test_places_are_limited(self, fresh_urls: Urls) -> None:
        async with running_site(fresh_urls, event_listeners=3, event_listeners_per_user=2) as site:

            async def comes(user: str) -> Stream:
                opened = await Stream.open(site.url, site.bearer(user, "viewer"))
                here.append(opened)
                return opened

            here: list[Stream] = []
            assert [(await comes(user)).status for user in ("ann", "ann", "ann", "bob", "cyd", "bob")] == [
                200,
                200,
                429,
                200,
                429,
                429,
            ]
            async with httpx.AsyncClient(base_url=site.url) as client:
                refused = await client.get("/admin/events", headers=site.bearer("cyd", "viewer"))
                assert problem(refused, 429)["code"] == "too_many_listeners"
                assert int(refused.headers["retry-after"]) >= 1
            here[0].close()
            await until(lambda: site.app.ctx.events.count == 2)
            assert (await comes("cyd")).status == 200
            assert (await comes("ann")).status == 429
            for one in here:
                one.close()
            await until(lambda: site.app.ctx.events.count == 0)
            assert not site.app.ctx.events._of_user

    @pytest.mark.threat(45)
    async def test_two_hundred_who_leave_at_any_moment(self, fresh: Site, fresh_owner: Owner) -> None:
        chance = random.Random(7)
        reached = {"refused": 0, "head": 0, "frame": 0}
        bearers = [fresh.bearer(f"user{n}", "viewer") for n in range(5)]

        async def one() -> None:
            delay = chance.choice([0, 0, 0.001, 0.01, 0.03, 0.1, 0.2, None, None])
            opening = asyncio.create_task(Stream.open(fresh.url, chance.choice(bearers), chance.choice([None, 0])))
            if delay is None:
                await asyncio.wait([opening])
            else:
                await asyncio.sleep(delay)  # the random moment
            if not opening.done():
                opening.cancel()
                for came in await asyncio.gather(opening, return_exceptions=True):
                    if isinstance(came, Stream):  # it was quicker
                        came.close()
                reached["refused"] += 1
                return
            opened = await opening
            reached["head"] += 1
            with suppress(TimeoutError, Closed):
                for _ in range(chance.choice([0, 1, 5])):
                    await opened.piece(0.3)
                    reached["frame"] += 1
            opened.close()

        async def rushes() -> None:
            """Connect, send, and cut, as a browser does whose tab is closed."""
            _, writer = await asyncio.open_connection("127.0.0.1", int(fresh.url.rpartition(":")[2]))
            head = f"GET /admin/events HTTP/1.1\r\nHost: x\r\nAuthorization: {chance.choice(bearers)['Authorization']}\r\n\r\n".encode()
            writer.write(head[: chance.choice([10, len(head), len(head), len(head)])])
            await asyncio.sleep(chance.choice([0, 0, 0.001, 0.005, 0.02]))  # the random moment
            writer.transport.abort()

        going = [asyncio.create_task(chance.choice([one, rushes])()) for _ in range(200)]
        while not all(task.done() for task in going):
            add_lead(fresh_owner)
            await asyncio.sleep(0)
        await asyncio.gather(*going)
        await until(lambda: fresh.app.ctx.events.count == 0)
        assert not fresh.app.ctx.events._of_user
        assert reached["head"] > 0
        assert reached["frame"] > 0
        async with stream(fresh) as listener:
            assert (await listener.frame()).event == "ready"

    @pytest.mark.threat(45)
    async def test_a_slow_one_is_dropped_and_nobody_waits_for_it(
        self, fresh: Site, fresh_owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(events, "QUEUE", 4)
        slow_one = fresh.bearer("slow", "viewer")
        slow = await Stream.open(fresh.url, slow_one, buffer=4096)
        listeners = fresh.app.ctx.events._listeners
        (place,) = listeners
        place.abort.__self__.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        async with stream(fresh) as quick:
            start = (await quick.frame()).id
            longest, rounds = 0.0, 0
            while place in listeners:
                began = time.monotonic()
                fresh_owner.execute(
                    "INSERT INTO contact_leads (name, email) SELECT 'J', 'j@x.org' FROM generate_series(1, 400)"
                )
                await quick.frames(400)
                longest = max(longest, time.monotonic() - began)
                rounds += 1
                assert rounds < 60, "it was never dropped"
            print(f"dropped after {rounds} pieces; the longest a quick one waited: {longest * 1000:.0f} ms")
            assert longest < 1.5
            assert not await slow.end(), "it was cut"
            # Nothing is lost to it.
            async with stream(fresh, slow_one, last_id=start) as back:
                missed = await back.frames(400 * rounds)
                assert len({frame.data["lead"] for frame in missed}) == 400 * rounds
                assert (await back.frame()).event == "ready"

    async def test_a_notify_that_is_not_true(self, fresh: Site, fresh_owner: Owner) -> None:
        """Anybody who can log in to the database can send one. It is put right at the next beat."""
        async with stream(fresh) as listener, httpx.AsyncClient(base_url=fresh.url) as client:
            assert (await listener.frame()).event == "ready"
            for payload in ("", "x", "-5", "1e3", "9" * 30):
                fresh_owner.execute("SELECT pg_notify('leads', %s)", (payload,))
            lead = add_lead(fresh_owner)
            assert (await listener.frame()).lead == ("lead.created", lead, 1)
            fresh_owner.execute("NOTIFY leads, '99999999999'")
            reset = await listener.frame()
            assert (reset.id, reset.event) == (await settled(fresh_owner, fresh), "reset")
            another = add_lead(fresh_owner)
            assert (await listener.frame()).lead == ("lead.created", another, 1)
            await client.get(f"/admin/leads/{another}", headers=fresh.bearer())
            fresh_owner.execute("UPDATE contact_leads SET company = 'x' WHERE id = %s", (another,))
            await settled(fresh_owner, fresh)
            assert (await client.get(f"/admin/leads/{another}", headers=fresh.bearer())).json()["company"] == "x"


@pytest.fixture
def fleet(fresh_urls: Urls) -> Iterator[Fleet]:
    with private_folder() as folder, serving_fleet(fresh_urls, folder, workers=2) as running:
        yield running


async def on_both_workers(fleet: Fleet, number: int) -> dict[Stream, int]:
    """Streams with their worker's pid: at least `number` on each of the two."""
    found: dict[Stream, int] = {}
    for _ in range(100):
        opened = await Stream.open(fleet.url, fleet.bearer("vera", "viewer"))
        assert opened.status == 200
        found[opened] = fleet.worker_of(opened.writer.get_extra_info("socket"))
        pids = list(found.values())
        assert 0 not in pids
        if len(set(pids)) == 2 and min(map(pids.count, set(pids))) >= number:
            return found
    raise AssertionError(f"all on one worker: {found.values()}")


class TestWorkers:
    async def test_sigterm_ends_all_streams_at_once(self, fleet: Fleet, fresh_owner: Owner) -> None:
        streams = await on_both_workers(fleet, 2)
        for one in streams:
            assert (await one.frame()).event == "ready"
        fleet.up.client.close()
        began = time.monotonic()
        fleet.up.tell(signal.SIGTERM)
        assert await asyncio.gather(*(one.end() for one in streams)) == [True] * len(streams)
        ended = time.monotonic() - began
        code = await asyncio.to_thread(fleet.up.exit_code)
        stopped = time.monotonic() - began
        print(f"streams ended {ended:.2f} s after SIGTERM, the service {stopped:.2f} s")
        assert code == 0, fleet.up.output
        assert ended < 2
        assert stopped < 6, "well under the 15 s of grace"
        assert "drain_aborted" not in fleet.up.output

    async def test_a_killed_workers_listeners_go_on_elsewhere(self, fleet: Fleet, fresh_owner: Owner) -> None:
        streams = await on_both_workers(fleet, 3)
        heard: dict[Stream, list[Frame]] = {}
        last = 0
        cut = 0

        async def listens(one: Stream) -> None:
            nonlocal cut
            heard[one] = frames = [await one.frame()]
            position, current = frames[0].id, one
            while frames[-1].data.get("lead") != last or not last:
                try:
                    frames.append(await current.frame())
                    position = frames[-1].id
                except Closed:
                    cut += 1
                    while True:
                        with suppress(Closed, OSError):
                            current = await Stream.open(fleet.url, fleet.bearer("vera", "viewer"), position)
                            if current.status == 200:
                                break
                            current.close()
            current.close()

        going = [asyncio.create_task(listens(one)) for one in streams]
        leads = [add_lead(fresh_owner) for _ in range(20)]
        await until(lambda: len(heard) == len(streams) and max(map(len, heard.values())) > 5)
        victim = next(iter(streams.values()))
        os.kill(victim, signal.SIGKILL)
        for _ in range(30):
            leads.append(add_lead(fresh_owner))
            await asyncio.sleep(0.002)  # between two writes, while the killed one's listeners come back
        await until(lambda: cut >= list(streams.values()).count(victim))
        leads.append(add_lead(fresh_owner))
        last = leads[-1]
        add_lead(fresh_owner)
        async with asyncio.timeout(20):
            await asyncio.gather(*going)
        assert cut == list(streams.values()).count(victim)
        for frames in heard.values():
            told_leads = [frame.data["lead"] for frame in frames if frame.event == "lead.created"]
            assert told_leads == leads
            assert {frame.event for frame in frames} == {"ready", "lead.created"}
