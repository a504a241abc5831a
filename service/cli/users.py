"""`leads user`: who may log in."""

import secrets
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from service.auth import hash_password
from service.cli.finding import CommandError, owner_url
from service.queries import QUERIES
from service.settings import Settings

app = typer.Typer(help="Who may log in.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What they log in with.")]
Role = Annotated[str, typer.Option(help="viewer (read), editor (and change) or admin (and delete).")]
Password = Annotated[
    str | None, typer.Option(envvar="LEADS_USER_PASSWORD", help="Made up and printed when left out.", show_envvar=True)
]


def create(owner: str, username: str, role: str, password: str) -> None:
    """Stores a new user. Raises CommandError naming what can't be."""
    try:
        _execute(owner, "create_user", username, _hash(password), role)
    except psycopg.errors.UniqueViolation:
        raise CommandError(f"There is a user {username} already.") from None
    except psycopg.errors.CheckViolation:
        raise CommandError(
            "A username has 1 to 100 letters, digits and . _ @ + -, and begins with a letter or digit."
        ) from None
    except psycopg.errors.InvalidTextRepresentation:
        raise CommandError("The role must be viewer, editor or admin.") from None


@app.command()
def add(name: Name, role: Role = "viewer", password: Password = None) -> None:
    """Add a user."""
    chosen = secrets.token_urlsafe(12) if password is None else password
    with owner_url(Settings.from_environ()) as url:
        create(url, name, role, chosen)
    typer.echo(f"{name} can log in as {role}." + (f" Password, shown this once: {chosen}" if password is None else ""))


@app.command("password")
def set_password(name: Name, password: Password = None) -> None:
    """Give a user another password."""
    chosen = secrets.token_urlsafe(12) if password is None else password
    with owner_url(Settings.from_environ()) as url:
        changed = _execute(url, "set_password", name, _hash(chosen))
    if not changed:
        raise CommandError(f"There is no user {name}.")
    typer.echo(f"{name} has a new password." + (f" Shown this once: {chosen}" if password is None else ""))


@app.command("list")
def list_users() -> None:
    """List the users."""
    table = Table("user", "role", "since", "state", box=None)
    with owner_url(Settings.from_environ()) as url, psycopg.connect(url, connect_timeout=10) as connection:
        for username, role, created_at, disabled_at in connection.execute(QUERIES["list_users"]):
            table.add_row(username, role, f"{created_at:%Y-%m-%d}", "disabled" if disabled_at else "may log in")
    Console().print(table)


def _hash(password: str) -> str:
    try:
        return hash_password(password)
    except ValueError as error:
        raise CommandError(str(error)) from None


def _execute(owner: str, query: str, *arguments: str) -> int:
    with psycopg.connect(owner, connect_timeout=10, cursor_factory=psycopg.RawCursor) as connection:
        return connection.execute(QUERIES[query], arguments).rowcount
