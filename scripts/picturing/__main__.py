"""scripts/screenshots: serves the demo's leads from a database of its own, and takes pictures of it in a real browser."""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
LEADS = Path(sys.executable).with_name("leads")
PASSWORD = "correct-horse-battery"
WIDTHS = {"desktop": (1280, 860), "phone": (390, 844)}
SCHEMES = ("light", "dark")
PATIENCE = 30.0


@dataclass(frozen=True)
class Picture:
    name: str
    path: str
    then: Callable[[Page], object] = lambda page: None
    public: bool = False


def listed(page: Page) -> None:
    page.locator("[data-lead]").first.wait_for()


def several(page: Page) -> None:
    listed(page)
    for key in ("j", "x", "j", "x", "j", "x"):
        page.keyboard.press(key)


def keys(page: Page) -> None:
    listed(page)
    page.keyboard.press("?")


def mailed(page: Page) -> None:
    page.locator("[data-mail]").first.wait_for()


def mail_open(page: Page) -> None:
    mailed(page)
    page.locator("[data-mail]").first.get_by_role("button").click()


def filters(page: Page) -> None:
    listed(page)
    page.get_by_role("button", name="More filters").click()


def wrong(page: Page) -> None:
    page.get_by_label("E-mail").fill("jane@")
    page.get_by_role("button", name="Send").click()


PAGES = (
    Picture("login", "/login", public=True),
    Picture("overview", "/"),
    Picture("overview-year", "/?period=12m", lambda page: page.mouse.wheel(0, 4000)),
    Picture("leads", "/leads"),
    Picture("leads-filtered", "/leads?status=in.(unread)&priority=in.(high,urgent)"),
    Picture("leads-found", "/leads?q=workshop"),
    Picture("leads-none", "/leads?q=nothinghasthisword"),
    Picture("leads-selected", "/leads", several),
    Picture("leads-keys", "/leads", keys),
    Picture("leads-builder", "/leads?status=in.(unread)", filters),
    Picture("lead", "/leads?_lead=1"),
    Picture("lead-page", "/leads/1"),
    Picture("lead-missing", "/leads/99999"),
    Picture("mail", "/mail", mailed),
    Picture("mail-open", "/mail", mail_open),
    Picture("mail-templates", "/mail/templates"),
    Picture("trash", "/trash"),
    Picture("operations", "/operations"),
    Picture("audit", "/audit"),
    Picture("people", "/people"),
    Picture("keys", "/keys"),
    Picture("account", "/account"),
    Picture("settings", "/settings"),
    Picture("form-contact", "/forms/contact", public=True),
    Picture("form-contact-wrong", "/forms/contact", wrong, public=True),
    Picture("form-cv", "/forms/cv", public=True),
    Picture("form-collaboration", "/forms/collaboration", public=True),
)
# What the documents show: name, width, scheme.
SHOWN = (
    ("overview", "desktop", "light"),
    ("leads", "desktop", "light"),
    ("lead", "desktop", "dark"),
    ("mail", "desktop", "light"),
    ("leads", "phone", "dark"),
    ("lead-page", "phone", "light"),
    ("form-contact", "phone", "light"),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="every page, at each width and in each scheme, goes here")
    parser.add_argument("--only", help="with a folder: only pages whose name matches this regular expression")
    parser.add_argument("--at", help="where a demo is served already; ADMIN_PASSWORD is its admin's")
    given = parser.parse_args()
    folder: Path = given.folder or PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [
        (page, width, scheme)
        for page, width, scheme in product(PAGES, WIDTHS, SCHEMES)
        if (re.search(given.only or "", page.name) if given.folder else (page.name, width, scheme) in SHOWN)
    ]
    with demo(given.at) as (site, password), sync_playwright() as playwright:
        session = log_in(site, password)
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        for page, width, scheme in wanted:
            target = folder / f"{page.name}-{width}-{scheme}.png"
            take(browser, site, session, page, width, scheme, target)
            print(target)
        browser.close()


@contextmanager
def demo(served: str | None) -> Iterator[tuple[str, str]]:
    if served:
        yield served.rstrip("/"), os.environ["ADMIN_PASSWORD"]
        return
    folder = Path(tempfile.mkdtemp(prefix="leads-pictures-"))
    variables = {
        "LEADS_DATA_DIR": str(folder / "var"),
        "PORT": "0",
        "ADMIN_PASSWORD": PASSWORD,
        "ADMIN_RATE_LIMIT": "10000/minute",
    }
    ours = re.compile(
        r"DATABASE_URL$|_RATE_LIMIT$|^LEADS_|^MAIL_|^RESEND_|^NOTIFY_TO$|^(ADMIN_PASSWORD|JWT_SECRET_KEY|HOST|WORKERS|LOG_FORMAT)$"
    )
    environ = {name: value for name, value in os.environ.items() if not ours.search(name)} | variables
    log = folder / "log"
    process = None
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [LEADS, "up", "--demo"], env=environ, stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(r"Serving on (http://\S+)", log.read_text())):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"screenshots: the service did not start:\n{log.read_text()}")
            time.sleep(0.1)
        yield found[1], PASSWORD
    finally:
        if process and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def log_in(site: str, password: str) -> str:
    request = urllib.request.Request(
        f"{site}/admin/login", json.dumps({"password": password}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        token = json.load(answer)["access_token"]
    return json.dumps({"token": token, "username": "admin", "role": "admin", "expiresAt": 32503680000000})


def take(browser: Browser, site: str, session: str, picture: Picture, width: str, scheme: str, target: Path) -> None:
    size = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        base_url=site,
        reduced_motion="reduce",  # type: ignore[arg-type]
    )
    if not picture.public:
        context.add_init_script(f"sessionStorage.setItem('leads.session', {json.dumps(session)})")
    page = context.new_page()
    page.on(
        "console",
        lambda said: print(f"{target.name}: {said.text}", file=sys.stderr) if said.type in ("error", "warning") else None,
    )
    page.goto(picture.path)
    page.wait_for_load_state("load")
    page.get_by_role("main").first.wait_for()
    expect(page.locator(".mantine-Skeleton-root, .mantine-Loader-root")).to_have_count(0)
    picture.then(page)
    # What opens, and charts, draw over some frames even with reduced motion.
    page.wait_for_timeout(900)
    page.screenshot(path=target)
    context.close()


if __name__ == "__main__":
    main()
