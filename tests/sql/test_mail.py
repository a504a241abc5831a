"""The outbox in SQL: what is queued when, who gets it to send, and what becomes of it. On each PostgreSQL there is."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sql_support import Connection, add, run, value

from conftest import Urls

Row = dict[str, Any]
FORM = {"name": "Jane", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}


def capture(connection: Connection, lead_type: str = "contact", **fields: object) -> int:
    """A visitor's lead: its id."""
    answer = value(connection, "SELECT service.capture_lead(%s, %s, '{}')", lead_type, Jsonb(FORM | fields))
    return int(value(connection, "SELECT id FROM contact_leads WHERE reference = %s", answer["reference"]))


def mails(connection: Connection, **of: object) -> list[Row]:
    """The outbox, oldest first."""
    found = [row for (row,) in run(connection, "SELECT to_jsonb(o) FROM app.outbox AS o ORDER BY id")]
    return [row for row in found if all(row[name] == wanted for name, wanted in of.items())]


def claim(connection: Connection, limit: int = 20, *, team: bool = True, lease: str = "2 minutes") -> list[Row]:
    claimed: list[Row] = value(connection, "SELECT service.claim_mails(%s, %s::interval, %s)", limit, lease, team)
    return claimed


def settle(connection: Connection, mail: Row, outcome: str, detail: str | None = None, wait: float = 0) -> str | None:
    said: str | None = value(
        connection,
        "SELECT service.settle_mail(%s, %s, %s, %s, 'smtp', NULL, %s)",
        mail["id"],
        mail["attempt"],
        outcome,
        detail,
        wait,
    )
    return said


def made(connection: Connection, mail: Row) -> None:
    content = [{"id": mail["id"], "attempt": mail["attempt"], "content": {"subject": f"About {mail['id']}"}}]
    assert value(connection, "SELECT service.note_mail_contents(%s)", Jsonb(content)) == [mail["id"]]


@pytest.fixture
def later(owner: Connection) -> Callable[[str], None]:
    """Lets time pass, for the rest of the transaction."""
    passed: list[str] = []

    def pass_(interval: str) -> None:
        passed.append(interval)
        total = " + ".join(f"interval '{one}'" for one in passed)
        owner.execute(
            f"CREATE OR REPLACE FUNCTION app.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE RETURN now() + {total}"
        )

    return pass_


class TestQueueing:
    @pytest.mark.parametrize(
        ("lead_type", "kind"), [("contact", "acknowledgement"), ("collaboration", "acknowledgement"), ("cv_request", "cv")]
    )
    def test_a_form_is_answered_and_told_of(self, owner: Connection, lead_type: str, kind: str) -> None:
        lead = capture(owner, lead_type)
        news, answer = mails(owner)
        assert (news["kind"], news["recipient"], news["lead_id"], news["state"]) == ("notification", None, lead, "queued")
        assert (answer["kind"], answer["recipient"], answer["lead_id"], answer["state"]) == (
            kind,
            "jane@example.com",
            lead,
            "queued",
        )
        assert [mail["kind"] for mail in claim(owner)] == [kind]  # the news wait for others

    def test_a_form_that_is_not_stored_leaves_no_mail(self, owner: Connection) -> None:
        with pytest.raises(psycopg.errors.CheckViolation), owner.transaction():
            capture(owner, name="\n")
        assert mails(owner) == []

    def test_a_repeat_is_not_answered_again(self, owner: Connection) -> None:
        for _ in range(3):
            owner.execute("SELECT service.capture_lead('contact', %s, '{}', 'key-1')", [Jsonb(FORM)])
        assert [mail["kind"] for mail in mails(owner)] == ["notification", "acknowledgement"]

    def test_an_address_gets_one_answer_a_day(self, owner: Connection, later: Callable[[str], None]) -> None:
        for email in ("jane@example.com", "Jane@Example.com", "jane+a@example.com", "JANE+b+c@example.com"):
            capture(owner, email=email)
        assert len(mails(owner, kind="acknowledgement")) == 1
        assert len(mails(owner, kind="notification")) == 4
        later("23 hours")
        capture(owner)
        assert len(mails(owner, kind="acknowledgement")) == 1
        later("61 minutes")
        capture(owner)
        assert len(mails(owner, kind="acknowledgement")) == 2

    def test_a_cv_that_is_asked_for_on_the_same_day_waits_for_the_next(
        self, owner: Connection, later: Callable[[str], None]
    ) -> None:
        capture(owner)
        for _ in range(3):
            capture(owner, "cv_request")
        (cv,) = mails(owner, kind="cv")
        assert [mail["kind"] for mail in claim(owner)] == ["acknowledgement"]
        later("23 hours 59 minutes")
        assert "cv" not in [mail["kind"] for mail in claim(owner)]
        later("2 minutes")
        assert cv["id"] in [mail["id"] for mail in claim(owner)]

    @pytest.mark.parametrize(
        ("email", "same"),
        [("a.b@gmail.com", "ab@googlemail.com"), ("a+x@example.com", "A@example.com"), ("+x@example.com", "+X@EXAMPLE.com")],
    )
    def test_addresses_of_one_mailbox(self, owner: Connection, email: str, same: str) -> None:
        assert value(owner, "SELECT app.mailbox_of(%s) = app.mailbox_of(%s)", email, same)

    @pytest.mark.parametrize(("email", "other"), [("a.b@example.com", "ab@example.com"), ("a@x.com", "a@y.com")])
    def test_addresses_of_two(self, owner: Connection, email: str, other: str) -> None:
        assert not value(owner, "SELECT app.mailbox_of(%s) = app.mailbox_of(%s)", email, other)

    @pytest.mark.parametrize(
        "email", ["no-reply@example.com", "MAILER-DAEMON@example.com", "noreply+1@example.com", "postmaster@x.example"]
    )
    def test_a_machine_gets_no_answer(self, owner: Connection, email: str) -> None:
        capture(owner, email=email)
        assert [mail["kind"] for mail in mails(owner)] == ["notification"]

    def test_what_is_urgent_is_told_at_once(self, owner: Connection) -> None:
        add(owner, priority="medium")
        assert mails(owner) == []  # entered by somebody: nobody waits for an answer, and the team knows
        lead = add(owner, priority="high")
        raised = capture(owner)
        owner.execute("UPDATE contact_leads SET priority = 'urgent' WHERE id = %s", [raised])
        news, _ = claim(owner)
        assert [one["id"] for one in news["leads"]] == [raised, lead]
        assert news["kind"] == "notification"
        # What waited goes along, and is not told again.
        assert sorted(mail["state"] for mail in mails(owner, kind="notification")) == ["merged", "merged", "sending"]
        owner.execute("UPDATE contact_leads SET priority = 'low' WHERE id = %s", [raised])
        owner.execute("UPDATE contact_leads SET priority = 'urgent' WHERE id = %s", [raised])
        assert len(mails(owner, kind="notification")) == 3

    def test_many_leads_are_one_mail(self, owner: Connection, later: Callable[[str], None]) -> None:
        for number in range(60):
            capture(owner, email=f"{number}@example.com")
        later("5 minutes")
        claimed = claim(owner, 100)
        (news,) = [mail for mail in claimed if mail["kind"] == "notification"]
        assert (len(news["leads"]), news["more"]) == (50, 10)
        assert len(claimed) == 61
        assert {mail["merged_into"] for mail in mails(owner, state="merged")} == {news["id"]}

    def test_a_kind_that_is_switched_off(self, owner: Connection) -> None:
        owner.execute("INSERT INTO app.mail_templates (kind, enabled, updated_by) VALUES ('acknowledgement', false, 'ann')")
        capture(owner)
        assert [mail["kind"] for mail in mails(owner)] == ["notification"]

    def test_spam_is_not_answered_until_it_is_none(self, owner: Connection) -> None:
        lead = capture(owner)
        owner.execute("UPDATE contact_leads SET is_spam = true WHERE id = %s", [lead])
        assert claim(owner) == []
        assert mails(owner, kind="acknowledgement")[0]["error"] == "Its lead is gone, in the trash, or spam."
        owner.execute("UPDATE contact_leads SET is_spam = false WHERE id = %s", [lead])
        assert [mail["kind"] for mail in claim(owner)] == ["acknowledgement"]
        owner.execute("UPDATE contact_leads SET is_spam = true WHERE id = %s", [lead])
        owner.execute("UPDATE contact_leads SET is_spam = false WHERE id = %s", [lead])
        assert len(mails(owner)) == 2


class TestReminders:
    @pytest.fixture(autouse=True)
    def people(self, owner: Connection) -> None:
        for name in ("ann@example.com", "bob"):
            owner.execute("SELECT service.add_user(%s, %s, 'editor', NULL, NULL, NULL)", [name, "$2b$12$" + "x" * 53])

    def due(self, owner: Connection, at: str = "00:00", zone: str = "UTC") -> None:
        owner.execute("SELECT service.queue_due_mails(%s, %s)", [at, zone])

    def test_who_is_reminded_of_what(self, owner: Connection) -> None:
        today = value(owner, "SELECT (app.now() AT TIME ZONE 'UTC')::date")
        mine = add(owner, follow_up_date=today, assignee="ann@example.com")
        bobs = add(owner, follow_up_date=today, assignee="bob")
        missed = add(owner, follow_up_date=value(owner, "SELECT %s::date - 7", today), assignee="gone@example.com")
        for columns in (
            {"follow_up_date": value(owner, "SELECT %s::date + 1", today)}, {"follow_up_date": value(owner, "SELECT %s::date - 8", today)},
            {"follow_up_date": today, "status": "archived"}, {"follow_up_date": today, "is_spam": True},
        ):  # fmt: skip
            add(owner, **columns)
        for _ in range(3):
            self.due(owner)
        reminders = sorted(mails(owner, kind="reminder"), key=lambda mail: mail["lead_id"])
        assert [(mail["lead_id"], mail["recipient"]) for mail in reminders] == [
            (mine, "ann@example.com"),
            (bobs, None),
            (missed, None),
        ]
        claimed = [mail for mail in claim(owner) if mail["kind"] == "reminder"]
        told = {mail["recipient"]: sorted(lead["id"] for lead in mail["leads"]) for mail in claimed}
        assert len(claimed) == 2
        assert told == {"ann@example.com": [mine], None: [bobs, missed]}

    def test_not_before_the_hour_there(self, owner: Connection, later: Callable[[str], None]) -> None:
        hour = value(owner, "SELECT extract(hour FROM app.now() AT TIME ZONE 'Asia/Kolkata')::int")
        add(owner)
        if hour < 23:
            self.due(owner, f"{hour + 1}:00", "Asia/Kolkata")
            assert mails(owner) == []
        self.due(owner, f"{hour}:00", "Asia/Kolkata")
        assert [mail["kind"] for mail in mails(owner)] == ["digest"]

    def test_a_digest_a_day_when_there_is_something(self, owner: Connection, later: Callable[[str], None]) -> None:
        self.due(owner)
        assert mails(owner) == []
        lead = add(owner, priority="urgent")
        add(owner, lead_type="cv_request", status="archived")
        self.due(owner)
        self.due(owner)
        (digest,) = [mail for mail in claim(owner) if mail["kind"] == "digest"]
        assert {name: digest["digest"][name] for name in ("new", "new_by_type", "answered", "unread")} == {
            "new": 2, "new_by_type": {"contact": 1, "cv_request": 1}, "answered": 0, "unread": 1,
        }  # fmt: skip
        assert [one["id"] for one in digest["leads"]] == [lead]
        assert digest["digest"]["date"] == str(value(owner, "SELECT (app.now() AT TIME ZONE 'UTC')::date"))
        later("1 day")
        self.due(owner)
        assert len(mails(owner, kind="digest")) == 2


class TestSending:
    def test_a_claimed_mail_is_nobody_elses_until_its_lease_is_over(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner, autocommit=True) as one, psycopg.connect(fresh_urls.owner) as other:
            capture(one)
            (first,) = claim(other)  # in a transaction under way: its row is locked, and passed over
            assert claim(one) == []
            other.commit()
            assert claim(one) == []
            one.execute("UPDATE app.outbox SET due_at = now() WHERE id = %s", [first["id"]])  # its worker died two minutes ago
            (again,) = claim(one)
            assert (again["id"], again["key"], again["attempt"]) == (first["id"], first["key"], 2)
            assert settle(one, first, "later", "late") is None  # the first worker's word counts no more ...
            assert settle(one, first, "sent") == "sent"  # ... unless it did send it

    def test_workers_at_once_get_each_mail_once(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner, autocommit=True) as one:
            for number in range(200):
                capture(one, email=f"{number}@example.com")
        got: list[int] = []

        def work() -> None:
            with psycopg.connect(fresh_urls.owner, autocommit=True) as mine:
                while claimed := claim(mine, 7):
                    got.extend(mail["id"] for mail in claimed)

        workers = [threading.Thread(target=work) for _ in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(got) == len(set(got)) == 200

    def test_what_it_says_is_the_same_at_each_try(self, owner: Connection) -> None:
        capture(owner)
        (mail,) = claim(owner, lease="0 seconds")
        assert mail["leads"] == [{"id": mail["leads"][0]["id"], "reference": mail["leads"][0]["reference"], "lead_type": "contact",
                                  "name": "Jane", "created_at": mail["leads"][0]["created_at"]}]  # fmt: skip
        made(owner, mail)
        (again,) = claim(owner)
        assert again["content"] == {"subject": f"About {mail['id']}"}
        stale = [{"id": mail["id"], "attempt": mail["attempt"], "content": {}}]
        assert value(owner, "SELECT service.note_mail_contents(%s)", Jsonb(stale)) == []

    def test_a_try_that_failed_is_put_off_for_longer_and_longer(self, owner: Connection) -> None:
        capture(owner)
        waits = []
        for _ in range(15):
            owner.execute("UPDATE app.outbox SET due_at = app.now() WHERE kind = 'acknowledgement'")
            (mail,) = claim(owner)
            assert settle(owner, mail, "later", "451 busy") == "queued"
            waits.append(
                value(owner, "SELECT extract(epoch FROM due_at - app.now())::float FROM app.outbox WHERE id = %s", mail["id"])
            )
        for number, wait in enumerate(waits):
            most = min(3600, 5 * 2**number)
            assert most / 2 <= wait <= most
        assert len({round(wait / min(3600, 5 * 2**number), 6) for number, wait in enumerate(waits)}) > 10  # not in step
        assert mails(owner, kind="acknowledgement")[0]["error"] == "451 busy"

    def test_a_provider_that_says_when(self, owner: Connection) -> None:
        capture(owner)
        (mail,) = claim(owner)
        settle(owner, mail, "later", "429", 1800)
        assert value(owner, "SELECT due_at - app.now() FROM app.outbox WHERE id = %s", mail["id"]).total_seconds() == 1800

    def test_what_was_not_handed_over_was_not_tried(self, owner: Connection) -> None:
        capture(owner)
        (mail,) = claim(owner)
        assert settle(owner, mail, "held", "no connection", 30) == "queued"
        (held,) = mails(owner, kind="acknowledgement")
        assert (held["attempts"], held["first_attempt_at"], held["error"]) == (0, None, "no connection")

    def test_it_is_given_up_before_the_provider_forgets_it(self, owner: Connection, later: Callable[[str], None]) -> None:
        capture(owner)
        (mail,) = claim(owner)
        settle(owner, mail, "later", "the answer was lost")
        later("22 hours 59 minutes")
        (again,) = [one for one in claim(owner) if one["kind"] == "acknowledgement"]
        assert again["key"] == mail["key"]
        later("3 minutes")
        assert "acknowledgement" not in [one["kind"] for one in claim(owner)]
        (failed,) = mails(owner, kind="acknowledgement")
        assert failed["state"] == "failed"
        assert failed["error"] == "Given up after 23 hours; whether it arrived is not known. the answer was lost"

    def test_what_has_waited_for_a_day_is_not_sent(self, owner: Connection, later: Callable[[str], None]) -> None:
        capture(owner)
        later("25 hours")
        assert claim(owner) == []
        assert {mail["state"] for mail in mails(owner)} == {"skipped"}

    def test_nor_what_was_held_up_for_a_day(self, owner: Connection, later: Callable[[str], None]) -> None:
        """However often it was put off, since no mail got through at all."""
        capture(owner)
        for _ in range(5):
            (mail,) = [one for one in claim(owner) if one["kind"] == "acknowledgement"]
            settle(owner, mail, "held", "no connection", 3600)
            later("5 hours")
        assert "acknowledgement" not in [one["kind"] for one in claim(owner)]
        (skipped,) = mails(owner, kind="acknowledgement")
        assert (skipped["state"], skipped["error"]) == ("skipped", "It was too old when its turn came.")
        value(owner, "SELECT service.retry_mails(%s)", [skipped["id"]])
        assert skipped["id"] in [one["id"] for one in claim(owner)]

    def test_news_for_nobody(self, owner: Connection, later: Callable[[str], None]) -> None:
        capture(owner)
        later("5 minutes")
        assert [mail["kind"] for mail in claim(owner, team=False)] == ["acknowledgement"]
        assert mails(owner, kind="notification")[0]["error"] == "NOTIFY_TO names nobody."

    @pytest.mark.parametrize("how", ["trash", "delete", "spam"])
    def test_a_lead_that_is_gone_meanwhile(self, owner: Connection, how: str) -> None:
        lead = capture(owner)
        owner.execute({"trash": "UPDATE contact_leads SET deleted_at = now() WHERE id = %s", "delete": "DELETE FROM contact_leads WHERE id = %s",
                       "spam": "UPDATE contact_leads SET is_spam = true WHERE id = %s"}[how], [lead])  # fmt: skip
        assert claim(owner) == []
        assert mails(owner, kind="acknowledgement")[0]["state"] == "skipped"

    def test_tried_again_by_hand(self, owner: Connection) -> None:
        lead = capture(owner)
        (mail,) = claim(owner)
        made(owner, mail)
        assert settle(owner, mail, "refused", "550 no such mailbox") == "failed"
        assert claim(owner) == []
        assert value(owner, "SELECT service.retry_mails(NULL)") == {"changed": 1}
        (again,) = claim(owner)
        assert again["id"] == mail["id"]
        assert again["key"] != mail["key"]  # else what was refused would be a repeat
        assert (again["attempt"], again["content"], [one["id"] for one in again["leads"]]) == (1, None, [lead])
        settle(owner, again, "later", "451")
        assert value(owner, "SELECT service.retry_mails(%s)", [mail["id"], 0]) == {"changed": 1}
        (now,) = claim(owner)
        assert (now["key"], now["attempt"]) == (again["key"], 2)  # whether it was taken is not known: the same key
        settle(owner, now, "sent")
        assert value(owner, "SELECT service.retry_mails(%s)", [mail["id"]]) == {"changed": 0}


class TestReports:
    def sent(self, owner: Connection) -> Row:
        capture(owner)
        (mail,) = claim(owner)
        owner.execute("SELECT service.settle_mail(%s, 1, 'sent', NULL, 'resend', 'abc', 0)", [mail["id"]])
        return mail

    def report(
        self, owner: Connection, delivery: str, at: str = "2026-11-23T10:00Z", *, name: str = "abc", key: str | None = None
    ) -> int | None:
        found: int | None = value(owner, "SELECT service.note_delivery(%s, %s, %s, %s, 'why')", key, name, delivery, at)
        return found

    def test_the_newest_counts_in_whatever_order_they_come(self, owner: Connection) -> None:
        mail = self.sent(owner)
        assert self.report(owner, "delayed") == mail["id"]
        self.report(owner, "delivered", "2026-11-23T10:05Z")
        self.report(owner, "delayed", "2026-11-23T10:06Z")
        self.report(owner, "bounced", "2026-11-23T10:01Z")
        (found,) = mails(owner, kind="acknowledgement")
        assert (found["delivery"], found["delivery_detail"]) == ("delivered", "why")
        assert self.report(owner, "delivered", name="other") is None

    @pytest.mark.parametrize("delivery", ["bounced", "complained"])
    def test_after_a_bounce_or_complaint_there_are_no_more_answers(self, owner: Connection, delivery: str) -> None:
        self.sent(owner)
        self.report(owner, delivery)
        owner.execute("DELETE FROM app.auto_replies")
        capture(owner, email="Jane+again@example.com")
        assert claim(owner) == []
        skipped = mails(owner, kind="acknowledgement")[1]
        assert skipped["state"] == "skipped"
        assert value(owner, "SELECT service.list_mails(NULL, NULL, NULL, 1, NULL)")["data"][0]["stopped"] == delivery
        assert value(owner, "SELECT service.allow_mail('JANE@example.com')") is True
        assert value(owner, "SELECT service.allow_mail('JANE@example.com')") is False
        value(owner, "SELECT service.retry_mails(%s)", [skipped["id"]])
        assert [mail["id"] for mail in claim(owner)] == [skipped["id"]]

    def test_a_report_of_a_mail_whose_worker_died(self, owner: Connection) -> None:
        capture(owner)
        (mail,) = claim(owner)
        assert self.report(owner, "delivered", name="late", key=mail["key"]) == mail["id"]
        (found,) = mails(owner, kind="acknowledgement")
        assert (found["state"], found["provider_id"]) == ("sent", "late")
        owner.execute("UPDATE app.outbox SET due_at = app.now()")
        assert [one["kind"] for one in claim(owner)] != ["acknowledgement"]

    def test_a_report_of_a_mail_that_was_given_up(self, owner: Connection, later: Callable[[str], None]) -> None:
        capture(owner)
        (mail,) = claim(owner)
        settle(owner, mail, "later", "the answer was lost")
        later("23 hours 1 minute")
        claim(owner)
        assert mails(owner, kind="acknowledgement")[0]["state"] == "failed"
        assert self.report(owner, "delivered", name="late", key=mail["key"]) == mail["id"]
        (found,) = mails(owner, kind="acknowledgement")
        assert (found["state"], found["error"], found["delivery"]) == ("sent", None, "delivered")


class TestErasure:
    def test_what_went_to_the_team_stays_when_one_of_them_is_erased(
        self, owner: Connection, later: Callable[[str], None]
    ) -> None:
        """Somebody tries the form with the team's own address."""
        capture(owner, email="other@example.com")
        later("5 minutes")
        said = {
            "to": ["boss@example.com"],
            "from": "boss@example.com",
            "subject": "New",
            "text": "of other@example.com",
            "html": "x",
        }
        for mail in claim(owner):
            owner.execute("UPDATE app.outbox SET content = %s WHERE id = %s", [Jsonb(said), mail["id"]])
        value(owner, "SELECT service.erase_person(NULL, 'Boss@example.com', NULL, 'ann', 'admin', NULL)")
        assert [mail["content"] for mail in mails(owner)] == [said, said]

    def test_nothing_of_mail_is_left_of_somebody_who_is_erased(self, owner: Connection, later: Callable[[str], None]) -> None:
        lead = capture(owner, email="erased@example.com", name="Erased Person")
        other = capture(owner, email="other@example.com")
        later("5 minutes")
        for mail in claim(owner):
            made(owner, mail)
            settle(owner, mail, "sent")
        owner.execute("INSERT INTO app.mail_stops (address, reason) VALUES ('erased@example.com', 'bounced')")
        value(owner, "SELECT service.erase_person(%s, NULL, NULL, 'ann', 'admin', NULL)", lead)
        left = mails(owner)
        assert lead not in [mail["lead_id"] for mail in left]
        assert {mail["lead_id"] for mail in left if mail["kind"] == "acknowledgement"} == {other}
        for mail in left:
            if mail["kind"] == "notification":
                assert mail["content"] is None
                assert lead not in (mail["lead_ids"] or [])
        for table in ("outbox", "mail_stops", "auto_replies"):
            assert value(owner, f"SELECT count(*) FROM app.{table} AS t WHERE t::text ILIKE '%%erased@%%'") == 0

    def test_mails_go_after_ninety_days(self, owner: Connection, later: Callable[[str], None]) -> None:
        capture(owner)
        (mail,) = claim(owner)
        settle(owner, mail, "sent")
        later("89 days")
        owner.execute("SELECT service.purge_expired()")
        assert len(mails(owner, state="sent")) == 1
        later("2 days")
        owner.execute("SELECT service.purge_expired()")
        assert mails(owner, state="sent") == []
        assert value(owner, "SELECT count(*) FROM app.auto_replies") == 0


class TestLinks:
    def test_a_link_counts_its_openings_while_its_mail_is_kept(self, owner: Connection) -> None:
        lead = capture(owner, "cv_request")
        (mail,) = claim(owner)
        for count in (True, True, False):
            assert value(owner, "SELECT service.open_cv(%s, %s, %s)", mail["id"], mail["key"], count) is True
        assert mails(owner, kind="cv")[0]["opened"] == 2
        assert value(owner, "SELECT service.open_cv(%s, gen_random_uuid(), true)", mail["id"]) is False
        value(owner, "SELECT service.erase_person(%s, NULL, NULL, 'ann', 'admin', NULL)", lead)
        for count in (True, False):
            assert value(owner, "SELECT service.open_cv(%s, %s, %s)", mail["id"], mail["key"], count) is False
        assert value(owner, "SELECT service.stop_mail(%s, %s)", mail["id"], mail["key"]) is False

    def test_who_asks_gets_no_more(self, owner: Connection) -> None:
        capture(owner)
        (mail,) = claim(owner)
        for _ in range(2):
            assert value(owner, "SELECT service.stop_mail(%s, %s)", mail["id"], mail["key"]) is True
        assert value(owner, "SELECT reason FROM app.mail_stops") == "asked"
        assert value(owner, "SELECT service.stop_mail(%s, gen_random_uuid())", mail["id"]) is False


def test_what_was_changed_of_a_template_is_in_the_audit(owner: Connection) -> None:
    owner.execute("SELECT service.save_template('cv', true, 'Mine', NULL, NULL, 'ann', 'admin', NULL)")
    owner.execute("SELECT service.save_template('cv', false, 'Mine', NULL, NULL, 'ann', 'admin', NULL)")
    stories = run(
        owner, "SELECT subject, app.audit_story(a) FROM app.audit_log AS a WHERE table_name = 'mail_templates' ORDER BY id"
    )
    assert stories == [("cv", "ann changed the mail cv."), ("cv", "ann switched the mail cv off.")]


def test_a_visitor_gets_no_say_in_mail(urls: Urls) -> None:
    with psycopg.connect(urls.capture, autocommit=True) as visitor:
        for statement in ("SELECT * FROM app.outbox", "SELECT service.claim_mails(1, '1 s', true)", "SELECT service.retry_mails(NULL)",
                          "SELECT service.mail(1)", "SELECT service.open_cv(1, gen_random_uuid(), true)"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                visitor.execute(statement)
