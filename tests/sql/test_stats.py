"""Every number of stats against a plain count over the rows, by Python, over random histories."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from sql_support import Connection, Row, add, change, erase, one, right, rows, run, set_clock, undo, value

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
