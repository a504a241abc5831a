"""From a query's shape to SQL. Only the catalogue's names and this file's words become text; every value is a parameter.

A parameter is always sent as text and cast to the type of the column it is compared with, as PostgreSQL would read a literal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.rest.catalogue import Column, Relation, Snapshot, quoted
from service.rest.grammar import Condition, Field, Group, Ordered, Selected, Tree
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
        self._snapshot = snapshot
        self._relation = relation
        self._alias = alias or relation.sql
        self._slots: list[int] = []

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
                sql = f"CAST({sql} AS {self._cast(item.cast)})"
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
        column = self._relation.columns.get(field.name)
        if column is None:
            raise QueryError(parameter, f"column {self._relation.name}.{field.name} does not exist", rest_code="42703")
        sql = f"{self._alias}.{column.sql}"
        if not field.path:
            return sql, column
        result = column if column.kind == "json" else JSONB
        if column.kind in ("composite", "array"):
            sql = f"to_jsonb({sql})"
        for step in field.path:
            key = f"CAST({self.parameter(step.value)} AS int4)" if step.is_index else self.parameter(step.value)
            sql += f"{'->>' if step.as_text else '->'}{key}"
        return f"({sql})", TEXT if field.path[-1].as_text else JSON if result.type_name == "json" else JSONB

    def condition(self, condition: Condition) -> str:
        left, column = self.field(condition.field, condition.parameter)
        negation = "NOT " if condition.negated else ""
        if condition.operator == "is":
            return f"{negation}{left} IS {condition.word}"
        assert condition.value is not None, condition
        if condition.operator in FULL_TEXT:
            language = "" if condition.language is None else f"CAST({self.parameter(condition.language)} AS regconfig), "
            document = left if column.type_name == "tsvector" else f"to_tsvector({language}{left})"
            return f"{negation}{document} @@ {FULL_TEXT[condition.operator]}({language}{self.parameter(condition.value)})"
        return f"{negation}{left} {self._comparison(condition, condition.value, column)}"

    def _comparison(self, condition: Condition, slot: int, column: Column) -> str:
        operator = condition.operator
        if operator == "in":
            array_type = self._array_type(condition, column)
            return f"= ANY (CAST({self._number(slot)}::text[] AS {array_type}))"
        if operator == "isdistinct":
            return f"IS DISTINCT FROM {self._value(slot, column)}"
        if operator in SIMPLE:
            return f"{SIMPLE[operator]} {self._value(slot, column)}"
        if operator == "bare":
            if column.kind == "array":
                return f"@> CAST(ARRAY[{self.parameter(slot)}] AS {column.sql_type})"
            return f"= {self._value(slot, column)}"
        # A pattern is text, whatever it is held against.
        compared = TEXT if operator in ("like", "ilike", "match", "imatch") else column
        if condition.quantifier is None:
            return f"{QUANTIFIED[operator]} {self._value(slot, compared)}"
        array_type = self._array_type(condition, compared)
        return f"{QUANTIFIED[operator]} {condition.quantifier.upper()} (CAST({self.parameter(slot)} AS {array_type}))"

    def _value(self, slot: int, column: Column) -> str:
        parameter = self.parameter(slot)
        return parameter if column.type_name == "text" else f"CAST({parameter} AS {column.sql_type})"

    def _array_type(self, condition: Condition, column: Column) -> str:
        if column.sql_array_type is None:
            raise QueryError(
                condition.parameter, f"could not find array type for data type {column.type_name}", rest_code="42704"
            )
        return column.sql_array_type

    def _cast(self, name: str) -> str:
        sql = self._snapshot.type_sql(name)
        if sql is None:
            raise QueryError("select", f'type "{name}" does not exist', rest_code="42704")
        return sql

    def _number(self, slot: int) -> str:
        if slot not in self._slots:
            self._slots.append(slot)
        return f"${self._slots.index(slot) + 1}"


def conditions(filters: Iterable[Tree]) -> list[Condition]:
    """Every condition of some filters, in the order they were written."""
    found: list[Condition] = []
    for tree in filters:
        found += conditions(tree.members) if isinstance(tree, Group) else [tree]
    return found
