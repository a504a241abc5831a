"""`leads stats`: figures that are right, one that is not, and how it is mended."""

import subprocess
from pathlib import Path

import psycopg
from leads_up import LEADS, PATIENCE, environment

from conftest import Urls


def leads_stats(urls: Urls, command: str, code: int = 0) -> str:
    done = subprocess.run(
        [LEADS, "stats", command],
        env=environment(Path("/nonexistent"), DATABASE_URL=urls.owner),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (code, ""), done
    return done.stdout


def test_verify_and_rebuild(fresh_urls: Urls) -> None:
    assert leads_stats(fresh_urls, "verify") == "Every figure is what counting says.\n"
    assert leads_stats(fresh_urls, "rebuild") == "Every figure was right.\n"
    with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE contact_leads DISABLE TRIGGER contact_leads_totals_insert")
        owner.execute(
            "INSERT INTO contact_leads (name, email, source) SELECT 'x', 'x@y.zz', 's' || n FROM generate_series(1, 60) n"
        )
        owner.execute("ALTER TABLE contact_leads ENABLE TRIGGER contact_leads_totals_insert")
    told = leads_stats(fresh_urls, "verify", code=1)
    assert "s1" in told
    assert "figures are wrong; the first 50 are shown. leads stats rebuild mends them." in told
    assert leads_stats(fresh_urls, "rebuild").endswith(" figures were put right.\n")
    assert leads_stats(fresh_urls, "verify") == "Every figure is what counting says.\n"
