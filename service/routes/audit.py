"""The audit trail: of one lead, and of all there is; and the operations that can be undone."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, raw

from service.guard import PRIVATE, Access
from service.rest.parameters import cursor_of, limit_of, read_parameters

FILTERS = ("actor", "action", "table", "since", "until")
PAGE = ("limit", "cursor")

blueprint = Blueprint("audit", url_prefix="/admin")


@blueprint.route(r"/leads/<lead_id:\d{1,18}>/history", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def history(request: Request, lead_id: str) -> HTTPResponse:
    """What was done to a lead, oldest first."""
    given = read_parameters(request.query_string, PAGE)
    return await _page(request, "lead_history", int(lead_id), limit_of(given), cursor_of(given))


@blueprint.route("/audit", methods=["GET", "HEAD"], ctx_access=Access.ADMIN)
async def trail(request: Request) -> HTTPResponse:
    """What was done, newest first."""
    given = read_parameters(request.query_string, (*FILTERS, *PAGE))
    return await _page(request, "audit_trail", *(given.get(name) for name in FILTERS), limit_of(given), cursor_of(given))


@blueprint.route("/operations", methods=["GET", "HEAD"], ctx_access=Access.EDITOR)
async def operations(request: Request) -> HTTPResponse:
    """What was done to many leads at once, or can be undone, newest first."""
    given = read_parameters(request.query_string, PAGE)
    return await _page(request, "list_operations", limit_of(given), cursor_of(given))


async def _page(request: Request, query: str, *arguments: object) -> HTTPResponse:
    body = await request.app.ctx.database.json(request.ctx.claims.database_role, query, *arguments)
    return raw(body, content_type="application/json", headers=PRIVATE)
