"""Two at once on the same leads: each ends as if one had come after the other, and nobody blocks anybody for good.

Every race has its order: the first session holds what it changed, the second is seen to wait for it, then the first commits.
"""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sql_support import Call, Connection, add, change, column, edit, erase, exact, leads, refused, run, undo, value

from conftest import Urls

Work = Callable[[Connection], object]


@pytest.fixture
def watcher(fresh_urls: Urls) -> Iterator[Connection]:
    """Sees what is committed; none of it is left for another test."""
    with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
        yield connection
        assert exact(connection)
        run(connection, "SELECT sealed FROM service.seal_audit(true)")
        assert value(connection, "SELECT app.verify_audit('[]') -> 'fault'") is None
        assert value(connection, "SELECT count(*) FROM app.operations WHERE changed IS NULL") == 0


def in_order(urls: Urls, watcher: Connection, first: Work, second: Work) -> tuple[Any, Any]:
    """What each gave, or its SQLSTATE; the second waits until the first has committed."""
    with psycopg.connect(urls.owner) as holder:
        gave = first(holder)
        waiting = Call(urls.owner, second).waits(watcher)
        holder.commit()
        return gave, waiting.found()


def test_two_bulk_changes_the_other_way_round(fresh_urls: Urls, watcher: Connection) -> None:
    """Both wait for a third on the middle lead; had they locked in the order they were given, each would hold what the other needs."""
    ids = [add(watcher) for _ in range(5)]
    with psycopg.connect(fresh_urls.owner) as third:
        edit(third, ids[2], company="Roe")
        up = Call(fresh_urls.owner, lambda c: change(c, ids, "priority", {"priority": "high"})).waits(watcher)
        down = Call(fresh_urls.owner, lambda c: change(c, ids[::-1], "priority", {"priority": "low"})).waits(watcher)
        third.commit()
        answers = [up.found(), down.found()]
    assert [answer["changed"] for answer in answers] == [5, 5]
    assert set(column(watcher, "priority").values()) == {"low"}, "the one that came first was first"
    # Every lead went the same way, in the same order.
    trail = "SELECT before ->> 'priority', after ->> 'priority' FROM app.audit_log WHERE lead_id = %s AND after ? 'priority' AND action = 'changed' ORDER BY id"
    for lead in ids:
        assert run(watcher, trail, lead) == [("medium", "high"), ("high", "low")]


def test_a_bulk_change_sees_what_an_edit_made_of_a_lead(fresh_urls: Urls, watcher: Connection) -> None:
    one, two = add(watcher), add(watcher)
    _, bulk = in_order(
        fresh_urls,
        watcher,
        lambda c: edit(c, one, status="archived"),
        lambda c: change(c, [two, one], "status", {"status": "contacted"}),
    )
    assert (bulk["changed"], bulk["skipped"]) == (1, [{"id": one, "reason": "status_move_not_allowed"}])
    assert column(watcher, "status") == {one: "archived", two: "contacted"}


def test_an_edit_sees_what_a_bulk_change_made_of_a_lead(fresh_urls: Urls, watcher: Connection) -> None:
    lead = add(watcher)
    stale = "SELECT service.edit_lead(%s, %s, '{priority}', %s, 'eve', 'editor', NULL)"
    change_it: Work = lambda c: change(c, [lead], "tags", {"add": ["a"]})  # noqa: E731
    _, refusal = in_order(
        fresh_urls, watcher, change_it, lambda c: run(c, stale, lead, Jsonb({"priority": "low"}), f'"{lead}-1"')
    )
    assert refusal == "LD412"
    _, edited = in_order(
        fresh_urls, watcher, lambda c: change(c, [lead], "tags", {"add": ["b"]}), lambda c: edit(c, lead, priority="low")
    )
    assert (edited["tags"], edited["priority"], edited["version"]) == (["a", "b"], "low", 4)


def test_a_token_is_held_to_what_is_there_once_the_locks_are(fresh_urls: Urls, watcher: Connection) -> None:
    lead = add(watcher)
    token = change(watcher, [lead], "priority", {"priority": "high"}, dry_run=True)["token"]
    _, refusal = in_order(
        fresh_urls,
        watcher,
        lambda c: edit(c, lead, company="Roe"),
        lambda c: change(c, [lead], "priority", {"priority": "high"}, token=token),
    )
    assert refusal == "LD412"
    assert column(watcher, "priority") == {lead: "medium"}


def test_an_edit_and_the_trash(fresh_urls: Urls, watcher: Connection) -> None:
    lead = add(watcher)
    _, trashed = in_order(fresh_urls, watcher, lambda c: edit(c, lead, company="Roe"), lambda c: change(c, [lead], "delete"))
    assert trashed["changed"] == 1
    undo(watcher, trashed["operation"])
    _, refusal = in_order(fresh_urls, watcher, lambda c: change(c, [lead], "delete"), lambda c: edit(c, lead, company="Doe"))
    assert refusal == "LD404"
    assert column(watcher, "company") == {lead: "Roe"}


def test_two_to_the_trash(fresh_urls: Urls, watcher: Connection) -> None:
    lead = add(watcher)
    trash = "SELECT service.trash_lead(%s, NULL, 'ann', 'admin', NULL)"
    _, second = in_order(fresh_urls, watcher, lambda c: run(c, trash, lead), lambda c: run(c, trash, lead))
    assert second == "LD404"


class TestUndo:
    def test_an_edit_first(self, fresh_urls: Urls, watcher: Connection) -> None:
        one, two = add(watcher), add(watcher)
        operation = change(watcher, [one, two], "priority", {"priority": "high"})["operation"]
        _, undone = in_order(fresh_urls, watcher, lambda c: edit(c, one, priority="urgent"), lambda c: undo(c, operation))
        assert (undone["changed"], undone["skipped"]) == (1, [{"id": one, "reason": "changed_since"}])
        assert column(watcher, "priority") == {one: "urgent", two: "medium"}

    def test_the_undo_first(self, fresh_urls: Urls, watcher: Connection) -> None:
        lead = add(watcher)
        operation = change(watcher, [lead], "status", {"status": "archived"})["operation"]
        undone, edited = in_order(
            fresh_urls, watcher, lambda c: undo(c, operation), lambda c: edit(c, lead, status="contacted")
        )
        assert undone["changed"] == 1
        # From unread, where the undo put it: from archived it could not.
        assert edited["status"] == "contacted"

    def test_while_it_is_under_way_nobody_else_moves_as_it_may(self, fresh_urls: Urls, watcher: Connection) -> None:
        lead, other = add(watcher), add(watcher)
        operation = change(watcher, [lead, other], "status", {"status": "archived"})["operation"]
        run(watcher, "DELETE FROM contact_leads WHERE id = %s", other)
        with psycopg.connect(fresh_urls.owner) as holder:
            run(holder, "SELECT app.begin_operation('undo', NULL, NULL, %s, 'x', 'editor', NULL)", operation)
            assert refused(watcher, lambda: edit(watcher, lead, status="unread"))[1] == "status_move_not_allowed"
            holder.commit()
        # Nor once that transaction is over, which left it open.
        assert refused(watcher, lambda: edit(watcher, lead, status="unread"))[1] == "status_move_not_allowed"
        run(watcher, "UPDATE app.operations SET changed = 0 WHERE changed IS NULL")

    def test_two_of_them(self, fresh_urls: Urls, watcher: Connection) -> None:
        ids = [add(watcher) for _ in range(3)]
        before = leads(watcher)
        operation = change(watcher, ids, "priority", {"priority": "high"})["operation"]
        first, second = in_order(fresh_urls, watcher, lambda c: undo(c, operation), lambda c: undo(c, operation))
        assert (first["changed"], second) == (3, "LD409")
        assert leads(watcher) == before
        assert value(watcher, "SELECT count(*) FROM app.operations WHERE undoes = %s", operation) == 1

    def test_two_of_them_of_what_changed_nothing(self, fresh_urls: Urls, watcher: Connection) -> None:
        """There is no lead to wait for: they wait at the operation."""
        operation = change(watcher, [9_000_000], "priority", {"priority": "high"})["operation"]
        first, second = in_order(fresh_urls, watcher, lambda c: undo(c, operation), lambda c: undo(c, operation))
        assert (first["changed"], second) == (0, "LD409")

    def test_a_bulk_change_over_the_same(self, fresh_urls: Urls, watcher: Connection) -> None:
        ids = [add(watcher) for _ in range(3)]
        operation = change(watcher, ids, "priority", {"priority": "high"})["operation"]
        _, bulk = in_order(
            fresh_urls, watcher, lambda c: undo(c, operation), lambda c: change(c, ids[::-1], "priority", {"priority": "low"})
        )
        assert bulk["changed"] == 3
        again = undo(watcher, bulk["operation"])
        assert set(column(watcher, "priority").values()) == {"medium"}
        assert again["changed"] == 3


class TestErasure:
    """Nothing of the person is left, whoever was first."""

    def forgotten(self, watcher: Connection, *ids: int) -> None:
        assert not set(ids) & set(leads(watcher))
        kept = "SELECT action, before, after FROM app.audit_log WHERE lead_id = ANY (%s) AND (before IS NOT NULL OR after IS NOT NULL)"
        assert run(watcher, kept, list(ids)) == []

    def test_an_edit_first(self, fresh_urls: Urls, watcher: Connection) -> None:
        lead = add(watcher)
        in_order(fresh_urls, watcher, lambda c: edit(c, lead, internal_notes="private"), lambda c: erase(c, lead))
        self.forgotten(watcher, lead)

    def test_the_erasure_first(self, fresh_urls: Urls, watcher: Connection) -> None:
        lead, other = add(watcher), add(watcher, email="joe@example.com")
        operation = change(watcher, [lead, other], "priority", {"priority": "low"})["operation"]
        works: list[tuple[Work, Any]] = [
            (lambda c: edit(c, lead, internal_notes="private"), "LD404"),
            (
                lambda c: change(c, [other, lead], "tags", {"add": ["private"]})["skipped"],
                [{"id": lead, "reason": "not_found"}],
            ),
            (lambda c: undo(c, operation)["skipped"], [{"id": lead, "reason": "not_found"}]),
            (lambda c: erase(c, email="jane@example.com")["changed"], 0),
            (lambda c: erase(c, lead), "LD404"),
        ]
        with psycopg.connect(fresh_urls.owner) as holder:
            erase(holder, lead)
            calls = [Call(fresh_urls.owner, work).waits(watcher) for work, _ in works]
            holder.commit()
            assert [call.found() for call in calls] == [found for _, found in works]
        self.forgotten(watcher, lead)

    def test_a_bulk_change_first(self, fresh_urls: Urls, watcher: Connection) -> None:
        ids = [add(watcher), add(watcher, email="joe@example.com"), add(watcher, email="JANE@example.com")]
        bulk, erased = in_order(
            fresh_urls, watcher, lambda c: change(c, ids, "tags", {"add": ["x"]}), lambda c: erase(c, email="jane@example.com")
        )
        assert (bulk["changed"], erased["changed"]) == (3, 2)
        self.forgotten(watcher, ids[0], ids[2])

    def test_a_bulk_change_over_all_of_the_person_s(self, fresh_urls: Urls, watcher: Connection) -> None:
        """By the later of two leads: were it locked first, each would hold what the other needs."""
        one, two = add(watcher), add(watcher)
        with psycopg.connect(fresh_urls.owner) as third:
            edit(third, one, company="Roe")
            bulk = Call(fresh_urls.owner, lambda c: change(c, [one, two], "tags", {"add": ["x"]})).waits(watcher)
            erasure = Call(fresh_urls.owner, lambda c: erase(c, two)).waits(watcher)
            third.commit()
            assert bulk.found()["changed"] == 2
            assert erasure.found()["changed"] == 2
        self.forgotten(watcher, one, two)

    def test_an_undo_of_what_was_set_for_the_person_alone(self, fresh_urls: Urls, watcher: Connection) -> None:
        """Both need the lead and the operation: in one order, or each would hold what the other needs."""
        lead = add(watcher)
        operation = change(watcher, [lead], "tags", {"add": ["private"]})["operation"]
        with psycopg.connect(fresh_urls.owner) as third:
            edit(third, lead, company="Roe")
            erasure = Call(fresh_urls.owner, lambda c: erase(c, lead)).waits(watcher)
            undoing = Call(fresh_urls.owner, lambda c: undo(c, operation)).waits(watcher)
            third.commit()
            assert erasure.found()["changed"] == 1
            assert undoing.found()["skipped"] in ([], [{"id": lead, "reason": "not_found"}])
        self.forgotten(watcher, lead)
        assert value(watcher, "SELECT changes FROM app.operations WHERE id = %s", operation) is None

    def test_an_undo_first(self, fresh_urls: Urls, watcher: Connection) -> None:
        lead = add(watcher)
        operation = change(watcher, [lead], "tags", {"add": ["private"]})["operation"]
        undone, erased = in_order(fresh_urls, watcher, lambda c: undo(c, operation), lambda c: erase(c, lead))
        assert (undone["changed"], erased["changed"]) == (1, 1)
        self.forgotten(watcher, lead)
        assert value(watcher, "SELECT changes FROM app.operations WHERE id = %s", operation) is None

    def test_the_two_that_an_operation_was_about(self, fresh_urls: Urls, watcher: Connection) -> None:
        """Erased at once, neither sees the other gone unless it waits."""
        jane, joe = add(watcher), add(watcher, email="joe@example.com")
        operation = change(watcher, [jane, joe], "assignee", {"assignee": "their cousin"})["operation"]
        in_order(fresh_urls, watcher, lambda c: erase(c, jane), lambda c: erase(c, joe))
        self.forgotten(watcher, jane, joe)
        assert value(watcher, "SELECT changes FROM app.operations WHERE id = %s", operation) is None

    @pytest.mark.parametrize(("by", "found"), [("lead", "40001"), ("address", 0)])
    def test_an_address_that_is_being_corrected(self, fresh_urls: Urls, watcher: Connection, by: str, found: Any) -> None:
        """The lead is somebody else's by then. By its number: the service tries 40001 again, and then means the new address."""
        lead = add(watcher)
        work: Work = (lambda c: erase(c, lead)) if by == "lead" else (lambda c: erase(c, email="jane@example.com")["changed"])
        answer = in_order(fresh_urls, watcher, lambda c: edit(c, lead, email="joe@example.com"), work)[1]
        assert answer == found
        assert column(watcher, "email") == {lead: "joe@example.com"}
        if by == "address":
            assert value(watcher, "SELECT count(*) FROM app.audit_log AS a WHERE a::text ILIKE '%%jane@%%'") == 0

    def test_a_purge_of_the_same(self, fresh_urls: Urls, watcher: Connection) -> None:
        lead = add(watcher, deleted_at="2020-01-01")
        with psycopg.connect(fresh_urls.owner) as holder:
            erase(holder, lead)
            assert value(watcher, "SELECT service.purge_trash(30)") == 0
            holder.commit()
        self.forgotten(watcher, lead)
        assert column(watcher, "id") == {}
