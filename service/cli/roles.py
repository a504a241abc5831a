"""`leads roles`."""

import os
import secrets
from typing import Annotated

import psycopg
import typer

from service.cli.finding import CAPTURE_LOGIN, SERVICE_LOGIN, CommandError, as_user, owner_url, set_password
from service.settings import Settings

LOGINS = {SERVICE_LOGIN: "DATABASE_URL", CAPTURE_LOGIN: "PUBLIC_DATABASE_URL"}


def roles(
    reset: Annotated[bool, typer.Option("--reset", help="Also when they can log in already: their old passwords end.")] = False,
) -> None:
    """Give the service's two logins passwords, and print the URLs to configure, once."""
    settings = Settings.from_environ()
    # As it was given, without this machine's certificates, which the settings name.
    given = (os.environ.get("MIGRATION_DATABASE_URL") or os.environ.get("DATABASE_URL") or "").strip()
    if not (settings.database_url or settings.migration_database_url):
        raise CommandError(
            "The embedded database has its logins by itself. For one of yours set MIGRATION_DATABASE_URL to its owner's URL."
        )
    with owner_url(settings) as owner, psycopg.connect(owner, connect_timeout=10) as connection:
        rows = connection.execute("SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname = ANY (%s)", (list(LOGINS),))
        can_log_in: dict[str, bool] = dict(rows.fetchall())
        if missing := [name for name in LOGINS if name not in can_log_in]:
            raise CommandError(f"The server has no role {' and no role '.join(missing)} yet. Run: leads migrate")
        if not reset and (active := [name for name in LOGINS if can_log_in[name]]):
            raise CommandError(
                f"{' and '.join(active)} can log in already, perhaps for another installation on this server. With --reset "
                "both get new passwords, and whoever uses the old ones is shut out."
            )
        urls = {}
        for name, variable in LOGINS.items():
            password = secrets.token_urlsafe(24)
            set_password(connection, name, password)
            urls[variable] = as_user(given, name, password)
        row = connection.execute("SELECT has_schema_privilege('public', 'public', 'CREATE')").fetchone()
    typer.echo("# Shown this once. leads serve needs the first two, and a JWT_SECRET_KEY; only leads migrate needs the third,")
    typer.echo("# which is the owner's as you gave it: a direct connection, no pooler. Keep it away from the service.")
    for variable, url in urls.items():
        typer.echo(f"{variable}={url}")
    typer.echo(f"MIGRATION_DATABASE_URL={given}")
    if row and row[0]:
        typer.echo("leads: everybody may create objects in the schema public, see docs/security.md", err=True)
