"""One worker's server: an app on a listening socket, in one event loop, until it is drained.

Sanic's own `serve` installs its signals, loses what waits in the accept queue and never tells a client on a kept-alive
connection that it is about to close. So the app runs on `create_server`, and the drain is ours.
"""

import array
import asyncio
import contextlib
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import structlog
import uvloop
from sanic import Sanic
from sanic.application.constants import ServerStage
from sanic.application.state import ApplicationServerInfo
from sanic.http import Stage
from sanic.http.constants import HTTP

from service.wire import Wire

logger = structlog.get_logger()

BACKLOG = 2048
GRACE_SECONDS = 15.0
# What a worker may take beyond the grace for its after_server_stop listeners, before it is killed.
FAREWELL_SECONDS = 5.0
# How long a draining worker goes on accepting: handshakes under way finish within a round trip.
SETTLE_SECONDS = 0.25
# How long a connection must be idle in a drain before it is closed. Closing one at once would cut the request that a
# busy client is just sending; this way its next answer says `Connection: close`.
LINGER_SECONDS = 1.0
# An event loop that hasn't turned for so long will not recover.
HANG_SECONDS = 30.0


@contextlib.asynccontextmanager
async def serving(
    app: Sanic[Any, Any],
    sock: socket.socket,
    grace_seconds: float = GRACE_SECONDS,
) -> AsyncIterator[None]:
    """Serve `app` on a listening socket while the block runs, then drain it for at most `grace_seconds`.

    The socket stays the caller's to close. The app's server listeners run, before_server_start to after_server_stop
    (not those of the main process); what they raise before the block is raised here. An app can be served once.
    """
    os.environ.setdefault("SANIC_IGNORE_PRODUCTION_WARNING", "true")
    app.config.MOTD = False
    # Sanic aborts an answer that a slow client still reads so long after it was written: 5 s unless told.
    app.config.GRACEFUL_TCP_CLOSE_TIMEOUT = max(grace_seconds, app.config.GRACEFUL_TCP_CLOSE_TIMEOUT)
    # Without it `app.loop` raises, `app.add_task` postpones for ever, and every answer has an empty Alt-Svc header.
    host, port = sock.getsockname()[:2]
    settings = {"version": HTTP.VERSION_1, "host": host, "port": port}
    info = ApplicationServerInfo(settings=settings, stage=ServerStage.SERVING)
    app.state.server_info.append(info)
    # Left alone, Sanic accepts connections right here, before the app is ready for them, and calls listen() again with
    # a backlog of 100. The loop takes over the socket it gets.
    server: Any = await app.create_server(
        sock=sock.dup(),
        protocol=Wire,
        access_log=False,
        backlog=BACKLOG,
        asyncio_server_kwargs={"start_serving": False},
    )
    try:
        await server.startup()
        await server.before_start()
        await server.start_serving()
    except BaseException:
        # An open server would keep the loop from closing: a process that accepts and never answers.
        await server.close()
        raise
    try:
        await server.after_start()
        yield
    finally:
        await _drain(app, server, grace_seconds)
        info.stage = ServerStage.STOPPED


async def _drain(app: Sanic[Any, Any], server: Any, grace_seconds: float) -> None:
    """Stop without cutting a request: before_server_stop, no new connections, the last answers, after_server_stop."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + grace_seconds
    app.config.KEEP_ALIVE = False  # read with each request's head
    for connection in server.connections:
        # Its head was read before. Once an answer has begun, keep-alive has been promised.
        if connection.http and connection.http.stage in (Stage.REQUEST, Stage.HANDLER):
            connection.http.keep_alive = False
    try:
        async with asyncio.timeout_at(deadline):
            await server.before_stop()
    except Exception:
        logger.exception("before_server_stop_failed")
    await asyncio.sleep(min(SETTLE_SECONDS, max(0.0, deadline - loop.time())))
    closed = server.close()
    await _let_connections_finish(server.connections, deadline)

    unfinished = list(server.connections)
    if unfinished:
        logger.warning("drain_aborted", connections=len(unfinished), seconds=grace_seconds)
    tasks = {connection._task for connection in unfinished if connection._task}
    for connection in unfinished:
        connection.abort()
    app.shutdown_tasks(timeout=0)
    # Cancelled handlers may still give back what after_server_stop is about to close.
    if tasks := {task for task in tasks | set(app.tasks) if not task.done()}:
        await asyncio.wait(tasks, timeout=1)
    await closed
    await server.after_stop()


async def _let_connections_finish(connections: set[Any], deadline: float) -> None:
    """Wait until all are closed or the deadline (the loop's time), closing those that were idle for LINGER_SECONDS."""
    loop = asyncio.get_running_loop()
    idle_since: dict[Any, float] = {}
    while connections and (now := loop.time()) < deadline:
        for connection in tuple(connections):
            if connection.http and connection.http.stage is not Stage.IDLE:
                idle_since.pop(connection, None)
            elif now - idle_since.setdefault(connection, now) >= LINGER_SECONDS:
                connection.close_if_idle()
        await asyncio.sleep(0.02)


def refuse_new_connections(listener: socket.socket) -> None:
    """Let no new connection begin on a listening socket, in whatever process holds it; those begun can be accepted.

    Closing the socket resets what is left in its accept queue, and under load something always is. So the kernel is
    told to drop what begins a connection (SYN) while the queue is emptied; clients repeat it after a second, and are
    refused by then. Elsewhere than on Linux it does nothing: a connection made in the instant of the close is reset.
    """
    if sys.platform != "linux":
        return
    instructions = (  # code, jump if true, jump if false, constant: linux/filter.h
        (0x30, 0, 0, 13),  # load the TCP flags
        (0x45, 0, 1, 0x02),  # SYN?
        (0x06, 0, 0, 0),  # then drop it
        (0x06, 0, 0, 0xFFFFFFFF),  # else keep all of it
    )
    program = array.array("B", b"".join(struct.pack("HBBI", *instruction) for instruction in instructions))
    so_attach_filter = 26
    with contextlib.suppress(OSError):
        filter_ = struct.pack("HP", len(instructions), program.buffer_info()[0])
        listener.setsockopt(socket.SOL_SOCKET, so_attach_filter, filter_)


def allow_many_files() -> None:
    """As many open files, and so connections, as the system lets this process have; a shell's usual 1,024 are soon taken."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # macOS says "unlimited" and means less
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def run_worker(
    app: Sanic[Any, Any], listener: socket.socket, lifeline: int, grace_seconds: float, ready: Callable[[], None]
) -> None:
    """Serve until SIGTERM, or until the other end of the pipe `lifeline` is closed: the supervisor died.

    `ready` is called once requests are answered. Raises what the app's listeners raise. SIGTERM before anything was
    accepted ends the process, and so does SIGALRM when the event loop is stuck.
    """
    allow_many_files()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve_until_told(app, listener, lifeline, grace_seconds, ready))


async def _serve_until_told(
    app: Sanic[Any, Any], listener: socket.socket, lifeline: int, grace_seconds: float, ready: Callable[[], None]
) -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()

    async def drain_on_sigterm(*_: object) -> None:
        loop.add_signal_handler(signal.SIGTERM, told.set)

    def orphaned() -> None:
        loop.remove_reader(lifeline)
        refuse_new_connections(listener)
        signal.raise_signal(signal.SIGTERM)

    loop.add_reader(lifeline, orphaned)
    # Registered last, it runs after the app's own, right before the first connection is accepted.
    app.register_listener(drain_on_sigterm, "before_server_start")
    pulse = loop.create_task(_pulse())
    async with serving(app, listener, grace_seconds):
        ready()
        await told.wait()
        pulse.cancel()
        signal.setitimer(signal.ITIMER_REAL, grace_seconds + FAREWELL_SECONDS)
        # Else it would go on queueing what nobody accepts, after the server has closed its own.
        listener.close()


async def _pulse() -> None:
    """Put off this process's end: without a turn of the loop for HANG_SECONDS the kernel ends it by SIGALRM."""
    while True:
        signal.setitimer(signal.ITIMER_REAL, HANG_SECONDS)
        await asyncio.sleep(min(1.0, HANG_SECONDS / 4))
