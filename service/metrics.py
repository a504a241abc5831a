"""What the service has counted, for Prometheus: of all workers of a machine, whichever of them is asked.

A row of words in shared memory for each worker, as in service/shared.py: made before the fork, written by its worker alone.
A successor takes its predecessor's row and counts on, so that no counter goes back when a worker dies.
"""

import asyncio
import mmap
import os
import re
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

# Paths of the router that can be told apart.
ROUTES = 192

METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "other")
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
# Seconds: from memory, by an index, slow, too slow; an answer comes within 5 s.
BOUNDS = (0.002, 0.01, 0.05, 0.25, 1.0, 5.0)
POLICIES = ("public", "admin")
MAILED = ("sent", "retried", "failed")

# The words of a row: these, then a block for each route, and one for what has none.
PID, BORN, SHARED, LISTENERS, FALLBACKS, LIMITED = range(6)
MAILS = LIMITED + len(POLICIES)
MAILS_WAITING, MAILS_FAILED, MAIL_LATE = range(MAILS + len(MAILED), MAILS + len(MAILED) + 3)
HEAD = MAIL_LATE + 1
# The words of a block: requests by method and class, how many took how long, and microseconds in all.
DURATIONS = len(METHODS) * len(CLASSES)
MICROSECONDS = DURATIONS + len(BOUNDS) + 1
BLOCK = MICROSECONDS + 1

_METHOD_AT = {method: at * len(CLASSES) for at, method in enumerate(METHODS)}
_OTHER_AT = _METHOD_AT["other"]


class Metrics:
    """The rows of workers 0 to `workers` - 1. Make it before forking."""

    def __init__(self, workers: int) -> None:
        """Raises ValueError without workers."""
        if workers < 1:
            raise ValueError("Metrics need at least one worker.")
        self._workers = workers
        self._size = HEAD + (ROUTES + 1) * BLOCK
        self._words = memoryview(mmap.mmap(-1, 8 * workers * self._size)).cast("Q")

    def join(self, worker: int) -> "Recorder":
        """The row of a worker, in its own process; its predecessor must be dead. Raises ValueError for a row there isn't."""
        if not 0 <= worker < self._workers:
            raise ValueError(f"There is no worker {worker}: they are 0 to {self._workers - 1}.")
        row = self._words[worker * self._size : (worker + 1) * self._size]
        row[PID], row[BORN], row[SHARED], row[LISTENERS] = os.getpid(), int(time.time()), 0, 0
        return Recorder(row)

    def rows(self) -> list[list[int]]:
        """Every worker's words, by number; zeroes of one that never began."""
        rows = [self._words[at * self._size : (at + 1) * self._size] for at in range(self._workers)]
        # tolist() loads word by word, see Versions.
        return [row.tolist() for row in rows]


class Recorder:
    """One worker's row. Each call takes about a microsecond and never waits."""

    def __init__(self, row: memoryview) -> None:
        self._row = row
        #: Where the block of each of the router's paths begins.
        self.places: dict[str | None, int] = {}

    def learn(self, paths: Iterable[str]) -> None:
        """Tell the router's paths apart from now on, the same in each worker. Raises ValueError for more than ROUTES."""
        routes = sorted(set(paths))
        if len(routes) > ROUTES:
            raise ValueError(f"There is room for {ROUTES} paths, not for {len(routes)}.")
        self.places = {path: HEAD + (at + 1) * BLOCK for at, path in enumerate(routes)}

    def answered(self, path: str | None, method: str, status: int, seconds: float) -> None:
        """Count one request by its route's path, None when it had none; `seconds` until its answer's head was ready."""
        row = self._row
        at = self.places.get(path, HEAD)
        row[at + _METHOD_AT.get(method, _OTHER_AT) + status // 100 - 1] += 1
        row[at + DURATIONS + bisect_left(BOUNDS, seconds)] += 1
        row[at + MICROSECONDS] += int(seconds * 1e6)

    def limited(self, policy: str) -> None:
        """Count one request that a limit refused."""
        self._row[LIMITED + POLICIES.index(policy)] += 1

    def fell_back(self) -> None:
        """Count one request that this machine decided alone, though it was to be counted over all."""
        self._row[FALLBACKS] += 1

    def limits_shared(self, shared: bool) -> None:
        """Say whether the limits are counted over all machines at present."""
        self._row[SHARED] = shared

    def listeners(self, count: int) -> None:
        """Say how many listen to events at present."""
        self._row[LISTENERS] = count

    def mailed(self, outcome: str) -> None:
        """Count one mail: sent, to be tried again (retried), or refused for good (failed)."""
        self._row[MAILS + MAILED.index(outcome)] += 1

    def mail_waiting(self, waiting: int, failed: int, late_seconds: int) -> None:
        """Say how many mails wait, how many failed and were not retried, and for how long the first has been due."""
        self._row[MAILS_WAITING], self._row[MAILS_FAILED], self._row[MAIL_LATE] = waiting, failed, late_seconds

    async def keep_counting(self, listeners: Callable[[], int]) -> None:
        """Says it each second, for whichever worker is asked."""
        while True:
            self.listeners(listeners())
            await asyncio.sleep(1)


class Report(Collector):
    """All rows as Prometheus reads them. Values that come and go (gauges) are of workers that live."""

    def __init__(self, metrics: Metrics, recorder: Recorder) -> None:
        self._metrics = metrics
        self._recorder = recorder
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def text(self) -> bytes:
        """The text format, version 0.0.4."""
        return generate_latest(self._registry)

    def describe(self) -> list[Metric]:
        """Nothing: what is registered here is alone."""
        return []

    def collect(self) -> Iterator[Metric]:
        rows = self._metrics.rows()
        total = [sum(words) for words in zip(*rows, strict=True)]
        alive = [(at, row, process) for at, row in enumerate(rows) if row[PID] and (process := _process(row[PID]))]
        yield InfoMetricFamily("leads", "What is running", {"version": version("lead-intelligence-stack")})
        yield from self._of_requests(total)

        limited = CounterMetricFamily("leads_limited", "Requests that a limit refused (429)", labels=["policy"])
        for at, policy in enumerate(POLICIES):
            limited.add_metric([policy], total[LIMITED + at])
        yield limited
        shared = bool(alive) and all(row[SHARED] for _, row, _ in alive)
        yield GaugeMetricFamily("leads_limits_shared", "1 while the limits are counted over all machines, else 0", shared)
        about = "Requests that this machine's own tables decided, since REDIS_URL could not be reached"
        yield CounterMetricFamily("leads_limits_fallbacks", about, total[FALLBACKS])
        listeners = sum(row[LISTENERS] for _, row, _ in alive)
        yield GaugeMetricFamily("leads_event_listeners", "Listeners of /admin/events, a second ago at most", listeners)

        mails = CounterMetricFamily("leads_mails", "Mails handed over, to be tried again, refused", labels=["outcome"])
        for at, outcome in enumerate(MAILED):
            mails.add_metric([outcome], total[MAILS + at])
        yield mails
        # What each worker last saw in the one outbox.
        for word, name, about in (
            (MAILS_WAITING, "leads_mails_waiting", "Mails that wait, 10 s ago at most"),
            (MAILS_FAILED, "leads_mails_given_up", "Mails that failed, and wait for a retry by hand"),
            (MAIL_LATE, "leads_mail_late_seconds", "For how long the first one has been due"),
        ):
            yield GaugeMetricFamily(name, about, max((row[word] for _, row, _ in alive), default=0))

        for name, about, values in (
            ("leads_worker_start_time_seconds", "When a worker began", [row[BORN] for _, row, _ in alive]),
            ("leads_worker_cpu_seconds", "CPU time of a worker since it began", [process.cpu for *_, process in alive]),
            ("leads_worker_resident_bytes", "Memory of a worker, shared too", [process.resident for *_, process in alive]),
        ):
            family = GaugeMetricFamily(name, about, labels=["worker"])
            for (at, *_), value in zip(alive, values, strict=True):
                family.add_metric([str(at)], value)
            yield family

    def _of_requests(self, total: Sequence[int]) -> Iterator[Metric]:
        requests = CounterMetricFamily("leads_requests", "Requests by route", labels=["method", "route", "status"])
        durations = HistogramMetricFamily(
            "leads_request_duration_seconds", "From a request's head to its answer's, by route", labels=["route"]
        )
        for path, begin in ((None, HEAD), *self._recorder.places.items()):
            route = "(none)" if path is None else _template(path)
            block = total[begin : begin + BLOCK]
            for at, count in enumerate(block[:DURATIONS]):
                if count:
                    requests.add_metric([METHODS[at // len(CLASSES)], route, CLASSES[at % len(CLASSES)]], count)
            counts = block[DURATIONS:MICROSECONDS]
            if any(counts):
                buckets = [(str(bound), sum(counts[: at + 1])) for at, bound in enumerate((*BOUNDS, "+Inf"))]
                durations.add_metric([route], buckets, block[MICROSECONDS] / 1e6)
        yield requests
        yield durations


def _template(path: str) -> str:
    """A path of the router's as openapi.yaml writes it."""
    return "/" + re.sub(r"<(\w+)[^>]*>", r"{\1}", path)


@dataclass(frozen=True)
class _Process:
    """Seconds of CPU, bytes of memory. 0 where the system doesn't tell (it isn't Linux)."""

    cpu: float = 0.0
    resident: int = 0


def _process(pid: int) -> _Process | None:
    """A process, None when it is dead (proc(5), fields 3, 14, 15 and 24)."""
    if not Path("/proc/self/stat").exists():
        return _Process()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    if fields[0] == "Z":
        return None
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return _Process(cpu, int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))
