"""Rows of a file as courses: whose rating it is and when; a row that does not say so is named, never guessed."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.analysis.columns import Problem, no_value, require
from fit_toolkit.analysis.files import Table
from fit_toolkit.course import Course, Members, Rating, ScaleView, ticks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NEVER: Final = 10**9  # a gap that no numbering of sessions reaches
WEEKS: Final = 42  # days, where the file has dates
_WHOLE: Final = re.compile(
    r"([0-9]{1,6})([.,]0*)?", re.ASCII
)  # 3, and 3.0 as software writes it that knows fractions only
AGAIN: Final = "there is a row of the same client and time before it"
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, eq=False)
class Rows:
    """The client of each row (a place in `keys`), its day or number of session, and what is wrong with them."""

    keys: Mapping[str, list[str]]  # the id cells, one of each per client, in the order of the file
    client: Ints
    when: Ints
    dated: bool
    problems: tuple[Problem, ...]

    @property
    def session(self) -> Ints:
        """Number of each row's session: the one given, or, where there are dates, its place among the client's own."""
        if not self.dated:
            return self.when
        order = np.lexsort((self.when, self.client))
        counts = np.bincount(self.client)
        number = np.empty(len(order), np.int64)
        number[order] = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        return number

    def course(
        self,
        values: Floats,
        scale: ScaleView,
        *,
        longest_gap: int | None = None,
        partners: Mapping[Rating, Course] | None = None,
    ) -> Course:
        """Put the rows that have a value into courses, by client and time; a client without any has an empty course."""
        rated = np.flatnonzero(~np.isnan(values))
        order = rated[np.lexsort((self.when[rated], self.client[rated]))]
        n, clients = len(order), len(next(iter(self.keys.values())))
        counts = np.bincount(self.client[order], minlength=clients)
        gap = longest_gap if longest_gap is not None else WEEKS if self.dated else NEVER
        return Course(
            tick=ticks(values[order]), day=self.when[order], session=self.session[order], root=np.arange(n, dtype=np.int64),
            prorated=np.zeros(n, bool), mark=np.zeros(n, bool), offsets=np.concatenate(([0], np.cumsum(counts))),
            member=np.arange(clients, dtype=np.int64), members=Members.plain(clients), scale=scale,
            partners=partners or {}, max_gap_days=gap,
        )  # fmt: skip


def read_rows(table: Table, ids: Sequence[str], time: str) -> Rows:
    """Read whose row it is and when. `time` holds dates (2026-09-01) or whole numbers of sessions, one kind throughout."""
    require(table, (*ids, time))
    lines = list(zip(*(table.column(name) for name in ids), strict=True))
    problems = unnamed(lines, ids)
    places = {cells: place for place, cells in enumerate(dict.fromkeys(lines))}
    client = np.array([places[cells] for cells in lines], np.int64)
    keys = {name: [cells[nth] for cells in places] for nth, name in enumerate(ids)}
    texts = [cell.strip() for cell in table.column(time)]
    dated = not all(_WHOLE.fullmatch(text) for text in texts)
    when = np.full(len(table), -1, np.int64)
    seen: dict[tuple[int, int], int] = {}
    for row, text in enumerate(texts):
        number = _day(text) if dated else _session(text)
        if number is None:
            problems.append(
                Problem(row, time, "expected a date such as 2026-09-01, or in all rows a number of the session")
            )
            continue
        when[row] = number
        if seen.setdefault((int(client[row]), number), row) != row:
            problems.append(Problem(row, time, AGAIN))
    return Rows(keys, client, when, dated, tuple(sorted(problems, key=lambda each: each.row)))


def days_of(table: Table, column: str) -> Floats | None:
    """Give a column of dates as days from the earliest one on, NaN where there is none; None where it holds anything else."""
    cells = table.column(column)
    read = {text: math.nan if no_value(text) else _day(text.strip()) for text in set(cells)}
    days = np.array([read[text] for text in cells], dtype=np.float64)  # None becomes NaN
    if None in read.values() or np.isnan(days).all():
        return None
    return days - np.nanmin(days)


def unnamed(lines: Sequence[Sequence[str]], ids: Sequence[str]) -> list[Problem]:
    """Name the empty cells among those that say whose row it is."""
    return [
        Problem(row, name, "empty, so the row does not say whose it is")
        for row, cells in enumerate(lines)
        for name, cell in zip(ids, cells, strict=True)
        if not cell.strip()
    ]


def repeated(lines: Sequence[Hashable], when: Floats, time: str) -> list[Problem]:
    """Name the rows that share client and time with one before; a row without a time shares it with none."""
    seen: set[tuple[Hashable, float]] = set()
    problems = []
    for row, key in enumerate(zip(lines, when.tolist(), strict=True)):
        if key in seen:
            problems.append(Problem(row, time, AGAIN))
        seen.add(key)  # NaN is equal to nothing
    return problems


def _session(text: str) -> int | None:
    whole = _WHOLE.fullmatch(text)
    return int(whole[1]) if whole else None


def _day(text: str) -> int | None:
    """Read a date, also one that has a time of day behind it."""
    try:
        return dt.datetime.fromisoformat(text).toordinal() - _EPOCH
    except ValueError:
        return None
