"""What holds for every endpoint: who may call it, how errors look, limits, health, other origins."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from conftest import Site, Urls, running_site
from service.app import undeclared_routes
from service.settings import RateLimit, Settings
from tests_support import problem

CONTACT = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}


async def test_every_route_says_who_may_call_it(site: Site) -> None:
    assert undeclared_routes(site.app) == []


class TestErrors:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/nothing", 404),
            ("GET", "/admin/nothing", 404),
            ("GET", "/api/submit-contact", 405),
            ("DELETE", "/admin/login", 405),
            ("PUT", "/admin/leads", 405),
            ("TRACE", "/", 405),
        ],
    )
    async def test_sanics_own_have_the_same_shape(self, client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
        answer = await client.request(method, path)
        problem(answer, status)
        if status == 405:
            assert answer.headers["allow"]

    async def test_what_is_unknown_tells_nothing(
        self, client: httpx.AsyncClient, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fail(*_: object) -> bytes:
            raise RuntimeError("the password is swordfish")

        monkeypatch.setattr(site.app.ctx.database, "json", fail)
        answer = await client.get("/admin/me", headers=site.bearer())
        assert problem(answer, 500)["code"] == "internal_error"
        assert "swordfish" not in answer.text

    @pytest.mark.parametrize("sent", ["0b7e1d2c-6a57-4c7e-9b64-0d4f3c2b1a09", "0B7E1D2C-6A57-4C7E-9B64-0D4F3C2B1A09"])
    async def test_a_request_id_that_is_a_uuid_is_kept(self, client: httpx.AsyncClient, sent: str) -> None:
        answer = await client.get("/healthz", headers={"X-Request-ID": sent})
        assert answer.headers["x-request-id"] == sent.lower()

    @pytest.mark.parametrize("sent", ["1", "<b>" * 2000, "x", "", "{0b7e1d2c-6a57-4c7e-9b64-0d4f3c2b1a09}"])
    async def test_any_other_request_id_is_replaced(self, client: httpx.AsyncClient, sent: str) -> None:
        answer = await client.get("/healthz", headers={"X-Request-ID": sent})
        assert answer.headers["x-request-id"] != sent
        assert uuid.UUID(answer.headers["x-request-id"]).version == 4


@pytest.mark.threat(60)
class TestLogs:
    async def test_neither_secrets_nor_personal_data(
        self, client: httpx.AsyncClient, site: Site, capfd: pytest.CaptureFixture[str]
    ) -> None:
        token = site.token()
        canary = {"name": "CanaryName", "email": "canary@example.com", "subject": "CanarySubject", "message": "CanaryMessage"}
        await client.post("/api/submit-contact?utm=CanaryQuery", json=canary, headers={"User-Agent": "CanaryAgent"})
        await client.post("/api/submit-contact", json=canary | {"id": 1})
        await client.post("/admin/login", json={"password": "CanaryPassword"})
        await client.get("/admin/leads", headers={"Authorization": f"Bearer {token}"})
        logged = "".join(capfd.readouterr())
        assert "submit-contact" in logged
        assert "anary" not in logged
        assert token not in logged
        assert "127.0.0.1" not in logged


async def test_a_client_that_hangs_up_is_no_error_of_ours(
    client: httpx.AsyncClient, site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(site.urls.owner) as owner:
        owner.execute("LOCK TABLE contact_leads IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/admin/leads?name=nobody-asked-before", headers=site.bearer(), timeout=0.3)
        owner.rollback()
    logged = ""
    async with asyncio.timeout(5):
        while "status=499" not in logged:
            await asyncio.sleep(0.01)
            logged += "".join(capfd.readouterr())
    assert "status=500" not in logged


class TestHealth:
    async def test_alive_and_ready(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/healthz")).json() == {"alive": True}
        assert (await client.get("/readyz")).json() == {"ready": True}

    async def test_behind_is_not_ready_and_names_the_command(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner) as connection:
            connection.execute("DELETE FROM _yoyo_migration WHERE migration_id = '0005.inbox'")
        async with running_site(fresh_urls) as site, httpx.AsyncClient(base_url=site.url) as client:
            body = problem(await client.get("/readyz"), 503)
            assert body["code"] == "schema_differs"
            assert "0005.inbox" in body["detail"]
            assert "leads migrate" in body["detail"]

    async def test_without_a_database_it_lives_and_says_503(self, urls: Urls) -> None:
        nowhere = urls.service.replace("/run", "/nowhere").replace("%2Frun", "%2Fnowhere")
        assert nowhere != urls.service
        async with (
            running_site(Urls(urls.owner, nowhere, nowhere, urls.superuser)) as site,
            httpx.AsyncClient(base_url=site.url) as client,
        ):
            assert (await client.get("/healthz")).status_code == 200
            for answer in (
                await client.get("/readyz"),
                await client.post("/api/submit-contact", json=CONTACT),
                await client.post("/admin/login", json={"password": "x"}),
                await client.get("/admin/leads", headers=site.bearer()),
            ):
                problem(answer, 503)
                assert int(answer.headers["retry-after"]) >= 1


class TestLimits:
    async def test_the_eleventh_public_request_is_429(self, urls: Urls) -> None:
        async with (
            running_site(urls, public_rate_limit=RateLimit(10, 60)) as site,
            httpx.AsyncClient(base_url=site.url) as client,
        ):
            answers = await asyncio.gather(*(client.post("/api/submit-contact", json=CONTACT) for _ in range(30)))
            codes = sorted(answer.status_code for answer in answers)
            assert codes == [201] * 10 + [429] * 20
            for answer in answers:
                assert answer.headers["ratelimit-policy"] == '"public";q=10;w=60'
            refused = next(answer for answer in answers if answer.status_code == 429)
            assert refused.headers["ratelimit-limit"] == "10"
            assert problem(refused, 429)["code"] == "too_many_requests"
            assert 1 <= int(refused.headers["retry-after"]) <= 60
            assert refused.headers["ratelimit"].startswith('"public";r=0;t=')
            # Another bucket, and what is not counted, go on.
            assert (await client.get("/admin/leads", headers=site.bearer())).status_code == 200
            assert (await client.get("/healthz")).status_code == 200

    async def test_admin_requests_count_per_user(self, urls: Urls) -> None:
        async with (
            running_site(urls, admin_rate_limit=RateLimit(5, 60)) as site,
            httpx.AsyncClient(base_url=site.url) as client,
        ):
            codes = [(await client.get("/admin/validate", headers=site.bearer("a"))).status_code for _ in range(6)]
            assert codes == [200] * 5 + [429]
            assert (await client.get("/admin/validate", headers=site.bearer("b"))).status_code == 200

    async def test_made_up_names_are_no_way_around(self, urls: Urls) -> None:
        """A token that doesn't hold counts for the address, whatever user it names."""
        async with (
            running_site(urls, admin_rate_limit=RateLimit(5, 60)) as site,
            httpx.AsyncClient(base_url=site.url) as client,
        ):
            codes = []
            for n in range(6):
                headers = {"Authorization": f"Bearer {site.token(f'user{n}')}x"}
                codes.append((await client.get("/admin/validate", headers=headers)).status_code)
            assert codes == [401] * 5 + [429]

    async def test_a_trusted_proxy_names_the_visitor(self, urls: Urls) -> None:
        proxies = Settings.from_environ({"TRUSTED_PROXIES": "127.0.0.0/8"}).trusted_proxies
        async with (
            running_site(urls, public_rate_limit=RateLimit(1, 60), trusted_proxies=proxies) as site,
            httpx.AsyncClient(base_url=site.url) as client,
        ):

            async def send(address: str) -> int:
                headers = {"X-Forwarded-For": f"6.6.6.6, {address}"}
                return (await client.post("/api/submit-contact", json=CONTACT, headers=headers)).status_code

            assert [await send("203.0.113.1"), await send("203.0.113.1"), await send("203.0.113.2")] == [201, 429, 201]
            # An IPv6 subscriber has a /64.
            assert [await send("2001:db8::1"), await send("2001:db8::2"), await send("2001:db8:0:1::1")] == [201, 429, 201]


ORIGIN = "https://www.example.com"


@pytest.fixture(scope="module")
async def shared(urls: Urls) -> AsyncIterator[Site]:
    """A service that a website on another origin may call."""
    async with running_site(urls, cors_origins=frozenset({ORIGIN})) as site:
        yield site


@pytest.mark.threat(28)
class TestOrigins:
    async def test_a_listed_origin_may_post(self, shared: Site) -> None:
        async with httpx.AsyncClient(base_url=shared.url) as client:
            headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
            preflight = await client.options("/api/submit-contact", headers=headers)
            assert preflight.status_code == 204
            assert preflight.headers["access-control-allow-origin"] == ORIGIN
            allowed = set(preflight.headers["access-control-allow-headers"].split(", "))
            assert allowed >= {"Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID"}
            answer = await client.post("/api/submit-contact", json=CONTACT, headers={"Origin": ORIGIN})
            assert answer.status_code == 201
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert "Origin" in answer.headers["vary"]

    @pytest.mark.parametrize(
        "origin", ["null", "https://www.example.com.evil.io", "http://www.example.com", "https://example.com"]
    )
    async def test_no_other_origin(self, shared: Site, origin: str) -> None:
        async with httpx.AsyncClient(base_url=shared.url) as client:
            for answer in (
                await client.options(
                    "/api/submit-contact", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
                ),
                await client.get("/healthz", headers={"Origin": origin}),
            ):
                assert "access-control-allow-origin" not in answer.headers
                assert "Origin" in answer.headers["vary"]

    async def test_vary_keeps_what_it_had(self, shared: Site) -> None:
        async with httpx.AsyncClient(base_url=shared.url) as client:
            answer = await client.get("/admin/leads", headers=shared.bearer() | {"Origin": ORIGIN})
            assert {"Authorization", "Origin"} <= {value.strip() for value in answer.headers["vary"].split(",")}


async def test_security_headers_are_on_every_answer(client: httpx.AsyncClient) -> None:
    for path in ("/", "/healthz", "/nothing", "/forms/contact", "/docs", "/openapi.json"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'none'" in headers["content-security-policy"] or path == "/docs", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
