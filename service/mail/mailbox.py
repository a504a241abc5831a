"""The mailbox: a folder in which each mail is a file of its own, ID-KEY.eml. Nothing leaves the machine."""

import asyncio
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from service.mail.message import Mail
from service.mail.transport import Down, Refused

FILE = re.compile(r"(?P<id>[0-9]{1,18})-[0-9a-f-]{36}\.eml")


class MailboxTransport:
    """Writes files. A mail that is sent again is the same file again."""

    name = "mailbox"
    at_once = 8
    per_second = 1000

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, mail: Mail) -> str | None:
        """The name of the file, which is on the disk when this returns."""
        return await asyncio.to_thread(self._write, mail)

    async def close(self) -> None:
        pass

    def kept(self) -> Iterator[tuple[int, Path]]:
        """The ids of the mails whose files are there."""
        if self.folder.is_dir():
            for entry in os.scandir(self.folder):
                if found := FILE.fullmatch(entry.name):
                    yield int(found["id"]), Path(entry.path)

    def _write(self, mail: Mail) -> str:
        try:
            data = mail.as_message().as_bytes()
        except (OSError, ValueError) as error:
            raise Refused(f"CV_FILE can't be read: {error}") from None
        name = f"{mail.id}-{mail.key}.eml"
        temporary = self.folder / f".{name}.{os.getpid()}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(self.folder / name)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            raise Down(f"The mailbox can't be written: {error.strerror}.") from None
        return name
