"""Prefer: count=, Content-Range, 206 and 416; and the other preferences of a read."""

from typing import Any

import psycopg
from rest.support import JSON, Ask, Case, cases, check

EXACT = {"Prefer": "count=exact"}
PLANNED = {"Prefer": "count=planned"}
ESTIMATED = {"Prefer": "count=estimated"}


class TestExact:
    @cases(
        Case("all", "steps", sends=EXACT, gives={"content-range": "0-14/15", "preference-applied": "count=exact"}),
        Case("a filter", "steps?id=lte.3", sends=EXACT, gives={"content-range": "0-2/3"}),
        Case("none found", "steps?id=eq.0", [], sends=EXACT, gives={"content-range": "*/0"}),
        Case("an empty table", "nothing", [], sends=EXACT, gives={"content-range": "*/0"}),
        Case("an empty table, offset 0", "nothing?offset=0", [], sends=EXACT, gives={"content-range": "*/0"}),
        Case("a page", "steps?limit=5", status=206, sends=EXACT, gives={"content-range": "0-4/15"}),
        Case("a later page", "steps?limit=5&offset=5", status=206, sends=EXACT, gives={"content-range": "5-9/15"}),
        Case("the last page", "steps?offset=10", status=206, sends=EXACT, gives={"content-range": "10-14/15"}),
        Case("a page of a filter", "steps?id=gt.5&limit=2", status=206, sends=EXACT, gives={"content-range": "0-1/10"}),
        Case("a page that holds all", "steps?limit=100", sends=EXACT, gives={"content-range": "0-14/15"}),
        Case("limit 0", "steps?limit=0", [], 206, EXACT, {"content-range": "*/15"}),
        Case("an offset of all", "steps?offset=15", [], 206, EXACT, {"content-range": "*/15"}),
        Case("a tree", "boats?or=(id.eq.1,rig.eq.motor)", sends=EXACT, gives={"content-range": "0-2/3"}),
        Case("a view", "sailing", sends=EXACT, gives={"content-range": "0-2/3"}),
        Case("a column called count", "Odd Names?select=count", sends=EXACT, gives={"content-range": "0-1/2"}),
        Case("HEAD", "steps", "", 200, EXACT, {"content-range": "0-14/15", "content-type": JSON}, method="HEAD"),
        Case("HEAD of a page", "steps?limit=2&offset=3", "", 206, EXACT, {"content-range": "3-4/15"}, method="HEAD"),
        Case("csv", "steps?limit=2", status=206, sends=EXACT | {"Accept": "text/csv"}, gives={"content-range": "0-1/15"}),
        Case(
            "past the end",
            "steps?offset=16",
            status=416,
            sends=EXACT,
            gives={"content-range": "*/15"},
            error={
                "code": "PGRST103",
                "message": "Requested range not satisfiable",
                "details": "An offset of 16 was requested, but there are only 15 rows.",
                "hint": None,
            },
        ),
        Case(
            "past the end of none",
            "nothing?offset=1",
            status=416,
            sends=EXACT,
            gives={"content-range": "*/0"},
            error={"code": "PGRST103", "details": "An offset of 1 was requested, but there are only 0 rows."},
        ),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestGuesses:
    @cases(
        Case("planned, all", "steps", sends=PLANNED, gives={"content-range": "0-14/15", "preference-applied": "count=planned"}),
        Case(
            "planned is not by the page", "steps?limit=2&offset=3", status=206, sends=PLANNED, gives={"content-range": "3-4/15"}
        ),
        Case("planned, HEAD", "steps", "", 200, PLANNED, {"content-range": "0-14/15"}, method="HEAD"),
        Case(
            "estimated, all",
            "steps",
            sends=ESTIMATED,
            gives={"content-range": "0-14/15", "preference-applied": "count=estimated"},
        ),
        Case("estimated, a page", "steps?limit=5", status=206, sends=ESTIMATED, gives={"content-range": "0-4/15"}),
        Case("estimated, HEAD", "steps?limit=5", "", 206, ESTIMATED, {"content-range": "0-4/15"}, method="HEAD"),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    async def test_planned_of_a_filter_is_the_planners(self, ask: Ask, owner: "psycopg.Connection[Any]") -> None:
        plan = owner.execute("EXPLAIN (FORMAT JSON) SELECT 1 FROM test.steps WHERE id > 8::int").fetchone()[0]
        answer = await ask("steps?id=gt.8&order=id", PLANNED)
        shown, _, total = answer.headers["content-range"].partition("/")
        assert shown == "0-6"
        assert int(total) == plan[0]["Plan"]["Plan Rows"]


class TestPreferences:
    @cases(
        Case("none", "steps?limit=1", gives={"preference-applied": None}),
        Case("unknown ones are ignored", "steps?limit=1", sends={"Prefer": "anything"}, gives={"preference-applied": None}),
        Case("count=none is no preference", "steps?limit=1", sends={"Prefer": "count=none"}, gives={"content-range": "0-0/*"}),
        Case("a bad count is ignored", "steps?limit=1", sends={"Prefer": "count=all"}, gives={"content-range": "0-0/*"}),
        Case(
            "the first count counts",
            "steps",
            sends={"Prefer": "count=exact, count=planned"},
            gives={"preference-applied": "count=exact"},
        ),
        Case("return= is for writes", "steps?limit=1", sends={"Prefer": "return=minimal"}, gives={"preference-applied": None}),
        Case(
            "strict, with none unknown",
            "steps",
            sends={"Prefer": "handling=strict, count=exact"},
            gives={"content-range": "0-14/15", "preference-applied": "count=exact, handling=strict"},
        ),
        Case(
            "lenient", "steps", sends={"Prefer": "handling=lenient, anything"}, gives={"preference-applied": "handling=lenient"}
        ),
        Case(
            "of two headers",
            "steps",
            sends=[("Prefer", "handling=strict"), ("Prefer", "count=exact")],
            gives={"preference-applied": "count=exact, handling=strict"},
        ),
        Case("without spaces", "steps", sends={"Prefer": "count=exact,handling=strict"}, gives={"content-range": "0-14/15"}),
        Case(
            "with many spaces", "steps", sends={"Prefer": "count=exact ,   handling=strict"}, gives={"content-range": "0-14/15"}
        ),
        Case(
            "strict, of writes", "steps", sends={"Prefer": "handling=strict, return=representation, max-affected=5"}, status=200
        ),
        *(
            Case(
                name,
                "steps",
                status=400,
                sends=sends,
                error={
                    "code": "PGRST122",
                    "message": "Invalid preferences given with handling=strict",
                    "details": f"Invalid preferences: {wrong}",
                    "hint": None,
                },
            )
            for name, sends, wrong in [
                ("strict and unknown", {"Prefer": "handling=strict, anything"}, "anything"),
                ("unknown, then strict", {"Prefer": "anything, handling=strict"}, "anything"),
                ("strict and two unknown", [("Prefer", "handling=strict"), ("Prefer", "something, else")], "something, else"),
                ("strict and count=none", {"Prefer": "handling=strict, count=none"}, "count=none"),
            ]
        ),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)
