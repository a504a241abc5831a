"""The trash and what leaves it for good; and a person who is to be forgotten: nothing is left that tells of them."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb
from sql_support import Connection, acting, add, change, column, edit, erase, exact, leads, refused, run, undo, value

from conftest import Urls

CANARY = "kanarienvogel"
ADDRESS = f"Jane.{CANARY}@Example.com"


@pytest.fixture
def root(urls: Urls) -> Iterator[Connection]:
    """A superuser, who can take on each role, in a transaction that is rolled back."""
    with psycopg.connect(urls.superuser) as connection:
        yield connection
        connection.rollback()


def trash(connection: Connection, lead: int, if_match: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = value(connection, "SELECT service.trash_lead(%s, %s, 'ann', 'admin', NULL)", lead, if_match)
    return answer


def tables(connection: Connection) -> list[tuple[str, str]]:
    """Every table that keeps something, by schema and name."""
    return run(
        connection,
        "SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1, 2",
    )


def holding(connection: Connection, text: str) -> list[str]:
    """The tables that hold the text somewhere, in any case."""
    found = []
    for schema, name in tables(connection):
        statement = sql.SQL("SELECT count(*) FROM {} AS t WHERE t::text ILIKE %s").format(sql.Identifier(schema, name))
        row = connection.execute(statement, [f"%{text}%"]).fetchone()
        if row != (0,):
            found.append(f"{schema}.{name}")
    return found


class TestTrash:
    def test_one_lead_by_its_etag(self, owner: Connection) -> None:
        lead = add(owner)
        assert refused(owner, lambda: trash(owner, lead, f'"{lead}-2"'))[:2] == ("LD412", "version_conflict")
        answer = trash(owner, lead, f'"{lead}-1"')
        assert (answer["changed"], answer["skipped"]) == (1, [])
        assert column(owner, "deleted_at")[lead] is not None
        assert run(owner, "SELECT kind, selected, trashes FROM app.operations") == [("delete", "1 lead", True)]

    @pytest.mark.parametrize("where", ["in the trash", "nowhere"])
    def test_there_is_none(self, owner: Connection, where: str) -> None:
        lead = add(owner, deleted_at="2026-11-01") if where == "in the trash" else 9_000_000
        for if_match in (None, "*", f'"{lead}-1"'):
            assert refused(owner, lambda if_match=if_match: trash(owner, lead, if_match)) == ("LD404", "lead_not_found", "id")  # type: ignore[misc]

    def test_out_of_it_by_undo_and_by_restore(self, owner: Connection) -> None:
        lead = add(owner)
        before = leads(owner)
        undo(owner, trash(owner, lead)["operation"])
        assert leads(owner) == before
        trash(owner, lead)
        assert change(owner, [lead], "restore")["changed"] == 1
        assert leads(owner) == before
        assert exact(owner)


class TestPurge:
    def test_what_was_there_long_enough(self, root: Connection) -> None:
        old, young, here = add(root, tags=[CANARY]), add(root, deleted_at="now"), add(root)
        trash(root, old)
        run(root, "UPDATE contact_leads SET deleted_at = app.now() - interval '30 days' WHERE id = %s", old)
        run(
            root,
            "UPDATE contact_leads SET deleted_at = app.now() - interval '30 days' + interval '1 second' WHERE id = %s",
            young,
        )
        with acting(root, "leads_service"):
            assert run(root, "SELECT service.purge_trash(30)") == [(1,)]
        assert set(leads(root)) == {young, here}
        with acting(root, "leads_service"):
            assert run(root, "SELECT service.purge_trash(30)") == [(0,)]
        assert run(root, "SELECT kind, actor, actor_role, changed, skipped FROM app.operations ORDER BY number DESC LIMIT 1") == [("purge", "leads", "job", 1, 0)]  # fmt: skip
        assert value(root, "SELECT count(*) FROM app.operations WHERE kind = 'purge'") == 1
        trail = run(
            root, "SELECT action, actor, actor_role, before, after FROM app.audit_log WHERE lead_id = %s ORDER BY id", old
        )
        assert trail[-1] == ("purged", "leads", "job", None, None)
        assert {entry[3:] for entry in trail} == {(None, None)}
        assert holding(root, CANARY) == []
        assert run(root, "TABLE app.erased_leads") == [], "it was in the inbox no more"
        assert exact(root)

    def test_a_thousand_at_once(self, owner: Connection) -> None:
        run(
            owner,
            "INSERT INTO contact_leads (name, email, deleted_at) SELECT 'x', 'x@y.zz', '2020-01-01' FROM generate_series(1, 1003)",
        )
        assert [value(owner, "SELECT service.purge_trash(30)") for _ in range(3)] == [1000, 3, 0]
        assert leads(owner) == {}

    def test_not_what_somebody_is_at(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner) as other, psycopg.connect(fresh_urls.owner) as owner:
            restored, gone = (add(other, deleted_at="2020-01-01") for _ in range(2))
            other.commit()
            change(other, [restored], "restore")
            run(owner, "SET lock_timeout = '5s'")
            assert value(owner, "SELECT service.purge_trash(30)") == 1
            owner.commit()
            other.commit()
            assert value(owner, "SELECT service.purge_trash(30)") == 0
            assert column(owner, "deleted_at") == {restored: None}
            assert gone not in leads(owner)

    @pytest.mark.parametrize("role", ["leads_viewer", "leads_editor", "leads_admin", "leads_capture"])
    def test_nobody_else(self, root: Connection, role: str) -> None:
        add(root, deleted_at="2020-01-01")
        with acting(root, role):
            assert refused(root, lambda: run(root, "SELECT service.purge_trash(30)"))[0] == "42501"


def filled(connection: Connection, **columns: object) -> int:
    """A lead whose every column that can hold words holds the canary."""
    words = run(
        connection,
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'contact_leads'::regclass AND attnum > 0"
        " AND NOT attisdropped AND atttypid IN ('text'::regtype, 'jsonb'::regtype, 'text[]'::regtype)",
    )
    assert len(words) >= 14
    made: dict[str, object] = {}
    for name, kind in words:
        made[name] = (
            f"a {CANARY} {name}" if kind == "text" else [f"{CANARY} {name}"] if kind == "text[]" else Jsonb({"x": CANARY})
        )
    made |= {"email": ADDRESS, "contact_history": Jsonb([{"note": CANARY, "by": "ann", "channel": "mail"}])}
    return add(connection, **(made | columns))


class TestErasure:
    @pytest.mark.threat(60)
    @pytest.mark.parametrize("by", ["lead", "address", "its trashed lead"])
    def test_nothing_is_left(self, root: Connection, by: str) -> None:
        """Canaries wherever something of a person can be, and then a look into every table."""
        captured = value(
            root,
            "SELECT service.capture_lead('contact', %s, %s, %s)",
            Jsonb({"name": f"Jane {CANARY}", "email": ADDRESS.lower(), "message": CANARY, "utm": {"utm_source": CANARY}}),
            Jsonb({"ip_address": "203.0.113.7", "user_agent": CANARY}),
            f"key-{CANARY}",
        )
        first = int(value(root, "SELECT id FROM contact_leads WHERE reference = %s", captured["reference"]))
        second = filled(root)
        trashed = filled(root, deleted_at="2026-11-01", email=ADDRESS.upper())
        spam = filled(root, is_spam=True)
        stranger = add(root, name="Joe", email="joe@example.com")
        corrected = add(root, name="Bob", email=ADDRESS)
        edit(root, corrected, email="bob@example.com")
        run(
            root,
            "INSERT INTO app.adoption_notes (kind, object, note, definition, lead_id) VALUES ('value', 'x', 'x', %s, %s)",
            CANARY,
            second,
        )
        mine = [first, second, trashed, spam]
        change(root, mine, "tags", {"add": [f"{CANARY}-1"], "remove": [f"{CANARY} tags"]})
        change(root, mine, "tags", {"add": [f"{CANARY}-1"]})  # changes nothing
        assigned = change(root, [first], "assignee", {"assignee": CANARY})["operation"]
        undo(root, assigned)
        change(root, [first, second], "delete")
        change(root, [first], "restore")
        edit(root, first, internal_notes=f"She said: {CANARY}", name=f"Dr. {CANARY}", assignee=CANARY)
        run(
            root,
            "SELECT service.add_contact(%s, %s, NULL, 'ann', 'editor', NULL)",
            first,
            Jsonb({"channel": CANARY, "note": CANARY}),
        )
        run(root, "SELECT sealed FROM service.seal_audit(true)")
        held = set(holding(root, CANARY))
        assert held >= {
            "public.contact_leads",
            "app.audit_log",
            "app.operations",
            "app.idempotency_keys",
            "app.adoption_notes",
            "app.lead_search",
            "app.lead_count_changes",
        }
        trail = run(root, "SELECT id, at, actor, action, lead_id FROM app.audit_log ORDER BY id")

        with acting(root, "leads_admin"):
            answer = (
                erase(root, email=f"  {ADDRESS.swapcase()} ")
                if by == "address"
                else erase(root, first if by == "lead" else trashed)
            )
        assert (answer["changed"], answer["skipped_count"], answer["skipped"]) == (4, 0, [])
        assert holding(root, CANARY) == []
        assert holding(root, "203.0.113.7") == []
        assert set(leads(root)) == {stranger, corrected}
        assert exact(root)
        assert run(root, "SELECT * FROM stats.verify()") == []
        # Only those that were in the inbox are counted; second was in the trash by then.
        assert run(root, "SELECT lead_type::text, status::text, answered, erased_on = (app.now() AT TIME ZONE 'UTC')::date FROM app.erased_leads") == [("contact", "unread", False, True)]  # fmt: skip
        # That it was, when and by whom stays.
        now = run(root, "SELECT id, at, actor, action, lead_id FROM app.audit_log ORDER BY id")
        assert now[: len(trail)] == trail
        erased = [(lead, actor, action) for _, _, actor, action, lead in now[len(trail) :]]
        assert sorted(erased) == [(lead, "root", "erased") for lead in sorted([*mine, corrected])]
        assert run(
            root, "SELECT count(*) FROM app.audit_log WHERE lead_id = %s AND before IS NOT NULL AND after IS NOT NULL", stranger
        ) == [(0,)]
        assert value(root, "SELECT after ->> 'name' FROM app.audit_log WHERE lead_id = %s", stranger) == "Joe"
        assert value(root, "SELECT app.verify_audit('[]') -> 'fault'") is None
        # Once more: there is nothing left.
        assert erase(root, email=ADDRESS)["changed"] == 0

    def test_what_was_deleted_in_sql(self, root: Connection) -> None:
        """The lead is gone, but the audit still held all of it, entries without the address too."""
        gone = filled(root)
        operation = change(root, [gone], "tags", {"add": [f"{CANARY}-1"]})["operation"]
        edit(root, gone, internal_notes=f"She said: {CANARY}")
        run(root, "DELETE FROM contact_leads WHERE id = %s", gone)
        run(root, "SELECT sealed FROM service.seal_audit(true)")
        # Its figures until they are folded: the source and role are the visitor's words.
        assert set(holding(root, CANARY)) == {"app.audit_log", "app.operations", "app.lead_count_changes"}
        assert erase(root, email=ADDRESS)["changed"] == 0
        assert holding(root, CANARY) == []
        assert value(root, "SELECT changes FROM app.operations WHERE id = %s", operation) is None
        trail = run(root, "SELECT action FROM app.audit_log WHERE lead_id = %s ORDER BY id", gone)
        assert [action for (action,) in trail] == ["created", "changed", "changed", "deleted", "erased"]
        assert value(root, "SELECT app.verify_audit('[]') -> 'fault'") is None

    def test_a_corrected_address(self, owner: Connection) -> None:
        """The lead is somebody else's now: it lives on, and so does what happened to it since."""
        lead = add(owner, email=ADDRESS)
        edit(owner, lead, priority="high")
        edit(owner, lead, email="bob@example.com")
        edit(owner, lead, company="Roe")
        before = leads(owner)
        assert erase(owner, email=ADDRESS)["changed"] == 0
        assert leads(owner) == before
        assert holding(owner, ADDRESS) == []
        trail = run(
            owner,
            "SELECT action, actor, after IS NOT NULL, salt IS NOT NULL FROM app.audit_log WHERE lead_id = %s ORDER BY id",
            lead,
        )
        assert trail == [
            ("created", None, False, False), ("changed", "eve", True, True), ("changed", "eve", False, False),
            ("changed", "eve", True, True), ("erased", "root", False, True),
        ]  # fmt: skip
        assert run(owner, "TABLE app.erased_leads") == []

    def test_what_was_set_for_many_stays(self, owner: Connection) -> None:
        person, others = add(owner, email=ADDRESS), [add(owner, email=f"{name}@example.com") for name in "abc"]
        many = change(owner, [person, *others], "tags", {"add": ["fair"]})["operation"]
        alone = change(owner, [person], "tags", {"add": ["Jane's cousin"]})["operation"]
        status = change(owner, [person], "status", {"status": "archived"})["operation"]
        erase(owner, person)
        changes = dict(run(owner, "SELECT id::text, changes FROM app.operations WHERE kind <> 'erase'"))
        assert changes == {many: {"add": ["fair"]}, alone: None, status: {"status": "archived"}}
        # Once the last of them is gone, so is it.
        for lead in others:
            assert value(owner, "SELECT changes FROM app.operations WHERE id = %s", many) == {"add": ["fair"]}
            erase(owner, lead)
        assert value(owner, "SELECT changes FROM app.operations WHERE id = %s", many) is None

    def test_an_address_is_not_a_part_of_another(self, owner: Connection) -> None:
        for address in ("xjane@example.com", "jane@example.com.zz", "j_ne@example.com"):
            add(owner, email=address)
        before = leads(owner)
        for email in ("jane@example.com", "%", "j%@example.com", ""):
            assert erase(owner, email=email)["changed"] == 0
        assert leads(owner) == before

    def test_by_etag(self, owner: Connection) -> None:
        lead = add(owner)
        before = leads(owner)
        assert refused(owner, lambda: erase(owner, lead, if_match=f'"{lead}-7"'))[:2] == ("LD412", "version_conflict")
        assert refused(owner, lambda: erase(owner, 9_000_000))[:2] == ("LD404", "lead_not_found")
        assert leads(owner) == before
        assert erase(owner, lead, if_match=f'"{lead}-1"')["changed"] == 1

    @pytest.mark.parametrize("role", ["leads_viewer", "leads_editor", "leads_service", "leads_capture"])
    def test_only_admins(self, root: Connection, role: str) -> None:
        lead = add(root)
        before = leads(root)
        with acting(root, role):
            assert refused(root, lambda: erase(root, lead))[0] == "42501"
            assert refused(root, lambda: erase(root, email="jane@example.com"))[0] == "42501"
        assert leads(root) == before

    def test_who_and_when(self, root: Connection) -> None:
        lead = add(root)
        request = uuid.uuid4()
        with acting(root, "leads_admin"):
            run(root, "SELECT service.erase_person(%s, NULL, NULL, 'ann', 'admin', %s)", lead, request)
        entry = run(root, "SELECT a.actor, a.actor_role, a.request_id, a.action, a.lead_id, o.kind, o.changed, app.audit_story(a) FROM app.audit_log AS a JOIN app.operations AS o ON o.id = a.operation")  # fmt: skip
        assert entry == [("ann", "admin", request, "erased", lead, "erase", 1, "ann erased what was known of the person.")]


@pytest.mark.threat(60)
def test_no_table_is_forgotten(owner: Connection) -> None:
    """The look into every table sees those there are; a new one that keeps something of a lead has to be thought of."""
    assert len(tables(owner)) >= 15
    run(owner, "CREATE TABLE app.more (words text)")
    run(owner, "INSERT INTO app.more VALUES (%s)", CANARY.upper())
    assert holding(owner, CANARY) == ["app.more"]
