"""order=, limit=, offset= and the Range header."""

from rest.support import JSON, Ask, Case, cases, check


def found(*numbers: int) -> list[dict[str, int]]:
    return [{"id": number} for number in numbers]


class TestOrder:
    @cases(
        Case("ascending is the default", "sorts?select=id&order=a,id", found(3, 1, 4, 2)),
        Case("asc", "sorts?select=id&order=a.asc,id.asc", found(3, 1, 4, 2)),
        Case("desc", "sorts?select=id&order=id.desc", found(4, 3, 2, 1)),
        Case("desc has nulls first", "sorts?select=id&order=a.desc,id", found(2, 1, 4, 3)),
        Case("nullsfirst", "sorts?select=id&order=a.nullsfirst,id", found(2, 3, 1, 4)),
        Case("nullslast", "sorts?select=id&order=a.nullslast,id", found(3, 1, 4, 2)),
        Case("asc nullsfirst", "sorts?select=id&order=a.asc.nullsfirst,id", found(2, 3, 1, 4)),
        Case("asc nullslast", "sorts?select=id&order=a.asc.nullslast,id", found(3, 1, 4, 2)),
        Case("desc nullsfirst", "sorts?select=id&order=a.desc.nullsfirst,id", found(2, 1, 4, 3)),
        Case("desc nullslast", "sorts?select=id&order=a.desc.nullslast,id.desc", found(4, 1, 3, 2)),
        Case("two columns", "sorts?select=id&order=a.desc.nullslast,b.asc", found(4, 1, 3, 2)),
        Case("spaces between", "sorts?select=id&order=a.desc.nullslast, id.desc", found(4, 1, 3, 2)),
        Case("a column that isn't selected", "sorts?select=b&order=id.desc&limit=2", [{"b": "w"}, {"b": None}]),
        Case("an enum is by its order", "boats?select=id&order=rig,id", found(6, 1, 3, 5, 2, 4)),
        Case("a date", "boats?select=id&order=built.desc.nullslast&limit=2", found(4, 5)),
        Case("a boolean", "boats?select=id&order=docked.desc.nullslast,id", found(1, 4, 2, 5, 3, 6)),
        Case("an array", "boats?select=id&order=marks.nullsfirst,id", found(5, 3, 1, 2, 4, 6)),
        Case("a quoted column", 'Odd Names?select=t&order="a.dotted".desc', [{"t": 2}, {"t": 1}]),
        Case("a column with spaces", "Odd Names?select=t&order=with space.desc", [{"t": 2}, {"t": 1}]),
        Case("a column with a dash", "Odd Names?select=t&order=dash-ed.desc", [{"t": 2}, {"t": 1}]),
        Case("umlauts", "Odd Names?select=t&order=Größe.desc", [{"t": 2}, {"t": 1}]),
        Case("ideographs", "船?order=番号.desc", [{"番号": 2}, {"番号": 1}]),
        Case("of a view", "sailing?select=id&order=id.desc", found(5, 3, 1)),
        Case("of a materialized view", "by_rig?select=boats&order=boats.desc,rig", [{"boats": 3}, {"boats": 2}, {"boats": 1}]),
        Case("with nulls and a limit", "sorts?select=id&order=a.desc.nullslast,id&limit=3", found(1, 4, 3)),
        Case("a text of a jsonb", "boats?select=id&order=papers->>flag.desc.nullslast,id&limit=3", found(2, 1, 4)),
        Case("numbers of a jsonb are numbers", "boats?select=id&order=papers->tons.desc.nullslast&limit=3", found(4, 2, 1)),
        Case("numbers as texts are texts", "boats?select=id&order=papers->>tons.desc.nullslast&limit=3", found(1, 4, 2)),
        Case("two levels", "boats?select=id&order=papers->owner->>name.nullslast&limit=2", found(1, 4)),
        Case("an index", "boats?select=id&order=papers->rooms->>1.nullslast&limit=1", found(1)),
        Case("an index, descending", "trees?select=id&order=data->>0.desc.nullslast&limit=1&id=lt.3", found(2)),
        Case("of a json as text", "boats?select=id&order=log->>who.desc.nullslast&limit=2", found(4, 2)),
        Case("a key with a dash", "trees?select=id&order=data->>my-key.nullslast&limit=1", found(6)),
        Case("a quoted key", 'trees?select=id&order=data->>"3".nullslast&limit=1', found(7)),
        Case("a composite's field", "spots?select=id&order=place->y.desc", found(2, 1)),
        Case("a composite's field as text", "spots?select=id&order=place->>name.desc", found(2, 1)),
        Case("an array's item", "spots?select=id&order=grid->0.desc", found(2, 1)),
        Case("an array of arrays", "spots?select=id&order=grid2->1->1.desc", found(2, 1)),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    @cases(
        *(
            Case(
                name,
                f"steps?order={order}",
                status=400,
                error={
                    "code": "PGRST100",
                    "message": f'"failed to parse order ({order})" (line 1, column {column})',
                    "details": details,
                    "hint": None,
                },
            )
            for name, order, column, details in [
                ("half a word", "id.ac", 4, 'unexpected "c" expecting "asc", "desc", "nullsfirst" or "nullslast"'),
                ("a word too long", "id.descc", 8, "unexpected 'c' expecting delimiter (.), \",\" or end of input"),
                ("another word", "id.smth34", 4, 'unexpected "s" expecting "asc", "desc", "nullsfirst" or "nullslast"'),
                ("nulls, too long", "id.nullslasttt", 13, "unexpected 't' expecting \",\" or end of input"),
                ("nulls, too long, after asc", "id.asc.nullslasttt", 17, "unexpected 't' expecting \",\" or end of input"),
                ("another word after asc", "id.asc.smth34", 8, 'unexpected "s" expecting "nullsfirst" or "nullslast"'),
                ("nulls, misspelt", "id.asc.nlsfst", 8, 'unexpected "l" expecting "nullsfirst" or "nullslast"'),
            ]
        ),
        Case("an unknown column", "steps?order=zzzz.desc", status=400, error={"code": "42703"}),
        Case("directions are by case", "steps?order=id.DESC", status=400, error={"code": "PGRST100"}),
        Case("a comma at the end", "steps?order=id,", status=400, error={"code": "PGRST100"}),
        Case("nulls before the direction", "steps?order=id.nullsfirst.desc", status=400, error={"code": "PGRST100"}),
        Case("a json has no order", "trees?order=data->c", status=404, error={"code": "42883"}),
    )
    async def test_refusals(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestLimitAndOffset:
    @cases(
        Case("neither", "steps?order=id", found(*range(1, 16)), gives={"content-range": "0-14/*", "content-type": JSON}),
        Case("limit", "steps?order=id&limit=3", found(1, 2, 3), gives={"content-range": "0-2/*"}),
        Case(
            "limit of more than there are", "steps?order=id&limit=100", found(*range(1, 16)), gives={"content-range": "0-14/*"}
        ),
        Case("limit and offset", "steps?order=id&limit=3&offset=2", found(3, 4, 5), gives={"content-range": "2-4/*"}),
        Case("offset first", "steps?order=id&offset=2&limit=3", found(3, 4, 5), gives={"content-range": "2-4/*"}),
        Case("offset alone", "steps?order=id&offset=12", found(13, 14, 15), gives={"content-range": "12-14/*"}),
        Case(
            "a short last page", "steps?order=id&limit=10&offset=10", found(*range(11, 16)), gives={"content-range": "10-14/*"}
        ),
        Case("offset 0", "steps?order=id&offset=0&limit=1", found(1), gives={"content-range": "0-0/*"}),
        Case("a negative offset is none", "steps?order=id&offset=-4", found(*range(1, 16)), gives={"content-range": "0-14/*"}),
        Case("limit 0", "steps?limit=0", [], gives={"content-range": "*/*"}),
        Case("offset past the end", "steps?offset=100", [], gives={"content-range": "*/*"}),
        Case("no rows", "steps?id=eq.0", [], gives={"content-range": "*/*"}),
        Case("no rows and offset 0", "steps?id=eq.0&offset=0", [], gives={"content-range": "*/*"}),
        Case("an empty table", "nothing", [], gives={"content-range": "*/*"}),
        Case("an empty table and an offset", "nothing?offset=1", [], gives={"content-range": "*/*"}),
        Case("one row", "steps?id=eq.5", found(5), gives={"content-range": "0-0/*"}),
        Case("with a filter", "steps?id=gt.5&order=id&limit=2&offset=1", found(7, 8), gives={"content-range": "1-2/*"}),
        Case(
            "the last of two limits counts", "steps?order=id&limit=2&limit=3", found(1, 2, 3), gives={"content-range": "0-2/*"}
        ),
        Case(
            "a negative limit",
            "steps?limit=-1",
            status=416,
            error={
                "code": "PGRST103",
                "message": "Requested range not satisfiable",
                "details": "Limit should be greater than or equal to zero.",
                "hint": None,
            },
        ),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


def ranged(text: str, **more: str) -> dict[str, str]:
    return {"Range-Unit": "items", "Range": text, **more}


class TestRange:
    @cases(
        Case("two rows", "steps?order=id", found(1, 2), sends=ranged("0-1"), gives={"content-range": "0-1/*"}),
        Case("one row", "steps?order=id", found(1), sends=ranged("0-0"), gives={"content-range": "0-0/*"}),
        Case("in the middle", "steps?order=id", found(6, 7), sends=ranged("5-6"), gives={"content-range": "5-6/*"}),
        Case("to the end", "steps?order=id", found(14, 15), sends=ranged("13-"), gives={"content-range": "13-14/*"}),
        Case("all", "steps?order=id", found(*range(1, 16)), sends=ranged("0-"), gives={"content-range": "0-14/*"}),
        Case(
            "over the end", "steps?order=id", found(*range(11, 16)), sends=ranged("10-100"), gives={"content-range": "10-14/*"}
        ),
        Case("past the end", "steps", [], sends=ranged("100-199"), gives={"content-range": "*/*"}),
        Case("of an empty table", "nothing", [], sends=ranged("0-1"), gives={"content-range": "*/*"}),
        Case("without a unit", "steps?order=id", found(1, 2), sends={"Range": "0-1"}, gives={"content-range": "0-1/*"}),
        Case("of bytes is none", "steps", sends={"Range": "bytes=0-1"}, gives={"content-range": "0-14/*"}),
        Case("of nonsense is none", "steps", sends=ranged("abc"), gives={"content-range": "0-14/*"}),
        Case("without a start is none", "steps", sends=ranged("-5"), gives={"content-range": "0-14/*"}),
        Case(
            "narrower than the limit",
            "steps?order=id&limit=3",
            found(1, 2),
            sends=ranged("0-1"),
            gives={"content-range": "0-1/*"},
        ),
        Case(
            "wider than the limit", "steps?order=id&limit=2", found(1, 2), sends=ranged("0-5"), gives={"content-range": "0-1/*"}
        ),
        Case(
            "with a count", "steps?order=id", found(1, 2), 206, ranged("0-1", Prefer="count=exact"), {"content-range": "0-1/15"}
        ),
        Case(
            "all, with a count",
            "steps",
            status=200,
            sends=ranged("0-14", Prefer="count=exact"),
            gives={"content-range": "0-14/15"},
        ),
        Case("HEAD has none", "steps", "", 200, ranged("0-1"), {"content-range": "0-14/*"}, method="HEAD"),
        Case(
            "the wrong way round",
            "steps",
            status=416,
            sends=ranged("1-0"),
            error={
                "code": "PGRST103",
                "message": "Requested range not satisfiable",
                "details": "The lower boundary must be lower than or equal to the upper boundary in the Range header.",
                "hint": None,
            },
        ),
        Case(
            "past the end, with a count",
            "steps",
            status=416,
            sends=ranged("100-199", Prefer="count=exact"),
            gives={"content-range": "*/15"},
            error={
                "code": "PGRST103",
                "message": "Requested range not satisfiable",
                "details": "An offset of 100 was requested, but there are only 15 rows.",
                "hint": None,
            },
        ),
        Case(
            "of an empty table, with a count",
            "nothing",
            status=416,
            sends=ranged("1-2", Prefer="count=exact"),
            gives={"content-range": "*/0"},
            error={"code": "PGRST103", "details": "An offset of 1 was requested, but there are only 0 rows."},
        ),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)
