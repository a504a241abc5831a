"""The outbox and what mails say: for the dashboard."""

from typing import Any

import orjson
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json, raw

from service.bodies import NOTHING, read_changes, read_members
from service.db import WRITING, Role
from service.errors import Problem, refused
from service.guard import NO_STORE, PRIVATE, Access
from service.mail import templates
from service.mail.composing import deliverable
from service.mail.message import Mail
from service.rest.parameters import cursor_of, limit_of, read_parameters
from service.rest.scanner import QueryError
from service.settings import Mailbox, Resend, Smtp

blueprint = Blueprint("mail", url_prefix="/admin/mail")

MAX_IDS = 1000
TRANSPORTS = {Mailbox: "mailbox", Smtp: "smtp", Resend: "resend"}


@blueprint.route("/", methods=["GET", "HEAD"], strict_slashes=False, ctx_access=Access.VIEWER)
async def outbox(request: Request) -> HTTPResponse:
    """What waits, was sent, failed and why, newest first. Without what it says."""
    given = read_parameters(request.query_string, ("state", "kind", "lead_id", "limit", "cursor"))
    lead = given.get("lead_id")
    if lead is not None and not (lead.isascii() and lead.isdecimal() and len(lead) <= 18):
        raise QueryError("lead_id", "lead_id must be a lead's number.", code="filter_not_valid")
    states = given["state"].split(",") if "state" in given else None
    return await _answer(
        request, "list_mails", states, given.get("kind"), int(lead) if lead else None, limit_of(given), cursor_of(given)
    )


@blueprint.route("/status", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def status(request: Request) -> HTTPResponse:
    """How many wait, and how mail goes out."""
    read_parameters(request.query_string)
    settings, composer = request.app.ctx.settings, request.app.ctx.composer
    counted = orjson.loads(await request.app.ctx.database.json(request.ctx.claims.database_role, "mail_status"))
    return json(
        {
            **counted,
            "transport": TRANSPORTS.get(type(settings.mail_url)),
            "mail_from": composer.sender if settings.mail_url else None,
            "notify_to": list(composer.team),
            "cv": composer.cv or None,
        },
        headers=PRIVATE,
    )


@blueprint.route(r"/<mail_id:\d{1,18}>", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def mail(request: Request, mail_id: str) -> HTTPResponse:
    """One mail, and what it says."""
    read_parameters(request.query_string)
    return await _answer(request, "mail", int(mail_id))


@blueprint.route(r"/<mail_id:\d{1,18}>/eml", methods=["GET", "HEAD"], ctx_access=Access.VIEWER)
async def eml(request: Request, mail_id: str) -> HTTPResponse:
    """The mail as a file that mail programs open."""
    read_parameters(request.query_string)
    found = orjson.loads(await request.app.ctx.database.json(request.ctx.claims.database_role, "mail", int(mail_id)))
    if found["content"] is None:
        raise Problem(404, "mail_not_made", "It has not been made yet, or tells of a lead that was erased.")
    made = Mail.of(found["id"], found["key"], found["content"], request.app.ctx.settings.cv_file)
    try:
        body = made.as_message().as_bytes()
    except (OSError, ValueError):
        raise Problem(409, "cv_not_readable", "CV_FILE, which it brings along, can't be read.") from None
    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="mail-{found["id"]}.eml"'}
    return raw(body, content_type="message/rfc822", headers=headers)


@blueprint.post("/retry", ctx_access=Access.EDITOR)
async def retry(request: Request) -> HTTPResponse:
    """Tries mails now: some, or all that failed."""
    sent = read_changes(request)
    ids = sent.get("ids")
    if sent == {"state": "failed"}:
        ids = None
    elif set(sent) != {"ids"} or not isinstance(ids, list):
        raise Problem(400, "ids_or_state", 'Say which: {"ids": [...]} or {"state": "failed"}.')
    elif not 1 <= len(ids) <= MAX_IDS or not all(type(one) is int for one in ids):
        raise refused("ids", "ids_not_valid", f"ids must be 1 to {MAX_IDS} numbers of mails.")
    return await _write(request, "retry_mails", ids)


@blueprint.post("/allow", ctx_access=Access.EDITOR)
async def allow(request: Request) -> HTTPResponse:
    """Lets an address have automatic answers again."""
    sent = read_members(request, email=(str,))
    claims = request.ctx.claims
    row = await request.app.ctx.database.row(WRITING[claims.database_role], "allow_mail", sent["email"])
    return json({"allowed": row[0]}, headers=PRIVATE)


@blueprint.route("/templates", methods=["GET", "HEAD"], ctx_access=Access.ADMIN)
async def list_templates(request: Request) -> HTTPResponse:
    """What each kind of mail says, and what it could use."""
    read_parameters(request.query_string)
    found = orjson.loads(await request.app.ctx.database.json(Role.ADMIN, "list_templates"))
    return json({"data": [_template(one) for one in found]}, headers=PRIVATE)


@blueprint.put("/templates/<kind>", ctx_access=Access.ADMIN)
async def save_template(request: Request, kind: str) -> HTTPResponse:
    """Other words, or none of these mails; null for what was delivered."""
    sent = read_members(request, enabled=(bool,), subject=(str, NOTHING), body_text=(str, NOTHING), body_html=(str, NOTHING))
    delivered = _delivered(kind)
    _check(kind, {part: text if sent[part] is None else sent[part] for part, text in delivered.items()})
    # What is as delivered stays so when what is delivered changes.
    parts = [sent[part] if sent[part] != text else None for part, text in delivered.items()]
    claims = request.ctx.claims
    body = await request.app.ctx.database.json(
        Role.ADMIN_WRITING, "save_template", kind, sent["enabled"], *parts, claims.sub, claims.role, request.id
    )
    return json(_template(orjson.loads(body)), headers=PRIVATE)


@blueprint.post("/templates/<kind>/preview", ctx_access=Access.ADMIN)
async def preview(request: Request, kind: str) -> HTTPResponse:
    """What a template would make of sample values. Nothing is stored."""
    sent = read_members(request, subject=(str,), body_text=(str,), body_html=(str,))
    _delivered(kind)
    _check(kind, sent)
    made = templates.render(
        sent, templates.sample(kind, public_url=request.app.ctx.settings.public_url or "https://example.com")
    )
    return json({"subject": made.subject, "text": made.text, "html": made.html}, headers=NO_STORE)


@blueprint.post("/templates/<kind>/test", ctx_access=Access.ADMIN)
async def test(request: Request, kind: str) -> HTTPResponse:
    """Sends what is saved, with sample values, to one address."""
    sent = read_members(request, to=(str,))
    _delivered(kind)
    try:
        to = deliverable(sent["to"].strip())
    except ValueError as error:
        raise refused("to", "not_an_email", str(error)) from None
    return await _write(request, "test_mail", kind, to, status=201)


def _template(stored: dict[str, Any]) -> dict[str, Any]:
    kind = stored["kind"]
    delivered = templates.delivered(kind)
    return {
        "kind": kind,
        "enabled": stored["enabled"],
        "changed": any(stored[part] is not None for part in templates.PARTS),
        **templates.in_force(kind, stored),
        "updated_at": stored["updated_at"],
        "updated_by": stored["updated_by"],
        "default": delivered,
        "variables": [{"name": name, "about": about} for name, about in templates.VARIABLES[kind].items()],
    }


def _delivered(kind: str) -> dict[str, str]:
    try:
        return templates.delivered(kind)
    except KeyError:
        known = ", ".join(templates.KINDS)
        raise Problem(404, "template_not_found", f"There is no such mail template. There are: {known}.") from None


def _check(kind: str, template: dict[str, str]) -> None:
    if errors := templates.check(kind, template):
        raise Problem(422, "fields_not_valid", errors[0].message, errors)


async def _answer(request: Request, query: str, *arguments: object) -> HTTPResponse:
    body = await request.app.ctx.database.json(request.ctx.claims.database_role, query, *arguments)
    return raw(body, content_type="application/json", headers=PRIVATE)


async def _write(request: Request, query: str, *arguments: object, status: int = 200) -> HTTPResponse:
    body = await request.app.ctx.database.json(WRITING[request.ctx.claims.database_role], query, *arguments)
    return raw(body, status=status, content_type="application/json", headers=NO_STORE)
