"""`leads audit verify`: is the audit as it was written?

The chain of seals tells of a changed entry by itself. A chain written wholly anew it can't tell of: the heads can that the
service logged (`audit_sealed`), for whoever keeps its log outside the database.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Annotated, Any, TypedDict

import orjson
import psycopg
import typer
from psycopg.types.json import Jsonb

from service.cli.finding import owner_url
from service.settings import Settings

app = typer.Typer(help="Who did what, sealed entry by entry.", no_args_is_help=True)

# Each call looks at the whole chain; a logged head takes some 100 bytes of it, and a jsonb has room for 256 MB.
HEADS_AT_ONCE = 500_000
# The service seals each second.
SLOW_SECONDS = 10

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-fA-F]{64})")


class Head(TypedDict):
    """The end of the chain at some time: the last seal's number, and its hash in hexadecimal."""

    number: int
    hash: str


@app.command()
def verify(
    log: Annotated[
        list[typer.FileText] | None,
        typer.Option(
            encoding="utf-8", errors="replace", help="A log of the service: its heads are compared. - is standard input."
        ),
    ] = None,
    head: Annotated[list[str] | None, typer.Option(metavar="NUMBER:HASH", help="A head that was kept otherwise.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Look for entries of the audit that were altered or removed. Read-only; exits 1 and names the first."""
    heads = [read_head(text) for text in head or []]

    def every_head() -> Iterator[Head]:
        yield from heads
        for stream in log or []:
            yield from logged_heads(stream)

    with owner_url(Settings.from_environ()) as url, psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
        connection.read_only = True
        found = verified(connection, every_head())
    if as_json:
        typer.echo(orjson.dumps(found).decode())
    else:
        for line in told(found):
            typer.echo(line)
    raise typer.Exit(0 if found["ok"] else 1)


def read_head(text: str) -> Head:
    """NUMBER:HASH, as it is given by hand."""
    match = HEAD.fullmatch(text.strip())
    if match is None:
        raise typer.BadParameter(f"{text!r} is not NUMBER:HASH, as in 17:{'0123456789abcdef' * 4}", param_hint="'--head'")
    return Head(number=int(match[1]), hash=match[2].lower())


def logged_heads(lines: Iterable[str]) -> Iterator[Head]:
    """The heads that a log of the service holds, in either of its formats (service/logs.py); all else is passed over."""
    for line in lines:
        if "audit_sealed" in line:
            found = _from_json(line[max(line.find("{"), 0) :])  # something may have put a time before it
        elif "audit sealed" in COLOUR.sub("", line):
            found = dict(re.findall(r"\b(number|hash)=(\w+)", COLOUR.sub("", line).partition("audit sealed")[2]))
        else:
            continue
        number, digest = str(found.get("number")), str(found.get("hash"))
        if match := HEAD.fullmatch(f"{number}:{digest}"):
            yield Head(number=int(match[1]), hash=match[2].lower())


def _from_json(text: str) -> dict[str, Any]:
    """The event, alone or as a text inside of another object, as a container's log has it."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(found, dict):
        return {}
    if found.get("event") == "audit_sealed":
        return found
    inner = (_from_json(value) for value in found.values() if isinstance(value, str) and "audit_sealed" in value)
    return next((event for event in inner if event), {})


def verified(connection: "psycopg.Connection[tuple[Any, ...]]", heads: Iterator[Head]) -> dict[str, Any]:
    """What app.verify_audit says of the audit and all of these heads, and `ok`."""
    found: dict[str, Any] = {}
    compared, rewritten, fault = 0, [], None
    # The heads are read before each look: one that is logged meanwhile is in the database already.
    while (some := list(islice(heads, HEADS_AT_ONCE))) or not found:
        row = connection.execute("SELECT app.verify_audit(%s)", (Jsonb(some),)).fetchone()
        assert row is not None
        found = row[0]
        compared += found["heads"]
        rewritten += [] if found["rewritten"] is None else [found["rewritten"]]
        fault = fault or found["fault"]
    found |= {"heads": compared, "rewritten": min(rewritten, default=None), "fault": fault}
    return {"ok": not rewritten and fault is None, **found}


def told(found: dict[str, Any]) -> Iterator[str]:
    """The same in words."""
    fault, rewritten, last, tail = found["fault"], found["rewritten"], found["head"], found["unsealed"]
    if fault is not None:
        entry = "" if fault["entry"] is None else f", entry {fault['entry']}"
        yield f"The audit was tampered with. The first fault is at seal {fault['number']}{entry}: {fault['what']}."
    if rewritten is not None:
        yield f"The chain was rewritten or cut: seal {rewritten} is not as it was logged."
    if found["ok"]:
        yield "Nothing was altered, and nothing is missing."
    if last is None:
        yield "No entry is sealed yet."
    else:
        yield f"{_count(found['sealed'], 'entry is', 'entries are')} sealed. The head: {last['number']}:{last['hash']}"
    if found["erased"]:
        yield f"{_count(found['erased'], 'of them was', 'of them were')} erased: they are there, and what they held is not."
    if tail["entries"]:
        since = datetime.fromisoformat(tail["since"])
        slow = " Is the service running? It seals each second." if found["sealed"] and tail["seconds"] > SLOW_SECONDS else ""
        yield f"{_count(tail['entries'], 'entry is', 'entries are')} not sealed yet, since {since:%Y-%m-%d %H:%M:%S %Z}.{slow}"
    if found["heads"]:
        yield f"{_count(found['heads'], 'logged head was', 'logged heads were')} compared."
    else:
        yield (
            "No logged head was compared: without one only changes that left the chain as it is can be found, not a chain "
            "rewritten whole, or cut at its end. Give --log with the service's log."
        )


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
