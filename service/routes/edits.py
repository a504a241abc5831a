"""Changing one lead, and entering one by hand. What may stand in a field, the functions in PostgreSQL say."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import orjson
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, raw

from service.bodies import read_changes
from service.db import WRITING
from service.guard import PRIVATE, Access
from service.inbox.preconditions import if_match, with_current

if TYPE_CHECKING:
    from asyncpg import Record

# What each PATCH takes. One that takes a single field needs it.
EDITS = {
    "": ["name", "email", "company", "phone", "subject", "assignee", "follow_up_date"],
    "/status": ["status"],
    "/priority": ["priority"],
    "/quality-score": ["quality_score"],
    "/notes": ["internal_notes"],
    "/tags": ["tags"],
}

blueprint = Blueprint("edits", url_prefix="/admin/leads")


@blueprint.route("/", methods=["POST"], strict_slashes=False, ctx_access=Access.EDITOR)
async def add(request: Request) -> HTTPResponse:
    """A lead that somebody enters by hand."""
    row = await _write(request, "add_lead", _sent(request))
    return _answer(row, status=201, headers={"Location": f"/admin/leads/{row['id']}"})


def edit(takes: list[str]) -> Callable[[Request, str], Coroutine[Any, Any, HTTPResponse]]:
    """The handler of one PATCH."""

    async def change(request: Request, lead_id: str) -> HTTPResponse:
        sent = _sent(request)
        return _answer(await _change(request, int(lead_id), "edit_lead", sent, takes))

    return change


# At most 18 digits: every such number fits PostgreSQL's bigint.
for _path, _takes in EDITS.items():
    blueprint.add_route(
        edit(_takes),
        rf"/<lead_id:\d{{1,18}}>{_path}",
        methods=["PATCH"],
        name=f"edit_{(_path or '/lead')[1:].replace('-', '_')}",
        ctx_access=Access.EDITOR,
    )


@blueprint.route(r"/<lead_id:\d{1,18}>/contacts", methods=["POST"], ctx_access=Access.EDITOR)
async def add_contact(request: Request, lead_id: str) -> HTTPResponse:
    """Somebody talked with the visitor."""
    return _answer(await _change(request, int(lead_id), "add_contact", _sent(request)))


def _sent(request: Request) -> bytes:
    return orjson.dumps(read_changes(request))


async def _change(request: Request, lead_id: int, query: str, *arguments: object) -> "Record":
    """As _write, under the request's If-Match."""

    async def write() -> "Record":
        return await _write(request, query, lead_id, *arguments, if_match(request))

    return await with_current(request.app.ctx.database, request.ctx.claims.database_role, lead_id, write)


async def _write(request: Request, query: str, *arguments: object) -> "Record":
    claims = request.ctx.claims
    row: Record | None = await request.app.ctx.database.row(
        WRITING[claims.database_role], query, *arguments, claims.sub, claims.role, request.id
    )
    assert row is not None, query
    return row


def _answer(row: "Record", status: int = 200, headers: dict[str, str] | None = None) -> HTTPResponse:
    return raw(
        row["lead"],
        status=status,
        content_type="application/json",
        headers={**PRIVATE, "ETag": row["etag"], **(headers or {})},
    )
