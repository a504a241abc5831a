"""The inbox."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from service.guard import Access
from service.inbox.listing import list_leads
from service.inbox.search import search_leads
from service.inbox.selection import select
from service.live.answers import Answer, weak
from service.rest.parameters import read_parameters

blueprint = Blueprint("leads", url_prefix="/admin/leads")


@blueprint.route("/", methods=["GET", "HEAD"], strict_slashes=False, ctx_access=Access.VIEWER)
async def list_all(request: Request) -> HTTPResponse:
    """A page of leads."""
    context = request.app.ctx

    async def read() -> Answer:
        selection = await select(context.catalogue, request.query_string, ("cursor",))
        page = await list_leads(context.database, request.ctx.claims.database_role, selection)
        return weak(page, keep=not selection.moves_with_time)

    response: HTTPResponse = await context.answers.respond(request, read)
    return response


@blueprint.route("/search", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def search(request: Request) -> HTTPResponse:
    """Leads by rank."""
    context = request.app.ctx

    async def read() -> Answer:
        selection = await select(context.catalogue, request.query_string, ("cursor",))
        page = await search_leads(context.database, request.ctx.claims.database_role, selection)
        return weak(page, keep=not selection.moves_with_time)

    response: HTTPResponse = await context.answers.respond(request, read)
    return response


@blueprint.route("/stats", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def stats(request: Request) -> HTTPResponse:
    """The KPIs."""
    context = request.app.ctx

    async def read() -> Answer:
        read_parameters(request.query_string)
        return weak(await context.database.json(request.ctx.claims.database_role, "lead_stats"))

    response: HTTPResponse = await context.answers.respond(request, read)
    return response


@blueprint.route("/trends", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def trends(request: Request) -> HTTPResponse:
    """The leads of a period, over time and against the period before."""
    context = request.app.ctx

    async def read() -> Answer:
        given = read_parameters(request.query_string, ("period", "time_zone"))
        asked = given.get("period", "30d"), given.get("time_zone", "UTC")
        return weak(await context.database.json(request.ctx.claims.database_role, "lead_trends", *asked))

    response: HTTPResponse = await context.answers.respond(request, read)
    return response


@blueprint.route("/choices", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def choices(request: Request) -> HTTPResponse:
    """What one may choose from. A new user is among it at once here, and on other machines within a minute."""
    context = request.app.ctx

    async def read() -> Answer:
        read_parameters(request.query_string)
        return weak(await context.database.json(request.ctx.claims.database_role, "lead_choices"))

    response: HTTPResponse = await context.answers.respond(request, read)
    return response


# At most 18 digits: every such number fits PostgreSQL's bigint.
@blueprint.route(r"/<lead_id:\d{1,18}>", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def one_lead(request: Request, lead_id: str) -> HTTPResponse:
    """One lead."""
    context = request.app.ctx

    async def read() -> Answer:
        read_parameters(request.query_string)
        row = await context.database.row(request.ctx.claims.database_role, "lead", int(lead_id))
        assert row is not None
        return Answer(row["lead"], row["etag"])

    response: HTTPResponse = await context.answers.respond(request, read)
    return response
