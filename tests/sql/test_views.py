"""Saved views: named for the team, each name once, at most 200 of them; in SQL as by the service."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors
from sql_support import Call, Connection, acting, refused, run, value

from conftest import Urls

Row = dict[str, Any]


@pytest.fixture
def watcher(fresh_urls: Urls) -> Iterator[Connection]:
    """Sees what is committed; none of it is left for another test."""
    with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
        yield connection


def save(connection: Connection, name: str | None = None, query: str | None = None, view: str | None = None) -> Row:
    saved: Row = value(connection, "SELECT service.save_view(%s, %s, %s, 'ann', 'editor', NULL)", view, name, query)
    return saved


def remove(connection: Connection, view: str) -> None:
    run(connection, "SELECT service.remove_view(%s, 'ann', 'editor', NULL)", view)


def listed(connection: Connection) -> list[Row]:
    answer: Row = value(connection, "SELECT service.list_views()")
    assert list(answer) == ["data"]
    views: list[Row] = answer["data"]
    return views


def test_saved_changed_and_removed(owner: Connection) -> None:
    assert listed(owner) == []
    urgent = save(owner, "  Urgent   ones ", "priority=urgent")
    assert list(urgent) == ["id", "name", "query", "created_by", "created_at", "updated_at"]
    assert (urgent["name"], urgent["query"], urgent["created_by"]) == ("Urgent ones", "priority=urgent", "ann")
    mine = save(owner, "mine", "")
    assert listed(owner) == [mine, urgent]
    assert save(owner, query="priority=high", view=urgent["id"]) == urgent | {"query": "priority=high"}
    renamed = save(owner, name="A view", view=urgent["id"])
    assert renamed == urgent | {"query": "priority=high", "name": "A view"}
    assert listed(owner) == [renamed, mine]
    remove(owner, mine["id"])
    assert listed(owner) == [renamed]


def test_updated_at_follows_a_real_change_alone(watcher: Connection) -> None:
    view = save(watcher, "mine", "a")
    assert save(watcher, "mine", "a", view["id"]) == view
    changed = save(watcher, "mine", "b", view["id"])
    assert changed["created_at"] == view["created_at"]
    assert changed["updated_at"] > view["updated_at"]


@pytest.mark.parametrize(
    ("name", "query", "field"),
    [
        ("", "", "name"), (" \t ", "", "name"), ("x" * 81, "", "name"), ("a\x07b", "", "name"), ("\x1b", "", "name"),
        ("x", "x" * 4001, "query"), ("x", "a=b\n", "query"), ("x", "\x7f", "query"),
    ],
)  # fmt: skip
def test_what_can_not_be(owner: Connection, name: str, query: str, field: str) -> None:
    assert refused(owner, lambda: save(owner, name, query)) == ("LD422", "fields_not_valid", field)
    view = save(owner, "a view", "b=c")
    assert refused(owner, lambda: save(owner, name, query, view["id"])) == ("LD422", "fields_not_valid", field)
    # Nor past the function.
    with pytest.raises(errors.CheckViolation) as refusal, owner.transaction():
        run(owner, "INSERT INTO app.saved_views (name, query, created_by) VALUES (%s, %s, 'x')", name, query)
    assert refusal.value.diag.constraint_name == f"saved_views_{field}_valid"


def test_the_longest_that_can_be(owner: Connection) -> None:
    view = save(owner, "ü" * 80, "ü" * 4000)
    assert (view["name"], view["query"]) == ("ü" * 80, "ü" * 4000)


def test_a_name_is_there_once_in_whatever_case(owner: Connection) -> None:
    taken = ("LD409", "saved_views_name_key", "name")
    mine, yours = save(owner, "Mine", "a"), save(owner, "yours", "b")
    assert refused(owner, lambda: save(owner, " mINE", "c")) == taken
    assert refused(owner, lambda: save(owner, "MINE", view=yours["id"])) == taken
    assert save(owner, "MINE", view=mine["id"])["name"] == "MINE", "its own is its own"


def test_one_that_is_not_there(owner: Connection) -> None:
    nowhere = str(uuid.UUID(int=0))
    missing = ("LD404", "view_not_found", None)
    assert refused(owner, lambda: save(owner, "x", "y", nowhere)) == missing
    assert refused(owner, lambda: remove(owner, nowhere)) == missing


FILL = "INSERT INTO app.saved_views (name, query, created_by) SELECT 'view ' || n, '', 'x' FROM generate_series(1, %s) AS n"


def test_at_most_two_hundred_in_sql_too(owner: Connection) -> None:
    too_many = ("LD409", "too_many_views", None)
    assert refused(owner, lambda: run(owner, FILL, 201)) == too_many
    run(owner, FILL, 200)
    assert refused(owner, lambda: save(owner, "one more", "")) == too_many
    view = listed(owner)[0]
    assert save(owner, "another name", view=view["id"])["name"] == "another name"
    remove(owner, view["id"])
    save(owner, "one more", "")


def test_two_who_add_the_last_one_at_once(fresh_urls: Urls, watcher: Connection) -> None:
    run(watcher, FILL, 199)
    with psycopg.connect(fresh_urls.owner) as first:
        save(first, "the last", "")
        second = Call(fresh_urls.owner, lambda c: save(c, "one too many", "")).waits(watcher)
        first.commit()
        assert second.found() == "LD409"
    assert len(listed(watcher)) == 200


def test_two_who_take_a_name_at_once(fresh_urls: Urls, watcher: Connection) -> None:
    with psycopg.connect(fresh_urls.owner) as first:
        save(first, "mine", "a")
        second = Call(fresh_urls.owner, lambda c: save(c, "Mine", "b")).waits(watcher)
        first.commit()
        assert second.found() == "LD409"
    assert [view["query"] for view in listed(watcher)] == ["a"]


def test_editors_write_and_viewers_read(fresh_urls: Urls) -> None:
    with psycopg.connect(fresh_urls.superuser) as connection:
        for role in ("leads_editor", "leads_admin"):
            with acting(connection, role):
                view = save(connection, role, "a")
                assert save(connection, query="b", view=view["id"])["query"] == "b"
                remove(connection, view["id"])
                save(connection, role, "a")
        with acting(connection, "leads_viewer"):
            assert [view["name"] for view in listed(connection)] == ["leads_admin", "leads_editor"]
            for statement in (
                "DELETE FROM app.saved_views",
                "UPDATE app.saved_views SET name = 'x'",
                "INSERT INTO app.saved_views DEFAULT VALUES",
            ):
                with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
                    run(connection, statement)
