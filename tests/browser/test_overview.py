"""The overview: each number is true, and is the way to just the leads behind it."""

import re
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from browser.conftest import Dashboard, expect_console, own_site
from playwright.async_api import Page, expect

from conftest import Server

AddLeads = Callable[..., list[int]]
PERIODS = {"24h": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "13 weeks", "12m": "12 months"}


@pytest.fixture(scope="module", autouse=True)
def some_leads(urls: Any) -> None:
    """Half a year of leads, one every 7 hours: of several sources, some answered within different times, some archived unanswered."""
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO contact_leads (name, email, source, created_at) SELECT 'Lead ' || n, 'lead' || n || '@example.com',"
            " (ARRAY['google', 'linkedin', 'a,b (c)', NULL])[n % 4 + 1], now() - n * interval '7 hours' FROM generate_series(1, 620) AS n"
        )
        owner.execute("UPDATE contact_leads SET status = 'contacted' WHERE id % 3 = 0")
        owner.execute(
            "UPDATE contact_leads SET first_response_at = created_at + (id % 30) * interval '1 hour' WHERE status = 'contacted'"
        )
        owner.execute("UPDATE contact_leads SET status = 'archived' WHERE id % 5 = 0")
        owner.execute("UPDATE contact_leads SET deleted_at = now() WHERE id % 50 = 0")


def number(text: str | None) -> int:
    return int(re.sub(r"\D", "", text or ""))


async def leads_behind(page: Page, href: str) -> int:
    """As the API counts them, which reads a link's query as the page of leads does."""
    token = await page.evaluate("() => JSON.parse(sessionStorage.getItem('leads.session')).token")
    answer = await page.request.get(f"/admin{href}&limit=1", headers={"Authorization": f"Bearer {token}"})
    assert answer.ok, await answer.text()
    return int((await answer.json())["total"])


@pytest.mark.parametrize("period", PERIODS)
async def test_each_number_is_the_leads_behind_it(dashboard: Dashboard, period: str) -> None:
    page = await dashboard(f"/?period={period}", timezone_id="Europe/Berlin")
    await expect(page.get_by_role("radio", name=PERIODS[period])).to_be_checked()
    await expect(page.locator(".mantine-Skeleton-root")).to_have_count(0)
    links = []
    for card in ("New leads", "Unread now", "Answered"):
        links += await page.get_by_role("region", name=card).get_by_role("link").all()
    for chart in ("From arrival to archive", "Sources", "How long the first answer took"):
        region = page.get_by_role("region", name=chart)
        await region.get_by_role("button", name="Show as a table").click()
        links += await region.get_by_role("table").get_by_role("link").all()
    assert len(links) >= 14
    checked = [(await link.text_content(), await link.get_attribute("href")) for link in links]
    for text, href in checked:
        assert await leads_behind(page, href or "") == number(text), (text, href)
    text, href = checked[-1]
    await page.goto(href or "")
    await expect(page.locator(f"[data-total='{number(text)}']")).to_be_visible()


async def test_the_chart_adds_up_to_the_number_above_it(dashboard: Dashboard) -> None:
    page = await dashboard("/?period=90d")
    velocity = page.get_by_role("region", name="Leads over time")
    await velocity.get_by_role("button", name="Show as a table").click()
    cells = await velocity.get_by_role("table").get_by_role("link").all_text_contents()
    assert len(cells) == 13
    shown = await page.get_by_role("region", name="New leads").get_by_role("link").first.text_content()
    assert sum(map(number, cells)) == number(shown)
    # A week, too, is the way to its leads.
    link = velocity.get_by_role("table").get_by_role("link").nth(4)
    assert await leads_behind(page, await link.get_attribute("href") or "") == number(cells[4])


async def test_period_and_zone_are_chosen(dashboard: Dashboard) -> None:
    page = await dashboard("/", timezone_id="Asia/Kathmandu")
    # A browser may call Kathmandu by its older spelling, which PostgreSQL knows as well.
    async with page.expect_response(re.compile("trends.*period=7d.*Kath?mandu")) as read:
        await page.get_by_text("7 days", exact=True).click()
    assert (await read.value).ok
    assert "period=7d" in page.url
    await page.get_by_role("combobox", name="Time zone").click()
    await page.get_by_role("combobox", name="Time zone").fill("Lisbon")
    async with page.expect_response(re.compile("trends.*Lisbon")):
        await page.get_by_role("option", name="Europe/Lisbon").click()
    await page.reload()
    await expect(page.get_by_role("combobox", name="Time zone")).to_have_value("Europe/Lisbon")


async def test_an_analyst_is_told_why_there_is_nothing(dashboard: Dashboard) -> None:
    analyst = await dashboard("/", role="analyst")
    expect_console(analyst, "status of 403")
    await expect(analyst.get_by_text("Not for your role")).to_be_visible()
    await expect(analyst.get_by_role("navigation", name="Pages").get_by_role("link")).to_have_count(0)


async def test_an_empty_inbox_says_how_to_begin(server: Server, dashboard: Dashboard) -> None:
    async with own_site(server) as site:
        page = await dashboard("/", at=site)
        await expect(page.get_by_role("heading", name="Nothing has arrived yet")).to_be_visible()
        async with page.context.expect_page() as opened:
            await page.get_by_role("link", name="Contact", exact=True).click()
        await expect((await opened.value).get_by_role("heading", level=1, name="Contact")).to_be_visible()
        await page.goto("/leads")
        await expect(page.get_by_role("heading", name="No leads yet")).to_be_visible()
        # The stream ends with the service.
        expect_console(page, "status of 503", "ERR_")
        await page.goto("/trash")
        await expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
