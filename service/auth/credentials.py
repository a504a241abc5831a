"""Which tokens and keys hold just now: those that were ended before their time, the API keys, the legacy tokens.

All of it is in memory, read anew several times a second, and never older than FRESH_SECONDS when somebody is let in: while it
can't be read nobody is. Whoever ends a token bumps a version that the machine's workers share, so that here it holds no more at
once; other machines see it at their next look.
"""

import asyncio
import hashlib
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
import structlog

from service.auth.tokens import LEEWAY_SECONDS, Claims, Kind, unauthorized
from service.db import Database, Role
from service.errors import problem_of
from service.shared import Versions

logger = structlog.get_logger()

#: The name of the version that whoever ends a token bumps before it answers.
REVOCATIONS = "revocations"

LOOK_SECONDS = 0.4
FRESH_SECONDS = 0.9
LOAD_SECONDS = 2.0
# Which keys were used is told this often.
USED_EVERY_SECONDS = 60.0

KEY_PREFIX = "leads_"
KEY_BYTES = 32
HINT_CHARACTERS = 12
OPAQUE_BYTES = 32

# Whose rights a key of a scope has; `capture` has nobody's.
SCOPES = {"capture": "capture", "read": "viewer", "write": "editor", "analyst": "analyst"}


def new_key() -> tuple[str, bytes, str]:
    """An API key, its hash, and how it begins."""
    key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    return key, token_hash(key), key[:HINT_CHARACTERS]


def token_hash(token: str) -> bytes:
    """SHA-256: what is hashed has 256 random bits, and needs no slower one."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


@dataclass(frozen=True)
class State:
    """What the database said last."""

    name: str | None = None
    revoked: frozenset[uuid.UUID] = frozenset()
    # By hash: to look one up tells nothing by its time of the others.
    others: Mapping[bytes, Claims] = field(default_factory=dict)
    ids: frozenset[uuid.UUID] = frozenset()


class Credentials:
    """The state of one worker, and who holds what by it."""

    def __init__(self, database: Database, versions: Versions, *, legacy: bool = False) -> None:
        """`legacy`: whether legacy tokens are taken."""
        self._database = database
        self._versions = versions
        self._legacy = legacy
        self._state = State()
        self._seen = b""
        self._read_at = float("-inf")
        self._loading: asyncio.Task[None] | None = None
        self._offset = 0.0
        self._used: set[uuid.UUID] = set()
        self._told_at = time.monotonic()

    def now(self) -> float:
        """The database's clock: seconds since 1970. All machines agree on it, whatever their own say."""
        return time.time() + self._offset

    def find(self, token: str) -> Claims | None:
        """The holder of an API key or a legacy token, as far as is known: to be followed by `check`."""
        claims = self._state.others.get(token_hash(token))
        if claims is None or self.now() >= claims.exp or (claims.kind is Kind.OPAQUE and not self._legacy):
            return None
        return claims

    async def check(self, claims: Claims) -> None:
        """Raises a Problem 401 when the token or key was ended; a database error when that can't be told."""
        await self.refresh()
        if not self._holds(claims):
            raise unauthorized("token_revoked", "The token was revoked. Log in again.")
        if claims.kind is Kind.KEY:
            self._used.add(claims.jti)

    def stands(self, claims: Claims) -> bool:
        """Whether somebody who was let in still would be, as far as this worker knows by now."""
        return self._holds(claims) and self.now() < claims.exp + LEEWAY_SECONDS

    def _holds(self, claims: Claims) -> bool:
        return claims.jti not in self._state.revoked if claims.kind is Kind.TOKEN else claims.jti in self._state.ids

    def ended(self) -> None:
        """This worker has ended a token or key, or made one: to be called before anybody hears of it."""
        self._versions.bump(REVOCATIONS)

    async def refresh(self) -> None:
        """Reads the state unless it is fresh. However many wait, one reads; they fail with it."""
        while not self._is_fresh():
            await self._read()

    async def _read(self) -> None:
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())
            self._loading.add_done_callback(self._loaded)
        await asyncio.shield(self._loading)

    def _loaded(self, task: "asyncio.Task[None]") -> None:
        self._loading = None
        if not task.cancelled():
            task.exception()  # it is raised to those who wait; to nobody when none does

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._read_at < FRESH_SECONDS and self._seen == self._versions.read(REVOCATIONS)

    async def _load(self) -> None:
        # Both taken before the read, so that what comes later is seen as later.
        version, read_at = self._versions.read(REVOCATIONS), time.monotonic()
        async with asyncio.timeout(LOAD_SECONDS):
            row = await self._database.row(Role.SERVICE, "credentials", self._state.name)
        assert row is not None
        if row["credentials"] is not None:
            self._state = _state(row["state"], orjson.loads(row["credentials"]))
        self._offset = row["clock"] - time.time()
        self._seen, self._read_at = version, read_at

    async def keep_loaded(self) -> None:
        """Runs for as long as the worker does."""
        failed = False
        while True:
            try:
                await self._read()
                await self._tell_used()
                failed = False
            except Exception as error:  # noqa: BLE001 - it is tried again, whatever it was
                if not failed:
                    logger.warning("credentials_not_read", code=problem_of(error).code, error=type(error).__name__)
                failed = True
            await asyncio.sleep(LOOK_SECONDS)

    async def _tell_used(self) -> None:
        if self._used and time.monotonic() - self._told_at >= USED_EVERY_SECONDS:
            used, self._used, self._told_at = self._used, set(), time.monotonic()
            await self._database.row(Role.SERVICE, "note_used_keys", list(used))


def _state(name: str, document: dict[str, list[list[str]]]) -> State:
    others: dict[bytes, Claims] = {}
    for digest, key_id, key_name, scope, expires in document["keys"]:
        others[bytes.fromhex(digest)] = Claims(
            f"key:{key_name}", SCOPES[scope], 0, int(float(expires)), uuid.UUID(key_id), Kind.KEY
        )
    for digest, jti, username, role, issued, expires in document["opaque"]:
        claims = Claims(username, role, int(float(issued)), int(float(expires)), uuid.UUID(jti), Kind.OPAQUE)
        others[bytes.fromhex(digest)] = claims
    revoked = frozenset(uuid.UUID(str(jti)) for jti in document["revoked"])
    return State(name, revoked, others, frozenset(claims.jti for claims in others.values()))
