"""The limits that all machines count together, on real servers: exact over all of them, and never gone when the server is."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
import redis
from redis_support import Store, running_store, servers
from structlog.testing import capture_logs

from conftest import SECRET_KEY, Site, Urls, running_site
from service import shared_limits
from service.limiter import Limiter
from service.limits import Decision, TieredWindow
from service.metrics import Metrics, Recorder, Report
from service.settings import RateLimit, Settings, SettingsError
from service.shared_limits import SharedLimits
from tests_support import problem

FORM = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}
TEN = RateLimit(10, 60)
# How long anything that should happen may take on a busy machine.
PATIENCE = 30.0


@pytest.fixture(scope="module", params=sorted(servers()))
def program(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def kept_store(program: str) -> Iterator[Store]:
    """This file's server, which lives on."""
    with running_store(program) as running:
        yield running


@pytest.fixture
def store(kept_store: Store) -> Store:
    """The same, emptied."""
    kept_store.client.flushall()
    return kept_store


@pytest.fixture
def mortal(program: str) -> Iterator[Store]:
    """A server of the test's own, to be killed."""
    with running_store(program) as running:
        yield running


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer than a request should wait; where all is well, nothing else may come of that."""
    monkeypatch.setattr(shared_limits, "PATIENCE", PATIENCE)


class Machine:
    """What one machine has: tables of its own, and the way to the store."""

    def __init__(self, store: Store, limit: RateLimit = TEN, *, secret: str = SECRET_KEY) -> None:
        metrics = Metrics(1)
        self.recorder: Recorder = metrics.join(0)
        self._report = Report(metrics, self.recorder)
        self.shared = SharedLimits(store.url, secret, self.recorder)
        self.window = TieredWindow(limit, 1024, 64)
        self.public = Limiter("public", self.window, self.recorder, self.shared)
        self.admin = Limiter("admin", TieredWindow(limit, 1024, 64), self.recorder, self.shared)

    def value(self, metric: str) -> float:
        return value_of(self._report.text().decode(), metric)


@asynccontextmanager
async def machines(store: Store, count: int = 1, limit: RateLimit = TEN, **changes: str) -> AsyncIterator[list[Machine]]:
    async with AsyncExitStack() as stack:
        found = [Machine(store, limit, **changes) for _ in range(count)]
        for machine in found:
            await machine.shared.open()
            stack.push_async_callback(machine.shared.close)
        yield found


def value_of(text: str, metric: str) -> float:
    return float(next(line for line in text.splitlines() if line.startswith(metric)).rpartition(" ")[2])


async def until(probe: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await probe():
        assert time.monotonic() < deadline, "it never came to pass"
        await asyncio.sleep(0.02)


@pytest.mark.usefixtures("patient")
class TestWhileItIsThere:
    async def test_one_decision_after_the_other(self, store: Store) -> None:
        async with machines(store, 2) as (here, there):
            places = [await (here, there)[turn % 2].public.hit("192.0.2.1") for turn in range(10)]
            assert [decision.remaining for decision in places] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
            assert {(decision.allowed, decision.limit, decision.window_seconds) for decision in places} == {(True, 10, 60)}
            assert places[0].reset_seconds == 60.0
            assert 0 < places[9].reset_seconds < 60
            for machine in (here, there):
                refused = await machine.public.hit("192.0.2.1")
                assert (refused.allowed, refused.remaining) == (False, 0)
                assert refused.retry_after is not None
                assert refused.retry_after - 1 < refused.reset_seconds <= refused.retry_after <= 60
            # Another client, another policy, another user: windows of their own.
            assert (await here.public.hit("192.0.2.2")).remaining == 9
            assert (await here.admin.hit("192.0.2.1")).remaining == 9
            assert (await there.admin.hit("192.0.2.1", "jane")).remaining == 9
            assert (await here.admin.hit("192.0.2.1", "jane")).remaining == 8

    @pytest.mark.threat(42)
    async def test_no_window_holds_more_than_the_limit(self, store: Store) -> None:
        """Hammered by all at once for two windows and a half. A hit was counted between its call's beginning and end."""
        limit = RateLimit(10, 2)
        allowed: list[tuple[float, float]] = []
        async with machines(store, 4, limit) as found:
            end = time.monotonic() + 5

            async def hammer(machine: Machine) -> None:
                while time.monotonic() < end:
                    began = time.monotonic()
                    # Asked directly: the machine's own table would shield the store.
                    decision = await machine.shared.hit("public", limit, "one", limit, "")
                    assert decision is not None
                    if decision.allowed:
                        allowed.append((began, time.monotonic()))
                    await asyncio.sleep(0)

            await asyncio.gather(*(hammer(machine) for machine in found for _ in range(3)))
        allowed.sort()
        for first, eleventh in zip(allowed, allowed[10:], strict=False):
            assert eleventh[1] - first[0] >= 2
        assert 20 <= len(allowed) <= 30  # and no place is lost

    async def test_a_refusal_tells_when_to_come_back(self, store: Store) -> None:
        limit = RateLimit(1, 1)
        async with machines(store, 1, limit) as (machine,):
            assert (await machine.shared.hit("public", limit, "one", limit, "") or refused()).allowed
            decision = await machine.shared.hit("public", limit, "one", limit, "")
            assert decision is not None
            assert (decision.allowed, decision.retry_after) == (False, 1)
            await asyncio.sleep(decision.reset_seconds)
            assert (await machine.shared.hit("public", limit, "one", limit, "") or refused()).allowed

    @pytest.mark.threat(41)
    async def test_a_network_has_ten_times_as_much(self, store: Store) -> None:
        async with machines(store, 2) as (here, there):
            for host in range(10):
                machine = (here, there)[host % 2]
                assert [(await machine.public.hit(f"2001:db8:1:{host:x}::{n}")).allowed for n in range(10)] == [True] * 10
            for machine in (here, there):
                decision = await machine.public.hit("2001:db8:1:ffff::1")
                assert (decision.allowed, decision.limit, decision.remaining) == (False, 100, 0)
                assert (await machine.public.hit("2001:db8:2::1")).allowed
            # It took no place of its own there: one client and one network beside the other's, and nobody.
            assert len(store.client.keys("leads:limit:*}:*")) == 10 + 1

    async def test_what_one_tier_refuses_doesnt_count_in_the_other(self, store: Store) -> None:
        limit, wider = RateLimit(2, 60), RateLimit(5, 60)
        async with machines(store) as (machine,):

            async def hit(client: str) -> Decision:
                return await machine.shared.hit("public", limit, client, wider, "net") or refused()

            assert [(await hit("a")).allowed for _ in range(9)] == [True] * 2 + [False] * 7
            assert [(await hit("b")).remaining for _ in range(3)] == [1, 0, 0]
            last = await hit("c")
            assert (last.allowed, last.limit, last.remaining) == (True, 5, 0)
            assert [(await hit("c")).limit for _ in range(5)] == [5] * 5
            counts = sorted(store.client.zcard(key) for key in store.client.keys("leads:limit:*") if b"nobody" not in key)
            assert counts == [1, 2, 2, 5]

    async def test_nobodys_address_is_there_and_all_expires(self, store: Store) -> None:
        async with machines(store) as (machine,), machines(store, secret="another one") as (stranger,):
            for address, user in (("192.0.2.1", ""), ("2001:db8::1", ""), ("192.0.2.1", "jane")):
                assert (await machine.public.hit(address, user)).remaining == 9
                # Without the secret nobody can tell whose key is whose: another one makes other keys.
                assert (await stranger.public.hit(address, user)).remaining == 9
        keys = store.client.keys("*")
        assert len(keys) == 2 * 4 + 1  # both tiers of the one of IPv6, and the try
        for key in keys:
            assert key.startswith(b"leads:limit:{")
            assert not any(part in key for part in (b"192", b"2001", b"jane", b"public")), key
            assert 0 < store.client.pttl(key) <= 60_000 or b"nobody" in key
            assert all(member.isdigit() for member in store.client.zrange(key, 0, -1))

    async def test_a_lowered_limit_holds_at_once(self, store: Store) -> None:
        async with machines(store) as (machine,):
            for _ in range(10):
                assert (await machine.shared.hit("public", TEN, "one", TEN, "") or refused()).allowed
            lower = RateLimit(3, 60)
            decision = await machine.shared.hit("public", lower, "one", lower, "")
            assert decision is not None
            assert (decision.allowed, decision.limit) == (False, 3)
            assert 50 < decision.reset_seconds <= 60

    async def test_a_server_whose_clock_was_set_back_refuses_nobody_for_long(self, store: Store) -> None:
        async with machines(store) as (machine,):
            assert (await machine.public.hit("192.0.2.1")).remaining == 9
            (key,) = (key for key in store.client.keys("leads:limit:*") if b"nobody" not in key)
            now = int(store.client.zrange(key, 0, -1)[0])
            # Nine of a future that no window reaches, and one that the clock will soon have come to.
            store.client.zadd(key, {str(at): at for at in range(now + 3_600_000_000, now + 3_600_000_009)})
            store.client.zadd(key, {str(now + 30_000_000): now + 30_000_000})
            assert (await machine.public.hit("192.0.2.1")).remaining == 7

    async def test_scripts_may_be_forgotten(self, store: Store) -> None:
        async with machines(store) as (machine,):
            assert (await machine.public.hit("192.0.2.1")).remaining == 9
            store.client.script_flush()
            assert (await machine.public.hit("192.0.2.1")).remaining == 8

    async def test_no_more_connections_than_it_may_have(self, store: Store) -> None:
        async with machines(store) as (machine,):
            decisions = await asyncio.gather(*(machine.public.hit(f"192.0.2.{n}") for n in range(250)))
            assert all(decision.allowed for decision in decisions)
            assert machine.value("leads_limits_fallbacks_total") == 0
            assert len(store.client.client_list()) <= shared_limits.CONNECTIONS + 2


def refused() -> Decision:
    """In the place of no decision, where there should be one."""
    return Decision(False, 0, 0, 0.0, 1, 0)


@pytest.mark.threat(43)
class TestItsLoss:
    async def test_killed_and_started_again(self, mortal: Store) -> None:
        async with machines(mortal, 2) as (here, there):
            assert [machine.value("leads_limits_shared") for machine in (here, there)] == [1, 1]
            for _ in range(4):
                assert (await here.public.hit("192.0.2.1")).allowed
            with capture_logs() as logs:
                mortal.kill()
                # It goes on by its own table, which has the four.
                after = [await here.public.hit("192.0.2.1") for _ in range(8)]
                assert [decision.remaining for decision in after] == [5, 4, 3, 2, 1, 0, 0, 0]
                assert [decision.allowed for decision in after] == [True] * 6 + [False] * 2
                # The other machine has its own: the limit once for each machine, and no more.
                assert sum([(await there.public.hit("192.0.2.1")).allowed for _ in range(20)]) == 10
                assert [machine.value("leads_limits_shared") for machine in (here, there)] == [0, 0]
                assert here.value("leads_limits_fallbacks_total") >= 6
                mortal.start()
                await until(lambda: back(here))
                await until(lambda: back(there))
            assert [entry["event"] for entry in logs] == ["limits_shared_lost"] * 2 + ["limits_shared_again"] * 2
            assert str(mortal.port) not in str(logs)
            # It has forgotten everything; the machines haven't.
            assert not (await here.public.hit("192.0.2.1")).allowed
            assert not (await there.public.hit("192.0.2.1")).allowed
            assert (await here.public.hit("192.0.2.9")).remaining == 9
            assert (await there.public.hit("192.0.2.9")).remaining == 8

    async def test_a_black_hole_costs_one_wait(self, mortal: Store) -> None:
        async with machines(mortal) as (machine,):
            assert (await machine.public.hit("192.0.2.1")).remaining == 9
            mortal.halt()
            try:
                began = time.monotonic()
                together = await asyncio.gather(*(machine.public.hit(f"192.0.2.{n}") for n in range(1, 101)))
                assert all(decision.allowed for decision in together)
                assert time.monotonic() - began < 3  # 0.15 s, on a machine that has nothing else to do
                began = time.monotonic()
                for n in range(200):
                    assert (await machine.public.hit(f"203.0.113.{n}")).allowed
                # Nobody waits any more: these would have taken 30 s.
                assert time.monotonic() - began < 15
                assert machine.value("leads_limits_shared") == 0
                assert [(await machine.public.hit("192.0.2.1")).allowed for _ in range(9)] == [True] * 8 + [False]
            finally:
                mortal.go_on()
            await until(lambda: back(machine))
            # No answer of then is taken for one of now.
            for n in range(20):
                assert [(await machine.public.hit(f"198.51.100.{n}")).remaining for _ in range(3)] == [9, 8, 7]

    async def test_one_that_was_emptied_unnoticed_gives_no_more_of_a_machine(self, mortal: Store) -> None:
        async with machines(mortal, 2) as (here, there):
            for _ in range(10):
                assert (await here.public.hit("192.0.2.1")).allowed
            mortal.kill()
            mortal.start()
            assert not (await here.public.hit("192.0.2.1")).allowed
            # Which has let nobody pass: it can't know.
            assert (await there.public.hit("192.0.2.1")).remaining == 9

    async def test_one_that_refuses_to_write_is_lost_too(self, mortal: Store) -> None:
        async with machines(mortal) as (machine,):
            mortal.client.config_set("min-replicas-to-write", 1)
            assert (await machine.public.hit("192.0.2.1")).remaining == 9
            assert machine.value("leads_limits_shared") == 0
            mortal.client.config_set("min-replicas-to-write", 0)
            await until(lambda: back(machine))

    async def test_one_that_never_was(self, mortal: Store) -> None:
        mortal.kill()
        with capture_logs() as logs:
            async with machines(mortal) as (machine,):
                assert [(await machine.public.hit("192.0.2.1")).allowed for _ in range(11)] == [True] * 10 + [False]
                mortal.start()
                await until(lambda: back(machine))
        assert [entry["event"] for entry in logs] == ["limits_shared_lost", "limits_shared_again"]


async def back(machine: Machine) -> bool:
    return machine.value("leads_limits_shared") == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://canary.example", "canary.example:6379", "redis://", "redis:///0", "redis://:canary@/0", "redis://canary.example:x",
        "redis://canary.example/zero", "redis://canary.example/0/1", "redis://[::1", "unix:///run/canary.sock",
        "redis://canary.example/0?socket_timeout=9", "rediss://canary.example?ssl_cert_reqs=none", "redis://canary.example/0#x",
    ],
)  # fmt: skip
def test_a_wrong_url_is_named_and_not_shown(url: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environ({"REDIS_URL": url})
    assert str(refusal.value).startswith("REDIS_URL")
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    "url", ["redis://r.example", "redis://r.example:6379/2", "rediss://jane:canary@r.example", "redis://:canary@[::1]:6379/"]
)
def test_a_right_url_is_taken_and_never_shown(url: str) -> None:
    settings = Settings.from_environ({"REDIS_URL": url})
    assert settings.redis_url == url
    assert "canary" not in repr(settings)
    assert "r.example" not in repr(settings)


# The whole service


async def send(client: httpx.AsyncClient, site: Site) -> httpx.Response:
    return await client.post(f"{site.url}/api/submit-contact", json=FORM)


async def metric(client: httpx.AsyncClient, site: Site, name: str) -> float:
    answer = await client.get(f"{site.url}/metrics")
    assert answer.status_code == 200
    return value_of(answer.text, name)


@pytest.mark.threat(42)
@pytest.mark.usefixtures("patient")
async def test_three_machines_allow_ten_in_all(fresh_urls: Urls, store: Store) -> None:
    changes = {"redis_url": store.url, "public_rate_limit": TEN}
    async with AsyncExitStack() as stack:
        sites = [await stack.enter_async_context(running_site(fresh_urls, **changes)) for _ in range(3)]
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=PATIENCE))
        answers = await asyncio.gather(*(send(client, sites[turn % 3]) for turn in range(45)))
        assert sorted(answer.status_code for answer in answers) == [201] * 10 + [429] * 35
        for site in sites:
            eleventh = await send(client, site)
            assert problem(eleventh, 429)["code"] == "too_many_requests"
            assert 1 <= int(eleventh.headers["retry-after"]) <= 60
            assert eleventh.headers["ratelimit-remaining"] == "0"
            assert await metric(client, site, "leads_limits_shared") == 1
        limited = [await metric(client, site, 'leads_limited_total{policy="public"}') for site in sites]
        assert sum(limited) == 35 + 3


@pytest.mark.threat(43)
@pytest.mark.parametrize("black_hole", [False, True])
async def test_the_store_goes_in_mid_traffic(fresh_urls: Urls, mortal: Store, black_hole: bool) -> None:
    changes = {"redis_url": mortal.url, "public_rate_limit": RateLimit(30, 3600)}
    async with (
        running_site(fresh_urls, **changes) as here,
        running_site(fresh_urls, **changes) as there,
        httpx.AsyncClient(timeout=PATIENCE) as client,
    ):
        stored: dict[str, int] = {here.url: 0, there.url: 0}
        slowest, gone = 0.0, asyncio.Event()

        async def traffic(site: Site) -> None:
            nonlocal slowest
            for turn in range(80):
                if turn == 8:
                    gone.set()
                began = time.monotonic()
                answer = await send(client, site)
                slowest = max(slowest, time.monotonic() - began)
                assert answer.status_code in (201, 429), answer.text
                stored[site.url] += answer.status_code == 201

        async def loss() -> None:
            await gone.wait()
            (mortal.halt if black_hole else mortal.kill)()

        try:
            await asyncio.gather(traffic(here), traffic(there), loss())
            # The full limit on each machine, never more, never nothing.
            assert stored == {here.url: 30, there.url: 30}
            assert slowest < 5
            for site in (here, there):
                assert await metric(client, site, "leads_limits_shared") == 0
                assert await metric(client, site, "leads_limits_fallbacks_total") >= 1
        finally:
            (mortal.go_on if black_hole else mortal.start)()
        for site in (here, there):
            await until(lambda site=site: shared_again(client, site))  # type: ignore[misc]


async def shared_again(client: httpx.AsyncClient, site: Site) -> bool:
    return await metric(client, site, "leads_limits_shared") == 1


@pytest.mark.threat(43)
async def test_a_wrong_password_is_said_and_the_service_starts(fresh_urls: Urls, program: str) -> None:
    with running_store(program, "--requirepass", "right") as guarded, capture_logs() as logs:
        with pytest.raises(redis.exceptions.AuthenticationError):
            guarded.client.ping()
        url = guarded.url.replace("redis://", "redis://:canary-wrong@")
        async with running_site(fresh_urls, redis_url=url, public_rate_limit=TEN) as site, httpx.AsyncClient() as client:
            assert (await client.get(f"{site.url}/readyz")).status_code == 200
            assert [(await send(client, site)).status_code for _ in range(11)] == [201] * 10 + [429]
            assert await metric(client, site, "leads_limits_shared") == 0
        lost = [entry for entry in logs if entry["event"] == "limits_shared_lost"]
        assert [entry["error"] for entry in lost] == ["AuthenticationError"]
        assert "canary" not in str(logs)
        right = guarded.url.replace("redis://", "redis://:right@")
        async with running_site(fresh_urls, redis_url=right) as site, httpx.AsyncClient() as client:
            assert await metric(client, site, "leads_limits_shared") == 1
