"""`leads analyst`: logins of people who count with SQL, and the port of the embedded database that they come in by.

What keeps an analyst from writing, and from a name or an address, are the grants: a login reads what leads_analyst may read,
and nothing else. That its transactions are read-only, and end after a time, are defaults of the login, which whoever has it
can change for a session or for good. The limit of connections can't be changed by it.
"""

import os
import re
import secrets
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
import typer
from psycopg import errors, sql

from service.cli.finding import CommandError, as_user, embedded_cluster, owner_url, set_password
from service.cli.tables import show
from service.embedded import DATABASE, LOOPBACK, TCP_PORTS, EmbeddedCluster
from service.settings import Settings

app = typer.Typer(help="Logins that read the numbers with SQL, and nothing that names a person.", no_args_is_help=True)

Connection = psycopg.Connection[tuple[Any, ...]]

GROUP = "leads_analyst"
DEFAULT_PORT = 6432
# How long a session that is ended may take to go.
PATIENCE_MILLISECONDS = 5000
# What of the owner's URL is about the way to the server. The rest, such as a user or a password, isn't for others.
WAY = ("host", "hostaddr", "port", "dbname", "sslmode", "sslrootcert", "sslnegotiation", "channel_binding", "gssencmode")

# Of those whom we made, which their comment tells: a login may change its settings itself, but not that.
LIST = """
    SELECT r.rolname, has_table_privilege(r.oid, to_regclass('stats.personal'), 'SELECT'), r.rolconnlimit,
        (SELECT split_part(c.one, '=', 2) FROM unnest(r.rolconfig) AS c (one) WHERE starts_with(c.one, 'statement_timeout=')),
        (SELECT count(*) FROM pg_stat_activity AS a WHERE a.usesysid = r.oid)
    FROM pg_roles AS r
    WHERE shobj_description(r.oid, 'pg_authid') = %s
    ORDER BY r.rolname
"""
IS_OURS = "SELECT FROM pg_roles AS r WHERE r.rolname = %s AND shobj_description(r.oid, 'pg_authid') = %s"
END_SESSIONS = """
    SELECT count(*) FILTER (WHERE pg_terminate_backend(a.pid, %s)) FROM pg_stat_activity AS a WHERE a.usename = %s
"""

Name = Annotated[str, typer.Argument(help="The login's name: small letters, digits and _.")]
Port = Annotated[int, typer.Option(min=TCP_PORTS[0], max=TCP_PORTS[-1], help="The port of 127.0.0.1.")]


@app.command()
def add(
    name: Name,
    personal: Annotated[
        bool, typer.Option("--personal", help="Names, addresses and messages too: stats.personal. Nothing of them otherwise.")
    ] = False,
    connections: Annotated[int, typer.Option(min=1, max=100, help="How many connections at a time.")] = 5,
    timeout: Annotated[int, typer.Option(min=1, max=86400, help="After how many seconds a statement ends.")] = 60,
    port: Annotated[
        int | None,
        typer.Option(min=TCP_PORTS[0], max=TCP_PORTS[-1], help="Open this port first, as `leads analyst open` does."),
    ] = None,
) -> None:
    """Make a login that reads `stats`, and print its connection string, once."""
    _check(name)
    settings = Settings.from_environ()
    if port is not None:
        _open(settings, port)
    password = secrets.token_urlsafe(24)
    with owner_url(settings) as url, psycopg.connect(url, connect_timeout=10) as connection:
        # In a transaction: all of it, or nothing.
        connection.execute("SELECT 'stats.overview'::regclass, 'stats.personal'::regclass")  # a database of this version
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,)).rowcount:
            raise CommandError(_taken(connection, name))
        try:
            _create(connection, name, connections, timeout)
        except errors.DuplicateObject:  # just now, by another
            raise CommandError(f"There is a role {name} already.") from None
        if personal:
            connection.execute(sql.SQL("GRANT SELECT ON stats.personal TO {}").format(sql.Identifier(name)))
        set_password(connection, name, password)
    _print(settings, name, password)


@app.command("list")
def list_analysts() -> None:
    """List the logins that `leads analyst add` made."""
    with owner_url(Settings.from_environ()) as url, psycopg.connect(url, connect_timeout=10) as connection:
        found = connection.execute(LIST, (_mark(connection),)).fetchall()
    rows = []
    for name, personal, limit, timeout, connected in found:
        # As its holder may have written it.
        after = " ".join(timeout.split()) if timeout else "the server's"
        rows.append((name, "yes" if personal else "no", str(limit), after, str(connected)))
    show(("name", "personal", "connections", "timeout", "connected now"), rows)


@app.command("password")
def new_password(name: Name) -> None:
    """Give an analyst another password, printed once, and end the sessions of the old one."""
    settings, password = Settings.from_environ(), secrets.token_urlsafe(24)
    with _analyst(settings, name) as connection:
        set_password(connection, name, password)
        _end_sessions(connection, name)
    _print(settings, name, password)


@app.command()
def remove(name: Name) -> None:
    """Remove an analyst: the login, its sessions and what it owns."""
    with _analyst(Settings.from_environ(), name) as connection:
        connection.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(name)))  # nobody comes in any more
        ended = _end_sessions(connection, name)
        try:
            with connection.transaction():
                _become_member(connection, name)
                connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
        except errors.DependentObjectsStillExist as error:
            raise CommandError(
                f"{name} can't log in any more, but can't be removed yet, for what it has in other databases of the server: "
                f"{error.diag.message_detail}. There, as a superuser: DROP OWNED BY {name}. Then run this again."
            ) from None
    typer.echo(f"{name} is removed. Sessions that were ended: {ended}.")


@app.command("open")
def open_port(port: Port = DEFAULT_PORT) -> None:
    """Let the embedded database listen on a port of 127.0.0.1, too. Not while `leads up` runs."""
    _open(Settings.from_environ(), port)
    typer.echo(f"Whenever the database runs (leads up), it listens on {LOOPBACK}:{port}, by password, for this machine alone.")
    typer.echo(f"From another: ssh -N -L {port}:{LOOPBACK}:{port} THIS-MACHINE")


@app.command("close")
def close_port() -> None:
    """Let the embedded database listen on no port again. Not while `leads up` runs."""
    _embedded(Settings.from_environ()).close_port()
    typer.echo("The database listens on no TCP port.")


def _check(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name) or name.startswith(("pg_", "leads_")) or name in ("public", "none"):
        raise CommandError(
            f"{name!r} can't be the name of an analyst: a small letter comes first, then small letters, digits and _, at most "
            "63 in all. public, none, and what begins with pg_ or leads_ are taken."
        )


def _taken(connection: Connection, name: str) -> str:
    if _is_ours(connection, name):
        return f"There is an analyst {name} already. leads analyst password {name} gives it another password."
    return f"The server has a role {name} already, which is no analyst of this database. Choose another name."


def _create(connection: Connection, name: str, connections: int, timeout: int) -> None:
    """The role, which can't log in yet. Raises errors.DuplicateObject."""
    role = sql.Identifier(name)
    create = "CREATE ROLE {} NOLOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT {}"
    connection.execute(sql.SQL(create).format(role, sql.Literal(connections)))
    connection.execute(sql.SQL("COMMENT ON ROLE {} IS {}").format(role, sql.Literal(_mark(connection))))
    connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(GROUP), role))
    defaults = {
        "default_transaction_read_only": "on",
        "statement_timeout": f"{timeout}s",
        "lock_timeout": "5s",  # it must not queue up behind a migration, and others behind it
        "idle_in_transaction_session_timeout": "10min",  # its snapshot keeps dead rows from being cleaned up
        "search_path": "stats",
    }
    # In every database of the server: it may connect to them all, unless they say otherwise.
    for setting, value in defaults.items():
        statement = sql.SQL("ALTER ROLE {} SET {} = {}")
        connection.execute(statement.format(role, sql.Identifier(setting), sql.Literal(value)))


def _mark(connection: Connection) -> str:
    """What the roles of our analysts are commented with."""
    return f"An analyst of the lead inbox {connection.info.dbname}."


def _is_ours(connection: Connection, name: str) -> bool:
    return bool(connection.execute(IS_OURS, (name, _mark(connection))).rowcount)


@contextmanager
def _analyst(settings: Settings, name: str) -> Iterator[Connection]:
    """A connection of the owner's that commits each statement. Raises CommandError when no such analyst is ours."""
    with owner_url(settings) as url, psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
        if not _is_ours(connection, name):
            raise CommandError(f"There is no analyst {name} (leads analyst list).")
        yield connection


def _become_member(connection: Connection, name: str) -> None:
    """Of that role, as whoever drops its objects and ends its sessions must be."""
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(name)))


def _end_sessions(connection: Connection, name: str) -> int:
    """Ends them, and says how many there were."""
    with connection.transaction(force_rollback=True):  # the membership is for this alone
        _become_member(connection, name)
        row = connection.execute(END_SESSIONS, (PATIENCE_MILLISECONDS, name)).fetchone()
    return row[0] if row else 0


def _embedded(settings: Settings) -> EmbeddedCluster:
    """Raises CommandError when the database is another, or there is none yet."""
    cluster = embedded_cluster(settings)
    if cluster is None:
        raise CommandError("This is about the embedded database. Who reaches yours is for its server to say.")
    if not cluster.exists():
        raise CommandError(f"There is no database in {settings.data_dir} yet: leads up makes one.")
    return cluster


def _open(settings: Settings, port: int) -> None:
    cluster = _embedded(settings)
    if cluster.tcp_port() != port:
        cluster.open_port(port)


def _print(settings: Settings, name: str, password: str) -> None:
    """The connection string, and how to call psql: without the password, which would show in the list of processes."""
    cluster = embedded_cluster(settings)
    port = cluster.tcp_port() if cluster else None
    place = f"postgresql://{LOOPBACK}:{port}/{DATABASE}" if port else cluster.url() if cluster else _given()
    parts = urlsplit(place)
    nobody = parts._replace(netloc=f"{name}@{parts.netloc.rpartition('@')[2]}")
    typer.echo("# Shown this once. Whoever has it reads what this analyst may read.")
    if cluster and port:
        typer.echo("# It works on this machine, while leads up runs. From another: ssh -L (docs/operations.md).")
    elif cluster:
        typer.echo("# It works through the database's socket, only for the user who runs it. For others: leads analyst open")
    typer.echo(as_user(place, name, password))
    typer.echo("# psql asks for the password:")
    typer.echo(f"psql {shlex.quote(urlunsplit(nobody))}")


def _given() -> str:
    """The owner's URL as the environment gives it (the settings add this machine's certificates), and of it the way alone."""
    url = (os.environ.get("MIGRATION_DATABASE_URL") or os.environ.get("DATABASE_URL") or "").strip()
    parts = urlsplit(url)
    way = [(key, value) for key, value in parse_qsl(parts.query) if key in WAY]
    return urlunsplit(parts._replace(query=urlencode(way), fragment=""))
