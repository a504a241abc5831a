"""`leads erase`: a person out of the database, and with --rewrite out of its files as well."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import psycopg
import typer
from psycopg import sql

from service.cli.finding import CommandError, embedded_cluster, owner_url
from service.mail.mailbox import MailboxTransport
from service.settings import Mailbox, Settings

Connection = psycopg.Connection[tuple[Any, ...]]

# The tables that hold, or held, something of a person. Their indexes and TOAST tables are rewritten with them.
TABLES = (
    ("public", "contact_leads"),
    ("app", "lead_search"),
    ("app", "lead_count_changes"),
    ("app", "lead_cells"),
    ("app", "audit_log"),
    ("app", "idempotency_keys"),
    ("app", "operations"),
    ("app", "adoption_notes"),
    ("app", "outbox"),
    ("app", "auto_replies"),
    ("app", "mail_stops"),
)
# How long a table that is in use, or a transaction that began before the erasure, is waited for.
PATIENCE_SECONDS = 60.0
# Who waits for a table makes everybody wait behind: so long at a time, as the service's requests wait.
LOCK_SECONDS = 4
POLL_SECONDS = 0.05

FOUND = """
    WITH theirs AS (
        SELECT l.id, l.is_spam, l.deleted_at FROM public.contact_leads AS l WHERE lower(l.email) = lower(btrim(%(email)s))
    ), mentions AS (
        SELECT a.lead_id FROM app.audit_log AS a
        WHERE a.salt IS NOT NULL AND a.table_name = 'contact_leads' AND (
            a.after ? 'email' AND lower(a.after ->> 'email') = lower(btrim(%(email)s))
            OR a.before ? 'email' AND lower(a.before ->> 'email') = lower(btrim(%(email)s)))
    )
    SELECT
        count(*) FILTER (WHERE t.deleted_at IS NULL AND NOT t.is_spam),
        count(*) FILTER (WHERE t.deleted_at IS NULL AND t.is_spam),
        count(*) FILTER (WHERE t.deleted_at IS NOT NULL),
        (SELECT count(DISTINCT m.lead_id) FROM mentions AS m WHERE m.lead_id NOT IN (SELECT t.id FROM theirs AS t))
    FROM theirs AS t
"""
ERASE = "SELECT service.erase_person(NULL, %s, NULL, 'leads erase', 'admin', NULL)"
HISTORIES = "SELECT count(DISTINCT a.lead_id) FROM app.audit_log AS a WHERE a.operation = %s AND a.action = 'erased'"

# Every transaction of this database that runs: each holds a lock on its own number, which everybody may see.
UNDER_WAY = """
    SELECT l.virtualtransaction,
        format('process %s, %s', l.pid, coalesce(nullif(s.application_name, ''), s.usename::text, 'autovacuum'))
    FROM pg_locks AS l JOIN pg_stat_activity AS s ON s.pid = l.pid
    WHERE l.locktype = 'virtualxid' AND l.granted AND s.datname = current_database() AND l.pid <> pg_backend_pid()
    UNION ALL
    SELECT p.gid, format('prepared transaction %s', p.gid) FROM pg_prepared_xacts AS p WHERE p.database = current_database()
"""
# Statistics hold common values. ANALYZE leaves those of a table or index that has no row any more.
STATISTICS = """
    SELECT c.oid::regclass::text, pg_clear_attribute_stats(n.nspname::text, c.relname::text, a.attname::text, false)
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.oid = %(table)s::regclass OR c.oid IN (
        SELECT i.indexrelid FROM pg_index AS i WHERE i.indrelid = %(table)s::regclass AND i.indexprs IS NOT NULL)
"""
SEGMENTS = "SELECT w.name FROM pg_ls_waldir() AS w WHERE w.name ~ '^[0-9A-F]{24}$'"
SEGMENT = "SELECT pg_walfile_name(pg_current_wal_insert_lsn())"


def erase(
    email: Annotated[str, typer.Option(help="Whose leads: an address, in whatever case.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    rewrite: Annotated[
        bool,
        typer.Option(
            "--rewrite",
            help="Then write the tables anew, and let go of old write-ahead log: the files hold what was deleted until "
            "PostgreSQL writes over it. Each table is locked meanwhile, and requests for it are answered 503.",
        ),
    ] = False,
) -> None:
    """Erase a person for good: every lead of an address, with search, history and all. It can't be undone."""
    if not email.strip():
        raise typer.BadParameter("It is empty.", param_hint="'--email'")
    settings = Settings.from_environ()
    with owner_url(settings) as url, _session(url) as connection:
        inbox, spam, trash, others = _row(connection, FOUND, {"email": email})
        typer.echo(f"Leads of that address: {inbox} in the inbox, {spam} in spam, {trash} in the trash.")
        if others:
            typer.echo(f"Others whose history names it: {others}.")
        if (inbox or spam or trash or others) and not yes:
            if not sys.stdin.isatty():
                raise CommandError("Nothing was erased: there is no terminal to ask on. Say --yes.")
            typer.confirm("Erase it for good?", abort=True)
        typer.echo(_erased(connection, email))
        _forget_mail(connection, settings)
        if not rewrite:
            typer.echo("The database's files hold it until PostgreSQL writes over it. With --rewrite it does so now.")
            return
        for line in rewritten(connection):
            typer.echo(line)
        cluster = embedded_cluster(settings)
        if cluster is None:
            typer.echo("Your server's write-ahead log, its archive, replicas, backups and logs are yours to let go of.")
            return
        with _session(cluster.url("postgres", "postgres")) as superuser:
            typer.echo(renewed_log(superuser))


@contextmanager
def _session(url: str) -> "Iterator[Connection]":
    with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (f"{LOCK_SECONDS}s",))
        yield connection


def _erased(connection: Connection, email: str) -> str:
    try:
        (answer,) = _row(connection, ERASE, (email,))
    except psycopg.errors.LockNotAvailable:
        raise CommandError("Nothing was erased: another transaction holds one of the leads. Run it again.") from None
    leads, operation = answer["changed"], answer["operation"]
    (histories,) = _row(connection, HISTORIES, (operation,))
    if not histories:
        return f"There was nobody of that address (operation {operation})."
    noun = "lead" if leads == 1 else "leads"
    return f"Erased: {leads} {noun}, and the history of {histories - leads} others (operation {operation})."


def _forget_mail(connection: Connection, settings: Settings) -> None:
    """Removes the mailbox's files of mails that are gone. A running service does it too, within a minute."""
    chosen = settings.mail_url
    if chosen is not None and not isinstance(chosen, Mailbox):
        return
    mailbox = MailboxTransport((chosen.folder if chosen else None) or settings.data_dir / "mailbox")
    for files in mailbox.batches():
        (kept,) = _row(connection, "SELECT service.kept_mails(%s::bigint[])", ([mail_id for mail_id, _ in files],))
        mailbox.remove(files, kept)


def rewritten(connection: Connection) -> Iterator[str]:
    """Writes the tables anew without what was deleted."""
    warnings: list[str] = []
    connection.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))
    for name in TABLES:
        table = sql.Identifier(*name)
        if connection.info.server_version >= 180000:
            connection.execute(STATISTICS, {"table": table.as_string(connection)})
        _vacuum(connection, sql.SQL("VACUUM (FULL, ANALYZE) {}").format(table))
    # Where the old statistics were.
    _vacuum(connection, sql.SQL("VACUUM (FULL) pg_catalog.pg_statistic"))
    yield f"Written anew: {', '.join('.'.join(name) for name in TABLES)}, and their statistics."
    yield from warnings


def _vacuum(connection: Connection, statement: sql.SQL | sql.Composed) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        # What a transaction may still see would be copied.
        _wait_for_others(connection, deadline)
        try:
            connection.execute(statement)
            return
        except psycopg.errors.LockNotAvailable:
            if time.monotonic() > deadline:
                raise CommandError(
                    f"The leads are erased, but not out of the files: {statement.as_string(connection)} would have to wait for "
                    "somebody who uses that table. Run the command again later."
                ) from None


def _wait_for_others(connection: Connection, deadline: float) -> None:
    """Until every transaction of this moment has ended."""
    waited_for = _under_way(connection)
    while waited_for:
        if time.monotonic() > deadline:
            raise CommandError(
                "The leads are erased, but not out of the files: older transactions may still see them "
                f"({'; '.join(sorted(waited_for.values()))}). End them, and run the command again."
            )
        time.sleep(POLL_SECONDS)
        waited_for = {key: waited_for[key] for key in waited_for.keys() & _under_way(connection).keys()}


def _under_way(connection: Connection) -> dict[str, str]:
    return dict(connection.execute(UNDER_WAY).fetchall())


def renewed_log(connection: Connection) -> str:
    """Lets go of every file of the write-ahead log that there is now. As a superuser."""
    run = connection.execute
    (recycles,) = _row(connection, "SELECT current_setting('wal_recycle')::boolean")
    if recycles:
        run("ALTER SYSTEM SET wal_recycle = off")
    try:
        while _row(connection, "SELECT pg_reload_conf(), current_setting('wal_recycle')::boolean")[1]:
            time.sleep(POLL_SECONDS)
        # It may have begun with the old setting; what it kept for later counts as old.
        run("CHECKPOINT")
        old = {name for (name,) in run(SEGMENTS)}
        # Files that were kept for later are written from their beginning, and so stop being for later.
        for _ in range(len(old) + 1):
            run("SELECT pg_logical_emit_message(false, 'leads', '')")
            run("SELECT pg_switch_wal()")
            if _row(connection, SEGMENT)[0] > max(old):
                break
        run("SELECT pg_logical_emit_message(false, 'leads', '')")
        run("CHECKPOINT")
        left = old & {name for (name,) in run(SEGMENTS)}
    finally:
        if recycles:
            run("ALTER SYSTEM RESET wal_recycle")
            run("SELECT pg_reload_conf()")
    if left:
        raise CommandError(
            f"{len(left)} older files of the write-ahead log are still there: something keeps them (wal_keep_size, an archive, "
            "a replication slot). They hold what was erased."
        )
    return "The write-ahead log was begun anew."


def _row(connection: Connection, statement: str, parameters: Any = None) -> tuple[Any, ...]:
    row = connection.execute(statement.encode(), parameters).fetchone()
    assert row is not None
    return row
