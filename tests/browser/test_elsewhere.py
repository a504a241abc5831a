"""The dashboard alone on another origin, as on a CDN: built for an API that is elsewhere, and served as docs/dashboard.md says."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import psycopg
from browser.conftest import expect_console, own_site
from playwright.async_api import BrowserContext, expect
from security.people_support import HASH, PASSWORD, add_user

from conftest import Server, Site

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "dashboard.md"


class Cdn(SimpleHTTPRequestHandler):
    """Files, and for every other address the page, each with the headers that the document names."""

    policy = ""

    def do_GET(self) -> None:
        if not Path(self.translate_path(self.path)).is_file():
            self.path = "/index.html"
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def cdn(folder: Path) -> Iterator[ThreadingHTTPServer]:
    """Serves on a free port; `folder` may be filled later."""
    folder.mkdir(exist_ok=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Cdn, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


async def test_from_another_origin(tmp_path: Path, server: Server, contexts: Callable[..., Awaitable[BrowserContext]]) -> None:
    with cdn(tmp_path / "dist") as files:
        origin = f"http://127.0.0.1:{files.server_port}"
        async with own_site(server, cors_origins=frozenset({origin})) as site:
            said = re.search(r"^    Content-Security-Policy: (.*)$", DOCUMENT.read_text(), re.MULTILINE)
            assert said
            Cdn.policy = said[1].replace("https://leads.example.com", site.url)
            build = [
                "npm",
                "run",
                "--silent",
                "build",
                "--",
                "--outDir",
                str(tmp_path / "dist"),
                "--emptyOutDir",
                "--logLevel",
                "warn",
            ]
            building = await asyncio.create_subprocess_exec(
                "scripts/web", *build, cwd=ROOT, env=os.environ | {"VITE_API_ORIGIN": site.url}
            )
            assert await building.wait() == 0
            await work(site, await contexts(origin=origin, api=site.url))


async def work(site: Site, context: BrowserContext) -> None:
    """Logs in, reads, edits, and sees what arrives."""
    with psycopg.connect(site.urls.owner, autocommit=True) as owner:
        username = add_user(owner, "editor", password_hash=HASH)
        owner.execute("INSERT INTO contact_leads (name, email) VALUES ('Jane Doe', 'jane@example.com')")
    page = await context.new_page()
    await page.goto("/leads")
    await page.get_by_role("textbox", name="Username").fill(username)
    await page.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("row", name="Open Jane Doe").click()
    drawer = page.get_by_role("dialog", name="Jane Doe")
    await drawer.get_by_role("button", name="Contacted").click()
    await expect(page.locator("[data-lead] [data-cell=status]")).to_contain_text("Contacted")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    async with httpx.AsyncClient(base_url=site.url) as visitor:
        form = {"name": "Ravi Script", "email": "ravi@example.com", "subject": "Hello", "message": "Hello"}
        assert (await visitor.post("/api/submit-contact", json=form)).status_code == 201
    await expect(page.get_by_role("row", name="Open Ravi Script")).to_be_visible()
    # The stream ends with the service.
    expect_console(page, "status of 503", "ERR_")
