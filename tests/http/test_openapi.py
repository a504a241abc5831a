"""/openapi.json is the contract: it names every route and no other, and real answers are as it says."""

import re
from typing import Any

import httpx
import psycopg
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from conftest import Site
from service.auth.passwords import hash_password
from service.routes.site import DASHBOARD_PATHS

CONTACT = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}
HASH = hash_password("correct horse", cost=4)


@pytest.fixture
async def contract(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    document: dict[str, Any] = answer.json()
    return document


async def test_it_is_valid(contract: dict[str, Any]) -> None:
    validate(contract)


async def test_it_names_every_route_and_no_other(contract: dict[str, Any], site: Site) -> None:
    served = set()
    for route in site.app.router.routes:
        path = "/" + re.sub(r"<\w+[^>]*>", "{id}", route.path)
        # The dashboard's other addresses are one page; the files of pages have names of their content.
        if f"/{route.path}" not in DASHBOARD_PATHS[1:] and not path.startswith(("/static/", "/docs/", "/assets/")):
            served |= {(method, path) for method in route.methods if method not in ("HEAD", "OPTIONS")}
    written = {(method.upper(), re.sub(r"{\w+}", "{id}", path)) for path, item in contract["paths"].items() for method in item}
    assert served == written


def check(contract: dict[str, Any], method: str, path: str, answer: httpx.Response) -> None:
    """The answer's status, type and body are what the contract says."""
    responses = contract["paths"][path][method.lower()]["responses"]
    response = responses[str(answer.status_code)]
    while "$ref" in response:
        response = contract["components"]["responses"][response["$ref"].rpartition("/")[2]]
    content = response.get("content")
    if content is None:
        assert answer.content == b""
        return
    media = content[answer.headers["content-type"].partition(";")[0]]
    if "json" in answer.headers["content-type"]:
        schema = {"$ref": "#/wanted", "wanted": media["schema"], "components": contract["components"]}
        errors = [error.message for error in Draft202012Validator(schema).iter_errors(answer.json())]
        assert errors == []


async def test_real_answers_are_as_it_says(contract: dict[str, Any], client: httpx.AsyncClient, site: Site) -> None:
    with psycopg.connect(site.urls.owner) as owner:
        owner.execute("INSERT INTO app.users (username, password_hash, role) VALUES ('admin', %s, 'admin')", (HASH,))
        owner.execute(
            "INSERT INTO contact_leads (name, email, status, first_response_at, follow_up_date, tags, quality_score, contact_history)"
            " VALUES ('J', 'j@example.com', 'contacted', now(), now(), '{a}', 7, '[{\"note\": \"x\"}]')"
        )
    viewer = site.bearer("admin", "admin")
    newest = (await client.get("/admin/leads?limit=1", headers=viewer)).json()["data"][0]["id"]
    browser = {"Accept": "text/html"}
    for method, path, options in (
        ("POST", "/api/submit-contact", {"json": CONTACT}),
        ("POST", "/api/submit-contact", {"data": CONTACT, "headers": browser}),
        ("POST", "/api/submit-contact", {"data": CONTACT | {"_next": "/thanks"}}),
        ("POST", "/api/submit-contact", {"data": CONTACT | {"_next": "//evil.example"}}),
        (
            "POST",
            "/api/submit-contact",
            {"data": {}, "headers": browser | {"Content-Type": "application/x-www-form-urlencoded"}},
        ),
        ("GET", "/admin/leads/search", {"headers": viewer, "params": {"q": "j"}}),
        ("GET", "/admin/leads/search", {"headers": viewer}),
        ("POST", "/api/submit-contact", {"json": {}}),
        ("POST", "/api/submit-contact", {"content": b"x"}),
        ("POST", "/api/submit-contact", {"content": b"x" * 70_000}),
        ("POST", "/api/v1/request-cv", {"json": {"name": "J", "email": "j@example.com"}}),
        ("POST", "/api/v1/collaborate", {"data": CONTACT}),
        ("POST", "/admin/login", {"json": {"password": "x"}}),
        ("POST", "/admin/login", {"json": {}}),
        ("POST", "/admin/login", {"json": []}),
        ("POST", "/admin/logout", {"headers": site.bearer()}),
        ("POST", "/admin/logout", {}),
        ("GET", "/admin/me", {"headers": viewer}),
        ("GET", "/admin/me", {}),
        ("GET", "/admin/validate", {"headers": viewer}),
        ("GET", "/admin/leads", {"headers": viewer}),
        ("GET", "/admin/leads?limit=0", {"headers": viewer}),
        ("GET", "/admin/leads", {}),
        ("GET", "/admin/leads/export", {"headers": viewer}),
        ("GET", "/admin/leads/export?format=json", {"headers": viewer}),
        ("GET", "/admin/leads/export?format=xml", {"headers": viewer}),
        ("GET", "/admin/leads/export", {}),
        ("GET", "/admin/leads/stats", {"headers": viewer}),
        ("GET", f"/admin/leads/{newest}", {"headers": viewer}),
        ("GET", "/admin/leads/999999", {"headers": viewer}),
        ("POST", "/admin/leads", {"headers": viewer, "json": {"name": "H", "email": "h@example.com"}}),
        ("POST", "/admin/leads", {"headers": viewer, "json": {"name": "H"}}),
        ("PATCH", f"/admin/leads/{newest}", {"headers": viewer, "json": {"company": "ACME", "follow_up_date": "2026-12-01"}}),
        ("PATCH", f"/admin/leads/{newest}", {"headers": viewer}),
        ("PATCH", f"/admin/leads/{newest}/status", {"headers": viewer, "json": {"status": "unread"}}),
        ("PATCH", f"/admin/leads/{newest}/priority", {"headers": viewer | {"If-Match": '"0-0"'}, "json": {"priority": "low"}}),
        ("PATCH", f"/admin/leads/{newest}/priority", {"headers": viewer, "json": {"priority": "x"}}),
        ("PATCH", f"/admin/leads/{newest}/quality-score", {"headers": viewer, "json": {"quality_score": 3}}),
        ("PATCH", f"/admin/leads/{newest}/notes", {"headers": viewer, "json": {"internal_notes": "x"}}),
        ("PATCH", f"/admin/leads/{newest}/tags", {"headers": site.bearer("v", "viewer"), "json": {"tags": []}}),
        ("POST", f"/admin/leads/{newest}/contacts", {"headers": viewer, "json": {"channel": "phone", "note": "x"}}),
        ("GET", f"/admin/leads/{newest}/history", {"headers": viewer}),
        ("GET", "/admin/leads/999999/history", {"headers": viewer}),
        ("PATCH", "/admin/leads/bulk-status", {"headers": viewer, "json": {"ids": [newest, 999999], "status": "archived"}}),
        ("PATCH", "/admin/leads/bulk-status", {"headers": viewer, "json": {"ids": [newest], "status": "x"}}),
        ("PATCH", "/admin/leads/bulk-status", {"headers": viewer}),
        (
            "PATCH",
            "/admin/leads/bulk-priority?dry_run=true",
            {"headers": viewer, "json": {"filter": "q=j", "priority": "high"}},
        ),
        (
            "PATCH",
            "/admin/leads/bulk-priority",
            {"headers": viewer, "json": {"filter": "q=j", "priority": "high", "token": "x"}},
        ),
        ("PATCH", "/admin/leads/bulk-tags", {"headers": viewer, "json": {"ids": [newest], "add": ["vip"]}}),
        ("PATCH", "/admin/leads/bulk-assignee", {"headers": viewer, "json": {"ids": [newest], "assignee": "ann"}}),
        ("PATCH", "/admin/leads/bulk-follow-up", {"headers": viewer, "json": {"ids": [newest], "follow_up_date": None}}),
        ("POST", "/admin/leads/bulk-delete", {"headers": site.bearer("e", "editor"), "json": {"ids": [newest]}}),
        ("DELETE", "/admin/leads/bulk-delete", {"headers": viewer, "json": {"ids": [newest]}}),
        ("POST", "/admin/leads/bulk-restore", {"headers": viewer, "json": {"filter": "id=gt.0"}}),
        ("DELETE", f"/admin/leads/{newest}", {"headers": viewer | {"If-Match": '"0-0"'}}),
        ("DELETE", f"/admin/leads/{newest}", {"headers": viewer}),
        ("DELETE", f"/admin/leads/{newest}", {"headers": viewer}),
        ("DELETE", f"/admin/leads/{newest}?erase=true", {"headers": viewer}),
        ("GET", "/admin/operations", {"headers": viewer}),
        ("GET", "/admin/operations?limit=0", {"headers": viewer}),
        ("POST", "/admin/operations/5f2d9dbf-d9bf-4402-81e1-03bcad47c626/undo", {"headers": viewer}),
        ("GET", "/admin/audit", {"headers": viewer}),
        ("GET", "/admin/audit?since=x", {"headers": viewer}),
        ("GET", "/healthz", {}),
        ("GET", "/readyz", {}),
        ("GET", "/", {}),
        ("GET", "/docs", {}),
        ("GET", "/forms/contact", {}),
        ("GET", "/forms/cv", {}),
        ("GET", "/forms/collaboration", {}),
    ):
        answer = await client.request(method, path, **options)
        written = re.sub(r"/admin/leads/\d+", "/admin/leads/{id}", path.partition("?")[0])
        written = re.sub(r"/admin/operations/[^/]+/", "/admin/operations/{operation}/", written)
        check(contract, method, written, answer)


@pytest.mark.parametrize("owned", ["id", "status", "metadata"])
async def test_it_refuses_what_the_service_refuses(contract: dict[str, Any], owned: str) -> None:
    schema = {"$ref": "#/components/schemas/Contact", "components": contract["components"]}
    validator = Draft202012Validator(schema)
    assert validator.is_valid(CONTACT | {"anything": {"else": 1}})
    assert not validator.is_valid(CONTACT | {owned: 1})
    assert not validator.is_valid({name: value for name, value in CONTACT.items() if name != "subject"})


async def test_its_examples_are_as_it_says(contract: dict[str, Any]) -> None:
    schemas = contract["components"]["schemas"]
    given = [(name, example) for name, schema in schemas.items() for example in schema.get("examples", [])]
    for item in contract["paths"].values():
        for method in item.values():
            for media in method.get("requestBody", {}).get("content", {}).values():
                given.append((media["schema"]["$ref"].rpartition("/")[2], media["example"]))
    assert {name for name, _ in given} >= {"Lead", "LeadStats", "Problem", "Captured", "Token", "User", "Contact", "CvRequest"}
    for name, example in given:
        schema = {"$ref": f"#/components/schemas/{name}", "components": contract["components"]}
        assert [error.message for error in Draft202012Validator(schema).iter_errors(example)] == [], name
