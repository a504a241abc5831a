"""HTTP/1.1 on the wire: a request's head is checked before Sanic parses it, and head and body must arrive in time.

Sanic takes what another server on the way may read otherwise: `Content-Length : 3`, a chunk size of `0x3`, two Hosts or none.
Whoever gets two readers to disagree about where a request ends can put words into another's mouth, so what RFC 9110 and 9112
don't allow is answered once, with a 400, and the connection is closed: nothing behind it is ever taken for a request.
"""

import asyncio
import re
from time import monotonic
from typing import Any

from sanic.exceptions import BadRequest, PayloadTooLarge, RequestTimeout, SanicException, ServiceUnavailable
from sanic.http import Http, Stage
from sanic.http.http1 import HTTP_CONTINUE
from sanic.server import HttpProtocol

# From a request's first byte to its last. A time for each byte could be drawn out for ever, a byte at a time.
REQUEST_SECONDS = 9.0
# How long a new connection may say nothing at all.
FIRST_BYTE_SECONDS = 30.0
# How often at most a connection's idle time and a slow answer's are looked at.
LOOK_SECONDS = 10.0
# How long what a refused client still sends is taken and dropped: closing at once would reset the connection, and the client
# would lose the answer that says why. One that is too slow gets less of it.
LINGER_SECONDS = 2.0
LINGER_SECONDS_LATE = 0.5
MAX_CHUNK_LINE = 64

_END = b"\r\n\r\n"
# A field's value ends with its line: no bare CR, LF or NUL, and no folded line, since a name may not begin with a space.
_HEAD = re.compile(
    rb"(?:OPTIONS \*|[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} (?:/|(?i:https?)://(?P<authority>[!-.0-~]+)/)[!-\x22$-~]*)"
    rb" HTTP/1\.(?P<minor>[01])\r\n"
    rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*"
)
# The headers that say whose request it is and where it ends, found in a head in lower case, and what they may say.
_FIELDS = re.compile(rb"\r\n(host|content-length|transfer-encoding):[\t ]*([^\r]*)")
# RFC 3986, 3.2.2, but for an empty name and IPvFuture.
_HOST = re.compile(rb"((?:(?:[a-z0-9._~!$&'()*+,;=-]|%[0-9a-f]{2})+|\[[0-9a-f:.]{2,45}\])(?::[0-9]{0,5})?)[\t ]*")
_LENGTH = re.compile(rb"[0-9]{1,18}[\t ]*")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[\t ]*;[\t\x20-\x7e]*)?")


def check_head(head: bytes) -> None:
    """Raises BadRequest unless the head, with the CRLF of its last line, can be read in one way alone."""
    line = _HEAD.fullmatch(head)
    if line is None:
        raise _malformed("head_not_valid", "The request line or a header is not as RFC 9112 wants it.")
    old, authority = line["minor"] == b"0", line["authority"]
    hosts: list[bytes] = []
    ends: list[tuple[bytes, bytes]] = []
    for name, value in _FIELDS.findall(head.lower()):
        if name == b"host":
            hosts.append(value)
        else:
            ends.append((name, value))
    if len(hosts) == 1:
        host = _HOST.fullmatch(hosts[0])
        if host is None or (authority is not None and authority.lower() != host[1]):
            raise _malformed("host_not_valid", "The Host header is no host, or another than the request line's.")
    elif hosts or not old or authority is not None:  # some health checks speak HTTP/1.0, which has none
        raise _malformed("host_not_valid", "There must be one Host header.")
    if len(ends) > 1:
        raise _malformed("length_not_valid", "There may be one Content-Length or one Transfer-Encoding, not both.")
    for name, value in ends:
        if name == b"content-length" and not _LENGTH.fullmatch(value):
            raise _malformed("length_not_valid", "Content-Length must be a whole number.")
        if name == b"transfer-encoding" and (old or value != b"chunked"):
            raise _malformed("length_not_valid", "The one Transfer-Encoding is chunked, and HTTP/1.0 has none.")


def _malformed(code: str, detail: str) -> BadRequest:
    return BadRequest(detail, context={"code": code})


class WireHttp(Http):
    """Reads one request after the other from a connection, each whole before its handler is called."""

    __slots__ = ()

    protocol: "Wire"
    request_body: Any  # "chunked", True, or None once it is read
    request_bytes: Any  # of the body, by Content-Length

    # Sanic compiles some of its methods anew when it starts, so it is called by its class's name: super() would miss it.
    async def http1_request_header(self) -> None:
        """Leaves `self.request` with its body. Raises SanicException 400, 408, 413, 415 or 431."""
        buffer: bytearray = self.recv_buffer
        deadline = self.protocol.loop.time() + REQUEST_SECONDS
        try:
            end = buffer.find(_END)
            if end < 0:
                async with asyncio.timeout_at(deadline):
                    end = await self._end_of_head()
            if end > self.HEADER_MAX_SIZE:
                raise SanicException(status_code=431, quiet=True)
            check_head(bytes(buffer[: end + 2]))
            await Http.http1_request_header(self)  # type: ignore[no-untyped-call]
            if self.request_body:
                self._check_announced_body()
                async with asyncio.timeout_at(deadline):
                    self.request.body = await self._body()
                self.request_body = None
        except TimeoutError:
            self.protocol.abort_unless_read()
            raise RequestTimeout from None
        self.protocol.request_arrived()

    async def _end_of_head(self) -> int:
        """Where it ends, or a number beyond HEADER_MAX_SIZE."""
        buffer: bytearray = self.recv_buffer
        while True:
            seen = max(0, len(buffer) - len(_END) + 1)
            if seen > self.HEADER_MAX_SIZE:
                return seen
            await self._receive_more()
            if (end := buffer.find(_END, seen)) >= 0:
                return end

    def _check_announced_body(self) -> None:
        """Before a byte of it is asked for."""
        if self.request_bytes > self.request_max_size:
            raise PayloadTooLarge
        is_chunked = self.request_body == "chunked"
        encodings = self.request.headers.getall("content-encoding", [])
        if (is_chunked or self.request_bytes) and any(encoding.strip().lower() != "identity" for encoding in encodings):
            raise SanicException(
                "A compressed body is not taken.",
                415,
                quiet=True,
                context={"code": "encoding_not_supported"},
                headers={"Accept-Encoding": "identity"},
            )
        if is_chunked:
            del self.recv_buffer[:2]  # of the head's end, left there by Sanic for its own reading

    async def _body(self) -> bytes:
        if self.expecting_continue:
            self.expecting_continue = False
            if not self.recv_buffer and self.request.version == "1.1":
                await self._send(HTTP_CONTINUE)
        if self.request_body == "chunked":
            return await self._chunks()
        return await self._take(self.request_bytes)

    async def _chunks(self) -> bytes:
        body = bytearray()
        while size := await self._chunk_size():
            if len(body) + size > self.request_max_size:
                raise PayloadTooLarge
            body += await self._take(size)
            await self._take_line_end()
        await self._take_line_end()  # trailers are refused
        return bytes(body)

    async def _chunk_size(self) -> int:
        buffer: bytearray = self.recv_buffer
        while (end := buffer.find(b"\r\n", 0, MAX_CHUNK_LINE)) < 0 and len(buffer) < MAX_CHUNK_LINE:
            await self._receive_more()
        found = _CHUNK.fullmatch(bytes(buffer[:end])) if end > 0 else None
        if found is None:
            raise _malformed("chunk_not_valid", "A chunk of the body does not begin with its size.")
        del buffer[: end + 2]
        return int(found[1], 16)

    async def _take_line_end(self) -> None:
        if await self._take(2) != b"\r\n":
            raise _malformed("chunk_not_valid", "A chunk of the body does not end where its size says, or a trailer follows.")

    async def _take(self, size: int) -> bytes:
        buffer: bytearray = self.recv_buffer
        while len(buffer) < size:
            await self._receive_more()
        taken = bytes(buffer[:size])
        del buffer[:size]
        return taken

    async def error_response(self, exception: Exception) -> None:
        """A request that did not arrive whole is the connection's last: where the next would begin, nobody knows."""
        if self.stage is Stage.REQUEST:
            self.recv_buffer.clear()
            self.request_body = None
            self.expecting_continue = False  # else the answer would begin with 100 Continue
            if self.request is None:
                self.url = None  # Sanic makes a request for the answer, and fails where the address is no address
            self.protocol.lingers = LINGER_SECONDS_LATE if isinstance(exception, RequestTimeout) else LINGER_SECONDS
        await Http.error_response(self, exception)


class Wire(HttpProtocol):
    """A connection. What a client may make it wait for, and how long: see the constants above, and Sanic's
    KEEP_ALIVE_TIMEOUT (for the next request) and RESPONSE_TIMEOUT (for an answer, or for the client to read on).
    """

    HTTP_CLASS = WireHttp
    __slots__ = ("_idle_seconds", "_is_over", "lingers")

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.lingers = 0.0
        self._is_over = False
        self._idle_seconds = min(FIRST_BYTE_SECONDS, self.keep_alive_timeout)

    def request_arrived(self) -> None:
        """The time of its answer begins."""
        self._time = monotonic()
        self._idle_seconds = self.keep_alive_timeout

    def data_received(self, data: bytes) -> None:
        # Unlike Sanic's, it doesn't put off the end of what the client keeps waiting: only what is sent to it does.
        if self._is_over:
            return
        self.recv_buffer += data
        if len(self.recv_buffer) >= self.app.config.REQUEST_BUFFER_SIZE and self.transport:
            self.transport.pause_reading()
        self._data_received.set()

    def check_timeouts(self) -> None:
        """Ends what has waited too long, and looks again when something could have. A request's arrival has its own time."""
        http, task = self._http, self._task
        if http is None or task is None:
            return
        limit = self._idle_seconds if http.stage is Stage.IDLE else self.response_timeout
        left = self._time + limit - monotonic()
        if left <= 0 and http.stage is not Stage.REQUEST:
            if http.stage is not Stage.IDLE:
                self.abort_unless_read()
                http.exception = ServiceUnavailable("Response Timeout")
            task.cancel()
            self._time = monotonic()
        wait = min(left, LOOK_SECONDS) if left > 0 else LOOK_SECONDS
        self._callback_check_timeouts = self.loop.call_later(wait, self.check_timeouts)

    def abort_unless_read(self) -> None:
        """Cuts the connection where the client leaves earlier answers unread: it would not read another."""
        if self.transport and (self.transport.get_write_buffer_size() or not self._can_write.is_set()):
            self.abort()

    def abort(self) -> None:
        # Sanic's also forgets the transport, and then fails on a request that has not arrived yet.
        if self.transport:
            self.transport.abort()

    def close(self, timeout: float | None = None) -> None:
        """As Sanic's; after a refusal first the answer's end, then what comes is dropped for the seconds of `lingers`."""
        if not self.lingers or self.transport is None or self.transport.is_closing():
            super().close(timeout)
            return
        lingers, self.lingers = self.lingers, 0.0
        self._is_over = True
        if self._callback_check_timeouts:
            self._callback_check_timeouts.cancel()
        self.transport.write_eof()
        self.transport.resume_reading()
        self._callback_check_timeouts = self.loop.call_later(lingers, self.close)
