"""login: whether the time that a refusal takes tells who has an account (threat 10)."""

import statistics
import time
from collections import defaultdict

import httpx
from outcome import Outcome
from target import PASSWORD, Target, target

from service.auth.passwords import BCRYPT_COST, hash_password

WITHIN = 0.05
# One account is slowed down after its fifth failure.
TRIES_EACH = 4


def run(outcome: Outcome, number: int, bound: float, tries: int = 50) -> None:
    """`tries` of each kind in turn, one at a time: their medians, and that their answers are the same."""
    outcome.tool = f"bcrypt at cost {BCRYPT_COST}"
    samples = defaultdict[str, list[float]](list)
    bodies: set[str] = set()
    with target() as attacked:
        names = _accounts(attacked, tries)
        with httpx.Client(base_url=attacked.url, timeout=30) as client:
            client.get("/healthz")
            deadline = time.monotonic() + bound
            for turn in range(tries):
                if time.monotonic() > deadline:
                    outcome.findings.append(f"only {turn} of {tries} tries within {bound:.0f} s")
                    break
                for kind, name, password in _kinds(names, turn):
                    began = time.perf_counter()
                    answer = client.post("/admin/login", json={"username": name, "password": password})
                    samples[kind].append(time.perf_counter() - began)
                    told = answer.json()
                    told.pop("request_id", None)
                    bodies.add(f"{answer.status_code} {told}")
        outcome.findings += attacked.errors()
    if len(bodies) != 1 or not next(iter(bodies)).startswith("401 "):
        outcome.findings.append(f"the answers differ: {sorted(bodies)}")
    medians = {kind: statistics.median(times) for kind, times in samples.items()}
    outcome.findings += spread(medians)
    each = ", ".join(f"{kind} {seconds * 1000:.1f} ms" for kind, seconds in medians.items())
    outcome.counts.append(f"{len(samples['unknown'])} tries of each, interleaved; medians: {each}")


def spread(medians: dict[str, float]) -> list[str]:
    """A finding for each kind whose median is not within 5 % of the middle of them."""
    middle = statistics.median(medians.values())
    return [
        f"{kind}: the median is {seconds / middle - 1:+.1%} off"
        for kind, seconds in medians.items()
        if abs(seconds / middle - 1) > WITHIN
    ]


def _accounts(attacked: Target, tries: int) -> list[str]:
    """Known users, so many that none is slowed down. They share a hash: making one takes as long as a try."""
    password_hash = hash_password(PASSWORD, BCRYPT_COST)
    names = [f"known-{number:04d}" for number in range(3 * tries // TRIES_EACH + 3)]
    for name in names:
        attacked.add_user(name, "viewer", password_hash)
    return names


def _kinds(names: list[str], turn: int) -> list[tuple[str, str, str]]:
    """Kind, name and password of one turn. Each of the three that are known has names of its own."""
    wrong, empty, long = (names[kind + 3 * (turn // TRIES_EACH)] for kind in range(3))
    kinds = [
        ("unknown", f"nobody-{turn:04d}", "wrong horse battery"),
        ("wrong", wrong, "wrong horse battery"),
        ("empty", empty, ""),
        ("73 bytes", long, "x" * 73),
    ]
    # Not always in the same order: what one leaves behind shall not fall on the same other each time.
    return kinds[turn % 4 :] + kinds[: turn % 4]
