"""What happens without anybody asking. Every worker runs each job, and may: a job is one statement that repeats well."""

import asyncio

import structlog

from service.db import Database, Role
from service.errors import problem_of

logger = structlog.get_logger()

PURGE_EVERY_SECONDS = 600
TIDY_EVERY_SECONDS = 1
# What keeps failing is tried, and logged, less and less often.
RETRY_AT_MOST_SECONDS = 60


async def keep_purging(database: Database) -> None:
    """Removes what has expired, every ten minutes, for as long as the worker lives."""
    await _keep(database, "purge_expired", PURGE_EVERY_SECONDS)


async def keep_tidying(database: Database) -> None:
    """Folds the totals and tends the search indexes, every second, for as long as the worker lives."""
    await _keep(database, "tidy", TIDY_EVERY_SECONDS)


async def _keep(database: Database, query: str, seconds: float) -> None:
    wait = seconds
    while True:
        await asyncio.sleep(wait)
        try:
            await database.row(Role.SERVICE, query)
            wait = seconds
        except Exception as error:  # noqa: BLE001 - it is tried again, whatever it was
            wait = max(seconds, min(2 * wait, RETRY_AT_MOST_SECONDS))
            logger.warning("job_failed", job=query, code=problem_of(error).code, again_in_seconds=wait)
