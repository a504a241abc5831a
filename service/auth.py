"""Who is asking: passwords (bcrypt), tokens (JWT, HS256), and the tokens that were ended before their time."""

import asyncio
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import bcrypt
import jwt

from service.db import Database, Role
from service.errors import Problem
from service.shared import Versions

TOKEN_SECONDS = 3600
LEEWAY_SECONDS = 30
BCRYPT_COST = 12
BCRYPT_THREADS = 2
# How many logins may wait for a thread before more are turned away; each takes about 0.3 s.
BCRYPT_QUEUE = 16
MAX_PASSWORD_BYTES = 72
# Remembered at most; a team has fewer.
VERIFIED_TOKENS = 1024
MAX_TOKEN_CHARACTERS = 4096
# Revocations made on this machine are seen at once; those of other machines at the next look.
REVOCATIONS_EVERY_SECONDS = 0.5

REVOCATIONS = "revocations"

_RANK = {"viewer": 1, "editor": 2, "admin": 3}


@dataclass(frozen=True)
class Claims:
    """A verified token: who (`sub`), as what, and when it ends (seconds since 1970)."""

    sub: str
    role: str
    iat: int
    exp: int
    jti: uuid.UUID

    def may(self, role: str) -> bool:
        """Whether this role holds all that `role` may do."""
        return _RANK[self.role] >= _RANK[role]

    @property
    def database_role(self) -> Role:
        return Role(f"leads_{self.role}")

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.exp, UTC)


def unauthorized(code: str, detail: str) -> Problem:
    """A 401 as RFC 6750 wants it."""
    challenge = "Bearer" if code == "token_missing" else 'Bearer error="invalid_token"'
    return Problem(401, code, detail, headers={"WWW-Authenticate": challenge})


class Tokens:
    """Makes and reads the JSON Web Tokens of one secret key."""

    def __init__(self, secret_key: str, *, clock: Callable[[], float] = time.time) -> None:
        self._key = secret_key
        self._clock = clock
        # What was verified already; only whether it has expired is looked at again. Revocations are asked elsewhere, each time.
        self._verified: dict[str, Claims] = {}

    def issue(self, username: str, role: str) -> str:
        """A token for TOKEN_SECONDS, with the claims sub, role, iat, exp, jti."""
        now = int(self._clock())
        claims = {"sub": username, "role": role, "iat": now, "exp": now + TOKEN_SECONDS, "jti": str(uuid.uuid4())}
        return jwt.encode(claims, self._key, algorithm="HS256", headers={"typ": "JWT"})

    def verify(self, token: str) -> Claims:
        """The claims of a token of ours that still holds; a Problem 401 for anything else (RFC 8725)."""
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise unauthorized("token_not_valid", "The token is not valid.")
        known = self._verified.get(token)
        if known is not None and time.time() < known.exp + LEEWAY_SECONDS:
            return known
        claims = self._read(token)
        if len(self._verified) >= VERIFIED_TOKENS:
            self._verified.clear()
        self._verified[token] = claims
        return claims

    def _read(self, token: str) -> Claims:
        try:
            # The header could name an algorithm or a key to use: we take neither from a stranger.
            if jwt.get_unverified_header(token) != {"alg": "HS256", "typ": "JWT"}:
                raise jwt.InvalidTokenError
            payload = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                leeway=LEEWAY_SECONDS,
                options={"require": ["sub", "role", "iat", "exp", "jti"]},
            )
            # PyJWT takes numbers written as strings.
            if type(payload["exp"]) is not int or type(payload["iat"]) is not int or payload["role"] not in _RANK:
                raise jwt.InvalidTokenError
            return Claims(payload["sub"], payload["role"], payload["iat"], payload["exp"], uuid.UUID(payload["jti"]))
        except jwt.ExpiredSignatureError:
            raise unauthorized("token_expired", "The token has expired. Log in again.") from None
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
            raise unauthorized("token_not_valid", "The token is not valid.") from None


def hash_password(password: str, cost: int = BCRYPT_COST) -> str:
    """The bcrypt hash of a password. Raises ValueError with a sentence for people when bcrypt could not take all of it."""
    encoded = password.encode()
    if not encoded:
        raise ValueError("A password can't be empty.")
    if len(encoded) > MAX_PASSWORD_BYTES:
        raise ValueError(f"A password can have at most {MAX_PASSWORD_BYTES} bytes.")
    if b"\0" in encoded:
        raise ValueError("A password can't hold a NUL.")
    return bcrypt.hashpw(encoded, bcrypt.gensalt(cost)).decode()


class Passwords:
    """Checks passwords in a bounded pool of threads, so that a flood of logins starves nothing else."""

    # The hash of a random password that nobody kept, at the usual cost: an unknown user takes as long as a known one.
    _NOBODY = b"$2b$12$z5wv8B29hzPLy2qyRjMm8.c.FKAmPHLXfrLuZv7b2qsOIh/boisHC"

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(BCRYPT_THREADS, thread_name_prefix="bcrypt")
        self._waiting = 0

    async def match(self, password: str, password_hash: str | None) -> bool:
        """Whether the password has this hash; None stands for a user there is not, and is never matched.

        A Problem 503 when too many are waiting.
        """
        if self._waiting >= BCRYPT_QUEUE:
            raise Problem(503, "too_many_logins", "Too many logins at once. Please try again.", headers={"Retry-After": "2"})
        # bcrypt raises on what it can't hold; no such password can have been set, but it takes the same time.
        encoded = password.encode(errors="replace").replace(b"\0", b"?")
        possible = 0 < len(password.encode(errors="replace")) <= MAX_PASSWORD_BYTES and "\0" not in password
        against = self._NOBODY if password_hash is None else password_hash.encode()
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            same = await loop.run_in_executor(self._threads, bcrypt.checkpw, encoded[:MAX_PASSWORD_BYTES], against)
        finally:
            self._waiting -= 1
        return same and possible and password_hash is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class Revocations:
    """The tokens that were ended before their time, held in memory and never behind this machine's other workers.

    Whoever revokes bumps a version that the machine's workers share before it answers; a worker that sees a version it has
    not loaded reads the list again before it answers. Other machines are seen by looking every half second.
    """

    def __init__(self, database: Database, versions: Versions) -> None:
        self._database = database
        self._versions = versions
        self._seen = b""
        self._state: str | None = None
        self._tokens: frozenset[uuid.UUID] = frozenset()
        self._loading = asyncio.Lock()

    async def revoke(self, claims: Claims) -> None:
        await self._database.row(Role.SERVICE, "revoke_token", claims.jti, claims.expires_at)
        self._versions.bump(REVOCATIONS)

    async def check(self, claims: Claims) -> None:
        """Raises a Problem 401 when the token was revoked; a database error when that can't be told."""
        if self._seen != self._versions.read(REVOCATIONS):
            async with self._loading:
                if self._seen != self._versions.read(REVOCATIONS):
                    await self.load()
        if claims.jti in self._tokens:
            raise unauthorized("token_revoked", "The token was revoked. Log in again.")

    def stands(self, claims: Claims) -> bool:
        """Whether a token that was let in still holds, as far as this worker knows by now."""
        return claims.jti not in self._tokens and time.time() < claims.exp + LEEWAY_SECONDS

    async def load(self) -> None:
        """Reads the list if it changed. The version is taken before the read, so that a later change is seen as one."""
        version = self._versions.read(REVOCATIONS)
        row = await self._database.row(Role.SERVICE, "revoked_tokens", self._state)
        assert row is not None
        if row["tokens"] is not None:
            self._tokens = frozenset(row["tokens"])
        self._state = row["state"]
        self._seen = version

    async def keep_loaded(self) -> None:
        """Runs for as long as the worker does. While the database is away no token is taken: its requests are 503 anyway."""
        while True:
            try:
                async with self._loading:
                    await self.load()
            except Exception:  # noqa: BLE001 - whatever it was, what is known may be old now
                self._seen = b""
            await asyncio.sleep(REVOCATIONS_EVERY_SECONDS)
