"""`leads up`, which needs nothing and sets all up, and `leads serve`, which takes everything from its environment."""

import fcntl
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.markup import escape

from service import logs, migrate
from service.cli import demo as demonstration
from service.cli import users
from service.cli.finding import CommandError, check_logins, embedded_cluster, with_logins, with_mailbox, with_secrets
from service.secret_files import kept_secret
from service.settings import Mailbox, Settings, SettingsError
from service.supervisor import SupervisorError, Watched, listen, supervise

console = Console(highlight=False, soft_wrap=True, emoji=False)

# Within it the workers of a killed supervisor have let go of the port.
PORT_PATIENCE_SECONDS = 3.0


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty inbox with some hundred made-up leads.")] = False,
) -> None:
    """Set all up and serve: the database, its schema, an admin, the service. Ctrl-C stops it all."""
    began = time.monotonic()
    settings = Settings.from_environ()
    check_logins(settings)
    logs.configure(settings.log_format)
    settings.data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        lock = stack.enter_context(_Lock(settings.data_dir))
        listener = _listen(settings, patience=PORT_PATIENCE_SECONDS if lock.after_a_kill else 0)
        stack.callback(listener.close)
        address = _address(listener)
        lock.note(address)
        cluster = embedded_cluster(settings)
        if cluster is not None:
            if not cluster.exists():
                console.print("Making the embedded database (once; a few seconds) ...")
            stack.enter_context(cluster.session())
        owner = cluster.url() if cluster else settings.migration_database_url or settings.database_url or ""
        if applied := migrate.migrate(owner):
            console.print(f"Brought the database to this version's schema: {', '.join(applied)}")
        settings = with_mailbox(with_logins(with_secrets(settings), owner), address)
        made_up = _first_admin(settings, owner)
        if demo:
            added = demonstration.fill(owner)
            console.print(f"Added {added} made-up leads." if added else "The inbox is not empty: no made-up leads were added.")

        def ready() -> None:
            _greet(settings, address, made_up, embedded=cluster is not None, seconds=time.monotonic() - began)

        code = _serve(settings, listener, ready, watched=cluster, on_fork=lock.close)
    sys.exit(code)


def serve() -> None:
    """Serve with an environment that names everything: DATABASE_URL, PUBLIC_DATABASE_URL, JWT_SECRET_KEY."""
    settings = Settings.from_environ()
    logs.configure(settings.log_format)
    if not settings.database_url or not settings.public_database_url or not settings.jwt_secret_key:
        raise SettingsError(
            "leads serve needs DATABASE_URL (the login leads_service), PUBLIC_DATABASE_URL (leads_capture) and JWT_SECRET_KEY. "
            "For a database and secrets of its own: leads up"
        )
    with psycopg.connect(settings.database_url, connect_timeout=10) as connection:
        try:
            row = connection.execute("SELECT service.applied_migrations()").fetchone()
            state = migrate.compare(row[0] if row else [])
        except (psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedFunction):
            state = migrate.compare([])
    if not state.matches:
        raise CommandError(state.describe())
    listener = listen(settings.host, settings.port)
    sys.exit(_serve(settings, listener, lambda: console.print(f"Serving on {_address(listener)}")))


def _serve(
    settings: Settings,
    listener: socket.socket,
    ready: Callable[[], None],
    *,
    watched: Watched | None = None,
    on_fork: Callable[[], None] | None = None,
) -> int:
    from service.app import SharedMemory, create_app  # here, since it takes as long as all else that `leads psql` does

    shared = SharedMemory.create(settings)
    return supervise(
        lambda worker: create_app(settings, shared, worker=worker),
        listener,
        settings.workers,
        watched=watched,
        ready=ready,
        on_fork=on_fork,
    )


class _Lock:
    """Only one `leads up` on a folder: a file that is locked while it runs, and says which process serves where.

    Raises CommandError, with what the file says, when another has it. `after_a_kill`: the last one left its note there.
    """

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
        note = os.pread(self._file, 1000, 0).decode().strip()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise CommandError(
                f"It is running already on {folder}: {note or 'it is just starting'}. Stop that one first, or choose another "
                "folder with LEADS_DATA_DIR and another PORT."
            ) from None
        self.after_a_kill = bool(note)
        os.ftruncate(self._file, 0)

    def note(self, address: str) -> None:
        os.pwrite(self._file, f"process {os.getpid()} serves {address}\n".encode(), 0)

    def close(self) -> None:
        os.close(self._file)

    def __enter__(self) -> "_Lock":
        return self

    def __exit__(self, *_: object) -> None:
        os.ftruncate(self._file, 0)
        self.close()


def _listen(settings: Settings, patience: float) -> socket.socket:
    """The listening socket. Raises SupervisorError, naming PORT or HOST, after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return listen(settings.host, settings.port)
        except SupervisorError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.05)


def _first_admin(settings: Settings, owner: str) -> bool:
    """Makes the user `admin` when there is nobody yet; True when its password was made up, and printed.

    A made-up password lies in a file until it was printed, so that a start that dies in between loses nothing.
    """
    note = settings.data_dir / "secrets" / "admin.password.unseen"
    with psycopg.connect(owner, connect_timeout=10) as connection:
        row = connection.execute("SELECT EXISTS (SELECT FROM app.users)").fetchone()
    if row and row[0]:
        if not note.exists():
            return False
        password = note.read_text().strip()
    else:
        password = settings.admin_password or kept_secret(settings.data_dir, note.name, size=12)[0]
        users.create(owner, "admin", "admin", password)
        if settings.admin_password:
            note.unlink(missing_ok=True)
            return False
    console.print()
    console.print(f"The admin was made. User: [bold]admin[/]   Password: [bold]{password}[/]")
    console.print(f"It is shown this once; `{_program()} user password admin` sets another.")
    note.unlink()
    return True


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _greet(settings: Settings, address: str, made_up: bool, *, embedded: bool, seconds: float) -> None:
    program, folder = escape(_program()), escape(str(settings.data_dir))
    workers = "1 worker" if settings.workers == 1 else f"{settings.workers} workers"
    where = f"embedded, in {folder}/postgres" if embedded else "yours, by DATABASE_URL"
    known = "the password above" if made_up else f"the password you know (`{program} user password admin` sets another)"
    console.print()
    console.print(f"[bold green]Serving on {address}[/]  (ready in {seconds:.1f} s, {workers})")
    console.print(f"  Dashboard  {address}/")
    console.print(f"  Log in     as admin, with {known}")
    console.print(f"  Forms      {address}/forms/contact  /forms/cv  /forms/collaboration")
    if isinstance(settings.mail_url, Mailbox):
        mailbox = settings.mail_url.folder or settings.data_dir / "mailbox"
        console.print(f"  Mail       {address}/mail  (kept in {escape(str(mailbox))}, sent nowhere: MAIL_URL)")
    console.print(f"  API        {address}/docs")
    console.print(f"  Database   {where}: `{program} psql`")
    console.print(f"  Files      {folder}")
    console.print("  Stop       Ctrl-C")
    console.print()


def _program() -> str:
    """How this command is called again: by its name alone where the PATH finds it, else as it was called."""
    called, found = Path(sys.argv[0]), shutil.which("leads")
    by_name = called.name != "leads" or (found and called.exists() and called.samefile(found))
    return "leads" if by_name else str(called)
