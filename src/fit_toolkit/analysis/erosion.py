"""Slow erosion: many ratings a little worse than usual add up (cumulative sum, CUSUM), each against what came before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np

from fit_toolkit.analysis.per_course import Floats, Ints
from fit_toolkit.analysis.usual import usual_next
from fit_toolkit.course import TICK, Course, Norms

ALLOWANCE: Final = 0.5  # k: half of the shift that is looked for, in SDs (Page 1954; any text on control charts)
LIMIT: Final = 3.0  # h: a convention; its chance figure is computed below
CAP: Final = 2.0  # no single rating counts for more SDs than this: a convention, so that the sum is about slow change
OWN_RATINGS: Final = 3
STATES: Final = 100
LOWEST: Final = 50.0  # SDs better than this count as this many, which clears any sum


@dataclass(frozen=True, eq=False)
class Erosion:
    """One entry per point. `away`: SDs worse than expected from the ratings before; `sum`: what has added up so far.

    `run`: ratings since the sum last stood at 0; `usual`: the level expected before that run began. NaN: unknown.
    """

    away: Floats
    sum: Floats
    run: Ints
    usual: Floats


def slow_erosion(course: Course, *, norms: Norms | None, k: float = ALLOWANCE, cap: float = CAP) -> Erosion:
    """Add up how much worse each rating is than the ratings before it led to expect: S = max(0, S + min(away, cap) - k).

    With `norms`: away = (m - x) / sqrt(v + sigma^2) as in `usual_band`, from the second rating on. Without: the rating
    against the mean and SD of the client's own earlier ratings, at least 3 of them and not all the same, t = (m - x) /
    (s sqrt(1 + 1/n)), brought to a normal scale by Wallace's (1959) approximation (self-starting, after Hawkins 1987).
    Where ratings vary normally round a steady level, `away` is standard normal and independent from rating to rating in
    both forms, so that the chance figures below hold from the first one on. Whichever way the scale runs, `away` is
    positive for worse. Nothing later than a point is looked at; an unknown `away` leaves the sum as it is.
    """
    centre, sd = usual_next(course, norms=norms, own_ratings=OWN_RATINGS)
    with np.errstate(invalid="ignore", divide="ignore"):
        away = course.scale.better * (centre - course.value) / sd
    if norms is None:
        away = _normal(away, np.maximum(course.number - 2, 1))
    known = ~np.isnan(away)
    steps = np.clip(away, -LOWEST, cap)
    steps -= k
    steps *= TICK
    np.rint(steps, out=steps)
    steps[~known] = 0
    total = _from_zero(steps.astype(np.int64), course)
    run = course.streak(total > 0, known)
    begun = (total > 0) & (run == 1) & known
    return Erosion(away=away, sum=total / TICK, run=run, usual=course.hold(centre, when=begun))


def _from_zero(steps: Ints, course: Course) -> Ints:
    """Sum up along each course, never below 0: the sum so far less its lowest value so far, or 0."""
    total = np.cumsum(steps)
    rated = course.count > 0
    first = course.offsets[:-1][rated]
    total -= np.repeat(total[first] - steps[first], course.count[rated])
    span = int(total.max(initial=0)) - int(total.min(initial=0)) + 1
    shift = course.owner * span  # pushes every course below the one before it
    lowest = np.minimum(total, 0)
    lowest -= shift
    np.minimum.accumulate(lowest, out=lowest)
    lowest += shift
    total -= lowest
    return total


def _normal(t: Floats, df: Ints) -> Floats:
    """Normal deviate with about the same tail as Student's t (Wallace 1959): within 0.1 for 2 df and |t| < 10, then better."""
    scale = (8 * df + 1) / (8 * df + 3)
    deviate: Floats = np.sign(t) * scale * np.sqrt(df * np.log1p(t * t / df))
    return deviate


@lru_cache(maxsize=64)
def erosion_run_length(k: float = ALLOWANCE, h: float = LIMIT, cap: float = CAP) -> float:
    """Mean number of ordinary ratings until the sum reaches `h` by chance (average run length), from a sum of 0.

    Assumes ratings that vary normally and independently round a steady level. Markov chain of Brook and Evans (1972)
    with 100 states; without a cap (cap = inf) it gives the published 335 for k = .5, h = 4.
    """
    chain = _chain(k, h, cap)
    return float(np.linalg.solve(np.eye(len(chain)) - chain, np.ones(len(chain)))[0])


@lru_cache(maxsize=64)
def erosion_share(ratings: int = 12, k: float = ALLOWANCE, h: float = LIMIT, cap: float = CAP) -> float:
    """Share of steady courses in which the sum reaches `h` by chance within `ratings` ratings that can be judged."""
    chain = _chain(k, h, cap)
    below = np.zeros(len(chain))
    below[0] = 1.0
    for _ in range(ratings):
        below = below @ chain
    return float(1 - below.sum())


@lru_cache(maxsize=16)
def _chain(k: float, h: float, cap: float) -> Floats:
    """Chances to get from one state below the limit to another; state 0 is a sum of 0, the others are middles of cells."""
    if h <= 0 or k < 0 or cap <= k:
        raise ValueError("needs h > 0, k >= 0 and cap > k")
    width = 2 * h / (2 * STATES - 1)
    normal = NormalDist()
    edges = (np.arange(-STATES, STATES + 1) + 0.5) * width + k
    below = np.array([normal.cdf(edge) if edge < cap else 1.0 for edge in edges])  # of one capped step
    reach = np.arange(STATES)[None, :] - np.arange(STATES)[:, None] + STATES
    chain: Floats = below[reach] - below[reach - 1]
    chain[:, 0] = below[STATES - np.arange(STATES)]
    return chain
