"""The inbox."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, raw

from service.guard import PRIVATE, Access
from service.inbox.listing import list_leads
from service.inbox.search import search_leads
from service.inbox.selection import select
from service.rest.parameters import read_parameters

blueprint = Blueprint("leads", url_prefix="/admin/leads")


@blueprint.route("/", methods=["GET", "HEAD"], strict_slashes=False, ctx_access=Access.VIEWER)
async def list_all(request: Request) -> HTTPResponse:
    """A page of leads."""
    selection = await select(request.app.ctx.catalogue, request.query_string, ("cursor",))
    role = request.ctx.claims.database_role
    return _answer(await list_leads(request.app.ctx.database, role, selection))


@blueprint.route("/search", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def search(request: Request) -> HTTPResponse:
    """Leads by rank."""
    selection = await select(request.app.ctx.catalogue, request.query_string, ("cursor",))
    role = request.ctx.claims.database_role
    return _answer(await search_leads(request.app.ctx.database, role, selection))


@blueprint.route("/stats", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def stats(request: Request) -> HTTPResponse:
    """The KPIs."""
    read_parameters(request.query_string)
    return await _json(request, "lead_stats")


# At most 18 digits: every such number fits PostgreSQL's bigint.
@blueprint.route(r"/<lead_id:\d{1,18}>", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def one_lead(request: Request, lead_id: str) -> HTTPResponse:
    """One lead."""
    read_parameters(request.query_string)
    row = await request.app.ctx.database.row(request.ctx.claims.database_role, "lead", int(lead_id))
    assert row is not None
    return raw(row["lead"], content_type="application/json", headers={**PRIVATE, "ETag": row["etag"]})


async def _json(request: Request, query: str, *arguments: object) -> HTTPResponse:
    return _answer(await request.app.ctx.database.json(request.ctx.claims.database_role, query, *arguments))


def _answer(body: bytes) -> HTTPResponse:
    return raw(body, content_type="application/json", headers=PRIVATE)
