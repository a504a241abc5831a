"""Logging in and out, and who one is."""

from sanic import Blueprint, Request, empty, json
from sanic.response import HTTPResponse, raw

from service.auth import TOKEN_SECONDS
from service.bodies import read_body
from service.db import Role
from service.errors import FieldError, Problem
from service.guard import PRIVATE, Access

blueprint = Blueprint("session", url_prefix="/admin")


@blueprint.post("/login", ctx_access=Access.LOGIN)
async def login(request: Request) -> HTTPResponse:
    """A token for a username (admin, when none is given) and a password."""
    fields = read_body(request).fields
    username, password = fields.get("username", "admin"), fields.get("password")
    errors = [
        FieldError(name, "required" if name not in fields else "not_text", f"{name} must be given, as text.")
        for name, value in (("username", username), ("password", password))
        if not isinstance(value, str)
    ]
    if errors:
        raise Problem(422, "fields_not_valid", errors[0].message, errors)
    user = await request.app.ctx.database.row(Role.SERVICE, "find_user", username)
    if not await request.app.ctx.passwords.match(password, user and user["password_hash"]):
        # No challenge of the Bearer scheme: a token would not help here.
        raise Problem(401, "login_failed", "Username or password is wrong.")
    token = request.app.ctx.tokens.issue(user["username"], user["role"])
    answer = {"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS}
    return json(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


@blueprint.post("/logout", ctx_access=Access.TOKEN)
async def logout(request: Request) -> HTTPResponse:
    """Ends the token it is called with, on every worker at once."""
    await request.app.ctx.revocations.revoke(request.ctx.claims)
    return empty(headers={"Cache-Control": "no-store"})


@blueprint.route("/me", methods=["GET", "HEAD"], ctx_access=Access.TOKEN)
async def me(request: Request) -> HTTPResponse:
    """The user of the token."""
    profile = await request.app.ctx.database.json(Role.SERVICE, "user_profile", request.ctx.claims.sub)
    return raw(profile, content_type="application/json", headers=PRIVATE)


@blueprint.route("/validate", methods=["GET", "HEAD"], ctx_access=Access.TOKEN)
async def validate(request: Request) -> HTTPResponse:
    """Whether the token holds, and until when: without one it is a 401."""
    return json({"valid": True, "expires_at": request.ctx.claims.expires_at.isoformat()}, headers=PRIVATE)
