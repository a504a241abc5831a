"""The dashboard in a browser: how soon it shows what was asked for, and whether it scrolls."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright
from stack import BenchError, Service

VIEWPORT = {"width": 1280, "height": 860}
PATIENCE_MS = 30_000
# The largest thing painted so far, once all that the page asks for has been shown (ms since the address was called).
LARGEST_PAINT = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
    .observe({type: "largest-contentful-paint", buffered: true});
})"""
# Scrolls the rows for so many ms, as fast as a hand on a trackpad, and returns the time of each frame in ms.
SCROLL = """([ms, step]) => new Promise((resolve) => {
  const scroller = document.querySelector("[role=grid]");
  const frames = [];
  let before = performance.now();
  const end = before + ms;
  requestAnimationFrame(function frame(now) {
    frames.push(now - before);
    before = now;
    scroller.scrollTop += step;
    now < end ? requestAnimationFrame(frame) : resolve(frames.slice(1));
  });
})"""
SHOWN = {"/": ".recharts-surface", "/leads": "[data-lead]", "/login": "form"}


class Pages:
    """A browser on the service. `close` ends it."""

    def __init__(self, service: Service) -> None:
        self._site = f"http://127.0.0.1:{service.port}"
        self._playwright = sync_playwright().start()
        self._browser: Browser = self._playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        claims = {"token": service.token, "username": "admin", "role": "admin", "expiresAt": 32_503_680_000_000}
        self._session = json.dumps(json.dumps(claims))

    def close(self) -> None:
        self._browser.close()
        self._playwright.stop()

    @contextmanager
    def page(self, path: str) -> Iterator[Page]:
        """Of a browser that has nothing in its cache yet, when all that it was opened for is to be seen."""
        context = self._browser.new_context(viewport=VIEWPORT, base_url=self._site)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        try:
            if path != "/login":
                context.add_init_script(f"sessionStorage.setItem('leads.session', {self._session})")
            page = context.new_page()
            self.show(page, path)
            yield page
        finally:
            context.close()

    def show(self, page: Page, path: str) -> None:
        page.goto(path)
        page.locator(SHOWN[path]).first.wait_for()

    def largest_paint(self, path: str, *, again: bool = False) -> float:
        """Ms until the largest part of a page was painted. `again`: in a browser that has been there."""
        with self.page(path) as page:
            if again:
                self.show(page, path)
            page.wait_for_timeout(300)
            return float(page.evaluate(LARGEST_PAINT))

    def scroll(self, seconds: float, step: int = 120) -> tuple[float, float, float, int]:
        """Frames per second, their time in ms at p50 and p95, and how many rows were passed, going down the leads."""
        with self.page("/leads") as page:
            frames = sorted(page.evaluate(SCROLL, [seconds * 1000, step]))
            if not frames:
                raise BenchError("the browser drew no frame")
            passed = page.evaluate(
                "() => Math.max(...[...document.querySelectorAll('[data-index]')].map((row) => +row.dataset.index))"
            )
            return 1000 * len(frames) / sum(frames), median(frames), frames[int(len(frames) * 0.95)], int(passed)

    def first_load(self, path: str) -> tuple[int, int]:
        """Bytes of bodies that a first visit takes from the service, as compressed as they come: of files, and of data."""
        with self.page(path) as page:
            sizes = page.evaluate(
                "() => performance.getEntries().filter((entry) => entry.encodedBodySize)"
                ".map((entry) => [new URL(entry.name).pathname, entry.encodedBodySize])"
            )
            data = sum(size for name, size in sizes if name.startswith("/admin/"))
            return sum(size for _, size in sizes) - data, data
