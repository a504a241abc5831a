"""Ranked search. What PostgreSQL finds is tested in tests/sql/test_search.py; here what the endpoint makes of it."""

import string
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Server, Site, Urls, running_site
from service.inbox.search import ENOUGH, RANK_READ
from tests_support import problem

Connection = psycopg.Connection[tuple[Any, ...]]

LEADS = [
    # name, e-mail, company, subject, message, days ago
    ("Renée Müller", "renee.mueller@baeckerei-mueller.example", "Bäckerei Müller", "Website", "We bake bread.", 10),
    ("John Doe", "john.doe@mail.example.com", None, "Pricing of your plans", "How much are the houses?", 20),
    ("Jane Roe", "jane@roe.example", "Roe & Sons", "Houses", "Pricing, please: is a house cheaper?", 5),
    ("Agnieszka Kowalczyk", "a.kowalczyk@firma.example", "Firma Łódź", "Offer", "An offer for running shoes.", 30),
    ("Sam Run", "sam@run.example", "Marathon", "I run a company", "Running every day.", 40),
    ("Bob <b>Tables</b>", "bob@tables.example", "A&B \"Tables\"", "<script>alert(1)</script>", "A pricing <img src=x onerror=alert(1)> for chairs & tables", 1),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def inbox(urls: Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        connection.cursor().executemany(
            "INSERT INTO contact_leads (name, email, company, subject, message, created_at)"
            " VALUES (%s, %s, %s, %s, %s, now() - make_interval(days => %s))",
            LEADS,
        )
        connection.execute(
            "INSERT INTO contact_leads (name, email, message, deleted_at) VALUES ('Trashed', 't@x.example', 'pricing', now())"
        )
        connection.execute(
            "INSERT INTO contact_leads (name, email, message, is_spam) VALUES ('Spammer', 's@x.example', 'pricing', true)"
        )


@pytest.fixture
def viewer(site: Site) -> dict[str, str]:
    return site.bearer("vera", "viewer")


async def names(client: httpx.AsyncClient, headers: dict[str, str], **query: object) -> list[str]:
    answer = await client.get("/admin/leads/search", params={k: str(v) for k, v in query.items()}, headers=headers)
    assert answer.status_code == 200, answer.text
    return [lead["name"] for lead in answer.json()["data"]]


class TestFinding:
    @pytest.mark.parametrize(
        ("q", "found"),
        [
            ("muller", ["Renée Müller"]),
            ("MÜLLER", ["Renée Müller"]),
            ("renee", ["Renée Müller"]),
            ("bread", ["Renée Müller"]),
            ("bre", ["Renée Müller"]),
            ("john.doe@mail.example.com", ["John Doe"]),
            ("mail.example.com", ["John Doe"]),
            ("doe", ["John Doe"]),
            ("kowalczik", ["Agnieszka Kowalczyk"]),
            ("walcz", ["Agnieszka Kowalczyk"]),
            ('"running shoes"', ["Agnieszka Kowalczyk"]),
            ("marathn", ["Sam Run"]),
            ("zzzzzz", []),
            ("???", []),
        ],
    )
    async def test_words_typos_and_fragments(
        self, client: httpx.AsyncClient, viewer: dict[str, str], q: str, found: list[str]
    ) -> None:
        assert await names(client, viewer, q=q) == found

    async def test_a_negation_holds_for_other_forms_of_the_word(
        self, client: httpx.AsyncClient, viewer: dict[str, str]
    ) -> None:
        assert set(await names(client, viewer, q="run")) >= {"Sam Run", "Agnieszka Kowalczyk"}
        assert await names(client, viewer, q="offer -run") == []

    async def test_a_name_counts_more_than_a_message(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        assert (await names(client, viewer, q="tables"))[0] == "Bob <b>Tables</b>"

    async def test_of_two_alike_the_newer_comes_first(self, fresh_urls: Urls) -> None:
        with psycopg.connect(fresh_urls.owner) as connection:
            for days in (300, 1, 30):
                connection.execute(
                    "INSERT INTO contact_leads (name, email, message, created_at)"
                    " VALUES (%s, 'x@x.example', 'garden chairs', now() - make_interval(days => %s))",
                    (f"{days} days", days),
                )
        async with running_site(fresh_urls) as site, httpx.AsyncClient(base_url=site.url) as client:
            assert await names(client, site.bearer(), q="chairs") == ["1 days", "30 days", "300 days"]

    async def test_trash_and_spam_are_found_where_they_are(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        assert set(await names(client, viewer, q="pricing")) == {"John Doe", "Jane Roe", "Bob <b>Tables</b>"}
        assert await names(client, viewer, q="pricing", view="trash") == ["Trashed"]
        assert await names(client, viewer, q="pricing", view="spam") == ["Spammer"]
        assert len(await names(client, viewer, q="pricing", view="all")) == 5

    async def test_filters_hold(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        assert await names(client, viewer, q="pricing", company="is.null") == ["John Doe"]
        assert await names(client, viewer, q="kowalczik", company="is.null") == []
        assert await names(client, viewer, **{"q": "pricing", "or": "(name.like.J*,name.like.B*)", "status": "archived"}) == []

    async def test_a_list_takes_q_too(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        for q in ("pricing", "kowalczik", "walcz", "muller", "zzzzzz"):
            answer = await client.get("/admin/leads", params={"q": q, "order": "name"}, headers=viewer)
            listed = [lead["name"] for lead in answer.json()["data"]]
            assert listed == sorted(listed)
            assert set(listed) == set(await names(client, viewer, q=q))
            assert answer.json()["total"] == len(listed)


class TestAnswer:
    async def test_a_lead_with_its_snippet(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        answer = await client.get("/admin/leads/search?q=bread", headers=viewer)
        assert answer.headers["cache-control"] == "private, no-cache"
        page = answer.json()
        assert (page["total"], page["total_exact"], page["next"]) == (1, True, None)
        [lead] = page["data"]
        assert "<mark>bread</mark>" in lead["snippet"]
        one = (await client.get(f"/admin/leads/{lead['id']}", headers=viewer)).json()
        assert {name: lead[name] for name in one} == one
        assert set(lead) - set(one) == {"snippet", "score"}

    @pytest.mark.threat(26)
    async def test_a_snippet_is_safe_in_a_page(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        page = (await client.get("/admin/leads/search?q=chairs", headers=viewer)).json()
        snippet = page["data"][0]["snippet"].replace("<mark>", "").replace("</mark>", "")
        assert not set('<>"') & set(snippet)
        assert "&amp; tables" in snippet

    async def test_select(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        page = (await client.get("/admin/leads/search?q=bread&select=id,who:name", headers=viewer)).json()
        assert set(page["data"][0]) == {"id", "who", "snippet", "score"}

    async def test_pages(self, client: httpx.AsyncClient, viewer: dict[str, str]) -> None:
        whole = await names(client, viewer, q="pricing")
        found: list[str] = []
        cursor: dict[str, str] = {}
        for _ in whole:
            page = (
                await client.get("/admin/leads/search", params={"q": "pricing", "limit": "1", **cursor}, headers=viewer)
            ).json()
            assert page["total"] == len(whole)
            found += [lead["name"] for lead in page["data"]]
            cursor = {"cursor": page["next"]}
        assert page["next"] is None
        assert found == whole
        assert await names(client, viewer, q="pricing", limit=1, offset=1) == whole[1:2]

    @pytest.mark.parametrize(
        ("query", "parameter"),
        [
            ("", "q"),
            ("q=", "q"),
            ("q=+", "q"),
            (f"q={'x' * 201}", "q"),
            ("q=a&q=b", "q"),
            ("q=a&order=name", "order"),
            ("q=a&limit=501", "limit"),
            ("q=a&cursor=x", "cursor"),
            ("q=a&cursor=x&offset=1", "offset"),
            ("q=a&status=gone", "status"),
            ("q=a&nonsense=1", "nonsense"),
            ("q=a%00", "q"),
            ("q=%FF", "query"),
        ],
    )
    async def test_a_bad_parameter_is_named(
        self, client: httpx.AsyncClient, viewer: dict[str, str], query: str, parameter: str
    ) -> None:
        body = problem(await client.get(f"/admin/leads/search?{query}", headers=viewer), 400)
        assert [error["field"] for error in body["errors"]] == [parameter]


NAUGHTY = [
    "'", '"', "''", '"a', "\\", "\\\\", "a\\", ":*", "a:*", "&", "|", "!", "!!a", "()", "(a", "a)", "<->", "a<->b", "<2>", "a & b", "--",
    "-", "- a", "-a", '-"a b"', "or", "or or", "a or", "or a", "%", "_", "a%b_c", "*", "$1", "${x}", "{{x}}", "\t", "a\nb", "\r\n",
    "\u200b", "\u202egnp", "\ufeff", "😀", "👩‍👩‍👧", "مرحبا", "שלום", "日本語 検索", "Ⅻ", "ﬁ", "İ", "ß", "ǅ", "a\u0301", "x" * 200, "a " * 100,
    "@", "a@", "@b", "a@b@c", "http://x.example/?q=1&r=2", "/etc/passwd", "1e999", "-0", "NaN", "null", "'; DROP TABLE contact_leads; --",
    "</mark>", "<mark>x", "\ue000", "\uffff", "\U0010ffff",
]  # fmt: skip


@pytest.mark.threat(20)
@pytest.mark.parametrize("q", NAUGHTY)
async def test_any_string_is_answered(client: httpx.AsyncClient, viewer: dict[str, str], q: str) -> None:
    for path in ("/admin/leads/search", "/admin/leads"):
        answer = await client.get(f"{path}?{urlencode({'q': q})}", headers=viewer)
        assert answer.status_code == 200 or (answer.status_code == 400 and not q.strip()), answer.text


@pytest.mark.threat(20)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(q=st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(string.punctuation + " ab")), max_size=250))
async def test_any_text_is_answered(client: httpx.AsyncClient, viewer: dict[str, str], q: str) -> None:
    answer = await client.get(f"/admin/leads/search?{urlencode({'q': q})}", headers=viewer)
    assert answer.status_code in (200, 400), answer.text


@pytest.fixture(scope="module")
async def crowd(server: Server) -> AsyncIterator[Site]:
    """30,000 leads: a word in all of them, one in a hundred, one in ten of them."""
    with server.clone() as urls:
        with psycopg.connect(urls.owner) as connection:
            connection.execute("""
                INSERT INTO contact_leads (name, email, message, status, created_at)
                SELECT 'Person', n || '@crowd.example',
                       'everyone' || CASE WHEN n % 100 = 0 THEN ' hundredth' ELSE '' END
                                  || CASE WHEN n % 3000 = 0 THEN ' seldom' ELSE '' END,
                       CASE WHEN n % 1000 = 0 THEN 'archived'::lead_status ELSE 'unread' END,
                       now() - make_interval(secs => 30000 - n)
                FROM generate_series(1, 30000) AS n
            """)
        async with running_site(urls) as running:
            yield running


class TestBoundedWork:
    @pytest.mark.parametrize(
        ("q", "total", "exact"),
        [("everyone", RANK_READ, False), ("hundredth", 90, False), ("seldom", 10, True)],
    )
    async def test_a_common_word_is_ranked_among_the_newest(self, crowd: Site, q: str, total: int, exact: bool) -> None:
        async with httpx.AsyncClient(base_url=crowd.url) as client:
            answer = await client.get("/admin/leads/search", params={"q": q, "limit": 10}, headers=crowd.bearer())
        page = answer.json()
        assert (page["total"], page["total_exact"]) == (total, exact)
        assert len(page["data"]) == 10
        places = [lead["id"] for lead in page["data"]]
        assert places == sorted(places, reverse=True)
        assert total >= ENOUGH or exact

    async def test_a_rare_filter_beside_a_common_word_misses_none(self, crowd: Site) -> None:
        query = "/admin/leads/search?q=everyone&status=archived&limit=500"
        async with httpx.AsyncClient(base_url=crowd.url) as client:
            page = (await client.get(query, headers=crowd.bearer())).json()
        assert (page["total"], page["total_exact"], len(page["data"])) == (30, True, 30)
