"""Request bodies into Python values, strictly: JSON, urlencoded and multipart forms.

A body that can't be read is 400, one of another type 415, one that can be read but holds what PostgreSQL can't keep (NUL, lone
surrogates, integers beyond 64 bits) or what two readers would read differently (a doubled key) 422. Each names the field.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson
from sanic import Request
from sanic.request.form import parse_multipart_form

from service.errors import FieldError, Problem, refused

MAX_DEPTH = 32
MAX_FIELDS = 100
MAX_INTEGER = 2**63 - 1

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
# JSON that can be read and is refused by name, where orjson only says that it is none: half a surrogate pair, a huge number.
_READABLE = re.compile(rb"\\u[dD][89a-fA-F]|[0-9]{300}")

NOTHING = type(None)
_KINDS = {str: "text", bool: "true or false", int: "a whole number", NOTHING: "null"}

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class Body:
    """What a client sent: an object's fields, and whether an HTML form sent them."""

    fields: dict[str, Any]
    is_form: bool


def wants_page(request: Request) -> bool:
    """Whether a browser sent an HTML form by itself, rather than a script: then it is answered with a page."""
    content_type = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    return request.method == "POST" and content_type in FORM_TYPES and "text/html" in request.headers.get("accept", "")


def read_body(request: Request, *, forms: bool = False) -> Body:
    """The body of a request: a JSON object, or with `forms` an HTML form too. Raises Problem 400, 415 or 422."""
    content_type = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if (request.headers.get("content-encoding") or "identity").strip().lower() != "identity":
        raise Problem(415, "encoding_not_supported", "A compressed body is not taken.", headers={"Accept-Encoding": "identity"})
    if content_type == "application/json":
        return Body(read_json_object(request.body), is_form=False)
    if forms and content_type in FORM_TYPES:
        if content_type == FORM_TYPES[0]:
            return Body(read_urlencoded(request.body), is_form=True)
        return Body(read_multipart(request.body, request.headers.get("content-type") or ""), is_form=True)
    accepted = ["application/json", *(FORM_TYPES if forms else ())]
    raise Problem(
        415,
        "type_not_supported",
        f"The Content-Type must be one of: {', '.join(accepted)}.",
        headers={"Accept": ", ".join(accepted)},
    )


def read_changes(request: Request) -> dict[str, Any]:
    """The JSON object that says what to change. Raises as read_body, but for an empty body 400 whatever its type says."""
    if not request.body.strip():
        raise _empty()
    return read_body(request).fields


def read_members(request: Request, **members: tuple[type, ...]) -> dict[str, Any]:
    """The members of a JSON object, each of one of the kinds named for it; one of NOTHING's kind may be left out, or null.

    Raises as read_changes, and Problem 422 naming each member that is missing, of another kind, or not known.
    """
    fields = read_changes(request)
    errors = [
        FieldError(_shown(name), "field_unknown", f"{_shown(name)} is not taken here.")
        for name in fields
        if name not in members
    ]
    for name, kinds in members.items():
        value = fields.get(name)
        if type(value) not in kinds:
            code, said = ("required", "given") if value is None else ("not_valid", " or ".join(_KINDS[kind] for kind in kinds))
            errors.append(FieldError(name, code, f"{name} must be {said}."))
    if errors:
        raise Problem(422, "fields_not_valid", errors[0].message, errors)
    return {name: fields.get(name) for name in members}


def read_json_object(body: bytes) -> dict[str, Any]:
    """A JSON object, read strictly."""
    if not body.strip():
        raise _empty()
    _check_depth(body)
    # orjson is right about what is JSON.
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if not _READABLE.search(body):
            raise _not_json(error) from None
    # The standard library tells of doubled keys and of whole numbers of any size.
    try:
        strict = json.loads(
            body, object_pairs_hook=_no_doubled_key, parse_int=_integer, parse_float=_finite, parse_constant=_finite
        )
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise _not_json(error) from None
    if not isinstance(strict, dict):
        raise Problem(400, "json_not_an_object", "The body must be a JSON object.")
    for name, field_value in strict.items():
        check_storable(name, name)
        check_storable(name, field_value)
    return strict


def read_urlencoded(body: bytes) -> dict[str, Any]:
    """The fields of an HTML form; a field given several times is a list."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS, separator="&"
        )
    except (UnicodeDecodeError, ValueError):
        raise Problem(400, "form_not_valid", f"The form can't be read: UTF-8, and at most {MAX_FIELDS} fields.") from None
    return _gathered(pairs)


def read_multipart(body: bytes, content_type: str) -> dict[str, Any]:
    """The fields of an HTML form with enctype multipart/form-data. Files are refused by name."""
    _, _, parameters = content_type.partition(";")
    boundary = next(
        (
            value.strip().strip('"')
            for name, _, value in (p.partition("=") for p in parameters.split(";"))
            if name.strip().lower() == "boundary"
        ),
        "",
    )
    if not boundary or f"--{boundary}--".encode() not in body:
        raise Problem(400, "form_not_valid", "The multipart form is cut short, or its boundary is missing.")
    try:
        fields, files = parse_multipart_form(body, boundary.encode())  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, UnicodeError, AttributeError):
        raise Problem(400, "form_not_valid", "The multipart form can't be read.") from None
    for name, values in files.items():
        if any(file.name or file.body for file in values):
            raise refused(str(name), "file_not_taken", "Files are not taken here.")
    pairs = [(str(name), str(value)) for name, values in fields.items() for value in values]
    if len(pairs) > MAX_FIELDS:
        raise Problem(400, "form_not_valid", f"The form has more than {MAX_FIELDS} fields.")
    return _gathered(pairs)


def check_storable(field: str, value: object) -> None:
    """Raises Problem 422 when anything in the value is text that PostgreSQL can't hold, or a whole number beyond 64 bits."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            if "\0" in item:
                raise refused(_shown(field), "nul_not_taken", f"{_shown(field)} holds a NUL character.")
            if not item.isascii() and any("\ud800" <= character <= "\udfff" for character in item):
                raise refused(_shown(field), "surrogate_not_taken", f"{_shown(field)} holds half a character.")
        elif isinstance(item, int) and abs(item) > MAX_INTEGER:
            raise refused(_shown(field), "number_too_large", f"{_shown(field)} holds a whole number beyond 64 bits.")
        elif isinstance(item, dict):
            stack.extend(item.keys())
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def _shown(field: str) -> str:
    return field.encode("ascii", "backslashreplace").decode().replace("\0", "\\0")[:100]


def _gathered(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        check_storable(name, name)
        check_storable(name, value)
        if name in fields:
            before = fields[name]
            fields[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            fields[name] = value
    return fields


def _empty() -> Problem:
    return Problem(400, "body_missing", "The body is empty; a JSON object is expected.")


def _not_json(error: ValueError) -> Problem:
    where = f": line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
    return Problem(400, "json_not_valid", f"The body is not valid JSON{where}.")


def _check_depth(body: bytes) -> None:
    """Before any parser recurses: counts the brackets outside strings."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise Problem(422, "json_too_deep", f"The JSON is nested more than {MAX_DEPTH} deep.")


def _no_doubled_key(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise refused(_shown(name), "key_doubled", f"{_shown(name)} stands twice in one object.")
        fields[name] = value
    return fields


def _integer(text: str) -> int:
    # Longer than any of 64 bits: check_storable refuses it by its field's name, whatever its value.
    return int(text) if len(text) <= 20 else MAX_INTEGER + 1


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Problem(400, "json_not_valid", "The body is not valid JSON: a number in it is none, or beyond a double.")
    return number
