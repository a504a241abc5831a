"""What a list and a search have in common: how large a page may be, how it is asked for, and how it is answered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import asyncpg
import orjson

from service.db import Database, Role
from service.inbox.cursors import bad_cursor
from service.inbox.selection import Selection, refused_by_name
from service.rest.grammar import Query
from service.rest.scanner import QueryError
from service.rest.statement import Statement

if TYPE_CHECKING:
    from asyncpg import Record

DEFAULT_LIMIT = 50
MAX_LIMIT = 500


def page_size(query: Query) -> int:
    """How many leads a page holds. Raises QueryError for a limit, an offset, or an offset beside a cursor that can't be."""
    limit = DEFAULT_LIMIT if query.limit is None else query.limit
    if not 1 <= limit <= MAX_LIMIT:
        raise QueryError("limit", f"limit must be from 1 to {MAX_LIMIT}.", code="limit_not_valid")
    if query.offset < 0:
        raise QueryError("offset", "offset must not be negative.", code="offset_not_valid")
    if query.offset and "cursor" in query.own:
        raise QueryError("offset", "Give a cursor or an offset, not both.", code="offset_not_valid")
    return limit


async def ask(
    database: Database, role: Role, selection: Selection, statement: Statement, place: Sequence[str | None] | None
) -> "Record":
    """Runs a page's statement. Its values are the selection's, then the offset, then the cursor's (`place`, if there is one).

    Raises QueryError naming the parameter whose value PostgreSQL refuses.
    """
    values = [*selection.values, str(selection.query.offset), *(key or "" for key in place or ())]

    async def page() -> "Record | None":
        return await database.first(role, statement.text, *statement.arguments(values))

    try:
        row = await refused_by_name(database, role, selection, page)
    except asyncpg.DataError as error:
        if place is None:
            raise
        raise bad_cursor() from error  # every filter could be read
    assert row is not None
    return row


def envelope(data: bytes, total: int, exact: bool, following: str | None) -> bytes:
    """`{"data": [lead], "total", "total_exact", "next"}`, the leads as PostgreSQL wrote them."""
    return b'{"data":%b,"total":%d,"total_exact":%b,"next":%b}' % (
        data,
        total,
        b"true" if exact else b"false",
        orjson.dumps(following),
    )
