"""A small HTTP client that asks the same things over and over, on connections that stay open. A process of its own.

Its input is one JSON object, {"host", "port", "requests", "connections", "seconds"}; its output another, that of `measure`.
It parses of an answer what it must (the status, Content-Length), and costs some 15 us of CPU per answer.
"""

import itertools
import json
import resource
import select
import socket
import sys
import time

BUFFER = 1 << 18


class Broken(RuntimeError):
    """The server closed a connection, or answers in a way that is not understood."""


class Connection:
    """One connection with one request under way, of those that it sends in turn."""

    def __init__(self, address: tuple[str, int], number: int, requests: list[bytes]) -> None:
        self._requests = itertools.cycle(requests)
        try:
            # Each a client of its own to the rate limits, which allow one 10,000 answers a second. Linux has all of 127/8.
            self.socket = socket.create_connection(address, timeout=10, source_address=(f"127.0.0.{2 + number % 250}", 0))
        except OSError:
            self.socket = socket.create_connection(address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0.0
        self._head = b""
        self._missing = -1  # bytes of the body; -1 while the head isn't complete
        self.ok = True

    def ask(self, now: float) -> None:
        self.began, self._head, self._missing = now, b"", -1
        self.socket.sendall(next(self._requests))

    def read(self, buffer: memoryview) -> bool:
        """Takes what has arrived; whether the answer is complete."""
        count = self.socket.recv_into(buffer)
        if not count:
            raise Broken("the connection was closed")
        if self._missing < 0:
            self._head += buffer[:count]
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = self._head[:end].lower()
            if head[9:12] == b"304":
                self.ok, self._missing = True, 0
                return True
            at = head.find(b"\r\ncontent-length:")
            if at < 0:
                raise Broken(f"an answer without Content-Length: {head!r}")
            self.ok = head[9:10] in b"23"
            self._missing = int(head[at + 17 :].split(b"\r", 1)[0]) - (len(self._head) - end - 4)
        else:
            self._missing -= count
        return self._missing == 0


def measure(address: tuple[str, int], requests: list[list[bytes]], connections: int, seconds: float) -> dict[str, float]:
    """Answers per second, latencies in ms, how many were no 2xx or 3xx, and this process' own CPU time per answer in us.

    `requests` holds for each connection those that it sends in turn; where they are too few, they are dealt out again. The
    clock runs until the last answer has come: slow answers are counted as right as fast ones.
    """
    poll = select.poll()
    by_number: dict[int, Connection] = {}
    for number in range(connections):
        connection = Connection(address, number, requests[number % len(requests)])
        by_number[connection.socket.fileno()] = connection
        poll.register(connection.socket, select.POLLIN)
    buffer = memoryview(bytearray(BUFFER))
    clock = time.perf_counter
    latencies: list[float] = []
    refused, under_way = 0, connections
    cpu = _cpu()
    began = now = clock()
    end = began + seconds
    for connection in by_number.values():
        connection.ask(now)
    while under_way:
        ready = poll.poll(30_000)
        if not ready:
            raise Broken("no answer for 30 s")
        for number, _ in ready:
            connection = by_number[number]
            if not connection.read(buffer):
                continue
            now = clock()
            if connection.ok:
                latencies.append(now - connection.began)
            else:
                refused += 1
            if now < end:
                connection.ask(now)
            else:
                under_way -= 1
    elapsed, cpu = now - began, _cpu() - cpu
    for connection in by_number.values():
        connection.socket.close()
    latencies.sort()
    return {
        "rate": len(latencies) / elapsed,
        "p50_ms": _quantile(latencies, 0.5) * 1000,
        "p95_ms": _quantile(latencies, 0.95) * 1000,
        "refused": refused,
        "answers": len(latencies) + refused,
        "client_us": cpu * 1e6 / max(1, len(latencies) + refused),
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _quantile(ascending: list[float], share: float) -> float:
    return ascending[min(len(ascending) - 1, int(len(ascending) * share))] if ascending else float("nan")


def main() -> None:
    asked = json.load(sys.stdin)
    address = (asked["host"], asked["port"])
    requests = [[request.encode() for request in turns] for turns in asked["requests"]]
    print(json.dumps(measure(address, requests, asked["connections"], asked["seconds"])))


if __name__ == "__main__":
    main()
