"""First and last ratings side by side: exact differences, and the figures of those who have both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.model.instrument import TICK

Better: TypeAlias = Literal["higher", "lower"]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Codes: TypeAlias = npt.NDArray[np.int8]
Words: TypeAlias = npt.NDArray[np.str_]

EXACT: Final = 2.0**52  # above it, floats skip whole numbers

#: What the codes of `Change.reliable` are called; "" is unknown.
RELIABLE: Final = np.array(["", "improved", "unchanged", "deteriorated", "undefined"])
#: What the codes of `Change.category` are called; "" is unknown.
CATEGORIES: Final = np.array(["", "recovered", "improved", "unchanged", "deteriorated", "harmed", "undefined"])


@dataclass(frozen=True, eq=False)
class Pairs:
    """First and last ratings of the same clients in one order, and the figures of the complete pairs (SDs with n - 1)."""

    pre: Floats
    post: Floats
    change: Floats  # post - pre, exact on decimals; NaN where one of the two is not there
    complete: Bools
    n: int
    m_pre: float
    sd_pre: float
    m_post: float
    sd_post: float
    r: float  # correlation of first and last ratings

    def need(self, least: int, why: str) -> None:
        """Refuse too few complete pairs for what is wanted."""
        if self.n < least:
            raise DataError(f"{self.n} complete pair{'' if self.n == 1 else 's'}, {why} needs at least {least}")


def pairs_of(pre: npt.ArrayLike, post: npt.ArrayLike) -> Pairs:
    """Pair first and last ratings; those who have only one of them count nowhere."""
    first, last = np.asarray(pre, dtype=np.float64), np.asarray(post, dtype=np.float64)
    if first.shape != last.shape or first.ndim != 1:
        raise UsageError("first and last ratings have to be two lists of the same length")
    complete = np.isfinite(first) & np.isfinite(last)
    one, two = first[complete], last[complete]
    n = int(complete.sum())
    mean_1, sd_1 = moments(one)
    mean_2, sd_2 = moments(two)
    r = (
        float(np.mean((one - mean_1) * (two - mean_2)) * n / (n - 1) / (sd_1 * sd_2))
        if n > 1 and sd_1 * sd_2
        else np.nan
    )
    change = np.where(complete, difference(last, first), np.nan)
    return Pairs(first, last, change, complete, n, mean_1, sd_1, mean_2, sd_2, r)


def moments(values: Floats) -> tuple[float, float]:
    """Give mean and SD (n - 1) of what is known; NaN where there is too little. Equal values have an SD of exactly 0."""
    known = values[np.isfinite(values)]
    if not len(known):
        return np.nan, np.nan
    if len(known) == 1:
        return float(known[0]), np.nan
    if known.min() == known.max():
        return float(known[0]), 0.0
    return float(known.mean()), float(known.std(ddof=1))


def difference(later: Floats, earlier: Floats) -> Floats:
    """Subtract as decimals: the float nearest to the exact difference wherever both are whole millionths."""
    a, b = ticks(later), ticks(earlier)
    exact: Floats = np.where(np.isnan(a) | np.isnan(b), later - earlier, (a - b) / TICK)
    return exact


def ticks(values: Floats) -> Floats:
    """Give values as whole millionths; NaN for those that are none.

    A decimal of up to six places is the float nearest to its millionths over a million, and so is told from its neighbours.
    """
    whole = np.rint(values * TICK)
    whole[~((whole / TICK == values) & (np.abs(whole) <= EXACT))] = np.nan
    return whole


def snapped(value: float) -> float:
    """Give a computed threshold as the decimal that it is, where the arithmetic missed it by a hair."""
    scaled = value * TICK
    return round(scaled) / TICK if abs(scaled - round(scaled)) < 1e-5 else float(value)


def sign_of(better: str) -> int:
    """Give 1 where a higher value is better and -1 where a lower one is."""
    if better not in ("higher", "lower"):
        raise UsageError("better is either higher or lower")
    return 1 if better == "higher" else -1


def between_0_and_1(value: Any, what: str) -> float:
    """Refuse what is no number strictly between 0 and 1."""
    number = float(value)
    if not 0 < number < 1:
        raise UsageError(f"{what} has to lie between 0 and 1, both excluded")
    return number


def directed(improved: Bools, deteriorated: Bools, known: Bools) -> Codes:
    """Code who improved (1), stayed (2) and deteriorated (3); 0 where nothing is known."""
    codes: Codes = np.where(improved, 1, np.where(deteriorated, 3, 2)).astype(np.int8)
    codes[~known] = 0
    return codes
