"""Structured logs: readable on a terminal, one JSON object a line otherwise. Neither secrets nor personal data go in."""

import logging
import os
import sys

import orjson
import structlog


def configure(log_format: str = "auto") -> None:
    """Sends structlog's events, and the standard library's of warning and above, to standard error.

    `log_format`: console, json, or auto (console when standard error is a terminal).
    """
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
    ]
    if console:
        shared.append(_for_people)
        renderer: structlog.typing.Processor = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty() and "NO_COLOR" not in os.environ,
            exception_formatter=structlog.dev.plain_traceback,
            pad_event_to=0,
            pad_level=False,
            sort_keys=False,
        )
    else:
        shared.append(structlog.processors.format_exc_info)
        renderer = structlog.processors.JSONRenderer(serializer=lambda event, **_: orjson.dumps(event, default=str).decode())
    structlog.configure(
        processors=[structlog.processors.StackInfoRenderer(), *shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # One write a line: `print` writes the end of the line by itself, and the workers' lines would mix.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=renderer))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    # Sanic brings handlers of its own, which would print each event twice and in another form.
    for name in ("sanic", "sanic.root", "sanic.error", "sanic.access", "sanic.server", "sanic.websockets"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        logger.setLevel(logging.WARNING)


def _for_people(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The same in fewer words, for who watches it go by. An answer of 500 and up keeps its request_id, to be looked up."""
    if event["level"] == "info":
        del event["level"]
    if event["event"] == "request":
        if event["status"] < 500:
            del event["request_id"]
        event["event"] = f"{event.pop('method')} {event.pop('path')} {event.pop('status')} in {event.pop('ms')} ms"
    else:
        event["event"] = str(event["event"]).replace("_", " ")
    return event
