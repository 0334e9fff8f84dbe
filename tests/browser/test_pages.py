"""Every page we make is open to people who see little, hear it read, or have no mouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.axe import SIZES, Browser, a_browser
from tests.browser.pages import OFTEN, every
from tests.browser.structure import barriers
from tests.conftest import LONG


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return every(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with a_browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


def test_no_page_has_a_barrier_in_its_structure(pages: dict[str, str]) -> None:
    assert {name: found for name, html in pages.items() if (found := barriers(html))} == {}


def test_axe_finds_nothing_in_any_page_and_every_page_fits_every_screen(
    pages: dict[str, str], browser: Browser
) -> None:
    found, wide = {}, {}
    for name, html in pages.items():
        browser.open(html)
        if LONG or name not in OFTEN:
            found[name] = browser.found()
        for size in SIZES:
            browser.sized(size)
            wide[name, size] = browser.too_wide()
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert {name: lines for name, lines in wide.items() if lines} == {}
