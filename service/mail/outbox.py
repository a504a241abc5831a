"""The worker that empties the outbox: claims what is due, makes it, hands it over, says how it fared. Every process has one.

What another worker has claimed is passed over, and a claim ends by itself, so one that is killed at any instant loses nothing:
the mail is tried again once its lease is over. Whether it is then sent twice, the transport decides: never by Resend (the
idempotency key), nor in the mailbox (the same file); by SMTP when the server had it already.
"""

import asyncio
import itertools
import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import structlog
from aiolimiter import AsyncLimiter

from service.db import Database, Role
from service.errors import problem_of
from service.mail.composing import CannotCompose, Composer
from service.mail.mailbox import MailboxTransport
from service.mail.message import Mail
from service.mail.transport import Down, Later, Refused, Transport
from service.metrics import Recorder

logger = structlog.get_logger()

BATCH = 20
# Longer than a batch may take, and the last of it until it times out.
LEASE = timedelta(seconds=120)
BATCH_SECONDS = 20.0
SEND_SECONDS = 60.0
POLL_SECONDS = 1.0
STATUS_SECONDS = 10.0
SWEEP_SECONDS = 60.0
PAUSE_SECONDS = (2.0, 300.0)
SETTLE_TRIES = 8


@dataclass
class _Batch:
    """What was claimed together. `until`: later the lease could end while a mail is handed over; `down`: nothing is taken."""

    until: float
    down: Down | None = None


class Outbox:
    """One process's worker. Without a transport it only tells how many wait."""

    def __init__(
        self,
        database: Database,
        transport: Transport | None,
        composer: Composer | None,
        recorder: Recorder,
        per_second: float,
        *,
        lease: timedelta = LEASE,
    ) -> None:
        """`per_second`: how many mails this process hands over at most."""
        self._database = database
        self._transport = transport
        self._composer = composer
        self._recorder = recorder
        self._limiter = AsyncLimiter(per_second, 1) if per_second >= 1 else AsyncLimiter(1, 1 / per_second)
        self._batch = max(1, min(BATCH, int(per_second * BATCH_SECONDS)))
        self._lease = lease
        self._news = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()  # until it begins
        self._pauses = 0
        self._places = asyncio.Semaphore(transport.at_once if transport else 1)

    def wake(self) -> None:
        """Something may be due."""
        self._news.set()

    async def stop(self, seconds: float) -> None:
        """Ends the work: what is being handed over is, for so many seconds; the rest is left to others."""
        self._stopping.set()
        self._news.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()

    async def keep(self) -> None:
        """Empties the outbox for as long as the worker lives."""
        self._ended.clear()
        telling = asyncio.create_task(self._keep_telling())
        failures = 0
        try:
            while not self._stopping.is_set():
                self._news.clear()
                try:
                    found = await self._round()
                    failures = 0
                except Exception as error:  # noqa: BLE001 - it is tried again, whatever it was
                    failures += 1
                    if failures == 1:
                        logger.warning("mail_not_claimed", code=problem_of(error).code, error=type(error).__name__)
                    found = False
                if not found and not self._stopping.is_set():
                    with suppress(TimeoutError):
                        async with asyncio.timeout(POLL_SECONDS):
                            await self._news.wait()
                        continue
                    if self._transport:
                        await self._transport.close()
        finally:
            telling.cancel()
            self._ended.set()
            if self._transport:
                await self._transport.close()

    async def _round(self) -> bool:
        """One batch. Whether there was anything."""
        if self._transport is None or self._composer is None:
            return False
        batch = _Batch(asyncio.get_running_loop().time() + self._lease.total_seconds() - SEND_SECONDS)
        body = await self._database.json(Role.SERVICE, "claim_mails", self._batch, self._lease, bool(self._composer.team))
        claimed = orjson.loads(body)
        if not claimed:
            return False
        mails = await self._composed(claimed)
        await asyncio.gather(*(self._deliver(batch, mail, attempt) for mail, attempt in mails))
        if batch.down:
            await self._pause(batch.down)
        elif mails:
            self._pauses = 0
        return True

    async def _composed(self, claimed: list[dict[str, Any]]) -> list[tuple[Mail, int]]:
        """The mails of a batch, with what they say kept first, so that a further try says the same."""
        assert self._composer is not None
        made: dict[int, dict[str, Any]] = {}
        for one in claimed:
            if one["content"] is None:
                try:
                    made[one["id"]] = self._composer.compose(one)
                except CannotCompose as error:
                    await self._settle(one["id"], one["attempt"], "refused", str(error))
                except Exception as error:
                    # One that can't be made for a fault of ours must not hold up those claimed with it.
                    logger.exception("mail_not_made", mail=one["id"], attempt=one["attempt"])
                    await self._settle(
                        one["id"], one["attempt"], "later", f"Something went wrong here: {type(error).__name__}."
                    )
        kept: set[int] = set()
        if made:
            attempts = {one["id"]: one["attempt"] for one in claimed}
            said = [{"id": mail_id, "attempt": attempts[mail_id], "content": content} for mail_id, content in made.items()]
            row = await self._database.row(Role.SERVICE, "note_mail_contents", orjson.dumps(said))
            kept = set(row[0]) if row else set()
        return [
            (Mail.of(one["id"], one["key"], content, self._composer.cv_file), one["attempt"])
            for one in claimed
            if (content := one["content"] or (made.get(one["id"]) if one["id"] in kept else None))
        ]

    async def _deliver(self, batch: "_Batch", mail: Mail, attempt: int) -> None:
        """Hands one mail over and says how it fared."""
        assert self._transport is not None
        name = self._transport.name
        async with self._places:
            if not batch.down and await self._turn() and asyncio.get_running_loop().time() < batch.until:
                await self._hand_over(batch, mail, attempt, name)
                return
        reason = str(batch.down) if batch.down else "Its turn has not come yet."
        await self._settle(mail.id, attempt, "held", reason, wait=batch.down.seconds if batch.down else 0)

    async def _hand_over(self, batch: "_Batch", mail: Mail, attempt: int, name: str) -> None:
        assert self._transport is not None
        try:
            async with asyncio.timeout(SEND_SECONDS):
                provider_id = await self._transport.send(mail)
        except Down as error:
            batch.down = error
            await self._settle(mail.id, attempt, "held", str(error), wait=max(error.seconds, PAUSE_SECONDS[0]))
        except TimeoutError:
            self._recorder.mailed("retried")
            logger.warning("mail_not_sent", mail=mail.id, attempt=attempt, transport=name)
            await self._settle(mail.id, attempt, "later", f"It was not taken within {SEND_SECONDS:.0f} seconds.")
        except Later as error:
            self._recorder.mailed("retried")
            logger.warning("mail_not_sent", mail=mail.id, attempt=attempt, transport=name)
            await self._settle(mail.id, attempt, "later", str(error), wait=error.seconds)
        except Refused as error:
            await self._settle(mail.id, attempt, "refused", str(error))
        except Exception as error:
            logger.exception("mail_failed", mail=mail.id, attempt=attempt, transport=name)
            self._recorder.mailed("retried")
            await self._settle(mail.id, attempt, "later", f"Something went wrong here: {type(error).__name__}.")
        else:
            self._recorder.mailed("sent")
            await self._settle(mail.id, attempt, "sent", provider_id=provider_id)

    async def _turn(self) -> bool:
        """Waits for the pace. False: the service is being stopped."""
        turn, stopping = asyncio.ensure_future(self._limiter.acquire()), asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait((turn, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            turn.cancel()
            stopping.cancel()
        return not self._stopping.is_set()

    async def _settle(
        self,
        mail_id: int,
        attempt: int,
        outcome: str,
        detail: str | None = None,
        *,
        provider_id: str | None = None,
        wait: float = 0,
    ) -> None:
        """Notes it, also when the database is away for a moment: else the mail would be sent again when it need not be."""
        name = self._transport.name if self._transport else None
        values = (mail_id, attempt, outcome, detail, name, provider_id, float(wait))
        if outcome == "refused":
            self._recorder.mailed("failed")
            logger.warning("mail_refused", mail=mail_id, attempt=attempt, transport=name)
        for tries in itertools.count(1):
            try:
                await self._database.row(Role.SERVICE, "settle_mail", *values)
                return
            except Exception as error:  # noqa: BLE001 - it is tried again, whatever it was
                if tries == SETTLE_TRIES:
                    logger.error("mail_not_settled", mail=mail_id, outcome=outcome, code=problem_of(error).code)
                    return
                await asyncio.sleep(min(0.2 * 2**tries, 10) * random.uniform(0.5, 1))  # noqa: S311 - it is no secret

    async def _pause(self, down: Down) -> None:
        """Leaves a transport alone that takes nothing: for longer and longer, up to five minutes, or as long as it asks for."""
        least, most = PAUSE_SECONDS
        wait = max(down.seconds, min(most, least * 2**self._pauses) * random.uniform(0.5, 1))  # noqa: S311 - it is no secret
        self._pauses = min(self._pauses + 1, 10)
        logger.warning("mail_paused", seconds=round(wait, 1), reason=str(down))
        assert self._transport is not None
        await self._transport.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._stopping.wait()

    async def _keep_telling(self) -> None:
        """Counts what waits, for the metrics; and clears the mailbox of what is not kept any more."""
        for number in itertools.count():
            try:
                status: Mapping[str, Any] = orjson.loads(await self._database.json(Role.SERVICE, "mail_status"))
                self._recorder.mail_waiting(status["queued"] + status["sending"], status["failed"], status["late_seconds"])
                if isinstance(self._transport, MailboxTransport) and number % int(SWEEP_SECONDS / STATUS_SECONDS) == 0:
                    await self.sweep()
            except Exception as error:  # noqa: BLE001 - it is tried again, whatever it was
                logger.warning("mail_not_counted", code=problem_of(error).code, error=type(error).__name__)
            await asyncio.sleep(STATUS_SECONDS)

    async def sweep(self) -> None:
        """Removes from the mailbox the files of mails that the outbox keeps no more: of people who were erased, say."""
        assert isinstance(self._transport, MailboxTransport)
        for files in await asyncio.to_thread(lambda mailbox: list(mailbox.batches()), self._transport):
            row = await self._database.row(Role.SERVICE, "kept_mails", [mail_id for mail_id, _ in files])
            self._transport.remove(files, row[0] if row else ())
