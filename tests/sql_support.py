"""What the tests of tests/sql call: the functions of the service that change many leads, and what is left of them."""

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[tuple[Any, ...]]
Row = dict[str, Any]

TOTALS = (
    "SELECT status, lead_type, priority, is_spam, trashed, sum(leads) FROM app.lead_totals"
    " GROUP BY 1, 2, 3, 4, 5 HAVING sum(leads) <> 0"
)
COUNTED = (
    "SELECT status, lead_type, priority, is_spam, deleted_at IS NOT NULL, count(*) FROM contact_leads GROUP BY 1, 2, 3, 4, 5"
)


def run(connection: Connection, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
    cursor = connection.execute(statement, arguments or None)
    return cursor.fetchall() if cursor.description else []


def value(connection: Connection, statement: str, *arguments: object) -> Any:
    """The one value that a statement gives."""
    ((found,),) = run(connection, statement, *arguments)
    return found


def rows(connection: Connection, statement: str, *arguments: object) -> list[Row]:
    """A result, each row by its columns' names."""
    cursor = connection.execute(statement, arguments or None)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def one(connection: Connection, statement: str, *arguments: object) -> Row:
    """The one row of a result."""
    (row,) = rows(connection, statement, *arguments)
    return row


def right(connection: Connection) -> bool:
    """Whether every figure that is kept is what counting the leads gives."""
    return run(connection, "SELECT * FROM stats.verify()") == []


def add(connection: Connection, **columns: object) -> int:
    columns = {"name": "Jane", "email": "jane@example.com"} | columns
    statement = sql.SQL("INSERT INTO public.contact_leads ({}) VALUES ({}) RETURNING id").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(", ").join(sql.Placeholder() * len(columns))
    )
    row = connection.execute(statement, list(columns.values())).fetchone()
    assert row is not None
    return int(row[0])


def change(
    connection: Connection,
    ids: Sequence[int],
    kind: str,
    changes: Row | None = None,
    *,
    token: str | None = None,
    dry_run: bool = False,
    role: str = "admin",
    request: uuid.UUID | None = None,
) -> Row:
    statement = "SELECT service.change_leads(%s::bigint[], %s, %s, 'the test''s', %s, %s, 'ann', %s, %s)"
    answer: Row = value(connection, statement, list(ids), kind, Jsonb(changes or {}), token, dry_run, role, request)
    return answer


def undo(connection: Connection, operation: str, role: str = "admin") -> Row:
    answer: Row = value(connection, "SELECT service.undo_operation(%s, 'bob', %s, NULL)", operation, role)
    return answer


def erase(connection: Connection, lead: int | None = None, email: str | None = None, if_match: str | None = None) -> Row:
    answer: Row = value(connection, "SELECT service.erase_person(%s, %s, %s, 'root', 'admin', NULL)", lead, email, if_match)
    return answer


def edit(connection: Connection, lead: int, **changes: object) -> Row:
    statement = "SELECT lead FROM service.edit_lead(%s, %s, %s, NULL, 'eve', 'editor', NULL)"
    answer: Row = value(connection, statement, lead, Jsonb(changes), list(changes))
    return answer


def leads(connection: Connection) -> dict[int, Row]:
    """Every lead, without what counts up by itself."""
    return dict(run(connection, "SELECT id, to_jsonb(l) - 'version' - 'updated_at' FROM public.contact_leads AS l"))


def column(connection: Connection, name: str) -> dict[int, Any]:
    """One column of every lead."""
    return dict(run(connection, f"SELECT id, to_jsonb({name}) FROM public.contact_leads"))


def exact(connection: Connection) -> bool:
    """Whether the totals are what counting gives."""
    return run(connection, f"(({TOTALS}) EXCEPT ALL ({COUNTED})) UNION ALL (({COUNTED}) EXCEPT ALL ({TOTALS}))") == []


def refused(connection: Connection, call: Callable[[], object]) -> tuple[str | None, str | None, str | None]:
    """SQLSTATE, slug and field of the refusal; what the call had done until then is gone."""
    with pytest.raises(psycopg.Error) as refusal, connection.transaction():
        call()
    return refusal.value.sqlstate, refusal.value.diag.constraint_name, refusal.value.diag.column_name


@contextmanager
def acting(connection: Connection, role: str) -> Iterator[None]:
    """As one of the roles; the connection is a superuser's."""
    run(connection, f"SET ROLE {role}")
    try:
        yield
    finally:
        if connection.info.transaction_status != psycopg.pq.TransactionStatus.INERROR:
            run(connection, "RESET ROLE")


def set_clock(connection: Connection, time: str) -> None:
    """What app.now() says for the rest of the transaction."""
    run(
        connection,
        f"CREATE OR REPLACE FUNCTION app.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE RETURN '{time}'::timestamptz",
    )


class Call:
    """A call in a thread and session of its own, which commits at its end: what it gave, or the SQLSTATE of its refusal."""

    def __init__(self, url: str, work: Callable[[Connection], object], *, commit: bool = True) -> None:
        self.connection: Connection = psycopg.connect(url)
        self._work = work
        self._commit = commit
        self._found: object = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._found = self._work(self.connection)
            if self._commit:
                self.connection.commit()
        except psycopg.Error as error:
            self._found = error.sqlstate
            self.connection.rollback()

    def waits(self, watcher: Connection) -> "Call":
        """Returns once it waits for a lock that another session holds."""
        while not value(watcher, "SELECT cardinality(pg_blocking_pids(%s)) > 0", self.connection.info.backend_pid):
            assert self._thread.is_alive(), f"it waits for nobody: {self._found}"
        return self

    def found(self) -> Any:
        self._thread.join(timeout=20)
        assert not self._thread.is_alive(), "it still waits"
        if self._commit:
            self.connection.close()
        return self._found
