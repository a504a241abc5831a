"""A page of leads, in any order, with a cursor to the page after and the total."""

from dataclasses import dataclass
from functools import lru_cache

import asyncpg
import orjson

from service.db import Database, Role
from service.inbox.cursors import Place, after, bad_cursor, order_by, read_cursor, sort_key, total_order, write_cursor
from service.inbox.selection import VIEWS, Selection, refused_by_name, where
from service.rest.catalogue import Relation, Snapshot
from service.rest.grammar import Field, Query, Shape
from service.rest.scanner import QueryError
from service.rest.statement import Renderer, Statement, conditions

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
#: Beyond this a total that isn't kept ready is a lower bound.
COUNT_TO = 10_000


@dataclass(frozen=True)
class Window:
    """The rest of a list's shape: how many rows, from where."""

    limit: int
    has_offset: bool
    place: Place | None


async def list_leads(database: Database, role: Role, selection: Selection) -> bytes:
    """`{"data": [lead], "total", "total_exact", "next"}`. Raises QueryError naming the parameter."""
    query = selection.query
    limit = page_size(query)
    order = total_order(query.shape.order)
    cursor = query.own.get("cursor")
    last = None if cursor is None else read_cursor(cursor, order, selection.leads)
    window = Window(limit, query.offset > 0, None if last is None else Place(tuple(key is None for key in last)))
    statement = _statement(
        selection.snapshot,
        selection.leads,
        selection.totals,
        Shape(query.shape.select, query.shape.filters, order),
        selection.view,
        selection.searched,
        len(selection.values),
        window,
    )
    keys = [key or "" for key in last or ()]
    values = [*selection.values, str(query.offset), *keys]

    async def page() -> "asyncpg.Record | None":
        return await database.first(role, statement.text, *statement.arguments(values))

    try:
        row = await refused_by_name(database, role, selection, page)
    except asyncpg.DataError as error:
        if last is None:
            raise
        raise bad_cursor() from error  # every filter could be read
    assert row is not None
    total, exact = (COUNT_TO, False) if row["total"] > COUNT_TO and not row["exact"] else (row["total"], True)
    following = orjson.dumps(write_cursor(order, row["keys"]) if row["more"] else None)
    return b'{"data":%b,"total":%d,"total_exact":%b,"next":%b}' % (
        row["data"],
        total,
        b"true" if exact else b"false",
        following,
    )


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


@lru_cache(maxsize=512)
def _statement(
    snapshot: Snapshot,
    leads: Relation,
    totals: Relation,
    shape: Shape,
    view: str,
    searched: int | None,
    values: int,
    window: Window,
) -> Statement:
    """The statement of a shape. Its values are the query's, then the offset, then the cursor's."""
    renderer = Renderer(snapshot, leads, "l")
    chosen = where(renderer, shape.filters, view, searched)
    order = order_by(renderer, shape.order)
    keys = [f"{sort_key(renderer, item)[0]} AS k{n}" for n, item in enumerate(shape.order)]
    everything = all(item.field.name == "*" for item in shape.select)
    lead = "l" if everything else f"(SELECT r FROM (SELECT {renderer.columns(shape.select)}) AS r)"
    beyond = f" AND {after(renderer, shape.order, window.place, values + 1)}" if window.place else ""
    offset = f" OFFSET CAST({renderer.parameter(values)} AS int8)" if window.has_offset else ""
    # One row more than the page holds tells whether there is a next one. The keys become text above the LIMIT: below it that
    # would be done for each row that an offset skips.
    page = (
        f"SELECT {lead} AS lead, {', '.join(keys)} FROM public.contact_leads AS l"
        f" WHERE {chosen}{beyond} ORDER BY {order} LIMIT {window.limit + 1}{offset}"
    )
    texts = ", ".join(f"p.k{n}::text" for n in range(len(keys)))
    kept = searched is None and all(_is_kept(totals, condition.field) for condition in conditions(shape.filters))
    if kept:
        beside = renderer.beside(totals, "t")
        counted = f"{VIEWS[view][1]} AND {beside.where(shape.filters)}"
        total = f"(SELECT coalesce(sum(t.leads), 0)::int8 FROM app.lead_totals AS t WHERE {counted})"
    else:
        bounded = f"SELECT FROM public.contact_leads AS l WHERE {chosen} LIMIT {COUNT_TO + 1}"
        total = f"(SELECT count(*) FROM ({bounded}) AS counted)"
        if not window.place and not window.has_offset:
            # A first page that isn't full is all there is.
            total = f"CASE WHEN count(*) <= {window.limit} THEN count(*) ELSE {total} END"
    return renderer.statement(
        f"SELECT coalesce(json_agg(row_to_json(f.lead)) FILTER (WHERE f.place <= {window.limit}), '[]') AS data,"
        f" count(*) > {window.limit} AS more, max(f.keys) FILTER (WHERE f.place = {window.limit}) AS keys,"
        f" {total} AS total, {'true' if kept else 'false'} AS exact"
        f" FROM (SELECT p.lead, ARRAY[{texts}] AS keys, row_number() OVER () AS place FROM ({page}) AS p) AS f"
    )


def _is_kept(totals: Relation, field: Field) -> bool:
    return field.name in totals.columns and not field.path
