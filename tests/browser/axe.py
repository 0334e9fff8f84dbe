"""One headless browser for all pages: what axe finds in them, and whether they fit a screen.

The browser is the machine's own; nothing is downloaded. Where there is none the tests say so and are skipped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
SIZES = {"desktop": (1280, 900), "tablet": (820, 1180), "phone": (390, 844)}


def browser_here() -> str | None:
    """The browser to use: FIT_TEST_BROWSER, else the first on the PATH."""
    wanted = os.environ.get("FIT_TEST_BROWSER")
    return next((found for name in ((wanted,) if wanted else BROWSERS) if (found := shutil.which(name))), None)


class Browser:
    """Opens pages in one tab and looks at them."""

    def __init__(self, started: Any, folder: Path) -> None:
        self.asked: list[str] = []  # the schemes of what pages ask for
        self.tab = started.new_page()
        self.tab.on("request", lambda request: self.asked.append(request.url.partition(":")[0]))
        self.refused: list[str] = []  # what the page's own security policy, or an error, kept from it
        self.tab.on("console", lambda said: self.refused.append(said.text) if "Security Policy" in said.text else None)
        self.tab.on("pageerror", lambda error: self.refused.append(str(error)))
        self.path = folder / "page.html"
        self.axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

    def open(self, html: str, size: str = "desktop") -> None:
        """Open a page as it lies in a folder; whatever it asks for from outside is an error."""
        self.path.write_text(html, encoding="utf-8")
        self.asked.clear()
        self.refused.clear()
        self.sized(size)
        self.tab.goto(self.path.as_uri())
        assert set(self.asked) <= {"file", "data"}
        assert self.refused == []

    def sized(self, size: str) -> None:
        """Make the screen that of a desktop, a tablet or a phone."""
        width, height = SIZES[size]
        self.tab.set_viewport_size({"width": width, "height": height})

    def found(self) -> list[str]:
        """What axe finds in the open page, one line each."""
        self.tab.evaluate(self.axe + ";0")
        result = self.tab.evaluate("options => axe.run(document, options)", RULES)
        assert len(result["passes"]) > 8, "axe has looked"
        return [
            f"{each['impact']} {each['id']}: {node['html'][:100]}"
            for each in result["violations"]
            for node in each["nodes"][:3]
        ]

    def smallest(self) -> float:
        """How high the smallest words of a chart are on the screen, in pixels; 99 where there are none."""
        return float(self.tab.evaluate(SMALLEST))

    def too_wide(self) -> list[str]:
        """What of the open page sticks out of the screen, outside of boxes that scroll by themselves."""
        return list(self.tab.evaluate(TOO_WIDE))


SMALLEST = """() => Math.min(99, ...[...document.querySelectorAll('.chart text')]
  .map(e => e.getBoundingClientRect().height).filter(high => high > 0))"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > width + 1) found.push('the page: ' + document.documentElement.scrollWidth);
  for (const e of document.querySelectorAll('body *')) {
    const box = e.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || e.closest('svg') !== null && e.tagName !== 'svg') continue;
    let scrolls = false;
    for (let up = e.parentElement; up; up = up.parentElement)
      if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(up).overflowX)) scrolls = true;
    if (!scrolls && (box.right > width + 1 || box.left < -1)) found.push(e.tagName + '.' + e.className + ': ' + Math.round(box.right));
  }
  return found.slice(0, 5);
}"""


@contextmanager
def a_browser(folder: Path) -> Iterator[Browser]:
    """Start the browser, or skip what needs one."""
    where = browser_here()
    if where is None:
        pytest.skip("no Chromium on this machine; the structure of the pages is tested all the same")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=where, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield Browser(started, folder)
        finally:
            started.close()
