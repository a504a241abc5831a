"""What every worker does without being asked."""

import asyncio
from typing import Any, cast

import psycopg
import pytest
from structlog.testing import capture_logs

from conftest import Site, Urls
from service import jobs
from service.db import Database


async def test_totals_are_folded(site: Site, urls: Urls) -> None:
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("INSERT INTO contact_leads (name, email) VALUES ('Jane', 'jane@example.com')")
        async with asyncio.timeout(10):
            while owner.execute("SELECT FROM app.lead_count_changes").fetchall():  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.01)
        assert owner.execute("SELECT sum(leads)::int FROM app.lead_counts").fetchone() == (1,)


async def test_one_that_fails_is_tried_less_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    class Failing:
        async def row(self, *_: object) -> None:
            if len(waits) < 10:
                raise OSError("the database is away")

    async def note(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 12:
            raise asyncio.CancelledError

    monkeypatch.setattr(jobs.asyncio, "sleep", note)
    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        await jobs.keep_tidying(cast(Database, cast(Any, Failing())))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 1, 1]
    assert [line["event"] for line in logs] == ["job_failed"] * 9
    assert logs[0] | {"job": "tidy", "again_in_seconds": 2, "log_level": "warning"} == logs[0]
