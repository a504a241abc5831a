"""One's own account: the password, the second factor, and where one is logged in."""

import uuid
from datetime import UTC, datetime

from sanic import Blueprint, Request, empty, json
from sanic.response import HTTPResponse, raw

from service.auth.passwords import check_password
from service.auth.second_factor import recovery_codes, recovery_hash
from service.auth.tokens import TOKEN_SECONDS
from service.bodies import read_members
from service.db import Role
from service.errors import Problem, refused
from service.guard import NO_STORE, PRIVATE, Access
from service.rest.parameters import read_parameters

blueprint = Blueprint("account", url_prefix="/admin")


@blueprint.put("/me/password", ctx_access=Access.PERSON)
async def set_password(request: Request) -> HTTPResponse:
    """Another password of one's own. All of one's tokens end by it; a new one is the answer."""
    sent = read_members(request, current_password=(str,), new_password=(str,))
    context, username = request.app.ctx, request.ctx.claims.sub
    # First, since a try that showed the right password and comes to nothing would count as failed.
    try:
        check_password(sent["new_password"])
    except ValueError as error:
        raise refused("new_password", "password_not_valid", str(error)) from None
    password_hash = await _own_password(request, sent["current_password"], "current_password")
    new_hash = await context.passwords.hash(sent["new_password"])
    new = jti, issued_at = context.tokens.new()
    row = await context.database.row(
        Role.SERVICE, "change_own_password", username, password_hash, new_hash, jti,
        datetime.fromtimestamp(issued_at + TOKEN_SECONDS, UTC), request.ctx.client,
        request.headers.get("user-agent", ""), request.id,
    )  # fmt: skip
    if row["role"] is None:
        raise Problem(409, "password_changed", "The password has been changed by somebody else meanwhile.")
    context.credentials.ended()
    token = context.tokens.issue(username, row["role"], new)
    return json({"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS}, headers=NO_STORE)


@blueprint.post("/me/second-factor", ctx_access=Access.PERSON)
async def begin_second_factor(request: Request) -> HTTPResponse:
    """A secret for an authenticator's app. It begins to count once a code of it was shown to `confirm`."""
    sent = read_members(request, password=(str,))
    context, username = request.app.ctx, request.ctx.claims.sub
    await _own_password(request, sent["password"], "password")
    secret, address, sealed = context.second_factors.make(username)
    await context.database.row(Role.SERVICE, "begin_second_factor", username, sealed, request.ctx.client)
    return json({"secret": secret, "address": address}, status=201, headers=NO_STORE)


@blueprint.post("/me/second-factor/confirm", ctx_access=Access.PERSON)
async def confirm_second_factor(request: Request) -> HTTPResponse:
    """Turns it on, and gives the recovery codes, which are shown this once."""
    code = read_members(request, code=(str,))["code"]
    context, username = request.app.ctx, request.ctx.claims.sub
    row = await context.database.row(Role.SERVICE, "pending_second_factor", username)
    matched = context.second_factors.match(row[0], code, context.credentials.now())
    if matched is None:
        raise refused("code", "code_not_valid", "The code is not the one of just now.")
    codes = recovery_codes()
    hashes = [recovery_hash(one) for one in codes]
    await context.database.row(Role.SERVICE, "confirm_second_factor", username, row[0], matched.step, hashes, request.id)
    return json({"recovery_codes": codes}, headers=NO_STORE)


@blueprint.delete("/me/second-factor", ctx_access=Access.PERSON)
async def drop_second_factor(request: Request) -> HTTPResponse:
    """Turns it off."""
    sent = read_members(request, password=(str,))
    context, claims = request.app.ctx, request.ctx.claims
    await _own_password(request, sent["password"], "password")
    row = await context.database.row(Role.SERVICE, "drop_second_factor", claims.sub, claims.sub, claims.role, request.id)
    if not row[0]:
        raise Problem(404, "second_factor_off", "There is no second factor to turn off.")
    return empty(headers=NO_STORE)


@blueprint.route("/sessions", methods=["GET", "HEAD"], ctx_access=Access.PERSON)
async def sessions(request: Request) -> HTTPResponse:
    """One's tokens that hold; with `user=NAME`, or `user=*` for all, an admin sees others'."""
    user = read_parameters(request.query_string, ("user",)).get("user")
    claims = request.ctx.claims
    if user is None or user == claims.sub:
        found = await request.app.ctx.database.json(Role.SERVICE, "list_sessions", claims.sub)
    else:
        if claims.role != "admin":
            raise Problem(403, "forbidden", "Only an admin sees where others are logged in.")
        found = await request.app.ctx.database.json(Role.ADMIN, "list_sessions", None if user == "*" else user)
    return raw(found, content_type="application/json", headers=PRIVATE)


@blueprint.delete("/sessions/<session:uuid>", ctx_access=Access.PERSON)
async def end_session(request: Request, session: uuid.UUID) -> HTTPResponse:
    """Ends one of one's tokens; an admin anybody's."""
    claims, context = request.ctx.claims, request.app.ctx
    if claims.role == "admin":
        await context.database.row(Role.ADMIN_WRITING, "end_session", session, None)
    else:
        await context.database.row(Role.SERVICE, "end_session", session, claims.sub)
    context.credentials.ended()
    return empty(headers=NO_STORE)


async def _own_password(request: Request, password: str, field: str) -> str:
    """The hash that one's own password matches. Who only has the token must not change how one logs in."""
    try:
        password_hash, _ = await request.app.ctx.login.password(request.ctx.claims.sub, request.ctx.client, password)
    except Problem as problem:
        if problem.code != "login_failed":
            raise
        # Not 401: the token holds.
        raise refused(field, "password_wrong", "That is not your password.") from None
    return str(password_hash)
