"""Numbered migrations, run by yoyo under an advisory lock.

yoyo's own lock is a row that a killed run leaves behind, so a session-level advisory lock stands around it, which PostgreSQL
releases with the connection, and a left-over row is cleared under it. yoyo notes what it did in a transaction after the
migration's own; a kill between the two would make the next run do it twice, so here both are one.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from psycopg import sql

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
# "leads" as a number, so that two databases of one cluster don't wait for each other only by chance of a small one.
ADVISORY_LOCK = 0x6C65616473
LOCK_TIMEOUT = "10s"
# yoyo's session, whose last statement or COMMIT may still be under way when its process was killed.
AT_WORK = "leads migrating"

# In a rollback: `-- destroys: app.users` for a table with its rows, `-- destroys: app.users(email)` for a column's values.
DESTROYS = re.compile(r"^-- destroys: ([\w.]+)(?:\((\w+)\))?$", re.MULTILINE)


class MigrationError(RuntimeError):
    """A migration that can't be applied. The message says which, why, and what to do."""


@dataclass(frozen=True)
class SchemaState:
    """How a database compares with this code's migrations: ids in both cases, in order."""

    pending: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def matches(self) -> bool:
        return not self.pending and not self.unknown

    def describe(self) -> str:
        """What is wrong and which command mends it; empty when nothing is."""
        if self.unknown:
            return (
                f"The database is ahead of this version of the service: it has {', '.join(self.unknown)}. "
                "Run the version that migrated it, or roll it back with that version."
            )
        if self.pending:
            return f"The database is behind: it lacks {', '.join(self.pending)}. Run: leads migrate"
        return ""


def known_migrations() -> list[str]:
    """The ids of this code's migrations, in order: 0001.foundations, ..."""
    return sorted(
        path.name.removesuffix(".sql") for path in MIGRATIONS.glob("[0-9]*.sql") if not path.name.endswith(".rollback.sql")
    )


def compare(applied: list[str]) -> SchemaState:
    """Holds the ids of the migrations a database has against this code's."""
    known = known_migrations()
    return SchemaState(
        pending=tuple(name for name in known if name not in applied),
        unknown=tuple(name for name in sorted(applied) if name not in known),
    )


def state(url: str) -> SchemaState:
    """What a database lacks or has too much, read as its owner. Raises psycopg.OperationalError when it can't be reached."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        return compare(_applied(connection))


def migrate(url: str) -> list[str]:
    """Brings a database to this code's schema, as its owner; returns the ids applied, in order.

    Waits while another `migrate` runs. Each migration is its own transaction: one that fails leaves the ones before it
    applied and nothing of itself, and raises MigrationError.
    """
    with _alone(url) as connection:
        before = compare(_applied(connection))
        if before.unknown:
            raise MigrationError(before.describe())
        if before.pending:
            _with_yoyo(url, "applied", before.pending)
        return list(before.pending)


def rollback(url: str, count: int = 1, *, force: bool = False) -> list[str]:
    """Takes back the last `count` migrations, as the database's owner; returns their ids, newest first.

    Raises MigrationError when the newest is none of this code's, or when rows or values would be lost and `force` is not
    given: a rollback names what it destroys in its `-- destroys:` lines. Then nothing is taken back, the harmless neither.
    """
    with _alone(url) as connection:
        before = compare(_applied(connection))
        if before.unknown:
            raise MigrationError(before.describe())
        applied = [name for name in known_migrations() if name not in before.pending]
        chosen = applied[::-1][:count]
        try:
            lost = [] if force else [what for name in chosen for what in _losses(connection, name)]
        except psycopg.errors.LockNotAvailable as error:
            raise MigrationError(f"Nothing was rolled back: somebody holds a table locked ({error}). Try again.") from error
        if lost:
            raise MigrationError(
                f"Rolling back {', '.join(chosen)} would destroy {', '.join(lost)}. Back up first; then --force does it."
            )
        _with_yoyo(url, "rolled back", chosen)
        return chosen


def _losses(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> list[str]:
    """What a rollback would destroy that is there: `app.users`, or `app.users(email)` for a column with values."""
    found = []
    for table, column in DESTROYS.findall((MIGRATIONS / f"{name}.rollback.sql").read_text()):
        condition = sql.SQL("{} IS NOT NULL").format(sql.Identifier(column)) if column else sql.SQL("true")
        statement = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE {})").format(sql.Identifier(*table.split(".")), condition)
        row = connection.execute(statement).fetchone()
        if row and row[0]:
            found.append(f"{table}({column})" if column else table)
    return found


@contextmanager
def _alone(url: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (ADVISORY_LOCK,))
        # Whoever still works without the lock lost it by being killed: out, and waited for, before anything is looked at.
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND application_name = %s",
            (AT_WORK,),
        )
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (LOCK_TIMEOUT,))
        yield connection


def _applied(connection: "psycopg.Connection[tuple[object, ...]]") -> list[str]:
    exists = connection.execute("SELECT to_regclass('public._yoyo_migration')").fetchone()
    if exists is None or exists[0] is None:
        return []
    return [str(row[0]) for row in connection.execute("SELECT migration_id FROM public._yoyo_migration")]


def _with_yoyo(url: str, done: str, names: Sequence[str]) -> None:
    """Applies these migrations in this order, or takes them back (`done` is "applied" or "rolled back")."""
    import yoyo  # here, since it takes a fifth of a second that a start without pending migrations need not spend

    _, _, rest = url.partition("://")
    # A table that somebody holds locked fails the migration soon, before everyone queues up behind it.
    options = urlencode({"options": f"-c lock_timeout={LOCK_TIMEOUT} -c search_path=public", "application_name": AT_WORK})
    backend = yoyo.get_backend(f"postgresql+psycopg://{rest}{'&' if '?' in rest else '?'}{options}")
    try:
        backend.break_lock()
        with backend.lock():
            migrations = {migration.id: migration for migration in yoyo.read_migrations(str(MIGRATIONS))}
            for name in names:
                backend.ensure_internal_schema_updated()
                try:
                    with backend.transaction():
                        if done == "applied":
                            migrations[name].process_steps(backend, "apply")
                            backend.mark_one(migrations[name])
                        else:
                            migrations[name].process_steps(backend, "rollback")
                            backend.unmark_one(migrations[name])
                except psycopg.Error as error:
                    raise MigrationError(f"Migration {name} was not {done}, and nothing of it remains: {error}") from error
    finally:
        backend.connection.close()
