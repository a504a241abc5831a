"""Who takes mail in the tests: a look-alike of Resend's API, and a real SMTP server, both on loopback."""

import asyncio
import base64
import email
import email.policy
import itertools
import re
import socket
import ssl
import uuid
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import orjson
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

from service.server import serving

KEY = "re_test_key"
_numbers = itertools.count()


@dataclass
class Lookalike:
    """What Resend's POST /emails does, as its documentation has it: it checks what is sent, and knows an idempotency key again.

    `behave` says, for each request, whether something goes wrong: a status with an error's name, "stall" (accepts and never
    answers), "lose" (accepts and hangs up), "drop" (hangs up and accepts nothing); None for nothing.
    """

    url: str = ""
    behave: Callable[[int], Any] = lambda number: None
    #: What was accepted: the mails that arrive, in order.
    accepted: list[dict[str, Any]] = field(default_factory=list)
    #: The idempotency key of every request there was.
    tried: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    known: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, request: Request) -> HTTPResponse:
        key = request.headers.get("idempotency-key", "")
        self.tried.append(key)
        what = self.behave(len(self.tried))
        async with self.arrived:
            self.arrived.notify_all()
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _error(401, "missing_api_key" if "authorization" not in request.headers else "invalid_api_key")
        if what == "drop":
            request.transport.abort()
            return json({})
        if isinstance(what, tuple):
            status, name, *headers = what
            return _error(status, name, *headers)
        if complaint := _complaint(request):
            self.wrong.append(complaint)
            return _error(422, "validation_error", message=complaint)
        if not 1 <= len(key) <= 256:
            self.wrong.append("Idempotency-Key")
            return _error(400, "invalid_idempotency_key")
        before = self.known.get(key)
        if before and before[0] != request.body:
            return _error(409, "invalid_idempotent_request")
        name = before[1] if before else str(uuid.uuid4())
        if not before:
            self.known[key] = (request.body, name)
            self.accepted.append({**orjson.loads(request.body), "id": name, "key": key})
        if what == "stall":
            await self.held.wait()
        if what == "lose":
            request.transport.abort()
        return json({"id": name})

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits until something holds, which is looked at after each request."""
        async with asyncio.timeout(30), self.arrived:
            await self.arrived.wait_for(condition)


def _error(status: int, name: str, headers: dict[str, str] | None = None, message: str = "no") -> HTTPResponse:
    return json({"statusCode": status, "name": name, "message": message}, status=status, headers=headers)


def _complaint(request: Request) -> str:
    """What Resend would refuse."""
    if request.headers.get("content-type") != "application/json":
        return "Content-Type"
    body = orjson.loads(request.body)
    text = {name: isinstance(body.get(name), str) and body[name] for name in ("from", "subject", "text", "html")}
    if missing := [name for name, there in text.items() if not there]:
        return f"Missing {missing[0]} field"
    if not re.fullmatch(r"([^<>\r\n]+ <)?[^<>@\s]+@[^<>@\s]+>?", body["from"]):
        return "Invalid from field"
    if not isinstance(body.get("to"), list) or not 1 <= len(body["to"]) <= 50:
        return "Invalid to field"
    if any(re.search(r"[\r\n\x00]", value) for value in (body["subject"], *body["to"], *body.get("headers", {}).values())):
        return "A line break in a header"
    if not all(re.fullmatch(r"[A-Za-z0-9_-]{1,256}", tag["name"]) and re.fullmatch(r"[A-Za-z0-9_-]{1,256}", tag["value"])
               for tag in body.get("tags", [])):  # fmt: skip
        return "Invalid tags"
    for attachment in body.get("attachments", []):
        base64.b64decode(attachment["content"], validate=True)
    known = {"from", "to", "subject", "text", "html", "headers", "tags", "reply_to", "attachments"}
    return f"Unknown field {min(set(body) - known)}" if set(body) - known else ""


@asynccontextmanager
async def lookalike() -> AsyncIterator[Lookalike]:
    """A look-alike that serves, at `url`."""
    here = Lookalike()
    app: Any = Sanic(f"lookalike_{next(_numbers)}", configure_logging=False)
    app.add_route(here.handle, "/emails", methods=["POST"])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            async with serving(app, listener, grace_seconds=1):
                yield here
                here.held.set()
        finally:
            Sanic._app_registry.pop(app.name, None)


@dataclass
class Letter:
    """A mail that an SMTP server took."""

    sender: str
    recipients: list[str]
    data: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.data, policy=email.policy.default)  # type: ignore[return-value]


@dataclass
class PostOffice:
    """A real SMTP server. `reply` says, for each mail, an answer other than 250, or "cut": it takes it and
    hangs up, or "hold": it takes it and answers only once `held` is set."""

    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    reply: Callable[[int], str | None] = lambda number: None
    reply_to_recipient: Callable[[str], str | None] = lambda address: None
    encrypted: list[bool] = field(default_factory=list)
    sessions: set[Any] = field(default_factory=set)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd calls it so
        answer = self.reply_to_recipient(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        answer = self.reply(len(self.letters) + 1)
        self.sessions.add(id(session))
        self.encrypted.append(session.ssl is not None)
        if answer in (None, "cut", "hold"):
            self.letters.append(Letter(str(envelope.mail_from), list(envelope.rcpt_tos), envelope.content))
        async with self.arrived:
            self.arrived.notify_all()
        if answer == "cut":
            assert server.transport is not None
            server.transport.abort()
        if answer == "hold":
            await self.held.wait()
        return "250 OK" if answer in (None, "hold") else answer


def authenticate(server: SMTP, session: Any, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    wanted = LoginPassword(login=b"jane", password=b"p:ss word")
    # handled=False: the server itself is to say no.
    return AuthResult(success=isinstance(data, LoginPassword) and data == wanted, handled=False)


@asynccontextmanager
async def post_office(
    *, tls: ssl.SSLContext | None = None, implicit: bool = False, login: bool = False, **options: Any
) -> AsyncIterator[PostOffice]:
    """A server that serves, at `port`. `tls`: by STARTTLS, which it asks for; or from the beginning."""
    here = PostOffice()
    settings = {"hostname": "localhost", "enable_SMTPUTF8": True, **options}
    if login:
        settings |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": tls is not None and not implicit}
    if tls is not None and not implicit:
        settings |= {"tls_context": tls, "require_starttls": True}
    loop = asyncio.get_running_loop()

    def make() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a login without STARTTLS: it doesn't know of TLS from the beginning
            return SMTP(here, loop=loop, **settings)

    server = await loop.create_server(make, "127.0.0.1", 0, ssl=tls if implicit else None)
    here.port = server.sockets[0].getsockname()[1]
    try:
        yield here
    finally:
        here.held.set()
        server.close()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS for localhost, and the file of the authority that vouches for it."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "ca.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return context, public
