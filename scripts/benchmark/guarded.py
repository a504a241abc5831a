"""`leads` with a few routes that answer the same few bytes, each with some of the guards: what those cost.

Of every route, what is asked with UNCOUNTED_QUERY isn't counted. LEADS_BENCH_REDIS_URL names the Redis that one of them
counts in; empty, there is none.
"""

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from sanic import HTTPResponse, Request, raw

from service import app as composed
from service.guard import Access, Guard
from service.limiter import Limiter
from service.metrics import Recorder
from service.settings import Settings
from service.shared_limits import SharedLimits

ALL, UNCOUNTED, UNMEASURED, SHARED, NONE = (f"bench/{name}" for name in ("all", "uncounted", "unmeasured", "shared", "none"))

UNCOUNTED_QUERY = "_uncounted"

create_app, count, answered = composed.create_app, Guard._count, Recorder.answered


async def count_some(request: Request, limiter: Limiter, user: str = "") -> None:
    path = request.route.path if request.route else ""
    if path != UNCOUNTED and request.query_string != UNCOUNTED_QUERY:
        await count(request, request.app.ctx.bench if path == SHARED else limiter, user)


def measure_some(recorder: Recorder, path: str | None, method: str, status: int, seconds: float) -> None:
    if path not in (UNMEASURED, NONE):
        answered(recorder, path, method, status, seconds)


def create(settings: Settings, shared: composed.SharedMemory, *, worker: int) -> composed.App:
    app = create_app(settings, shared, worker=worker)

    async def answer(_: Request) -> HTTPResponse:
        return raw(b"{}", content_type="application/json")

    for path in (ALL, UNCOUNTED, UNMEASURED, SHARED, NONE):
        access = Access.OPEN if path == NONE else Access.VIEWER
        app.add_route(answer, f"/{path}", name=path.replace("/", "_"), ctx_access=access)
    app.ctx.recorder.learn(route.path for route in app.router.routes)
    if url := os.environ.get("LEADS_BENCH_REDIS_URL"):
        everywhere = SharedLimits(url, settings.jwt_secret_key or "", app.ctx.recorder)
        app.ctx.bench = Limiter("admin", shared.admin, app.ctx.recorder, everywhere)

        @app.before_server_start
        async def open_it(_: Any) -> None:
            await everywhere.open()

        @app.after_server_stop
        async def close_it(_: Any) -> None:
            await everywhere.close()

    return app


if __name__ == "__main__":
    composed.create_app = create  # type: ignore[assignment]
    Guard._count = staticmethod(count_some)  # type: ignore[method-assign]
    Recorder.answered = measure_some  # type: ignore[method-assign]
    from service.__main__ import main

    main()
