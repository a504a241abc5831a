"""Logging in and out, and who one is."""

import secrets
import uuid
from datetime import UTC, datetime

from sanic import Blueprint, Request, empty, json
from sanic.response import HTTPResponse, raw

from service.auth.credentials import OPAQUE_BYTES, token_hash
from service.auth.login import code_not_valid
from service.auth.tokens import TOKEN_SECONDS
from service.bodies import read_body
from service.db import Role
from service.errors import FieldError, Problem
from service.guard import NO_STORE, PRIVATE, Access

blueprint = Blueprint("session", url_prefix="/admin")

# Since when legacy tokens are given only on demand (RFC 9745), and until when at most (RFC 8594).
LEGACY_HEADERS = {
    "Deprecation": f"@{int(datetime(2026, 11, 23, tzinfo=UTC).timestamp())}",
    "Sunset": "Tue, 23 Nov 2027 00:00:00 GMT",
    "Link": '</docs>; rel="deprecation"; type="text/html"',
}


@blueprint.post("/login", ctx_access=Access.LOGIN)
async def login(request: Request) -> HTTPResponse:
    """A token for a username (admin, when none is given), a password, and the code of a second factor where there is one."""
    tokens = request.app.ctx.tokens
    new = jti, issued_at = tokens.new()
    username, role = await _log_in(request, jti, issued_at + TOKEN_SECONDS, None)
    answer = {"access_token": tokens.issue(username, role, new), "token_type": "bearer", "expires_in": TOKEN_SECONDS}
    return json(answer, headers=NO_STORE)


@blueprint.post("/login/legacy", ctx_access=Access.LOGIN)
async def legacy_login(request: Request) -> HTTPResponse:
    """The opaque token of old, for what can't be changed yet; only with LEGACY_LOGIN=on."""
    if not request.app.ctx.settings.legacy_login:
        raise Problem(404, "not_found", "There is nothing at this address.")
    token = secrets.token_urlsafe(OPAQUE_BYTES)
    expires = int(request.app.ctx.credentials.now()) + TOKEN_SECONDS
    await _log_in(request, uuid.uuid4(), expires, token_hash(token))
    request.app.ctx.credentials.ended()
    return json({"token": token, "expires_in": TOKEN_SECONDS}, headers={**NO_STORE, **LEGACY_HEADERS})


async def _log_in(request: Request, jti: uuid.UUID, expires: int, opaque: bytes | None) -> tuple[str, str]:
    """The user and their role, after all that was shown has matched."""
    fields = read_body(request).fields
    username, password, code = fields.get("username", "admin"), fields.get("password"), fields.get("code")
    errors = [
        FieldError(name, "required" if name not in fields else "not_text", f"{name} must be given, as text.")
        for name, value in (("username", username), ("password", password), ("code", "" if code is None else code))
        if not isinstance(value, str)
    ]
    if errors:
        raise Problem(422, "fields_not_valid", errors[0].message, errors)
    context, client = request.app.ctx, request.ctx.client
    proof = await context.login.prove(username, client, password, code)
    row = await context.database.row(
        Role.SERVICE, "end_login", username, client, proof.password_hash, jti, datetime.fromtimestamp(expires, UTC), opaque,
        request.headers.get("user-agent", ""), proof.step, proof.sealed, proof.recovery_hash,
    )  # fmt: skip
    if row["username"] is None:
        raise code_not_valid()
    return row["username"], row["role"]


@blueprint.post("/logout", ctx_access=Access.PERSON)
async def logout(request: Request) -> HTTPResponse:
    """Ends the token it is called with, on every worker at once."""
    claims, context = request.ctx.claims, request.app.ctx
    await context.database.row(Role.SERVICE, "revoke_token", claims.jti, claims.expires_at)
    context.credentials.ended()
    return empty(headers=NO_STORE)


@blueprint.route("/me", methods=["GET", "HEAD"], ctx_access=Access.PERSON)
async def me(request: Request) -> HTTPResponse:
    """The user of the token."""
    profile = await request.app.ctx.database.json(Role.SERVICE, "user_profile", request.ctx.claims.sub)
    return raw(profile, content_type="application/json", headers=PRIVATE)


@blueprint.route("/validate", methods=["GET", "HEAD"], ctx_access=Access.TOKEN)
async def validate(request: Request) -> HTTPResponse:
    """Whether the token or key holds, and until when: without one it is a 401."""
    return json({"valid": True, "expires_at": request.ctx.claims.expires_at.isoformat()}, headers=PRIVATE)
