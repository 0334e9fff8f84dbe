"""What the exports of web forms have in common: columns of the service beside those of the form, and rows that are none."""

from __future__ import annotations

import codecs
import csv
import io
import sys
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta

from fit_toolkit import DataError, RawTable, Reader

from ..csv_reader import CsvReader, Delimiter, Encoding  # noqa: TID252 - a plugin that ships beside this one

FIRST: Final = 3  # rows that are looked at before all
SURE: Final = 0.97  # surer than the reader of any CSV
MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Form:
    """What the columns of one file settle; `reason` says of each row why it is left out."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._at = {column: at for at, column in enumerate(columns)}
        self.meant: dict[str, str] = {}
        self.personal: tuple[str, ...] = ()
        self.notes: list[str] = []

    def reason(self, row: Sequence[str]) -> str | None:
        """Give the empty text for a row that is taken, the reason for one that is not, None for one that is no record."""
        return ""

    def cell(self, row: Sequence[str], column: str) -> str:
        """Give what stands in a column, the empty text where there is no such column."""
        return row[self._at[column]].strip() if column in self._at else ""


class FormReader(Reader, frozen=True):
    """Base of the readers of CSV that a form service hands out."""

    encoding: Annotated[Encoding, Meta(description="how the text is encoded; empty: its mark, else utf-8")] = ""
    delimiter: Annotated[Delimiter, Meta(description="what separates cells; empty: as the header line has it")] = ""

    def is_ours(self, columns: Sequence[str], first: Sequence[str]) -> bool:
        """Say whether a file with these columns and this first row under them is of this service."""
        raise TypeError(f"{type(self).__name__} does not define is_ours(columns, first)")

    def form(self, columns: Sequence[str], first: Sequence[Sequence[str]]) -> Form:
        """Give what the columns settle, and the first few rows under them."""
        raise TypeError(f"{type(self).__name__} does not define form(columns, first)")

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        """The columns of the service tell."""
        columns, *rows = beginning(head) or [[]]
        return SURE if columns and self.is_ours(columns, rows[0] if rows else []) else 0.0

    def rows(self, path: Path) -> RawTable:
        """Read the whole file; what cannot be read for certain is refused with its line."""
        (whole,) = self.parts(path, sys.maxsize)
        return whole

    def parts(self, path: Path, rows: int) -> Iterator[RawTable]:
        """Read so many rows at a time; those that are no answers are left out, and counted by the reason."""
        with closing(self.tables(path, FIRST)) as tables:
            top = next(tables)
        if not self.is_ours(top.columns, []):
            problem = f"this is no export of {type(self).kind}: its columns are not there"
            raise DataError(problem, where=path.name, hint="leave --reader out, or name another")
        form = self.form(numbered(top.columns)[0], top.rows)
        for table in self.tables(path, rows):
            columns, again = numbered(table.columns)
            kept, lines, left = [], [], Counter[str]()
            for row, line in zip(table.rows, table.lines, strict=True):
                reason = form.reason(row)
                if reason == "":
                    kept.append(row)
                    lines.append(line)
                elif reason:
                    left[reason] += 1
            yield RawTable(
                columns=columns,
                rows=kept,
                lines=lines,
                notes=(*table.notes, *again, *form.notes),
                meant=form.meant,
                personal=form.personal,
                left_out=dict(left),
            )

    def tables(self, path: Path, rows: int) -> Generator[RawTable]:
        """Give the rows of the file as they are."""
        yield from CsvReader(encoding=self.encoding, delimiter=self.delimiter).parts(path, rows)


def beginning(head: bytes, count: int = 4) -> list[list[str]]:
    """Give the first records of separated text; none where it is no text."""
    encoding = next((name for mark, name in MARKS if head.startswith(mark)), "utf-8")
    text = head.decode(encoding, errors="ignore")
    if "\0" in text:
        return []
    line = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=line.count)
    try:
        return list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), count))
    except csv.Error:
        return []


def numbered(columns: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell columns of the same name apart: the second `Other` becomes `Other (2)`; and say so."""
    taken: set[str] = set()
    names, again = [], []
    for column in columns:
        name, number = column, 1
        while column.strip() and (name in taken or (number > 1 and name in columns)):
            number += 1
            name = f"{column} ({number})"
        if name != column:
            again.append(name)
        taken.add(name)
        names.append(name)
    said = f"columns with the same name were numbered: {', '.join(again)}"
    return tuple(names), (said,) if again else ()
