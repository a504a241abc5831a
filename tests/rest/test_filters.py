"""Horizontal filters: every operator, on the types it is for."""

from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from rest.support import Ask, Case, cases, check, ids


class TestComparison:
    @ids(
        [
            ("an integer", "crew=eq.4", [1]),
            ("a negative integer", "crew=eq.-4", []),
            ("a text", "name=eq.Calypso", [3]),
            ("a text's case counts", "name=eq.calypso", []),
            ("a comma is no separator", "name=eq.Bora, Bora", [2]),
            ("a plus is a space", "name=eq.Bora,+Bora", [2]),
            ("parentheses mean nothing", "name=eq.Fjord (II)", [6]),
            ("quotes are part of the value", 'name=eq."Calypso"', []),
            ("an accent", "name=eq.%C3%89toile", [5]),
            ("an escaped operator", "name=eq%2ECalypso", [3]),
            ("an escaped column", "n%61me=eq.Calypso", [3]),
            ("a numeric of another scale", "length=eq.12.5", [1, 3]),
            ("a float", "speed=eq.7.5", [1]),
            ("a float with an exponent", "speed=eq.75e-1", [1]),
            ("beyond 2^53", "serial=eq.9007199254740993", [1]),
            ("next to it", "serial=eq.9007199254740992", []),
            ("an enum", "rig=eq.motor", [2, 4]),
            ("a date", "built=eq.1998-05-01", [1]),
            ("a date in another form", "built=eq.May 1, 1998", [1]),
            ("a timestamp with its zone", "seen=eq.2024-03-01T13:00:00%2B01:00", [1]),
            ("a boolean", "docked=eq.true", [1, 4]),
            ("a boolean's short form", "docked=eq.f", [2, 5]),
            ("a uuid in capitals", "code=eq.00000000-0000-4000-8000-00000000000A", [1]),
            ("a padded char", "hull=eq.AB", [1]),
            ("a varchar", "berth=eq.B2", [4]),
            ("an inet", "host=eq.10.0.0.1", [1]),
            ("an inet of six", "host=eq.::1", [5]),
            ("a bytea", "photo=eq.\\x00ff", [1]),
            ("an array", "marks=eq.{1,2,3}", [1]),
            ("an empty array", "marks=eq.{}", [3]),
            ("an array of texts", "tags=eq.{wood,old}", [1]),
            ("a jsonb", 'papers=eq.{"flag":"it","rooms":["bow"],"tons":10}', [2]),
            ("an empty text", "note=eq.", [3]),
            ("the word null", "note=eq.null", []),
            ("two filters", "rig=eq.sail&crew=eq.4", [1]),
            ("two of one column", "crew=gt.2&crew=lt.6", [1, 5]),
            ("neq", "crew=neq.4", [2, 3, 4, 5, 6]),
            ("neq leaves nulls out", "docked=neq.true", [2, 5]),
            ("neq of a text", "rig=neq.sail", [2, 4, 6]),
            ("gt", "crew=gt.4", [3, 4]),
            ("gte", "crew=gte.4", [1, 3, 4]),
            ("lt", "crew=lt.3", [2, 6]),
            ("lte", "crew=lte.3", [2, 5, 6]),
            ("gt of a numeric", "length=gt.12.49", [1, 3, 4]),
            ("gt of a date", "built=gt.2005-07-12", [4, 5]),
            ("lte of a date leaves nulls out", "built=lte.1998-05-01", [1, 3]),
            ("gte of a timestamp", "seen=gte.2024-03-05", [5, 6]),
            ("lt of an enum is by its order", "rig=lt.motor", [1, 3, 5, 6]),
            ("gt of a text", "berth=gt.B1", [4, 5, 6]),
            ("lt of an array", "marks=lt.{2}", [1, 3]),
            ("gt of an array", "marks=gt.{2}", [4, 6]),
            ("gte of a boolean", "docked=gte.true", [1, 4]),
            ("infinity", "built=lt.infinity", [1, 2, 3, 4, 5]),
        ],
        "boats",
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestPatterns:
    @ids(
        [
            ("like with a star at the end", "name=like.C*", [3]),
            ("like with a star in front", "name=like.*in", [4]),
            ("like with two", "name=like.*or*", [2, 6]),
            ("like with a percent sign", "name=like.%25or%25", [2, 6]),
            ("like is by case", "name=like.c*", []),
            ("like with any one character", "name=like.d_lfin", [4]),
            ("like without any is equality", "name=like.Calypso", [3]),
            ("like with an escaped percent sign", "note=like.100\\%25*", [6]),
            ("like with an escaped underscore", "note=like.*oak\\_wood", [6]),
            ("like with a dot", "name=like.C.*", []),
            ("like with parentheses", "name=like.*(II)", [6]),
            ("like of a varchar", "berth=like.*1", [1, 3, 5]),
            ("ilike", "name=ilike.c*", [3]),
            ("ilike of two", "name=ilike.*D*", [4, 6]),
            ("not like", "name=not.like.*o*", [4]),
            ("not ilike", "name=not.ilike.*o*", [4]),
            ("match at the start", "name=match.^[A-C]", [1, 2, 3]),
            ("match at the end", "name=match.o$", [3]),
            ("match is by case", "name=match.^d", [4]),
            ("match keeps its stars", "name=match.^Cal.*o$", [3]),
            ("match of a backslash", "note=match.back\\\\slash", [5]),
            ("imatch", "name=imatch.^D", [4]),
            ("imatch begins with a dot", "name=imatch..*DELF.*", [4]),
            ("not match", "name=not.match.^[A-C]", [4, 5, 6]),
            ("not imatch", "name=not.imatch.o", [4]),
        ],
        "boats",
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestIn:
    @ids(
        [
            ("integers", "id=in.(1,3)", [1, 3]),
            ("one", "id=in.(4)", [4]),
            ("spaces round integers", "id=in.( 1, 3 )", [1, 3]),
            ("quoted integers", 'id=in.("1","3")', [1, 3]),
            ("repeated", "id=in.(2,2,2)", [2]),
            ("nothing", "id=in.()", []),
            ("spaces only", "id=in.(   )", []),
            ("not in nothing", "id=not.in.()&id=lt.3", [1, 2]),
            ("not in", "id=not.in.(1,2,3)&id=lt.6", [4, 5]),
            ("a text", "word=in.(plain)", [1]),
            ("texts", "word=in.(plain,a.b)", [1, 10]),
            ("a quoted comma", 'word=in.("has, comma")', [2]),
            ("quoted parentheses", 'word=in.("par(en)s")', [3]),
            ("a quoted list", 'word=in.("(1,2)")', [22]),
            ("some quoted", 'word=in.(plain,"has, comma")', [1, 2]),
            ("a quoted empty text", 'word=in.("",plain)', [1, 8]),
            ("an escaped quote", 'word=in.("dq\\"in\\"side")', [4]),
            ("a quote inside, unquoted", 'word=in.(dq"in"side)', [4]),
            ("a quote alone", 'word=in.(")', [5]),
            ("an escaped backslash", 'word=in.("\\\\")', [6]),
            ("a backslash alone", "word=in.(\\)", [6]),
            ("backslashes, unquoted", "word=in.(/\\a/\\b/\\)", [7]),
            ("backslashes, quoted", 'word=in.("/\\\\a/\\\\b/\\\\")', [7]),
            ("any other escaped character is itself", 'word=in.("p\\l\\ain")', [1]),
            ("the word null is a text", "word=in.(null)", [11]),
            ("a space in front is kept", "word=in.(plain, lead)", [1, 12]),
            ("a space behind is kept", "word=in.(trail )", [13]),
            ("braces", "word=in.({x})", [16]),
            ("a face", "word=in.(😀)", [18]),
            ("an apostrophe", "word=in.(O'Brien; DROP TABLE x)", [9]),
            ("not in leaves null out", "word=not.in.(plain)&id=gte.18", [18, 20, 21, 22]),
        ],
        "words",
    )
    async def test_words(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    @ids(
        [
            ("dates", "built=in.(1998-05-01,2019-11-05)", [1, 4]),
            ("booleans", "docked=in.(true,false)", [1, 2, 4, 5]),
            ("enums", "rig=in.(row,motor)", [2, 4, 6]),
            ("numerics", "length=in.(12.5,8)", [1, 2, 3]),
            ("uuids", "code=in.(00000000-0000-4000-8000-00000000000b)", [2]),
            ("padded chars", "hull=in.(AB,CD)", [1, 2]),
            ("byteas", "photo=in.(\\x01)", [2]),
            ("no booleans", "docked=in.()", []),
            ("no dates", "built=in.()", []),
            ("no byteas", "photo=in.()", []),
            ("timestamps with commas between", "seen=in.(2024-03-01T12:00:00Z,2024-03-02T12:00:00Z)", [1, 2]),
            ("quoted timestamps", 'seen=in.("2024-03-01 12:00:00 UTC")', [1]),
        ],
        "boats",
    )
    async def test_types(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestIs:
    @ids(
        [
            ("null", "docked=is.null", [3, 6]),
            ("not_null", "docked=is.not_null", [1, 2, 4, 5]),
            ("true", "docked=is.true", [1, 4]),
            ("false", "docked=is.false", [2, 5]),
            ("unknown", "docked=is.unknown", [3, 6]),
            ("NULL", "docked=is.NULL", [3, 6]),
            ("NoT_NuLl", "docked=is.NoT_NuLl", [1, 2, 4, 5]),
            ("TRUE", "docked=is.TRUE", [1, 4]),
            ("FAlSe", "docked=is.FAlSe", [2, 5]),
            ("UnKnOwN", "docked=is.UnKnOwN", [3, 6]),
            ("not null", "docked=not.is.null", [1, 2, 4, 5]),
            ("not not_null", "docked=not.is.not_null", [3, 6]),
            ("not true", "docked=not.is.true", [2, 3, 5, 6]),
            ("not false", "docked=not.is.false", [1, 3, 4, 6]),
            ("null of a text is not empty", "note=is.null", [2]),
            ("null of an array", "tags=is.null", [5]),
            ("null of a jsonb", "papers=is.null", [5]),
            ("null of a json", "log=is.null", [5]),
            ("null of a number", "speed=is.null", [3]),
            ("distinct", "docked=isdistinct.true", [2, 3, 5, 6]),
            ("distinct of a text", "note=isdistinct.needs paint", [2, 3, 4, 5, 6]),
            ("distinct of an array", "marks=isdistinct.{2}", [1, 3, 4, 5, 6]),
            ("not distinct", "docked=not.isdistinct.true", [1, 4]),
        ],
        "boats",
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestContainment:
    @ids(
        [
            ("an array contains", "marks=cs.{2}", [1, 2]),
            ("contains two", "marks=cs.{1,3}", [1]),
            ("contains nothing", "marks=cs.{}", [1, 2, 3, 4, 6]),
            ("texts", "tags=cs.{fast}", [2, 4]),
            ("quoted texts", 'tags=cs.{"wood","old"}', [1]),
            ("contained", "marks=cd.{1,2,3}", [1, 2, 3]),
            ("contained in nothing", "marks=cd.{}", [3]),
            ("overlaps", "marks=ov.{2,4}", [1, 2, 4]),
            ("overlaps texts", "tags=ov.{new,old}", [1, 4]),
            ("not contains", "marks=not.cs.{2}", [3, 4, 6]),
            ("not overlaps", "tags=not.ov.{fast,wood}", [3]),
            ("a jsonb contains", 'papers=cs.{"flag":"fr"}', [1, 4]),
            ("a jsonb contains deeper", 'papers=cs.{"owner":{"name":"Ada"}}', [1]),
            ("a jsonb array contains", "papers=cs.[7]", [6]),
            ("a jsonb is contained", 'papers=cd.{"flag":"it","tons":10,"rooms":["bow"],"more":1}', [2, 3]),
            ("inside a jsonb", 'papers->rooms=cs.["stern"]', [1]),
            ("a subnet contains", "host=sl.10.0.0.0/24", [1, 2]),
            ("a subnet is contained", "host=not.sl.10.0.0.0/24", [4, 5]),
        ],
        "boats",
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestRanges:
    @ids(
        [
            ("eq", "span=eq.[1,3]", [1]),
            ("eq in its canonical form", "span=eq.[1,4)", [1]),
            ("neq", "span=neq.[1,3]", [2, 3, 4]),
            ("lt", "span=lt.[4,6]", [1]),
            ("gt", "span=gt.[7,9]", [4]),
            ("lte", "span=lte.[4,6]", [1, 2]),
            ("gte", "span=gte.[7,9]", [3, 4]),
            ("cs of a range", "span=cs.[1,2]", [1]),
            ("cd", "span=cd.[1,6]", [1, 2]),
            ("ov", "span=ov.[3,4]", [1, 2]),
            ("sl", "span=sl.[7,8]", [1, 2]),
            ("sr", "span=sr.[3,6]", [3, 4]),
            ("nxr", "span=nxr.[4,7]", [1, 2]),
            ("nxl", "span=nxl.[4,7]", [2, 3, 4]),
            ("adj", "span=adj.[4,9]", [1, 4]),
            ("adj with an open bound", "span=adj.(3,10]", [1]),
            ("isdistinct", "span=isdistinct.[1,3]", [2, 3, 4, 5]),
            ("an endless range", "span=ov.[10,)", [4]),
            ("not cd", "span=not.cd.[1,6]", [3, 4]),
            ("dates", "days=ov.[2024-01-08,2024-01-12)", [1, 2, 3]),
            ("dates strictly left", "days=sl.[2024-01-10,2024-01-11]", [1]),
            ("empty", "days=eq.empty", [4]),
            ("in", 'span=in.("[1,3]","[7,9]")', [1, 3]),
        ],
        "tides",
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestFullText:
    @ids(
        [
            ("fts of a tsvector", "vector=fts.ship", [1]),
            ("fts stems", "vector=fts.sails", [1, 3]),
            ("fts and", "vector=fts.sail%26fog", [1]),
            ("fts or", "vector=fts.fog%7Cchips", [1, 2]),
            ("fts but not", "vector=fts.sail%26!fog", [3]),
            ("fts prefix", "vector=fts.possi:*", [3]),
            ("fts phrase operator", "vector=fts.old<->ship", [1]),
            ("plfts", "vector=plfts.The fat seagulls", [2]),
            ("phfts", "vector=phfts.fat seagull", [2]),
            ("phfts out of order", "vector=phfts.seagull fat", []),
            ("wfts", "vector=wfts.fog or chips", [1, 2]),
            ("wfts with a minus", "vector=wfts.sail -fog", [3]),
            ("wfts with quotes", 'vector=wfts."fat seagull"', [2]),
            ("a language", "vector=fts(french).naviguer", [4]),
            ("plfts of a language", "vector=plfts(german).Schiff Meer", [5]),
            ("phfts of a language", "vector=phfts(german).das Meer", [5]),
            ("wfts of a language", "vector=wfts(french).bateau or rien", [4]),
            ("simple", "vector=fts(simple).sails", []),
            ("not fts", "vector=not.fts.sail", [2, 4, 5]),
            ("not fts of a language", "vector=not.fts(english).sail", [2, 4, 5]),
            ("not plfts", "vector=not.plfts.fat seagull", [1, 3, 4, 5]),
            ("not phfts", "vector=not.phfts.fat seagull", [1, 3, 4, 5]),
            ("not wfts", "vector=not.wfts(english).fog or chips", [3, 4, 5]),
            ("of a text", "body=fts.ship", [1]),
            ("of a text, stemmed", "body=fts.sails", [1, 3]),
            ("of a text in a language", "body=fts(german).Schiff", [5]),
            ("of a text, simple", "body=fts(simple).sail", [1]),
            ("plfts of a text", "body=plfts.fat chips", [2]),
            ("phfts of a text", "body=phfts(french).la mer", [4]),
            ("wfts of a text", "body=wfts.fog or chips", [1, 2]),
            ("not of a text", "body=not.fts.sail", [2, 4, 5]),
            ("of a jsonb", "doc=fts.ship", [1]),
            ("of a jsonb in a language", "doc=plfts(german).Schiffe", [5]),
            ("of a json", "raw=wfts.seagull", [2]),
            ("of a json path", "doc->>body=fts.chips", [2]),
            ("nothing to search for", "vector=plfts.the", []),
        ],
        "notes",
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestQuantifiers:
    @ids(
        [
            ("eq any", "crew=eq(any).{4,6}", [1, 3]),
            ("eq all", "crew=eq(all).{4}", [1]),
            ("eq all of two", "crew=eq(all).{4,6}", []),
            ("eq any of none", "crew=eq(any).{}", []),
            ("gt any", "crew=gt(any).{4,6}", [3, 4]),
            ("gt all", "crew=gt(all).{4,6}", [4]),
            ("gte all", "crew=gte(all).{4,6}", [3, 4]),
            ("lt all", "crew=lt(all).{3,4}", [2, 6]),
            ("lte any", "crew=lte(any).{2,3}", [2, 5, 6]),
            ("lte all", "crew=lte(all).{2,3}", [2, 6]),
            ("like any", "name=like(any).{C*,d*}", [3, 4]),
            ("like any with percent signs", "name=like(any).{C%25,d%25}", [3, 4]),
            ("like all", "name=like(all).{*l*,*o*}", [1, 3, 5]),
            ("ilike any", "name=ilike(any).{c*,D*}", [3, 4]),
            ("ilike all", "name=ilike(all).{*L*,*A*}", [1, 3]),
            ("match any", "name=match(any).{^C,n$}", [3, 4]),
            ("match all", "name=match(all).{^A,s$}", [1]),
            ("imatch any", "name=imatch(any).{^c,N$}", [3, 4]),
            ("quoted items", 'name=eq(any).{"Bora, Bora",Calypso}', [2, 3]),
            ("not eq any", "crew=not.eq(any).{4,6}", [2, 4, 5, 6]),
            ("not eq all", "crew=not.eq(all).{4,6}", [1, 2, 3, 4, 5, 6]),
            ("dates", "built=eq(any).{1998-05-01,2019-11-05}", [1, 4]),
            ("enums", "rig=eq(any).{row,motor}", [2, 4, 6]),
        ],
        "boats",
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestNot:
    @ids(
        [
            ("eq", "crew=not.eq.4", [2, 3, 4, 5, 6]),
            ("neq", "crew=not.neq.4", [1]),
            ("gt", "crew=not.gt.3", [2, 5, 6]),
            ("gte", "crew=not.gte.3", [2, 6]),
            ("lt", "crew=not.lt.4", [1, 3, 4]),
            ("lte", "crew=not.lte.4", [3, 4]),
            ("leaves nulls out", "docked=not.eq.true", [2, 5]),
            ("two of them", "crew=not.eq.4&rig=not.eq.sail", [2, 4, 6]),
        ],
        "boats",
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestJsonPaths:
    @ids(
        [
            ("a text", "papers->>flag=eq.fr", [1, 4]),
            ("a number as text", "papers->>tons=eq.4", [1]),
            ("texts compare as texts", "papers->>tons=gt.3", [1, 4]),
            ("jsonb numbers compare as numbers", "papers->tons=gt.4", [2, 4]),
            ("a jsonb", "papers->tons=eq.10", [2]),
            ("a jsonb text", 'papers->flag=eq."it"', [2]),
            ("a jsonb object", 'papers->owner=eq.{"age":41,"name":"Ada"}', [1]),
            ("two levels", "papers->owner->>name=eq.Bo", [4]),
            ("an index", "papers->rooms->>0=eq.bow", [1, 2]),
            ("an index from the end", "papers->rooms->>-1=eq.stern", [1]),
            ("an index, then a key", "papers->0->>flag=eq.no", [6]),
            ("an index of an index", "papers->2->>1=eq.9", [6]),
            ("in", "papers->>flag=in.(it,no)", [2]),
            ("is null", "papers->>flag=is.null", [3, 5, 6]),
            ("a json null is null as text", "papers->owner->>age=is.null", [2, 3, 4, 5, 6]),
            ("a json null is no null", "papers->owner->age=is.null", [2, 3, 5, 6]),
            ("like", "papers->>flag=like.f*", [1, 4]),
            ("not", "papers->>flag=not.eq.fr", [2]),
            ("any", "papers->>flag=eq(any).{it,fr}", [1, 2, 4]),
            ("isdistinct", "papers->>flag=isdistinct.fr", [2, 3, 5, 6]),
            ("of a json", "log->>who=eq.ada", [1]),
            ("of a json array", "log->>0=eq.10", [6]),
            ("an index past the end", "papers->rooms->>7=is.null&id=lt.3", [1, 2]),
        ],
        "boats",
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    @ids(
        [
            ("special characters", "data->k@y!->>%23x*=eq.3", [6]),
            ("a quoted key", 'data->"a.b"->>"c,d"=eq.deep', [6]),
            ("a dash", "data->>my-key=eq.dash", [6]),
            ("a space", "data->>two words=eq.2", [6]),
            ("digits then letters are a key", "data->>0xy=eq.mixed", [7]),
            ("a quoted number is a key", 'data->>"3"=eq.three', [7]),
            ("digits are an index", "data->>3=is.null&id=eq.7", [7]),
            ("a negative index", "data->>-3=eq.1", [1]),
            ("an array of arrays", "data->1->>2=eq.13", [3]),
            ("an array of objects", "data->1->>b=eq.B", [4]),
            ("mixed", "data->c->1->d->>1=eq.5", [5]),
        ],
        "trees",
    )
    async def test_keys(self, ask: Ask, case: Case) -> None:
        await check(ask, case)

    @ids(
        [
            ("a composite's field as text", "place->>name=eq.south", [2]),
            ("a composite's field as text compares as text", "place->>x=gt.0.5", [2]),
            ("a composite's field", "place->y=eq.1", [1]),
            ("an array's item", "grid->0=eq.1", [1]),
            ("an array's item as text", "grid->>0=eq.11", [2]),
            ("an array of arrays", "grid2->1->1=eq.5", [1]),
            ("an array of arrays as text", "grid2->1->>2=eq.16", [2]),
        ],
        "spots",
    )
    async def test_other_types(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestRarerTypes:
    @ids(
        [
            ("a domain of text", "mail=eq.a@b", [1]),
            ("a domain of text, like", "mail=like.c*", [2]),
            ("a domain of text, in", "mail=in.(a@b,x)", [1]),
            ("a value need not be of the domain", "mail=neq.nothing", [1, 2]),
            ("a domain of integers", "small=gt.7", [2]),
            ("a value may be beyond the domain", "small=lt.1000", [1, 2]),
            ("a domain of tsvectors", "lexemes=fts.fog", [1]),
            ("a domain of texts, searched", "mail=fts(simple).a@b", [1]),
            ("an array of a domain", "smalls=cs.{3}", [2]),
            ("an interval", "lasts=eq.26 hours", [1]),
            ("an interval, less", "lasts=lt.4 hours", [2]),
            ("a time", "opens=gte.12:00", [2]),
            ("bits", "bits=eq.101", [1]),
            ("a mac address", "mac=eq.08-00-2b-01-02-04", [2]),
            ("money", "price=gt.10", [1]),
            ("an oid", "number=eq.2000", [2]),
            ("a char of the catalogue", "letter=eq.b", [2]),
            ("an array of varchars contains", "codes=cs.{x}", [1]),
            ("an array of varchars is one", "codes=eq.{z}", [2]),
            ("an array of enums", "rigs=cs.{motor}", [2]),
            ("an array of enums overlaps", "rigs=ov.{row,motor}", [1, 2]),
            ("an array of dates", "days=cs.{2024-02-02}", [2]),
            ("a multirange contains", "spans=cs.{[7,8)}", [1]),
            ("a multirange overlaps", "spans=ov.{[2,5)}", [1, 2]),
            ("a point is left of", "spot=sl.(2,2)", [1]),
            ("a long numeric is exact", "tall=eq.123456789012345.123456789012345", [2]),
            ("a numeric is no float", "tall=eq.0.1", [1]),
        ],
        "kinds",
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


class TestNames:
    @cases(
        Case("a space", "Odd Names?select=with space&with space=like.*1", [{"with space": "s1"}]),
        Case("an encoded space", "Odd%20Names?select=with%20space&with%20space=eq.s2", [{"with space": "s2"}]),
        Case("a quoted space", 'Odd Names?select="with space"&"with space"=eq.s2', [{"with space": "s2"}]),
        Case("a dash", "Odd Names?select=dash-ed&dash-ed=eq.d1", [{"dash-ed": "d1"}]),
        Case("a dot", 'Odd Names?select="a.dotted"&"a.dotted"=eq.dot1', [{"a.dotted": "dot1"}]),
        Case("parentheses and a comma", 'Odd Names?select="(paren,comma)"&"(paren,comma)"=eq.p2', [{"(paren,comma)": "p2"}]),
        Case(
            "arrows and colons", 'Odd Names?select=":arr->ow::cast"&":arr->ow::cast"=eq.arrow1', [{":arr->ow::cast": "arrow1"}]
        ),
        Case("spaces around", 'Odd Names?select="  padded  "&"  padded  "=eq.pad1', [{"  padded  ": "pad1"}]),
        Case("a quote", 'Odd Names?select="quo\\"te"&"quo\\"te"=eq.q1', [{'quo"te': "q1"}]),
        Case("a backslash", 'Odd Names?select="back\\\\slash"&"back\\\\slash"=eq.b1', [{"back\\slash": "b1"}]),
        Case("a star", 'Odd Names?select="*id*"&"*id*"=eq.2', [{"*id*": 2}]),
        Case("dollars", "Odd Names?select=$money$&$money$=eq.200", [{"$money$": 200}]),
        Case("umlauts", "Odd Names?select=Größe&Größe=gt.7", [{"Größe": 8}]),
        Case("ideographs", "Odd Names?select=名前&名前=eq.n1", [{"名前": "n1"}]),
        Case("a keyword of SQL", "Odd Names?select=user&user=eq.u2", [{"user": "u2"}]),
        Case("capitals", "Odd Names?select=UPPER&UPPER=eq.up1", [{"UPPER": "up1"}]),
        Case("a digit in front", "Odd Names?select=1st&1st=eq.2", [{"1st": 2}]),
        Case("count", "Odd Names?select=count&count=eq.2", [{"count": 2}]),
        Case("t", "Odd Names?select=t&t=eq.1", [{"t": 1}]),
        Case("a relation of ideographs", "船?番号=eq.2", [{"番号": 2}]),
        Case("an encoded relation", "%E8%88%B9?%E7%95%AA%E5%8F%B7=gt.1", [{"番号": 2}]),
    )
    async def test_it(self, ask: Ask, case: Case) -> None:
        await check(ask, case)


@cases(
    Case("a view", "sailing?id=gt.3", [{"id": 5, "name": "Étoile"}]),
    Case("a materialized view", "by_rig?rig=eq.row", [{"rig": "row", "boats": 1}]),
    Case("a partitioned table", "parted?zone=eq.n", [{"id": 1, "zone": "n"}]),
    Case("an empty table", "nothing?id=eq.1", []),
    Case("a column that is not selected", "boats?select=name&id=eq.3", [{"name": "Calypso"}]),
    Case("a value with an operator's look", "words?select=id&word=eq.eq.plain", [{"id": 21}]),
    Case("a value with a query's look", "words?select=id&word=eq.x%3D1%26y%3D2", [{"id": 20}]),
    Case("a parameter without an equals sign", "steps?select=id&id=eq.1&stray", [{"id": 1}]),
    Case("columns= is for writes", "steps?select=id&id=eq.1&columns=id", [{"id": 1}]),
)
async def test_relations(ask: Ask, case: Case) -> None:
    await check(ask, case)


@pytest.mark.parametrize("number", [number for number in range(1, 23) if number != 19])
async def test_a_word_is_found_as_it_is_stored(ask: Ask, owner: "psycopg.Connection[Any]", number: int) -> None:
    (word,) = owner.execute("SELECT word FROM test.words WHERE id = %s", [number]).fetchone()
    answer = await ask(f"words?select=id&word=eq.{quote(word, safe='')}")
    assert answer.json() == [{"id": number}]
