"""A Sanic with nothing in it, served as the service is: what HTTP alone allows. Arguments: the port, and sizes of answers."""

import sys
from collections.abc import Callable, Coroutine
from typing import Any

from sanic import Request, Sanic
from sanic.response import HTTPResponse, raw

from service.settings import Settings
from service.supervisor import listen, supervise


def make_app(worker: int) -> Sanic[Any, Any]:
    app = Sanic(f"bare-{worker}", configure_logging=False)
    app.config.ACCESS_LOG = False

    def answering(body: bytes) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
        async def answer(_: Request) -> HTTPResponse:
            return raw(body, content_type="application/json")

        return answer

    @app.get("/unchanged")
    async def unchanged(_: Request) -> HTTPResponse:
        return HTTPResponse(status=304)

    for size in sys.argv[2:]:
        app.add_route(answering(b"x" * int(size)), f"/{size}", name=f"of-{size}")
    return app


if __name__ == "__main__":
    sys.exit(supervise(make_app, listen("127.0.0.1", int(sys.argv[1])), Settings.from_environ({}).workers))
