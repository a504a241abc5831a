"""The dashboard and the public forms in a real browser: Chromium, driven by Playwright, against a service of this process.

A page fails its test when anything went wrong in it that nobody expected: an error in the console, an exception, a dialogue, or a
request to anywhere but the service.
"""

import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright
from security.people_support import HASH, PASSWORD, add_user

from conftest import Site, Urls, running_site

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# WCAG 2.2 at level AA, and what axe's makers hold for good practice.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

Dashboard = Callable[..., Awaitable[Page]]


def chromium() -> str | None:
    """The browser's program: CHROMIUM names it, else the PATH's; None: the one that Playwright has installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield running
        await running.close()


@pytest.fixture(scope="module")
async def site(urls: Urls) -> AsyncIterator[Site]:
    """This file's service, as people meet it: with its memory of answers, and limits that no test meets by accident."""
    async with running_site(urls) as running:
        yield running


class Watched:
    """What a page did that it should not have done. `expect` lists parts of console lines that a test provokes on purpose."""

    def __init__(self, context: BrowserContext, origins: set[str]) -> None:
        self.faults: list[str] = []
        self.expected: list[str] = []
        self._origins = origins
        context.on("weberror", lambda error: self.faults.append(f"exception: {error.error}"))
        context.on("console", self._said)
        context.on("request", lambda request: self._asked(request.url))
        context.on("dialog", lambda dialog: self.faults.append(f"dialogue: {dialog.message}"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(part in message.text for part in self.expected):
            self.faults.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and f"{parts.scheme}://{parts.netloc}" not in self._origins:
            self.faults.append(f"request to {url}")


@pytest.fixture
async def contexts(browser: Browser, site: Site) -> AsyncIterator[Callable[..., Awaitable[BrowserContext]]]:
    """Makes browsers that share nothing, each watched: `await contexts(width=390, color_scheme="dark")`.

    `api`: where the pages of `origin` may ask besides.
    """
    made: list[tuple[BrowserContext, Watched]] = []

    async def make(
        *,
        width: int = 1280,
        height: int = 900,
        color_scheme: str = "light",
        origin: str | None = None,
        api: str | None = None,
        **more: Any,
    ) -> BrowserContext:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=color_scheme,  # type: ignore[arg-type]
            base_url=origin or site.url,
            reduced_motion=more.pop("reduced_motion", "reduce"),
            **more,
        )
        context.set_default_timeout(10_000)
        watched = Watched(context, {origin or site.url, api or origin or site.url})
        context.watched = watched  # type: ignore[attr-defined]
        made.append((context, watched))
        return context

    yield make
    for context, _ in made:
        with suppress(Exception):
            await context.close()
    faults = [fault for _, watched in made for fault in watched.faults]
    assert not faults, "\n".join(faults)


@pytest.fixture
async def page(contexts: Callable[..., Awaitable[BrowserContext]]) -> Page:
    """A page of a visitor, whom nobody knows."""
    return await (await contexts()).new_page()


def expect_console(page: Page, *parts: str) -> None:
    """What the browser itself writes when a test has the service refuse or fail: `Failed to load resource`, with the status."""
    page.context.watched.expected.extend(parts)  # type: ignore[attr-defined]


async def session_of(site: Site, username: str, password: str = PASSWORD) -> dict[str, object]:
    """What the dashboard keeps of somebody who has logged in."""
    async with httpx.AsyncClient(base_url=site.url, timeout=15) as client:
        answer = await client.post("/admin/login", json={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        token = answer.json()["access_token"]
        me = await client.get("/admin/me", headers={"Authorization": f"Bearer {token}"})
    return {"token": token, "username": username, "role": me.json()["role"], "expiresAt": 32503680000000}


@pytest.fixture
async def dashboard(contexts: Callable[..., Awaitable[BrowserContext]], site: Site) -> Dashboard:
    """Opens the dashboard as somebody of that role, in a browser of their own: `page = await dashboard("/leads", role="viewer")`."""

    async def open_at(
        path: str = "/", *, role: str = "admin", username: str | None = None, at: Site = site, **context: Any
    ) -> Page:
        if username is None:
            with psycopg.connect(at.urls.owner, autocommit=True) as owner:
                username = add_user(owner, role, password_hash=HASH)
        session = json.dumps(await session_of(at, username))
        browsing = await contexts(origin=at.url, **context)
        # Only where there is none yet: after a logout, or another login, a reload must not bring this one back.
        await browsing.add_init_script(
            "if (location.protocol !== 'about:' && !sessionStorage.getItem('test.begun')) {"
            f" sessionStorage.setItem('leads.session', {json.dumps(session)}); sessionStorage.setItem('test.begun', '1') }}"
        )
        page = await browsing.new_page()
        await page.goto(path)
        return page

    return open_at


@pytest.fixture
def add_leads(urls: Urls) -> Callable[..., list[int]]:
    """Leads as psql enters them: `add_leads(3, status="unread", name="Jane")`; `{n}` in a text is the number. Their ids."""

    def add(count: int = 1, **columns: object) -> list[int]:
        columns = {
            "name": "Jane {n}",
            "email": "jane{n}@example.com",
            "subject": "Hello {n}",
            "message": "How are you?",
        } | columns
        names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
        ids = []
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            for number in range(1, count + 1):
                values = [value.replace("{n}", str(number)) if isinstance(value, str) else value for value in columns.values()]
                row = owner.execute(f"INSERT INTO contact_leads ({names}) VALUES ({places}) RETURNING id", values).fetchone()
                assert row is not None
                ids.append(int(row[0]))
        return ids

    return add


@asynccontextmanager
async def own_site(server: Any, **settings: Any) -> AsyncIterator[Site]:
    """A service and a database for one test alone."""
    with server.clone() as urls:
        async with running_site(urls, **settings) as running:
            yield running


async def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands, a line each. Played through the debugger, which no policy of the page stops."""
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", AXE_TAGS)
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]} | {node.get('failureSummary', '')[:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
