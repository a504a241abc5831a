"""Rows 9 to 12: guessing passwords, and finding out who there is. And what users, second factors and API keys promise."""

import asyncio
import ipaddress
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import bcrypt
import httpx
import psycopg
import pyotp
import pytest
from security.people_support import (
    HASH,
    PASSWORD,
    Owner,
    add_user,
    ask,
    bearer,
    becomes,
    login,
    machines,
    token_of,
)

from conftest import SECRET_KEY, Site, Urls, running_site
from service.addresses import limit_keys
from service.auth import credentials
from service.auth.passwords import BCRYPT_COST, hash_password
from service.auth.second_factor import STEP_SECONDS
from service.settings import RateLimit, TrustedProxies
from tests_support import problem

FREE_TRIES = 5
ANOTHER_KEY = "another-key-of-more-than-thirty-two-bytes"


@pytest.fixture(scope="module")
async def site(urls: Urls) -> AsyncIterator[Site]:
    """A service behind a proxy of ours, so that a test can come from anywhere."""
    proxies = TrustedProxies((ipaddress.ip_network("127.0.0.0/8"),))
    async with running_site(urls, answer_cache_bytes=0, trusted_proxies=proxies) as running:
        yield running


@pytest.fixture
def clock(owner: Owner) -> Iterator["Clock"]:
    """The time of this file's database, which a test can set on."""
    before = owner.execute("SELECT pg_get_functiondef('app.now()'::regprocedure)").fetchone()
    assert before is not None
    yield Clock(owner)
    owner.execute(before[0])


class Clock:
    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._seconds = 0.0

    def stop(self) -> None:
        """However long what follows takes, no time passes."""
        now = self._owner.execute("SELECT now()::text").fetchone()
        assert now is not None
        self._owner.execute(
            f"CREATE OR REPLACE FUNCTION app.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE RETURN '{now[0]}'::timestamptz"
        )

    def forward(self, seconds: float) -> None:
        self._seconds += seconds
        self._owner.execute(
            "CREATE OR REPLACE FUNCTION app.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE"
            f" RETURN now() + make_interval(secs => {self._seconds})"
        )


def coming_from(site: Site, address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=site.url, timeout=15, headers={"X-Forwarded-For": address})


def failures(owner: Owner, account: str, client: str) -> int:
    row = owner.execute("SELECT failures FROM app.login_tries WHERE account = %s AND client = %s", (account, client)).fetchone()
    return 0 if row is None else int(row[0])


async def code_of(secret: str, shift: int = 0) -> str:
    """The code of a step, with time left in it for a request or two."""
    left = STEP_SECONDS - time.time() % STEP_SECONDS
    if left < 3:
        await asyncio.sleep(left + 0.1)
    return pyotp.TOTP(secret).at(time.time() + shift * STEP_SECONDS)


class TestGuessing:
    @pytest.mark.threat(9)
    async def test_09_of_two_hundred_at_once_only_five_are_looked_at(self, urls: Urls, owner: Owner, clock: Clock) -> None:
        """Over two workers and a second machine; none of the refused counts."""
        clock.stop()
        async with machines(urls) as fleet:
            name = add_user(owner, "admin")
            limits = httpx.Limits(max_connections=60)
            async with httpx.AsyncClient(timeout=60, limits=limits) as client:
                guesses = (
                    client.post(f"{fleet[n % 3].url}/admin/login", json={"username": name, "password": f"guess {n}"})
                    for n in range(200)
                )
                codes = [answer.status_code for answer in await asyncio.gather(*guesses)]
            assert codes.count(401) == FREE_TRIES
            assert set(codes) <= {401, 429, 503}
            assert failures(owner, name, "127.0.0.1") == FREE_TRIES

    @pytest.mark.threat(9)
    async def test_09_each_further_one_waits_twice_as_long(self, site: Site, owner: Owner, clock: Clock) -> None:
        name = add_user(owner)
        async with coming_from(site, "198.51.100.7") as client:
            for _ in range(FREE_TRIES):
                problem(await login(client, name, "wrong"), 401)
            for delay in (5, 10, 20, 40, 80, 160, 320, 640, 900, 900):
                refused = await login(client, name, PASSWORD)
                assert problem(refused, 429)["code"] == "login_delayed"
                assert delay - 4 <= int(refused.headers["retry-after"]) <= delay, "the right password too"
                clock.forward(delay + 1)
                problem(await login(client, name, "wrong"), 401)
            clock.forward(901)
            assert (await login(client, name)).status_code == 200
            problem(await login(client, name, "wrong"), 401)

    @pytest.mark.threat(9)
    async def test_09_nobody_else_pays_for_it(self, site: Site, owner: Owner) -> None:
        name, other = add_user(owner), add_user(owner)
        async with coming_from(site, "198.51.100.8") as here, coming_from(site, "198.51.100.9") as there:
            for _ in range(FREE_TRIES):
                await login(here, name, "wrong")
            problem(await login(here, name), 429)
            assert (await login(here, other)).status_code == 200
            assert (await login(there, name)).status_code == 200

    @pytest.mark.threat(9)
    async def test_09_a_name_there_is_not_is_delayed_as_well(self, site: Site) -> None:
        name = f"nobody-{uuid.uuid4().hex}"
        async with coming_from(site, "198.51.100.10") as client:
            codes = [(await login(client, name, "wrong")).status_code for _ in range(FREE_TRIES + 2)]
        assert codes == [401] * FREE_TRIES + [429] * 2

    @pytest.mark.threat(9)
    @pytest.mark.threat(41)
    async def test_09_a_subscribers_addresses_are_one_client(self, site: Site, owner: Owner) -> None:
        name, codes = add_user(owner), []
        for n in range(FREE_TRIES + 2):
            async with coming_from(site, f"2001:db8:1:2::{n:x}") as client:
                codes.append((await login(client, name, "wrong")).status_code)
        assert codes == [401] * FREE_TRIES + [429] * 2
        assert failures(owner, name, limit_keys("2001:db8:1:2::1")[0]) == FREE_TRIES

    @pytest.mark.threat(9)
    async def test_09_strangers_cannot_lock_the_owner_out(self, site: Site, owner: Owner) -> None:
        name = add_user(owner)
        async with coming_from(site, "203.0.113.1") as home:
            assert (await login(home, name)).status_code == 200
            statuses = []
            for n in range(24):
                async with coming_from(site, f"198.51.101.{n}") as stranger:
                    statuses.append((await login(stranger, name, "wrong")).status_code)
            assert statuses == [401] * 20 + [429] * 4, "one after another they are delayed together"
            assert (await login(home, name)).status_code == 200
            async with coming_from(site, "198.51.102.1") as new:
                problem(await login(new, name), 429)

    @pytest.mark.threat(9)
    async def test_09_a_restart_forgets_no_try(self, urls: Urls, owner: Owner) -> None:
        name = add_user(owner)
        for tries, status in ((FREE_TRIES, 401), (1, 429)):
            async with running_site(urls) as started, httpx.AsyncClient(base_url=started.url, timeout=15) as client:
                for _ in range(tries):
                    assert (await login(client, name, "wrong")).status_code == status


class TestEnumeration:
    @pytest.mark.threat(10)
    async def test_10_every_failure_is_the_same_answer_after_the_same_work(
        self, site: Site, owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """bcrypt is what takes time: it is asked once, for a hash of the usual cost. `scripts/fuzz login` takes the time."""
        usual = hash_password(PASSWORD)
        known, disabled = add_user(owner, password_hash=usual), add_user(owner, password_hash=usual)
        owner.execute("UPDATE app.users SET disabled_at = now() WHERE username = %s", (disabled,))
        costs: list[int] = []
        check = bcrypt.checkpw

        def checkpw(password: bytes, hashed: bytes) -> bool:
            costs.append(int(hashed.split(b"$")[2]))
            return check(password, hashed)

        monkeypatch.setattr(bcrypt, "checkpw", checkpw)
        answers = []
        tries = [(known, "wrong"), (known, ""), (known, "x" * 73), (f"nobody{uuid.uuid4().hex}", PASSWORD), ("", PASSWORD),
                 (disabled, PASSWORD), ("no name at all \N{SNOWMAN}", PASSWORD), ("x" * 5000, PASSWORD), (known, PASSWORD + "x" * 60)]  # fmt: skip
        async with coming_from(site, "198.51.103.1") as client:
            for username, password in tries:
                answer = await login(client, username, password)
                body = problem(answer, 401)
                del body["request_id"]
                varying = ("x-request-id", "ratelimit")
                answers.append((body, {name: value for name, value in answer.headers.items() if name not in varying}))
        assert all(answer == answers[0] for answer in answers)
        assert costs == [BCRYPT_COST] * len(tries)

    @pytest.mark.threat(11)
    async def test_11_what_bcrypt_would_cut_is_never_set(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        """Nor what is too short, or not text."""
        name = add_user(owner)
        mine = await token_of(client, name)
        admin = site.bearer(add_user(owner, "admin"))
        for password in ("x" * 73, "\N{SNOWMAN}" * 25, "1234567", ""):
            bodies = [
                ("POST", "/admin/users", admin, {"username": "new-one", "role": "viewer", "password": password}),
                ("PATCH", f"/admin/users/{name}", admin, {"password": password}),
                ("PUT", "/admin/me/password", mine, {"current_password": PASSWORD, "new_password": password}),
            ]
            for method, path, headers, body in bodies:
                if method == "POST" and not password:
                    continue  # then one is made up
                refusal = problem(await client.request(method, path, headers=headers, json=body), 422)
                assert refusal["errors"][0]["field"] in ("password", "new_password")
        assert owner.execute("SELECT password_hash FROM app.users WHERE username = %s", (name,)).fetchone() == (HASH,)
        assert (await login(client, name)).status_code == 200

    @pytest.mark.threat(12)
    async def test_12_a_flood_of_logins_leaves_the_rest_served(self, urls: Urls, owner: Owner) -> None:
        async with running_site(urls) as flooded:
            limits = httpx.Limits(max_connections=80)
            async with httpx.AsyncClient(base_url=flooded.url, timeout=60, limits=limits) as client:
                names = [f"flood-{uuid.uuid4().hex}" for _ in range(60)]
                flood = [asyncio.create_task(login(client, name, "wrong")) for name in names]
                served = []
                while not all(one.done() for one in flood):
                    began = time.monotonic()
                    assert (await client.get("/healthz")).status_code == 200
                    assert (await client.get("/admin/leads", headers=flooded.bearer())).status_code == 200
                    served.append(time.monotonic() - began)
                answers = [one.result() for one in flood]
            assert {answer.status_code for answer in answers} == {401, 503}
            assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 503)
            assert max(served) < 3
            # Who was turned away at the door has not failed.
            for name, answer in zip(names, answers, strict=True):
                assert failures(owner, name, "127.0.0.1") == (answer.status_code == 401)


class TestSecondFactor:
    async def turned_on(self, client: httpx.AsyncClient, name: str) -> tuple[str, list[str], dict[str, str]]:
        """Its secret, the recovery codes, and a token of the user."""
        headers = await token_of(client, name)
        begun = await client.post("/admin/me/second-factor", headers=headers, json={"password": PASSWORD})
        assert begun.status_code == 201, begun.text
        secret = begun.json()["secret"]
        assert begun.json()["address"].startswith(f"otpauth://totp/Leads:{name}?secret={secret}")
        confirmed = await client.post(
            "/admin/me/second-factor/confirm", headers=headers, json={"code": await code_of(secret, -1)}
        )
        assert confirmed.status_code == 200, confirmed.text
        return secret, confirmed.json()["recovery_codes"], headers

    async def test_it_is_asked_for_and_holds_once(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        name = add_user(owner)
        secret, _, headers = await self.turned_on(client, name)
        assert (await client.get("/admin/me", headers=headers)).json()["second_factor"] is True
        assert problem(await login(client, name), 401)["code"] == "code_missing"
        assert problem(await login(client, name, "wrong", code=await code_of(secret)), 401)["code"] == "login_failed"
        assert problem(await login(client, name, code="000000"), 401)["code"] == "code_not_valid"
        code = await code_of(secret)
        together = await asyncio.gather(*(login(client, name, code=code) for _ in range(2)))
        assert sorted(answer.status_code for answer in together) == [200, 401]
        assert problem(await login(client, name, code=code), 401)["code"] == "code_not_valid"
        assert problem(await login(client, name, code=await code_of(secret, -1)), 401)["code"] == "code_not_valid"
        assert (await login(client, name, code=await code_of(secret, 1))).status_code == 200

    async def test_guessing_codes_is_delayed(self, site: Site, client: httpx.AsyncClient, owner: Owner) -> None:
        name = add_user(owner)
        await self.turned_on(client, name)
        async with coming_from(site, "198.51.104.1") as thief:
            codes = [(await login(thief, name, code=f"{n:06}")).status_code for n in range(FREE_TRIES + 1)]
        assert codes == [401] * FREE_TRIES + [429]

    async def test_a_recovery_code_holds_once(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        name = add_user(owner)
        _, codes, headers = await self.turned_on(client, name)
        assert len(set(codes)) == 10
        typed = f" {codes[0].upper().replace('-', ' ')} "
        together = await asyncio.gather(*(login(client, name, code=typed) for _ in range(3)))
        assert sorted(answer.status_code for answer in together) == [200, 401, 401]
        assert (await client.get("/admin/me", headers=headers)).json()["recovery_codes"] == 9
        assert problem(await login(client, name, code="-".join(["00000"] * 4)), 401)["code"] == "code_not_valid"

    async def test_whoever_has_only_the_token_can_not_change_it(
        self, client: httpx.AsyncClient, site: Site, owner: Owner
    ) -> None:
        name = add_user(owner)
        headers = await token_of(client, name)
        for method in ("POST", "DELETE"):
            answer = await client.request(method, "/admin/me/second-factor", headers=headers, json={"password": "wrong one"})
            assert problem(answer, 422)["errors"][0]["code"] == "password_wrong"
        assert problem(await client.post("/admin/me/second-factor/confirm", headers=headers, json={"code": "000000"}), 409)
        await client.post("/admin/me/second-factor", headers=headers, json={"password": PASSWORD})
        problem(await client.post("/admin/me/second-factor/confirm", headers=headers, json={"code": "000000"}), 422)
        assert (await login(client, name)).status_code == 200, "it is not on before its first code"

    async def test_off_again_by_its_user_or_an_admin(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        first, second = add_user(owner), add_user(owner)
        admin = site.bearer(add_user(owner, "admin"))
        _, _, headers = await self.turned_on(client, first)
        problem(await client.post("/admin/me/second-factor", headers=headers, json={"password": PASSWORD}), 409)
        answer = await client.request("DELETE", "/admin/me/second-factor", headers=headers, json={"password": PASSWORD})
        assert answer.status_code == 204
        await self.turned_on(client, second)
        assert (await client.delete(f"/admin/users/{second}/second-factor", headers=admin)).status_code == 204
        problem(await client.delete(f"/admin/users/{second}/second-factor", headers=admin), 404)
        for name in (first, second):
            assert (await login(client, name)).status_code == 200

    async def test_the_secret_is_nowhere_in_clear(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        name = add_user(owner)
        secret, codes, _ = await self.turned_on(client, name)
        for table in ("second_factors", "recovery_codes", "audit_log", "users", "sessions"):
            for hidden in (secret, secret.encode().hex(), *codes, codes[0].replace("-", "")):
                found = owner.execute(
                    f"SELECT count(*) FROM app.{table} AS t WHERE t::text ILIKE %s", (f"%{hidden}%",)
                ).fetchone()
                assert found == (0,), table

    async def test_another_key_opens_it_still_and_seals_it_anew(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            name = add_user(owner)
            async with running_site(fresh_urls) as site, httpx.AsyncClient(base_url=site.url, timeout=15) as client:
                secret, codes, _ = await self.turned_on(client, name)
            async with (
                running_site(fresh_urls, jwt_secret_key=ANOTHER_KEY, jwt_previous_keys=(SECRET_KEY,)) as site,
                httpx.AsyncClient(base_url=site.url, timeout=15) as client,
            ):
                assert (await login(client, name, code=await code_of(secret))).status_code == 200
            async with running_site(fresh_urls, jwt_secret_key=ANOTHER_KEY) as site, httpx.AsyncClient(base_url=site.url, timeout=15) as client:  # fmt: skip
                assert (await login(client, name, code=await code_of(secret, 1))).status_code == 200, "by the new key alone"
            lost = "a-third-key-of-more-than-thirty-two-bytes"
            async with (
                running_site(fresh_urls, jwt_secret_key=lost) as site,
                httpx.AsyncClient(base_url=site.url, timeout=15) as client,
            ):
                problem(await login(client, name, code=await code_of(secret, 1)), 401)
                assert (await login(client, name, code=codes[0])).status_code == 200


class TestUsers:
    async def test_the_last_admin_stays(self, fresh_urls: Urls) -> None:
        async with running_site(fresh_urls) as site, httpx.AsyncClient(base_url=site.url, timeout=15) as client:
            with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
                for _ in range(5):
                    pair = [add_user(owner, "admin"), add_user(owner, "admin")]
                    owner.execute("UPDATE app.users SET disabled_at = now() WHERE username <> ALL (%s)", (pair,))
                    headers = [site.bearer(name) for name in pair]
                    answers = await asyncio.gather(
                        client.patch(f"/admin/users/{pair[1]}", headers=headers[0], json={"role": "viewer"}),
                        client.patch(f"/admin/users/{pair[0]}", headers=headers[1], json={"disabled": True}),
                    )
                    assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 401], [200, 503])
                    left = owner.execute(
                        "SELECT count(*) FROM app.users WHERE role = 'admin' AND disabled_at IS NULL"
                    ).fetchone()
                    assert left == (1,)

    @pytest.mark.parametrize("change", [{"role": "viewer"}, {"disabled": True}, {"password": "another horse"}])
    async def test_not_ones_own_rights(
        self, client: httpx.AsyncClient, site: Site, owner: Owner, change: dict[str, Any]
    ) -> None:
        name = add_user(owner, "admin")
        refusal = problem(await client.patch(f"/admin/users/{name}", headers=site.bearer(name), json=change), 409)
        assert refusal["code"] == "own_account"

    @pytest.mark.threat(14)
    @pytest.mark.parametrize(
        ("method", "path", "body", "field"),
        [
            ("POST", "/admin/users", {"username": "x", "role": "viewer", "id": 1}, "id"),
            ("POST", "/admin/users", {"username": "x", "role": "queen"}, "role"),
            ("POST", "/admin/users", {"username": "not a name", "role": "viewer"}, "username"),
            ("POST", "/admin/users", {"role": "viewer"}, "username"),
            ("PATCH", "/admin/users/{name}", {"created_at": "2020-01-01"}, "created_at"),
            ("PATCH", "/admin/users/{name}", {"password_hash": HASH}, "password_hash"),
            ("PATCH", "/admin/users/{name}", {"role": "owner"}, "role"),
            ("PATCH", "/admin/users/{name}", {"disabled": "yes"}, "disabled"),
            ("POST", "/admin/keys", {"name": "x", "scope": "admin"}, "scope"),
            ("POST", "/admin/keys", {"name": "x", "scope": "read", "key_hash": "00"}, "key_hash"),
            ("POST", "/admin/keys", {"name": "x", "scope": "read", "expires_in_days": 0}, "expires_in_days"),
            ("POST", "/admin/keys", {"name": "x", "scope": "read", "expires_in_days": True}, "expires_in_days"),
            ("POST", "/admin/keys", {"name": "<b>", "scope": "read"}, "name"),
            (
                "PUT",
                "/admin/me/password",
                {"current_password": PASSWORD, "new_password": "another horse", "role": "admin"},
                "role",
            ),
        ],
    )
    async def test_14_what_is_not_to_be_said(
        self, client: httpx.AsyncClient, site: Site, owner: Owner, method: str, path: str, body: dict[str, Any], field: str
    ) -> None:
        name, admin = add_user(owner), site.bearer(add_user(owner, "admin"))
        before = owner.execute("SELECT u::text FROM app.users AS u ORDER BY id").fetchall()
        answer = await client.request(method, path.format(name=name), headers=admin, json=body)
        assert field in [
            error["field"] for error in problem(answer, 422, *(["allowed"] if "allowed" in answer.json() else []))["errors"]
        ]
        assert owner.execute("SELECT u::text FROM app.users AS u ORDER BY id").fetchall() == before

    async def test_a_name_is_one_in_any_case(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        name, admin = add_user(owner), site.bearer(add_user(owner, "admin"))
        body = {"username": name.upper(), "role": "viewer"}
        assert problem(await client.post("/admin/users", headers=admin, json=body), 409)["code"] == "username_taken"

    async def test_what_the_audit_says(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        boss = add_user(owner, "admin", f"boss{uuid.uuid4().hex[:8]}")
        admin = site.bearer(boss)
        made = await client.post("/admin/users", headers=admin, json={"username": "a.b@example", "role": "viewer"})
        assert made.status_code == 201
        assert (await login(client, "a.b@example", made.json()["password"])).status_code == 200
        for change in ({"role": "editor"}, {"password": "another horse"}, {"disabled": True}, {"disabled": False}):
            assert (await client.patch("/admin/users/a.b%40example", headers=admin, json=change)).status_code == 200
        key = (await client.post("/admin/keys", headers=admin, json={"name": "a program", "scope": "write"})).json()
        added = await client.post(
            "/admin/leads", headers=bearer(key["key"]), json={"name": "Jane", "email": "jane@example.com"}
        )
        assert added.status_code == 201
        await client.delete(f"/admin/keys/{key['id']}", headers=admin)
        entries = (await client.get(f"/admin/audit?actor={boss}", headers=admin)).json()["data"]
        assert [entry["summary"] for entry in entries][::-1] == [
            f"{boss} added the user a.b@example (viewer).",
            f"{boss} gave the user a.b@example the role editor instead of viewer.",
            f"{boss} changed the password of the user a.b@example.",
            f"{boss} disabled the user a.b@example.",
            f"{boss} let in again the user a.b@example.",
            f"{boss} added the API key a program (write).",
            f"{boss} revoked the API key a program.",
        ]
        (entry,) = (await client.get("/admin/audit?actor=key:a program", headers=admin)).json()["data"]
        assert (entry["lead_id"], entry["actor_role"]) == (added.json()["id"], "editor")
        everything = (await client.get("/admin/audit?limit=200", headers=admin)).text
        assert "$2b$" not in everything
        assert key["key"] not in everything
        assert "hash" not in everything


class TestKeys:
    async def made(self, client: httpx.AsyncClient, site: Site, owner: Owner, scope: str = "read") -> dict[str, Any]:
        admin = site.bearer(add_user(owner, "admin"))
        body = {"name": f"key {uuid.uuid4().hex}", "scope": scope}
        answer = await client.post("/admin/keys", headers=admin, json=body)
        assert answer.status_code == 201, answer.text
        key: dict[str, Any] = answer.json() | {"admin": admin}
        return key

    async def test_it_is_shown_once_and_kept_as_a_hash(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        key = await self.made(client, site, owner)
        listed = await client.get("/admin/keys", headers=key["admin"])
        assert key["key"] not in listed.text
        (mine,) = (one for one in listed.json()["data"] if one["id"] == key["id"])
        assert (mine["state"], mine["last_used_at"], mine["hint"]) == ("active", None, key["key"][:12])
        for table in ("api_keys", "audit_log"):
            found = owner.execute(
                f"SELECT count(*) FROM app.{table} AS t WHERE t::text LIKE %s", (f"%{key['key'][12:]}%",)
            ).fetchone()
            assert found == (0,)

    async def test_everywhere_from_its_making_to_its_end(self, urls: Urls, owner: Owner) -> None:
        async with machines(urls) as fleet:
            first, second, elsewhere = fleet
            async with httpx.AsyncClient(base_url=first.url, timeout=15) as client:
                key = await self.made(client, first, owner)
                assert (await ask(second, bearer(key["key"]))).status_code == 200, "at once on this machine"
                await becomes(200, lambda: ask(elsewhere, bearer(key["key"])))
                assert (await client.delete(f"/admin/keys/{key['id']}", headers=key["admin"])).status_code == 204
            assert (await ask(second, bearer(key["key"]))).status_code == 401
            await becomes(401, lambda: ask(elsewhere, bearer(key["key"])))

    @pytest.mark.parametrize("end", ["expires_at = now()", "revoked_at = now()", "key_hash = sha256('another')"])
    async def test_whatever_ends_it_in_sql(self, client: httpx.AsyncClient, site: Site, owner: Owner, end: str) -> None:
        key = await self.made(client, site, owner)
        assert (await ask(site, bearer(key["key"]))).status_code == 200
        owner.execute(f"UPDATE app.api_keys SET {end} WHERE id = %s", (key["id"],))
        await becomes(401, lambda: ask(site, bearer(key["key"])))

    async def test_a_name_is_free_again_once_it_is_revoked(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        key = await self.made(client, site, owner)
        again = {"name": key["name"].upper(), "scope": "read"}
        assert problem(await client.post("/admin/keys", headers=key["admin"], json=again), 409)["code"] == "key_name_taken"
        await client.delete(f"/admin/keys/{key['id']}", headers=key["admin"])
        assert (await client.post("/admin/keys", headers=key["admin"], json=again)).status_code == 201
        problem(await client.delete(f"/admin/keys/{uuid.uuid4()}", headers=key["admin"]), 404)

    @pytest.mark.parametrize("shown", ["leads_", "leads_x", "leads_" + "A" * 43, "leads_" + "\xe9" * 43, "A" * 43, "x"])
    async def test_what_is_no_key(self, client: httpx.AsyncClient, site: Site, owner: Owner, shown: str) -> None:
        headers = {"Authorization": f"Bearer {shown}".encode()}
        problem(await client.get("/admin/leads", headers=headers), 401)

    async def test_on_the_forms_it_counts_by_its_name(self, urls: Urls, owner: Owner) -> None:
        contact = {"name": "Jane", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}
        limits = {"public_rate_limit": RateLimit(1, 60), "admin_rate_limit": RateLimit(20, 60)}
        async with running_site(urls, **limits) as site, httpx.AsyncClient(base_url=site.url, timeout=15) as client:
            capture, read = [await self.made(client, site, owner, scope) for scope in ("capture", "read")]
            sent = [(await client.post("/api/submit-contact", json=contact)).status_code for _ in range(2)]
            assert sent == [201, 429]
            headers = bearer(capture["key"])
            sent = [(await client.post("/api/submit-contact", json=contact, headers=headers)).status_code for _ in range(22)]
            assert sent == [201] * 20 + [429] * 2
            problem(await client.post("/api/submit-contact", json=contact, headers=bearer(read["key"])), 403)
            problem(await client.post("/api/submit-contact", json=contact, headers=bearer("leads_" + "A" * 43)), 401)
            # What is no key of ours belongs to somebody else's proxy, and is no reason to lose a lead.
            for other in ({"Authorization": "Basic eDp5"}, site.bearer()):
                problem(await client.post("/api/submit-contact", json=contact, headers=other), 429)

    async def test_when_it_was_last_used(self, site: Site, urls: Urls, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(credentials, "USED_EVERY_SECONDS", 0.0)
        async with running_site(urls) as fresh, httpx.AsyncClient(base_url=fresh.url, timeout=15) as client:
            key = await self.made(client, fresh, owner)
            assert (await ask(fresh, bearer(key["key"]))).status_code == 200
            deadline = time.monotonic() + 5
            while owner.execute("SELECT last_used_at FROM app.api_keys WHERE id = %s", (key["id"],)).fetchone() == (None,):
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)


class TestPurging:
    async def test_what_has_had_its_time_goes_and_the_rest_stays(self, site: Site, owner: Owner) -> None:
        name = add_user(owner)
        for table, values, ages in (
            ("login_tries (account, client, failures, last_at)", "'{0}', 'c{1}', 1, now() - interval '{1} hours'", (1, 23, 25)),
            ("known_clients (user_id, client, last_at)", "(SELECT id FROM app.users WHERE username = '{0}'), 'c{1}', now() - interval '{1} days'", (1, 89, 91)),
            ("sessions (jti, user_id, expires_at, client)", "gen_random_uuid(), (SELECT id FROM app.users WHERE username = '{0}'), now() - interval '{1} minutes', 'c{1}'", (-1, 59, 61)),
        ):  # fmt: skip
            for age in ages:
                owner.execute(f"INSERT INTO app.{table} VALUES ({values.format(name, age)})")
            await site.app.ctx.database.row("leads_service", "purge_expired")
            left = owner.execute(
                f"SELECT client FROM app.{table.split()[0]} WHERE client = ANY (%s)", ([f"c{age}" for age in ages],)
            ).fetchall()
            assert sorted(left) == sorted((f"c{age}",) for age in ages[:2])
