"""The pages: the dashboard, the public forms, the contract and its documentation. None needs anything from elsewhere."""

import asyncio
import re
import secrets
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import orjson
import yaml
from sanic import Blueprint, Request, empty
from sanic.response import HTTPResponse, html, raw

from service.assets import ASSETS, Asset, dashboard_page
from service.capture.forms import FORMS, MAX_UTM_CHARACTERS, UTM_FIELDS, Form
from service.capture.pages import form_page, page
from service.errors import Problem
from service.guard import Access

blueprint = Blueprint("site")

PAGE = ["GET", "HEAD"]
FOR_EVER = "public, max-age=31536000, immutable"

CONTRACT = Asset(
    orjson.dumps(yaml.safe_load((Path(__file__).resolve().parent.parent / "openapi.yaml").read_bytes())), "application/json"
)

# Swagger UI styles its elements in place.
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# The dashboard's own addresses (web/src/lib/routes.ts): its one page finds out by itself which of its views is meant.
DASHBOARD_PATHS = (
    "/",
    "/login",
    "/leads",
    r"/leads/<lead_id:\d{1,18}>",
    "/trash",
    "/operations",
    "/audit",
    "/mail",
    "/mail/templates",
    "/people",
    "/keys",
    "/account",
    "/settings",
)
# The kit's own styles carry a nonce; a script is only ever a file of ours.
DASHBOARD_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
NONCE_BYTES = 16
NONCE_PLACE = 'name="csp-nonce" content=""'
DASHBOARD = dashboard_page()

# What a link to a form may carry into it, and how long it may be.
CARRIED = dict.fromkeys(sorted(UTM_FIELDS), MAX_UTM_CHARACTERS) | {"source": 200}
MAX_NEXT_CHARACTERS = 2000

_TAKEN = r"(?:^|[,\s]){}\s*(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))(?:[,;]|$)"
_GZIP, _BROTLI = (re.compile(_TAKEN.format(coding), re.IGNORECASE) for coding in ("gzip", "br"))


async def dashboard(request: Request, lead_id: str = "") -> HTTPResponse:
    """The dashboard's page. Not kept: its nonce is for this answer alone."""
    if DASHBOARD is None:
        return await page(request.app, "not_built.html", {"forms": FORMS}, status=503)
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    headers = {"Content-Security-Policy": DASHBOARD_POLICY.format(nonce=nonce), "Cache-Control": "no-store"}
    return html(DASHBOARD.replace(NONCE_PLACE, f'name="csp-nonce" content="{nonce}"', 1), headers=headers)


for _number, _path in enumerate(DASHBOARD_PATHS):
    blueprint.add_route(dashboard, _path, methods=PAGE, name=f"dashboard_{_number}", ctx_access=Access.OPEN)


def show(form: Form) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    """The handler of one form's page."""

    async def form_of(request: Request) -> HTTPResponse:
        return await form_page(request.app, form, _carried(request))

    return form_of


for _form in FORMS:
    blueprint.add_route(
        show(_form), f"/forms/{_form.slug}", methods=PAGE, name=f"form_{_form.lead_type}", ctx_access=Access.OPEN
    )


@blueprint.route("/openapi.json", methods=PAGE, ctx_access=Access.OPEN)
async def contract(request: Request) -> HTTPResponse:
    """The API as an OpenAPI document."""
    return await _send(request, CONTRACT, "no-cache")


@blueprint.route("/docs", methods=PAGE, ctx_access=Access.OPEN)
async def docs(request: Request) -> HTTPResponse:
    """The document as a page to read and try out."""
    return await page(request.app, "docs.html", {}, policy=DOCS_POLICY)


@blueprint.route("/static/<name>", methods=PAGE, name="static", ctx_access=Access.OPEN)
@blueprint.route("/assets/<name>", methods=PAGE, name="dashboard_asset", ctx_access=Access.OPEN)
@blueprint.route("/docs/assets/<name>", methods=PAGE, name="docs_asset", ctx_access=Access.OPEN)
async def asset(request: Request, name: str) -> HTTPResponse:
    """A file that a page loads."""
    found = ASSETS.get(request.path)
    if found is None:
        raise Problem(404, "not_found", "There is nothing at this address.")
    return await _send(request, found, FOR_EVER)


async def _send(request: Request, asset: Asset, cache: str) -> HTTPResponse:
    """The bytes, compressed for whoever takes that, or a 304 for whoever has them."""
    # Weak: it names the content, however it is encoded.
    etag = f'W/"{asset.version}"'
    headers = {"Cache-Control": cache, "ETag": etag, "Vary": "Accept-Encoding"}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {etag.removeprefix("W/"), "*"}:
        return empty(status=304, headers=headers)
    accepted = request.headers.get("accept-encoding", "")
    if asset.brotli is not None and _BROTLI.search(accepted):
        return raw(asset.brotli, content_type=asset.content_type, headers={**headers, "Content-Encoding": "br"})
    if not _GZIP.search(accepted):
        return raw(asset.body, content_type=asset.content_type, headers=headers)
    # The first time it takes some 50 ms for the largest.
    body = await asyncio.to_thread(lambda: asset.gzipped)
    return raw(body, content_type=asset.content_type, headers={**headers, "Content-Encoding": "gzip"})


def _carried(request: Request) -> dict[str, str]:
    """The utm_*, source and _next of a link to a form. Whether _next is allowed is told when the form is sent."""
    carried = {}
    for name, length in CARRIED.items():
        text = "".join(character if character.isprintable() else " " for character in request.args.get(name, ""))
        if text := " ".join(text.split())[:length].strip():
            carried[name] = text
    target = request.args.get("_next", "")
    if 0 < len(target) <= MAX_NEXT_CHARACTERS:
        carried["_next"] = target
    return carried
