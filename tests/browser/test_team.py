"""Logging in, one's account, people, and what was done, in a real browser."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import psycopg
import pyotp
import pytest
from browser.conftest import Dashboard, expect_console, violations
from playwright.async_api import BrowserContext, Page, expect
from security.people_support import HASH, PASSWORD, add_user

from conftest import Site

Contexts = Callable[..., Awaitable[BrowserContext]]
STEP_SECONDS = 30


@pytest.fixture
def person(site: Site) -> str:
    """An editor's name."""
    with psycopg.connect(site.urls.owner, autocommit=True) as owner:
        return add_user(owner, "editor", password_hash=HASH)


async def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    await page.get_by_label("Username").fill(username)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Log in").click()


async def log_out(page: Page) -> None:
    await page.get_by_role("button", name="Account and settings").click()
    await page.get_by_role("menuitem", name="Log out").click()


async def heading(page: Page, name: str) -> None:
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


async def test_one_logs_in_and_out_once_for_all_tabs(contexts: Contexts, person: str) -> None:
    context = await contexts()
    first, second = await context.new_page(), await context.new_page()
    await first.goto("/settings")
    await log_in(first, person)
    await heading(first, "Settings")
    await second.goto("/account")
    await heading(second, "Your account")
    await log_out(first)
    for page in (first, second):
        await heading(page, "Log in")
    await second.reload()
    await heading(second, "Log in")


async def test_a_wrong_password_is_told_and_kept(page: Page, person: str) -> None:
    expect_console(page, "status of 401")
    await page.goto("/operations?x=1")
    await expect(page.get_by_label("Username")).to_be_focused()
    await log_in(page, person, "wrong")
    await expect(page.get_by_role("alert")).to_have_text("Username or password is wrong.")
    password = page.get_by_label("Password", exact=True)
    await expect(password).to_be_focused()
    # It is selected: what is typed now replaces it.
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await heading(page, "Operations")
    assert page.url.endswith("/operations?x=1")


async def test_a_second_factor_is_turned_on_and_asked_for(dashboard: Dashboard, person: str) -> None:
    page = await dashboard("/account", username=person)
    expect_console(page, "status of 401")
    await page.get_by_role("button", name="Turn it on").click()
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    totp = pyotp.TOTP((await dialog.locator("pre").inner_text()).strip())
    await page.get_by_label("The code that the app shows now").fill(totp.now())
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("listitem")).to_have_count(10)
    recovery = await dialog.get_by_role("listitem").all_inner_texts()
    assert len(set(recovery)) == 10
    await page.get_by_role("button", name="I saved them").click()
    await expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()

    await log_out(page)
    await log_in(page, person)
    code = page.get_by_label("Code", exact=True)
    await expect(code).to_be_focused()
    # A code holds once, and this step's turned the factor on.
    await code.fill(totp.at(int(time.time()) + STEP_SECONDS))
    await page.keyboard.press("Enter")
    await heading(page, "Your account")

    await log_out(page)
    await log_in(page, person)
    await page.get_by_role("button", name="use a recovery code").click()
    await page.get_by_label("Recovery code").fill(recovery[0])
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()


async def test_another_password_ends_the_other_logins_and_not_this_one(dashboard: Dashboard, site: Site, person: str) -> None:
    page = await dashboard("/account", username=person)
    other = await dashboard("/account", username=person)
    expect_console(other, "status of 401")
    await page.get_by_label("Current password").fill(PASSWORD)
    await page.get_by_label("New password", exact=True).fill("battery staple")
    await page.get_by_label("New password again").fill("battery staple")
    await page.get_by_role("button", name="Change the password").click()
    await expect(page.get_by_text("Your password is changed.")).to_be_visible()
    places = page.locator("[data-session]")
    await expect(places).to_have_count(1)
    await expect(places).to_contain_text("This one")
    await expect(places).to_contain_text("Chrome on Linux")
    await other.get_by_role("button", name="Turn it on").click()
    await other.get_by_label("Your password").fill("battery staple")
    await other.keyboard.press("Enter")
    await expect(other.get_by_role("dialog", name="Your session has ended")).to_be_visible()


async def test_what_was_typed_outlives_the_session(dashboard: Dashboard, site: Site) -> None:
    with psycopg.connect(site.urls.owner, autocommit=True) as owner:
        admin = add_user(owner, "admin", password_hash=HASH)
    page = await dashboard("/people", username=admin)
    expect_console(page, "status of 401")
    await page.get_by_role("button", name="Add a person").click()
    await page.get_by_role("dialog").get_by_label("Username").fill(f"friend-of-{admin}")
    token = await page.evaluate("JSON.parse(sessionStorage.getItem('leads.session')).token")
    async with httpx.AsyncClient(base_url=site.url) as client:
        assert (await client.post("/admin/logout", headers={"Authorization": f"Bearer {token}"})).status_code == 204
    await page.keyboard.press("Enter")

    again = page.get_by_role("dialog", name="Your session has ended")
    await expect(again.get_by_label("Password", exact=True)).to_be_focused()
    await page.keyboard.press("Escape")
    for _ in range(8):
        await page.keyboard.press("Tab")
        assert await again.evaluate("dialog => dialog.contains(document.activeElement)")
    await again.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    # The request that met it went on by itself.
    await expect(page.get_by_role("dialog", name=f"friend-of-{admin} may log in")).to_be_visible()
    await page.get_by_role("button", name="I have it").click()
    await expect(page.locator(f"[data-user='friend-of-{admin}']")).to_be_visible()


async def test_a_viewer_meets_no_admin_page(dashboard: Dashboard) -> None:
    page = await dashboard("/settings", role="viewer")
    pages = page.get_by_role("navigation", name="Pages")
    await expect(pages.get_by_role("link", name="Leads")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path, name in (("people", "People"), ("keys", "API keys"), ("audit", "Audit"), ("operations", "Operations")):
        await expect(pages.get_by_role("link", name=name)).to_have_count(0)
        await page.goto(f"/{path}")
        await heading(page, name)
        await expect(page.get_by_role("alert")).to_contain_text("Not for your role")
    refused = [
        url
        for url in asked
        if any(part in url for part in ("/admin/users", "/admin/keys", "/admin/audit", "/admin/operations"))
    ]
    assert refused == []


async def test_an_operation_is_undone_and_says_so(dashboard: Dashboard, site: Site, add_leads: Any) -> None:
    ids = add_leads(3, status="unread")
    page = await dashboard("/operations", role="editor")
    await heading(page, "Operations")
    with psycopg.connect(site.urls.owner, autocommit=True) as owner:
        editor = add_user(owner, "editor", password_hash=HASH)
        async with httpx.AsyncClient(base_url=site.url, headers=site.bearer(editor, "editor")) as client:
            done = await client.patch("/admin/leads/bulk-priority", json={"ids": ids, "priority": "urgent"})
            assert done.json()["changed"] == 3
            row = page.locator(f"[data-operation='{done.json()['operation']}']")
            # Without a reload: it is heard of.
            await expect(row).to_contain_text("Changed the priority to Urgent")
            await expect(row).to_contain_text("3 leads")
            assert (await client.patch(f"/admin/leads/{ids[0]}/priority", json={"priority": "low"})).status_code == 200
        await row.get_by_role("button", name="Undo").click()
        await page.get_by_role("dialog").get_by_role("button", name="Undo").click()
        report = page.get_by_role("dialog", name="Undone")
        await expect(report).to_contain_text("2 leads restored.")
        await expect(report).to_contain_text("1 lead changed again since")
        await report.get_by_role("button", name="Close").last.click()
        await expect(row).to_contain_text("Undone")
        await expect(row.get_by_role("button", name="Undo")).to_have_count(0)
        await row.get_by_role("button", name="Show what undid it").click()
        await expect(page.locator("[data-operation]:focus")).to_contain_text("Undid: Changed the priority to Urgent")
        found = owner.execute("SELECT priority::text FROM contact_leads WHERE id = ANY(%s) ORDER BY id", (ids,)).fetchall()
    assert found == [("low",), ("medium",), ("medium",)]


async def test_an_api_key_is_shown_once_and_revoked(dashboard: Dashboard, site: Site) -> None:
    page = await dashboard("/keys", role="admin")
    await page.get_by_role("button", name="Add a key").first.click()
    await page.get_by_label("Name").fill("website")
    await page.keyboard.press("Enter")
    key = (await page.get_by_role("dialog", name="The key website").locator("pre").inner_text()).strip()
    async with httpx.AsyncClient(base_url=site.url, headers={"Authorization": f"Bearer {key}"}) as program:
        assert (await program.get("/admin/validate")).status_code == 200
        await page.get_by_role("button", name="I have it").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        assert key not in await page.content()
        await page.get_by_role("button", name="Revoke website").click()
        await expect(page.get_by_role("dialog")).to_contain_text("Forms that the program passes on with it are refused")
        await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        await expect(page.locator("[data-key='website']")).to_contain_text("Revoked")
        assert (await program.get("/admin/validate")).status_code == 401


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_the_pages_are_for_everybody(contexts: Contexts, dashboard: Dashboard, add_leads: Any, color_scheme: str) -> None:
    add_leads(2)
    found: dict[str, list[str]] = {}
    visitor = await (await contexts(color_scheme=color_scheme)).new_page()
    await visitor.goto("/login")
    await heading(visitor, "Log in")
    found["login"] = await violations(visitor)
    for width in (1280, 390):
        page = await dashboard("/account", role="admin", width=width, color_scheme=color_scheme)
        pages = {
            "account": "Your account",
            "settings": "Settings",
            "people": "People",
            "keys": "API keys",
            "operations": "Operations",
            "audit": "Audit",
        }
        for path, name in pages.items():
            await page.goto(f"/{path}")
            await heading(page, name)
            await expect(page.locator(".mantine-Skeleton-root")).to_have_count(0)
            found[f"{path} {width}"] = await violations(page)
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert {where: faults for where, faults in found.items() if faults} == {}
