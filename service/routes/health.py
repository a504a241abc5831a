"""Whether the service lives, and whether it can do its work."""

from sanic import Blueprint, Request, json
from sanic.response import HTTPResponse

from service.db import Role
from service.errors import Problem, problem_of
from service.guard import Access
from service.migrate import compare

blueprint = Blueprint("health")

NO_STORE = {"Cache-Control": "no-store"}


@blueprint.route("/healthz", methods=["GET", "HEAD"], ctx_access=Access.OPEN)
async def healthz(request: Request) -> HTTPResponse:
    """Answers while the process does."""
    return json({"alive": True}, headers=NO_STORE)


@blueprint.route("/readyz", methods=["GET", "HEAD"], ctx_access=Access.OPEN)
async def readyz(request: Request) -> HTTPResponse:
    """Answers 200 while requests can be served, else 503 with the reason."""
    try:
        row = await request.app.ctx.database.row(Role.SERVICE, "applied_migrations")
    except Exception as error:
        problem = problem_of(error)
        raise Problem(503, problem.code, problem.detail, headers={"Retry-After": "2"}) from error
    assert row is not None
    state = compare(row[0])
    if not state.matches:
        raise Problem(503, "schema_differs", state.describe())
    return json({"ready": True}, headers=NO_STORE)
