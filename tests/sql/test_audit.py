"""The audit trail: what it holds, who may see it, and that nobody changes it."""

import uuid
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors, sql
from psycopg.types.json import Jsonb

from conftest import Urls

Connection = psycopg.Connection[tuple[Any, ...]]
REQUEST = uuid.UUID("40d70640-328a-4ad8-91ea-97a651e75589")
STAFF = ["leads_viewer", "leads_editor", "leads_admin"]


def run(connection: Connection, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
    cursor = connection.execute(statement, arguments or None)  # type: ignore[call-overload]
    return cursor.fetchall() if cursor.description else []


def add(connection: Connection, name: str = "Jane") -> int:
    statement = "INSERT INTO contact_leads (name, email, message) VALUES (%s, 'jane@example.com', 'Hi') RETURNING id"
    return int(run(connection, statement, name)[0][0])


def trail(connection: Connection, columns: str = "action, before, after") -> list[tuple[Any, ...]]:
    """What this transaction wrote to it."""
    return run(connection, f"SELECT {columns} FROM app.audit_log WHERE tx = pg_current_xact_id() ORDER BY id")


class TestLeads:
    def test_a_creation_holds_all_of_it(self, owner: Connection) -> None:
        lead = add(owner)
        whole = run(owner, "SELECT to_jsonb(l) FROM contact_leads AS l WHERE id = %s", lead)[0][0]
        assert trail(owner, "action, table_name, lead_id, subject, before, after") == [
            ("created", "contact_leads", lead, None, None, whole)
        ]

    def test_a_change_holds_what_changed(self, owner: Connection) -> None:
        lead = add(owner)
        run(owner, "UPDATE contact_leads SET priority = 'high', company = 'ACME', name = name WHERE id = %s", lead)
        before, after = {"priority": "medium", "company": None}, {"priority": "high", "company": "ACME"}
        assert trail(owner)[1:] == [("changed", before, after)]
        assert run(owner, "SELECT version FROM contact_leads") == [(2,)]

    def test_times_that_follow_a_status_are_in_it(self, owner: Connection) -> None:
        lead = add(owner)
        run(owner, "UPDATE contact_leads SET status = 'contacted' WHERE id = %s", lead)
        assert set(trail(owner)[1][2]) == {"status", "last_contacted", "first_response_at"}

    def test_what_changes_nothing_leaves_no_trace(self, owner: Connection) -> None:
        lead = add(owner)
        seen = run(owner, "SELECT xmin::text, version, updated_at FROM contact_leads")
        run(owner, "UPDATE contact_leads SET name = name, tags = '{}' WHERE id = %s", lead)
        run(owner, "UPDATE contact_leads SET version = 77, updated_at = '2001-01-01' WHERE id = %s", lead)
        assert run(owner, "SELECT xmin::text, version, updated_at FROM contact_leads") == seen
        assert len(trail(owner)) == 1

    def test_a_deletion_holds_what_is_gone(self, owner: Connection) -> None:
        lead = add(owner)
        run(owner, "DELETE FROM contact_leads WHERE id = %s", lead)
        action, before, after = trail(owner)[1]
        assert (action, before["name"], after) == ("deleted", "Jane", None)

    def test_emptying_the_table_is_in_it(self, owner: Connection) -> None:
        add(owner)
        run(owner, "TRUNCATE contact_leads CASCADE")
        assert trail(owner)[1] == ("emptied", None, None)

    def test_a_column_of_an_adopted_table_is_in_it(self, owner: Connection) -> None:
        run(owner, "ALTER TABLE contact_leads ADD COLUMN campaign text")
        lead = add(owner)
        run(owner, "UPDATE contact_leads SET campaign = 'spring', company = 'ACME' WHERE id = %s", lead)
        assert trail(owner)[1][1:] == ({"campaign": None, "company": None}, {"campaign": "spring", "company": "ACME"})
        assert run(owner, "SELECT version FROM contact_leads") == [(2,)]


class TestWho:
    def test_psql_is_known_by_its_login_alone(self, owner: Connection) -> None:
        add(owner)
        columns = "actor, actor_role, request_id, session_user_name, tx = pg_current_xact_id(), at = app.now()"
        assert trail(owner, columns) == [(None, None, None, "leads_owner", True, True)]

    def test_the_service_says_who(self, owner: Connection) -> None:
        lead = add(owner)
        run(owner, "SELECT * FROM service.edit_lead(%s, %s, '{tags}', NULL, 'ann', 'editor', %s)", lead, Jsonb({"tags": ["a"]}), REQUEST)  # fmt: skip
        columns = "actor, actor_role, request_id, session_user_name"
        assert trail(owner, columns)[1] == ("ann", "editor", REQUEST, "leads_owner")

    def test_a_visitor(self, urls: Urls) -> None:
        with psycopg.connect(urls.capture) as connection:
            run(connection, 'SELECT service.capture_lead(\'contact\', \'{"name": "V", "email": "v@example.com"}\', \'{}\')')
        with psycopg.connect(urls.owner) as owner:
            columns = "action, actor, actor_role, session_user_name"
            newest = run(owner, f"SELECT {columns} FROM app.audit_log ORDER BY id DESC LIMIT 1")
            assert newest == [("created", "visitor", "visitor", "leads_capture")]

    def test_what_follows_a_visitor_in_a_transaction_is_not_his(self, owner: Connection) -> None:
        run(owner, 'SELECT service.capture_lead(\'contact\', \'{"name": "V", "email": "v@example.com"}\', \'{}\')')
        add(owner)
        assert trail(owner, "actor") == [("visitor",), (None,)]


def test_users_without_their_passwords(owner: Connection) -> None:
    first, second = ("$2b$12$" + letter * 53 for letter in "ab")
    run(owner, "INSERT INTO app.users (username, password_hash, role) VALUES ('ann', %s, 'viewer')", first)
    run(owner, "UPDATE app.users SET role = 'editor', password_hash = %s", second)
    run(owner, "UPDATE app.users SET role = 'editor'")
    run(owner, "UPDATE app.users SET password_hash = %s", first)
    run(owner, "DELETE FROM app.users")
    created, changed, password, deleted = trail(owner, "action, subject, before, after")
    assert created[:3] == ("created", "ann", None)
    assert changed == ("changed", "ann", {"role": "viewer"}, {"role": "editor", "password": "changed"})
    assert password == ("changed", "ann", {}, {"password": "changed"})
    assert deleted[0] == "deleted"
    assert "$2b$" not in str(run(owner, "SELECT to_jsonb(a) FROM app.audit_log AS a"))


class TestAppendOnly:
    STATEMENTS = ("UPDATE app.audit_log SET actor = 'x'", "DELETE FROM app.audit_log", "TRUNCATE app.audit_log")

    @pytest.mark.parametrize("statement", STATEMENTS)
    def test_the_owner_is_refused_and_told(self, owner: Connection, statement: str) -> None:
        with pytest.raises(psycopg.Error, match="only appended to") as refusal:
            run(owner, statement)
        assert (refusal.value.sqlstate, refusal.value.diag.constraint_name) == ("LD403", "audit_is_append_only")

    @pytest.mark.parametrize(
        "statement", [*STATEMENTS, "INSERT INTO app.audit_log (action, table_name) VALUES ('created', 'x')"]
    )
    @pytest.mark.parametrize("role", STAFF)
    def test_staff_may_not(self, urls: Urls, role: str, statement: str) -> None:
        with psycopg.connect(urls.service) as connection:
            run(connection, f"SET ROLE {role}")
            with pytest.raises(errors.InsufficientPrivilege):
                run(connection, statement)

    @pytest.mark.parametrize(("role", "allowed"), [("leads_viewer", False), ("leads_editor", False), ("leads_admin", True)])
    def test_reading_all_of_it_is_the_admins(self, urls: Urls, role: str, allowed: bool) -> None:
        for statement in ("TABLE app.audit_log", "SELECT service.audit_trail(NULL, NULL, NULL, NULL, NULL, 50, NULL)"):
            with psycopg.connect(urls.service) as connection:
                run(connection, f"SET ROLE {role}")
                if allowed:
                    run(connection, statement)
                else:
                    with pytest.raises(errors.InsufficientPrivilege):
                        run(connection, statement)


COLUMNS = {
    "name": st.sampled_from(["Jane", "John", "Zoë"]),
    "company": st.sampled_from([None, "ACME", "Roe"]),
    "priority": st.sampled_from(["low", "high"]),
    "tags": st.sampled_from([[], ["a"], ["a", "b"]]),
    "quality_score": st.sampled_from([None, 0, 100]),
    "status": st.sampled_from(["unread", "processing", "contacted", "archived"]),
    "follow_up_date": st.sampled_from([None, "2026-11-23"]),
    "deleted_at": st.sampled_from([None, "2026-11-23T10:00:00Z"]),
    "version": st.just(99),
}
STEP = st.one_of(
    st.just(("insert", {})),
    st.just(("delete", {})),
    st.tuples(st.just("update"), st.fixed_dictionaries({}, optional=COLUMNS)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(STEP, st.integers(0, 2)), max_size=25))
def test_replayed_it_gives_the_table(owner: Connection, steps: list[tuple[tuple[str, dict[str, Any]], int]]) -> None:
    """Whatever is done, psql-wise: the audit alone tells what every lead is, its version and updated_at included."""
    whole = "SELECT id, to_jsonb(l) FROM contact_leads AS l"
    leads: dict[int, dict[str, Any]] = dict(run(owner, whole))
    try:
        for (kind, values), which in steps:
            if kind == "insert":
                add(owner)
            elif kind == "delete":
                run(owner, "DELETE FROM contact_leads WHERE id = (SELECT max(id) - %s FROM contact_leads)", which)
            elif values:
                assignments = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in values)
                statement = sql.SQL("UPDATE contact_leads SET {} WHERE mod(id, 3) = %s").format(assignments)
                try:
                    with owner.transaction():
                        owner.execute(statement, [*values.values(), which])
                except psycopg.Error as error:
                    assert error.sqlstate == "LD409"
        at = run(owner, "SELECT to_jsonb(app.now())")[0][0]
        for action, lead, after in trail(owner, "action, lead_id, after"):
            if action == "created":
                leads[lead] = after
            elif action == "changed":
                leads[lead] |= after | {"version": leads[lead]["version"] + 1, "updated_at": at}
            else:
                del leads[lead]
        assert leads == dict(run(owner, whole))
    finally:
        owner.rollback()


def test_the_trail_and_the_history_are_read_from_an_index(owner: Connection) -> None:
    run(owner, "INSERT INTO contact_leads (name, email) SELECT 'x', 'x@y.zz' FROM generate_series(1, 5000)")
    run(owner, "ANALYZE app.audit_log")
    for condition, order, index in (
        ("lead_id = 7", "id", "audit_log_lead"),
        ("true", "at DESC, id DESC", "audit_log_at"),
        ("actor = 'ann'", "at DESC, id DESC", "audit_log_actor"),
    ):
        plan = str(run(owner, f"EXPLAIN SELECT * FROM app.audit_log WHERE {condition} ORDER BY {order} LIMIT 51"))
        assert index in plan
