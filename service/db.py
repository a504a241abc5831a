"""PostgreSQL: a small lazy pool for each database role, and one statement for each call.

The pools hold no session state, so nothing is reset between two borrowers (asyncpg's reset costs a round trip). JSON comes
as PostgreSQL's own bytes and goes out as bytes: nothing is parsed on the way.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import asyncpg

from service.errors import Problem
from service.queries import QUERIES

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.pool import PoolConnectionProxy

CONNECT_SECONDS = 2.0
ACQUIRE_SECONDS = 2.0
STATEMENT_SECONDS = 4.0
# All of a call, retries included: an answer comes within 5 s.
CALL_SECONDS = 4.5
# Of a bulk change, which may be about every lead there is. Below Sanic's RESPONSE_TIMEOUT, so that the answer tells.
BULK_SECONDS = 55.0
RETRIES = 3

SERVER_SETTINGS = {
    "application_name": "leads",
    "timezone": "UTC",
    # Compiling a plan takes longer than any of these statements should run.
    "jit": "off",
    # So would starting processes to share the work.
    "max_parallel_workers_per_gather": "0",
    "lock_timeout": "1500ms",
    "statement_timeout": f"{int(STATEMENT_SECONDS * 1000)}ms",
    "idle_in_transaction_session_timeout": "10s",
}


class Role(StrEnum):
    """As whom a statement runs: the two logins themselves, or a staff role that the service's login takes on.

    A staff role reads; where its name is followed by "writing", it writes too, on connections of its own; "in bulk" it may take
    its time for that.
    """

    CAPTURE = "leads_capture"
    SERVICE = "leads_service"
    ANALYST = "leads_analyst"
    VIEWER = "leads_viewer"
    EDITOR = "leads_editor"
    ADMIN = "leads_admin"
    EDITOR_WRITING = "leads_editor writing"
    ADMIN_WRITING = "leads_admin writing"
    EDITOR_BULK = "leads_editor in bulk"
    ADMIN_BULK = "leads_admin in bulk"

    @property
    def name_there(self) -> str:
        """The role's name in PostgreSQL."""
        return self.value.partition(" ")[0]


# The one that a staff role writes as.
WRITING = {Role.EDITOR: Role.EDITOR_WRITING, Role.ADMIN: Role.ADMIN_WRITING}
# The one that changes many leads at once.
BULK = {Role.EDITOR: Role.EDITOR_BULK, Role.ADMIN: Role.ADMIN_BULK}

_WRITERS = {Role.CAPTURE, *WRITING.values(), *BULK.values()}

# Connections of one worker at most. Public forms come in bursts; a team is small; session statements take microseconds.
POOL_SIZES = {
    Role.CAPTURE: 8,
    Role.SERVICE: 4,
    Role.ANALYST: 2,
    Role.VIEWER: 4,
    Role.EDITOR: 4,
    Role.ADMIN: 4,
    Role.EDITOR_WRITING: 4,
    Role.ADMIN_WRITING: 2,
    Role.EDITOR_BULK: 2,
    Role.ADMIN_BULK: 2,
}
# Exports of one worker at a time. Each has a connection of its own, since a slow reader holds it for as long as he reads.
EXPORTS = 2
EXPORT_WAIT_SECONDS = 1.0
EXPORT_SECONDS = 30 * 60.0
# And the one that listens.
CONNECTIONS_PER_WORKER = sum(POOL_SIZES.values()) + EXPORTS + 1

EXPORT_SETTINGS = {
    **SERVER_SETTINGS,
    "application_name": "leads export",
    "statement_timeout": f"{int(EXPORT_SECONDS * 1000)}ms",
    # COPY writes values as the session would show them; a database or a login may have settings of its own.
    "standard_conforming_strings": "on",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}

# What a statement's text holds: literals and quoted names, which are passed over, and the placeholders.
_TOKENS = re.compile(
    r"""(?<!\w)[eE]'(?:[^'\\]|\\.|'')*' | '[^']*' | "[^"]*" | (?<![\w$])\$(?P<number>[0-9]+)""", re.VERBOSE | re.DOTALL
)


class Database:
    """The pools. `url` is the service's login, `public_url` the public forms'."""

    def __init__(self, url: str, public_url: str) -> None:
        self._urls = {role: public_url if role is Role.CAPTURE else url for role in Role}
        self._pools: dict[Role, asyncpg.Pool[Record]] = {}
        self._exports = asyncio.Semaphore(EXPORTS)
        #: Called after each statement that may have written a lead, however it ended, before anybody hears of it.
        self.wrote: Callable[[], None] = lambda: None

    async def open(self) -> None:
        """Makes the pools; each connects when it is first used."""
        for role, url in self._urls.items():
            self._pools[role] = await asyncpg.create_pool(
                url,
                min_size=0,
                max_size=POOL_SIZES[role],
                timeout=CONNECT_SECONDS,
                command_timeout=_seconds(role, STATEMENT_SECONDS),
                server_settings={**SERVER_SETTINGS, **_taken_on(role)},
                init=_pass_json_through,
                reset=_leave_as_it_is,
            )

    async def close(self) -> None:
        """Closes every connection, after a moment the hard way."""
        for pool in self._pools.values():
            try:
                await asyncio.wait_for(pool.close(), 2)
            except (TimeoutError, OSError, asyncpg.PostgresError):
                pool.terminate()

    async def row(self, role: Role, query: str, *arguments: object) -> "Record | None":
        """The first row of a named statement of sql/queries, or None. Raises as `first` does."""
        return await self.first(role, QUERIES[query], *arguments)

    async def first(self, role: Role, text: str, *arguments: object) -> "Record | None":
        """The first row of a statement, or None.

        A serialization failure or deadlock is tried again up to three times; all else is raised as asyncpg does, and
        TimeoutError after 4.5 s, in bulk after 55.
        """
        try:
            async with asyncio.timeout(_seconds(role, CALL_SECONDS)):
                for attempt in range(RETRIES + 1):
                    try:
                        async with self._borrow(role) as connection:
                            return await connection.fetchrow(text, *arguments)
                    except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                        if attempt == RETRIES:
                            raise
                        await asyncio.sleep(0.01 * 2**attempt)
            raise AssertionError("unreachable")
        finally:
            if role in _WRITERS:
                self.wrote()

    async def json(self, role: Role, query: str, *arguments: object) -> bytes:
        """The one JSON value that a named statement returns, as PostgreSQL wrote it."""
        row = await self.row(role, query, *arguments)
        assert row is not None, query
        value: bytes = row[0]
        return value

    async def copy_out(
        self,
        role: Role,
        statement: str,
        values: Sequence[str | Sequence[str]],
        options: Mapping[str, Any],
        sink: Callable[[bytes], Coroutine[Any, Any, None]],
    ) -> int:
        """COPY of a SELECT to `sink`, as fast as that takes it; the number of rows.

        The statement's $n are of type text or text[]; `options` are those of asyncpg's copy_from_query. Raises Problem 503
        when EXPORTS others are under way, TimeoutError after EXPORT_SECONDS, all else as asyncpg and the sink do. However it
        ends, its connection is closed.
        """
        try:
            async with asyncio.timeout(EXPORT_WAIT_SECONDS):
                await self._exports.acquire()
        except TimeoutError:
            message = "As many exports are under way as may be at a time. Please try again."
            raise Problem(503, "exports_busy", message, headers={"Retry-After": "5"}) from None
        try:
            connection: asyncpg.Connection[Record] = await asyncpg.connect(
                self._urls[role], timeout=CONNECT_SECONDS, server_settings={**EXPORT_SETTINGS, **_taken_on(role)}
            )
            try:
                async with asyncio.timeout(EXPORT_SECONDS):
                    await _notice_departure(connection)
                    query = await _with_literals(connection, statement, values)
                    status = await connection.copy_from_query(query, output=sink, **options)
                    await connection.close(timeout=CONNECT_SECONDS)
            finally:
                # At once, and also when the server is waiting for us to read: a cancelled COPY would first be read to its end.
                connection.terminate()
        finally:
            self._exports.release()
        return int(status.removeprefix("COPY "))

    @asynccontextmanager
    async def _borrow(self, role: Role) -> "AsyncIterator[PoolConnectionProxy[Record]]":
        # Not by acquire's own timeout, which costs a task for each call.
        async with asyncio.timeout(ACQUIRE_SECONDS):
            try:
                connection = await self._pools[role].acquire()
            except asyncpg.PostgresError as error:
                # It is the service that may not come in, or nobody may, whatever it says; not whoever asks.
                raise ConnectionError("PostgreSQL does not let the service's login in.") from error
        try:
            yield connection
        finally:
            await self._pools[role].release(connection)


def _taken_on(role: Role) -> dict[str, str]:
    """The settings that make a connection its role's. Where staff only reads, a view that wrote would be refused."""
    if role in (Role.CAPTURE, Role.SERVICE):
        return {}
    taken_on = {"role": role.name_there, "default_transaction_read_only": "off" if role in _WRITERS else "on"}
    if role in BULK.values():
        taken_on |= {"statement_timeout": f"{int(BULK_SECONDS * 1000)}ms", "lock_timeout": "10s"}
    return taken_on


def _seconds(role: Role, usual: float) -> float:
    return BULK_SECONDS if role in BULK.values() else usual


async def _notice_departure(connection: "asyncpg.Connection[Record]") -> None:
    """Has the server look for our end of the line also while it sorts or seeks, not only when it writes."""
    # A server on a system that can't tell (not Linux, BSD or macOS) refuses it.
    with suppress(asyncpg.InvalidParameterValueError):
        await connection.execute("SET client_connection_check_interval = '250ms'")


async def _with_literals(
    connection: "asyncpg.Connection[Record]", statement: str, values: Sequence[str | Sequence[str]]
) -> str:
    """The statement with its values in place of $1, $2 ..., since COPY takes no parameters. The server quotes them."""
    types = ["text" if isinstance(value, str) else "text[]" for value in values]
    quoting = ", ".join(f"quote_literal(${n}::{type_}::text)" for n, type_ in enumerate(types, 1))
    quoted = await connection.fetchrow(f"SELECT {quoting}", *values) if values else ()
    assert quoted is not None
    literals = [f"({text}::{type_})" for text, type_ in zip(quoted, types, strict=True)]
    return _TOKENS.sub(lambda found: literals[int(found["number"]) - 1] if found["number"] else found[0], statement)


async def _pass_json_through(connection: "asyncpg.Connection[Record]") -> None:
    # jsonb's binary form is the text behind a version byte.
    await connection.set_type_codec("json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary")
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_encode_jsonb, decoder=_decode_jsonb, format="binary")


def _encode_jsonb(value: bytes) -> bytes:
    return b"\x01" + value


def _decode_jsonb(value: bytes) -> bytes:
    return bytes(value[1:])


async def _leave_as_it_is(connection: Any) -> None:
    """The pools' reset: their connections hold nothing that one borrower could leave to the next."""
