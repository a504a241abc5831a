"""The edges of each definition of docs/metrics.md, counted by hand; and working time."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from sql_support import Connection, add, change, edit, erase, one, refused, run, set_clock, undo, value

NOW = datetime(2026, 11, 2, 10, 7, 30, tzinfo=UTC)


class TestByHand:
    """The worked examples of docs/metrics.md, and the edges of each definition."""

    def test_a_period_begins_and_ends_where_it_says(self, owner: Connection) -> None:
        with owner.transaction(force_rollback=True):
            set_clock(owner, NOW.isoformat())
            # Midnight in Berlin belongs to the day that begins.
            add(owner, created_at="2026-10-31T22:59:59.999999Z")
            add(owner, created_at="2026-10-31T23:00:00Z")
            found = run(owner, "SELECT day::text, leads FROM stats.by_day('2026-10-31', '2026-11-02', 'Europe/Berlin')")
            assert found == [("2026-10-31", 1), ("2026-11-01", 1)]

    def test_a_day_of_25_hours(self, owner: Connection) -> None:
        with owner.transaction(force_rollback=True):
            set_clock(owner, NOW.isoformat())
            for hour in range(48):
                add(owner, created_at=datetime(2026, 10, 24, 22, 30, tzinfo=UTC) + timedelta(hours=hour))
            found = run(
                owner,
                "SELECT leads, extract(hour FROM ends_at - starts_at)::int + 24 * extract(day FROM ends_at - starts_at)::int"
                " FROM stats.by_day('2026-10-25', '2026-10-27', 'Europe/Berlin')",
            )
            assert found == [(25, 25), (23, 24)]
            hours = run(owner, "SELECT hour::time::text, leads FROM stats.by_hour('2026-10-25', '2026-10-26', 'Europe/Berlin')")
            assert len(hours) == 25
            assert [hour for hour, _ in hours[1:5]] == ["01:00:00", "02:00:00", "02:00:00", "03:00:00"]
            assert {leads for _, leads in hours} == {1}

    def test_nothing_is_null_not_zero(self, owner: Connection) -> None:
        with owner.transaction(force_rollback=True):
            assert run(owner, "SELECT change_percent FROM stats.velocity") == [(None,)] * 3
            found = one(owner, "SELECT * FROM stats.overview")
            assert [found[name] for name in ("leads", "conversion", "median_response_seconds")] == [0, None, None]
            assert run(owner, "SELECT of_first FROM stats.funnel") == [(None,)] * 4
            assert run(owner, "SELECT share FROM stats.response_times") == [(None,)] * 5
            assert run(owner, "SELECT reopen_rate FROM stats.reopenings") == [(None,)]
            assert run(owner, "SELECT DISTINCT breach_share FROM stats.sla") == [(None,)]

    def test_what_went_back_still_reached_it_and_what_was_undone_did_not(self, owner: Connection) -> None:
        with owner.transaction(force_rollback=True):
            back, undone = add(owner), add(owner)
            run(owner, "UPDATE contact_leads SET status = 'processing' WHERE id = %s", back)
            run(owner, "UPDATE contact_leads SET status = 'unread' WHERE id = %s", back)
            undo(owner, change(owner, [undone], "status", {"status": "archived"})["operation"])
            assert run(owner, "SELECT step, leads FROM stats.funnel") == [
                ("arrived", 2),
                ("opened", 1),
                ("contacted", 0),
                ("archived", 0),
            ]
            assert run(owner, "SELECT lead_id, status::text FROM stats.stages WHERE lead_id = %s", undone) == [
                (undone, "unread")
            ]

    def test_an_undone_undo_and_a_later_move(self, owner: Connection) -> None:
        """The history always ends where the lead stands."""
        with owner.transaction(force_rollback=True):
            lead = add(owner)
            first = change(owner, [lead], "status", {"status": "processing"})["operation"]
            edit(owner, lead, internal_notes="x")
            undo(owner, first)
            edit(owner, lead, status="contacted")
            assert run(owner, "SELECT status::text FROM stats.stages ORDER BY place") == [("unread",), ("contacted",)]

    def test_direct_is_not_unknown(self, owner: Connection) -> None:
        with owner.transaction(force_rollback=True):
            add(owner, metadata=Jsonb({"ip_address": "192.0.2.1"}))
            add(owner)
            add(
                owner,
                source="web",
                metadata=Jsonb({"ip_address": "192.0.2.1", "utm": {"utm_source": "web", "utm_campaign": "May"}}),
            )
            assert sorted(run(owner, "SELECT source, leads FROM stats.sources")) == [("direct", 1), ("unknown", 1), ("web", 1)]
            assert sorted(run(owner, "SELECT utm_source, utm_campaign FROM stats.campaigns"), key=str) == [
                ("direct", None),
                ("unknown", None),
                ("web", "May"),
            ]

    def test_a_returning_person(self, owner: Connection) -> None:
        with owner.transaction(force_rollback=True):
            set_clock(owner, NOW.isoformat())
            add(owner, email="ada@example.com", created_at="2026-09-03T10:00:00Z", source="talk")
            add(owner, email="ADA@example.com", created_at="2026-10-03T10:00:00Z", source="web")
            add(owner, email="bob@example.com", created_at="2026-10-04T10:00:00Z", source="web")
            found = run(
                owner, "SELECT people, new_people, returning_people FROM stats.people('2026-09-01', '2026-11-01', 'UTC')"
            )
            assert found == [(1, 1, 0), (2, 1, 1)]
            sources = run(
                owner,
                "SELECT source, leads, first_touch_leads, new_people FROM stats.sources('2026-10-01', '2026-11-01', 'UTC') ORDER BY 1",
            )
            assert sources == [("talk", 0, 1, 0), ("web", 2, 1, 1)]

    def test_erased_leads_are_told_beside_the_others(self, owner: Connection) -> None:
        with owner.transaction(force_rollback=True):
            erase(owner, add(owner, created_at="2026-10-03T23:30:00Z"))
            assert run(owner, "SELECT received_on::text, leads FROM stats.erased") == [("2026-10-03", 1)]
            assert run(owner, "SELECT leads FROM stats.overview") == [(0,)]

    def test_what_is_odd_is_counted(self, owner: Connection) -> None:
        with owner.transaction(force_rollback=True):
            for _ in range(3):
                add(owner, message="Hello", email="a@example.com")
            add(owner, status="contacted", role="cto", company="x", message="m", source="web")
            found = dict(run(owner, "SELECT problem, leads FROM stats.data_quality"))
            assert {name: leads for name, leads in found.items() if leads} == {
                "source_unknown": 3,
                "role_missing": 3,
                "company_missing": 3,
                "not_scored": 1,
                "contacted_without_time": 1,
                "duplicate": 2,
            }

    def test_what_is_no_period_is_refused_by_name(self, owner: Connection) -> None:
        with owner.transaction(force_rollback=True):
            for first, until in (("2026-11-02", "2026-11-02"), ("2026-11-02", "2026-11-01"), ("1970-01-01", "2026-01-01")):
                call = "SELECT * FROM stats.by_day(%s, %s, 'UTC')"
                assert refused(owner, lambda c=call, a=first, b=until: run(owner, c, a, b)) == (
                    "LD400",
                    "period_not_valid",
                    "p_to",
                )
            assert refused(owner, lambda: run(owner, "SELECT * FROM stats.by_hour('2024-01-01', '2026-01-01', 'UTC')"))[1] == (
                "period_not_valid"
            )
            assert refused(
                owner, lambda: run(owner, "SELECT * FROM stats.funnel('2026-01-01', '2026-02-01', 'Middle/Earth')")
            ) == (
                "LD400",
                "time_zone_not_valid",
                "p_tz",
            )

    def test_the_views_go_by_the_sessions_time_zone(self, owner: Connection) -> None:
        with owner.transaction(force_rollback=True):
            set_clock(owner, "2026-11-02T23:30:00Z")
            add(owner, created_at="2026-11-02T23:10:00Z")
            for zone, day in (("UTC", "2026-11-02"), ("Europe/Berlin", "2026-11-03")):
                run(owner, f"SET LOCAL timezone = '{zone}'")
                assert run(owner, "SELECT day::text FROM stats.by_day WHERE leads > 0") == [(day,)]
                assert run(owner, "SELECT max(day)::text FROM stats.by_day") == [(day,)]


class TestWorkingTime:
    """9 to 17, Monday to Friday, in Berlin: 2026-11-02 is a Monday."""

    @pytest.fixture
    def berlin(self, owner: Connection) -> Connection:
        run(owner, "DELETE FROM app.sla_policies")
        run(
            owner,
            "INSERT INTO app.sla_policies (name, rank, answer_within, weekdays, opens, closes, time_zone)"
            " VALUES ('week', 1, '8 hours', '{1,2,3,4,5}', '09:00', '17:00', 'Europe/Berlin')",
        )
        run(owner, "INSERT INTO app.sla_policies (name, rank, answer_within) VALUES ('always', 2, '1 hour')")
        run(owner, "DELETE FROM app.holidays")
        return owner

    @pytest.mark.parametrize(
        ("since", "until", "hours"),
        [
            ("2026-11-02 09:00", "2026-11-02 17:00", 8),
            ("2026-11-02 07:00", "2026-11-02 10:30", 1.5),
            ("2026-11-02 16:00", "2026-11-03 10:00", 2),
            ("2026-11-06 16:00", "2026-11-09 10:00", 2),
            ("2026-11-07 10:00", "2026-11-08 10:00", 0),
            ("2026-11-02 18:00", "2026-11-03 08:00", 0),
            ("2026-10-23 16:00", "2026-10-26 10:00", 2),  # over the night on which the clock is set back
            ("2026-01-01 00:00", "2027-01-01 00:00", 261 * 8),
        ],
    )
    def test_only_working_hours_count(self, berlin: Connection, since: str, until: str, hours: float) -> None:
        statement = "SELECT app.working_seconds('week', %s::timestamp AT TIME ZONE 'Europe/Berlin', %s::timestamp AT TIME ZONE 'Europe/Berlin')"
        assert value(berlin, statement, since, until) == hours * 3600

    def test_on_a_holiday_nobody_works(self, berlin: Connection) -> None:
        run(berlin, "INSERT INTO app.holidays VALUES ('2026-11-03', 'A Tuesday'), ('2026-11-07', 'A Saturday, as it is')")
        statement = "SELECT app.working_seconds('week', '2026-11-02 16:00+01', %s)"
        assert value(berlin, statement, "2026-11-03 12:00+01") == 3600
        assert value(berlin, statement, "2026-11-04 10:00+01") == 2 * 3600
        assert value(berlin, statement, "2026-11-09 09:30+01") == (1 + 8 + 8 + 8 + 0.5) * 3600

    def test_without_hours_all_time_counts(self, berlin: Connection) -> None:
        assert value(berlin, "SELECT app.working_seconds('always', '2026-10-24 12:00+02', '2026-10-25 12:00+01')") == 25 * 3600

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(since=st.integers(0, 400 * 96), length=st.integers(0, 40 * 96), holidays=st.sets(st.integers(0, 400), max_size=6))
    def test_it_is_what_counting_each_quarter_of_an_hour_says(
        self, berlin: Connection, since: int, length: int, holidays: set[int]
    ) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * since)
        free = {date(2026, 1, 1) + timedelta(days=number) for number in holidays}
        zone = ZoneInfo("Europe/Berlin")
        counted = 0
        for number in range(length):
            moment = (start + timedelta(minutes=15 * number)).astimezone(zone)
            counted += moment.isoweekday() <= 5 and 9 <= moment.hour < 17 and moment.date() not in free
        with berlin.transaction(force_rollback=True):
            for day in free:
                run(berlin, "INSERT INTO app.holidays VALUES (%s, 'x')", day)
            end = start + timedelta(minutes=15 * length)
            assert value(berlin, "SELECT app.working_seconds('week', %s, %s)", start, end) == counted * 900

    def test_each_lead_goes_by_the_first_policy_that_fits(self, owner: Connection) -> None:
        with owner.transaction(force_rollback=True):
            run(owner, "DELETE FROM app.sla_policies")
            run(
                owner,
                "INSERT INTO app.sla_policies (name, rank, priority, lead_type, answer_within, weekdays, opens, closes, time_zone) VALUES"
                " ('urgent', 1, 'urgent', NULL, '2 hours', '{1,2,3,4,5}', '09:00', '17:00', 'UTC'),"
                " ('cv', 2, NULL, 'cv_request', '1 day', NULL, NULL, NULL, NULL)",
            )
            set_clock(owner, "2026-11-04T12:00:00Z")  # a Wednesday
            monday = "2026-11-02T16:00:00Z"
            add(owner, priority="urgent", created_at=monday, status="contacted", first_response_at="2026-11-03T10:00:00Z")
            add(owner, priority="urgent", created_at=monday, status="contacted", first_response_at="2026-11-03T10:00:01Z")
            add(owner, priority="urgent", created_at=monday, lead_type="cv_request")
            add(owner, priority="urgent", created_at="2026-11-04T11:00:00Z")
            add(owner, priority="urgent", created_at=monday, status="archived")
            add(owner, lead_type="cv_request", created_at="2026-11-03T13:00:00Z")
            add(owner, created_at=monday)
            names = "leads, in_time, late, overdue, waiting, dismissed, breach_share"
            found = run(owner, f"SELECT policy, {names} FROM stats.sla('2026-11-01', '2026-12-01', 'UTC')")
            assert found == [
                ("urgent", 5, 1, 1, 1, 1, 1, Decimal("0.6667")),
                ("cv", 1, 0, 0, 0, 1, 0, None),
                ("none", 1, 0, 0, 0, 0, 0, None),
            ]

    def test_a_policy_is_checked_and_audited(self, owner: Connection) -> None:
        with owner.transaction(force_rollback=True):
            for column, wrong in (
                ("closes", "'08:00'"),
                ("time_zone", "'Middle/Earth'"),
                ("weekdays", "'{8}'"),
                ("opens", "NULL"),
            ):
                with pytest.raises(psycopg.errors.CheckViolation), owner.transaction():
                    run(owner, f"UPDATE app.sla_policies SET {column} = {wrong}")
            run(owner, "UPDATE app.metric_settings SET qualified_from = 60")
            assert run(owner, "SELECT after ->> 'qualified_from' FROM app.audit_log WHERE table_name = 'metric_settings'") == [
                ("60",)
            ]
