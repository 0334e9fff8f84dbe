"""Scores laid out as a table: one row per administration and scale, by whole columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas import DataFrame

from fit_toolkit.model.instrument import TICK, Band, Scale, ticks
from fit_toolkit.scoring.grid import Bools, Floats, Ints
from fit_toolkit.scoring.people import People

STATUSES: Final = ("complete", "prorated", "entered", "unscorable")
COMPLETE, PRORATED, ENTERED, UNSCORABLE = range(4)
COLUMNS: Final = ("row", "scale", "value", "value_ticks", "status", "reason", "n_answered", "n_items", "band")

Number = TypeVar("Number", bound=np.integer[Any])


@dataclass
class Column:
    """One scale over all administrations; `reason` holds places in `reasons`, of which the first is empty.

    `unrounded` are its scores before they are rounded to ticks, for the scales that are made of it: three thirds make one.
    """

    ticks: Ints
    status: npt.NDArray[np.int8]
    reason: npt.NDArray[np.int16]
    reasons: list[str]
    answered: npt.NDArray[np.int16]
    items: npt.NDArray[np.int16]
    unrounded: Floats | None = None

    @classmethod
    def blank(cls, count: int, items: int, status: int = COMPLETE) -> Column:
        """Begin with every administration in the same state and all items answered."""
        return cls(
            ticks=np.zeros(count, dtype=np.int64),
            status=np.full(count, status, dtype=np.int8),
            reason=np.zeros(count, dtype=np.int16),
            reasons=[""],
            answered=np.full(count, items, dtype=np.int16),
            items=np.full(count, items, dtype=np.int16),
        )

    def mark(self, where: Bools | None, status: int, reason: str) -> None:
        """Set status and reason where a mask holds (None: everywhere)."""
        if reason not in self.reasons:
            self.reasons.append(reason)
        places = slice(None) if where is None else where
        self.status[places] = status
        self.reason[places] = self.reasons.index(reason)


def table(scales: tuple[Scale, ...], columns: list[Column], people: People) -> DataFrame:
    """Lay the scales of each administration one after the other."""
    count = len(columns[0].ticks) if columns else 0
    marks = _side([column.ticks for column in columns])
    status = _side([column.status for column in columns])
    gone = status == UNSCORABLE
    value = marks / TICK
    value[gone] = np.nan
    scale = np.tile(np.arange(len(scales), dtype=np.int8 if len(scales) < 128 else np.int16), count)
    return DataFrame(
        {
            "row": np.repeat(np.arange(count), len(scales)) if len(scales) > 1 else np.arange(count),
            "scale": _named(scale, [each.id for each in scales]),
            "value": value,
            "value_ticks": pd.arrays.IntegerArray(marks, gone),
            "status": _named(status, STATUSES),
            "reason": _reasons(columns),
            "n_answered": _side([column.answered for column in columns]),
            "n_items": _side([column.items for column in columns]),
            "band": _bands(scales, columns, people),
        },
        copy=False,
    )


def _reasons(columns: list[Column]) -> pd.Categorical[str]:
    names: dict[str, int] = {"": 0}
    parts = []
    for column in columns:
        place = np.array([names.setdefault(reason, len(names)) for reason in column.reasons], dtype=np.int16)
        parts.append(place[column.reason])
    return _named(_side(parts), list(names))


def _bands(scales: tuple[Scale, ...], columns: list[Column], people: People) -> pd.Categorical[str]:
    names: dict[str, int] = {"": 0}
    parts = []
    for scale, column in zip(scales, columns, strict=True):
        codes = np.zeros(len(column.ticks), dtype=np.int16)
        sets = [each for each in scale.band_sets if each.verified]
        if sets and sets[0].who is None:
            codes = _banded(sets[0].bands, column, names)
        elif sets:
            left = np.ones(len(codes), dtype=np.bool_)
            for each in sets:  # the first that is about this person
                fits = people.are(each.who) & left
                codes = np.where(fits, _banded(each.bands, column, names), codes)
                left &= ~fits
        if sets:
            codes[np.flatnonzero(column.status == UNSCORABLE)] = 0
        parts.append(codes)
    return _named(_side(parts), list(names))


def _banded(bands: tuple[Band, ...], column: Column, names: dict[str, int]) -> npt.NDArray[np.int16]:
    """Give the place of each score's band in a list of names, which grows by those it lacks."""
    place = np.array([names.setdefault(band.label, len(names)) for band in bands], dtype=np.int16)
    at = np.zeros(len(column.ticks), dtype=np.int8)
    for band in bands[1:]:  # a handful: faster than a search
        at += column.ticks >= ticks(band.low)
    return place.take(at)


def _side(arrays: Sequence[npt.NDArray[Number]]) -> npt.NDArray[Number]:
    """Put columns side by side and read them row by row."""
    return arrays[0] if len(arrays) == 1 else np.stack(arrays, axis=1).ravel()


def _named(codes: npt.NDArray[Any], names: Sequence[str]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes, pd.Index(list(names)))
