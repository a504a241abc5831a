"""Accept: JSON, one object, CSV, without nulls; HEAD; Accept-Profile."""

from rest.support import JSON, OBJECT, Ask, Case, cases, check

CSV = "text/csv; charset=utf-8"
STRIPPED = "application/vnd.pgrst.array+json;nulls=stripped"


def accept(media: str) -> dict[str, str]:
    return {"Accept": media}


class TestNegotiation:
    @cases(
        *(
            Case(name, "sorts?id=eq.1", sends=accept(asked), gives={"content-type": given})
            for name, asked, given in [
                ("json", "application/json", JSON),
                ("json with a charset", "application/json; charset=utf-8", JSON),
                ("anything", "*/*", JSON),
                ("capitals", "Application/JSON", JSON),
                ("an array", "application/vnd.pgrst.array+json", JSON),
                ("an array without its suffix", "application/vnd.pgrst.array", JSON),
                ("csv", "text/csv", CSV),
                ("csv with a parameter", "text/csv; version=1", CSV),
                ("csv before anything", "text/csv, */*", CSV),
                ("csv before json", "text/csv, application/json", CSV),
                ("json before csv", "application/json, text/csv", JSON),
                ("csv after an unknown one", "text/unknown, text/csv", CSV),
                ("anything after an unknown one", "text/unknown, */*", JSON),
                ("the higher quality", "text/csv;q=0.5, application/json;q=0.9", JSON),
                ("the default quality is 1", "text/csv;q=0.9, application/json", JSON),
                ("an object", "application/vnd.pgrst.object+json", f"{OBJECT}; charset=utf-8"),
                ("an object without its suffix", "application/vnd.pgrst.object", f"{OBJECT}; charset=utf-8"),
                ("an object in capitals", "Application/Vnd.PgRst.Object+json", f"{OBJECT}; charset=utf-8"),
                ("a stripped array", STRIPPED, f"{STRIPPED}; charset=utf-8"),
                (
                    "a stripped array without its suffix",
                    "application/vnd.pgrst.array;nulls=stripped",
                    f"{STRIPPED}; charset=utf-8",
                ),
                ("a stripped object", f"{OBJECT};nulls=stripped", f"{OBJECT};nulls=stripped; charset=utf-8"),
            ]
        )
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    @cases(
        *(
            Case(
                media,
                "sorts",
                status=406,
                sends=accept(media),
                error={
                    "code": "PGRST107",
                    "message": f"None of these media types are available: {media}",
                    "details": None,
                    "hint": None,
                },
                gives={"proxy-status": "PostgREST; error=PGRST107"},
            )
            for media in [
                "text/unknown",
                "image/png",
                "text/html",
                "application/octet-stream",
                "text/plain",
                "text/xml",
                "application/openapi+json",
                "text/unknown, image/png",
            ]
        ),
        Case("a plan", "sorts", status=406, sends=accept("application/vnd.pgrst.plan+json"), error={"code": "PGRST107"}),
    )
    async def test_refusals(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestObject:
    @cases(
        Case("one row", "sorts?id=eq.1", {"id": 1, "a": 2, "b": "x"}, sends=accept(OBJECT), gives={"content-range": "0-0/*"}),
        Case("selected", "sorts?id=eq.1&select=first:a", {"first": 2}, sends=accept(OBJECT)),
        Case("by a limit", "sorts?order=id&limit=1&select=id", {"id": 1}, sends=accept(OBJECT)),
        Case("by a limit and an offset", "sorts?order=id&limit=1&offset=2&select=id", {"id": 3}, sends=accept(OBJECT)),
        Case("nulls are kept", "sorts?id=eq.2", {"id": 2, "a": None, "b": "y"}, sends=accept(OBJECT)),
        Case("stripped", "sorts?id=eq.2", {"id": 2, "b": "y"}, sends=accept(f"{OBJECT};nulls=stripped")),
        Case(
            "with a count", "sorts?id=eq.1", sends=accept(OBJECT) | {"Prefer": "count=exact"}, gives={"content-range": "0-0/1"}
        ),
        *(
            Case(
                name,
                path,
                status=406,
                sends=accept(media),
                error={
                    "code": "PGRST116",
                    "message": "Cannot coerce the result to a single JSON object",
                    "details": f"The result contains {number} rows",
                    "hint": None,
                },
            )
            for name, path, media, number in [
                ("no row", "sorts?id=eq.0", OBJECT, 0),
                ("no row of an empty table", "nothing", OBJECT, 0),
                ("all rows", "sorts", OBJECT, 4),
                ("two rows", "sorts?limit=2", OBJECT, 2),
                ("all rows, stripped", "sorts", f"{OBJECT};nulls=stripped", 4),
            ]
        ),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestStripped:
    @cases(
        Case(
            "rows",
            "sorts?order=id",
            [{"id": 1, "a": 2, "b": "x"}, {"id": 2, "b": "y"}, {"id": 3, "a": 1}, {"id": 4, "a": 2, "b": "w"}],
            sends=accept(STRIPPED),
        ),
        Case("selected ones too", "sorts?select=id,a&id=eq.2", [{"id": 2}], sends=accept(STRIPPED)),
        Case("inside of a jsonb", "boats?select=papers->owner&id=eq.4", [{"owner": {"name": "Bo"}}], sends=accept(STRIPPED)),
        Case("no row", "nothing", [], sends=accept(STRIPPED)),
        Case("a row of nulls", "sorts?select=a&id=eq.2", [{}], sends=accept(STRIPPED)),
        Case("only when asked for", "sorts?id=eq.2&select=a", [{"a": None}], sends=accept("application/vnd.pgrst.array+json")),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestCsv:
    @cases(
        *(
            Case(name, path, body, sends=accept("text/csv"), gives={"content-type": CSV})
            for name, path, body in [
                ("rows", "sorts?order=id", "id,a,b\n1,2,x\n2,,y\n3,1,\n4,2,w"),
                ("selected", "sorts?select=b,first:a&id=eq.1", "b,first\nx,2"),
                ("a comma", "words?id=eq.2", 'id,word\n2,"has, comma"'),
                ("parentheses", "words?id=eq.3", 'id,word\n3,"par(en)s"'),
                ("quotes", "words?id=eq.4", 'id,word\n4,"dq""in""side"'),
                ("an empty text is no null", "words?id=eq.8", 'id,word\n8,""'),
                ("null", "words?id=eq.19", "id,word\n19,"),
                ("letters", "words?id=eq.17", "id,word\n17,ünï"),
                ("a boolean", "boats?select=id,docked&id=lt.4&order=id", "id,docked\n1,t\n2,f\n3,"),
                ("an array", "boats?select=marks&id=eq.1", 'marks\n"{1,2,3}"'),
                ("a number", "boats?select=length,serial&id=eq.1", "length,serial\n12.50,9007199254740993"),
                ("a json", "boats?select=log&id=eq.6", 'log\n"[10, 20]"'),
                ("a path", "boats?select=papers->>flag&id=eq.1", "flag\nfr"),
            ]
        )
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    async def test_no_row(self, ask: Ask) -> None:
        # PostgREST takes the names from the first row: without one there are none.
        answer = await ask("nothing", accept("text/csv"))
        assert (answer.status_code, answer.text) in [(200, "\n"), (200, "id,name\n"), (200, "id,name")]


class TestHead:
    @cases(
        Case("all", "steps", "", gives={"content-range": "0-14/*", "content-type": JSON}, method="HEAD"),
        Case("a page", "steps?limit=3&offset=2", "", gives={"content-range": "2-4/*"}, method="HEAD"),
        Case("csv", "steps", "", sends=accept("text/csv"), gives={"content-type": CSV}, method="HEAD"),
        Case("an object", "steps?id=eq.1", "", sends=accept(OBJECT), gives={"content-range": "0-0/*"}, method="HEAD"),
        Case("no object", "steps", "", 406, accept(OBJECT), {"proxy-status": "PostgREST; error=PGRST116"}, method="HEAD"),
        Case("an unknown relation", "zzzzqq", "", 404, gives={"proxy-status": "PostgREST; error=PGRST205"}, method="HEAD"),
        Case("an unknown column", "steps?zz=eq.1", "", 400, gives={"proxy-status": "PostgREST; error=42703"}, method="HEAD"),
        Case("a profile", "boats", "", sends={"Accept-Profile": "v2"}, gives={"content-range": "0-1/*"}, method="HEAD"),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestProfiles:
    @cases(
        Case("the default", "steps?id=eq.1", gives={"content-profile": "test"}),
        Case("the default by name", "steps?id=eq.1", sends={"Accept-Profile": "test"}, gives={"content-profile": "test"}),
        Case(
            "another",
            "boats?order=id",
            [{"id": 7, "name": "Seven"}, {"id": 8, "name": "Eight"}],
            sends={"Accept-Profile": "v2"},
            gives={"content-profile": "v2"},
        ),
        Case("what is only there", "only_here", [{"id": 70}], sends={"Accept-Profile": "v2"}),
        Case(
            "csv of it",
            "only_here",
            "id\n70",
            sends={"Accept-Profile": "v2", "Accept": "text/csv"},
            gives={"content-profile": "v2"},
        ),
        Case(
            "Content-Profile is for writes", "steps?id=eq.1", sends={"Content-Profile": "v2"}, gives={"content-profile": "test"}
        ),
        Case("an unknown Content-Profile too", "steps?id=eq.1", sends={"Content-Profile": "nope"}, status=200),
        Case(
            "not there",
            "only_here",
            status=404,
            sends={"Accept-Profile": "test"},
            error={
                "code": "PGRST205",
                "message": "Could not find the table 'test.only_here' in the schema cache",
                "details": None,
            },
        ),
        Case("not in the other", "steps", status=404, sends={"Accept-Profile": "v2"}, error={"code": "PGRST205"}),
        *(
            Case(
                name,
                "boats",
                status=406,
                sends={"Accept-Profile": profile},
                error={
                    "code": "PGRST106",
                    "message": f"Invalid schema: {profile}",
                    "details": None,
                    "hint": "Only the following schemas are exposed: test, v2",
                },
            )
            for name, profile in [
                ("unknown", "nope"),
                ("not exposed", "hidden"),
                ("pg_catalog", "pg_catalog"),
                ("by case", "TEST"),
            ]
        ),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


async def test_the_location_has_its_parameters_in_order(ask: Ask) -> None:
    # PostgREST knows nothing of what it is mounted under.
    answer = await ask("boats?select=id&id=eq.1&crew=eq.4")
    assert answer.headers["content-location"].endswith("/boats?crew=eq.4&id=eq.1&select=id")
    assert (await ask("steps")).headers["content-location"].endswith("/steps")
