"""service.change_leads: many leads at once, as each role; all or none, but for those a rule keeps as they are."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sql_support import Connection, acting, add, change, column, edit, exact, leads, refused, run, set_clock, value

from conftest import Urls

REQUEST = uuid.UUID("40d70640-328a-4ad8-91ea-97a651e75589")
FORBIDDEN = ("42501", None, None)
# Of each kind one change, and what a lead that was just added holds then.
KINDS: dict[str, tuple[dict[str, Any], str, Any]] = {
    "status": ({"status": "processing"}, "status", "processing"),
    "priority": ({"priority": "urgent"}, "priority", "urgent"),
    "assignee": ({"assignee": "zoë"}, "assignee", "zoë"),
    "follow_up": ({"follow_up_date": "2026-11-23"}, "follow_up_date", "2026-11-23"),
    "tags": ({"add": ["b", "a"], "remove": ["c"]}, "tags", ["b", "a"]),
}


@pytest.fixture
def root(urls: Urls) -> Iterator[Connection]:
    """A superuser, who can take on each role, in a transaction that is rolled back."""
    with psycopg.connect(urls.superuser) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind(owner: Connection, kind: str) -> None:
    changes, name, holds = KINDS[kind]
    first, second, third = (add(owner) for _ in range(3))
    untouched = leads(owner)[second]
    answer = change(owner, [third, first], kind, changes)
    assert answer == {"changed": 2, "skipped_count": 0, "skipped": [], "operation": answer["operation"]}
    found = column(owner, name)
    assert found[first] == found[third] == holds
    assert leads(owner)[second] == untouched
    again = change(owner, [first, third], kind, changes)
    reports = [{"id": lead, "reason": "unchanged"} for lead in (first, third)]
    assert (again["changed"], again["skipped_count"], again["skipped"]) == (0, 2, reports)
    assert column(owner, "version") == {first: 2, second: 1, third: 2}


def test_to_the_trash_and_back(owner: Connection) -> None:
    one, two = add(owner), add(owner)
    assert change(owner, [one, two], "delete")["changed"] == 2
    assert set(column(owner, "deleted_at").values()) == {value(owner, "SELECT to_jsonb(app.now())")}
    again = change(owner, [one], "delete")
    assert again["skipped"] == [{"id": one, "reason": "not_found"}]
    assert change(owner, [one], "restore")["changed"] == 1
    assert column(owner, "deleted_at")[one] is None
    assert change(owner, [one], "restore")["skipped"] == [{"id": one, "reason": "unchanged"}]
    for kind, (changes, _, _) in KINDS.items():
        assert change(owner, [two], kind, changes)["skipped"] == [{"id": two, "reason": "not_found"}]
    assert exact(owner)


@pytest.mark.parametrize(
    ("kind", "changes", "name"),
    [("assignee", {"assignee": None}, "assignee"), ("follow_up", {"follow_up_date": None}, "follow_up_date"), ("assignee", {"assignee": "  "}, "assignee")],
)  # fmt: skip
def test_null_takes_it_away(owner: Connection, kind: str, changes: dict[str, Any], name: str) -> None:
    has, has_not = add(owner, assignee="x", follow_up_date="2026-11-23"), add(owner)
    answer = change(owner, [has, has_not], kind, changes)
    assert (answer["changed"], answer["skipped"]) == (1, [{"id": has_not, "reason": "unchanged"}])
    assert column(owner, name) == {has: None, has_not: None}


@pytest.mark.parametrize("role", ["leads_viewer", "leads_editor", "leads_admin", "leads_service", "leads_capture"])
def test_who_may(root: Connection, role: str) -> None:
    lead = add(root)
    before = leads(root)
    for kind in [*KINDS, "delete", "restore"]:
        changes = KINDS[kind][0] if kind in KINDS else {}
        may = role == "leads_admin" or (role == "leads_editor" and kind in KINDS)
        with acting(root, role):
            if may:
                assert change(root, [lead], kind, changes)["changed"] == 1
            else:
                assert refused(root, lambda kind=kind, changes=changes: change(root, [lead], kind, changes)) == FORBIDDEN  # type: ignore[misc]
    if role not in ("leads_editor", "leads_admin"):
        assert leads(root) == before


def test_an_editor_moves_nothing_to_the_trash_or_out_of_it(root: Connection) -> None:
    here, trashed = add(root), add(root, deleted_at="2026-11-01")
    before = leads(root)
    with acting(root, "leads_editor"):
        assert refused(root, lambda: change(root, [here], "delete")) == FORBIDDEN
        assert refused(root, lambda: change(root, [trashed], "restore")) == FORBIDDEN
        assert refused(root, lambda: run(root, "SELECT service.trash_lead(%s, NULL, 'a', 'admin', NULL)", here)) == FORBIDDEN
    assert leads(root) == before


class TestSkipped:
    def test_there_is_none_or_it_is_in_the_trash(self, owner: Connection) -> None:
        lead, trashed = add(owner), add(owner, deleted_at="2026-11-01")
        answer = change(owner, [9_000_000, trashed, lead], "priority", {"priority": "low"})
        assert answer["skipped"] == [{"id": trashed, "reason": "not_found"}, {"id": 9_000_000, "reason": "not_found"}]
        assert (answer["changed"], answer["skipped_count"]) == (1, 2)

    def test_a_move_that_is_not_allowed(self, owner: Connection) -> None:
        unread, contacted, archived = (add(owner, status=status) for status in ("unread", "contacted", "archived"))
        answer = change(owner, [unread, contacted, archived], "status", {"status": "contacted"})
        assert answer["skipped"] == [
            {"id": contacted, "reason": "unchanged"},
            {"id": archived, "reason": "status_move_not_allowed"},
        ]
        assert column(owner, "status") == {unread: "contacted", contacted: "contacted", archived: "archived"}

    def test_more_tags_than_a_lead_can_hold(self, owner: Connection) -> None:
        tags = [f"t{number}" for number in range(49)]
        full, room, has = add(owner, tags=tags), add(owner, tags=tags[1:]), add(owner, tags=["x", "y"])
        answer = change(owner, [full, room, has], "tags", {"add": ["x", "y"]})
        assert answer["skipped"] == [{"id": full, "reason": "too_many_tags"}, {"id": has, "reason": "unchanged"}]
        assert column(owner, "tags") == {full: tags, room: [*tags[1:], "x", "y"], has: ["x", "y"]}
        assert change(owner, [full], "tags", {"add": ["x", "y"], "remove": ["t0"]})["changed"] == 1

    def test_each_is_named_once(self, owner: Connection) -> None:
        lead = add(owner)
        answer = change(owner, [lead, lead, 9_000_000, lead, 9_000_000], "priority", {"priority": "low"})
        assert (answer["changed"], answer["skipped_count"], len(answer["skipped"])) == (1, 1, 1)
        assert column(owner, "version") == {lead: 2}

    def test_only_the_first_thousand_are_named(self, owner: Connection) -> None:
        lead = add(owner)
        answer = change(owner, [lead, *range(9_002_000, 9_000_500, -1)], "priority", {"priority": "low"})
        assert (answer["changed"], answer["skipped_count"]) == (1, 1500)
        assert [skipped["id"] for skipped in answer["skipped"]] == list(range(9_000_501, 9_001_501))
        assert value(owner, "SELECT (changed, skipped) = (1, 1500) FROM app.operations WHERE id = %s", answer["operation"])

    def test_nobody_at_all(self, owner: Connection) -> None:
        answer = change(owner, [], "priority", {"priority": "low"})
        assert (answer["changed"], answer["skipped_count"], answer["skipped"]) == (0, 0, [])


class TestValues:
    def test_tags_keep_their_order_and_a_tag_in_both_goes(self, owner: Connection) -> None:
        lead = add(owner, tags=["c", "a"])
        change(owner, [lead], "tags", {"add": [" b ", "a", "b", "d"], "remove": ["c", " d", "gone"]})
        assert column(owner, "tags") == {lead: ["a", "b"]}

    @pytest.mark.parametrize(
        ("kind", "changes", "field"),
        [
            ("status", {}, "status"), ("status", {"status": "new"}, "status"), ("status", {"status": None}, "status"),
            ("status", {"status": "unread", "priority": "low"}, "priority"), ("priority", {"priority": 1}, "priority"),
            ("priority", {"status": "unread"}, "priority"), ("assignee", {}, "assignee"), ("assignee", {"assignee": ["x"]}, "assignee"),
            ("follow_up", {"follow_up_date": "soon"}, "follow_up_date"), ("follow_up", {"follow_up_date": "2026-02-30"}, "follow_up_date"),
            ("tags", {}, "add"), ("tags", {"add": [], "remove": []}, "add"), ("tags", {"add": "x"}, "add"), ("tags", {"remove": [1]}, "remove"),
            ("tags", {"add": [" "]}, "add"), ("tags", {"add": ["x" * 51]}, "add"), ("tags", {"add": ["x\ny"]}, "add"),
            ("tags", {"tags": ["x"]}, "tags"), ("delete", {"why": "x"}, "why"), ("restore", {"status": "unread"}, "status"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("dry_run", [True, False])
    def test_refused_by_the_field_s_name(
        self, owner: Connection, kind: str, changes: dict[str, Any], field: str, dry_run: bool
    ) -> None:
        lead = add(owner, deleted_at="2026-11-01" if kind == "restore" else None)
        before = leads(owner)
        refusal = refused(owner, lambda: change(owner, [lead], kind, changes, dry_run=dry_run))
        assert refusal == ("LD422", "fields_not_valid", field)
        assert leads(owner) == before
        assert run(owner, "TABLE app.operations") == []

    def test_trimmed(self, owner: Connection) -> None:
        lead = add(owner)
        operation = change(owner, [lead], "assignee", {"assignee": "  ann   b "})["operation"]
        assert column(owner, "assignee") == {lead: "ann b"}
        assert value(owner, "SELECT changes FROM app.operations WHERE id = %s", operation) == {"assignee": "ann b"}

    @pytest.mark.parametrize("kind", ["rename", "erase", "purge", "undo"])
    def test_no_other_kind(self, owner: Connection, kind: str) -> None:
        lead = add(owner)
        before = leads(owner)
        assert refused(owner, lambda: change(owner, [lead], kind))[0] in ("23514", "42501")
        assert leads(owner) == before


@pytest.mark.threat(22)
def test_all_or_none(owner: Connection) -> None:
    """One of them breaks a constraint: none is changed, and there is no operation."""
    ids = [add(owner, name=name) for name in ("a", "b", "c")]
    run(owner, "ALTER TABLE contact_leads ADD CONSTRAINT own_valid CHECK (name <> 'b' OR priority <> 'urgent')")
    before, trail = leads(owner), value(owner, "SELECT count(*) FROM app.audit_log")
    assert refused(owner, lambda: change(owner, ids, "priority", {"priority": "urgent"}))[:2] == ("23514", "own_valid")
    # What can be told beforehand a dry run tells too.
    for dry_run in (False, True):
        assert (
            refused(owner, lambda dry_run=dry_run: change(owner, ids, "assignee", {"assignee": "x" * 101}, dry_run=dry_run))[0]
            == "LD422"
        )
    assert leads(owner) == before
    assert run(owner, "TABLE app.operations") == []
    assert value(owner, "SELECT count(*) FROM app.audit_log") == trail
    assert exact(owner)


def test_times_and_totals_follow(owner: Connection) -> None:
    fresh, known, spam = (
        add(owner),
        add(owner, status="processing", first_response_at="2026-01-01T00:00:00Z"),
        add(owner, is_spam=True),
    )
    set_clock(owner, "2031-05-06T07:08:09Z")
    assert change(owner, [fresh, known, spam], "status", {"status": "contacted"})["changed"] == 3
    found = dict(
        run(
            owner,
            "SELECT id, (version, updated_at = app.now(), last_contacted = app.now(), first_response_at)::text FROM contact_leads",
        )
    )
    now, then = (
        value(owner, "SELECT %s::timestamptz::text", time) for time in ("2031-05-06T07:08:09Z", "2026-01-01T00:00:00Z")
    )
    assert found == {fresh: f'(2,t,t,"{now}")', known: f'(2,t,t,"{then}")', spam: f'(2,t,t,"{now}")'}
    assert exact(owner)
    for kind, changes in (("priority", {"priority": "low"}), ("delete", {}), ("restore", {}), ("tags", {"add": ["x"]})):
        assert change(owner, [fresh, spam], kind, changes)["changed"] == 2
        assert exact(owner), kind


def test_the_audit_says_who_and_in_which_operation(root: Connection) -> None:
    one, two, same = add(root), add(root), add(root, priority="high")
    trail = value(root, "SELECT max(id) FROM app.audit_log")
    with acting(root, "leads_editor"):
        operation = change(root, [one, two, same], "priority", {"priority": "high"}, role="editor", request=REQUEST)[
            "operation"
        ]
        run(root, "UPDATE public.contact_leads SET company = 'Roe' WHERE id = %s", same)  # no part of it, nor hers
    written = run(root, "SELECT lead_id, action, actor, actor_role, request_id, operation::text, lead_version, before, after FROM app.audit_log WHERE id > %s ORDER BY lead_id", trail)  # fmt: skip
    values = ("changed", "ann", "editor", REQUEST, operation, 2, {"priority": "medium"}, {"priority": "high"})
    assert written == [
        (one, *values), (two, *values),
        (same, "changed", None, None, None, None, 2, {"company": None}, {"company": "Roe"}),
    ]  # fmt: skip
    noted = run(
        root, "SELECT actor, actor_role, request_id, kind, changes, selected, trashes, changed, skipped FROM app.operations"
    )
    assert noted == [("ann", "editor", REQUEST, "priority", {"priority": "high"}, "the test's", False, 2, 1)]


def test_what_changes_nothing_is_kept_for_nobody(owner: Connection) -> None:
    """Nobody's audit leads to such an operation: an erasure couldn't find what was to be set."""
    lead = add(owner, tags=["Jane Roe"])
    operation = change(owner, [lead], "tags", {"add": ["Jane Roe"]})["operation"]
    assert run(owner, "SELECT changed, changes FROM app.operations WHERE id = %s", operation) == [(0, None)]


class TestDryRun:
    CHANGES = {"priority": "high"}

    def test_changes_nothing(self, owner: Connection) -> None:
        one, same = add(owner), add(owner, priority="high")
        before, xmin = leads(owner), run(owner, "SELECT id, xmin::text, xmax::text FROM contact_leads ORDER BY id")
        answer = change(owner, [one, same], "priority", self.CHANGES, dry_run=True)
        assert len(answer.pop("token")) == 64
        assert answer == {"changed": 1, "skipped_count": 1, "skipped": [{"id": same, "reason": "unchanged"}], "operation": None}
        assert leads(owner) == before
        # Nor locks them: a row's lock would be in its xmax.
        assert run(owner, "SELECT id, xmin::text, xmax::text FROM contact_leads ORDER BY id") == xmin
        assert run(owner, "TABLE app.operations") == []

    def test_does_not_wait(self, urls: Urls, owner: Connection) -> None:
        with psycopg.connect(urls.owner) as holder:
            lead = add(holder)
            holder.commit()
            run(holder, "SELECT FROM contact_leads WHERE id = %s FOR UPDATE", lead)
            run(owner, "SET LOCAL lock_timeout = '1ms'")
            assert change(owner, [lead], "priority", self.CHANGES, dry_run=True)["changed"] == 1
            assert refused(owner, lambda: change(owner, [lead], "priority", self.CHANGES))[0] == "55P03"
            holder.rollback()
            run(holder, "DELETE FROM contact_leads WHERE id = %s", lead)

    def test_the_token_is_of_the_leads_the_kind_and_the_values(self, owner: Connection) -> None:
        ids = [add(owner), add(owner)]

        def token(which: list[int], kind: str = "priority", changes: dict[str, Any] = self.CHANGES) -> str:
            return str(change(owner, which, kind, changes, dry_run=True)["token"])

        first = token(ids)
        assert token([*reversed(ids), ids[0]]) == first
        others = [
            token(ids[:1]),
            token(ids, changes={"priority": "low"}),
            token(ids, "status", {"status": "archived"}),
            token(ids, "delete", {}),
        ]
        edit(owner, ids[1], company="Roe")
        others.append(token(ids))
        assert len({first, *others}) == 6

    def test_the_change_that_was_looked_at(self, owner: Connection) -> None:
        ids = [add(owner), add(owner), add(owner, priority="high")]
        token = change(owner, ids, "priority", self.CHANGES, dry_run=True)["token"]
        edit(owner, ids[2], company="Roe")  # it is not changed anyway
        assert change(owner, ids, "priority", self.CHANGES, token=token)["changed"] == 2

    @pytest.mark.parametrize(
        "meanwhile", ["edited", "deleted", "changed alike", "another value", "another kind", "fewer", "made up"]
    )
    def test_any_other_is_refused(self, owner: Connection, meanwhile: str) -> None:
        ids = [add(owner), add(owner)]
        token = change(owner, ids, "priority", self.CHANGES, dry_run=True)["token"]
        kind, changes = "priority", self.CHANGES
        if meanwhile == "edited":
            edit(owner, ids[0], company="Roe")
        elif meanwhile == "deleted":
            change(owner, ids[:1], "delete")
        elif meanwhile == "changed alike":
            edit(owner, ids[0], priority="high")
        elif meanwhile == "another value":
            changes = {"priority": "urgent"}
        elif meanwhile == "another kind":
            kind, changes = "delete", {}
        elif meanwhile == "fewer":
            ids = ids[:1]
        else:
            token = "f" * 64
        before = leads(owner), run(owner, "SELECT count(*) FROM app.operations")
        assert refused(owner, lambda: change(owner, ids, kind, changes, token=token)) == ("LD412", "selection_changed", None)
        assert (leads(owner), run(owner, "SELECT count(*) FROM app.operations")) == before


KEPT = ["id", "reference", "created_at", "updated_at", "timestamp", "version", "deleted_at"]


def test_an_editor_s_columns(root: Connection) -> None:
    """Every column is either an editor's to write, or refused; the admins write all."""
    lead = add(root)
    columns = [name for (name,) in run(root, "SELECT attname FROM pg_attribute WHERE attrelid = 'contact_leads'::regclass AND attnum > 0 AND NOT attisdropped")]  # fmt: skip
    assert set(KEPT) < set(columns)
    for name in columns:
        statement = f'UPDATE public.contact_leads SET "{name}" = "{name}" WHERE id = %s'
        with acting(root, "leads_editor"):
            if name in KEPT:
                assert refused(root, lambda statement=statement: run(root, statement, lead)) == FORBIDDEN, name  # type: ignore[misc]
            else:
                run(root, statement, lead)
        with acting(root, "leads_admin"):
            run(root, statement, lead)
    with acting(root, "leads_editor"):
        assert refused(root, lambda: run(root, "UPDATE public.contact_leads SET name = 'x', deleted_at = now()")) == FORBIDDEN
        run(root, "UPDATE public.contact_leads SET name = 'Joe', internal_notes = 'x' WHERE id = %s", lead)
    assert column(root, "name") == {lead: "Joe"}
