"""PostgREST's manners on HTTP: media types, Prefer, Range and Content-Range, and its errors."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import asyncpg
import orjson
from sanic.exceptions import MethodNotAllowed, NotFound
from sanic.response import HTTPResponse

from service.errors import BUSY, SQLSTATES, Problem, problem_of
from service.rest.scanner import QueryError


class Media(Enum):
    """What an answer can be."""

    JSON = "application/json; charset=utf-8"
    STRIPPED = "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8"
    OBJECT = "application/vnd.pgrst.object+json; charset=utf-8"
    OBJECT_STRIPPED = "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8"
    CSV = "text/csv; charset=utf-8"

    @property
    def is_object(self) -> bool:
        return self in (Media.OBJECT, Media.OBJECT_STRIPPED)


class Count(Enum):
    """How the total is found: counted, guessed by the planner, or counted as far as an answer goes and guessed beyond."""

    EXACT = "exact"
    PLANNED = "planned"
    ESTIMATED = "estimated"


def choose_media(accept: str) -> Media:
    """The first of the accepted types, best first, that can be given. Raises QueryError 406."""
    ranges: list[tuple[float, str, bool]] = []
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if name and quality > 0:
            ranges.append((quality, name, "nulls=stripped" in parameters))
    for _, name, stripped in sorted(ranges, key=lambda wanted: -wanted[0]) or [(1.0, "*/*", False)]:
        media = _media(name, stripped)
        if media:
            return media
    raise QueryError("", f"None of these media types are available: {accept.strip()}", rest_code="PGRST107", status=406)


def _media(name: str, stripped: bool) -> Media | None:
    if name in ("application/vnd.pgrst.array+json", "application/vnd.pgrst.array") and stripped:
        return Media.STRIPPED
    if name in ("application/json", "application/*", "*/*", "application/vnd.pgrst.array+json", "application/vnd.pgrst.array"):
        return Media.JSON
    if name in ("application/vnd.pgrst.object+json", "application/vnd.pgrst.object"):
        return Media.OBJECT_STRIPPED if stripped else Media.OBJECT
    return Media.CSV if name in ("text/csv", "text/*") else None


# In the order in which Preference-Applied names them; of writes, too, since they are known and then without effect.
_PREFERENCES = {
    "resolution": ("merge-duplicates", "ignore-duplicates"),
    "missing": ("default", "null"),
    "return": ("representation", "minimal", "headers-only"),
    "count": tuple(count.value for count in Count),
    "handling": ("strict", "lenient"),
}


@dataclass(frozen=True)
class Preferences:
    """What Prefer asks for, the first of each kind."""

    chosen: dict[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @classmethod
    def read(cls, headers: Sequence[str]) -> "Preferences":
        """Raises QueryError 400 for an unknown one when handling=strict."""
        chosen: dict[str, str] = {}
        unknown: list[str] = []
        for preference in (part.strip() for header in headers for part in header.split(",")):
            name, _, value = preference.partition("=")
            if value in _PREFERENCES.get(name, ()):
                chosen.setdefault(name, value)
            elif preference and name not in ("max-affected", "timezone"):
                unknown.append(preference)
        if unknown and chosen.get("handling") == "strict":
            raise QueryError(
                "",
                "Invalid preferences given with handling=strict",
                f"Invalid preferences: {', '.join(unknown)}",
                rest_code="PGRST122",
            )
        return cls(chosen, tuple(unknown))

    @property
    def count(self) -> Count | None:
        return Count(self.chosen["count"]) if "count" in self.chosen else None

    def applied(self) -> str:
        """For Preference-Applied: those that a read heeds."""
        return ", ".join(f"{name}={self.chosen[name]}" for name in ("count", "handling") if name in self.chosen)


_RANGE = re.compile(r"(?:items=)?(\d{1,18})-(\d{1,18})?")


def page_of(limit: int | None, offset: int, range_header: str | None) -> tuple[int | None, int]:
    """Limit and offset of `limit`, `offset` and a Range header together. Raises QueryError 416."""
    if limit is not None and limit < 0:
        raise _no_range("Limit should be greater than or equal to zero.")
    offset = max(offset, 0)
    found = _RANGE.fullmatch(range_header.strip()) if range_header else None
    if found is None:
        return limit, offset
    first, last = int(found[1]), None if found[2] is None else int(found[2])
    if last is not None and first > last:
        raise _no_range("The lower boundary must be lower than or equal to the upper boundary in the Range header.")
    begin = max(offset, first)
    ends = [end for end in (None if limit is None else offset + limit - 1, last) if end is not None]
    return (max(min(ends) - begin + 1, 0) if ends else None), begin


def content_range(offset: int, rows: int, total: int | None) -> tuple[str, int]:
    """Content-Range and the status: 206 for a part of the whole. Raises QueryError 416 for a page beyond the end."""
    if total is not None and offset > total:
        raise _no_range(f"An offset of {offset} was requested, but there are only {total} rows.", f"*/{total}")
    shown = f"{offset}-{offset + rows - 1}" if rows and total != 0 else "*"
    return f"{shown}/{'*' if total is None else total}", 206 if total is not None and rows < total else 200


class RangeError(QueryError):
    """A 416; `content_range` goes into its header."""

    content_range: str | None = None


def _no_range(details: str, content_range: str | None = None) -> QueryError:
    error = RangeError("", "Requested range not satisfiable", details, rest_code="PGRST103", status=416)
    error.content_range = content_range
    return error


# PostgREST's own table, by the longest prefix; what isn't in it is 400. Where a database is away or busy ours stands (503).
STATUSES = {
    "09": 500,
    "0L": 403,
    "0P": 403,
    "21": 500,
    "23503": 409,
    "23505": 409,
    "25": 500,
    "25006": 405,
    "28": 403,
    "2D": 500,
    "38": 500,
    "39": 500,
    "3B": 500,
    "40": 500,
    "42883": 404,
    "42P01": 404,
    "42P17": 500,
    "42501": 403,
    "54": 500,
    "55": 500,
    "57": 500,
    "58": 500,
    "F0": 500,
    "HV": 500,
    "P0001": 400,
    "P0": 500,
    "XX": 500,
}
_TOKEN_CODES = {"token_missing": "PGRST302", "token_expired": "PGRST303"}


def error_response(error: BaseException, request_id: object) -> HTTPResponse:
    """Any exception as PostgREST would answer it: `{code, details, hint, message}`."""
    if isinstance(error, QueryError):
        headers = {"Content-Range": error.content_range} if isinstance(error, RangeError) and error.content_range else {}
        return _response(error.status, error.rest_code, error.message, error.details, error.hint, headers)
    if isinstance(error, NotFound):
        return _response(404, "PGRST125", "Invalid path specified in request URL")
    if isinstance(error, MethodNotAllowed):
        message = f"Unsupported HTTP method: {error.method}" if hasattr(error, "method") else "Unsupported HTTP method"
        return _response(405, "PGRST117", message, headers={"Allow": error.headers.get("Allow", "")})
    if isinstance(error, asyncpg.PostgresError) and not _is_ours(error):
        status = next((STATUSES[s[:n]] for s in [error.sqlstate or ""] for n in range(5, 1, -1) if s[:n] in STATUSES), 400)
        if status < 500:
            return _response(status, error.sqlstate or "", str(error.args[0]), getattr(error, "detail", None), error.hint)
    problem: Problem = problem_of(error)
    code = "PGRST301" if problem.status == 401 else problem.code
    code = _TOKEN_CODES.get(problem.code, code)
    hint = f"request_id {request_id}" if problem.status >= 500 else None
    return _response(problem.status, code, problem.detail, None, hint, problem.headers)


def _is_ours(error: asyncpg.PostgresError) -> bool:
    """Whether the one table of service.errors answers: our own codes, and a database that is away or busy."""
    sqlstate = error.sqlstate or ""
    rule = next((SQLSTATES[sqlstate[:n]] for n in range(5, 1, -1) if sqlstate[:n] in SQLSTATES), None)
    return sqlstate.startswith("LD") or (rule is not None and rule.status >= BUSY.status)


def _response(
    status: int,
    code: str,
    message: str,
    details: str | None = None,
    hint: str | None = None,
    headers: "dict[str, str] | object" = None,
) -> HTTPResponse:
    body = {"code": code, "details": details, "hint": hint, "message": message}
    return HTTPResponse(
        orjson.dumps(body),
        status=status,
        headers={"Cache-Control": "no-store", "Proxy-Status": f"PostgREST; error={code}", **(headers or {})},  # type: ignore[dict-item]
        content_type="application/json; charset=utf-8",
    )
