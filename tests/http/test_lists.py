"""The list of leads: filters, orders, pages, views and totals."""

import asyncio
import base64
import itertools
import json
from typing import Any

import httpx
import psycopg
import pytest

from conftest import Site, Urls, running_site
from service.inbox import listing
from service.rest.grammar import parse
from tests_support import problem

COLUMNS = {
    "id", "reference", "name", "email", "subject", "message", "company", "phone", "lead_type", "status", "priority", "metadata",
    "created_at", "updated_at", "timestamp", "flagged", "role", "form_type", "quality_score", "internal_notes", "tags",
    "contact_history", "follow_up_date", "last_contacted", "first_response_at", "source", "consent", "is_spam", "deleted_at", "version",
    "assignee",
}  # fmt: skip
Connection = psycopg.Connection[tuple[Any, ...]]

FILL = """
    INSERT INTO contact_leads (
        name, email, company, message, status, priority, lead_type, created_at, quality_score, tags, metadata, consent, source
    )
    SELECT 'Lead ' || n %% 7, n || '@example.com', CASE WHEN n %% 3 = 0 THEN 'Company ' || n %% 5 END, repeat('m', 1 + n * 5 %% 500),
           (enum_range(NULL::lead_status))[1 + n %% 4], (enum_range(NULL::lead_priority))[1 + n %% 4],
           (enum_range(NULL::lead_type))[1 + n %% 3], now() - make_interval(hours => n / 3),
           CASE WHEN n %% 4 > 0 THEN n %% 10 END, ARRAY['tag ' || n %% 3], jsonb_build_object('page', n %% 4),
           (ARRAY[true, false, NULL])[1 + n %% 3], 'it''s, "quoted" (' || n %% 2 || ')'
    FROM generate_series(1, %s) AS n
"""


@pytest.fixture(scope="module", autouse=True)
def inbox(urls: Urls) -> None:
    """Sixty leads, several of each created_at, two in the trash and one spam besides."""
    with psycopg.connect(urls.owner) as connection:
        connection.execute(FILL, (60,))
        connection.execute("INSERT INTO contact_leads (name, email, deleted_at) VALUES ('Trash', 't@example.com', now())")
        connection.execute(
            "INSERT INTO contact_leads (name, email, deleted_at, is_spam) VALUES ('Both', 'b@example.com', now(), true)"
        )
        connection.execute("INSERT INTO contact_leads (name, email, is_spam) VALUES ('Spam', 's@example.com', true)")


@pytest.fixture
def viewer(site: Site) -> dict[str, str]:
    return site.bearer("vera", "viewer")


async def ids(client: httpx.AsyncClient, headers: dict[str, str], query: str) -> list[int]:
    """The ids of a whole list, in its order."""
    answer = await client.get(f"/admin/leads?{query}&limit=500&select=id", headers=headers)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["next"] is None
    assert page["total"] == len(page["data"])
    assert page["total_exact"] is True
    return [lead["id"] for lead in page["data"]]


async def walk(client: httpx.AsyncClient, headers: dict[str, str], size: int, **query: str) -> list[int]:
    """The ids of a list, page by page along its cursor."""
    found: list[int] = []
    cursor = None
    while True:
        params = {"limit": size, "select": "id", **query} | ({"cursor": cursor} if cursor else {})
        answer = await client.get("/admin/leads", params=params, headers=headers)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [lead["id"] for lead in page["data"]]
        cursor = page["next"]
        if cursor is None:
            return found
        assert len(page["data"]) == size


class TestPages:
    async def test_newest_first(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        answer = await client.get("/admin/leads", headers=viewer)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "private, no-cache"
        page = answer.json()
        assert set(page) == {"data", "total", "total_exact", "next"}
        assert (len(page["data"]), page["total"], page["total_exact"]) == (50, 60, True)
        places = [(lead["created_at"], lead["id"]) for lead in page["data"]]
        assert places == sorted(places, reverse=True)
        assert set(page["data"][0]) == COLUMNS
        assert page["data"][0]["created_at"].endswith("+00:00")

    @pytest.mark.parametrize("size", [1, 7, 20, 59, 60, 61, 500])
    async def test_walking_the_cursor_misses_and_repeats_none(
        self, client: httpx.AsyncClient, viewer: dict[str, str], size: int
    ) -> None:
        found = await walk(client, viewer, size)
        assert len(found) == len(set(found)) == 60

    @pytest.mark.parametrize("size", [1, 7, 60])
    @pytest.mark.parametrize(
        "order",
        [
            "created_at", "created_at.desc", "company", "company.desc", "company.asc.nullsfirst,name.desc",
            "company.desc.nullslast,quality_score", "quality_score.desc", "message", "message.desc", "tags,priority.desc",
            "metadata->page.desc", "metadata->>page", "metadata", "status,created_at.desc", "id", "id.desc,name", "consent",
            "consent.desc.nullslast", "deleted_at", "source,company.desc,consent",
        ],
    )  # fmt: skip
    async def test_every_order_can_be_walked(
        self, client: httpx.AsyncClient, viewer: dict[str, str], order: str, size: int
    ) -> None:
        whole = await ids(client, viewer, f"order={order}")
        assert len(set(whole)) == 60
        assert await walk(client, viewer, size, order=order) == whole

    @pytest.mark.parametrize(
        ("order", "sql"),
        [
            ("company.asc.nullsfirst,id", "company ASC NULLS FIRST, id"),
            ("quality_score.desc,id", "quality_score DESC, id"),
            ("priority.desc,created_at", "priority DESC, created_at, id"),
            ("metadata->page.desc", "left((metadata->'page')::text, 200) DESC, id DESC"),
        ],
    )
    async def test_an_order_is_postgresqls(
        self, client: httpx.AsyncClient, viewer: dict[str, str], owner: Connection, order: str, sql: str
    ) -> None:
        rows = owner.execute(f"SELECT id FROM contact_leads WHERE deleted_at IS NULL AND NOT is_spam ORDER BY {sql}")
        assert await ids(client, viewer, f"order={order}") == [row[0] for row in rows]

    async def test_an_offset(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        whole = await ids(client, viewer, "order=id")
        page = (await client.get("/admin/leads?order=id&limit=10&offset=20&select=id", headers=viewer)).json()
        assert [lead["id"] for lead in page["data"]] == whole[20:30]
        assert page["total"] == 60
        following = (await client.get(f"/admin/leads?order=id&limit=10&select=id&cursor={page['next']}", headers=viewer)).json()
        assert [lead["id"] for lead in following["data"]] == whole[30:40]
        beyond = (await client.get("/admin/leads?order=id&offset=100", headers=viewer)).json()
        assert beyond == {"data": [], "total": 60, "total_exact": True, "next": None}

    async def test_a_lead_that_leaves_does_not_shift_the_pages(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner) as connection:
            connection.execute(FILL, (20,))
        async with running_site(fresh_urls) as site, httpx.AsyncClient(base_url=site.url) as client:
            first = (await client.get("/admin/leads?order=id&limit=10&select=id", headers=site.bearer())).json()
            with psycopg.connect(fresh_urls.owner) as connection:
                connection.execute("DELETE FROM contact_leads WHERE id = ANY (%s)", ([lead["id"] for lead in first["data"]],))
            rest = await walk(client, site.bearer(), 3, order="id", cursor=first["next"])
        assert len(rest) == 10

    async def test_ten_thousand_leads_while_others_arrive(self, fresh_urls: Urls) -> None:
        """A walk finds each lead that was there once, whatever comes in meanwhile; in any direction, with ties."""
        with psycopg.connect(fresh_urls.owner) as connection:
            connection.execute(FILL, (10_000,))
            there = {row[0] for row in connection.execute("SELECT id FROM contact_leads")}
        async with running_site(fresh_urls) as site, httpx.AsyncClient(base_url=site.url, timeout=30) as client:
            done = asyncio.Event()

            async def arrive() -> int:
                async with await psycopg.AsyncConnection.connect(fresh_urls.owner, autocommit=True) as connection:
                    for number in itertools.count(1):
                        await connection.execute(FILL, (3,))
                        if done.is_set():
                            return number
                raise AssertionError("unreachable")

            arriving = asyncio.create_task(arrive())
            for order in ("created_at.desc", "company.desc,created_at", "created_at", "quality_score.asc.nullsfirst,name"):
                found = await walk(client, site.bearer(), 500, order=order)
                assert len(found) == len(set(found)), order
                assert there <= set(found), order
            done.set()
            assert await arriving > 4

    async def test_head(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        answer = await client.head("/admin/leads", headers=viewer)
        assert (answer.status_code, answer.content) == (200, b"")


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "sql"),
        [
            ("status=unread", "status = 'unread'"),
            ("status=eq.unread", "status = 'unread'"),
            ("status=in.(unread,archived)", "status IN ('unread', 'archived')"),
            ("status=gt.unread", "status > 'unread'"),
            ("priority=neq.urgent", "priority <> 'urgent'"),
            ("lead_type=cv_request&priority=urgent", "lead_type = 'cv_request' AND priority = 'urgent'"),
            ("email=12@example.com", "email = '12@example.com'"),
            ("email=like.1*", "email LIKE '1%'"),
            ("name=Lead 3", "name = 'Lead 3'"),
            ("name=ilike.LEAD*", "true"),
            ("name=not.eq.Lead 3", "name <> 'Lead 3'"),
            ("company=is.null", "company IS NULL"),
            ("company=not.is.null", "company IS NOT NULL"),
            ("quality_score=gte.3&quality_score=lt.7", "quality_score >= 3 AND quality_score < 7"),
            ("quality_score=isdistinct.3", "quality_score IS DISTINCT FROM 3"),
            ("created_at=gte.2020-01-01&created_at=lt.2100-01-01T00:00:00Z", "true"),
            ("tags=tag 1", "'tag 1' = ANY (tags)"),
            ("tags={tag 1}", "'tag 1' = ANY (tags)"),
            ("tags=cs.{tag 1}", "'tag 1' = ANY (tags)"),
            ("tags=ov.{tag 1,tag 2}", "tags && ARRAY['tag 1', 'tag 2']"),
            ("metadata->>page=eq.2", "metadata->>'page' = '2'"),
            ("metadata->page=gt.2", "metadata->'page' > '2'"),
            ("consent=is.true", "consent"),
            ("consent=true", "consent"),
            ("or=(status.eq.unread,and(priority.eq.low,quality_score.gt.5))", "status = 'unread' OR (priority = 'low' AND quality_score > 5)"),
            ("not.or=(status.eq.unread,priority.eq.low)", "NOT (status = 'unread' OR priority = 'low')"),
            ('source=eq.it\'s, "quoted" (1)', """source = 'it''s, "quoted" (1)'"""),
            ('or=(source.eq."it\'s, \\"quoted\\" (1)",id.eq.-1)', """source = 'it''s, "quoted" (1)'"""),
            ("source=it's, \"quoted\" (1)", """source = 'it''s, "quoted" (1)'"""),
            ("name=eq(any).{Lead 1,Lead 2}", "name IN ('Lead 1', 'Lead 2')"),
            ("message=match.^m{{1,30}}$".replace("{{", "{").replace("}}", "}"), "message ~ '^m{1,30}$'"),
            ("name=fts.lead", "true"),
            ("_=1699999999&_x=y", "true"),
            ("id=in.()", "false"),
        ],
    )  # fmt: skip
    async def test_are_postgresqls(
        self, client: httpx.AsyncClient, viewer: dict[str, str], owner: Connection, query: str, sql: str
    ) -> None:
        rows = owner.execute(f"SELECT id FROM contact_leads WHERE deleted_at IS NULL AND NOT is_spam AND ({sql}) ORDER BY id")
        assert await ids(client, viewer, f"order=id&{query}") == [row[0] for row in rows]

    async def test_hold_for_every_page(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        query = {"status": "unread", "or": "(quality_score.gt.3,quality_score.is.null)", "order": "company,created_at"}
        found = await walk(client, viewer, 2, **query)
        assert found == await ids(client, viewer, "&".join(f"{name}={value}" for name, value in query.items()))

    async def test_an_empty_page(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        page = (await client.get("/admin/leads", params={"status": "unread", "priority": "urgent"}, headers=viewer)).json()
        assert page == {"data": [], "total": 0, "total_exact": True, "next": None}

    async def test_select(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        page = (
            await client.get(
                "/admin/leads?select=id,who:name,metadata->>page,score:quality_score::text&limit=1", headers=viewer
            )
        ).json()
        assert set(page["data"][0]) == {"id", "who", "page", "score"}

    @pytest.mark.parametrize(
        ("query", "parameter"),
        [
            ("status=gone", "status"),
            ("status=", "status"),
            ("status=like.unread", "status"),
            ("priority=1", "priority"),
            ("lead_type=Contact", "lead_type"),
            ("id=in.(1,2,x)", "id"),
            ("id=99999999999999999999", "id"),
            ("created_at=gt.yesterdayish", "created_at"),
            ("tags=cs.x", "tags"),
            ("name=match.[", "name"),
            ("name=imatch(any).{[}", "name"),
            ("name=fts.a b", "name"),
            ("name=fts(klingon).a", "name"),
            ("name=is.nil", "name"),
            ("name=eq(some).x", "name"),
            ("metadata->page=gt.{", "metadata->page"),
            ("or=(status.eq.gone)", "or"),
            ("or=()", "or"),
            ("or=(nonsense.eq.1)", "or"),
            ("limit=501", "limit"),
            ("limit=0", "limit"),
            ("limit=-1", "limit"),
            ("limit=x", "limit"),
            ("limit=", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("limit=1.5", "limit"),
            ("limit=%D9%A3", "limit"),
            ("offset=-1", "offset"),
            ("offset=1000000000000000000", "offset"),
            ("offset=1e18", "offset"),
            ("cursor=x", "cursor"),
            ("cursor=", "cursor"),
            ("cursor=%00", "cursor"),
            ("cursor=" + "a" * 5000, "cursor"),
            ("cursor=x&cursor=x", "cursor"),
            ("order=nonsense", "order"),
            ("order=name.up", "order"),
            ("order=", "order"),
            ("select=nonsense", "select"),
            ("select=name::regclass", "select"),
            ("select=a(b)", "select"),
            ("view=everything", "view"),
            ("nonsense=1", "nonsense"),
            ("deleted=eq.1", "deleted"),
            ("status=a%00b", "status"),
            ("clients.name=eq.x", "clients.name"),
        ],
    )
    async def test_a_bad_parameter_is_named(
        self, client: httpx.AsyncClient, viewer: dict[str, str], query: str, parameter: str
    ) -> None:
        body = problem(await client.get(f"/admin/leads?{query}", headers=viewer), 400)
        assert [error["field"] for error in body["errors"]] == [parameter]

    async def test_an_enums_values_are_told(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        body = problem(await client.get("/admin/leads?status=gone", headers=viewer), 400)
        assert "unread, processing, contacted, archived" in body["detail"]

    @pytest.mark.parametrize(
        "cursor",
        [
            b"[]",
            b"{}",
            b"1",
            b'["x"]',
            b'["%s"]',
            b'["%s","2026-01-01"]',
            b'["%s","2026-01-01","1","2"]',
            b'["%s","yesterdayish","1"]',
            b'["%s","2026-01-01","x"]',
            b'["%s","2026-01-01","99999999999999999999"]',
            b'["%s",null,"1"]',
            b'["%s",1,1]',
            b'["%s","2026-01-01\\u0000","1"]',
            b'["000000000000","2026-01-01","1"]',
            b"\xff",
        ],
    )
    async def test_a_forged_cursor_is_refused(self, client: httpx.AsyncClient, viewer: dict[str, str], cursor: bytes) -> None:
        page = (await client.get("/admin/leads?limit=1", headers=viewer)).json()
        fingerprint = json.loads(base64.urlsafe_b64decode(page["next"] + "=="))[0].encode()
        forged = base64.urlsafe_b64encode(cursor.replace(b"%s", fingerprint)).rstrip(b"=").decode()
        body = problem(await client.get("/admin/leads", params={"cursor": forged}, headers=viewer), 400)
        assert body["code"] == "cursor_not_valid"

    async def test_a_cursor_of_another_order_is_refused(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        page = (await client.get("/admin/leads?limit=1", headers=viewer)).json()
        answer = await client.get("/admin/leads", params={"cursor": page["next"], "order": "name"}, headers=viewer)
        assert problem(answer, 400)["code"] == "cursor_not_valid"

    async def test_a_cursor_and_an_offset_are_one_too_many(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        page = (await client.get("/admin/leads?limit=1", headers=viewer)).json()
        answer = await client.get("/admin/leads", params={"cursor": page["next"], "offset": 1}, headers=viewer)
        assert [error["field"] for error in problem(answer, 400)["errors"]] == ["offset"]


class TestViews:
    @pytest.mark.parametrize(("view", "names"), [("trash", {"Trash", "Both"}), ("spam", {"Spam"})])
    async def test_show_what_the_inbox_hides(
        self, client: httpx.AsyncClient, viewer: dict[str, str], view: str, names: set[str]
    ) -> None:
        page = (await client.get(f"/admin/leads?view={view}", headers=viewer)).json()
        assert {lead["name"] for lead in page["data"]} == names
        assert (page["total"], page["total_exact"]) == (len(names), True)

    async def test_all(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        assert len(await ids(client, viewer, "view=all")) == 63

    async def test_filters_hold_in_a_view(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        assert len(await ids(client, viewer, "view=trash&is_spam=is.true")) == 1


class TestTotals:
    async def test_kept_ready_they_are_exact_beyond_ten_thousand_and_else_a_lower_bound(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner) as connection:
            connection.execute(FILL, (10_000,))
        async with running_site(fresh_urls) as site, httpx.AsyncClient(base_url=site.url) as client:

            async def total(query: str) -> tuple[int, bool]:
                page = (await client.get(f"/admin/leads?limit=1&{query}", headers=site.bearer())).json()
                return page["total"], page["total_exact"]

            assert await total("") == (10_000, True)
            assert await total("name=like.Lead*") == (10_000, True)
            with psycopg.connect(fresh_urls.owner) as connection:
                connection.execute(FILL, (1,))
            assert await total("") == (10_001, True)
            assert await total("status=in.(unread,processing,contacted,archived)") == (10_001, True)
            assert await total("or=(status.eq.unread,priority.eq.urgent)") == (5_000, True)
            assert await total("name=like.Lead*") == (10_000, False)
            assert await total("name=eq.Lead 1") == (1_430, True)


async def test_the_bytes_are_postgresqls_own(client: httpx.AsyncClient, viewer: dict[str, str], urls: Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        connection.execute("SET timezone = 'UTC'")
        row = connection.execute("""
            SELECT json_agg(row_to_json(l))::text FROM (
                SELECT * FROM contact_leads WHERE deleted_at IS NULL AND NOT is_spam ORDER BY created_at DESC, id DESC LIMIT 3
            ) AS l
        """).fetchone()
    assert row is not None
    answer = await client.get("/admin/leads?limit=3", headers=viewer)
    assert answer.text.startswith(f'{{"data":{row[0]},"total":60,"total_exact":true,"next":"')


async def test_queries_of_one_shape_are_one_statement(client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
    """So it stays prepared, and nothing of a value is in it."""
    made = []
    for value in ("Lead 1", "Lead 2", "'; DROP TABLE contact_leads; --"):
        params = {"name": f"eq.{value}", "or": f"(company.is.null,source.neq.{value.replace(';', '')})", "order": "email.desc"}
        assert (await client.get("/admin/leads", params=params, headers=viewer)).status_code == 200
        made.append(listing._statement.cache_info().misses)
    assert made[0] == made[1] == made[2]
    parsed = [parse(f"name=eq.{value}&data->>a=in.({value},b)&limit=3") for value in ("x", "y")]
    assert parsed[0].shape == parsed[1].shape
    assert parsed[0].values != parsed[1].values


class TestResponseSeconds:
    """A column that is computed, not stored."""

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def answered(cls, urls: Urls) -> None:
        with psycopg.connect(urls.owner) as connection:
            connection.execute(
                "UPDATE contact_leads SET first_response_at = created_at + id * interval '1 minute' WHERE id IN (10, 20, 30)"
            )

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("response_seconds=lt.1200", [10]),
            ("response_seconds=gte.600&response_seconds=lt.1200", [10]),
            ("response_seconds=eq.1200", [20]),
            ("response_seconds=not.is.null&order=id", [10, 20, 30]),
            ("or=(response_seconds.gt.1700,id.eq.1)&order=id", [1, 30]),
            ("response_seconds=not.is.null&order=response_seconds.desc", [30, 20, 10]),
        ],
    )
    async def test_it_filters_and_orders(
        self, client: httpx.AsyncClient, viewer: dict[str, str], query: str, found: list[int]
    ) -> None:
        assert await ids(client, viewer, query) == found

    async def test_page_by_page(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        order = {"order": "response_seconds.desc.nullslast,id"}
        assert await walk(client, viewer, 2, **order) == await walk(client, viewer, 500, **order)

    async def test_it_is_shown_when_asked_for(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        asked = await client.get("/admin/leads?select=id,response_seconds&id=eq.20", headers=viewer)
        assert asked.json()["data"] == [{"id": 20, "response_seconds": 1200}]
        lead = (await client.get("/admin/leads?id=eq.20", headers=viewer)).json()["data"][0]
        assert set(lead) == COLUMNS
        export = await client.get("/admin/leads/export?format=csv&select=id,response_seconds&id=eq.20", headers=viewer)
        assert export.text.splitlines()[1] == "20,1200"
        found = await client.get("/admin/leads/search?q=Lead&response_seconds=lt.1300&select=id", headers=viewer)
        assert {lead["id"] for lead in found.json()["data"]} == {10, 20}

    async def test_a_wrong_value_is_named(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        answer = await client.get("/admin/leads?response_seconds=lt.soon", headers=viewer)
        assert problem(answer, 400)["errors"][0]["field"] == "response_seconds"
