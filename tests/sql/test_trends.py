"""Trends: periods by the calendar of a time zone, also when its clock changes, and numbers that are those of the leads behind them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sql_support import Connection, add, refused, run, set_clock, value

# 11:30 in Berlin, 16:15 in Kathmandu; a Monday.
NOW = "2026-11-23T10:30:00Z"
PERIODS = {"24h": ("hour", 24), "7d": ("day", 7), "30d": ("day", 30), "90d": ("week", 13), "12m": ("month", 12)}
# The first three set the clock back at midnight, or on at midnight; the next is 5:45 ahead, the last goes by half an hour.
ZONES = [
    "Atlantic/Azores",
    "America/Havana",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "America/New_York",
    "UTC",
    "Australia/Lord_Howe",
]


def trends(connection: Connection, period: str = "7d", time_zone: str = "UTC") -> dict[str, Any]:
    run(connection, "SET LOCAL timezone = 'UTC'")
    found: dict[str, Any] = value(connection, "SELECT service.lead_trends(%s, %s)", period, time_zone)
    return found


def starts(found: dict[str, Any]) -> list[str]:
    """When its buckets begin, and the last one ends: as 10-25T22:00."""
    return [moment[5:16] for moment in [*(one["at"] for one in found["series"]), found["until"]]]


def answered_after(connection: Connection, created_at: str, seconds: float, **columns: object) -> int:
    """A lead that was first contacted so many seconds after it came."""
    moment = datetime.fromisoformat(created_at)
    return add(
        connection, created_at=moment, first_response_at=moment + timedelta(seconds=seconds), status="contacted", **columns
    )


class TestPeriods:
    @pytest.mark.parametrize(
        ("period", "time_zone", "first", "second", "last", "until"),
        [
            ("24h", "UTC", "11-22T11:00", "11-22T12:00", "11-23T10:00", "11-23T11:00"),
            ("24h", "Asia/Kathmandu", "11-22T11:15", "11-22T12:15", "11-23T10:15", "11-23T11:15"),
            ("7d", "UTC", "11-17T00:00", "11-18T00:00", "11-23T00:00", "11-24T00:00"),
            ("7d", "Asia/Kathmandu", "11-16T18:15", "11-17T18:15", "11-22T18:15", "11-23T18:15"),
            ("30d", "Europe/Berlin", "10-24T22:00", "10-25T23:00", "11-22T23:00", "11-23T23:00"),
            ("90d", "UTC", "08-31T00:00", "09-07T00:00", "11-23T00:00", "11-30T00:00"),
            ("90d", "Europe/Berlin", "08-30T22:00", "09-06T22:00", "11-22T23:00", "11-29T23:00"),
            ("12m", "UTC", "12-01T00:00", "01-01T00:00", "11-01T00:00", "12-01T00:00"),
            ("12m", "Europe/Berlin", "11-30T23:00", "12-31T23:00", "10-31T23:00", "11-30T23:00"),
        ],
    )  # fmt: skip
    def test_they_are_whole_and_end_with_the_current_one(
        self, owner: Connection, period: str, time_zone: str, first: str, second: str, last: str, until: str
    ) -> None:
        set_clock(owner, NOW)
        found = trends(owner, period, time_zone)
        edges = starts(found)
        assert (edges[0], edges[1], edges[-2], edges[-1]) == (first, second, last, until)
        assert (found["period"], found["time_zone"], found["from"]) == (period, time_zone, found["series"][0]["at"])
        assert (found["bucket"], len(found["series"])) == PERIODS[period]

    def test_the_day_on_which_the_clock_is_set_back(self, owner: Connection) -> None:
        """25 October 2026 in Berlin has 25 hours."""
        set_clock(owner, "2026-10-26T12:00:00Z")
        assert starts(trends(owner, "7d", "Europe/Berlin"))[-4:] == ["10-23T22:00", "10-24T22:00", "10-25T23:00", "10-26T23:00"]
        add(owner, created_at="2026-10-25T22:59:59Z")
        add(owner, created_at="2026-10-25T23:00:00Z")
        assert [one["leads"] for one in trends(owner, "7d", "Europe/Berlin")["series"]][-2:] == [1, 1]

    def test_the_day_on_which_the_clock_is_set_on(self, owner: Connection) -> None:
        """29 March 2026 in Berlin has 23 hours."""
        set_clock(owner, "2026-03-30T12:00:00Z")
        assert starts(trends(owner, "7d", "Europe/Berlin"))[-4:] == ["03-27T23:00", "03-28T23:00", "03-29T22:00", "03-30T22:00"]

    def test_hours_while_the_clock_changes(self, owner: Connection) -> None:
        """Two hours are called 2:00 that night in Berlin, and each is one of its own."""
        set_clock(owner, "2026-10-25T03:10:00Z")
        assert starts(trends(owner, "24h", "Europe/Berlin"))[-5:] == [
            "10-25T00:00",
            "10-25T01:00",
            "10-25T02:00",
            "10-25T03:00",
            "10-25T04:00",
        ]

    def test_a_midnight_that_comes_twice(self, owner: Connection) -> None:
        """At 1:00 on 25 October 2026 the clock of the Azores is set back to 0:00: the day begins with the first of the two."""
        set_clock(owner, "2026-10-25T12:00:00Z")
        assert starts(trends(owner, "7d", "Atlantic/Azores"))[-3:] == ["10-24T00:00", "10-25T00:00", "10-26T01:00"]

    def test_a_midnight_that_never_comes(self, owner: Connection) -> None:
        """4 November 2018 in Sao Paulo begins at 1:00."""
        set_clock(owner, "2018-11-05T12:00:00Z")
        assert starts(trends(owner, "7d", "America/Sao_Paulo"))[-4:] == [
            "11-03T03:00",
            "11-04T03:00",
            "11-05T02:00",
            "11-06T02:00",
        ]

    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        period=st.sampled_from(sorted(PERIODS)),
        time_zone=st.sampled_from(ZONES),
        now=st.integers(0, 17 * 365 * 24 * 3600).map(
            lambda seconds: datetime(2005, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        ),
    )
    def test_every_bucket_begins_where_its_calendar_says(
        self, owner: Connection, period: str, time_zone: str, now: datetime
    ) -> None:
        """Read back by the clock of that place, which is never in doubt of an instant."""
        bucket, count = PERIODS[period]
        with owner.transaction(force_rollback=True):
            set_clock(owner, now.isoformat())
            found = trends(owner, period, time_zone)
            edges = [*(one["at"] for one in found["series"]), found["until"]]
            assert len(edges) == count + 1
            assert datetime.fromisoformat(edges[-2]) <= now < datetime.fromisoformat(edges[-1])
            if bucket == "hour":
                assert {datetime.fromisoformat(b) - datetime.fromisoformat(a) for a, b in pairwise(edges)} == {
                    timedelta(hours=1)
                }
                return
            read = "SELECT date_trunc(%s, at AT TIME ZONE %s), date_trunc(%s, (at - interval '1 microsecond') AT TIME ZONE %s) FROM unnest(%s::timestamptz[]) AS at"
            begun = run(owner, read, bucket, time_zone, bucket, time_zone, edges)
            # The instant before still belongs to the bucket before: so it is the first of its own, and none is left out.
            assert [before for _, before in begun[1:]] == [begins for begins, _ in begun[:-1]]
            assert len({begins for begins, _ in begun}) == count + 1


class TestNumbers:
    def test_one_by_one(self, owner: Connection) -> None:
        set_clock(owner, NOW)
        answered_after(owner, "2026-11-23T10:00:00+00:00", 90, source="web")
        add(owner, created_at="2026-11-23T10:10:00Z", status="processing", lead_type="cv_request", source="web")
        add(owner, created_at="2026-11-22T11:00:00Z", lead_type="collaboration")
        answered_after(owner, "2026-11-22T12:00:00+00:00", 30_000)
        answered_after(owner, "2026-11-22T10:59:59+00:00", 400)
        add(owner, created_at="2026-11-21T11:00:00Z")
        add(owner, created_at="2026-11-21T12:00:00Z")
        add(owner, created_at="2026-11-21T10:59:59Z")
        add(owner, created_at="2026-11-23T11:00:00Z")
        add(owner, created_at="2026-11-23T10:20:00Z", is_spam=True)
        add(owner, created_at="2026-11-23T10:20:00Z", deleted_at=NOW)
        found = trends(owner, "24h")
        assert found["totals"] == {
            "leads": {"count": 4, "previous": 3, "change_percent": 33.3},
            "answered": {"count": 2, "previous": 1, "change_percent": 100.0},
            "conversion": {"value": 0.5, "previous": 0.3333},
            # Of two answers the first is the median; and each is known within 1 %.
            "first_response": {
                "median_seconds": pytest.approx(90, rel=0.01),
                "p90_seconds": pytest.approx(30_000, rel=0.01),
                "previous_median_seconds": pytest.approx(400, rel=0.01),
            },
            "unread": 1,
        }
        assert [one for one in found["series"] if one["leads"] or one["previous"]] == [
            {"at": "2026-11-22T11:00:00+00:00", "leads": 1, "answered": 0, "previous": 1},
            {"at": "2026-11-22T12:00:00+00:00", "leads": 1, "answered": 1, "previous": 1},
            {"at": "2026-11-23T10:00:00+00:00", "leads": 2, "answered": 1, "previous": 1},
        ]
        assert found["funnel"] == [
            {"step": "arrived", "leads": 4}, {"step": "opened", "leads": 3}, {"step": "contacted", "leads": 2}, {"step": "archived", "leads": 0}
        ]  # fmt: skip
        assert found["by_status"] == {"unread": 1, "processing": 1, "contacted": 2, "archived": 0}
        assert found["by_type"] == {"contact": 2, "cv_request": 1, "collaboration": 1}
        assert found["by_source"] == [
            {"source": "unknown", "leads": 2, "answered": 1}, {"source": "web", "leads": 2, "answered": 1}
        ]  # fmt: skip
        assert [one["leads"] for one in found["response_times"]] == [1, 0, 0, 1, 0]

    def test_one_that_was_answered_and_is_unread_again_was_opened(self, owner: Connection) -> None:
        set_clock(owner, NOW)
        add(owner, created_at=NOW, first_response_at=NOW, status="unread")
        found = trends(owner)
        assert [one["leads"] for one in found["funnel"]] == [1, 1, 1, 0]
        assert found["totals"]["unread"] == 1

    def test_an_empty_inbox(self, owner: Connection) -> None:
        found = trends(owner)
        nothing = {"count": 0, "previous": 0, "change_percent": None}
        assert found["totals"] == {
            "leads": nothing, "answered": nothing, "conversion": {"value": None, "previous": None},
            "first_response": {"median_seconds": None, "p90_seconds": None, "previous_median_seconds": None}, "unread": 0,
        }  # fmt: skip
        assert {(one["leads"], one["answered"], one["previous"]) for one in found["series"]} == {(0, 0, 0)}
        assert found["by_status"] == {"unread": 0, "processing": 0, "contacted": 0, "archived": 0}
        assert found["by_source"] == []

    @pytest.mark.parametrize(
        ("seconds", "place"), [(0, 0), (3599.9, 0), (3600, 1), (14_400, 2), (28_800, 3), (86_399, 3), (86_400, 4), (9e6, 4)]
    )
    def test_where_a_wait_belongs(self, owner: Connection, seconds: float, place: int) -> None:
        set_clock(owner, NOW)
        answered_after(owner, "2026-11-23T00:00:00+00:00", seconds)
        times = trends(owner)["response_times"]
        assert [(one["from_seconds"], one["to_seconds"]) for one in times] == [
            (0, 3600),
            (3600, 14400),
            (14400, 28800),
            (28800, 86400),
            (86400, None),
        ]
        assert [one["leads"] for one in times] == [int(number == place) for number in range(5)]

    def test_the_twenty_largest_sources(self, owner: Connection) -> None:
        for number in range(25):
            for _ in range(1 + (number == 24)):
                add(owner, source=f"source {number:02}")
        found = trends(owner)["by_source"]
        assert [one["source"] for one in found] == ["source 24", *(f"source {number:02}" for number in range(19))]

    @pytest.mark.parametrize("period", PERIODS)
    def test_each_is_what_counting_the_leads_behind_it_gives(self, owner: Connection, period: str) -> None:
        """Of leads spread over two years and a half; the links of the dashboard go by from and until."""
        set_clock(owner, NOW)
        run(
            owner,
            "INSERT INTO contact_leads (name, email, status, lead_type, created_at, first_response_at, is_spam, deleted_at, source)"
            " SELECT 'x', 'x@y.zz', (enum_range(NULL::lead_status))[1 + n %% 4], (enum_range(NULL::lead_type))[1 + n %% 3],"
            " %s::timestamptz - n * n * interval '57 seconds', CASE WHEN n %% 4 > 1 THEN now() END, n %% 11 = 0, CASE WHEN n %% 13 = 0 THEN now() END,"
            " CASE WHEN n %% 5 > 0 THEN 'source ' || n %% 5 END FROM generate_series(1, 1200) AS n",
            NOW,
        )  # fmt: skip
        # PostgreSQL 15 keeps the plan, and with it the clock, as long as its subtransaction lasts.
        with owner.transaction():
            found = trends(owner, period, "Europe/Berlin")
        inbox = "SELECT count(*), count(first_response_at), count(*) FILTER (WHERE status = 'unread') FROM api.leads WHERE created_at >= %s AND created_at < %s"
        ((leads, answered, unread),) = run(owner, inbox, found["from"], found["until"])
        assert leads > 0
        assert found["totals"]["unread"] == found["by_status"]["unread"] == unread
        assert found["totals"]["leads"]["count"] == leads
        assert {sum(found["by_status"].values()), sum(found["by_type"].values()), found["funnel"][0]["leads"]} == {leads}
        assert {sum(one["leads"] for one in found[part]) for part in ("series", "by_source")} == {leads}
        assert found["totals"]["answered"]["count"] == answered
        assert {sum(one["answered"] for one in found[part]) for part in ("series", "by_source")} == {answered}
        assert sum(one["leads"] for one in found["response_times"]) == found["funnel"][2]["leads"] == answered
        edges = [*(one["at"] for one in found["series"]), found["until"]]
        for one, (since, until) in zip(found["series"], pairwise(edges), strict=True):
            assert (one["leads"], one["answered"]) == run(owner, inbox, since, until)[0][:2]
        # The period before is that of a clock that shows the last moment before this one.
        set_clock(owner, (datetime.fromisoformat(found["from"]) - timedelta(microseconds=1)).isoformat())
        before = trends(owner, period, "Europe/Berlin")
        assert before["until"] == found["from"]
        assert [one["previous"] for one in found["series"]] == [one["leads"] for one in before["series"]]
        for name in ("leads", "answered"):
            assert found["totals"][name]["previous"] == before["totals"][name]["count"]
        assert found["totals"]["conversion"]["previous"] == before["totals"]["conversion"]["value"]
        assert (
            found["totals"]["first_response"]["previous_median_seconds"] == before["totals"]["first_response"]["median_seconds"]
        )


class TestRefusals:
    @pytest.mark.parametrize("period", ["", "1h", "24H", "7", None])
    def test_a_period_that_there_is_not(self, owner: Connection, period: str | None) -> None:
        assert refused(owner, lambda: trends(owner, period)) == ("LD400", "period_not_valid", "period")  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "time_zone",
        ["", "foo+3", "FOO3", "CEST", "utc", "Europe/Berlin5", "Etc/GMT+99", "Nowhere/Land", "Europe/Berlin\n", " UTC", "+02:00", "<x>-3",
         "../UTC", "/etc/localtime", "Europe/" + "A" * 400, "'; DROP TABLE contact_leads --", None],
    )  # fmt: skip
    def test_a_time_zone_that_there_is_not(self, owner: Connection, time_zone: str | None) -> None:
        assert refused(owner, lambda: trends(owner, "7d", time_zone)) == ("LD400", "time_zone_not_valid", "time_zone")  # type: ignore[arg-type]

    def test_every_time_zone_that_there_is(self, owner: Connection) -> None:
        names = {name for (name,) in run(owner, "SELECT name FROM pg_timezone_names")}
        assert names > {*ZONES, "America/Argentina/Buenos_Aires", "America/Port-au-Prince", "Etc/GMT+12", "EST5EDT", "CET"}
        assert run(owner, "SELECT name FROM unnest(%s::text[]) AS name WHERE NOT app.is_time_zone(name)", list(names)) == []
