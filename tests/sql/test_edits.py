"""The functions that change one lead, as each role calls them."""

import threading
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.types.json import Jsonb

from conftest import Urls

Connection = psycopg.Connection[tuple[Any, ...]]
CORRECTION = ["name", "email", "company", "phone", "subject", "assignee", "follow_up_date"]


def add(connection: Connection) -> int:
    row = connection.execute(
        "INSERT INTO contact_leads (name, email) VALUES ('Jane', 'jane@example.com') RETURNING id"
    ).fetchone()
    assert row is not None
    return int(row[0])


def edit(
    connection: Connection, lead: int, changes: dict[str, Any], takes: list[str] | None = None, if_match: str | None = None
) -> tuple[dict[str, Any], str]:
    row = connection.execute(
        "SELECT lead, etag FROM service.edit_lead(%s, %s, %s, %s, 'ann', 'editor', gen_random_uuid())",
        (lead, Jsonb(changes), takes or list(changes), if_match),
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def refused(connection: Connection, lead: int, changes: dict[str, Any], takes: list[str]) -> tuple[Any, ...]:
    with pytest.raises(psycopg.Error) as refusal, connection.transaction():
        edit(connection, lead, changes, takes)
    diagnosis = refusal.value.diag
    return refusal.value.sqlstate, diagnosis.constraint_name, diagnosis.column_name


@pytest.mark.parametrize(
    ("field", "sent", "stored"),
    [
        ("status", "processing", "processing"), ("priority", "urgent", "urgent"),
        ("quality_score", 0, 0), ("quality_score", 100.0, 100), ("quality_score", None, None),
        ("internal_notes", "a\r\nb ", "a\nb "), ("internal_notes", "", None), ("internal_notes", None, None),
        ("tags", [" b", "a", "b "], ["b", "a"]), ("tags", [], []),
        ("name", "  Jane   Roe ", "Jane Roe"), ("company", " ", None), ("phone", None, None), ("assignee", "ann", "ann"),
        ("follow_up_date", "2026-02-28", "2026-02-28"), ("follow_up_date", None, None),
    ],
)  # fmt: skip
def test_what_is_stored(owner: Connection, field: str, sent: Any, stored: Any) -> None:
    lead = add(owner)
    answer, etag = edit(owner, lead, {field: sent})
    assert answer[field] == stored
    assert etag == f'"{lead}-{answer["version"]}"'
    again, same = edit(owner, lead, {field: sent})
    assert (again, same) == (answer, etag)
    row = owner.execute("SELECT count(*) FROM app.audit_log WHERE lead_id = %s", (lead,)).fetchone()
    assert row == (answer["version"],)


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("status", "done"), ("status", None), ("status", 1), ("priority", "Low"), ("quality_score", 101), ("quality_score", -1),
        ("quality_score", 1.5), ("quality_score", 10**30), ("quality_score", "7"), ("quality_score", True), ("internal_notes", 7),
        ("internal_notes", "x" * 20_001), ("tags", "a"), ("tags", None), ("tags", [1]), ("tags", [None]), ("tags", [["a"]]),
        ("tags", [""]), ("tags", ["x" * 51]), ("tags", [f"{n}" for n in range(51)]), ("tags", ["a\nb"]),
        ("name", ""), ("name", None), ("name", " "), ("name", "x" * 201), ("name", ["x"]), ("email", "no address"), ("email", None),
        ("company", "x" * 201), ("company", "a\x01b"), ("phone", "1" * 51), ("subject", "x" * 301), ("assignee", "x" * 101),
        ("assignee", {}), ("follow_up_date", "2026-02-30"), ("follow_up_date", "tomorrow"), ("follow_up_date", "2026-02-03T00:00Z"),
        ("follow_up_date", ""), ("follow_up_date", 20260203),
    ],
)  # fmt: skip
def test_what_is_refused(owner: Connection, field: str, sent: Any) -> None:
    lead = add(owner)
    state, slug, column = refused(owner, lead, {field: sent}, [field])
    assert (state == "LD422" and column == field) or (state == "23514" and slug == f"contact_leads_{field}_valid")
    assert owner.execute("SELECT version FROM contact_leads WHERE id = %s", (lead,)).fetchone() == (1,)


def test_fields_that_are_missing_or_not_taken(owner: Connection) -> None:
    lead = add(owner)
    assert refused(owner, lead, {}, ["status"]) == ("LD422", "fields_not_valid", "status")
    assert refused(owner, lead, {"status": "processing", "id": 7}, ["status"]) == ("LD422", "fields_not_valid", "id")
    assert refused(owner, lead, {"status": "processing"}, CORRECTION) == ("LD422", "fields_not_valid", "status")
    assert refused(owner, lead, {}, CORRECTION)[:2] == ("LD422", "fields_not_valid")


def test_moves_obey_the_lifecycle_and_name_what_would_do(owner: Connection) -> None:
    lead = add(owner)
    edit(owner, lead, {"status": "contacted"})
    with pytest.raises(psycopg.Error) as refusal, owner.transaction():
        edit(owner, lead, {"status": "unread"})
    diagnosis = refusal.value.diag
    assert (refusal.value.sqlstate, diagnosis.constraint_name) == ("LD409", "status_move_not_allowed")
    assert diagnosis.datatype_name == "processing, archived"


def test_absent_and_trashed_ones(owner: Connection) -> None:
    lead = add(owner)
    owner.execute("UPDATE contact_leads SET deleted_at = now() WHERE id = %s", (lead,))
    for number in (lead, 0, 999_999):
        assert refused(owner, number, {"priority": "low"}, ["priority"]) == ("LD404", "lead_not_found", "id")


@pytest.mark.parametrize(
    ("if_match", "matches"),
    [
        (None, True), ("*", True), ("ETAG", True), (' "x" ,ETAG', True), ("", False), ('"1-99"', False), ("W/ETAG", False), ("ETAGx", False),
    ],
)  # fmt: skip
def test_if_match(owner: Connection, if_match: str | None, matches: bool) -> None:
    lead = add(owner)
    header = None if if_match is None else if_match.replace("ETAG", f'"{lead}-1"')
    if matches:
        assert edit(owner, lead, {"priority": "low"}, if_match=header)[0]["version"] == 2
        return
    with pytest.raises(psycopg.Error) as refusal, owner.transaction():
        edit(owner, lead, {"priority": "low"}, if_match=header)
    assert (refusal.value.sqlstate, refusal.value.diag.constraint_name) == ("LD412", "version_conflict")


def test_of_two_at_once_one_wins(urls: Urls) -> None:
    with (
        psycopg.connect(urls.owner) as first,
        psycopg.connect(urls.owner) as second,
        psycopg.connect(urls.owner, autocommit=True) as watcher,
    ):
        lead = add(watcher)
        etag = f'"{lead}-1"'
        edit(first, lead, {"priority": "low"}, if_match=etag)
        found: list[str | None] = []

        def late() -> None:
            try:
                edit(second, lead, {"priority": "high"}, if_match=etag)
            except psycopg.Error as error:
                found.append(error.sqlstate)

        waiting = threading.Thread(target=late)
        waiting.start()
        blocked = "SELECT cardinality(pg_blocking_pids(%s)) > 0"
        while watcher.execute(blocked, (second.info.backend_pid,)).fetchone() != (True,):
            assert waiting.is_alive()
        first.commit()
        waiting.join(timeout=10)
        assert found == ["LD412"]
        assert watcher.execute("SELECT priority::text, version FROM contact_leads WHERE id = %s", (lead,)).fetchone() == (
            "low",
            2,
        )


def test_contacts_are_appended(owner: Connection) -> None:
    lead = add(owner)
    add_contact = "SELECT lead FROM service.add_contact(%s, %s, NULL, 'ann', 'editor', NULL)"
    owner.execute(add_contact, (lead, Jsonb({"channel": "phone", "note": "Called."})))
    row = owner.execute(
        add_contact, (lead, Jsonb({"channel": "mail", "note": "Wrote.", "at": "2026-11-23T10:00:00+02:00"}))
    ).fetchone()
    assert row is not None
    first, second = row[0]["contact_history"]
    assert (first["by"], first["channel"], first["note"]) == ("ann", "phone", "Called.")
    assert owner.execute("SELECT %s::timestamptz = app.now()", (first["at"],)).fetchone() == (True,)
    assert owner.execute("SELECT %s::timestamptz = '2026-11-23T08:00:00Z'", (second["at"],)).fetchone() == (True,)
    for sent, field in (
        ({"channel": "phone"}, "note"), ({"note": "x"}, "channel"), ({"channel": "", "note": "x"}, "channel"),
        ({"channel": "x" * 51, "note": "x"}, "channel"), ({"channel": "x", "note": "x" * 5001}, "note"),
        ({"channel": "x", "note": "x", "at": "soon"}, "at"), ({"channel": "x", "note": "x", "by": "me"}, "by"),
    ):  # fmt: skip
        with pytest.raises(psycopg.Error) as refusal, owner.transaction():
            owner.execute(add_contact, (lead, Jsonb(sent)))
        assert (refusal.value.sqlstate, refusal.value.diag.column_name) == ("LD422", field)


@pytest.mark.parametrize(("role", "allowed"), [("leads_viewer", False), ("leads_editor", True), ("leads_admin", True)])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM service.edit_lead({lead}, '{{\"priority\": \"low\"}}', '{{priority}}', NULL, 'a', 'editor', NULL)",
        'SELECT * FROM service.add_contact({lead}, \'{{"channel": "a", "note": "b"}}\', NULL, \'a\', \'editor\', NULL)',
        'SELECT * FROM service.add_lead(\'{{"name": "a", "email": "a@b.cc"}}\', \'a\', \'editor\', NULL)',
    ],
)
def test_who_may(urls: Urls, role: str, allowed: bool, statement: str) -> None:
    with psycopg.connect(urls.owner) as owner:
        lead = add(owner)
    with psycopg.connect(urls.service) as connection:
        connection.execute(f"SET ROLE {role}")  # type: ignore[call-overload]
        if allowed:
            connection.execute(statement.format(lead=lead))  # type: ignore[call-overload]
        else:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement.format(lead=lead))  # type: ignore[call-overload]
