"""The stream of events."""

from typing import Any

import structlog
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from service.guard import Access
from service.live.events import Events
from service.rest.parameters import read_parameters
from service.rest.scanner import QueryError

logger = structlog.get_logger()

blueprint = Blueprint("stream", url_prefix="/admin")

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@blueprint.route("/events", methods=["GET"], ctx_access=Access.VIEWER)
async def stream(request: Request) -> None:
    """What happens to leads, as it happens."""
    read_parameters(request.query_string)
    last_id = _last_id(request)
    events: Events = request.app.ctx.events
    transport: Any = request.transport
    async with events.place(request.ctx.claims, last_id, transport.abort) as listener:
        response: BaseHTTPResponse = await request.respond(headers=HEADERS, content_type="text/event-stream")
        try:
            async for piece in events.pieces(listener, last_id):
                await response.send(piece, end_stream=False)
            await response.send(b"", end_stream=True)
        finally:
            logger.info("events_end", request_id=str(request.id))


def _last_id(request: Request) -> int | None:
    text = request.headers.get("last-event-id")
    if text is None or not text.strip():
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise QueryError("Last-Event-ID", "Last-Event-ID must be an id that this stream gave.", code="last_event_id_not_valid")
    return int(text)
