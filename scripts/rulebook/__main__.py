"""scripts/rules: migrates a database in a temporary folder and prints its rules; docs/rules.md keeps them."""

import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import psycopg
from document import rules

from service import migrate
from service.embedded import EmbeddedCluster


def main() -> None:
    # As Ctrl-C: the database is stopped and its folder removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="leads-rules-") as folder:
        # Nothing in it is worth waiting for a disk.
        cluster = EmbeddedCluster(Path(folder).resolve() / "var", options={"fsync": "off"})
        with cluster.session():
            migrate.migrate(cluster.url())
            with psycopg.connect(cluster.url()) as connection:
                text = rules(connection)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
