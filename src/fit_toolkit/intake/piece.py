"""Rows of a file by columns, each text kept once: what a large file is cut into, and what all checks work on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fit_toolkit.model.parts import RawTable

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Coded:
    """A column of texts as places in a list of the different ones."""

    codes: Ints
    texts: tuple[str, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Coded:
        """Code a column."""
        cells = np.empty(len(texts), dtype=object)
        cells[:] = texts
        codes, found = pd.factorize(cells)
        return cls(codes.astype(np.int64), tuple(found))

    @classmethod
    def always(cls, text: str, count: int) -> Coded:
        """Give a column that says the same in every row."""
        return cls(np.zeros(count, dtype=np.int64), (text,))

    def map(self, change: Callable[[str], str]) -> Coded:
        """Change every text, each different one once; what becomes the same text is one from then on."""
        changed = [change(text) for text in self.texts]
        if list(self.texts) == changed:
            return self
        places: dict[str, int] = {}
        new = np.array([places.setdefault(text, len(places)) for text in changed], dtype=np.int64)
        return Coded(new[self.codes] if len(new) else self.codes, tuple(places))

    def strip(self) -> Coded:
        """Leave out blanks around the texts."""
        return self.map(str.strip)

    def among(self, wanted: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Say of every row whether its text is such a one."""
        fits = np.array([wanted(text) for text in self.texts], dtype=np.bool_)
        return fits[self.codes] if len(fits) else np.zeros(len(self.codes), dtype=np.bool_)

    def take(self, rows: Any) -> Coded:
        """Give some rows."""
        return Coded(self.codes[rows], self.texts)

    def compact(self) -> Coded:
        """Forget the texts that are not there."""
        codes, found = pd.factorize(self.codes)
        return Coded(codes.astype(np.int64), tuple(self.texts[code] for code in found))

    def cells(self) -> NDArray[Any]:
        """Give the texts themselves, row by row."""
        texts = np.empty(len(self.texts), dtype=object)
        texts[:] = self.texts
        return texts[self.codes] if len(texts) else np.empty(0, dtype=object)


@dataclass(frozen=True)
class Piece:
    """Some rows of a file: their positions in it, from 0 on and rising, the lines they begin on, and their cells."""

    rows: Ints
    lines: Ints
    columns: tuple[Coded, ...]

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    @classmethod
    def of(cls, table: RawTable, start: int = 0) -> Piece:
        """Take a table whose first row is row `start` of the file."""
        count = len(table)
        cells = zip(*table.rows, strict=True) if count else iter(())
        columns = [Coded.of(column) for column in cells]
        columns += [Coded.always("", count)] * (len(table.columns) - len(columns))
        return cls(np.arange(start, start + count), np.asarray(table.lines, dtype=np.int64), tuple(columns))

    def take(self, rows: Any) -> Piece:
        """Give some rows, in the same order."""
        return Piece(self.rows[rows], self.lines[rows], tuple(column.take(rows) for column in self.columns))

    def widened(self, width: int) -> Piece:
        """Give it empty columns up to a width."""
        more = width - len(self.columns)
        return Piece(self.rows, self.lines, (*self.columns, *[Coded.always("", len(self))] * more)) if more else self

    def compact(self) -> Piece:
        """Forget the texts that are not in these rows."""
        return Piece(self.rows, self.lines, tuple(column.compact() for column in self.columns))

    def at(self, row: int) -> int:
        """Say where a row of the file stands in this piece."""
        return int(np.searchsorted(self.rows, row))

    def cell(self, row: int, column: int) -> str:
        """Give a cell of a row of the file."""
        coded = self.columns[column]
        return coded.texts[int(coded.codes[self.at(row)])]

    def line(self, row: int) -> int:
        """Give the line on which a row of the file begins."""
        return int(self.lines[self.at(row)])


def together(parts: Sequence[Coded]) -> Coded:
    """Put columns one after the other."""
    places: dict[str, int] = {}
    codes = []
    for part in parts:
        new = np.array([places.setdefault(text, len(places)) for text in part.texts], dtype=np.int64)
        codes.append(new[part.codes] if len(new) else part.codes)
    return Coded(np.concatenate(codes) if codes else np.empty(0, dtype=np.int64), tuple(places))


def joined(pieces: Sequence[Piece]) -> Piece:
    """Put pieces of one file one after the other; their rows have to rise."""
    return Piece(
        np.concatenate([piece.rows for piece in pieces]),
        np.concatenate([piece.lines for piece in pieces]),
        tuple(together(columns) for columns in zip(*(piece.columns for piece in pieces), strict=True)),
    )


def group(columns: Sequence[Coded]) -> Ints:
    """Number the rows that say the same in all columns, by where each is first."""
    key = np.zeros(len(columns[0].codes), dtype=np.int64)
    span = 1
    for column in columns:
        many = max(len(column.texts), 1)
        if many == 1:
            continue
        if span * many >= 1 << 62:
            key, found = pd.factorize(key)
            span = len(found)
        key, span = key * many + column.codes, span * many
    return pd.factorize(key)[0].astype(np.int64)
