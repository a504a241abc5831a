"""Samples of all rounds as lines, on the terminal and in docs/performance.md."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from workloads import Group, Sample, Workload

DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "performance.md"
MARKERS = ("<!-- what scripts/bench --write-docs wrote: begin -->", "<!-- end -->")
WORDS = ("workload", "against", "aim")
OURS = ("workload", "ours", "p50 ms", "p95 ms", "service us", "SQL us")
HEADINGS = (*OURS, "against", "theirs", "SQL us", "share", "min - max", "aim")


@dataclass(frozen=True)
class Line:
    """One workload over all rounds, in words. `missed`: its aim, by the median."""

    cells: tuple[str, ...]
    missed: bool


def lines(group: Group, samples: Mapping[str, Sequence[Sample]]) -> list[Line]:
    """A line for each workload that isn't just what others are held against."""
    references = {workload.against for workload in group.workloads}
    return [
        _line(workload, samples[workload.name], samples.get(workload.against, ()))
        for workload in group.workloads
        if workload.name not in references or workload.against or workload.limit_ms
    ]


def _line(workload: Workload, ours: Sequence[Sample], theirs: Sequence[Sample]) -> Line:
    shares = [_share(workload, one, other) for one, other in zip(ours, theirs, strict=False)]
    p50 = _median(sample.p50 for sample in ours)
    p95 = _median(sample.p95 for sample in ours)
    refused = sum(sample.refused for sample in ours)
    aim, missed = "", False
    if workload.aim is not None:
        aim, missed = f"{workload.aim:g}", median(shares) < workload.aim
    elif workload.limit_ms is not None:
        aim, missed = f"p50 < {workload.limit_ms:g} ms", p50 is None or not p50 < workload.limit_ms
    return Line(
        (
            workload.name + (f" ({refused:,.0f} refused)" if refused else ""),
            _value(median(sample.value for sample in ours), workload.unit),
            _number(p50, 1),
            _number(p95, 1),
            _number(_median(sample.service_us for sample in ours)),
            _number(_median(sample.postgres_us for sample in ours)),
            workload.against,
            _value(median(sample.value for sample in theirs), workload.unit) if theirs else "",
            _number(_median(sample.postgres_us for sample in theirs)),
            f"{median(shares):.2f}" if shares else "",
            f"{min(shares):.2f} - {max(shares):.2f}" if shares else "",
            aim + (" missed" if missed else ""),
        ),
        missed,
    )


def _share(workload: Workload, ours: Sample, theirs: Sample) -> float:
    """1 is as fast; more is better."""
    above, below = (ours, theirs) if workload.unit == "/s" else (theirs, ours)
    return above.value / below.value if below.value else 0.0


def _value(value: float, unit: str) -> str:
    return f"{value:,.2f} s" if unit == "s" else f"{value:,.0f} /s" if value >= 100 else f"{value:,.1f} /s"


def _number(value: float | None, digits: int = 0) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def _median(values: Iterable[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return median(there) if there else None


@dataclass(frozen=True)
class Result:
    """All that was found out at one size. `lines` by group; `sentences` stand below the table.

    `costs`: of what is to cost the same at any size the median latency in ms, and PostgreSQL's CPU in us.
    """

    rows: int
    lines: dict[str, list[Line]]
    sentences: list[str]
    plans: dict[str, list[str]]
    costs: dict[str, tuple[float, float]] = field(default_factory=dict)


def show(console: Console, result: Result) -> None:
    table = Table(title=f"{result.rows:,} leads", title_justify="left", title_style="bold", highlight=False)
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in WORDS else "right", no_wrap=True)
    for found in result.lines.values():
        for line in found:
            table.add_row(*line.cells, style="yellow" if line.missed else None)
        table.add_section()
    console.print(table)
    for sentence in result.sentences:
        console.print(sentence)
    for title, planned in result.plans.items():
        for plan in planned:
            console.print(f"{title}: {plan}")


def write_docs(results: Sequence[Result], how: str) -> None:
    """Puts the figures between the markers of docs/performance.md."""
    text = DOCS.read_text()
    written = re.sub(
        f"({re.escape(MARKERS[0])}).*({re.escape(MARKERS[1])})",
        lambda found: f"{found[1]}\n{markdown(results, how)}\n{found[2]}",
        text,
        flags=re.DOTALL,
    )
    DOCS.write_text(written)


def markdown(results: Sequence[Result], how: str) -> str:
    parts = [f"Measured on {os.cpu_count()} cores, {how}."]
    for result in results:
        rows = [
            " | ".join(HEADINGS),
            " | ".join("---" if heading in WORDS else "---:" for heading in HEADINGS),
        ]
        rows += [" | ".join(line.cells) for found in result.lines.values() for line in found]
        parts += [f"### {result.rows:,} leads", "\n".join(f"| {row} |" for row in rows)]
        if result.sentences:
            parts.append("\n".join(f"- {sentence}" for sentence in result.sentences))
    planned = [result for result in results if result.plans]
    if planned:
        largest = max(planned, key=lambda result: result.rows)
        parts += [
            f"### Plans at {largest.rows:,} leads",
            "\n".join(f"- {title}: {line}" for title, found in largest.plans.items() for line in found),
        ]
    return "\n\n".join(parts)
