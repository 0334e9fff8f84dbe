"""Every page we make is open to people who see little, hear it read, or have no mouse."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.browser.axe import SIZES, Browser, a_browser
from tests.browser.pages import OFTEN
from tests.browser.structure import Node, barriers, tree
from tests.conftest import LONG

LEGIBLE = 6.5  # pixels of the smallest word of a chart; a phone shows each with two or three dots


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with a_browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


def test_no_page_has_a_barrier_in_its_structure(pages: dict[str, str]) -> None:
    assert {name: found for name, html in pages.items() if (found := barriers(html))} == {}


def test_every_chart_says_in_words_and_in_a_table_what_it_shows(pages: dict[str, str]) -> None:
    drawn = 0
    for name, html in pages.items():
        page = tree(html)
        cells = {cell.text for cell in page.all("td")}
        for picture in page.all("svg"):
            row = next((each for each in picture.above() if each.tag == "tr"), None)
            if picture.hidden or name.startswith("form"):  # a form's circles are its question
                continue
            drawn += 1
            said = next(each.text for each in picture.children if isinstance(each, Node) and each.tag == "title")
            assert re.search(r"\d", said), (name, said)
            if row is not None:  # its numbers stand in the same row
                assert any(re.search(r"\d", cell.text) for cell in row.all("td") if picture not in cell.all("svg")), (
                    name
                )
            elif picture.attrs["class"] == "chart":
                last = {text.text.split()[0] for text in picture.all("text") if text.attrs.get("font-weight") == "bold"}
                assert last, name
                assert last <= cells, (name, last)
    assert drawn > 60


def test_axe_finds_nothing_in_any_page_and_every_page_fits_every_screen(
    pages: dict[str, str], browser: Browser
) -> None:
    found, wide, small = {}, {}, {}
    for name, html in pages.items():
        browser.open(html)
        if LONG or name not in OFTEN:
            found[name] = browser.found()
        for size in SIZES:
            browser.sized(size)
            wide[name, size] = browser.too_wide()
            small[name, size] = browser.smallest()
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert {name: lines for name, lines in wide.items() if lines} == {}
    assert {name: high for name, high in small.items() if high < LEGIBLE} == {}
