"""A network that swallows: a PostgreSQL's unix socket in another folder, whose connections can be made to go nowhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from conftest import Urls


class BlackHole:
    """Passes bytes on until `swallow`: from then on nothing passes and nothing is closed, as behind a firewall that drops.

    After `let_through` new connections pass again; those that were swallowed stay so for ever.
    """

    def __init__(self, folder: Path, urls: Urls) -> None:
        self._folder = folder
        parts = parse_qs(urlsplit(urls.service).query)
        self._there = parts["host"][0]
        self._name = f".s.PGSQL.{parts.get('port', ['5432'])[0]}"
        self.urls = Urls(urls.owner, self._through(urls.service), self._through(urls.capture), urls.superuser)
        self._passing = asyncio.Event()
        self._passing.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        #: The ends towards the service of those that were swallowed and that it has not closed yet.
        self.swallowed: set[asyncio.StreamWriter] = set()

    def _through(self, url: str) -> str:
        changed = url.replace(quote(self._there, safe=""), quote(str(self._folder), safe=""))
        assert changed != url
        return changed

    @asynccontextmanager
    async def open(self) -> AsyncIterator["BlackHole"]:
        server = await asyncio.start_unix_server(self._accept, self._folder / self._name)
        try:
            yield self
        finally:
            server.close()
            for writer in self._writers:
                writer.transport.abort()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def swallow(self) -> None:
        self._passing.clear()
        self.swallowed |= {writer for writer in self._writers if not writer.transport.is_closing()}

    def let_through(self) -> None:
        self._passing.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        if not self._passing.is_set():
            self.swallowed.add(writer)
        there_reader, there_writer = await asyncio.open_unix_connection(str(Path(self._there) / self._name))
        for source, target in ((reader, there_writer), (there_reader, writer)):
            task = asyncio.create_task(self._pass_on(source, target, writer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, client: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if client not in self.swallowed:
                    target.write(data)
                    await target.drain()
        if target is client and client in self.swallowed:
            return  # the server's end of it closed: nobody hears of that
        target.transport.abort()
        client.transport.abort()
        self.swallowed.discard(client)
        self._writers.discard(client)
