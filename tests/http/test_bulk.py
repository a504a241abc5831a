"""Many leads at once over HTTP: which are meant, each kind, dry runs, undo, the trash, erasing. The rules themselves: tests/sql."""

import asyncio
import uuid
from typing import Any

import httpx
import psycopg
import pytest

from conftest import Site
from tests_support import problem

Owner = psycopg.Connection[Any]
BULK = "/admin/leads/bulk-"

# Each bulk change with its method, who may, a new value, and what a lead holds then.
KINDS: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "status": ("PATCH", "editor", {"status": "archived"}, {"status": "archived"}),
    "priority": ("PATCH", "editor", {"priority": "urgent"}, {"priority": "urgent"}),
    "tags": ("PATCH", "editor", {"add": ["vip", "de"], "remove": ["old"]}, {"tags": ["vip", "de"]}),
    "assignee": ("PATCH", "editor", {"assignee": "ann"}, {"assignee": "ann"}),
    "follow-up": ("PATCH", "editor", {"follow_up_date": "2026-12-01"}, {"follow_up_date": "2026-12-01"}),
    "delete": ("POST", "admin", {}, {}),
}


@pytest.fixture
def leads(owner: Owner) -> list[int]:
    """Three leads, tagged old; theirs is the whole table."""
    owner.execute("DELETE FROM contact_leads")
    rows = owner.execute(
        "INSERT INTO contact_leads (name, email, company, tags)"
        " SELECT 'Jane ' || n, 'jane' || n || '@example.com', 'ACME', '{old}' FROM generate_series(1, 3) AS n RETURNING id"
    ).fetchall()
    return [int(row[0]) for row in rows]


async def done(client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], body: Any = None) -> dict[str, Any]:
    """The answer of an operation that went well."""
    answer = await client.request(method, path, headers=headers, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-cache"
    operation: dict[str, Any] = answer.json()
    assert operation["skipped_count"] >= len(operation["skipped"])
    if "dry_run=true" not in path:
        assert set(operation) == {"changed", "skipped_count", "skipped", "operation"}
        assert uuid.UUID(operation["operation"])
    return operation


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    async def test_by_ids_and_back(self, client: httpx.AsyncClient, site: Site, leads: list[int], kind: str) -> None:
        method, role, change, held = KINDS[kind]
        headers = site.bearer("ed", role)
        before = (await client.get("/admin/leads?view=all&order=id", headers=headers)).json()["data"]
        made = await done(client, method, f"{BULK}{kind}", headers, {"ids": [*leads[:2], 999_999], **change})
        assert (made["changed"], made["skipped"]) == (2, [{"id": 999_999, "reason": "not_found"}])
        if kind == "delete":
            assert (await client.get(f"/admin/leads/{leads[0]}", headers=headers)).status_code == 404
        else:
            lead = (await client.get(f"/admin/leads/{leads[0]}", headers=headers)).json()
            assert lead | held == lead
        again = await done(client, method, f"{BULK}{kind}", headers, {"ids": leads[:2], **change})
        reason = "not_found" if kind == "delete" else "unchanged"
        assert (again["changed"], again["skipped"]) == (0, [{"id": lead, "reason": reason} for lead in leads[:2]])
        undone = await done(client, "POST", f"/admin/operations/{made['operation']}/undo", headers)
        assert (undone["changed"], undone["skipped_count"]) == (2, 0)
        after = (await client.get("/admin/leads?view=all&order=id", headers=headers)).json()["data"]
        for lead in (*before, *after):
            del lead["version"], lead["updated_at"]
        assert after == before

    async def test_by_filter(self, client: httpx.AsyncClient, site: Site, leads: list[int], kind: str) -> None:
        method, role, change, _ = KINDS[kind]
        made = await done(
            client,
            method,
            f"{BULK}{kind}",
            site.bearer("ed", role),
            {"filter": f"id=in.({leads[0]},{leads[1]})&q=jane", **change},
        )
        assert made["changed"] == 2
        listed = (await client.get("/admin/operations?limit=1", headers=site.bearer("ed", "editor"))).json()["data"][0]
        expected = {"kind": kind.replace("-", "_"), "changed": 2, "selected": "by id, q", "undone": False, "can_undo": True}
        assert listed | expected == listed
        assert (listed["actor"], listed["operation"]) == ("ed", made["operation"])

    @pytest.mark.threat(23)
    async def test_a_dry_run_pins_what_it_showed(
        self, client: httpx.AsyncClient, site: Site, owner: Owner, leads: list[int], kind: str
    ) -> None:
        method, role, change, _ = KINDS[kind]
        headers, body = site.bearer("ed", role), {"filter": "company=eq.ACME", **change}
        before = owner.execute("SELECT l::text FROM contact_leads AS l ORDER BY id").fetchall()
        shown = await done(client, method, f"{BULK}{kind}?dry_run=true", headers, body)
        assert (shown["changed"], shown["operation"]) == (3, None)
        assert owner.execute("SELECT l::text FROM contact_leads AS l ORDER BY id").fetchall() == before
        owner.execute("UPDATE contact_leads SET company = 'Other' WHERE id = %s", (leads[0],))
        refused = await client.request(method, f"{BULK}{kind}", headers=headers, json=body | {"token": shown["token"]})
        assert problem(refused, 412)["code"] == "selection_changed"
        shown = await done(client, method, f"{BULK}{kind}?dry_run=true", headers, body)
        made = await done(client, method, f"{BULK}{kind}", headers, body | {"token": shown["token"]})
        assert made["changed"] == shown["changed"] == 2

    async def test_who_may(self, client: httpx.AsyncClient, site: Site, leads: list[int], kind: str) -> None:
        method, role, change, _ = KINDS[kind]
        less = "viewer" if role == "editor" else "editor"
        body = {"ids": leads, **change}
        problem(await client.request(method, f"{BULK}{kind}", headers=site.bearer("x", less), json=body), 403)
        problem(await client.request(method, f"{BULK}{kind}", json=body), 401)


class TestWhichLeads:
    @pytest.mark.threat(22)
    @pytest.mark.parametrize(
        "body",
        [{}, {"ids": []}, {"filter": ""}, {"ids": None}, {"ids": [1], "filter": "id=eq.1"}],
        ids=["neither", "no ids", "empty filter", "null", "both"],
    )
    async def test_none_are_said(self, client: httpx.AsyncClient, site: Site, leads: list[int], body: dict[str, Any]) -> None:
        answer = await client.patch(f"{BULK}status", headers=site.bearer(), json={"status": "archived", **body})
        assert problem(answer, 400)["code"] == "selection_missing"

    async def test_no_body(self, client: httpx.AsyncClient, site: Site) -> None:
        for method, path in (("PATCH", "status"), ("DELETE", "delete"), ("POST", "delete"), ("POST", "restore")):
            assert problem(await client.request(method, BULK + path, headers=site.bearer()), 400)["code"] == "body_missing"

    @pytest.mark.parametrize("ids", ["1", [0], [-1], [True], [1.0], ["1"], [2**63], {"a": 1}, list(range(1, 5002))])
    async def test_ids_that_cannot_be(self, client: httpx.AsyncClient, site: Site, ids: object) -> None:
        body = problem(await client.patch(f"{BULK}status", headers=site.bearer(), json={"ids": ids, "status": "archived"}), 422)
        assert body["errors"][0]["field"] == "ids"

    @pytest.mark.parametrize(
        ("filter_", "named"),
        [
            ("nope=eq.1", "nope"),
            ("status=eq.nope", "status"),
            ("id=eq.x", "id"),
            ("limit=5", "limit"),
            ("offset=5", "offset"),
            ("view=nope", "view"),
            ("or=(id.eq.1", "or"),
            (f"q={'x' * 201}", "q"),
        ],
    )
    async def test_a_filter_that_cannot_be(
        self, client: httpx.AsyncClient, site: Site, owner: Owner, leads: list[int], filter_: str, named: str
    ) -> None:
        answer = await client.patch(f"{BULK}status", headers=site.bearer(), json={"filter": filter_, "status": "archived"})
        assert problem(answer, 400)["errors"][0]["field"] == named
        assert owner.execute("SELECT count(*) FROM contact_leads WHERE status <> 'unread'").fetchone() == (0,)

    @pytest.mark.parametrize("filter_", [7, [], ["id=eq.1"]])
    async def test_a_filter_that_is_no_text(self, client: httpx.AsyncClient, site: Site, filter_: object) -> None:
        answer = await client.patch(f"{BULK}status", headers=site.bearer(), json={"filter": filter_, "status": "archived"})
        assert problem(answer, 422)["errors"][0]["field"] == "filter"

    @pytest.mark.parametrize(
        ("path", "change", "named"),
        [
            ("status", {}, "status"),
            ("status", {"status": "nope"}, "status"),
            ("status", {"status": "archived", "priority": "low"}, "priority"),
            ("tags", {}, "add"),
            ("tags", {"add": "vip"}, "add"),
            ("tags", {"remove": [1]}, "remove"),
            ("follow-up", {"follow_up_date": "soon"}, "follow_up_date"),
            ("status", {"status": "archived", "token": 7}, "token"),
        ],
    )
    async def test_a_value_that_cannot_be(
        self, client: httpx.AsyncClient, site: Site, leads: list[int], path: str, change: dict[str, Any], named: str
    ) -> None:
        for chosen in ({"ids": leads}, {"filter": "view=inbox"}):
            answer = await client.patch(BULK + path, headers=site.bearer(), json={**chosen, **change})
            assert problem(answer, 422, *({"allowed"} & set(answer.json())))["errors"][0]["field"] == named

    async def test_a_dry_run_takes_no_token(self, client: httpx.AsyncClient, site: Site, leads: list[int]) -> None:
        body = {"ids": leads, "status": "archived", "token": "x"}
        problem(await client.patch(f"{BULK}status?dry_run=true", headers=site.bearer(), json=body), 422)
        del body["token"]
        refusal = problem(await client.patch(f"{BULK}status?dry_run=perhaps", headers=site.bearer(), json=body), 400)
        assert refusal["errors"][0]["field"] == "dry_run"

    async def test_an_injection_is_a_value(self, client: httpx.AsyncClient, site: Site, leads: list[int]) -> None:
        for text in ("'; DROP TABLE contact_leads; --", "$1", "x') OR true --"):
            made = await done(
                client, "PATCH", f"{BULK}priority", site.bearer(), {"filter": f"name=eq.{text}", "priority": "low"}
            )
            assert made["changed"] == 0
            made = await done(client, "PATCH", f"{BULK}assignee", site.bearer(), {"filter": "view=inbox", "assignee": text})
            assert made["changed"] == 3


class TestManyAtOnce:
    async def test_what_no_longer_matches_is_left(
        self, client: httpx.AsyncClient, site: Site, urls: Any, leads: list[int]
    ) -> None:
        """A bulk change waits for an edit under way, and then holds the lead to its filter again."""
        body = {"filter": "priority=eq.medium", "priority": "low"}
        with psycopg.connect(urls.owner) as other, psycopg.connect(urls.superuser, autocommit=True) as watching:
            other.execute("UPDATE contact_leads SET priority = 'urgent' WHERE id = %s", (leads[1],))
            waiting = asyncio.create_task(done(client, "PATCH", f"{BULK}priority", site.bearer(), body))
            async with asyncio.timeout(5):
                while not watching.execute(  # noqa: ASYNC110 - another process does it
                    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%change_leads%'"
                    " AND datname = current_database()"
                ).fetchone():
                    await asyncio.sleep(0.01)
            other.commit()
            made = await waiting
            assert (made["changed"], made["skipped_count"]) == (2, 0)
            rows = watching.execute("SELECT priority::text FROM contact_leads ORDER BY id").fetchall()
            assert rows == [("low",), ("urgent",), ("low",)]

    @pytest.mark.threat(22)
    async def test_more_than_ids_can_name(self, client: httpx.AsyncClient, site: Site, owner: Owner, leads: list[int]) -> None:
        owner.execute(
            "INSERT INTO contact_leads (name, email, status) SELECT 'Many', 'many' || n || '@example.com',"
            " CASE WHEN n <= 1500 THEN 'archived' ELSE 'unread' END::lead_status FROM generate_series(1, 6000) AS n"
        )
        headers, body = site.bearer(), {"filter": "name=eq.Many", "status": "unread"}
        made = await done(client, "PATCH", f"{BULK}status", headers, body)
        assert (made["changed"], made["skipped_count"], len(made["skipped"])) == (0, 6000, 1000)
        made = await done(client, "PATCH", f"{BULK}status", headers, body | {"status": "processing"})
        assert (made["changed"], made["skipped_count"]) == (6000, 0)
        total = (await client.get("/admin/leads?status=processing&limit=1", headers=headers)).json()["total"]
        assert total == 6000
        undone = await done(client, "POST", f"/admin/operations/{made['operation']}/undo", headers)
        assert undone["changed"] == 6000


class TestUndo:
    async def test_twice(self, client: httpx.AsyncClient, site: Site, leads: list[int]) -> None:
        headers = site.bearer("ed", "editor")
        made = await done(client, "PATCH", f"{BULK}status", headers, {"ids": leads, "status": "contacted"})
        path = f"/admin/operations/{made['operation']}/undo"
        undo = await done(client, "POST", path, headers)
        body = problem(await client.post(path, headers=headers), 409)
        assert body["code"] == "operation_already_undone"
        assert undo["operation"] in body["detail"]
        # To do it again is to undo the undo.
        assert (await done(client, "POST", f"/admin/operations/{undo['operation']}/undo", headers))["changed"] == 3
        assert (await client.get(f"/admin/leads/{leads[0]}", headers=headers)).json()["status"] == "contacted"
        kinds = (await client.get("/admin/operations?limit=3", headers=headers)).json()["data"]
        assert [(item["kind"], item["undone"]) for item in kinds] == [("undo", False), ("undo", True), ("status", True)]
        assert kinds[1]["undoes"] == made["operation"]

    async def test_what_was_changed_since_stays(self, client: httpx.AsyncClient, site: Site, leads: list[int]) -> None:
        headers = site.bearer("ed", "editor")
        made = await done(client, "PATCH", f"{BULK}priority", headers, {"ids": leads, "priority": "high"})
        await client.patch(f"/admin/leads/{leads[1]}/priority", headers=headers, json={"priority": "urgent"})
        undone = await done(client, "POST", f"/admin/operations/{made['operation']}/undo", headers)
        assert (undone["changed"], undone["skipped"]) == (2, [{"id": leads[1], "reason": "changed_since"}])

    async def test_the_trash_is_the_admins(self, client: httpx.AsyncClient, site: Site, leads: list[int]) -> None:
        made = await done(client, "DELETE", f"{BULK}delete", site.bearer(), {"ids": leads})
        path = f"/admin/operations/{made['operation']}/undo"
        problem(await client.post(path, headers=site.bearer("ed", "editor")), 403)
        problem(await client.post(path, headers=site.bearer("vi", "viewer")), 403)
        assert (await done(client, "POST", path, site.bearer()))["changed"] == 3

    async def test_there_is_none(self, client: httpx.AsyncClient, site: Site) -> None:
        body = problem(await client.post(f"/admin/operations/{uuid.uuid4()}/undo", headers=site.bearer()), 404)
        assert body["code"] == "operation_not_found"
        problem(await client.post("/admin/operations/nope/undo", headers=site.bearer()), 404)

    async def test_pages(self, client: httpx.AsyncClient, site: Site, leads: list[int]) -> None:
        headers = site.bearer("ed", "editor")
        made = [
            (await done(client, "PATCH", f"{BULK}assignee", headers, {"ids": leads, "assignee": name}))["operation"]
            for name in ("ann", "bob", "eve")
        ]
        first = (await client.get("/admin/operations?limit=2", headers=headers)).json()
        second = (await client.get(f"/admin/operations?limit=2&cursor={first['next']}", headers=headers)).json()
        listed = [item["operation"] for item in (*first["data"], *second["data"])]
        assert listed[:3] == made[::-1]


class TestTrash:
    async def test_there_and_back(self, client: httpx.AsyncClient, site: Site, leads: list[int]) -> None:
        headers, path = site.bearer(), f"/admin/leads/{leads[0]}"
        made = await done(client, "DELETE", path, headers)
        assert (made["changed"], made["skipped"]) == (1, [])
        for method, body in (("GET", None), ("DELETE", None), ("PATCH", {"company": "x"})):
            problem(await client.request(method, path, headers=headers, json=body), 404)
        for view, total in (("inbox", 2), ("trash", 1), ("all", 3)):
            assert (await client.get(f"/admin/leads?view={view}", headers=headers)).json()["total"] == total
        restored = await done(client, "POST", f"{BULK}restore", headers, {"ids": [leads[0], leads[1], 999_999]})
        assert (restored["changed"], restored["skipped"]) == (
            1,
            [{"id": leads[1], "reason": "unchanged"}, {"id": 999_999, "reason": "not_found"}],
        )
        assert (await client.get(path, headers=headers)).status_code == 200

    @pytest.mark.threat(23)
    async def test_only_what_was_seen(self, client: httpx.AsyncClient, site: Site, leads: list[int]) -> None:
        headers, path = site.bearer(), f"/admin/leads/{leads[0]}"
        for erase in ("", "?erase=true"):
            refusal = await client.delete(path + erase, headers=headers | {"If-Match": f'"{leads[0]}-7"'})
            assert problem(refusal, 412, "current")["current"]["id"] == leads[0]
        etag = (await client.get(path, headers=headers)).headers["etag"]
        assert (await client.delete(path, headers=headers | {"If-Match": etag})).status_code == 200

    async def test_who_may(self, client: httpx.AsyncClient, site: Site, leads: list[int]) -> None:
        for role in ("viewer", "editor"):
            problem(await client.delete(f"/admin/leads/{leads[0]}", headers=site.bearer("x", role)), 403)
            problem(await client.delete(f"/admin/leads/{leads[0]}?erase=true", headers=site.bearer("x", role)), 403)

    async def test_a_parameter_that_cannot_be(self, client: httpx.AsyncClient, site: Site, leads: list[int]) -> None:
        for query in ("erase=yes", "force=true", "erase=true&erase=true"):
            problem(await client.delete(f"/admin/leads/{leads[0]}?{query}", headers=site.bearer()), 400)
        assert (await client.get(f"/admin/leads/{leads[0]}", headers=site.bearer())).status_code == 200


class TestErase:
    async def test_no_trace_is_left(self, client: httpx.AsyncClient, site: Site, owner: Owner, leads: list[int]) -> None:
        sent = {"name": "Canary", "email": "Canary@example.com", "subject": "canary", "message": "canary canary"}
        for email in ("Canary@example.com", "cAnary@EXAMPLE.com"):
            key = {"Idempotency-Key": f"canary-{email}"}
            assert (await client.post("/api/submit-contact", json=sent | {"email": email}, headers=key)).status_code == 201
        headers = site.bearer()
        found = (await client.get("/admin/leads/search?q=canary", headers=headers)).json()["data"]
        ids = sorted(lead["id"] for lead in found)
        assert len(ids) == 2
        await client.patch(f"/admin/leads/{ids[0]}/notes", headers=headers, json={"internal_notes": "canary"})
        await done(client, "PATCH", f"{BULK}tags", headers, {"filter": "q=canary", "add": ["canary"]})
        await done(client, "DELETE", f"/admin/leads/{ids[1]}", headers)
        assert any("canary" in row for row in everything(owner))
        erased = await done(client, "DELETE", f"/admin/leads/{ids[0]}?erase=true", headers)
        assert erased["changed"] == 2
        assert [row for row in everything(owner) if "canary" in row] == []
        for lead in ids:
            problem(await client.get(f"/admin/leads/{lead}", headers=headers), 404)
        problem(await client.delete(f"/admin/leads/{ids[0]}?erase=true", headers=headers), 404)
        undo = await client.post(f"/admin/operations/{erased['operation']}/undo", headers=headers)
        assert problem(undo, 409)["code"] == "operation_not_undoable"
        told = (await client.get("/admin/audit?action=erased", headers=headers)).json()["data"]
        assert {(entry["lead_id"], entry["actor"], len(entry["changes"])) for entry in told} == {
            (lead, "admin", 0) for lead in ids
        }


def everything(owner: Owner) -> list[str]:
    """Each row of each table, as text in small letters."""
    tables = owner.execute(
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname IN ('public', 'app')"
    ).fetchall()
    return [str(row[0]).lower() for (table,) in tables for row in owner.execute(f"SELECT t::text FROM {table} AS t")]
