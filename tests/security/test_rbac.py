"""Row 13: each caller at each method of each route, as docs/security.md says, and the database's roles behind it."""

import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import errors, sql
from security.people_support import add_user, bearer, token_of

from conftest import Site, Urls, running_site
from service.guard import ALLOWED, Access

SECURITY = Path(__file__).resolve().parents[2] / "docs" / "security.md"
ROLES = ["analyst", "viewer", "editor", "admin"]
SCOPES = ["capture", "read", "write", "analyst"]
CALLERS = ["nobody", *ROLES, *(f"{scope} key" for scope in SCOPES)]
# Where nothing is there to be found, and a well-formed body is refused for what it says, not for who says it.
NOWHERE = {"lead_id": "999999999", "operation": str(uuid.UUID(int=1)), "session": str(uuid.UUID(int=2)), "key": str(uuid.UUID(int=3)),
           "username": "nobody-of-that-name", "view": str(uuid.UUID(int=4)), "relation": "leads", "name": "nothing",
           "mail_id": "999999999", "kind": "cv", "token": "nothing"}  # fmt: skip

pytestmark = pytest.mark.threat(13)


def documented() -> dict[tuple[str, str], dict[str, bool]]:
    """The table: {(method, path): {caller: whether}}."""
    text = SECURITY.read_text().partition("## Who may call what")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    assert rows[0] == ["endpoint", *CALLERS]
    matrix = {}
    for endpoint, *cells in rows[2:]:
        assert set(cells) <= {"yes", "-"}
        method, path = endpoint.strip("`").split(" ")
        matrix[method, path] = {caller: cell == "yes" for caller, cell in zip(CALLERS, cells, strict=True)}
    return matrix


MATRIX = documented()


def routes(site: Site) -> set[tuple[str, str]]:
    return {
        (method, "/" + re.sub(r"<(\w+)[^>]*>", r"{\1}", route.path))
        for route in site.app.router.routes
        for method in set(route.methods) - {"HEAD", "OPTIONS"}
    }


@pytest.fixture(scope="module")
async def site(urls: Urls) -> AsyncIterator[Site]:
    """Where everything is switched on, so that a 404 is not the answer to everybody."""
    async with running_site(urls, answer_cache_bytes=0, legacy_login=True, metrics="public") as running:
        yield running


@pytest.fixture(scope="module")
async def headers(site: Site, urls: Urls) -> dict[str, dict[str, str]]:
    """What each caller shows."""
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        for role in ROLES:
            add_user(owner, role, f"the-{role}")
    shown: dict[str, dict[str, str]] = {"nobody": {}}
    async with httpx.AsyncClient(base_url=site.url, timeout=15) as client:
        for role in ROLES:
            shown[role] = await token_of(client, f"the-{role}")
        for scope in SCOPES:
            made = await client.post("/admin/keys", json={"name": f"a {scope} key", "scope": scope}, headers=shown["admin"])
            shown[f"{scope} key"] = bearer(made.json()["key"])
    return shown


def test_every_route_has_a_row_and_every_row_a_route(site: Site) -> None:
    assert routes(site) == set(MATRIX)


@pytest.mark.parametrize(("method", "path"), sorted(MATRIX))
async def test_every_cell(
    client: httpx.AsyncClient, site: Site, headers: dict[str, dict[str, str]], method: str, path: str
) -> None:
    address = re.sub(r"{(\w+)}", lambda found: NOWHERE[found[1]], path)
    for caller, allowed in MATRIX[method, path].items():
        shown = headers[caller]
        if path == "/admin/logout" and allowed:
            shown = await token_of(client, f"the-{caller}")  # else those that follow would come with an ended one
        for asked in (method, "HEAD") if method == "GET" and path != "/admin/events" else (method,):
            async with client.stream(asked, address, headers=shown) as answer:
                status = answer.status_code
            said = f"{caller}: {asked} {address} is {status}"
            # /rest serves an analyst, and PostgreSQL then shows it no lead; a wrong login is a 401 of its own, and has no body here.
            if allowed and path == "/rest/{relation}" and caller.startswith("analyst"):
                assert status == 403, said
            elif allowed:
                assert status not in (401, 403), said
            else:
                assert status == (401 if caller == "nobody" else 403), said


def test_the_guard_and_the_table_say_the_same(site: Site) -> None:
    """Also of those that a test can't call: what the table says is what the guard goes by."""
    said = {
        (method, "/" + re.sub(r"<(\w+)[^>]*>", r"{\1}", route.path)): route.ctx.access
        for route in site.app.router.routes
        for method in set(route.methods) - {"HEAD", "OPTIONS"}
    }
    for endpoint, row in MATRIX.items():
        access, allowed = said[endpoint], {caller for caller, may in row.items() if may}
        if access in (Access.OPEN, Access.LOGIN):
            assert allowed == set(CALLERS), endpoint
        elif access is Access.PUBLIC:
            assert allowed == {"nobody", *ROLES, *ALLOWED[access]}, endpoint
        else:
            assert allowed == ALLOWED[access], endpoint
    assert set(Access) == set(said.values())


async def test_an_analyst_is_refused_by_postgresql_alone(client: httpx.AsyncClient, headers: dict[str, dict[str, str]]) -> None:
    answer = await client.get("/rest/leads", headers=headers["analyst"])
    assert (answer.status_code, answer.json()["code"]) == (403, "42501")


# What each role may not do, were the service to let it through: the functions behind the routes.
BEHIND: list[tuple[str, str, str]] = [
    ("viewer", "service.edit_lead", "editor"), ("viewer", "service.add_lead", "editor"), ("viewer", "service.add_contact", "editor"),
    ("viewer", "service.change_leads", "editor"), ("viewer", "service.undo_operation", "editor"), ("viewer", "service.list_operations", "editor"),
    ("viewer", "service.audit_trail", "admin"), ("editor", "service.audit_trail", "admin"), ("editor", "service.trash_lead", "admin"),
    ("editor", "service.erase_person", "admin"), ("viewer", "service.save_view", "editor"), ("viewer", "service.remove_view", "editor"),
    ("viewer", "service.retry_mails", "editor"), ("viewer", "service.allow_mail", "editor"),
    *((role, f"service.{name}", "admin") for role in ("analyst", "viewer", "editor") for name in ("list_templates", "save_template", "test_mail")),
    *((role, f"service.{name}", "admin") for role in ("analyst", "viewer", "editor") for name in
      ("list_users", "add_user", "change_user", "list_keys", "add_key", "revoke_key", "drop_second_factor", "end_session", "list_sessions")),
    *(("analyst", f"service.{name}", "viewer") for name in ("lead", "lead_history", "lead_stats", "lead_trends", "lead_choices", "list_views",
                                                           "list_mails", "mail", "mail_status")),
]  # fmt: skip


@pytest.mark.parametrize(("role", "function", "allowed"), BEHIND)
def test_the_database_refuses_it_again(urls: Urls, role: str, function: str, allowed: str) -> None:
    """As the service's own login, having taken on the role: the right is missing there too, and the role that has it has it."""
    with psycopg.connect(urls.service) as connection:
        count = connection.execute("SELECT pronargs FROM pg_proc WHERE oid = %s::regproc", (function,)).fetchone()
        assert count is not None
        call = sql.SQL("SELECT {}({})").format(sql.Identifier(*function.split(".")), sql.SQL(", ").join([sql.NULL] * count[0]))
        for one, refused in ((role, True), (allowed, False)):
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(f"leads_{one}")))
            try:
                connection.execute(call)
                answer = "called"
            except psycopg.Error as error:
                answer = str(error)
            assert answer.startswith(("permission denied for function", "permission denied for schema")) is refused, (
                f"leads_{one}: {answer}"
            )
            connection.rollback()


def test_who_only_reads_has_no_function_that_writes(urls: Urls) -> None:
    """Whatever functions there will be; and what an editor may, an admin may."""
    writing = (
        "SELECT p.proname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'service' AND p.provolatile = 'v' AND has_function_privilege(%s, p.oid, 'EXECUTE')"
    )
    with psycopg.connect(urls.owner) as connection:
        may = {role: {row[0] for row in connection.execute(writing, (f"leads_{role}",))} for role in ROLES}
    assert may["analyst"] == may["viewer"] == set()
    assert may["editor"] < may["admin"]
    tried = {(role, function.removeprefix("service.")) for role, function, _ in BEHIND}
    assert {("editor", name) for name in may["admin"] - may["editor"]} <= tried, "one that is not tried above"
    assert {("viewer", name) for name in may["editor"]} <= tried


def test_the_service_itself_reads_no_table(urls: Urls) -> None:
    with psycopg.connect(urls.service) as connection:
        for table in (
            "app.users",
            "app.sessions",
            "app.api_keys",
            "app.second_factors",
            "app.recovery_codes",
            "public.contact_leads",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(sql.SQL("TABLE {}").format(sql.Identifier(*table.split("."))))
            connection.rollback()
