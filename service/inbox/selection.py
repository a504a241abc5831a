"""Which leads a request is about: the engine's filters, and the inbox's own `view` and `q`."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import asyncpg

from service.db import Database, Role
from service.rest.catalogue import Catalogue, Relation, Snapshot
from service.rest.grammar import Condition, Query, Tree, parse
from service.rest.scanner import QueryError, shortened
from service.rest.statement import Renderer, conditions, with_labels

OWN = ("view", "q")
MAX_SEARCH = 200

# What each view holds, over contact_leads, and over app.lead_totals.
VIEWS = {
    "inbox": ("l.deleted_at IS NULL AND NOT l.is_spam", "NOT t.trashed AND NOT t.is_spam"),
    "trash": ("l.deleted_at IS NOT NULL", "t.trashed"),
    "spam": ("l.deleted_at IS NULL AND l.is_spam", "NOT t.trashed AND t.is_spam"),
    "all": ("true", "true"),
}

MOMENTS = frozenset({"date", "timestamp", "timestamptz"})
# A time that is the same whenever it is read; `today`, `08:00` and what else PostgreSQL takes are not.
_FIXED = re.compile(r"\d{4}-\d\d-\d\d[0-9T:. +Z-]*", re.ASCII)

# At the end of a pattern, or of one in a list of them (`like(any).{a,b}`), where it is doubled.
_LONE_BACKSLASH = re.compile(r"\\(?=\Z|[\"},])")

T = TypeVar("T")


@dataclass(frozen=True)
class Selection:
    """A request's choice of leads. `values` are the query's and, when something is searched for, `q` as the last."""

    query: Query
    view: str
    snapshot: Snapshot
    leads: Relation
    totals: Relation
    values: tuple[str | list[str], ...]
    searched: int | None

    @property
    def moves_with_time(self) -> bool:
        """Whether a filter may mean other leads a moment later: PostgreSQL reads `now` and `yesterday` as times too."""
        for condition in conditions(self.query.shape.filters):
            column = self.leads.column(condition.field.name)
            if column and condition.value is not None and not condition.field.path and column.type_name in MOMENTS:
                value = self.values[condition.value]
                if not all(_FIXED.fullmatch(text) for text in ([value] if isinstance(value, str) else value)):
                    return True
        return False

    def renderer(self) -> Renderer:
        return Renderer(self.snapshot, self.leads, "l")


async def select(catalogue: Catalogue, query_string: str, own: Sequence[str] = ()) -> Selection:
    """Reads a request's query. `own` names the endpoint's parameters besides. Raises QueryError naming the parameter."""
    query = parse(query_string, own=(*OWN, *own), bare=True)
    view = query.own.get("view", "inbox")
    if view not in VIEWS:
        raise QueryError("view", f"view must be one of: {', '.join(VIEWS)}")
    searched = None
    values = query.values
    if query.own.get("q", "").strip():
        if len(query.own["q"]) > MAX_SEARCH:
            raise QueryError("q", f"q can be {MAX_SEARCH} characters at most", code="query_too_long")
        searched = len(values)
        values = (*values, query.own["q"].strip())
    snapshot, leads = await catalogue.relation("public", "contact_leads")
    _, totals = await catalogue.relation("app", "lead_totals")
    assert leads is not None, "public.contact_leads"
    assert totals is not None, "app.lead_totals"
    _check_columns(leads, query)
    query = replace(query, shape=with_labels(query.shape, values, leads))
    return Selection(query, view, snapshot, leads, totals, values, searched)


def where(renderer: Renderer, filters: Iterable[Tree], view: str, searched: int | None) -> str:
    """The condition over `public.contact_leads AS l`."""
    parts = [VIEWS[view][0], renderer.where(filters)]
    if searched is not None:
        parts.append(f"l.id IN (SELECT app.matching_leads({renderer.parameter(searched)}))")
    return " AND ".join(parts)


async def refused_by_name(database: Database, role: Role, selection: Selection, work: Callable[[], Awaitable[T]]) -> T:
    """Does the work; when PostgreSQL refuses a value, finds the parameter that it came in. Raises QueryError then."""
    try:
        return await work()
    except asyncpg.PostgresError as error:
        if (error.sqlstate or "")[:2] not in ("22", "42", "54") or error.sqlstate == "42501":
            raise
        for condition in conditions(selection.query.shape.filters):
            await _try(database, role, selection, condition)
            # PostgreSQL tells of a lone backslash at a pattern's end only when a text gets so far.
            if error.sqlstate == "22025" and condition.operator in ("like", "ilike") and _ends_lonely(selection, condition):
                message = f"{condition.field.name} can't be compared with that: {error.args[0]}."
                raise QueryError(condition.parameter, message) from error
        shape = selection.query.shape
        for name, asked in (
            ("order", any(item.field.path for item in shape.order) and not any(item.cast for item in shape.select)),
            ("select", any(item.cast or item.field.path for item in shape.select)),
        ):
            if asked:
                raise QueryError(name, f"{name} can't be read so: {shortened(str(error.args[0]))}.") from error
        raise


def _ends_lonely(selection: Selection, condition: Condition) -> bool:
    return condition.value is not None and _LONE_BACKSLASH.search(str(selection.values[condition.value])) is not None


async def _try(database: Database, role: Role, selection: Selection, condition: Condition) -> None:
    """Evaluates one condition alone. Raises QueryError with PostgreSQL's words when it can't be."""
    renderer = selection.renderer()
    _, column = renderer.field(condition.field, condition.parameter)
    # The condition over a row of NULLs shows whether there is such an operator; what it compares with is read apart,
    # since PostgreSQL wouldn't look at it there.
    tried = [renderer.condition(condition)]
    if condition.operator != "is":
        tried.append(f"{renderer.operand(condition, column)} IS NULL")
    if condition.operator in ("match", "imatch"):
        operand = renderer.operand(condition, column)
        tried.append(f"'' ~ ANY ({operand})" if condition.quantifier else f"'' ~ {operand}")
    nobody = f"(VALUES (1)) AS one LEFT JOIN {selection.leads.sql} AS l ON false"
    statement = renderer.statement(f"SELECT {', '.join(tried)} FROM {nobody}")
    try:
        await database.first(role, statement.text, *statement.arguments(selection.values))
    except asyncpg.PostgresError as error:
        message = f"{condition.field.name} can't be compared with that: {shortened(str(error.args[0]))}."
        if column.labels and isinstance(error, asyncpg.InvalidTextRepresentationError):
            message = f"{condition.field.name} is one of: {', '.join(column.labels)}."
        raise QueryError(condition.parameter, message) from error


def _check_columns(leads: Relation, query: Query) -> None:
    """Names the parameter that is no column, with those that are."""
    for condition in conditions(query.shape.filters):
        if leads.column(condition.field.name) is None:
            known = ", ".join(sorted(leads.columns | leads.computed))
            raise QueryError(
                condition.parameter,
                f"There is no column or parameter {condition.field.name[:100]}. Columns: {known}.",
                code="parameter_unknown",
            )
