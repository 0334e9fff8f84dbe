"""Therapist sheets of random people: whatever the data, the page renders, fits, and no word of the PDF lies over another."""

from __future__ import annotations

from hypothesis import given

from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.pdf import write_pdf
from tests.sheets.random_sheets import PAPER, check, collided, lost, outside, random_sheets, sheets, words_of


@random_sheets
@given(sheets())
def test_a_page_is_one_page_and_no_word_leaves_it_or_covers_another(sheet: SheetData) -> None:
    check(sheet, "therapist")


def test_words_over_each_other_and_off_the_paper_would_be_seen() -> None:
    body = '<p style="position: absolute; top: 0">under</p><p style="position: absolute; top: 1mm; left: 2mm">over</p>'
    pdf = write_pdf(
        f"<html lang=en><title>-</title><body>{body}<p style='margin-left: 176mm'>outside</p></body></html>"
    )[0]
    words = words_of(pdf)[1]
    assert collided(words) == [("under", "over")]
    assert max(right for _, _, right, _, _ in words) > PAPER[2]
    assert outside('<svg viewBox="0 0 10 10"><text x="11" y="2">out</text></svg>') == ["out"]


def test_a_word_that_is_off_the_paper_altogether_would_be_missed() -> None:
    pdf = write_pdf("<html lang=en><title>-</title><p>here<p style='position: absolute; left: 400mm'>nowhere</html>")[0]
    words = words_of(pdf)[1]
    assert lost("<body><p>here</p><p>nowhere</p></body>", words) == ["nowhere"]
