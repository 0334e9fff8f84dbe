"""Client's pages of random people: the same as for the therapist's (two files, so that two processes can share them)."""

from __future__ import annotations

from hypothesis import given

from fit_toolkit.sheets.data import SheetData
from tests.sheets.random_sheets import check, random_sheets, sheets


@random_sheets
@given(sheets())
def test_a_page_is_one_page_and_no_word_leaves_it_or_covers_another(sheet: SheetData) -> None:
    check(sheet, "client")
