"""Version counters that all workers of a machine share: who wrote says so here before it answers.

An answer kept in memory may be given again only while the version of what it shows still stands. The counters live in
anonymous shared memory, made by the supervisor before it forks, so a bump costs no system call and no round trip.
"""

import mmap
import os
import struct
from collections.abc import Sequence


class Versions:
    """A counter per name and writer. Every worker writes its own row alone and reads all of them.

    There is no lock, so a worker killed at any instant leaves none behind. What makes that safe: a row has one writer,
    so no increment is lost, and a counter is an aligned 64-bit word that CPython loads and stores whole (a memoryview
    of format "Q" copies it by a single move of 8 bytes, which every 64-bit processor does at once), so nobody sees
    half of one. `bytes(view)` and `struct` with "<Q" copy in smaller pieces: neither may touch the shared memory.

    A bump that finished before `read` began is in it: whatever told the reader that it finished (an answer through a
    socket, a NOTIFY) went through the kernel, whose locks order the two workers' memory.
    """

    def __init__(self, names: Sequence[str], writers: int) -> None:
        """Counters for `names`, written by workers 0 to `writers` - 1. Call it before forking.

        Raises ValueError without names, with a name given twice, or without writers.
        """
        if writers < 1 or not names or len(set(names)) < len(names):
            raise ValueError("Versions need distinct names and at least one writer.")
        self._writers = writers
        self._writer: int | None = None
        # A name's counters lie side by side, so that a read is one slice.
        self._first = {name: at * writers for at, name in enumerate(names)}
        self._counters = memoryview(mmap.mmap(-1, 8 * writers * len(names))).cast("Q")
        # Counters begin at 0 in each life of the supervisor; without this, a version of the last one could come back.
        self._life = os.urandom(8)
        self._format = struct.Struct(f"8s{writers}Q")

    def join(self, writer: int) -> None:
        """Say, in a worker and after the fork, which row it writes. Raises ValueError when there is no such row.

        A respawned worker takes its predecessor's row and goes on counting from there. The predecessor must be dead
        (the supervisor has waited for it): two writers in one row would lose increments.
        """
        if not 0 <= writer < self._writers:
            raise ValueError(f"There is no writer {writer}: they are 0 to {self._writers - 1}.")
        self._writer = writer

    def bump(self, name: str) -> None:
        """Change the version of `name` for everybody.

        Raises KeyError for an unknown name, and RuntimeError before `join`.
        """
        if self._writer is None:
            raise RuntimeError("join() first: a process that has no row of its own may not write.")
        self._counters[self._first[name] + self._writer] += 1

    def read(self, name: str) -> bytes:
        """The version of `name`: opaque, equal to an earlier one only if nobody bumped in between.

        Raises KeyError for an unknown name. It means nothing to another machine, or after a restart of the supervisor.
        """
        first = self._first[name]
        # tolist() loads word by word; tobytes() is a memcpy, which promises nothing about words.
        return self._format.pack(self._life, *self._counters[first : first + self._writers].tolist())
