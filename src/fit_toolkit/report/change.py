"""Figures of first and last ratings: how far apart they are as a group, and how many changed by more than error explains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from fit_toolkit.analysis.change.pairs import difference, moments, pairs_of
from fit_toolkit.analysis.quantiles import student_quantile

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
ENOUGH: Final = 10  # pairs, below which no effect size is given: a convention
Z: Final = NormalDist().inv_cdf(0.975)


class Interval(Struct, frozen=True):
    """A figure with its 95 % interval and what it rests on; no interval where nothing varied, since none would be no doubt."""

    value: float
    low: float | None
    high: float | None
    n: int


class GroupChange(Struct, frozen=True):
    """First and last ratings of a group; `gain` and `effect` are positive where the last ones are better."""

    n: int
    mean_first: float
    sd_first: float
    mean_last: float
    gain: Interval | None  # in points
    effect: Interval | None  # in SDs of the first ratings


def group_change(first: Floats, last: Floats, better: int) -> GroupChange:
    """Describe the change of those who have both ratings; `better` is 1 where higher is better, else -1.

    gain = mean of (last - first), turned so that better is above 0; interval by Student's t, none where all changes are
    the same.
    effect = c gain / SD of the first ratings, where with m = n - 1 c = G(m/2) / (sqrt(m/2) G((m-1)/2)), G the gamma
    function (Hedges 1981, exact); its variance is 2 (1 - r) / n + effect^2 / 2n,
    where r is the correlation of first and last ratings (Becker 1988; Morris 2000: raw-score standardization). Clients
    are taken as independent of each other. Of fewer than 10 pairs neither is given.
    """
    pairs = pairs_of(first, last)
    n = pairs.n
    bare = GroupChange(n, pairs.m_pre, pairs.sd_pre, pairs.m_post, None, None)
    if n < ENOUGH:
        return bare
    mean, sd = moments(better * pairs.change[pairs.complete])
    half = student_quantile(0.975, n - 1) * sd / math.sqrt(n)
    gain = Interval(mean, mean - half, mean + half, n) if sd > 0 else Interval(mean, None, None, n)
    if not pairs.sd_pre > 0:
        return GroupChange(n, pairs.m_pre, pairs.sd_pre, pairs.m_post, gain, None)
    effect = _unbiased(n - 1) * mean / pairs.sd_pre
    r = 0.0 if math.isnan(pairs.r) else pairs.r  # all last ratings the same
    error = math.sqrt(2 * (1 - r) / n + effect * effect / (2 * n))
    return GroupChange(n, pairs.m_pre, pairs.sd_pre, pairs.m_post, gain,
                       Interval(effect, effect - Z * error, effect + Z * error, n))  # fmt: skip


def _unbiased(m: int) -> float:
    return math.exp(math.lgamma(m / 2) - math.lgamma((m - 1) / 2)) / math.sqrt(m / 2)


@dataclass(frozen=True)
class Judge:
    """By how many points a change is more than error explains, and where that figure is from."""

    points: float
    inclusive: bool
    source: str


@dataclass(frozen=True, eq=False)
class Judged:
    """Who improved, stayed and deteriorated, of those who have both ratings; and of those past a line at first, who is not now."""

    improved: Mask
    unchanged: Mask
    deteriorated: Mask
    clinical: Mask  # past the line at the first rating
    recovered: Mask  # of these: improved, and not past the line at the last


def judge(first: Floats, last: Floats, better: int, by: Judge, *, line: Floats, beyond: str) -> Judged:
    """Compare on exact decimals. `line` is that of each client (NaN: none), `beyond` the operator of being past it."""
    known = np.isfinite(first) & np.isfinite(last)
    gain = better * np.where(known, difference(last, first), 0.0)
    up, down = (gain >= by.points, gain <= -by.points) if by.inclusive else (gain > by.points, gain < -by.points)
    up, down = up & known, down & known
    past = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[beyond]
    lined = known & np.isfinite(line)
    with np.errstate(invalid="ignore"):
        was, now = lined & past(first, line), lined & past(last, line)
    return Judged(up, known & ~up & ~down, down, was, was & ~now & up)
