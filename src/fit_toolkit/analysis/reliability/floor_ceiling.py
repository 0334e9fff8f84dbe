"""Floor, ceiling and missing: what limits a scale before any coefficient does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fit_toolkit.model.instrument import TICK

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shares:
    """Shares from 0 to 1: of sums (without a gap) and of answers at the lowest and highest possible, and of cells left empty."""

    floor: float
    ceiling: float
    missing: float
    item_floor: Floats
    item_ceiling: Floats
    item_missing: Floats


def shares(answers: npt.ArrayLike, low: float = np.nan, high: float = np.nan) -> Shares:
    """Count floor, ceiling and gaps; `low` and `high` are the ends of one item, NaN where they are not known.

    Compared in whole millionths, so that 0.1 + 0.2 is 0.3.
    """
    table = np.asarray(answers, dtype=np.float64)
    gaps = np.isnan(table)
    whole = table[~gaps.any(axis=1)].sum(axis=1)
    width = table.shape[1]
    with np.errstate(invalid="ignore"):
        floor, ceiling = (
            np.array([_at(column[~gap], end) for column, gap in zip(table.T, gaps.T, strict=True)])
            for end in (low, high)
        )
    empty = gaps.mean(axis=0) if len(table) else np.full(width, np.nan)
    lowest, highest = _at(whole, low * width), _at(whole, high * width)
    return Shares(lowest, highest, float(empty.mean()), floor, ceiling, empty)


def _at(values: Floats, end: float) -> float:
    if not len(values) or not np.isfinite(end):
        return float("nan")
    return float((np.rint(values * TICK) == np.rint(end * TICK)).mean())
