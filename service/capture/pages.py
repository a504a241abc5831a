"""The public forms as pages that need no JavaScript, and are better with it."""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from sanic import Sanic
from sanic.response import HTTPResponse
from sanic_ext import render

from service.assets import asset_url
from service.capture.forms import FIELDS, KNOWN_FIELDS, MAX_EXTRA_FIELDS, UTM_FIELDS, Form, form_key
from service.errors import FieldError, Problem

# As a person fills it in: who they are, then what they want. `source` is the page's own business.
ON_PAGE = [
    next(field for field in FIELDS if field.name == name)
    for name in ("name", "email", "company", "role", "phone", "subject", "message")
]
KEY_BYTES = 16
CONSENT = "I agree that these details are kept so that my enquiry can be answered."
LABELS = {field.name: field.label for field in ON_PAGE} | {"consent": "Consent"}


async def page(
    app: Sanic[Any, Any],
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    cache: str = "no-cache",
    policy: str | None = None,
) -> HTTPResponse:
    """A template as an HTML page. `policy` replaces the pages' own Content-Security-Policy."""
    headers = {"Content-Security-Policy": policy or _policy(app), "Cache-Control": cache}
    return await render(template, status=status, headers=headers, context={**context, "asset": asset_url}, app=app)


async def form_page(app: Sanic[Any, Any], form: Form, sent: Mapping[str, Any], problem: Problem | None = None) -> HTTPResponse:
    """The form, holding what was typed. With a problem: its status, and each wrong field marked with what is wrong."""
    found = {error.field: _for_people(error) for error in problem.errors} if problem else {}
    # In the order of the page; what is not on it comes last.
    wrong = {name: found[name] for name in [*LABELS, *found] if name in found}
    values = {field.name: text for field in ON_PAGE if (text := _first_text(sent.get(field.name)))}
    context = {
        "form": form,
        "fields": ON_PAGE,
        "values": values,
        "consent": CONSENT,
        "consented": _first_text(sent.get("consent")).strip().lower() in ("true", "on", "yes", "1"),
        "errors": {name: text[0].upper() + text[1:] for name, text in wrong.items()},
        "summary": [
            {"field": name if name in LABELS else None, "text": f"{LABELS.get(name, name)} {text}"}
            for name, text in wrong.items()
        ],
        "hidden": list(_carried(sent, wrong)),
        "key": form_key(sent) or secrets.token_urlsafe(KEY_BYTES),
        "problem": problem,
        "verdict": _verdict(problem) if problem else "",
    }
    # A form that was not sent yet may be kept, so that going back in the browser brings back what was typed.
    cache = "no-store" if problem else "no-cache"
    status = problem.status if problem else 200
    answer = await page(app, "form.html", context, status=status, cache=cache, policy=_policy(app, scripts="'self'"))
    answer.headers.update(problem.headers if problem else {})
    return answer


async def thanks_page(app: Sanic[Any, Any], form: Form, reference: str) -> HTTPResponse:
    """The word that it arrived."""
    return await page(app, "thanks.html", {"form": form, "reference": reference}, status=201, cache="no-store")


async def problem_page(app: Sanic[Any, Any], problem: Problem, request_id: str) -> HTTPResponse:
    """The word that a form was not taken, for a browser whose form can't be shown again. Its Back button still has it."""
    context = {
        "problem": problem,
        "verdict": _verdict(problem),
        "retry_after": problem.headers.get("Retry-After"),
        "request_id": request_id,
    }
    answer = await page(app, "problem.html", context, status=problem.status, cache="no-store")
    answer.headers.update(problem.headers)
    return answer


def _verdict(problem: Problem) -> str:
    """What a refusal or failure means for the sender: after a 4xx nothing was stored, after a 5xx it may have been."""
    return "Not sent yet" if problem.status < 500 or problem.status == 507 else "It may not have arrived"


def _policy(app: Sanic[Any, Any], scripts: str = "'none'") -> str:
    # Chromium holds the redirect after a form (`_next`) to form-action too.
    targets = " ".join(("'self'", *sorted(app.ctx.settings.redirect_origins)))
    return (
        f"default-src 'none'; script-src {scripts}; connect-src {scripts}; style-src 'self'; img-src 'self'; "
        f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )


def _for_people(error: FieldError) -> str:
    """The message as it reads behind the field's label."""
    if error.code == "not_an_email":
        return "must look like jane@example.com."
    return error.message.removeprefix(f"{error.field} ")


def _first_text(value: object) -> str:
    if isinstance(value, list):
        value = value[0]
    return value if isinstance(value, str) else ""


def _carried(sent: Mapping[str, Any], wrong: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What another website's form held besides comes along unseen; not what was refused: then it could never be sent."""
    extras = 0
    for name, value in sent.items():
        known = name in UTM_FIELDS or name in ("source", "_next")
        extra = not name.startswith("_") and name not in KNOWN_FIELDS
        if name[:100] in wrong or not (known or extra) or (extra and extras == MAX_EXTRA_FIELDS):
            continue
        extras += extra
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str):
                yield name, text
