"""The moving window against a plain model of it, over processes, and over deaths."""

import os
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.addresses import limit_keys
from service.limits import CLIENTS_BYTES, NETWORK_SHARE, NETWORKS_BYTES, PUBLIC_CLIENTS, Decision, MovingWindow, TieredWindow
from service.settings import RateLimit

# pytest-xdist keeps a thread of its own in this process; the children use nothing of it.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


class Clock:
    """A clock that stands until a test moves it. It counts milliseconds, so that edges are met exactly."""

    def __init__(self, milliseconds: int = 0) -> None:
        self.milliseconds = milliseconds

    def __call__(self) -> float:
        return self.milliseconds / 1000


class Model:
    """What MovingWindow promises, in lists: per client the milliseconds at which it was allowed."""

    def __init__(self, limit: RateLimit, capacity: int) -> None:
        self.limit, self.capacity, self.window = limit, capacity, limit.seconds * 1000
        self.allowed: dict[str, list[int]] = {}

    def hit(self, key: str, now: int) -> Decision:
        running = {client: [at for at in times if now - at < self.window] for client, times in self.allowed.items()}
        running = {client: times for client, times in running.items() if times}
        mine = running.get(key, [])
        if len(mine) == self.limit.amount:
            return self.decision(False, 0, mine[0] + self.window - now)
        if not mine and len(running) == self.capacity:
            return self.decision(False, 0, min(times[-1] for times in running.values()) + self.window - now)
        self.allowed.setdefault(key, []).append(now)
        mine = [*mine, now]
        return self.decision(True, self.limit.amount - len(mine), mine[0] + self.window - now)

    def decision(self, allowed: bool, remaining: int, wait: int) -> Decision:
        retry_after = None if allowed else (wait + 999) // 1000
        return Decision(allowed, self.limit.amount, remaining, wait / 1000, retry_after, self.limit.seconds)


class Killed(BaseException):
    """Stands for SIGKILL between two stores."""


class CutShort:
    """Shared memory that lets a number of stores through and then kills whoever stores."""

    def __init__(self, memory: Any, stores: list[int]) -> None:
        self.memory, self.stores = memory, stores

    def __getitem__(self, at: Any) -> Any:
        return self.memory[at]

    def __setitem__(self, at: Any, value: Any) -> None:
        if not self.stores[0]:
            raise Killed
        self.stores[0] -= 1
        self.memory[at] = value

    def find(self, *arguments: Any) -> int:
        return int(self.memory.find(*arguments))


def fork(work: Callable[[], object]) -> int:
    """Run `work` in a child that ends with it; the child's pid."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    return pid


def wait(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_ten_a_minute_from_the_first_to_the_next_free_place() -> None:
    clock = Clock(5_000)
    window = MovingWindow(RateLimit(10, 60), PUBLIC_CLIENTS, clock=clock)
    assert [window.hit("192.0.2.1").remaining for _ in range(10)] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    clock.milliseconds += 30_500
    assert window.hit("192.0.2.1") == Decision(False, 10, 0, 29.5, 30, 60)
    assert window.hit("192.0.2.2").allowed
    clock.milliseconds += 29_499
    assert window.hit("192.0.2.1") == Decision(False, 10, 0, 0.001, 1, 60)
    clock.milliseconds += 1
    assert window.hit("192.0.2.1") == Decision(True, 10, 9, 60.0, None, 60)


def test_the_first_minute_of_a_machine_is_no_different() -> None:
    for start in (-90_000, 0, 1, 60_000, 10**12):
        window = MovingWindow(RateLimit(1, 60), 8, clock=Clock(start))
        assert window.hit("a").allowed
        assert not window.hit("a").allowed


steps = st.one_of(st.sampled_from([0, 1, 999, 1_000, 1_001, 2_999, 3_000, 3_001]), st.integers(0, 7_000))


@settings(deadline=None, max_examples=300)
@given(
    amount=st.integers(1, 5),
    capacity=st.integers(1, 4),
    start=st.sampled_from([0, 17, 86_400_001]),
    hits=st.lists(st.tuples(steps, st.sampled_from("abcde")), max_size=80),
)
def test_it_decides_as_the_model_does(amount: int, capacity: int, start: int, hits: list[tuple[int, str]]) -> None:
    limit, clock = RateLimit(amount, 3), Clock(start)
    window, model = MovingWindow(limit, capacity, clock=clock), Model(limit, capacity)
    for step, key in hits:
        clock.milliseconds += step
        assert window.hit(key) == model.hit(key, clock.milliseconds)


@settings(deadline=None)
@given(key=st.text())
@example("")
@example("\0")
@example("\udc80")  # half a surrogate pair
def test_any_text_is_a_key(key: str) -> None:
    window = MovingWindow(RateLimit(1, 1), 1, clock=Clock())
    assert window.hit(key).allowed
    assert not window.hit(key).allowed


def test_a_large_limit_is_exact_too() -> None:
    limit, clock = RateLimit(1_000, 60), Clock()
    window, model = MovingWindow(limit, 1, clock=clock), Model(limit, 1)
    for _ in range(3_000):
        clock.milliseconds += 37
        assert window.hit("a") == model.hit("a", clock.milliseconds)


def test_a_full_table_refuses_new_clients_and_forgets_no_window() -> None:
    clock = Clock()
    window = MovingWindow(RateLimit(2, 60), 4, clock=clock)
    for key in "abcd":
        assert window.hit(key).allowed
        clock.milliseconds += 1_000
    assert window.hit("new") == Decision(False, 2, 0, 56.0, 56, 60)
    assert window.hit("a") == Decision(True, 2, 0, 56.0, None, 60)  # its second: it keeps its place until 64 s
    assert not window.hit("a").allowed
    clock.milliseconds = 60_999
    assert window.hit("new") == Decision(False, 2, 0, 0.001, 1, 60)
    clock.milliseconds = 61_000
    assert window.hit("new") == Decision(True, 2, 1, 60.0, None, 60)  # b's place
    assert [window.hit(key).remaining for key in "acd"] == [0, 0, 0]
    assert window.hit("other") == Decision(False, 2, 0, 60.0, 60, 60)


def test_one_that_refuses_nobody_when_full_counts_whom_it_knows() -> None:
    clock = Clock()
    window = MovingWindow(RateLimit(2, 60), 2, refuses_when_full=False, clock=clock)
    assert [window.hit(key).remaining for key in "ab"] == [1, 1]
    for _ in range(5):
        assert window.hit("new") == Decision(True, 2, 2, 60.0, None, 60)
    assert [window.hit("a").allowed for _ in range(3)] == [True, False, False]
    clock.milliseconds = 60_000
    assert [window.hit("new").allowed for _ in range(3)] == [True, True, False]


@settings(deadline=None, max_examples=200)
@given(amount=st.integers(1, 4), hits=st.lists(st.tuples(steps, st.sampled_from("abcde"), st.booleans()), max_size=80))
def test_a_look_says_what_a_hit_would_and_counts_nothing(amount: int, hits: list[tuple[int, str, bool]]) -> None:
    limit, clock = RateLimit(amount, 3), Clock()
    window, model = MovingWindow(limit, 8, clock=clock), Model(limit, 8)
    for step, key, looks in hits:
        clock.milliseconds += step
        look = window.refusal(key)
        if looks:
            continue
        decision = window.hit(key)
        assert decision == model.hit(key, clock.milliseconds)
        assert look == (None if decision.allowed else decision)


def test_a_look_takes_no_place() -> None:
    window = MovingWindow(RateLimit(1, 60), 1, clock=Clock())
    assert window.refusal("a") is None
    assert window.hit("b").allowed
    # A full table isn't the client's own doing.
    assert window.refusal("a") is None
    assert window.refusal("b") == window.hit("b")


class TestTiers:
    @settings(deadline=None, max_examples=200)
    @given(
        amount=st.integers(1, 2),
        hits=st.lists(st.tuples(st.sampled_from([0, 1, 1_000, 3_000]), st.integers(0, 40), st.booleans()), max_size=150),
    )
    def test_they_decide_as_two_models_do(self, amount: int, hits: list[tuple[int, int, bool]]) -> None:
        limit, wider, clock = RateLimit(amount, 3), RateLimit(amount * NETWORK_SHARE, 3), Clock()
        window = TieredWindow(limit, 1024, 64, clock=clock)
        clients, networks = Model(limit, 1024), Model(wider, 64)
        for step, number, has_network in hits:
            clock.milliseconds += step
            client, network = f"client {number} {has_network}", "one" if has_network else ""
            now = clock.milliseconds
            used = [at for at in networks.allowed.get(network, []) if now - at < networks.window]
            if network and len(used) == wider.amount:
                wanted = networks.hit(network, now)
            else:
                wanted = clients.hit(client, now)
                if network and wanted.allowed:
                    both = networks.hit(network, now)
                    wanted = both if both.remaining < wanted.remaining else wanted
            refusal = window.refusal(client, network)
            assert window.hit(client, network) == wanted
            assert refusal == (None if wanted.allowed else wanted)

    def test_a_network_may_ten_times_as_much_as_a_client(self) -> None:
        window = TieredWindow(RateLimit(10, 60), 8_192, 8_192, clock=Clock())
        allowed = [window.hit(f"client {n}", "net").allowed for n in range(1_000)]
        assert allowed == [True] * 100 + [False] * 900
        # The 900 took no place among the clients: with other networks they find theirs.
        assert [window.hit(f"client {n}", f"net {n}").allowed for n in range(100, 1_000)] == [True] * 900
        assert window.hit("client 5", "net").limit == 100
        assert window.hit("client 5").remaining == 8

    def test_too_many_networks_leave_each_client_its_limit(self) -> None:
        window = TieredWindow(RateLimit(2, 60), 1024, 4, clock=Clock())
        for n in range(40):
            assert [window.hit(f"client {n}", f"net {n}").allowed for _ in range(3)] == [True, True, False]

    def test_the_highest_limits_get_smaller_tables(self) -> None:
        before = resident()
        window = TieredWindow(RateLimit(10_000, 60), 131_072, 8_192)
        assert len(window._clients._memory) <= CLIENTS_BYTES + 64 * 80_032
        assert len(window._networks._memory) <= NETWORKS_BYTES + 64 * 800_032
        assert window.hit("a", "b").remaining == 9_999
        assert resident() - before < 1_000_000


@pytest.mark.parametrize(
    ("address", "keys"),
    [
        ("203.0.113.9", ("203.0.113.9", "")),
        ("::ffff:203.0.113.9", ("203.0.113.9", "")),
        ("2001:db8:1:2:3:4:5:6", ("2001:db8:1:2::/64", "2001:db8:1::/48")),
        ("2001:db8:1:ffff::", ("2001:db8:1:ffff::/64", "2001:db8:1::/48")),
        ("2001:db8:2::", ("2001:db8:2::/64", "2001:db8:2::/48")),
        ("::1", ("::/64", "::/48")),
        # 6to4 and NAT64 stand for an IPv4 address; what only looks alike doesn't.
        ("2002:cb00:7109::1", ("203.0.113.9", "")),
        ("2002:cb00:7109:ffff:1:2:3:4", ("203.0.113.9", "")),
        ("64:ff9b::cb00:7109", ("203.0.113.9", "")),
        ("64:ff9b::1:cb00:7109", ("64:ff9b::/64", "64:ff9b::/48")),
        ("64:ff9b:1::cb00:7109", ("64:ff9b:1::/64", "64:ff9b:1::/48")),
        ("2003:cb00:7109::1", ("2003:cb00:7109::/64", "2003:cb00:7109::/48")),
        ("", ("", "")),
        ("nobody", ("nobody", "")),
    ],
)
def test_the_client_and_the_network_of_an_address(address: str, keys: tuple[str, str]) -> None:
    assert limit_keys(address) == keys


def test_processes_share_one_exact_count() -> None:
    window = MovingWindow(RateLimit(10, 3_600), PUBLIC_CLIENTS)
    gate, opener = os.pipe()
    counts, report = os.pipe()

    def hammer() -> None:
        os.close(opener)
        os.read(gate, 1)  # ends when the parent closes its end: all start at once
        allowed = sum(window.hit(f"client {number // 5}").allowed for number in range(5 * 1_000))
        os.write(report, allowed.to_bytes(8))

    pids = [fork(hammer) for _ in range(4)]
    os.close(opener)
    assert [wait(pid) for pid in pids] == [0, 0, 0, 0]
    allowed = [int.from_bytes(os.read(counts, 8)) for _ in pids]
    for end in (gate, counts, report):
        os.close(end)
    assert sum(allowed) == 10 * 1_000


def test_one_key_hammered_by_all() -> None:
    window = MovingWindow(RateLimit(100, 3_600), 1)
    gate, opener = os.pipe()
    counts, report = os.pipe()

    def hammer() -> None:
        os.close(opener)
        os.read(gate, 1)
        os.write(report, bytes([sum(window.hit("one").allowed for _ in range(1_000))]))

    pids = [fork(hammer) for _ in range(4)]
    os.close(opener)
    assert [wait(pid) for pid in pids] == [0, 0, 0, 0]
    allowed = [os.read(counts, 1)[0] for _ in pids]
    for end in (gate, counts, report):
        os.close(end)
    assert sum(allowed) == 100


def test_a_stopped_holder_of_a_lock_makes_others_refuse_and_a_killed_one_lets_them_go_on() -> None:
    window = MovingWindow(RateLimit(2, 60), 1, clock=Clock())
    told, tell = os.pipe()
    assert window.hit("a").allowed

    def hold() -> None:
        assert window._lock(0)
        os.write(tell, b".")
        signal.pause()

    pid = fork(hold)
    os.close(tell)  # so that a child that failed ends the read below
    try:
        assert os.read(told, 1) == b"."
        assert window.hit("a") == Decision(False, 2, 0, 1.0, 1, 60)
    finally:
        os.kill(pid, signal.SIGKILL)
    assert wait(pid) == -signal.SIGKILL
    os.close(told)
    assert window.hit("a") == Decision(True, 2, 0, 60.0, None, 60)


@pytest.mark.parametrize("amount", [1, 2, 3])
@pytest.mark.parametrize("stores", [0, 1, 2, 3])
@pytest.mark.parametrize("before", [0, 1, 2, 4, 5])
def test_a_hit_killed_between_any_two_stores_counts_wholly_or_not_at_all(amount: int, stores: int, before: int) -> None:
    limit, clock = RateLimit(amount, 60), Clock()
    window, model = MovingWindow(limit, 2, clock=clock), Model(limit, 2)
    for _ in range(before):  # one a minute: the ring goes round, and the last hit's window has just passed
        assert window.hit("victim") == model.hit("victim", clock.milliseconds)
        clock.milliseconds += 60_000
    while amount > 1 and len(model.allowed.setdefault("victim", [])) < before + amount - 1:
        clock.milliseconds += 1_000
        assert window.hit("victim") == model.hit("victim", clock.milliseconds)
    assert window.hit("other") == model.hit("other", clock.milliseconds)

    clock.milliseconds += 1_000
    memory, words, budget = window._memory, window._words, [stores]
    window._memory, window._words = CutShort(memory, budget), CutShort(words, budget)  # type: ignore[assignment]
    known = before or amount > 1
    if stores < 3 or not known:  # the digest's store comes first for a client not in the table
        with pytest.raises(Killed):
            window.hit("victim")
    else:
        assert window.hit("victim").allowed
    window._memory, window._words = memory, words
    if stores >= (2 if known else 3):  # the time is in the ring
        model.hit("victim", clock.milliseconds)

    for _ in range(300):
        clock.milliseconds += 500
        for key in ("victim", "other"):
            assert window.hit(key) == model.hit(key, clock.milliseconds)


def test_a_claim_killed_at_its_time_holds_the_place_for_one_window_only() -> None:
    clock = Clock()
    window = MovingWindow(RateLimit(1, 60), 1, clock=clock)
    memory, words, budget = window._memory, window._words, [2]  # digest and newest time, then dead
    window._memory, window._words = CutShort(memory, budget), CutShort(words, budget)  # type: ignore[assignment]
    with pytest.raises(Killed):
        window.hit("victim")
    window._memory, window._words = memory, words
    assert window.hit("new") == Decision(False, 1, 0, 60.0, 60, 60)
    clock.milliseconds = 60_000
    assert window.hit("new").allowed


def test_distinct_clients_without_end_cost_the_table_and_no_more() -> None:
    # A million, and every table: tests/security/test_limits.py.
    clock = Clock()
    window = MovingWindow(RateLimit(10, 60), PUBLIC_CLIENTS, clock=clock)

    def visit() -> None:
        before = resident()
        for number in range(200_000):
            clock.milliseconds += 3  # 20,000 windows run at a time
            assert window.hit(f"2001:db8::{number:x}").allowed
        assert 2_000_000 < resident() - before < 20_000_000

    assert wait(fork(visit)) == 0


def resident() -> int:
    """Bytes of memory that this process holds, shared ones too."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_an_untouched_table_costs_nothing() -> None:
    before = resident()
    window = MovingWindow(RateLimit(10_000, 60), 4_096)  # 330 MB, were it all touched
    assert window.hit("a").allowed
    assert resident() - before < 1_000_000


def test_a_table_leaves_no_open_file_behind() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        MovingWindow(RateLimit(1, 1), 1)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize(("amount", "seconds", "capacity"), [(0, 60, 1), (10, 0, 1), (10, 60, 0)])
def test_impossible_tables_are_refused(amount: int, seconds: int, capacity: int) -> None:
    with pytest.raises(ValueError):
        MovingWindow(RateLimit(amount, seconds), capacity)


def test_headers_of_an_allowed_request() -> None:
    assert Decision(True, 10, 9, 59.2, None, 60).headers("public") == {
        "RateLimit-Policy": '"public";q=10;w=60',
        "RateLimit": '"public";r=9;t=60',
    }


def test_headers_of_a_refused_request() -> None:
    assert Decision(False, 10, 0, 12.0, 12, 60).headers("admin") == {
        "RateLimit-Policy": '"admin";q=10;w=60',
        "RateLimit": '"admin";r=0;t=12',
        "RateLimit-Limit": "10",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "12",
        "Retry-After": "12",
    }
