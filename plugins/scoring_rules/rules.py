"""Arithmetic of the four common rules, exact to the millionth: whole numbers until the last division."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias

import numpy as np

from fit_toolkit import ScoringRule

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame, Series

    from fit_toolkit.model import Scale

TICK = 1_000_000
Floats: TypeAlias = "NDArray[np.float64]"


class Sum(ScoringRule, frozen=True):
    """The answers added up; with answers missing, scaled up to the full number of items."""

    kind: ClassVar[str] = "sum"

    def compute(self, answers: DataFrame, scale: Scale) -> Series[float]:
        """Add up."""
        total, part = add(answers, scale)
        if part is not None:
            rows, count = part
            total[rows] = divide(total[rows] * answers.shape[1], count)
        return scores(total / TICK, answers)


class Mean(ScoringRule, frozen=True):
    """The mean of the answers given, to the nearest millionth."""

    kind: ClassVar[str] = "mean"

    def compute(self, answers: DataFrame, scale: Scale) -> Series[float]:
        """Add up and divide."""
        total, part = add(answers, scale)
        size: float | NDArray[np.float64] = float(answers.shape[1])
        if part is not None:
            size = np.full(len(total), size)
            size[part[0]] = part[1]
        return scores(divide(total, size) / TICK, answers)


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
        return scores(np.rint(total) / TICK, answers)


class Lookup(ScoringRule, frozen=True):
    """The raw sum looked up in a published table; a sum the table does not list gives no score."""

    kind: ClassVar[str] = "lookup"

    def compute(self, answers: DataFrame, scale: Scale) -> Series[float]:
        """Add up and look up."""
        total, _ = add(answers, scale)
        raws = np.array([round(row.raw * TICK) for row in scale.table], dtype=np.float64)
        values = np.array([row.value for row in scale.table])
        at = np.minimum(np.searchsorted(raws, total), len(raws) - 1)
        return scores(np.where(raws[at] == total, values[at], np.nan), answers)


def scores(values: Floats, answers: DataFrame) -> Series[float]:
    """Give values as a series beside the answers; pandas is loaded here, when something is scored, not with the plugin."""
    from pandas import Series

    return Series(values, index=answers.index)


def add(answers: DataFrame, scale: Scale) -> tuple[Floats, tuple[NDArray[np.intp], Floats] | None]:
    """Sum each row in whole millionths, kept as floats so that NaN can say: an answer is missing.

    A sum of decimals as floats is off by far less than half a millionth, so rounding it gives the exact sum. Where the
    scale prorates, rows with gaps get the sum of what was answered; their places and counts come second.
    """
    items = answers.to_numpy().T
    total = np.rint(items.sum(axis=0) * TICK)
    if scale.missing is None or not scale.missing.prorate:
        return total, None
    rows = np.flatnonzero(np.isnan(total))
    if not rows.size:
        return total, None
    some = items[:, rows]
    missing = np.isnan(some)
    some[missing] = 0.0
    total[rows] = np.rint(some.sum(axis=0) * TICK)
    return total, (rows, (~missing).sum(axis=0).astype(np.float64))


def divide(whole: Floats, by: float | Floats) -> Floats:
    """Divide whole numbers to the nearest whole number, halves upwards; exact while the result is below 10^12.

    Nothing answered gives nothing to divide by: such a row gets a number here, and no score where it is used.
    """
    safe = np.maximum(by, 1.0)
    halves: Floats = np.floor((2 * whole + safe) / (2 * safe))
    return halves
