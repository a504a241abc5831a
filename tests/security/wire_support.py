"""Raw sockets for test_wire: what is sent is exactly what is written there, and what comes back is taken apart strictly."""

import asyncio
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from leads_up import LEADS, Up, private_folder, running

from conftest import SECRET_KEY, Urls

# How long anything that should happen at all may take on a busy machine.
PATIENCE = 20.0


@dataclass(frozen=True)
class Answer:
    """One answer, as it came. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def refused(answer: Answer, status: int, code: str) -> None:
    """Asserts that it is a refusal of the one shape, and its connection's last answer."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"
    content = json.loads(answer.body)
    assert set(content) == {"type", "title", "status", "detail", "code", "errors", "request_id"}
    assert (content["status"], content["code"]) == (status, code)
    assert uuid.UUID(content["request_id"]) == uuid.UUID(answer.headers["x-request-id"])


def answers(raw: bytes) -> list[Answer]:
    """The answers that these bytes are. Raises where they are not whole ones, one behind the other."""
    found = []
    while raw:
        head, end, raw = raw.partition(b"\r\n\r\n")
        assert end, head
        first, *lines = head.decode("ascii").split("\r\n")
        version, status, _ = first.split(" ", 2)
        assert version == "HTTP/1.1"
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        assert len(headers) == len(lines), f"a header twice: {lines}"
        length = int(headers.get("content-length", 0))
        assert len(raw) >= length, "cut short"
        found.append(Answer(int(status), headers, raw[:length]))
        raw = raw[length:]
    return found


async def exchange(url: str, *sent: bytes) -> list[Answer]:
    """All that is answered to these bytes until the server closes the connection. Raises where it resets it, or doesn't.

    Each piece is sent once the server has had a turn to read the one before it.
    """
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        async with asyncio.timeout(PATIENCE):
            for piece in sent:
                writer.write(piece)
                await asyncio.sleep(0.01 if len(sent) > 1 else 0)
            return answers(await reader.read())
    finally:
        writer.transport.abort()


@contextmanager
def served(urls: Urls, **variables: str) -> Iterator[Up]:
    """`leads serve` with one worker, in a process of its own. `variables` go to its environment."""
    environment = {
        "DATABASE_URL": urls.service,
        "PUBLIC_DATABASE_URL": urls.capture,
        "JWT_SECRET_KEY": SECRET_KEY,
        "WORKERS": "1",
        **variables,
    }
    with private_folder() as folder, running(folder / "var", command=[str(LEADS), "serve"], **environment) as up:
        yield up


def worker_of(up: Up) -> int:
    """The pid of the one worker."""
    (pid,) = up.worker_pids()
    return pid


def sockets_of(pid: int) -> int:
    """How many sockets the process has open."""
    found = 0
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since
            found += str(path.readlink()).startswith("socket:")
    return found


def resident_megabytes(pid: int, what: str = "VmRSS") -> float:
    """Memory it holds now, or held at most: VmHWM."""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(f"{what}:"))
    return int(line.split()[1]) / 1024
