"""The inbox: lists and their pages, one lead, the KPIs."""

import base64
import json
from typing import Any

import httpx
import psycopg
import pytest

from conftest import Site, Urls, running_site
from tests_support import problem

COLUMNS = {
    "id", "reference", "name", "email", "subject", "message", "company", "phone", "lead_type", "status", "priority", "metadata",
    "created_at", "updated_at", "timestamp", "flagged", "role", "form_type", "quality_score", "internal_notes", "tags",
    "contact_history", "follow_up_date", "last_contacted", "first_response_at", "source", "consent", "is_spam", "deleted_at",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def inbox(urls: Urls) -> None:
    """Sixty leads, several of each created_at, one in the trash and one spam besides."""
    with psycopg.connect(urls.owner) as connection:
        connection.execute("""
            INSERT INTO contact_leads (name, email, status, priority, lead_type, created_at)
            SELECT 'Lead ' || n, n || '@example.com',
                   (enum_range(NULL::lead_status))[1 + n % 4], (enum_range(NULL::lead_priority))[1 + n % 4],
                   (enum_range(NULL::lead_type))[1 + n % 3], now() - make_interval(hours => n / 3)
            FROM generate_series(1, 60) AS n
        """)
        connection.execute("INSERT INTO contact_leads (name, email, deleted_at) VALUES ('Trash', 't@example.com', now())")
        connection.execute("INSERT INTO contact_leads (name, email, is_spam) VALUES ('Spam', 's@example.com', true)")


@pytest.fixture
def viewer(site: Site) -> dict[str, str]:
    return site.bearer("vera", "viewer")


class TestList:
    async def test_newest_first(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        answer = await client.get("/admin/leads", headers=viewer)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "private, no-cache"
        page = answer.json()
        assert set(page) == {"data", "total", "total_exact", "next"}
        assert (len(page["data"]), page["total"], page["total_exact"]) == (50, 60, True)
        places = [(lead["created_at"], lead["id"]) for lead in page["data"]]
        assert places == sorted(places, reverse=True)
        assert set(page["data"][0]) == COLUMNS
        assert page["data"][0]["created_at"].endswith("+00:00")

    @pytest.mark.parametrize("size", [1, 7, 20, 59, 60, 61, 500])
    async def test_walking_the_cursor_misses_and_repeats_none(
        self, client: httpx.AsyncClient, viewer: dict[str, str], size: int
    ) -> None:
        seen: list[int] = []
        cursor = None
        while True:
            params = {"limit": size} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/admin/leads", params=params, headers=viewer)).json()
            seen += [lead["id"] for lead in page["data"]]
            assert page["total"] == 60
            cursor = page["next"]
            if cursor is None:
                break
            assert len(page["data"]) == size
        assert len(seen) == len(set(seen)) == 60

    @pytest.mark.parametrize(
        ("parameter", "value", "total"),
        [("status", "unread", 15), ("status", "archived", 15), ("priority", "urgent", 15), ("lead_type", "cv_request", 20)],
    )
    async def test_filters(
        self, client: httpx.AsyncClient, viewer: dict[str, str], parameter: str, value: str, total: int
    ) -> None:
        page = (await client.get("/admin/leads", params={parameter: value}, headers=viewer)).json()
        assert page["total"] == len(page["data"]) == total
        assert {lead[parameter] for lead in page["data"]} == {value}

    async def test_filters_together_and_with_a_cursor(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        params = {"status": "unread", "lead_type": "contact", "limit": 2}
        first = (await client.get("/admin/leads", params=params, headers=viewer)).json()
        second = (await client.get("/admin/leads", params=params | {"cursor": first["next"]}, headers=viewer)).json()
        assert first["total"] == second["total"] == 5
        assert {lead["id"] for lead in first["data"]}.isdisjoint(lead["id"] for lead in second["data"])

    async def test_an_empty_page(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        params = {"status": "unread", "priority": "urgent"}
        page = (await client.get("/admin/leads", params=params, headers=viewer)).json()
        assert page == {"data": [], "total": 0, "total_exact": True, "next": None}

    @pytest.mark.parametrize(
        ("query", "parameter"),
        [
            ("status=gone", "status"),
            ("status=", "status"),
            ("priority=1", "priority"),
            ("lead_type=Contact", "lead_type"),
            ("limit=501", "limit"),
            ("limit=0", "limit"),
            ("limit=-1", "limit"),
            ("limit=x", "limit"),
            ("limit=", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("limit=1.5", "limit"),
            ("limit=%D9%A3", "limit"),
            ("cursor=x", "cursor"),
            ("cursor=", "cursor"),
            ("cursor=%00", "cursor"),
            ("cursor=" + "a" * 5000, "cursor"),
            ("nonsense=1", "nonsense"),
            ("status=unread&status=archived", "status"),
            ("status=a%00b", "status"),
        ],
    )
    async def test_a_bad_parameter_is_named(
        self, client: httpx.AsyncClient, viewer: dict[str, str], query: str, parameter: str
    ) -> None:
        body = problem(await client.get(f"/admin/leads?{query}", headers=viewer), 400)
        assert [error["field"] for error in body["errors"]] == [parameter]

    @pytest.mark.parametrize(
        "place",
        [
            "2026-01-01T00:00:00.000000Z",
            "2026-01-01T00:00:00.000000Z 1 2",
            "2026-01-01T00:00:00.000000Z 99999999999999999999",
            "2026-01-01 1",
            "infinity 1",
            "now 1",
            "x 1",
            "\\x00 1",
            "2026-01-01T00:00:00.000000Z -",
        ],
    )
    async def test_a_forged_cursor_is_refused(self, client: httpx.AsyncClient, viewer: dict[str, str], place: str) -> None:
        cursor = base64.urlsafe_b64encode(place.encode()).rstrip(b"=").decode()
        body = problem(await client.get("/admin/leads", params={"cursor": cursor}, headers=viewer), 400)
        assert body["code"] == "cursor_not_valid"

    async def test_parameters_that_begin_with_an_underscore_are_ignored(
        self, client: httpx.AsyncClient, viewer: dict[str, str]
    ) -> None:
        assert (await client.get("/admin/leads?_=1699999999", headers=viewer)).status_code == 200

    async def test_head(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        answer = await client.head("/admin/leads", headers=viewer)
        assert (answer.status_code, answer.content) == (200, b"")

    async def test_a_count_beyond_ten_thousand_is_a_lower_bound(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner) as connection:
            fill = "INSERT INTO contact_leads (name, email) SELECT 'n', n || '@example.com' FROM generate_series(1, %s) n"
            connection.execute(fill, (10_000,))
        async with running_site(fresh_urls) as site, httpx.AsyncClient(base_url=site.url) as client:
            page = (await client.get("/admin/leads?limit=1", headers=site.bearer())).json()
            assert (page["total"], page["total_exact"]) == (10_000, True)
            with psycopg.connect(fresh_urls.owner) as connection:
                connection.execute(fill, (1,))
            page = (await client.get("/admin/leads?limit=1", headers=site.bearer())).json()
            assert (page["total"], page["total_exact"]) == (10_000, False)


class TestOne:
    async def test_it_has_every_column(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        newest = (await client.get("/admin/leads?limit=1", headers=viewer)).json()["data"][0]
        answer = await client.get(f"/admin/leads/{newest['id']}", headers=viewer)
        assert answer.status_code == 200
        assert answer.json() == newest

    @pytest.mark.parametrize(
        "lead_id", ["0", "999999", "999999999999999999", "9999999999999999999999", "x", "-1", "1.0", "1%00"]
    )
    async def test_there_is_none(self, client: httpx.AsyncClient, viewer: dict[str, str], lead_id: str) -> None:
        problem(await client.get(f"/admin/leads/{lead_id}", headers=viewer), 404)

    async def test_a_trashed_one_is_not_there(
        self, client: httpx.AsyncClient, viewer: dict[str, str], owner: "psycopg.Connection[Any]"
    ) -> None:
        row = owner.execute("SELECT id FROM contact_leads WHERE name = 'Trash'").fetchone()
        assert row is not None
        problem(await client.get(f"/admin/leads/{row[0]}", headers=viewer), 404)


class TestStats:
    async def test_shape_and_counts(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        stats = (await client.get("/admin/leads/stats", headers=viewer)).json()
        assert list(stats) == [
            "total", "by_status", "by_type", "by_priority", "by_source", "unread", "velocity", "conversion", "first_response"
        ]  # fmt: skip
        assert stats["total"] == 60
        assert stats["by_status"] == {"unread": 15, "processing": 15, "contacted": 15, "archived": 15}
        assert stats["by_type"] == {"contact": 20, "cv_request": 20, "collaboration": 20}
        assert stats["by_priority"] == {"low": 15, "medium": 15, "high": 15, "urgent": 15}
        assert stats["by_source"] == {"unknown": 60}
        assert stats["unread"] == 15
        assert list(stats["velocity"]) == ["24h", "7d", "30d"]

    async def test_a_form_moves_the_kpis(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        before = (await client.get("/admin/leads/stats", headers=viewer)).json()
        form = {"name": "New", "email": "new@example.com", "source": "newsletter"}
        assert (await client.post("/api/v1/request-cv", json=form)).status_code == 201
        after = (await client.get("/admin/leads/stats", headers=viewer)).json()
        assert after["total"] == before["total"] + 1
        assert after["unread"] == before["unread"] + 1
        assert after["by_type"]["cv_request"] == before["by_type"]["cv_request"] + 1
        assert after["by_source"]["newsletter"] == 1
        assert after["velocity"]["24h"]["count"] == before["velocity"]["24h"]["count"] + 1

    async def test_an_empty_inbox(self, fresh_urls: Urls) -> None:
        async with running_site(fresh_urls) as site, httpx.AsyncClient(base_url=site.url) as client:
            stats = (await client.get("/admin/leads/stats", headers=site.bearer())).json()
        nothing = {"count": 0, "previous": 0, "change_percent": None}
        assert stats["velocity"] == {"24h": nothing, "7d": nothing, "30d": nothing}
        assert stats["conversion"] == {"overall": None, "by_role": {}}
        assert stats["first_response"] == {"median_seconds": None, "p90_seconds": None}
        assert stats["by_source"] == {}


async def test_the_bytes_are_postgresqls_own(client: httpx.AsyncClient, viewer: dict[str, str], urls: Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        connection.execute("SET timezone = 'UTC'")
        row = connection.execute("SELECT service.list_leads(p_limit => 3)::text").fetchone()
    assert row is not None
    assert (await client.get("/admin/leads?limit=3", headers=viewer)).text == row[0]
    assert json.loads(row[0])["data"]
