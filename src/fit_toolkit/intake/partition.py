"""A large file by groups of clients: every check looks at one client's forms, so each group is checked as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from fit_toolkit.intake.layout import Layout
from fit_toolkit.intake.piece import Piece, joined
from fit_toolkit.intake.source import Progress, Source
from fit_toolkit.intake.spool import Spool

SORTING: Final = "sorting"
CELLS: Final = 800_000  # so many cells are worked on at once
FORMS: Final = 40_000  # and at most so many rows, where a row is a form


class Groups:
    """The rows of a file by client, each group to be taken up as often as it is needed."""

    def __init__(self, spool: Spool, count: int) -> None:
        self._spool = spool
        self._places: list[list[int]] = [[] for _ in range(count)]

    def put(self, group: int, piece: Piece) -> None:
        """Set more rows of a group aside."""
        self._places[group].append(self._spool.put(piece))

    def __iter__(self) -> Iterator[Piece]:
        for places in self._places:
            if places:
                yield joined([self._spool.get(place) for place in places])


def partition(source: Source, spool: Spool, layout: Layout, progress: Progress) -> Groups:
    """Set the rows of a file aside by groups of clients, capitals making no difference.

    The clients stand in the order in which they are first met, so that what is sorted by client stays in its order.
    """
    client = layout.roles["client"]
    counts: dict[str, int] = {}
    for piece in source.pieces():
        column = piece.columns[client].map(_folded)
        for text, count in zip(column.texts, np.bincount(column.codes, minlength=len(column.texts)), strict=True):
            counts[text] = counts.get(text, 0) + int(count)
    group_of = _groups(counts, _most(layout, len(source.sample.columns)))
    groups = Groups(spool, max(group_of.values()) + 1)
    done = 0
    for piece in source.pieces():
        column = piece.columns[client].map(_folded)
        of_row = np.array([group_of[text] for text in column.texts], dtype=np.int64)[column.codes]
        for group in np.unique(of_row):
            mine = np.flatnonzero(of_row == group)
            groups.put(int(group), piece if len(mine) == len(piece) else piece.take(mine).compact())
        done += len(piece)
        progress(SORTING, done, source.count)
    return groups


def _most(layout: Layout, width: int) -> int:
    """Say how many rows are worked on at once."""
    rows = CELLS // width
    return max(rows if layout.long else min(rows, FORMS), 1)


def _groups(counts: dict[str, int], most: int) -> dict[str, int]:
    """Put clients into groups of so many rows; one who has more of them is a group of their own."""
    made: dict[str, int] = {}
    group = filled = 0
    for client, count in counts.items():
        if filled and filled + count > most:
            group, filled = group + 1, 0
        made[client] = group
        filled += count
    return made


def _folded(client: str) -> str:
    return client.strip().casefold()
