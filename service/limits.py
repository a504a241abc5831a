"""How often somebody may ask: exact moving windows, counted over all workers of a machine in shared memory.

A request is allowed when fewer than `amount` were allowed to its client in the `seconds` before it. Limits reject and
never wait. The table has a fixed size: full, it refuses new clients rather than forget a window that still runs.
"""

import fcntl
import mmap
import os
import tempfile
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from service.settings import RateLimit

# Clients with a running window that a table can hold; at 10 and at 100 requests a window that is about 7 MB each.
PUBLIC_CLIENTS = 65_536
ADMIN_CLIENTS = 8_192

# Clients per bucket. Keys spread unevenly (as a Poisson distribution): when half of the table runs, one new client in
# two million meets a full bucket of 64, but one in twenty a full one of 8.
WAYS = 64

# A bucket's lock is held for microseconds; only a holder that was stopped (SIGSTOP, a debugger) keeps it longer.
LOCK_PATIENCE = 0.25
LOCK_PAUSE = 0.000_05

SECOND = 1_000_000_000
WORD = 8
DIGEST = 16


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether one request may pass, and what its client should know.

    `limit` requests are allowed in any `window_seconds`; `remaining` of them are left after this one.

    `reset_seconds` runs until the next place frees, that is, until the oldest request that counts leaves the window:
    for that long the client can use no more than `remaining`, which is what the draft calls the effective window ("t").
    It isn't the time until all places are free.

    `retry_after` is in whole seconds, at least 1, rounded up, when the request is refused; None when it is allowed.
    """

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: float
    retry_after: int | None
    window_seconds: int

    def headers(self, policy: str) -> dict[str, str]:
        """The response headers, for a policy named by plain ASCII without quotes or backslashes.

        RateLimit-Policy and RateLimit are those of draft-ietf-httpapi-ratelimit-headers-11 (3, 4); RateLimit-Limit,
        -Remaining and -Reset those of its drafts up to 06, which most clients know. A refusal adds Retry-After, never
        earlier than the end of the effective window (section 6).
        """
        reset = -int(-self.reset_seconds // 1)
        headers = {
            "RateLimit-Policy": f'"{policy}";q={self.limit};w={self.window_seconds}',
            "RateLimit": f'"{policy}";r={self.remaining};t={reset}',
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(reset),
        }
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        return headers


class MovingWindow:
    """At most `limit.amount` allowed hits per key in any `limit.seconds`, over all processes forked after it was made.

    A window is half-open: a hit exactly `limit.seconds` later finds the place free. A refused hit doesn't count.

    **Memory.** `capacity` clients (rounded up to whole buckets) of 32 + 8 * amount bytes, touched as they are used.
    A bucket holds up to 64 clients, in 64-bit words: their key digests (two words each), the time of the newest hit of
    each, the place of the oldest hit in each ring, and the rings, `amount` times each. Times are whole nanoseconds, so
    that the window's edge is exact. A client belongs to one bucket, by a hash whose secret is drawn per table, so that
    nobody can fill another's bucket on purpose. When a bucket is full of running windows, a client new to it is
    refused until the first of them has passed.

    **Locks.** One byte of an unlinked file per bucket, locked by fcntl: the kernel drops the lock with its holder,
    however that died. Such a lock belongs to the process and excludes no other thread of it: a process must call
    `hit` from one thread only, as our workers do, and must not fork while inside it.

    **A worker killed between any two stores** leaves a table that holds: see `_take`.
    """

    def __init__(self, limit: RateLimit, capacity: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """A table for `capacity` clients; call it before forking. `clock` gives seconds and never goes back.

        The default, CLOCK_MONOTONIC, is one clock for all processes of a machine. Raises ValueError for an amount,
        seconds or capacity under 1, and OSError when there is no memory or no directory for temporary files.
        """
        if limit.amount < 1 or limit.seconds < 1 or capacity < 1:
            raise ValueError("A moving window needs an amount, seconds and a capacity of at least 1.")
        self.limit = limit
        self._amount = limit.amount
        self._window = limit.seconds * SECOND
        self._clock = clock
        # Times begin one window after zero, so that the zeroes of untouched memory are hits that have passed.
        self._origin = round(clock() * SECOND) - self._window

        self._ways = min(WAYS, capacity)
        self._buckets = -(-capacity // self._ways)
        self._bucket_words = self._ways * (DIGEST // WORD + 2 + self._amount)
        self._memory = mmap.mmap(-1, self._buckets * self._bucket_words * WORD)
        self._words = memoryview(self._memory).cast("q")
        self._secret = os.urandom(32)

        self._locks = _lock_file()
        weakref.finalize(self, os.close, self._locks)

    def hit(self, key: str) -> Decision:
        """Count one request of the client `key`, if it is allowed. Never raises, whatever the key.

        Takes microseconds. If a bucket stays locked for LOCK_PATIENCE seconds its holder was stopped, and the request
        is refused for a second: refusing too many is repairable, allowing too many isn't.
        """
        digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=DIGEST, key=self._secret).digest()
        bucket = int.from_bytes(digest[:WORD], "little") % self._buckets
        if not self._lock(bucket):
            return self._refused(SECOND)
        try:
            # Read under the lock, so that a ring's times are in order.
            now = round(self._clock() * SECOND) - self._origin
            return self._decide(bucket, digest, now)
        finally:
            self._unlock(bucket)

    def _lock(self, bucket: int) -> bool:
        """Lock a bucket against other processes; False when that took longer than LOCK_PATIENCE."""
        give_up = 0.0
        while True:
            try:
                fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, bucket)
                return True
            except OSError:
                # Waiting in the kernel (without LOCK_NB) would wait for a stopped process for ever.
                give_up = give_up or time.monotonic() + LOCK_PATIENCE
                if time.monotonic() > give_up:
                    return False
                time.sleep(LOCK_PAUSE)

    def _unlock(self, bucket: int) -> None:
        fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, bucket)

    def _decide(self, bucket: int, digest: bytes, now: int) -> Decision:
        """Find the client's way in its bucket, or give it one whose window has passed."""
        digests = bucket * self._bucket_words
        newest = digests + self._ways * (DIGEST // WORD)
        heads = newest + self._ways
        found = self._memory.find(digest, digests * WORD, newest * WORD)
        if found >= 0:
            way = (found - digests * WORD) // DIGEST
        else:
            times = self._words[newest:heads].tolist()
            oldest = min(times)
            if now - oldest < self._window:
                return self._refused(oldest + self._window - now)
            way = times.index(oldest)
            # The times that the former client leaves have all passed: for the new one they are free places, and there
            # is nothing to clear. Killed in the midst of this store, the way has nobody's digest and is given again.
            at = digests * WORD + way * DIGEST
            self._memory[at : at + DIGEST] = digest
        return self._take(newest + way, heads + way, heads + self._ways + way * self._amount, now)

    def _take(self, newest: int, head: int, ring: int, now: int) -> Decision:
        """Take a place in the ring that begins at the word `ring`, if its oldest time has left the window.

        The order of the three stores is what a kill may cut short; each is one aligned word, never torn. After the
        first, the way only looks busy for longer. After the second, the hit counts (though nobody was answered), and
        the head is one behind: it points at the newest time, which shows, as the one after it is older.
        """
        words, amount = self._words, self._amount
        oldest = words[head] % amount
        if words[ring + (oldest + 1) % amount] < words[ring + oldest]:
            oldest = (oldest + 1) % amount
        free = self._free_places(ring, oldest, now - self._window)
        if not free:
            return self._refused(words[ring + oldest] + self._window - now)
        words[newest] = now
        words[ring + oldest] = now
        words[head] = (oldest + 1) % amount
        # The oldest time that still counts: this hit's own when all places were free.
        running = words[ring + (oldest + free) % amount]
        reset_seconds = (running + self._window - now) / SECOND
        return Decision(True, amount, free - 1, reset_seconds, None, self.limit.seconds)

    def _free_places(self, ring: int, oldest: int, edge: int) -> int:
        """How many times of the ring are at `edge` or before it. They ascend from `oldest` on: a binary search."""
        words, amount = self._words, self._amount
        low, high = 0, amount
        while low < high:
            middle = (low + high) // 2
            if words[ring + (oldest + middle) % amount] <= edge:
                low = middle + 1
            else:
                high = middle
        return low

    def _refused(self, wait: int) -> Decision:
        """A refusal for `wait` nanoseconds (more than 0)."""
        return Decision(False, self._amount, 0, wait / SECOND, -(-wait // SECOND), self.limit.seconds)


def _lock_file() -> int:
    """A descriptor to lock bytes of: a file in memory on Linux, so that no disk is needed, else one without a name."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("leads-limits")
    descriptor, path = tempfile.mkstemp(prefix="leads-limits-")
    Path(path).unlink()
    return descriptor
