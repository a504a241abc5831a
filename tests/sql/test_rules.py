"""Whatever psql does to a lead obeys the same rules as the service."""

import json
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

Connection = psycopg.Connection[tuple[Any, ...]]


def one(connection: Connection, statement: str, *arguments: object) -> Any:
    row = connection.execute(statement, arguments).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return row[0]


def add(connection: Connection, **columns: Any) -> int:
    """A lead with these columns; its id."""
    values = {"name": "Jane", "email": "jane@example.com"} | columns
    statement = sql.SQL("INSERT INTO contact_leads ({}) VALUES ({}) RETURNING id").format(
        sql.SQL(", ").join(map(sql.Identifier, values)), sql.SQL(", ").join(sql.Placeholder() * len(values))
    )
    row = connection.execute(statement, list(values.values())).fetchone()
    assert row is not None
    return int(row[0])


def test_the_defaults(owner: Connection) -> None:
    lead = add(owner)
    row = owner.execute(
        "SELECT lead_type::text, status::text, priority::text, metadata, tags, contact_history, flagged, is_spam,"
        " created_at = now(), updated_at = created_at, timestamp = created_at, reference IS NOT NULL"
        " FROM contact_leads WHERE id = %s",
        (lead,),
    ).fetchone()
    assert row == ("contact", "unread", "medium", {}, [], [], False, False, True, True, True, True)


def test_the_architecture_documents_names(owner: Connection) -> None:
    indexes = {row[0] for row in owner.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'contact_leads'")}
    assert {
        f"idx_contact_leads_{column}" for column in ("created_at", "status", "email", "priority", "role", "updated_at")
    } <= indexes
    triggers = {row[0] for row in owner.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'contact_leads'::regclass")}
    assert "trigger_contact_leads_updated_at" in triggers
    for name, labels in {
        "lead_type": ["contact", "cv_request", "collaboration"],
        "lead_status": ["unread", "processing", "contacted", "archived"],
        "lead_priority": ["low", "medium", "high", "urgent"],
    }.items():
        assert one(owner, f"SELECT enum_range(NULL::{name})::text[]") == labels


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ("name", "x" * 200, "x" * 201), ("name", "Zoë O’Brien", ""), ("name", "x", "   "), ("name", "x", "a\nb"), ("name", "x", None),
        ("email", "a@b.co", "a@b"), ("email", "x" * 242 + "@example.com", "x" * 243 + "@example.com"), ("email", "a+b@c.d.e", "a b@c.de"),
        ("email", "ü@exämple.de", "@c.de"), ("email", "a@b.co", "a@b.co\n"), ("email", "a@b.co", None),
        ("subject", "x" * 300, "x" * 301), ("subject", None, "a\rb"), ("message", "x" * 10_000, "x" * 10_001), ("message", "a\nb", ""),
        ("company", "x" * 200, "x" * 201), ("phone", "x" * 50, "x" * 51), ("role", "x" * 100, "x" * 101), ("source", "x" * 200, "x" * 201),
        ("form_type", "x" * 50, "x" * 51), ("internal_notes", "x" * 20_000, "x" * 20_001),
        ("quality_score", 0, -1), ("quality_score", 100, 101),
        ("tags", ["x" * 50] * 50, ["x"] * 51), ("tags", ["a b"], ["x" * 51]), ("tags", [], [""]), ("tags", ["é"], [" a"]),
        ("tags", ["a"], [["a"], ["b"]]), ("tags", ["a"], [None]), ("tags", ["a"], ["a\nb"]), ("tags", [], None),
        ("metadata", "{}", "[]"), ("metadata", '{"a": 1}', json.dumps({"a": "x" * 131_072})), ("metadata", "{}", None),
        ("contact_history", "[]", "{}"), ("status", "archived", None), ("created_at", "2020-01-01", None),
    ],
)  # fmt: skip
def test_constraints(owner: Connection, column: str, good: Any, bad: Any) -> None:
    add(owner, **{column: good})
    with pytest.raises((errors.CheckViolation, errors.NotNullViolation)) as refusal:
        add(owner, **{column: bad})
    diagnostic = refusal.value.diag
    assert diagnostic.column_name == column or diagnostic.constraint_name == f"contact_leads_{column}_valid"


MOVES = {
    ("unread", "processing"), ("unread", "contacted"), ("unread", "archived"), ("processing", "contacted"),
    ("processing", "archived"), ("processing", "unread"), ("contacted", "archived"), ("contacted", "processing"),
    ("archived", "processing"),
}  # fmt: skip
STATUSES = ("unread", "processing", "contacted", "archived")


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("after", STATUSES)
def test_a_status_moves_as_the_table_says(owner: Connection, before: str, after: str) -> None:
    lead = add(owner, status=before)
    if before == after or (before, after) in MOVES:
        owner.execute("UPDATE contact_leads SET status = %s WHERE id = %s", (after, lead))
        assert one(owner, "SELECT status::text FROM contact_leads WHERE id = %s", lead) == after
    else:
        with pytest.raises(psycopg.Error) as refusal:
            owner.execute("UPDATE contact_leads SET status = %s WHERE id = %s", (after, lead))
        diagnostic = refusal.value.diag
        assert (diagnostic.sqlstate, diagnostic.constraint_name) == ("LD409", "status_move_not_allowed")
        assert diagnostic.column_name == "status"
        allowed = [to for to in STATUSES if (before, to) in MOVES]
        assert diagnostic.message_hint == f"From {before} it can move to: {', '.join(allowed)}."


def test_entering_contacted_sets_the_times_and_the_first_one_stays(owner: Connection) -> None:
    lead = add(owner, created_at="2026-01-01")

    def move(status: str) -> tuple[Any, ...]:
        row = owner.execute(
            "UPDATE contact_leads SET status = %s WHERE id = %s RETURNING first_response_at, last_contacted, now()",
            (status, lead),
        ).fetchone()
        assert row is not None
        return row

    assert move("processing")[:2] == (None, None)
    first_response_at, last_contacted, now = move("contacted")
    assert first_response_at == last_contacted == now
    owner.execute(
        "UPDATE contact_leads SET first_response_at = '2026-01-02', last_contacted = '2026-01-02' WHERE id = %s", (lead,)
    )
    move("processing")
    again, last_contacted, now = move("contacted")
    assert last_contacted == now
    assert again.date().isoformat() == "2026-01-02"


def test_updated_at_follows_every_real_change(owner: Connection) -> None:
    lead = add(owner, updated_at="2020-01-01")
    owner.execute("UPDATE contact_leads SET name = name WHERE id = %s", (lead,))
    assert one(owner, "SELECT updated_at = '2020-01-01' FROM contact_leads WHERE id = %s", lead)
    owner.execute("UPDATE contact_leads SET internal_notes = 'x' WHERE id = %s", (lead,))
    assert one(owner, "SELECT updated_at = now() FROM contact_leads WHERE id = %s", lead)
    owner.execute("UPDATE contact_leads SET updated_at = '2020-01-01' WHERE id = %s", (lead,))
    assert one(owner, "SELECT updated_at = now() FROM contact_leads WHERE id = %s", lead)


def test_a_username_is_taken_in_any_case(owner: Connection) -> None:
    insert = "INSERT INTO app.users (username, password_hash, role) VALUES (%s, %s, 'viewer')"
    hashed = "$2b$12$" + "x" * 53
    owner.execute(insert, ("Jane", hashed))
    with pytest.raises(errors.UniqueViolation), owner.transaction():
        owner.execute(insert, ("jANE", hashed))
    for name in ("", "a b", "é", "-a", "x" * 101, "a\n"):
        with pytest.raises(errors.CheckViolation), owner.transaction():
            owner.execute(insert, (name, hashed))
    with pytest.raises(errors.CheckViolation), owner.transaction():
        owner.execute(insert, ("plain", "a password"))


class TestStats:
    """The KPIs against numbers counted by hand."""

    def test_velocity_counts_half_open_periods(self, owner: Connection) -> None:
        for hours in (0, 1, 23, 24, 25, 47, 48, 24 * 6, 24 * 8, 24 * 40):
            owner.execute(
                "INSERT INTO contact_leads (name, email, created_at) VALUES ('x', 'x@y.zz', now() - make_interval(hours => %s))",
                (hours,),
            )
        velocity = one(owner, "SELECT service.lead_stats()")["velocity"]
        assert velocity["24h"] == {"count": 3, "previous": 3, "change_percent": 0.0}
        assert velocity["7d"] == {"count": 8, "previous": 1, "change_percent": 700.0}
        assert velocity["30d"] == {"count": 9, "previous": 1, "change_percent": 800.0}

    def test_conversion_and_first_response(self, owner: Connection) -> None:
        for role, minutes in (("cto", 1), ("cto", 3), ("cto", None), ("founder", None), (None, 10)):
            owner.execute(
                "INSERT INTO contact_leads (name, email, role, created_at, first_response_at) VALUES "
                "('x', 'x@y.zz', %s, now() - interval '1 day', now() - interval '1 day' + make_interval(mins => %s))",
                (role, minutes),
            )
        stats = one(owner, "SELECT service.lead_stats()")
        assert stats["conversion"] == {"overall": 0.6, "by_role": {"cto": 0.6667, "founder": 0.0, "unknown": 1.0}}
        assert stats["first_response"] == {
            "median_seconds": pytest.approx(180, rel=0.01),
            "p90_seconds": pytest.approx(600, rel=0.01),
        }

    def test_trash_and_spam_are_out(self, owner: Connection) -> None:
        add(owner, is_spam=True)
        add(owner, deleted_at="now")
        stats = one(owner, "SELECT service.lead_stats()")
        assert stats["total"] == stats["unread"] == stats["velocity"]["24h"]["count"] == 0

    def test_by_source_shows_the_hundred_largest(self, owner: Connection) -> None:
        owner.execute(
            "INSERT INTO contact_leads (name, email, source) SELECT 'x', 'x@y.zz', 's' || n FROM generate_series(1, 120) n"
        )
        owner.execute(
            "INSERT INTO contact_leads (name, email, source) SELECT 'x', 'x@y.zz', 'large' FROM generate_series(1, 3) n"
        )
        by_source = one(owner, "SELECT service.lead_stats()")["by_source"]
        assert len(by_source) == 100
        assert by_source["large"] == 3


def test_time_stands_still_when_a_test_replaces_app_now(owner: Connection) -> None:
    """Every rule asks app.now(): with another clock, another time is stored."""
    owner.execute(
        "CREATE OR REPLACE FUNCTION app.now() RETURNS timestamptz LANGUAGE sql STABLE SET search_path = pg_catalog"
        " RETURN '2020-02-02 02:02+00'::timestamptz"
    )
    lead = add(owner)
    owner.execute("UPDATE contact_leads SET status = 'contacted' WHERE id = %s", (lead,))
    row = owner.execute(
        "SELECT count(*) FROM contact_leads WHERE id = %s AND created_at = app.now() AND updated_at = app.now()"
        " AND timestamp = app.now() AND first_response_at = app.now()",
        (lead,),
    ).fetchone()
    assert row == (1,)
