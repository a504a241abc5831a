"""Tokens: JSON Web Tokens (HS256) of a ring of keys, and what a caller is known by once one was verified."""

import hashlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import jwt

from service.db import Role
from service.errors import Problem

TOKEN_SECONDS = 3600
LEEWAY_SECONDS = 30
# Remembered at most; a team has fewer.
VERIFIED_TOKENS = 1024
MAX_TOKEN_CHARACTERS = 4096

ROLES = ("analyst", "viewer", "editor", "admin")


class Kind(StrEnum):
    """What a caller showed."""

    TOKEN = "token"  # noqa: S105 - the word, not one
    OPAQUE = "legacy token"
    KEY = "key"


@dataclass(frozen=True)
class Claims:
    """A verified caller: who (`sub`), as what, from when and until when (seconds since 1970), by the token or key `jti`.

    Of an API key `sub` is `key:` and its name, which no user can have, and `role` that of its scope; `capture` is no user's.
    """

    sub: str
    role: str
    iat: int
    exp: int
    jti: uuid.UUID
    kind: Kind = Kind.TOKEN

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


def key_id(secret_key: str) -> str:
    """The `kid` of a key: says which one it is, and nothing of it."""
    return hashlib.blake2b(secret_key.encode(), digest_size=8, person=b"leads kid").hexdigest()


class Tokens:
    """Makes tokens by the first key, and reads those of the others too, so that a key can be replaced while its tokens hold."""

    def __init__(self, secret_key: str, *previous: str, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since 1970; the database's, so that all machines agree."""
        self._kid = key_id(secret_key)
        self._ring = {key_id(key): key for key in (*previous, secret_key)}
        self._clock = clock
        # What was verified already; only whether it has expired is looked at again. Revocations are asked elsewhere, each time.
        self._verified: dict[str, Claims] = {}

    def new(self) -> tuple[uuid.UUID, int]:
        """The jti of a token to be, and when it is issued."""
        return uuid.uuid4(), int(self._clock())

    def issue(self, username: str, role: str, new: tuple[uuid.UUID, int] | None = None) -> str:
        """A token for TOKEN_SECONDS, with the claims sub, role, iat, exp, jti."""
        jti, now = new or self.new()
        claims = {"sub": username, "role": role, "iat": now, "exp": now + TOKEN_SECONDS, "jti": str(jti)}
        return jwt.encode(claims, self._ring[self._kid], algorithm="HS256", headers={"typ": "JWT", "kid": self._kid})

    def verify(self, token: str) -> Claims:
        """The claims of a token of ours that still holds; a Problem 401 for anything else (RFC 8725)."""
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise unauthorized("token_not_valid", "The token is not valid.")
        known = self._verified.get(token)
        if known is not None and self._clock() < known.exp + LEEWAY_SECONDS:
            return known
        claims = self._read(token)
        if len(self._verified) >= VERIFIED_TOKENS:
            self._verified.clear()
        self._verified[token] = claims
        return claims

    def _read(self, token: str) -> Claims:
        try:
            header = jwt.get_unverified_header(token)
            # The header could name an algorithm, a key or where to find one: it may only choose among ours.
            key = self._ring[header["kid"]]
            if header != {"alg": "HS256", "typ": "JWT", "kid": header["kid"]}:
                raise jwt.InvalidTokenError
            options: jwt.types.Options = {
                "require": ["sub", "role", "iat", "exp", "jti"],
                # Below, by the one clock.
                "verify_exp": False,
                "verify_iat": False,
            }
            payload = jwt.decode(token, key, algorithms=["HS256"], options=options)
            # PyJWT takes numbers written as strings.
            if type(payload["exp"]) is not int or type(payload["iat"]) is not int or payload["role"] not in ROLES:
                raise jwt.InvalidTokenError
            claims = Claims(payload["sub"], payload["role"], payload["iat"], payload["exp"], uuid.UUID(payload["jti"]))
        except (jwt.InvalidTokenError, LookupError, ValueError, TypeError, AttributeError):
            raise unauthorized("token_not_valid", "The token is not valid.") from None
        now = self._clock()
        if claims.iat > now + LEEWAY_SECONDS:
            raise unauthorized("token_not_valid", "The token is not valid.")
        if now >= claims.exp + LEEWAY_SECONDS:
            raise unauthorized("token_expired", "The token has expired. Log in again.")
        return claims
