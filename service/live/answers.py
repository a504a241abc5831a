"""Answers that are given again while nothing has changed: conditional ones (RFC 9110, 13), and plain ones from memory.

An answer is kept under who may see it and what was asked for, together with the version it was read at. Only while that version
stands is it given again; without a version (Listening.version) every request goes to PostgreSQL.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from sanic import Request
from sanic.response import HTTPResponse

from service.guard import PRIVATE
from service.live.listening import Listening

_TAG = re.compile(r'(?:W/)?("[^"]*")')
# What an entry takes besides its body and key.
OVERHEAD_BYTES = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """A body of JSON, its ETag, and whether it may be given again while its version stands."""

    body: bytes
    etag: str
    keep: bool = True


class Repeated(HTTPResponse):
    """An answer whose headers are, but for a few, those of the one before: each is made bytes once."""

    __slots__ = ()

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        if self.status != 304:
            self.headers.setdefault("content-type", self.content_type)
        return map(_encoded, self.headers.keys(), self.headers.values())


@lru_cache(maxsize=2048)
def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    """As Sanic does it: without the characters that would end a header."""
    clean = HTTPResponse._sanitize_header_value
    return clean(name).encode("ascii"), clean(str(value)).encode(errors="surrogateescape")


def weak(body: bytes, *, keep: bool = True) -> Answer:
    """An answer whose ETag is made of its bytes."""
    return Answer(body, f'W/"{blake2b(body, digest_size=12).hexdigest()}"', keep)


class Answers:
    """The answers of one worker, at most `max_bytes` of them; the longest unused go first."""

    def __init__(self, listening: Listening, max_bytes: int) -> None:
        self._listening = listening
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, tuple[bytes, Answer, int]] = OrderedDict()
        self._under_way: dict[Hashable, asyncio.Task[Answer]] = {}

    async def respond(self, request: Request, read: Callable[[], Awaitable[Answer]]) -> HTTPResponse:
        """Answers a GET that was let in: 304 if the client has it, else from memory, else by `read`.

        `read` may raise; then nothing is kept.
        """
        version = self._listening.version() if self._max_bytes else None
        if version is None:
            answer = await read()
        else:
            key = (request.ctx.claims.role, request.path, request.query_string)
            answer = self._known(key, version) or await self._read_once(key, version, read)
        headers = {**PRIVATE, "ETag": answer.etag}
        if _matches(request.headers.getall("if-none-match", []), answer.etag):
            return Repeated(status=304, headers=headers)
        return Repeated(answer.body, content_type="application/json", headers=headers)

    def _known(self, key: Hashable, version: bytes) -> Answer | None:
        kept = self._kept.get(key)
        if kept is None or kept[0] != version:
            return None
        self._kept.move_to_end(key)
        return kept[1]

    async def _read_once(self, key: Hashable, version: bytes, read: Callable[[], Awaitable[Answer]]) -> Answer:
        """Of many who ask the same at once, one asks PostgreSQL."""
        task = self._under_way.get((key, version))
        if task is None:
            task = asyncio.create_task(self._read(key, version, read))
            self._under_way[key, version] = task
            task.add_done_callback(lambda done: self._finish((key, version), done))
        # One who leaves doesn't take it from the others.
        return await asyncio.shield(task)

    def _finish(self, asked: Hashable, task: asyncio.Task[Answer]) -> None:
        del self._under_way[asked]
        if not task.cancelled():
            task.exception()  # looked at, also when everybody who waited has left

    async def _read(self, key: Hashable, version: bytes, read: Callable[[], Awaitable[Answer]]) -> Answer:
        answer = await read()
        if answer.keep:
            self._keep(key, version, answer)
        return answer

    def _keep(self, key: Hashable, version: bytes, answer: Answer) -> None:
        size = len(answer.body) + len(str(key)) + OVERHEAD_BYTES
        self._drop(key)
        if size > self._max_bytes // 4:
            return
        while self._bytes + size > self._max_bytes:
            self._drop(next(iter(self._kept)))
        self._kept[key] = (version, answer, size)
        self._bytes += size

    def _drop(self, key: Hashable) -> None:
        if key in self._kept:
            self._bytes -= self._kept.pop(key)[2]


def _matches(sent: list[str], etag: str) -> bool:
    """If-None-Match, which compares weakly (RFC 9110, 13.1.2)."""
    if not sent:
        return False
    given = ", ".join(sent)
    return given.strip() == "*" or etag.removeprefix("W/") in _TAG.findall(given)
