"""What the database has: the relations of the exposed schemas, their columns, and the types a cast may name.

Every identifier and type name in a statement comes from here, so nothing a client writes becomes SQL.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson

from service.db import Database, Role

#: A relation that isn't found may be new: it is looked for again, but not more often than this.
RELOAD_SECONDS = 2.0
#: A relation that is there may have changed: so old may its columns be.
REFRESH_SECONDS = 30.0

# SQL's own names of types, which are grammar and not in pg_type.
ALIASES = {
    "bigint": "int8",
    "bit varying": "varbit",
    "boolean": "bool",
    "char": "bpchar",
    "character": "bpchar",
    "character varying": "varchar",
    "dec": "numeric",
    "decimal": "numeric",
    "double precision": "float8",
    "float": "float8",
    "int": "int4",
    "integer": "int4",
    "real": "float4",
    "smallint": "int2",
    "time with time zone": "timetz",
    "time without time zone": "time",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
}


def quoted(identifier: str) -> str:
    """An identifier as SQL."""
    return '"' + identifier.replace('"', '""') + '"'


@dataclass(frozen=True)
class Column:
    """A column; of a domain the type is the one under it.

    `sql_type` and `sql_array_type` are qualified and quoted (the latter None where there is no array of it); `kind` is json,
    composite, array, text or other. `not_null` is what a table promises; a view promises nothing. `labels` are an enum's.
    `function`, qualified and quoted, computes it from a row; None for what is stored.
    """

    name: str
    type_name: str
    sql_type: str
    sql_array_type: str | None
    kind: str
    not_null: bool = False
    labels: tuple[str, ...] = ()
    function: str | None = None

    @property
    def sql(self) -> str:
        return quoted(self.name)


@dataclass(frozen=True, eq=False)
class Relation:
    """A table or view. Compared by identity: a reloaded catalogue has new ones.

    `columns` are what a row holds, `computed` what functions make of it; a column hides a function of its name.
    """

    schema: str
    name: str
    columns: dict[str, Column]
    computed: dict[str, Column]

    def column(self, name: str) -> Column | None:
        """What may stand in a filter, an order or a selection under this name."""
        return self.columns.get(name) or self.computed.get(name)

    @property
    def sql(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The catalogue as it was read once. Compared by identity, as its relations are."""

    relations: dict[tuple[str, str], Relation] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    def type_sql(self, name: str) -> str | None:
        """The type that a cast names, as SQL; None when there is none that may be named."""
        lowered = " ".join(name.lower().split())
        return self.types.get(ALIASES.get(lowered, lowered)) or self.types.get(name)


class Catalogue:
    """The catalogue of one process, read when it is first asked for.

    `exposed` are the schemas that /rest serves, the default one first; `internal` those that only our own statements use.
    """

    def __init__(self, database: Database, exposed: Sequence[str], internal: Sequence[str] = ()) -> None:
        self.exposed = tuple(exposed)
        self._database = database
        self._schemas = [*exposed, *internal]
        self._snapshot: Snapshot | None = None
        self._read = b""
        self._loaded_at = 0.0

    async def snapshot(self) -> Snapshot:
        """What was read last. Raises as Database.row does when nothing was yet and the database can't be reached."""
        if self._snapshot is None:
            return await self.reload()
        if time.monotonic() - self._loaded_at > REFRESH_SECONDS:
            self._loaded_at = time.monotonic()  # one request asks, the others go on meanwhile
            try:
                return await self.reload()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                return self._snapshot  # the request itself will tell what is wrong with the database
        return self._snapshot

    async def relation(self, schema: str, name: str) -> tuple[Snapshot, Relation | None]:
        """A relation by its name, and the snapshot it is of. One that isn't known is looked for in the database again."""
        snapshot = await self.snapshot()
        if (schema, name) not in snapshot.relations and time.monotonic() - self._loaded_at > RELOAD_SECONDS:
            snapshot = await self.reload()
        return snapshot, snapshot.relations.get((schema, name))

    async def reload(self) -> Snapshot:
        """Reads the catalogue again. While nothing changed it stays the same object, and its statements stay made."""
        text = await self._database.json(Role.SERVICE, "catalogue", self._schemas)
        self._loaded_at = time.monotonic()
        if self._snapshot is not None and text == self._read:
            return self._snapshot
        read = orjson.loads(text)
        self._read = text
        self._snapshot = Snapshot(
            relations={(r["schema"], r["name"]): _relation(r) for r in read["relations"]},
            # An exposed schema's type doesn't hide a built-in one.
            types={
                t["name"]: f"{quoted(t['schema'])}.{quoted(t['name'])}"
                for t in sorted(read["types"], key=lambda t: t["schema"] == "pg_catalog")
            },
        )
        return self._snapshot


def _relation(read: dict[str, Any]) -> Relation:
    columns = {str(column["name"]): _column(column) for column in read["columns"] if not column["function"]}
    computed = {str(column["name"]): _column(column) for column in read["columns"] if column["function"]}
    return Relation(str(read["schema"]), str(read["name"]), columns, computed)


def _column(read: dict[str, Any]) -> Column:
    schema = quoted(str(read["type_schema"]))
    return Column(
        name=str(read["name"]),
        type_name=str(read["type"]),
        sql_type=f"{schema}.{quoted(str(read['type']))}",
        sql_array_type=f"{schema}.{quoted(read['array_type'])}" if read["array_type"] else None,
        kind=str(read["kind"]),
        not_null=bool(read["not_null"]),
        labels=tuple(read["labels"] or ()),
        function=read["function"],
    )
