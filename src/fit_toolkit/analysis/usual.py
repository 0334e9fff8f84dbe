"""The range that is usual for one client, from what was known before each rating."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.analysis.quantiles import student_quantile
from fit_toolkit.course import Course, Norms

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Band:
    """Centre and edges in the scale's units, one entry per point; NaN where no band can be given yet."""

    centre: Floats
    low: Floats
    high: Floats


def usual_band(course: Course, *, norms: Norms | None, coverage: float = 0.95, own_ratings: int = 5) -> Band:
    """Give the band that covers `coverage` of a client's next ratings, both sides together.

    With `norms` (mean mu, between SD tau, within SD sigma) and n earlier ratings that sum to S: v = 1/(1/tau^2 +
    n/sigma^2), m = v (mu/tau^2 + S/sigma^2), band m +- z sqrt(v + sigma^2); the prediction of a normal mean with
    known variances (any text on Bayesian statistics). From the second rating on.
    Without: m +- t(n-1) s sqrt(1 + 1/n) from the client's own n >= `own_ratings` earlier ratings (the usual
    prediction interval); none where they are all the same, because then nothing is known about the noise.
    """
    centre, half = _own(course, coverage, own_ratings) if norms is None else _shrunken(course, norms, coverage)
    return Band(centre=centre, low=centre - half, high=centre + half)


def usual_next(course: Course, *, norms: Norms | None, own_ratings: int = 5) -> tuple[Floats, Floats]:
    """Give what the ratings before each one lead to expect, and the SD of the rating around it; NaN where unknown.

    With `norms` m and sqrt(v + sigma^2) of `usual_band`; without, the mean of the client's own earlier ratings (at least
    `own_ratings`, not all the same) and s sqrt(1 + 1/n), of which a rating is away by Student's t with n - 1 df.
    """
    if norms is not None:
        centre, half = _shrunken(course, norms, 0.95)
        return centre, half / NormalDist().inv_cdf(0.975)
    before = course.number - 1
    sd = course.earlier_sd()
    sd[(sd == 0) | (before < max(own_ratings, 2))] = np.nan
    with np.errstate(divide="ignore"):
        return course.earlier_mean(), sd * np.sqrt(1 + 1 / before)


def _shrunken(course: Course, norms: Norms, coverage: float) -> tuple[Floats, Floats]:
    most = int(course.count.max(initial=1))
    factor, constant, half = _tables(norms.mean, norms.sd_between, norms.sd_within, coverage, most)
    centre = course.earlier_sum()
    centre *= factor[course.number]
    centre += constant[course.number]
    return centre, half[course.number]


@lru_cache(maxsize=64)
def _tables(mean: float, between: float, within: float, coverage: float, most: int) -> tuple[Floats, Floats, Floats]:
    """Give, by rating number: what the sum of the earlier ratings is multiplied by, what is added, half the width."""
    prior, noise = 1 / between**2, 1 / within**2
    earlier = np.arange(-1, most)
    weight = 1 / (prior + noise * np.maximum(earlier, 0))
    half = NormalDist().inv_cdf(0.5 + coverage / 2) * np.sqrt(weight + within**2)
    half[earlier < 1] = np.nan  # a first rating has no history of its own
    return noise * weight, mean * prior * weight, half


def _own(course: Course, coverage: float, own_ratings: int) -> tuple[Floats, Floats]:
    most = int(course.count.max(initial=1))
    width = np.full(most, np.nan)
    for n in range(own_ratings, most):
        width[n] = student_quantile(0.5 + coverage / 2, n - 1) * np.sqrt(1 + 1 / n)
    sd = course.earlier_sd()
    sd[sd == 0] = np.nan
    return course.earlier_mean(), width[course.number - 1] * sd
