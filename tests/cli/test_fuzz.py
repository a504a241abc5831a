"""scripts/fuzz works: its parts run, can find something, and never take what was not tried for passed."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import pytest

FUZZING = Path(__file__).resolve().parents[2] / "scripts" / "fuzzing"


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch):
    """Loads a module of scripts/fuzzing as the script itself does."""

    def load(name: str) -> ModuleType:
        for folder in (FUZZING.parent / "benchmark", FUZZING):
            monkeypatch.syspath_prepend(str(folder))
        spec = importlib.util.spec_from_file_location(f"fuzzing_{name}", FUZZING / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return module

    return load


def fuzz(*arguments: str) -> "subprocess.CompletedProcess[str]":
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        Path(folder).chmod(0o711)  # as root the database runs as another user
        environ = {"PATH": os.environ["PATH"], "TMPDIR": folder}
        done = subprocess.run(
            [sys.executable, str(FUZZING), *arguments], env=environ, capture_output=True, text=True, timeout=240
        )
        assert list(Path(folder).iterdir()) == [], "it left something behind"
    return done


def test_a_short_run_attacks_filters_and_login() -> None:
    done = fuzz("--check", "filters", "login")
    # The medians of four tries tell nothing on a busy machine; all else must be as it should.
    found = [line for line in done.stdout.splitlines() if line.startswith(("filters ", "login ")) and ": " in line]
    assert [line for line in found if "the median is" not in line] == [], done.stdout
    assert "200 queries as viewer and admin" in " ".join(done.stdout.split()), done.stdout + done.stderr
    assert "4 tries of each" in " ".join(done.stdout.split())


def test_an_unknown_part_is_refused() -> None:
    done = fuzz("nothing")
    assert done.returncode == 2
    assert "there is no part nothing" in done.stderr


NOTHING = "[ERROR] all tested parameters do not appear to be injectable. Try to increase values"
INJECTABLE = """\
[10:00:00] [INFO] GET parameter 'q' appears to be 'AND boolean-based blind' injectable
GET parameter 'q' is vulnerable. Do you want to keep testing the others (if any)? [y/N] N
sqlmap identified the following injection point(s) with a total of 46 HTTP(s) requests:"""


def test_what_sqlmap_says(part) -> None:
    verdict = part("injection").verdict
    assert verdict(NOTHING) == ""
    assert "parameter 'q' is vulnerable" in verdict(INJECTABLE)
    assert "is vulnerable" in verdict(INJECTABLE + NOTHING)
    # One that was cut off, or could not connect, has not tried all.
    assert "did not finish" in verdict("[CRITICAL] unable to connect to the target URL")
    assert "did not finish" in verdict("")


def test_without_sqlmap_it_was_not_run(part, monkeypatch: pytest.MonkeyPatch) -> None:
    injection, outcome = part("injection"), part("outcome")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(injection.NotRun, match="apt-get install sqlmap"):
        injection.run(outcome.Outcome("sqlmap"), 1, 10)


def test_what_pip_audit_says(part) -> None:
    audit = part("audit")
    sound = {"name": "six", "version": "1.17.0", "vulns": []}
    weak = {"name": "old", "version": "1", "vulns": [{"id": "PYSEC-1"}, {"id": "PYSEC-2"}]}
    skipped = {"name": "six", "skip_reason": "Dependency not found on PyPI"}
    assert audit.weak_packages(json.dumps({"dependencies": [sound]}), "") == ([], 1)
    assert audit.weak_packages(json.dumps({"dependencies": [sound, weak]}), "") == (["old 1: PYSEC-1", "old 1: PYSEC-2"], 2)
    # It says "No known vulnerabilities found" of a package that nobody knows.
    with pytest.raises(audit.NotRun, match=r"six \(1 of 2\)"):
        audit.weak_packages(json.dumps({"dependencies": [sound, skipped]}), "")
    with pytest.raises(audit.NotRun, match="no route"):
        audit.weak_packages("", "Traceback\nConnectionError: no route")


def test_what_npm_says(part) -> None:
    audit = part("audit")
    report = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 12}}}
    assert audit.weak_modules(json.dumps(report)) == ([], 12)
    assert audit.weak_modules(json.dumps(report | {"vulnerabilities": {"old": {"severity": "high"}}})) == (["old: high"], 12)
    with pytest.raises(audit.NotRun):
        audit.weak_modules(json.dumps({"error": {"code": "ENOAUDIT"}}))


def test_what_schemathesis_says(part) -> None:
    said = (
        "=== FAILURES ===\n____ GET /a ____\n1. Test Case ID: x\n- Server error\n____ GET /b ____\n- Other\n=== WARNINGS ===\nx"
    )
    first, second = part("schema").findings(said)
    assert first.startswith("GET /a")
    assert "Server error" in first
    assert second.startswith("GET /b")
    assert "WARNINGS" not in second


def test_medians_that_tell_who_is_known(part) -> None:
    spread = part("login").spread
    assert spread({"unknown": 0.300, "wrong": 0.304, "empty": 0.296, "73 bytes": 0.3}) == []
    assert "unknown" in spread({"unknown": 0.200, "wrong": 0.3, "empty": 0.3, "73 bytes": 0.3})[0]


def test_each_account_is_tried_too_seldom_to_be_delayed(part) -> None:
    login = part("login")
    names = [f"known-{number}" for number in range(3 * 20 // login.TRIES_EACH + 3)]
    tried = [(kind, name) for turn in range(20) for kind, name, _ in login._kinds(names, turn)]
    assert max(tried.count(one) for one in tried) == login.TRIES_EACH
    by_name = {name: {kind for kind, other in tried if other == name} for _, name in tried}
    assert all(len(kinds) == 1 for kinds in by_name.values())


def test_a_finding_is_told_and_nothing_else_is_passed(part) -> None:
    outcome = part("outcome")
    assert outcome.Outcome("a").state == "nothing found"
    assert outcome.Outcome("a", not_run="no network").state == "not run"
    assert outcome.Outcome("a", findings=["x"], not_run="no network").state == "1 found"


def test_the_docs_have_a_place_for_the_results(part, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    outcome = part("outcome")
    text = outcome.DOCS.read_text(encoding="utf-8")
    assert all(text.count(marker) == 1 for marker in outcome.MARKERS)
    copy = tmp_path / "security.md"
    copy.write_text(text, encoding="utf-8")
    monkeypatch.setattr(outcome, "DOCS", copy)
    outcome.write_docs([outcome.Outcome("a", "tool 1", ["3 tries"], seconds=2.0)], 7)
    assert "| a | tool 1 | nothing found | 3 tries | 2 |" in copy.read_text(encoding="utf-8")
