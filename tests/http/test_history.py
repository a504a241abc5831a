"""Reading the audit trail over HTTP: a lead's history, and all of it."""

from typing import Any

import httpx
import psycopg
import pytest

from conftest import Site
from tests_support import problem


@pytest.fixture
async def told(client: httpx.AsyncClient, site: Site) -> int:
    """A lead that a form brought and a team worked on."""
    name = "Jane Doe"
    form = {"name": name, "email": "jane@example.com"}
    assert (await client.post("/api/v1/request-cv", json=form)).status_code == 201
    newest = (await client.get("/admin/leads?limit=1", headers=site.bearer())).json()["data"][0]["id"]
    for who, role, path, changes in (
        ("ann", "editor", "/status", {"status": "processing"}),
        ("ann", "editor", "/status", {"status": "processing"}),
        ("bob", "admin", "/tags", {"tags": ["vip"]}),
        ("ann", "editor", "", {"company": "ACME", "assignee": "bob"}),
    ):
        answer = await client.patch(f"/admin/leads/{newest}{path}", json=changes, headers=site.bearer(who, role))
        assert answer.status_code == 200
    return int(newest)


class TestHistory:
    async def test_it_is_a_story(self, client: httpx.AsyncClient, site: Site, told: int) -> None:
        answer = await client.get(f"/admin/leads/{told}/history", headers=site.bearer("v", "viewer"))
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-cache"
        page = answer.json()
        assert page["next"] is None
        created, moved, tagged, corrected = page["data"]
        assert (created["actor"], created["action"]) == ("visitor", "created")
        assert created["request_id"]
        assert [entry["summary"] for entry in page["data"]] == [
            "A visitor sent it by the CV form.",
            "ann moved it from unread to processing.",
            "bob tagged it vip.",
            "ann gave it to bob, set the company to ACME.",
        ]
        assert {"field": "name", "before": None, "after": "Jane Doe"} in created["changes"]
        assert moved["changes"] == [{"field": "status", "before": "unread", "after": "processing"}]
        assert (moved["actor"], moved["actor_role"], moved["session_user"]) == ("ann", "editor", "leads_service")
        assert tagged["changes"] == [{"field": "tags", "before": [], "after": ["vip"]}]
        assert corrected["changes"] == [
            {"field": "assignee", "before": None, "after": "bob"},
            {"field": "company", "before": None, "after": "ACME"},
        ]
        assert corrected["request_id"]

    async def test_pages(self, client: httpx.AsyncClient, site: Site, told: int) -> None:
        url = f"/admin/leads/{told}/history"
        whole = (await client.get(url, headers=site.bearer())).json()["data"]
        cursor, read = "", []
        while cursor is not None:
            page = (await client.get(f"{url}?limit=1{cursor and f'&cursor={cursor}'}", headers=site.bearer())).json()
            read += page["data"]
            cursor = page["next"]
        assert read == whole

    async def test_there_is_none(
        self, client: httpx.AsyncClient, site: Site, told: int, owner: "psycopg.Connection[Any]"
    ) -> None:
        problem(await client.get("/admin/leads/999999/history", headers=site.bearer()), 404)
        owner.execute("UPDATE contact_leads SET deleted_at = now() WHERE id = %s", (told,))
        problem(await client.get(f"/admin/leads/{told}/history", headers=site.bearer()), 404)
        problem(await client.get(f"/admin/leads/{told}/history"), 401)


@pytest.mark.parametrize("path", ["/admin/leads/1/history", "/admin/audit", "/admin/operations"])
@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "cursor=x", "cursor=-1", "who=ann", "limit=1&limit=2"])
async def test_parameters_that_cannot_be(client: httpx.AsyncClient, site: Site, path: str, query: str) -> None:
    refusal = problem(await client.get(f"{path}?{query}", headers=site.bearer()), 400)
    assert refusal["errors"][0]["field"] == query.partition("=")[0]


class TestAudit:
    async def all_of(self, client: httpx.AsyncClient, site: Site, query: str = "") -> list[dict[str, Any]]:
        answer = await client.get(f"/admin/audit?limit=500&{query}", headers=site.bearer())
        assert answer.status_code == 200, answer.text
        data: list[dict[str, Any]] = answer.json()["data"]
        return data

    async def test_it_is_the_admins(self, client: httpx.AsyncClient, site: Site) -> None:
        for role in ("viewer", "editor"):
            problem(await client.get("/admin/audit", headers=site.bearer("x", role)), 403)
        problem(await client.get("/admin/audit"), 401)

    async def test_filters(self, client: httpx.AsyncClient, site: Site, told: int, owner: "psycopg.Connection[Any]") -> None:
        owner.execute("INSERT INTO app.users (username, password_hash, role) VALUES ('zed', '$2b$12$' || repeat('x', 53), 'viewer') ON CONFLICT DO NOTHING")  # fmt: skip
        whole = await self.all_of(client, site)
        assert [entry["id"] for entry in whole] == sorted((entry["id"] for entry in whole), reverse=True)
        assert {entry["actor"] for entry in await self.all_of(client, site, "actor=ann")} == {"ann"}
        assert {entry["action"] for entry in await self.all_of(client, site, "action=created")} == {"created"}
        (user,) = await self.all_of(client, site, "table=users")
        assert (user["subject"], user["lead_id"], user["actor"], user["session_user"]) == ("zed", None, None, "leads_owner")
        assert "$2b$" not in str(user)
        newest, oldest = (entry["at"].replace("+", "%2B") for entry in (whole[0], whole[-1]))
        assert await self.all_of(client, site, f"since={oldest}") == whole
        assert whole[0] not in await self.all_of(client, site, f"until={newest}")
        assert await self.all_of(client, site, "since=2999-01-01") == []
        assert await self.all_of(client, site, "actor=nobody") == []
        for name in ("since", "until"):
            refusal = problem(await client.get(f"/admin/audit?{name}=yesterday", headers=site.bearer()), 400)
            assert refusal["errors"][0]["field"] == name

    async def test_pages(self, client: httpx.AsyncClient, site: Site, told: int) -> None:
        whole = await self.all_of(client, site, "table=contact_leads")
        cursor, read = "", []
        while cursor is not None:
            query = f"table=contact_leads&limit=2{cursor and f'&cursor={cursor}'}"
            page = (await client.get(f"/admin/audit?{query}", headers=site.bearer())).json()
            read += page["data"]
            cursor = page["next"]
        assert read == whole
        problem(await client.get("/admin/audit?cursor=999999999", headers=site.bearer()), 400)
