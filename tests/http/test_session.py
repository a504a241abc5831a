"""Logging in and out: what a token is, who gets one, and when it ends."""

import asyncio
import base64
import hmac
import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import psycopg
import pytest

from conftest import SECRET_KEY, Site, Urls, running_site
from service.app import SharedMemory
from service.auth.passwords import hash_password
from service.auth.tokens import key_id
from tests_support import problem

# The cheapest that bcrypt takes: these tests are not about its cost.
HASH = hash_password("correct horse", cost=4)


@pytest.fixture(scope="module", autouse=True)
def people(urls: Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        for name, role in (("admin", "admin"), ("Vera", "viewer"), ("gone", "editor")):
            connection.execute("INSERT INTO app.users (username, password_hash, role) VALUES (%s, %s, %s)", (name, HASH, role))
        connection.execute("UPDATE app.users SET disabled_at = now() WHERE username = 'gone'")


async def login(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await client.post("/admin/login", json=body)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class TestLogin:
    async def test_a_password_alone_is_the_admins(self, client: httpx.AsyncClient) -> None:
        answer = await login(client, password="correct horse")
        assert answer.status_code == 200
        body = answer.json()
        assert set(body) == {"access_token", "token_type", "expires_in"}
        assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)
        assert answer.headers["cache-control"] == "no-store"
        claims = jwt.decode(body["access_token"], SECRET_KEY, algorithms=["HS256"])
        assert set(claims) == {"sub", "role", "iat", "exp", "jti"}
        assert (claims["sub"], claims["role"], claims["exp"] - claims["iat"]) == ("admin", "admin", 3600)
        assert jwt.get_unverified_header(body["access_token"]) == {"alg": "HS256", "typ": "JWT", "kid": key_id(SECRET_KEY)}

    async def test_a_name_is_the_same_in_any_case(self, client: httpx.AsyncClient) -> None:
        answer = await login(client, username="vERA", password="correct horse")
        claims = jwt.decode(answer.json()["access_token"], SECRET_KEY, algorithms=["HS256"])
        assert (claims["sub"], claims["role"]) == ("Vera", "viewer")

    @pytest.mark.parametrize(
        ("username", "password"),
        [
            ("admin", "wrong"),
            ("admin", ""),
            ("nobody", "correct horse"),
            ("", "correct horse"),
            ("gone", "correct horse"),
            ("admin", "x" * 73),
            ("admin", "correct horse" + "x" * 60),
            ("admin' --", "x"),
            ("admin", "é" * 40),
        ],
    )
    async def test_anything_else_is_the_same_401(self, client: httpx.AsyncClient, username: str, password: str) -> None:
        body = problem(await login(client, username=username, password=password), 401)
        assert (body["code"], body["detail"]) == ("login_failed", "Username or password is wrong.")

    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({}, ["password"]),
            ({"username": "admin"}, ["password"]),
            ({"password": 1}, ["password"]),
            ({"password": None}, ["password"]),
            ({"username": 1, "password": "x"}, ["username"]),
            ({"username": [], "password": {}}, ["username", "password"]),
        ],
    )
    async def test_a_missing_key_is_named(self, client: httpx.AsyncClient, body: dict[str, Any], fields: list[str]) -> None:
        refusal = problem(await client.post("/admin/login", json=body), 422)
        assert [error["field"] for error in refusal["errors"]] == fields

    @pytest.mark.parametrize(
        ("content", "content_type", "status"),
        [
            (b"", "application/json", 400),
            (b"[]", "application/json", 400),
            (b"password=x", "text/plain", 415),
            (b"password=x", "application/x-www-form-urlencoded", 415),
            (b'{"password": "a\\u0000b"}', "application/json", 422),
        ],
    )
    async def test_a_body_that_cannot_be_read(
        self, client: httpx.AsyncClient, content: bytes, content_type: str, status: int
    ) -> None:
        problem(await client.post("/admin/login", content=content, headers={"Content-Type": content_type}), status)

    async def test_a_flood_is_turned_away_and_the_rest_served(self, site: Site) -> None:
        async with httpx.AsyncClient(base_url=site.url, timeout=30) as client:
            answers = await asyncio.gather(*(login(client, username=f"nobody{n}", password="x") for n in range(40)))
        codes = [answer.status_code for answer in answers]
        assert set(codes) == {401, 503}
        assert codes.count(401) >= 16
        assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)


class TestToken:
    async def test_me(self, client: httpx.AsyncClient, site: Site) -> None:
        answer = await client.get("/admin/me", headers=site.bearer("Vera", "viewer"))
        assert answer.status_code == 200
        assert set(answer.json()) == {"username", "role", "created_at", "updated_at", "second_factor", "recovery_codes"}
        assert (answer.json()["username"], answer.json()["role"]) == ("Vera", "viewer")
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["vary"] == "Authorization"

    async def test_me_of_a_user_who_is_gone(self, client: httpx.AsyncClient, site: Site) -> None:
        assert problem(await client.get("/admin/me", headers=site.bearer("gone", "editor")), 401)["code"] == "user_gone"

    async def test_validate(self, client: httpx.AsyncClient, site: Site) -> None:
        token = site.token()
        answer = await client.get("/admin/validate", headers=bearer(token))
        assert set(answer.json()) == {"valid", "expires_at"}
        assert answer.json()["valid"] is True
        claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
        assert answer.json()["expires_at"] == time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(claims["exp"]))

    @pytest.mark.parametrize("path", ["/admin/me", "/admin/validate", "/admin/leads", "/admin/leads/1", "/admin/leads/stats"])
    @pytest.mark.parametrize(
        "authorization", [None, "", "Bearer", "Basic YTpi", "Bearer x", "Bearer a.b.c", "Token {token}", "{token}"]
    )
    async def test_without_a_token_it_is_401(
        self, client: httpx.AsyncClient, site: Site, path: str, authorization: str | None
    ) -> None:
        headers = {} if authorization is None else {"Authorization": authorization.format(token=site.token())}
        answer = await client.get(path, headers=headers)
        problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")

    async def test_two_authorization_headers_are_none(self, client: httpx.AsyncClient, site: Site) -> None:
        one = ("Authorization", f"Bearer {site.token()}")
        problem(await client.get("/admin/me", headers=[one, one]), 401)

    async def test_the_scheme_is_read_in_any_case(self, client: httpx.AsyncClient, site: Site) -> None:
        assert (await client.get("/admin/me", headers={"Authorization": f"bearer {site.token()}"})).status_code == 200


def forged(claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None, key: str = SECRET_KEY) -> str:
    now = int(time.time())
    whole = {"sub": "admin", "role": "admin", "iat": now, "exp": now + 60, "jti": str(uuid.uuid4())} | (claims or {})
    whole = {name: value for name, value in whole.items() if value is not ...}
    headers = {"typ": "JWT", "kid": key_id(SECRET_KEY)} | (header or {})
    return jwt.encode(
        whole, key, algorithm="HS256", headers={name: value for name, value in headers.items() if value is not ...}
    )


def by_hand(header: dict[str, Any]) -> str:
    """Of a header that PyJWT would not write, well signed."""
    claims = jwt.decode(forged(), options={"verify_signature": False})
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT'} | header)}.{part(claims)}"
    return f"{signed}.{encoded(hmac.digest(SECRET_KEY.encode(), signed.encode(), 'sha256'))}"


def part(value: dict[str, Any]) -> str:
    return encoded(json.dumps(value).encode())


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def unsigned(algorithm: str) -> str:
    claims = jwt.decode(forged(), options={"verify_signature": False})
    return f"{part({'alg': algorithm, 'typ': 'JWT', 'kid': key_id(SECRET_KEY)})}.{part(claims)}."


@pytest.mark.threat(1)
@pytest.mark.threat(2)
@pytest.mark.threat(3)
class TestForgery:
    async def test_the_forger_can_make_a_good_one(self, client: httpx.AsyncClient) -> None:
        """Else the refusals below would prove nothing."""
        for token in (forged(), by_hand({"kid": key_id(SECRET_KEY)})):
            assert (await client.get("/admin/validate", headers=bearer(token))).status_code == 200

    @pytest.mark.parametrize(
        "token",
        [
            pytest.param(lambda: unsigned("none"), id="alg none"),
            pytest.param(lambda: unsigned("None"), id="alg None"),
            pytest.param(lambda: unsigned("HS256"), id="no signature"),
            pytest.param(lambda: forged(key="another-key-of-more-than-thirty-two-bytes"), id="another key"),
            pytest.param(lambda: forged(header={"kid": "../../dev/null"}), id="kid"),
            pytest.param(lambda: by_hand({"kid": 1}), id="kid as a number"),
            pytest.param(lambda: forged(header={"kid": ...}), id="no kid"),
            pytest.param(lambda: forged(header={"kid": key_id("another-key-of-more-than-thirty-two-bytes")}), id="another kid"),
            pytest.param(lambda: forged(header={"jku": "https://evil.example"}), id="jku"),
            pytest.param(lambda: forged(header={"jwk": {}}), id="jwk"),
            pytest.param(lambda: forged(header={"crit": ["exp"]}), id="crit"),
            pytest.param(lambda: forged(header={"typ": "reset+jwt"}), id="typ"),
            pytest.param(lambda: forged(header={"typ": None}), id="no typ"),
            *(
                pytest.param(lambda name=name: forged({name: ...}), id=f"no {name}")
                for name in ("sub", "role", "iat", "exp", "jti")
            ),
            pytest.param(lambda: forged({"exp": str(int(time.time()) + 60)}), id="exp as a string"),
            pytest.param(lambda: forged({"exp": int(time.time()) - 31}), id="expired"),
            pytest.param(lambda: forged({"iat": int(time.time()) + 3600}), id="from the future"),
            pytest.param(lambda: forged({"nbf": int(time.time()) + 3600}), id="not yet"),
            pytest.param(lambda: forged({"role": "superuser"}), id="unknown role"),
            pytest.param(lambda: forged({"role": ["admin"]}), id="role as a list"),
            pytest.param(lambda: forged({"jti": "1"}), id="jti no uuid"),
            pytest.param(lambda: jwt.encode({"sub": "admin"}, SECRET_KEY * 2, algorithm="HS512"), id="HS512"),
            pytest.param(lambda: "x" * 5000, id="long"),
            pytest.param(lambda: "é.é.é", id="not ascii"),
        ],
    )
    async def test_it_is_refused(self, client: httpx.AsyncClient, token: Any) -> None:
        headers = {"Authorization": f"Bearer {token()}".encode()}
        answer = await client.get("/admin/validate", headers=headers)
        problem(answer, 401)
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]

    @pytest.mark.threat(60)
    async def test_clocks_may_differ_by_half_a_minute(self, client: httpx.AsyncClient) -> None:
        token = forged({"exp": int(time.time()) - 25, "iat": int(time.time()) + 25})
        assert (await client.get("/admin/validate", headers=bearer(token))).status_code == 200


class TestLogout:
    @pytest.fixture
    async def two_workers(self, urls: Urls) -> AsyncIterator[tuple[Site, Site]]:
        """Two workers of a machine: they share memory, made before both."""
        async with running_site(urls, workers=2) as alone:
            shared = SharedMemory.create(alone.settings)
        async with (
            running_site(urls, workers=2, shared=shared, worker=0) as first,
            running_site(urls, workers=2, shared=shared, worker=1) as second,
        ):
            yield first, second

    async def test_it_ends_the_token(self, client: httpx.AsyncClient, site: Site) -> None:
        token, other = site.token(), site.token()
        answer = await client.post("/admin/logout", headers=bearer(token))
        assert (answer.status_code, answer.content) == (204, b"")
        assert problem(await client.get("/admin/me", headers=bearer(token)), 401)["code"] == "token_revoked"
        problem(await client.post("/admin/logout", headers=bearer(token)), 401)
        assert (await client.get("/admin/me", headers=bearer(other))).status_code == 200

    async def test_every_worker_knows_at_once(self, two_workers: tuple[Site, Site]) -> None:
        first, second = two_workers
        async with httpx.AsyncClient() as client:
            for here, there in ((first, second), (second, first)) * 5:
                token = here.token()
                assert (await client.get(f"{there.url}/admin/me", headers=bearer(token))).status_code == 200
                await client.post(f"{here.url}/admin/logout", headers=bearer(token))
                assert (await client.get(f"{there.url}/admin/me", headers=bearer(token))).status_code == 401

    async def test_another_machine_knows_soon(self, urls: Urls, site: Site) -> None:
        async with running_site(urls) as elsewhere, httpx.AsyncClient() as client:
            token = site.token()
            assert (await client.get(f"{elsewhere.url}/admin/me", headers=bearer(token))).status_code == 200
            await client.post(f"{site.url}/admin/logout", headers=bearer(token))
            deadline = time.monotonic() + 3  # half a second, and patience with a busy machine
            while (await client.get(f"{elsewhere.url}/admin/me", headers=bearer(token))).status_code == 200:
                assert time.monotonic() < deadline, "still valid"

    async def test_a_restart_forgets_nothing(self, urls: Urls, client: httpx.AsyncClient, site: Site) -> None:
        token = site.token()
        await client.post("/admin/logout", headers=bearer(token))
        async with running_site(urls) as restarted, httpx.AsyncClient() as another:
            assert (await another.get(f"{restarted.url}/admin/me", headers=bearer(token))).status_code == 401

    async def test_expired_revocations_are_purged(self, urls: Urls, site: Site) -> None:
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            owner.execute(
                "INSERT INTO app.revoked_tokens (jti, expires_at) VALUES (gen_random_uuid(), now() - interval '2 hours')"
            )
            kept = owner.execute("SELECT count(*) FROM app.revoked_tokens WHERE expires_at > now()").fetchone()
            row = await site.app.ctx.database.row("leads_service", "purge_expired")
            assert row[0] == 1
            assert owner.execute("SELECT count(*) FROM app.revoked_tokens").fetchone() == kept
