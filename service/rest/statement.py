"""From a query's shape to SQL. Only the catalogue's names and this file's words become text; every value is a parameter.

A parameter is always sent as text and cast to the type of the column it is compared with, as PostgreSQL would read a literal.
Functions that take any type are named with their schema: somebody's own for just that type would be taken first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from service.rest.catalogue import Column, Relation, Snapshot, quoted
from service.rest.grammar import Condition, Field, Group, Ordered, Selected, Shape, Tree
from service.rest.scanner import FULL_TEXT, QUANTIFIED, SIMPLE, QueryError

TEXT = Column("", "text", '"pg_catalog"."text"', '"pg_catalog"."_text"', "text")
JSON = Column("", "json", '"pg_catalog"."json"', '"pg_catalog"."_json"', "json")
JSONB = Column("", "jsonb", '"pg_catalog"."jsonb"', '"pg_catalog"."_jsonb"', "json")


@dataclass(frozen=True)
class Statement:
    """SQL, and which of the query's values are its parameters: `$1` is `slots[0]`."""

    text: str
    slots: tuple[int, ...]

    def arguments(self, values: Sequence[str | list[str]]) -> list[str | list[str]]:
        return [values[slot] for slot in self.slots]


class Renderer:
    """Writes the parts of one statement over one relation; numbers the parameters as they come.

    `alias` is how the statement calls the relation, as SQL.
    """

    def __init__(self, snapshot: Snapshot, relation: Relation, alias: str | None = None) -> None:
        self.relation = relation
        self._snapshot = snapshot
        self._alias = alias or relation.sql
        self._slots: list[int] = []

    def beside(self, relation: Relation, alias: str) -> "Renderer":
        """A renderer over another relation of the same statement: their parameters are numbered together."""
        other = Renderer(self._snapshot, relation, alias)
        other._slots = self._slots
        return other

    def statement(self, text: str) -> Statement:
        """The finished statement: all parts were written by this renderer."""
        return Statement(text, tuple(self._slots))

    def parameter(self, slot: int) -> str:
        """The parameter of a value that is one text: `$3::text`."""
        return f"{self._number(slot)}::text"

    def columns(self, select: Iterable[Selected]) -> str:
        """What follows SELECT. Nothing, which PostgreSQL takes, when nothing is selected."""
        items: list[str] = []
        for item in select:
            if item.field.name == "*":
                items.append(f"{self._alias}.*")
                continue
            sql, _ = self.field(item.field, "select")
            if item.cast is not None:
                sql = f"CAST({sql} AS {self.cast(item.cast)})"
            # The alias is the client's: an identifier, quoted as any other.
            items.append(f"{sql} AS {quoted(item.name or item.field.name)}")
        return ", ".join(items)

    def where(self, filters: Iterable[Tree]) -> str:
        """The condition of a WHERE; `true` without any."""
        return " AND ".join(self.tree(tree) for tree in filters) or "true"

    def tree(self, tree: Tree) -> str:
        if isinstance(tree, Condition):
            return self.condition(tree)
        inner = f" {tree.operator.upper()} ".join(self.tree(member) for member in tree.members)
        return f"NOT ({inner})" if tree.negated else f"({inner})"

    def order(self, order: Iterable[Ordered]) -> str:
        """What follows ORDER BY; empty without any."""
        return ", ".join(
            " ".join(
                [
                    self.field(item.field, "order")[0],
                    *([item.direction.upper()] if item.direction else []),
                    *([f"NULLS {item.nulls.upper()}"] if item.nulls else []),
                ]
            )
            for item in order
        )

    def field(self, field: Field, parameter: str) -> tuple[str, Column]:
        """A column, or what its json path leads to; and of what type that is."""
        column = self.relation.column(field.name)
        if column is None:
            message = f"column {self.relation.name}.{field.name} does not exist"
            raise QueryError(parameter, message, rest_code="42703", hint=_meant(self.relation, field.name))
        sql = f"{column.function}({self._alias}.*)" if column.function else f"{self._alias}.{column.sql}"
        if not field.path:
            return sql, column
        result = column if column.kind == "json" else JSONB
        if column.kind != "json":
            sql = f"pg_catalog.to_jsonb({sql})"
        for step in field.path:
            key = f"CAST({self.parameter(step.value)} AS int4)" if step.is_index else self.parameter(step.value)
            sql += f"{'->>' if step.as_text else '->'}{key}"
        return f"({sql})", TEXT if field.path[-1].as_text else JSON if result.type_name == "json" else JSONB

    def condition(self, condition: Condition) -> str:
        left, column = self.field(condition.field, condition.parameter)
        negation = "NOT " if condition.negated else ""
        if condition.operator == "is":
            return f"{negation}{left} IS {condition.word}"
        operator = condition.operator
        operand = self.operand(condition, column)
        if operator in FULL_TEXT:
            language = self._language(condition)
            document = left if column.type_name == "tsvector" else f"pg_catalog.to_tsvector({language}{left})"
            return f"{negation}{document} @@ {operand}"
        if operator == "in":
            return f"{negation}{left} = ANY ({operand})"
        if operator == "isdistinct":
            return f"{negation}{left} IS DISTINCT FROM {operand}"
        if operator == "bare":
            return f"{negation}{left} {'@>' if column.kind == 'array' else '='} {operand}"
        if condition.quantifier:
            return f"{negation}{left} {QUANTIFIED[operator]} {condition.quantifier.upper()} ({operand})"
        return f"{negation}{left} {SIMPLE.get(operator) or QUANTIFIED[operator]} {operand}"

    def operand(self, condition: Condition, column: Column) -> str:
        """What a condition compares a column of this type with."""
        assert condition.value is not None, condition
        operator = condition.operator
        if condition.labels:
            labels = ", ".join(f"{literal(label)}::{column.sql_type}" for label in condition.labels)
            return f"ARRAY[{labels}]" if operator == "in" else labels
        if operator in FULL_TEXT:
            return f"pg_catalog.{FULL_TEXT[operator]}({self._language(condition)}{self.parameter(condition.value)})"
        if operator == "bare" and column.kind == "array":
            return f"CAST(ARRAY[{self.parameter(condition.value)}] AS {column.sql_type})"
        # A pattern is text, whatever it is held against.
        compared = TEXT if operator in ("like", "ilike", "match", "imatch") else column
        if operator == "in":
            return f"CAST({self._number(condition.value)}::text[] AS {self._array_type(condition, compared)})"
        if condition.quantifier:
            return f"CAST({self.parameter(condition.value)} AS {self._array_type(condition, compared)})"
        return self.value(condition.value, compared)

    def _language(self, condition: Condition) -> str:
        return "" if condition.language is None else f"CAST({self.parameter(condition.language)} AS regconfig), "

    def value(self, slot: int, column: Column) -> str:
        """The parameter of a value, as the type of the column it is compared with."""
        parameter = self.parameter(slot)
        return parameter if column.type_name == "text" else f"CAST({parameter} AS {column.sql_type})"

    def _array_type(self, condition: Condition, column: Column) -> str:
        if column.sql_array_type is None:
            raise QueryError(
                condition.parameter, f"could not find array type for data type {column.type_name}", rest_code="42704"
            )
        return column.sql_array_type

    def cast(self, name: str) -> str:
        """The type that a cast names, as SQL. Raises QueryError when there is none."""
        sql = self._snapshot.type_sql(name)
        if sql is None:
            raise QueryError("select", f'type "{name}" does not exist', rest_code="42704")
        return sql

    def _number(self, slot: int) -> str:
        if slot not in self._slots:
            self._slots.append(slot)
        return f"${self._slots.index(slot) + 1}"


def with_labels(shape: Shape, values: Sequence[str | list[str]], relation: Relation) -> Shape:
    """The shape with an enum's labels in the place of their values.

    They are few and the catalogue's own, and how many rows have one differs: each gets a statement of its own, planned for it.
    """

    def known(tree: Tree) -> Tree:
        if isinstance(tree, Group):
            return replace(tree, members=tuple(known(member) for member in tree.members))
        column = relation.columns.get(tree.field.name)
        if column is None or not column.labels or tree.field.path or tree.value is None or tree.quantifier:
            return tree
        value = values[tree.value]
        named = tuple(value) if isinstance(value, list) else (value,)
        if tree.operator not in ("eq", "bare", "in") or not named or len(named) > 8 or not set(named) <= set(column.labels):
            return tree
        if any("\\" in name for name in named):
            return tree  # how a literal reads a backslash is a setting
        return replace(tree, labels=tuple(column.labels[column.labels.index(name)] for name in named))

    return replace(shape, filters=tuple(known(tree) for tree in shape.filters))


def literal(text: str) -> str:
    """A text of the catalogue's as SQL."""
    return "'" + text.replace("'", "''") + "'"


def conditions(filters: Iterable[Tree]) -> list[Condition]:
    """Every condition of some filters, in the order they were written."""
    found: list[Condition] = []
    for tree in filters:
        found += conditions(tree.members) if isinstance(tree, Group) else [tree]
    return found


def _meant(relation: Relation, name: str) -> str | None:
    """PostgreSQL's hint for a column that isn't there: the one or two nearest names (parse_relation.c)."""
    distances = [(_distance(name, known), known) for known in relation.columns]
    near = [(distance, known) for distance, known in distances if distance <= min(3, len(name) // 2)]
    best = [known for distance, known in near if distance == min(near)[0]]
    if not best or len(best) > 2:
        return None
    return "Perhaps you meant to reference the " + " or the ".join(f'column "{relation.name}.{known}"' for known in best) + "."


def _distance(left: str, right: str) -> int:
    """The edits between two names (Levenshtein)."""
    if abs(len(left) - len(right)) > 3:
        return 4  # too far to be told
    row = list(range(len(right) + 1))
    for n, a in enumerate(left, 1):
        last, row[0] = row[0], n
        for m, b in enumerate(right, 1):
            last, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, last + (a != b))
    return row[-1]
