"""Ranked search: words, phrases, typos and fragments, with the same filters as a list.

Ranking is bounded work. A common word is found among the newest leads at once and ranked there; a rare one by the index.
"""

from functools import lru_cache

from service.db import Database, Role
from service.inbox.cursors import RANKED, Place, after, order_by, read_cursor, write_cursor
from service.inbox.pages import ask, envelope, page_size
from service.inbox.selection import VIEWS, Selection
from service.rest.catalogue import Column, Relation, Snapshot
from service.rest.grammar import Shape
from service.rest.scanner import QueryError
from service.rest.statement import Renderer, Statement

#: How many of the newest leads are read, in order, before the index is asked; and how many at most of a word less common.
NEWEST = 2_000
NEWER = 20_000
#: Found among them, that is enough to rank: a page and some. Fewer than SOME tells that reading on would be in vain.
ENOUGH = 60
SOME = 10
#: At most so many of the newest matches are ranked: found by reading on, and by the index.
RANK_READ = 300
RANK = 1_000
#: With fewer matches than this, similar names, companies and addresses are looked for as well, up to as many.
FEW = 200

# What the ranked rows are, to the cursor.
_FLOAT = Column("score", "float8", '"pg_catalog"."float8"', None, "other", not_null=True)
_BIGINT = Column("id", "int8", '"pg_catalog"."int8"', None, "other", not_null=True)
FOUND = Relation("", "found", {"score": _FLOAT, "id": _BIGINT}, {})


async def search_leads(database: Database, role: Role, selection: Selection) -> bytes:
    """`{"data": [lead with its snippet and score], "total", "total_exact", "next"}`. Raises QueryError naming the parameter."""
    query = selection.query
    if selection.searched is None:
        raise QueryError("q", "q must say what to search for.", code="query_missing")
    if query.shape.order:
        raise QueryError("order", "A search is in the order of its ranks. /admin/leads takes q and any order.")
    limit = page_size(query)
    cursor = query.own.get("cursor")
    last = None if cursor is None else read_cursor(cursor, RANKED, FOUND)
    statement = _statement(
        selection.snapshot,
        selection.leads,
        Shape(query.shape.select, query.shape.filters, ()),
        selection.view,
        selection.searched,
        limit,
        query.offset > 0,
        last is not None,
    )
    row = await ask(database, role, selection, statement, last)
    return envelope(row["data"], row["total"], row["exact"], write_cursor(RANKED, row["keys"]) if row["more"] else None)


@lru_cache(maxsize=512)
def _statement(
    snapshot: Snapshot,
    leads: Relation,
    shape: Shape,
    view: str,
    searched: int,
    limit: int,
    has_offset: bool,
    has_place: bool,
) -> Statement:
    """The statement of a shape. Its values are the query's with `q` as the last, then the offset, then the cursor's."""
    renderer = Renderer(snapshot, leads, "l")
    found = renderer.beside(FOUND, "f")
    chosen = f"{VIEWS[view][0]} AND {renderer.where(shape.filters)}"
    q = renderer.parameter(searched)
    query = f"app.search_query({q})"
    asked = "(SELECT query FROM asked)"
    # Slips are looked for only when nothing was found as it was typed.
    similar = f"app.similar_leads({q}, (SELECT count(*) = 0 FROM worded), {FEW})"
    order = order_by(found, RANKED)
    beyond = f"WHERE {after(found, RANKED, Place((False, False)), searched + 2)}" if has_place else ""
    offset = f"OFFSET CAST({renderer.parameter(searched + 1)} AS int8)" if has_offset else ""
    everything = all(item.field.name == "*" for item in shape.select)
    lead = f"{'l.*' if everything else renderer.columns(shape.select)}, s.snippet, p.score"
    # OFFSET 0 has each lead looked up by its id: the planner would rather read the whole table than two thousand of it.
    its_lead = f"LATERAL (SELECT l.created_at FROM public.contact_leads AS l WHERE l.id = s.lead_id AND {chosen} OFFSET 0) AS l"

    def among(newest: str) -> str:
        # Read in order of id, which is about that of arrival: no sort, and no more rows than these.
        return (
            f"SELECT s.lead_id, s.document, l.created_at"
            f" FROM (SELECT * FROM app.lead_search ORDER BY lead_id DESC LIMIT {newest}) AS s, {its_lead}"
            f" WHERE s.document @@ {asked}"
        )

    in_vain = f"(SELECT count(*) < {ENOUGH} FROM newest) AND (SELECT count(*) < {ENOUGH} FROM newer)"

    return renderer.statement(f"""
WITH asked AS MATERIALIZED (
    SELECT {query} AS query, app.search_rest({q}) AS rest, app.search_query(substring({q} FROM '\\S+\\s*$')) AS last
), newest AS MATERIALIZED (
    {among(str(NEWEST))}
    LIMIT {RANK_READ} -- the newest, since they come in order; and no more is read
), newer AS MATERIALIZED (
    -- As many more as should hold enough, and half as many again.
    {among(f"(SELECT least({NEWER}, {NEWEST} * {ENOUGH * 3 // 2} / greatest(count(*), 1)) FROM newest)")}
        AND (SELECT count(*) >= {SOME} AND count(*) < {ENOUGH} FROM newest)
    LIMIT {RANK_READ}
), sample AS MATERIALIZED (
    -- The index would gather every lead with a word of that beginning: better to begin with the other words, if they are rarer.
    SELECT count(*) FILTER (WHERE d.document @@ (SELECT last FROM asked)) >= {ENOUGH}
        AND count(*) FILTER (WHERE d.document @@ (SELECT last FROM asked))
            > count(*) FILTER (WHERE d.document @@ (SELECT rest FROM asked)) AS is_wide
    FROM (SELECT document FROM app.lead_search ORDER BY lead_id DESC LIMIT {NEWEST}) AS d
    WHERE (SELECT rest IS NOT NULL FROM asked)
), indexed AS MATERIALIZED (
    -- Here the planner may know the words, and so how many leads have them.
    SELECT s.lead_id, s.document, l.created_at
    FROM app.lead_search AS s JOIN public.contact_leads AS l ON l.id = s.lead_id
    WHERE s.document @@ {query} AND {chosen} AND {in_vain} AND (SELECT NOT is_wide FROM sample)
    UNION ALL
    SELECT s.lead_id, s.document, l.created_at
    FROM app.lead_search AS s JOIN public.contact_leads AS l ON l.id = s.lead_id
    WHERE s.document @@ (SELECT rest FROM asked)
        AND (s.document || '') @@ {asked} -- that way, not by the index
        AND {chosen} AND {in_vain} AND (SELECT is_wide FROM sample)
), worded AS MATERIALIZED (
    SELECT * FROM newest WHERE (SELECT count(*) >= {ENOUGH} FROM newest)
    UNION ALL SELECT * FROM newer WHERE (SELECT count(*) >= {ENOUGH} FROM newer)
    UNION ALL SELECT * FROM indexed
), alike AS MATERIALIZED (
    SELECT s.lead_id, s.similarity, l.created_at
    FROM {similar} AS s, {its_lead}
    WHERE app.is_plain_query({q}) AND (SELECT count(*) < {FEW} FROM worded)
        AND s.lead_id NOT IN (SELECT w.lead_id FROM worded AS w)
), found AS MATERIALIZED (
    SELECT r.lead_id AS id, app.search_score(r.rank, r.created_at) AS score
    FROM (
        SELECT w.lead_id, ts_rank(w.document, {asked})::float8 AS rank, w.created_at
        FROM (
            SELECT * FROM worded ORDER BY lead_id DESC LIMIT {RANK}
        ) AS w
        UNION ALL SELECT a.lead_id, a.similarity / 20, a.created_at FROM alike AS a
    ) AS r
), page AS (
    SELECT f.id, f.score FROM found AS f {beyond} ORDER BY {order} LIMIT {limit + 1} {offset}
)
SELECT
    coalesce(
        pg_catalog.json_agg(pg_catalog.row_to_json(n.lead) ORDER BY n.place) FILTER (WHERE n.place <= {limit}), '[]'
    ) AS data,
    count(*) > {limit} AS more,
    pg_catalog.max(n.keys) FILTER (WHERE n.place = {limit}) AS keys,
    (SELECT count(*) FROM worded) + (SELECT count(*) FROM alike) AS total,
    (SELECT count(*) <= {RANK} FROM worded) AND {in_vain} AS exact
FROM (
    SELECT (SELECT r FROM (SELECT {lead}) AS r) AS lead, ARRAY[p.score::text, p.id::text] AS keys, p.place
    FROM (SELECT f.id, f.score, row_number() OVER (ORDER BY {order}) AS place FROM page AS f) AS p
    JOIN public.contact_leads AS l ON l.id = p.id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN p.place <= {limit} THEN
            app.search_snippet(l.name, l.company, l.email, l.subject, l.message, {asked})
        END AS snippet
    ) AS s
) AS n
""")
