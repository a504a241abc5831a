"""The audit's seals: a dense chain over every entry, which tells of what was done behind the triggers' back."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sql_support import Call, Connection, acting, add, change, edit, erase, refused, run, undo, value

from conftest import Urls

APPEND_ONLY = ("LD403", "audit_is_append_only", None)


@pytest.fixture
def root(urls: Urls) -> Iterator[Connection]:
    """A superuser, who can disable triggers, in a transaction that is rolled back."""
    with psycopg.connect(urls.superuser) as connection:
        yield connection
        connection.rollback()


def seal(connection: Connection, wait: bool = True) -> tuple[int, int | None, str | None]:
    (answer,) = run(connection, "SELECT sealed, number, hash FROM service.seal_audit(%s)", wait)
    return answer[0], answer[1], answer[2]


def verify(connection: Connection, *heads: tuple[int | None, str | None]) -> dict[str, Any]:
    logged = Jsonb([{"number": number, "hash": digest} for number, digest in heads])
    answer: dict[str, Any] = value(connection, "SELECT app.verify_audit(%s)", logged)
    return answer


def dense(connection: Connection) -> bool:
    """Each entry has one seal, and they are numbered from 1 without gaps."""
    return bool(
        value(
            connection,
            "SELECT count(*) = coalesce(max(s.number), 0) AND count(*) = count(a.id) AND count(*) = (SELECT count(*) FROM app.audit_log)"
            " FROM app.audit_seals AS s LEFT JOIN app.audit_log AS a ON a.id = s.entry",
        )
    )


def settles(connection: Connection) -> None:
    """Waits until no entry has to be looked at again: until the server's other transactions have ended, of other tests too."""
    give_up = time.monotonic() + 300
    while not value(connection, "SELECT settled = (SELECT max(id) FROM app.audit_log) FROM app.audit_sealing"):
        assert time.monotonic() < give_up, run(connection, "TABLE app.audit_sealing")
        assert seal(connection)[0] == 0


def history(connection: Connection) -> list[int]:
    """Twelve entries: a lead's, a user's, a rule's, an operation's."""
    start = value(connection, "SELECT coalesce(max(id), 0) FROM app.audit_log")
    ids = [add(connection), add(connection, email="joe@example.com")]
    edit(connection, ids[0], company="Roe")
    edit(connection, ids[1], name="Joe")
    undo(connection, change(connection, ids, "priority", {"priority": "high"})["operation"])
    run(connection, "INSERT INTO app.users (username, password_hash, role) VALUES ('ann', %s, 'viewer')", "$2b$12$" + "a" * 53)
    run(connection, "DELETE FROM app.status_moves WHERE from_status = 'archived'")
    edit(connection, ids[0], internal_notes="x")
    edit(connection, ids[1], email="zoe@example.com")
    entries = [entry for (entry,) in run(connection, "SELECT id FROM app.audit_log WHERE id > %s ORDER BY id", start)]
    assert len(entries) == 12
    return entries


class TestSealing:
    def test_a_chain_without_gaps(self, owner: Connection) -> None:
        before = seal(owner)
        history(owner)
        assert verify(owner)["unsealed"]["entries"] == 12
        answer = seal(owner)
        assert answer[0] == 12
        assert answer[1] == (before[1] or 0) + 12
        assert dense(owner)
        assert verify(owner)["head"] == {"number": answer[1], "hash": answer[2]}
        assert seal(owner) == (0, *answer[1:])

    def test_the_hash_is_what_its_comment_says(self, owner: Connection) -> None:
        """Reckoned anew, by the words of the comments alone."""
        seal(owner)
        history(owner)
        seal(owner)
        first = (
            "SELECT s.number, s.hash, p.hash, s.values_digest = sha256(uuid_send(a.salt) || convert_to(jsonb_build_array(a.before, a.after)::text, 'UTF8')),"
            " s.hash = sha256(coalesce(p.hash, '') || int8send(s.number) || app.entry_digest(a, s.values_digest))"
            " FROM app.audit_seals AS s JOIN app.audit_log AS a ON a.id = s.entry LEFT JOIN app.audit_seals AS p ON p.number = s.number - 1"
        )
        rows = run(owner, first)
        assert len(rows) >= 12
        assert {(values, chained) for _, _, _, values, chained in rows} == {(True, True)}

    def test_aborted_ids_leave_no_hole(self, owner: Connection) -> None:
        for _ in range(3):
            with owner.transaction(force_rollback=True):
                add(owner)
            add(owner)
        ids = [entry for (entry,) in run(owner, "SELECT id FROM app.audit_log WHERE tx = pg_current_xact_id() ORDER BY id")]
        assert ids[-1] - ids[0] == 4
        seal(owner)
        assert dense(owner)

    def test_an_entry_that_commits_late(self, fresh_urls: Urls) -> None:
        """Later ids are sealed, and the mark moves on as far as it may, while a transaction with an earlier id is open."""
        with psycopg.connect(fresh_urls.owner) as slow, psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            seal(owner)
            add(slow)
            late = value(slow, "SELECT max(id) FROM app.audit_log")
            for _ in range(4):
                add(owner)
                assert seal(owner)[0] == 1
            settled = "SELECT settled FROM app.audit_sealing"
            assert value(owner, settled) < late
            slow.commit()
            answer = seal(owner)
            assert answer[0] == 1
            assert value(owner, "SELECT entry FROM app.audit_seals WHERE number = %s", answer[1]) == late
            assert dense(owner)
            assert verify(owner)["fault"] is None
            settles(owner)
            assert dense(owner)

    def test_the_very_first_entry(self, fresh_urls: Urls) -> None:
        """The service looks for entries before there is one, as on a fresh installation."""
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            assert [seal(owner) for _ in range(4)] == [(0, 0, None)] * 4
            add(owner)
            assert seal(owner)[:2] == (1, 1)
            assert dense(owner)

    def test_one_at_a_time(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner) as first, psycopg.connect(fresh_urls.owner, autocommit=True) as second:
            add(second)
            sealed = seal(first)
            assert sealed[0] >= 1
            assert seal(second, wait=False) == (0, None, None)
            waiting = Call(fresh_urls.owner, seal).waits(second)
            first.commit()
            assert waiting.found() == (0, *sealed[1:])
            assert seal(second, wait=False) == (0, *sealed[1:])
            assert dense(second)

    @pytest.mark.threat(47)
    def test_writers_wait_for_nobody(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner) as sealing, psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            lead = add(owner)
            seal(sealing)
            run(owner, "SET lock_timeout = '5s'")
            edit(owner, lead, company="Roe")
            erase(owner, lead)
            sealing.commit()
            seal(owner)
            assert dense(owner)
            assert verify(owner)["fault"] is None

    def test_restored_to_a_server_that_counts_anew(self, fresh_urls: Urls) -> None:
        """There every transaction comes before the one the mark waits for."""
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            add(owner)
            seal(owner)
            run(owner, "UPDATE app.audit_sealing SET pending_before = '4611686018427387904'")
            for _ in range(4):
                add(owner)
                assert seal(owner)[0] == 1
            settles(owner)
            assert value(owner, "SELECT pending_before < '4611686018427387904'::xid8 FROM app.audit_sealing")
            assert dense(owner)

    @pytest.mark.parametrize("role", ["leads_viewer", "leads_editor", "leads_admin", "leads_capture"])
    def test_who_may(self, root: Connection, role: str) -> None:
        with acting(root, role):
            assert refused(root, lambda: seal(root))[0] == "42501"
        with acting(root, "leads_service"):
            seal(root)
            assert refused(root, lambda: verify(root))[0] == "42501"


class TestVerifying:
    def test_a_good_log(self, owner: Connection) -> None:
        history(owner)
        number, digest = seal(owner)[1:]
        answer = verify(owner, (number, digest))
        assert answer == {
            "sealed": number, "head": {"number": number, "hash": digest}, "erased": answer["erased"], "fault": None, "heads": 1,
            "rewritten": None, "unsealed": {"entries": 0, "first": None, "since": None, "seconds": None},
        }  # fmt: skip

    def test_the_tail_is_counted(self, owner: Connection) -> None:
        history(owner)
        seal(owner)
        add(owner), add(owner)
        first = value(owner, "SELECT max(id) - 1 FROM app.audit_log")
        tail = verify(owner)["unsealed"]
        assert (tail["entries"], tail["first"], tail["seconds"]) == (2, first, 0)
        assert verify(owner)["fault"] is None

    def test_erased_values_still_verify(self, owner: Connection) -> None:
        history(owner)
        first = seal(owner)
        lead = value(owner, "SELECT max(id) FROM contact_leads")
        before = verify(owner)["erased"]
        erase(owner, lead)
        second = seal(owner)
        answer = verify(owner, first[1:], second[1:])
        assert (answer["fault"], answer["rewritten"]) == (None, None)
        assert answer["erased"] > before

    @pytest.mark.parametrize(
        ("statement", "what"),
        [
            ("UPDATE app.audit_log SET actor = 'mallory' WHERE id = %s", "the entry or its seal was altered"),
            ("UPDATE app.audit_log SET at = at - interval '1 microsecond' WHERE id = %s", "the entry or its seal was altered"),
            ("UPDATE app.audit_log SET lead_id = 7 WHERE id = %s", "the entry or its seal was altered"),
            ("UPDATE app.audit_log SET request_id = gen_random_uuid(), action = 'deleted' WHERE id = %s", "the entry or its seal was altered"),
            ("UPDATE app.audit_log SET session_user_name = 'x' WHERE id = %s", "the entry or its seal was altered"),
            ("UPDATE app.audit_log SET lead_version = 99 WHERE id = %s", "the entry or its seal was altered"),
            ("UPDATE app.audit_log SET operation = gen_random_uuid() WHERE id = %s", "the entry or its seal was altered"),
            ("UPDATE app.audit_log SET subject = 'x' WHERE id = %s", "the entry or its seal was altered"),
            ("UPDATE app.audit_log SET before = '{\"name\": \"x\"}' WHERE id = %s", "the values of the entry were altered"),
            ("UPDATE app.audit_log SET after = coalesce(after, '{}') || '{\"x\": 1}' WHERE id = %s", "the values of the entry were altered"),
            ("UPDATE app.audit_log SET before = after, after = before WHERE id = %s", "the values of the entry were altered"),
            ("UPDATE app.audit_log SET salt = gen_random_uuid() WHERE id = %s", "the values of the entry were altered"),
            ("UPDATE app.audit_log SET salt = NULL WHERE id = %s", "the salt of the entry is missing"),
            ("UPDATE app.audit_log SET salt = NULL, before = NULL, after = NULL WHERE id = %s", "the values of the entry are gone, and no erasure is noted"),
            ("DELETE FROM app.audit_log WHERE id = %s", "the entry is missing"),
            ("UPDATE app.audit_seals SET hash = sha256('x') WHERE entry = %s", "the entry or its seal was altered"),
            ("UPDATE app.audit_seals SET values_digest = sha256('x') WHERE entry = %s", "the entry or its seal was altered"),
            ("DELETE FROM app.audit_seals WHERE entry = %s", "missing"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("place", [3, 9])
    def test_the_entry_is_named(self, root: Connection, statement: str, what: str, place: int) -> None:
        """Each column of an entry, and its seal: a lead's change, and a rule."""
        entry = history(root)[place]
        head = seal(root)
        number = value(root, "SELECT number FROM app.audit_seals WHERE entry = %s", entry)
        run(root, "SET LOCAL session_replication_role = replica")
        run(root, statement, entry)
        fault = verify(root, head[1:])["fault"]
        if what == "missing":
            assert fault["what"] == f"the seals from {number} to {number} are missing"
            assert fault["number"] == number + 1
        else:
            assert fault == {"number": number, "entry": entry, "what": what}

    def test_an_erasure_excuses_only_what_was_before_it(self, root: Connection) -> None:
        """The address of somebody else went from the lead's history; what came later is not covered by that."""
        lead = add(root)
        edit(root, lead, email="bob@example.com")
        erase(root, email="jane@example.com")
        edit(root, lead, company="Roe")
        entry = value(root, "SELECT max(id) FROM app.audit_log")
        seal(root)
        assert verify(root)["fault"] is None
        run(root, "SET LOCAL session_replication_role = replica")
        run(root, "UPDATE app.audit_log SET salt = NULL, before = NULL, after = NULL WHERE id = %s", entry)
        assert verify(root)["fault"]["entry"] == entry

    def test_the_end_cut_off(self, root: Connection) -> None:
        """Only the logged head tells."""
        entries = history(root)
        head = seal(root)
        assert head[1] is not None
        run(root, "SET LOCAL session_replication_role = replica")
        run(root, "DELETE FROM app.audit_seals WHERE entry >= %s", entries[-2])
        run(root, "DELETE FROM app.audit_log WHERE id >= %s", entries[-2])
        assert verify(root)["fault"] is None
        answer = verify(
            root,
            (head[1] - 5, value(root, "SELECT encode(hash, 'hex') FROM app.audit_seals WHERE number = %s", head[1] - 5)),
            head[1:],
        )
        assert (answer["fault"], answer["heads"], answer["rewritten"]) == (None, 2, head[1])

    def test_a_chain_written_anew(self, root: Connection) -> None:
        """A superuser who takes the trouble leaves a good chain behind, but not the one whose heads were logged."""
        seal(root)
        entries = history(root)
        early = root.execute("SELECT number, encode(hash, 'hex') FROM app.audit_seals ORDER BY number LIMIT 1").fetchone()
        head = seal(root)
        run(root, "SET LOCAL session_replication_role = replica")
        run(root, "UPDATE app.audit_log SET actor = 'mallory' WHERE id = %s", entries[4])
        number = value(root, "SELECT number FROM app.audit_seals WHERE entry = %s", entries[4])
        run(root, "DELETE FROM app.audit_seals WHERE number >= %s", number)
        run(root, "DELETE FROM app.events WHERE id >= %s", number)
        run(root, "UPDATE app.audit_sealing SET settled = 0, pending = 0, pending_before = '1'")
        run(root, "SET LOCAL session_replication_role = origin")
        forged = seal(root)
        assert forged[1] == head[1]
        assert forged[2] != head[2]
        answer = verify(root)
        assert (answer["fault"], answer["rewritten"], answer["unsealed"]["entries"]) == (None, None, 0)
        assert verify(root, head[1:])["rewritten"] == head[1]
        if early and early[0] < number:
            assert verify(root, early)["rewritten"] is None
        assert verify(root, forged[1:])["rewritten"] is None


class TestAppendOnly:
    @pytest.mark.parametrize("table", ["audit_log", "audit_seals"])
    @pytest.mark.parametrize("statement", ["UPDATE app.{0} SET {1} = {1}", "DELETE FROM app.{0}", "TRUNCATE app.{0}"])
    def test_to_its_owner_and_to_staff(self, root: Connection, table: str, statement: str) -> None:
        history(root)
        seal(root)
        text = statement.format(table, {"audit_log": "actor", "audit_seals": "hash"}[table])
        with acting(root, "leads_owner"):
            assert refused(root, lambda: run(root, text)) == APPEND_ONLY
        for role in ("leads_viewer", "leads_editor", "leads_admin", "leads_service", "leads_capture"):
            with acting(root, role):
                assert refused(root, lambda: run(root, text))[0] == "42501"

    @pytest.mark.parametrize(
        "values",
        ["salt = NULL, before = NULL, after = NULL", "before = NULL, after = NULL", "salt = NULL", "after = '{}'", "salt = NULL, before = NULL, after = NULL, actor = 'x'"],
    )  # fmt: skip
    def test_values_go_by_an_erasure_alone(self, owner: Connection, values: str) -> None:
        entries = history(owner)
        update = f"UPDATE app.audit_log SET {values} WHERE id = {entries[0]}"
        assert refused(owner, lambda: run(owner, update)) == APPEND_ONLY
        # While one is under way, the values and the salt together, and nothing else.
        run(owner, "SELECT app.erase_leads('{}', 'erase', 'x', 'admin', NULL)")
        if values == "salt = NULL, before = NULL, after = NULL":
            run(owner, update)
        else:
            assert refused(owner, lambda: run(owner, update)) == APPEND_ONLY


class TestWhatElseIsAudited:
    def trail(self, connection: Connection) -> list[tuple[Any, ...]]:
        return run(
            connection,
            "SELECT action, table_name, subject, before, after FROM app.audit_log WHERE tx = pg_current_xact_id() ORDER BY id",
        )

    def test_rules(self, owner: Connection) -> None:
        run(owner, "INSERT INTO app.status_moves (from_status, to_status) VALUES ('archived', 'unread')")
        run(
            owner, "UPDATE app.status_moves SET to_status = 'contacted' WHERE (from_status, to_status) = ('archived', 'unread')"
        )
        run(owner, "DELETE FROM app.status_moves WHERE (from_status, to_status) = ('archived', 'contacted')")
        run(owner, "TRUNCATE app.status_moves")
        made, became = ({"from_status": "archived", "to_status": to} for to in ("unread", "contacted"))
        entries = self.trail(owner)
        assert [(action, table, before, after) for action, table, _, before, after in entries] == [
            ("created", "status_moves", None, made), ("changed", "status_moves", made, became),
            ("deleted", "status_moves", became, None), ("emptied", "status_moves", None, None),
        ]  # fmt: skip
        assert [set(subject.split()) if subject else None for _, _, subject, _, _ in entries] == [
            {"archived", "unread"}, {"archived", "unread"}, {"archived", "contacted"}, None,
        ]  # fmt: skip

    def test_users(self, owner: Connection) -> None:
        first, second = ("$2b$12$" + letter * 53 for letter in "xy")
        run(owner, "INSERT INTO app.users (username, password_hash, role) VALUES ('ann', %s, 'viewer')", first)
        run(owner, "UPDATE app.users SET password_hash = %s, role = 'admin'", second)
        run(owner, "DELETE FROM app.users")
        run(owner, "INSERT INTO app.users (username, password_hash, role) VALUES ('bob', %s, 'viewer')", first)
        run(owner, "TRUNCATE app.users CASCADE")
        assert [entry[:3] for entry in self.trail(owner)] == [
            ("created", "users", "ann"), ("changed", "users", "ann"), ("deleted", "users", "ann"),
            ("created", "users", "bob"), ("emptied", "users", None),
        ]  # fmt: skip
        seal(owner)
        for table in ("audit_log", "audit_seals", "events"):
            assert value(owner, f"SELECT count(*) FROM app.{table} AS t WHERE t::text LIKE '%%$2b$%%'") == 0, table


def stories(connection: Connection, after: int) -> list[str]:
    return [
        story
        for (story,) in run(connection, "SELECT app.audit_story(a) FROM app.audit_log AS a WHERE id > %s ORDER BY id", after)
    ]


class TestStories:
    @pytest.mark.parametrize(
        ("made", "assignments", "story"),
        [
            ({}, "status = 'processing'", "moved it from unread to processing"),
            ({}, "status = 'contacted'", "moved it from unread to contacted"),
            ({}, "priority = 'high'", "changed the priority from medium to high"),
            ({"tags": ["a", "b"]}, "tags = '{b,c,d}'", "tagged it c, d, took away the tag a"),
            ({"tags": ["a", "b"]}, "tags = '{b,a}'", "put its tags in another order"),
            ({}, "assignee = 'zoë'", "gave it to zoë"),
            ({"assignee": "ann"}, "assignee = NULL", "took it from ann"),
            ({}, "internal_notes = 'x'", "wrote notes"),
            ({"internal_notes": "x"}, "internal_notes = 'y'", "changed the notes"),
            ({"internal_notes": "x"}, "internal_notes = NULL", "removed the notes"),
            ({}, "contact_history = '[{\"channel\": \"phone\"}]'", "noted a contact (phone)"),
            ({"contact_history": "[1]"}, "contact_history = '[]'", "changed the contact history"),
            ({}, "deleted_at = app.now()", "moved it to the trash"),
            ({"deleted_at": "2026-11-01"}, "deleted_at = NULL", "took it out of the trash"),
            ({}, "is_spam = true", "marked it as spam"), ({"is_spam": True}, "is_spam = false", "marked it as no spam"),
            ({}, "quality_score = 70", "rated it 70 of 100"), ({"quality_score": 7}, "quality_score = NULL", "took back its rating"),
            ({}, "follow_up_date = '2026-11-23'", "set a follow-up for 2026-11-23"),
            ({"follow_up_date": "2026-11-23"}, "follow_up_date = NULL", "dropped the follow-up"),
            ({"company": "Roe"}, "company = NULL", "removed the company Roe"), ({}, "company = 'Roe'", "set the company to Roe"),
            ({"message": "x"}, "message = 'y'", "changed the message"), ({}, "metadata = '{\"a\": 1}'", "changed what came with it"),
            ({}, "last_contacted = app.now()", "changed when it was last contacted"),
            ({}, "company = 'Roe', status = 'contacted', tags = '{x}'", "moved it from unread to contacted, set the company to Roe, tagged it x"),
        ],
    )  # fmt: skip
    def test_a_change(self, owner: Connection, made: dict[str, Any], assignments: str, story: str) -> None:
        lead = add(owner, **made)
        after = value(owner, "SELECT max(id) FROM app.audit_log")
        run(owner, "SELECT app.act_as('ann', 'editor', NULL)")
        run(owner, f"UPDATE contact_leads SET {assignments} WHERE id = %s", lead)
        assert stories(owner, after) == [f"ann {story}."]

    def test_from_the_beginning_to_the_end(self, owner: Connection) -> None:
        after = value(owner, "SELECT coalesce(max(id), 0) FROM app.audit_log")
        for form in ("contact", "cv_request", "collaboration"):
            run(owner, "SELECT service.capture_lead(%s, %s, '{}')", form, Jsonb({"name": "V", "email": "v@example.com"}))
        lead = value(
            owner,
            "SELECT id FROM service.add_lead(%s, 'ann', 'editor', %s)",
            Jsonb({"name": "J", "email": "j@example.com"}),
            uuid.uuid4(),
        )
        run(owner, "SELECT app.act_as(NULL, NULL, NULL)")
        add(owner)
        operation = change(owner, [lead], "status", {"status": "archived"})["operation"]
        undo(owner, operation)
        trashed = run(owner, "DELETE FROM contact_leads WHERE email = 'jane@example.com'")
        assert trashed == []
        assert stories(owner, after) == [
            "A visitor sent it by the contact form.", "A visitor sent it by the CV form.", "A visitor sent it by the collaboration form.",
            "ann entered it.", "leads_owner, in SQL, entered it.", "ann moved it from unread to archived.",
            "bob moved it from archived to unread, to undo what was done before.", "leads_owner, in SQL, deleted it for good.",
        ]  # fmt: skip
        erase(owner, lead)
        assert stories(owner, after)[3:] == [
            "ann entered it.", "leads_owner, in SQL, entered it.", "ann changed something that has been erased since.",
            "bob changed something that has been erased since.", "leads_owner, in SQL, deleted it for good.",
            "root erased what was known of the person.",
        ]  # fmt: skip
        run(owner, "UPDATE contact_leads SET deleted_at = '2020-01-01'")
        run(owner, "SELECT service.purge_trash(30)")
        run(owner, "TRUNCATE contact_leads CASCADE")
        assert stories(owner, after)[-2:] == [
            "It had been in the trash for long enough, and was removed for good.", "leads_owner, in SQL, emptied the whole table.",
        ]  # fmt: skip


def test_what_a_seal_costs_is_what_is_new(fresh_urls: Urls) -> None:
    """Not what there is: it is asked for several times a second, over an audit of years."""
    with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO contact_leads (name, email) SELECT 'J', 'j' || n || '@example.com' FROM generate_series(1, 5000) AS n"
        )
        # Until the mark has come as far, which a transaction of any other database of the server can hold up.
        deadline = time.monotonic() + 60
        while True:
            connection.execute("SELECT service.seal_audit(true)")
            row = connection.execute("SELECT settled >= (SELECT max(id) FROM app.audit_log) FROM app.audit_sealing").fetchone()
            if row == (True,):
                break
            assert time.monotonic() < deadline, "something holds up the mark"
            time.sleep(0.05)
        connection.execute("UPDATE contact_leads SET quality_score = 7 WHERE id = 1")
        for read_at_most in (500, 60):  # pages: for one new entry, and for none
            row = connection.execute(
                "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM service.seal_audit(true)"
            ).fetchone()
            assert row is not None
            plan = row[0][0]["Plan"]
            assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < read_at_most
