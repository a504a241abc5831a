"""`leads psql`."""

import os
import shutil
import signal
import subprocess
import sys

import typer
from psycopg import pq

from service.cli.finding import CommandError, embedded_cluster, owner_url
from service.settings import Settings


def psql(context: typer.Context) -> None:
    """Run psql on the database as its owner; what follows `--` goes to it: leads psql -- -c 'select now()'."""
    settings = Settings.from_environ()
    cluster = embedded_cluster(settings)
    program = str(cluster.bin_dir / "psql") if cluster else shutil.which("psql")
    if program is None:
        raise CommandError("There is no psql on the PATH. On Debian and Ubuntu: apt-get install postgresql-client")
    with owner_url(settings) as url:
        before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C belongs to psql, which cancels a query by it
        try:
            code = subprocess.call([program, *context.args], env={**os.environ, **_variables(url)})
        finally:
            signal.signal(signal.SIGINT, before)
    sys.exit(code if code >= 0 else 128 - code)


def _variables(url: str) -> dict[str, str]:
    """A URL as libpq's environment variables, so that the password shows in no list of processes."""
    options = pq.Conninfo.parse(url.encode())
    return {option.envvar.decode(): option.val.decode() for option in options if option.envvar and option.val is not None}
