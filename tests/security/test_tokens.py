"""Rows 4 to 8: tokens that were never ours, or hold no more, on every worker and machine. (Rows 1 to 3: tests/http/test_session.py.)"""

import asyncio
import hashlib
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import jwt
import psycopg
import pytest
from realtime.support import Closed, Stream, add_lead
from security.black_hole import BlackHole
from security.people_support import (
    PASSWORD,
    SOON,
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
from service.auth.passwords import hash_password
from service.auth.tokens import Tokens
from service.guard import Access
from tests_support import problem

ANOTHER_KEY = "another-key-of-more-than-thirty-two-bytes"
THIRD_KEY = "a-third-key-of-more-than-thirty-two-bytes"
OPEN = (Access.OPEN, Access.PUBLIC, Access.LOGIN)

Fleet = tuple[Site, Site, Site]


@pytest.fixture(scope="module")
async def fleet(urls: Urls) -> AsyncIterator[Fleet]:
    """Two workers of a machine, and another machine."""
    async with machines(urls, legacy_login=True) as three:
        yield three


@pytest.mark.threat(4)
async def test_04_a_bad_signature_is_refused_on_every_route(client: httpx.AsyncClient, site: Site) -> None:
    header, payload, signature = site.token().split(".")
    forged = bearer(f"{header}.{payload}.{signature[:-4]}AAAA")
    tried = 0
    for route in site.app.router.routes:
        if route.ctx.access in OPEN:
            continue
        path = "/" + re.sub(r"<(\w+)[^>]*>", lambda found: str(uuid.uuid4()) if "uuid" in found[0] else "1", route.path)
        for method in set(route.methods) - {"OPTIONS"}:
            answer = await client.request(method, path, headers=forged)
            assert answer.status_code == 401, f"{method} {path}"
            tried += 1
    assert tried > 50


class TestKeyRing:
    @pytest.mark.threat(2)
    async def test_02_a_previous_key_holds_and_a_forgotten_one_does_not(self, urls: Urls) -> None:
        async with running_site(urls, jwt_secret_key=ANOTHER_KEY, jwt_previous_keys=(SECRET_KEY,)) as rotated:
            for key, status in ((ANOTHER_KEY, 200), (SECRET_KEY, 200), (THIRD_KEY, 401)):
                token = Tokens(key).issue("ann", "viewer")
                assert (await ask(rotated, bearer(token))).status_code == status
            made = rotated.token()
            assert (
                jwt.get_unverified_header(made)["kid"]
                == jwt.get_unverified_header(Tokens(ANOTHER_KEY).issue("a", "viewer"))["kid"]
            )

    @pytest.mark.threat(2)
    async def test_02_a_kid_of_one_key_and_a_signature_of_another(self, urls: Urls) -> None:
        async with running_site(urls, jwt_secret_key=ANOTHER_KEY, jwt_previous_keys=(SECRET_KEY,)) as rotated:
            claims = jwt.decode(Tokens(SECRET_KEY).issue("ann", "viewer"), SECRET_KEY, algorithms=["HS256"])
            kid = jwt.get_unverified_header(Tokens(ANOTHER_KEY).issue("ann", "viewer"))["kid"]
            crossed = jwt.encode(claims, SECRET_KEY, algorithm="HS256", headers={"typ": "JWT", "kid": kid})
            problem(await ask(rotated, bearer(crossed)), 401)

    def test_a_kid_tells_nothing_of_its_key(self) -> None:
        kid = jwt.get_unverified_header(Tokens(SECRET_KEY).issue("ann", "viewer"))["kid"]
        assert SECRET_KEY not in kid
        assert kid not in (
            hashlib.new(name, SECRET_KEY.encode()).hexdigest()[: len(kid)] for name in ("sha1", "sha256", "blake2b")
        )


async def told_until_closed(stream: Stream) -> str:
    """What still comes before it is closed, which must be soon."""
    told = ""
    with suppress(Closed):
        while True:
            told += repr(await stream.piece(SOON))
    return told


End = Callable[[Site, Owner, str, dict[str, str]], Awaitable[object]]


async def by_admin(site: Site, name: str, **changes: Any) -> None:
    answer = await ask(site, site.bearer("the-admin"), f"/admin/users/{name}", "PATCH", json=changes)
    assert answer.status_code == 200, answer.text


async def own_password(site: Site, owner: Owner, name: str, headers: dict[str, str]) -> None:
    body = {"current_password": PASSWORD, "new_password": "another horse"}
    answer = await ask(site, headers, "/admin/me/password", "PUT", json=body)
    assert answer.status_code == 200, answer.text
    new = bearer(answer.json()["access_token"])
    assert (await ask(site, new)).status_code == 200, "the new token holds"


async def in_sql(owner: Owner, statement: str, *arguments: object) -> None:
    await asyncio.to_thread(owner.execute, statement, arguments)


ENDS: dict[str, End] = {
    "logout": lambda site, owner, name, headers: ask(site, headers, "/admin/logout", "POST"),
    "disabled by an admin": lambda site, owner, name, headers: by_admin(site, name, disabled=True),
    "demoted by an admin": lambda site, owner, name, headers: by_admin(site, name, role="viewer"),
    "promoted by an admin": lambda site, owner, name, headers: by_admin(site, name, role="admin"),
    "another password by an admin": lambda site, owner, name, headers: by_admin(site, name, password="another horse"),
    "another password of one's own": own_password,
    "disabled in SQL": lambda site, owner, name, headers: in_sql(owner, "UPDATE app.users SET disabled_at = now() WHERE username = %s", name),
    "demoted in SQL": lambda site, owner, name, headers: in_sql(owner, "UPDATE app.users SET role = 'viewer' WHERE username = %s", name),
    "another password in SQL": lambda site, owner, name, headers: in_sql(
        owner, "UPDATE app.users SET password_hash = %s WHERE username = %s", hash_password("another horse", cost=4), name
    ),
    "renamed in SQL": lambda site, owner, name, headers: in_sql(owner, "UPDATE app.users SET username = username || 'x' WHERE username = %s", name),
    "deleted in SQL": lambda site, owner, name, headers: in_sql(owner, "DELETE FROM app.users WHERE username = %s", name),
    "session ended by its user": lambda site, owner, name, headers: end_the_session(site, headers),
}  # fmt: skip


async def end_the_session(site: Site, headers: dict[str, str]) -> None:
    (session,) = (await ask(site, headers, "/admin/sessions")).json()["data"]
    assert (await ask(site, headers, f"/admin/sessions/{session['id']}", "DELETE")).status_code == 204


@pytest.mark.threat(5)
@pytest.mark.threat(6)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", ["token", "legacy token"])
async def test_05_06_whatever_ends_a_token_ends_it_everywhere(fleet: Fleet, owner: Owner, end: str, kind: str) -> None:
    """On each worker, each machine, and in the stream that is open."""
    name = add_user(owner, "editor")
    first, second, elsewhere = fleet
    async with httpx.AsyncClient(base_url=first.url, timeout=15) as client:
        if kind == "token":
            headers = await token_of(client, name)
        else:
            answer = await client.post("/admin/login/legacy", json={"username": name, "password": PASSWORD})
            headers = bearer(answer.json()["token"])
    for site in fleet:
        await becomes(200, lambda site=site: ask(site, headers))
    streams = [await Stream.open(site.url, headers) for site in (first, elsewhere)]
    try:
        await ENDS[end](second, owner, name, headers)
        for site in fleet:
            await becomes(401, lambda site=site: ask(site, headers))
        for stream in streams:
            await told_until_closed(stream)
    finally:
        for stream in streams:
            stream.close()


@pytest.mark.threat(6)
async def test_06_all_users_emptied_are_all_logged_out(fresh_urls: Urls) -> None:
    async with running_site(fresh_urls) as site, httpx.AsyncClient(base_url=site.url, timeout=15) as client:
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            headers = [await token_of(client, add_user(owner)) for _ in range(3)]
            owner.execute("TRUNCATE app.users CASCADE")
            for one in headers:
                await becomes(401, lambda one=one: ask(site, one))


@pytest.mark.threat(6)
@pytest.mark.parametrize(
    "change",
    ["disabled_at = now()", "role = 'admin'", "password_hash = left(password_hash, 7) || reverse(substr(password_hash, 8))"],
)
async def test_06_a_login_under_way_meets_the_change(
    client: httpx.AsyncClient, site: Site, urls: Urls, owner: Owner, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password was right, and then the user was changed: no token, or one of the new role; never one of before."""
    name = add_user(owner, "viewer")
    match = site.app.ctx.passwords.match

    async def match_and_change(password: str, password_hash: str | None) -> bool:
        same: bool = await match(password, password_hash)
        await in_sql(owner, f"UPDATE app.users SET {change} WHERE username = %s", name)
        return same

    monkeypatch.setattr(site.app.ctx.passwords, "match", match_and_change)
    answer = await login(client, name)
    if change.startswith("role"):
        assert jwt.decode(answer.json()["access_token"], SECRET_KEY, algorithms=["HS256"])["role"] == "admin"
        assert (await client.get("/admin/me", headers=bearer(answer.json()["access_token"]))).json()["role"] == "admin"
    else:
        problem(answer, 401)


class TestFeedCut:
    """Row 7: what says which tokens hold no more can't be read."""

    @pytest.mark.threat(7)
    async def test_07_locked_tables(self, urls: Urls, owner: Owner) -> None:
        async with running_site(urls) as site, httpx.AsyncClient(base_url=site.url, timeout=15) as client:
            headers = await token_of(client, add_user(owner, "editor"))
            jti = jwt.decode(headers["Authorization"].split()[1], SECRET_KEY, algorithms=["HS256"])["jti"]
            stream = await Stream.open(site.url, headers)
            await stream.piece()
            with psycopg.connect(urls.owner) as locking:
                # What the service reads; it is revoked by the same transaction, so that none of it can have been seen.
                locking.execute("LOCK TABLE app.revoked_tokens, app.api_keys, app.sessions IN ACCESS EXCLUSIVE MODE")
                locking.execute(
                    "INSERT INTO app.revoked_tokens (jti, expires_at) VALUES (%s, now() + interval '1 hour')", (jti,)
                )
                await becomes(503, lambda: client.get("/admin/validate", headers=headers))
                lead = add_lead(owner, name="Not for them")
                for _ in range(3):
                    answer = await client.get("/admin/validate", headers=headers)
                    assert answer.status_code in (401, 503)
                    assert answer.status_code == 401 or answer.headers["retry-after"]
                locking.commit()
            await becomes(401, lambda: client.get("/admin/validate", headers=headers))
            assert str(lead) not in await told_until_closed(stream)
            stream.close()

    @pytest.mark.threat(7)
    async def test_07_the_login_is_refused_its_connections(self, fresh_urls: Urls) -> None:
        async with running_site(fresh_urls) as site, httpx.AsyncClient(base_url=site.url, timeout=15) as client:
            with psycopg.connect(fresh_urls.superuser, autocommit=True) as superuser:
                name = add_user(superuser)
                headers = await token_of(client, name)
                assert (await client.get("/admin/validate", headers=headers)).status_code == 200
                database = superuser.info.dbname
                superuser.execute(f'REVOKE CONNECT ON DATABASE "{database}" FROM PUBLIC')
                try:
                    superuser.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'leads_service'"
                    )
                    superuser.execute("UPDATE app.users SET disabled_at = now() WHERE username = %s", (name,))
                    await becomes(503, lambda: client.get("/admin/validate", headers=headers))
                    for _ in range(20):
                        assert (await client.get("/admin/validate", headers=headers)).status_code == 503
                finally:
                    superuser.execute(f'GRANT CONNECT ON DATABASE "{database}" TO PUBLIC')
                await becomes(401, lambda: client.get("/admin/validate", headers=headers))

    @pytest.mark.threat(7)
    async def test_07_a_read_that_hangs_is_given_up(self, site: Site, urls: Urls, owner: Owner) -> None:
        """However many wait for it, they wait for one, and are answered within 5 s."""
        async with running_site(urls) as fresh:
            headers = bearer(fresh.token())
            assert (await ask(fresh, headers)).status_code == 200
            with psycopg.connect(urls.owner) as locking:
                locking.execute("LOCK TABLE app.revoked_tokens IN ACCESS EXCLUSIVE MODE")
                await becomes(503, lambda: ask(fresh, headers))
                async with asyncio.timeout(5 + 3):
                    answers = await asyncio.gather(*(ask(fresh, headers) for _ in range(40)))
                assert {answer.status_code for answer in answers} == {503}

    @pytest.mark.threat(7)
    async def test_07_a_line_that_swallows(self, fresh_urls: Urls, tmp_path: Path) -> None:
        """Nobody is let in while nothing comes of what was asked, nor told anything; then the revoked one is known for what it is."""
        async with (
            BlackHole(tmp_path, fresh_urls).open() as hole,
            # Its other line is well, so that it hears of the lead.
            running_site(hole.urls, listen_database_url=fresh_urls.service) as site,
            httpx.AsyncClient(base_url=site.url, timeout=15) as client,
        ):
            with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
                name, other = add_user(owner), add_user(owner)
                revoked, held = await token_of(client, name), await token_of(client, other)
                stream = await Stream.open(site.url, revoked)
                assert (await stream.frame()).event == "ready"
                hole.swallow()
                owner.execute("UPDATE app.users SET disabled_at = now() WHERE username = %s", (name,))
                await becomes(503, lambda: client.get("/admin/validate", headers=revoked))
                add_lead(owner, name="Not for them")
                for headers in (revoked, held) * 2:
                    answer = await client.get("/admin/validate", headers=headers)
                    assert (answer.status_code, bool(answer.headers["retry-after"])) == (503, True)
                hole.let_through()
                # What it had waited for is given up first.
                await becomes(401, lambda: client.get("/admin/validate", headers=revoked), 30)
                await becomes(200, lambda: client.get("/admin/validate", headers=held), 30)
                assert "lead." not in await told_until_closed(stream)
                stream.close()


class TestLegacy:
    @pytest.mark.threat(8)
    async def test_08_off_there_is_nothing(self, client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
        name = add_user(owner)
        for body in ({"username": name, "password": PASSWORD}, {"password": "x"}, {}):
            problem(await client.post("/admin/login/legacy", json=body), 404)

    @pytest.mark.threat(8)
    async def test_08_what_was_given_holds_only_while_it_is_on(
        self, client: httpx.AsyncClient, fleet: Fleet, owner: Owner
    ) -> None:
        name = add_user(owner)
        answer = await ask(fleet[0], {}, "/admin/login/legacy", "POST", json={"username": name, "password": PASSWORD})
        token = answer.json()["token"]
        assert answer.json() == {"token": token, "expires_in": 3600}
        assert answer.headers["deprecation"].startswith("@")
        assert answer.headers["sunset"].endswith("GMT")
        assert (await ask(fleet[0], bearer(token))).status_code == 200
        problem(await client.get("/admin/validate", headers=bearer(token)), 401)

    @pytest.mark.threat(8)
    async def test_08_fifty_at_once_and_a_hash_at_rest(self, fleet: Fleet, owner: Owner) -> None:
        name = add_user(owner, "viewer")
        answer = await ask(fleet[0], {}, "/admin/login/legacy", "POST", json={"username": name, "password": PASSWORD})
        headers = bearer(token := answer.json()["token"])
        for site in fleet:
            await becomes(200, lambda site=site: ask(site, headers))
        answers = await asyncio.gather(*(ask(site, headers, "/admin/leads") for site in fleet for _ in range(17)))
        assert [one.status_code for one in answers] == [200] * 51
        row = owner.execute("SELECT s::text, token_hash FROM app.sessions AS s JOIN app.users AS u ON u.id = s.user_id WHERE username = %s", (name,)).fetchone()  # fmt: skip
        assert row is not None
        assert token not in row[0]
        assert row[1] == hashlib.sha256(token.encode()).digest()
        (session,) = (await ask(fleet[0], headers, "/admin/sessions")).json()["data"]
        assert session["kind"] == "legacy token"

    @pytest.mark.threat(8)
    async def test_08_it_expires(self, fleet: Fleet, owner: Owner) -> None:
        name = add_user(owner)
        answer = await ask(fleet[0], {}, "/admin/login/legacy", "POST", json={"username": name, "password": PASSWORD})
        headers = bearer(answer.json()["token"])
        owner.execute(
            "UPDATE app.sessions AS s SET expires_at = now() FROM app.users AS u WHERE u.id = s.user_id AND u.username = %s",
            (name,),
        )
        for site in fleet:
            await becomes(401, lambda site=site: ask(site, headers))
