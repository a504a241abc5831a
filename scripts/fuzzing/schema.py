"""schema: schemathesis over /openapi.json, with all its checks."""

import json
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from outcome import Outcome
from target import target

HERE = Path(__file__).resolve().parent
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# An endless stream: its tests are tests/realtime.
STREAM = "^/admin/events$"
# They end tokens, perhaps the one that the run asks with: they are asked last, by an admin of their own.
ENDING = "^/admin/(logout|me/.*|sessions/.*|users/.*)$"
PHASES = "examples,coverage,fuzzing"


def run(outcome: Outcome, number: int, bound: float, examples: int = 40) -> None:
    """Three runs: with a token, without one, and those that end tokens; `bound` seconds in all."""
    outcome.tool = f"schemathesis {version('schemathesis')}"
    with target() as attacked:
        first, last = (
            ["-n", str(examples), "-H", f"Authorization: Bearer {attacked.log_in(name, 'admin')}"] for name in ("first", "last")
        )
        runs = (
            ("with a token", bound / 2, [*first, "--exclude-path-regex", f"{STREAM}|{ENDING}"]),
            ("without a token", bound / 4, ["-n", str(examples // 4), "--phases", PHASES]),
            ("what ends tokens", bound / 4, [*last, "--include-path-regex", ENDING, "--phases", PHASES]),
        )
        for name, seconds, options in runs:
            _schemathesis(outcome, name, f"{attacked.url}/openapi.json", number, seconds, options)
        outcome.findings += attacked.errors()


def _schemathesis(outcome: Outcome, name: str, url: str, number: int, seconds: float, options: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="leads-fuzz-") as folder:
        report = Path(folder) / "report.json"
        command = [SCHEMATHESIS, "--config-file", HERE / "schemathesis.toml", "run", url, "--seed", str(number), *options]
        command += ["--continue-on-failure", "--no-color", "--no-shrink", "--warnings", "off", "--request-timeout", "10"]
        command += ["--report", "json", "--report-json-path", report]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds)
        except subprocess.TimeoutExpired as cut:
            said = (cut.stdout or b"").decode(errors="replace")
            outcome.findings.append(f"{name}: not done after {seconds:.0f} s:\n{said[-2000:]}")
            return
        if not report.exists():
            outcome.findings.append(f"{name}: it ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
            return
        told = json.loads(report.read_text())
    cases, tested = told["test_cases"], told["operations"]["tested"]
    outcome.counts.append(f"{name}: {cases['generated']:,} requests to {tested} operations")
    if done.returncode or told["failures"] or told["errors"]:
        outcome.findings += [f"{name}: {text}" for text in findings(done.stdout)] or [f"{name}: {done.stdout[-2000:]}"]


def findings(said: str) -> list[str]:
    """Each failing operation of schemathesis' report, as it tells it."""
    _, _, told = said.partition("= FAILURES =")
    told = told.partition("= WARNINGS =")[0].partition("= SUMMARY =")[0]
    parts: list[str] = []
    for line in told.splitlines():
        if line.startswith("____"):
            parts.append(line.strip("_ "))
        elif parts and line.strip("= "):
            parts[-1] += f"\n{line[:600]}"
    return parts
