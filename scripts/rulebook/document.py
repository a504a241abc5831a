"""The rules of a migrated database as Markdown: by topic, from the catalogue's COMMENTs, the same at every run."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

HERE = Path(__file__).resolve().parent
LEADS = ("public", "contact_leads")
RULE_OF_MOVES = "follow_lead_lifecycle"
PREAMBLE = """
The rules of the business as the database keeps them, for whoever reads rather than programs. **This file is generated** by
`scripts/rules > docs/rules.md` from the COMMENTs, constraints and grants of a freshly migrated database, and a test holds the
two equal. To change a sentence, change the COMMENT: in `sql/`, or for a table or column in a migration. What a refusal is
called on the wire is in [sql/README.md](../sql/README.md#errors), how to change a rule in [database.md](database.md), why who
may do what in [security.md](security.md).
"""
RIGHTS = (
    "Rights to schemas, tables and views; those to functions stand with each. The owner may all; what is not here is closed."
)
# Bits of pg_trigger.tgtype.
EVENTS = {4: "insert", 16: "update", 8: "delete", 32: "truncate"}
CONSTRAINTS = {"p": "the primary key", "u": "unique", "f": "refers", "c": "must hold", "x": "excludes"}
REFERENCE = re.compile(
    r"FOREIGN KEY \((?P<columns>.*?)\) REFERENCES (?P<there>\S+?\(.*?\))"
    r"(?: ON UPDATE (?P<update>.*?))?(?: ON DELETE (?P<delete>.*))?"
)
TITLES = {"app": "What is kept beside the leads", "api": "What `/rest` exposes"}

Connection = psycopg.Connection[Any]


def rules(connection: Connection) -> str:
    """The whole document. Reads the catalogue and app.status_moves, as the owner or anybody else who may."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        found = SimpleNamespace(
            **{path.stem: cursor.execute(path.read_bytes()).fetchall() for path in sorted(HERE.glob("*.sql"))}
        )
    schemas = {schema.name: schema.comment for schema in found.schemas}
    parts = [
        "# The rules",
        PREAMBLE.strip(),
        *_lifecycle(found),
        *_leads(found),
        *_triggers(found),
        *_service(found, schemas),
        *_helpers(found),
        *_relations(found, schemas),
        *_roles(found),
    ]
    return "\n\n".join(parts) + "\n"


def _lifecycle(found: SimpleNamespace) -> list[str]:
    """Which status may follow which, as a table with a row for each that a lead can have."""
    status = next(type_ for type_ in found.types if type_.name == "lead_status")
    allowed = {(move.from_status, move.to_status) for move in found.moves}
    rule = next(function for function in found.functions if function.name == RULE_OF_MOVES)
    rows = [
        [_code(from_), *("yes" if (from_, to) in allowed else "same" if from_ == to else "no" for to in status.labels)]
        for from_ in status.labels
    ]
    return [
        "## The lifecycle of a lead",
        escaped(status.comment),
        _table([r"from \\ to", *map(_code, status.labels)], rows),
        escaped(rule.comment),
    ]


def _leads(found: SimpleNamespace) -> list[str]:
    leads = next(relation for relation in found.relations if (relation.schema, relation.name) == LEADS)
    types = [[_code(type_.name), ", ".join(map(_code, type_.labels)), escaped(type_.comment)] for type_ in found.types]
    return [
        "## The leads",
        *_relation(leads, "### Table"),
        "### Types",
        _table(["type", "values, in order", "what they mean"], types),
    ]


def _triggers(found: SimpleNamespace) -> list[str]:
    """By table, in the order in which they fire, then the functions they call."""
    parts = ["## What happens by itself", "Triggers, by table, in the order in which those of one statement fire."]
    for table in dict.fromkeys(_name(trigger.schema, trigger.relation) for trigger in found.triggers):
        rows = [
            [_code(trigger.name), _moment(trigger), _code(trigger.function), escaped(trigger.comment)]
            for trigger in found.triggers
            if _name(trigger.schema, trigger.relation) == table
        ]
        parts += [f"### On {_code(table)}", _table(["trigger", "when", "calls", "what it is for"], rows)]
    called = {trigger.function for trigger in found.triggers}
    rows = [
        [_code(name), escaped(function.comment)]
        for function in found.functions
        if (name := f"{function.schema}.{function.name}") in called
    ]
    return [*parts, "### The functions they call", _table(["function", "what it does"], rows)]


def _moment(trigger: Any) -> str:
    """`after insert or update of status, each row, when ...`."""
    events = " or ".join(word for bit, word in EVENTS.items() if trigger.type & bit)
    of = f" of {', '.join(map(_code, trigger.columns))}" if trigger.columns else ""
    when = f", when {_code(trigger.condition, in_table=True)}" if trigger.condition else ""
    moment, each = "before" if trigger.type & 2 else "after", "row" if trigger.type & 1 else "statement"
    return f"{moment} {events}{of}, each {each}{when}"


def _service(found: SimpleNamespace, schemas: dict[str, str]) -> list[str]:
    parts = ["## What the service may ask for", escaped(schemas["service"])]
    for function in found.functions:
        if function.schema == "service":
            rights = ", with the owner's rights" if function.as_owner else ""
            who = f"Executed by {_executors(found, function)}{rights}."
            parts += [f"### {_code(function.name)}", _code(_signature(function)), escaped(function.comment), who]
    return parts


def _helpers(found: SimpleNamespace) -> list[str]:
    rows = [
        [_code(_signature(function)), escaped(function.comment), _executors(found, function)]
        for function in found.functions
        if function.schema not in ("service", "api") and not function.is_trigger
    ]
    texts = [[_code(configuration.name), escaped(configuration.comment)] for configuration in found.configurations]
    return [
        "## Helpers",
        "Functions that those above, triggers, constraints and views call.",
        _table(["function", "what it does", "executed by"], rows),
        "### Text search",
        _table(["configuration", "what it does"], texts),
    ]


def _signature(function: Any) -> str:
    """`service.edit_lead(p_id, p_changes) → lead, etag`: by name, since the comments speak of arguments so."""
    gives = "" if function.gives == "void" else f" → {'rows of ' if function.many else ''}{function.gives}"
    return f"{function.schema}.{function.name}({', '.join(function.arguments)}){gives}"


def _executors(found: SimpleNamespace, function: Any) -> str:
    order = [role.name for role in found.roles]
    there = sorted(function.executors, key=lambda name: (order.index(name) if name in order else len(order), name))
    return ", ".join(map(_code, there)) or "the owner"


def _relations(found: SimpleNamespace, schemas: dict[str, str]) -> list[str]:
    """All but the leads: tables, then views, of each schema."""
    parts = []
    for schema in sorted({relation.schema for relation in found.relations} - {"public"}, key=[*TITLES, *schemas].index):
        relations = [relation for relation in found.relations if relation.schema == schema]
        parts += [f"## {TITLES.get(schema, f'Schema `{schema}`')}", escaped(schemas[schema])]
        for relation in sorted(relations, key=lambda relation: relation.kind in "vm"):
            kind = "View" if relation.kind in "vm" else "Table"
            parts += _relation(relation, f"### {kind} {_code(_name(relation.schema, relation.name))}")
    return parts


def _relation(relation: Any, heading: str) -> list[str]:
    rows = [[_code(column["name"]), column["type"], escaped(column["comment"] or "")] for column in relation.columns]
    parts = [heading, escaped(relation.comment), _table(["column", "type", "what it holds"], rows)]
    if relation.constraints:
        parts.append("\n".join(f"- {_code(one['name'])}: {_constraint(one)}" for one in relation.constraints))
    return parts


def _constraint(constraint: dict[str, str]) -> str:
    """In words what kind it is, and its definition."""
    kind, definition = constraint["kind"], constraint["definition"]
    if kind in "pu":
        columns = definition.partition("(")[2].rpartition(")")[0]
        return f"{CONSTRAINTS[kind]}, {' and '.join(map(_code, columns.split(', ')))}"
    if kind == "f" and (parts := REFERENCE.fullmatch(definition)):
        followed = "".join(
            f", {_then(word, parts[event])}" for event, word in (("update", "changes"), ("delete", "goes")) if parts[event]
        )
        return f"{_code(parts['columns'])} is one of {_code(parts['there'])}{followed}"
    if kind == "c":
        definition = definition.removeprefix("CHECK (").removesuffix(")")
    # A literal is text without saying so.
    readable = re.sub(r"(?<=['\]])::text(\[\])?", "", definition)
    return f"{CONSTRAINTS[kind]}: {_code(readable)}"


def _then(word: str, action: str) -> str:
    """`when that one goes, so does this`."""
    does = {"CASCADE": "so does this", "SET NULL": "this is emptied", "RESTRICT": "that is refused"}.get(action, action.lower())
    return f"and when that one {word}, {does}"


def _roles(found: SimpleNamespace) -> list[str]:
    """Who is what, then rights to schemas, tables and views as a matrix; rights to single columns below it."""
    about = [
        [
            _code(role.name),
            (", ".join(map(_code, role.member_of)) or "-") + ("" if role.inherits else ", by SET ROLE alone"),
            escaped(role.comment or ""),
        ]
        for role in found.roles
    ]
    # A role without a right here has no column: it may what its groups may.
    granted = {grant.role for grant in found.grants}
    roles = [role.name for role in found.roles if role.name in granted]
    roles += sorted(granted - set(roles))
    cells: dict[str, dict[str, list[str]]] = {}
    for grant in found.grants:
        right = f"{grant.right} of {len(grant.columns)} columns" if grant.columns else grant.right
        cells.setdefault(grant.object, {}).setdefault(grant.role, []).append(right)
    matrix = [
        [_code(object_), *(", ".join(rights.get(role, ())) or "-" for role in roles)] for object_, rights in cells.items()
    ]
    partial = [
        f"- {_code(grant.role)} may {grant.right} of {_code(grant.object)}: {', '.join(map(_code, grant.columns))}."
        for grant in found.grants
        if grant.columns
    ]
    return [
        "## Who may what",
        _table(["role", "member of", "what it is"], about),
        RIGHTS,
        _table(["of", *map(_code, roles)], matrix),
        *(["\n".join(partial)] if partial else []),
    ]


def escaped(text: str) -> str:
    """A comment as Markdown that reads as it was written, in a paragraph or a table's cell."""
    return re.sub(r"([\\`*_|<\[\]~])", r"\\\1", " ".join(text.split()))


def _code(text: str, *, in_table: bool = False) -> str:
    """A code span. GFM splits a row at `|` before it looks for code."""
    text = " ".join(text.split())
    fence = "``" if "`" in text else "`"
    return f"{fence}{text.replace('|', chr(92) + '|') if in_table else text}{fence}"


def _name(schema: str, name: str) -> str:
    return name if schema == "public" else f"{schema}.{name}"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
