"""The export of leads, streamed."""

import time
from datetime import UTC, datetime
from typing import Any

import structlog
from sanic import Blueprint, Request
from sanic.exceptions import RequestCancelled
from sanic.response import BaseHTTPResponse

from service.guard import Access
from service.inbox.export import Export, Format, chosen, stream
from service.inbox.selection import select
from service.rest.parameters import flag_of
from service.rest.scanner import QueryError

logger = structlog.get_logger()

blueprint = Blueprint("export", url_prefix="/admin/leads/export")

PARAMETERS = ("format", "raw", "bom")


@blueprint.route("/", methods=["GET", "HEAD"], strict_slashes=False, ctx_access=Access.VIEWER)
async def export(request: Request) -> None:
    """Every lead the filters mean, as a file."""
    selection = await select(request.app.ctx.catalogue, request.query_string, PARAMETERS)
    given = selection.query.own
    asked = Export(_format(given), chosen(selection), raw=flag_of(given, "raw"), bom=flag_of(given, "bom"))
    if asked.bom and asked.format is not Format.CSV:
        raise QueryError("bom", "bom is for csv: JSON never begins with one.", code="bom_not_valid")
    answer = Answer(request, asked.format)
    if request.method == "HEAD":
        await answer.send_head_alone()
        return
    try:
        rows = await stream(request.app.ctx.database, request.ctx.claims.database_role, asked, answer.send, selection)
        await answer.end()
    except BaseException as error:
        if not answer.begun:
            raise
        raise answer.cut(error) from None
    answer.log("export", rows=rows)


def _format(given: dict[str, str]) -> Format:
    try:
        return Format(given.get("format", Format.CSV))
    except ValueError:
        raise QueryError("format", f"format must be one of: {', '.join(Format)}.", code="format_not_valid") from None


class Answer:
    """An answer that begins with its first bytes. Until then a failure can be told; from then on it can only be cut short."""

    def __init__(self, request: Request, format_: Format) -> None:
        self._request = request
        self._format = format_
        self._response: BaseHTTPResponse | None = None
        self._bytes = 0
        self._began = time.perf_counter()

    @property
    def begun(self) -> bool:
        return self._response is not None

    async def send(self, data: bytes) -> None:
        """Sends it once the client has taken most of what went before."""
        if self._response is None:
            self._response = await self._begin()
        self._bytes += len(data)
        await self._response.send(data, end_stream=False)

    async def end(self) -> None:
        if self._response is None:
            self._response = await self._begin()
        await self._response.send(b"", end_stream=True)

    async def send_head_alone(self) -> None:
        """What GET would answer, but for the body. Nothing is read for it."""
        response = await self._begin()
        await response.send(b"", end_stream=False)
        # Not by `send`: Sanic awaits this one of its functions, which is none to await.
        stream: Any = self._request.stream
        stream.head_response_ignored(b"", True)

    def cut(self, error: BaseException) -> BaseException:
        """Ends the connection without the last chunk, so that nobody takes what was sent for all. What to raise then."""
        transport: Any = self._request.transport
        transport.abort()
        if not isinstance(error, Exception):  # cancelled: the client left or stopped reading, or the service is draining
            self.log("export_cut")
            return error
        self.log("export_failed", error=type(error).__name__, sqlstate=getattr(error, "sqlstate", None))
        return RequestCancelled()

    def log(self, event: str, **details: object) -> None:
        """One line, at an export's end. No value is in it."""
        tell = logger.error if event == "export_failed" else logger.info
        tell(
            event,
            format=self._format.value,
            bytes=self._bytes,
            ms=round((time.perf_counter() - self._began) * 1000, 1),
            request_id=str(self._request.id),
            **details,
        )

    async def _begin(self) -> BaseHTTPResponse:
        day = datetime.now(UTC).date().isoformat()
        response: BaseHTTPResponse = await self._request.respond(
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": f'attachment; filename="leads-{day}.{self._format}"',
            },
            content_type=self._format.media_type,
        )
        return response
