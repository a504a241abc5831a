"""The totals are exact in every snapshot, and service.tidy() tidies without anybody noticing."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors

from conftest import Server, Urls

Connection = psycopg.Connection[tuple[Any, ...]]

DIMENSIONS = "status, lead_type, priority, is_spam"
TOTALS = f"SELECT {DIMENSIONS}, trashed, sum(leads) FROM app.lead_totals GROUP BY 1, 2, 3, 4, 5 HAVING sum(leads) <> 0"
COUNTED = f"SELECT {DIMENSIONS}, deleted_at IS NOT NULL, count(*) FROM public.contact_leads GROUP BY 1, 2, 3, 4, 5"
# Both in one statement, so in one snapshot.
DIFFERENCE = f"(({TOTALS}) EXCEPT ALL ({COUNTED})) UNION ALL (({COUNTED}) EXCEPT ALL ({TOTALS}))"
ADD = "INSERT INTO public.contact_leads (name, email) SELECT 'x', 'x@y.zz' FROM generate_series(1, %s)"


def run(connection: Connection, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
    cursor = connection.execute(statement, arguments or None)  # type: ignore[call-overload]
    return cursor.fetchall() if cursor.description else []


def exact(connection: Connection) -> bool:
    return run(connection, DIFFERENCE) == []


@pytest.fixture
def own(server: Server) -> Iterator[Urls]:
    """A database of one's own, to commit in."""
    with server.clone() as cloned:
        yield cloned


def test_each_kind_of_statement(owner: Connection) -> None:
    steps = [
        (ADD, 7),
        ("UPDATE contact_leads SET status = 'processing' WHERE id % 2 = 0",),
        ("UPDATE contact_leads SET priority = 'urgent', is_spam = true WHERE id % 3 = 0",),
        ("UPDATE contact_leads SET deleted_at = now() WHERE id % 5 = 0",),
        ("UPDATE contact_leads SET lead_type = 'collaboration', deleted_at = NULL",),
        ("INSERT INTO contact_leads (id, name, email) SELECT id, name, email FROM contact_leads ON CONFLICT (id) DO UPDATE SET is_spam = false",),
        ("WITH gone AS (DELETE FROM contact_leads WHERE id % 2 = 1 RETURNING *) INSERT INTO contact_leads (name, email) SELECT name, email FROM gone",),
        ("MERGE INTO contact_leads AS l USING (VALUES ('x@y.zz')) AS v (email) ON l.email = v.email WHEN MATCHED AND l.id % 4 = 0 THEN DELETE"
         " WHEN MATCHED THEN UPDATE SET priority = 'low' WHEN NOT MATCHED THEN INSERT (name, email) VALUES ('m', v.email)",),
        ("SELECT service.tidy()",),
        ("DELETE FROM contact_leads",),
        ("SELECT service.tidy()",),
    ]  # fmt: skip
    for statement, *arguments in steps:
        run(owner, str(statement), *arguments)
        assert exact(owner), statement
    assert run(owner, "SELECT * FROM app.lead_totals") == []


def test_an_update_writes_only_what_it_changes(owner: Connection) -> None:
    run(owner, ADD, 10)
    run(owner, "SELECT service.tidy()")
    run(owner, "UPDATE contact_leads SET internal_notes = 'x'")
    assert run(owner, "SELECT * FROM app.lead_count_changes") == []
    run(owner, "UPDATE contact_leads SET status = 'archived'")
    assert sorted(run(owner, "SELECT status::text, change FROM app.lead_count_changes")) == [("archived", 10), ("unread", -10)]


def test_truncate(owner: Connection) -> None:
    run(owner, ADD, 5)
    run(owner, "SELECT service.tidy()")
    run(owner, ADD, 5)
    run(owner, "TRUNCATE contact_leads CASCADE")
    assert run(owner, "SELECT * FROM app.lead_totals") == []
    assert run(owner, "SELECT * FROM app.lead_search") == []
    run(owner, ADD, 1)
    assert exact(owner)


def test_taken_back(owner: Connection) -> None:
    run(owner, ADD, 3)
    with suppress(ZeroDivisionError), owner.transaction():
        run(owner, ADD, 5)
        run(owner, "SELECT service.tidy()")
        assert exact(owner)
        raise ZeroDivisionError
    assert exact(owner)
    assert run(owner, "SELECT sum(leads)::int FROM app.lead_totals") == [(3,)]


STATEMENTS = st.lists(
    st.one_of(
        st.tuples(st.just(ADD), st.integers(0, 4)),
        st.tuples(st.just("DELETE FROM contact_leads WHERE id % 5 = %s"), st.integers(0, 4)),
        st.tuples(
            st.just("UPDATE contact_leads SET deleted_at = CASE WHEN deleted_at IS NULL THEN now() END WHERE id % 4 = %s"),
            st.integers(0, 3),
        ),
        st.tuples(st.just("UPDATE contact_leads SET is_spam = NOT is_spam WHERE id % 3 = %s"), st.integers(0, 2)),
        st.tuples(
            st.just("UPDATE contact_leads SET priority = (enum_range(NULL::lead_priority))[1 + id % 4] WHERE id % 2 = %s"),
            st.integers(0, 1),
        ),
        st.tuples(st.just("UPDATE contact_leads SET status = 'archived' WHERE id % 2 = %s"), st.integers(0, 1)),
        st.tuples(st.just("SELECT service.tidy() WHERE %s >= 0"), st.just(0)),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements=STATEMENTS)
def test_whatever_is_done_they_are_what_counting_says(owner: Connection, statements: list[tuple[str, int]]) -> None:
    with owner.transaction(force_rollback=True):
        for statement, argument in statements:
            run(
                owner,
                statement.replace(" % 5", " %% 5").replace(" % 4", " %% 4").replace(" % 3", " %% 3").replace(" % 2", " %% 2"),
                argument,
            )
            assert exact(owner)


def test_many_writers_a_folder_and_a_reader(own: Urls) -> None:
    """No writer waits for another or for the folding, and no snapshot is wrong."""
    stop = threading.Event()
    troubles: list[str] = []

    def write(number: int) -> None:
        with psycopg.connect(own.owner, autocommit=True) as connection:
            for turn in range(40):
                run(connection, ADD, 3)
                run(
                    connection,
                    "UPDATE contact_leads SET priority = 'high' WHERE id IN (SELECT id FROM contact_leads WHERE id %% 3 = %s LIMIT 2 FOR UPDATE SKIP LOCKED)",
                    number,
                )
                if turn % 4 == 0:
                    with suppress(ZeroDivisionError), connection.transaction():
                        run(connection, ADD, 2)
                        raise ZeroDivisionError

    def fold() -> None:
        with psycopg.connect(own.service, autocommit=True) as connection:
            while not stop.is_set():
                run(connection, "SELECT service.tidy()")

    def read() -> None:
        with psycopg.connect(own.owner, autocommit=True) as connection:
            while not stop.is_set():
                troubles.extend(map(str, run(connection, DIFFERENCE)))

    others = [threading.Thread(target=target) for target in (fold, fold, read)]
    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in others + writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in others:
        thread.join()
    assert troubles == []
    with psycopg.connect(own.owner, autocommit=True) as connection:
        run(connection, "SELECT service.tidy()")
        assert run(connection, "SELECT sum(leads)::int FROM app.lead_counts") == [(360,)]
        assert run(connection, "SELECT * FROM app.lead_count_changes") == []
        assert exact(connection)


def test_an_older_snapshot_keeps_its_numbers(own: Urls) -> None:
    with psycopg.connect(own.owner, autocommit=True) as writer, psycopg.connect(own.owner) as reader:
        run(writer, ADD, 5)
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert run(reader, "SELECT sum(leads)::int FROM app.lead_totals") == [(5,)]
        run(writer, ADD, 5)
        run(writer, "SELECT service.tidy()")
        assert exact(reader)
        assert run(reader, "SELECT sum(leads)::int FROM app.lead_totals") == [(5,)]
        reader.rollback()
        assert run(reader, "SELECT sum(leads)::int FROM app.lead_totals") == [(10,)]


def test_two_tidy_at_once(own: Urls) -> None:
    """The second returns at once and has done nothing; the pending lists are empty once one is through."""
    pending = "SELECT sum(gin_clean_pending_list(i))::int FROM unnest('{app.lead_search_document, app.lead_search_names}'::regclass[]) AS i"
    with (
        psycopg.connect(own.service) as first,
        psycopg.connect(own.service, autocommit=True) as second,
        psycopg.connect(own.owner, autocommit=True) as owner,
    ):
        run(first, "SELECT service.tidy()")
        run(owner, ADD, 5)
        run(second, "SET statement_timeout = '2s'")
        run(second, "SELECT service.tidy()")
        assert run(owner, "SELECT sum(change)::int FROM app.lead_count_changes") == [(5,)]
        first.commit()
        run(second, "SELECT service.tidy()")
        assert run(owner, "SELECT * FROM app.lead_count_changes") == []
        assert run(owner, pending) == [(0,)]
        run(owner, ADD, 5)
        assert run(owner, pending) != [(0,)], "or the test before tells nothing"


def test_only_the_service_may_tidy(urls: Urls) -> None:
    with psycopg.connect(urls.capture) as capture, pytest.raises(errors.InsufficientPrivilege):
        run(capture, "SELECT service.tidy()")
