"""What happens without anybody asking. Every worker runs each job, and may: a job is one statement that repeats well."""

import asyncio

import structlog

from service.db import Database, Role
from service.errors import problem_of

logger = structlog.get_logger()

PURGE_EVERY_SECONDS = 600


async def keep_purging(database: Database) -> None:
    """Removes what has expired, every ten minutes, for as long as the worker lives."""
    while True:
        await asyncio.sleep(PURGE_EVERY_SECONDS)
        try:
            row = await database.row(Role.SERVICE, "purge_expired")
            logger.debug("purged", rows=row and row[0])
        except Exception as error:  # noqa: BLE001 - it is tried again, whatever it was
            logger.warning("purge_failed", code=problem_of(error).code)
