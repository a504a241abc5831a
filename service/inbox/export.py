"""Exports: leads as one COPY, from PostgreSQL to the client as it reads, in any number.

A COPY is one statement, so it is one snapshot. Its bytes are passed on: of CSV as they are; of JSON they are PostgreSQL's own
rows, which get commas between them.
"""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.db import Database, Role
from service.inbox.cursors import order_by, total_order
from service.inbox.selection import Selection, refused_by_name, where
from service.rest.catalogue import ALIASES, Column, quoted
from service.rest.scanner import QueryError
from service.rest.statement import Renderer

Send = Callable[[bytes], Coroutine[Any, Any, None]]

#: What is sent at once, at least. COPY comes in pieces of a row or a few.
PIECE_BYTES = 64 * 1024

BOM = b"\xef\xbb\xbf"

# Types whose text is no formula and needs no quotes: numbers, dates, and labels of our own.
PLAIN = frozenset("int2 int4 int8 oid float4 float8 numeric uuid date time timetz lead_type lead_status lead_priority".split())
MOMENTS = frozenset({"timestamp", "timestamptz"})

# What begins a formula in a spreadsheet (OWASP, "CSV Injection"), and what some spreadsheets strip before they look.
FORMULA = "\t\n\r+-=@\uff0b\uff0d\uff1d\uff20"
STRIPPED = "\v\f \u00a0\u200b\u3000\ufeff"

# Control characters, which PostgreSQL's JSON always escapes: so CSV quotes nothing in it, and doubles nothing.
JSON_OPTIONS = {"format": "csv", "quote": "\x01", "delimiter": "\x02"}


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"

    @property
    def media_type(self) -> str:
        return {
            Format.CSV: "text/csv; charset=utf-8; header=present",
            Format.JSON: "application/json",
            Format.NDJSON: "application/x-ndjson",
        }[self]


@dataclass(frozen=True)
class Cell:
    """One column of an export: its name, its type's, and its value as SQL over `public.contact_leads AS l`."""

    name: str
    type_name: str
    sql: str


@dataclass(frozen=True)
class Chosen:
    """Which leads, which of their columns, in which order: SQL over `public.contact_leads AS l`. `values` are its $1, $2 ..."""

    columns: Sequence[Cell]
    where: str
    order: str
    values: Sequence[str | list[str]] = ()


@dataclass(frozen=True)
class Export:
    """What is asked for. `raw` leaves formulas as they are, `bom` begins with a byte order mark; both are of CSV alone."""

    format: Format
    chosen: Chosen
    raw: bool = False
    bom: bool = False


def chosen(selection: Selection) -> Chosen:
    """The leads a query means. Raises QueryError naming the parameter."""
    query = selection.query
    renderer = selection.renderer()
    columns = _cells(renderer, selection)
    which = where(renderer, query.shape.filters, selection.view, selection.searched)
    order = order_by(renderer, total_order(query.shape.order))
    for name, number in (("limit", query.limit), ("offset", query.offset)):
        if number is not None and number < 0:
            raise QueryError(name, f"{name} must not be negative.", code=f"{name}_not_valid")
    if query.limit is not None:
        order += f" LIMIT {query.limit}"
    if query.offset:
        order += f" OFFSET {query.offset}"
    return Chosen(columns, which, order, renderer.statement("").arguments(selection.values))


def _cells(renderer: Renderer, selection: Selection) -> list[Cell]:
    def whole(column: Column) -> Cell:
        return Cell(column.name, column.type_name, f"l.{column.sql}")

    cells: list[Cell] = []
    for item in selection.query.shape.select:
        if item.field.name == "*":
            cells += map(whole, selection.leads.columns.values())
            continue
        sql, column = renderer.field(item.field, "select")
        type_name = column.type_name
        if item.cast is not None:
            named = " ".join(item.cast.lower().split())
            type_name = ALIASES.get(named, named)
            sql = f"CAST({sql} AS {renderer.cast(item.cast)})"
        cells.append(Cell(item.name or item.field.name, type_name, sql))
    return cells or [whole(column) for column in selection.leads.columns.values()]


def export_statement(format_: Format, columns: Sequence[Cell], where: str, order: str, *, raw: bool) -> str:
    """The SELECT inside the COPY, its $1, $2 ... still in it. CSV has a column for each, `c0`, `c1` ...; JSON `c0` alone."""
    if format_ is Format.CSV:
        cells = ", ".join(f"{_csv_cell(column, raw)} AS c{n}" for n, column in enumerate(columns))
        return f"SELECT {cells} FROM public.contact_leads AS l WHERE {where} ORDER BY {order}"
    values = ", ".join(f"{column.sql} AS {quoted(column.name)}" for column in columns)
    row = "pg_catalog.row_to_json(r)"
    if any(column.type_name in ("json", "_json") for column in columns):
        # Such a value stays as it was written, with its line ends between the tokens: there are none within.
        row = f"translate({row}::text, E'\\r\\n', '')"
    return f"SELECT {row} AS c0 FROM (SELECT {values} FROM public.contact_leads AS l WHERE {where} ORDER BY {order}) AS r"


def copy_options(format_: Format, columns: Sequence[Cell]) -> dict[str, Any]:
    """The options of the COPY. In CSV every text is quoted, so that an empty one is no NULL; that is also the faster way."""
    if format_ is not Format.CSV:
        return JSON_OPTIONS
    forced = [f"c{n}" for n, column in enumerate(columns) if column.type_name not in PLAIN | MOMENTS | {"bool"}]
    return {"format": "csv", "force_quote": forced} if forced else {"format": "csv"}


def _csv_cell(column: Cell, raw: bool) -> str:
    """A column's text. What is no text, number or moment is JSON."""
    sql, type_name = column.sql, column.type_name
    if type_name in PLAIN:
        return sql
    if type_name == "bool":
        return f"{sql}::text"  # true and false: COPY itself writes t and f
    if type_name in MOMENTS:
        return f"pg_catalog.to_jsonb({sql}) #>> '{{}}'"  # RFC 3339, and of all ways to that the fastest
    if type_name == "jsonb":
        return sql  # begins with a brace, bracket, quote, letter or number: a formula can't
    if type_name.startswith("_"):
        return f"pg_catalog.to_json({sql})"
    text = sql if type_name == "text" else f"{sql}::text"
    if raw:
        return text
    # Most begin with a letter, which two comparisons of bytes tell; only the rest is looked at closely.
    is_word = f"""{text} COLLATE "C" >= 'A' AND {text} COLLATE "C" < chr(128)"""
    begins = f"ascii({text}) IN ({_codes(FORMULA + STRIPPED)})"
    formula = f"ascii(ltrim({text}, '{STRIPPED}')) IN ({_codes(FORMULA)})"
    return f"CASE WHEN {is_word} THEN {text} WHEN {begins} AND {formula} THEN '''' || {text} ELSE {text} END"


def _codes(characters: Iterable[str]) -> str:
    return ", ".join(str(ord(character)) for character in characters)


def heading(columns: Sequence[Cell], *, raw: bool) -> bytes:
    """CSV's first line. Names are quoted unless they are plain words."""
    names = []
    for column in columns:
        name = column.name
        if not raw and name.lstrip(STRIPPED)[:1] in tuple(FORMULA):
            name = f"'{name}"
        names.append(name if name.isascii() and name.isidentifier() else quoted(name))
    return ",".join(names).encode() + b"\n"


async def stream(database: Database, role: Role, export: Export, send: Send, selection: Selection | None = None) -> int:
    """Sends an export, piece by piece, and waits for each to be taken. The number of rows.

    What can go wrong at once does so before the first piece. Raises as Database.copy_out does, and QueryError.
    """
    what = export.chosen
    pieces = Pieces(export, send)
    statement = export_statement(export.format, what.columns, what.where, what.order, raw=export.raw)
    options = copy_options(export.format, what.columns)

    async def copy() -> int:
        return await database.copy_out(role, statement, what.values, options, pieces.take)

    rows = await (copy() if selection is None else refused_by_name(database, role, selection, copy))
    await pieces.end()
    return rows


class Pieces:
    """Gathers what COPY gives into pieces to send, with what comes before, between and after the rows."""

    def __init__(self, export: Export, send: Send) -> None:
        self._send = send
        self._is_json = export.format is Format.JSON
        self._gathered = [b"[" if self._is_json else b""]
        if export.format is Format.CSV:
            self._gathered = [BOM if export.bom else b"", heading(export.chosen.columns, raw=export.raw)]
        self._size = 0

    async def take(self, data: bytes) -> None:
        self._gathered.append(data)
        self._size += len(data)
        if self._size >= PIECE_BYTES:
            piece = self._piece()
            self._size = 0
            await self._send(piece)

    async def end(self) -> None:
        piece = self._piece() + (b"]" if self._is_json else b"")
        if piece:
            await self._send(piece)

    def _piece(self) -> bytes:
        """All that was gathered. In JSON a line end between two rows gets its comma; the last one waits for its next row."""
        piece = b"".join(self._gathered)
        self._gathered = []
        if not self._is_json:
            return piece
        if piece.endswith(b"\n"):
            piece = piece[:-1]
            self._gathered = [b"\n"]
        return piece.replace(b"\n", b",\n")
