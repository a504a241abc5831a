"""If-Match (RFC 9110, 13.1.1): a change is made only to the version of a lead that its maker saw."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import orjson
from sanic import Request

from service.db import Database, Role
from service.errors import Problem, problem_of

T = TypeVar("T")


def if_match(request: Request) -> str | None:
    """The header, however many times it was sent; None without one."""
    sent = request.headers.getall("if-match", [])
    return ", ".join(sent) if sent else None


async def with_current(database: Database, role: Role, lead_id: int, work: Callable[[], Awaitable[T]]) -> T:
    """Does the work on a lead. A Problem 412 carries the lead as it is now, as `current`, and its ETag."""
    try:
        return await work()
    except asyncpg.PostgresError as error:
        if error.sqlstate != "LD412":
            raise
        problem = problem_of(error)
        row = await database.row(role, "lead", lead_id)
        assert row is not None
        headers = {"ETag": row["etag"]}
        extensions = {"current": orjson.Fragment(row["lead"])}
        raise Problem(problem.status, problem.code, problem.detail, headers=headers, extensions=extensions) from None
