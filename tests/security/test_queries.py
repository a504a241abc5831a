"""Rows 18 to 21: what a reader writes into names, casts, paths, values and filters, in the inbox and under /rest."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote

import httpx
import psycopg
import pytest
from security.naughty import NAUGHTY

from conftest import Site, Urls, running_site
from service.settings import RateLimit
from tests_support import problem

SLEEP = "(select pg_sleep(5))"
# No answer may take as long as the sleep that was tried; what a busy machine needs is less.
AWAKE_SECONDS = 1.0
PARTS = 8
LISTS = ["/admin/leads", "/admin/leads/search", "/admin/leads/export", "/rest/leads"]


@pytest.fixture(scope="module", autouse=True)
def inbox(urls: Urls) -> None:
    """A few leads to be found, so that what is evaluated for a row is evaluated."""
    with psycopg.connect(urls.owner) as owner:
        owner.execute(
            "INSERT INTO contact_leads (name, email, subject, message, metadata, tags) SELECT 'Jane a b ' || n, n || '@example.com',"
            """ 'null', 'a b c', '{"x": {"y": "1"}, "a": 1}', '{a,b}' FROM generate_series(1, 5) AS n"""
        )


@pytest.fixture(scope="module")
async def site(urls: Urls) -> AsyncIterator[Site]:
    """This file's service, whose limit more requests than the others' don't reach."""
    async with running_site(urls, answer_cache_bytes=0, admin_rate_limit=RateLimit(10_000, 1)) as running:
        yield running


@pytest.fixture
async def reader(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=site.url, headers=site.bearer("vera", "viewer"), timeout=10) as client:
        yield client


async def asked(reader: httpx.AsyncClient, path: str, query: str) -> httpx.Response:
    """The answer, of a refusal the shape looked at too."""
    # A search without q is refused for that.
    answer = await reader.get(f"{path}?{'q=a&' if path.endswith('search') else ''}{query}")
    if answer.status_code >= 400:
        if path.startswith("/rest"):
            assert set(answer.json()) == {"code", "message", "details", "hint"}
        else:
            problem(answer, answer.status_code)
    return answer


def into_names() -> Iterator[str]:
    """Queries that try to make a name be more than a name."""
    names = [
        f'a"||{SLEEP}||"', f'id"||{SLEEP}||"', f"id,{SLEEP}", SLEEP, f"id;{SLEEP}", f"id)or({SLEEP}", f"id--{SLEEP}",
        "pg_sleep(5)", "id from app.users--", f'"id\\"||{SLEEP}||\\""', f"id/**/||/**/{SLEEP}", f"$${SLEEP}$$",
        "1;select pg_sleep(5)", "(id)", "contact_leads.id", "public.contact_leads", "ctid", "xmin", "tableoid", "l", "l.*",
        "app.users", "i\u0000d", "ıd",
    ]  # fmt: skip
    for name in names:
        written = quote(name, safe="")
        yield f"select={written}"
        yield f"order={written}"
        yield f"order={written}.desc"
        yield f"{written}=eq.1"
        yield f"or=({written}.eq.1,id.eq.1)"
    for cast in [
        "regclass",
        "regproc",
        "regrole",
        "oid::regclass",
        f"text||{SLEEP}",
        f"text);{SLEEP}--",
        "text[]",
        "varchar(10)",
        '"text"',
        "pg_catalog.text",
        "nope",
    ]:
        yield f"select=name::{quote(cast, safe='')}"
        yield f"select=x:name::{quote(cast, safe='')}"
    yield f"select=x:{quote(SLEEP, safe='')}"
    yield f"select={quote(SLEEP, safe='')}:name::regclass"
    yield "order=id.asc.nullsfirst;select pg_sleep(5)"
    yield "order=id.sideways"


@pytest.mark.threat(18)
@pytest.mark.parametrize("path", LISTS)
async def test_18_identifiers_stay_names(reader: httpx.AsyncClient, path: str) -> None:
    for query in into_names():
        began = time.perf_counter()
        answer = await asked(reader, path, query)
        assert time.perf_counter() - began < AWAKE_SECONDS, query
        assert answer.status_code == 400, (query, answer.text)


@pytest.mark.threat(18)
@pytest.mark.parametrize(
    ("path", "query"),
    [
        (path, f"{name}={quote(value, safe='')}")
        for path, names in {
            "/admin/audit": ["actor", "action", "table", "since", "until", "cursor", "limit"],
            "/admin/operations": ["cursor", "limit"],
            "/admin/leads/export": ["format", "raw", "bom", "view"],
        }.items()
        for name, value in product(names, [f"'||{SLEEP}||'", f'"||{SLEEP}||"', f"1;{SLEEP}"])
    ],
)
async def test_18_other_parameters_are_values(site: Site, client: httpx.AsyncClient, path: str, query: str) -> None:
    began = time.perf_counter()
    answer = await client.get(f"{path}?{query}", headers=site.bearer())
    assert time.perf_counter() - began < AWAKE_SECONDS
    # Whose name somebody looks for can be anything.
    assert answer.status_code in ((200, 400) if query.startswith(("actor", "action", "table")) else (400,)), answer.text


@pytest.mark.threat(18)
@pytest.mark.parametrize("path", ["/rest/{}", "/rest/leads%3b{}", "/admin/leads/{}", "/rest/rpc/{}"])
async def test_18_an_address_is_no_statement(reader: httpx.AsyncClient, path: str) -> None:
    for text in ('leads"; select 1--', f"leads,{SLEEP}", "pg_sleep", "../app/users", "app.users", "leads%00", "pg_class"):
        began = time.perf_counter()
        assert (await reader.get(path.format(quote(text, safe="%")))).status_code in (400, 404, 405)
        assert time.perf_counter() - began < AWAKE_SECONDS


@pytest.mark.threat(19)
@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query",
    [
        "select=metadata->>x::regclass", "select=metadata->x->>y::regclass", "select=x:metadata->>x::regproc",
        "select=metadata->>x::oid::regclass", "select=metadata->>x::regnamespace", "select=metadata->>x::regrole",
        "select=metadata->>x::regconfig", "select=metadata->>x::xid", "select=metadata->>x::nope",
        "select=metadata->>'x')::regclass", "select=metadata->>x'||(select 1)||'::text::regclass", "select=metadata->>->>x",
        "select=metadata->>", "select=metadata->", "select=->>x", "select=metadata->>x->>y->z::regclass",
        "select=name->>x::regclass", "metadata->>x::regclass=eq.1", "metadata->>x::int=eq.1", "metadata->>=eq.1",
        "metadata->x->>=eq.1", "order=metadata->>x::regclass", "order=metadata->>", "or=(metadata->>x::regclass.eq.1)",
        "or=(metadata->>.eq.1)", "select=metadata->>x%00", "metadata->>x%00=eq.1", "select=" + "metadata" + "->x" * 2000,
    ],
)  # fmt: skip
async def test_19_casts_and_json_paths(reader: httpx.AsyncClient, path: str, query: str) -> None:
    assert (await asked(reader, path, query)).status_code == 400


ENDPOINTS = ("/admin/leads", "/rest/leads")
# Those that read any text go together, since a refusal of one would hide the next; two that differ by case alone take turns.
SHAPES = [
    "name=plfts.{value}&subject=phfts.{value}&company=eq.{value}",
    "name=wfts.{value}",
    "or=(name.plfts.{quoted},subject.in.({quoted}),message.neq.{quoted})",
    "name={i}like.{value}",
    "name={i}match.{value}",
    "name=fts.{value}",
    "tags=cs.{value}",
]


def through_all_operators(number: int, text: str) -> Iterator[tuple[str, str]]:
    """Requests with that text: in a search, and behind each operator that reads patterns, words or lists.

    The two endpoints take turns: they share all that reads it.
    """
    value = quote(text, safe="")
    quoted = quote('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"', safe="")
    yield "/admin/leads", f"q={value}"
    yield "/admin/leads/search", f"q={value}"
    for turn, shape in enumerate(SHAPES, number):
        yield ENDPOINTS[turn % 2], shape.format(value=value, quoted=quoted, i="i" * (number // 2 % 2))


@pytest.mark.threat(20)
def test_20_there_are_naughty_strings_enough() -> None:
    assert len(set(NAUGHTY)) >= 515
    assert not any("\0" in text for text in NAUGHTY)


@pytest.mark.threat(20)
@pytest.mark.parametrize("part", range(PARTS))
async def test_20_naughty_strings(reader: httpx.AsyncClient, part: int) -> None:
    wrong: list[tuple[int, str, str]] = []

    async def send(path: str, query: str) -> None:
        answer = await reader.get(f"{path}?limit=2&{query}")
        if answer.status_code not in (200, 400):
            wrong.append((answer.status_code, path, query[:100]))

    for number, text in enumerate(NAUGHTY[part::PARTS]):
        await asyncio.gather(*(send(path, query) for path, query in through_all_operators(number, text)))
    assert wrong == []


@pytest.mark.threat(20)
@pytest.mark.parametrize("path", LISTS)
async def test_20_what_postgresql_finds_wrong_is_named(reader: httpx.AsyncClient, path: str) -> None:
    """What it refuses as it plans, only once a text gets so far, and what it takes for a fault of its own."""
    for value in (
        "is.true",
        "is.false",
        "is.unknown",
        "like.\\",
        "ilike.%\\",
        "like(any).{a,_\\\\}",
        "fts." + "!" * 99,
        "wfts." + "- " * 99,
        "match.(",
        "fts.(",
        "in.(",
        "is.x",
    ):
        answer = await asked(reader, path, f"name={quote(value, safe='')}")
        assert answer.status_code == 400, (value, answer.text)
        assert path.startswith("/rest") or [error["field"] for error in answer.json()["errors"]] == ["name"], answer.text
        assert len(answer.content) < 2_000


def bombs(size: int) -> tuple[str, ...]:
    """Filters of about so many characters that grow as they are read."""
    return (
        "and=" + "(and" * (size // 5) + "(id.eq.1)" + ")" * (size // 5),
        "or=(" + "and(" * min(5_000, size // 5) + "id.eq.1" + ")" * min(5_000, size // 5) + ")",
        "or=" + "(" * size,
        "or=(" + ",".join(["id.eq.1"] * (size // 9)) + ")",
        "id=in.(" + ",".join(map(str, range(10**6, 10**6 + size // 8))) + ")",
        "id=in.(" + ",".join(["1"] * (size // 2)) + ")",
        'name=in.("' + '","' * (size // 8) + '")',  # a quote is three characters in an address
        "&".join(["id=eq.1"] * (size // 8)),
        "select=" + ",".join(["id"] * (size // 3)),
        "order=" + ",".join(["id"] * (size // 3)),
        "metadata" + "->a" * (size // 6) + "=eq.1",
        "name=not" + ".not" * (size // 4) + ".eq.1",
        "name=like(any).{" + "_," * (size // 2) + "}",
        "offset=1000000000000000000",
        "limit=" + "9" * size,
    )


def is_a_long_list(query: str, answer: httpx.Response) -> bool:
    """Up to 10,000 items of a list may be asked for: of `in`, and of `any` as well."""
    return "=in.(" in query and query.count(",") < 10_000 and answer.status_code == 200


def memory() -> int:
    """What this process holds, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


MEGABYTE = 2**20


@pytest.mark.threat(21)
@pytest.mark.parametrize("path", LISTS)
async def test_21_filter_bombs_in_an_address(reader: httpx.AsyncClient, path: str) -> None:
    """As large as a request's head may be: the rest is row 32's."""
    for query in bombs(14_000):
        await asked(reader, path, query)
    before = memory()
    for query in bombs(14_000):
        began = time.perf_counter()
        answer = await asked(reader, path, query)
        assert time.perf_counter() - began < 2 * AWAKE_SECONDS
        assert answer.status_code == 400 or is_a_long_list(query, answer), (query[:60], answer.text[:200])
    assert memory() - before < 16 * MEGABYTE


@pytest.mark.threat(21)
async def test_21_filter_bombs_in_a_body(site: Site, client: httpx.AsyncClient, urls: Urls) -> None:
    """As large as a body may be: the filter of a bulk change."""

    async def send(query: str) -> httpx.Response:
        return await client.patch(
            "/admin/leads/bulk-priority", headers=site.bearer(), json={"filter": query, "priority": "low"}
        )

    for query in bombs(60_000):
        await send(query)
    before = memory()
    for query in bombs(60_000):
        began = time.perf_counter()
        answer = await send(query)
        assert time.perf_counter() - began < 2 * AWAKE_SECONDS
        # JSON escapes quotes: a bomb of those is too large.
        assert answer.status_code in (400, 413) or is_a_long_list(query, answer), (query[:60], answer.text[:200])
        assert len(answer.content) < 4_000, query[:60]
    assert memory() - before < 16 * MEGABYTE
    with psycopg.connect(urls.owner) as owner:
        assert owner.execute("SELECT count(*) FROM contact_leads WHERE priority <> 'medium'").fetchone() == (0,)


@pytest.mark.threat(21)
async def test_21_a_service_after_bombs_serves(urls: Urls) -> None:
    async with running_site(urls) as site, httpx.AsyncClient(base_url=site.url, headers=site.bearer()) as client:
        thrown = [client.get(f"/admin/leads?{query}") for query in bombs(14_000)]
        answers = await asyncio.gather(*thrown, client.get("/admin/leads?limit=1"), client.get("/healthz"))
    assert [answer.status_code for answer in answers[-2:]] == [200, 200]
    assert all(answer.status_code < 500 for answer in answers)
