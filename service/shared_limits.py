"""How often somebody may ask, counted over all machines: the moving windows of service/limits.py, kept by Redis.

One round trip for each request, and the clock is the server's. Redis may go: then there is no decision, and each machine's
own tables decide. It is left alone for a second before the next try, and no request waits for that.
"""

import asyncio
import contextlib
from hashlib import blake2b
from typing import cast

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from service.limits import Decision
from service.metrics import Recorder
from service.settings import RateLimit

logger = structlog.get_logger()

# All of a request's time with Redis, a new connection included.
PATIENCE = 0.15
RETRY_SECONDS = 1.0
CONNECTIONS = 16

# KEYS: the client's window and, when it has one, its network's; ARGV: the window in microseconds, and how many each may.
# Returns {1 when it is allowed, which of the two decides, how many are left, microseconds until the next place is free}.
#
# A window is a sorted set of the times at which requests were allowed. When the server's clock is set forward, they pass early;
# when it is set back, times lie ahead, and those that no window reaches are dropped: nobody is refused for two windows on end.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[1])
local decides, left, wait = 0, 0, 0
local refused = false
for i, key in ipairs(KEYS) do
    local most = tonumber(ARGV[i + 1])
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
    redis.call('ZREMRANGEBYSCORE', key, now + window, '+inf')
    local used = redis.call('ZCARD', key)
    local oldest = redis.call('ZRANGE', key, math.max(0, used - most), math.max(0, used - most), 'WITHSCORES')[2]
    local until_free = oldest and tonumber(oldest) + window - now or window
    if used >= most then
        if not refused or until_free > wait then decides, left, wait = i, 0, until_free end
        refused = true
    elseif not refused and (decides == 0 or most - used - 1 < left) then
        decides, left, wait = i, most - used - 1, until_free
    end
end
if refused then return {0, decides, 0, wait} end
for i, key in ipairs(KEYS) do
    local at = now
    while redis.call('ZADD', key, 'NX', at, at) == 0 do at = at + 1 end
    redis.call('PEXPIRE', key, math.ceil(window / 1000))
end
return {1, decides, left, wait}
"""


class SharedLimits:
    """The windows of all machines that name the same Redis and have the same secret.

    Nobody's address or name is in Redis: keys are digests keyed by the secret. Both keys of a request carry one hash tag,
    so that a cluster keeps them together.
    """

    def __init__(self, url: str, secret: str, metrics: Recorder) -> None:
        """`open` connects. `secret` is of any length; what it is used for besides can't be found by it."""
        self._url = url
        self._secret = blake2b(secret.encode(), person=b"leads limits", digest_size=32).digest()
        self._metrics = metrics
        self._lost = False
        self._return: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Says hello, and takes PATIENCE for it at most. A Redis that isn't there is as one that was lost."""
        # What a call may take is told by `_ask`, since the client's own time-outs cost a task each; nothing is tried twice.
        pool = BlockingConnectionPool.from_url(
            self._url,
            max_connections=CONNECTIONS,
            timeout=None,
            socket_timeout=None,
            socket_connect_timeout=None,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            driver_info=None,
        )
        self._redis = Redis.from_pool(pool)
        self._script = self._redis.register_script(SCRIPT)
        try:
            await self._try()
        except (RedisError, OSError, TimeoutError) as error:
            self._lose(error)
        else:
            self._metrics.limits_shared(True)

    async def close(self) -> None:
        if self._return is not None:
            self._return.cancel()
            await asyncio.gather(self._return, return_exceptions=True)
        await self._redis.aclose()

    async def hit(self, policy: str, limit: RateLimit, client: str, wider: RateLimit, network: str) -> Decision | None:
        """Count one request of a client, and of its network unless that is ''. None when Redis can't be asked."""
        if self._lost:
            return None
        own = self._digest(policy, client)
        tag = self._digest(policy, network) if network else own
        keys = [f"leads:limit:{{{tag}}}:{own}", f"leads:limit:{{{tag}}}"] if network else [f"leads:limit:{{{tag}}}"]
        try:
            allowed, decides, remaining, wait = await self._ask(keys, limit, wider)
        except (RedisError, OSError, TimeoutError) as error:
            self._lose(error)
            return None
        amount = limit.amount if decides == 1 else wider.amount
        retry_after = None if allowed else max(1, -(-wait // 1_000_000))
        return Decision(bool(allowed), amount, remaining, wait / 1_000_000, retry_after, limit.seconds)

    def _digest(self, policy: str, key: str) -> str:
        text = f"{policy} {key}".encode("utf-8", "surrogatepass")
        return blake2b(text, key=self._secret, digest_size=16).hexdigest()

    async def _ask(self, keys: list[str], limit: RateLimit, wider: RateLimit) -> tuple[int, int, int, int]:
        # A cancelled call closes its connection: no answer is read by the next one.
        async with asyncio.timeout(PATIENCE):
            answer = await self._script(keys=keys, args=[limit.seconds * 1_000_000, limit.amount, wider.amount])
        return cast("tuple[int, int, int, int]", answer)

    async def _try(self) -> None:
        """Raises what a request would. It is one, of nobody."""
        nobody = RateLimit(1, 1)
        await self._ask(["leads:limit:{nobody}"], nobody, nobody)

    def _lose(self, error: Exception) -> None:
        """From now on there are no decisions, until Redis answers again."""
        if self._lost:
            return
        self._lost = True
        self._metrics.limits_shared(False)
        # Its kind alone: the text would name the host.
        logger.warning("limits_shared_lost", error=type(error).__name__)
        self._return = asyncio.create_task(self._keep_trying())

    async def _keep_trying(self) -> None:
        while self._lost:
            await asyncio.sleep(RETRY_SECONDS)
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                await self._try()
                self._lost = False
        self._metrics.limits_shared(True)
        logger.info("limits_shared_again")
