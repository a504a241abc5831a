"""The public forms as a visitor meets them: checked in place, kept, sent once, and clear about what became of it."""

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from browser.conftest import expect_console, violations
from playwright.async_api import BrowserContext, Page, Route, expect

from service.capture.forms import FORMS

CONTACT = {
    "Your name": "Jane Doe",
    "E-mail address": "jane@example.com",
    "Subject": "A question",
    "Message": "Are you free in May?",
}

Contexts = Callable[..., Awaitable[BrowserContext]]
Owner = psycopg.Connection[tuple[Any, ...]]


async def fill(page: Page, **changed: str) -> None:
    for label, text in (CONTACT | changed).items():
        await page.get_by_label(label).fill(text)


def stored(owner: Owner, email: str) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT name, message, consent FROM contact_leads WHERE email = %s", (email,)).fetchall()


async def test_it_says_that_it_arrived_and_with_what_reference(page: Page, owner: Owner) -> None:
    await page.goto("/forms/contact")
    await fill(page, **{"E-mail address": "arrived@example.com"})
    await page.get_by_label("I agree").check()
    await page.get_by_role("button", name="Send").click()
    heading = page.get_by_role("heading", name="Thank you, it has arrived.")
    await expect(heading).to_be_focused()
    row = owner.execute("SELECT reference::text, consent FROM contact_leads WHERE email = 'arrived@example.com'").fetchone()
    assert row == (await page.locator("[data-reference]").text_content(), True)
    assert await violations(page) == []
    await page.get_by_role("link", name="Send another").click()
    await expect(page.get_by_label("Your name")).to_have_value("")


async def test_wrong_fields_are_told_in_place(page: Page) -> None:
    await page.goto("/forms/contact")
    await page.get_by_label("E-mail address").fill("jane")
    await page.get_by_label("Subject").focus()
    email = page.get_by_label("E-mail address")
    await expect(email).to_have_accessible_description("Must look like jane@example.com.")
    await page.get_by_label("Your name").fill("   ")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_label("Your name")).to_be_focused()
    await expect(page.get_by_label("Your name")).to_have_accessible_description("Must be filled in.")
    await expect(page.get_by_role("status")).to_have_text("4 fields need another look.")
    assert await violations(page) == []
    await email.fill("jane@example.com")
    await expect(email).not_to_have_attribute("aria-invalid", "true")


async def test_what_only_the_server_refuses_is_told_in_place_too(page: Page) -> None:
    expect_console(page, "status of 422")
    await page.goto("/forms/contact")
    await fill(page, **{"E-mail address": "jane@exam_ple.com"})
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_label("E-mail address")).to_be_focused()
    await expect(page.get_by_label("E-mail address")).to_have_accessible_description("Must look like jane@example.com.")
    await expect(page.get_by_label("Message")).to_have_value(CONTACT["Message"])


async def test_what_was_typed_survives_a_reload_but_consent_is_asked_anew(page: Page) -> None:
    await page.goto("/forms/collaboration")
    await fill(page, Message="A long\nstory")
    await page.get_by_label("I agree").check()
    await page.reload()
    for label, text in (CONTACT | {"Message": "A long\nstory"}).items():
        await expect(page.get_by_label(label)).to_have_value(text)
    await expect(page.get_by_label("I agree")).not_to_be_checked()
    # Another form is another matter.
    await page.goto("/forms/contact")
    await expect(page.get_by_label("Your name")).to_have_value("")
    await page.goto("/forms/collaboration")
    await page.get_by_role("button", name="Clear all").click()
    await page.reload()
    await expect(page.get_by_label("Your name")).to_have_value("")


async def test_a_double_click_sends_once(page: Page, owner: Owner) -> None:
    await page.goto("/forms/contact")
    await fill(page, **{"E-mail address": "double@example.com"})
    await page.get_by_role("button", name="Send").dblclick(delay=5)
    await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert len(stored(owner, "double@example.com")) == 1


async def test_an_answer_that_was_lost_is_sent_again_and_arrives_once(page: Page, owner: Owner) -> None:
    """The lead is stored, the connection breaks before the answer: nobody can know, so it is sent again, under the same key."""
    expect_console(page, "ERR_FAILED", "ERR_CONNECTION")
    await page.goto("/forms/contact")
    keys: list[str | None] = []

    async def cut(route: Route) -> None:
        keys.append(await route.request.header_value("idempotency-key"))
        if len(keys) == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/api/submit-contact", cut)
    await fill(page, **{"E-mail address": "lost@example.com"})
    send = page.get_by_role("button", name="Send")
    await send.click()
    await expect(page.get_by_role("status")).to_have_text("It may not have arrived. Send it again: it can’t arrive twice.")
    await page.reload()
    await send.click()
    await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert len(stored(owner, "lost@example.com")) == 1


async def test_a_service_that_is_away_is_waited_for(page: Page, owner: Owner) -> None:
    expect_console(page, "status of 503")
    await page.goto("/forms/contact")
    await page.route(
        "**/api/submit-contact",
        lambda route: route.fulfill(status=503, headers={"Retry-After": "2"}, json={"detail": "The database is away."}),
        times=1,
    )
    await fill(page, **{"E-mail address": "away@example.com"})
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_contain_text("The service is not ready.")
    await expect(page.get_by_role("status")).to_have_text("You can send it again now.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert len(stored(owner, "away@example.com")) == 1


async def test_it_leads_where_next_says(page: Page, owner: Owner) -> None:
    await page.goto("/forms/contact?_next=/forms/cv&utm_source=newsletter")
    await fill(page, **{"E-mail address": "next@example.com"})
    await page.get_by_role("button", name="Send").click()
    await page.wait_for_url("**/forms/cv")
    await page.goto("/forms/contact")
    await expect(page.get_by_label("Your name")).to_have_value("")
    assert len(stored(owner, "next@example.com")) == 1


async def test_it_works_without_javascript(contexts: Contexts, owner: Owner) -> None:
    context = await contexts(java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/forms/contact")
    await fill(page, **{"E-mail address": "plain@example.com"})
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Thank you, it has arrived.")).to_be_visible()
    await page.reload()  # the browser sends the form again
    await expect(page.get_by_role("heading", name="Thank you, it has arrived.")).to_be_visible()
    assert stored(owner, "plain@example.com") == [("Jane Doe", CONTACT["Message"], False)]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_nothing_is_hard_to_read_or_out_of_sight(contexts: Contexts, width: int, color_scheme: str) -> None:
    page = await (await contexts(width=width, color_scheme=color_scheme)).new_page()
    for form in FORMS:
        await page.goto(f"/forms/{form.slug}")
        assert await violations(page) == []
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator("[aria-invalid=true]").first).to_be_focused()
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
