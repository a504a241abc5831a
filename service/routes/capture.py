"""The public forms' endpoints: JSON, urlencoded and multipart on one URL, with or without JavaScript."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, raw, redirect

from service.bodies import Body, read_body, wants_page
from service.capture.forms import FORMS, Form, clean, idempotency_key, metadata, page_key, redirect_target
from service.capture.pages import thanks_page
from service.db import Role
from service.guard import Access

blueprint = Blueprint("capture")


def submit_to(form: Form) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    """The handler of one form's endpoint."""

    async def submit(request: Request) -> HTTPResponse:
        body = read_body(request, forms=True)
        page = body.is_form and (wants_page(request) or _leads_on(request, body))
        target = redirect_target(body.fields, request.app.ctx.settings.redirect_origins) if page else None
        if page:
            request.ctx.form = (form, body.fields)  # whatever goes wrong, it is shown again with what was typed
        key = idempotency_key(request.headers.get("idempotency-key"))
        fields = clean(form, body.fields)
        if body.is_form and key is None:
            key = page_key(body.fields, fields)
        answer = await request.app.ctx.database.json(
            Role.CAPTURE,
            "capture_lead",
            form.lead_type,
            orjson.dumps(fields),
            orjson.dumps(metadata(request.ctx.address, request.headers)),
            key,
            request.id,
        )
        if target:
            return redirect(target, status=303)
        if page:
            return await thanks_page(request.app, form, orjson.loads(answer)["reference"])
        return raw(answer, status=201, content_type="application/json", headers={"Cache-Control": "no-store"})

    return submit


def _leads_on(request: Request, body: Body) -> bool:
    """A form with `_next` is a browser's as well, unless it asks for JSON."""
    return "_next" in body.fields and "application/json" not in request.headers.get("accept", "")


for _form in FORMS:
    blueprint.add_route(
        submit_to(_form), _form.path, methods=["POST"], name=f"submit_{_form.lead_type}", ctx_access=Access.PUBLIC
    )
