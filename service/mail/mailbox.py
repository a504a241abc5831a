"""The mailbox: a folder in which each mail is a file of its own, ID-KEY.eml. Nothing leaves the machine."""

import asyncio
import itertools
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from service.mail.message import Mail
from service.mail.transport import Down, Refused

AT_ONCE = 1000
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

    def batches(self) -> Iterator[list[tuple[int, Path]]]:
        """The files that are there, with the ids of their mails, a thousand at a time."""
        entries = os.scandir(self.folder) if self.folder.is_dir() else ()
        files = ((int(found["id"]), Path(entry.path)) for entry in entries if (found := FILE.fullmatch(entry.name)))
        while some := list(itertools.islice(files, AT_ONCE)):
            yield some

    @staticmethod
    def remove(files: Iterable[tuple[int, Path]], kept: Iterable[int]) -> None:
        """Removes those of the files whose mails are not kept."""
        stay = set(kept)
        for mail_id, path in files:
            if mail_id not in stay:
                path.unlink(missing_ok=True)

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
