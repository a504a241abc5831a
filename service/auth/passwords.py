"""Passwords, by bcrypt."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import bcrypt

from service.errors import Problem

BCRYPT_COST = 12
BCRYPT_THREADS = 2
# How many may wait for a thread before more are turned away; each takes about 0.3 s.
BCRYPT_QUEUE = 16
MIN_PASSWORD_CHARACTERS = 8
MAX_PASSWORD_BYTES = 72


def hash_password(password: str, cost: int = BCRYPT_COST) -> str:
    """The bcrypt hash of a password. Raises ValueError as check_password."""
    check_password(password)
    return bcrypt.hashpw(password.encode(errors="replace"), bcrypt.gensalt(cost)).decode()


def check_password(password: str) -> None:
    """Raises ValueError with a sentence for people when it can't be a password.

    It must be of at least 8 characters, and of no more bytes than bcrypt takes.
    """
    encoded = password.encode(errors="replace")
    if len(password) < MIN_PASSWORD_CHARACTERS:
        raise ValueError(f"A password has at least {MIN_PASSWORD_CHARACTERS} characters.")
    if len(encoded) > MAX_PASSWORD_BYTES:
        raise ValueError(f"A password has at most {MAX_PASSWORD_BYTES} bytes.")
    if b"\0" in encoded:
        raise ValueError("A password can't hold a NUL.")


class Passwords:
    """Hashes and checks passwords in a bounded pool of threads, so that a flood of logins starves nothing else."""

    # The hash of a random password that nobody kept, at the usual cost: an unknown user takes as long as a known one.
    _NOBODY = b"$2b$12$z5wv8B29hzPLy2qyRjMm8.c.FKAmPHLXfrLuZv7b2qsOIh/boisHC"

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(BCRYPT_THREADS, thread_name_prefix="bcrypt")
        self._waiting = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """One's place among those who wait, to be had before a try is counted. Raises Problem 503 when there is none."""
        if self._waiting >= BCRYPT_QUEUE:
            raise Problem(503, "too_many_logins", "Too many logins at once. Please try again.", headers={"Retry-After": "2"})
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def match(self, password: str, password_hash: str | None) -> bool:
        """Whether the password has this hash; None stands for a user there is not, and is never matched.

        To be asked by who has a place. Whatever is asked takes the same time.
        """
        # bcrypt raises on what it can't hold; no such password can have been set, but it takes the same time.
        encoded = password.encode(errors="replace").replace(b"\0", b"?")
        possible = 0 < len(encoded) <= MAX_PASSWORD_BYTES and "\0" not in password
        against = self._NOBODY if password_hash is None else password_hash.encode()
        loop = asyncio.get_running_loop()
        same = await loop.run_in_executor(self._threads, bcrypt.checkpw, encoded[:MAX_PASSWORD_BYTES], against)
        return same and possible and password_hash is not None

    async def hash(self, password: str) -> str:
        """As hash_password; a Problem 503 when too many are waiting."""
        with self.place():
            return await asyncio.get_running_loop().run_in_executor(self._threads, hash_password, password)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
