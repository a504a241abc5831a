"""One lead, and the KPIs. Lists are in test_lists.py."""

from typing import Any

import httpx
import psycopg
import pytest

from conftest import Site, Urls, running_site
from tests_support import problem

COLUMNS = {
    "id", "reference", "name", "email", "subject", "message", "company", "phone", "lead_type", "status", "priority", "metadata",
    "created_at", "updated_at", "timestamp", "flagged", "role", "form_type", "quality_score", "internal_notes", "tags",
    "contact_history", "follow_up_date", "last_contacted", "first_response_at", "source", "consent", "is_spam", "deleted_at", "version",
    "assignee",
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
