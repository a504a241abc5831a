"""service.undo_operation: what an operation changed comes back, field by field, but for what was changed again since."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sql_support import Connection, acting, add, change, column, edit, erase, exact, leads, refused, run, set_clock, undo, value

from conftest import Urls

MOVE_REFUSED = ("LD409", "status_move_not_allowed", "status")


@pytest.fixture
def root(urls: Urls) -> Iterator[Connection]:
    """A superuser, who can take on each role, in a transaction that is rolled back."""
    with psycopg.connect(urls.superuser) as connection:
        yield connection
        connection.rollback()


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": "contacted"}), ("priority", {"priority": "urgent"}), ("assignee", {"assignee": "zoë"}),
    ("follow_up", {"follow_up_date": "2027-01-01"}), ("tags", {"add": ["b"], "remove": ["a"]}), ("delete", {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "changes"), CHANGES)
def test_each_kind_comes_back(owner: Connection, kind: str, changes: dict[str, Any]) -> None:
    ids = [add(owner, tags=["a", "c"]), add(owner, assignee="ann", follow_up_date="2026-11-23")]
    before = leads(owner)
    operation = change(owner, ids, kind, changes)["operation"]
    changed = leads(owner)
    assert changed != before
    undone = undo(owner, operation)
    assert undone == {"changed": 2, "skipped_count": 0, "skipped": [], "operation": undone["operation"]}
    assert leads(owner) == before
    # And the undoing is undone, and that again.
    again = undo(owner, undone["operation"])
    assert leads(owner) == changed
    undo(owner, again["operation"])
    assert leads(owner) == before
    assert exact(owner)
    assert column(owner, "version") == dict.fromkeys(ids, 5)


def test_a_restored_one_is_trashed_again(owner: Connection) -> None:
    lead = add(owner, deleted_at="2026-11-01T00:00:00Z")
    before = leads(owner)
    undo(owner, change(owner, [lead], "restore")["operation"])
    assert leads(owner) == before


def test_times_that_followed_come_back(owner: Connection) -> None:
    fresh, known = (
        add(owner),
        add(owner, status="processing", first_response_at="2026-01-01T00:00:00Z", last_contacted="2026-02-01T00:00:00Z"),
    )
    before = leads(owner)
    set_clock(owner, "2031-05-06T07:08:09Z")
    operation = change(owner, [fresh, known], "status", {"status": "contacted"})["operation"]
    assert len(set(column(owner, "last_contacted").values())) == 1
    set_clock(owner, "2031-05-07T07:08:09Z")
    undo(owner, operation)
    assert leads(owner) == before
    assert value(owner, "SELECT bool_and(updated_at = app.now()) FROM contact_leads")


def test_back_to_contacted_is_when_it_was_contacted(owner: Connection) -> None:
    lead = add(owner, status="contacted", first_response_at="2026-01-01T00:00:00Z", last_contacted="2026-02-01T00:00:00Z")
    before = leads(owner)
    for status in ("archived", "processing"):  # from which it may not, and may, move to contacted
        undo(owner, change(owner, [lead], "status", {"status": status})["operation"])
        assert leads(owner) == before


class TestChangedSince:
    def test_a_field_that_was_touched_stays(self, owner: Connection) -> None:
        one, other = add(owner), add(owner)
        operation = change(owner, [one, other], "priority", {"priority": "high"})["operation"]
        edit(owner, one, priority="urgent", company="Roe")
        edit(owner, other, company="Roe")
        answer = undo(owner, operation)
        assert (answer["changed"], answer["skipped"]) == (1, [{"id": one, "reason": "changed_since"}])
        assert column(owner, "priority") == {one: "urgent", other: "medium"}
        assert column(owner, "company") == {one: "Roe", other: "Roe"}

    def test_also_one_that_was_touched_and_put_back(self, owner: Connection) -> None:
        lead = add(owner)
        operation = change(owner, [lead], "priority", {"priority": "high"})["operation"]
        for priority in ("urgent", "high"):
            edit(owner, lead, priority=priority)
        assert undo(owner, operation)["skipped"] == [{"id": lead, "reason": "changed_since"}]
        assert column(owner, "priority") == {lead: "high"}

    def test_what_is_left_of_a_lead_comes_back(self, owner: Connection) -> None:
        lead = add(owner)
        operation = change(owner, [lead], "status", {"status": "contacted"})["operation"]
        run(owner, "UPDATE contact_leads SET last_contacted = '2020-01-01T00:00:00Z'")
        assert undo(owner, operation)["changed"] == 1
        found = run(owner, "SELECT status::text, last_contacted = '2020-01-01T00:00:00Z', first_response_at FROM contact_leads")
        assert found == [("unread", True, None)]

    def test_by_another_operation_and_by_its_undoing(self, owner: Connection) -> None:
        lead = add(owner)
        first = change(owner, [lead], "priority", {"priority": "high"})["operation"]
        second = change(owner, [lead], "priority", {"priority": "low"})["operation"]
        undo(owner, second)
        assert undo(owner, first)["skipped"] == [{"id": lead, "reason": "changed_since"}]
        assert column(owner, "priority") == {lead: "high"}

    def test_by_what_was_erased_since(self, owner: Connection) -> None:
        """Nobody knows any more what an erased entry changed: perhaps this."""
        lead = add(owner, email="jane@example.com")
        operation = change(owner, [lead], "assignee", {"assignee": "ann"})["operation"]
        edit(owner, lead, email="joe@example.com", assignee="zoë")
        erase(owner, email="jane@example.com")
        assert undo(owner, operation)["skipped"] == [{"id": lead, "reason": "changed_since"}]
        assert column(owner, "assignee") == {lead: "zoë"}

    def test_what_was_erased_of_the_operation_itself_does_not_come_back(self, owner: Connection) -> None:
        lead, other = add(owner), add(owner, email="joe@example.com")
        operation = change(owner, [lead, other], "priority", {"priority": "high"})["operation"]
        erase(owner, lead)
        answer = undo(owner, operation)
        assert (answer["changed"], answer["skipped"]) == (1, [{"id": lead, "reason": "not_found"}])


class TestGone:
    def test_in_the_trash_meanwhile(self, owner: Connection) -> None:
        lead = add(owner)
        operation = change(owner, [lead], "priority", {"priority": "high"})["operation"]
        change(owner, [lead], "delete")
        answer = undo(owner, operation)
        assert (answer["changed"], answer["skipped"]) == (0, [{"id": lead, "reason": "not_found"}])
        assert column(owner, "priority") == {lead: "high"}

    def test_deleted_for_good(self, owner: Connection) -> None:
        one, two = add(owner), add(owner)
        operation = change(owner, [one, two], "delete")["operation"]
        run(owner, "DELETE FROM contact_leads WHERE id = %s", one)
        assert undo(owner, operation)["skipped"] == [{"id": one, "reason": "not_found"}]
        assert column(owner, "deleted_at") == {two: None}

    def test_only_the_first_thousand_are_named(self, owner: Connection) -> None:
        run(owner, "INSERT INTO contact_leads (name, email) SELECT 'x', 'x@y.zz' FROM generate_series(1, 1100)")
        ids = sorted(leads(owner))
        operation = change(owner, ids, "priority", {"priority": "high"})["operation"]
        run(owner, "UPDATE contact_leads SET priority = 'low' WHERE id > %s", ids[0])
        answer = undo(owner, operation)
        assert (answer["changed"], answer["skipped_count"]) == (1, 1099)
        assert [skipped["id"] for skipped in answer["skipped"]] == ids[1:1001]


class TestRefused:
    def test_twice(self, owner: Connection) -> None:
        operation = change(owner, [add(owner)], "priority", {"priority": "high"})["operation"]
        undone = undo(owner, operation)["operation"]
        before = leads(owner)
        assert refused(owner, lambda: undo(owner, operation)) == ("LD409", "operation_already_undone", "operation")
        assert leads(owner) == before
        noted = "SELECT kind, undoes::text, undone_by::text FROM app.operations ORDER BY number"
        assert run(owner, noted) == [("priority", None, undone), ("undo", operation, None)]

    def test_there_is_none(self, owner: Connection) -> None:
        assert refused(owner, lambda: undo(owner, str(uuid.uuid4()))) == ("LD404", "operation_not_found", "operation")

    def test_an_erasure(self, owner: Connection) -> None:
        operation = erase(owner, add(owner))["operation"]
        assert refused(owner, lambda: undo(owner, operation)) == ("LD409", "operation_not_undoable", "operation")

    def test_a_purge(self, owner: Connection) -> None:
        add(owner, deleted_at="2020-01-01")
        assert run(owner, "SELECT service.purge_trash(30)") == [(1,)]
        operation = value(owner, "SELECT id::text FROM app.operations")
        assert refused(owner, lambda: undo(owner, operation)) == ("LD409", "operation_not_undoable", "operation")

    @pytest.mark.parametrize("kind", ["delete", "restore"])
    def test_an_editor_and_the_trash(self, root: Connection, kind: str) -> None:
        lead = add(root, deleted_at="2026-11-01" if kind == "restore" else None)
        operation = change(root, [lead], kind)["operation"]
        before = leads(root)
        with acting(root, "leads_editor"):
            assert refused(root, lambda: undo(root, operation, "editor"))[0] == "42501"
        assert leads(root) == before
        assert value(root, "SELECT undone_by FROM app.operations") is None

    @pytest.mark.parametrize("role", ["leads_viewer", "leads_service", "leads_capture"])
    def test_others(self, root: Connection, role: str) -> None:
        operation = change(root, [add(root)], "priority", {"priority": "high"})["operation"]
        with acting(root, role):
            assert refused(root, lambda: undo(root, operation))[0] == "42501"

    def test_an_editor_undoes_the_rest(self, root: Connection) -> None:
        lead = add(root)
        operation = change(root, [lead], "status", {"status": "archived"})["operation"]
        with acting(root, "leads_editor"):
            assert undo(root, operation, "editor")["changed"] == 1
        assert column(root, "status") == {lead: "unread"}


class TestForbiddenMoves:
    """archived -> unread is no allowed move: only an undo makes it, and only back to what its operation found."""

    def archived(self, root: Connection) -> tuple[int, str]:
        lead = add(root)
        return lead, change(root, [lead], "status", {"status": "archived"})["operation"]

    def test_the_undo_makes_it(self, root: Connection) -> None:
        lead, operation = self.archived(root)
        with acting(root, "leads_editor"):
            assert refused(root, lambda: edit(root, lead, status="unread")) == MOVE_REFUSED
            undo(root, operation)
        assert column(root, "status") == {lead: "unread"}

    def test_nothing_more_once_it_is_done(self, root: Connection) -> None:
        """In the same transaction: the operation is closed."""
        lead, operation = self.archived(root)
        undo(root, operation)
        edit(root, lead, status="archived")
        assert refused(root, lambda: edit(root, lead, status="unread")) == MOVE_REFUSED

    @pytest.mark.parametrize("to", ["unread", "contacted"])
    def test_settings_make_nothing_of_it(self, root: Connection, to: str) -> None:
        lead, operation = self.archived(root)
        undone = undo(root, operation)["operation"]
        edit(root, lead, status="archived")
        with acting(root, "leads_editor"):
            for forged in (operation, undone, str(uuid.uuid4()), ""):
                run(root, "SELECT set_config('app.operation', %s, true), set_config('app.actor_role', 'admin', true)", forged)
                assert refused(root, lambda: run(root, "UPDATE public.contact_leads SET status = %s::public.lead_status WHERE id = %s", to, lead)) == MOVE_REFUSED  # fmt: skip

    def test_an_undo_that_somebody_only_began(self, root: Connection) -> None:
        lead, operation = self.archived(root)
        other = add(root, status="archived")
        move = "UPDATE public.contact_leads SET status = %s::public.lead_status WHERE id = %s"
        with acting(root, "leads_editor"):
            run(root, "SELECT app.begin_operation('undo', NULL, NULL, %s, 'x', 'editor', NULL)", operation)
            assert refused(root, lambda: run(root, move, "contacted", lead)) == MOVE_REFUSED
            assert refused(root, lambda: run(root, move, "unread", other)) == MOVE_REFUSED
            run(root, move, "unread", lead)

    @pytest.mark.parametrize(
        "began",
        [
            "'erase', NULL, NULL, NULL",
            "'purge', NULL, NULL, NULL",
            "'undo', NULL, NULL, NULL",
            "'tags', NULL, NULL, %(id)s::uuid",
        ],
    )
    def test_what_nobody_begins(self, root: Connection, began: str) -> None:
        """An erasure begun by hand would delete without a trace of what there was."""
        operation = self.archived(root)[1]
        with acting(root, "leads_admin"):
            statement = f"SELECT app.begin_operation({began}, 'x', 'admin', NULL)".replace("%(id)s", f"'{operation}'")
            assert refused(root, lambda: run(root, statement))[0] == "42501"

    def test_another_transaction_s_entry_is_no_part_of_an_operation(self, fresh_urls: Urls) -> None:
        """Who only says that his change was part of an operation makes nothing that an undo would follow."""
        with psycopg.connect(fresh_urls.superuser) as root:
            lead, operation = self.archived(root)
            root.commit()
            run(root, "SELECT set_config('app.operation', %s, true)", operation)
            run(root, "SET LOCAL ROLE leads_editor")
            run(root, "UPDATE public.contact_leads SET name = 'forged' WHERE id = %s", lead)
            root.commit()
            undo(root, operation)
            assert (column(root, "status"), column(root, "name")) == ({lead: "unread"}, {lead: "forged"})
            # And its sentence does not say so either.
            undone = value(root, "SELECT id::text FROM app.operations WHERE kind = 'undo'")
            root.commit()
            run(root, "SELECT set_config('app.operation', %s, true)", undone)
            run(root, "UPDATE public.contact_leads SET company = 'Roe' WHERE id = %s", lead)
            story = value(root, "SELECT app.audit_story(a) FROM app.audit_log AS a ORDER BY id DESC LIMIT 1")
            assert story == "postgres, in SQL, set the company to Roe."


BULKS = st.one_of(
    st.tuples(
        st.just("status"), st.fixed_dictionaries({"status": st.sampled_from(["unread", "processing", "contacted", "archived"])})
    ),
    st.tuples(st.just("priority"), st.fixed_dictionaries({"priority": st.sampled_from(["low", "high"])})),
    st.tuples(st.just("assignee"), st.fixed_dictionaries({"assignee": st.sampled_from([None, "ann", "bob"])})),
    st.tuples(st.just("follow_up"), st.fixed_dictionaries({"follow_up_date": st.sampled_from([None, "2026-11-23"])})),
    st.tuples(
        st.just("tags"),
        st.fixed_dictionaries({"add": st.sampled_from([["a"], ["b", "c"]]), "remove": st.sampled_from([[], ["a"], ["c"]])}),
    ),
    st.tuples(st.just("delete"), st.just({})),
    st.tuples(st.just("restore"), st.just({})),
)
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["unread", "processing", "contacted", "archived"]),
        "priority": st.sampled_from(["low", "urgent"]),
        "tags": st.sampled_from([[], ["a"], ["b", "d"]]),
        "assignee": st.sampled_from([None, "bob"]),
        "name": st.sampled_from(["Jane", "John"]),
    },
)
STEP = st.one_of(
    st.just(("insert", {}, [])),
    st.tuples(st.just("edit"), EDITS, st.lists(st.integers(0, 5), min_size=1, max_size=1)),
    st.tuples(st.just("remove"), st.just({}), st.lists(st.integers(0, 5), min_size=1, max_size=1)),
    st.tuples(st.just("bulk"), BULKS, st.lists(st.integers(0, 5), max_size=6)),
    st.tuples(st.just("undo"), st.integers(0, 5), st.just([])),
)  # fmt: skip


def replayed(owner: Connection, after: int) -> dict[int, dict[str, Any]]:
    """The leads as the audit tells them, from an empty table on."""
    found: dict[int, dict[str, Any]] = {}
    for action, lead, holds in run(
        owner, "SELECT action, lead_id, after - 'version' - 'updated_at' FROM app.audit_log WHERE id > %s ORDER BY id", after
    ):
        if action == "created":
            found[lead] = holds
        elif action == "changed":
            found[lead] |= holds
        else:
            del found[lead]
    return found


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=20))
def test_whatever_is_done(owner: Connection, steps: list[tuple[str, Any, list[int]]]) -> None:
    """The audit tells every lead, the totals are exact, and an undo right after an operation gives what was before it."""
    assert leads(owner) == {}
    start = value(owner, "SELECT coalesce(max(id), 0) FROM app.audit_log")
    operations: list[str] = []
    known: list[int] = []
    try:
        known += [add(owner), add(owner, status="archived", tags=["a"])]
        for number, (kind, what, which) in enumerate(steps):
            # Each in a time of its own, as it would be in a transaction of its own.
            set_clock(owner, f"2031-01-01T00:00:{number:02}Z")
            ids = [known[place % len(known)] for place in which]
            before = leads(owner)
            if kind == "insert":
                known.append(add(owner))
            elif kind == "remove":
                run(owner, "DELETE FROM contact_leads WHERE id = %s", ids[0])
            elif kind == "edit" and what:
                try:
                    with owner.transaction():
                        edit(owner, ids[0], **what)
                except psycopg.Error as error:
                    assert error.sqlstate in ("LD404", "LD409")
            elif kind == "bulk":
                operations.append(change(owner, ids, *what)["operation"])
            elif kind == "undo" and operations:
                operation = operations[what % len(operations)]
                try:
                    with owner.transaction():
                        operations.append(undo(owner, operation)["operation"])
                except psycopg.Error as error:
                    assert error.diag.constraint_name == "operation_already_undone"
                    continue
            assert replayed(owner, start) == leads(owner)
            assert exact(owner)
            if kind in ("bulk", "undo") and operations:
                after = leads(owner)
                with owner.transaction(force_rollback=True):
                    last = undo(owner, operations[-1])
                    assert leads(owner) == before
                    undo(owner, last["operation"])
                    assert leads(owner) == after
    finally:
        owner.rollback()
