"""/rest: PostgREST's protocol over the exposed schemas."""

from urllib.parse import quote, unquote

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from service.guard import PRIVATE, Access
from service.rest import protocol
from service.rest.grammar import pairs_of, parse
from service.rest.read import find, read
from service.rest.scanner import QueryError

blueprint = Blueprint("rest", url_prefix="/rest")


@blueprint.route("/<relation:str>", methods=["GET", "HEAD"], ctx_access=Access.NUMBERS)
async def read_relation(request: Request, relation: str) -> HTTPResponse:
    """Rows of a table or view."""
    context = request.app.ctx
    media = protocol.choose_media(",".join(request.headers.getall("accept", [])))
    preferences = protocol.Preferences.read(request.headers.getall("prefer", []))
    schema = _schema(request, context.catalogue.exposed)
    query = parse(request.query_string)
    asked = request.headers.get("range") if request.method == "GET" else None
    limit, offset = protocol.page_of(query.limit, query.offset, asked)
    snapshot, found = await find(context.catalogue, schema, unquote(relation))
    page = await read(
        context.database,
        request.ctx.claims.database_role,
        snapshot,
        found,
        query,
        media=media,
        count=preferences.count,
        limit=limit,
        offset=offset,
        max_rows=context.settings.rest_max_rows,
        with_body=request.method == "GET",
    )
    if media.is_object and page.rows != 1:
        raise QueryError(
            "",
            "Cannot coerce the result to a single JSON object",
            f"The result contains {page.rows} rows",
            rest_code="PGRST116",
            status=406,
        )
    shown, status = protocol.content_range(offset, page.rows, page.total)
    headers = {
        **PRIVATE,
        "Vary": "Authorization, Accept, Prefer, Range",
        "Content-Range": shown,
        "Content-Location": _location(request),
    }
    if preferences.applied():
        headers["Preference-Applied"] = preferences.applied()
    if len(context.catalogue.exposed) > 1:
        headers["Content-Profile"] = schema
    return HTTPResponse(page.body, status=status, headers=headers, content_type=media.value)


def _schema(request: Request, exposed: tuple[str, ...]) -> str:
    schema: str = request.headers.get("accept-profile", exposed[0])
    if schema not in exposed:
        raise QueryError(
            "",
            f"Invalid schema: {schema}",
            rest_code="PGRST106",
            hint=f"Only the following schemas are exposed: {', '.join(exposed)}",
            status=406,
        )
    return schema


def _location(request: Request) -> str:
    """The address of what was read: the path, and the query sorted by name."""
    pairs = sorted(pairs_of(request.query_string))
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='.,()*')}" for name, value in pairs)
    return f"{request.path}?{query}" if query else str(request.path)
