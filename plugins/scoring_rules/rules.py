"""Arithmetic of the four common rules, exact to the millionth: whole numbers until the last division."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pandas import DataFrame, Series

from fit_toolkit import ScoringRule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fit_toolkit.model import Scale

TICK = 1_000_000


class Sum(ScoringRule, frozen=True):
    """The answers added up; with answers missing, scaled up to the full number of items."""

    kind: ClassVar[str] = "sum"

    def compute(self, answers: DataFrame, scale: Scale) -> Series[float]:
        """Add up."""
        total, count = add(answers)
        if count is not None:
            part = np.flatnonzero(count < answers.shape[1])
            total[part] = divide(total[part] * answers.shape[1], count[part])
        return Series(total / TICK, index=answers.index)


class Mean(ScoringRule, frozen=True):
    """The mean of the answers given, to the nearest millionth."""

    kind: ClassVar[str] = "mean"

    def compute(self, answers: DataFrame, scale: Scale) -> Series[float]:
        """Add up and divide."""
        total, count = add(answers)
        full = np.full(len(total), answers.shape[1], dtype=np.int64) if count is None else count
        return Series(divide(total, full) / TICK, index=answers.index)


class Weighted(ScoringRule, frozen=True):
    """Each answer times its weight, added up; with answers missing, scaled up by the weight that was answered."""

    kind: ClassVar[str] = "weighted"

    def compute(self, answers: DataFrame, scale: Scale) -> Series[float]:
        """Multiply and add up."""
        weights = np.array([scale.weights[str(item)] for item in answers.columns])
        marks = np.rint(answers.to_numpy() * TICK)
        given = ~np.isnan(marks)
        total = np.where(given, marks, 0.0) @ weights
        size = np.abs(weights)
        have = given @ size
        total = total * np.divide(size.sum(), have, out=np.zeros_like(have), where=have > 0)
        return Series(np.rint(total) / TICK, index=answers.index)


class Lookup(ScoringRule, frozen=True):
    """The raw sum looked up in a published table; a sum the table does not list gives no score."""

    kind: ClassVar[str] = "lookup"

    def compute(self, answers: DataFrame, scale: Scale) -> Series[float]:
        """Add up and look up."""
        total, count = add(answers)
        raws = np.array([round(row.raw * TICK) for row in scale.table], dtype=np.int64)
        values = np.array([row.value for row in scale.table])
        at = np.minimum(np.searchsorted(raws, total), len(raws) - 1)
        found = np.where(raws[at] == total, values[at], np.nan)
        if count is not None:
            found = np.where(count == answers.shape[1], found, np.nan)
        return Series(found, index=answers.index)


def add(answers: DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """Sum each row in whole millionths; also count the answers, or None where no row lacks any.

    A sum of decimals as floats is off by far less than half a millionth, so rounding it gives the exact sum.
    """
    items = answers.to_numpy().T
    total = items.sum(axis=0)
    gaps = np.flatnonzero(np.isnan(total))
    count: NDArray[np.int64] | None = None
    if gaps.size:
        some = items[:, gaps]
        missing = np.isnan(some)
        some[missing] = 0.0
        total[gaps] = some.sum(axis=0)
        count = np.full(len(total), len(items), dtype=np.int64)
        count[gaps] -= missing.sum(axis=0)
    return np.rint(total * TICK).astype(np.int64), count


def divide(whole: NDArray[np.int64], by: NDArray[np.int64]) -> NDArray[np.int64]:
    """Divide whole numbers to the nearest whole number, halves upwards; nothing by nothing is nothing."""
    safe = np.maximum(by, 1)
    halves: NDArray[np.int64] = (2 * whole + safe) // (2 * safe)
    return halves
