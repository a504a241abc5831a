"""Every number of stats against a plain count over the rows: by hand where it is small, by Python over random histories."""

import math
import subprocess
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from sql_support import Connection, add, change, edit, erase, refused, run, set_clock, undo, value

from conftest import Server, Urls

NOW = datetime(2026, 11, 2, 10, 7, 30, tzinfo=UTC)
# Clocks change in the week before NOW in most of them; one goes by half an hour, one is 5:45 ahead, one changes at midnight.
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Atlantic/Azores",
    "America/Havana",
]
STATUSES = ("unread", "processing", "contacted", "archived")
TYPES = ("contact", "cv_request", "collaboration")

Row = dict[str, Any]


def rows(connection: Connection, statement: str, *arguments: object) -> list[Row]:
    cursor = connection.execute(statement, arguments or None)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def one(connection: Connection, statement: str, *arguments: object) -> Row:
    (row,) = rows(connection, statement, *arguments)
    return row


def right(connection: Connection) -> bool:
    return run(connection, "SELECT * FROM stats.verify()") == []


def ratio(part: float, whole: float, places: int = 4) -> Decimal | None:
    """As PostgreSQL rounds: half away from zero."""
    return (Decimal(part) / Decimal(whole)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) if whole else None


def percent(now: int, before: int) -> Decimal | None:
    return ratio(100 * (now - before), before, 1)


@dataclass
class Lead:
    """What a plain count knows of a lead: its row, and the moves that its history tells of."""

    id: int
    email: str
    lead_type: str
    status: str
    priority: str
    source: str
    role: str
    created_at: datetime
    first_response_at: datetime | None
    quality_score: int | None
    moves: list[tuple[datetime, str, str]]

    @property
    def seconds(self) -> float | None:
        return (self.first_response_at - self.created_at).total_seconds() if self.first_response_at else None

    @property
    def stays(self) -> list[tuple[str, datetime, datetime | None]]:
        first = self.moves[0][1] if self.moves else self.status
        begun = [(first, self.created_at), *((to, at) for at, _, to in self.moves)]
        ends = [at for _, at in begun[1:]] + [None]
        return [(status, since, until) for (status, since), until in zip(begun, ends, strict=True)]

    def ever(self, *stages: str) -> bool:
        return any(status in stages for status, _, _ in self.stays)

    @property
    def opened(self) -> bool:
        return self.ever("processing", "contacted", "archived") or self.first_response_at is not None


def inbox(connection: Connection) -> list[Lead]:
    """The leads that count, read row by row: nothing of stats, and none of what is kept, is asked."""
    run(connection, "SET LOCAL timezone = 'UTC'")
    found = rows(
        connection,
        "SELECT id, email, lead_type::text, status::text, priority::text, source, metadata, role, created_at, first_response_at, quality_score"
        " FROM public.contact_leads WHERE deleted_at IS NULL AND NOT is_spam",
    )
    moves: dict[int, list[tuple[datetime, str, str]]] = defaultdict(list)
    for lead_id, at, before, after in run(
        connection, "SELECT lead_id, at, from_status::text, to_status::text FROM app.status_changes ORDER BY number"
    ):
        moves[lead_id].append((at, before, after))
    leads = []
    for row in found:
        metadata = row.pop("metadata")
        row["source"] = row["source"] or ("direct" if metadata.keys() & {"ip_address", "user_agent", "origin"} else "unknown")
        row["role"] = row["role"] or "unknown"
        leads.append(Lead(**row, moves=moves[row["id"]]))
    return leads


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def within(leads: Iterable[Lead], first: date, until: date, zone: str) -> list[Lead]:
    return [lead for lead in leads if first <= local_day(lead.created_at, zone) < until]


def days(first: date, until: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((until - first).days)]


# A random history: leads that come at awkward instants, then what people do to them, each at a time of its own.
INSTANTS = st.one_of(
    st.integers(0, 70 * 24 * 3600).map(lambda seconds: NOW - timedelta(seconds=seconds)),
    # The edges of the sliding windows, and of quarters of an hour, hours and days.
    st.sampled_from([0, 1, 2, 7, 14, 30, 60]).flatmap(
        lambda whole: st.integers(-2, 2).map(lambda more: NOW - timedelta(days=whole, microseconds=more))
    ),
    st.integers(0, 60 * 96).flatmap(
        lambda slot: st.integers(-1, 1).map(
            lambda more: datetime(2026, 11, 2, tzinfo=UTC) - timedelta(minutes=15 * slot, microseconds=more)
        )
    ),
)
LEADS = st.lists(
    st.fixed_dictionaries(
        {
            "created_at": INSTANTS,
            "lead_type": st.sampled_from(TYPES),
            "priority": st.sampled_from(["medium", "urgent"]),
            "email": st.sampled_from(["a@example.com", "A@example.com", "b@example.com", "c@example.com"]),
            "source": st.sampled_from([None, "web", "github"]),
            "metadata": st.sampled_from([Jsonb({}), Jsonb({"ip_address": "192.0.2.1"})]),
            "role": st.sampled_from([None, "cto", "founder"]),
            "quality_score": st.sampled_from([None, 10, 69, 70, 100]),
        }
    ),
    min_size=1,
    max_size=14,
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["status", "bulk", "undo", "spam", "trash", "restore", "purge", "erase", "edit", "tidy", "move"]),
        st.integers(0, 5),
        st.sampled_from(STATUSES),
    ),
    max_size=14,
)


def live_through(connection: Connection, leads: list[Row], steps: list[tuple[str, int, str]]) -> None:
    ids = [add(connection, **lead) for lead in leads]
    operations: list[str] = []
    for number, (what, which, status) in enumerate(steps):
        set_clock(connection, (NOW - timedelta(days=3) + timedelta(hours=5 * number)).isoformat())
        chosen = [lead for place, lead in enumerate(ids) if (place + which) % 3 == 0]
        lead = ids[which % len(ids)]
        match what:
            case "status":
                # One by one, as far as the lifecycle lets it.
                for one_id in chosen:
                    try:
                        with connection.transaction():
                            run(connection, "UPDATE public.contact_leads SET status = %s WHERE id = %s", status, one_id)
                    except psycopg.Error:
                        continue
            case "bulk":
                operations.append(change(connection, chosen, "status", {"status": status})["operation"])
            case "undo" if operations:
                undo(connection, operations.pop())
            case "spam":
                run(connection, "UPDATE public.contact_leads SET is_spam = NOT is_spam WHERE id = ANY (%s)", chosen)
            case "trash":
                operations.append(change(connection, [lead], "delete")["operation"])
            case "restore":
                run(connection, "UPDATE public.contact_leads SET deleted_at = NULL WHERE id = %s", lead)
            case "purge":
                run(connection, "SELECT service.purge_trash(0)")
            case "erase" if which == 0:
                if run(connection, "SELECT FROM public.contact_leads WHERE id = %s AND deleted_at IS NULL", lead):
                    erase(connection, lead)
                    operations.clear()
            case "edit":
                run(
                    connection,
                    "UPDATE public.contact_leads SET source = %s, role = NULL, lead_type = 'contact', quality_score = 80 WHERE id = %s",
                    [None, "ads"][which % 2],
                    lead,
                )
            case "move":
                run(
                    connection,
                    "UPDATE public.contact_leads SET created_at = created_at - interval '26 hours' WHERE id = %s",
                    lead,
                )
            case "tidy":
                run(connection, "SELECT service.tidy()")
    set_clock(connection, NOW.isoformat())


Check = Callable[[Connection, list[Lead], str, date, date], None]


def check_overview(connection: Connection, leads: list[Lead], *_: object) -> None:
    found = one(connection, "SELECT * FROM stats.overview")
    assert found["leads"] == len(leads)
    assert {status: found[status] for status in STATUSES} == {
        status: sum(lead.status == status for lead in leads) for status in STATUSES
    }
    times = sorted(lead.seconds for lead in leads if lead.seconds is not None)
    assert found["answered"] == len(times)
    assert found["conversion"] == ratio(len(times), len(leads))
    assert found["unanswered_share"] == ratio(len(leads) - len(times), len(leads))
    near(found["median_response_seconds"], times, 0.5)
    near(found["p90_response_seconds"], times, 0.9)
    for period, length in (("24h", 1), ("7d", 7), ("30d", 30)):
        since, before = NOW - timedelta(days=length), NOW - timedelta(days=2 * length)
        count = sum(since < lead.created_at <= NOW for lead in leads)
        previous = sum(before < lead.created_at <= since for lead in leads)
        shown = (found[f"leads_{period}"], found[f"previous_{period}"], found[f"change_percent_{period}"])
        assert shown == (count, previous, percent(count, previous)), period
    stats = value(connection, "SELECT service.lead_stats()")
    assert stats["total"] == len(leads)
    assert stats["by_source"] == Counter(lead.source for lead in leads)
    by_role = {role: [lead for lead in leads if lead.role == role] for role in {lead.role for lead in leads}}
    assert {role: Decimal(str(share)) for role, share in stats["conversion"]["by_role"].items()} == {
        role: ratio(sum(lead.seconds is not None for lead in some), len(some)) for role, some in by_role.items()
    }


def near(found: Decimal | None, times: list[float], share: float) -> None:
    """The percentile is that of the answer at its place, as near as a bin is wide."""
    if not times:
        assert found is None
        return
    exact = max(times[math.ceil(share * len(times)) - 1], 0)  # an answer before its question counts as at once
    assert found is not None
    assert abs(float(found) - exact) <= max(0.0101 * exact, 1), (found, exact)


def check_by_day(connection: Connection, leads: list[Lead], zone: str, first: date, until: date) -> None:
    found = rows(connection, "SELECT * FROM stats.by_day(%s, %s, %s)", first, until, zone)
    assert [row["day"] for row in found] == days(first, until)
    assert all(earlier["ends_at"] == later["starts_at"] for earlier, later in pairwise(found))
    for row in found:
        came = [lead for lead in leads if local_day(lead.created_at, zone) == row["day"]]
        answered = sum(lead.seconds is not None for lead in came)
        assert row["leads"] == len(came), row
        assert {kind: row[kind] for kind in TYPES} == {kind: sum(lead.lead_type == kind for lead in came) for kind in TYPES}
        assert {name: row[name] for name in STATUSES} == {name: sum(lead.status == name for lead in came) for name in STATUSES}
        assert (row["answered"], row["conversion"]) == (answered, ratio(answered, len(came)))


def check_by_hour(connection: Connection, leads: list[Lead], zone: str, first: date, until: date) -> None:
    found = rows(connection, "SELECT * FROM stats.by_hour(%s, %s, %s)", first, until, zone)
    assert sum(row["leads"] for row in found) == len(within(leads, first, until, zone))
    for row in found:
        assert row["ends_at"] - row["starts_at"] <= timedelta(hours=1)
        assert row["leads"] == sum(row["starts_at"] <= lead.created_at < row["ends_at"] for lead in leads)


def check_funnel(connection: Connection, leads: list[Lead], zone: str, first: date, until: date) -> None:
    came = within(leads, first, until, zone)
    contacted = [lead for lead in came if lead.first_response_at is not None]
    steps = [len(came), sum(lead.opened for lead in came), len(contacted), sum(lead.ever("archived") for lead in contacted)]
    found = rows(connection, "SELECT * FROM stats.funnel(%s, %s, %s)", first, until, zone)
    assert [row["leads"] for row in found] == steps
    assert [row["of_previous"] for row in found] == [None, *(ratio(b, a) for a, b in pairwise(steps))]
    assert [row["of_first"] for row in found] == [ratio(step, steps[0]) for step in steps]
    cohorts = rows(connection, "SELECT * FROM stats.cohorts(%s, %s, %s)", first, until, zone)
    assert [sum(row[name] for row in cohorts) for name in ("arrived", "opened", "contacted", "archived")] == steps
    for row in cohorts:
        month = [lead for lead in came if local_day(lead.created_at, zone).replace(day=1) == row["month"]]
        assert row["arrived"] == len(month)
        assert row["dismissed"] == sum(lead.first_response_at is None and lead.ever("archived") for lead in month)
        assert row["conversion"] == ratio(row["contacted"], row["arrived"])


def check_conversion(connection: Connection, leads: list[Lead], zone: str, first: date, until: date) -> None:
    came = within(leads, first, until, zone)
    counted: Counter[tuple[str, str]] = Counter()
    answered: Counter[tuple[str, str]] = Counter()
    for lead in came:
        for key in (("all", "all"), ("type", lead.lead_type), ("role", lead.role), ("source", lead.source)):
            counted[key] += 1
            answered[key] += lead.seconds is not None
    found = rows(connection, "SELECT * FROM stats.conversion(%s, %s, %s)", first, until, zone)
    assert {(row["dimension"], row["value"]): (row["leads"], row["answered"], row["conversion"]) for row in found} == {
        key: (counted[key], answered[key], ratio(answered[key], counted[key])) for key in counted
    }


def check_responses(connection: Connection, leads: list[Lead], zone: str, first: date, until: date) -> None:
    came = within(leads, first, until, zone)
    times = sorted(lead.seconds for lead in came if lead.seconds is not None)
    found = one(connection, "SELECT * FROM stats.first_response(%s, %s, %s)", first, until, zone)
    assert (found["leads"], found["answered"], found["unanswered"]) == (len(came), len(times), len(came) - len(times))
    near(found["median_seconds"], times, 0.5)
    near(found["p90_seconds"], times, 0.9)
    limits = [-math.inf, 3600, 14400, 28800, 86400, math.inf]
    buckets = rows(connection, "SELECT * FROM stats.response_times(%s, %s, %s)", first, until, zone)
    assert [row["leads"] for row in buckets] == [sum(a <= time < b for time in times) for a, b in pairwise(limits)]
    assert [row["share"] for row in buckets] == [ratio(row["leads"], len(times)) for row in buckets]


def check_stages(connection: Connection, leads: list[Lead], zone: str, first: date, until: date) -> None:
    stays = rows(connection, "SELECT lead_id, status::text, entered_at, left_at FROM stats.stages ORDER BY lead_id, place")
    by_lead: dict[int, list[tuple[str, datetime, datetime | None]]] = defaultdict(list)
    for row in stays:
        by_lead[row["lead_id"]].append((row["status"], row["entered_at"], row["left_at"]))
    assert by_lead == {lead.id: lead.stays for lead in leads}
    assert all(lead.stays[-1][0] == lead.status for lead in leads), "the moves end where the lead stands"
    came = within(leads, first, until, zone)
    for row in rows(connection, "SELECT *, status::text AS name FROM stats.stage_times(%s, %s, %s)", first, until, zone):
        there = [stay for lead in came for stay in lead.stays if stay[0] == row["name"]]
        # Those that came as something else than unread are not known to have begun: none of these did.
        over = [max((left - entered).total_seconds(), 0) for _, entered, left in there if left]
        assert (row["stays"], row["ended"], row["there_now"]) == (len(there), len(over), len(there) - len(over))
        assert (row["median_seconds"] is None) is (not over)
        if over:
            assert float(row["median_seconds"]) == pytest.approx(median(over), abs=0.001)
    back = Counter(
        lead.id
        for lead in came
        for _, before, after in lead.moves
        if before in ("contacted", "archived") and after == "processing"
    )
    dealt_with = [lead for lead in came if lead.ever("contacted", "archived") or lead.first_response_at]
    assert one(connection, "SELECT * FROM stats.reopenings(%s, %s, %s)", first, until, zone) == {
        "leads": len(dealt_with),
        "reopened": len(back),
        "reopen_rate": ratio(len(back), len(dealt_with)),
        "reopenings": back.total(),
    }


def check_ageing(connection: Connection, leads: list[Lead], *_: object) -> None:
    limits = [timedelta.min, *(timedelta(days=number) for number in (1, 3, 7, 30)), timedelta.max]
    found = rows(connection, "SELECT *, status::text AS name FROM stats.ageing")
    assert len(found) == 10
    for row in found:
        since, until = limits[row["place"] - 1 : row["place"] + 1]
        old = [lead for lead in leads if lead.status == row["name"] and since <= NOW - lead.created_at < until]
        assert row["leads"] == len(old), row
        assert row["oldest_at"] == min((lead.created_at for lead in old), default=None)


def check_sources(connection: Connection, leads: list[Lead], zone: str, first: date, until: date) -> None:
    came = within(leads, first, until, zone)
    touch: dict[str, Lead] = {}
    for lead in sorted(leads, key=lambda lead: (lead.created_at, lead.id)):
        touch.setdefault(lead.email.lower(), lead)
    sources = {lead.source for lead in came} | {touch[lead.email.lower()].source for lead in came}
    found = {row.pop("source"): row for row in rows(connection, "SELECT * FROM stats.sources(%s, %s, %s)", first, until, zone)}
    assert found.keys() == sources
    for source, row in found.items():
        own = [lead for lead in came if lead.source == source]
        by_touch = [lead for lead in came if touch[lead.email.lower()].source == source]
        answered = sum(lead.seconds is not None for lead in own)
        assert row == {
            "leads": len(own),
            "answered": answered,
            "conversion": ratio(answered, len(own)),
            "qualified": sum((lead.quality_score or 0) >= 70 for lead in own),
            "first_touch_leads": len(by_touch),
            "first_touch_answered": sum(lead.seconds is not None for lead in by_touch),
            "new_people": sum(touch[lead.email.lower()] is lead for lead in by_touch),
        }
    quality = {
        row.pop("source"): row for row in rows(connection, "SELECT * FROM stats.quality(%s, %s, %s)", first, until, zone)
    }
    assert quality.keys() == {lead.source for lead in came}
    for source, row in quality.items():
        scores = [lead.quality_score for lead in came if lead.source == source and lead.quality_score is not None]
        good = sum(score >= 70 for score in scores)
        assert (row["scored"], row["mean_score"]) == (len(scores), ratio(sum(scores), len(scores), 1))
        assert (row["qualified"], row["qualified_share"]) == (good, ratio(good, len(scores)))
    campaigns = rows(connection, "SELECT * FROM stats.campaigns(%s, %s, %s)", first, until, zone)
    assert {row["utm_source"]: row["leads"] for row in campaigns} == Counter(lead.source for lead in came)


def check_months(connection: Connection, leads: list[Lead], zone: str, first: date, until: date) -> None:
    def month(lead: Lead) -> date:
        return local_day(lead.created_at, zone).replace(day=1)

    qualified = Counter(month(lead) for lead in leads if (lead.quality_score or 0) >= 70)
    found = rows(connection, "SELECT * FROM stats.lead_velocity(%s, %s, %s)", first, until, zone)
    assert [row["month"] for row in found] == sorted({day.replace(day=1) for day in days(first, until)})
    for row in found:
        before = (row["month"] - timedelta(days=1)).replace(day=1)
        assert (row["qualified"], row["previous"]) == (qualified[row["month"]], qualified[before])
        assert row["rate_percent"] == percent(row["qualified"], row["previous"])
    came = within(leads, first, until, zone)
    for row in rows(connection, "SELECT * FROM stats.people(%s, %s, %s)", first, until, zone):
        mine = [lead for lead in came if month(lead) == row["month"]]
        people = {lead.email.lower() for lead in mine}
        starts = max(row["month"], first)
        before = {lead.email.lower() for lead in leads if local_day(lead.created_at, zone) < starts}
        assert (row["leads"], row["people"]) == (len(mine), len(people))
        assert (row["returning_people"], row["returning_share"]) == (
            len(people & before),
            ratio(len(people & before), len(people)),
        )


def check_trends(connection: Connection, leads: list[Lead], zone: str, *_: object) -> None:
    """What the dashboard draws are the same numbers."""
    found = value(connection, "SELECT service.lead_trends('30d', %s)", zone)
    first, until = (datetime.fromisoformat(found[name]) for name in ("from", "until"))
    came = [lead for lead in leads if first <= lead.created_at < until]
    times = sorted(lead.seconds for lead in came if lead.seconds is not None)
    period = local_day(first, zone), local_day(until, zone)
    assert [row["leads"] for row in found["series"]] == [
        row["leads"] for row in rows(connection, "SELECT leads FROM stats.by_day(%s, %s, %s)", *period, zone)
    ]
    assert [row["leads"] for row in found["funnel"]] == [
        row["leads"] for row in rows(connection, "SELECT leads FROM stats.funnel(%s, %s, %s)", *period, zone)
    ]
    assert found["totals"]["unread"] == sum(lead.status == "unread" for lead in came)
    near(found["totals"]["first_response"]["median_seconds"], times, 0.5)
    assert {row["source"]: row["leads"] for row in found["by_source"]} == Counter(lead.source for lead in came)
    assert found["by_type"] == {kind: sum(lead.lead_type == kind for lead in came) for kind in TYPES}


CHECKS: list[Check] = [
    check_overview,
    check_by_day,
    check_by_hour,
    check_funnel,
    check_conversion,
    check_responses,
    check_stages,
    check_ageing,
    check_sources,
    check_months,
    check_trends,
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    leads=LEADS,
    steps=STEPS,
    zone=st.sampled_from(ZONES),
    period=st.tuples(st.integers(0, 80), st.integers(1, 45)),
)
def test_whatever_happens_every_number_is_what_counting_says(
    owner: Connection, leads: list[Row], steps: list[tuple[str, int, str]], zone: str, period: tuple[int, int]
) -> None:
    first = date(2026, 8, 20) + timedelta(days=period[0])
    until = first + timedelta(days=period[1])
    with owner.transaction(force_rollback=True):
        live_through(owner, leads, steps)
        counted = inbox(owner)
        assert right(owner)
        for check in CHECKS:
            check(owner, counted, zone, first, until)
        # And folded, the same.
        run(owner, "SELECT service.tidy()")
        assert right(owner)
        check_overview(owner, counted)
        check_by_day(owner, counted, zone, first, until)


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


class TestBins:
    def test_no_bin_is_wider_than_2_percent_and_its_middle_is_in_it(self, owner: Connection) -> None:
        """Each bin's limits, found by asking: the middle is within 1 % of both."""
        statement = """
            SELECT bin, min(s) AS low, max(s) AS high, app.bin_seconds(bin)::float8
            FROM (
                SELECT s, app.response_bin('2026-01-01Z', '2026-01-01Z'::timestamptz + s * interval '1 second') AS bin
                FROM (SELECT round(exp(n / 2000.0)::numeric, 4)::float8 AS s FROM generate_series(1, 38000) AS n) AS t
            ) AS b
            GROUP BY bin ORDER BY bin
        """
        found = run(owner, statement)
        assert len(found) > 900
        for (one_bin, low, high, middle), (next_bin, *_) in pairwise(found):
            assert next_bin == one_bin + 1
            assert high / low <= 1.02
            assert abs(middle - low) / low <= 0.0101
            assert abs(middle - high) / high <= 0.0101

    @pytest.mark.parametrize("limit", [3600, 14400, 28800, 86400])
    def test_limits_of_buckets_are_limits_of_bins(self, owner: Connection, limit: int) -> None:
        statement = "SELECT app.bin_seconds(app.response_bin('2026-01-01Z', '2026-01-01Z'::timestamptz + %s * interval '1 second'))::float8"
        assert value(owner, statement, limit - 0.000001) < limit <= value(owner, statement, limit)

    def test_what_is_odd_has_a_bin(self, owner: Connection) -> None:
        for created, answered in (("2026-01-02Z", "2026-01-01Z"), ("-infinity", "2026-01-01Z"), ("2026-01-01Z", "infinity")):
            assert value(owner, "SELECT app.response_bin(%s, %s)", created, answered) == 0
        assert value(owner, "SELECT app.response_bin('2000-01-01Z', '9000-01-01Z')") < 1600
        assert value(owner, "SELECT app.response_bin('2000-01-01Z', NULL)") is None


class TestKept:
    """The kept figures, whatever is done around the triggers."""

    def test_verify_tells_and_rebuild_mends(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            for number in range(6):
                add(owner, source=f"s{number}", first_response_at=datetime.now(UTC))
            run(owner, "SELECT service.tidy()")
            run(owner, "UPDATE app.lead_cells SET leads = leads + 3 WHERE figure = 'source' AND value = 's1'")
            run(owner, "DELETE FROM app.lead_cells WHERE figure = 'role'")
            run(owner, "INSERT INTO app.lead_cells VALUES ('day_source', '2020-01-01Z', 'nobody', 2, 1)")
            run(owner, "UPDATE app.lead_counts SET leads = 1")
            found = rows(owner, "SELECT kept_in, figure, value, leads, leads_kept FROM stats.verify() ORDER BY 1, 2")
            assert [tuple(row.values()) for row in found] == [
                ("lead_cells", "day_source", "nobody", 0, 2),
                ("lead_cells", "role", "unknown", 6, 0),
                ("lead_cells", "source", "s1", 1, 4),
                ("lead_counts", "total", "unread contact medium f f", 6, 1),
            ]
            assert value(owner, "SELECT app.rebuild_figures()") == 4
            assert right(owner)
            assert value(owner, "SELECT app.rebuild_figures()") == 0

    def test_a_restored_backup_is_right_and_goes_on(self, server: Server, fresh_urls: Urls) -> None:
        """With some changes folded, and some not yet."""
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            for number in range(5):
                add(owner, source=f"s{number}")
            run(owner, "SELECT service.tidy()")
            run(owner, "UPDATE contact_leads SET status = 'contacted' WHERE source < 's3'")
            before = value(owner, "SELECT service.lead_stats()")
        programs = server.cluster.bin_dir
        archive = subprocess.run([programs / "pg_dump", "-Fc", fresh_urls.superuser], check=True, capture_output=True).stdout
        with server.clone("template0") as restored:
            subprocess.run([programs / "pg_restore", "-d", restored.superuser], input=archive, check=True)
            with psycopg.connect(restored.owner, autocommit=True) as owner:
                assert right(owner)
                assert value(owner, "SELECT service.lead_stats()") == before
                add(owner)
                run(owner, "SELECT service.tidy()")
                assert right(owner)
                assert value(owner, "SELECT leads FROM stats.overview") == 6

    def test_a_rebuild_while_leads_are_written_and_folded(self, fresh_urls: Urls) -> None:
        stop = threading.Event()

        def write(number: int) -> None:
            with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
                while not stop.is_set():
                    lead = add(connection, source=f"s{number}")
                    run(connection, "UPDATE contact_leads SET status = 'contacted' WHERE id = %s", lead)
                    run(connection, "DELETE FROM contact_leads WHERE id = %s AND id %% 3 = 0", lead)

        def fold() -> None:
            with psycopg.connect(fresh_urls.service, autocommit=True) as connection:
                while not stop.is_set():
                    run(connection, "SELECT service.tidy()")

        threads = [threading.Thread(target=write, args=(number,)) for number in range(2)] + [threading.Thread(target=fold)]
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            for thread in threads:
                thread.start()
            try:
                for _ in range(15):
                    run(owner, "UPDATE app.lead_cells SET leads = leads + 1 WHERE figure = 'source' AND value = 's1'")
                    run(owner, "SELECT app.rebuild_figures()")
                    assert right(owner)
            finally:
                stop.set()
                for thread in threads:
                    thread.join()
            assert right(owner)

    def test_an_import_is_folded_bit_by_bit(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            run(
                owner,
                "INSERT INTO contact_leads (name, email, created_at, source)"
                " SELECT 'x', 'x@y.zz', now() - n * interval '20 minutes', 's' || n FROM generate_series(1, 25000) AS n",
            )
            assert value(owner, "SELECT count(*)::int FROM app.lead_count_changes") == 25_000
            run(owner, "SELECT service.tidy()")
            assert value(owner, "SELECT count(*)::int FROM app.lead_count_changes") == 5_000
            assert right(owner)
            assert len(value(owner, "SELECT service.lead_stats()")["by_source"]) == 100
            run(owner, "SELECT service.tidy()")
            assert value(owner, "SELECT count(*)::int FROM app.lead_count_changes") == 0
            assert right(owner)
            run(owner, "TRUNCATE contact_leads CASCADE")
            assert right(owner)
            assert value(owner, "SELECT leads FROM stats.overview") == 0

    def test_the_largest_are_right_while_changes_are_pending(self, fresh_urls: Urls) -> None:
        """One that is small where it was folded, and large by what is pending, and the other way round."""
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            for number in range(8):
                for _ in range(8 - number):
                    add(owner, source=f"s{number}", role=f"r{number}")
            run(owner, "SELECT service.tidy()")
            for _ in range(9):
                add(owner, source="s7", role="r7")
            run(owner, "DELETE FROM contact_leads WHERE source = 's0'")
            statement = "SELECT value, leads::int FROM app.largest_figures('{}', 3)"
            assert run(owner, statement.format("source")) == [("s7", 10), ("s1", 7), ("s2", 6)]
            assert run(owner, statement.format("role")) == [("r7", 10), ("r1", 7), ("r2", 6)]
