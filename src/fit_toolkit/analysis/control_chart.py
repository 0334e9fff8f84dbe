"""Control chart of individual ratings (XmR): limits from a client's own mean and the size of their usual steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np

from fit_toolkit.analysis.per_course import Floats, Ints, moves, reduced, running
from fit_toolkit.course import TICK, Course

RATING: Final = 2.66  # 3 / d2, d2 = 1.128 the mean range of two ordinary ratings in SDs (any text on control charts)
STEP: Final = 3.267  # D4 for ranges of two
LEAST: Final = 5  # earlier ratings before there are limits: a convention
DRAWS: Final = 20_000
SEED: Final = 2026


@dataclass(frozen=True, eq=False)
class ControlLimits:
    """Limits in the scale's units, one entry per point; NaN where there are none.

    `step` is the limit for the change since the rating before, either way; `n` the ratings that the limits rest on.
    """

    centre: Floats
    low: Floats
    high: Floats
    step: Floats
    n: Ints


def control_limits(course: Course, *, least: int = LEAST) -> ControlLimits:
    """Give for each rating the limits from the EARLIER ratings of this client only; this is the form for alerts.

    centre +- 2.66 mR and 3.267 mR, mR the mean absolute step between ratings that follow each other within
    `max_gap_days`. From `least` earlier ratings and `least` - 1 steps on; none where every step was 0, because then
    nothing is known about this client's variation.
    """
    size, known = moves(course)
    return _limits(course, course.earlier_mean(), running(size, course), running(known.astype(np.int64), course), least)


def control_limits_afterwards(course: Course, *, least: int = LEAST) -> ControlLimits:
    """Give the limits from the WHOLE course, at each of its points: the textbook chart, for looking back only.

    A rating is judged by limits that it and the ratings after it helped to make: never an alert.
    """
    size, known = moves(course)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = reduced(np.add, course.tick, course) / (course.count * TICK)
    total, steps = reduced(np.add, size, course), reduced(np.add, known.astype(np.int64), course)
    limits = _limits(course, mean[course.owner], total[course.owner], steps[course.owner], least)
    few = course.count[course.owner] < least
    for column in (limits.centre, limits.low, limits.high, limits.step):
        column[few] = np.nan
    return replace(limits, n=course.count[course.owner])


def _limits(course: Course, centre: Floats, total: Ints, steps: Ints, least: int) -> ControlLimits:
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_step = total / (steps * TICK)
    mean_step[(steps < max(least - 1, 1)) | (total == 0)] = np.nan
    centre = np.where(np.isnan(mean_step), np.nan, centre)
    half = RATING * mean_step
    return ControlLimits(centre, centre - half, centre + half, STEP * mean_step, course.number - 1)


@lru_cache(maxsize=64)
def control_chance(first: int = LEAST, last: int = 11) -> float:
    """Share of ordinary ratings beyond ONE of the two limits of `control_limits`, with `first` to `last` earlier ratings.

    The mean over these numbers of earlier ratings (11: the course has 12). Assumes ratings that vary normally and
    independently round a steady level, and no gap. The mean of n ratings and their mean step m are then independent,
    so the share is the mean of Phi(-2.66 m / sqrt(1 + 1/n)), m in SDs, over 20,000 simulated courses (always the same).
    With few earlier ratings it is far above the textbook's 1 in 741, which takes the limits as known.
    """
    if not 2 <= first <= last:
        raise ValueError("needs 2 <= first <= last earlier ratings")
    ratings = np.random.default_rng(SEED).standard_normal((DRAWS, last))
    sizes = np.abs(np.diff(ratings, axis=1)).cumsum(axis=1)
    grid = np.linspace(0.0, 12.0, 601)
    tail = np.array([NormalDist().cdf(-each) for each in grid])
    shares = [
        np.interp(RATING * sizes[:, n - 2] / (n - 1) / np.sqrt(1 + 1 / n), grid, tail).mean()
        for n in range(first, last + 1)
    ]
    return float(np.mean(shares))
