"""What is attacked: `leads up` on a database of its own, with demo leads and with words that no answer may hold."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from stack import Stack

from service.auth.passwords import hash_password
from service.cli import demo

# As cheap as bcrypt goes, where nobody measures.
COST = 4
PASSWORD = "correct horse battery"  # noqa: S105 - of users that live as long as the run
CANARY_USER = "canary-user-7c1f"
CANARY_NOTES = "canary-notes-7c1f"


@dataclass(frozen=True)
class Target:
    """The running service. `canaries`: what is never in an answer."""

    url: str
    stack: Stack
    canaries: tuple[str, ...]

    def add_user(self, name: str, role: str, password_hash: str) -> None:
        self.stack.sql("SELECT service.add_user($1, $2, $3, NULL, NULL, NULL)", name, password_hash, role)

    def log_in(self, name: str, role: str) -> str:
        """The token of a new user."""
        self.add_user(name, role, hash_password(PASSWORD, COST))
        answer = httpx.post(f"{self.url}/admin/login", json={"username": name, "password": PASSWORD}, timeout=30)
        return str(answer.raise_for_status().json()["access_token"])

    def errors(self) -> list[str]:
        """What the service logged as an error of its own, each kind once: the end of its traceback, and one request_id."""
        kinds: dict[str, str] = {}
        for line in (self.stack.folder / "service.log").read_text(errors="replace").splitlines():
            # Sanic says so of an OPTIONS that came with a body, and closes the connection.
            if '"level":"error"' in line and "body not consumed" not in line:
                told = json.loads(line)
                kind = f"{told['event']} {' '.join(told.get('exception', '').split()[-30:])}"
                kinds.setdefault(kind, f"{kind} (request_id {told.get('request_id', 'unknown')})")
        return list(kinds.values())


@contextmanager
def target() -> Iterator[Target]:
    """It runs for the time of the block."""
    with Stack() as stack:
        demo.fill(stack.cluster.url())
        with stack.serving(WORKERS="2", LOG_FORMAT="json") as service:
            yield Target(f"http://127.0.0.1:{service.port}", stack, _plant(stack))


def _plant(stack: Stack) -> tuple[str, ...]:
    """Puts canaries where no filter reaches, among the users and into a lead's audit. All there are, PostgreSQL's included."""
    password_hash = hash_password(PASSWORD, COST)
    stack.sql("SELECT service.add_user($1, $2, 'viewer', NULL, NULL, NULL)", CANARY_USER, password_hash)
    for notes in (CANARY_NOTES, None):
        stack.sql("UPDATE public.contact_leads SET internal_notes = $1 WHERE id = 1", notes)
    verifier = str(stack.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'leads_service'", superuser=True))
    scram, _, _ = verifier.rpartition("$")
    assert scram.startswith("SCRAM-SHA-256$"), "the logins' passwords are kept as SCRAM verifiers"
    # A hash's dollars and slashes may be escaped; its end is plain enough.
    return CANARY_USER, CANARY_NOTES, password_hash[-20:], scram.rpartition(":")[2]
