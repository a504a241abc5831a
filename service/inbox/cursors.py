"""Places in an order: ORDER BY with the id as its last item, and the cursor that a walk goes on from.

The cursor holds the last row's values, so that a walk neither misses nor repeats a lead while others arrive.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import orjson

from service.rest.catalogue import Column, Relation
from service.rest.grammar import Field, Ordered
from service.rest.scanner import QueryError
from service.rest.statement import TEXT, Renderer

NEWEST_FIRST = (Ordered(Field("created_at"), "desc"), Ordered(Field("id"), "desc"))
# What may be long is put in order by its beginning, so that a cursor stays short.
LONG = frozenset({"message", "internal_notes"})
BEGINNING = 200


#: Of search results.
RANKED = (Ordered(Field("score"), "desc"), Ordered(Field("id"), "desc"))


@dataclass(frozen=True)
class Place:
    """What a page begins after: which items of the order were NULL in the last row. The values follow the query's."""

    nulls: tuple[bool, ...]


def total_order(order: tuple[Ordered, ...]) -> tuple[Ordered, ...]:
    """The order with the id as its last item, which makes every place in it one row's own; newest first when none is given."""
    if not order:
        return NEWEST_FIRST
    if any(item.field == Field("id") for item in order):
        return order
    return (*order, Ordered(Field("id"), order[-1].direction))


def order_by(renderer: Renderer, order: tuple[Ordered, ...]) -> str:
    """What follows ORDER BY in a list."""
    return ", ".join(f"{sort_key(renderer, item)[0]} {_direction(item).upper()} NULLS {_nulls(item).upper()}" for item in order)


def sort_key(renderer: Renderer, item: Ordered) -> tuple[str, Column]:
    """What an item of the order compares, and of what type that is: the column, or the beginning of what may be long."""
    sql, column = renderer.field(item.field, "order")
    if column.kind in ("json", "array", "composite"):
        return f"left({sql}::text, {BEGINNING})", TEXT
    if item.field.path or item.field.name in LONG:
        return f"left({sql}, {BEGINNING})", TEXT
    return sql, column


def _direction(item: Ordered) -> Literal["asc", "desc"]:
    return item.direction or "asc"


def _nulls(item: Ordered) -> Literal["first", "last"]:
    return item.nulls or ("first" if _direction(item) == "desc" else "last")


def after(renderer: Renderer, order: tuple[Ordered, ...], place: Place, slot: int) -> str:
    """The rows that come after a place: further in one item, and equal in all before it."""
    keys = [sort_key(renderer, item) for item in order]
    values = [
        "NULL" if is_null else renderer.value(slot + n, column)
        for n, (is_null, (_, column)) in enumerate(zip(place.nulls, keys, strict=True))
    ]
    directions = {_direction(item) for item in order}
    if len(directions) == 1 and all(column.not_null for _, column in keys):
        compared = ">" if directions == {"asc"} else "<"
        return f"({', '.join(sql for sql, _ in keys)}) {compared} ({', '.join(values)})"
    ways: list[str] = []
    equal: list[str] = []
    for item, (sql, column), value, is_null in zip(order, keys, values, place.nulls, strict=True):
        further = _further(item, sql, column, value, is_null)
        if further:
            ways.append(" AND ".join([*equal, further]))
        equal.append(f"{sql} IS NULL" if is_null else f"{sql} = {value}")
    after = f"({' OR '.join(f'({way})' for way in ways)})" if ways else "false"
    first, column = keys[0]
    if column.not_null:
        # Says the same once more, in a way that an index on the first column can begin at.
        after = f"{first} {'>=' if _direction(order[0]) == 'asc' else '<='} {values[0]} AND {after}"
    return after


def _further(item: Ordered, sql: str, column: Column, value: str, is_null: bool) -> str:
    """The condition of coming after a value in one item; empty when nothing can."""
    if is_null:
        return f"{sql} IS NOT NULL" if _nulls(item) == "first" else ""
    further = f"{sql} {'>' if _direction(item) == 'asc' else '<'} {value}"
    return f"({further} OR {sql} IS NULL)" if _nulls(item) == "last" and not column.not_null else further


def write_cursor(order: tuple[Ordered, ...], keys: list[str | None]) -> str:
    """A place in this order, as URL-safe base64 (RFC 4648, 5) without padding. To be passed back, not to be read."""
    return base64.urlsafe_b64encode(orjson.dumps([_fingerprint(order), *keys])).rstrip(b"=").decode()


def read_cursor(cursor: str, order: tuple[Ordered, ...], leads: Relation) -> list[str | None]:
    """What write_cursor wrote: the last row's values in this order. Raises QueryError for anything else."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        read: list[str | None] = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        fingerprint, *keys = read
    except (binascii.Error, ValueError, TypeError):
        raise bad_cursor() from None
    if fingerprint != _fingerprint(order) or len(keys) != len(order):
        raise bad_cursor()
    for item, key in zip(order, keys, strict=True):
        column = leads.column(item.field.name)
        if not isinstance(key, str) and not (key is None and column is not None and not column.not_null):
            raise bad_cursor()
        if key and ("\0" in key or any("\ud800" <= character <= "\udfff" for character in key)):
            raise bad_cursor()
    return keys


@lru_cache(maxsize=512)
def _fingerprint(order: tuple[Ordered, ...]) -> str:
    return hashlib.blake2b(repr(order).encode(), digest_size=6).hexdigest()


def bad_cursor() -> QueryError:
    message = "The cursor is none that this list gave in this order. Pass on the value of next unchanged, or leave cursor out."
    return QueryError("cursor", message, code="cursor_not_valid")
