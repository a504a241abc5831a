"""What went wrong, as the client is told it: problem details (RFC 9457), and the one table from SQLSTATE to HTTP.

A function in PostgreSQL raises `LD` + the HTTP status, with MESSAGE for people, CONSTRAINT as the machine's slug, COLUMN as the
field, HINT safe to show and DATATYPE what would do instead (comma-separated); DETAIL is for the log only. Every other SQLSTATE
is in the table below (sql/README.md lists both).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import asyncpg
import orjson
from sanic.exceptions import SanicException
from sanic.response import HTTPResponse


@dataclass(frozen=True)
class FieldError:
    """One field that can't be taken as it is: its name as sent, a slug for machines, a sentence for people."""

    field: str
    code: str
    message: str

    def as_json(self) -> dict[str, str]:
        return {"field": self.field, "code": self.code, "message": self.message}


@dataclass(eq=False)
class Problem(Exception):
    """A request that is refused or failed, with all that its answer needs. `detail` is shown to the client.

    `extensions` are further members of the answer's body (RFC 9457, 3.2).
    """

    status: int
    code: str
    detail: str
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, object] = field(default_factory=dict)

    def response(self, request_id: object) -> HTTPResponse:
        body = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "errors": [error.as_json() for error in self.errors],
            "request_id": str(request_id),
            **self.extensions,
        }
        return HTTPResponse(
            orjson.dumps(body),
            status=self.status,
            headers={"Cache-Control": "no-store", **self.headers},
            content_type="application/problem+json",
        )


def refused(field: str, code: str, message: str) -> Problem:
    """A 422 about one field."""
    return Problem(422, "fields_not_valid", message, [FieldError(field, code, message)])


@dataclass(frozen=True)
class Rule:
    """How an SQLSTATE is answered: the status on our endpoints, and what people are told. `retry_after` in seconds."""

    status: int
    code: str
    detail: str
    retry_after: int | None = None


UNAVAILABLE = Rule(503, "database_unavailable", "The database can't be reached just now. Please try again.", 2)
BUSY = Rule(503, "database_busy", "The database is too busy just now. Please try again.", 1)
INTERNAL = Rule(500, "internal_error", "Something went wrong here. It was logged under this request_id.")

# The longest matching prefix counts.
SQLSTATES: dict[str, Rule] = {
    "23505": Rule(409, "already_exists", "There is such a one already."),
    "23503": Rule(409, "still_referenced", "It refers to something that is not there, or is referred to."),
    "23502": Rule(422, "value_missing", "A value is missing."),
    "23514": Rule(422, "value_not_valid", "A value is outside what is allowed."),
    "22": Rule(422, "value_not_valid", "A value can't be read."),
    "P0002": Rule(404, "not_found", "There is no such thing."),
    "42501": Rule(403, "forbidden", "Your role may not do this."),
    "40001": BUSY,
    "40P01": BUSY,
    "55P03": BUSY,
    "57014": BUSY,
    "57P0": UNAVAILABLE,
    "53": UNAVAILABLE,
    "53100": Rule(507, "storage_full", "The database has no room left. Nothing was stored.", 60),
    "08": UNAVAILABLE,
}

# Constraints are named table_field_valid: the name tells the field.
_CONSTRAINT = re.compile(r"(?:contact_leads|users|idempotency_keys)_(?P<field>\w+)_valid")


def problem_of(error: BaseException) -> Problem:
    """The answer to any exception. What isn't known becomes a 500 that tells nothing."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, asyncpg.PostgresError):
        return _from_postgres(error)
    if isinstance(error, TimeoutError):  # before OSError, which it is one of
        return _from_rule(BUSY)
    if isinstance(error, ValueError):  # before InterfaceError: asyncpg's word for an argument of ours that fits no type is both
        return _from_rule(INTERNAL)
    # InternalClientError: a connection whose server has just taken leave, while its end is still on the way.
    if isinstance(error, (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)):
        return _from_rule(UNAVAILABLE)
    if isinstance(error, SanicException) and error.status_code < 500:
        return _from_sanic(error)
    if isinstance(error, SanicException) and error.status_code == 503:
        return Problem(503, "unavailable", "The service can't answer just now. Please try again.", headers={"Retry-After": "1"})
    return _from_rule(INTERNAL)


def _from_rule(rule: Rule, errors: Sequence[FieldError] = ()) -> Problem:
    headers = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
    return Problem(rule.status, rule.code, rule.detail, errors, headers)


def _from_postgres(error: asyncpg.PostgresError) -> Problem:
    sqlstate = error.sqlstate or ""
    hint = getattr(error, "hint", None)
    constraint = getattr(error, "constraint_name", None)
    column = getattr(error, "column_name", None)
    if sqlstate.startswith("LD") and sqlstate[2:].isdecimal():
        message = str(error.args[0])
        code = constraint or "refused"
        errors = [FieldError(column, code, message)] if column else []
        allowed = getattr(error, "data_type_name", None)
        extensions = {"allowed": allowed.split(", ")} if allowed else {}
        return Problem(int(sqlstate[2:]), code, f"{message} {hint}" if hint else message, errors, extensions=extensions)
    rule = next((SQLSTATES[sqlstate[:n]] for n in range(5, 1, -1) if sqlstate[:n] in SQLSTATES), INTERNAL)
    named = _CONSTRAINT.fullmatch(constraint or "")
    about = column or (named["field"] if named else None)
    errors = [FieldError(about, constraint or rule.code, rule.detail)] if about and rule.status == 422 else []
    return _from_rule(rule, errors)


def _from_sanic(error: SanicException) -> Problem:
    """Sanic's own refusals: 400, 404, 405, 408, 413, 417. Those of service/wire.py bring their `code` and a text for people."""
    status = error.status_code
    # Python calls some of them otherwise in each version.
    codes = {413: "request_entity_too_large", 417: "expectation_failed", 431: "request_header_fields_too_large"}
    details = {
        400: "The request can't be read.",
        404: "There is nothing at this address.",
        405: "This address does not take that method.",
        408: "The request took too long to arrive.",
        413: "The request is too large.",
        417: "The expectation can't be met.",
        431: "The head of the request is too large.",
    }
    headers = {name: str(value) for name, value in (getattr(error, "headers", None) or {}).items()}
    if error.context and "code" in error.context:
        return Problem(status, error.context["code"], str(error), headers=headers)
    phrase = HTTPStatus(status).phrase
    return Problem(status, codes.get(status) or phrase.lower().replace(" ", "_"), details.get(status, phrase), headers=headers)
