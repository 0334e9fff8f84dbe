"""Which answers are permitted: whole arrays checked against ranges, steps and option lists."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from pandas import DataFrame

from fit_toolkit.errors import DataError
from fit_toolkit.model.instrument import TICK, Instrument, Item, ticks

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

NOISE = 1e-6  # of a step: far above what floats add, far below what anybody could mean


def matrix(instrument: Instrument, numbers: DataFrame) -> Floats:
    """Give the answers as one row per item, in the order of the instrument; an absent column is unanswered."""
    ids = [item.id for item in instrument.number_items]
    foreign = [str(column) for column in numbers.columns if column not in ids]
    if foreign:
        raise DataError(f"{instrument.id} has no item '{foreign[0]}'", hint="known: " + ", ".join(ids))
    if list(numbers.columns) != ids:
        numbers = numbers.reindex(columns=ids)
    return np.ascontiguousarray(numbers.to_numpy(dtype=np.float64).T)


def forbidden(item: Item, answers: Floats, spare: tuple[Floats, Floats]) -> Bools | None:
    """Mark the answers an item does not permit, or None where there are none; a missing answer is not one of them.

    `spare` are two arrays to work in: with fresh ones for each item the time would go into getting memory.
    """
    if item.options and not is_even(item):
        values = np.array(sorted({ticks(option.value) for option in item.options}), dtype=np.float64)
        inside = np.isin(np.rint(answers * TICK), values)
        wrong = np.asarray(~(inside | np.isnan(answers)))
        return wrong if wrong.any() else None
    low, step = item.minimum, grain(item)
    last = round((item.maximum - low) / step)
    off, whole = spare
    steps = answers if (low, step) == (0, 1) else np.multiply(answers - low, 1 / step, out=off)
    np.rint(steps, out=whole)
    np.clip(whole, 0, last, out=whole)  # the nearest permitted answer
    np.abs(np.subtract(whole, steps, out=off), out=off)
    wrong = off > NOISE  # a missing answer compares as false
    return wrong if wrong.any() else None


def grain(item: Item) -> float:
    """Give the step between neighbouring answers of an evenly spaced item."""
    values = item.values() if item.options else ()
    return values[1] - values[0] if len(values) > 1 else item.step


def is_even(item: Item) -> bool:
    """Say whether the options of an item are evenly spaced."""
    marks = [ticks(value) for value in item.values()]
    return len({two - one for one, two in pairwise(marks)}) <= 1
