"""Where mails lead to, and what the provider reports of them: for people and programs without a token of ours."""

import asyncio
import mimetypes
from pathlib import Path
from urllib.parse import quote

import structlog
from sanic import Blueprint, Request, empty
from sanic.response import HTTPResponse, raw

from service.capture.pages import page
from service.db import Role
from service.errors import Problem
from service.guard import Access
from service.mail import webhooks
from service.mail.links import CV, STOP, Link
from service.mail.message import MAX_ATTACHMENT_BYTES

blueprint = Blueprint("mail_links")
logger = structlog.get_logger()


@blueprint.route("/cv/<token>", methods=["GET", "HEAD"], ctx_access=Access.PUBLIC)
async def cv(request: Request, token: str) -> HTTPResponse:
    """The CV, for who has a link to it that holds. Counts each GET, the automatic ones of mail scanners too."""
    link: Link | None = request.app.ctx.links.read(CV, token)
    path: Path | None = request.app.ctx.settings.cv_file
    body = await asyncio.to_thread(_read, path) if link and path else None
    if link is None or path is None or body is None:
        return await _gone(request)
    row = await request.app.ctx.database.row(Role.SERVICE, "open_cv", link.mail_id, link.key, request.method == "GET")
    if not row[0]:
        return await _gone(request)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(path.name, safe='')}",
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex",
    }
    return raw(body, content_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream", headers=headers)


@blueprint.route("/mail/stop/<token>", methods=["GET", "HEAD"], ctx_access=Access.PUBLIC)
async def ask_to_stop(request: Request, token: str) -> HTTPResponse:
    """A page with one button: programs that follow each link in a mail must not stop anything by it."""
    if request.app.ctx.links.read(STOP, token) is None:
        return await _gone(request)
    return await page(request.app, "stop_mail.html", {"stopped": False, "token": token}, cache="no-store")


@blueprint.post("/mail/stop/<token>", ctx_access=Access.PUBLIC)
async def stop(request: Request, token: str) -> HTTPResponse:
    """No more automatic answers to whoever got this mail; by the button, or a mail program's own (RFC 8058)."""
    link = request.app.ctx.links.read(STOP, token)
    row = await request.app.ctx.database.row(Role.SERVICE, "stop_mail", link.mail_id, link.key) if link else None
    if row is None or not row[0]:
        return await _gone(request)
    return await page(request.app, "stop_mail.html", {"stopped": True, "token": token}, cache="no-store")


@blueprint.post("/webhooks/resend", ctx_access=Access.OPEN)
async def resend(request: Request) -> HTTPResponse:
    """What Resend reports of a mail: delivered, delayed, bounced, called spam."""
    secret = request.app.ctx.settings.resend_webhook_secret
    if secret is None:
        raise Problem(404, "not_found", "There is nothing at this address.")
    try:
        webhooks.verify(secret, request.headers, request.body, request.app.ctx.credentials.now())
    except webhooks.NotSigned as error:
        raise Problem(401, "signature_not_valid", str(error)) from None
    try:
        report = webhooks.read(request.body)
    except ValueError as error:
        raise Problem(422, "report_not_valid", f"The report can't be read: {error}") from None
    if report:
        row = await request.app.ctx.database.row(
            Role.SERVICE, "note_delivery", report.key, report.provider_id, report.delivery, report.at, report.detail
        )
        logger.info("mail_reported", delivery=report.delivery, mail=row[0] if row else None)
    return empty(status=204)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= MAX_ATTACHMENT_BYTES else None
    except OSError as error:
        logger.error("cv_not_readable", error=error.strerror)
        return None


async def _gone(request: Request) -> HTTPResponse:
    return await page(request.app, "link_gone.html", {}, status=404, cache="no-store")
