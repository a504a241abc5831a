"""PostgreSQL: a small lazy pool for each database role, and one statement for each call.

The pools hold no session state, so nothing is reset between two borrowers (asyncpg's reset costs a round trip). JSON comes
as PostgreSQL's own bytes and goes out as bytes: nothing is parsed on the way.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import asyncpg

from service.queries import QUERIES

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.pool import PoolConnectionProxy

CONNECT_SECONDS = 2.0
ACQUIRE_SECONDS = 2.0
STATEMENT_SECONDS = 4.0
# All of a call, retries included: an answer comes within 5 s.
CALL_SECONDS = 4.5
RETRIES = 3

SERVER_SETTINGS = {
    "application_name": "leads",
    "timezone": "UTC",
    # Compiling a plan takes longer than any of these statements should run.
    "jit": "off",
    "lock_timeout": "1500ms",
    "statement_timeout": f"{int(STATEMENT_SECONDS * 1000)}ms",
    "idle_in_transaction_session_timeout": "10s",
}


class Role(StrEnum):
    """As whom a statement runs: the two logins themselves, or a staff role that the service's login takes on."""

    CAPTURE = "leads_capture"
    SERVICE = "leads_service"
    VIEWER = "leads_viewer"
    EDITOR = "leads_editor"
    ADMIN = "leads_admin"


# Connections of one worker at most. Public forms come in bursts; a team is small; session statements take microseconds.
POOL_SIZES = {Role.CAPTURE: 8, Role.SERVICE: 4, Role.VIEWER: 4, Role.EDITOR: 4, Role.ADMIN: 4}
CONNECTIONS_PER_WORKER = sum(POOL_SIZES.values())


class Database:
    """The pools. `url` is the service's login, `public_url` the public forms'."""

    def __init__(self, url: str, public_url: str) -> None:
        self._urls = {role: public_url if role is Role.CAPTURE else url for role in Role}
        self._pools: dict[Role, asyncpg.Pool[Record]] = {}

    async def open(self) -> None:
        """Makes the pools; each connects when it is first used."""
        for role, url in self._urls.items():
            taken = {} if role in (Role.CAPTURE, Role.SERVICE) else {"role": role.value}
            self._pools[role] = await asyncpg.create_pool(
                url,
                min_size=0,
                max_size=POOL_SIZES[role],
                timeout=CONNECT_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                server_settings={**SERVER_SETTINGS, **taken},
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
        TimeoutError after 4.5 s.
        """
        async with asyncio.timeout(CALL_SECONDS):
            for attempt in range(RETRIES + 1):
                try:
                    async with self._borrow(role) as connection:
                        return await connection.fetchrow(text, *arguments)
                except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                    if attempt == RETRIES:
                        raise
                    await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable")

    async def json(self, role: Role, query: str, *arguments: object) -> bytes:
        """The one JSON value that a named statement returns, as PostgreSQL wrote it."""
        row = await self.row(role, query, *arguments)
        assert row is not None, query
        value: bytes = row[0]
        return value

    @asynccontextmanager
    async def _borrow(self, role: Role) -> "AsyncIterator[PoolConnectionProxy[Record]]":
        async with self._pools[role].acquire(timeout=ACQUIRE_SECONDS) as connection:
            yield connection


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
