"""API keys beside what test_people.py tries: what a key's holder is told, and when the service can't know whether it holds."""

import asyncio
import uuid

import httpx
import jwt
import psycopg
import pytest
from realtime.support import Stream, add_lead
from security.people_support import SOON, Owner, add_user, ask, bearer, becomes

from conftest import SECRET_KEY, Site, Urls, running_site
from service.settings import RateLimit
from tests_support import problem


async def made(client: httpx.AsyncClient, site: Site, owner: Owner, scope: str) -> tuple[str, dict[str, str]]:
    """A key's id, and the header that shows it."""
    body = {"name": f"key {uuid.uuid4().hex}", "scope": scope}
    answer = await client.post("/admin/keys", headers=site.bearer(add_user(owner, "admin")), json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], bearer(answer.json()["key"])


@pytest.mark.parametrize("end", ["revoked_at = now()", "expires_at = now()"])
async def test_its_stream_ends_with_it(client: httpx.AsyncClient, site: Site, owner: Owner, end: str) -> None:
    key, headers = await made(client, site, owner, "read")
    stream = await Stream.open(site.url, headers)
    try:
        assert stream.status == 200
        assert (await stream.frame()).event == "ready"
        lead = add_lead(owner, name="For them")
        assert (await stream.frame()).lead[:2] == ("lead.created", lead)
        owner.execute(f"UPDATE app.api_keys SET {end} WHERE id = %s", (key,))
        await stream.end(SOON)
    finally:
        stream.close()
    await becomes(401, lambda: ask(site, headers, "/admin/leads"))


async def test_while_it_can_not_be_known_whether_it_holds(urls: Urls, owner: Owner) -> None:
    async with running_site(urls) as site, httpx.AsyncClient(base_url=site.url, timeout=15) as client:
        key, headers = await made(client, site, owner, "read")
        assert (await client.get("/admin/leads", headers=headers)).status_code == 200
        with psycopg.connect(urls.owner) as locking:
            locking.execute("LOCK TABLE app.api_keys IN ACCESS EXCLUSIVE MODE")
            locking.execute("UPDATE app.api_keys SET revoked_at = now() WHERE id = %s", (key,))
            await becomes(503, lambda: client.get("/admin/leads", headers=headers))
            unknown = await client.get("/admin/leads", headers=bearer("leads_" + "A" * 43))
            assert unknown.status_code == 503, "it could have been made a moment ago"
            locking.commit()
        await becomes(401, lambda: client.get("/admin/leads", headers=headers))


async def test_it_is_no_token_and_a_token_no_key(client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
    """Neither is what the other is named by: the key's id, or a token of ours in a key's name."""
    key, headers = await made(client, site, owner, "write")
    shown = headers["Authorization"].removeprefix("Bearer ")
    for forged in (key, key.replace("-", ""), shown[:-1], shown + "A", shown.upper(), shown.removeprefix("leads_")):
        problem(await client.get("/admin/leads", headers=bearer(forged)), 401)
    for basic in (f"Basic {shown}", shown, f"Token {shown}"):
        problem(await client.get("/admin/leads", headers={"Authorization": basic}), 401)
    (name,) = (
        one["name"] for one in (await client.get("/admin/keys", headers=site.bearer())).json()["data"] if one["id"] == key
    )
    claims = jwt.decode(site.token(f"key:{name}", "editor"), SECRET_KEY, algorithms=["HS256"])
    assert claims["sub"] == f"key:{name}", "even a token in its name, which the service would never make,"
    answer = await client.get("/admin/me", headers=site.bearer(f"key:{name}", "editor"))
    assert problem(answer, 401)["code"] == "user_gone"


async def test_it_does_not_hold_for_what_is_a_persons(client: httpx.AsyncClient, site: Site, owner: Owner) -> None:
    for scope in ("capture", "read", "write", "analyst"):
        _, headers = await made(client, site, owner, scope)
        answers = await asyncio.gather(
            client.get("/admin/me", headers=headers),
            client.get("/admin/sessions", headers=headers),
            client.post("/admin/logout", headers=headers),
            client.put("/admin/me/password", headers=headers, json={}),
            client.post("/admin/keys", headers=headers, json={}),
        )
        for answer in answers:
            assert f"{scope} key" in problem(answer, 403)["detail"]
        assert (await client.get("/admin/validate", headers=headers)).status_code == 200


async def test_it_counts_by_its_name_and_what_is_none_by_its_address(urls: Urls, owner: Owner) -> None:
    """A thousand made-up keys are one client."""
    async with (
        running_site(urls, admin_rate_limit=RateLimit(5, 60)) as site,
        httpx.AsyncClient(base_url=site.url, timeout=15) as client,
    ):
        _, headers = await made(client, site, owner, "read")
        guesses = [
            (await client.get("/admin/leads", headers=bearer(f"leads_{uuid.uuid4().hex}"))).status_code for _ in range(8)
        ]
        assert guesses == [401] * 5 + [429] * 3
        assert [(await client.get("/admin/leads", headers=headers)).status_code for _ in range(6)] == [200] * 5 + [429]
