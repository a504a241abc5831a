"""The audit trail: of one lead, and of all there is."""

from collections.abc import Mapping, Sequence

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, raw

from service.guard import PRIVATE, Access
from service.rest.grammar import pairs_of
from service.rest.scanner import QueryError

LIMIT = 50
MAX_LIMIT = 500

blueprint = Blueprint("audit", url_prefix="/admin")


@blueprint.route(r"/leads/<lead_id:\d{1,18}>/history", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def history(request: Request, lead_id: str) -> HTTPResponse:
    """What was done to a lead, oldest first."""
    given = _parameters(request, ("limit", "cursor"))
    return await _page(request, "lead_history", int(lead_id), _limit(given), _cursor(given))


@blueprint.route("/audit", methods=["GET", "HEAD"], ctx_access=Access.ADMIN)
async def trail(request: Request) -> HTTPResponse:
    """What was done, newest first."""
    filters = ("actor", "action", "table", "since", "until")
    given = _parameters(request, (*filters, "limit", "cursor"))
    return await _page(request, "audit_trail", *(given.get(name) for name in filters), _limit(given), _cursor(given))


async def _page(request: Request, query: str, *arguments: object) -> HTTPResponse:
    body = await request.app.ctx.database.json(request.ctx.claims.database_role, query, *arguments)
    return raw(body, content_type="application/json", headers=PRIVATE)


def _parameters(request: Request, known: Sequence[str]) -> dict[str, str]:
    """The request's parameters, without those that begin with `_`. Raises QueryError naming one that can't be."""
    given: dict[str, str] = {}
    for name, value in pairs_of(request.query_string):
        if name.startswith("_"):
            continue
        if name not in known:
            raise QueryError(name, f"There is no parameter {name[:100]}.", code="parameter_unknown")
        if name in given:
            raise QueryError(name, f"{name} was given twice.")
        given[name] = value
    return given


def _limit(given: Mapping[str, str]) -> int:
    text = given.get("limit", str(LIMIT))
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= MAX_LIMIT):
        raise QueryError("limit", f"limit must be from 1 to {MAX_LIMIT}.", code="limit_not_valid")
    return int(text)


def _cursor(given: Mapping[str, str]) -> int | None:
    text = given.get("cursor")
    if text is not None and not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise QueryError("cursor", "The cursor is none that this list gave.", code="cursor_not_valid")
    return None if text is None else int(text)
