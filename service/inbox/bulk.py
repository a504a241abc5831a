"""Changing many leads at once: by their ids, or by any filter of the engine."""

from functools import lru_cache
from typing import Any

import orjson

from service.db import Database, Role
from service.errors import FieldError, Problem, refused
from service.inbox.selection import Selection, refused_by_name, select, where
from service.rest.catalogue import Catalogue, Relation, Snapshot
from service.rest.grammar import Shape
from service.rest.scanner import QueryError
from service.rest.statement import Renderer, Statement, conditions

MAX_IDS = 5000
MAX_ID = 2**63 - 1


async def change_leads(
    database: Database,
    catalogue: Catalogue,
    role: Role,
    kind: str,
    sent: dict[str, Any],
    *,
    dry_run: bool,
    who: tuple[str, str, object],
) -> bytes:
    """`{"changed", "skipped_count", "skipped": [{"id", "reason"}], "operation"}`, and of a dry run the `token`.

    `sent` holds `ids` or `filter`, perhaps a `token`, and the new values, which service.change_leads reads. Raises Problem
    400 without a choice of leads, or when the filter can't be read, 422 for a field, and what PostgreSQL raises.
    """
    ids, filter_, token = (sent.pop(name, None) for name in ("ids", "filter", "token"))
    if token is not None and not (isinstance(token, str) and token):
        raise refused("token", "token_not_valid", "token must be the text that a dry run gave.")
    if dry_run and token is not None:
        raise refused("token", "token_not_valid", "A dry run gives a token; it takes none.")
    if (ids is None) == (filter_ is None) or ids == [] or filter_ == "":
        raise _unchosen(ids is not None and filter_ is not None)
    changes = orjson.dumps(sent)
    if filter_ is None:
        chosen = _read_ids(ids)
        return await database.json(role, "change_leads", chosen, kind, changes, _counted(chosen), token, dry_run, *who)
    if not isinstance(filter_, str):
        raise refused("filter", "filter_not_valid", "filter must be text, such as status=eq.unread&priority=eq.high.")
    selection = await select(catalogue, filter_)
    _check_whole(selection)
    # Nobody looks for what to restore in the inbox.
    view = "trash" if kind == "restore" and "view" not in selection.query.own else selection.view
    statement = _statement(
        selection.snapshot, selection.leads, selection.query.shape, view, selection.searched, len(selection.values), dry_run
    )
    arguments = (kind, changes.decode(), _described(selection), token or "", str(dry_run), *map(str, who))
    values = [*selection.values, *arguments]

    async def work() -> bytes:
        row = await database.first(role, statement.text, *statement.arguments(values))
        assert row is not None
        answer: bytes = row[0]
        return answer

    return await refused_by_name(database, role, selection, work)


@lru_cache(maxsize=256)
def _statement(
    snapshot: Snapshot, leads: Relation, shape: Shape, view: str, searched: int | None, values: int, dry_run: bool
) -> Statement:
    """service.change_leads over what a filter means. Its values are the query's, then the function's arguments."""
    renderer = Renderer(snapshot, leads, "l")
    # Locked as they are found, in the order of their ids: one that somebody else is changing is waited for, and then
    # held to the filter again.
    lock = "" if dry_run else " ORDER BY l.id FOR NO KEY UPDATE"
    found = f"SELECT l.id FROM public.contact_leads AS l WHERE {where(renderer, shape.filters, view, searched)}{lock}"
    kind, changes, selected, token, dry, actor, role, request_id = (renderer.parameter(values + n) for n in range(8))
    return renderer.statement(
        f"SELECT service.change_leads(ARRAY(SELECT f.id FROM ({found}) AS f), {kind}, CAST({changes} AS jsonb), {selected},"
        f" nullif({token}, ''), CAST({dry} AS boolean), {actor}, {role}, CAST({request_id} AS uuid))"
    )


def _unchosen(both: bool) -> Problem:
    message = (
        "Give ids or a filter, not both."
        if both
        else 'Say which leads: {"ids": [1, 2]} or {"filter": "status=eq.unread"}; the whole inbox is {"filter": "view=inbox"}.'
    )
    return Problem(400, "selection_missing", message, [FieldError("ids", "selection_missing", message)])


def _read_ids(ids: object) -> list[int]:
    if not isinstance(ids, list) or not all(type(id_) is int and 1 <= id_ <= MAX_ID for id_ in ids):
        raise refused("ids", "ids_not_valid", "ids must be an array of whole numbers from 1 on.")
    if len(ids) > MAX_IDS:
        raise refused("ids", "too_many_ids", f"ids can be at most {MAX_IDS}; a filter may mean any number of leads.")
    return ids


def _check_whole(selection: Selection) -> None:
    """A bulk change is about all that the filter means: a part of a list would be another set each time."""
    query = selection.query
    part = "limit" if query.limit is not None else "offset" if query.offset else None
    if part:
        message = f"The filter of a bulk change takes no {part}: it is about all that match."
        raise QueryError(part, message, code=f"{part}_not_valid")


def _counted(ids: list[int]) -> str:
    return f"{len(ids)} by id"


def _described(selection: Selection) -> str:
    """Which filters chose, without their values: those may tell of a person, and this is kept."""
    names = {condition.field.name for condition in conditions(selection.query.shape.filters)} | set(selection.query.own)
    return f"by {', '.join(sorted(names))}"
