"""`leads up`, which needs nothing and sets all up, and `leads serve`, which takes everything from its environment."""

import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import psycopg
import typer
from rich.console import Console

from service import logs, migrate
from service.app import SharedMemory, create_app
from service.cli import demo as demonstration
from service.cli import users
from service.cli.finding import CommandError, embedded_cluster, kept_secret, with_logins, with_secrets
from service.settings import Settings, SettingsError
from service.supervisor import Watched, listen, supervise

console = Console(highlight=False, soft_wrap=True)


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty inbox with some hundred made-up leads.")] = False,
) -> None:
    """Set all up and serve: the database, its schema, an admin, the service. Ctrl-C stops it all."""
    began = time.monotonic()
    settings = Settings.from_environ()
    logs.configure(settings.log_format)
    signal.signal(signal.SIGTERM, _leave)
    settings.data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        lock = stack.enter_context(_only_one(settings))
        listener = listen(settings.host, settings.port)
        stack.callback(listener.close)
        address = _address(listener)
        lock.write_text(f"{os.getpid()} {address}\n")
        cluster = embedded_cluster(settings)
        if cluster is not None:
            if not (settings.data_dir / "postgres").exists():
                console.print("Making the embedded database (once; a few seconds) ...")
            stack.enter_context(cluster.session())
        owner = cluster.url() if cluster else settings.migration_database_url or settings.database_url or ""
        for name in migrate.migrate(owner):
            console.print(f"Migrated: {name}")
        settings = with_logins(with_secrets(settings), owner)
        made_up = _first_admin(settings, owner)
        if demo:
            added = demonstration.fill(owner)
            console.print(f"Added {added} made-up leads." if added else "The inbox is not empty: no made-up leads were added.")

        def ready() -> None:
            _greet(settings, address, made_up, embedded=cluster is not None, seconds=time.monotonic() - began)

        sys.exit(_serve(settings, listener, ready, watched=cluster))


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


def _serve(settings: Settings, listener: socket.socket, ready: object, watched: Watched | None = None) -> int:
    shared = SharedMemory.create(settings)
    return supervise(
        lambda worker: create_app(settings, shared, worker=worker),
        listener,
        settings.workers,
        watched=watched,
        ready=ready,  # type: ignore[arg-type]
    )


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    """SIGTERM before the supervisor listens to it: out through every `finally`, so that the database is stopped."""
    sys.exit(143)


@contextmanager
def _only_one(settings: Settings) -> Iterator[Path]:
    """Only one `leads up` on a folder; raises CommandError, saying where the other serves."""
    path = settings.data_dir / "up.lock"
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:  # noqa: PTH123
        # After a kill -9 of the supervisor its workers hold the lock for the moment in which they drain.
        for attempt in range(30):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                pid, _, address = file.read().strip().partition(" ")
                file.seek(0)
                if attempt == 29 or (pid.isdecimal() and _alive(int(pid))):
                    raise CommandError(
                        f"It is running already on {settings.data_dir} (process {pid}), at {address}. Stop that one first, or "
                        "choose another folder with LEADS_DATA_DIR and another PORT."
                    ) from None
                time.sleep(0.1)
        yield path


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


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
            return False
    console.print()
    console.print(f"The admin was made. User: [bold]admin[/]   Password: [bold]{password}[/]")
    console.print("It is shown this once; `leads user password admin` sets another.")
    note.unlink()
    return True


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _greet(settings: Settings, address: str, made_up: bool, *, embedded: bool, seconds: float) -> None:
    where = f"embedded, in {settings.data_dir / 'postgres'} (leads psql)" if embedded else "yours, by DATABASE_URL (leads psql)"
    console.print()
    console.print(f"[bold green]Serving on {address}[/]  (ready in {seconds:.1f} s, {settings.workers} workers)")
    console.print(f"  Forms      {address}/forms/contact  /forms/cv  /forms/collaboration")
    console.print(f"  API        {address}/docs")
    console.print(f"  Database   {where}")
    console.print(f"  Files      {settings.data_dir}")
    known = "above" if made_up else "you have (`leads user password admin` sets another)"
    console.print(f"  Log in as  admin, with the password {known}")
    console.print("  Stop       Ctrl-C")
    console.print()
