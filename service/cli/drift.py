"""`leads drift`: does a live database still have the schema that the repository says?"""

import tempfile
from pathlib import Path

import psycopg
import typer

from service import migrate
from service.cli.finding import owner_url
from service.embedded import EmbeddedCluster
from service.settings import Settings

CATALOGUE = migrate.MIGRATIONS.parent / "sql" / "catalogue.sql"


def drift() -> None:
    """Compare the database with a freshly migrated one, object by object. Read-only; exits 1 and names each difference."""
    with owner_url(Settings.from_environ()) as url, psycopg.connect(url, connect_timeout=10) as connection:
        connection.read_only = True
        live = catalogue(connection)
    with tempfile.TemporaryDirectory(prefix="leads-drift-") as folder:
        cluster = EmbeddedCluster(Path(folder), options={"fsync": "off"})
        with cluster.session():
            migrate.migrate(cluster.url())
            with psycopg.connect(cluster.url()) as connection:
                written = catalogue(connection)
    found = differences(live, written)
    for line in found:
        typer.echo(line)
    typer.echo(f"{len(found)} differences." if found else f"No difference: {len(written)} objects are as the repository says.")
    raise typer.Exit(1 if found else 0)


def catalogue(connection: "psycopg.Connection[tuple[str, str]]") -> dict[str, str]:
    """Every object of ours in a database, with its definition."""
    return dict(connection.execute(CATALOGUE.read_bytes()).fetchall())


def differences(live: dict[str, str], written: dict[str, str]) -> list[str]:
    """A line for each object that is missing, changed, or not of ours."""
    lines = []
    for name in sorted(live.keys() | written.keys()):
        if name not in live:
            lines.append(f"missing: {name}")
        elif name not in written:
            lines.append(f"not of ours: {name}")
        elif live[name] != written[name]:
            lines.append(f"changed: {name}\n  is:     {live[name].strip()}\n  should: {written[name].strip()}")
    return lines
