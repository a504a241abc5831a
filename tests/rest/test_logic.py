"""and=, or=, and what they nest."""

from rest.support import Ask, Case, cases, check, ids


class TestTrees:
    @ids(
        [
            ("or", "or=(id.eq.1,id.eq.2)", [1, 2]),
            ("and", "and=(id.gt.1,id.lt.4)", [2, 3]),
            ("or of one", "or=(id.eq.1)", [1]),
            ("and of one", "and=(id.eq.1)", [1]),
            ("or of three", "or=(id.eq.1,id.eq.2,id.eq.6)", [1, 2, 6]),
            ("not or", "not.or=(id.eq.1,id.eq.2)", [3, 4, 5, 6]),
            ("not and", "not.and=(id.gte.2,id.lte.5)", [1, 6]),
            ("or with a filter", "or=(id.eq.1,id.eq.2)&rig=eq.sail", [1]),
            ("or and and", "or=(id.eq.1,id.eq.2)&and=(crew.eq.2,docked.is.false)", [2]),
            ("two ors", "or=(id.eq.1,id.eq.2)&or=(id.eq.2,id.eq.3)", [2]),
            ("and in or", "or=(and(rig.eq.sail,crew.eq.4),and(rig.eq.motor,crew.eq.2))", [1, 2]),
            ("or in and", "and=(or(id.eq.1,id.eq.2),or(id.eq.2,id.eq.3))", [2]),
            ("not and in or", "or=(not.and(id.gt.1,id.lt.6),id.eq.3)", [1, 3, 6]),
            ("not or in and", "and=(not.or(id.eq.1,id.eq.2),id.lt.4)", [3]),
            ("a leaf negated", "or=(id.not.gt.1,id.eq.6)", [1, 6]),
            ("three deep", "or=(and(or(id.eq.1,id.eq.2),not.or(id.eq.2,id.eq.9)),id.eq.5)", [1, 5]),
            ("spaces", "and=( and ( id.in.( 1, 2, 3 ) , id.gt.1 ) , or ( id.eq.2 , id.eq.6 ) )", [2]),
            ("a space after each comma", "or=(id.eq.1, id.eq.2, id.eq.3)", [1, 2, 3]),
            ("four of both", "and=( id.lt.5, not.or(id.eq.2, id.eq.3), id.in.(1,4), or(id.eq.1, id.eq.9) )", [1]),
            ("a superfluous parenthesis", "and=(id.gt.1,id.lt.3))", [2]),
            ("encoded parentheses", "or=%28id.eq.1,id.eq.2%29", [1, 2]),
        ],
        "boats",
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestOperators:
    @ids(
        [
            ("eq and neq", "and=(rig.eq.sail,id.neq.1)", [3, 5]),
            ("lt and gt", "or=(id.lt.2,id.gt.5)", [1, 6]),
            ("lte and gte", "or=(id.lte.2,id.gte.5)", [1, 2, 5, 6]),
            ("like and ilike", "or=(name.like.*tros,name.ilike.*LYP*)", [1, 3]),
            ("match and imatch", "or=(name.match.^A,name.imatch.^CAL)", [1, 3]),
            ("in", "or=(id.in.(1,2),id.in.(4))", [1, 2, 4]),
            ("in nothing", "or=(id.in.(),id.eq.4)", [4]),
            ("not in", "and=(id.not.in.(1,2),id.lt.4)", [3]),
            ("is", "and=(docked.is.null,note.is.not_null)", [3, 6]),
            ("is true", "or=(docked.is.true,docked.is.UNKNOWN)", [1, 3, 4, 6]),
            ("not is", "and=(docked.not.is.null,tags.not.is.null)", [1, 2, 4]),
            ("isdistinct", "and=(id.lt.4,marks.isdistinct.{1,2,3})", [2, 3]),
            ("not isdistinct", "or=(marks.not.isdistinct.{2},id.eq.6)", [2, 6]),
            ("cs of several", "or=(marks.cs.{1,2,3},marks.cs.{3,4})", [1, 4]),
            ("cd", "or=(marks.cd.{2},marks.cd.{3,4,5})", [2, 3, 4]),
            ("ov", "and=(marks.ov.{2,5},id.lt.3)", [1, 2]),
            ("not cs", "and=(marks.not.cs.{2},id.lt.5)", [3, 4]),
            ("eq of an array", "or=(marks.eq.{1,2,3},id.eq.6)", [1, 6]),
            ("any", "or=(crew.eq(any).{4,6},id.eq.6)", [1, 3, 6]),
            ("like all", "and=(name.like(all).{*l*,*o*},id.lt.4)", [1, 3]),
            ("not any", "and=(crew.not.eq(any).{4,6},id.lt.4)", [2]),
            ("a json path", "or=(papers->>flag.eq.it,papers->owner->>name.eq.Ada)", [1, 2]),
            ("a json path with an index", "or=(papers->rooms->>-1.eq.stern,id.eq.6)", [1, 6]),
            ("a negated json path", "and=(papers->>flag.not.eq.fr,id.lt.6)", [2]),
        ],
        "boats",
    )
    async def test_boats(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    @ids(
        [
            ("a range with brackets", 'or=(span.eq."[1,3]",span.eq."[7,9]")', [1, 3]),
            ("a range with a comma quoted", 'and=(span.ov."[3,7]",id.gt.1)', [2, 3]),
            ("adj", 'or=(span.adj."[4,9]",id.eq.5)', [1, 4, 5]),
            ("sl and sr", 'or=(span.sl."[4,5]",span.sr."[8,9]")', [1, 4]),
            ("nxr and nxl", 'and=(span.nxr."[4,9]",span.nxl."[4,9]")', [2, 3]),
        ],
        "tides",
    )
    async def test_tides(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    @ids(
        [
            ("fts", "or=(vector.fts.fog,vector.fts.chips)", [1, 2]),
            (
                "fts of languages",
                "or=(vector.plfts(german).Schiffe, vector.plfts(french).bateau, vector.fts(english).fog)",
                [1, 4, 5],
            ),
            ("wfts", "or=(vector.wfts.fog,vector.wfts(french).mer)", [1, 4]),
            ("phfts", "or=(vector.phfts.fat seagull,id.eq.5)", [2, 5]),
            ("not", "and=(vector.not.fts.sail,vector.not.wfts(english).seagull)", [4, 5]),
            ("of texts", "and=(body.not.plfts(german).Schiffe, body.not.fts(english).sail)", [2, 4]),
            ("of jsonbs", "or=(doc.fts.fog,doc.fts.chips)", [1, 2]),
        ],
        "notes",
    )
    async def test_notes(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestQuotes:
    @ids(
        [
            ("a comma", 'or=(word.eq."has, comma",word.eq.plain)', [1, 2]),
            ("parentheses", 'or=(word.eq."par(en)s",word.eq."(1,2)")', [3, 22]),
            ("an opening parenthesis needs none", "or=(word.like.par(*,id.eq.1)", [1, 3]),
            ("an escaped quote", 'or=(word.eq."dq\\"in\\"side",id.eq.1)', [1, 4]),
            ("an escaped backslash", 'or=(word.eq."\\\\",id.eq.1)', [1, 6]),
            ("a quote inside, unquoted", 'or=(word.eq.dq"in"side,id.eq.1)', [1, 4]),
            ("a quote alone", 'or=(word.eq.",id.eq.1)', [1, 5]),
            ("a backslash alone", "or=(word.eq.\\,id.eq.1)", [1, 6]),
            ("like", 'or=(word.like."*s, c*",word.ilike."*(EN)*")', [2, 3]),
            ("in", 'or=(id.in.("1","2"),word.in.("has, comma","par(en)s"))', [1, 2, 3]),
            ("an empty text", "or=(word.eq.,id.eq.1)", [1, 8]),
            ("a quoted empty text", 'or=(word.eq."",id.eq.1)', [1, 8]),
            ("a space in front", "or=(word.eq. lead,id.eq.1)", [1, 12]),
            ("dots", "or=(word.eq.a.b,id.eq.1)", [1, 10]),
            ("an operator's look", "or=(word.eq.eq.plain,id.eq.1)", [1, 21]),
            ("braces", "or=(word.eq.{x},id.eq.1)", [1, 16]),
            ("an apostrophe", "or=(word.eq.O'Brien; DROP TABLE x,id.eq.1)", [1, 9]),
            ("a face", "or=(word.eq.😀,id.eq.1)", [1, 18]),
            ("the word null", "or=(word.eq.null,id.eq.1)", [1, 11]),
        ],
        "words",
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


@cases(
    Case("a quoted column", 'Odd Names?select=t&or=("a.dotted".eq.dot1,"(paren,comma)".eq.x)', [{"t": 1}]),
    Case("a column with a space", "Odd Names?select=t&or=(with space.eq.s2,dash-ed.eq.x)", [{"t": 2}]),
    Case("a column called not", "Odd Names?select=t&or=(not.eq.1,not.eq.9)", [{"t": 1}]),
    Case("a column called and", "Odd Names?select=t&or=(and.eq.2,and.eq.9)", [{"t": 2}]),
    Case("a column called not, negated", "Odd Names?select=t&and=(not.not.eq.1)", [{"t": 2}]),
    Case("ideographs", "Odd Names?select=t&or=(名前.eq.n1,Größe.eq.9)", [{"t": 1}]),
)
async def test_names(ask: Ask, case: Case) -> None:
    await check(ask, case)


@cases(
    Case(
        "nothing in it",
        "boats?or=()",
        status=400,
        error={
            "code": "PGRST100",
            "message": '"failed to parse logic tree (())" (line 1, column 4)',
            "details": 'unexpected ")" expecting field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, or)',
            "hint": None,
        },
    ),
    Case(
        "in without parentheses",
        "boats?or=(id.in.1,2,id.eq.3)",
        status=400,
        error={
            "code": "PGRST100",
            "message": '"failed to parse logic tree ((id.in.1,2,id.eq.3))" (line 1, column 10)',
            "details": 'unexpected "1" expecting "("',
        },
    ),
    Case(
        "parentheses the wrong way round",
        "boats?or=)(",
        status=400,
        error={
            "code": "PGRST100",
            "message": '"failed to parse logic tree ()()" (line 1, column 3)',
            "details": 'unexpected ")" expecting "("',
        },
    ),
    Case(
        "a word like or",
        "boats?and=(ord(id.eq.1,id.eq.1),id.eq.2)",
        status=400,
        error={
            "code": "PGRST100",
            "message": '"failed to parse logic tree ((ord(id.eq.1,id.eq.1),id.eq.2))" (line 1, column 7)',
            "details": 'unexpected "d" expecting "("',
        },
    ),
    Case(
        "xor",
        "boats?or=(id.eq.1,not.xor(id.eq.2,id.eq.3))",
        status=400,
        error={
            "code": "PGRST100",
            "message": '"failed to parse logic tree ((id.eq.1,not.xor(id.eq.2,id.eq.3)))" (line 1, column 16)',
            "details": 'unexpected "x" expecting logic operator (and, or)',
        },
    ),
    Case("not closed", "boats?or=(id.eq.1", status=400, error={"code": "PGRST100"}),
    Case("nested, not closed", "boats?or=(and(id.eq.1,id.eq.2)", status=400, error={"code": "PGRST100"}),
    Case("no parenthesis", "boats?or=id.eq.1", status=400, error={"code": "PGRST100"}),
    Case("no operator", "boats?or=(id.1)", status=400, error={"code": "PGRST100"}),
    Case("an unknown operator", "boats?or=(id.what.1)", status=400, error={"code": "PGRST100"}),
    Case("a comma at the end", "boats?or=(id.eq.1,)", status=400, error={"code": "PGRST100"}),
    Case("an unknown column", "boats?or=(zzzz.eq.1)", status=400, error={"code": "42703"}),
    Case("a bad value", "boats?or=(id.eq.x,id.eq.1)", status=400, error={"code": "22P02"}),
)
async def test_refusals(ask: Ask, case: Case) -> None:
    await check(ask, case)
