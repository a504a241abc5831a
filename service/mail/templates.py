"""What mails say: Jinja templates, delivered in service/mail/delivered and changed by the team in app.mail_templates.

Whoever may change them is not thereby let into the server: the templates are run in Jinja's sandbox, and may hold nothing but
variables, conditions, one loop at a time and a few filters, so that none of them can take long or grow large either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.errors import FieldError
from service.mail.message import greeting_name, one_line

FOLDER = Path(__file__).resolve().parent / "delivered"

#: The parts of a template, and how many characters each may have.
PARTS = {"subject": 500, "body_text": 20_000, "body_html": 60_000}

FILTERS = ("capitalize", "default", "e", "escape", "length", "lower", "title", "trim", "truncate", "upper")
NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.If, nodes.For, nodes.Filter, nodes.Const,
    nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or, nodes.CondExpr, nodes.Test, nodes.Keyword,
)  # fmt: skip

_LEAD = (
    "name, email, company, phone, role, subject, message, source, priority, status, lead_type, assignee, created_at, id, url"
)
_VISITOR = {
    "name": "The visitor's name, when it looks like one; else empty",
    "reference": "The number that the form showed",
    "received_at": "When it came",
    "lead_type": "contact, cv_request or collaboration",
    "stop_url": "Where one asks for no more mail; empty without PUBLIC_URL",
}
_TEAM = {
    "leads": f"The leads, at most 50. Each has: {_LEAD}",
    "lead": "The first of them",
    "count": "How many there are",
    "more": "How many of them are not in leads",
    "dashboard_url": "The dashboard's address; empty without PUBLIC_URL",
}
#: The variables of each kind's templates, and what they hold.
VARIABLES: dict[str, dict[str, str]] = {
    "acknowledgement": _VISITOR,
    "cv": {
        **_VISITOR,
        "cv": "attached, link, or empty when there is no CV_FILE",
        "cv_url": "The link, when cv is link",
        "cv_days": "For how many days it holds",
    },
    "notification": {**_TEAM, "urgent": "Whether one of them is urgent or high"},
    "reminder": {**_TEAM, "leads": f"{_TEAM['leads']}, follow_up_date"},
    "digest": {
        **_TEAM,
        "leads": f"The unread leads of high priority, at most 20. Each has: {_LEAD}",
        "date": "The day",
        "new": "How many leads came in the last 24 hours",
        "new_by_type": "How many by each form: each has lead_type and count",
        "answered": "How many of them had an answer",
        "unread": "How many leads are unread in all",
    },
}
KINDS = tuple(VARIABLES)


class TemplateProblem(ValueError):
    """A template that can't be used: which part, and why, for people."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(f"{part}: {reason}")
        self.error = FieldError(part, "template_not_valid", reason)


@dataclass(frozen=True)
class Rendered:
    """A mail's words."""

    subject: str
    text: str
    html: str


@cache
def delivered(kind: str) -> dict[str, str]:
    """The template that comes with the service, by its PARTS. Raises KeyError for a kind there isn't."""
    if kind not in VARIABLES:
        raise KeyError(kind)
    subject, _, text = (FOLDER / f"{kind}.txt").read_text().partition("\n\n")
    return {
        "subject": subject.removeprefix("Subject: "),
        "body_text": text,
        "body_html": (FOLDER / f"{kind}.html").read_text(),
    }


def in_force(kind: str, changed: Mapping[str, Any] | None) -> dict[str, str]:
    """The delivered template, with what the team changed of it."""
    return {part: (changed or {}).get(part) or text for part, text in delivered(kind).items()}


def render(template: Mapping[str, str], values: Mapping[str, Any]) -> Rendered:
    """A mail. Raises TemplateProblem."""
    made = {part: _render(part, template[part], values) for part in PARTS}
    subject = one_line(made["subject"])
    if not subject:
        raise TemplateProblem("subject", "The subject is empty.")
    return Rendered(subject, made["body_text"].strip() + "\n", made["body_html"].strip() + "\n")


def check(kind: str, template: Mapping[str, str]) -> list[FieldError]:
    """What is wrong with a template, found with values as full and as empty as there are."""
    found: dict[str, FieldError] = {}
    for part, length in PARTS.items():
        if len(template[part]) > length:
            found[part] = FieldError(part, "too_long", f"{part} can have {length:,} characters at most.")
            continue
        if part == "subject" and not template[part].isprintable():
            found[part] = FieldError(part, "not_one_line", "subject must be one line, without control characters.")
            continue
        for values in (sample(kind), sample(kind, sparse=True)):
            try:
                said = _render(part, template[part], values)
            except TemplateProblem as problem:
                found.setdefault(part, problem.error)
                continue
            if not said.strip():
                found.setdefault(part, FieldError(part, "required", f"{part} must say something."))
    return list(found.values())


def visitor_values(lead: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The variables of an answer to a visitor. Nothing in it was written by them, but a name that looks like one."""
    return {
        "name": greeting_name(lead["name"]),
        "reference": lead["reference"],
        "received_at": lead["created_at"],
        "lead_type": lead["lead_type"],
        **more,
    }


def team_values(leads: list[dict[str, Any]], more: int, public_url: str | None, **others: Any) -> dict[str, Any]:
    """The variables of the team's news."""
    for lead in leads:
        lead["url"] = f"{public_url}/leads/{lead['id']}" if public_url else ""
    return {
        "leads": leads,
        "lead": leads[0] if leads else {},
        "count": len(leads) + more,
        "more": more,
        "dashboard_url": public_url or "",
        "urgent": any(lead["priority"] in ("high", "urgent") for lead in leads),
        **others,
    }


def sample(kind: str, *, sparse: bool = False, public_url: str | None = "https://leads.example.com") -> dict[str, Any]:
    """Made-up values for a kind's template; `sparse`: as little as there may be."""
    lead: dict[str, Any] = {
        "id": 4711,
        "reference": "3f1c9a52-6c1e-4a7d-9a55-0d2f8f1d7a10",
        "lead_type": "contact",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "company": "Analytical Engines",
        "phone": "+44 20 7946 0000",
        "role": "Founder",
        "subject": "A question about your work",
        "message": "Hello,\n\ncan we talk next week?\n\nAda",
        "source": "website",
        "priority": "urgent",
        "status": "unread",
        "assignee": "jane",
        "follow_up_date": "2026-11-24",
        "created_at": "2026-11-23 09:41 UTC",
    }
    other = {**lead, "id": 4712, "name": "Charles Babbage", "email": "charles@example.com", "priority": "medium"}
    if sparse:
        for name in ("company", "phone", "role", "subject", "message", "source", "assignee"):
            lead[name] = None
        lead["priority"], public_url = "medium", None
    if kind in ("acknowledgement", "cv"):
        base = public_url or ""
        lead["name"] = "www.example.com" if sparse else lead["name"]
        cv: dict[str, Any] = {}
        if kind == "cv":
            lead["lead_type"] = "cv_request"
            cv = {"cv": "" if sparse else "link", "cv_url": f"{base}/cv/sample", "cv_days": 14}
        return visitor_values(lead, stop_url=f"{base}/mail/stop/sample" if base else "", **cv)
    if kind == "digest":
        types = [] if sparse else [{"lead_type": "contact", "count": 5}, {"lead_type": "cv_request", "count": 2}]
        return team_values(
            [] if sparse else [lead], 0, public_url, date="2026-11-23", new=0 if sparse else 7, new_by_type=types,
            answered=0 if sparse else 4, unread=1 if sparse else 12,
        )  # fmt: skip
    return team_values([lead] if sparse else [lead, other], 0 if sparse else 3, public_url)


def _render(part: str, source: str, values: Mapping[str, Any]) -> str:
    try:
        return _compiled(source, part == "body_html").render(values)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateProblem(part, f"Line {error.lineno}: {error.message}") from None
    except jinja2.TemplateError as error:
        raise TemplateProblem(part, str(error.message or error)) from None
    except Exception as error:  # noqa: BLE001 - a filter's complaint of what it was given, whatever that is
        raise TemplateProblem(part, f"{type(error).__name__}: {error}") from None


@cache
def _environment(as_html: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=as_html, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.globals.clear()
    return environment


def _compiled(source: str, as_html: bool) -> jinja2.Template:
    environment = _environment(as_html)
    tree = environment.parse(source)
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, NODES):
            raise jinja2.TemplateSyntaxError(f"{type(node).__name__.lower()} can't be used here.", node.lineno)
        if isinstance(node, nodes.For) and (node.recursive or any(True for inner in node.body for _ in _loops(inner))):
            raise jinja2.TemplateSyntaxError("A loop can't hold another one.", node.lineno)
    return environment.from_string(tree)


def _loops(node: nodes.Node) -> Any:
    if isinstance(node, nodes.For):
        yield node
    yield from node.find_all(nodes.For)
