"""The sheet of a workbook that holds the answers: chosen, never guessed, and read row by row."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from msgspec import Meta

from fit_toolkit import DataError, RawTable, Reader

from .cells import LONG, shown
from .package import AGAIN, DAMAGE, OLE, ZIP, Marks, damaged, look, measure
from .sample import SAMPLE

SUFFIXES: Final = (".xlsx", ".xlsm")
SERIALS: Final = (20_000, 80_000)  # days as spreadsheets number them, 1954 to 2119
NUMBERED: Final = ("client", "clientid", "clientcode", "code", "id")
_UNREADABLE: Final = (*DAMAGE, KeyError, TypeError, AttributeError, SyntaxError, IndexError, AssertionError)


class ExcelReader(Reader, frozen=True):
    """One sheet of an .xlsx workbook with a row of column names; every cell as the text it shows.

    Its notes say which sheet was read, what of it was hidden, and that dates were written as 2026-03-31.
    """

    kind: ClassVar[str] = "excel"
    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES
    sample: ClassVar[bytes] = SAMPLE

    sheet: Annotated[str, Meta(description="the sheet to read; empty: the only one that holds anything")] = ""
    header: Annotated[
        int, Meta(ge=0, description="the row with the names of the columns; 0: the first with anything")
    ] = 0

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        """A workbook is a zip archive with parts of its own; old and locked ones are taken to say what to do."""
        if head.startswith(ZIP):
            return 0.95 if filename_suffix in self.suffixes or b"xl/work" in head else 0.0
        if head.startswith(OLE):
            return 0.9 if filename_suffix in (*self.suffixes, ".xls") else 0.0
        page = head.lstrip().lower().startswith((b"<html", b"<table", b"<?xml", b"<!doctype"))
        return 0.6 if page and filename_suffix == ".xls" else 0.0

    def rows(self, path: Path) -> RawTable:
        """Read the sheet; a cell without a certain value is refused with its address."""
        (whole,) = self.parts(path, 1 << 21)
        return whole

    def parts(self, path: Path, rows: int) -> Iterator[RawTable]:
        """Read so many rows at a time."""
        measure(path)
        try:
            with _opened(path, results=True) as book:
                sheet, notes = _chosen(book, self.sheet, path)
                marks = look(path, _part(sheet))
                lines = ((number, cells) for number, cells in _lines(path, sheet, marks) if number >= self.header)
                yield from _tables(lines, rows, (*notes, *_hidden(marks)), path, marks)
        except _UNREADABLE as error:
            raise damaged(path) from error


@contextmanager
def _opened(path: Path, *, results: bool) -> Iterator[Any]:
    """Open a workbook without hearing of its styles and links, which are nothing to us."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    with path.open("rb") as file:  # closed here, whatever of the workbook is still held on to
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = load_workbook(file, read_only=True, data_only=results, keep_links=False)
        except InvalidFileException as error:
            raise DataError("this is no .xlsx workbook", where=path.name, hint=AGAIN) from error
        yield book


def _part(sheet: Any) -> str:
    """Give the name of the sheet's part in the archive, which the library does not tell otherwise."""
    return str(sheet._worksheet_path)  # noqa: SLF001


def _chosen(book: Any, wanted: str, path: Path) -> tuple[Any, tuple[str, ...]]:
    """Give the sheet that is asked for, else the only one in sight that holds anything."""
    every = list(book.worksheets)
    if wanted:
        named = [sheet for sheet in every if sheet.title == wanted]
        if not named:
            names = ", ".join(sheet.title for sheet in every)
            raise DataError(f"there is no sheet '{wanted}'", where=path.name, hint=f"the workbook has: {names}")
        return named[0], (f"sheet: {wanted}",)
    filled = [sheet for sheet in every if _filled(sheet)]
    seen = [sheet for sheet in filled if sheet.sheet_state == "visible"]
    if len(seen) > 1:
        names = ", ".join(sheet.title for sheet in seen)
        hint = f"say which in a map, `settings: {{sheet: ...}}`, or in fit.toml under [readers.excel]: {names}"
        raise DataError(f"{len(seen)} sheets hold something", where=path.name, hint=hint)
    if not seen:
        hidden = "; a hidden one does: show it, or name it" if filled else ""
        raise DataError(f"no sheet in sight holds anything{hidden}", where=path.name, hint=AGAIN)
    notes = (f"sheet: {seen[0].title}",)
    return seen[0], (*notes, f"hidden sheets, not read: {len(filled) - 1}") if len(filled) > 1 else notes


def _filled(sheet: Any) -> bool:
    sheet.reset_dimensions()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return any(value is not None and value != "" for row in sheet.iter_rows(values_only=True) for value in row)


def _hidden(marks: Marks) -> Iterator[str]:
    if marks.formulas:
        yield "formulas were taken with the results they had when the workbook was saved"
    if marks.hidden_rows:
        yield f"hidden rows, read like the others: {len(marks.hidden_rows)}"
    if marks.hidden_columns:
        count = sum(last - first + 1 for first, last in marks.hidden_columns)
        yield f"hidden columns, read like the others: {count}"


def _lines(path: Path, sheet: Any, marks: Marks) -> Iterator[tuple[int, list[Any]]]:
    """Give each row that holds anything with its number; a formula whose result was not kept is refused."""
    sheet.reset_dimensions()
    results = enumerate(_quietly(sheet.iter_rows()), start=1)
    if not marks.formulas:
        yield from ((number, list(cells)) for number, cells in results)
        return
    with _opened(path, results=False) as other:
        twin = next(each for each in other.worksheets if _part(each) == _part(sheet))
        twin.reset_dimensions()
        for (number, cells), written in zip(results, _quietly(twin.iter_rows()), strict=True):
            for cell, formula in zip(cells, written, strict=False):
                if formula.data_type == "f" and cell.value is None and cell.data_type == "n":
                    where = f"{path.name}:{sheet.title}!{formula.coordinate}"
                    hint = "open the workbook, let it calculate, and save it; or paste the values"
                    raise DataError("the result of this formula was not kept", where=where, hint=hint)
            yield number, list(cells)


def _quietly(rows: Iterator[Any]) -> Iterator[Any]:
    """Give rows without hearing of dates beyond the calendar, which come as cells with an error.

    The warnings are kept quiet for one row at a time: what is kept quiet in a generator would be so for whoever asks it.
    """
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row = next(rows, None)
        if row is None:
            return
        yield row


def _tables(
    lines: Iterator[tuple[int, list[Any]]], count: int, notes: tuple[str, ...], path: Path, marks: Marks
) -> Iterator[RawTable]:
    """Cut rows into tables; the first row that holds anything has the names of the columns."""
    sheet = notes[0].removeprefix("sheet: ")
    where = f"{path.name}:{sheet}"
    header: list[str] = []
    taken = _Taken()
    for number, cells in lines:
        texts = [shown(cell, where) for cell in cells]
        if not any(text.strip() for text in texts):
            continue
        if not header:
            header = _trimmed(texts)
            _no_merged(marks, number, where)
            continue
        if len(taken.rows) == count:
            yield taken.table(header, notes)
            taken = taken.following()
        taken.add(number, texts, cells, where)
    if not header:
        raise DataError("the sheet is empty", where=where)
    yield taken.table(header, (*notes, *taken.notes(header)))


def _trimmed(texts: list[str]) -> list[str]:
    while texts and not texts[-1].strip():
        texts = texts[:-1]
    return texts


def _no_merged(marks: Marks, header: int, where: str) -> None:
    """Refuse merged cells from the names of the columns on: only the first of them holds the value."""
    from openpyxl.utils.cell import range_boundaries

    for area in marks.merged:
        *_, last = range_boundaries(area)
        if last is None or last >= header:
            hint = "take the merging back and write the value into each of the cells"
            raise DataError(f"the cells {area} are merged", where=f"{where}!{area.partition(':')[0]}", hint=hint)


class _Taken:
    """Rows that are gathered for a table, and what is seen of the columns on the way."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.lines: list[int] = []
        self.dated: set[int] = set()  # columns with dates
        self.numbers: dict[int, str] = {}  # column -> the first cell that is a number and may be a day
        self.coded: set[int] = set()  # columns that hold whole numbers
        self.long: dict[int, str] = {}  # column -> the first cell whose number has more digits than are kept

    def following(self) -> _Taken:
        """Begin the next table and remember the columns."""
        more = _Taken()
        more.dated, more.numbers, more.coded, more.long = self.dated, self.numbers, self.coded, self.long
        return more

    def add(self, number: int, texts: list[str], cells: list[Any], where: str) -> None:
        """Take one row; a bare number in a column of dates is refused."""
        self.rows.append(_trimmed(texts))
        self.lines.append(number)
        for at, cell in enumerate(cells):
            if isinstance(cell.value, date):
                self.dated.add(at)
            elif isinstance(cell.value, (int, float)) and abs(cell.value) >= LONG:
                self.long.setdefault(at, cell.coordinate)
            elif isinstance(cell.value, int) and texts[at] == str(cell.value):
                self.coded.add(at)
                if SERIALS[0] <= cell.value <= SERIALS[1]:
                    self.numbers.setdefault(at, cell.coordinate)
        for at in self.dated & self.numbers.keys():
            hint = "give the whole column the same date format"
            raise DataError("a number stands in a column of dates", where=f"{where}!{self.numbers[at]}", hint=hint)

    def table(self, header: list[str], notes: tuple[str, ...]) -> RawTable:
        """Make rows as long as the longest; columns beyond the header have no name."""
        width = max([len(header), *map(len, self.rows)])
        return RawTable(
            columns=(*header, *[""] * (width - len(header))),
            rows=[row + [""] * (width - len(row)) for row in self.rows],
            lines=self.lines,
            notes=notes,
        )

    def notes(self, header: list[str]) -> Iterator[str]:
        """Say what was done to the cells, and what a spreadsheet may have done to them before."""
        if self.dated:
            yield "cells with a date are written as 2026-03-31"
        for at, place in sorted(self.long.items()):
            named = f"column '{header[at]}'" if at < len(header) else "a column"
            yield f"{named} holds numbers of more than 15 digits, the first in {place}: spreadsheets round them; write them as text"
        for at in sorted(self.coded & set(range(len(header)))):
            if "".join(mark for mark in header[at].casefold() if mark.isalnum()) in NUMBERED:
                yield f"column '{header[at]}' holds numbers: zeros in front of a code are lost, unless its cells are text"
