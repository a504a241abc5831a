"""The team's saved views: names for what stands behind ? in the address of the dashboard's table."""

import uuid

from sanic import Blueprint, Request, empty
from sanic.response import HTTPResponse, raw

from service.bodies import NOTHING, read_members
from service.db import WRITING
from service.errors import Problem
from service.guard import NO_STORE, PRIVATE, Access
from service.rest.parameters import read_parameters

blueprint = Blueprint("views", url_prefix="/admin/views")


@blueprint.route("/", methods=["GET", "HEAD"], strict_slashes=False, ctx_access=Access.VIEWER)
async def views(request: Request) -> HTTPResponse:
    """All of them, by name. Not kept in memory: no event tells another machine of a view."""
    read_parameters(request.query_string)
    return _answer(await request.app.ctx.database.json(request.ctx.claims.database_role, "list_views"))


@blueprint.route("/", methods=["POST"], strict_slashes=False, ctx_access=Access.EDITOR)
async def add(request: Request) -> HTTPResponse:
    """A new one."""
    sent = read_members(request, name=(str,), query=(str,))
    return await _save(request, None, sent["name"], sent["query"], status=201)


@blueprint.patch("/<view:uuid>", ctx_access=Access.EDITOR)
async def change(request: Request, view: uuid.UUID) -> HTTPResponse:
    """Another name, another query."""
    sent = read_members(request, name=(str, NOTHING), query=(str, NOTHING))
    if all(value is None for value in sent.values()):
        raise Problem(400, "body_missing", "Say what to change: name, query.")
    return await _save(request, view, sent["name"], sent["query"])


@blueprint.delete("/<view:uuid>", ctx_access=Access.EDITOR)
async def remove(request: Request, view: uuid.UUID) -> HTTPResponse:
    """Removes one."""
    read_parameters(request.query_string)
    claims = request.ctx.claims
    await request.app.ctx.database.row(WRITING[claims.database_role], "remove_view", view, claims.sub, claims.role, request.id)
    return empty(headers=NO_STORE)


async def _save(
    request: Request, view: uuid.UUID | None, name: str | None, query: str | None, status: int = 200
) -> HTTPResponse:
    claims = request.ctx.claims
    saved = await request.app.ctx.database.json(
        WRITING[claims.database_role], "save_view", view, name, query, claims.sub, claims.role, request.id
    )
    return _answer(saved, status)


def _answer(body: bytes, status: int = 200) -> HTTPResponse:
    return raw(body, status=status, content_type="application/json", headers=PRIVATE)
