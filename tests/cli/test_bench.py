"""scripts/bench works: everything is measured once, shortly. How fast it was is no test's business."""

import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from browser.conftest import chromium

BENCH = [sys.executable, str(Path(__file__).resolve().parents[2] / "scripts" / "benchmark")]


@pytest.fixture
def folder():
    """Where it makes its folder, which must be empty in the end. Short, as a socket's path has to be."""
    with tempfile.TemporaryDirectory(prefix="bench-") as path:
        Path(path).chmod(0o711)  # as root the database runs as another user
        yield Path(path)


def test_a_short_run_measures_every_workload(folder):
    done = subprocess.run(
        [*BENCH, "--check"],
        env={"PATH": "", "TMPDIR": str(folder), "CHROMIUM": chromium() or "", "HOME": str(Path.home())},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    read = (
        "newest first",
        "page 20 by cursor",
        "one lead",
        "KPIs",
        "trends, 30d, 1 connection",
        "choices, 1 connection",
        "overview, first visit",
        "frames while scrolling",
        "rare word",
        "CSV",
        "JSON",
    )
    written = (
        "form post",
        "status of a lead",
        "SQL, edit_lead",
        "status of 250 ids",
        "SQL, change_leads",
        r"status of [\d,]+ by filter",
        "undo of that",
    )
    for workload in read + written:
        line = re.search(rf"^│ {workload} .*│$", done.stdout, re.MULTILINE)
        assert line, f"{workload} is missing:\n{done.stdout}"
        assert re.search(r"\d /s|\d s", line[0]), line[0]
        assert "refused" not in line[0]
    assert re.search(r"^list, newest first: .* buffers: .*Index Scan", done.stdout, re.MULTILINE)
    assert list(folder.iterdir()) == []


def test_a_stopped_run_leaves_nothing_behind(folder):
    with subprocess.Popen([*BENCH, "--check"], env={"PATH": "", "TMPDIR": str(folder)}, stdout=-1, stderr=-1) as run:
        assert b"minutes" in run.stdout.readline()
        while not list(folder.glob("*/var/postgres/postmaster.pid")):
            assert run.poll() is None
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=60)
    assert run.returncode == 143
    assert list(folder.iterdir()) == []
