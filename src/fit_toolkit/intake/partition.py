"""A large file by groups of clients: every check looks at one client's forms, so each group is checked as a whole."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from fit_toolkit.intake.layout import Layout
from fit_toolkit.intake.piece import Piece, joined
from fit_toolkit.intake.source import Progress, Source
from fit_toolkit.intake.spool import Spool

SORTING: Final = "sorting"
CELLS: Final = 400_000  # so many cells are worked on at once
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


def partition(source: Source, layout: Layout, spool: Spool, progress: Progress) -> Groups:
    """Read a file once more and set its rows aside by groups of clients, capitals making no difference."""
    width = len(source.sample.columns)
    count = max(source.count * width // CELLS, 0 if layout.long else source.count // FORMS) + 1
    groups = Groups(spool, count)
    client = layout.roles["client"]
    start = 0
    for table in source.again():
        piece = Piece.of(table, start, width)
        start += len(table)
        column = piece.columns[client]
        of_text = np.array([_group(text, count) for text in column.texts], dtype=np.int64)
        of_row = of_text[column.codes] if len(of_text) else column.codes
        order = np.argsort(of_row, kind="stable")
        cuts = np.searchsorted(of_row[order], np.arange(count + 1))
        for group, (begin, end) in enumerate(pairwise(cuts)):
            if begin < end:
                groups.put(group, piece.take(order[begin:end]).compact())
        progress(SORTING, start, source.count)
    return groups


def _group(client: str, count: int) -> int:
    return zlib.crc32(client.strip().casefold().encode("utf-8", "surrogatepass")) % count
