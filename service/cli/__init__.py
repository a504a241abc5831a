"""The `leads` command: a module for each topic."""

import sys
from typing import Any

import psycopg
import typer

from service.cli import migrating, psql, running, users
from service.cli.finding import CommandError
from service.embedded import EmbeddedError
from service.migrate import MigrationError
from service.settings import SettingsError
from service.supervisor import SupervisorError

app = typer.Typer(
    name="leads",
    help="A lead inbox you own: forms post to it, PostgreSQL keeps every lead and every rule. "
    "Settings come from the environment (docs/operations.md).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(running.up)
app.command()(running.serve)
app.command()(migrating.migrate)
app.command()(migrating.status)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(psql.psql)
app.add_typer(users.app, name="user")


def main() -> Any:
    """Runs a command. What people can mend is said in a sentence, without a traceback, and exits 1."""
    try:
        return app()
    except (CommandError, EmbeddedError, MigrationError, SettingsError, SupervisorError) as error:
        print(f"leads: {error}", file=sys.stderr)
    except psycopg.OperationalError as error:
        print(f"leads: the database can't be reached: {str(error).strip()}", file=sys.stderr)
    sys.exit(1)
