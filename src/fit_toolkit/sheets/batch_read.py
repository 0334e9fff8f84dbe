"""Reads the members of a batch, some at a time, and numbers their sheets in the order of the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from fit_toolkit.courses.asking import Asking
from fit_toolkit.errors import FitError
from fit_toolkit.language import language_of, speaking
from fit_toolkit.sheets.batch_list import Entry
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.making import PracticeLike, dated, language_here, numbers_of
from fit_toolkit.sheets.reading import Reading, read_members
from fit_toolkit.store.freshness import Looked

if TYPE_CHECKING:
    import sqlalchemy as sa

SIZES = (8, 32, 64)  # members read together: few at first, so that somebody has something to lay out; then as the last
NUMBERING = "en"  # a sheet has one number in every language
# the language of each page, and the sheet in each language; or why there is none
_Built: TypeAlias = "tuple[dict[str, str], dict[str, SheetData]] | str"


@dataclass(frozen=True)
class ReadSheets:
    """A member's sheet for every page that is wanted, and in the language of the house; or why there is none."""

    house: SheetData | None = None
    pages: dict[str, SheetData] | None = None
    why: str = ""


@dataclass(frozen=True)
class Reader:
    """Reads for one batch; nothing of the store is open while others write to it."""

    practice: PracticeLike
    day: date
    pages: Sequence[str]
    language: str  # "" where nobody named one
    house: str
    looked: Looked

    def read(self, entries: Sequence[Entry], asking: Asking | None) -> Iterator[list[tuple[Entry, ReadSheets]]]:
        """Give the sheets of some members at a time, whoever their therapists are."""
        rest, sizes = iter(entries), chain(SIZES, repeat(SIZES[-1]))
        while part := list(islice(rest, next(sizes))):
            with self.practice.store.read() as c:
                built = self._part(c, part, asking)
            with self.practice.store.begin() as c:
                english = [
                    (e.member, found[1][NUMBERING])
                    for e, found in zip(part, built, strict=True)
                    if isinstance(found, tuple)
                ]
                numbers = iter(numbers_of(c, english, at=self.practice.now()))
            done = [_numbered(found, numbers, self.house) for found in built]
            yield list(zip(part, done, strict=True))

    def _part(self, c: sa.Connection, entries: Sequence[Entry], asking: Asking | None) -> list[_Built]:
        settings = self.practice.settings
        readings: dict[int, Reading] = {}
        try:
            readings = read_members(
                c, sorted({each.member for each in entries}), as_of=self.day, zone=self.practice.zone,
                max_gap_days=settings.number("alerts.max_gap_days"),
            )  # fmt: skip
        except Exception:  # noqa: BLE001 - then each is read by itself, and says what is wrong with it
            readings = {}
        found: list[_Built] = []
        for entry in entries:
            try:
                codes = {page: self._language(c, entry.member, page) for page in self.pages}
                reading = readings.get(entry.member, entry.member)
                wanted = {NUMBERING, self.house, *codes.values()}
                found.append((codes, {code: self._built(c, reading, code, asking) for code in sorted(wanted)}))
            except FitError as error:
                found.append(str(error))
            except Exception as error:  # noqa: BLE001 - one member; its message may hold a value, its type cannot
                found.append(f"unexpected error: {type(error).__name__}")
        return found

    def _language(self, c: sa.Connection, member: int, page: str) -> str:
        return self.language or language_here(self.practice, c, member, page)

    def _built(self, c: sa.Connection, reading: Reading | int, code: str, asking: Asking | None) -> SheetData:
        with speaking(language_of(code, self.practice.root)):
            sheet = build_sheet(self.practice, c, reading, as_of=self.day, asking=asking)
            return dated(self.practice, sheet, self.looked)


def _numbered(found: _Built, numbers: Iterator[int], house: str) -> ReadSheets:
    if isinstance(found, str):
        return ReadSheets(why=found)
    codes, built = found
    number = f"{next(numbers):04d}"
    sheets = {code: msgspec.structs.replace(sheet, number=number) for code, sheet in built.items()}
    return ReadSheets(sheets[house], {page: sheets[code] for page, code in codes.items()})
