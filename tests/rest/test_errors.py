"""What is refused, and how PostgREST says it."""

import httpx
from rest.support import JSON, Ask, Case, cases, check

from conftest import Site

#: Which of PostgreSQL's errors a hint follows.
NO_OPERATOR = "No operator matches the given name and argument types. You might need to add explicit type casts."


def refused(name: str, path: str, status: int, code: str, message: str | None = None, **more: object) -> Case:
    error = {"code": code} | ({"message": message} if message else {}) | more
    return Case(name, path, status=status, error=error, gives={"proxy-status": f"PostgREST; error={code}"})


class TestRelations:
    @cases(
        refused(
            "unknown, like a known one",
            "boatss",
            404,
            "PGRST205",
            "Could not find the table 'test.boatss' in the schema cache",
            details=None,
            hint="Perhaps you meant the table 'test.boats'",
        ),
        refused(
            "unknown, like none",
            "qqqqqqqq",
            404,
            "PGRST205",
            "Could not find the table 'test.qqqqqqqq' in the schema cache",
            details=None,
            hint=None,
        ),
        refused("by case", "BOATS", 404, "PGRST205"),
        refused("with its schema", "test.boats", 404, "PGRST205"),
        refused("of the catalogue", "pg_class", 404, "PGRST205"),
        refused("of another schema", "contact_leads", 404, "PGRST205"),
        refused("with a quote", 'boats"', 404, "PGRST205", "Could not find the table 'test.boats\"' in the schema cache"),
        refused("a longer path", "boats/1", 404, "PGRST125", "Invalid path specified in request URL", details=None, hint=None),
        refused("without the privilege", "secret", 403, "42501", "permission denied for table secret"),
        refused("without a column's privilege", "partly?select=closed", 403, "42501", "permission denied for table partly"),
        refused("all columns without one's privilege", "partly", 403, "42501"),
        refused("a filter without its column's privilege", "partly?select=id&closed=eq.unseen", 403, "42501"),
        refused("an order without its column's privilege", "partly?select=id&order=closed", 403, "42501"),
        Case("the granted columns", "partly?select=id,open", [{"id": 1, "open": "seen"}]),
        Case("the granted columns, filtered and ordered", "partly?select=id&open=eq.seen&order=open", [{"id": 1}]),
        Case("a count of them", "partly?select=id", sends={"Prefer": "count=exact"}, gives={"content-range": "0-0/1"}),
        Case("only the role's own rows", "walled?select=id&order=id", [{"id": 1}, {"id": 3}]),
        Case("only those are counted", "walled", sends={"Prefer": "count=exact"}, gives={"content-range": "0-1/2"}),
        refused("a read writes nothing", "tickets", 405, "25006", "cannot execute nextval() in a read-only transaction"),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestColumns:
    @cases(
        refused(
            "a misspelt one",
            "boats?nmae=eq.1",
            400,
            "42703",
            "column boats.nmae does not exist",
            hint='Perhaps you meant to reference the column "boats.name" or the column "boats.note".',
        ),
        refused("a filter", "boats?zzzzzz=eq.1", 400, "42703", "column boats.zzzzzz does not exist", details=None),
        refused("a select", "boats?select=zzzzzz", 400, "42703", "column boats.zzzzzz does not exist", details=None),
        refused("an order", "boats?order=zzzzzz", 400, "42703", "column boats.zzzzzz does not exist", details=None),
        refused("a tree", "boats?and=(zzzzzz.eq.1)", 400, "42703", "column boats.zzzzzz does not exist"),
        refused("a path", "boats?zzzzzz->>a=eq.1", 400, "42703", "column boats.zzzzzz does not exist"),
        refused("in", "boats?zzzzzz=in.(1)", 400, "42703"),
        refused("is", "boats?zzzzzz=is.null", 400, "42703"),
        refused("fts", "boats?zzzzzz=fts.a", 400, "42703"),
        refused("with spaces", "boats?zz zz=eq.1", 400, "42703", "column boats.zz zz does not exist"),
        refused("by case", "boats?NAME=eq.1", 400, "42703"),
        refused("of another table", "steps?name=eq.1", 400, "42703", "column steps.name does not exist"),
        refused("of a view", "sailing?rig=eq.sail", 400, "42703", "column sailing.rig does not exist"),
        refused(
            "of what is not embedded",
            "boats?harbours.name=eq.1",
            400,
            "PGRST108",
            "'harbours' is not an embedded resource in this request",
            details=None,
            hint="Verify that 'harbours' is included in the 'select' query parameter.",
        ),
        refused("an order of what is not embedded", "boats?harbours.order=name", 400, "PGRST108"),
        refused("a tree of what is not embedded", "boats?harbours.or=(id.eq.1)", 400, "PGRST108"),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestOperators:
    @cases(
        *(
            Case(
                name,
                f"steps?id={value}",
                status=400,
                error={
                    "code": "PGRST100",
                    "message": f'"failed to parse filter ({value})" (line 1, column {column})',
                    "details": details,
                    "hint": None,
                },
            )
            for name, value, column, details in [
                ("none", "0", 1, 'unexpected "0" expecting "not" or operator (eq, gt, ...)'),
                ("a word", "val", 1, 'unexpected "v" expecting "not" or operator (eq, gt, ...)'),
                ("an empty quantifier", "eq().1", 4, 'unexpected ")" expecting operator (eq, gt, ...)'),
                ("an empty language", "fts().a", 5, 'unexpected ")" expecting operator (eq, gt, ...)'),
                ("is takes no quantifier", "is().null", 3, 'unexpected "(" expecting operator (eq, gt, ...)'),
                ("in takes no quantifier", "in().1", 3, 'unexpected "(" expecting operator (eq, gt, ...)'),
            ]
        ),
        *(
            Case(name, f"steps?id={value}", status=400, error={"code": "PGRST100", "hint": None})
            for name, value in [
                ("unknown", "noop.0"),
                ("without a dot", "eq"),
                ("empty", ""),
                ("capitals", "EQ.1"),
                ("an equals sign", "=1"),
                ("not alone", "not.1"),
                ("not twice", "not.not.eq.1"),
                ("is with a word", "is.nil"),
                ("is with a number", "is.1"),
                ("is with nothing", "is."),
                ("in without parentheses", "in.1"),
                ("in, not closed", "in.(1"),
                ("in without a list", "in."),
                ("a bad quantifier", "eq(some).{1}"),
                ("neq takes no quantifier", "neq(any).{1}"),
                ("cs takes no quantifier", "cs(any).{1}"),
                ("isdistinct takes no quantifier", "isdistinct(any).{1}"),
                ("a space in front", " eq.1"),
                ("sql", "=1;--"),
            ]
        ),
    )
    async def test_syntax(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    @cases(
        refused("like of an integer", "boats?crew=like.1*", 404, "42883", hint=NO_OPERATOR),
        refused("ilike of a date", "boats?built=ilike.1*", 404, "42883"),
        refused("match of an integer", "boats?crew=match.1", 404, "42883"),
        refused("cs of a text", "boats?name=cs.a", 404, "42883"),
        refused("ov of an integer", "boats?crew=ov.1", 404, "42883"),
        refused("adj of an integer", "boats?crew=adj.1", 404, "42883"),
        refused("eq of a json", "trees?data=eq.{}", 404, "42883"),
        refused("eq of a json's key", "trees?data->a=eq.1", 404, "42883"),
        refused("fts of an integer", "boats?crew=fts.a", 404, "42883"),
        refused("like of an array", "boats?marks=like.1*", 404, "42883"),
        refused("like any of an integer", "boats?crew=like(any).{1*}", 404, "42883"),
        refused(
            "is true of an integer",
            "boats?crew=is.true",
            400,
            "42804",
            "argument of IS TRUE must be type boolean, not type integer",
        ),
        refused("is unknown of a text", "boats?name=is.unknown", 400, "42804"),
    )
    async def test_types(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestValues:
    @cases(
        refused(
            "an integer",
            "boats?crew=eq.abc",
            400,
            "22P02",
            'invalid input syntax for type integer: "abc"',
            details=None,
            hint=None,
        ),
        refused("an empty integer", "boats?crew=eq.", 400, "22P02", 'invalid input syntax for type integer: ""'),
        refused("a decimal", "boats?crew=eq.1.5", 400, "22P02", 'invalid input syntax for type integer: "1.5"'),
        refused("too large", "boats?crew=eq.99999999999", 400, "22003", 'value "99999999999" is out of range for type integer'),
        refused("a boolean", "boats?docked=eq.maybe", 400, "22P02", 'invalid input syntax for type boolean: "maybe"'),
        refused("a date", "boats?built=eq.someday", 400, "22007", 'invalid input syntax for type date: "someday"'),
        refused(
            "a day that isn't", "boats?built=eq.2024-02-30", 400, "22008", 'date/time field value out of range: "2024-02-30"'
        ),
        refused("a timestamp", "boats?seen=eq.Z", 400, "22007", 'invalid input syntax for type timestamp with time zone: "Z"'),
        refused("an enum", "boats?rig=eq.steam", 400, "22P02", 'invalid input value for enum test.rig: "steam"'),
        refused("a uuid", "boats?code=eq.1", 400, "22P02", 'invalid input syntax for type uuid: "1"'),
        refused("a numeric", "boats?length=eq.x", 400, "22P02", 'invalid input syntax for type numeric: "x"'),
        refused("a float", "boats?speed=gt.x", 400, "22P02", 'invalid input syntax for type double precision: "x"'),
        refused("an inet", "boats?host=eq.x", 400, "22P02", 'invalid input syntax for type inet: "x"'),
        refused("a bytea", "boats?photo=eq.\\xZZ", 400, "22023", 'invalid hexadecimal digit: "Z"'),
        refused("a jsonb", "boats?papers=cs.{a", 400, "22P02", "invalid input syntax for type json"),
        refused("a jsonb's key", "boats?papers->flag=eq.fr", 400, "22P02", "invalid input syntax for type json"),
        refused(
            "an array",
            "boats?marks=cs.1,2",
            400,
            "22P02",
            'malformed array literal: "1,2"',
            details='Array value must start with "{" or dimension information.',
            hint=None,
        ),
        refused("an array's item", "boats?marks=cs.{a}", 400, "22P02", 'invalid input syntax for type integer: "a"'),
        refused("a range", "tides?span=ov.1,2", 400, "22P02", 'malformed range literal: "1,2"'),
        refused(
            "a range the wrong way round",
            "tides?span=ov.[3,1]",
            400,
            "22000",
            "range lower bound must be less than or equal to range upper bound",
        ),
        refused("in", "boats?id=in.(1,x)", 400, "22P02", 'invalid input syntax for type integer: "x"'),
        refused("in with an empty item", "boats?id=in.( ,3)", 400, "22P02", 'invalid input syntax for type integer: ""'),
        refused("isdistinct", "boats?crew=isdistinct.x", 400, "22P02"),
        refused("any without braces", "boats?crew=eq(any).3", 400, "22P02", 'malformed array literal: "3"'),
        refused("any's item", "boats?crew=eq(any).{x}", 400, "22P02", 'invalid input syntax for type integer: "x"'),
        refused(
            "a regular expression",
            "boats?name=match.(",
            400,
            "2201B",
            "invalid regular expression: parentheses () not balanced",
        ),
        refused("a regular expression, imatch", "boats?name=imatch.[a", 400, "2201B"),
        refused("a regular expression, any", "boats?name=match(any).{a,*}", 400, "2201B"),
        refused("a pattern's end", "boats?name=like.A\\", 400, "22025", "LIKE pattern must not end with escape character"),
        refused("a tsquery", "notes?vector=fts.fat cat", 400, "42601", 'syntax error in tsquery: "fat cat"'),
        refused(
            "a language",
            "notes?vector=fts(klingon).a",
            400,
            "42704",
            'text search configuration "klingon" does not exist',
        ),
        refused("a division by zero", "zero", 400, "22012", "division by zero"),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    async def test_more_than_one_row_from_a_subquery_is_the_views_fault(self, ask: Ask) -> None:
        assert (await ask("bad_subquery")).status_code == 500


class TestRequests:
    @cases(
        Case("aggregates are off", "boats?select=crew.sum()", status=400, error={"code": "PGRST123"}),
        Case("count() too", "boats?select=count()", status=400, error={"code": "PGRST123"}),
        Case(
            "an unknown method",
            "boats",
            status=405,
            method="PROPFIND",
            error={"code": "PGRST117", "message": "Unsupported HTTP method: PROPFIND", "details": None, "hint": None},
        ),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    async def test_a_request_needs_a_token(self, site: Site, client: httpx.AsyncClient) -> None:
        answer = await client.get("/rest/boats")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == JSON
        assert set(answer.json()) == {"code", "message", "details", "hint"}

    async def test_a_refusal_has_a_length(self, ask: Ask) -> None:
        answer = await ask("boats?zz=eq.1")
        assert int(answer.headers["content-length"]) == len(answer.content)
