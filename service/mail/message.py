"""A mail as it is handed over: the same at each try, with headers that nothing of a visitor's can break."""

import mimetypes
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any

SUBJECT_CHARACTERS = 200
MAX_ATTACHMENT_BYTES = 20 * 1024 * 1024

# What begins or ends a line for some program or other.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME_PUNCTUATION = frozenset(" .'\u2019-\u00b7")


def one_line(text: str) -> str:
    """Text that can stand in a header, and means there what it says.

    No line break, no control character, and no `=?`: Python's EmailMessage reads an encoded word in what it is given, and
    writes what was encoded, line breaks and further headers too (seen with 3.11.7).
    """
    text = " ".join(_BREAKS.sub(" ", text).split())
    while "=?" in text:
        text = text.replace("=?", "= ?")
    return text[:SUBJECT_CHARACTERS].strip()


def greeting_name(name: str) -> str:
    """The name, if it looks like somebody's; else nothing. What a stranger types as a name reaches whose address they typed."""
    words = name.split()
    plain = all(unicodedata.category(character)[0] in "LM" or character in _NAME_PUNCTUATION for character in name)
    # A full stop within a word makes a link of it.
    linked = re.search(r"\.\S", name) is not None
    return " ".join(words) if plain and not linked and 1 <= len(words) <= 4 and len(name) <= 40 else ""


class _Policy(EmailPolicy):
    """SMTP's, which leaves our own headers of addresses as they are: Python would encode a long link, and nobody decodes it."""

    def fold(self, name: str, value: Any) -> str:
        return _unfolded(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return _unfolded(name, value).encode("ascii") or super().fold_binary(name, value)


def _unfolded(name: str, value: str) -> str:
    return f"{name}: {value.replace(', ', ',' + LINE_END + ' ')}{LINE_END}" if name == "List-Unsubscribe" else ""


LINE_END = "\r\n"
POLICY = _Policy(linesep=LINE_END, raise_on_defect=True)


@dataclass(frozen=True)
class Mail:
    """What a transport gets. `key` is the same at each try; `attachment` is a file's path."""

    id: int
    key: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    reply_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    date: datetime = field(default_factory=lambda: datetime.now(UTC))
    attachment: Path | None = None

    @classmethod
    def of(cls, mail_id: int, key: str, content: Mapping[str, Any], cv_file: Path | None) -> "Mail":
        """From what the outbox keeps (app.outbox.content)."""
        return cls(
            id=mail_id,
            key=key,
            sender=content["from"],
            to=tuple(content["to"]),
            subject=content["subject"],
            text=content["text"],
            html=content["html"],
            reply_to=content.get("reply_to"),
            headers=dict(sorted(content["headers"].items())),
            date=datetime.fromisoformat(content["date"]),
            attachment=cv_file if content.get("attach_cv") else None,
        )

    @property
    def message_id(self) -> str:
        """RFC 5322's, the same at each try: a reader that gets two shows one."""
        return f"<{self.key}@{parseaddr(self.sender)[1].rpartition('@')[2]}>"

    def read_attachment(self) -> bytes | None:
        """The attached file, None without one. Raises OSError, and ValueError when it is larger than 20 MiB."""
        if self.attachment is None:
            return None
        if self.attachment.stat().st_size > MAX_ATTACHMENT_BYTES:
            raise ValueError("The file is larger than 20 MiB.")
        return self.attachment.read_bytes()

    def as_message(self) -> EmailMessage:
        """As RFC 5322 has it. Raises as read_attachment."""
        message = EmailMessage(policy=POLICY)
        message["From"] = self.sender
        message["To"] = ", ".join(self.to)
        if self.reply_to:
            message["Reply-To"] = self.reply_to
        message["Subject"] = one_line(self.subject)
        message["Date"] = format_datetime(self.date)
        message["Message-ID"] = self.message_id
        for name, value in self.headers.items():
            message[name] = value
        message.set_content(self.text, cte="quoted-printable")
        message.add_alternative(self.html, subtype="html", cte="quoted-printable")
        data = self.read_attachment()
        if data is not None and self.attachment is not None:
            main, _, sub = (mimetypes.guess_type(self.attachment.name)[0] or "application/octet-stream").partition("/")
            message.add_attachment(data, maintype=main, subtype=sub, filename=one_line(self.attachment.name))
        return message
