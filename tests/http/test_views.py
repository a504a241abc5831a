"""Saved views over HTTP: editors save, change and remove them, and everybody who reads leads sees them."""

import uuid
from typing import Any

import httpx
import psycopg
import pytest
from jsonschema import Draft202012Validator

from conftest import Site
from tests_support import problem

VIEWS = "/admin/views"
NOWHERE = f"{VIEWS}/{uuid.UUID(int=0)}"
Owner = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(autouse=True)
def none_yet(owner: Owner) -> None:
    owner.execute("DELETE FROM app.saved_views")


@pytest.fixture
def editor(site: Site) -> dict[str, str]:
    return site.bearer("ann", "editor")


@pytest.fixture
def viewer(site: Site) -> dict[str, str]:
    return site.bearer("vera", "viewer")


async def test_a_view_from_its_first_day_to_its_last(
    client: httpx.AsyncClient, editor: dict[str, str], viewer: dict[str, str]
) -> None:
    query = "status=unread&or=(priority.eq.urgent,company.ilike.*%C3%BC*)&order=created_at"
    made = await client.post(VIEWS, json={"name": " Urgent  ones ", "query": query}, headers=editor)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "private, no-cache"
    view = made.json()
    assert set(view) == {"id", "name", "query", "created_by", "created_at", "updated_at"}
    assert (view["name"], view["query"], view["created_by"]) == ("Urgent ones", query, "ann")
    assert (await client.post(VIEWS, json={"name": "all", "query": ""}, headers=editor)).status_code == 201
    listed = await client.get(VIEWS, headers=viewer)
    assert [one["name"] for one in listed.json()["data"]] == ["all", "Urgent ones"]
    assert listed.json()["data"][1] == view
    for changes, name, now in (
        ({"name": "Hot"}, "Hot", query),
        ({"query": "a=b"}, "Hot", "a=b"),
        ({"name": "hot", "query": None}, "hot", "a=b"),
    ):
        changed = await client.patch(f"{VIEWS}/{view['id']}", json=changes, headers=editor)
        assert changed.status_code == 200
        assert changed.json() == view | {"name": name, "query": now, "updated_at": changed.json()["updated_at"]}
    gone = await client.delete(f"{VIEWS}/{view['id']}", headers=editor)
    assert (gone.status_code, gone.content) == (204, b"")
    assert [one["name"] for one in (await client.get(VIEWS, headers=viewer)).json()["data"]] == ["all"]
    assert problem(await client.delete(f"{VIEWS}/{view['id']}", headers=editor), 404)["code"] == "view_not_found"


async def test_they_are_as_the_contract_says(client: httpx.AsyncClient, editor: dict[str, str]) -> None:
    components = (await client.get("/openapi.json")).json()["components"]
    made = (await client.post(VIEWS, json={"name": "mine", "query": ""}, headers=editor)).json()
    for name, answer in (("SavedView", made), ("SavedViews", (await client.get(VIEWS, headers=editor)).json())):
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        assert [error.message for error in Draft202012Validator(schema).iter_errors(answer)] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"query": ""}, "name"), ({"name": "x"}, "query"), ({"name": None, "query": ""}, "name"), ({"name": 1, "query": ""}, "name"),
        ({"name": "", "query": ""}, "name"), ({"name": "  ", "query": ""}, "name"), ({"name": "x" * 81, "query": ""}, "name"),
        ({"name": "a\u0007", "query": ""}, "name"), ({"name": "a\u0000", "query": ""}, "name"),
        ({"name": "x", "query": ["a"]}, "query"), ({"name": "x", "query": "x" * 4001}, "query"), ({"name": "x", "query": "a\n"}, "query"),
        ({"name": "x", "query": "", "created_by": "root"}, "created_by"), ({"name": "x", "query": "", "id": str(uuid.UUID(int=1))}, "id"),
    ],
)  # fmt: skip
async def test_what_can_not_be_saved(
    client: httpx.AsyncClient, editor: dict[str, str], body: dict[str, Any], field: str
) -> None:
    refusal = problem(await client.post(VIEWS, json=body, headers=editor), 422)
    assert (refusal["code"], refusal["errors"][0]["field"]) == ("fields_not_valid", field)
    assert (await client.get(VIEWS, headers=editor)).json() == {"data": []}


async def test_what_a_view_can_not_become(client: httpx.AsyncClient, editor: dict[str, str]) -> None:
    view = (await client.post(VIEWS, json={"name": "mine", "query": ""}, headers=editor)).json()
    path = f"{VIEWS}/{view['id']}"
    for empty in ({}, {"name": None}, {"name": None, "query": None}):
        problem(await client.patch(path, json=empty, headers=editor), 400)
    problem(await client.patch(path, headers=editor), 400)
    problem(await client.patch(path, json={"name": ""}, headers=editor), 422)
    problem(await client.patch(path, json={"created_by": "root"}, headers=editor), 422)
    assert (await client.get(VIEWS, headers=editor)).json() == {"data": [view]}


async def test_a_name_that_is_taken(client: httpx.AsyncClient, editor: dict[str, str]) -> None:
    for name in ("Mine", "yours"):
        view = (await client.post(VIEWS, json={"name": name, "query": ""}, headers=editor)).json()
    for answer in (
        await client.post(VIEWS, json={"name": "mINE", "query": ""}, headers=editor),
        await client.patch(f"{VIEWS}/{view['id']}", json={"name": "MINE"}, headers=editor),
    ):
        refusal = problem(answer, 409)
        assert (refusal["code"], refusal["errors"][0]["field"]) == ("saved_views_name_key", "name")


async def test_as_many_as_there_may_be(client: httpx.AsyncClient, editor: dict[str, str], owner: Owner) -> None:
    owner.execute(
        "INSERT INTO app.saved_views (name, query, created_by) SELECT 'view ' || n, '', 'x' FROM generate_series(1, 199) AS n"
    )
    assert (await client.post(VIEWS, json={"name": "last", "query": ""}, headers=editor)).status_code == 201
    assert (
        problem(await client.post(VIEWS, json={"name": "more", "query": ""}, headers=editor), 409)["code"] == "too_many_views"
    )


async def test_one_that_is_not_there(client: httpx.AsyncClient, editor: dict[str, str]) -> None:
    for answer in (
        await client.patch(NOWHERE, json={"name": "x"}, headers=editor),
        await client.delete(NOWHERE, headers=editor),
    ):
        assert problem(answer, 404)["code"] == "view_not_found"
    problem(await client.delete(f"{VIEWS}/17", headers=editor), 404)


async def test_parameters_are_refused(client: httpx.AsyncClient, editor: dict[str, str]) -> None:
    for answer in (
        await client.get(f"{VIEWS}?limit=3", headers=editor),
        await client.delete(f"{NOWHERE}?force=true", headers=editor),
    ):
        assert problem(answer, 400)["code"] == "parameter_unknown"


async def test_who_may(client: httpx.AsyncClient, site: Site, editor: dict[str, str], viewer: dict[str, str]) -> None:
    body = {"name": "x", "query": ""}
    view = (await client.post(VIEWS, json=body, headers=editor)).json()
    for headers, refused in (({}, 401), (site.bearer("ana", "analyst"), 403), (viewer, 403)):
        for answer in (
            await client.post(VIEWS, json=body, headers=headers),
            await client.patch(f"{VIEWS}/{view['id']}", json=body, headers=headers),
            await client.delete(f"{VIEWS}/{view['id']}", headers=headers),
        ):
            problem(answer, refused)
    problem(await client.get(VIEWS, headers=site.bearer("ana", "analyst")), 403)
    key = await client.post("/admin/keys", json={"name": "a program", "scope": "write"}, headers=site.bearer())
    made = await client.post(VIEWS, json={"name": "y", "query": ""}, headers={"Authorization": f"Bearer {key.json()['key']}"})
    assert made.json()["created_by"] == "key:a program"
    assert [one["name"] for one in (await client.get(VIEWS, headers=viewer)).json()["data"]] == ["x", "y"]
