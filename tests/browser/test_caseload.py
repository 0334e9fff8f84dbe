"""The caseload and the list for supervision: open to everybody, and sorted by keyboard as well as by mouse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from fit_toolkit.caseload.table import Wanted
from fit_toolkit.practice.caseload import as_html
from tests.browser.axe import SIZES, Browser, a_browser
from tests.browser.structure import barriers
from tests.report.making import START, Course, Service, made_up

MARK = """() => Object.fromEntries(['new', 'seen'].map(name => {
  const mark = document.createElement('span');
  mark.className = name === 'new' ? 'hot' : 'hot seen';
  document.body.append(mark);
  const style = getComputedStyle(mark, '::before'), found = [style.backgroundColor.endsWith(', 0)') ? 0 : 1, parseFloat(style.width) === 0];
  mark.remove();
  return [name, found];
}))"""


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    service = Service(tmp_path_factory.mktemp("caseload") / "p")
    service.plan()
    service.add([replace(each, closed=False, start=date(2026, 8, 3)) for each in made_up(12, therapists=3)])
    made = {
        f"{name}, {language}": as_html(service.practice, Wanted(), supervision=name == "supervision", language=language)
        for name in ("caseload", "supervision")
        for language in ("en", "ar")
    }
    service.practice.store.close()
    assert all(problems == () for _, problems in made.values())
    return {name: html for name, (html, _) in made.items()}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with a_browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


def test_no_list_has_a_barrier_in_its_structure(lists: dict[str, str]) -> None:
    assert {name: found for name, html in lists.items() if (found := barriers(html))} == {}


def test_axe_finds_nothing_in_any_list_and_every_list_fits_every_screen(
    lists: dict[str, str], browser: Browser
) -> None:
    for name, html in lists.items():
        browser.open(html)
        assert browser.found() == [], name
        for size in SIZES:
            browser.sized(size)
            assert browser.too_wide() == [], (name, size)


def test_the_list_is_sorted_by_keyboard_and_says_so(lists: dict[str, str], browser: Browser) -> None:
    browser.open(lists["caseload, en"])
    keys, rows = browser.tab.keyboard, browser.tab.locator("tbody tr th")
    before = rows.all_inner_texts()
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    assert browser.tab.evaluate("document.activeElement.parentElement.getAttribute('aria-sort')") == "ascending"
    assert rows.all_inner_texts() == sorted(before)
    assert browser.tab.locator("[role=status]").inner_text() == "Sorted by Client, ascending"
    keys.press("Enter")
    assert rows.all_inner_texts() == sorted(before, reverse=True)
    for _ in range(5):  # four more heads, and out of the table
        keys.press("Tab")
    assert browser.tab.evaluate("document.activeElement.closest('table')") is None


def test_on_paper_a_mark_needs_no_background_and_a_head_is_no_button(lists: dict[str, str], browser: Browser) -> None:
    """Browsers print no backgrounds unless told to, and do not repeat a button at the top of the next page."""
    browser.open(lists["caseload, en"])
    browser.tab.emulate_media(media="print")
    drawn = browser.tab.evaluate(MARK)
    heads = browser.tab.evaluate("[...document.querySelectorAll('th button')].map(e => getComputedStyle(e).display)")
    browser.tab.emulate_media(media="screen")
    assert drawn == {"new": [0, True], "seen": [0, False]}  # both by their borders: the one is full, the other is not
    assert set(heads) == {"contents"}


def test_by_days_since_rating_who_was_never_rated_waits_longest(browser: Browser, tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    service.add([Course(phq=phq, closed=False, start=START + timedelta(days=7 * n)) for n, phq in enumerate(([9], [], [9]))])  # fmt: skip
    browser.open(as_html(service.practice, Wanted(), supervision=False)[0])
    head = browser.tab.get_by_role("button", name="Days since rating")
    days = browser.tab.locator("tbody tr td:nth-child(5)")
    head.press("Enter")
    assert days.all_inner_texts() == ["308", "322", "–"]
    head.press("Enter")
    assert days.all_inner_texts() == ["–", "322", "308"]
    service.practice.store.close()
