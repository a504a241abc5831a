"""Random queries in the filters' language find no 5xx, no other shape of an answer, and nothing of another schema.

scripts/fuzz asks many more of them; the strategies are those of rest/filter_grammar.py.
"""

import time
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from rest.filter_grammar import ATTEMPTS, BOUND_SECONDS, Attempt, wrong

from conftest import Site, Urls, running_site
from service.cli import demo
from service.settings import RateLimit

CANARY_USER, CANARY_NOTES = "canary-user-41d0", "canary-notes-41d0"
CANARY_HASH = "$2b$12$" + "canary41d0".ljust(53, "x")
CANARIES = (CANARY_USER, CANARY_NOTES, "canary41d0", "SCRAM-SHA-256")
EXAMPLES = 150


@pytest.fixture(scope="module")
async def site(urls: Urls) -> AsyncIterator[Site]:
    """The service on demo leads, with canaries among the users and in a lead's audit. It has PostgreSQL's passwords anyway."""
    demo.fill(urls.owner)
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO app.users (username, password_hash, role) VALUES (%s, %s, 'viewer')", (CANARY_USER, CANARY_HASH)
        )
        for notes in (CANARY_NOTES, None):
            owner.execute("UPDATE contact_leads SET internal_notes = %s WHERE id = 1", (notes,))
        assert owner.execute("SELECT count(*) FROM app.audit_log WHERE before::text LIKE '%%canary-notes%%'").fetchone() == (1,)
    async with running_site(urls, admin_rate_limit=RateLimit(10_000, 1)) as running:
        yield running


@pytest.mark.threat(18)
@pytest.mark.threat(20)
@pytest.mark.parametrize("role", ["viewer", "admin"])
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(attempt=ATTEMPTS)
# What scripts/fuzz found: no such cast, and nothing inside a text. Each was a 500.
@example(attempt=Attempt("/admin/leads", "select=id::date"))
@example(attempt=Attempt("/admin/leads/search", "q=a&select=metadata->>a->b"))
@example(attempt=Attempt("/admin/leads/export", "order=metadata->>a->b"))
async def test_no_query_does_more_than_it_may(site: Site, client: httpx.AsyncClient, role: str, attempt: Attempt) -> None:
    began = time.monotonic()
    answer = await client.get(attempt.target, headers=attempt.headers | site.bearer(role, role), timeout=2 * BOUND_SECONDS)
    took = time.monotonic() - began
    assert wrong(attempt, answer.status_code, answer.headers, answer.content, took, CANARIES) == ""


LIST = Attempt("/admin/leads", "name=eq.a")
REST = Attempt("/rest/leads", "name=eq.a")
PROBLEM = b'{"type":"","title":"","status":400,"detail":"","code":"","errors":[],"request_id":""}'
POSTGREST = b'{"code":"","message":"","details":null,"hint":null}'


@pytest.mark.parametrize(
    ("attempt", "status", "kind", "body", "seconds", "expected"),
    [
        (LIST, 200, "application/json", b'{"data": []}', 0.1, ""),
        (LIST, 200, "application/json", b'{"data": ["canary-user-41d0"]}', 0.1, "canary-user"),
        (LIST, 200, "application/json", b'{"data": [', 0.1, "can't be read"),
        (LIST, 200, "text/html", b"<html>", 0.1, "of type"),
        (LIST, 200, "application/json", b"{}", BOUND_SECONDS + 1, "answered after"),
        (LIST, 500, "application/problem+json", PROBLEM, 0.1, "status 500"),
        (LIST, 503, "application/problem+json", PROBLEM, 0.1, "status 503"),
        (Attempt("/admin/leads", "name=match.a"), 503, "application/problem+json", PROBLEM, 0.1, ""),
        (LIST, 400, "application/problem+json", PROBLEM, 0.1, ""),
        (LIST, 403, "application/problem+json", PROBLEM, 0.1, "status 403"),
        (LIST, 400, "application/json", POSTGREST, 0.1, "another shape"),
        (REST, 400, "application/json", POSTGREST, 0.1, ""),
        (REST, 400, "application/problem+json", PROBLEM, 0.1, "another shape"),
    ],
)
def test_what_is_wrong_is_told(attempt: Attempt, status: int, kind: str, body: bytes, seconds: float, expected: str) -> None:
    found = wrong(attempt, status, {"content-type": kind}, body, seconds, CANARIES)
    assert (expected in found) if expected else found == ""
