"""Version counters, in one process and over fork."""

import os
import signal
import traceback
from collections.abc import Callable

import pytest

from service.shared import Versions

# pytest-xdist keeps a thread of its own in this process; the children use nothing of it.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


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


def test_a_bump_changes_its_own_version_and_no_other() -> None:
    versions = Versions(["leads", "users"], writers=2)
    versions.join(1)
    leads, users = versions.read("leads"), versions.read("users")
    assert versions.read("leads") == leads
    versions.bump("leads")
    assert versions.read("leads") != leads
    assert versions.read("users") == users


def test_no_version_comes_back_whoever_bumps() -> None:
    versions = Versions(["leads"], writers=3)
    seen = {versions.read("leads")}
    for turn in range(600):  # past the carry of the lowest byte
        versions.join(turn % 3)
        versions.bump("leads")
        seen.add(versions.read("leads"))
    assert len(seen) == 601


def test_two_lives_of_the_supervisor_share_no_version() -> None:
    assert Versions(["leads"], 1).read("leads") != Versions(["leads"], 1).read("leads")


def test_a_finished_bump_is_read_by_every_process() -> None:
    versions = Versions(["leads"], writers=2)
    before = versions.read("leads")

    def bump() -> None:
        versions.join(0)
        versions.bump("leads")

    def see() -> None:
        assert versions.read("leads") == after

    assert wait(fork(bump)) == 0
    after = versions.read("leads")
    assert after != before
    assert wait(fork(see)) == 0


def test_no_bump_is_lost_between_writers() -> None:
    versions = Versions(["users", "leads"], writers=4)
    gate, opener = os.pipe()

    def hammer(writer: int) -> None:
        os.close(opener)
        versions.join(writer)
        os.read(gate, 1)  # ends when the parent closes its end: all start at once
        for _ in range(20_000):
            versions.bump("leads")

    pids = [fork(lambda writer=writer: hammer(writer)) for writer in range(4)]  # type: ignore[misc]
    os.close(opener)
    assert [wait(pid) for pid in pids] == [0, 0, 0, 0]
    os.close(gate)
    assert sum(versions._counters) == 80_000


def test_a_respawned_worker_goes_on_where_the_killed_one_stopped() -> None:
    versions = Versions(["leads"], writers=2)
    seen = [versions.read("leads")]

    def live_until_killed() -> None:
        versions.join(0)
        versions.bump("leads")
        os.write(tell, b".")
        signal.pause()

    for _ in range(3):
        told, tell = os.pipe()
        pid = fork(live_until_killed)
        os.close(tell)  # so that a child that failed ends the read below
        told_first = os.read(told, 1)
        os.kill(pid, signal.SIGKILL)
        os.close(told)
        assert told_first == b"."
        assert wait(pid) == -signal.SIGKILL
        seen.append(versions.read("leads"))
    assert len(set(seen)) == 4


def test_a_process_without_a_row_may_read_and_not_write() -> None:
    versions = Versions(["leads"], writers=1)
    versions.read("leads")
    with pytest.raises(RuntimeError):
        versions.bump("leads")


@pytest.mark.parametrize(("names", "writers"), [([], 1), (["leads"], 0), (["leads", "leads"], 1)])
def test_impossible_tables_are_refused(names: list[str], writers: int) -> None:
    with pytest.raises(ValueError):
        Versions(names, writers)


@pytest.mark.parametrize("writer", [-1, 2])
def test_a_row_that_is_not_there_is_refused(writer: int) -> None:
    with pytest.raises(ValueError):
        Versions(["leads"], 2).join(writer)


def test_unknown_names_are_refused() -> None:
    versions = Versions(["leads"], 1)
    versions.join(0)
    with pytest.raises(KeyError):
        versions.read("lead")
    with pytest.raises(KeyError):
        versions.bump("lead")
