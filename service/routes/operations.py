"""Changing many leads at once, the trash, and undo: each is an operation, and answered alike."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, raw

from service.bodies import read_changes
from service.db import BULK
from service.guard import PRIVATE, Access
from service.inbox.bulk import change_leads
from service.inbox.preconditions import if_match, with_current
from service.rest.parameters import flag_of, read_parameters

# Path and methods of each bulk change, what it is called in PostgreSQL, and who may.
BULKS = {
    "bulk-status": (["PATCH"], "status", Access.EDITOR),
    "bulk-priority": (["PATCH"], "priority", Access.EDITOR),
    "bulk-tags": (["PATCH"], "tags", Access.EDITOR),
    "bulk-assignee": (["PATCH"], "assignee", Access.EDITOR),
    "bulk-follow-up": (["PATCH"], "follow_up", Access.EDITOR),
    "bulk-delete": (["DELETE", "POST"], "delete", Access.ADMIN),
    "bulk-restore": (["POST"], "restore", Access.ADMIN),
}

blueprint = Blueprint("operations", url_prefix="/admin")


def bulk(kind: str) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    """The handler of one bulk change."""

    async def change(request: Request) -> HTTPResponse:
        dry_run = flag_of(read_parameters(request.query_string, ("dry_run",)), "dry_run")
        context = request.app.ctx
        return _answer(
            await change_leads(
                context.database,
                context.catalogue,
                BULK[request.ctx.claims.database_role],
                kind,
                read_changes(request),
                dry_run=dry_run,
                who=_who(request),
            )
        )

    return change


for _path, (_methods, _kind, _access) in BULKS.items():
    blueprint.add_route(bulk(_kind), f"/leads/{_path}", methods=_methods, name=_path.replace("-", "_"), ctx_access=_access)


# At most 18 digits: every such number fits PostgreSQL's bigint.
@blueprint.route(r"/leads/<lead_id:\d{1,18}>", methods=["DELETE"], ctx_access=Access.ADMIN)
async def delete(request: Request, lead_id: str) -> HTTPResponse:
    """Moves a lead to the trash; or erases the person for good."""
    erase = flag_of(read_parameters(request.query_string, ("erase",)), "erase")
    query = "erase_person" if erase else "trash_lead"

    async def write() -> HTTPResponse:
        return await _write(request, query, int(lead_id), if_match(request))

    return await with_current(request.app.ctx.database, request.ctx.claims.database_role, int(lead_id), write)


@blueprint.route("/operations/<operation:uuid>/undo", methods=["POST"], ctx_access=Access.EDITOR)
async def undo(request: Request, operation: UUID) -> HTTPResponse:
    """Takes an operation back."""
    read_parameters(request.query_string)
    return await _write(request, "undo_operation", operation)


async def _write(request: Request, query: str, *arguments: object) -> HTTPResponse:
    role = BULK[request.ctx.claims.database_role]
    return _answer(await request.app.ctx.database.json(role, query, *arguments, *_who(request)))


def _who(request: Request) -> tuple[str, str, object]:
    return request.ctx.claims.sub, request.ctx.claims.role, request.id


def _answer(body: bytes) -> HTTPResponse:
    return raw(body, content_type="application/json", headers=PRIVATE)
