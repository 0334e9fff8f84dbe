"""`fit analyze neighbours` without the command line: every client of a file beside the others who began most alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from msgspec import Struct

from fit_toolkit.analysis.columns import Problem, read_numbers
from fit_toolkit.analysis.curves.neighbours import Neighbours, nearest_courses
from fit_toolkit.analysis.files import Table
from fit_toolkit.errors import DataError, UsageError

RESULTS: Final = ("time", "value", "n", "mean", "low", "high", "inside")


class Alike(Struct, frozen=True):
    """What neighbours are alike in; names are those of the options of the command."""

    k: int = 30
    percent: float = 80.0
    ratings: int = 1
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beside:
    """One row per rating after those the neighbours were chosen by: ids, time, value and where theirs lay."""

    rows: list[tuple[tuple[str, ...], list[float | int | None]]]
    found: Neighbours
    clients: int
    alone: int  # clients with nothing to be alike in: a first rating or a column is missing

    @property
    def inside(self) -> tuple[int, int]:
        """How many ratings lie inside their range, of how many that have one."""
        said = [row[-1] for _, row in self.rows if row[-1] is not None]
        return int(sum(said)), len(said)


def read_alike(
    table: Table, whose: Sequence[tuple[str, ...]], columns: Sequence[str]
) -> tuple[Any, tuple[Problem, ...]]:
    """Read what is known of clients at the start beside their ratings; the rows of one client have to agree."""
    if not columns:
        return np.empty((len(whose), 0)), ()
    read, first = read_numbers(table, columns), dict[tuple[str, ...], int]()
    begun = np.array([first.setdefault(client, row) for row, client in enumerate(whose)], dtype=np.intp)
    here, there = read.values, read.values[begun]
    differs = np.argwhere((here != there) & ~(np.isnan(here) & np.isnan(there))).tolist()
    another = "another value than in the client's first row"
    return read.values, (*read.problems, *(Problem(row, columns[place], another) for row, place in differs))


def beside_others(whose: Sequence[tuple[str, ...]], values: Any, known: Any, alike: Alike, name: str) -> Beside:
    """Compare every client with all others: time and value in `values`, what else is known in `known`, one row per rating."""
    rated = np.isfinite(values).all(axis=1)
    clients = list(dict.fromkeys(who for who, there in zip(whose, rated.tolist(), strict=True) if there))
    place = {who: nth for nth, who in enumerate(clients)}
    times = np.unique(values[rated, 0])
    if len(times) <= alike.ratings:
        raise UsageError(f"alike in {alike.ratings} ratings, there has to be a time after them")
    courses = np.full((len(clients), len(times)), np.nan)
    features = np.full((len(clients), alike.ratings + known.shape[1]), np.nan)
    for row in np.flatnonzero(rated).tolist():
        nth = place[whose[row]]
        courses[nth, np.searchsorted(times, values[row, 0])] = values[row, 1]
        features[nth, alike.ratings :] = known[row]
    features[:, : alike.ratings] = courses[:, : alike.ratings]
    try:
        found = nearest_courses(
            features, courses, features, k=alike.k, percent=alike.percent, oneself=range(len(clients))
        )
    except DataError as error:
        raise DataError(error.what, where=name, hint=error.hint) from error
    rows = [
        (clients[nth], _row(float(times[at]), float(courses[nth, at]), found, nth, at))
        for nth, at in np.argwhere(np.isfinite(courses)).tolist()
        if at >= alike.ratings
    ]
    return Beside(rows, found, len(clients), int((~np.isfinite(features).all(axis=1)).sum()))


def _row(time: float, value: float, found: Neighbours, nth: int, at: int) -> list[float | int | None]:
    n = int(found.n[nth, at])
    mean, low, high = (float(each[nth, at]) for each in (found.mean, found.low, found.high))
    if np.isnan(mean):
        return [time, value, n, None, None, None, None]
    return [time, value, n, mean, low, high, int(low <= value <= high)]
