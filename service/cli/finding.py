"""How a command finds its database and secrets: from the environment, else the embedded one and LEADS_DATA_DIR."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from service.db import CONNECTIONS_PER_WORKER
from service.embedded import EmbeddedCluster
from service.queries import QUERIES
from service.secret_files import kept_secret, previous_secrets
from service.settings import Mailbox, Settings

SERVICE_LOGIN = "leads_service"
CAPTURE_LOGIN = "leads_capture"
JWT_SECRET = "jwt_secret_key"  # noqa: S105 - the file's name


class CommandError(RuntimeError):
    """Why a command can't do its work. The message is for people."""


def embedded_cluster(settings: Settings) -> EmbeddedCluster | None:
    """The embedded database, or None when the environment names another."""
    if settings.database_url or settings.migration_database_url:
        return None
    # Room for every pool of every worker, and for people: ten analysts, and psql.
    connections = max(100, settings.workers * CONNECTIONS_PER_WORKER + 70)
    return EmbeddedCluster(settings.data_dir, options={"max_connections": str(connections)})


@contextmanager
def owner_url(settings: Settings, *, make: bool = False) -> Iterator[str]:
    """The URL of the database's owner. The embedded database is started when it isn't running, and stopped again.

    When there is none yet, it is made, or CommandError raised: a question asked in the wrong folder should leave nothing there.
    """
    cluster = embedded_cluster(settings)
    if cluster is None:
        yield settings.migration_database_url or settings.database_url or ""
        return
    if not make and not cluster.exists():
        raise CommandError(
            f"There is no database in {settings.data_dir} yet: leads up makes one. If yours is elsewhere, set LEADS_DATA_DIR "
            "or DATABASE_URL."
        )
    with cluster.session():
        yield cluster.url()


def with_secrets(settings: Settings) -> Settings:
    """The settings with what `leads up` generates: the key that signs tokens."""
    if settings.jwt_secret_key:
        return settings
    key, _ = kept_secret(settings.data_dir, JWT_SECRET)
    return replace(settings, jwt_secret_key=key, jwt_previous_keys=previous_secrets(settings.data_dir, JWT_SECRET))


def check_logins(settings: Settings) -> None:
    """Raises CommandError when MIGRATION_DATABASE_URL says that the logins exist, and the URLs of them are missing."""
    if settings.migration_database_url and not (settings.database_url and settings.public_database_url):
        raise CommandError(
            f"With MIGRATION_DATABASE_URL also set DATABASE_URL ({SERVICE_LOGIN}) and PUBLIC_DATABASE_URL "
            f"({CAPTURE_LOGIN}): leads roles makes and prints both."
        )


def with_logins(settings: Settings, owner: str) -> Settings:
    """The settings with the URLs of the two logins the service uses, which are made when they lack a password.

    Left alone when the environment says who they are: MIGRATION_DATABASE_URL is then the owner's, and DATABASE_URL and
    PUBLIC_DATABASE_URL theirs.
    """
    if settings.migration_database_url:
        return settings
    urls = {name: _login(settings, owner, name) for name in (SERVICE_LOGIN, CAPTURE_LOGIN)}
    return replace(
        settings,
        database_url=urls[SERVICE_LOGIN],
        public_database_url=settings.public_database_url or urls[CAPTURE_LOGIN],
    )


def with_mailbox(settings: Settings, address: str) -> Settings:
    """The settings with what `leads up` makes of mail that goes nowhere: a folder that keeps it all, and a team to write to."""
    mail_url = settings.mail_url or Mailbox(None)
    if not isinstance(mail_url, Mailbox):
        return settings
    return replace(
        settings,
        mail_url=mail_url,
        notify_to=settings.notify_to or ("team@localhost",),
        public_url=settings.public_url or address,
    )


def _login(settings: Settings, owner: str, name: str) -> str:
    password, is_new = kept_secret(settings.data_dir, f"{name}.password")
    url = as_user(owner, name, password)
    try:
        psycopg.connect(url, connect_timeout=10).close()
        return url
    except psycopg.OperationalError:
        pass
    with psycopg.connect(owner, connect_timeout=10) as connection:
        row = connection.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
        if row and row[0] and is_new and embedded_cluster(settings) is None:
            (settings.data_dir / "secrets" / f"{name}.password").unlink()
            raise CommandError(
                f"The server has a login {name} already, perhaps of another installation, and {settings.data_dir} does not "
                f"know its password. Set MIGRATION_DATABASE_URL, DATABASE_URL ({SERVICE_LOGIN}) and PUBLIC_DATABASE_URL "
                f"({CAPTURE_LOGIN}), or take its password away: ALTER ROLE {name} NOLOGIN"
            )
        set_password(connection, name, password)
    return url


def set_password(connection: psycopg.Connection[Any], login: str, password: str) -> None:
    """Lets a role log in with this password. Its verifier goes over the wire and into the server's log, itself into neither."""
    verifier = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(login), sql.Literal(verifier)))


def as_user(url: str, user: str, password: str) -> str:
    """The same database for another user."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{place}"))


def call(owner: str, query: str, *arguments: object) -> Any:
    """What a named statement of sql/queries returns: one value. What a function of ours refuses is a CommandError."""
    try:
        with psycopg.connect(owner, connect_timeout=10, cursor_factory=psycopg.RawCursor) as connection:
            row = connection.execute(QUERIES[query], arguments).fetchone()
    except psycopg.Error as error:
        if error.sqlstate and error.sqlstate.startswith("LD"):
            hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
            raise CommandError(f"{error.diag.message_primary}{hint}") from None
        raise
    return row[0] if row else None
