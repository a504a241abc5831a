"""GET /metrics: of all workers, whoever of them answers and whoever of them died; for whom it is; and nothing of visitors in it."""

import ipaddress
import os
import re
import signal
from collections.abc import AsyncIterator

import httpx
import pytest
from leads_up import private_folder, running, wait_until
from prometheus_client.parser import text_string_to_metric_families

from conftest import Site, Urls, running_site, settings_for
from service.app import SharedMemory
from service.metrics import BOUNDS, ROUTES, Metrics, Report
from service.settings import RateLimit, TrustedProxies
from tests_support import problem

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    """All values, by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0)


async def scrape(client: httpx.AsyncClient, url: str = "") -> Samples:
    answer = await client.get(f"{url}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    return samples(answer.text)


async def test_requests_are_counted_by_their_route(client: httpx.AsyncClient, site: Site) -> None:
    before = await scrape(client)
    for _ in range(3):
        assert (await client.get("/healthz")).status_code == 200
    assert (await client.head("/healthz")).status_code == 200
    for lead in ("1", "2", "canary"):
        await client.get(f"/admin/leads/{lead}", headers=site.bearer())
    assert (await client.get("/admin/leads/1")).status_code == 401
    for path in ("/canary", "/admin/canary"):
        assert (await client.get(path)).status_code == 404
    assert (await client.request("BREW", "/healthz")).status_code in (405, 501)
    answer = await client.get("/metrics")
    assert "canary" not in answer.text
    assert "BREW" not in answer.text
    after = samples(answer.text)

    def more(**labels: str) -> float:
        return value(after, "leads_requests_total", **labels) - value(before, "leads_requests_total", **labels)

    assert more(method="GET", route="/healthz", status="2xx") == 3
    assert more(method="HEAD", route="/healthz", status="2xx") == 1
    assert more(method="GET", route="/admin/leads/{lead_id}", status="4xx") >= 3
    assert more(method="GET", route="(none)", status="4xx") >= 2
    assert more(method="GET", route="/metrics", status="2xx") == 1


async def test_durations_are_a_histogram(client: httpx.AsyncClient) -> None:
    for _ in range(5):
        await client.get("/healthz")
    found = await scrape(client)
    counts = [
        value(found, "leads_request_duration_seconds_bucket", route="/healthz", le=str(bound)) for bound in (*BOUNDS, "+Inf")
    ]
    assert counts == sorted(counts)
    assert counts[-1] == value(found, "leads_request_duration_seconds_count", route="/healthz") >= 5
    assert 0 < value(found, "leads_request_duration_seconds_sum", route="/healthz") < 60


def test_a_duration_falls_into_its_bucket() -> None:
    metrics = Metrics(1)
    recorder = metrics.join(0)
    recorder.learn(["a"])
    for seconds in (0.0, BOUNDS[0], BOUNDS[0] * 1.01, BOUNDS[-1], 100.0):
        recorder.answered("a", "GET", 200, seconds)
    found = samples(Report(metrics, recorder).text().decode())
    counts = [value(found, "leads_request_duration_seconds_bucket", route="/a", le=str(at)) for at in (*BOUNDS, "+Inf")]
    assert counts == [2, 3, 3, 3, 3, 4, 5]
    assert value(found, "leads_request_duration_seconds_sum", route="/a") == pytest.approx(105.004, abs=0.001)


async def test_every_status_and_method_has_its_place() -> None:
    metrics = Metrics(1)
    recorder = metrics.join(0)
    recorder.learn(["a", "b"])
    methods = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "BREW")
    for path in ("a", "b", None):
        for method in methods:
            for status in (101, 200, 303, 404, 499, 503, 599):
                recorder.answered(path, method, status, 0.001)
    found = samples(Report(metrics, recorder).text().decode())
    for route in ("/a", "/b", "(none)"):
        for method in (*methods[:-1], "other"):
            counts = [
                value(found, "leads_requests_total", method=method, route=route, status=f"{at}xx") for at in (1, 2, 3, 4, 5)
            ]
            assert counts == [1, 1, 1, 2, 2]


async def test_what_limits_refuse_is_counted(fresh_urls: Urls) -> None:
    async with (
        running_site(fresh_urls, public_rate_limit=RateLimit(2, 60), admin_rate_limit=RateLimit(3, 60)) as site,
        httpx.AsyncClient(base_url=site.url) as client,
    ):
        for _ in range(7):
            await client.post("/api/submit-contact", json={})
        for _ in range(4):
            await client.get("/admin/leads")
        found = await scrape(client)
        assert value(found, "leads_limited_total", policy="public") == 5
        assert value(found, "leads_limited_total", policy="admin") == 1
        assert value(found, "leads_limits_shared") == 0
        assert value(found, "leads_limits_fallbacks_total") == 0


async def test_who_listens_is_counted(site: Site, client: httpx.AsyncClient) -> None:
    async with client.stream("GET", "/admin/events", headers=site.bearer()) as stream:
        await anext(stream.aiter_bytes())
        async with httpx.AsyncClient(base_url=site.url) as another:
            assert value(await scrape(another), "leads_event_listeners") == 1


async def test_any_worker_tells_of_all(fresh_urls: Urls) -> None:
    shared = SharedMemory.create(settings_for(fresh_urls, workers=2))
    async with (
        running_site(fresh_urls, shared=shared, worker=0) as first,
        running_site(fresh_urls, shared=shared, worker=1) as second,
        httpx.AsyncClient() as client,
    ):
        for _ in range(3):
            await client.get(f"{first.url}/healthz")
        for _ in range(4):
            await client.get(f"{second.url}/healthz")
        for site in (first, second):
            found = await scrape(client, site.url)
            assert value(found, "leads_requests_total", method="GET", route="/healthz", status="2xx") == 7
            assert value(found, "leads_worker_resident_bytes", worker="0") > 1_000_000
            assert value(found, "leads_worker_cpu_seconds", worker="1") > 0


def test_a_dead_worker_leaves_its_counters_and_takes_its_gauges() -> None:
    metrics = Metrics(2)
    recorder = metrics.join(0)
    recorder.limits_shared(True)
    recorder.listeners(2)
    report = Report(metrics, recorder)

    def work() -> None:
        worker = metrics.join(1)
        worker.listeners(5)
        worker.limited("admin")
        worker.answered(None, "GET", 200, 0.1)

    for lives in (1, 2):
        pid = os.fork()
        if pid == 0:
            try:
                work()
            finally:
                os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(pid, 0)
        found = samples(report.text().decode())
        assert value(found, "leads_limited_total", policy="admin") == lives
        assert value(found, "leads_requests_total", method="GET", route="(none)", status="2xx") == lives
        assert value(found, "leads_event_listeners") == 2
        assert value(found, "leads_limits_shared") == 1
        assert value(found, "leads_worker_start_time_seconds", worker="1") == 0


def test_a_killed_worker_takes_no_count_along() -> None:
    """The real command, with two workers, one of which dies again and again."""
    with private_folder() as folder, running(folder / "var", METRICS="public") as up:

        def counted() -> float:
            found = samples(up.client.get("/metrics").text)
            return value(found, "leads_requests_total", method="GET", route="/healthz", status="2xx")

        sent, last = 0, 0.0
        for _ in range(3):
            for _ in range(20):
                # A connection of its own each, so that both workers have some.
                assert httpx.get(f"{up.address}/healthz", timeout=10).status_code == 200
            sent += 20
            # A worker counts before it answers.
            assert counted() == sent
            victim = up.worker_pids()[0]
            up.client.close()
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda victim=victim: len(up.worker_pids()) == 2 and victim not in up.worker_pids())  # type: ignore[misc]
            up.client = httpx.Client(base_url=up.address, timeout=10)
            assert counted() >= last
            last = counted()
        assert last == sent
        wait_until(lambda: set(re.findall(r'worker="(\d)"', up.client.get("/metrics").text)) == {"0", "1"})
        up.stop()


class TestWhoMayRead:
    """The peer is 127.0.0.1; what a proxy says of the visitor decides."""

    @pytest.fixture
    async def behind_a_proxy(self, urls: Urls) -> AsyncIterator[Site]:
        proxies = TrustedProxies((ipaddress.ip_network("127.0.0.0/8"),))
        async with running_site(urls, trusted_proxies=proxies) as running:
            yield running

    async def test_this_machine_may(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/metrics")).status_code == 200
        answer = await client.head("/metrics")
        assert (answer.status_code, answer.content) == (200, b"")

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Fly-Client-IP", "X-Real-IP", "Via"])
    async def test_an_unknown_proxy_may_not(self, client: httpx.AsyncClient, header: str) -> None:
        problem(await client.get("/metrics", headers={header: "10.0.0.1"}), 404)

    @pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860::1", "10.0.0.1"])
    async def test_a_visitor_through_ours_may_not(self, behind_a_proxy: Site, address: str) -> None:
        async with httpx.AsyncClient(base_url=behind_a_proxy.url) as client:
            problem(await client.get("/metrics", headers={"X-Forwarded-For": address}), 404)
            assert (await client.get("/metrics")).status_code == 200

    async def test_off_and_public(self, urls: Urls) -> None:
        async with running_site(urls, metrics="off") as closed, httpx.AsyncClient(base_url=closed.url) as client:
            problem(await client.get("/metrics"), 404)
        async with running_site(urls, metrics="public") as opened, httpx.AsyncClient(base_url=opened.url) as client:
            assert (await client.get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"})).status_code == 200


def test_there_is_room_for_every_route(site: Site) -> None:
    paths = {route.path for route in site.app.router.routes}
    assert set(site.app.ctx.recorder.places) == paths
    assert len(paths) < ROUTES
    with pytest.raises(ValueError):
        Metrics(1).join(0).learn(map(str, range(ROUTES + 1)))


@pytest.mark.parametrize(("workers", "worker"), [(0, 0), (1, 1), (1, -1)])
def test_impossible_rows_are_refused(workers: int, worker: int) -> None:
    with pytest.raises(ValueError):
        Metrics(workers).join(worker)
