"""`leads migrate`, `leads rollback` and `leads status`."""

from typing import Annotated

import typer

from service import migrate as migrations
from service.cli.finding import owner_url
from service.settings import Settings


def migrate() -> None:
    """Bring the database to this version's schema. Safe to run twice, or by two at once."""
    with owner_url(Settings.from_environ(), make=True) as url:
        applied = migrations.migrate(url)
    for name in applied:
        typer.echo(f"Migrated: {name}")
    if not applied:
        typer.echo("Nothing to do: the database has every migration.")


def rollback(
    count: Annotated[int, typer.Option(min=1, help="How many migrations to take back, the newest first.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Also when rows or values are destroyed by it.")] = False,
) -> None:
    """Take the newest migration back. Refuses to destroy what is there unless told --force."""
    with owner_url(Settings.from_environ()) as url:
        for name in migrations.rollback(url, count, force=force):
            typer.echo(f"Rolled back: {name}")


def status() -> None:
    """Say whether the database has this version's schema; exits 1 when it is behind or ahead."""
    with owner_url(Settings.from_environ()) as url:
        state = migrations.state(url)
    typer.echo(state.describe() or "The database has every migration of this version, and no other.")
    raise typer.Exit(0 if state.matches else 1)
