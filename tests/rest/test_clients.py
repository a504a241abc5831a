"""postgrest-py reads through /rest: the asynchronous client and the other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from postgrest import APIError, AsyncPostgrestClient, CountMethod, SyncPostgrestClient

from conftest import Site


@pytest.fixture
async def database(site: Site) -> AsyncIterator[AsyncPostgrestClient]:
    url = f"{site.url}/rest"
    async with AsyncPostgrestClient(url, schema="test", headers=site.bearer("vera", "viewer")) as client:
        yield client


READS: list[tuple[str, Callable[[Any], Any], list[int]]] = [
    ("eq", lambda q: q.eq("name", "Calypso"), [3]),
    ("eq with a comma", lambda q: q.eq("name", "Bora, Bora"), [2]),
    ("neq", lambda q: q.neq("rig", "sail"), [2, 4, 6]),
    ("gt", lambda q: q.gt("crew", 4), [3, 4]),
    ("gte", lambda q: q.gte("crew", 4), [1, 3, 4]),
    ("lt", lambda q: q.lt("crew", 3), [2, 6]),
    ("lte", lambda q: q.lte("crew", 3), [2, 5, 6]),
    ("like", lambda q: q.like("name", "C%"), [3]),
    ("ilike", lambda q: q.ilike("name", "%D%"), [4, 6]),
    ("like any", lambda q: q.like_any_of("name", "C%,d%"), [3, 4]),
    ("like all", lambda q: q.like_all_of("name", "%l%,%o%"), [1, 3, 5]),
    ("ilike any", lambda q: q.ilike_any_of("name", "c%,D%"), [3, 4]),
    ("ilike all", lambda q: q.ilike_all_of("name", "%L%,%A%"), [1, 3]),
    ("is_ null", lambda q: q.is_("note", "null"), [2]),
    ("is_ None", lambda q: q.is_("note", None), [2]),
    ("is_ true", lambda q: q.is_("docked", "true"), [1, 4]),
    ("in_", lambda q: q.in_("id", [1, 3, 99]), [1, 3]),
    ("in_ with a comma", lambda q: q.in_("name", ["Bora, Bora", "Fjord (II)"]), [2, 6]),
    ("not_ in_", lambda q: q.not_.in_("id", [1, 2, 3]), [4, 5, 6]),
    ("not_ is_", lambda q: q.not_.is_("docked", "null"), [1, 2, 4, 5]),
    ("not_ eq", lambda q: q.not_.eq("rig", "sail"), [2, 4, 6]),
    ("or_", lambda q: q.or_("id.eq.1,and(rig.eq.motor,docked.is.true)"), [1, 4]),
    ("match", lambda q: q.match({"rig": "sail", "crew": 6}), [3]),
    ("contains", lambda q: q.contains("tags", ["fast"]), [2, 4]),
    ("contains of a jsonb", lambda q: q.contains("papers", {"flag": "fr"}), [1, 4]),
    ("contained_by", lambda q: q.contained_by("marks", [1, 2, 3]), [1, 2, 3]),
    ("overlaps", lambda q: q.overlaps("tags", ["new", "old"]), [1, 4]),
    ("filter", lambda q: q.filter("papers->>flag", "eq", "it"), [2]),
    ("several", lambda q: q.eq("rig", "sail").gt("crew", 3).lt("crew", 6), [1]),
]


@pytest.mark.parametrize(("build", "found"), [row[1:] for row in READS], ids=[row[0] for row in READS])
async def test_filters(database: AsyncPostgrestClient, build: Callable[[Any], Any], found: list[int]) -> None:
    answer = await build(database.from_("boats").select("id").order("id")).execute()
    assert answer.data == [{"id": number} for number in found]


RANGES: list[tuple[str, Callable[[Any], Any], list[int]]] = [
    ("range_gt", lambda q: q.range_gt("span", (3, 7)), [3, 4]),
    ("range_lt", lambda q: q.range_lt("span", (7, 9)), [1, 2]),
    ("range_gte", lambda q: q.range_gte("span", (3, 7)), [2, 3, 4]),
    ("range_lte", lambda q: q.range_lte("span", (3, 7)), [1, 2]),
    ("range_adjacent", lambda q: q.range_adjacent("span", (3, 7)), [1, 3]),
    ("contains", lambda q: q.contains("span", "[1,2]"), [1]),
]


@pytest.mark.parametrize(("build", "found"), [row[1:] for row in RANGES], ids=[row[0] for row in RANGES])
async def test_ranges(database: AsyncPostgrestClient, build: Callable[[Any], Any], found: list[int]) -> None:
    answer = await build(database.from_("tides").select("id").order("id")).execute()
    assert answer.data == [{"id": number} for number in found]


@pytest.mark.parametrize(
    ("query", "options", "found"),
    [
        ("sail & fog", None, [1]),
        ("fat seagull", {"type": "plain"}, [2]),
        ("fat seagull", {"type": "phrase"}, [2]),
        ("fog or chips", {"type": "web_search", "config": "english"}, [1, 2]),
    ],
)
async def test_text_search(
    database: AsyncPostgrestClient, query: str, options: dict[str, str] | None, found: list[int]
) -> None:
    answer = await database.from_("notes").select("id").order("id").text_search("vector", query, options).execute()
    assert answer.data == [{"id": number} for number in found]


class TestShapes:
    async def test_select(self, database: AsyncPostgrestClient) -> None:
        answer = await database.from_("boats").select("id", "label:name", "papers->>flag").eq("id", 1).execute()
        assert answer.data == [{"id": 1, "label": "Albatros", "flag": "fr"}]

    async def test_order_by_two(self, database: AsyncPostgrestClient) -> None:
        answer = await database.from_("sorts").select("id").order("a", desc=True, nullsfirst=False).order("b").execute()
        assert [row["id"] for row in answer.data] == [4, 1, 3, 2]

    async def test_range_and_count(self, database: AsyncPostgrestClient) -> None:
        query = database.from_("steps").select("id", count=CountMethod.exact).order("id").range(5, 7)
        answer = await query.execute()
        assert ([row["id"] for row in answer.data], answer.count) == ([6, 7, 8], 15)

    async def test_limit_and_offset(self, database: AsyncPostgrestClient) -> None:
        answer = await database.from_("steps").select("id").order("id").limit(2).offset(3).execute()
        assert ([row["id"] for row in answer.data], answer.count) == ([4, 5], None)

    @pytest.mark.parametrize("method", [CountMethod.exact, CountMethod.planned, CountMethod.estimated])
    async def test_head_and_count(self, database: AsyncPostgrestClient, method: CountMethod) -> None:
        answer = await database.from_("steps").select("*", count=method, head=True).execute()
        assert answer.count == 15

    async def test_single(self, database: AsyncPostgrestClient) -> None:
        answer = await database.from_("boats").select("name").eq("id", 3).single().execute()
        assert answer.data == {"name": "Calypso"}

    async def test_single_of_none(self, database: AsyncPostgrestClient) -> None:
        with pytest.raises(APIError) as caught:
            await database.from_("boats").select("name").eq("id", 99).single().execute()
        assert (caught.value.code, caught.value.details) == ("PGRST116", "The result contains 0 rows")

    async def test_maybe_single(self, database: AsyncPostgrestClient) -> None:
        boats = database.from_("boats")
        assert (await boats.select("name").eq("id", 3).maybe_single().execute()).data == {"name": "Calypso"}
        assert await boats.select("name").eq("id", 99).maybe_single().execute() is None
        with pytest.raises(APIError):
            await boats.select("name").maybe_single().execute()

    async def test_csv(self, database: AsyncPostgrestClient) -> None:
        answer = await database.from_("sorts").select("id,b").order("id").csv().execute()
        assert answer.data == "id,b\n1,x\n2,y\n3,\n4,w"

    async def test_without_nulls(self, database: AsyncPostgrestClient) -> None:
        answer = await database.from_("sorts").select("*").eq("id", 2).strip_nulls().execute()
        assert answer.data == [{"id": 2, "b": "y"}]

    async def test_another_schema(self, database: AsyncPostgrestClient) -> None:
        answer = await database.schema("v2").from_("boats").select("id").order("id").execute()
        assert answer.data == [{"id": 7}, {"id": 8}]


class TestErrors:
    @pytest.mark.parametrize(
        ("relation", "column", "code"),
        [("zzzzqq", "id", "PGRST205"), ("boats", "zzzzqq", "42703"), ("secret", "id", "42501")],
    )
    async def test_have_their_code(self, database: AsyncPostgrestClient, relation: str, column: str, code: str) -> None:
        with pytest.raises(APIError) as caught:
            await database.from_(relation).select(column).execute()
        assert caught.value.code == code
        assert caught.value.message

    async def test_have_their_code_without_a_body(self, database: AsyncPostgrestClient) -> None:
        with pytest.raises(APIError) as caught:
            await database.from_("zzzzqq").select("*", head=True).execute()
        assert caught.value.code == "PGRST205"

    async def test_of_a_schema(self, database: AsyncPostgrestClient) -> None:
        with pytest.raises(APIError) as caught:
            await database.schema("hidden").from_("boats").select("*").execute()
        assert caught.value.code == "PGRST106"


async def test_the_other_client(site: Site) -> None:
    def read() -> tuple[Any, ...]:
        with httpx.Client(base_url=f"{site.url}/rest") as session:
            headers = site.bearer("vera", "viewer")
            client = SyncPostgrestClient(f"{site.url}/rest", schema="test", headers=headers, http_client=session)
            steps = client.from_("steps")
            page = steps.select("id", count=CountMethod.exact).order("id").range(0, 1).execute()
            one = client.from_("boats").select("name").eq("id", 1).single().execute()
            some = client.from_("boats").select("id").in_("rig", ["row", "motor"]).order("id", desc=True).execute()
            text = client.from_("sorts").select("id").eq("id", 1).csv().execute()
            return page.data, page.count, one.data, some.data, text.data

    assert await asyncio.to_thread(read) == (
        [{"id": 1}, {"id": 2}],
        15,
        {"name": "Albatros"},
        [{"id": 6}, {"id": 4}, {"id": 2}],
        "id\n1",
    )
