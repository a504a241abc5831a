"""The inbox."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, raw

from service.guard import PRIVATE, Access
from service.inbox.listing import list_leads
from service.inbox.search import search_leads
from service.inbox.selection import select
from service.rest.grammar import pairs_of
from service.rest.scanner import QueryError

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
    _no_parameters(request)
    return await _json(request, "lead_stats")


# At most 18 digits: every such number fits PostgreSQL's bigint.
@blueprint.route(r"/<lead_id:\d{1,18}>", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def one_lead(request: Request, lead_id: str) -> HTTPResponse:
    """One lead."""
    _no_parameters(request)
    row = await request.app.ctx.database.row(request.ctx.claims.database_role, "lead", int(lead_id))
    assert row is not None
    return raw(row["lead"], content_type="application/json", headers={**PRIVATE, "ETag": row["etag"]})


async def _json(request: Request, query: str, *arguments: object) -> HTTPResponse:
    return _answer(await request.app.ctx.database.json(request.ctx.claims.database_role, query, *arguments))


def _answer(body: bytes) -> HTTPResponse:
    return raw(body, content_type="application/json", headers=PRIVATE)


def _no_parameters(request: Request) -> None:
    """Raises QueryError naming the first parameter: there are none, except those that begin with `_`."""
    for name, _ in pairs_of(request.query_string):
        if not name.startswith("_"):
            raise QueryError(name, f"There is no parameter {name[:100]}.", code="parameter_unknown")
