"""The inbox."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, raw

from service.errors import FieldError, Problem
from service.guard import PRIVATE, Access

blueprint = Blueprint("leads", url_prefix="/admin/leads")

PARAMETERS = frozenset({"status", "lead_type", "priority", "limit", "cursor"})


@blueprint.route("/", methods=["GET", "HEAD"], strict_slashes=False, ctx_access=Access.VIEWER)
async def list_leads(request: Request) -> HTTPResponse:
    """A page of leads, newest first."""
    given = _parameters(request, PARAMETERS)
    return await _json(
        request,
        "list_leads",
        given.get("status"),
        given.get("lead_type"),
        given.get("priority"),
        _whole_number("limit", given.get("limit", "50")),
        given.get("cursor"),
    )


@blueprint.route("/stats", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def stats(request: Request) -> HTTPResponse:
    """The KPIs."""
    _parameters(request, frozenset())
    return await _json(request, "lead_stats")


# At most 18 digits: every such number fits PostgreSQL's bigint.
@blueprint.route(r"/<lead_id:\d{1,18}>", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def one_lead(request: Request, lead_id: str) -> HTTPResponse:
    """One lead."""
    _parameters(request, frozenset())
    return await _json(request, "lead", int(lead_id))


async def _json(request: Request, query: str, *arguments: object) -> HTTPResponse:
    body = await request.app.ctx.database.json(request.ctx.claims.database_role, query, *arguments)
    return raw(body, content_type="application/json", headers=PRIVATE)


def _parameters(request: Request, known: frozenset[str]) -> dict[str, str]:
    """The query's parameters, each at most once. Raises Problem 400 naming one that is unknown, doubled or can't be stored."""
    given: dict[str, str] = {}
    for name, value in request.get_query_args(keep_blank_values=True):
        if name.startswith("_"):
            continue
        if name not in known:
            choices = f" Known: {', '.join(sorted(known))}." if known else ""
            raise _refused(name, "parameter_unknown", f"There is no parameter {name[:100]}.{choices}")
        if name in given:
            raise _refused(name, "parameter_doubled", f"{name} is given twice.")
        if "\0" in value or not value.isprintable():
            raise _refused(name, "filter_not_valid", f"{name} holds a character that can't be.")
        given[name] = value
    return given


def _whole_number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise _refused(name, f"{name}_not_valid", f"{name} must be a whole number.")
    return int(text)


def _refused(name: str, code: str, message: str) -> Problem:
    return Problem(400, code, message, [FieldError(name[:100], code, message)])
