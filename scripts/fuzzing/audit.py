"""audit: known weaknesses of what is locked, by pip-audit and npm audit."""

import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from outcome import NotRun, Outcome

ROOT = Path(__file__).resolve().parents[2]
PIP_AUDIT = Path(sys.executable).with_name("pip-audit")


def run(outcome: Outcome, number: int, bound: float) -> None:
    """Raises NotRun when an advisory service can't be asked, or knows nothing of what is asked."""
    outcome.tool = f"pip-audit {version('pip-audit')}"
    missing = []
    for asked in (_python, _web):
        try:
            asked(outcome, bound / 2)
        except NotRun as why:
            missing.append(str(why))
    if missing:
        raise NotRun("; ".join(missing))


def _python(outcome: Outcome, seconds: float) -> None:
    # One package is asked for first: an index that has no page for it has none for the others.
    weak_packages(*_pip_audit(seconds, "--no-deps", requirements=f"sanic=={version('sanic')}\n"))
    # test.txt holds all of run.txt, and both are fully pinned, with hashes: nothing is to be resolved.
    locked = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8")
    found, count = weak_packages(*_pip_audit(seconds, "--require-hashes", requirements=locked))
    outcome.counts.append(f"{count} Python packages")
    outcome.findings += found


def _pip_audit(seconds: float, *options: str, requirements: str) -> tuple[str, str]:
    """What it prints, and its complaints."""
    with tempfile.TemporaryDirectory(prefix="leads-fuzz-") as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text(requirements, encoding="utf-8")
        command = [PIP_AUDIT, "--requirement", file, "--disable-pip", *options]
        command += ["--progress-spinner", "off", "--timeout", "10", "--format", "json"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise NotRun(f"pip-audit had no answer within {seconds:.0f} s") from None
    return done.stdout, done.stderr


def weak_packages(said: str, complaints: str) -> tuple[list[str], int]:
    """Findings, and how many packages were looked up, by pip-audit's JSON. Raises NotRun when any could not be."""
    try:
        dependencies: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        raise NotRun(f"pip-audit: {(complaints.strip().splitlines() or ['no answer'])[-1][:300]}") from None
    # Of a package that the index has no page for, pip-audit says that it skipped it, and all the same that nothing is known.
    if skipped := [one for one in dependencies if "vulns" not in one]:
        raise NotRun(
            f"pip-audit: the index gives no advisories for {skipped[0]['name']} ({len(skipped)} of {len(dependencies)})"
        )
    found = [f"{one['name']} {one['version']}: {weakness['id']}" for one in dependencies for weakness in one["vulns"]]
    return found, len(dependencies)


def _web(outcome: Outcome, seconds: float) -> None:
    if not (ROOT / "web" / "package-lock.json").exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise NotRun("npm is not on the PATH")
    command = [npm, "audit", "--package-lock-only", "--json"]
    try:
        done = subprocess.run(command, cwd=ROOT / "web", capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise NotRun(f"npm audit had no answer within {seconds:.0f} s") from None
    found, count = weak_modules(done.stdout)
    outcome.counts.append(f"{count} packages of web/")
    outcome.findings += found


def weak_modules(said: str) -> tuple[list[str], int]:
    """The same by npm's JSON."""
    try:
        told: dict[str, Any] = json.loads(said)
        found = [f"{name}: {one['severity']}" for name, one in told["vulnerabilities"].items()]
        return found, int(told["metadata"]["dependencies"]["total"])
    except (ValueError, KeyError, TypeError):
        raise NotRun("npm audit: the registry gives no advisories") from None
