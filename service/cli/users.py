"""`leads user`: who may log in."""

import secrets
from typing import Annotated, Any

import typer

from service.auth.passwords import hash_password
from service.cli.finding import CommandError, call, owner_url
from service.cli.tables import show
from service.settings import Settings

app = typer.Typer(help="Who may log in.", no_args_is_help=True)

# Who does it: the audit writes the database's login.
NOBODY = (None, None, None)

Name = Annotated[str, typer.Argument(help="What they log in with.")]
Role = Annotated[
    str,
    typer.Option(help="analyst (read the numbers), viewer (and leads), editor (and change) or admin (and delete, and manage)."),
]
NewRole = Annotated[str, typer.Argument(help="analyst, viewer, editor or admin.")]
Password = Annotated[
    str | None, typer.Option(envvar="LEADS_USER_PASSWORD", help="Made up and printed when left out.", show_envvar=True)
]


def create(owner: str, username: str, role: str, password: str) -> None:
    """Stores a new user. Raises CommandError naming what can't be."""
    call(owner, "add_user", username, _hash(password), role, *NOBODY)


@app.command()
def add(name: Name, role: Role = "viewer", password: Password = None) -> None:
    """Add a user."""
    chosen = secrets.token_urlsafe(12) if password is None else password
    with owner_url(Settings.from_environ()) as url:
        create(url, name, role, chosen)
    typer.echo(f"{name} can log in as {role}." + (f" Password, shown this once: {chosen}" if password is None else ""))


@app.command("role")
def set_role(name: Name, role: NewRole) -> None:
    """Give a user another role, and log them out everywhere."""
    user = _change(name, role=role)
    typer.echo(f"{user['username']} has the role {role} from the next login on.{_keys_left(user)}")


@app.command("password")
def set_password(name: Name, password: Password = None) -> None:
    """Give a user another password, and log them out everywhere."""
    chosen = secrets.token_urlsafe(12) if password is None else password
    user = _change(name, password_hash=_hash(chosen))
    typer.echo(f"{user['username']} has a new password." + (f" Shown this once: {chosen}" if password is None else ""))


@app.command()
def disable(name: Name) -> None:
    """Shut a user out, at once and everywhere. What they did stays."""
    user = _change(name, disabled=True)
    typer.echo(f"{user['username']} can't log in any more, and is logged out everywhere.{_keys_left(user)}")


@app.command()
def enable(name: Name) -> None:
    """Let a user in again who was shut out."""
    typer.echo(f"{_change(name, disabled=False)['username']} can log in again.")


@app.command("second-factor-off")
def second_factor_off(name: Name) -> None:
    """Turn off the second factor of a user who lost it."""
    with owner_url(Settings.from_environ()) as url:
        if not call(url, "drop_second_factor", name, *NOBODY):
            raise CommandError(f"There is no user {name} with a second factor.")
    typer.echo(f"{name} logs in by password alone.")


@app.command()
def logout(name: Name) -> None:
    """End all the tokens of a user; the password stays."""
    with owner_url(Settings.from_environ()) as url:
        sessions = call(url, "list_sessions", _as_stored(url, name))["data"]
        for session in sessions:
            call(url, "end_session", session["id"], None)
    typer.echo(f"Sessions of {name} that were ended: {len(sessions)}.")


@app.command()
def sessions(name: Annotated[str | None, typer.Argument(help="Only this user's.")] = None) -> None:
    """List where people are logged in."""
    with owner_url(Settings.from_environ()) as url:
        found = call(url, "list_sessions", None if name is None else _as_stored(url, name))["data"]
    rows = []
    for one in found:
        since, until = (one[at][:16].replace("T", " ") for at in ("issued_at", "expires_at"))
        # As others sent it: no escape sequence of theirs reaches the terminal.
        agent = "".join(character if character.isprintable() else "?" for character in one["agent"])[:60]
        rows.append((one["username"], since, until, one["address"], one["kind"], agent))
    show(("user", "since", "until", "from", "kind", "with"), rows)


@app.command("list")
def list_users() -> None:
    """List the users."""
    with owner_url(Settings.from_environ()) as url:
        found = call(url, "list_users")
    rows = []
    for user in found:
        state = "disabled" if user["disabled"] else "may log in"
        second, last = "yes" if user["second_factor"] else "no", (user["last_login_at"] or "never")[:10]
        rows.append((user["username"], user["role"], user["created_at"][:10], last, second, state))
    show(("user", "role", "since", "last login", "second factor", "state"), rows)


def _change(
    name: str, role: str | None = None, disabled: bool | None = None, password_hash: str | None = None
) -> dict[str, Any]:
    with owner_url(Settings.from_environ()) as url:
        user: dict[str, Any] = call(url, "change_user", name, role, disabled, password_hash, *NOBODY)
    return user


def _as_stored(url: str, name: str) -> str:
    """The username, which is one in any case, as its user's sessions are listed by it."""
    names: list[str] = [user["username"] for user in call(url, "list_users") if user["username"].lower() == name.lower()]
    if not names:
        raise CommandError(f"There is no user {name}.")
    return names[0]


def _keys_left(user: dict[str, Any]) -> str:
    if not user["api_keys"]:
        return ""
    return f" API keys that they made, and that hold on: {user['api_keys']} (leads key list)."


def _hash(password: str) -> str:
    try:
        return hash_password(password)
    except ValueError as error:
        raise CommandError(str(error)) from None
