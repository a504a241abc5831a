"""What test_supervisor runs: a small app under `supervise`. It prints `serving PORT` once all workers serve."""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sanic import HTTPResponse, Request, Sanic
from sanic.response import text

from service import server
from service.supervisor import SupervisorError, listen, supervise

App = Sanic[Any, Any]


class Sleeper:
    """Something to watch. It writes the pid of each life to a file."""

    def __init__(self, pid_file: Path) -> None:
        self.pid_file = pid_file
        self.begin_start()

    def is_running(self) -> bool:
        return self.process.poll() is None

    def begin_start(self) -> None:
        self.process = subprocess.Popen(["sleep", "600"], start_new_session=True)
        self.pid_file.write_text(str(self.process.pid))

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def make_app(index: int) -> App:
    app: App = Sanic(f"supervised-{index}")
    open_since_start = {"pool": False}

    @app.before_server_start
    async def open_pool(_: App) -> None:
        open_since_start["pool"] = True

    @app.after_server_stop
    async def close_pool(_: App) -> None:
        open_since_start["pool"] = False

    @app.get("/pid")
    async def pid(_: Request) -> HTTPResponse:
        return text(str(os.getpid()))

    @app.get("/slow")
    async def slow(request: Request) -> HTTPResponse:
        await asyncio.sleep(float(request.args.get("seconds")))
        return text("slow" if open_since_start["pool"] else "too late", 200 if open_since_start["pool"] else 500)

    @app.post("/length")
    async def length(request: Request) -> HTTPResponse:
        return text(str(len(request.body)))

    @app.get("/block")
    def block(_: Request) -> HTTPResponse:
        time.sleep(600)
        return text("unblocked")

    @app.get("/orphan")
    def orphan(_: Request) -> HTTPResponse:
        subprocess.run(["sh", "-c", "sleep 0.543 &"], check=True)
        return text("left one")

    return app


def make_no_app(index: int) -> App:
    raise RuntimeError(f"worker {index} finds no database")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--grace", type=float, default=10)
    parser.add_argument("--hang-seconds", type=float, default=30)
    parser.add_argument("--crash", action="store_true")
    parser.add_argument("--watched", type=Path)
    arguments = parser.parse_args()
    server.HANG_SECONDS = arguments.hang_seconds
    try:
        listener = listen("127.0.0.1", arguments.port)
    except SupervisorError as error:
        print(error, file=sys.stderr)
        return 1
    port = listener.getsockname()[1]
    sleeper = Sleeper(arguments.watched) if arguments.watched else None
    try:
        return supervise(
            make_no_app if arguments.crash else make_app,
            listener,
            arguments.workers,
            watched=sleeper,
            grace_seconds=arguments.grace,
            ready=lambda: print("serving", port, flush=True),
        )
    finally:
        # Were this to run in a worker as well, the test would see it twice.
        print("finally", flush=True)
        if sleeper:
            sleeper.stop()


if __name__ == "__main__":
    sys.exit(main())
