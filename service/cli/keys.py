"""`leads key`: the API keys of programs; and `leads rotate-secret`, for the key that signs people's tokens."""

from typing import Annotated

import typer

from service.auth.credentials import new_key
from service.cli.finding import JWT_SECRET, CommandError, call, owner_url
from service.cli.tables import show
from service.secret_files import replace_secret
from service.settings import Settings

app = typer.Typer(help="API keys: for programs, each for one purpose.", no_args_is_help=True)

NOBODY = (None, None, None)

Name = Annotated[str, typer.Argument(help="What it is for, such as the program's name.")]
Scope = Annotated[
    str, typer.Option(help="capture (send forms, nothing else), read (as a viewer), write (as an editor) or analyst.")
]
Days = Annotated[int, typer.Option(min=1, max=3650, help="For how many days it holds.")]


@app.command()
def add(name: Name, scope: Scope, days: Days = 365) -> None:
    """Make a key. It is printed this once."""
    key, digest, hint = new_key()
    with owner_url(Settings.from_environ()) as url:
        made = call(url, "add_key", name, scope, digest, hint, days, *NOBODY)
    typer.echo(f"The key {made['name']} ({scope}) holds until {made['expires_at'][:10]}. Send it as Authorization: Bearer KEY.")
    typer.echo(f"Shown this once: {key}")


@app.command("list")
def list_keys() -> None:
    """List the keys: all that is known of them, which is not the keys."""
    with owner_url(Settings.from_environ()) as url:
        found = call(url, "list_keys")
    rows = []
    for key in found:
        used = (key["last_used_at"] or "never")[:16].replace("T", " ")
        made, until = key["created_at"][:10], key["expires_at"][:10]
        rows.append((key["name"], key["scope"], f"{key['hint']}…", made, key["created_by"], until, used, key["state"]))
    show(("name", "scope", "begins", "made", "by", "holds until", "last used", "state"), rows)


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """End a key, at once and for good."""
    with owner_url(Settings.from_environ()) as url:
        ids = [key["id"] for key in call(url, "list_keys") if key["name"].lower() == name.lower() and key["state"] != "revoked"]
        if not ids:
            raise CommandError(f"There is no key {name} that holds.")
        for key_id in ids:
            call(url, "revoke_key", key_id, *NOBODY)
    typer.echo(f"The key {name} holds no more.")


def rotate_secret(
    forget: Annotated[bool, typer.Option("--forget", help="Keep none of before: everybody is logged out.")] = False,
) -> None:
    """Make another key to sign tokens with, for `leads up`. Tokens of the key before it hold until they expire."""
    settings = Settings.from_environ()
    if settings.jwt_secret_key:
        raise CommandError(
            "The key is JWT_SECRET_KEY of your environment. Move it to JWT_PREVIOUS_KEYS, set another, and restart every "
            "machine; an hour later take it out of JWT_PREVIOUS_KEYS."
        )
    try:
        replace_secret(settings.data_dir, JWT_SECRET, keep=0 if forget else 1)
    except FileNotFoundError:
        raise CommandError(f"There is no key in {settings.data_dir} yet: leads up makes one.") from None
    typer.echo("Another key was made. It is used from the next start on.")
