"""Public forms in: what is stored, what is refused, and how each is answered."""

import asyncio
import uuid
from typing import Any

import httpx
import psycopg
import pytest

from conftest import Site, running_site
from service.settings import RateLimit
from tests_support import problem

CONTACT = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}
ENDPOINTS = [("/api/submit-contact", "contact"), ("/api/v1/request-cv", "cv_request"), ("/api/v1/collaborate", "collaboration")]


def stored(owner: "psycopg.Connection[Any]", reference: str) -> dict[str, Any]:
    row = owner.execute("SELECT row_to_json(l) FROM contact_leads l WHERE reference = %s", (reference,)).fetchone()
    assert row is not None
    lead: dict[str, Any] = row[0]
    return lead


def count(owner: "psycopg.Connection[Any]") -> int:
    row = owner.execute("SELECT count(*) FROM contact_leads").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(("path", "lead_type"), ENDPOINTS)
@pytest.mark.parametrize("kind", ["json", "urlencoded", "multipart"])
async def test_each_form_is_taken_in_each_type(
    client: httpx.AsyncClient, owner: "psycopg.Connection[Any]", path: str, lead_type: str, kind: str
) -> None:
    sent: dict[str, Any] = {"json": CONTACT} if kind == "json" else {"data": CONTACT}
    if kind == "multipart":
        sent = {"files": {name: (None, value) for name, value in CONTACT.items()}}
    answer = await client.post(path, **sent, headers={"User-Agent": "Test/1", "Referer": "https://www.example.com/hi"})
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"success", "reference"}
    assert answer.json()["success"] is True
    lead = stored(owner, answer.json()["reference"])
    assert {name: lead[name] for name in CONTACT} == CONTACT
    assert (lead["lead_type"], lead["status"], lead["priority"]) == (lead_type, "unread", "medium")
    assert lead["metadata"] == {"ip_address": "127.0.0.1", "user_agent": "Test/1", "referer": "https://www.example.com/hi"}


async def test_all_optional_fields_are_kept(client: httpx.AsyncClient, owner: "psycopg.Connection[Any]") -> None:
    sent = CONTACT | {
        "company": "ACME",
        "phone": "+44 20 7946 0000",
        "role": "recruiter",
        "source": "newsletter",
        "consent": True,
        "utm_source": "google",
        "utm_campaign": "spring",
        "budget": {"from": 1, "to": 2},
        "_next": "/thanks",
    }
    answer = await client.post("/api/submit-contact", json=sent, headers={"Origin": "https://www.example.com"})
    lead = stored(owner, answer.json()["reference"])
    assert {name: lead[name] for name in ("company", "phone", "role", "source", "consent")} == {
        "company": "ACME",
        "phone": "+44 20 7946 0000",
        "role": "recruiter",
        "source": "newsletter",
        "consent": True,
    }
    assert lead["metadata"]["utm"] == {"utm_source": "google", "utm_campaign": "spring"}
    assert lead["metadata"]["extra"] == {"budget": {"from": 1, "to": 2}}
    assert lead["metadata"]["origin"] == "https://www.example.com"


async def test_utm_source_stands_in_for_a_missing_source(client: httpx.AsyncClient, owner: "psycopg.Connection[Any]") -> None:
    answer = await client.post("/api/submit-contact", json=CONTACT | {"utm_source": "google"})
    assert stored(owner, answer.json()["reference"])["source"] == "google"


async def test_a_cv_needs_only_a_name_and_an_address(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/request-cv", json={"name": "J", "email": "j@example.com"})
    assert answer.status_code == 201


@pytest.mark.threat(14)
@pytest.mark.parametrize(
    "owned", ["id", "status", "priority", "quality_score", "created_at", "metadata", "tags", "reference", "is_spam", "Status"]
)
async def test_what_the_service_owns_is_refused(
    client: httpx.AsyncClient, owner: "psycopg.Connection[Any]", owned: str
) -> None:
    before = count(owner)
    body = problem(await client.post("/api/submit-contact", json=CONTACT | {owned: "contacted"}), 422)
    assert [error["field"] for error in body["errors"]] == [owned]
    assert count(owner) == before


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": "   "}, "name", "required"),
        ({"name": None}, "name", "required"),
        ({"name": 7}, "name", "not_text"),
        ({"name": "x" * 201}, "name", "too_long"),
        ({"name": "a\x07b"}, "name", "control_character"),
        ({"email": "nobody"}, "email", "not_an_email"),
        ({"email": "a@b"}, "email", "not_an_email"),
        ({"email": "a@b@c.de"}, "email", "not_an_email"),
        ({"email": "a b@c.de"}, "email", "not_an_email"),
        ({"subject": ""}, "subject", "required"),
        ({"message": ""}, "message", "required"),
        ({"message": "x" * 10_001}, "message", "too_long"),
        ({"consent": "perhaps"}, "consent", "not_a_flag"),
        ({"utm_source": "x" * 201}, "utm_source", "too_long"),
        ({"note": "x" * 2049}, "note", "too_long"),
        ({"note": "a\x00b"}, "note", "nul_not_taken"),
        ({"n\x00": "b"}, "n\\0", "nul_not_taken"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(
    client: httpx.AsyncClient, owner: "psycopg.Connection[Any]", change: dict[str, Any], field: str, code: str
) -> None:
    before = count(owner)
    body = problem(await client.post("/api/submit-contact", json=CONTACT | change), 422)
    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert count(owner) == before


async def test_all_wrong_fields_are_named_at_once(client: httpx.AsyncClient) -> None:
    body = problem(await client.post("/api/submit-contact", json={"email": "x", "id": 1}), 422)
    assert {error["field"] for error in body["errors"]} == {"name", "email", "subject", "message", "id"}


async def test_at_most_twenty_fields_beside_the_forms_own(client: httpx.AsyncClient) -> None:
    extra = {f"extra_{n}": "x" for n in range(20)}
    assert (await client.post("/api/submit-contact", json=CONTACT | extra)).status_code == 201
    body = problem(await client.post("/api/submit-contact", json=CONTACT | extra | {"one_more": "x"}), 422)
    assert [error["code"] for error in body["errors"]] == ["too_many"]


@pytest.mark.threat(38)
@pytest.mark.threat(37)
@pytest.mark.threat(36)
@pytest.mark.threat(35)
@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b'{"a": 1e999}', "application/json", 400),
        (b'{"a": "\xff"}', "application/json", 400),
        (b'{"a": 1, "a": 2}', "application/json", 422),
        (b'{"a": {"b": 1, "b": 2}}', "application/json", 422),
        (b'{"a": "\\ud800"}', "application/json", 422),
        (b'{"a": "\\u0000"}', "application/json", 422),
        (b'{"a": 1' + b"0" * 30 + b"}", "application/json", 422),
        (b'{"a": 1' + b"0" * 5000 + b"}", "application/json", 422),
        (b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}", "application/json", 422),
        (b'{"a": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", "application/json", 422),
        (b'{"name": "x"}', "text/plain", 415),
        (b'{"name": "x"}', "", 415),
        (b"name=%ff", "application/x-www-form-urlencoded", 400),
        (b"name=\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"f%d=1" % n for n in range(101)), "application/x-www-form-urlencoded", 400),
        (b"name=x", "multipart/form-data", 400),
        (b"--b\r\n", "multipart/form-data; boundary=b", 400),
        (b"x" * 70_000, "application/json", 413),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    client: httpx.AsyncClient, owner: "psycopg.Connection[Any]", content: bytes, content_type: str, status: int
) -> None:
    before = count(owner)
    headers = {"Content-Type": content_type} if content_type else {}
    problem(await client.post("/api/submit-contact", content=content, headers=headers), status)
    assert count(owner) == before


async def test_a_compressed_body_is_refused(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    problem(await client.post("/api/submit-contact", content=b"\x1f\x8b", headers=headers), 415)


async def test_a_file_is_refused_by_name(client: httpx.AsyncClient) -> None:
    files = {"cv": ("cv.pdf", b"%PDF", "application/pdf")}
    body = problem(await client.post("/api/submit-contact", data=CONTACT, files=files), 422)
    assert [error["field"] for error in body["errors"]] == ["cv"]


async def test_a_field_given_twice_is_refused(client: httpx.AsyncClient) -> None:
    content = b"name=a&name=b&email=a%40b.co&subject=s&message=m"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = problem(await client.post("/api/submit-contact", content=content, headers=headers), 422)
    assert [error["field"] for error in body["errors"]] == ["name"]


async def test_text_is_kept_as_written(client: httpx.AsyncClient, owner: "psycopg.Connection[Any]") -> None:
    sent = CONTACT | {"name": " Zoë  O’Brien 🦊 ", "message": "one\r\ntwo\n'; DROP TABLE contact_leads; --<script>"}
    lead = stored(owner, (await client.post("/api/submit-contact", json=sent)).json()["reference"])
    assert lead["name"] == "Zoë O’Brien 🦊"
    assert lead["message"] == "one\ntwo\n'; DROP TABLE contact_leads; --<script>"


async def test_the_address_comes_from_the_socket(client: httpx.AsyncClient, owner: "psycopg.Connection[Any]") -> None:
    forged = {"X-Forwarded-For": "6.6.6.6", "Fly-Client-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6"}
    answer = await client.post("/api/submit-contact", json=CONTACT, headers=forged)
    assert stored(owner, answer.json()["reference"])["metadata"]["ip_address"] == "127.0.0.1"


class TestIdempotency:
    async def test_a_repeat_gets_the_same_answer(self, client: httpx.AsyncClient, owner: "psycopg.Connection[Any]") -> None:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        before = count(owner)
        first = await client.post("/api/submit-contact", json=CONTACT, headers=headers)
        # The key is over the parsed fields: another order, and another type of body, are the same submission.
        second = await client.post("/api/submit-contact", data=dict(reversed(CONTACT.items())), headers=headers)
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert count(owner) == before + 1

    @pytest.mark.threat(59)
    async def test_fifty_at_once_are_one_lead(self, client: httpx.AsyncClient, owner: "psycopg.Connection[Any]") -> None:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        before = count(owner)
        answers = await asyncio.gather(*(client.post("/api/submit-contact", json=CONTACT, headers=headers) for _ in range(50)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["reference"] for answer in answers}) == 1
        assert count(owner) == before + 1

    @pytest.mark.threat(59)
    async def test_another_body_is_refused(self, client: httpx.AsyncClient) -> None:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        await client.post("/api/submit-contact", json=CONTACT, headers=headers)
        answer = await client.post("/api/submit-contact", json=CONTACT | {"subject": "Other"}, headers=headers)
        assert problem(answer, 422)["code"] == "idempotency_key_reused"

    async def test_keys_of_other_forms_are_other_keys(self, client: httpx.AsyncClient) -> None:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        answers = [await client.post(path, json=CONTACT, headers=headers) for path, _ in ENDPOINTS]
        assert len({answer.json()["reference"] for answer in answers}) == 3

    async def test_a_refused_submission_uses_up_no_key(self, client: httpx.AsyncClient) -> None:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        problem(await client.post("/api/submit-contact", json=CONTACT | {"email": "x"}, headers=headers), 422)
        assert (await client.post("/api/submit-contact", json=CONTACT, headers=headers)).status_code == 201

    async def test_a_key_holds_for_a_day(self, client: httpx.AsyncClient, owner: "psycopg.Connection[Any]") -> None:
        key = str(uuid.uuid4())
        first = await client.post("/api/submit-contact", json=CONTACT, headers={"Idempotency-Key": key})
        owner.execute("UPDATE app.idempotency_keys SET created_at = now() - interval '24 hours' WHERE key = %s", (key,))
        other = CONTACT | {"subject": "Other"}
        second = await client.post("/api/submit-contact", json=other, headers={"Idempotency-Key": key})
        assert second.status_code == 201
        assert second.json()["reference"] != first.json()["reference"]

    @pytest.mark.parametrize("key", ["", "x" * 256, "\u00e9"])
    async def test_an_impossible_key_is_refused(self, client: httpx.AsyncClient, key: str) -> None:
        headers = {"Idempotency-Key": key.encode()}
        body = problem(await client.post("/api/submit-contact", json=CONTACT, headers=headers), 422)
        assert [error["field"] for error in body["errors"]] == ["Idempotency-Key"]


class TestPlainForms:
    BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

    async def test_without_next_a_page_says_thanks(self, client: httpx.AsyncClient, owner: "psycopg.Connection[Any]") -> None:
        answer = await client.post("/api/submit-contact", data=CONTACT, headers=self.BROWSER)
        assert answer.status_code == 201
        assert answer.headers["content-type"].startswith("text/html")
        row = owner.execute("SELECT reference::text FROM contact_leads ORDER BY id DESC LIMIT 1").fetchone()
        assert row is not None
        assert row[0] in answer.text

    async def test_errors_come_as_a_page_that_keeps_what_was_typed(self, client: httpx.AsyncClient) -> None:
        sent = CONTACT | {"email": "nobody", "message": "</textarea><script>alert(1)</script>"}
        answer = await client.post("/api/submit-contact", data=sent, headers=self.BROWSER)
        assert answer.status_code == 422
        assert "Jane Doe" in answer.text
        assert "<script>alert" not in answer.text
        assert 'aria-invalid="true"' in answer.text

    async def test_an_unticked_consent_is_a_no(self, client: httpx.AsyncClient, owner: "psycopg.Connection[Any]") -> None:
        for sent, consent in (({}, None), ({"_consent": "asked"}, False), ({"_consent": "asked", "consent": "on"}, True)):
            answer = await client.post("/api/submit-contact", data=CONTACT | sent)
            assert stored(owner, answer.json()["reference"])["consent"] is consent

    @pytest.mark.parametrize(("content", "status"), [(b"name=%ff", 400), (b"x=" + b"y" * 70_000, 413)])
    async def test_what_cannot_be_read_is_a_page_too(self, client: httpx.AsyncClient, content: bytes, status: int) -> None:
        headers = self.BROWSER | {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await client.post("/api/submit-contact", content=content, headers=headers)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        assert "Not sent yet" in answer.text
        assert answer.headers["x-request-id"] in answer.text

    async def test_a_database_in_trouble_keeps_what_was_typed(
        self, client: httpx.AsyncClient, owner: "psycopg.Connection[Any]"
    ) -> None:
        with owner.transaction():
            owner.execute("LOCK TABLE contact_leads")
            answer = await client.post("/api/submit-contact", data=CONTACT, headers=self.BROWSER)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert "too busy" in answer.text
        assert "It may not have arrived" in answer.text
        assert CONTACT["message"] in answer.text

    async def test_a_reached_limit_is_a_page_too(self, site: Site) -> None:
        async with (
            running_site(site.urls, public_rate_limit=RateLimit(1, 60)) as limited,
            httpx.AsyncClient(base_url=limited.url) as client,
        ):
            answers = [await client.post("/api/submit-contact", data=CONTACT, headers=self.BROWSER) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 429]
        assert f"again in {answers[1].headers['retry-after']} seconds" in answers[1].text

    async def test_next_redirects_to_a_path_of_ours(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/api/submit-contact", data=CONTACT | {"_next": "/forms/cv?x=1"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/forms/cv?x=1")

    @pytest.mark.threat(27)
    @pytest.mark.parametrize(
        "target",
        [
            "//evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\\evil.example",
            "\\\\evil",
            "https:/evil",
            "x",
            "https://www.example.com.evil.example",
            "http://[",
            "/a\r\nSet-Cookie: x=1",
            "///evil.example",
        ],
    )
    async def test_next_goes_nowhere_else(
        self, client: httpx.AsyncClient, owner: "psycopg.Connection[Any]", target: str
    ) -> None:
        before = count(owner)
        body = problem(await client.post("/api/submit-contact", data=CONTACT | {"_next": target}), 400)
        assert [error["field"] for error in body["errors"]] == ["_next"]
        assert count(owner) == before
