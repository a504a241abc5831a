"""filters: random queries in the filters' language, as a viewer and as an admin."""

import time
from collections import Counter

import httpx
import hypothesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from outcome import Outcome
from rest.filter_grammar import ATTEMPTS, BOUND_SECONDS, Attempt, wrong
from target import Target, target

EXAMPLES = 6_000
ROLES = ("viewer", "admin")


def run(outcome: Outcome, number: int, bound: float, examples: int = EXAMPLES) -> None:
    """`examples` queries for each role, or as many as `bound` seconds allow."""
    outcome.tool = f"hypothesis {hypothesis.__version__}"
    statuses: Counter[int] = Counter()
    with target() as attacked:
        for role in ROLES:
            outcome.findings += _attack(attacked, role, number, bound / len(ROLES), examples, statuses)
        outcome.findings += attacked.errors()
    each = ", ".join(f"{count:,} of {status}" for status, count in sorted(statuses.items()))
    outcome.counts.append(f"{statuses.total():,} queries as viewer and admin, answered: {each}")


def _attack(attacked: Target, role: str, number: int, seconds: float, examples: int, statuses: Counter[int]) -> list[str]:
    """What is wrong, made as small as hypothesis can: one finding at most, since the first one is looked into."""
    deadline = time.monotonic() + seconds
    authorization = {"Authorization": f"Bearer {attacked.log_in(f'fuzz-{role}', role)}"}
    client = httpx.Client(base_url=attacked.url, timeout=2 * BOUND_SECONDS)

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(ATTEMPTS)
    def attack(attempt: Attempt) -> None:
        if time.monotonic() > deadline:
            return
        began = time.monotonic()
        answer = client.get(attempt.target, headers=attempt.headers | authorization)
        took = time.monotonic() - began
        statuses[answer.status_code] += 1
        found = wrong(attempt, answer.status_code, answer.headers, answer.content, took, attacked.canaries)
        assert not found, f"GET {attempt.target} {attempt.headers or ''}: {found}"

    with client:
        try:
            attack()
        except (AssertionError, httpx.HTTPError) as error:
            notes = " ".join(getattr(error, "__notes__", []))
            return [f"as {role}: {error or type(error).__name__} {notes}"]
    return []
