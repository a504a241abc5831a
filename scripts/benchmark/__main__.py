"""scripts/bench: fills embedded databases, serves them with `leads up`, and measures that beside PostgreSQL itself."""

import argparse
import signal
import sys
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from plans import plans
from report import Result, lines, show, write_docs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from stack import HERE, BenchError, Service, Stack, bare_sanic, redis_server
from workloads import Bench, Sample

# The first ones ask the same over and over, and are to be answered by PostgreSQL: for them the service keeps no answers.
UNKEPT = ("list", "deep", "lead", "kpis", "search")
GROUPS = (*UNKEPT, "guards", "pages", "memory", "events", "mail", "export", "form", "figures", "status", "bulk")
# What must be served for a group to be measured.
NEEDS = {"search": "/admin/leads/search?q=a", "export": "/admin/leads/export?format=csv&limit=1"}
# For the estimate: how many workloads a group has, and what a lead costs to make, in seconds.
WORKLOADS = {
    "list": 8,
    "deep": 4,
    "lead": 4,
    "kpis": 7,
    "pages": 5,
    "search": 19,
    "guards": 10,
    "memory": 4,
    "events": 0,
    "mail": 0,
    "export": 5,
    "form": 2,
    "figures": 2,
    "status": 3,
    "bulk": 3,
}
FILL_SECONDS = 0.000_5
EXPORT_SECONDS = 0.000_065
BULK_SECONDS = 30  # for what is done once


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--rows", default="100000", help="how many leads, separated by commas (default 100000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each workload has its turn (default 5)")
    parser.add_argument("--seconds", type=float, default=1.0, help="for how long each time (default 1)")
    parser.add_argument("--only", action="append", choices=GROUPS, help="this group of workloads alone; may be repeated")
    parser.add_argument("--write-docs", action="store_true", help="put the figures into docs/performance.md")
    parser.add_argument("--check", action="store_true", help="a short run on 2,000 leads, which proves that it works")
    given = parser.parse_args()
    if given.check:
        given.rows, given.rounds, given.seconds = "2000", 1, 0.2
    try:
        given.rows = [int(part) for part in given.rows.split(",")]
    except ValueError:
        parser.error("--rows must be numbers, separated by commas")
    if min(given.rows) < 1000 or given.rounds < 1 or given.seconds <= 0:
        parser.error("--rows must be 1000 at least, --rounds 1, --seconds more than 0")
    return given


def main() -> None:
    given = arguments()
    # As Ctrl-C: everything that was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 200
    groups = tuple(name for name in GROUPS if not given.only or name in given.only)
    console.print(f"This takes about {estimate(given, groups) / 60:.0f} minutes. On Ctrl-C all is stopped and removed.")
    try:
        with Stack() as stack:
            results = [measure(stack, rows, given, groups) for rows in given.rows]
            results[-1].sentences.extend(compared(results))
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit("bench: stopped")
    for result in results:
        show(console, result)
    if given.write_docs:
        write_docs(results, f"{given.rounds} rounds of {given.seconds:g} s")


def estimate(given: argparse.Namespace, groups: tuple[str, ...]) -> float:
    """Seconds."""
    turn = max(1.0, given.seconds) + 0.3
    a_round = sum(WORKLOADS[name] * turn for name in groups)
    of_exports = EXPORT_SECONDS if "export" in groups else 0
    once = 20 + (BULK_SECONDS if "bulk" in groups else 0)
    each = given.rounds * a_round + once
    return sum((each + rows * (FILL_SECONDS + given.rounds * of_exports) for rows in given.rows), 0.0)


def measure(stack: Stack, rows: int, given: argparse.Namespace, groups: tuple[str, ...]) -> Result:
    """Everything at one size."""
    columns = TextColumn("{task.description:48}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(f"{rows:,} leads: filling", total=None)
        began = time.monotonic()
        stack.fill(rows)
        result = Result(rows, {}, [f"Filling took {time.monotonic() - began:.0f} s."], {})
        if rows == max(given.rows):
            progress.update(task, description=f"{rows:,} leads: plans")
            result = replace(result, plans=plans(stack, groups))
        for settings, some in (
            ({"ANSWER_CACHE_BYTES": "0"}, [name for name in groups if name in UNKEPT]),
            (
                {"EVENT_LISTENERS_PER_USER": "1000", "MAIL_RATE": "10000"},
                [name for name in groups if name not in (*UNKEPT, "guards")],
            ),
        ):
            if some:
                with stack.serving(**settings) as service, bare_sanic([1_000, 57_000]) as bare:
                    bench = Bench(stack, service, bare, rows, given.seconds)
                    take_turns(bench, service, some, result, given, progress, task)
        if "guards" in groups:
            with (
                redis_server() as redis,
                stack.serving(
                    sys.executable, HERE / "guarded.py", ANSWER_CACHE_BYTES="0", LEADS_BENCH_REDIS_URL=redis
                ) as service,
                bare_sanic([]) as bare,
            ):
                bench = Bench(stack, service, bare, rows, given.seconds, redis=bool(redis))
                take_turns(bench, service, ["guards"], result, given, progress, task)
    return result


def compared(results: list[Result]) -> list[str]:
    """How much longer the largest takes than the smallest for what is to cost the same."""
    small, large = min(results, key=lambda one: one.rows), max(results, key=lambda one: one.rows)
    sentences = []
    for name, (p50, cpu) in large.costs.items():
        if small is not large and small.costs.get(name):
            times, cpus = p50 / small.costs[name][0], cpu / small.costs[name][1]
            sentences.append(
                f"{name}: at {large.rows:,} leads {times:.2f} times the latency (p50) of {small.rows:,}, and {cpus:.2f} times"
                " PostgreSQL's CPU."
            )
    return sentences


def take_turns(
    bench: Bench,
    service: Service,
    groups: list[str],
    result: Result,
    given: argparse.Namespace,
    progress: Progress,
    task: TaskID,
) -> None:
    """Measures some groups, into the result."""
    rows = result.rows
    for name in groups:
        if name in NEEDS and not service.has(NEEDS[name]):
            result.sentences.append(f"There is no {name} yet.")
            continue
        progress.update(task, description=f"{rows:,} leads: {name}", completed=0, total=None)
        group = bench.groups()[name]()
        samples = defaultdict[str, list[Sample]](list)
        turns = [workload for workload in group.workloads if not workload.once]
        once = [workload for workload in group.workloads if workload.once]
        progress.update(task, total=given.rounds * len(turns) + len(once))
        for workload in [] if given.check else turns:
            workload.warm()
        for workload in turns * given.rounds + once:
            progress.update(task, description=f"{rows:,} leads: {name}, {workload.name}")
            samples[workload.name].append(workload.run())
            progress.advance(task)
        result.lines[name] = lines(group, samples)
        for workload in turns if name == "kpis" else []:
            found = samples[workload.name]
            p50s, cpus = [one.p50 for one in found if one.p50], [one.postgres_us for one in found if one.postgres_us]
            if p50s and cpus:
                result.costs[workload.name] = (median(p50s), median(cpus))
        result.sentences.extend(group.once())
        if costs := [one.client_us for found in samples.values() for one in found if one.client_us]:
            result.sentences.append(f"{name}: the load generator took {median(costs):.0f} us of CPU per answer.")


if __name__ == "__main__":
    main()
