"""Sudden gains and losses between two sessions: found afterwards, because they need later ratings; never a live alert."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final, Literal

import numpy as np
import numpy.typing as npt
from msgspec import Meta, Struct

from fit_toolkit.analysis.quantiles import student_quantile
from fit_toolkit.model.instrument import TICK

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
WINDOW: Final = 3  # ratings on each side that criterion 3 looks at
FIXED: Final = 2.776  # the critical value printed by Tang and DeRubeis, for three ratings on each side
UNKNOWN: Final = -1


class SuddenGainRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What counts as a sudden gain; `better` says which way is better, `losses` looks for the opposite."""

    cutoff: Annotated[float, Meta(gt=0)] | None = None  # criterion 1, in points
    percent: Annotated[float, Meta(gt=0)] = 25
    criteria: tuple[Literal[1, 2, 3], ...] = (1, 2, 3)
    losses: bool = False
    better: Literal["lower", "higher"] = "lower"
    missing: Literal["adjust", "fixed"] = "adjust"
    significance: Literal["pooled", "student"] = "pooled"


@dataclass(frozen=True, eq=False)
class Judged:
    """Each interval of each client (rows) against each criterion: 1 met, 0 not met, -1 cannot be judged.

    Column k is the interval from position k + 2 to k + 3 (positions from 1). `change` is in ticks, towards what is looked for.
    """

    change: Ints
    known: Bools
    met: npt.NDArray[np.int8]  # (criterion, row, interval)


@dataclass(frozen=True, eq=False)
class SuddenGains:
    """The events, in order of row and position; positions count from 1. NaN where a rating is missing."""

    row: Ints
    start: Ints
    before: Floats
    after: Floats
    magnitude: Floats  # points, towards what was looked for
    reversed: npt.NDArray[np.int8]  # 1, 0, or -1 where no later rating tells

    def __len__(self) -> int:
        """How many there are."""
        return len(self.row)


def sudden_gains(values: npt.ArrayLike, rule: SuddenGainRule) -> SuddenGains:
    """Find the intervals that meet every chosen criterion. `values`: one row per client, one column per session in order.

    After Tang and DeRubeis (1999), from session n to n + 1, for n from the second session to the last but two:
    1. the change is at least `cutoff` points; 2. it is at least `percent` % of the rating before; 3. the difference of the means
    of the (up to) three ratings on each side is larger than t times the pooled SD: t two-sided 5 % with n1 + n2 - 2 degrees of
    freedom (`adjust`), or always 2.776 (`fixed`). `pooled` is the published form; `student` has the factor sqrt(1/n1 + 1/n2)
    that a t-test has, which makes it easier to meet. Criterion 3 needs two ratings on each side, 1 and 2 both neighbours;
    what cannot be judged is not met. For losses 2 is the rise in % of the rating before.
    `reversed`: some later rating undoes half of the change or more. Compared on exact decimals; an edge counts as met.
    """
    ratings = np.asarray(values, dtype=np.float64)
    found = judge(ratings, rule)
    chosen = np.array(sorted(set(rule.criteria))) - 1
    rows, places = np.nonzero((found.met[chosen] == 1).all(axis=0))
    starts = places + 1  # the column of the rating before
    known = found.known[rows, places]
    ticks = np.where(known, found.change[rows, places], 0)
    magnitude = np.where(known, ticks / TICK, np.nan)
    back = _reversed(ratings, rule, rows, starts, ticks)
    return SuddenGains(
        row=rows.astype(np.int64), start=(starts + 1).astype(np.int64), before=ratings[rows, starts],
        after=ratings[rows, starts + 1], magnitude=magnitude, reversed=np.where(known, back, UNKNOWN).astype(np.int8),
    )  # fmt: skip


def judge(values: npt.ArrayLike, rule: SuddenGainRule) -> Judged:
    """Hold every interval of every client against the three criteria."""
    ratings = np.asarray(values, dtype=np.float64)
    rows, sessions = ratings.shape
    intervals = max(sessions - WINDOW, 0)
    known, ticks = ~np.isnan(ratings), _ticks(ratings)
    before, after = ticks[:, 1 : 1 + intervals], ticks[:, 2 : 2 + intervals]
    both = known[:, 1 : 1 + intervals] & known[:, 2 : 2 + intervals]
    sign = _sign(rule)
    change = np.where(both, sign * (after - before), 0)
    met = np.full((3, rows, intervals), UNKNOWN, dtype=np.int8)
    if rule.cutoff is not None:
        met[0] = np.where(both, change >= round(rule.cutoff * TICK), UNKNOWN)
    met[1] = np.where(both, _at_least(change, rule.percent, before), UNKNOWN)
    met[2] = _third(ratings, rule, intervals)
    return Judged(change, both, met)


def _third(ratings: Floats, rule: SuddenGainRule, intervals: int) -> npt.NDArray[np.int8]:
    """Judge criterion 3: the means of both sides, in ticks, which are whole, so that equal ratings have no spread at all."""
    rows = len(ratings)
    if not intervals:
        return np.zeros((rows, 0), dtype=np.int8)
    edge = np.full((rows, 1), np.nan)
    padded = np.hstack(
        [edge, np.rint(ratings * TICK), edge]
    )  # before the first session and after the last there is nothing
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=1)
    earlier, later = windows[:, :intervals], windows[:, WINDOW : WINDOW + intervals]
    n1, n2 = ((~np.isnan(side)).sum(axis=2) for side in (earlier, later))
    enough = (n1 >= 2) & (n2 >= 2)
    mean1, squares1 = _spread(earlier, n1)
    mean2, squares2 = _spread(later, n2)
    df = np.where(enough, n1 + n2 - 2, 2)
    critical = np.full(df.shape, FIXED)
    if rule.missing == "adjust":
        critical = np.array([np.nan, np.nan, *(student_quantile(0.975, each) for each in (2, 3, 4))])[df]
    width = critical * np.sqrt((squares1 + squares2) / df)
    if rule.significance == "student":
        width = width * np.sqrt(1 / np.maximum(n1, 1) + 1 / np.maximum(n2, 1))
    met = _sign(rule) * (mean2 - mean1) > width
    return np.where(enough, met, UNKNOWN).astype(np.int8)


def _spread(side: Floats, count: Ints) -> tuple[Floats, Floats]:
    """Give the mean of what is known of each window, and the squares around it."""
    known = ~np.isnan(side)
    mean = np.where(known, side, 0).sum(axis=2) / np.maximum(count, 1)
    away = np.where(known, side - mean[:, :, None], 0)
    return mean, (away**2).sum(axis=2)


def _at_least(change: Ints, percent: float, before: Ints) -> Bools:
    """Say where the change is at least `percent` % of the rating before, in whole numbers throughout."""
    share = Fraction(round(percent * TICK), 100 * TICK)
    top, bottom = share.numerator, share.denominator
    largest = int(max(np.abs(change).max(initial=0), np.abs(before).max(initial=0)))
    if largest * max(top, bottom) < 2**62:
        return np.asarray(change * bottom >= np.abs(before) * top)
    return np.asarray(change.astype(object) * bottom >= np.abs(before).astype(object) * top, dtype=np.bool_)


def _reversed(ratings: Floats, rule: SuddenGainRule, rows: Ints, starts: Ints, change: Ints) -> npt.NDArray[np.int8]:
    """Say whether some later rating undoes half of the change or more; -1 where there is no later rating."""
    ticks = _ticks(ratings[rows])
    after = np.take_along_axis(ticks, starts[:, None] + 1, axis=1)
    later = ~np.isnan(ratings[rows]) & (np.arange(ratings.shape[1]) > starts[:, None] + 1)
    undone = -_sign(rule) * (ticks - after) * 2 >= change[:, None]
    return np.where(later.any(axis=1), (later & undone).any(axis=1), UNKNOWN).astype(np.int8)


def _sign(rule: SuddenGainRule) -> int:
    """Say which way a rating moves when it does what is looked for."""
    return 1 if (rule.better == "higher") != rule.losses else -1


def _ticks(ratings: Floats) -> Ints:
    return np.rint(np.nan_to_num(ratings) * TICK).astype(np.int64)
