"""The real `leads` command, run as a user runs it, for the tests that kill, stop and restart it."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

LEADS = Path(sys.executable).with_name("leads")
# How long anything that should happen at all may take on a busy machine.
PATIENCE = 30.0
FORM = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder of mode 0700, as /root is, in memory when there is enough of it. Not pytest's tmp_path, which is shut meanwhile."""
    memory = Path("/dev/shm")
    enough = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    folder = Path(tempfile.mkdtemp(prefix="leads-up-", dir=memory if enough else None)).resolve()
    try:
        yield folder
    finally:
        # What a failed test left behind.
        for pid in processes_of(folder / "var"):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LEADS_DATA_DIR": str(data_dir),
        "PORT": "0",
        "WORKERS": "2",
        "PUBLIC_RATE_LIMIT": "5000/minute",
        "ADMIN_RATE_LIMIT": "5000/minute",
        **variables,
    }


def leads(data_dir: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """A command that ends by itself."""
    return subprocess.run(
        [LEADS, *arguments], env=environment(data_dir, **variables), capture_output=True, text=True, timeout=PATIENCE
    )


def wait_until(probe: Callable[[], T], seconds: float = PATIENCE) -> T:
    """What `probe` returns once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := probe()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.01)
    return found


class Up:
    """`leads up` in a process group of its own. `command` stands for it where another user runs it."""

    def __init__(
        self, data_dir: Path, *arguments: str, command: list[str] | None = None, serves: bool = True, **variables: str
    ) -> None:
        self.data_dir = data_dir
        descriptor, name = tempfile.mkstemp(prefix="output-", dir=data_dir.parent)
        self._output = Path(name)
        self.client = httpx.Client(timeout=10)
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [*(command or [str(LEADS), "up"]), *arguments],
            env=environment(data_dir, **variables),
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
        )
        os.close(descriptor)
        if serves:
            self.address = wait_until(self._address)
            self.client.base_url = self.address
            wait_until(lambda: self.client.get("/readyz").status_code == 200)
            self.seconds_to_ready = time.monotonic() - self.began

    @property
    def output(self) -> str:
        """What it has printed."""
        return self._output.read_text()

    def _address(self) -> str:
        assert self.process.poll() is None, self.output
        found = re.search(r"^Serving on (\S+)", self.output, re.MULTILINE)
        return found[1] if found else ""

    @property
    def printed_password(self) -> str:
        """The password it printed, empty when it printed none."""
        found = re.search(r"Password: (\S+)", self.output)
        return found[1] if found else ""

    def send(self, **changes: Any) -> httpx.Response:
        """A contact form as a script sends it, on a connection of its own."""
        return httpx.post(f"{self.address}/api/submit-contact", json={**FORM, **changes}, timeout=10)

    def log_in(self, password: str, username: str = "admin") -> dict[str, str]:
        """The header that a user's requests carry. Raises AssertionError when the password is refused."""
        answer = self.client.post("/admin/login", json={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def worker_pids(self) -> list[int]:
        ours = Path(f"/proc/{self.process.pid}/cmdline").read_bytes()
        found: list[int] = []
        for pid in children(self.process.pid):
            with suppress(FileNotFoundError, ProcessLookupError):  # one that ends while it is looked at
                if Path(f"/proc/{pid}/cmdline").read_bytes() == ours:
                    found.append(pid)
        return found

    def postmaster(self) -> int:
        """The pid of the embedded database's server; 0 while there is none."""
        with suppress(FileNotFoundError, IndexError, ValueError):
            return int((self.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        return 0

    def tell(self, number: signal.Signals) -> None:
        """To the process; Ctrl-C (SIGINT) to its whole group, as a terminal does."""
        (os.killpg if number == signal.SIGINT else os.kill)(self.process.pid, number)

    def exit_code(self) -> int:
        return self.process.wait(PATIENCE)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """As an operator does; nothing may be left running."""
        self.client.close()  # an idle connection is drained for a second
        self.tell(number)
        assert self.exit_code() == 0, self.output
        assert left_of(self) == {}
        assert list((self.data_dir / "run").iterdir()) == [], "a socket was left"


@contextmanager
def running(data_dir: Path, *arguments: str, **variables: Any) -> Iterator[Up]:
    """`leads up` for the time of the block; killed when the block leaves it running."""
    up = Up(data_dir, *arguments, **variables)
    try:
        yield up
    finally:
        for pid in left_of(up):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        up.process.wait(PATIENCE)
        up.client.close()


def children(pid: int) -> list[int]:
    with suppress(FileNotFoundError, ProcessLookupError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def processes_of(data_dir: Path) -> dict[int, str]:
    """The processes of the folder's database: pid and command line."""
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    return {
        pid: command
        for pid, _, command in _processes()
        if f"{data_dir}/postgres" in command or command.startswith(f"postgres: leads-{digest}")
    }


def left_of(up: Up) -> dict[int, str]:
    """What still runs of it: its own group, its database."""
    return {pid: command for pid, group, command in _processes() if group == up.process.pid} | processes_of(up.data_dir)


def _processes() -> Iterator[tuple[int, int, str]]:
    """Pid, process group and command line of all that live (zombies don't)."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            state, _, group, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if state != "Z":
                yield int(folder.name), int(group), command
