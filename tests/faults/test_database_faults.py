"""The database in trouble while the service runs: 503 with Retry-After in time, nothing stored, well again by itself."""

import asyncio
import time
from typing import Any

import httpx
import psycopg

from conftest import Site, running_site
from service import db
from service.db import Role
from tests_support import problem

CONTACT = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}


async def test_a_locked_table_is_503_in_time_and_nothing_is_stored(client: httpx.AsyncClient, site: Site) -> None:
    with psycopg.connect(site.urls.owner) as owner:
        owner.execute("LOCK TABLE contact_leads IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        answers = await asyncio.gather(
            client.post("/api/submit-contact", json=CONTACT),
            client.get("/admin/leads", headers=site.bearer()),
            client.get("/admin/leads/stats", headers=site.bearer()),
        )
        assert time.monotonic() - began < 5
        for answer in answers:
            assert problem(answer, 503)["code"] == "database_busy"
            assert int(answer.headers["retry-after"]) >= 1
        assert (await client.get("/healthz")).status_code == 200
        owner.rollback()
        count = owner.execute("SELECT count(*) FROM contact_leads").fetchone()
        assert count == (0,)
    assert (await client.post("/api/submit-contact", json=CONTACT)).status_code == 201


async def test_every_connection_cut_is_mended_by_itself(client: httpx.AsyncClient, site: Site) -> None:
    async def ask() -> int:
        return (await client.get("/admin/leads", headers=site.bearer())).status_code

    assert await ask() == 200
    with psycopg.connect(site.urls.superuser, autocommit=True) as superuser:
        cut = superuser.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'leads'"
        ).fetchone()
    assert cut is not None
    assert cut[0] > 0
    answers = [await ask() for _ in range(20)]
    assert set(answers) <= {200, 503}
    assert answers[-10:] == [200] * 10


async def test_a_pool_that_is_used_up_is_503_in_time(site: Site, urls: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(db, "POOL_SIZES", dict.fromkeys(Role, 1))
    async with running_site(urls) as small, httpx.AsyncClient(base_url=small.url, timeout=10) as client:
        async with small.app.ctx.database._borrow(Role.VIEWER):
            began = time.monotonic()
            headers = small.bearer("vera", "viewer")
            answers = await asyncio.gather(*(client.get("/admin/leads", headers=headers) for _ in range(5)))
            assert time.monotonic() - began < 5
        assert {problem(answer, 503)["code"] for answer in answers} == {"database_busy"}
        assert (await client.get("/admin/leads", headers=headers)).status_code == 200


async def test_a_changed_table_is_no_error(client: httpx.AsyncClient, site: Site) -> None:
    """Prepared statements outlive the table they were prepared for."""
    await client.post("/api/submit-contact", json=CONTACT)
    with psycopg.connect(site.urls.owner, autocommit=True) as owner:
        for n in range(3):
            assert (await client.get("/admin/leads?limit=1", headers=site.bearer())).status_code == 200
            owner.execute(f"ALTER TABLE contact_leads ADD COLUMN test_{n} integer DEFAULT {n}")  # type: ignore[call-overload]
            page = (await client.get("/admin/leads?limit=1", headers=site.bearer())).json()
            assert page["data"][0][f"test_{n}"] == n
            assert (await client.post("/api/submit-contact", json=CONTACT)).status_code == 201
