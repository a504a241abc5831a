"""`leads psql`."""

import os
import shutil
import signal
import subprocess
import sys

import typer
from psycopg.conninfo import conninfo_to_dict

from service.cli.finding import CommandError, embedded_cluster, owner_url
from service.settings import Settings

# libpq's environment, so that the password shows in no list of processes.
VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "options": "PGOPTIONS",
}


def psql(context: typer.Context) -> None:
    """Run psql on the database as its owner; what follows `--` goes to psql: leads psql -- -c 'select count(*) from contact_leads'."""
    settings = Settings.from_environ()
    cluster = embedded_cluster(settings)
    program = str(cluster.bin_dir / "psql") if cluster else shutil.which("psql")
    if program is None:
        raise CommandError("There is no psql on the PATH. On Debian and Ubuntu: apt-get install postgresql-client")
    with owner_url(settings) as url:
        environ = {VARIABLES[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in VARIABLES}
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to psql, which cancels a query by it
        try:
            code = subprocess.call([program, *context.args], env={**os.environ, **environ})  # noqa: S603
        finally:
            signal.signal(signal.SIGINT, before)
    sys.exit(code)
