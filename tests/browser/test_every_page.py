"""Every page of the dashboard: nothing hard to read or out of reach, nothing out of sight, nothing that a visitor wrote comes alive."""

import re
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from browser.conftest import Dashboard, violations
from playwright.async_api import Page, expect
from psycopg.types.json import Jsonb
from security.test_pages import PAYLOADS

PAGES = {
    "/": "Overview", "/leads": "Leads", "/trash": "Trash", "/operations": "Operations", "/audit": "Audit", "/people": "People", "/keys": "API keys",
    "/account": "Your account", "/settings": "Settings", "/mail": "Mail", "/mail/templates": "Mail templates",
}  # fmt: skip
WIDTHS = (390, 768, 1280, 1920)
BUDGET_BYTES = 250_000

Owner = psycopg.Connection[tuple[Any, ...]]
AddLeads = Callable[..., list[int]]


async def settle(page: Page, title: str) -> None:
    """Waits until the page has its heading and nothing on it is still being fetched."""
    await expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    await expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    await expect(page.locator(".mantine-Skeleton-root")).to_have_count(0)


@pytest.fixture(scope="module", autouse=True)
def some_leads(urls: Any) -> None:
    """A small life: leads of each kind, some answered, one in the trash, one assigned and due."""
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        for number in range(1, 31):
            owner.execute(
                "INSERT INTO contact_leads (name, email, company, subject, message, source, role, lead_type, priority, tags, created_at)"
                " VALUES (%s, %s, 'ACME', 'A subject', 'A message', %s, 'founder', %s, %s, '{vip}', now() - %s * interval '1 day')",
                (f"Person {number}", f"person{number}@example.com", ["google", None][number % 2],
                 ["contact", "cv_request", "collaboration"][number % 3], ["low", "medium", "high", "urgent"][number % 4], number),
            )  # fmt: skip
        owner.execute("UPDATE contact_leads SET status = 'contacted' WHERE id % 3 = 0")
        owner.execute("UPDATE contact_leads SET assignee = 'ann', follow_up_date = current_date WHERE id % 7 = 0")
        owner.execute("UPDATE contact_leads SET deleted_at = now() WHERE id = 2")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_nothing_is_hard_to_read_or_out_of_sight(dashboard: Dashboard, width: int, color_scheme: str) -> None:
    page = await dashboard("/", width=width, color_scheme=color_scheme)
    for path, title in PAGES.items():
        await page.goto(path)
        await settle(page, title)
        assert await page.title() == f"{title} · Leads"
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
        if width in (390, 1280):
            assert await violations(page) == [], path


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_a_lead_and_what_opens_over_the_table(dashboard: Dashboard, width: int, color_scheme: str) -> None:
    page = await dashboard("/leads/7", width=width, color_scheme=color_scheme)
    await settle(page, "Person 7")
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.goto("/leads?_lead=7")
    await expect(page.get_by_role("dialog", name="Person 7").get_by_label("Internal notes")).to_be_visible()
    assert await violations(page) == []
    await page.goto("/leads?_new=1")
    await expect(page.get_by_role("dialog", name="New lead")).to_be_visible()
    assert await violations(page) == []
    await page.goto("/leads?status=in.(unread)&company=ilike.*ac*&or=(priority.eq.low,tags.cs.{vip})")
    await settle(page, "Leads")
    assert await violations(page) == []
    for opener in ("More filters", "Export", "Columns and density"):
        await page.get_by_role("button", name=opener).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.mouse.move(0, 0)  # where no tooltip comes up while the page is looked at
        await expect(page.locator(".mantine-Tooltip-tooltip")).to_have_count(0)
        assert await violations(page) == [], opener
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_keyboard_alone_is_enough(dashboard: Dashboard) -> None:
    """From a fresh page to a lead that is opened, changed and closed, without the mouse."""
    page = await dashboard("/leads")
    await settle(page, "Leads")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("j")
    first = page.get_by_role("row").nth(1)
    await expect(first).to_be_focused()
    await page.keyboard.press("p")
    await expect(page.get_by_role("menuitem", name="Low")).to_be_focused()
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(first.locator("[data-cell=priority]")).to_contain_text("Urgent")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    await expect(drawer).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(page.get_by_label("Search leads")).to_be_focused()
    await page.keyboard.type("jx/e#")  # is typed, and does nothing else
    await expect(page.get_by_label("Search leads")).to_have_value("jx/e#")


@pytest.mark.threat(26)
async def test_26_stored_xss_in_every_field_on_every_view(dashboard: Dashboard, owner: Owner) -> None:
    """No dialogue, no script, no request elsewhere, no element of the payload's own: and the text is there, as text."""
    ids = []
    for payload in PAYLOADS:
        line = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", payload)
        row = owner.execute(
            "INSERT INTO contact_leads (name, email, subject, message, company, phone, role, source, internal_notes, tags, assignee, metadata, status)"
            " VALUES (%s, 'evil@example.com', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'unread') RETURNING id",
            (line, line, payload, line, line[:50], line[:100], line, payload, [line[:50].strip() or "x"], line[:100],
             Jsonb({"referer": payload, "user_agent": payload, "utm": {"utm_source": payload}, "extra": {line[:50]: payload}})),
        ).fetchone()  # fmt: skip
        assert row is not None
        ids.append(row[0])
    owner.execute("UPDATE contact_leads SET priority = 'high' WHERE id = ANY(%s)", (ids,))
    page = await dashboard("/", role="admin")
    all_columns = "name,email,company,subject,message,phone,status,tags,assignee,source,role,internal_notes"
    views = [
        "/", "/?period=24h", f"/leads?email=eq.evil@example.com&_columns={all_columns}", "/leads?q=alert", "/leads?q=evil&status=unread", "/audit", "/operations",
        *(f"/leads/{lead}" for lead in ids[::6]), f"/leads?_lead={ids[0]}", f"/leads?email=eq.evil@example.com&_lead={ids[1]}",
    ]  # fmt: skip
    for path in views:
        await page.goto(path)
        await page.wait_for_load_state("load")
        await expect(page.locator(".mantine-Skeleton-root")).to_have_count(0)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert await page.locator("[data-evil]").count() == 0, path
        for opener in await page.locator("summary").all():
            await opener.click()
        as_table = page.get_by_role("button", name="Show as a table")
        while await as_table.count():
            await as_table.first.click()
        assert await page.locator("[data-evil]").count() == 0, path
        addresses = await page.locator("a[href]").evaluate_all("links => links.map((link) => link.protocol)")
        assert set(addresses) <= {"http:", "https:", "mailto:", "tel:"}, path
    await page.goto(f"/leads?email=eq.evil@example.com&_columns={all_columns}")
    await expect(page.locator(f"[data-lead='{ids[-1]}'] [data-cell=company]")).to_have_text(PAYLOADS[-1])
    # A filter, a view's name and a search are shown as well.
    for payload in PAYLOADS[:6]:
        await page.goto("/leads")
        await page.get_by_label("Search leads").fill(payload[:200])
        await expect(page).to_have_url(re.compile("q="))
        assert await page.locator("[data-evil]").count() == 0
    await page.evaluate("(text) => { window.location.search = '?company=' + encodeURIComponent('eq.' + text) }", PAYLOADS[0])
    await expect(page.get_by_text("Clear all")).to_be_visible()
    assert await page.locator("[data-evil]").count() == 0


async def test_the_first_page_is_small(dashboard: Dashboard) -> None:
    """What is fetched before one sees the inbox or the overview, compressed by gzip; charts come after."""
    page = await dashboard("/settings", role="viewer")
    for path, title in (("/leads", "Leads"), ("/", "Overview")):
        fresh = await page.context.new_page()
        client = await page.context.new_cdp_session(fresh)
        await client.send("Network.setCacheDisabled", {"cacheDisabled": True})
        await fresh.set_extra_http_headers({"Accept-Encoding": "gzip"})
        await fresh.goto(path)
        await settle(fresh, title)
        entries = "performance.getEntriesByType('resource').map((one) => [one.name, one.encodedBodySize])"
        first = {url: size for url, size in await fresh.evaluate(entries) if "/assets/" in url and "/plots-" not in url}
        assert len(first) > 3
        assert sum(first.values()) <= BUDGET_BYTES, sorted(first.items(), key=lambda item: -item[1])[:20]
        await fresh.close()
