"""What select= shapes: columns, names, casts, paths."""

import json

from rest.support import Ask, Case, cases, check


class TestColumns:
    @cases(
        Case("all without it", "sorts?id=eq.1", [{"id": 1, "a": 2, "b": "x"}]),
        Case("a star", "sorts?select=*&id=eq.1", [{"id": 1, "a": 2, "b": "x"}]),
        Case("nothing is all", "sorts?select=&id=eq.1", [{"id": 1, "a": 2, "b": "x"}]),
        Case("one", "sorts?select=b&id=eq.1", [{"b": "x"}]),
        Case("two", "sorts?select=b,a&id=eq.1", [{"b": "x", "a": 2}]),
        Case("spaces between", "sorts?select=b, a ,id&id=eq.1", [{"b": "x", "a": 2, "id": 1}]),
        Case("the first of two counts", "sorts?select=a&select=b&id=eq.1", [{"a": 2}]),
        Case("a star and one more", "sorts?select=*,more:a&id=eq.1", [{"id": 1, "a": 2, "b": "x", "more": 2}]),
        Case("one twice by other names", "sorts?select=x:a,y:a&id=eq.1", [{"x": 2, "y": 2}]),
        Case("nulls are kept", "sorts?select=a,b&id=eq.2", [{"a": None, "b": "y"}]),
        Case("of a view", "sailing?select=name&id=eq.1", [{"name": "Albatros"}]),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    @cases(
        Case("named", "sorts?select=id,tripled&id=eq.1", [{"id": 1, "tripled": 6}]),
        Case("cast and renamed", "sorts?select=x:tripled::text&id=eq.1", [{"x": "6"}]),
        Case(
            "in a filter and an order", "sorts?select=id&tripled=gte.3&order=tripled.desc,id", [{"id": 1}, {"id": 4}, {"id": 3}]
        ),
        Case("in a tree", "sorts?select=id&or=(tripled.eq.3,tripled.is.null)&order=id", [{"id": 2}, {"id": 3}]),
        Case("not among all", "sorts?select=*&id=eq.1", [{"id": 1, "a": 2, "b": "x"}]),
        Case("a column of its name comes first", "sorts?select=b&id=eq.1", [{"b": "x"}]),
    )
    async def test_computed_ones(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    async def test_what_is_drawn_anew_each_time_or_stands_elsewhere_is_no_column(self, ask: Ask) -> None:
        for name in ("drawn", "quadrupled"):
            answer = await ask(f"sorts?select={name}")
            assert (answer.status_code, answer.json()["code"]) == (400, "42703")

    async def test_their_order_is_the_asked_for(self, ask: Ask) -> None:
        answer = await ask("sorts?select=b,id,a&id=eq.1")
        assert list(answer.json()[0]) == ["b", "id", "a"]

    @cases(
        Case("a text", "boats?select=name&id=eq.4", [{"name": "delfin"}]),
        Case("a bigint is exact", "boats?select=serial&id=eq.1", '[{"serial":9007199254740993}]'),
        Case("a numeric keeps its scale", "boats?select=length&id=eq.1", '[{"length":12.50}]'),
        Case("a float", "boats?select=speed&id=eq.4", [{"speed": 31.25}]),
        Case("a date", "boats?select=built&id=eq.1", [{"built": "1998-05-01"}]),
        Case("a timestamp", "boats?select=seen&id=eq.4", [{"seen": "2024-03-04T10:00:00+00:00"}]),
        Case(
            "a boolean", "boats?select=docked&id=in.(1,2,3)&order=id", [{"docked": True}, {"docked": False}, {"docked": None}]
        ),
        Case("an array", "boats?select=tags,marks&id=eq.1", [{"tags": ["wood", "old"], "marks": [1, 2, 3]}]),
        Case("an empty array", "boats?select=tags&id=eq.3", [{"tags": []}]),
        Case("a jsonb", "boats?select=papers&id=eq.6", [{"papers": [{"flag": "no"}, 7, [8, 9]]}]),
        Case("a json null", "boats?select=log&id=eq.3", [{"log": None}]),
        Case("a char keeps its padding", "boats?select=hull&id=eq.1", [{"hull": "AB  "}]),
        Case("a bytea", "boats?select=photo&id=eq.1", [{"photo": "\\x00ff"}]),
        Case("an inet", "boats?select=host&id=eq.5", [{"host": "::1"}]),
        Case("an enum", "boats?select=rig&id=eq.6", [{"rig": "row"}]),
        Case("a range", "tides?select=span&id=eq.1", [{"span": "[1,4)"}]),
        Case("a composite", "spots?select=place&id=eq.1", [{"place": {"x": 0.5, "y": 1, "name": "north"}}]),
        Case("an array of arrays", "spots?select=grid2&id=eq.1", [{"grid2": [[1, 2, 3], [4, 5, 6]]}]),
        Case("a tsvector", "notes?select=vector&id=eq.2", [{"vector": "'chip':6 'fat':2 'seagul':3 'steal':4"}]),
        Case("a face", "words?select=word&id=eq.18", [{"word": "😀"}]),
        Case("a backslash", "words?select=word&id=eq.7", [{"word": "/\\a/\\b/\\"}]),
    )
    async def test_types(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestNames:
    @cases(
        Case("renamed", "sorts?select=first:a&id=eq.1", [{"first": 2}]),
        Case("renamed to another's name", "sorts?select=a:b,b:a&id=eq.1", [{"a": "x", "b": 2}]),
        Case("renamed with spaces", "sorts?select=first one:a&id=eq.1", [{"first one": 2}]),
        Case("renamed to a quoted name", 'sorts?select="a.b,(c)":a&id=eq.1', [{"a.b,(c)": 2}]),
        Case("renamed to ideographs", "sorts?select=名:a&id=eq.1", [{"名": 2}]),
        Case("renamed to a keyword", "sorts?select=select:a&id=eq.1", [{"select": 2}]),
        Case("renamed with capitals", "sorts?select=FirstOne:a&id=eq.1", [{"FirstOne": 2}]),
        Case("renamed with a dash", "sorts?select=first-one:a&id=eq.1", [{"first-one": 2}]),
        Case("renamed to a number", "sorts?select=1:a&id=eq.1", [{"1": 2}]),
        Case("a quoted column, renamed", 'Odd Names?select=d:"a.dotted"&t=eq.1', [{"d": "dot1"}]),
        Case("a quoted plain column", 'sorts?select="a"&id=eq.1', [{"a": 2}]),
        Case("spaces round a plain name", "sorts?select= a &id=eq.1", [{"a": 2}]),
        Case("a filter still takes the column's name", "sorts?select=b:a&b=eq.x", [{"b": 2}]),
        Case("a column called select", "Odd Names?select=select&t=eq.1", [{"select": "sel1"}]),
        Case(
            "several quoted",
            'Odd Names?select="*id*","a.dotted","(paren,comma)",":arr->ow::cast","  padded  "&t=eq.2',
            [{"*id*": 2, "a.dotted": "dot2", "(paren,comma)": "p2", ":arr->ow::cast": "arrow2", "  padded  ": "pad2"}],
        ),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestCasts:
    @cases(
        Case("to text", "sorts?select=a::text&id=eq.1", [{"a": "2"}]),
        Case("renamed", "sorts?select=n:a::text&id=eq.1", [{"n": "2"}]),
        Case("a star and a cast", "sorts?select=*,n:a::text&id=eq.1", [{"id": 1, "a": 2, "b": "x", "n": "2"}]),
        Case("to int", "boats?select=speed::int&id=eq.2", [{"speed": 22}]),
        Case("to integer", "boats?select=speed::integer&id=eq.2", [{"speed": 22}]),
        Case("to int8", "boats?select=crew::int8&id=eq.1", [{"crew": 4}]),
        Case("to bigint", "boats?select=crew::bigint&id=eq.1", [{"crew": 4}]),
        Case("to numeric", "boats?select=crew::numeric&id=eq.1", [{"crew": 4}]),
        Case("to double precision", "boats?select=length::double precision&id=eq.1", '[{"length":12.5}]'),
        Case("to varchar", "boats?select=crew::varchar&id=eq.1", [{"crew": "4"}]),
        Case("to date", "boats?select=seen::date&id=eq.1", [{"seen": "2024-03-01"}]),
        Case("to timestamptz", "boats?select=built::timestamptz&id=eq.1", [{"built": "1998-05-01T00:00:00+00:00"}]),
        Case("to bool", "boats?select=crew::bool&id=eq.1", [{"crew": True}]),
        Case("to an enum", "boats?select=rig::rig&id=eq.1", status=200),
        Case("of an array", "boats?select=marks::text&id=eq.1", [{"marks": "{1,2,3}"}]),
        Case("to an array", "boats?select=marks::_text&id=eq.1", [{"marks": ["1", "2", "3"]}]),
        Case("capitals", "sorts?select=a::TEXT&id=eq.1", [{"a": "2"}]),
        Case("null", "sorts?select=a::text&id=eq.2", [{"a": None}]),
        Case(
            "to what is no type",
            "sorts?select=a::fakecolumntype",
            status=400,
            error={"code": "42704", "message": 'type "fakecolumntype" does not exist', "details": None, "hint": None},
        ),
        Case("to nothing", "sorts?select=a::", status=400, error={"code": "PGRST100"}),
        Case("that can't be", "boats?select=name::int", status=400, error={"code": "22P02"}),
        Case("that there is none of", "boats?select=docked::date", status=400, error={"code": "42846"}),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestJsonPaths:
    @cases(
        Case("as text", "boats?select=papers->>flag&id=eq.1", [{"flag": "fr"}]),
        Case("as json", "boats?select=papers->rooms&id=eq.1", [{"rooms": ["bow", "stern"]}]),
        Case("two levels", "boats?select=papers->owner->>name&id=eq.1", [{"name": "Ada"}]),
        Case("a number as text", "boats?select=papers->>tons&id=eq.1", [{"tons": "4"}]),
        Case("a number as json", "boats?select=papers->tons&id=eq.1", [{"tons": 4}]),
        Case("renamed", "boats?select=f:papers->>flag&id=eq.1", [{"f": "fr"}]),
        Case("cast", "boats?select=papers->>tons::int&id=eq.1", [{"tons": 4}]),
        Case("renamed and cast", "boats?select=t:papers->>tons::int&id=eq.1", [{"t": 4}]),
        Case("a text cast to json", "boats?select=papers->>owner::json&id=eq.1", [{"owner": {"name": "Ada", "age": 41}}]),
        Case("an index is named by its key", "boats?select=papers->rooms->>0&id=eq.1", [{"rooms": "bow"}]),
        Case("an index is named by its column", "trees?select=data->>0&id=eq.1", [{"data": "1"}]),
        Case("a key after an index", "trees?select=data->1->>b&id=eq.4", [{"b": "B"}]),
        Case("an index from the end", "trees?select=data->-1->>-3::int&id=eq.3", [{"data": 11}]),
        Case("two indexes of one", "trees?select=x:data->>0::int,y:data->>1::int&id=eq.2", [{"x": 4, "y": 5}]),
        Case("several levels", "trees?select=data->c->1->d->>1::int&id=eq.5", [{"d": 5}]),
        Case("what isn't there", "trees?select=data->x->>y&id=eq.5", [{"y": None}]),
        Case("special characters", "trees?select=data->k@y!->>%23x*::int&id=eq.6", [{"#x*": 3}]),
        Case("a quoted key", 'trees?select=data->"a.b"->>"c,d"&id=eq.6', [{"c,d": "deep"}]),
        Case("a dash", "trees?select=data->>my-key&id=eq.6", [{"my-key": "dash"}]),
        Case("a space", "trees?select=data->>two words::int&id=eq.6", [{"two words": 2}]),
        Case("digits then letters are a key", "trees?select=data->>0xy&id=eq.7", [{"0xy": "mixed"}]),
        Case("a quoted number is a key", 'trees?select=data->>"3"&id=eq.7', [{"3": "three"}]),
        Case("of a quoted column", 'trees?select="data"->>0&id=eq.1', [{"data": "1"}]),
        Case("a json null as json", "boats?select=papers->owner->age&id=eq.4", [{"age": None}]),
        Case("a composite's field", "spots?select=place->y&id=eq.1", [{"y": 1}]),
        Case("a composite's field as text", "spots?select=place->>x&id=eq.1", [{"x": "0.5"}]),
        Case("an array's item", "spots?select=a:grid->0,b:grid2->1->2&id=eq.1", [{"a": 1, "b": 6}]),
        Case("an array's item as text", "spots?select=a:grid->>0,b:grid2->0->>0&id=eq.2", [{"a": "11", "b": "11"}]),
        Case("an array's item is named by its column", "spots?select=grid->0&id=eq.1", [{"grid": 1}]),
        Case("of a number", "sorts?select=a->x&id=eq.1", [{"x": None}]),
        Case(
            "an arrow after a double one",
            "trees?select=data->>c->1",
            status=404,
            error={"code": "42883", "message": "operator does not exist: text -> integer"},
        ),
        Case("an arrow and a key after a double one", "trees?select=data->>c->b", status=404, error={"code": "42883"}),
        Case(
            "a bad cast",
            "boats?select=papers->>flag::integer&id=eq.1",
            status=400,
            error={"code": "22P02", "message": 'invalid input syntax for type integer: "fr"', "details": None, "hint": None},
        ),
        Case(
            "a parenthesis in a key",
            "trees?select=data->(k",
            status=400,
            error={
                "code": "PGRST100",
                "message": '"failed to parse select parameter (data->(k)" (line 1, column 7)',
                "details": 'unexpected "(" expecting "-", digit or any non reserved character different from: .,>()',
                "hint": None,
            },
        ),
        Case(
            "two dashes",
            "trees?select=data->>--34",
            status=400,
            error={
                "code": "PGRST100",
                "message": '"failed to parse select parameter (data->>--34)" (line 1, column 9)',
                "details": 'unexpected "-" expecting digit',
                "hint": None,
            },
        ),
        Case(
            "letters after a negative number",
            "trees?select=data->>-78xy",
            status=400,
            error={
                "code": "PGRST100",
                "message": '"failed to parse select parameter (data->>-78xy)" (line 1, column 11)',
                "details": 'unexpected \'x\' expecting digit, "->", "::", ".", "," or end of input',
            },
        ),
        Case("an arrow at the end", "trees?select=data->", status=400, error={"code": "PGRST100"}),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestRefusals:
    @cases(
        Case(
            "an unknown column",
            "sorts?select=id,zzzzzz",
            status=400,
            error={"code": "42703", "message": "column sorts.zzzzzz does not exist", "details": None},
        ),
        Case("an unknown column with a cast", "sorts?select=zzzzzz::text", status=400, error={"code": "42703"}),
        Case("an unknown column with a path", "sorts?select=zzzzzz->a", status=400, error={"code": "42703"}),
        Case("names are by case", "sorts?select=ID", status=400, error={"code": "42703"}),
        Case("a comma at the end", "sorts?select=id,", status=400, error={"code": "PGRST100"}),
        Case("two commas", "sorts?select=id,,a", status=400, error={"code": "PGRST100"}),
        Case("an alias of nothing", "sorts?select=x:", status=400, error={"code": "PGRST100"}),
        Case("a quote left open", 'sorts?select="id', status=400, error={"code": "PGRST100"}),
        Case(
            "after a star",
            "sorts?select=*!x",
            status=400,
            error={
                "code": "PGRST100",
                "message": '"failed to parse select parameter (*!x)" (line 1, column 2)',
                "details": 'unexpected \'!\' expecting ")", "," or end of input',
            },
        ),
        Case("a semicolon", "sorts?select=id;a", status=400, error={"code": "PGRST100"}),
        Case("a bracket", "sorts?select=id[0]", status=400, error={"code": "PGRST100"}),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


async def test_a_key_twice_is_no_error(ask: Ask) -> None:
    answer = await ask("sorts?select=a,a&id=eq.1")
    assert answer.status_code == 200
    assert json.loads(answer.text, object_pairs_hook=list) == [[("a", 2), ("a", 2)]]
