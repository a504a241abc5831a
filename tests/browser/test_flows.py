"""The five data flows of the architecture document, one by one, and what goes wrong in between."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from browser.conftest import Dashboard, expect_console, own_site
from playwright.async_api import Page, Request, expect
from psycopg import sql
from realtime.support import settled, until

from conftest import Server, Site

Owner = psycopg.Connection[tuple[Any, ...]]
AddLeads = Callable[..., list[int]]
PERSON = {"name": "Nina Visitor", "email": "nina@example.com", "subject": "Straight from the form", "message": "Hello"}


def row(page: Page, lead: int) -> Any:
    return page.locator(f"[data-lead='{lead}']")


def asked(page: Page) -> list[str]:
    """The readings that this page asks for from now on."""
    urls: list[str] = []

    def note(request: Request) -> None:
        if request.method == "GET" and "/admin/leads" in request.url:
            urls.append(request.url)

    page.on("request", note)
    return urls


async def unread_count(page: Page) -> int:
    badge = page.get_by_role("navigation").get_by_label(re.compile("Unread$"))
    return int((await badge.text_content()) or 0) if await badge.count() else 0


async def test_1_opening_the_dashboard_shows_leads_and_kpis(dashboard: Dashboard, add_leads: AddLeads) -> None:
    first, *_ = add_leads(3, status="unread", name="Opened {n}")
    page = await dashboard("/leads")
    sent: list[str | None] = []
    page.on("request", lambda request: sent.append(request.headers.get("authorization")) if "/admin/" in request.url else None)
    await expect(row(page, first)).to_contain_text("Opened 1")
    assert await unread_count(page) == 3
    await page.reload()
    await expect(row(page, first)).to_be_visible()
    assert sent
    assert all((value or "").startswith("Bearer ") for value in sent)


async def test_2_an_edit_shows_at_once_and_is_stored(dashboard: Dashboard, add_leads: AddLeads, owner: Owner) -> None:
    (lead,) = add_leads(name="Edited")
    page = await dashboard("/leads")
    hold = asyncio.Event()

    async def slow(route: Any) -> None:
        await hold.wait()
        await route.continue_()

    await page.route(f"**/admin/leads/{lead}/status", slow)
    await row(page, lead).get_by_role("button", name="Status of Edited").click()
    await page.get_by_role("menuitem", name="Processing").click()
    # Nothing was stored yet, and it is seen.
    await expect(row(page, lead).locator("[data-cell=status]")).to_contain_text("Processing")
    before = owner.execute("SELECT status, updated_at FROM contact_leads WHERE id = %s", (lead,)).fetchone()
    assert before is not None
    assert before[0] == "unread"
    readings = asked(page)
    async with page.expect_response(lambda answer: answer.url.endswith("/status") and answer.status == 200):
        hold.set()
    await until(lambda: any("/admin/leads?" in url for url in readings) and any(url.endswith("/stats") for url in readings))
    after = owner.execute("SELECT status, updated_at > %s FROM contact_leads WHERE id = %s", (before[1], lead)).fetchone()
    assert after == ("processing", True)
    await expect(row(page, lead).locator("[data-cell=status]")).to_contain_text("Processing")


async def test_2_an_edit_that_fails_goes_back_and_no_other_does(
    dashboard: Dashboard, add_leads: AddLeads, owner: Owner
) -> None:
    (lead,) = add_leads(name="Halfway")
    page = await dashboard("/leads")
    expect_console(page, "status of 503")
    hold = asyncio.Event()

    async def fail(route: Any) -> None:
        await hold.wait()
        await route.fulfill(status=503, json={"detail": "The database is away.", "code": "database_unavailable"})

    await page.route(f"**/admin/leads/{lead}/status", fail)
    await row(page, lead).get_by_role("button", name="Status of Halfway").click()
    await page.get_by_role("menuitem", name="Archived").click()
    await row(page, lead).get_by_role("button", name="Priority of Halfway").click()
    await page.get_by_role("menuitem", name="Urgent").click()
    await expect(row(page, lead).locator("[data-cell=status]")).to_contain_text("Archived")
    await expect(row(page, lead).locator("[data-cell=priority]")).to_contain_text("Urgent")
    hold.set()
    await expect(row(page, lead).locator("[data-cell=status]")).to_contain_text("Unread")
    await expect(row(page, lead).locator("[data-cell=priority]")).to_contain_text("Urgent")
    await expect(page.get_by_role("alert").filter(has_text="Status was not changed")).to_be_visible()
    stored = "SELECT status, priority FROM contact_leads WHERE id = %s"
    await until(lambda: owner.execute(stored, (lead,)).fetchone() == ("unread", "urgent"))


async def test_3_coming_back_to_the_tab_reads_again(
    dashboard: Dashboard, add_leads: AddLeads, owner: Owner, site: Site
) -> None:
    add_leads(name="Focused")
    page = await dashboard("/leads")
    # No event tells of it: the stream is cut off, as by a proxy that knows no streams.
    await page.route("**/admin/events", lambda route: route.abort())
    expect_console(page, "ERR_FAILED")
    await page.reload()
    await expect(page.get_by_text("Every 30 s")).to_be_visible()
    await page.evaluate("() => new Promise((done) => setTimeout(done, 5100))")  # SWR reads at most every 5 s on focus
    (lead,) = add_leads(name="While away")
    await settled(owner, site)  # as it would be, long before anybody comes back
    await page.evaluate("window.dispatchEvent(new Event('focus'))")
    await expect(row(page, lead)).to_be_visible()


async def test_4_after_thirty_seconds_it_reads_by_itself(
    dashboard: Dashboard, add_leads: AddLeads, owner: Owner, site: Site
) -> None:
    add_leads(name="Timed")
    page = await dashboard("/leads")
    await page.route("**/admin/events", lambda route: route.abort())
    expect_console(page, "ERR_FAILED")
    await page.clock.install()
    await page.reload()
    await page.clock.run_for(2000)
    await expect(page.get_by_role("row", name="Open Timed").first).to_be_visible()
    (lead,) = add_leads(name="By the clock")
    await settled(owner, site)
    await expect(row(page, lead)).to_have_count(0)
    await page.clock.run_for(31_000)
    await expect(row(page, lead)).to_be_visible()


async def test_5_a_form_is_seen_within_a_second(dashboard: Dashboard, page: Page, site: Site) -> None:
    """From the visitor's click to the row and the count in somebody's dashboard, without a jump of what is under the cursor."""
    inbox = await dashboard("/leads")
    await expect(inbox.get_by_text("Live", exact=True)).to_be_visible()
    await expect(inbox.get_by_role("row").nth(1)).to_be_visible()
    before = await unread_count(inbox)
    async with httpx.AsyncClient(base_url=site.url) as visitor:
        answer = await visitor.post("/api/submit-contact", json=PERSON)
    assert answer.status_code == 201
    new = inbox.get_by_role("row", name="Open Nina Visitor")
    await expect(new).to_be_visible(timeout=5000)
    await expect(inbox.get_by_role("navigation").get_by_label(f"{before + 1} Unread")).to_be_visible()


async def test_5_no_jump_under_the_cursor(dashboard: Dashboard, add_leads: AddLeads) -> None:
    ids = add_leads(60, name="Steady {n}", created_at="2026-11-01T00:00:00Z", status="contacted")
    page = await dashboard("/leads?status=in.(contacted)")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    # The newest of the same moment has the highest number.
    under = row(page, ids[-3])
    await under.hover()
    before = await under.bounding_box()
    add_leads(2, name="Pushing in", status="contacted")
    pill = page.get_by_role("button", name="2 new leads")
    one = page.get_by_role("button", name="1 new lead")
    await expect(pill.or_(one)).to_be_visible()
    after = await under.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 1
    await page.mouse.move(0, 0)
    await pill.or_(one).click()
    await expect(page.get_by_role("row", name="Open Pushing in").first).to_be_in_viewport()


async def test_two_browsers_edit_one_lead(dashboard: Dashboard, add_leads: AddLeads, owner: Owner) -> None:
    (lead,) = add_leads(name="Shared", internal_notes="first line")
    ann = await dashboard(f"/leads/{lead}", role="editor")
    bob = await dashboard(f"/leads/{lead}", role="editor")
    for page in (ann, bob):
        await expect(page.get_by_label("Internal notes")).to_have_value("first line")
    expect_console(bob, "status of 412")
    await bob.get_by_label("Internal notes").fill("first line, and Bob's")
    await ann.get_by_label("Internal notes").fill("first line, and Ann's")
    await ann.get_by_label("Internal notes").press("Control+Enter")
    await expect(ann.get_by_text("Not saved yet")).to_be_hidden()
    # What he types is not written over by what he hears.
    await expect(bob.get_by_label("Internal notes")).to_have_value("first line, and Bob's")
    await bob.get_by_label("Internal notes").press("Control+Enter")
    dialog = bob.get_by_role("dialog", name="Somebody else changed this too")
    await expect(dialog).to_contain_text("first line, and Ann's")
    await expect(dialog).to_contain_text("first line, and Bob's")
    await dialog.get_by_role("button", name="Save together").click()
    await expect(dialog).to_be_hidden()
    notes = "SELECT internal_notes FROM contact_leads WHERE id = %s"
    assert owner.execute(notes, (lead,)).fetchone() == ("first line, and Ann's, and Bob's",)
    await expect(ann.get_by_label("Internal notes")).to_have_value("first line, and Ann's, and Bob's")
    # Of another field, the one is no matter of the other's.
    await asyncio.gather(
        ann.get_by_role("button", name="Processing").click(),
        bob.get_by_label("Score").fill("80"),
    )
    await bob.get_by_label("Score").press("Tab")
    await expect(ann.get_by_label("Score")).to_have_value("80")
    assert owner.execute("SELECT status, quality_score FROM contact_leads WHERE id = %s", (lead,)).fetchone() == (
        "processing",
        80,
    )


@pytest.mark.parametrize("choice", ["Keep theirs", "Use yours"])
async def test_a_conflict_is_decided_by_the_person(
    dashboard: Dashboard, add_leads: AddLeads, owner: Owner, choice: str
) -> None:
    (lead,) = add_leads(name="Contested")
    page = await dashboard("/leads", role="editor")
    expect_console(page, "status of 412")
    await page.route("**/admin/events", lambda route: route.abort())
    expect_console(page, "ERR_FAILED")
    await page.reload()
    await expect(row(page, lead)).to_be_visible()
    owner.execute("UPDATE contact_leads SET priority = 'low' WHERE id = %s", (lead,))
    await row(page, lead).get_by_role("button", name="Priority of Contested").click()
    await page.get_by_role("menuitem", name="Urgent").click()
    await page.get_by_role("dialog").get_by_role("button", name=choice).click()
    wanted = "low" if choice == "Keep theirs" else "urgent"
    await expect(row(page, lead).locator("[data-cell=priority]")).to_contain_text(wanted.capitalize())
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert owner.execute("SELECT priority FROM contact_leads WHERE id = %s", (lead,)).fetchone() == (wanted,)


async def test_a_token_that_expires_in_mid_edit_loses_nothing(
    dashboard: Dashboard, add_leads: AddLeads, site: Site, owner: Owner
) -> None:
    (lead,) = add_leads(name="Interrupted")
    page = await dashboard(f"/leads/{lead}", role="editor")
    expect_console(page, "status of 401")
    await page.get_by_label("Internal notes").fill("Thought about for an hour")
    token = await page.evaluate("JSON.parse(sessionStorage['leads.session']).token")
    async with httpx.AsyncClient(base_url=site.url) as client:
        assert (await client.post("/admin/logout", headers={"Authorization": f"Bearer {token}"})).status_code == 204
    await page.get_by_label("Internal notes").press("Control+Enter")
    again = page.get_by_role("dialog", name="Your session has ended")
    await expect(again).to_be_visible()
    await again.get_by_label("Password", exact=True).fill("correct horse")
    await again.get_by_role("button", name="Log in", exact=True).click()
    await expect(again).to_be_hidden()
    await expect(page.get_by_text("Not saved yet")).to_be_hidden()
    stored = owner.execute("SELECT internal_notes FROM contact_leads WHERE id = %s", (lead,)).fetchone()
    assert stored == ("Thought about for an hour",)


async def test_a_connection_that_goes_and_comes_back(dashboard: Dashboard, add_leads: AddLeads) -> None:
    """Offline: it says so, keeps what was typed, and goes on by itself."""
    (lead,) = add_leads(name="Offline")
    page = await dashboard(f"/leads/{lead}", role="editor")
    expect_console(page, "ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_NETWORK")
    await expect(page.get_by_label("Internal notes")).to_be_visible()
    await page.context.set_offline(True)
    await page.get_by_label("Internal notes").fill("Written under way")
    await page.get_by_label("Internal notes").press("Control+Enter")
    await expect(page.get_by_text("No connection").first).to_be_visible()
    await expect(page.get_by_label("Internal notes")).to_have_value("Written under way")
    await page.context.set_offline(False)
    await expect(page.locator("[data-connection]")).to_be_hidden(timeout=20_000)
    await page.get_by_label("Internal notes").press("Control+Enter")
    await expect(page.get_by_text("Not saved yet")).to_be_hidden()


async def test_the_database_is_away_and_back(server: Server, dashboard: Dashboard) -> None:
    """The service answers 503 for as long as it is; the page says so, and all is there again without anybody's doing."""
    async with own_site(server) as site:
        with psycopg.connect(site.urls.owner, autocommit=True) as owner:
            owner.execute("INSERT INTO contact_leads (name, email) VALUES ('Patient', 'p@example.com')")
        page = await dashboard("/leads", at=site)
        expect_console(page, "status of 503", "ERR_")
        await expect(page.get_by_role("row", name="Open Patient")).to_be_visible()
        database = sql.Identifier(site.urls.owner.rpartition("/")[2].partition("?")[0])
        with psycopg.connect(server.cluster.url("postgres", "postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(database))
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database._obj[0],))
            await page.get_by_label("Search leads").fill("anything")
            await expect(page.get_by_text("The service is not ready").first).to_be_visible()
            admin.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true").format(database))
        await expect(page.locator("[data-connection]")).to_be_hidden(timeout=30_000)
        await page.get_by_role("button", name="Clear the search").click()
        await expect(page.get_by_role("row", name="Open Patient")).to_be_visible()
