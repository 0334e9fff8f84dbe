"""Separated text as columns of raw text: what cannot be read for certain is refused with its line, never guessed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fit_toolkit.errors import DataError

DELIMITERS = (",", ";", "\t")
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
            if cells:
                starts.append(before + 1)
            before = reader.line_num
        return starts[self.preface :]


def read_table(data: bytes, name: str) -> Table:
    """Read a whole file; refused are other encodings than UTF-8, rows of another length, and columns named twice."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError("not UTF-8", where=f"{name}:{line}", hint="save the file as UTF-8") from None
    preface, delimiter = 0, ""
    if text[:4].lower() == "sep=" and text[4:5] in DELIMITERS:  # a line that spreadsheets write for themselves
        preface, delimiter = 1, text[4]
    delimiter = delimiter or _delimiter(text, name)
    rows = list(_rows(text, delimiter, name))[preface:]
    if not rows:
        raise DataError("the file is empty", where=name, hint="its first line has to name the columns")
    columns = tuple(cell.strip() for cell in rows[0])
    table = Table(name, columns, tuple(zip(*rows[1:], strict=False)), delimiter, text, preface)
    _check(table, rows)
    return table


def written(cells: Sequence[str]) -> list[str]:
    """Give cells as they stand in a CSV file: in quotes where one holds a sign that has a meaning there."""
    if not any(sign in cell for sign in _QUOTED for cell in ["".join(cells)]):
        return list(cells)
    return ['"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in _QUOTED) else cell for cell in cells]


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
    head = next((line for line in io.StringIO(text) if line.strip()), "")
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
