"""PostgREST's query grammar: a query string becomes a tree whose values stand apart, numbered.

The grammar is that of PostgREST (its documentation, "Tables and Views"); error texts follow its parser's where clients show
them. Everything is bounded: depth, conditions, list items, length.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl

from service.rest.scanner import AGGREGATES, FULL_TEXT, IS, OPERATORS, QUANTIFIED, QueryError, Scanner, shortened

MAX_LENGTH = 64 * 1024
MAX_PARAMETERS = 200
MAX_DEPTH = 20
MAX_CONDITIONS = 500
MAX_PATH = 20
# PostgreSQL's reader of text searches has places for 32, and fails with an internal error beyond.
MAX_NEGATIONS = 30
#: Skipping rows means reading them.
MAX_OFFSET = 1_000_000_000
_NEGATIONS = re.compile(rf"(?:[!-]\s*){{{MAX_NEGATIONS + 1}}}")


@dataclass(frozen=True)
class Step:
    """One `->` or `->>` (as_text). The key, or index, is the value of that number."""

    value: int
    is_index: bool
    as_text: bool


@dataclass(frozen=True)
class Field:
    """A column, and where to look in its JSON."""

    name: str
    path: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Condition:
    """One filter. `value` is the number of what it compares with; of `is` there is none, and `word` is SQL's.

    `operator` is the grammar's name, or `bare`: equality, or on an array that it contains the value. `labels` stand for
    the value once it is known to be an enum's (statement.with_labels).
    """

    parameter: str
    field: Field
    negated: bool
    operator: str
    value: int | None = None
    quantifier: Literal["any", "all"] | None = None
    language: int | None = None
    word: str | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """`and` or `or` of several."""

    operator: Literal["and", "or"]
    negated: bool
    members: "tuple[Condition | Group, ...]"


Tree = Condition | Group


@dataclass(frozen=True)
class Selected:
    """One item of `select`: a field, or all columns when its name is `*`."""

    field: Field
    name: str | None
    cast: str | None


EVERYTHING = (Selected(Field("*"), None, None),)


@dataclass(frozen=True)
class Ordered:
    """One item of `order`. None stands for PostgreSQL's default: ascending; nulls last then, first when descending."""

    field: Field
    direction: Literal["asc", "desc"] | None = None
    nulls: Literal["first", "last"] | None = None


@dataclass(frozen=True)
class Shape:
    """A query without its values."""

    select: tuple[Selected, ...]
    filters: tuple[Tree, ...]
    order: tuple[Ordered, ...]


@dataclass(frozen=True)
class Query:
    """A whole query: its shape, its values, the page it asks for, and the caller's own parameters as they came."""

    shape: Shape
    values: tuple[str | list[str], ...]
    limit: int | None
    offset: int
    own: dict[str, str]


def pairs_of(query_string: str) -> list[tuple[str, str]]:
    """The parameters of a query string, decoded. Raises QueryError when it is no UTF-8, too long, or holds a NUL."""
    if len(query_string) > MAX_LENGTH:
        raise QueryError("query", f"the query is longer than {MAX_LENGTH} bytes")
    try:
        # As PostgREST reads it, a name alone is nothing.
        given = "&".join(piece for piece in query_string.split("&") if "=" in piece)
        pairs = parse_qsl(given, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS, separator="&")
    except UnicodeDecodeError:
        raise QueryError("query", "the query is not valid UTF-8") from None
    except ValueError:
        raise QueryError("query", f"the query has more than {MAX_PARAMETERS} parameters") from None
    for name, value in pairs:
        for text in (name, value):
            if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
                raise QueryError(name.replace("\0", ""), "the query holds a character that can't be")
    return pairs


def parse(query_string: str, *, own: Sequence[str] = (), bare: bool = False) -> Query:
    """Reads a query string. Raises QueryError.

    `own` names parameters of the caller's that are no columns. With `bare` a value without a known operator is equality, a
    parameter that begins with `_` is ignored, and one that can't be given twice is refused.
    """
    return Reader(bare).read(pairs_of(query_string), own)


class Reader:
    """Reads one query; gathers its values."""

    def __init__(self, bare: bool) -> None:
        self._bare = bare
        self.values: list[str | list[str]] = []
        self._conditions = 0

    def read(self, pairs: list[tuple[str, str]], own: Sequence[str]) -> Query:
        select: tuple[Selected, ...] | None = None
        filters: list[Tree] = []
        order: tuple[Ordered, ...] = ()
        numbers: dict[str, int] = {}
        owned: dict[str, str] = {}
        for name, text in pairs:
            if self._bare and name.startswith("_"):
                continue
            last = name.rpartition(".")[2]
            if name in own or name in ("select", "order", "limit", "offset"):
                if self._bare and (name in owned or name in numbers):
                    raise QueryError(name, f"{name} is given twice")
                if name in own:
                    owned[name] = text
                    continue
            if name == "select":
                select = select or self.select(text)
            elif name in ("columns", "on_conflict"):
                continue  # of writes
            elif last in ("and", "or"):
                filters.append(self.logic(name, text))
            elif last == "order":
                self._no_embedding(name)
                order = self.order(text)
            elif last in ("limit", "offset"):
                self._no_embedding(name)
                numbers[last] = _whole_number(name, text)
            else:
                filters.append(self.filter(name, text))
        shape = Shape(select or EVERYTHING, tuple(filters), order)
        return Query(shape, tuple(self.values), numbers.get("limit"), numbers.get("offset", 0), owned)

    def value(self, value: str | list[str]) -> int:
        """Keeps a value; returns its number."""
        self.values.append(value)
        return len(self.values) - 1

    # select

    def select(self, text: str) -> tuple[Selected, ...]:
        scanner = Scanner("select", f'"failed to parse select parameter ({text})"', text)
        if not text:
            return EVERYTHING
        items = [self._selected(scanner)]
        while scanner.take(","):
            if len(items) >= MAX_CONDITIONS:
                raise scanner.failure("fewer columns")
            items.append(self._selected(scanner))
        scanner.end('"," or end of input')
        return tuple(items)

    def _selected(self, scanner: Scanner) -> Selected:
        scanner.spaces()
        if scanner.sees("..."):
            raise _not_yet("spreading an embedded resource")
        if scanner.take("*"):
            scanner.spaces()
            if scanner.character not in ("", ",", ")"):
                raise scanner.failure('")", "," or end of input')
            return Selected(Field("*"), None, None)
        alias = None
        name = scanner.name()
        if scanner.character == ":" and not scanner.sees("::"):
            scanner.take(":")
            alias, name = name, scanner.name()
        if scanner.sees("()") and name == "count":
            raise _no_aggregates()
        if scanner.character in ("(", "!"):
            if scanner.has("("):
                raise _not_yet("embedding a resource")
            raise scanner.failure('letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input')
        field = Field(name, self._path(scanner))
        scanner.spaces()
        cast = None
        if scanner.take("::"):
            cast = scanner.identifier()
        if scanner.character == "." and any(scanner.sees(f".{aggregate}()") for aggregate in AGGREGATES):
            raise _no_aggregates()
        scanner.spaces()
        if scanner.character not in ("", ","):
            raise scanner.failure('letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input')
        return Selected(field, alias or self._name_of(field), cast)

    def _name_of(self, field: Field) -> str:
        """The key of a json path's result: its last name, `data->1->mycol->>2` is "mycol", `data->3` is "data"."""
        for step in reversed(field.path):
            if not step.is_index:
                return str(self.values[step.value])
        return field.name

    def _path(self, scanner: Scanner) -> tuple[Step, ...]:
        steps: list[Step] = []
        while scanner.sees("->"):
            if len(steps) >= MAX_PATH:
                raise scanner.failure("a shorter path")
            as_text = scanner.take("->>") or not scanner.take("->")
            index = scanner.json_index()
            key = scanner.json_key() if index is None else index
            steps.append(Step(self.value(key), index is not None, as_text))
        return tuple(steps)

    # order

    def order(self, text: str) -> tuple[Ordered, ...]:
        scanner = Scanner("order", f'"failed to parse order ({text})"', text)
        items = [self._ordered(scanner)]
        while scanner.take(","):
            if len(items) >= MAX_PATH:
                raise scanner.failure("fewer columns")
            items.append(self._ordered(scanner))
        scanner.end('delimiter (.), "," or end of input')
        return tuple(items)

    def _ordered(self, scanner: Scanner) -> Ordered:
        scanner.spaces()
        name = scanner.name()
        if scanner.character == "(":
            raise _not_embedded("order", name)
        field = Field(name, self._path(scanner))
        scanner.spaces()
        direction: Literal["asc", "desc"] | None = None
        nulls: Literal["first", "last"] | None = None
        if scanner.word(".asc", ".,"):
            direction = "asc"
        elif scanner.word(".desc", ".,"):
            direction = "desc"
        if scanner.word(".nullsfirst", ","):
            nulls = "first"
        elif scanner.word(".nullslast", ","):
            nulls = "last"
        elif scanner.character == ".":
            scanner.position += 1
            words = ("nullsfirst", "nullslast") if direction else ("asc", "desc", "nullsfirst", "nullslast")
            raise scanner.no_word(words, _or(f'"{word}"' for word in words))
        scanner.spaces()
        return Ordered(field, direction, nulls)

    # filters

    def filter(self, name: str, text: str) -> Condition:
        """One `column=operator.value`."""
        self._count(name)
        scanner = Scanner(name, f'"failed to parse tree path ({name})"', name)
        names = [scanner.name()]
        while scanner.take("."):
            names.append(scanner.name())
        if len(names) > 1:
            raise _not_embedded(name, names[-2])
        field = Field(names[0], self._path(scanner))
        scanner.end('"->>", "->" or end of input')
        if self._bare and not _has_operator(text):
            return Condition(name, field, False, "eq" if text.startswith("{") else "bare", self.value(text))
        value = Scanner(name, f'"failed to parse filter ({shortened(text)})"', text)
        condition = self._condition(value, name, field, in_logic=False)
        value.end("end of input")
        return condition

    def logic(self, name: str, text: str) -> Group:
        """One `and=(...)`, `not.or=(...)`."""
        words = name.split(".")
        operator: Literal["and", "or"] = "and" if words[-1] == "and" else "or"
        path = [word for word in words[:-1] if word != "not"]
        if path:
            raise _not_embedded(name, path[-1])
        negated = "not" in words[:-1]
        prefix = f"not.{operator}" if negated else operator
        scanner = Scanner(name, f'"failed to parse logic tree ({shortened(text)})"', prefix + text)
        scanner.position = len(prefix)
        group = self._group(scanner, name, operator, negated, 1)
        while not self._bare and scanner.take(")"):
            pass  # PostgREST reads no further; its clients have been seen to write one too many
        scanner.end("end of input")
        return group

    def _group(self, scanner: Scanner, parameter: str, operator: Literal["and", "or"], negated: bool, depth: int) -> Group:
        if depth > MAX_DEPTH:
            raise QueryError(parameter, f"filters can be nested {MAX_DEPTH} deep at most")
        scanner.spaces()
        if not scanner.take("("):
            raise scanner.failure('"("')
        members = [self._member(scanner, parameter, depth)]
        while scanner.take(","):
            members.append(self._member(scanner, parameter, depth))
        if not scanner.take(")"):
            raise scanner.failure('"," or ")"')
        scanner.spaces()
        return Group(operator, negated, tuple(members))

    def _member(self, scanner: Scanner, parameter: str, depth: int) -> Tree:
        scanner.spaces()
        begun = scanner.position
        negated = scanner.take("not.")
        for operator in ("and", "or"):
            if scanner.opens(operator):
                scanner.take(operator)
                return self._group(scanner, parameter, operator, negated, depth + 1)
        scanner.position = begun
        self._count(parameter)
        if scanner.character in ("", ")", "(", ","):
            raise scanner.failure("field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, or)")
        field = Field(scanner.name(), self._path(scanner))
        if negated and not any(scanner.sees(f".{operator}") for operator in (*OPERATORS, "not.")):
            scanner.position = begun + len("not.")
            raise scanner.failure("logic operator (and, or)")
        scanner.spaces()
        if not scanner.take("."):
            misread = next((word for word in ("and", "or") if scanner.text.startswith(word, begun)), None)
            if misread:
                scanner.position = begun + len(misread)
                raise scanner.failure('"("')
            raise scanner.failure('"->>", "->" or delimiter (.)')
        condition = self._condition(scanner, parameter, field, in_logic=True)
        scanner.spaces()
        return condition

    def _condition(self, scanner: Scanner, parameter: str, field: Field, *, in_logic: bool) -> Condition:
        begun = scanner.position
        negated = scanner.take("not.")
        operator = scanner.operator(negated or begun != scanner.position)
        if operator == "in":
            return Condition(parameter, field, negated, "in", self.value(scanner.items()))
        if operator == "is":
            return Condition(parameter, field, negated, "is", word=IS[scanner.is_word()])
        language = None
        quantifier: Literal["any", "all"] | None = None
        if operator in FULL_TEXT and scanner.take("("):
            language = self.value(scanner.identifier("operator (eq, gt, ...)"))
            if not scanner.take(")"):
                raise scanner.failure("operator (eq, gt, ...)")
        elif operator in QUANTIFIED and scanner.take("("):
            quantifier = "any" if scanner.take("any") else "all" if scanner.take("all") else None
            if quantifier is None or not scanner.take(")"):
                raise scanner.failure("operator (eq, gt, ...)")
        if not scanner.take("."):
            raise scanner.failure("operator (eq, gt, ...)")
        text = scanner.logic_value() if in_logic else scanner.everything()
        if operator in ("like", "ilike"):
            text = text.replace("*", "%")
        if operator in ("fts", "wfts") and _NEGATIONS.search(text):
            raise QueryError(parameter, f"words can be negated {MAX_NEGATIONS} times at most")
        return Condition(parameter, field, negated, operator, self.value(text), quantifier, language)

    def _count(self, parameter: str) -> None:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise QueryError(parameter, f"a query can have {MAX_CONDITIONS} conditions at most")

    @staticmethod
    def _no_embedding(name: str) -> None:
        path, _, _ = name.rpartition(".")
        if path:
            raise _not_embedded(name, path.rpartition(".")[2])


def _has_operator(text: str) -> bool:
    """Whether a value begins as one of PostgREST's operators does."""
    word, dot, _ = text.partition(".")
    if not dot:
        return False
    name, parenthesis, inside = word.partition("(")
    return word == "not" or (name in OPERATORS and (not parenthesis or inside.endswith(")")))


def _whole_number(name: str, text: str) -> int:
    digits = text.strip().removeprefix("-")
    if not digits.isascii() or not digits.isdecimal():
        raise QueryError(name, f"{name} must be a whole number")
    number = int(digits[:20]) * (-1 if text.strip().startswith("-") else 1)
    if number > MAX_OFFSET:
        raise QueryError(name, f"{name} can be {MAX_OFFSET} at most")
    return number


def _or(words: Iterator[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}"


def _not_yet(what: str) -> QueryError:
    return QueryError("select", "Feature not implemented", f"{what} is not supported", rest_code="PGRST127")


def _no_aggregates() -> QueryError:
    return QueryError("select", "Use of aggregate functions is not allowed", rest_code="PGRST123")


def _not_embedded(parameter: str, name: str) -> QueryError:
    return QueryError(
        parameter,
        f"'{name}' is not an embedded resource in this request",
        rest_code="PGRST108",
        hint=f"Verify that '{name}' is included in the 'select' query parameter.",
    )
