"""Rows 15 to 17: nobody is left with another's role, and each role meets only what is its own."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import errors, sql

from conftest import Site, Urls, running_site
from service.db import POOL_SIZES, Role
from service.queries import QUERIES
from tests_support import problem

Connection = psycopg.Connection[tuple[Any, ...]]

ROOT = Path(__file__).resolve().parents[2]
CONTACT = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Hello", "message": "How are you?"}
STAFF = ["viewer", "editor", "admin"]


async def everything_once(site: Site) -> None:
    """Requests of each kind, as each role, refused and failed ones among them."""
    async with httpx.AsyncClient(base_url=site.url, timeout=10) as client:
        await client.post("/api/submit-contact", json=CONTACT)
        for role in STAFF:
            headers = site.bearer(role, role)
            for path in (
                "/admin/leads", "/admin/leads/search?q=jane", "/admin/leads/stats", "/admin/leads/1", "/admin/leads/1/history",
                "/admin/leads/export", "/admin/audit", "/admin/operations", "/admin/me", "/rest/leads",
                "/rest/leads?name=fts.(", "/admin/leads?name=match.[", "/readyz",
            ):  # fmt: skip
                await client.get(path, headers=headers)
            added = await client.post("/admin/leads", json={"name": "x", "email": f"{role}@example.com"}, headers=headers)
            for lead in (added.json().get("id", 0), 10**9):
                await client.patch(f"/admin/leads/{lead}/status", json={"status": "processing"}, headers=headers)
                await client.patch(
                    f"/admin/leads/{lead}/status", json={"status": "unread"}, headers=headers | {"If-Match": '"1-1"'}
                )
                await client.request("DELETE", f"/admin/leads/{lead}", headers=headers)
            for body in (
                {"filter": "name=eq.x", "status": "archived"},
                {"filter": "name=match.[", "status": "archived"},
                {"ids": [1]},
            ):
                await client.patch("/admin/leads/bulk-status", json=body, headers=headers)
                await client.request("DELETE", "/admin/leads/bulk-delete", json=body, headers=headers)


def serving_texts() -> dict[str, str]:
    """The modules that run while the service serves: not the commands', nor what migrates and starts a database as its owner."""
    paths = [path.relative_to(ROOT / "service") for path in (ROOT / "service").rglob("*.py")]
    chosen = [path for path in paths if path.parts[0] not in ("cli", "embedded.py", "migrate.py")]
    return {str(path): (ROOT / "service" / path).read_text() for path in chosen}


async def all_of(site: Site, role: Role, statement: str) -> list[tuple[Any, ...]]:
    """What a statement gives on every connection that a pool can have."""
    database = site.app.ctx.database
    everybody = asyncio.Barrier(POOL_SIZES[role])

    async def ask() -> tuple[Any, ...]:
        async with database._borrow(role) as connection:
            row = await connection.fetchrow(statement)
            await everybody.wait()
        return tuple(tuple(value) if isinstance(value, list) else value for value in row)

    return list(await asyncio.gather(*(ask() for _ in range(POOL_SIZES[role]))))


@pytest.mark.threat(15)
async def test_15_after_everything_each_connection_is_its_pools(site: Site) -> None:
    """All of them, with no setting but those that they began with, and nobody acting."""
    # asyncpg turns jit off and on again while it reads types.
    state = (
        "SELECT session_user::text, current_user::text, ARRAY(SELECT s.name FROM pg_settings AS s WHERE s.source = 'session' AND s.name <> 'jit')::text[],"
        " concat(current_setting('app.actor', true), current_setting('app.actor_role', true), current_setting('app.operation', true))"
    )
    await asyncio.gather(*(everything_once(site) for _ in range(2)))
    for role in Role:
        login = Role.CAPTURE if role is Role.CAPTURE else Role.SERVICE
        assert set(await all_of(site, role, state)) == {(login.value, role.name_there, (), "")}


@pytest.mark.threat(15)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR_WRITING, Role.SERVICE])
async def test_15_a_role_taken_for_a_statement_ends_with_it(site: Site, role: Role) -> None:
    """Of what the pools run each is a transaction: a role that a function takes on for it is over before anybody else comes."""
    database = site.app.ctx.database
    taken = "SELECT set_config('role', 'leads_admin', true), current_user::text"
    for _ in range(2 * POOL_SIZES[role]):
        assert await database.first(role, taken) is not None
        now = await database.first(role, "SELECT current_user::text AS me")
        assert now["me"] == role.name_there


@pytest.mark.threat(15)
def test_15_no_text_of_ours_takes_a_role_for_longer(owner: Connection) -> None:
    """The pools reset nothing, since there is nothing to reset: no statement or function leaves anything in its session."""
    lasting = re.compile(
        r"\bSET\s+(?!LOCAL\b)(?:SESSION\s+)?(?:ROLE\s+(?!=)|AUTHORIZATION)|set_config\([^)]*\bfalse\s*\)|RESET\s+ROLE",
        re.IGNORECASE,
    )
    served = list(serving_texts().values())
    bodies = [
        row[0]
        for row in owner.execute(
            "SELECT prosrc FROM pg_proc WHERE pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('app', 'service', 'api'))"
        )
    ]
    assert len(served) > 40
    assert len(bodies) > 40
    assert [text for text in (*served, *QUERIES.values(), *bodies) if lasting.search(text)] == []


@pytest.mark.threat(16)
def test_16_who_acts_is_not_said_outside_a_transaction(urls: Urls, owner: Connection) -> None:
    """The one helper of ours that holds for a transaction: called where there is none, where it would hold for nothing."""
    row = owner.execute("INSERT INTO contact_leads (name, email) VALUES ('x', 'x@example.com') RETURNING id").fetchone()
    assert row is not None
    said, change = "SELECT app.act_as('ann', 'admin', NULL)", "UPDATE public.contact_leads SET company = %s WHERE id = %s"

    def actor() -> object:
        query = "SELECT actor, actor_role, session_user_name FROM app.audit_log WHERE lead_id = %s ORDER BY id DESC LIMIT 1"
        return owner.execute(query, row).fetchone()

    with psycopg.connect(urls.service, autocommit=True) as connection:
        connection.execute("SET ROLE leads_editor")
        for bare in (said, f"{said};"):
            with pytest.raises(errors.NoActiveSqlTransaction):
                connection.execute(bare)
        connection.execute(change, ("A", row[0]))
        assert actor() == (None, None, "leads_service")
        with connection.transaction():
            connection.execute(said)
            connection.execute(change, ("B", row[0]))
        assert actor() == ("ann", "admin", "leads_service")
        connection.execute(f"BEGIN; {said}; UPDATE public.contact_leads SET company = 'C' WHERE id = {row[0]}; COMMIT")
        assert actor() == ("ann", "admin", "leads_service")
        connection.execute(change, ("D", row[0]))
        assert actor() == (None, None, "leads_service")


@pytest.mark.threat(16)
def test_16_nobody_calls_it_bare(owner: Connection) -> None:
    """The service sends no SET LOCAL and no transaction of several statements; who acts is told inside the functions that write."""
    assert [path for path, text in serving_texts().items() if re.search(r"SET LOCAL|act_as|set_config\(", text)] == []
    assert [name for name, text in QUERIES.items() if re.search(r"SET LOCAL|act_as|set_config\(", text, re.IGNORECASE)] == []
    callers = {row[0]: row[1] for row in owner.execute("SELECT proname, prosrc FROM pg_proc WHERE prosrc ~ 'act_as\\('")}
    assert {"capture_lead", "add_lead", "edit_lead", "add_contact", "begin_operation"} <= callers.keys()
    for name, text in callers.items():
        # What it says is for what follows in the same call: a write, or what the caller does next. Or it takes it back.
        _, _, following = text.replace("act_as(NULL, NULL, NULL)", "").partition("act_as(")
        assert not following or re.search(r"\b(INSERT INTO|UPDATE|DELETE FROM|RETURN)\b", following), name


@pytest.fixture(scope="module")
async def walled(urls: Urls) -> AsyncIterator[Site]:
    """A service on a database where staff sees the leads of its own company alone, by row security of the owner's."""
    with psycopg.connect(urls.owner) as owner:
        owner.execute("TRUNCATE contact_leads CASCADE")
        for company in ("Ours", "Theirs"):
            owner.execute(
                "INSERT INTO contact_leads (name, email, company, message) SELECT %s || n, n || '@example.com', %s, 'findable word'"
                " FROM generate_series(1, 5) AS n",
                (company, company),
            )
        owner.execute("ALTER TABLE contact_leads ENABLE ROW LEVEL SECURITY")
        owner.execute("CREATE POLICY ours ON contact_leads TO leads_viewer, leads_editor USING (company = 'Ours')")
    async with running_site(urls, answer_cache_bytes=0) as site:
        yield site
    with psycopg.connect(urls.owner) as owner:
        owner.execute("DROP POLICY ours ON contact_leads")
        owner.execute("ALTER TABLE contact_leads DISABLE ROW LEVEL SECURITY")


@pytest.mark.threat(17)
@pytest.mark.parametrize("role", ["viewer", "editor"])
async def test_17_row_security_holds_for_every_reader(walled: Site, owner: Connection, role: str) -> None:
    """Each way to a lead's values, as the role that the policy is for."""
    theirs = [row[0] for row in owner.execute("SELECT id FROM contact_leads WHERE company = 'Theirs'")]
    async with httpx.AsyncClient(base_url=walled.url, headers=walled.bearer("v", role)) as client:
        for path in (
            "/admin/leads?limit=500", "/admin/leads?view=all&limit=500", "/admin/leads?company=Theirs",
            "/admin/leads?or=(company.eq.Theirs,id.gt.0)", "/admin/leads?q=findable", "/admin/leads/search?q=findable",
            "/admin/leads/search?q=theirs1", "/admin/leads/export?format=csv", "/admin/leads/export?format=ndjson&view=all",
            "/rest/leads", "/rest/leads?company=eq.Theirs", "/rest/leads?select=name&order=company.desc",
        ):  # fmt: skip
            answer = await client.get(path)
            assert answer.status_code == 200, answer.text
            assert "Theirs" not in answer.text, path
        assert "Ours1" in (await client.get("/admin/leads")).text
        for lead in theirs:
            problem(await client.get(f"/admin/leads/{lead}"), 404)
            if role == "editor":
                problem(await client.patch(f"/admin/leads/{lead}/priority", json={"priority": "low"}), 404)
        if role == "editor":
            body = {"filter": "view=all", "priority": "low"}
            assert (await client.patch("/admin/leads/bulk-priority", json=body)).json()["changed"] == 5
    changed = owner.execute("SELECT count(*) FROM contact_leads WHERE company = 'Theirs' AND priority <> 'medium'").fetchone()
    assert changed == (0,)


@pytest.mark.threat(17)
async def test_17_no_powerful_login_serves(urls: Urls) -> None:
    """Whoever holds a connection of a service that was asked everything, and may become nobody more powerful either."""
    async with running_site(urls) as site:
        await everything_once(site)
        with psycopg.connect(urls.superuser) as superuser:
            logins = superuser.execute(
                "SELECT DISTINCT a.usename::text FROM pg_stat_activity AS a WHERE a.datname = current_database() AND a.application_name LIKE 'leads%'"
            ).fetchall()
            powerful = superuser.execute(
                "SELECT DISTINCT r.rolname::text FROM pg_stat_activity AS a JOIN pg_roles AS r ON pg_has_role(a.usesysid, r.oid, 'MEMBER')"
                " WHERE a.datname = current_database() AND a.application_name LIKE 'leads%' AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole"
                " OR r.rolcreatedb OR r.rolreplication OR r.rolname ~ '^pg_' OR EXISTS (SELECT FROM pg_class AS c WHERE c.relowner = r.oid))"
            ).fetchall()
    assert set(logins) == {("leads_service",), ("leads_capture",)}
    assert powerful == []


def relations(owner: Connection) -> list[str]:
    rows = owner.execute(
        "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname IN ('public', 'app', 'api', 'service', 'stats')"
    ).fetchall()
    return sorted(row[0] for row in rows)


@pytest.mark.threat(17)
@pytest.mark.parametrize("login", ["service", "capture"])
def test_17_the_logins_themselves_read_no_row(urls: Urls, owner: Connection, login: str) -> None:
    """Of no table and no view: what a login reads it reads as a role that it takes on, or a function gives it."""
    names = relations(owner)
    assert {"contact_leads", "app.users", "api.leads"} <= set(names)
    with psycopg.connect(getattr(urls, login), autocommit=True) as connection:
        for name in names:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.SQL(name)))


@pytest.mark.threat(17)
@pytest.mark.parametrize("role", STAFF)
async def test_17_rest_shows_what_is_exposed_and_nothing_else(
    client: httpx.AsyncClient, site: Site, owner: Connection, role: str
) -> None:
    headers = site.bearer("x", role)
    assert (await client.get("/rest/leads", headers=headers)).status_code == 200
    hidden = [name.rpartition(".") for name in relations(owner) if not name.startswith(("api.", "stats."))]
    functions = [
        row[0]
        for row in owner.execute(
            "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace IN ('app'::regnamespace, 'service'::regnamespace)"
        )
    ]
    for schema, _, name in hidden:
        for path in (name, f"{schema or 'public'}.{name}", f"{schema or 'public'}%2e{name}"):
            assert (await client.get(f"/rest/{path}", headers=headers)).status_code == 404, path
        refused = await client.get(f"/rest/{name}", headers=headers | {"Accept-Profile": schema or "public"})
        assert refused.status_code == 406
    for name in (*functions, "pg_class", "pg_authid", "pg_stat_activity", "information_schema.tables"):
        assert (await client.get(f"/rest/{name}", headers=headers)).status_code == 404, name
        assert (await client.post(f"/rest/rpc/{name}", json={}, headers=headers)).status_code in (404, 405), name


@pytest.mark.threat(17)
def test_17_every_exposed_view_asks_as_its_reader(owner: Connection) -> None:
    """Else row security, and grants, would be its owner's."""
    rows = owner.execute(
        "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'v' AND n.nspname = 'api' AND NOT coalesce(c.reloptions::text[] && '{security_invoker=true,security_invoker=on}', false)"
    ).fetchall()
    assert rows == []
