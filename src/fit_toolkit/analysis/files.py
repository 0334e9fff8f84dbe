"""Separated text as columns of raw text: what cannot be read for certain is refused with its line, never guessed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from fit_toolkit.errors import DataError

DELIMITERS = (",", ";", "\t")
_BINARY = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
    b"$FL2",
    b"$FL3",
    b"SQLite format",
)  # xlsx, ods; xls; gz; sav; db
_QUOTED = ('"', ",", "\n", "\r")


@dataclass(frozen=True)
class Table:
    """A file as columns of text, every cell as it was received; `name` is what messages call the file."""

    name: str
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    delimiter: str
    text: str
    preface: int = 0  # lines before the header
    numbers: tuple[
        int, ...
    ] = ()  # of each row, from 1, as other software counts them: a blank row counts, an empty line does not
    blank: int = 0  # rows of separators and nothing else, which are passed over

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.cells[0]) if self.cells else 0

    def column(self, name: str) -> tuple[str, ...]:
        """Give the cells of a column."""
        place = self.columns.index(name)
        return self.cells[place] if self.cells else ()

    def line(self, row: int) -> int:
        """Give the line, from 1, on which a row begins; a quoted cell may hold several lines."""
        return self._lines[row + 1]

    @cached_property
    def _lines(self) -> list[int]:
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        starts, before = [], 0
        for cells in reader:
            if _holds_anything(cells):
                starts.append(before + 1)
            before = reader.line_num
        return starts[self.preface :]


def read_table(data: bytes, name: str) -> Table:
    """Read a whole file; refused are other encodings than UTF-8, rows of another length, and columns named twice.

    Passed over are empty lines, rows of nothing but separators (counted in `blank`), and empty cells to the right of the
    columns: spreadsheets leave all three behind.
    """
    if data.startswith(_BINARY):
        hint = "open it where it was made and save the one sheet as CSV UTF-8"
        raise DataError("this is a workbook or an archive, and no separated text", where=name, hint=hint)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = "save the file as UTF-8; spreadsheets call that CSV UTF-8"
        raise DataError("not UTF-8", where=f"{name}:{line}", hint=hint) from None
    preface, delimiter = 0, ""
    if text[:4].lower() == "sep=" and text[4:5] in DELIMITERS:  # a line that spreadsheets write for themselves
        preface, delimiter = 1, text[4]
    delimiter = delimiter or _delimiter(text, name)
    everything = list(_rows(text, delimiter, name))[preface:]
    rows = [row for row in everything if _holds_anything(row)]
    if not rows:
        raise DataError("the file is empty", where=name, hint="its first line has to name the columns")
    columns = tuple(cell.strip() for cell in rows[0])
    _level(rows, columns)
    head = next(place for place, row in enumerate(everything) if row is rows[0])
    below = everything[head + 1 :]
    blank = len(everything) - len(rows)
    numbers = (
        [place for place, row in enumerate(below, start=1) if _holds_anything(row)] if blank else range(1, len(rows))
    )
    cells = tuple(zip(*rows[1:], strict=False))
    table = Table(name, columns, cells, delimiter, text, preface, tuple(numbers), blank)
    _check(table, rows)
    return table


@contextmanager
def placed(name: str) -> Iterator[None]:
    """Say in which file there is too little, where an error of the figures does not know it."""
    try:
        yield
    except DataError as error:
        if error.where:
            raise
        raise DataError(error.what, where=name, hint=error.hint, findings=error.findings) from None


def written(cells: Sequence[str]) -> list[str]:
    """Give cells as they stand in a CSV file: in quotes where one holds a sign that has a meaning there."""
    if not any(sign in cell for sign in _QUOTED for cell in ["".join(cells)]):
        return list(cells)
    return ['"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in _QUOTED) else cell for cell in cells]


def _holds_anything(row: Sequence[str]) -> bool:
    """Say whether any cell holds more than gaps."""
    for cell in row:  # noqa: SIM110 - asked of every row of long files, and a generator takes four times as long
        if cell and not cell.isspace():
            return True
    return False


def _level(rows: list[list[str]], columns: Sequence[str]) -> None:
    """Cut empty cells beyond the last column, and fill up rows that lack only columns without a name."""
    wide = len(columns)
    named = max((place for place, name in enumerate(columns, start=1) if name), default=0)
    for row in rows:
        if len(row) > wide and not _holds_anything(row[wide:]):
            del row[wide:]
        elif named <= len(row) < wide:
            row.extend([""] * (wide - len(row)))


def _check(table: Table, rows: list[list[str]]) -> None:
    wide = len(table.columns)
    ragged = [number for number, row in enumerate(rows) if len(row) != wide] if set(map(len, rows)) != {wide} else []
    if ragged:
        number = ragged[0]
        more = f"; {len(ragged) - 1} more rows are like that" if len(ragged) > 1 else ""
        message = f"{len(rows[number])} cells under {wide} columns{more}"
        hint = "a cell that holds the separator has to stand in quotes"
        raise DataError(message, where=f"{table.name}:{table.line(number - 1)}", hint=hint)
    doubles = sorted({name for name in table.columns if name and table.columns.count(name) > 1})
    if doubles:
        message = f"columns with the same name: {', '.join(doubles)}"
        raise DataError(message, where=f"{table.name}:{table.line(-1)}", hint="give each column a name of its own")


def _rows(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    """Give the rows that hold anything; an empty line is none."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from filter(None, reader)
    except csv.Error as error:
        raise DataError(f"no separated text: {error}", where=f"{name}:{reader.line_num}") from None


def _delimiter(text: str, name: str) -> str:
    """Take the separator that cuts the header into most columns."""
    head = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")
    counts = {}
    for delimiter in DELIMITERS:
        try:
            counts[delimiter] = len(next(csv.reader([head], delimiter=delimiter), []))
        except csv.Error:
            counts[delimiter] = 1
    most = max(counts.values())
    best = [delimiter for delimiter, count in counts.items() if count == most]
    if len(best) > 1 and most > 1:
        raise DataError("commas and semicolons both could separate the columns", where=f"{name}:1")
    return best[0]
