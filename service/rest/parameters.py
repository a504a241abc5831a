"""An endpoint's own parameters, where it takes no filters."""

from collections.abc import Mapping, Sequence

from service.rest.grammar import pairs_of
from service.rest.scanner import QueryError

LIMIT = 50
MAX_LIMIT = 500


def read_parameters(query_string: str, known: Sequence[str] = ()) -> dict[str, str]:
    """The parameters of a query, without those that begin with `_`. Raises QueryError naming one that can't be."""
    given: dict[str, str] = {}
    for name, value in pairs_of(query_string):
        if name.startswith("_"):
            continue
        if name not in known:
            raise QueryError(name, f"There is no parameter {name[:100]}.", code="parameter_unknown")
        if name in given:
            raise QueryError(name, f"{name} was given twice.")
        given[name] = value
    return given


def limit_of(given: Mapping[str, str]) -> int:
    """`limit`, 1 to 500, else 50."""
    text = given.get("limit", str(LIMIT))
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= MAX_LIMIT):
        raise QueryError("limit", f"limit must be from 1 to {MAX_LIMIT}.", code="limit_not_valid")
    return int(text)


def cursor_of(given: Mapping[str, str]) -> int | None:
    """`cursor`, where that is a number."""
    text = given.get("cursor")
    if text is not None and not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise QueryError("cursor", "The cursor is none that this list gave.", code="cursor_not_valid")
    return None if text is None else int(text)


def flag_of(given: Mapping[str, str], name: str) -> bool:
    """`true` or `false`, which it is too when it isn't given."""
    flag = {"true": True, "false": False}.get(given.get(name, "false"))
    if flag is None:
        raise QueryError(name, f"{name} must be true or false.", code=f"{name}_not_valid")
    return flag
