"""Trends and choices over HTTP: whom they answer, what they refuse, and when they needn't be sent again. Their numbers: tests/sql."""

import time
from types import SimpleNamespace
from typing import Any

import httpx
import psycopg
import pytest
from jsonschema import Draft202012Validator
from realtime.support import locked_leads, settled

from conftest import Site, Urls, running_site
from service.live import listening
from tests_support import problem

TRENDS, CHOICES = "/admin/leads/trends", "/admin/leads/choices"
Owner = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module", autouse=True)
def inbox(urls: Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        connection.execute("""
            INSERT INTO contact_leads (name, email, status, source, metadata, tags, role, created_at, first_response_at)
            SELECT 'Lead ' || n, n || '@example.com', (enum_range(NULL::lead_status))[1 + n % 4], (ARRAY['web', 'ad'])[n % 3],
                   CASE WHEN n % 2 = 0 THEN '{"ip_address": "192.0.2.1"}' ELSE '{}' END::jsonb, '{vip}', 'founder',
                   now() - make_interval(hours => n), CASE WHEN n % 3 > 0 THEN now() END
            FROM generate_series(1, 60) AS n
        """)


@pytest.fixture
def viewer(site: Site) -> dict[str, str]:
    return site.bearer("vera", "viewer")


async def test_a_month_of_utc_unless_it_is_asked_otherwise(client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
    trends = (await client.get(TRENDS, headers=viewer)).json()
    assert (trends["period"], trends["time_zone"], trends["bucket"], len(trends["series"])) == ("30d", "UTC", "day", 30)
    assert trends["totals"]["leads"]["count"] == 60
    answer = await client.get(TRENDS, params={"period": "90d", "time_zone": "Asia/Kathmandu"}, headers=viewer)
    trends = answer.json()
    assert (trends["period"], trends["time_zone"], trends["bucket"], len(trends["series"])) == (
        "90d",
        "Asia/Kathmandu",
        "week",
        13,
    )
    assert trends["from"].endswith("T18:15:00+00:00")


@pytest.mark.parametrize("period", ["24h", "7d", "30d", "90d", "12m"])
async def test_each_number_is_the_total_of_its_list(client: httpx.AsyncClient, viewer: dict[str, str], period: str) -> None:
    """By the filters that the dashboard links to."""
    trends = (await client.get(TRENDS, params={"period": period, "time_zone": "Europe/Berlin"}, headers=viewer)).json()
    of_period = [("created_at", f"gte.{trends['from']}"), ("created_at", f"lt.{trends['until']}"), ("limit", "1")]

    async def listed(**filters: str) -> int:
        page = await client.get("/admin/leads", params=[*of_period, *filters.items()], headers=viewer)
        total: int = page.json()["total"]
        return total

    assert trends["totals"]["leads"]["count"] == await listed() > 0
    assert trends["totals"]["answered"]["count"] == await listed(first_response_at="not.is.null")
    assert trends["totals"]["unread"] == await listed(status="unread")
    assert {name: await listed(status=name) for name in trends["by_status"]} == trends["by_status"]
    for one in trends["by_source"]:
        # Of leads that name no source those of a form are direct, the others unknown.
        address = {"direct": "not.is.null", "unknown": "is.null"}.get(one["source"])
        source = (
            {"or": f"(source.eq.{one['source']},and(source.is.null,metadata->>ip_address.{address}))"}
            if address
            else {"source": f"eq.{one['source']}"}
        )
        assert (one["leads"], one["answered"]) == (
            await listed(**source),
            await listed(**source, first_response_at="not.is.null"),
        )
    assert [one["leads"] for one in trends["funnel"]] == [
        await listed(), await listed(**{"or": "(status.neq.unread,first_response_at.not.is.null)"}),
        await listed(first_response_at="not.is.null"), await listed(status="archived", first_response_at="not.is.null"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("period=1y", "period", "period_not_valid"),
        ("period=", "period", "period_not_valid"),
        ("time_zone=foo%2B3", "time_zone", "time_zone_not_valid"),
        ("time_zone=CEST", "time_zone", "time_zone_not_valid"),
        ("time_zone=", "time_zone", "time_zone_not_valid"),
        ("time_zone=Europe/Berlin%00", "time_zone", "filter_not_valid"),
        ("period=7d&period=7d", "period", "filter_not_valid"),
        ("zone=UTC", "zone", "parameter_unknown"),
    ],
)
async def test_what_it_can_not_be_asked(
    client: httpx.AsyncClient, viewer: dict[str, str], query: str, field: str, code: str
) -> None:
    answer = await client.get(f"{TRENDS}?{query}", headers=viewer)
    allowed = ["allowed"] if code == "period_not_valid" else []
    refusal = problem(answer, 400, *allowed)
    assert (refusal["errors"][0]["field"], refusal["errors"][0]["code"]) == (field, code)
    if allowed:
        assert refusal["allowed"] == ["24h", "7d", "30d", "90d", "12m"]


async def test_choices(client: httpx.AsyncClient, viewer: dict[str, str], site: Site) -> None:
    added = {"username": "ann", "role": "editor", "password": "correct horse"}
    assert (await client.post("/admin/users", json=added, headers=site.bearer())).status_code == 201
    answer = await client.get(CHOICES, headers=viewer)
    assert answer.json() == {"assignees": ["ann"], "tags": ["vip"], "sources": ["ad", "web"], "roles": ["founder"]}
    assert problem(await client.get(f"{CHOICES}?limit=3", headers=viewer), 400)["errors"][0]["field"] == "limit"


async def test_they_are_as_the_contract_says(client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
    components = (await client.get("/openapi.json")).json()["components"]
    for path, name in ((TRENDS, "Trends"), (f"{TRENDS}?period=24h", "Trends"), (CHOICES, "Choices")):
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        answer = (await client.get(path, headers=viewer)).json()
        assert [error.message for error in Draft202012Validator(schema).iter_errors(answer)] == []


@pytest.mark.parametrize("path", [TRENDS, CHOICES])
async def test_what_one_has_is_304(client: httpx.AsyncClient, viewer: dict[str, str], owner: Owner, path: str) -> None:
    first = await client.get(path, headers=viewer)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "private, no-cache"
    known = viewer | {"If-None-Match": first.headers["etag"]}
    assert (await client.head(path, headers=viewer)).headers["etag"] == first.headers["etag"]
    again = await client.get(path, headers=known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    owner.execute("INSERT INTO contact_leads (name, email, source) VALUES ('New', 'new@example.com', %s)", (f"new by {path}",))
    changed = await client.get(path, headers=known)
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


async def test_they_are_kept_while_no_lead_is_written(fresh_urls: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
    # No minute passes by itself, and a machine that stands still for a second is no silence.
    monkeypatch.setattr(listening, "time", SimpleNamespace(time=lambda: 1_800_000_000.0, monotonic=time.monotonic))
    monkeypatch.setattr(listening, "SILENT_SECONDS", 30.0)
    async with running_site(fresh_urls) as site, httpx.AsyncClient(base_url=site.url, timeout=10) as client:
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            await settled(owner, site)
        viewer = site.bearer("vera", "viewer")
        paths = [TRENDS, f"{TRENDS}?period=7d", f"{TRENDS}?time_zone=Asia/Tokyo", CHOICES]
        first = [await client.get(path, headers=viewer) for path in paths]
        with locked_leads(fresh_urls):
            again = [await client.get(path, headers=viewer) for path in paths]
        assert [answer.status_code for answer in again] == [200] * 4
        assert [answer.content for answer in again] == [answer.content for answer in first]
        form = {"name": "New", "email": "new@example.com", "source": "newsletter"}
        assert (await client.post("/api/v1/request-cv", json=form)).status_code == 201
        assert (await client.get(TRENDS, headers=viewer)).json()["totals"]["leads"]["count"] == 1
        assert (await client.get(CHOICES, headers=viewer)).json()["sources"] == ["newsletter"]


@pytest.mark.parametrize("path", [TRENDS, CHOICES])
async def test_who_may_not_read_leads(client: httpx.AsyncClient, site: Site, path: str) -> None:
    problem(await client.get(path), 401)
    problem(await client.get(path, headers=site.bearer("ana", "analyst")), 403)
