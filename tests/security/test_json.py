"""Rows 35 to 38: JSON that is none, and JSON that PostgreSQL can't keep or two readers would read differently."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest
from security.json_suite import DEEP, MALFORMED, WELL_FORMED

from conftest import Site, Urls
from service.bodies import MAX_DEPTH
from service.capture.forms import FIELDS, FORMS
from tests_support import problem

Owner = psycopg.Connection[Any]

CONTACT = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}
JSON = {"Content-Type": "application/json"}
LEAD = "{lead_id}"


@dataclass(frozen=True)
class Reading:
    """An endpoint that reads JSON, a body that it takes, and which of its members are text."""

    method: str
    path: str
    body: dict[str, Any]
    texts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


ONE = "/admin/leads/{lead_id}"
BULK = "/admin/leads/bulk-"
CHOSEN = {"filter": "name=eq.Nobody"}
TEXTS = tuple(field.name for field in FIELDS)
READINGS = [
    *(Reading("POST", form.path, CONTACT, (*TEXTS, "utm_source", "note")) for form in FORMS),
    Reading("POST", "/admin/login", {"username": "nobody", "password": "x"}, ("username", "password")),
    Reading("POST", "/admin/leads", CONTACT, (*TEXTS, "lead_type", "priority")),
    Reading("PATCH", ONE, {"name": "Jane"}, ("name", "email", "company", "phone", "subject", "assignee", "follow_up_date")),
    Reading("PATCH", f"{ONE}/status", {"status": "unread"}, ("status",)),
    Reading("PATCH", f"{ONE}/priority", {"priority": "medium"}, ("priority",)),
    Reading("PATCH", f"{ONE}/quality-score", {"quality_score": None}, ("quality_score",)),
    Reading("PATCH", f"{ONE}/notes", {"internal_notes": None}, ("internal_notes",)),
    Reading("PATCH", f"{ONE}/tags", {"tags": []}, ("tags",)),
    Reading("POST", f"{ONE}/contacts", {"channel": "phone", "note": "x"}, ("channel", "note", "at")),
    Reading("PATCH", f"{BULK}status", CHOSEN | {"status": "unread"}, ("status", "filter", "token")),
    Reading("PATCH", f"{BULK}priority", CHOSEN | {"priority": "medium"}, ("priority", "filter", "token")),
    Reading("PATCH", f"{BULK}tags", CHOSEN | {"add": ["x"]}, ("add", "remove", "filter")),
    Reading("PATCH", f"{BULK}assignee", CHOSEN | {"assignee": "ann"}, ("assignee", "filter")),
    Reading("PATCH", f"{BULK}follow-up", CHOSEN | {"follow_up_date": None}, ("follow_up_date", "filter")),
    Reading("DELETE", f"{BULK}delete", CHOSEN, ("filter", "token")),
    Reading("POST", f"{BULK}delete", CHOSEN, ("filter", "token")),
    Reading("POST", f"{BULK}restore", CHOSEN, ("filter", "token")),
]
each_reading = pytest.mark.parametrize("reading", READINGS, ids=str)


# One of each for the whole file: its tests are many and short.


@pytest.fixture(scope="module")
async def client(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=site.url, timeout=10) as client:
        yield client


@pytest.fixture(scope="module")
def owner(urls: Urls) -> Iterator[Owner]:
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def lead(owner: Owner) -> int:
    row = owner.execute("INSERT INTO contact_leads (name, email) VALUES ('Jane', 'jane@example.com') RETURNING id").fetchone()
    assert row is not None
    return int(row[0])


def stored(owner: Owner) -> list[tuple[Any, ...]]:
    return owner.execute(
        "SELECT t::text FROM contact_leads AS t UNION ALL SELECT t::text FROM app.audit_log AS t ORDER BY 1"
    ).fetchall()


async def send(client: httpx.AsyncClient, site: Site, reading: Reading, lead: int, content: bytes) -> httpx.Response:
    headers = JSON | (site.bearer() if reading.path.startswith("/admin/leads") else {})
    return await client.request(reading.method, reading.path.replace(LEAD, str(lead)), content=content, headers=headers)


def with_member(reading: Reading, member: str, value: bytes) -> bytes:
    """Its body with that member, whose value is written as it is."""
    others = {name: held for name, held in reading.body.items() if name != member}
    return (
        b'{"'
        + member.encode()
        + b'": '
        + value
        + b"".join(b", " + json.dumps({n: v}).encode()[1:-1] for n, v in others.items())
        + b"}"
    )


@pytest.mark.threat(35)
async def test_35_malformed_json(client: httpx.AsyncClient, site: Site, owner: Owner, lead: int) -> None:
    """The whole suite: as the body, and as a member's value of a body that is well-formed else."""
    assert len(MALFORMED) + len(DEEP) == 188
    before = stored(owner)
    for reading in (READINGS[0], next(reading for reading in READINGS if reading.path.endswith("/notes"))):
        for name, content in MALFORMED.items():
            for body in (content, with_member(reading, reading.texts[-1], content)):
                answer = await send(client, site, reading, lead, body)
                assert answer.status_code == 400, (name, body, answer.text)
                assert problem(answer, 400)["code"] in ("json_not_valid", "body_missing"), name
        for content in DEEP.values():
            problem(await send(client, site, reading, lead, content), 413)
    assert stored(owner) == before


@pytest.mark.threat(35)
async def test_35_well_formed_json(client: httpx.AsyncClient, owner: Owner) -> None:
    """It is taken, and kept as what it says."""
    for name, content in WELL_FORMED.items():
        answer = await client.post("/api/submit-contact", content=with_member(READINGS[0], "note", content), headers=JSON)
        assert answer.status_code == 201, (name, answer.text)
        row = owner.execute(
            "SELECT metadata #>> '{extra}' FROM contact_leads WHERE reference = %s", (answer.json()["reference"],)
        ).fetchone()
        assert row is not None
        # jsonb writes large numbers out; a member that is null is none.
        assert json.loads(row[0], parse_int=float).get("note") == json.loads(content, parse_int=float), name
        alone = await client.post("/api/submit-contact", content=content, headers=JSON)
        assert problem(alone, 422 if isinstance(json.loads(content), dict) else 400)["code"] != "json_not_valid", name


@pytest.mark.threat(35)
@each_reading
async def test_35_numbers_that_are_none(
    client: httpx.AsyncClient, site: Site, owner: Owner, lead: int, reading: Reading
) -> None:
    before = stored(owner)
    for number in (b"NaN", b"-NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e400", b"nan", b"0x10"):
        problem(await send(client, site, reading, lead, with_member(reading, reading.texts[0], number)), 400)
        problem(await send(client, site, reading, lead, with_member(reading, "x", b'{"y": [' + number + b"]}")), 400)
    assert stored(owner) == before


# As JSON writes them, as UTF-8 can't, and in the middle of text.
NOT_TEXT = [b'"\\u0000"', b'"a\\u0000b"', b'"\\ud800"', b'"\\udfff"', b'"\\ud83d x"', b'"\\ude00\\ud83d"', b'"a\\uD800\\u0041"']


@pytest.mark.threat(36)
@each_reading
async def test_36_no_text_holds_a_nul_or_half_a_character(
    client: httpx.AsyncClient, site: Site, owner: Owner, lead: int, reading: Reading
) -> None:
    before = stored(owner)
    for number, (member, value) in enumerate(product(reading.texts, NOT_TEXT)):
        # Plainly, and by turns in what a member can hold.
        inside = (b"[" + value + b"]", b'{"x": {"y": [' + value + b"]}}", b"{" + value + b": 1}")[number % 3]
        for written in (value, inside):
            body = problem(await send(client, site, reading, lead, with_member(reading, member, written)), 422)
            assert [error["field"] for error in body["errors"]] == [member], (value, member)
    for value in NOT_TEXT:  # a member's own name
        problem(await send(client, site, reading, lead, b"{" + value + b": 1}"), 422)
    # Bytes that are no UTF-8 are no JSON: a surrogate so encoded, a byte alone, one that is longer than it need be.
    for raw in (b"\xed\xa0\x80", b"\xff", b"\xc0\x80", b"\xf4\x90\x80\x80"):
        problem(await send(client, site, reading, lead, with_member(reading, reading.texts[0], b'"' + raw + b'"')), 400)
    assert stored(owner) == before


@pytest.mark.threat(36)
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
async def test_36_nor_does_an_html_form(client: httpx.AsyncClient, owner: Owner, form: Any) -> None:
    before = stored(owner)
    urlencoded = {"Content-Type": "application/x-www-form-urlencoded"}
    for name in (*TEXTS, "note", "utm_source"):
        fields = "&".join(f"{field}={quote(text)}" for field, text in CONTACT.items() if field != name)
        body = problem(await client.post(form.path, content=f"{fields}&{name}=a%00b".encode(), headers=urlencoded), 422)
        assert [error["field"] for error in body["errors"]] == [name]
        problem(await client.post(form.path, content=f"{fields}&{name}=%ed%a0%80".encode(), headers=urlencoded), 400)
        parts = {field: (None, text) for field, text in CONTACT.items()} | {name: (None, "a\0b")}
        assert problem(await client.post(form.path, files=parts), 422)["errors"][0]["field"] == name
    assert stored(owner) == before


@pytest.mark.threat(36)
@pytest.mark.parametrize("path", ["/admin/leads", "/admin/leads/search", "/admin/leads/export", "/rest/leads"])
async def test_36_nor_does_a_query(client: httpx.AsyncClient, site: Site, path: str) -> None:
    headers = site.bearer()
    searched = "q=a&" if path.endswith("search") else ""
    for broken in ("%00", "a%00b", "%ff", "%ed%a0%80", "%c0%80"):
        for query in (
            f"name=eq.{broken}", f"name=in.(a,{broken})", f"name=like.{broken}", f"metadata->>{broken}=eq.1",
            f"metadata->{broken}->>x=eq.1", f"metadata->>x=eq.{broken}", f"select=metadata->>{broken}",
            f"order=metadata->>{broken}", f"or=(name.eq.{broken},id.eq.1)", f"{broken}=eq.1", f"select={broken}:name",
            f"tags=cs.{{{broken}}}",
        ):  # fmt: skip
            answer = await client.get(f"{path}?{searched}{query}", headers=headers)
            assert answer.status_code == 400, (query, answer.text)
    # In a search's own words too, and a filter in a body.
    if searched:
        problem(await client.get(f"{path}?q=a%00b", headers=headers), 400)
    for filter_ in ("name=eq.a%00b", "metadata->>%00=eq.1", "q=%00"):
        answer = await client.patch(f"{BULK}status", json={"filter": filter_, "status": "archived"}, headers=headers)
        problem(answer, 400)


@pytest.mark.threat(37)
@each_reading
async def test_37_huge_integers(client: httpx.AsyncClient, site: Site, owner: Owner, lead: int, reading: Reading) -> None:
    before = stored(owner)
    for number in (10**30, -(10**30), 2**63, -(2**63) - 1, 2**64, int("9" * 4000)):
        text = b"%d" % number if abs(number) < 2**70 else (b"-" if number < 0 else b"") + b"1" + b"0" * 4000
        for written in (text, b"[" + text + b"]", b'{"x": ' + text + b"}"):
            body = problem(await send(client, site, reading, lead, with_member(reading, reading.texts[0], written)), 422)
            assert [error["field"] for error in body["errors"]] == [reading.texts[0]]
    assert stored(owner) == before


@pytest.mark.threat(37)
async def test_37_the_largest_that_fits_is_kept_whole(client: httpx.AsyncClient, owner: Owner) -> None:
    for number in (2**63 - 1, -(2**63) + 1, 2**53 + 1):
        answer = await client.post("/api/submit-contact", json=CONTACT | {"note": number})
        assert answer.status_code == 201
        row = owner.execute(
            "SELECT metadata #>> '{extra,note}' FROM contact_leads WHERE reference = %s", (answer.json()["reference"],)
        ).fetchone()
        assert row == (str(number),)


@pytest.mark.threat(37)
@each_reading
async def test_37_a_doubled_key(client: httpx.AsyncClient, site: Site, owner: Owner, lead: int, reading: Reading) -> None:
    before = stored(owner)
    for member in reading.texts:
        # Also when both say the same, or the name is written otherwise.
        for first, second in ((b"1", b"1"), (b'"a"', b'"b"'), (b"null", b"{}")):
            escaped = b"\\u%04x" % ord(member[0]) + member[1:].encode()
            for again in (member.encode(), escaped):
                content = b'{"%s": %s, "%s": %s}' % (member.encode(), first, again, second)
                body = problem(await send(client, site, reading, lead, content), 422)
                assert [(error["field"], error["code"]) for error in body["errors"]] == [(member, "key_doubled")]
    problem(await send(client, site, reading, lead, b'{"x": [{"y": {"z": 1, "z": 2}}]}'), 422)
    assert stored(owner) == before


@pytest.mark.threat(37)
@each_reading
async def test_37_no_body(client: httpx.AsyncClient, site: Site, owner: Owner, lead: int, reading: Reading) -> None:
    before = stored(owner)
    for content in (b"", b" ", b"\r\n\t ", b"\xef\xbb\xbf", b"null", b"[]", b'""', b"0", b"false"):
        problem(await send(client, site, reading, lead, content), 400)
    assert problem(await send(client, site, reading, lead, b""), 400)["code"] == "body_missing"
    assert stored(owner) == before


def nested(depth: int, shape: str) -> bytes:
    """A value of so many levels: of arrays, of objects, of both by turns, or never closed."""
    match shape:
        case "arrays":
            return b"[" * depth + b"]" * depth
        case "objects":
            return b'{"a":' * depth + b"1" + b"}" * depth
        case "both":
            return b'[{"a":' * (depth // 2) + b"[1]" * (depth % 2) + b"1" * (1 - depth % 2) + b"}]" * (depth // 2)
        case _:
            return b"[" * depth


@pytest.mark.threat(38)
@each_reading
async def test_38_nesting(client: httpx.AsyncClient, site: Site, owner: Owner, lead: int, reading: Reading) -> None:
    before = stored(owner)
    for shape, most in {"arrays": 20_000, "open": 20_000, "objects": 9_000, "both": 9_000}.items():  # within 64 KB
        for depth in (MAX_DEPTH + 1, most):
            # A body is a level itself; brackets in a text are none.
            inside = with_member(reading, reading.texts[0], b'["[]{}\\"]", ' + nested(depth - 1, shape) + b"]")
            for content in (nested(depth, shape), inside):
                assert problem(await send(client, site, reading, lead, content), 422)["code"] == "json_too_deep"
    assert stored(owner) == before


@pytest.mark.threat(38)
async def test_38_as_deep_as_may_be(client: httpx.AsyncClient, owner: Owner) -> None:
    for shape in ("arrays", "objects", "both"):
        content = with_member(READINGS[0], "note", nested(MAX_DEPTH - 1, shape))
        answer = await client.post("/api/submit-contact", content=content, headers=JSON)
        assert answer.status_code == 201, answer.text
    # In a text it is no nesting.
    answer = await client.post("/api/submit-contact", json=CONTACT | {"message": '[{"' * 3_000 + "\\"})
    assert answer.status_code == 201
