"""The supervisor against kills, signals, hangs and crashes: a real program, real sockets, real signals."""

import asyncio
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sanic import HTTPResponse, Request, Sanic
from sanic.response import text

from service.server import serving
from service.supervisor import SupervisorError, listen

T = TypeVar("T")

PROGRAM = Path(__file__).with_name("supervised.py")
# How long anything that should happen at all may take on a busy machine.
PATIENCE = 20.0


def wait_until(probe: Callable[[], T], seconds: float = PATIENCE) -> T:
    """What `probe` returns once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := probe()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.01)
    return found


def is_gone(pid: int) -> bool:
    """Whether it has ended; a zombie whose new parent is slow to bury it has."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def children(pid: int) -> dict[int, str]:
    """Pid and command line of each child."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found[int(child)] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ").strip()
    return found


def connections_of(port: int) -> int:
    """How many connections to the port a server has accepted and read from: established, nothing left unread."""
    found = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        local, state, queues, inode = fields[1], fields[3], fields[4], fields[9]
        found += local.endswith(f":{port:04X}") and state == "01" and queues.endswith(":00000000") and inode != "0"
    return found


def is_refused(port: int) -> bool:
    # While it drains, a connection is neither made nor refused: it is tried again by the kernel, after a second.
    with socket.socket() as client:
        client.settimeout(0.05)
        try:
            client.connect(("127.0.0.1", port))
        except ConnectionRefusedError:
            return True
        except TimeoutError:
            return False
        return False


def read_to_end(client: socket.socket) -> bytes:
    with client.makefile("rb") as stream:
        return stream.read()


class Supervised:
    """The program in a process group of its own, once it serves. `prefix` is put before its command line."""

    def __init__(self, log: Path, *arguments: str, prefix: tuple[str, ...] = (), serves: bool = True) -> None:
        self.log = log
        self.may_fail = "--crash" in arguments
        command = [*prefix, sys.executable, "-W", "error", str(PROGRAM), *arguments]
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        if serves:
            self.port = int(wait_until(lambda: self.printed("serving ")))

    def printed(self, start: str) -> str:
        """The rest of the first whole line that starts so."""
        for line in self.log.read_text().splitlines(keepends=True):
            if line.startswith(start) and line.endswith("\n"):
                return line.removeprefix(start).strip() or line
        return ""

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, seconds: float = PATIENCE) -> str:
        """The answer to a request on a connection of its own."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)) as connection:
            connection.request(method, path, body)
            answer = connection.getresponse()
            assert answer.status == 200
            return answer.read().decode()

    def worker_pids(self) -> list[int]:
        return [pid for pid, command in children(self.process.pid).items() if PROGRAM.name in command]

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def exit_code(self, seconds: float = PATIENCE) -> int:
        return self.process.wait(seconds)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Supervised]]:
    """Starts the program; at the end of the test it is gone, and has neither failed nor warned unless expected to."""
    started: list[Supervised] = []

    def start(*arguments: str, **options: Any) -> Supervised:
        started.append(Supervised(tmp_path / f"log-{len(started)}", *arguments, **options))
        return started[-1]

    yield start
    for supervised in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(supervised.process.pid, signal.SIGKILL)
        supervised.process.wait(PATIENCE)
        log = supervised.log.read_text()
        assert supervised.may_fail or ("Traceback" not in log and "Warning" not in log), log
        assert log.count("finally") <= 1


def in_thread(function: Callable[[], T]) -> Callable[[], T]:
    """Call it in a thread; what is returned waits for its result, or raises what it raised."""
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(function())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def result() -> T:
        thread.join(PATIENCE)
        assert not thread.is_alive()
        if failure:
            raise failure[0]
        return outcome[0]

    return result


# Listening


def test_a_taken_port_is_named() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SupervisorError, match=rf"{port} of 127\.0\.0\.1 is taken.*PORT"):
            listen("127.0.0.1", port)


def test_the_program_says_that_its_port_is_taken(start: Callable[..., Supervised]) -> None:
    with listen("127.0.0.1", 0) as taken:
        second = start("--port", str(taken.getsockname()[1]), serves=False)
        assert second.exit_code() == 1
    assert second.printed("Port ")


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_ipv6_literals(host: str) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:  # a machine without IPv6
        with pytest.raises(SupervisorError, match="HOST"):
            listen(host, 0)
    else:
        with listen(host, 0) as listener:
            assert listener.getsockname()[0] == "::1"


def test_a_host_that_is_none() -> None:
    with pytest.raises(SupervisorError, match="HOST"):
        listen("no-such-host.invalid", 0)


# Deaths


@pytest.mark.threat(56)
def test_killed_workers_are_replaced_and_every_new_request_is_answered(start: Callable[..., Supervised]) -> None:
    supervised = start("--workers", "2")
    for killed in (1, 1, 2):
        victims = supervised.worker_pids()[:killed]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        while victims:
            victims = [pid for pid in victims if not is_gone(pid)]
        began = time.monotonic()
        assert supervised.ask("/pid").isdigit()
        assert time.monotonic() - began < 2
        wait_until(lambda: len(supervised.worker_pids()) == 2)
    supervised.signal(signal.SIGTERM)
    assert supervised.exit_code() == 0


def test_a_worker_told_to_leave_drains_and_is_replaced(start: Callable[..., Supervised]) -> None:
    supervised = start("--workers", "1")
    (pid,) = supervised.worker_pids()
    slow = in_thread(lambda: supervised.ask("/slow?seconds=0.5"))
    wait_until(lambda: connections_of(supervised.port) == 1)
    os.kill(pid, signal.SIGTERM)
    assert slow() == "slow"
    wait_until(lambda: supervised.worker_pids() not in ([], [pid]))
    assert int(supervised.ask("/pid")) != pid


def test_a_stuck_worker_is_replaced(start: Callable[..., Supervised]) -> None:
    supervised = start("--workers", "1", "--hang-seconds", "0.5")
    (pid,) = supervised.worker_pids()
    with pytest.raises(OSError):
        supervised.ask("/block")
    assert int(supervised.ask("/pid")) != pid


@pytest.mark.threat(56)
def test_without_their_supervisor_workers_leave(start: Callable[..., Supervised]) -> None:
    supervised = start("--workers", "2")
    pids = supervised.worker_pids()
    slow = in_thread(lambda: supervised.ask("/slow?seconds=0.5"))
    wait_until(lambda: connections_of(supervised.port) == 1)
    supervised.signal(signal.SIGKILL)
    wait_until(lambda: all(map(is_gone, pids)), 2.5)
    assert slow() == "slow"
    listen("127.0.0.1", supervised.port).close()


@pytest.mark.threat(56)
def test_it_gives_up_when_workers_die_at_the_start(start: Callable[..., Supervised]) -> None:
    supervised = start("--crash", serves=False)
    assert supervised.exit_code() == 1
    log = supervised.log.read_text()
    assert "gave_up" in log
    assert "finds no database" in log.partition("gave_up")[2]
    assert 5 <= log.count("worker_died ") <= 10


def test_the_watched_thing_is_started_again(start: Callable[..., Supervised], tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    supervised = start("--workers", "1", "--watched", str(pid_file))
    first = pid_file.read_text()
    os.kill(int(first), signal.SIGKILL)
    second = wait_until(lambda: (pid := pid_file.read_text()) != first and pid)
    assert not is_gone(int(second))
    assert supervised.log.read_text().count("database_died") == 1
    supervised.signal(signal.SIGTERM)
    assert supervised.exit_code() == 0
    assert is_gone(int(second))


def test_as_process_1_it_buries_orphans(start: Callable[..., Supervised], tmp_path: Path) -> None:
    # A process namespace of its own; without root that takes a user namespace too.
    prefix = ("unshare", *(() if os.geteuid() == 0 else ("--user", "--map-root-user")), "--pid", "--fork")
    supervised = start("--workers", "1", "--watched", str(tmp_path / "pid"), prefix=prefix)
    (first,) = children(supervised.process.pid)
    assert supervised.ask("/orphan") == "left one"
    orphan = wait_until(lambda: [pid for pid, command in children(first).items() if command == "sleep 0.543"])
    wait_until(lambda: orphan[0] not in children(first))
    # The watched thing's death is left to its Popen.
    (watched,) = (pid for pid, command in children(first).items() if command == "sleep 600")
    os.kill(watched, signal.SIGKILL)
    wait_until(lambda: "database_runs_again" in supervised.log.read_text())
    os.kill(first, signal.SIGTERM)
    assert supervised.exit_code() == 0


# The drain


@pytest.mark.threat(57)
@pytest.mark.parametrize("how", ["SIGTERM", "SIGHUP", "Ctrl-C"])
def test_requests_in_flight_are_answered(start: Callable[..., Supervised], how: str) -> None:
    supervised = start("--workers", "2")
    answers = [in_thread(lambda: supervised.ask("/slow?seconds=0.8")) for _ in range(8)]
    wait_until(lambda: connections_of(supervised.port) == len(answers))
    if how == "Ctrl-C":
        os.killpg(supervised.process.pid, signal.SIGINT)
    else:
        supervised.signal(signal.Signals[how])
    assert [answer() for answer in answers] == ["slow"] * len(answers)
    assert supervised.exit_code() == 0
    assert supervised.printed("finally")


@pytest.mark.threat(57)
def test_a_body_still_arriving_is_read(start: Callable[..., Supervised]) -> None:
    supervised = start("--workers", "1")
    with socket.create_connection(("127.0.0.1", supervised.port), timeout=PATIENCE) as client:
        client.sendall(b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n0123456789")
        wait_until(lambda: connections_of(supervised.port) == 1)
        supervised.signal(signal.SIGTERM)
        wait_until(lambda: is_refused(supervised.port))
        client.sendall(b"0123456789")
        client.sendall(b"0123456789")
        answer = read_to_end(client)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"30")
    assert supervised.exit_code() == 0


def test_a_kept_alive_connection_is_answered_and_closed(start: Callable[..., Supervised]) -> None:
    supervised = start("--workers", "1")
    with socket.create_connection(("127.0.0.1", supervised.port), timeout=PATIENCE) as client:
        client.sendall(b"GET /pid HTTP/1.1\r\nHost: x\r\n\r\n")
        first = client.recv(4096)
        assert b"connection: keep-alive" in first
        supervised.signal(signal.SIGTERM)
        wait_until(lambda: "draining" in supervised.log.read_text())
        client.sendall(b"GET /slow?seconds=0.3 HTTP/1.1\r\nHost: x\r\n\r\n")
        second = read_to_end(client)
    assert second.startswith(b"HTTP/1.1 200 ")
    assert second.endswith(b"slow")
    assert b"connection: close" in second
    assert supervised.exit_code() == 0


def test_an_idle_connection_does_not_hold_it_up(start: Callable[..., Supervised]) -> None:
    supervised = start("--workers", "1", "--grace", "30")
    with socket.create_connection(("127.0.0.1", supervised.port), timeout=PATIENCE) as client:
        client.sendall(b"GET /pid HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(4096)
        supervised.signal(signal.SIGTERM)
        assert client.recv(4096) == b""
    assert supervised.exit_code() == 0


def test_what_outlasts_the_grace_is_aborted(start: Callable[..., Supervised]) -> None:
    supervised = start("--workers", "1", "--grace", "0.5")
    slow = in_thread(lambda: supervised.ask("/slow?seconds=60"))
    wait_until(lambda: connections_of(supervised.port) == 1)
    supervised.signal(signal.SIGTERM)
    assert supervised.exit_code(5) == 0
    with pytest.raises((OSError, http.client.HTTPException)):
        slow()


def test_a_second_signal_ends_it_at_once(start: Callable[..., Supervised]) -> None:
    supervised = start("--workers", "2", "--grace", "60")
    slow = in_thread(lambda: supervised.ask("/slow?seconds=60"))
    wait_until(lambda: connections_of(supervised.port) == 1)
    supervised.signal(signal.SIGINT)
    wait_until(lambda: "draining" in supervised.log.read_text())
    supervised.signal(signal.SIGINT)
    assert supervised.exit_code(5) == 1
    with pytest.raises((OSError, http.client.HTTPException)):
        slow()


@pytest.mark.threat(57)
@pytest.mark.parametrize("attempt", range(int(os.environ.get("DRAIN_ROUNDS", "3"))))
def test_under_load_no_request_is_cut(start: Callable[..., Supervised], attempt: int) -> None:
    """Clients connect, or reuse their connection, as fast as they can; they may be refused, and nothing else."""
    supervised = start("--workers", "2")
    clients = [in_thread(lambda: ask_until_refused(supervised.port, keep_alive=False)) for _ in range(6)]
    clients += [in_thread(lambda: ask_until_refused(supervised.port, keep_alive=True)) for _ in range(2)]
    # One in use or in TIME_WAIT is a line.
    wait_until(lambda: Path("/proc/net/tcp").read_text().count(f":{supervised.port:04X} ") > 200)
    supervised.signal(signal.SIGTERM)
    assert all(client() > 0 for client in clients)
    assert supervised.exit_code() == 0


def ask_until_refused(port: int, *, keep_alive: bool) -> int:
    """Ask in a loop, until a new connection is refused; how often. Raises when a request got no whole answer."""
    asked = 0
    headers = {"Connection": "keep-alive" if keep_alive else "close"}
    while True:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            try:
                connection.connect()
            except ConnectionRefusedError:
                return asked
            closed = False
            while not closed:
                connection.request("GET", "/pid", headers=headers)
                answer = connection.getresponse()
                closed = answer.will_close
                assert answer.status == 200
                assert answer.read().isdigit()
                asked += 1


# One server, in this process


@pytest.fixture
def second_apps_may_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sanic rewrites its own methods for the first app of a process, and else fails on the next one."""
    monkeypatch.setattr(Sanic, "test_mode", True)


@pytest.mark.usefixtures("second_apps_may_start")
def test_serving_runs_the_listeners_around_the_last_answer() -> None:
    app: Sanic[Any, Any] = Sanic("around")
    order: list[str] = []
    asked = asyncio.Event()

    @app.before_server_start
    async def before_start(_: Sanic[Any, Any]) -> None:
        order.append("before start")

    @app.after_server_start
    async def after_start(_: Sanic[Any, Any]) -> None:
        order.append("after start")
        app.add_task(asyncio.sleep(60), name="endless")

    @app.before_server_stop
    async def before_stop(_: Sanic[Any, Any]) -> None:
        order.append("before stop")

    @app.after_server_stop
    async def after_stop(_: Sanic[Any, Any]) -> None:
        order.append("after stop")
        assert all(task.done() for task in app.tasks)

    @app.get("/")
    async def slow(_: Request) -> HTTPResponse:
        asked.set()
        await asyncio.sleep(0.5)
        order.append("answer")
        return text("slow")

    async def ask(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer

    async def main() -> bytes:
        with listen("127.0.0.1", 0) as listener:
            async with serving(app, listener, 5):
                answer = asyncio.create_task(ask(listener.getsockname()[1]))
                await asked.wait()
            return await answer

    answer = asyncio.run(main())
    assert answer.endswith(b"slow")
    assert b"connection: close" in answer
    assert b"alt-svc" not in answer
    assert order == ["before start", "after start", "before stop", "answer", "after stop"]


@pytest.mark.usefixtures("second_apps_may_start")
def test_an_app_that_does_not_start_accepts_nothing() -> None:
    app: Sanic[Any, Any] = Sanic("stillborn")

    @app.before_server_start
    async def fail(_: Sanic[Any, Any]) -> None:
        raise RuntimeError("no database")

    async def main() -> None:
        with listen("127.0.0.1", 0) as listener:
            with pytest.raises(RuntimeError, match="no database"):
                async with serving(app, listener):
                    pass
            listener.setblocking(False)
            with socket.create_connection(listener.getsockname()):
                listener.accept()[0].close()

    asyncio.run(main())
