"""Threats 40 to 43: who poses as many, comes from many places, asks many workers, or has many addresses. 42 and 43 with a
store: tests/guard/test_shared_limits.py."""

import asyncio
import ipaddress
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import psycopg
import pytest
from leads_up import PATIENCE, private_folder, running

from conftest import Site, Urls, running_site
from service.settings import RateLimit, TrustedProxies
from tests_support import problem

FORM = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}
TEN = RateLimit(10, 60)
NO_PROXY = TrustedProxies()
OUR_PROXY = TrustedProxies((ipaddress.ip_network("127.0.0.0/8"),))
FLYS_PROXY = TrustedProxies((ipaddress.ip_network("127.0.0.0/8"),), "fly-client-ip")


class Visitors:
    """Whoever sends forms, each with headers of their own."""

    def __init__(self, site: Site, client: httpx.AsyncClient) -> None:
        self._client, self._urls = client, site.urls

    async def send(self, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._client.post("/api/submit-contact", json=FORM, headers=named)

    async def statuses(self, *addresses: str) -> list[int]:
        return [(await self.send(X_Forwarded_For=address)).status_code for address in addresses]

    def stored(self) -> list[str]:
        """The addresses that the leads came from."""
        with psycopg.connect(self._urls.owner) as owner:
            rows = owner.execute("SELECT metadata ->> 'ip_address' FROM contact_leads ORDER BY id").fetchall()
            return [row[0] for row in rows]


@asynccontextmanager
async def visiting(urls: Urls, proxies: TrustedProxies = NO_PROXY) -> AsyncIterator[Visitors]:
    async with (
        running_site(urls, public_rate_limit=TEN, admin_rate_limit=TEN, trusted_proxies=proxies) as site,
        httpx.AsyncClient(base_url=site.url, timeout=PATIENCE) as client,
    ):
        yield Visitors(site, client)


SPOOFS = (
    "X-Forwarded-For", "Fly-Client-IP", "X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP",
    "X-Originating-IP", "X-Remote-Addr", "Client-IP", "X-Forwarded-Host", "X-Cluster-Client-IP",
)  # fmt: skip
HOSTILE = ("x'--", "' OR 1=1", "::ffff:x", "8.8.8.8'--", "-1", "999.1.1.1", "127.0.0.1, x", "[::1", "x\ty", "8.8.8.8%00")


@pytest.mark.threat(40)
class TestSpoofing:
    async def test_off_a_trusted_proxy_no_header_makes_another_of_anybody(self, fresh_urls: Urls) -> None:
        async with visiting(fresh_urls) as visitors:
            values = [*HOSTILE, *(f"8.8.8.{n}" for n in range(10))]
            answers = [await visitors.send(**{SPOOFS[n % len(SPOOFS)]: value}) for n, value in enumerate(values)]
            assert [answer.status_code for answer in answers] == [201] * 10 + [429] * 10
            assert set(visitors.stored()) == {"127.0.0.1"}

    @pytest.mark.parametrize("proxies", [OUR_PROXY, FLYS_PROXY])
    async def test_what_is_no_address_is_nobodys(self, fresh_urls: Urls, proxies: TrustedProxies) -> None:
        """A proxy of ours that passes on nonsense: its own address counts, and nothing else is stored."""
        header = {OUR_PROXY: "X-Forwarded-For", FLYS_PROXY: "Fly-Client-IP"}[proxies]
        async with visiting(fresh_urls, proxies) as visitors:
            answers = [await visitors.send(**{header: value}) for value in (*HOSTILE, *HOSTILE)]
            assert [answer.status_code for answer in answers] == [201] * 10 + [429] * 10
            assert set(visitors.stored()) == {"127.0.0.1"}

    async def test_what_a_visitor_claims_before_our_proxy_doesnt_count(self, fresh_urls: Urls) -> None:
        async with visiting(fresh_urls, OUR_PROXY) as visitors:
            claims = [f"9.9.9.{n}, 8.8.8.8" for n in range(12)]
            assert await visitors.statuses(*claims) == [201] * 10 + [429] * 2
            assert set(visitors.stored()) == {"8.8.8.8"}

    async def test_fly_isnt_spoken_for_by_another_header(self, fresh_urls: Urls) -> None:
        async with visiting(fresh_urls, FLYS_PROXY) as visitors:
            answers = [await visitors.send(Fly_Client_IP="8.8.8.8", X_Forwarded_For=f"9.9.9.{n}") for n in range(12)]
            assert [answer.status_code for answer in answers] == [201] * 10 + [429] * 2
            assert (await visitors.send(Fly_Client_IP="8.8.4.4")).status_code == 201


@pytest.mark.threat(41)
class TestRotation:
    async def test_a_64_is_one_client(self, fresh_urls: Urls) -> None:
        async with visiting(fresh_urls, OUR_PROXY) as visitors:
            # The ten that are let in shall wait for no connection to be made.
            others = (visitors.send(X_Forwarded_For=f"198.51.100.{n}") for n in range(1, 11))
            assert {answer.status_code for answer in await asyncio.gather(*others)} == {201}
            # Every 256th of the 2^16; that the others have the same bucket is arithmetic (limit_keys).
            answers = await asyncio.gather(
                *(visitors.send(X_Forwarded_For=f"2001:db8:1:2::{n * 256:x}") for n in range(1, 256))
            )
            assert sorted(answer.status_code for answer in answers) == [201] * 10 + [429] * 245
            assert await visitors.statuses("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:3::1") == [429, 201]

    async def test_a_48_has_ten_times_as_much(self, fresh_urls: Urls) -> None:
        async with visiting(fresh_urls, OUR_PROXY) as visitors:
            answers = await asyncio.gather(*(visitors.send(X_Forwarded_For=f"2001:db8:9:{n:x}::1") for n in range(160)))
            assert sorted(answer.status_code for answer in answers) == [201] * 100 + [429] * 60
            refused = await visitors.send(X_Forwarded_For="2001:db8:9:ffff::1")
            assert problem(refused, 429)["code"] == "too_many_requests"
            assert 1 <= int(refused.headers["retry-after"]) <= 60
            assert refused.headers["ratelimit-policy"] == '"public";q=100;w=60'
            assert await visitors.statuses("2001:db8:a::1", "8.8.8.8") == [201, 201]

    @pytest.mark.parametrize("form", ["::ffff:8.8.8.8", "::ffff:808:808", "2002:808:808:{n:x}::1", "64:ff9b::808:808"])
    async def test_an_ipv4_address_is_one_in_every_dress(self, fresh_urls: Urls, form: str) -> None:
        async with visiting(fresh_urls, OUR_PROXY) as visitors:
            assert await visitors.statuses(*(form.format(n=n) for n in range(10))) == [201] * 10
            assert await visitors.statuses("8.8.8.8", form.format(n=10), "8.8.4.4") == [429, 429, 201]

    async def test_the_inbox_counts_a_user_in_each_48_too(self, fresh_urls: Urls) -> None:
        async with (
            running_site(fresh_urls, admin_rate_limit=RateLimit(2, 60), trusted_proxies=OUR_PROXY) as site,
            httpx.AsyncClient(base_url=site.url, timeout=PATIENCE) as client,
        ):

            async def login(address: str) -> int:
                answer = await client.post("/admin/login", json={}, headers={"X-Forwarded-For": address})
                return answer.status_code

            assert [await login("2001:db8:1:2::1") for _ in range(3)] == [422, 422, 429]
            assert [await login(f"2001:db8:1:{n:x}::1") for n in range(16, 40)] == [422] * 18 + [429] * 6
            assert await login("2001:db8:2::1") == 422


@pytest.mark.threat(42)
def test_ten_over_all_workers() -> None:
    """The real command with three workers, and a connection for each request."""
    with private_folder() as folder, running(folder / "var", WORKERS="3", PUBLIC_RATE_LIMIT="10/minute") as up:

        async def flood() -> list[int]:
            async def send() -> int:
                async with httpx.AsyncClient(timeout=PATIENCE) as client:
                    return (await client.post(f"{up.address}/api/submit-contact", json=FORM)).status_code

            return await asyncio.gather(*(send() for _ in range(60)))

        assert sorted(asyncio.run(flood())) == [201] * 10 + [429] * 50
        eleventh = problem(up.send(), 429)
        assert eleventh["code"] == "too_many_requests"
        assert 1 <= int(up.send().headers["retry-after"]) <= 60
        up.stop()


# In a process of its own, so that nothing else's memory is measured. Half of them public, half users; half of IPv6.
A_MILLION = """
import re
from pathlib import Path
from service.app import SharedMemory
from service.settings import Settings

def resident():
    # Of smaps_rollup, which has shared pages as well.
    return int(re.search(r"^Rss:\\s+(\\d+) kB", Path("/proc/self/smaps_rollup").read_text(), re.MULTILINE)[1]) * 1024

shared = SharedMemory.create(Settings())
public, admin = shared.public, shared.admin
before = resident()
early = [("192.0.2.1", ""), ("2001:db8::/64", "2001:db8::/48")]
for client, network in early:
    assert sum(public.hit(client, network).allowed for _ in range(20)) == 10
    assert sum(admin.hit("jane " + client, network and "jane " + network).allowed for _ in range(120)) == 100
allowed = 0
for n in range(500_000):
    if n % 2:
        keys = f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", ""
    else:
        keys = f"2001:{n >> 12:x}:{n & 4095:x}:{n % 7:x}::/64", f"2001:{n >> 12:x}:{n & 4095:x}::/48"
    allowed += public.hit(*keys).allowed
    allowed += admin.hit(f"user {n} {keys[0]}", keys[1] and f"user {n} {keys[1]}").allowed
grown = resident() - before
# Nobody was forgotten, and nobody new may more than others; the tables' own sizes are what is allowed.
for client, network in early:
    assert not any(public.hit(client, network).allowed for _ in range(20))
    assert not any(admin.hit("jane " + client, network and "jane " + network).allowed for _ in range(20))
assert 130_000 < allowed <= 131_072 + 8_192, allowed
assert sum(public.hit("198.51.100.1").allowed for _ in range(50)) <= 10
print(grown)
"""


@pytest.mark.threat(43)
def test_a_million_clients_stay_under_50_mb() -> None:
    done = subprocess.run([sys.executable, "-c", A_MILLION], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert 20_000_000 < int(done.stdout) < 50_000_000
