"""What a log line looks like, and what is never in one."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import logging, structlog
from service import logs
logs.configure({format!r})
logger = structlog.get_logger()
logger.info("request", method="GET", path="/admin/leads", status=200, ms=1.5, request_id="0b7e1d2c")
logger.debug("too much")
logging.getLogger("sanic.root").info("too much")
logging.getLogger("sanic.error").warning("from sanic")
def check(password):
    raise RuntimeError("it failed")
try:
    check("swordfish")
except RuntimeError:
    logger.exception("request_failed", request_id="0b7e1d2c")
"""


def logged(log_format: str) -> str:
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(format=log_format)], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


def test_json_is_one_object_a_line() -> None:
    lines = [json.loads(line) for line in logged("json").splitlines()]
    assert [line["event"] for line in lines] == ["request", "from sanic", "request_failed"]
    assert [line["level"] for line in lines] == ["info", "warning", "error"]
    assert all("timestamp" in line for line in lines)
    assert lines[0]["status"] == 200
    assert "RuntimeError: it failed" in lines[2]["exception"]


def test_on_a_terminal_it_is_for_people() -> None:
    text = logged("console")
    assert "GET /admin/leads 200 in 1.5 ms" in text
    assert "from sanic" in text
    assert "too much" not in text
    assert "RuntimeError: it failed" in text


@pytest.mark.threat(60)
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_no_values(log_format: str) -> None:
    assert "swordfish" not in logged(log_format).replace('check("swordfish")', "").replace('check(\\"swordfish\\")', "")
