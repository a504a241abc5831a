"""Links in mails: signed, so that nobody can make one up, and good for one purpose and a time."""

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_BODY = struct.Struct(">cQ16sI")  # purpose, the mail's id and key, the second at which it expires
_MAC_BYTES = 16

CV = b"c"
STOP = b"s"


@dataclass(frozen=True)
class Link:
    """What a link says."""

    mail_id: int
    key: uuid.UUID


class Links:
    """Makes and reads tokens. The keys are drawn from those of the logins' tokens, the newest first, which holds on its own."""

    def __init__(self, secrets: Sequence[str], clock: Callable[[], float]) -> None:
        """`clock`: seconds since 1970, the database's."""
        self._keys = [hmac.digest(secret.encode(), b"links in mails", "sha256") for secret in secrets]
        self._clock = clock

    def make(self, purpose: bytes, mail_id: int, key: str, days: int) -> str:
        """A token for an address, of letters, digits, - and _."""
        expires = int(self._clock()) + days * 86_400
        body = _BODY.pack(purpose, mail_id, uuid.UUID(key).bytes, expires)
        return base64.urlsafe_b64encode(body + self._mac(self._keys[0], body)).decode().rstrip("=")

    def read(self, purpose: bytes, token: str) -> Link | None:
        """What it says; None for one that was made up, is for something else, or has expired."""
        try:
            data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            body, mac = data[: _BODY.size], data[_BODY.size :]
            meant, mail_id, key, expires = _BODY.unpack(body)
        except (binascii.Error, ValueError, struct.error):
            return None
        if not any(hmac.compare_digest(mac, self._mac(secret, body)) for secret in self._keys):
            return None
        return Link(mail_id, uuid.UUID(bytes=key)) if meant == purpose and self._clock() < expires else None

    @staticmethod
    def _mac(key: bytes, body: bytes) -> bytes:
        return hmac.new(key, body, hashlib.sha256).digest()[:_MAC_BYTES]
