"""Repeated ratings by the same people: how much they differ from each other, and each from themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis.reliability.items import BATCH, Intervals, intervals_of
from fit_toolkit.analysis.reliability.moments import counts_of_resamples
from fit_toolkit.errors import DataError

Floats = npt.NDArray[np.float64]
FIGURES = (
    "mean", "mean_of_clients", "sd", "sd_between", "sd_within", "sd_within_successive", "reliability_one", "reliability_mean",
    "ratings_per_client",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Repeated:
    """Figures in points of the rating; NaN where one cannot be computed. `n_repeated`: clients with two ratings or more."""

    n_clients: int
    n_repeated: int
    n_ratings: int
    mean: float
    mean_of_clients: float
    sd: float
    sd_between: float
    sd_within: float
    sd_within_successive: float
    reliability_one: float
    reliability_mean: float
    ratings_per_client: float


@dataclass(frozen=True, eq=False)
class _Sums:
    """What is needed of each client: how many ratings, their mean, squares around it, squared steps from one to the next."""

    n: Floats
    mean: Floats
    squares: Floats
    steps: Floats


def repeated_ratings(values: npt.ArrayLike, clients: npt.ArrayLike) -> Repeated:
    """Split the variance of ratings into that between people and that within a person.

    y_ij = m + a_i + e_ij by analysis of variance, also where people have different numbers of ratings (Searle, Casella and
    McCulloch, 1992, section 3.6): within^2 = MSW; between^2 = (MSB - MSW) / n0, not below zero, n0 = (N - sum n_i^2 / N) /
    (G - 1). Reliability of one rating = between^2 / (between^2 + within^2); of a person's mean, with n0 ratings =
    between^2 / (between^2 + within^2 / n0). `mean` is that of all ratings, `mean_of_clients` that of people's own means; `sd` = sqrt(between^2 + within^2).
    `sd_within_successive` = sqrt(sum of squared steps from one rating to the next / 2 / number of steps) (von Neumann,
    1941): ratings in the order they are given. Where people drift, `sd_within` holds the drift and this does not.
    """
    table = _by_client(values, clients)
    found = _figures(table, np.ones((1, len(table.n))))
    return Repeated(
        n_clients=len(table.n), n_repeated=int((table.n > 1).sum()), n_ratings=int(table.n.sum()),
        **{name: float(found[name][0]) for name in FIGURES},
    )  # fmt: skip


def repeated_intervals(
    values: npt.ArrayLike, clients: npt.ArrayLike, *, resamples: int, seed: int, confidence: float = 0.95
) -> Intervals:
    """Give percentile bootstrap intervals from whole clients drawn with replacement."""
    table = _by_client(values, clients)
    random, everyone = np.random.default_rng(seed), np.arange(len(table.n))
    size = max(1, BATCH // len(everyone))
    parts = [
        _figures(table, counts_of_resamples(everyone, min(size, resamples - start), random))
        for start in range(0, resamples, size)
    ]
    drawn = {name: np.concatenate([part[name] for part in parts]) for name in FIGURES}
    return intervals_of(drawn, "sd_within", len(everyone), confidence)


def _by_client(values: npt.ArrayLike, clients: npt.ArrayLike) -> _Sums:
    """Reduce the ratings to what is needed of each client; a rating that is NaN is none."""
    ratings = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(ratings)
    own = np.unique(np.asarray(clients)[known], return_inverse=True)[1]
    ratings = ratings[known]
    if len(ratings) < 2:
        raise DataError(f"{len(ratings)} ratings say nothing about how ratings vary")
    count = np.bincount(own).astype(np.float64)
    mean = np.bincount(own, ratings) / count
    squares: Floats = np.bincount(own, (ratings - mean[own]) ** 2).astype(np.float64)
    order = np.argsort(own, kind="stable")
    follows = own[order][1:] == own[order][:-1]
    step = np.diff(ratings[order])[follows] ** 2
    steps: Floats = np.bincount(own[order][1:][follows], step, minlength=len(count)).astype(np.float64)
    return _Sums(count, mean, squares, steps)


def _figures(table: _Sums, weights: Floats) -> dict[str, Floats]:
    """Compute every figure for every weighting of the clients; one drawn twice counts as two."""
    ratings, groups = weights @ table.n, weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = weights @ (table.n * table.mean) / ratings
        within = weights @ table.squares / (ratings - groups)
        away = (table.mean[None, :] - mean[:, None]) ** 2
        among = np.einsum("bg,bg,g->b", weights, away, table.n) / (groups - 1)
        size = (ratings - weights @ table.n**2 / ratings) / (groups - 1)
        within = np.where(ratings > groups, within, np.nan)
        between = np.maximum((among - within) / size, 0)
        successive = weights @ table.steps / 2 / (ratings - groups)
        return {
            "mean": mean, "mean_of_clients": weights @ table.mean / groups, "sd": np.sqrt(between + within), "sd_between": np.sqrt(between), "sd_within": np.sqrt(within),
            "sd_within_successive": np.sqrt(np.where(ratings > groups, successive, np.nan)),
            "reliability_one": between / (between + within), "reliability_mean": between / (between + within / size),
            "ratings_per_client": size,
        }  # fmt: skip
