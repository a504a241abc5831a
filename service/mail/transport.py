"""What carries mail, seen from the outbox: one method, and three ways in which it can fail."""

from typing import Protocol

from service.mail.message import Mail


class Transport(Protocol):
    """A way out. `name` is what the outbox notes; `at_once` how many mails it takes at the same time; `per_second` how many
    in a second, unless MAIL_RATE says."""

    name: str
    at_once: int
    per_second: int

    async def send(self, mail: Mail) -> str | None:
        """Hands a mail over; returns what the provider calls it, if anything. Raises Refused, Later or Down."""
        ...

    async def close(self) -> None:
        """Lets go of connections; the next `send` makes new ones."""
        ...


class Refused(Exception):
    """This mail won't be taken, however often it is tried: no such recipient, say."""


class Later(Exception):
    """This mail was not taken now, or nobody knows whether it was. `seconds`: not before then."""

    def __init__(self, reason: str, seconds: float = 0) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Down(Exception):
    """No mail is taken at present, and this one was not: no connection, a wrong password. `seconds`: for how long at least."""

    def __init__(self, reason: str, seconds: float = 0) -> None:
        super().__init__(reason)
        self.seconds = seconds
