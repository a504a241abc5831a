"""Mail in a real browser: the outbox, what mails say, and a lead's own mails."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
from browser.conftest import Dashboard, expect_console, violations
from playwright.async_api import Page, expect

from conftest import Site, Urls, running_site
from service.mail.mailbox import MailboxTransport
from service.mail.transport import Refused
from service.settings import Mailbox

# The page reads the outbox every 5 s.
PATIENCE_MS = 20_000
FORM = {"name": "Ada Lovelace", "subject": "A question", "message": "How are you?"}


@pytest.fixture(scope="module")
async def site(urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("mail") / "mailbox"
    async with running_site(
        urls, mail_url=Mailbox(folder), notify_to=("team@example.com",), public_url="https://leads.example.com"
    ) as running:
        yield running


async def send(site: Site, address: str) -> None:
    async with httpx.AsyncClient(base_url=site.url) as client:
        assert (await client.post("/api/submit-contact", json={**FORM, "email": address})).status_code == 201


def execute(site: Site, statement: str, *values: object) -> Any:
    with psycopg.connect(site.urls.owner, autocommit=True) as owner:
        cursor = owner.execute(statement, values)
        return cursor.fetchall() if cursor.description else None


def row(page: Page, address: str) -> Any:
    return page.locator("[data-mail]").filter(has_text=address)


async def test_a_form_is_answered_and_one_can_read_how(dashboard: Dashboard, site: Site) -> None:
    page = await dashboard("/mail", role="viewer")
    await expect(page.get_by_text("No mail yet")).to_be_visible()
    await send(site, "read@example.com")
    await expect(row(page, "read@example.com").get_by_text("Sent", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    await row(page, "read@example.com").get_by_role("button").press("Enter")
    drawer = page.get_by_role("dialog", name="We have received your message")
    await expect(drawer.get_by_text("Hello Ada Lovelace,")).to_be_visible()
    await expect(drawer.get_by_text("Auto-Submitted: auto-replied")).to_be_visible()
    assert await violations(page) == []
    await drawer.get_by_text("HTML", exact=True).click()
    await expect(drawer.frame_locator("iframe").get_by_text("Hello Ada Lovelace,")).to_be_visible()
    async with page.expect_download() as download:
        await drawer.get_by_role("button", name="Download (.eml)").click()
    assert "Subject: We have received your message" in (await (await download.value).path()).read_text()
    await expect(drawer.get_by_role("button", name="Try again")).to_have_count(0)  # a viewer only looks
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Templates")).to_have_count(0)


async def test_what_failed_is_told_and_tried_again(dashboard: Dashboard, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {"now": True}
    write = MailboxTransport._write

    def refuse(transport: MailboxTransport, mail: Any) -> str:
        if refused["now"]:
            raise Refused("550 no such mailbox")
        return write(transport, mail)

    monkeypatch.setattr(MailboxTransport, "_write", refuse)
    await send(site, "failed@example.com")
    page = await dashboard("/mail?show=failed", role="editor")
    await expect(row(page, "failed@example.com").get_by_text("550 no such mailbox")).to_be_visible(timeout=PATIENCE_MS)
    assert await violations(page) == []
    refused["now"] = False
    await page.get_by_role("button", name="Try the failed one again").click()
    await expect(page.get_by_text("It is tried again.")).to_be_visible()
    await expect(page.get_by_text("None of these")).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_text("Sent", exact=True).first.click()
    await expect(row(page, "failed@example.com")).to_be_visible(timeout=PATIENCE_MS)
    assert page.url.endswith("/mail?show=sent")


async def test_what_waits_is_sent_now(dashboard: Dashboard, site: Site) -> None:
    await send(site, "waiting@example.com")
    page = await dashboard("/mail?show=waiting", role="editor")
    await row(page, "Due in").first.get_by_role("button").click()
    drawer = page.get_by_role("dialog", name="Notification")
    await expect(drawer.get_by_text("What it says is put together when it is first tried.")).to_be_visible()
    await drawer.get_by_role("button", name="Send now").click()
    news = page.get_by_role("dialog")
    await expect(news.get_by_text("Sent", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    await expect(news.get_by_text("waiting@example.com").first).to_be_visible()
    await expect(news.get_by_role("button", name="Send now")).to_have_count(0)


async def test_a_lead_shows_its_mails_and_a_bounce(dashboard: Dashboard, site: Site) -> None:
    await send(site, "bounced@example.com")
    ((lead,),) = execute(site, "SELECT id FROM contact_leads WHERE email = 'bounced@example.com'")
    page = await dashboard(f"/leads/{lead}", role="editor")
    mails = page.get_by_role("region", name="Mail", exact=True)
    await expect(mails.get_by_text("Sent", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    execute(
        site,
        "SELECT service.note_delivery(NULL, provider_id, 'bounced', now(), 'No such mailbox') FROM app.outbox WHERE lead_id = %s AND kind = 'acknowledgement'",
        lead,
    )
    await page.reload()
    await expect(mails.get_by_text("Bounced", exact=True)).to_be_visible()
    await expect(mails.get_by_text("No such mailbox")).to_be_visible()
    assert await violations(page) == []
    await mails.get_by_role("button", name="Allow again").click()
    await expect(mails.get_by_text("gets no automatic answers")).to_have_count(0)
    assert execute(site, "SELECT count(*) FROM app.mail_stops") == [(0,)]


async def test_a_template_is_changed_seen_tried_and_taken_back(dashboard: Dashboard, site: Site) -> None:
    page = await dashboard("/mail/templates", role="admin")
    expect_console(page, "status of 422")
    subject = page.get_by_label("Subject")
    preview = page.get_by_role("region", name="Preview")
    await subject.fill("Thanks, {{ name }}")
    await expect(preview.get_by_text("Thanks, Ada Lovelace")).to_be_visible()
    await page.reload()
    await expect(subject).to_have_value("Thanks, {{ name }}")  # kept until it is saved
    await expect(page.get_by_text("Not saved yet")).to_be_visible()
    await subject.fill("Thanks, {{ nme }}")
    await expect(page.get_by_text("'nme' is undefined")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Save").click()
    await expect(subject).to_be_focused()  # where it is wrong
    await subject.fill("Thanks, {{ name }}")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("The template is saved.")).to_be_visible()
    await page.get_by_role("button", name="Send a test").click()
    await page.get_by_role("dialog").get_by_role("textbox", name="To").fill("me@example.com")
    await page.get_by_role("dialog").get_by_role("button", name="Send a test").click()
    await expect(page.get_by_text("The test is on its way.")).to_be_visible()
    await page.get_by_role("button", name="Back to the original").click()
    await page.get_by_role("dialog").get_by_role("button", name="Back to the original").click()
    await expect(subject).to_have_value("We have received your message")
    await page.get_by_role("button", name="CV", exact=False).first.click()
    await expect(page.get_by_role("heading", name="CV", exact=True)).to_be_visible()
    await page.get_by_role("switch", name="Send these mails").click(force=True)
    await expect(page.get_by_text("Off", exact=True)).to_be_visible()
    assert execute(site, "SELECT enabled FROM app.mail_templates WHERE kind = 'cv'") == [(False,)]
    await page.goto("/mail")
    await expect(row(page, "me@example.com").get_by_text("[Test] Thanks, Ada Lovelace")).to_be_visible(timeout=PATIENCE_MS)


async def test_who_may_not(dashboard: Dashboard) -> None:
    page = await dashboard("/mail/templates", role="editor")
    await expect(page.get_by_text("Not for your role")).to_be_visible()
