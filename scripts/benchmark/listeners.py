"""Many who listen to /admin/events at once."""

import selectors
import socket
import time
from typing import Self

from stack import BenchError, Service

PATIENCE = 10.0


class Listeners:
    """So many open streams; a context manager."""

    def __init__(self, service: Service, count: int) -> None:
        self._service = service
        self._selector = selectors.DefaultSelector()
        self._sockets = [socket.create_connection(("127.0.0.1", service.port), timeout=10) for _ in range(count)]

    def __enter__(self) -> Self:
        for one in self._sockets:
            one.sendall(self._service.request("GET", "/admin/events"))
            one.setblocking(False)
            self._selector.register(one, selectors.EVENT_READ, bytearray())
        self._gather(b"event: ready")
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        for one in self._sockets:
            one.close()

    def hear(self) -> list[float]:
        """When each of them has heard of the next change, by time.perf_counter."""
        return self._gather(b"event: lead.changed")

    def _gather(self, wanted: bytes) -> list[float]:
        """Waits until every stream has brought this."""
        waiting = {one.fileno() for one in self._sockets}
        times = []
        give_up = time.perf_counter() + PATIENCE
        while waiting:
            if time.perf_counter() > give_up:
                raise BenchError(f"{len(waiting)} of {len(self._sockets)} listeners never heard {wanted.decode()}")
            for key, _ in self._selector.select(1):
                stream: bytearray = key.data
                one = key.fileobj
                assert isinstance(one, socket.socket)
                stream += one.recv(65536)
                if wanted in stream and key.fd in waiting:
                    times.append(time.perf_counter())
                    waiting.remove(key.fd)
                    stream.clear()
        return times
