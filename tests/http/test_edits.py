"""Changing one lead over HTTP: each endpoint, each role, bad input, If-Match, races."""

import asyncio
from typing import Any

import httpx
import psycopg
import pytest

from conftest import Site
from tests_support import problem

# Each endpoint, a change that it takes, and another one.
EDITS = {
    "": ({"name": "Jane Roe", "assignee": "ann"}, {"company": "ACME", "follow_up_date": "2026-12-01"}),
    "/status": ({"status": "processing"}, {"status": "archived"}),
    "/priority": ({"priority": "urgent"}, {"priority": "low"}),
    "/quality-score": ({"quality_score": 80}, {"quality_score": None}),
    "/notes": ({"internal_notes": "Call back.\nSoon."}, {"internal_notes": None}),
    "/tags": ({"tags": ["vip", "de"]}, {"tags": []}),
}


@pytest.fixture
def editor(site: Site) -> dict[str, str]:
    return site.bearer("ed", "editor")


@pytest.fixture
def lead(owner: "psycopg.Connection[Any]") -> int:
    row = owner.execute("INSERT INTO contact_leads (name, email) VALUES ('Jane', 'jane@example.com') RETURNING id").fetchone()
    assert row is not None
    return int(row[0])


def audited(owner: "psycopg.Connection[Any]", lead: int) -> list[tuple[Any, ...]]:
    return owner.execute(
        "SELECT actor, actor_role, request_id::text, session_user_name FROM app.audit_log WHERE lead_id = %s ORDER BY id",
        (lead,),
    ).fetchall()


@pytest.mark.parametrize("path", EDITS)
class TestEveryEdit:
    async def test_it_changes_the_lead(
        self, client: httpx.AsyncClient, editor: dict[str, str], owner: "psycopg.Connection[Any]", lead: int, path: str
    ) -> None:
        for version, changes in enumerate(EDITS[path], 2):
            answer = await client.patch(f"/admin/leads/{lead}{path}", json=changes, headers=editor)
            assert answer.status_code == 200
            assert answer.json() | changes == answer.json()
            assert answer.json()["version"] == version
            assert answer.headers["etag"] == f'"{lead}-{version}"'
            assert answer.headers["cache-control"] == "private, no-cache"
            read = await client.get(f"/admin/leads/{lead}", headers=editor)
            assert (read.json(), read.headers["etag"]) == (answer.json(), answer.headers["etag"])
            assert audited(owner, lead)[-1] == ("ed", "editor", answer.headers["x-request-id"], "leads_service")

    async def test_a_change_of_nothing(
        self, client: httpx.AsyncClient, editor: dict[str, str], owner: "psycopg.Connection[Any]", lead: int, path: str
    ) -> None:
        first = await client.patch(f"/admin/leads/{lead}{path}", json=EDITS[path][0], headers=editor)
        again = await client.patch(f"/admin/leads/{lead}{path}", json=EDITS[path][0], headers=editor)
        assert again.status_code == 200
        assert (again.json(), again.headers["etag"]) == (first.json(), first.headers["etag"])
        assert len(audited(owner, lead)) == 2

    @pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("editor", 200), ("admin", 200)])
    async def test_who_may(self, client: httpx.AsyncClient, site: Site, lead: int, path: str, role: str, status: int) -> None:
        headers = site.bearer("somebody", role)
        answer = await client.patch(f"/admin/leads/{lead}{path}", json=EDITS[path][0], headers=headers)
        assert answer.status_code == status
        problem(await client.patch(f"/admin/leads/{lead}{path}", json=EDITS[path][0]), 401)

    @pytest.mark.threat(23)
    async def test_if_match(self, client: httpx.AsyncClient, editor: dict[str, str], lead: int, path: str) -> None:
        url = f"/admin/leads/{lead}{path}"
        first = await client.patch(url, json=EDITS[path][0], headers=editor | {"If-Match": f'"{lead}-1"'})
        assert first.status_code == 200
        late = await client.patch(url, json=EDITS[path][1], headers=editor | {"If-Match": f'"{lead}-1"'})
        body = problem(late, 412, "current")
        assert body["code"] == "version_conflict"
        assert body["current"] == first.json()
        assert late.headers["etag"] == first.headers["etag"]
        assert (await client.patch(url, json=EDITS[path][1], headers=editor | {"If-Match": "*"})).status_code == 200

    @pytest.mark.threat(23)
    async def test_of_two_at_once_one_wins(self, client: httpx.AsyncClient, site: Site, lead: int, path: str) -> None:
        answers = await asyncio.gather(
            *(
                client.patch(
                    f"/admin/leads/{lead}{path}",
                    json=EDITS[path][0],
                    headers=site.bearer(who, "editor") | {"If-Match": f'"{lead}-1"'},
                )
                for who in ("ann", "bob", "cy")
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412, 412]

    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [
            (b"", "application/json", 400), (b"", "text/plain", 400), (b"{", "application/json", 400), (b"[]", "application/json", 400),
            (b"{}", "application/json", 422), (b'{"nonsense": 1}', "application/json", 422), (b"{}", "text/plain", 415),
            (b'{"tags": [], "tags": []}', "application/json", 422), (b'{"name": "\\u0000"}', "application/json", 422),
        ],
    )  # fmt: skip
    async def test_what_cannot_be_read(
        self,
        client: httpx.AsyncClient,
        editor: dict[str, str],
        lead: int,
        path: str,
        body: bytes,
        content_type: str,
        status: int,
    ) -> None:
        headers = editor | {"Content-Type": content_type}
        answer = await client.patch(f"/admin/leads/{lead}{path}", content=body, headers=headers)
        refusal = problem(answer, status, *(("allowed",) if "allowed" in answer.json() else ()))
        assert status != 422 or refusal["errors"][0]["field"]

    @pytest.mark.parametrize("number", ["0", "999999", "9999999999999999999999", "x"])
    async def test_there_is_none(self, client: httpx.AsyncClient, editor: dict[str, str], path: str, number: str) -> None:
        problem(await client.patch(f"/admin/leads/{number}{path}", json=EDITS[path][0], headers=editor), 404)

    async def test_a_trashed_one_is_not_there(
        self, client: httpx.AsyncClient, editor: dict[str, str], owner: "psycopg.Connection[Any]", lead: int, path: str
    ) -> None:
        owner.execute("UPDATE contact_leads SET deleted_at = now() WHERE id = %s", (lead,))
        headers = editor | {"If-Match": f'"{lead}-1"'}
        problem(await client.patch(f"/admin/leads/{lead}{path}", json=EDITS[path][0], headers=headers), 404)


@pytest.mark.parametrize(
    ("path", "sent", "field"),
    [
        ("/status", {"status": "done"}, "status"), ("/status", {"status": None}, "status"), ("/status", {"status": ["unread"]}, "status"),
        ("/priority", {"priority": "asap"}, "priority"), ("/quality-score", {"quality_score": 101}, "quality_score"),
        ("/quality-score", {"quality_score": "1"}, "quality_score"), ("/notes", {"internal_notes": "x" * 20_001}, "internal_notes"),
        ("/tags", {"tags": "vip"}, "tags"), ("/tags", {"tags": [""]}, "tags"), ("/status", {"status": "processing", "name": "x"}, "name"),
        ("", {"email": "nobody"}, "email"), ("", {"name": ""}, "name"), ("", {"status": "processing"}, "status"), ("", {"version": 3}, "version"),
        ("", {"follow_up_date": "2026-02-30"}, "follow_up_date"), ("", {"phone": 49}, "phone"), ("", {"company": "x" * 201}, "company"),
    ],
)  # fmt: skip
async def test_the_wrong_field_is_named(
    client: httpx.AsyncClient,
    editor: dict[str, str],
    owner: "psycopg.Connection[Any]",
    lead: int,
    path: str,
    sent: Any,
    field: str,
) -> None:
    answer = await client.patch(f"/admin/leads/{lead}{path}", json=sent, headers=editor)
    refusal = problem(answer, 422, *(("allowed",) if "allowed" in answer.json() else ()))
    assert [error["field"] for error in refusal["errors"]] == [field]
    assert len(audited(owner, lead)) == 1


@pytest.mark.parametrize("role", ["editor", "admin"])
async def test_a_move_that_is_not_allowed(client: httpx.AsyncClient, site: Site, lead: int, role: str) -> None:
    headers = site.bearer("somebody", role)
    url = f"/admin/leads/{lead}/status"
    assert (await client.patch(url, json={"status": "archived"}, headers=headers)).status_code == 200
    refusal = problem(await client.patch(url, json={"status": "contacted"}, headers=headers), 409, "allowed")
    assert (refusal["code"], refusal["allowed"]) == ("status_move_not_allowed", ["processing"])


class TestContacts:
    async def test_one_is_appended(self, client: httpx.AsyncClient, editor: dict[str, str], lead: int) -> None:
        url = f"/admin/leads/{lead}/contacts"
        sent = {"channel": "phone", "note": "Called.", "at": "2026-11-23T10:00:00Z"}
        answer = await client.post(url, json=sent, headers=editor)
        assert answer.status_code == 200
        assert answer.json()["contact_history"] == [sent | {"at": "2026-11-23T10:00:00+00:00", "by": "ed"}]
        assert answer.headers["etag"] == f'"{lead}-2"'
        problem(await client.post(url, json=sent, headers=editor | {"If-Match": f'"{lead}-1"'}), 412, "current")

    async def test_what_is_refused(self, client: httpx.AsyncClient, site: Site, editor: dict[str, str], lead: int) -> None:
        url = f"/admin/leads/{lead}/contacts"
        problem(await client.post(url, json={"channel": "phone", "note": "x"}, headers=site.bearer("v", "viewer")), 403)
        problem(await client.post(url, headers=editor), 400)
        assert problem(await client.post(url, json={"note": "x"}, headers=editor), 422)["errors"][0]["field"] == "channel"
        problem(await client.post("/admin/leads/999999/contacts", json={"channel": "phone", "note": "x"}, headers=editor), 404)


class TestByHand:
    async def test_the_least(self, client: httpx.AsyncClient, editor: dict[str, str], owner: "psycopg.Connection[Any]") -> None:
        answer = await client.post("/admin/leads", json={"name": "Zoë", "email": "zoe@example.com"}, headers=editor)
        assert answer.status_code == 201
        lead = answer.json()
        assert (lead["status"], lead["source"], lead["lead_type"], lead["priority"]) == (
            "unread",
            "manual",
            "contact",
            "medium",
        )
        assert answer.headers["location"] == f"/admin/leads/{lead['id']}"
        assert answer.headers["etag"] == f'"{lead["id"]}-1"'
        assert (await client.get(answer.headers["location"], headers=editor)).json() == lead
        assert audited(owner, lead["id"]) == [("ed", "editor", answer.headers["x-request-id"], "leads_service")]

    async def test_all_of_it(self, client: httpx.AsyncClient, editor: dict[str, str]) -> None:
        sent = {
            "name": "Zoë", "email": "zoe@example.com", "subject": "On the phone", "message": "Two\nlines", "company": "ACME",
            "phone": "+49 1", "role": "cto", "source": "fair", "consent": True, "lead_type": "collaboration", "priority": "high",
        }  # fmt: skip
        lead = (await client.post("/admin/leads", json=sent, headers=editor)).json()
        assert lead | sent == lead

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": None}, "name"), ({"email": "x"}, "email"), ({"status": "contacted"}, "status"), ({"lead_type": "cv"}, "lead_type"),
            ({"consent": "yes"}, "consent"), ({"id": 7}, "id"), ({"utm_source": "x"}, "utm_source"), ({"message": "x" * 10_001}, "message"),
        ],
    )  # fmt: skip
    async def test_what_is_refused(
        self, client: httpx.AsyncClient, editor: dict[str, str], changes: dict[str, Any], field: str
    ) -> None:
        answer = await client.post("/admin/leads", json={"name": "Zoë", "email": "zoe@example.com"} | changes, headers=editor)
        refusal = problem(answer, 422, *(("allowed",) if "allowed" in answer.json() else ()))
        assert refusal["errors"][0]["field"] == field

    async def test_who_may(self, client: httpx.AsyncClient, site: Site) -> None:
        sent = {"name": "Zoë", "email": "zoe@example.com"}
        problem(await client.post("/admin/leads", json=sent, headers=site.bearer("v", "viewer")), 403)
        problem(await client.post("/admin/leads", headers=site.bearer("e", "editor")), 400)
