"""A page of leads, in any order, with a cursor to the page after and the total."""

from dataclasses import dataclass
from functools import lru_cache

from service.db import Database, Role
from service.inbox.cursors import Place, after, order_by, read_cursor, sort_key, total_order, write_cursor
from service.inbox.pages import ask, envelope, page_size
from service.inbox.selection import VIEWS, Selection, where
from service.rest.catalogue import Relation, Snapshot
from service.rest.grammar import Field, Shape
from service.rest.statement import Renderer, Statement, conditions

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
    row = await ask(database, role, selection, statement, last)
    total, exact = (COUNT_TO, False) if row["total"] > COUNT_TO and not row["exact"] else (row["total"], True)
    return envelope(row["data"], total, exact, write_cursor(order, row["keys"]) if row["more"] else None)


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
        f"SELECT coalesce(pg_catalog.json_agg(pg_catalog.row_to_json(f.lead))"
        f" FILTER (WHERE f.place <= {window.limit}), '[]') AS data,"
        f" count(*) > {window.limit} AS more, pg_catalog.max(f.keys) FILTER (WHERE f.place = {window.limit}) AS keys,"
        f" {total} AS total, {'true' if kept else 'false'} AS exact"
        f" FROM (SELECT p.lead, ARRAY[{texts}] AS keys, row_number() OVER () AS place FROM ({page}) AS p) AS f"
    )


def _is_kept(totals: Relation, field: Field) -> bool:
    return field.name in totals.columns and not field.path
