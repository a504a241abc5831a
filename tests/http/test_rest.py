"""/rest as this product serves it: its views, roles, limits and errors. The protocol itself is tested in tests/rest."""

import asyncio

import httpx
import psycopg
import pytest

from conftest import Site, Urls, running_site
from service.rest import catalogue
from service.settings import RateLimit
from tests_support import problem


@pytest.fixture(scope="module", autouse=True)
def inbox(urls: Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        connection.execute("""
            INSERT INTO contact_leads (name, email, deleted_at, is_spam)
            VALUES ('Ann', 'a@example.com', NULL, false), ('Ben', 'b@example.com', NULL, false),
                   ('Trash', 't@example.com', now(), false), ('Spam', 's@example.com', NULL, true)
        """)


@pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
async def test_the_inbox_is_there_for_every_role(client: httpx.AsyncClient, site: Site, role: str) -> None:
    headers = site.bearer("someone", role) | {"Prefer": "count=exact"}
    answer = await client.get("/rest/leads?select=name&order=name", headers=headers)
    assert answer.json() == [{"name": "Ann"}, {"name": "Ben"}]
    assert answer.headers["content-range"] == "0-1/2"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["vary"].startswith("Authorization")


@pytest.mark.parametrize("path", ["contact_leads", "users", "lead_search", "pg_class", "_yoyo_migration"])
async def test_only_the_exposed_schemas_are(client: httpx.AsyncClient, site: Site, path: str) -> None:
    answer = await client.get(f"/rest/{path}", headers=site.bearer())
    assert (answer.status_code, answer.json()["code"]) == (404, "PGRST205")
    for schema in ("public", "app", "service", "pg_catalog"):
        answer = await client.get(f"/rest/{path}", headers=site.bearer() | {"Accept-Profile": schema})
        assert (answer.status_code, answer.json()["code"]) == (406, "PGRST106")


@pytest.mark.parametrize("role", ["analyst", "viewer", "editor", "admin"])
async def test_the_numbers_are_there_for_every_role(client: httpx.AsyncClient, site: Site, role: str) -> None:
    headers = site.bearer("someone", role) | {"Accept-Profile": "stats"}
    answer = await client.get("/rest/overview?select=leads,conversion", headers=headers)
    assert (answer.json(), answer.headers["content-profile"]) == ([{"leads": 2, "conversion": 0}], "stats")
    answer = await client.get("/rest/by_day?select=day,leads&leads=gt.0&order=day.desc", headers=headers)
    assert sum(row["leads"] for row in answer.json()) == 2
    answer = await client.get("/rest/funnel?step=eq.arrived&select=leads", headers=headers | {"Accept": "text/csv"})
    assert answer.text.splitlines() == ["leads", "2"]
    # Who they are is granted to nobody by itself.
    answer = await client.get("/rest/personal", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "42501")
    assert "Ann" not in (await client.get("/rest/leads", headers=headers)).text


async def test_refusals_of_the_guard_are_postgrests_too(client: httpx.AsyncClient, site: Site) -> None:
    answer = await client.get("/rest/leads")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert set(answer.json()) == {"code", "message", "details", "hint"}
    answer = await client.get("/rest/leads", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()["code"]) == (401, "PGRST301")


async def test_it_shares_the_limit_of_admin(fresh_urls: Urls) -> None:
    async with (
        running_site(fresh_urls, admin_rate_limit=RateLimit(2, 60)) as site,
        httpx.AsyncClient(base_url=site.url, headers=site.bearer()) as client,
    ):
        assert (await client.get("/rest/leads")).status_code == 200
        assert (await client.get("/admin/leads")).status_code == 200
        limited = await client.get("/rest/leads")
        assert limited.status_code == 429
        assert int(limited.headers["retry-after"]) > 0
        assert set(limited.json()) == {"code", "message", "details", "hint"}
        problem(await client.get("/admin/leads"), 429)


async def test_a_new_view_is_served_without_a_restart(site: Site, client: httpx.AsyncClient) -> None:
    before = await client.get("/rest/names", headers=site.bearer())
    assert before.status_code == 404
    with psycopg.connect(site.urls.owner) as connection:
        connection.execute("CREATE VIEW api.names WITH (security_invoker = true) AS SELECT name FROM api.leads")
        connection.execute("GRANT SELECT ON api.names TO leads_admin")
    await asyncio.sleep(catalogue.RELOAD_SECONDS)  # it is not looked for again sooner
    answer = await client.get("/rest/names?order=name", headers=site.bearer())
    assert answer.json() == [{"name": "Ann"}, {"name": "Ben"}]
    assert (await client.get("/rest/names", headers=site.bearer("vera", "viewer"))).status_code == 403


async def test_a_new_column_is_seen_before_long(site: Site, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(site.urls.owner) as connection:
        connection.execute("CREATE VIEW api.few WITH (security_invoker = true) AS SELECT name FROM api.leads")
        connection.execute("GRANT SELECT ON api.few TO leads_admin")
    await site.app.ctx.catalogue.reload()
    before = await site.app.ctx.catalogue.reload()
    assert before is await site.app.ctx.catalogue.reload()
    assert (await client.get("/rest/few?select=email", headers=site.bearer())).json()["code"] == "42703"
    with psycopg.connect(site.urls.owner) as connection:
        connection.execute("CREATE OR REPLACE VIEW api.few WITH (security_invoker = true) AS SELECT name, email FROM api.leads")
    monkeypatch.setattr(catalogue, "REFRESH_SECONDS", 0)
    assert (await client.get("/rest/few?select=email&limit=1", headers=site.bearer())).status_code == 200
    assert await site.app.ctx.catalogue.snapshot() is not before


async def test_an_answer_holds_so_many_rows_and_no_more(urls: Urls) -> None:
    async with (
        running_site(urls, rest_max_rows=1) as site,
        httpx.AsyncClient(base_url=site.url, headers=site.bearer()) as client,
    ):
        answer = await client.get("/rest/leads?select=name&order=name&limit=5", headers={"Prefer": "count=exact"})
        assert (answer.status_code, answer.json(), answer.headers["content-range"]) == (206, [{"name": "Ann"}], "0-0/2")
        estimated = await client.get("/rest/leads?select=name", headers={"Prefer": "count=estimated"})
        assert int(estimated.headers["content-range"].partition("/")[2]) >= 2


async def test_a_database_that_is_away_is_a_503(urls: Urls) -> None:
    nowhere = "postgresql://leads_service@127.0.0.1:1/leads"
    async with running_site(urls, database_url=nowhere) as site, httpx.AsyncClient(base_url=site.url) as client:
        answer = await client.get("/rest/leads", headers=site.bearer())
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert set(answer.json()) == {"code", "message", "details", "hint"}
