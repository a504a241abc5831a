"""Rows 14, 22 and 24: what a writer may set, how much at once, and what his words are in a spreadsheet."""

import csv
import io
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest

from conftest import Site
from service.capture.forms import FIELDS, FORMS
from tests_support import problem

Owner = psycopg.Connection[Any]

CONTACT = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}
LEAD = "{lead_id}"

# A value for each column that it would take: what is refused is the name.
VALUES: dict[str, Any] = {
    "id": 7, "reference": "00000000-0000-4000-8000-000000000000", "name": "Mallory", "email": "mallory@example.com", "subject": "Mine", "message": "Mine",
    "company": "Mallory Ltd", "phone": "+41 1", "lead_type": "cv_request", "form_type": "cv_request", "status": "contacted", "priority": "urgent",
    "metadata": {"ip_address": "6.6.6.6"}, "created_at": "2001-01-01T00:00:00Z", "updated_at": "2001-01-01T00:00:00Z", "timestamp": "2001-01-01T00:00:00Z",
    "flagged": True, "role": "root", "quality_score": 100, "internal_notes": "Mine", "tags": ["mine"], "contact_history": [{"by": "mallory"}],
    "follow_up_date": "2001-01-01", "last_contacted": "2001-01-01T00:00:00Z", "first_response_at": "2001-01-01T00:00:00Z", "source": "mallory", "consent": True,
    "is_spam": True, "deleted_at": "2001-01-01T00:00:00Z", "version": 99, "assignee": "mallory",
}  # fmt: skip


@dataclass(frozen=True)
class Writing:
    """An endpoint that writes leads: a body that it takes, and the columns that may stand in one."""

    method: str
    path: str
    body: dict[str, Any]
    takes: frozenset[str]
    role: str = "editor"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _writing(method: str, path: str, body: dict[str, Any], takes: str, role: str = "editor") -> Writing:
    return Writing(method, path, body, frozenset(takes.split()), role)


FORM_TAKES = " ".join([*(field.name for field in FIELDS), "consent"])
FORM_WRITINGS = [_writing("POST", form.path, CONTACT, FORM_TAKES) for form in FORMS]
ONE = "/admin/leads/{lead_id}"
BULK = "/admin/leads/bulk-"
CHOSEN = {"ids": [LEAD]}
WRITINGS = [
    _writing(
        "POST", "/admin/leads/", CONTACT, "name email subject message company phone role source consent lead_type priority"
    ),
    _writing("PATCH", ONE, {"name": "Jane"}, "name email company phone subject assignee follow_up_date"),
    _writing("PATCH", f"{ONE}/status", {"status": "processing"}, "status"),
    _writing("PATCH", f"{ONE}/priority", {"priority": "low"}, "priority"),
    _writing("PATCH", f"{ONE}/quality-score", {"quality_score": 1}, "quality_score"),
    _writing("PATCH", f"{ONE}/notes", {"internal_notes": "x"}, "internal_notes"),
    _writing("PATCH", f"{ONE}/tags", {"tags": ["x"]}, "tags"),
    _writing("POST", f"{ONE}/contacts", {"channel": "phone", "note": "x"}, ""),
    *(
        _writing("PATCH", BULK + kind, chosen | change, takes)
        for chosen in (CHOSEN, {"filter": "view=inbox"})
        for kind, change, takes in [
            ("status", {"status": "processing"}, "status"),
            ("priority", {"priority": "low"}, "priority"),
            ("tags", {"add": ["x"]}, ""),
            ("assignee", {"assignee": "ann"}, "assignee"),
            ("follow-up", {"follow_up_date": "2027-01-01"}, "follow_up_date"),
        ]
    ),
    _writing("DELETE", f"{BULK}delete", CHOSEN, "", "admin"),
    _writing("POST", f"{BULK}delete", {"filter": "view=inbox"}, "", "admin"),
    _writing("POST", f"{BULK}restore", {"filter": "view=trash"}, "", "admin"),
]
# They write what their address says, and read no body.
WITHOUT_BODY = {("DELETE", ONE), ("POST", "/admin/operations/{operation}/undo")}


@pytest.fixture
def lead(owner: Owner) -> int:
    """The one lead there is."""
    owner.execute("TRUNCATE contact_leads RESTART IDENTITY CASCADE")
    row = owner.execute(
        "INSERT INTO contact_leads (name, email, metadata) VALUES ('Jane', 'jane@example.com', '{\"a\": 1}') RETURNING id"
    ).fetchone()
    assert row is not None
    return int(row[0])


def image(owner: Owner) -> dict[str, list[str]]:
    """Every row that a write could have touched."""
    tables = ("public.contact_leads", "app.audit_log", "app.operations", "app.idempotency_keys", "app.lead_search")
    return {table: sorted(row[0] for row in owner.execute(f"SELECT t::text FROM {table} AS t")) for table in tables}


async def sent(client: httpx.AsyncClient, site: Site, writing: Writing, lead: int, more: dict[str, Any]) -> httpx.Response:
    """The answer to its body with more in it."""
    body = writing.body | more
    if body.get("ids") == [LEAD]:
        body |= {"ids": [lead]}
    return await client.request(
        writing.method, writing.path.replace(LEAD, str(lead)), json=body, headers=site.bearer("ed", writing.role)
    )


def test_14_every_column_is_tried(owner: Owner) -> None:
    rows = owner.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'contact_leads'::regclass AND attnum > 0")
    assert set(VALUES) == {row[0] for row in rows}


def test_14_every_endpoint_that_writes_leads_is_tried(site: Site) -> None:
    routes = {
        (method, "/" + re.sub(r"<(\w+)[^>]*>", r"{\1}", route.path))
        for route in site.app.router.routes
        for method in route.methods - {"GET", "HEAD", "OPTIONS"}
        if route.path.startswith(("api/", "admin/leads", "admin/operations", "rest/"))
    }
    assert {(method, path.rstrip("/")) for method, path in routes} == WITHOUT_BODY | {
        (writing.method, writing.path.rstrip("/")) for writing in (*FORM_WRITINGS, *WRITINGS)
    }


@pytest.mark.threat(14)
@pytest.mark.parametrize("writing", [*FORM_WRITINGS, *WRITINGS], ids=str)
async def test_14_mass_assignment(client: httpx.AsyncClient, site: Site, owner: Owner, lead: int, writing: Writing) -> None:
    before = image(owner)
    for column in VALUES.keys() - writing.takes:
        answer = await sent(client, site, writing, lead, {column: VALUES[column]})
        body = problem(answer, 422, *({"allowed"} & answer.json().keys()))
        assert [error["field"] for error in body["errors"]] == [column]
    owned = {column: value for column, value in VALUES.items() if column not in writing.takes}
    assert (await sent(client, site, writing, lead, owned)).status_code == 422
    assert image(owner) == before
    # And it was nothing else that was refused.
    assert (await sent(client, site, writing, lead, {})).status_code in (200, 201)


@pytest.mark.threat(14)
@pytest.mark.parametrize("writing", FORM_WRITINGS, ids=str)
@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
async def test_14_mass_assignment_by_an_html_form(
    client: httpx.AsyncClient, owner: Owner, lead: int, writing: Writing, kind: str
) -> None:
    before = image(owner)
    for column in VALUES.keys() - writing.takes:
        fields = {**CONTACT, column: "1"}
        form: dict[str, Any] = (
            {"data": fields} if kind == "urlencoded" else {"files": {k: (None, v) for k, v in fields.items()}}
        )
        body = problem(await client.post(writing.path, **form), 422)
        assert [error["field"] for error in body["errors"]] == [column]
    assert image(owner) == before


@pytest.mark.threat(14)
async def test_14_a_column_by_another_spelling_is_only_an_extra(client: httpx.AsyncClient, owner: Owner, lead: int) -> None:
    """What is no name of a column is kept beside, and sets none."""
    spellings = [
        "lead.status",
        "metadata[ip_address]",
        "contact_leads.status",
        "status[]",
        "utm",
        "extra",
        "\uff53tatus",
        "stat\u0443s",
        "sta\u200btus",
    ]
    answer = await client.post(
        "/api/submit-contact", json=CONTACT | {name: {"status": "contacted"} for name in spellings} | {"__proto__": VALUES}
    )
    assert answer.status_code == 201
    row = owner.execute(
        "SELECT to_jsonb(l) FROM contact_leads AS l WHERE reference = %s", (answer.json()["reference"],)
    ).fetchone()
    assert row is not None
    kept = row[0]
    assert kept["metadata"]["extra"] == {name: {"status": "contacted"} for name in spellings}
    assert kept["metadata"]["ip_address"] == "127.0.0.1"
    expected = {
        "status": "unread",
        "priority": "medium",
        "tags": [],
        "version": 1,
        "is_spam": False,
        "deleted_at": None,
        "quality_score": None,
    }
    assert kept | expected == kept
    for spelling in ("Status", "STATUS", "sTaTuS", "Metadata", "ID"):
        problem(await client.post("/api/submit-contact", json=CONTACT | {spelling: 1}), 422)


@pytest.mark.threat(14)
async def test_14_endpoints_without_a_body_write_what_they_are_for(
    client: httpx.AsyncClient, site: Site, owner: Owner, lead: int
) -> None:
    def row() -> dict[str, Any]:
        found = owner.execute("SELECT to_jsonb(l) FROM contact_leads AS l WHERE id = %s", (lead,)).fetchone()
        assert found is not None
        return {column: value for column, value in found[0].items() if column not in ("version", "updated_at")}

    before = row()
    deleted = await client.request("DELETE", f"/admin/leads/{lead}", json=VALUES, headers=site.bearer())
    assert deleted.status_code == 200
    assert row() == before | {"deleted_at": row()["deleted_at"]}
    undone = await client.post(f"/admin/operations/{deleted.json()['operation']}/undo", json=VALUES, headers=site.bearer())
    assert undone.status_code == 200
    assert row() == before


@pytest.mark.threat(14)
@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
async def test_14_rest_writes_nothing(client: httpx.AsyncClient, site: Site, owner: Owner, lead: int, method: str) -> None:
    before = image(owner)
    for path in ("/rest/leads", f"/rest/leads?id=eq.{lead}", "/rest/contact_leads", "/rest/rpc/capture_lead"):
        headers = site.bearer() | {"Prefer": "return=representation, resolution=merge-duplicates", "Content-Profile": "public"}
        answer = await client.request(method, path, json=VALUES, headers=headers)
        assert answer.status_code in (404, 405), answer.text
    assert image(owner) == before


MANY = 5000


@pytest.fixture
def many(owner: Owner, lead: int) -> list[int]:
    """As many leads as ids may name."""
    rows = owner.execute(
        "INSERT INTO contact_leads (name, email) SELECT 'Lead', n || '@example.com' FROM generate_series(1, %s) AS n RETURNING id",
        (MANY,),
    )
    return [row[0] for row in rows]


def priorities(owner: Owner) -> dict[str, int]:
    return dict(owner.execute("SELECT priority::text, count(*) FROM contact_leads GROUP BY 1").fetchall())


@pytest.mark.threat(22)
async def test_22_as_many_as_may_be_and_more(client: httpx.AsyncClient, site: Site, owner: Owner, many: list[int]) -> None:
    async def change(ids: list[int]) -> httpx.Response:
        return await client.patch(f"{BULK}priority", json={"ids": ids, "priority": "low"}, headers=site.bearer())

    before = image(owner)
    problem(await change(list(range(1, 100_001))), 413)
    assert problem(await change([*many, 1]), 422)["errors"][0]["field"] == "ids"
    assert image(owner) == before
    answer = await change(many)
    assert answer.status_code == 200
    assert answer.json()["changed"] == MANY
    assert priorities(owner) == {"low": MANY, "medium": 1}


@pytest.mark.threat(22)
async def test_22_all_or_nothing(client: httpx.AsyncClient, site: Site, owner: Owner, many: list[int]) -> None:
    """The last one can't be changed: then none is, and nothing is noted."""
    owner.execute(
        "ALTER TABLE contact_leads ADD CONSTRAINT contact_leads_test_valid"
        f" CHECK (id <> {many[-1]} OR priority = 'medium' AND deleted_at IS NULL)"  # type: ignore[arg-type]
    )
    try:
        before = image(owner)
        for chosen in ({"ids": many}, {"filter": "name=eq.Lead"}):
            answer = await client.patch(f"{BULK}priority", json=chosen | {"priority": "low"}, headers=site.bearer())
            assert answer.status_code == 422, answer.text
            answer = await client.request("DELETE", f"{BULK}delete", json=chosen, headers=site.bearer())
            assert answer.status_code == 422, answer.text
        assert image(owner) == before
    finally:
        owner.execute("ALTER TABLE contact_leads DROP CONSTRAINT contact_leads_test_valid")


@pytest.mark.threat(22)
@pytest.mark.parametrize("method", ["DELETE", "POST"])
async def test_22_a_delete_says_of_what(client: httpx.AsyncClient, site: Site, owner: Owner, lead: int, method: str) -> None:
    before = image(owner)
    url = f"{BULK}delete"
    for body in (
        {},
        {"ids": []},
        {"ids": None},
        {"filter": ""},
        {"filter": None},
        {"ids": [lead], "filter": "view=all"},
        {"token": "x"},
    ):
        problem(await client.request(method, url, json=body, headers=site.bearer()), 400)
    for query in ("", "?view=all", f"?id=eq.{lead}", "?ids=1", "?filter=view%3Dall"):
        problem(await client.request(method, url + query, headers=site.bearer()), 400)
    assert image(owner) == before


# How a spreadsheet's formula can begin. PostgreSQL holds no NUL; a form's fields of one line hold no line break or tab.
BEGINNINGS = ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]


@pytest.mark.threat(24)
async def test_24_what_a_visitor_writes_is_no_formula(client: httpx.AsyncClient, site: Site, owner: Owner, lead: int) -> None:
    """From the form into the file, every cell of it."""
    for beginning in BEGINNINGS:
        formula = f'{beginning}HYPERLINK("http://evil.example")'
        typed = (
            CONTACT
            | dict.fromkeys(("name", "subject", "message", "company", "phone", "role", "source"), formula)
            | {formula: formula}
        )
        assert (await client.post("/api/submit-contact", json=typed | {"phone": f"{beginning}1+1"})).status_code in (201, 422)
        # As psql can write it, whatever the forms make of it.
        owner.execute(
            "INSERT INTO contact_leads (name, email, message, internal_notes) VALUES ('x', 'x@y.zz', %s, %s)",
            (formula, formula),
        )
        owner.execute(
            "INSERT INTO contact_leads (name, email, tags) VALUES (%s, 'x@y.zz', %s)",
            (f"{beginning.strip()}1", [f"{beginning.strip()}1"]),
        )
    headers = site.bearer("vera", "viewer")
    for query in ("", "&select=name,message," + quote('"=1":name,"@x":message')):
        answer = await client.get(f"/admin/leads/export?format=csv&view=all{query}", headers=headers)
        assert answer.status_code == 200
        heading, *rows = csv.reader(io.StringIO(answer.text, newline=""))
        assert len(rows) > 2 * len(BEGINNINGS)
        assert not query or heading == ["name", "message", "'=1", "'@x"]
        assert not [cell for row in rows for cell in row if cell.startswith(tuple(BEGINNINGS))]
