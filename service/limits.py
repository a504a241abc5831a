"""How often somebody may ask: exact moving windows, counted over all workers of a machine in shared memory.

A request is allowed when fewer than `amount` were allowed to its client in the `seconds` before it. Limits reject and
never wait. The tables have a fixed size: full, that of the clients refuses new ones rather than forget a window that runs.
"""

import fcntl
import mmap
import os
import tempfile
import time
import weakref
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from service.settings import RateLimit

# Clients, and networks of them, with a running window that a table can hold. At the usual 10 and 100 requests a window the
# tables take 14.7 and 6.8 MB (public), 6.8 and 4.1 MB (admin): 33 MB, however many come.
PUBLIC_CLIENTS, PUBLIC_NETWORKS = 131_072, 8_192
ADMIN_CLIENTS, ADMIN_NETWORKS = 8_192, 512

# What a network may, as a multiple of what each client of it may.
NETWORK_SHARE = 10

# Higher limits need more room for each client. The tables then hold fewer, so that no table asks for more than this. A
# full table of networks does no harm, a full one of clients does.
CLIENTS_BYTES = 1 << 30
NETWORKS_BYTES = 1 << 24

# Clients per bucket. Keys spread unevenly (as a Poisson distribution): when half of the table runs, one new client in
# two million meets a full bucket of 64, but one in twenty a full one of 8.
WAYS = 64

# A bucket's lock is held for microseconds; only a holder that was stopped (SIGSTOP, a debugger) keeps it longer.
LOCK_PATIENCE = 0.25
LOCK_PAUSE = 0.000_05

# Clients whose place in a table a process has at hand.
REMEMBERED = 2048

SECOND = 1_000_000_000
WORD = 8
DIGEST = 16


class Decision(NamedTuple):
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

        RateLimit-Policy and RateLimit are those of draft-ietf-httpapi-ratelimit-headers-11 (3, 4); a refusal adds
        Retry-After, never earlier than the end of the effective window (section 6), and RateLimit-Limit, -Remaining and -Reset
        of the drafts up to 06, which most clients know. Each header costs every answer a microsecond or two.
        """
        reset = -int(-self.reset_seconds // 1)
        headers = {
            "RateLimit-Policy": f'"{policy}";q={self.limit};w={self.window_seconds}',
            "RateLimit": f'"{policy}";r={self.remaining};t={reset}',
        }
        if self.retry_after is not None:
            headers |= {
                "Retry-After": str(self.retry_after),
                "RateLimit-Limit": str(self.limit),
                "RateLimit-Remaining": str(self.remaining),
                "RateLimit-Reset": str(reset),
            }
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

    def __init__(
        self,
        limit: RateLimit,
        capacity: int,
        *,
        refuses_when_full: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A table for `capacity` clients; call it before forking. `clock` gives seconds and never goes back.

        The default, CLOCK_MONOTONIC, is one clock for all processes of a machine. Without `refuses_when_full` a client new
        to a full bucket is allowed, uncounted. Raises ValueError for an amount, seconds or capacity under 1, and OSError
        when there is no memory or no directory for temporary files.
        """
        if limit.amount < 1 or limit.seconds < 1 or capacity < 1:
            raise ValueError("A moving window needs an amount, seconds and a capacity of at least 1.")
        self.limit = limit
        self._refuses_when_full = refuses_when_full
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
        # The same few ask again and again.
        self._place = lru_cache(maxsize=REMEMBERED)(partial(_place, self._secret, self._buckets))

        self._locks = _lock_file()
        weakref.finalize(self, os.close, self._locks)

    def hit(self, key: str) -> Decision:
        """Count one request of the client `key`, if it is allowed. Never raises, whatever the key.

        Takes microseconds. If a bucket stays locked for LOCK_PATIENCE seconds its holder was stopped, and the request
        is refused for a second: refusing too many is repairable, allowing too many isn't.
        """
        bucket, digest = self._place(key)
        if not self._lock(bucket):
            return self._refused(SECOND)
        try:
            # Read under the lock, so that a ring's times are in order.
            now = round(self._clock() * SECOND) - self._origin
            return self._decide(bucket, digest, now)
        finally:
            self._unlock(bucket)

    def refusal(self, key: str) -> Decision | None:
        """The refusal of a client whose window is used up, else None. Counts nothing, and takes no place in the table."""
        bucket, digest = self._place(key)
        if not self._lock(bucket):
            return self._refused(SECOND)
        try:
            now = round(self._clock() * SECOND) - self._origin
            way = self._way(bucket, digest)
            if way is None:
                return None
            _, head, ring = self._words_of(bucket, way)
            last = self._words[ring + self._oldest(head, ring)] + self._window
            return self._refused(last - now) if last > now else None
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
        way = self._way(bucket, digest)
        if way is None:
            newest, heads, _ = self._words_of(bucket, 0)
            times = self._words[newest:heads].tolist()
            oldest = min(times)
            if now - oldest < self._window:
                if self._refuses_when_full:
                    return self._refused(oldest + self._window - now)
                return Decision(True, self._amount, self._amount, float(self.limit.seconds), None, self.limit.seconds)
            way = times.index(oldest)
            # The times that the former client leaves have all passed: for the new one they are free places, and there
            # is nothing to clear. Killed in the midst of this store, the way has nobody's digest and is given again.
            at = bucket * self._bucket_words * WORD + way * DIGEST
            self._memory[at : at + DIGEST] = digest
        return self._take(*self._words_of(bucket, way), now)

    def _way(self, bucket: int, digest: bytes) -> int | None:
        """A client's way in its bucket, when it has one."""
        begin = bucket * self._bucket_words * WORD
        found = self._memory.find(digest, begin, begin + self._ways * DIGEST)
        return (found - begin) // DIGEST if found >= 0 else None

    def _words_of(self, bucket: int, way: int) -> tuple[int, int, int]:
        """Where a way has its newest time, its head, and its ring."""
        newest = bucket * self._bucket_words + self._ways * (DIGEST // WORD) + way
        return newest, newest + self._ways, newest - way + 2 * self._ways + way * self._amount

    def _take(self, newest: int, head: int, ring: int, now: int) -> Decision:
        """Take a place in the ring that begins at the word `ring`, if its oldest time has left the window.

        The order of the three stores is what a kill may cut short; each is one aligned word, never torn. After the
        first, the way only looks busy for longer. After the second, the hit counts (though nobody was answered), and
        the head is one behind: it points at the newest time, which shows, as the one after it is older.
        """
        words, amount = self._words, self._amount
        oldest = self._oldest(head, ring)
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

    def _oldest(self, head: int, ring: int) -> int:
        """The place of the oldest time in a ring."""
        words, amount = self._words, self._amount
        oldest = words[head] % amount
        if words[ring + (oldest + 1) % amount] < words[ring + oldest]:
            oldest = (oldest + 1) % amount
        return oldest

    def _free_places(self, ring: int, oldest: int, edge: int) -> int:
        """How many times of the ring are at `edge` or before it. They ascend from `oldest` on, round the ring's end."""
        begin, end = ring + oldest, ring + self._amount
        passed = bisect_right(self._words, edge, begin, end)
        if passed == end:
            return bisect_right(self._words, edge, ring, begin) - ring + end - begin
        return passed - begin

    def _refused(self, wait: int) -> Decision:
        """A refusal for `wait` nanoseconds (more than 0)."""
        return Decision(False, self._amount, 0, wait / SECOND, -(-wait // SECOND), self.limit.seconds)


class TieredWindow:
    """At most `limit` for each client, and ten times as much for all clients of one network, over all workers.

    A client without a network (one of IPv4) has the first alone. What either refuses counts in neither: the network is
    looked at, then the client is counted, then the network. In between another worker may take the network's last place;
    then the request is refused, though it counts for its client. A client whose network is used up takes no place among
    the clients. When there are too many networks for their table, those new to it are not limited as such.
    """

    def __init__(self, limit: RateLimit, clients: int, networks: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Tables for so many clients and networks, less where they would take too much room. Else as a MovingWindow."""
        wider = RateLimit(limit.amount * NETWORK_SHARE, limit.seconds)
        self.limit = limit
        self.network_limit = wider
        self._clients = MovingWindow(limit, _fitting(clients, limit, CLIENTS_BYTES), clock=clock)
        self._networks = MovingWindow(wider, _fitting(networks, wider, NETWORKS_BYTES), refuses_when_full=False, clock=clock)

    def hit(self, client: str, network: str = "") -> Decision:
        """Count one request, if it is allowed: the decision of whichever leaves less. Never raises, as a MovingWindow."""
        if not network:
            return self._clients.hit(client)
        if refusal := self._networks.refusal(network):
            return refusal
        decision = self._clients.hit(client)
        if not decision.allowed:
            return decision
        wider = self._networks.hit(network)
        return wider if not wider.allowed or wider.remaining < decision.remaining else decision

    def refusal(self, client: str, network: str = "") -> Decision | None:
        """The refusal of a client that has used up its window, or its network's, else None. Counts nothing."""
        return (self._networks.refusal(network) if network else None) or self._clients.refusal(client)


def _place(secret: bytes, buckets: int, key: str) -> tuple[int, bytes]:
    """A client's bucket, and what it is known by there."""
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=DIGEST, key=secret).digest()
    return int.from_bytes(digest[:WORD], "little") % buckets, digest


def _fitting(wanted: int, limit: RateLimit, room: int) -> int:
    """As many clients as fit into `room` bytes: `wanted` at most, one at least."""
    return max(1, min(wanted, room // (DIGEST + (2 + limit.amount) * WORD)))


def _lock_file() -> int:
    """A descriptor to lock bytes of: a file in memory on Linux, so that no disk is needed, else one without a name."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("leads-limits")
    descriptor, path = tempfile.mkstemp(prefix="leads-limits-")
    Path(path).unlink()
    return descriptor
