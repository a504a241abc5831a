"""The `leads` command: a module for each topic."""

import signal
import sys
from types import FrameType
from typing import Any, NoReturn

import psycopg
import typer

from service.cli import adopt, analysts, audit, drift, erase, figures, keys, mail, migrating, psql, roles, running, users
from service.cli.finding import CommandError
from service.embedded import EmbeddedError
from service.migrate import MigrationError
from service.settings import SettingsError
from service.supervisor import SupervisorError

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
OTHER_SCHEMA = (
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
)

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
app.command()(migrating.rollback)
app.command()(migrating.status)
app.command()(adopt.adopt)
app.command()(drift.drift)
app.command()(roles.roles)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(psql.psql)
app.command()(erase.erase)
app.add_typer(users.app, name="user")
app.add_typer(keys.app, name="key")
app.command("rotate-secret")(keys.rotate_secret)
app.add_typer(audit.app, name="audit")
app.add_typer(mail.app, name="mail")
app.add_typer(analysts.app, name="analyst")
app.add_typer(figures.app, name="stats")


def main() -> Any:
    """Runs a command. What people can mend is said in a sentence, without a traceback, and exits 1."""
    for number in STOP_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has SIGHUP
            signal.signal(number, _leave)
    try:
        return app()
    except (CommandError, EmbeddedError, MigrationError, SettingsError, SupervisorError) as error:
        print(f"leads: {error}", file=sys.stderr)
    except OTHER_SCHEMA:
        print("leads: the database lacks this version's schema. Run: leads migrate", file=sys.stderr)
    except psycopg.OperationalError as error:
        print(f"leads: the database can't be reached: {str(error).strip()}", file=sys.stderr)
    except psycopg.Error as error:
        print(f"leads: the database refuses: {str(error).strip()}", file=sys.stderr)
    except UnicodeError:
        print("leads: an argument is no valid UTF-8", file=sys.stderr)
    except OSError as error:
        if error.filename is None:
            raise
        print(f"leads: {error.filename}: {error.strerror}", file=sys.stderr)
    sys.exit(1)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """Out through every `finally`, so that a database of ours is stopped; another signal must not cut that short."""
    for other in STOP_SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)
