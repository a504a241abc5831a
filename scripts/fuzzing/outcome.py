"""What a part of the attack came to, and how it is told."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

DOCS = Path(__file__).resolve().parents[2] / "docs" / "security.md"
MARKERS = ("<!-- fuzz: begin -->", "<!-- fuzz: end -->")


class NotRun(Exception):
    """Why a part could not be tried. It is never taken for passed."""


@dataclass
class Outcome:
    """One part's: `tool` with its version, `counts` as sentences, `findings` one each, and why it was `not_run`, if so."""

    part: str
    tool: str = ""
    counts: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    not_run: str = ""
    seconds: float = 0.0

    @property
    def state(self) -> str:
        return f"{len(self.findings)} found" if self.findings else "not run" if self.not_run else "nothing found"

    @property
    def said(self) -> str:
        return "; ".join([*self.counts, *([self.not_run] if self.not_run else [])])


def show(console: Console, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        for number, finding in enumerate(outcome.findings, 1):
            console.print(f"{outcome.part} {number}: {finding}\n", markup=False)
    table = Table("part", "outcome", "what was tried", "seconds", box=None)
    for outcome in outcomes:
        style = "red" if outcome.findings else "yellow" if outcome.not_run else None
        table.add_row(outcome.part, outcome.state, outcome.said, f"{outcome.seconds:.0f}", style=style)
    console.print(table)


def write_docs(outcomes: Sequence[Outcome], seed: int) -> None:
    """Puts the outcomes between the markers of docs/security.md."""
    rows = ["| part | with | outcome | what was tried | seconds |", "| --- | --- | --- | --- | ---: |"]
    rows += [f"| {o.part} | {o.tool} | {o.state} | {o.said} | {o.seconds:.0f} |" for o in outcomes]
    when = f"{datetime.now(UTC):%Y-%m-%d}, seed {seed}, {os.cpu_count()} cores, Python {platform.python_version()}."
    text = "\n".join([when, "", *rows])
    old = DOCS.read_text(encoding="utf-8")
    pattern = f"({re.escape(MARKERS[0])}).*({re.escape(MARKERS[1])})"
    DOCS.write_text(re.sub(pattern, lambda found: f"{found[1]}\n{text}\n{found[2]}", old, flags=re.DOTALL), encoding="utf-8")
