"""Each worker's one connection that listens: it seals what was written, and so learns of it, wherever it was written.

Sealing (service.seal_audit) gives every change of a lead a number, in the order in which changes are seen, and tells the last
number, the head, to all who listen. Done here, it proves something too: whatever was committed before the call is in the head
it returns. So a head is asked for every BEAT_SECONDS, and at once after a write of this worker's or a NOTIFY of others.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
import structlog

from service.db import CONNECT_SECONDS, SERVER_SETTINGS
from service.errors import problem_of
from service.queries import QUERIES
from service.shared import Versions

logger = structlog.get_logger()

CHANNEL = "leads"
#: Where it is said that a mail was queued without a lead: a retry by hand, a test.
MAIL_CHANNEL = "leads_mail"
#: The name of the version that a writer bumps before it answers.
LEADS = "leads"

BEAT_SECONDS = 0.4
# No head for so long: nothing is known any more.
SILENT_SECONDS = 1.0
# Between two of this worker's own, however much is written: what comes meanwhile is sealed together.
GAP_SECONDS = 0.06
CALL_SECONDS = 2.0
RETRY_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)
# As many sealed at once means that there is more.
SEALED_AT_ONCE = 50_000

SETTINGS = {**SERVER_SETTINGS, "application_name": "leads listening", "statement_timeout": "2s", "lock_timeout": "900ms"}


class Listening:
    """The connection, and the state of things that follows from it: `version`, `head`."""

    def __init__(self, url: str, versions: Versions, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`url` is a direct connection as the service's login: LISTEN needs a session of its own."""
        self._url = url
        self._versions = versions
        self._clock = clock
        self._wake = asyncio.Event()
        self._proven_at = float("-inf")
        # Another connection may be to another state of the database.
        self._sessions = 0
        self._set_back = False
        self._news = asyncio.Event()
        self.head = -1
        #: Called with new heads, in order, and whether the database was set back to an earlier state meanwhile.
        self.tell: Callable[[int, bool], Awaitable[None]] | None = None
        #: Called when there may be mail: after each new head, and when MAIL_CHANNEL says so.
        self.wake_mail: Callable[[], None] = lambda: None

    def wrote(self) -> None:
        """This worker has written, or tried to: to be called before the writer is answered."""
        self._versions.bump(LEADS)
        self._wake.set()

    def version(self) -> bytes | None:
        """What an answer read from now on shows: equal to an earlier one only if no lead was written in between, and the
        minute is the same; None while that can't be told.

        To be taken before the read begins.
        """
        if self._clock() - self._proven_at >= SILENT_SECONDS:
            return None
        return self._versions.read(LEADS) + b"%d.%d.%d" % (self._sessions, self.head, time.time() // 60)

    async def keep(self) -> None:
        """Connects, listens and seals for as long as the worker lives."""
        failures = 0
        telling = asyncio.create_task(self._keep_telling())
        try:
            while True:
                before = self._proven_at
                try:
                    await self._listen()
                except Exception as error:  # noqa: BLE001 - it is tried again, whatever it was
                    failures = 0 if self._proven_at > before else failures + 1
                    if failures < 2:
                        logger.warning("not_listening", code=problem_of(error).code, error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
        finally:
            telling.cancel()

    async def _listen(self) -> None:
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
            self._url, timeout=CONNECT_SECONDS, command_timeout=CALL_SECONDS, server_settings=SETTINGS
        )
        try:
            await connection.add_listener(CHANNEL, self._heard)
            await connection.add_listener(MAIL_CHANNEL, lambda *_: self.wake_mail())
            # One that is cut is noticed at once, not at the next beat.
            connection.add_termination_listener(lambda _: self._wake.set())
            self._sessions += 1
            while True:
                self._wake.clear()
                began = self._clock()
                known = self.head
                row = await connection.fetchrow(QUERIES["seal_audit"])
                assert row is not None
                if row["sealed"]:
                    logger.info("audit_sealed", number=row["number"], hash=row["hash"], sealed=row["sealed"])
                if row["number"] < known:
                    # What was known before the call began is more than there is: the database was set back to an earlier
                    # state, or somebody's NOTIFY was not true.
                    self._set_back = True
                    self.head = -1
                self._learn(row["number"])
                if row["sealed"] == SEALED_AT_ONCE:
                    continue
                self._proven_at = began
                await asyncio.sleep(GAP_SECONDS)
                with suppress(TimeoutError):
                    async with asyncio.timeout(BEAT_SECONDS - GAP_SECONDS):
                        await self._wake.wait()
        finally:
            connection.terminate()

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        """Somebody sealed, and says up to where; or wrote past the service, and says nothing."""
        text = str(payload)
        if text.isascii() and text.isdecimal() and len(text) < 19:
            self._learn(int(text))
        else:
            self._wake.set()

    def _learn(self, head: int) -> None:
        # A NOTIFY may come later than what was sealed after it.
        if head > self.head:
            self.head = head
            self._news.set()
            self.wake_mail()

    async def _keep_telling(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            set_back, self._set_back = self._set_back, False
            try:
                if self.tell is not None:
                    await self.tell(self.head, set_back)
            except Exception as error:  # noqa: BLE001 - it is tried again, whatever it was
                logger.warning("events_not_read", code=problem_of(error).code, error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS[1])
                self._set_back = self._set_back or set_back
                self._news.set()
