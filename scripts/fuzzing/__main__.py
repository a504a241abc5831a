"""scripts/fuzz: attacks `leads up` on a database of its own, part by part, and says what was found. A seed repeats it."""

import argparse
import signal
import sys
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The service from this folder, the bench's stack, and the strategies that the tests share.
sys.path[:0] = [str(ROOT), str(ROOT / "scripts" / "benchmark"), str(ROOT / "tests")]

import audit  # noqa: E402
import filters  # noqa: E402
import injection  # noqa: E402
import login  # noqa: E402
import schema  # noqa: E402
from outcome import NotRun, Outcome, show, write_docs  # noqa: E402
from rich.console import Console  # noqa: E402
from stack import BenchError  # noqa: E402

PARTS = {"schema": schema.run, "filters": filters.run, "sqlmap": injection.run, "audit": audit.run, "login": login.run}
# Each part's own, in seconds.
BOUNDS = {"schema": 240.0, "filters": 180.0, "sqlmap": 480.0, "audit": 180.0, "login": 480.0}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--seed", type=int, default=7, help="other random choices (default 7)")
    parser.add_argument("--tries", type=int, help="of each kind, of login (default 50, 200 with --write-docs)")
    parser.add_argument("--check", action="store_true", help="a short run, which proves that it works")
    parser.add_argument("--write-docs", action="store_true", help="put the outcome of all parts into docs/security.md")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"there is no part {min(unknown)}: {', '.join(PARTS)}")
    given.parts = [name for name in PARTS if name in (given.parts or PARTS)]
    if given.write_docs and (given.check or len(given.parts) < len(PARTS)):
        parser.error("--write-docs is for a whole run")
    given.tries = given.tries or (4 if given.check else 200 if given.write_docs else 50)
    return given


def main() -> None:
    given = arguments()
    # As Ctrl-C: everything that was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console(highlight=False, soft_wrap=True)
    parts = dict(PARTS) | {"login": partial(login.run, tries=given.tries)}
    if given.check:
        parts |= {"schema": partial(schema.run, examples=4), "filters": partial(filters.run, examples=100)}
    outcomes = []
    for name in given.parts:
        console.print(f"{name} ...")
        outcome = Outcome(name)
        began = time.monotonic()
        try:
            parts[name](outcome, given.seed, BOUNDS[name])
        except NotRun as why:
            outcome.not_run = str(why)
        except BenchError as error:
            outcome.findings.append(f"it could not be served: {error}")
        except KeyboardInterrupt:
            sys.exit("fuzz: stopped")
        outcome.seconds = time.monotonic() - began
        outcomes.append(outcome)
    show(console, outcomes)
    if given.write_docs:
        write_docs(outcomes, given.seed)
    sys.exit(any(outcome.findings for outcome in outcomes))


if __name__ == "__main__":
    main()
