"""Who may log in, and the API keys of programs: the admins' matters."""

import secrets
import uuid
from typing import Any
from urllib.parse import unquote

import orjson
from sanic import Blueprint, Request, empty
from sanic.response import HTTPResponse, raw

from service.auth.credentials import new_key
from service.bodies import NOTHING, read_members
from service.db import Role
from service.errors import Problem, refused
from service.guard import NO_STORE, PRIVATE, Access
from service.rest.parameters import read_parameters

blueprint = Blueprint("people", url_prefix="/admin")

PASSWORD_BYTES = 12
KEY_DAYS = 365
MAX_DAYS = 3650


@blueprint.route("/users", methods=["GET", "HEAD"], ctx_access=Access.ADMIN)
async def users(request: Request) -> HTTPResponse:
    """Who may log in."""
    return await _list(request, "list_users")


@blueprint.post("/users", ctx_access=Access.ADMIN)
async def add_user(request: Request) -> HTTPResponse:
    """A new user. A password that isn't given is made up, and shown this once."""
    sent = read_members(request, username=(str,), role=(str,), password=(str, NOTHING))
    chosen = sent["password"] or secrets.token_urlsafe(PASSWORD_BYTES)
    user = await _write(request, "add_user", sent["username"], await _hash(request, chosen), sent["role"])
    return _answer({**user, **({} if sent["password"] else {"password": chosen})}, status=201)


@blueprint.patch("/users/<username>", ctx_access=Access.ADMIN)
async def change_user(request: Request, username: str) -> HTTPResponse:
    """Another role, another password, shut out or let in again. It ends all of the user's tokens."""
    sent = read_members(request, role=(str, NOTHING), password=(str, NOTHING), disabled=(bool, NOTHING))
    if all(value is None for value in sent.values()):
        raise Problem(400, "body_missing", "Say what to change: role, password, disabled.")
    password_hash = None if sent["password"] is None else await _hash(request, sent["password"])
    return _answer(await _write(request, "change_user", unquote(username), sent["role"], sent["disabled"], password_hash))


@blueprint.delete("/users/<username>/second-factor", ctx_access=Access.ADMIN)
async def drop_second_factor(request: Request, username: str) -> HTTPResponse:
    """Turns off the second factor of somebody who lost it."""
    username = unquote(username)
    if username.lower() == request.ctx.claims.sub.lower():
        raise Problem(
            409, "own_account", "Your own is turned off by whoever knows your password: DELETE /admin/me/second-factor."
        )
    row = await _row(request, "drop_second_factor", username)
    if not row[0]:
        raise Problem(404, "second_factor_off", "There is no such second factor.")
    return empty(headers=NO_STORE)


@blueprint.route("/keys", methods=["GET", "HEAD"], ctx_access=Access.ADMIN)
async def keys(request: Request) -> HTTPResponse:
    """The API keys: all that is known of them, which is not the keys."""
    return await _list(request, "list_keys")


@blueprint.post("/keys", ctx_access=Access.ADMIN)
async def add_key(request: Request) -> HTTPResponse:
    """A new API key, shown this once."""
    sent = read_members(request, name=(str,), scope=(str,), expires_in_days=(int, NOTHING))
    days = KEY_DAYS if sent["expires_in_days"] is None else sent["expires_in_days"]
    if not 1 <= days <= MAX_DAYS:
        raise refused("expires_in_days", "expires_in_days_not_valid", f"A key holds for 1 to {MAX_DAYS} days.")
    key, digest, hint = new_key()
    made = await _write(request, "add_key", sent["name"], sent["scope"], digest, hint, days)
    return _answer({**made, "key": key}, status=201)


@blueprint.delete("/keys/<key:uuid>", ctx_access=Access.ADMIN)
async def revoke_key(request: Request, key: uuid.UUID) -> HTTPResponse:
    """Ends an API key for good."""
    await _row(request, "revoke_key", key)
    return empty(headers=NO_STORE)


async def _list(request: Request, query: str) -> HTTPResponse:
    read_parameters(request.query_string)
    found = await request.app.ctx.database.json(Role.ADMIN, query)
    return raw(b'{"data":' + found + b"}", content_type="application/json", headers=PRIVATE)


async def _hash(request: Request, password: str) -> str:
    try:
        hashed: str = await request.app.ctx.passwords.hash(password)
    except ValueError as error:
        raise refused("password", "password_not_valid", str(error)) from None
    return hashed


async def _row(request: Request, query: str, *arguments: object) -> Any:
    """The row of a function that is told who acts; tokens or keys may have ended by it."""
    claims = request.ctx.claims
    try:
        return await request.app.ctx.database.row(Role.ADMIN_WRITING, query, *arguments, claims.sub, claims.role, request.id)
    finally:
        request.app.ctx.credentials.ended()


async def _write(request: Request, query: str, *arguments: object) -> dict[str, Any]:
    made: dict[str, Any] = orjson.loads((await _row(request, query, *arguments))[0])
    return made


def _answer(body: dict[str, Any], status: int = 200) -> HTTPResponse:
    return raw(orjson.dumps(body), status=status, content_type="application/json", headers=NO_STORE)
