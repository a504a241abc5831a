"""The three public forms: which fields they have, and what may stand in them.

The table's constraints have the last word; here every wrong field is found at once and named, so that a visitor corrects a form
in one go. tests/house/test_forms.py holds the lengths to the constraints'.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import orjson
from email_validator import EmailNotValidError, validate_email

from service.errors import FieldError, Problem

MAX_EXTRA_FIELDS = 20
MAX_EXTRA_BYTES = 2048
MAX_UTM_CHARACTERS = 200
MAX_HEADER_CHARACTERS = 1000
MAX_IDEMPOTENCY_KEY_CHARACTERS = 255

UTM_FIELDS = frozenset({"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"})

# The service or the team decides these; a visitor who sends one is refused rather than quietly ignored.
OWNED_FIELDS = frozenset(
    "id reference lead_type form_type status priority metadata quality_score internal_notes tags contact_history "
    "follow_up_date last_contacted first_response_at created_at updated_at timestamp flagged is_spam deleted_at version "
    "assignee".split()
)

_SPACES = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FORM_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_TRUE = frozenset({"true", "on", "yes", "1"})
_FALSE = frozenset({"false", "off", "no", "0", ""})


@dataclass(frozen=True)
class Field:
    """A text field of a form: at most `length` characters, on one line unless `lines`."""

    name: str
    label: str
    length: int
    lines: bool = False


@dataclass(frozen=True)
class Form:
    """A public form: the label of lead_type it stores, its name in /forms/, and which fields must be filled in."""

    lead_type: str
    slug: str
    path: str
    title: str
    required: frozenset[str]


FIELDS = (
    Field("name", "Your name", 200),
    Field("email", "E-mail address", 254),
    Field("subject", "Subject", 300),
    Field("message", "Message", 10_000, lines=True),
    Field("company", "Company", 200),
    Field("phone", "Telephone", 50),
    Field("role", "Your role", 100),
    Field("source", "Source", 200),
)

FORMS = (
    Form("contact", "contact", "/api/submit-contact", "Contact", frozenset({"name", "email", "subject", "message"})),
    Form("cv_request", "cv", "/api/v1/request-cv", "Request the CV", frozenset({"name", "email"})),
    Form(
        "collaboration",
        "collaboration",
        "/api/v1/collaborate",
        "Work together",
        frozenset({"name", "email", "subject", "message"}),
    ),
)

KNOWN_FIELDS = frozenset(field.name for field in FIELDS) | {"consent"} | UTM_FIELDS


_ORDER = {field.name: place for place, field in enumerate(FIELDS)}


def clean(form: Form, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What a visitor sent, as service.capture_lead takes it: the known fields, `utm` and `extra`.

    Fields that begin with `_` are for us (`_next`), never stored. Raises Problem 422 with one entry for each wrong field,
    in the order of the form.
    """
    errors: list[FieldError] = []
    fields: dict[str, Any] = {}
    for field in FIELDS:
        value = _text(field, sent.get(field.name), errors)
        if value is not None:
            fields[field.name] = value
        elif field.name in form.required and not any(error.field == field.name for error in errors):
            errors.append(FieldError(field.name, "required", f"{field.name} must be filled in."))
    if "email" in fields:
        fields["email"] = _email(fields["email"], errors)
    if "consent" in sent and sent["consent"] is not None:
        fields["consent"] = _flag("consent", sent["consent"], errors)
    elif "_consent" in sent:
        fields["consent"] = False  # asked, and left unticked: a browser sends nothing for that
    utm = {
        name: value
        for name in sorted(UTM_FIELDS)
        if (value := _text(Field(name, name, MAX_UTM_CHARACTERS), sent.get(name), errors)) is not None
    }
    if utm:
        fields["utm"] = utm
    extra = _extra(sent, errors)
    if extra:
        fields["extra"] = extra
    if errors:
        errors.sort(key=lambda error: _ORDER.get(error.field, len(_ORDER)))
        detail = errors[0].message if len(errors) == 1 else f"{len(errors)} fields can't be taken as they are."
        raise Problem(422, "fields_not_valid", detail, errors)
    return fields


def metadata(address: str, headers: Mapping[str, str]) -> dict[str, str]:
    """What the server saw of the request: ip_address, user_agent, referer, origin; each only when there is one."""
    seen = {
        "ip_address": address,
        "user_agent": headers.get("user-agent", ""),
        "referer": headers.get("referer", ""),
        "origin": headers.get("origin", ""),
    }
    return {name: _CONTROL.sub("", value)[:MAX_HEADER_CHARACTERS] for name, value in seen.items() if value}


def idempotency_key(value: str | None) -> str | None:
    """The Idempotency-Key header as it is, or None when there is none. Raises Problem 422 when it can't be one."""
    if value is None:
        return None
    if not 1 <= len(value) <= MAX_IDEMPOTENCY_KEY_CHARACTERS or not value.isascii() or not value.isprintable():
        message = f"Idempotency-Key must be 1 to {MAX_IDEMPOTENCY_KEY_CHARACTERS} printable ASCII characters."
        raise Problem(422, "idempotency_key_not_valid", message, [FieldError("Idempotency-Key", "not_valid", message)])
    return value


def form_key(sent: Mapping[str, Any]) -> str | None:
    """The hidden key of a page's form, made when the page was: None when it is none that we make."""
    key = sent.get("_idempotency_key")
    return key if isinstance(key, str) and _FORM_KEY.fullmatch(key) else None


def page_key(sent: Mapping[str, Any], fields: Mapping[str, Any]) -> str | None:
    """The idempotency key of a plain form: of its page and its fields, so that a double click or a reload arrives once.

    Who goes back, changes something and sends again has sent another form: then the key is another one too.
    """
    key = form_key(sent)
    return key and f"{key}.{sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()}"


def redirect_target(sent: Mapping[str, Any], allowed: frozenset[str]) -> str | None:
    """The `_next` of a plain HTML form: a path of ours, or an address on one of the allowed origins. Else Problem 400."""
    target = sent.get("_next")
    if target is None or target == "":
        return None
    if isinstance(target, str) and len(target) <= 2000 and target.isascii() and target.isprintable() and "\\" not in target:
        try:
            parts = urlsplit(target)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme in ("http", "https") and f"{parts.scheme}://{parts.netloc}" in allowed:
            return target
        if not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith("//"):
            return target
    message = "_next must be a path here, or an address on an origin that REDIRECT_ORIGINS lists."
    raise Problem(400, "redirect_not_allowed", message, [FieldError("_next", "not_allowed", message)])


def _text(field: Field, value: object, errors: list[FieldError]) -> str | None:
    """A field's text without spaces around it, or None when there is none."""
    if value is None:
        return None
    if not isinstance(value, str):
        message = f"{field.name} was given twice." if isinstance(value, list) else f"{field.name} must be text."
        errors.append(FieldError(field.name, "not_text", message))
        return None
    if field.lines:
        text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    else:
        text = _SPACES.sub(" ", value).strip()
        if _CONTROL.search(text):
            errors.append(FieldError(field.name, "control_character", f"{field.name} holds a control character."))
            return None
    if len(text) > field.length:
        message = f"{field.name} can have at most {field.length} characters; it has {len(text)}."
        errors.append(FieldError(field.name, "too_long", message))
        return None
    return text or None


def _email(value: str, errors: list[FieldError]) -> str:
    try:
        # Only its form: whether mail arrives shows when it is sent, and a name server that is down must lose no lead.
        checked = validate_email(value, check_deliverability=False, globally_deliverable=False).normalized
        if "." in checked.rpartition("@")[2] and not checked.endswith("]"):
            return checked
    except EmailNotValidError:
        pass
    errors.append(FieldError("email", "not_an_email", "email must be an e-mail address, such as jane@example.com."))
    return value


def _flag(name: str, value: object, errors: list[FieldError]) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _TRUE | _FALSE:
        return value.strip().lower() in _TRUE
    errors.append(FieldError(name, "not_a_flag", f"{name} must be true or false."))
    return False


def _extra(sent: Mapping[str, Any], errors: list[FieldError]) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    for name, value in sent.items():
        if name in KNOWN_FIELDS or name.startswith("_"):
            continue
        shown = name[:100]
        if name.lower() in OWNED_FIELDS:
            errors.append(FieldError(shown, "owned_by_the_service", f"{shown} is set by the service, not by a form."))
        elif not name.strip() or len(name) > 100:
            errors.append(FieldError(shown, "name_not_valid", "A field's name must have 1 to 100 characters."))
        elif len(orjson.dumps(value)) > MAX_EXTRA_BYTES:
            errors.append(FieldError(shown, "too_long", f"{shown} can have at most {MAX_EXTRA_BYTES} bytes."))
        elif len(extra) == MAX_EXTRA_FIELDS:
            errors.append(FieldError(shown, "too_many", f"At most {MAX_EXTRA_FIELDS} fields beside the form's own are kept."))
            break
        else:
            extra[name] = value
    return extra
