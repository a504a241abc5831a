"""Exports: what readers make of them, formulas made harmless, literals, and the request's own parameters."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pandas
import psycopg
import pyexcel
import pytest

from conftest import Site, Urls, running_site
from service.db import Role
from service.inbox.export import Cell, Chosen, Export, Format, Pieces, export_statement, heading, stream
from tests_support import problem

EXPORT = "/admin/leads/export"
CONTROL = "\x01\x02\x03\x08\x1b\x7f"
MESSAGE = (
    "A \"quoted\" word, a comma; a semicolon\nnew line\r\nand another\ttab \\backslash\\n \\. 'single' 🦆 né 漢字 " + CONTROL
)
METADATA = {"big": 1e308, "small": -5e-324, "text": 'a"b\\c\n\u0001', "null": None, "list": [1, 2.5, "é🦆"], "dollar": "$1 $2"}
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    " =1+1",
    "\u00a0 -1",
    "\u3000＝1",
    "\ufeff=1",
]
HARMLESS = ["a=1", "1+1", " plain", "'=1+1", "Ω", "", "NULL", "\\N", "\\."]


@pytest.fixture(scope="module", autouse=True)
def inbox(urls: Urls) -> None:
    """A lead with everything in it, one with as little as can be, and one each in the trash and among the spam."""
    with psycopg.connect(urls.owner) as owner:
        owner.execute(
            "INSERT INTO contact_leads (name, email, subject, message, internal_notes, metadata, tags, contact_history, quality_score,"
            " consent, follow_up_date, created_at) VALUES ('Zoë \"Z\" O''Neill', 'z@example.com', 'a, b', %s, '', %s, %s, %s, 7,"
            " true, '2026-12-24', '2026-11-22 12:34:56.789+02')",
            (MESSAGE, json.dumps(METADATA), ["warm", 'x,"y"', "NULL", "back\\slash", "{}"], json.dumps([{"note": "x\ny"}])),
        )
        owner.execute("INSERT INTO contact_leads (name, email, created_at) VALUES ('Bare', 'b@example.com', '2026-11-21Z')")
        owner.execute("INSERT INTO contact_leads (name, email, deleted_at) VALUES ('Trash', 't@example.com', now())")
        owner.execute("INSERT INTO contact_leads (name, email, is_spam) VALUES ('Spam', 's@example.com', true)")


@pytest.fixture
async def viewer(client: httpx.AsyncClient, site: Site) -> httpx.AsyncClient:
    client.headers.update(site.bearer("vera", "viewer"))
    return client


async def text_of(viewer: httpx.AsyncClient, query: str) -> str:
    answer = await viewer.get(f"{EXPORT}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.content.decode()


@pytest.fixture
async def listed(viewer: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The same leads as the list shows them."""
    leads: list[dict[str, Any]] = (await viewer.get("/admin/leads")).json()["data"]
    assert [lead["name"] for lead in leads] == ['Zoë "Z" O\'Neill', "Bare"]
    return leads


class TestCsv:
    async def test_python_reads_what_the_list_shows(self, viewer: httpx.AsyncClient, listed: list[dict[str, Any]]) -> None:
        text = await text_of(viewer, "format=csv")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        assert [list(row) for row in rows] == [list(lead) for lead in listed]
        for row, lead in zip(rows, listed, strict=True):
            for name, value in lead.items():
                if isinstance(value, bool | dict | list):
                    assert json.loads(row[name]) == value, name
                else:
                    assert row[name] == ("" if value is None else str(value)), name
        assert rows[0]["created_at"] == "2026-11-22T10:34:56.789+00:00"
        assert rows[0]["message"] == MESSAGE
        assert json.loads(rows[0]["metadata"], parse_int=float) == METADATA  # jsonb writes 1e308 in full

    async def test_null_is_an_empty_cell_and_an_empty_text_a_quoted_one(self, viewer: httpx.AsyncClient) -> None:
        text = await text_of(viewer, "format=csv&select=internal_notes,phone,quality_score,is_spam,id&order=id")
        assert text == 'internal_notes,phone,quality_score,is_spam,id\n"",,7,false,1\n,,,false,2\n'

    async def test_pandas_reads_it(self, viewer: httpx.AsyncClient) -> None:
        text = await text_of(viewer, "format=csv")
        frame = pandas.read_csv(
            io.StringIO(text, newline=""),
            parse_dates=["created_at"],
            date_format="ISO8601",
            keep_default_na=False,
            na_values={"phone": ""},
        )
        assert len(frame) == 2
        assert frame["message"][0] == MESSAGE
        assert frame["id"].tolist() == [1, 2]
        assert frame["flagged"].dtype == bool
        assert frame["phone"].isna().all()
        assert frame["created_at"][0] == pandas.Timestamp("2026-11-22T10:34:56.789Z")

    async def test_a_spreadsheet_reads_it(self, viewer: httpx.AsyncClient) -> None:
        book = await text_of(viewer, "format=csv&select=id,name,quality_score,tags,message")
        sheet = pyexcel.get_sheet(file_type="csv", file_stream=io.StringIO(book, newline=""), name_columns_by_row=0)
        assert sheet.colnames == ["id", "name", "quality_score", "tags", "message"]
        assert sheet.column["id"] == [1, 2]
        assert sheet.column["name"] == ['Zoë "Z" O\'Neill', "Bare"]
        assert sheet.column["quality_score"] == [7, ""]
        assert json.loads(sheet.column["tags"][0]) == ["warm", 'x,"y"', "NULL", "back\\slash", "{}"]

    async def test_a_byte_order_mark_when_asked_for(self, viewer: httpx.AsyncClient) -> None:
        plain = (await viewer.get(f"{EXPORT}?format=csv&bom=false")).content
        assert (await viewer.get(f"{EXPORT}?format=csv&bom=true")).content == b"\xef\xbb\xbf" + plain
        assert not plain.startswith(b"\xef\xbb\xbf")

    async def test_an_empty_export_is_a_header(self, viewer: httpx.AsyncClient) -> None:
        assert await text_of(viewer, "select=id,name&name=nobody") == "id,name\n"


@pytest.mark.threat(24)
class TestFormulas:
    @pytest.mark.parametrize("formula", FORMULAS)
    async def test_one_is_made_text_unless_raw(self, site: Site, formula: str) -> None:
        assert await cell(site, formula) == f'"\'{formula}"\n'
        assert await cell(site, formula, raw=True) == f'"{formula}"\n'

    @pytest.mark.parametrize("text", HARMLESS)
    async def test_other_text_stays(self, site: Site, text: str) -> None:
        assert await cell(site, text) == f'"{text}"\n'

    async def test_what_was_written_as_json(self, site: Site) -> None:
        assert await cell(site, "\t-1", type_name="json", cast="json") == '"\'\t-1"\n'

    @pytest.mark.parametrize(
        ("sql", "type_name", "shown"),
        [
            ("-7", "int4", "-7"),
            ("-1e308::float8", "float8", "-1e+308"),
            ("-12.50::numeric", "numeric", "-12.50"),
            ("'-5'::jsonb", "jsonb", '"-5"'),
            ("'-1 day'::interval", "interval", '"\'-1 days"'),
            ("ARRAY['=1']", "_text", '"[""=1""]"'),
            ("'0044-03-15 BC'::date", "date", "0044-03-15 BC"),
            ("'2026-11-22 10:00'::timestamp", "timestamp", "2026-11-22T10:00:00"),
            ("NULL::timestamptz", "timestamptz", ""),
            ("NULL::text", "text", ""),
        ],
    )
    async def test_numbers_stay_numbers(self, site: Site, sql: str, type_name: str, shown: str) -> None:
        assert await exported(site, [Cell("x", type_name, sql)]) == f"x\n{shown}\n"

    def test_names_of_columns_too(self) -> None:
        columns = [Cell("=cmd", "text", ""), Cell("a,b", "text", ""), Cell('q"', "text", ""), Cell("id", "int8", "")]
        assert heading(columns, raw=False).decode() == '"\'=cmd","a,b","q""",id\n'
        assert heading(columns, raw=True).decode() == '"=cmd","a,b","q""",id\n'


async def exported(
    site: Site,
    columns: list[Cell],
    format_: Format = Format.CSV,
    *,
    raw: bool = False,
    where: str = "l.id = 1",
    values: list[str | list[str]] | None = None,
) -> str:
    """What these columns become, straight from the stream."""
    sent: list[bytes] = []

    async def send(data: bytes) -> None:
        sent.append(data)

    what = Export(format_, Chosen(columns, where, "l.id", values or []), raw=raw)
    await stream(site.app.ctx.database, Role.VIEWER, what, send)
    return b"".join(sent).decode()


async def cell(site: Site, text: str, *, raw: bool = False, type_name: str = "text", cast: str = "text") -> str:
    sent = await exported(site, [Cell("x", type_name, f"CAST($1::text AS {cast})")], raw=raw, values=[text])
    return sent.removeprefix("x\n")


class TestJson:
    async def test_it_is_what_the_list_shows(self, viewer: httpx.AsyncClient, listed: list[dict[str, Any]]) -> None:
        assert json.loads(await text_of(viewer, "format=json")) == listed
        lines = (await text_of(viewer, "format=ndjson")).split("\n")
        assert lines.pop() == ""
        assert [json.loads(line) for line in lines] == listed

    async def test_an_empty_export(self, viewer: httpx.AsyncClient) -> None:
        assert await text_of(viewer, "format=json&name=nobody") == "[]"
        assert await text_of(viewer, "format=ndjson&name=nobody") == ""

    async def test_json_as_it_was_written_keeps_to_its_line(self, site: Site) -> None:
        written = '{"a" :\r\n [1,\n2], "b": "x\\ny"}'
        columns = [Cell("x", "json", "CAST($1::text AS json)"), Cell('na"me', "text", "$1::text")]
        text = await exported(site, columns, Format.NDJSON, values=[written])
        assert text.count("\n") == 1
        assert json.loads(text) == {"x": json.loads(written), 'na"me': written}

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
    async def test_commas_stand_between_rows_however_they_come(self, size: int) -> None:
        rows = b"".join(b'{"n":%d}\n' % n for n in range(20_000))
        sent: list[bytes] = []

        async def send(data: bytes) -> None:
            sent.append(data)

        pieces = Pieces(Export(Format.JSON, Chosen([], "", "")), send)
        for begin in range(0, len(rows), size):
            await pieces.take(rows[begin : begin + size])
        await pieces.end()
        assert json.loads(b"".join(sent)) == [{"n": n} for n in range(20_000)]
        assert len(sent) > 1


class TestLiterals:
    @pytest.mark.parametrize(
        "value",
        [
            "it's",
            "''",
            "\\",
            "\\'",
            "a\\b'c\\",
            "$1",
            "$2 $10",
            "%s",
            "né 🦆 漢字",
            "; DROP TABLE x --",
            "",
            "NULL",
            "{}",
            "a\nb\tc",
        ],
    )
    async def test_a_value_is_itself(self, site: Site, value: str) -> None:
        columns = [Cell("one", "text", "$1::text"), Cell("list", "_text", "$2::text[]")]
        listed = [value, "NULL", "null", "", " ", '"', "{a,b}", value]
        sent = await exported(site, columns, Format.NDJSON, where="l.id = CAST($3::text AS int8)", values=[value, listed, "1"])
        assert json.loads(sent) == {"one": value, "list": listed}

    async def test_an_empty_list(self, site: Site) -> None:
        sent = await exported(site, [Cell("list", "_text", "$1::text[]")], Format.NDJSON, values=[[]])
        assert json.loads(sent) == {"list": []}

    async def test_only_placeholders_are_replaced(self, site: Site) -> None:
        sql = """concat($1::text, '$1', '''$2''', E'\\'$1\\\\', "x$1"."y""$2", $10::text, $1::text)"""
        where = """l.id = 1 AND EXISTS (SELECT) AND '$3' LIKE'%' ESCAPE '\\' AND '$1' = '$1'"""
        statement = export_statement(Format.CSV, [Cell("x", "text", "x.x")], where, "l.id", raw=True)
        statement = statement.replace(" AS l ", f""" AS l, (SELECT {sql} AS x FROM (SELECT '$2' AS "y""$2") AS "x$1") AS x """)
        sent: list[bytes] = []

        async def sink(data: bytes) -> None:
            sent.append(data)

        values = ["$2", *map(str, range(2, 10)), "$1"]
        rows = await site.app.ctx.database.copy_out(Role.VIEWER, statement, values, {"format": "csv"}, sink)
        assert (rows, b"".join(sent).decode()) == (1, "$2$1'$2''$1\\$2$1$2\n")

    async def test_a_database_with_other_manners_changes_nothing(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner, autocommit=True) as owner:
            name = owner.info.dbname
            for setting in (
                "datestyle = 'German, DMY'",
                "timezone = 'Asia/Tokyo'",
                "intervalstyle = 'iso_8601'",
                "bytea_output = 'escape'",
            ):
                owner.execute(f'ALTER DATABASE "{name}" SET {setting}')  # type: ignore[call-overload]
            owner.execute("INSERT INTO contact_leads (name, email, follow_up_date) VALUES ('x', 'x@example.com', '2026-12-24')")
        async with running_site(fresh_urls) as site:
            columns = [
                Cell("day", "date", "l.follow_up_date"),
                Cell("time", "timestamptz", "'2026-11-22 10:00Z'::timestamptz"),
                Cell("bytes", "bytea", "'\\xff'::bytea"),
                Cell("text", "text", "$1::text"),
            ]
            text = await exported(site, columns, values=["\\'"])
            assert text == 'day,time,bytes,text\n2026-12-24,2026-11-22T10:00:00+00:00,"\\xff","\\\'"\n'


class TestRequest:
    @pytest.mark.parametrize(
        ("format_", "media", "extension"),
        [
            ("csv", "text/csv; charset=utf-8; header=present", "csv"),
            ("json", "application/json", "json"),
            ("ndjson", "application/x-ndjson", "ndjson"),
        ],
    )
    async def test_headers_and_head(self, viewer: httpx.AsyncClient, format_: str, media: str, extension: str) -> None:
        before = datetime.now(UTC).date()
        answer = await viewer.get(f"{EXPORT}?format={format_}")
        head = await viewer.head(f"{EXPORT}?format={format_}")
        days = {before.isoformat(), datetime.now(UTC).date().isoformat()}
        assert answer.headers["content-type"] == media
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"] in {f'attachment; filename="leads-{day}.{extension}"' for day in days}
        assert (head.status_code, head.content) == (200, b"")
        varying = {"x-request-id", "ratelimit"}
        assert {k: v for k, v in head.headers.items() if k not in varying} == {
            k: v for k, v in answer.headers.items() if k not in varying
        }
        # The connection goes on after either.
        assert (await viewer.get(f"{EXPORT}?format={format_}")).content == answer.content

    async def test_head_reads_nothing(self, viewer: httpx.AsyncClient, site: Site) -> None:
        with psycopg.connect(site.urls.owner) as owner:
            owner.execute("LOCK TABLE contact_leads IN ACCESS EXCLUSIVE MODE")
            assert (await viewer.head(EXPORT)).status_code == 200

    async def test_filters_order_and_view(self, viewer: httpx.AsyncClient) -> None:
        assert await text_of(viewer, "select=name&name=eq.Bare") == 'name\n"Bare"\n'
        assert await text_of(viewer, "select=id&id=in.(1,2)&order=id.asc") == "id\n1\n2\n"
        assert await text_of(viewer, "select=name&view=trash") == 'name\n"Trash"\n'
        assert await text_of(viewer, "select=name&view=all&order=id&limit=2&offset=2&_=1") == 'name\n"Trash"\n"Spam"\n'
        assert await text_of(viewer, "select=n:id,metadata->>text,quality_score::text&id=1&format=ndjson") == (
            '{"n":1,"text":"a\\"b\\\\c\\n\\u0001","quality_score":"7"}\n'
        )

    @pytest.mark.parametrize(
        ("query", "parameter"),
        [
            ("format=xml", "format"),
            ("format=", "format"),
            ("format=csv&format=json", "format"),
            ("raw=1", "raw"),
            ("raw=", "raw"),
            ("bom=TRUE", "bom"),
            ("format=json&bom=true", "bom"),
            ("nonsense=1", "nonsense"),
            ("status=gone", "status"),
            ("id=eq.x", "id"),
            ("limit=-1", "limit"),
        ],
    )
    async def test_a_bad_parameter_is_named(self, viewer: httpx.AsyncClient, query: str, parameter: str) -> None:
        body = problem(await viewer.get(f"{EXPORT}?{query}"), 400)
        assert [error["field"] for error in body["errors"]] == [parameter]

    async def test_it_is_for_viewers(self, client: httpx.AsyncClient) -> None:
        assert problem(await client.get(EXPORT), 401)["code"] == "token_missing"

    async def test_it_counts_once(self, viewer: httpx.AsyncClient) -> None:
        left = [int(re.search(r"r=(\d+)", (await viewer.get(EXPORT)).headers["ratelimit"])[1]) for _ in range(2)]
        assert left[0] - left[1] == 1
