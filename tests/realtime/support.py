"""What the tests of the live part share: waiting for a condition, what is sealed, who listens, which worker answers."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import psycopg
from leads_up import LEADS, Up, running

from conftest import SECRET_KEY, Site, Urls
from service.auth.tokens import Tokens
from service.live.listening import Listening

Owner = psycopg.Connection[tuple[Any, ...]]
# How long anything that should happen at all may take on a busy machine.
PATIENCE = 10.0


async def until(probe: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Returns once `probe` is true: after how many seconds."""
    began = time.monotonic()
    while not probe():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        await asyncio.sleep(0.005)
    return time.monotonic() - began


def listening_of(site: Site) -> Listening:
    listening: Listening = site.app.ctx.answers._listening
    return listening


def add_lead(owner: Owner, **columns: object) -> int:
    """A lead as psql enters one: its id."""
    columns = {"name": "Jane", "email": "jane@example.com"} | columns
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
    row = owner.execute(
        f"INSERT INTO contact_leads ({names}) VALUES ({places}) RETURNING id",
        list(columns.values()),
    ).fetchone()
    assert row is not None
    return int(row[0])


def sealed_up_to(owner: Owner) -> int | None:
    """The last number that was given, once each entry has its own."""
    row = owner.execute(
        "SELECT max(s.number) FROM app.audit_log AS a LEFT JOIN app.audit_seals AS s ON s.entry = a.id HAVING count(*) = count(s.number)"
    ).fetchone()
    return (row[0] or 0) if row else None


async def settled(owner: Owner, *sites: Site) -> int:
    """Returns once all that was committed has its number, and these sites know it: the head."""

    def known() -> bool:
        head = sealed_up_to(owner)
        return head is not None and all(
            listening_of(site).head >= head and listening_of(site).version() is not None for site in sites
        )

    await until(known)
    head = sealed_up_to(owner)
    assert head is not None
    return head


@contextmanager
def locked_leads(urls: Urls) -> Iterator[Owner]:
    """Nobody can read a lead in PostgreSQL for the time of the block: what is answered comes from memory."""
    with psycopg.connect(urls.owner) as owner:
        owner.execute("LOCK TABLE contact_leads IN ACCESS EXCLUSIVE MODE")
        try:
            yield owner
        finally:
            owner.rollback()


class Frame(NamedTuple):
    """A piece of the stream; a comment has neither id nor event."""

    id: int | None
    event: str
    data: Any

    @property
    def lead(self) -> tuple[str, int | None, int | None]:
        return self.event, self.data["lead"], self.data["version"]


class Closed(Exception):
    """The stream has ended; `clean` when the server said so, not when the connection was cut."""

    def __init__(self, clean: bool) -> None:
        super().__init__("ended" if clean else "cut")
        self.clean = clean


class Stream:
    """GET /admin/events on a connection of its own, read as bytes come."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.status = 0
        self.headers: dict[str, str] = {}
        #: All that came after the head.
        self.raw = b""
        self.last_id: int | None = None
        self._text = b""

    @classmethod
    async def open(cls, url: str, bearer: dict[str, str], last_id: int | str | None = None, buffer: int | None = None) -> Self:
        """Sends the request and reads the answer's head. `buffer`: what the kernel may keep for us, in bytes."""
        parts = urlsplit(url)
        assert parts.hostname
        plain = socket.socket()
        try:
            plain.setblocking(False)
            if buffer:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            await asyncio.get_running_loop().sock_connect(plain, (parts.hostname, parts.port))
            reader, writer = await asyncio.open_connection(sock=plain, limit=buffer or 2**20)
        except BaseException:
            plain.close()
            raise
        self = cls(reader, writer)
        sent = bearer | ({} if last_id is None else {"Last-Event-ID": str(last_id)})
        lines = [f"{name}: {value}" for name, value in sent.items()]
        try:
            writer.write("\r\n".join(["GET /admin/events HTTP/1.1", "Host: test", *lines, "", ""]).encode())
            head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)).decode()
        except (asyncio.IncompleteReadError, OSError):
            self.close()
            raise Closed(clean=False) from None
        except BaseException:
            self.close()
            raise
        status, *fields = head.strip().split("\r\n")
        self.status = int(status.split()[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        return self

    async def piece(self, seconds: float = PATIENCE) -> Frame:
        """The next frame or comment. Raises Closed at the end, TimeoutError when nothing comes."""
        async with asyncio.timeout(seconds):
            while b"\n\n" not in self._text:
                try:
                    size = int(await self.reader.readuntil(b"\r\n"), 16)
                    chunk = (await self.reader.readexactly(size + 2))[:-2]
                except (asyncio.IncompleteReadError, OSError):
                    self.close()
                    raise Closed(clean=False) from None
                if not size:
                    self.close()
                    raise Closed(clean=True)
                self.raw += chunk
                self._text += chunk
        text, _, self._text = self._text.partition(b"\n\n")
        fields = dict(line.split(": ", 1) for line in text.decode().split("\n"))
        if "id" not in fields:
            return Frame(None, "", fields[""])
        self.last_id = int(fields["id"])
        return Frame(self.last_id, fields["event"], json.loads(fields["data"]))

    async def frame(self, seconds: float = PATIENCE) -> Frame:
        """The next frame that is no comment."""
        while (piece := await self.piece(seconds)).id is None:
            pass
        return piece

    async def frames(self, number: int) -> list[Frame]:
        return [await self.frame() for _ in range(number)]

    async def up_to(self, last: int) -> list[Frame]:
        """What comes up to the id `last`, which is an event's."""
        found = [await self.frame()]
        while found[-1].id is None or found[-1].id < last:
            found.append(await self.frame())
        return found

    async def end(self, seconds: float = PATIENCE) -> bool:
        """Waits for its end: whether it was a clean one."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.piece(seconds)
        except Closed as closed:
            return closed.clean

    def close(self) -> None:
        self.writer.transport.abort()


@asynccontextmanager
async def stream(site: Site, bearer: dict[str, str] | None = None, last_id: int | str | None = None) -> AsyncIterator[Stream]:
    """A stream that was let in, for the time of the block."""
    opened = await Stream.open(site.url, bearer or site.bearer("vera", "viewer"), last_id)
    try:
        assert opened.status == 200, opened.headers
        yield opened
    finally:
        opened.close()


@dataclass
class Fleet:
    """The real command with several workers, on a database of the tests' cluster."""

    up: Up
    urls: Urls
    tokens: Tokens = field(default_factory=lambda: Tokens(SECRET_KEY))

    @property
    def url(self) -> str:
        return self.up.address

    @property
    def port(self) -> int:
        port = urlsplit(self.up.address).port
        assert port
        return port

    def bearer(self, username: str = "admin", role: str = "admin") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens.issue(username, role)}"}

    def worker_of(self, connection: socket.socket) -> int:
        """The pid of the worker at the other end; 0 while nobody has accepted it."""
        inode = self._inode(connection.getsockname()[1])
        for pid in self.up.worker_pids():
            with suppress(FileNotFoundError):
                for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                    with suppress(FileNotFoundError):
                        if str(descriptor.readlink()) == f"socket:[{inode}]":
                            return pid
        return 0

    def _inode(self, client_port: int) -> str:
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1].endswith(f":{self.port:04X}") and fields[2].endswith(f":{client_port:04X}"):
                return fields[9]
        return ""


@contextmanager
def serving_fleet(urls: Urls, folder: Path, workers: int, **variables: str) -> Iterator[Fleet]:
    environment = {
        "DATABASE_URL": urls.service,
        "PUBLIC_DATABASE_URL": urls.capture,
        "JWT_SECRET_KEY": SECRET_KEY,
        "WORKERS": str(workers),
        "PUBLIC_RATE_LIMIT": "10000/second",
        "ADMIN_RATE_LIMIT": "10000/second",
        **variables,
    }
    with running(folder / "var", command=[str(LEADS), "serve"], **environment) as up:
        yield Fleet(up, urls)


class Wire:
    """A kept-alive connection, with as little between the test and the socket as can be."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url = urlsplit(url)
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def connect(self) -> socket.socket:
        self.close()
        self._reader, self._writer = await asyncio.open_connection(self._url.hostname, self._url.port)
        plain: socket.socket = self._writer.get_extra_info("socket")
        return plain

    async def ask(self, method: str, path: str, body: Any = None, etag: str | None = None) -> "Reply":
        if self._writer is None:
            await self.connect()
        assert self._writer is not None
        assert self._reader is not None
        content = b"" if body is None else json.dumps(body).encode()
        extra = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n" if content else ""
        if etag:
            extra += f"If-None-Match: {etag}\r\n"
        self._writer.write(f"{method} {path} HTTP/1.1\r\nHost: test\r\n{self._headers}{extra}\r\n".encode() + content)
        async with asyncio.timeout(PATIENCE):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status, *lines = head.strip().split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            content = await self._reader.readexactly(int(fields.get("content-length", 0)))
        if fields.get("connection", "").lower() == "close":
            self.close()
        return Reply(int(status.split()[1]), fields.get("etag", ""), content)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
        self._reader = self._writer = None


class Reply(NamedTuple):
    status: int
    etag: str
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
