"""The functions' own edges that HTTP can't reach."""

import threading
from typing import Any

import psycopg
import pytest

from conftest import Urls

Connection = psycopg.Connection[tuple[Any, ...]]
FIELDS = '{"name": "Jane", "email": "jane@example.com"}'


def capture(connection: Connection, key: str, fields: str = FIELDS) -> Any:
    row = connection.execute("SELECT service.capture_lead('contact', %s, '{}', %s)", (fields, key)).fetchone()
    assert row is not None
    return row[0]


def blocked(connection: Connection, pid: int) -> bool:
    row = connection.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", (pid,)).fetchone()
    return row == (True,)


@pytest.mark.parametrize("first_commits", [True, False])
def test_a_repeat_waits_for_the_first(urls: Urls, first_commits: bool) -> None:
    """The same key while the first is still under way: its answer if it commits, one's own lead if it fails."""
    key = f"wait-{first_commits}"
    with (
        psycopg.connect(urls.owner) as first,
        psycopg.connect(urls.owner, autocommit=True) as second,
        psycopg.connect(urls.owner, autocommit=True) as watcher,
    ):
        reference = capture(first, key)["reference"]
        answers: list[Any] = []
        repeat = threading.Thread(target=lambda: answers.append(capture(second, key)))
        repeat.start()
        while not blocked(watcher, second.info.backend_pid):
            assert repeat.is_alive()
        first.commit() if first_commits else first.rollback()
        repeat.join(timeout=10)
        assert (answers[0]["reference"] == reference) is first_commits
        row = watcher.execute("SELECT count(*) FROM contact_leads WHERE reference = %s", (answers[0]["reference"],)).fetchone()
        assert row == (1,)


def test_the_newest_page_is_read_from_its_index(urls: Urls) -> None:
    """A plan that sorts or reads the whole table would grow with it."""
    with psycopg.connect(urls.owner) as owner:
        owner.execute(
            "INSERT INTO contact_leads (name, email, status, created_at) SELECT 'x', 'x@y.zz', CASE WHEN n % 1000 = 0 THEN 'archived' ELSE 'unread' END::lead_status, now() - make_interval(secs => n) FROM generate_series(1, 20000) n"
        )
        owner.execute("ANALYZE contact_leads")
        for condition, index in (
            ("true", "idx_contact_leads_created_at"),
            ("status = 'archived'", "idx_contact_leads_status"),
            ("priority = 'urgent'", "idx_contact_leads_priority"),
        ):
            statement = (
                f"EXPLAIN (FORMAT JSON) SELECT * FROM contact_leads WHERE deleted_at IS NULL AND NOT is_spam AND {condition}"
                " ORDER BY created_at DESC, id DESC LIMIT 51"
            )
            row = owner.execute(statement).fetchone()  # type: ignore[call-overload]
            assert row is not None
            plan = row[0][0]["Plan"]["Plans"][0]
            assert (plan["Node Type"], plan["Index Name"]) == ("Index Scan", index)
        owner.rollback()
