"""Server-sent events: what has just happened, to everybody who listens, each event once and in order.

The events are rows (app.events), numbered by the sealing. A worker reads new ones once, and hands the same bytes to all its
listeners. A listener that comes back says the last id it saw (Last-Event-ID) and first gets what it missed from the table.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from service.auth.credentials import Credentials
from service.auth.tokens import Claims
from service.db import Database, Role
from service.errors import Problem
from service.live.listening import Listening

if TYPE_CHECKING:
    from asyncpg import Record

PAGE = 1000
HEARTBEAT_SECONDS = 15.0
HEARTBEAT = b": still here\n\n"
# Pieces that may wait for a listener, each of all that came at once. One that falls further behind is dropped.
QUEUE = 64
WATCH_SECONDS = 0.5
# What a listener that is ended has for taking what was sent; then it is cut.
FAREWELL_SECONDS = 1.0


class Listener:
    """Somebody who listens: what is still to be sent, and until when."""

    def __init__(self, claims: Claims, position: int, abort: Callable[[], None]) -> None:
        """What comes after `position` will be handed; `abort` cuts the connection."""
        self.claims = claims
        self.position = position
        self.abort = abort
        self.ended_at: float | None = None
        self._pieces: deque[bytes] = deque()
        self._wake = asyncio.Event()

    def hand(self, piece: bytes) -> None:
        """Never waits: one that is too far behind is ended, and reads what it missed when it comes back."""
        if len(self._pieces) >= QUEUE:
            self.end()
        else:
            self._pieces.append(piece)
            self._wake.set()

    def end(self) -> None:
        if self.ended_at is None:
            self.ended_at = time.monotonic()
            self._wake.set()

    async def coming(self) -> AsyncIterator[bytes]:
        """What is handed, until it is ended."""
        while self.ended_at is None:
            while self._pieces and self.ended_at is None:
                yield self._pieces.popleft()
            self._wake.clear()
            if not self._pieces and self.ended_at is None:
                await self._wake.wait()


class Events:
    """The listeners of one worker: at most `most` in all, and `most_per_user` of one user."""

    def __init__(
        self, database: Database, listening: Listening, credentials: Credentials, *, most: int, most_per_user: int
    ) -> None:
        self._database = database
        self._credentials = credentials
        self._most = most
        self._most_per_user = most_per_user
        self._listeners: set[Listener] = set()
        self._of_user: Counter[str] = Counter()
        self._closing = False
        self._handing_out = asyncio.Lock()
        # All events up to here were handed out, or are for those who come to ask for.
        self._position: int | None = None
        listening.tell = self._hand_out

    @property
    def count(self) -> int:
        return len(self._listeners)

    @asynccontextmanager
    async def place(self, claims: Claims, last_id: int | None, abort: Callable[[], None]) -> AsyncIterator[Listener]:
        """A listener's place for as long as the block runs. Raises Problem 429 when there is none, 503 while draining."""
        if self._position is None or (last_id is not None and last_id > self._position):
            # This worker has only just begun, or another one was quicker. What that one told must not be told again.
            await self._hand_out((await self._page(last_id or 0, last_id or 0))["head"])
        if self._closing:
            raise Problem(503, "unavailable", "The service is stopping. Please try again.", headers={"Retry-After": "1"})
        assert self._position is not None
        if len(self._listeners) >= self._most or self._of_user[claims.sub] >= self._most_per_user:
            raise Problem(429, "too_many_listeners", "As many listen as may at a time.", headers={"Retry-After": "5"})
        # Without waiting in between: what comes after this position is handed to it.
        listener = Listener(claims, self._position, abort)
        self._listeners.add(listener)
        self._of_user[claims.sub] += 1
        try:
            yield listener
        finally:
            listener.end()
            self._listeners.discard(listener)
            self._of_user[claims.sub] -= 1
            if not self._of_user[claims.sub]:
                del self._of_user[claims.sub]

    async def pieces(self, listener: Listener, last_id: int | None) -> AsyncIterator[bytes]:
        """What to send to a listener that has its place: first what it missed since `last_id`, then what comes."""
        if last_id is not None:
            async for piece in self._missed(last_id, listener.position):
                yield piece
        else:
            yield _frame(listener.position, "ready")
        async for piece in listener.coming():
            yield piece

    async def _missed(self, last_id: int, position: int) -> AsyncIterator[bytes]:
        after, more = last_id, True
        while more:
            row = await self._page(after, position)
            # Asked with each page: what was purged while a slow one was reading is missed, too.
            if after < row["kept_after"] or after > position:
                # What it missed is gone, or it comes from another database: let it read everything anew.
                yield _frame(position, "reset")
                return
            if row["events"]:
                after = row["last"]
                yield row["frames"].encode()
            more = row["events"] == PAGE
        yield _frame(position, "ready")

    async def keep_watching(self) -> None:
        """Sends heartbeats, and ends those whose token was revoked or has expired."""
        loop = asyncio.get_running_loop()
        beat_at = loop.time() + HEARTBEAT_SECONDS
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for listener in tuple(self._listeners):
                if not self._credentials.stands(listener.claims):
                    listener.end()
                if listener.ended_at is not None and time.monotonic() - listener.ended_at >= FAREWELL_SECONDS:
                    listener.abort()
            if loop.time() >= beat_at:
                beat_at = loop.time() + HEARTBEAT_SECONDS
                for listener in self._listeners:
                    listener.hand(HEARTBEAT)

    def close(self) -> None:
        """Ends all of them: the service is draining, and they come back to another."""
        self._closing = True
        for listener in self._listeners:
            listener.end()

    async def _hand_out(self, head: int, set_back: bool = False) -> None:
        """Reads the events up to a new head, and hands them to everybody."""
        async with self._handing_out:
            if set_back:
                self._tell(_frame(head, "reset"))
            if self._position is None or set_back:
                self._position = head
            while self._position < head:
                if not self._listeners:
                    self._position = head
                    return
                # While nobody can tell who may still listen, nobody is told anything.
                await self._credentials.refresh()
                row = await self._page(self._position, head)
                # Without waiting in between: who comes now gets it from here or from the table, not from both.
                self._position = head if row["events"] < PAGE else row["last"]
                if row["events"]:
                    self._tell(row["frames"].encode())

    def _tell(self, piece: bytes) -> None:
        for listener in self._listeners:
            if self._credentials.stands(listener.claims):
                listener.hand(piece)
            else:
                listener.end()

    async def _page(self, after: int, until: int) -> "Record":
        row = await self._database.row(Role.SERVICE, "events", after, until, PAGE)
        assert row is not None
        return row


def _frame(position: int, event: str) -> bytes:
    return b"id: %d\nevent: %b\ndata: {}\n\n" % (position, event.encode())
