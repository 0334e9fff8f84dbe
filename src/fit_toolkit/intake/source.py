"""A file that is imported: kept as a whole where it is small, read piece by piece where it is large."""

from __future__ import annotations

import gc
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Final, TypeAlias

from fit_toolkit.errors import ContractError
from fit_toolkit.intake.piece import Piece
from fit_toolkit.intake.spool import Spool
from fit_toolkit.model.parts import RawTable

# What is told how far a step is: its name, how many rows are done, and of how many.
Progress: TypeAlias = Callable[[str, int, int], None]
READING: Final = "reading"
SAMPLE: Final = 1_000  # rows of a large file that are kept to look at


def quiet(step: str, done: int, of: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Source:
    """A file with so many rows; `sample` is all of it, or enough of a large one to settle what its columns mean.

    `columns` of the sample are as wide as the widest piece, and what the reader said of every piece stands with it. The
    rows of a large file lie in `spool`.
    """

    sample: RawTable
    count: int
    spool: Spool | None
    _places: tuple[int, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the sample is the whole file."""
        return self.spool is None

    @classmethod
    def of(cls, table: RawTable) -> Source:
        """Take a table that is there as a whole."""
        return cls(table, len(table), None)

    def pieces(self) -> Iterator[Piece]:
        """Give the rows in the order of the file, piece by piece."""
        if self.spool is None:
            yield Piece.of(self.sample)
            return
        for place in self._places:
            piece: Piece = self.spool.get(place)
            yield piece.widened(len(self.sample.columns))


def survey(
    path: Path,
    tables: Iterator[RawTable],
    *,
    ids: Container[str],
    names: Callable[[str], bool],
    folder: Path | None,
    progress: Progress,
    guard: Callable[[RawTable], Callable[[Piece], Piece]] | None = None,
) -> Source:
    """Read a file from end to end, once; a large one is set aside in `folder` while its pieces go by.

    `guard` says by the first piece what is taken out of all of them before they are set aside.
    """
    first = next(tables, None)
    if first is None:
        raise ContractError("the reader gave no table", where=path.name)
    following = next(tables, None)
    if following is None:
        return Source.of(first)
    expected = _expected(first, path.stat().st_size)
    told = {column for column, role in first.meant.items() if role == "instrument"}
    found = _Found(first, ids, [at for at, name in enumerate(first.columns) if name in told or names(name)])
    spool = Spool(folder)
    guarded = guard(first) if guard else None
    places = []
    more = chain([first, following], tables)
    while True:
        with _undisturbed():
            if (table := next(more, None)) is None:
                break
            piece = Piece.of(table, found.count)
            places.append(spool.put(guarded(piece) if guarded else piece))
            found.add(table)
        progress(READING, found.count, max(expected, found.count + 1))
    progress(READING, found.count, found.count)
    return Source(found.sample(), found.count, spool, tuple(places))


class _Found:
    """What is gathered from the pieces of a file while they go by."""

    def __init__(self, first: RawTable, ids: Container[str], watched: Sequence[int]) -> None:
        self.first, self.ids, self.watched, self.count = first, ids, watched, 0
        self.rows = [*first.rows[:SAMPLE]]
        self.lines = [*first.lines[:SAMPLE]]
        self.columns = first.columns
        self.notes: dict[str, None] = {}
        self.left_out: dict[str, int] = {}
        self.named: set[str] = set()

    def add(self, table: RawTable) -> None:
        """Look at one more piece."""
        if _named(table.columns) != _named(self.columns):
            raise ContractError("the reader gave other columns in a later piece of the file")
        self.columns = max(self.columns, table.columns, key=len)
        self.count += len(table)
        self.notes.update(dict.fromkeys(table.notes))
        for why, count in table.left_out.items():
            self.left_out[why] = self.left_out.get(why, 0) + count
        for at in self.watched:
            cells = [row[at] for row in table.rows]
            for text in {text for text in set(cells) if text.strip() in self.ids} - self.named:
                row = cells.index(text)
                self.named.add(text)
                self.rows.append(table.rows[row])
                self.lines.append(table.lines[row])

    def sample(self) -> RawTable:
        """Give the rows that were kept as a table that says what the whole file says."""
        width = len(self.columns)
        rows = [[*row, *[""] * (width - len(row))] for row in self.rows]
        return replace(
            self.first,
            columns=self.columns,
            rows=rows,
            lines=self.lines,
            notes=tuple(self.notes),
            left_out=self.left_out,
        )


def _named(columns: tuple[str, ...]) -> list[str]:
    names = list(columns)
    while names and not names[-1].strip():
        names.pop()
    return names


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put off looking for dead cycles while many rows are made at once, none of which is in one: half the time."""
    there = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if there:
            gc.enable()


def _expected(table: RawTable, size: int) -> int:
    """Guess how many rows a file has from what those of its first piece take; only shown, never relied on."""
    looked = table.rows[:SAMPLE]
    each = sum(len(cell) + 1 for row in looked for cell in row) / max(len(looked), 1)
    return int(size / max(each, 1.0))
