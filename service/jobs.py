"""What happens without anybody asking. Every worker runs each job, and may: a job repeats well."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import time

import structlog

from service.db import Database, Role
from service.errors import problem_of

logger = structlog.get_logger()

PURGE_EVERY_SECONDS = 600
TIDY_EVERY_SECONDS = 1
QUEUE_DUE_EVERY_SECONDS = 30
# As many purged at once means that there may be more.
PURGED_AT_ONCE = 1000
# What keeps failing is tried, and logged, less and less often.
RETRY_AT_MOST_SECONDS = 60


async def keep_purging(database: Database, trash_days: int) -> None:
    """Removes what has expired and what has been in the trash for long enough, every ten minutes."""

    async def purge() -> None:
        await database.row(Role.SERVICE, "purge_expired")
        while (row := await database.row(Role.SERVICE, "purge_trash", trash_days)) and row[0] == PURGED_AT_ONCE:
            pass

    await _keep("purge", purge, PURGE_EVERY_SECONDS)


async def keep_tidying(database: Database) -> None:
    """Folds the totals and tends the search indexes, every second."""

    async def tidy() -> None:
        await database.row(Role.SERVICE, "tidy")

    await _keep("tidy", tidy, TIDY_EVERY_SECONDS)


async def keep_queueing_due(database: Database, at: time, time_zone: str) -> None:
    """Queues the day's reminders and digest once it is `at` there."""

    async def queue() -> None:
        await database.row(Role.SERVICE, "queue_due_mails", at, time_zone)

    await _keep("queue_due_mails", queue, QUEUE_DUE_EVERY_SECONDS)


async def _keep(name: str, work: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Does some work again and again, for as long as the worker lives."""
    wait = seconds
    while True:
        await asyncio.sleep(wait)
        try:
            await work()
            wait = seconds
        except Exception as error:  # noqa: BLE001 - it is tried again, whatever it was
            wait = max(seconds, min(2 * wait, RETRY_AT_MOST_SECONDS))
            logger.warning("job_failed", job=name, code=problem_of(error).code, again_in_seconds=wait)
