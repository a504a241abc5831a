"""`leads adopt`: what migrating does, or did, to an older contact_leads."""

from collections.abc import Iterator
from typing import Annotated, Any

import psycopg
import typer

from service import migrate
from service.cli.finding import CommandError, owner_url
from service.settings import Settings

Connection = psycopg.Connection[tuple[Any, ...]]

NOTES = "SELECT kind, object, note, definition FROM app.adoption_notes WHERE kind <> 'value' ORDER BY id"
# Values that could not stay as they were, by column: in the rows, and in the notes where they are too large for a row.
LEGACY = """
    WITH kept (id, legacy) AS (
        SELECT l.id, l.metadata -> 'legacy' FROM public.contact_leads AS l
        WHERE jsonb_typeof(l.metadata -> 'legacy') = 'object' AND NOT l.metadata -> 'legacy' ? 'kept_in'
        UNION ALL
        SELECT n.lead_id, n.definition::jsonb -> 'legacy' FROM app.adoption_notes AS n
        WHERE n.kind = 'value' AND jsonb_typeof(n.definition::jsonb -> 'legacy') = 'object'
    )
    SELECT c.name, count(*), (array_agg(k.id ORDER BY k.id))[1:5]
    FROM kept AS k CROSS JOIN LATERAL jsonb_object_keys(k.legacy) AS c (name)
    GROUP BY c.name ORDER BY c.name
"""
LARGE = """
    SELECT count(*), (array_agg(n.lead_id ORDER BY n.lead_id))[1:5] FROM app.adoption_notes AS n
    WHERE n.kind = 'value' HAVING count(*) > 0
"""


def adopt(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Migrate, say what happened, and take it all back.")] = False,
    report: Annotated[bool, typer.Option("--report", help="After leads migrate: say what happened.")] = False,
) -> None:
    """Say what `leads migrate` does to an older contact_leads (--dry-run), or did (--report). Changes nothing itself."""
    if dry_run == report:
        typer.echo("leads adopt: give --dry-run (before leads migrate, which adopts) or --report (after it).", err=True)
        raise typer.Exit(2)
    with owner_url(Settings.from_environ()) as url:
        lines = rehearsal(url) if dry_run else told(url)
    for line in lines:
        typer.echo(line)


def told(url: str) -> list[str]:
    """What was done to the older table of a migrated database."""
    state = migrate.state(url)
    if not state.matches:
        raise CommandError(state.describe())
    with psycopg.connect(url, connect_timeout=10) as connection:
        connection.read_only = True
        return list(_report(connection))


def rehearsal(url: str) -> list[str]:
    """What migrating would do: it is done, in one transaction, which is rolled back. The table is locked meanwhile."""
    state = migrate.state(url)
    if state.unknown:
        raise CommandError(state.describe())
    if not state.pending:
        return ["Nothing to do: the database has every migration. What was done: leads adopt --report"]
    with psycopg.connect(url, connect_timeout=10) as connection:
        try:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (migrate.ADVISORY_LOCK,))
            connection.execute("SELECT set_config('lock_timeout', %s, true)", (migrate.LOCK_TIMEOUT,))
            connection.execute("SET LOCAL search_path = public")
            for name in state.pending:
                try:
                    connection.execute((migrate.MIGRATIONS / f"{name}.sql").read_bytes())
                except psycopg.Error as error:
                    raise CommandError(f"Migration {name} would fail, and change nothing: {error}") from error
            return [f"Would migrate: {', '.join(state.pending)}", *_report(connection), "Nothing was changed."]
        finally:
            connection.rollback()


def _report(connection: Connection) -> Iterator[str]:
    notes = connection.execute(NOTES).fetchall()
    if not notes:
        yield "Nothing to adopt: there was no older contact_leads."
        return
    for kind, title in (("table", "The table"), ("status", "Statuses, as they were")):
        found = [note for note in notes if note[0] == kind]
        if found:
            yield f"{title}:"
            yield from (f"  {_shown(name)}: {note}" for _, name, note, _ in found)
    legacy = connection.execute(LEGACY).fetchall()
    yield "Values that could not stay as they were, kept under metadata.legacy:" if legacy else "Every value stays as it was."
    for column, count, ids in legacy:
        yield f"  {_shown(column)}: {count} rows, such as {', '.join(map(str, ids))}"
    for count, ids in connection.execute(LARGE):
        yield f"  Of these, {count} rows are too large and kept in app.adoption_notes: {', '.join(map(str, ids))}"
    others = [note for note in notes if note[0] not in ("table", "status")]
    if others:
        yield "What else was touched:"
    for kind, name, note, definition in others:
        yield f"  {kind} {_shown(name)}: {note}"
        if definition and not note.startswith("Made again as it was."):
            yield from (f"      {line}" for line in definition.splitlines())


def _shown(text: str) -> str:
    """On one line, whatever is in it."""
    return text if text.isprintable() and text else repr(text)
