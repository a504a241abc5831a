"""Reading by PostgREST's protocol: one statement that answers with the body, the rows in it and, when asked for, the total."""

from dataclasses import dataclass
from functools import lru_cache

import orjson

from service.db import Database, Role
from service.rest.catalogue import Catalogue, Relation, Snapshot
from service.rest.grammar import Query, Shape
from service.rest.protocol import Count, Media
from service.rest.scanner import QueryError
from service.rest.statement import Renderer, Statement


@dataclass(frozen=True)
class Page:
    """What a read gives: the body as PostgreSQL wrote it, how many rows are in it, and how many there are (None: not asked)."""

    body: bytes
    rows: int
    total: int | None


async def find(catalogue: Catalogue, schema: str, name: str) -> tuple[Snapshot, Relation]:
    """A relation that a client names. Raises QueryError 404 with the nearest name as a hint."""
    snapshot, relation = await catalogue.relation(schema, name)
    if relation is None:
        near = _nearest(name, [known for of, known in snapshot.relations if of == schema])
        raise QueryError(
            "",
            f"Could not find the table '{schema}.{name}' in the schema cache",
            rest_code="PGRST205",
            hint=f"Perhaps you meant the table '{schema}.{near}'" if near else None,
            status=404,
        )
    return snapshot, relation


async def read(
    database: Database,
    role: Role,
    snapshot: Snapshot,
    relation: Relation,
    query: Query,
    *,
    media: Media,
    count: Count | None,
    limit: int | None,
    offset: int,
    max_rows: int,
    with_body: bool,
) -> Page:
    """Reads a page. Raises QueryError, and what Database.first raises."""
    most = max_rows if limit is None else min(limit, max_rows)
    statement = _page_statement(snapshot, relation, query.shape, len(query.values), media, count, with_body)
    values = [*query.values, str(most), str(offset), str(max_rows + 1)]
    row = await database.first(role, statement.text, *statement.arguments(values))
    assert row is not None
    total = row["total"]
    if count is Count.PLANNED or (count is Count.ESTIMATED and total is not None and total > max_rows):
        planned = await _planned(database, role, snapshot, relation, query)
        total = planned if total is None else max(total, planned)
    return Page(row["body"] or b"", row["rows"], total)


@lru_cache(maxsize=512)
def _page_statement(
    snapshot: Snapshot, relation: Relation, shape: Shape, values: int, media: Media, count: Count | None, with_body: bool
) -> Statement:
    """The statement of a shape: the same text for the same shape, so that it stays prepared.

    Three more values follow the query's own: limit, offset, and how far an estimated count counts.
    """
    renderer = Renderer(snapshot, relation)
    columns = renderer.columns(shape.select)
    where = renderer.where(shape.filters)
    order = renderer.order(shape.order)
    limit, offset = (f"CAST({renderer.parameter(values + n)} AS int8)" for n in (0, 1))
    total = "NULL::int8"
    if count in (Count.EXACT, Count.ESTIMATED):
        bound = f" LIMIT CAST({renderer.parameter(values + 2)} AS int8)" if count is Count.ESTIMATED else ""
        total = f"(SELECT count(*) FROM (SELECT FROM {relation.sql} WHERE {where}{bound}) AS counted)"
    body = _BODIES[media] if with_body else "NULL::bytea"
    return renderer.statement(
        f"WITH page AS (SELECT {columns} FROM {relation.sql} WHERE {where}"
        f"{f' ORDER BY {order}' if order else ''} LIMIT {limit} OFFSET {offset})"
        f" SELECT {total} AS total, count(*) AS rows, {body} AS body FROM (SELECT * FROM page) AS row"
    )


# A record's text is nearly CSV: between parentheses, quotes doubled; but its backslashes are doubled too.
_CSV = r"""convert_to(
    coalesce((
        SELECT string_agg(
            CASE WHEN name.key ~ '[",\n\r]' THEN '"' || replace(name.key, '"', '""') || '"' ELSE name.key END, ',')
        FROM pg_catalog.json_object_keys((SELECT pg_catalog.row_to_json(one) FROM page AS one LIMIT 1)) AS name (key)
    ), '') || E'\n'
    || coalesce(string_agg(replace(substring(row::text, 2, length(row::text) - 2), '\\', '\'), E'\n'), ''), 'UTF8')"""

_BODIES = {
    Media.JSON: "coalesce(pg_catalog.json_agg(row), '[]')",
    Media.STRIPPED: "coalesce(pg_catalog.json_strip_nulls(pg_catalog.json_agg(row)), '[]')",
    Media.OBJECT: "coalesce(pg_catalog.json_agg(row) -> 0, 'null')",
    Media.OBJECT_STRIPPED: "coalesce(pg_catalog.json_strip_nulls(pg_catalog.json_agg(row)) -> 0, 'null')",
    Media.CSV: _CSV,
}


async def _planned(database: Database, role: Role, snapshot: Snapshot, relation: Relation, query: Query) -> int:
    """How many rows the planner expects."""
    renderer = Renderer(snapshot, relation)
    statement = renderer.statement(
        f"EXPLAIN (FORMAT JSON) SELECT FROM {relation.sql} WHERE {renderer.where(query.shape.filters)}"
    )
    row = await database.first(role, statement.text, *statement.arguments(query.values))
    assert row is not None
    return int(orjson.loads(row[0])[0]["Plan"]["Plan Rows"])


def _nearest(name: str, known: list[str]) -> str | None:
    import difflib  # here, since only a mistake needs it

    near = difflib.get_close_matches(name, known, 1, 0.6)
    return near[0] if near else None
