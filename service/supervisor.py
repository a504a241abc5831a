"""One listening socket, N forked workers, each a single-process server: started, watched, replaced, drained.

A plain synchronous process with a single thread, so that forking it is safe at any time. It sleeps in `select` and
wakes for a signal, a worker's report, or every POLL_SECONDS. Call `supervise` in the main thread.

Signals: SIGTERM, SIGINT (Ctrl-C, which the workers get too and ignore) and SIGHUP (a closed terminal, unless nohup had
it ignored) drain; a second one ends it at once. If the supervisor itself is killed, its workers see the end of a pipe
and drain.
"""

import contextlib
import errno
import math
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import structlog
from sanic import Sanic

from service.server import BACKLOG, FAREWELL_SECONDS, GRACE_SECONDS, refuse_new_connections, run_worker

logger = structlog.get_logger()

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
POLL_SECONDS = 0.2
# A worker that dies sooner than STABLE_SECONDS after its start is started again after 0.1, 0.2, 0.4 ... 1 s.
STABLE_SECONDS = 1.0
FIRST_DELAY = 0.1
LONGEST_DELAY = 1.0
# When to give up: at the start, and once it has served.
START_ATTEMPTS = 5
UNSERVED_SECONDS = 30.0


class SupervisorError(RuntimeError):
    """Why serving can't begin. The message is for people."""


class Watched(Protocol):
    """Something the service needs, kept running beside the workers: the embedded PostgreSQL."""

    def is_running(self) -> bool:
        """Asked every POLL_SECONDS; must be cheap."""
        ...

    def begin_start(self) -> None:
        """Start it without waiting for it. Called again and again until it runs."""
        ...


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on `host` (a name, IPv4 or IPv6) and `port` (0 picks one). Raises SupervisorError."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise SupervisorError(f"HOST {host!r} is no address of this machine.") from None
    # A name like localhost has both; browsers and health checks that know one know IPv4.
    family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            message = f"Port {port} of {host} is taken by another program. Stop it, or set PORT to a free one."
        elif error.errno == errno.EACCES:
            message = f"Port {port} of {host} may not be opened by this user. Set PORT to 1024 or more."
        else:
            message = f"Can't listen on port {port} of {host}: {error.strerror}. Check HOST and PORT."
        raise SupervisorError(message) from error
    return listener


def supervise(
    make_app: Callable[[int], Sanic[Any, Any]],
    listener: socket.socket,
    workers: int,
    *,
    watched: Watched | None = None,
    grace_seconds: float = GRACE_SECONDS,
    ready: Callable[[], None] | None = None,
    on_fork: Callable[[], None] | None = None,
) -> int:
    """Serve until told to stop. Returns the exit code: 0 after a drain, 1 when it gave up or a worker died draining.

    `make_app(index)` is called in each worker, after the fork; a worker's successor has its index, and is started only
    after its death. `on_fork` is called in each worker first of all, to close what only the supervisor should hold (a
    lock file: flock is shared over a fork). `ready` is called here, once, when all workers serve for the first time.
    The listener is closed at the end.
    """
    supervisor = _Supervisor(make_app, listener, workers, watched, grace_seconds, ready, on_fork)
    with supervisor.signals():
        try:
            return supervisor.run()
        finally:
            supervisor.clean_up()


@dataclass
class _Worker:
    """A worker's place. `pid` is None while it is empty; times are time.monotonic()'s."""

    index: int
    pid: int | None = None
    serves: bool = False
    born: float = 0.0
    due: float = 0.0  # not to be started before
    failures: int = 0  # early deaths in a row
    error: str = ""  # what it said before it died


class _Supervisor:
    def __init__(
        self,
        make_app: Callable[[int], Sanic[Any, Any]],
        listener: socket.socket,
        workers: int,
        watched: Watched | None,
        grace_seconds: float,
        ready: Callable[[], None] | None,
        on_fork: Callable[[], None] | None,
    ) -> None:
        self._make_app = make_app
        self._listener = listener
        self._workers = [_Worker(index) for index in range(workers)]
        self._watched = watched
        self._watched_runs = True
        self._grace_seconds = grace_seconds
        self._ready = ready
        self._on_fork = on_fork
        self._last_served: float | None = None
        self._kill_at: float | None = None  # set once it drains
        self._exit_code = 0
        self._last_error = ""
        self._unclaimed: int | None = None
        # Only the supervisor holds the writing end: when it is gone, every worker's reading end says so.
        self._lifeline, self._life = os.pipe()
        # A line each from worker to supervisor: its pid, and nothing (it serves) or an error.
        self._reports, self._report = os.pipe()
        os.set_blocking(self._reports, False)
        self._unread = b""
        self._wake, self._wake_write = socket.socketpair()
        self._wake.setblocking(False)
        self._wake_write.setblocking(False)

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """While the block runs, signals do nothing but wake `_sleep` with their numbers."""
        numbers = {signal.SIGCHLD, *STOP_SIGNALS}
        if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
            numbers.remove(signal.SIGHUP)
        # The descriptor first: a handler without it would swallow a signal.
        before_descriptor = signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, lambda *_: None) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before_descriptor)
            self._wake.close()
            self._wake_write.close()

    def run(self) -> int:
        while True:
            self._look_after_watched()
            if self._kill_at is None:
                self._fill_places()
            told_to_stop = self._sleep()
            self._read_reports()
            self._bury_workers()
            self._bury_adopted()
            if self._kill_at is not None:
                if all(worker.pid is None for worker in self._workers):
                    logger.info("stopped")
                    return self._exit_code
                if told_to_stop or time.monotonic() >= self._kill_at:
                    self._kill_workers()
            elif told_to_stop:
                logger.info("draining", grace_seconds=self._grace_seconds)
                self._drain()
            elif reason := self._why_give_up():
                logger.critical("gave_up", reason=reason)
                self._exit_code = 1
                self._drain()

    def clean_up(self) -> None:
        """Leave nothing behind, even if `run` was left by an exception."""
        for worker in self._workers:
            if worker.pid is not None:
                os.kill(worker.pid, signal.SIGKILL)
                os.waitpid(worker.pid, 0)
        for descriptor in (self._lifeline, self._life, self._reports, self._report):
            os.close(descriptor)
        self._listener.close()

    # What goes on all the time

    def _look_after_watched(self) -> None:
        if self._watched is None:
            return
        try:
            runs = self._watched.is_running()
            if runs and not self._watched_runs:
                logger.info("database_runs_again")
            elif not runs and self._watched_runs:
                logger.error("database_died")
            self._watched_runs = runs
            if not runs:
                self._watched.begin_start()
        except Exception:
            # The workers answer meanwhile, and the next poll tries again.
            logger.exception("database_not_started")

    def _sleep(self) -> bool:
        """Wait for something to do; say whether a signal to stop came."""
        select.select([self._wake.fileno(), self._reports], [], [], POLL_SECONDS)
        try:
            numbers = self._wake.recv(4096)
        except BlockingIOError:
            return False
        return any(number in STOP_SIGNALS for number in numbers)

    def _read_reports(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._unread += os.read(self._reports, 1 << 16)
        *lines, self._unread = self._unread.split(b"\n")
        for line in lines:
            pid, _, error = line.decode(errors="replace").partition(" ")
            for worker in self._workers:
                if worker.pid == int(pid):
                    worker.serves = not error
                    worker.error = error
                    if worker.serves and self._ready is None:  # else the first ones, of whom `ready` will tell
                        logger.info("worker_serves", worker=worker.index, pid=worker.pid)
        if any(worker.serves for worker in self._workers):
            self._last_served = time.monotonic()
        if self._ready is not None and all(worker.serves for worker in self._workers):
            ready, self._ready = self._ready, None
            ready()

    def _bury_workers(self) -> None:
        """Wait for our own by pid: waiting for any child would take the status from the Popen of the watched thing."""
        for worker in self._workers:
            if worker.pid is None:
                continue
            pid, status = os.waitpid(worker.pid, os.WNOHANG)
            if pid:
                self._empty_place(worker, os.waitstatus_to_exitcode(status))

    def _empty_place(self, worker: _Worker, exit_code: int) -> None:
        how = f"exit code {exit_code}"
        if exit_code == -signal.SIGALRM:
            how = "stuck"
        elif exit_code < 0:
            how = signal.strsignal(-exit_code) or f"signal {-exit_code}"
        if self._kill_at is None:
            logger.error("worker_died", worker=worker.index, pid=worker.pid, how=how)
        elif exit_code not in (0, -signal.SIGTERM):
            logger.error("worker_died_draining", worker=worker.index, pid=worker.pid, how=how)
            self._exit_code = 1
        self._retry_later(worker, worker.error or how)
        worker.pid = None
        worker.serves = False

    def _retry_later(self, worker: _Worker, error: str) -> None:
        self._last_error = error
        now = time.monotonic()
        if worker.serves and now - worker.born >= STABLE_SECONDS:
            worker.failures = 0
            worker.due = now
        else:
            # The power is bounded: a worker may fail for days while another serves.
            worker.due = now + min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(worker.failures, 10))
            worker.failures += 1

    def _bury_adopted(self) -> None:
        """As process 1 of a container, bury the orphans that came to us.

        One is taken only if it lay dead a poll ago: a Popen of the watched thing has taken its own by then.
        """
        if os.getpid() != 1:
            return
        try:
            dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            dead = None
        pid = dead.si_pid if dead else None
        if pid is not None and pid == self._unclaimed and all(pid != worker.pid for worker in self._workers):
            os.waitpid(pid, os.WNOHANG)
        self._unclaimed = pid

    def _why_give_up(self) -> str:
        if self._last_served is None:
            if any(worker.failures >= START_ATTEMPTS for worker in self._workers):
                return f"A worker died {START_ATTEMPTS} times before it could serve: {self._last_error}"
        elif time.monotonic() - self._last_served > UNSERVED_SECONDS:
            return f"No worker has served for {UNSERVED_SECONDS:.0f} seconds: {self._last_error}"
        return ""

    # From the fork to the end

    def _fill_places(self) -> None:
        for worker in self._workers:
            if worker.pid is None and time.monotonic() >= worker.due:
                self._start(worker)

    def _start(self, worker: _Worker) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        worker.born = time.monotonic()
        worker.error = ""
        # Until the child has let go of our handlers, a signal to it would be written to our wake-up descriptor.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            pid = os.fork()
            if pid == 0:
                self._become_worker(worker.index, mask)
            worker.pid = pid
        except OSError as error:
            logger.error("worker_not_started", worker=worker.index, error=str(error))
            self._retry_later(worker, str(error))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def _become_worker(self, index: int, mask: set[int | signal.Signals]) -> NoReturn:
        """All that the child ever does. Nothing of the parent's stack, its `finally` or atexit, may run in it."""
        exit_code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM):
                signal.signal(number, signal.SIG_DFL)
            # A terminal sends these to the whole group; the supervisor decides.
            for number in (signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            for descriptor in (self._life, self._reports):
                os.close(descriptor)
            self._wake.close()
            self._wake_write.close()
            if self._on_fork is not None:
                self._on_fork()
            app = self._make_app(index)
            run_worker(app, self._listener, self._lifeline, self._grace_seconds, lambda: self._tell(""))
            exit_code = 0
        except BaseException as error:
            logger.exception("worker_failed", worker=index)
            self._tell(f"{type(error).__name__}: {error}")
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(exit_code)

    def _tell(self, error: str) -> None:
        """Report to the supervisor, in a write short enough to be whole (PIPE_BUF)."""
        line = f"{os.getpid()} {' '.join(error.split())[:400]}\n"
        with contextlib.suppress(OSError):
            os.write(self._report, line.encode(errors="replace"))

    def _drain(self) -> None:
        self._kill_at = time.monotonic() + self._grace_seconds + FAREWELL_SECONDS
        refuse_new_connections(self._listener)
        self._signal_workers(signal.SIGTERM)
        # The port is free, and clients are refused, once the last worker has closed its own.
        self._listener.close()

    def _kill_workers(self) -> None:
        logger.error("killing", workers=sum(worker.pid is not None for worker in self._workers))
        self._exit_code = 1
        self._kill_at = math.inf
        self._signal_workers(signal.SIGKILL)

    def _signal_workers(self, number: signal.Signals) -> None:
        for worker in self._workers:
            if worker.pid is not None:
                os.kill(worker.pid, number)
